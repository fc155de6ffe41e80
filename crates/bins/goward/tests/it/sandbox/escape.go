// Tries one way out of a sandbox, named by its first argument, and says whether it worked: `out: …` with exit code 0, or
// `held: …` with the system's words and exit code 10.
//
// A try that needs no success to show that the kernel took the call counts an error of the call itself (a wrong argument)
// as out: the sandbox must refuse the call before the kernel looks at it.
package main

import (
	"fmt"
	"os"
	"runtime"
	"syscall"
	"unsafe"
)

func main() {
	runtime.LockOSThread()
	try, ok := tries[os.Args[1]]
	if !ok {
		fmt.Println("there is no such try")
		os.Exit(3)
	}
	told, err := try(os.Args[2:])
	if err != nil {
		fmt.Println("held:", err)
		os.Exit(10)
	}
	fmt.Println("out:", told)
}

func call(number uintptr, args ...uintptr) (uintptr, error) {
	var all [6]uintptr
	copy(all[:], args)
	result, _, errno := syscall.RawSyscall6(number, all[0], all[1], all[2], all[3], all[4], all[5])
	if errno != 0 {
		return result, errno
	}
	return result, nil
}

// taken says that the kernel has looked at a call, if it has refused it with one of these errors only.
func taken(err error, errnos ...syscall.Errno) (string, error) {
	if err == nil {
		return "done", nil
	}
	for _, errno := range errnos {
		if err == errno {
			return "the kernel took it: " + err.Error(), nil
		}
	}
	return "", err
}

func done(_ uintptr, err error) (string, error) { return "done", err }

func text(s string) uintptr {
	p, _ := syscall.BytePtrFromString(s)
	return uintptr(unsafe.Pointer(p))
}

func socket(family, kind, protocol int) func([]string) (string, error) {
	return func([]string) (string, error) {
		_, err := syscall.Socket(family, kind, protocol)
		return "a socket", err
	}
}

func open(path string, flags int) (string, error) {
	fd, err := syscall.Open(path, flags, 0o600)
	if err != nil {
		return "", err
	}
	syscall.Close(fd)
	return path, nil
}

func number(s string) (n int) {
	fmt.Sscan(s, &n)
	return
}

func connect(address syscall.Sockaddr, family int) (string, error) {
	fd, err := syscall.Socket(family, syscall.SOCK_STREAM, 0)
	if err != nil {
		return "", err
	}
	return "connected", syscall.Connect(fd, address)
}

var self = syscall.Getpid()

var tries = map[string]func([]string) (string, error){
	"tcp": func(a []string) (string, error) {
		return connect(&syscall.SockaddrInet4{Port: number(a[0]), Addr: [4]byte{127, 0, 0, 1}}, syscall.AF_INET)
	},
	"listen": func([]string) (string, error) {
		fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
		if err != nil {
			return "", err
		}
		return "bound", syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}})
	},
	"udp":     socket(syscall.AF_INET, syscall.SOCK_DGRAM, 0),
	"tcp6":    socket(syscall.AF_INET6, syscall.SOCK_STREAM, 0),
	"raw":     socket(syscall.AF_INET, syscall.SOCK_RAW, syscall.IPPROTO_ICMP),
	"packet":  socket(syscall.AF_PACKET, syscall.SOCK_RAW, 0),
	"netlink": socket(syscall.AF_NETLINK, syscall.SOCK_RAW, 0),
	"crypto":  socket(38, syscall.SOCK_SEQPACKET, 0),
	"abstract-socket": func(a []string) (string, error) {
		return connect(&syscall.SockaddrUnix{Name: "@" + a[0]}, syscall.AF_UNIX)
	},
	"io-uring": func([]string) (string, error) {
		var params [120]byte
		return done(call(425, 1, uintptr(unsafe.Pointer(&params))))
	},
	"ptrace": func([]string) (string, error) {
		_, err := call(syscall.SYS_PTRACE, 0)
		return "traced", err
	},
	"read-memory-of-others": func([]string) (string, error) {
		var from, to [8]byte
		local := syscall.Iovec{Base: &to[0], Len: 8}
		remote := syscall.Iovec{Base: &from[0], Len: 8}
		return done(call(310, uintptr(self), uintptr(unsafe.Pointer(&local)), 1, uintptr(unsafe.Pointer(&remote)), 1, 0))
	},
	"own-memory-file": func([]string) (string, error) { return open("/proc/self/mem", syscall.O_RDWR) },
	"read":            func(a []string) (string, error) { return open(a[0], syscall.O_RDONLY) },
	"write":           func(a []string) (string, error) { return open(a[0], syscall.O_WRONLY|syscall.O_CREAT) },
	"link": func(a []string) (string, error) { return "linked", syscall.Link(a[0], a[1]) },
	"rename": func(a []string) (string, error) { return "renamed", syscall.Rename(a[0], a[1]) },
	"setuid-program": func(a []string) (string, error) {
		var status syscall.WaitStatus
		pid, err := syscall.ForkExec(a[0], []string{a[0], "is-user", a[1]}, &syscall.ProcAttr{Files: []uintptr{0, 1, 2}})
		if err != nil {
			return "", err
		}
		syscall.Wait4(pid, &status, 0, nil)
		if status.ExitStatus() != 0 {
			return "", fmt.Errorf("the program is still this user")
		}
		return "the program is another user", nil
	},
	"is-user": func(a []string) (string, error) {
		if syscall.Geteuid() != number(a[0]) {
			return "", fmt.Errorf("user %d", syscall.Geteuid())
		}
		return "that user", nil
	},
	"memory-program": func([]string) (string, error) {
		fd, err := call(319, text("x"), 0)
		if err != nil {
			return "", err
		}
		program, err := os.ReadFile("/proc/self/exe")
		if err != nil {
			return "", err
		}
		if _, err := syscall.Write(int(fd), program); err != nil {
			return "", err
		}
		path := fmt.Sprintf("/proc/%d/fd/%d", self, fd)
		_, err = syscall.ForkExec(path, []string{path, "is-user", "0"}, nil)
		return "a program that is in no file", err
	},
	"exec-by-descriptor": func([]string) (string, error) {
		_, err := call(322, 0, text(""), 0, 0, 0)
		return taken(err, syscall.EFAULT, syscall.ENOENT, syscall.EACCES, syscall.ENOTDIR)
	},
	"user-namespace":    space(syscall.CLONE_NEWUSER),
	"mount-namespace":   space(syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS),
	"network-namespace": space(syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET),
	"unshare": func([]string) (string, error) {
		_, err := call(syscall.SYS_UNSHARE, syscall.CLONE_NEWNS)
		return "unshared", err
	},
	"clone3": func([]string) (string, error) {
		_, err := call(435, 0, 0)
		return taken(err, syscall.EINVAL, syscall.EFAULT)
	},
	"setns": func([]string) (string, error) {
		fd, err := syscall.Open("/proc/self/ns/uts", syscall.O_RDONLY, 0)
		if err != nil {
			return "", err
		}
		return done(call(308, uintptr(fd), 0))
	},
	"mount": func(a []string) (string, error) {
		err := syscall.Mount(a[0], a[0], "", syscall.MS_BIND, "")
		if err == nil {
			syscall.Unmount(a[0], 0)
		}
		return "mounted", err
	},
	"unmount-tmp": func([]string) (string, error) {
		_, err := call(syscall.SYS_UMOUNT2, text("/no-such-mount"), 0)
		return taken(err, syscall.EINVAL, syscall.ENOENT)
	},
	"new-mount-call": func([]string) (string, error) {
		_, err := call(430, text("tmpfs"), 0)
		return "a file system", err
	},
	"chroot": func([]string) (string, error) { return "changed", syscall.Chroot("/") },
	"file-handle": func([]string) (string, error) {
		_, err := call(303, ^uintptr(99), text("."), 0, 0, 0)
		return taken(err, syscall.EFAULT)
	},
	"keyring": func([]string) (string, error) {
		payload := []byte("x")
		return done(call(syscall.SYS_ADD_KEY, text("user"), text("goward-test"), uintptr(unsafe.Pointer(&payload[0])), 1, ^uintptr(1)))
	},
	"read-keyring": func([]string) (string, error) {
		return done(call(syscall.SYS_KEYCTL, 0, ^uintptr(3), 1))
	},
	"bpf": func([]string) (string, error) {
		attr := [4]uint32{2, 4, 4, 1}
		_, err := call(321, 0, uintptr(unsafe.Pointer(&attr)), 16)
		return "a map", err
	},
	"perf": func([]string) (string, error) {
		_, err := call(syscall.SYS_PERF_EVENT_OPEN, 0, 0, ^uintptr(0), ^uintptr(0), 0)
		return taken(err, syscall.EFAULT)
	},
	"userfaultfd": func([]string) (string, error) {
		_, err := call(323, 1)
		return "faults", err
	},
	"set-clock": func([]string) (string, error) {
		// Neither a time nor a zone: the right is asked for, and nothing changes.
		_, err := call(syscall.SYS_SETTIMEOFDAY, 0, 0)
		return "the clock may be set", err
	},
	"host-name": func([]string) (string, error) {
		_, err := call(syscall.SYS_SETHOSTNAME, 1, ^uintptr(0))
		return taken(err, syscall.EINVAL, syscall.EFAULT)
	},
	"kexec": func([]string) (string, error) {
		// Too many segments, so nothing is loaded.
		_, err := call(syscall.SYS_KEXEC_LOAD, 0, 1<<20, 0, 0)
		return taken(err, syscall.EINVAL)
	},
	"reboot": func([]string) (string, error) {
		// No magic number, so nothing is done.
		_, err := call(syscall.SYS_REBOOT, 0, 0, 0, 0)
		return taken(err, syscall.EINVAL)
	},
	"module": func([]string) (string, error) {
		_, err := call(syscall.SYS_INIT_MODULE, 0, 0, 0)
		return taken(err, syscall.ENOEXEC, syscall.EFAULT, syscall.EINVAL)
	},
	"kernel-log": func([]string) (string, error) {
		_, err := call(syscall.SYS_SYSLOG, 10, 0, 0)
		return "its size", err
	},
	"device": func(a []string) (string, error) {
		err := syscall.Mknod(a[0], syscall.S_IFBLK|0o600, 7<<8)
		os.Remove(a[0])
		return "a device", err
	},
	"signal": func(a []string) (string, error) { return "it is there", syscall.Kill(number(a[0]), 0) },
	"environment-of": func(a []string) (string, error) {
		bytes, err := os.ReadFile("/proc/" + a[0] + "/environ")
		return fmt.Sprint(len(bytes), " bytes"), err
	},
	"shared-memory": func(a []string) (string, error) {
		_, err := call(syscall.SYS_SHMGET, uintptr(number(a[0])), 0, 0)
		return "a segment of another process", err
	},
	"make-shared-memory": func(a []string) (string, error) {
		_, err := call(syscall.SYS_SHMGET, uintptr(number(a[0])), 4096, 0o1600)
		return "made", err
	},
	"drop-shared-memory": func(a []string) (string, error) {
		id, err := call(syscall.SYS_SHMGET, uintptr(number(a[0])), 0, 0)
		if err != nil {
			return "", err
		}
		return done(call(syscall.SYS_SHMCTL, id, 0, 0))
	},
	"type-into-terminal": func([]string) (string, error) {
		fd, err := syscall.Open("/dev/null", syscall.O_RDONLY, 0)
		if err != nil {
			return "", err
		}
		char := byte('x')
		_, err = call(syscall.SYS_IOCTL, uintptr(fd), 0x5412, uintptr(unsafe.Pointer(&char)))
		return taken(err, syscall.ENOTTY)
	},
	"capabilities": func([]string) (string, error) {
		header := [2]uint32{0x20080522, 0}
		var data [6]uint32
		if _, err := call(syscall.SYS_CAPGET, uintptr(unsafe.Pointer(&header)), uintptr(unsafe.Pointer(&data))); err != nil {
			return "", err
		}
		if data[0] == 0 && data[1] == 0 && data[3] == 0 && data[4] == 0 {
			return "", fmt.Errorf("no capability is left")
		}
		return fmt.Sprintf("%x", data), nil
	},
	"executable-data": func([]string) (string, error) { return done(call(syscall.SYS_PERSONALITY, 0x0400000)) },
	"old-call-table": func([]string) (string, error) {
		// A call of the x32 table, if the kernel has it: getpid.
		_, err := call(0x40000000|39)
		return "another table", err
	},
	"leave-process": func(a []string) (string, error) {
		pid, err := syscall.ForkExec("/proc/self/exe", []string{"escape", "sleep", a[0]}, &syscall.ProcAttr{
			Files: []uintptr{}, Sys: &syscall.SysProcAttr{Setsid: true},
		})
		return fmt.Sprint(pid), err
	},
	"sleep": func([]string) (string, error) {
		syscall.Select(0, nil, nil, nil, &syscall.Timeval{Sec: 600})
		return "slept", nil
	},
}

func space(flags uintptr) func([]string) (string, error) {
	return func([]string) (string, error) {
		pid, err := syscall.ForkExec("/proc/self/exe", []string{"escape", "is-user", "0"}, &syscall.ProcAttr{
			Files: []uintptr{}, Sys: &syscall.SysProcAttr{Cloneflags: flags},
		})
		if err == nil {
			syscall.Wait4(pid, nil, 0, nil)
		}
		return "a name space", err
	}
}
