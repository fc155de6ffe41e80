//! The filter of system calls (seccomp(2)).
//!
//! Two filters, of which the stricter answer counts, and of two errors that of the later filter:
//!
//! - a list of the calls that may be made: what the go command, its compilers, cgo, the race detector and programs in Go
//!   and C use. A call that is not in it does not exist (`ENOSYS`), so that programs take the older way, as on an older
//!   kernel: `clone3`, whose flags no filter can see, io_uring, and every call that a future kernel brings.
//! - a list of calls that are refused (`EPERM`), whole or for some arguments: name spaces, mounts, tracing, keyrings,
//!   modules, the clock, sockets of other families.
//!
//! A program for another architecture of the same processor (32 bits) is ended: its numbers mean other calls.
//!
//! An argument is compared in its lower half where the kernel reads only that: otherwise a bit in the upper half would pass.

use std::io;

/// Which sockets may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SocketRule {
    /// Local ones.
    Local,
    /// Local ones, and TCP.
    Tcp,
    /// Local ones, TCP, UDP, and questions about the routes.
    Internet,
}

/// Restricts the system calls of this process and its children. It must have given up new privileges.
///
/// # Errors
/// On a processor for which there is no table, or when the kernel has no such filter.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64"))]
pub fn filter_calls(sockets: SocketRule) -> io::Result<()> {
    let failed = |error: seccompiler::Error| io::Error::other(error.to_string());
    for program in tables::programs(sockets).map_err(|error| failed(seccompiler::Error::Backend(error)))? {
        seccompiler::apply_filter(&program).map_err(failed)?;
    }
    Ok(())
}

/// There is no table for this processor.
///
/// # Errors
/// Always.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")))]
pub fn filter_calls(_sockets: SocketRule) -> io::Result<()> {
    Err(io::Error::other("there is no table of system calls for this processor"))
}

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64"))]
mod tables {
    use std::collections::BTreeMap;

    use seccompiler::{
        BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
        SeccompRule, TargetArch,
    };

    use super::SocketRule;

    type Rules = BTreeMap<i64, Vec<SeccompRule>>;
    type Built<T> = Result<T, BackendError>;

    /// Numbers of calls by name.
    macro_rules! numbers {
        ($($name:ident)*) => { &[$(libc::$name),*] };
    }

    /// The calls that may be made, on every processor.
    const ALLOWED: &[i64] = numbers! {
        // Files.
        SYS_read SYS_write SYS_openat SYS_openat2 SYS_close SYS_close_range SYS_fstat SYS_newfstatat SYS_statx SYS_lseek
        SYS_pread64 SYS_pwrite64 SYS_readv SYS_writev SYS_preadv SYS_pwritev SYS_preadv2 SYS_pwritev2 SYS_sendfile
        SYS_splice SYS_tee SYS_vmsplice SYS_copy_file_range SYS_faccessat SYS_faccessat2 SYS_fchmod SYS_fchmodat
        SYS_fchown SYS_fchownat SYS_fchdir SYS_chdir SYS_getcwd SYS_getdents64 SYS_mkdirat SYS_mknodat SYS_linkat
        SYS_symlinkat SYS_unlinkat SYS_renameat2 SYS_readlinkat SYS_truncate SYS_ftruncate SYS_fallocate SYS_fadvise64
        SYS_fsync SYS_fdatasync SYS_sync SYS_syncfs SYS_sync_file_range SYS_utimensat SYS_umask SYS_statfs SYS_fstatfs
        SYS_fcntl SYS_ioctl SYS_flock SYS_dup SYS_dup3 SYS_pipe2 SYS_readahead
        SYS_getxattr SYS_lgetxattr SYS_fgetxattr SYS_setxattr SYS_lsetxattr SYS_fsetxattr SYS_listxattr SYS_llistxattr
        SYS_flistxattr SYS_removexattr SYS_lremovexattr SYS_fremovexattr
        SYS_inotify_init1 SYS_inotify_add_watch SYS_inotify_rm_watch
        // Memory.
        SYS_mmap SYS_munmap SYS_mprotect SYS_mremap SYS_msync SYS_madvise SYS_mincore SYS_brk SYS_mlock SYS_mlock2
        SYS_munlock SYS_mlockall SYS_munlockall SYS_membarrier SYS_pkey_alloc SYS_pkey_free SYS_pkey_mprotect
        SYS_get_mempolicy SYS_set_mempolicy SYS_mbind
        // Processes and threads.
        SYS_clone SYS_execve SYS_exit SYS_exit_group SYS_wait4 SYS_waitid SYS_getpid SYS_getppid SYS_gettid
        SYS_getpgid SYS_setpgid SYS_getsid SYS_setsid SYS_kill SYS_tkill SYS_tgkill SYS_pidfd_open SYS_pidfd_send_signal
        SYS_set_tid_address SYS_set_robust_list SYS_get_robust_list SYS_futex SYS_futex_waitv SYS_rseq SYS_prctl
        SYS_seccomp SYS_sched_yield SYS_sched_getaffinity SYS_sched_setaffinity SYS_sched_getparam SYS_sched_setparam
        SYS_sched_getscheduler SYS_sched_setscheduler SYS_sched_get_priority_max SYS_sched_get_priority_min
        SYS_sched_rr_get_interval SYS_sched_getattr SYS_sched_setattr SYS_getpriority SYS_setpriority SYS_getcpu
        SYS_personality SYS_getrlimit SYS_prlimit64 SYS_getrusage SYS_times SYS_sysinfo SYS_uname SYS_getrandom
        SYS_restart_syscall SYS_capget SYS_capset SYS_ioprio_get SYS_ioprio_set
        SYS_landlock_create_ruleset SYS_landlock_add_rule SYS_landlock_restrict_self
        // Users.
        SYS_getuid SYS_geteuid SYS_getgid SYS_getegid SYS_getresuid SYS_getresgid SYS_getgroups SYS_setuid SYS_setgid
        SYS_setreuid SYS_setregid SYS_setresuid SYS_setresgid SYS_setfsuid SYS_setfsgid SYS_setgroups
        // Signals.
        SYS_rt_sigaction SYS_rt_sigprocmask SYS_rt_sigreturn SYS_rt_sigsuspend SYS_rt_sigpending SYS_rt_sigtimedwait
        SYS_rt_sigqueueinfo SYS_rt_tgsigqueueinfo SYS_sigaltstack SYS_signalfd4
        // Time.
        SYS_clock_gettime SYS_clock_getres SYS_clock_nanosleep SYS_nanosleep SYS_gettimeofday SYS_getitimer
        SYS_setitimer SYS_timer_create SYS_timer_settime SYS_timer_gettime SYS_timer_getoverrun SYS_timer_delete
        SYS_timerfd_create SYS_timerfd_settime SYS_timerfd_gettime
        // Events.
        SYS_epoll_create1 SYS_epoll_ctl SYS_epoll_pwait SYS_epoll_pwait2 SYS_ppoll SYS_pselect6 SYS_eventfd2
        // Sockets; which ones, the other list says.
        SYS_socket SYS_socketpair SYS_bind SYS_listen SYS_accept SYS_accept4 SYS_connect SYS_shutdown SYS_getsockname
        SYS_getpeername SYS_getsockopt SYS_setsockopt SYS_sendto SYS_recvfrom SYS_sendmsg SYS_recvmsg SYS_sendmmsg
        SYS_recvmmsg
        // Between processes of the same name space.
        SYS_shmget SYS_shmat SYS_shmdt SYS_shmctl SYS_semget SYS_semop SYS_semctl SYS_semtimedop SYS_msgget SYS_msgsnd
        SYS_msgrcv SYS_msgctl SYS_mq_open SYS_mq_unlink SYS_mq_timedsend SYS_mq_timedreceive SYS_mq_notify
        SYS_mq_getsetattr
    };

    /// Older calls, which newer processors do not have.
    #[cfg(target_arch = "x86_64")]
    const ALLOWED_HERE: &[i64] = numbers! {
        SYS_open SYS_creat SYS_stat SYS_lstat SYS_access SYS_readlink SYS_link SYS_symlink SYS_unlink SYS_rename
        SYS_renameat SYS_mkdir SYS_rmdir SYS_mknod SYS_chmod SYS_chown SYS_lchown SYS_utime SYS_utimes SYS_futimesat
        SYS_getdents SYS_dup2 SYS_pipe SYS_poll SYS_select SYS_epoll_create SYS_epoll_wait SYS_eventfd SYS_signalfd
        SYS_inotify_init SYS_fork SYS_vfork SYS_getpgrp SYS_setrlimit SYS_alarm SYS_pause SYS_time SYS_arch_prctl
    };
    #[cfg(target_arch = "aarch64")]
    const ALLOWED_HERE: &[i64] = numbers! { SYS_renameat SYS_setrlimit };
    #[cfg(target_arch = "riscv64")]
    const ALLOWED_HERE: &[i64] = numbers! { SYS_riscv_flush_icache SYS_riscv_hwprobe };

    /// The calls that are refused whatever their arguments are.
    const REFUSED: &[i64] = numbers! {
        // Other processes.
        SYS_ptrace SYS_process_vm_readv SYS_process_vm_writev SYS_kcmp SYS_pidfd_getfd SYS_process_madvise
        // Name spaces, roots and mounts.
        SYS_unshare SYS_setns SYS_mount SYS_umount2 SYS_pivot_root SYS_chroot SYS_open_tree SYS_move_mount SYS_fsopen
        SYS_fsconfig SYS_fsmount SYS_fspick SYS_mount_setattr SYS_open_by_handle_at SYS_name_to_handle_at
        SYS_fanotify_init SYS_fanotify_mark
        // Keyrings.
        SYS_add_key SYS_request_key SYS_keyctl
        // The kernel itself.
        SYS_bpf SYS_perf_event_open SYS_userfaultfd SYS_kexec_load SYS_reboot SYS_init_module SYS_finit_module
        SYS_delete_module SYS_syslog SYS_acct SYS_swapon SYS_swapoff SYS_quotactl SYS_vhangup SYS_lookup_dcookie
        SYS_nfsservctl
        // The machine's clock and names.
        SYS_clock_settime SYS_settimeofday SYS_clock_adjtime SYS_adjtimex SYS_sethostname SYS_setdomainname
        // Programs that are in no file.
        SYS_memfd_create SYS_memfd_secret SYS_execveat
        // io_uring makes calls that no filter sees.
        SYS_io_uring_setup SYS_io_uring_enter SYS_io_uring_register
    };
    /// The same on this processor.
    #[cfg(target_arch = "x86_64")]
    const REFUSED_HERE: &[i64] =
        numbers! { SYS_iopl SYS_ioperm SYS_modify_ldt SYS_kexec_file_load SYS_uselib SYS_ustat };
    #[cfg(not(target_arch = "x86_64"))]
    const REFUSED_HERE: &[i64] = numbers! { SYS_kexec_file_load };

    /// Flags of `clone` that make name spaces; each alone refuses the call.
    const NAME_SPACES: [i32; 7] = [
        libc::CLONE_NEWNS,
        libc::CLONE_NEWCGROUP,
        libc::CLONE_NEWUTS,
        libc::CLONE_NEWIPC,
        libc::CLONE_NEWUSER,
        libc::CLONE_NEWPID,
        libc::CLONE_NEWNET,
    ];
    /// Controls of a terminal that type into it (ioctl_tty(2)): what is typed would run outside.
    const TYPING: [u64; 2] = [0x5412, 0x541c];
    /// What `personality` may be: the question, Linux itself, and fixed addresses, which the race detector asks for.
    const PERSONALITIES: [u64; 5] = [0xffff_ffff, 0, 0x8, 0x4_0000, 0x4_0008];
    /// The kind of a socket without its flags.
    const SOCKET_KIND: u64 = 0xf;

    /// The two filters, in the order in which they are applied.
    pub(super) fn programs(sockets: SocketRule) -> Built<[BpfProgram; 2]> {
        let allowed = ALLOWED.iter().chain(ALLOWED_HERE).map(|number| (*number, Vec::new())).collect();
        let missing = SeccompAction::Errno(libc::ENOSYS as u32);
        let refused = SeccompAction::Errno(libc::EPERM as u32);
        Ok([
            program(allowed, missing, SeccompAction::Allow)?,
            program(refusals(sockets)?, SeccompAction::Allow, refused)?,
        ])
    }

    fn program(rules: Rules, otherwise: SeccompAction, matching: SeccompAction) -> Built<BpfProgram> {
        SeccompFilter::new(rules, otherwise, matching, TargetArch::try_from(std::env::consts::ARCH)?)?.try_into()
    }

    fn refusals(sockets: SocketRule) -> Built<Rules> {
        let mut rules: Rules = REFUSED.iter().chain(REFUSED_HERE).map(|number| (*number, Vec::new())).collect();
        let mut refuse = |call: i64, conditions: Vec<SeccompCondition>| -> Built<()> {
            rules.entry(call).or_default().push(SeccompRule::new(conditions)?);
            Ok(())
        };
        for flag in NAME_SPACES {
            // The flags are the first argument on all of these processors.
            let flag = u64::from(flag.cast_unsigned());
            refuse(libc::SYS_clone, vec![argument(0, SeccompCmpOp::MaskedEq(flag), flag)?])?;
        }
        for control in TYPING {
            refuse(libc::SYS_ioctl, vec![argument(1, SeccompCmpOp::Eq, control)?])?;
        }
        refuse(libc::SYS_personality, none_of(0, &PERSONALITIES)?)?;
        refuse(libc::SYS_socketpair, none_of(0, &[family(libc::AF_UNIX)])?)?;
        let internet = [libc::AF_INET, libc::AF_INET6].map(family);
        match sockets {
            SocketRule::Local => refuse(libc::SYS_socket, none_of(0, &[family(libc::AF_UNIX)])?)?,
            SocketRule::Tcp => {
                refuse(libc::SYS_socket, none_of(0, &[family(libc::AF_UNIX), internet[0], internet[1]])?)?;
                for one in internet {
                    for kind in (0..=SOCKET_KIND).filter(|kind| *kind != family(libc::SOCK_STREAM)) {
                        let is_family = argument(0, SeccompCmpOp::Eq, one)?;
                        let is_kind = argument(1, SeccompCmpOp::MaskedEq(SOCKET_KIND), kind)?;
                        refuse(libc::SYS_socket, vec![is_family, is_kind])?;
                    }
                }
            }
            SocketRule::Internet => {
                let netlink = family(libc::AF_NETLINK);
                refuse(libc::SYS_socket, none_of(0, &[family(libc::AF_UNIX), internet[0], internet[1], netlink])?)?;
                let is_netlink = argument(0, SeccompCmpOp::Eq, netlink)?;
                let other_than_routes = argument(2, SeccompCmpOp::Ne, family(libc::NETLINK_ROUTE))?;
                refuse(libc::SYS_socket, vec![is_netlink, other_than_routes])?;
            }
        }
        Ok(rules)
    }

    /// A number of a family, a kind or a protocol as an argument.
    fn family(number: i32) -> u64 {
        u64::from(number.cast_unsigned())
    }

    /// That an argument is none of these values.
    fn none_of(index: u8, values: &[u64]) -> Built<Vec<SeccompCondition>> {
        values.iter().map(|value| argument(index, SeccompCmpOp::Ne, *value)).collect()
    }

    /// A comparison of the lower half of an argument.
    fn argument(index: u8, operator: SeccompCmpOp, value: u64) -> Built<SeccompCondition> {
        SeccompCondition::new(index, SeccompCmpArgLen::Dword, operator, value)
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn no_call_is_both_allowed_and_refused_and_every_rule_builds() {
            for number in REFUSED.iter().chain(REFUSED_HERE) {
                assert!(!ALLOWED.contains(number) && !ALLOWED_HERE.contains(number), "call {number}");
            }
            for sockets in [SocketRule::Local, SocketRule::Tcp, SocketRule::Internet] {
                for program in programs(sockets).unwrap() {
                    // The most instructions that a filter may have (seccomp(2)).
                    assert!((1..=4096).contains(&program.len()), "{sockets:?}: {}", program.len());
                }
            }
        }

        #[test]
        fn flags_of_threads_and_processes_are_no_name_spaces() {
            let harmless = libc::CLONE_VM
                | libc::CLONE_THREAD
                | libc::CLONE_VFORK
                | libc::CLONE_SETTLS
                | libc::SIGCHLD
                | libc::CLONE_PIDFD
                | libc::CLONE_CHILD_CLEARTID
                | libc::CLONE_SYSVSEM;
            for flag in NAME_SPACES {
                assert_eq!(flag & harmless, 0);
            }
        }
    }
}
