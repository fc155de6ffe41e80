//! Replaces a script on Windows: a program of a few kilobytes that runs the steps in the text after its own end, one on
//! each line. `testkit` appends the text (`src/program.rs`, which has the same steps as lines of a Unix shell), so two
//! programs with different texts are two different files.
//!
//! It has no runtime: every tiny toolchain contains it eight times, and with the standard library it would be forty
//! times as large. `build.rs` builds it, for Windows only; on an error it ends with [`BROKEN`].
#![no_std]
#![no_main]

use core::ffi::c_void;
use core::ptr::{null, null_mut};

/// The exit code on an error.
const BROKEN: u32 = 99;
/// The mark before the text. The search begins at the end.
const MARK: &[u8] = b"\n--- stand-in\n";
/// How many bytes at the end of the file are read; a text has a few hundred.
const TEXT_BYTES_MAX: usize = 4096;
/// The longest text of the system (command line, path, variable), in units of 16 bits.
const UNITS_MAX: usize = 32_768;
/// A command line of that length has at most so many arguments.
const ARGS_MAX: usize = UNITS_MAX / 2;
/// How long a sleeping program sleeps: longer than any test.
const SLEEP_MILLISECONDS: u32 = 600_000;

type Handle = *mut c_void;

/// The unused fields after the size in `STARTUPINFOW`, in machine words.
const STARTUP_WORDS: usize = if cfg!(target_pointer_width = "64") { 12 } else { 16 };

#[repr(C)]
struct StartupInfo {
    size: u32,
    rest: [usize; STARTUP_WORDS],
}

#[repr(C)]
struct ProcessInformation {
    process: Handle,
    thread: Handle,
    process_id: u32,
    thread_id: u32,
}

#[link(name = "kernel32")]
unsafe extern "system" {
    fn GetCommandLineW() -> *const u16;
    fn GetModuleFileNameW(module: Handle, name: *mut u16, size: u32) -> u32;
    fn GetEnvironmentVariableW(name: *const u16, value: *mut u16, size: u32) -> u32;
    fn GetEnvironmentStringsW() -> *const u16;
    fn SetLastError(code: u32);
    fn GetLastError() -> u32;
    fn GetCurrentProcessId() -> u32;
    fn GetStdHandle(which: u32) -> Handle;
    fn CreateFileW(
        name: *const u16,
        access: u32,
        share: u32,
        security: *const c_void,
        how: u32,
        flags: u32,
        template: Handle,
    ) -> Handle;
    fn SetFilePointerEx(file: Handle, distance: i64, new: *mut i64, from: u32) -> i32;
    fn ReadFile(file: Handle, into: *mut u8, size: u32, read: *mut u32, overlapped: *const c_void) -> i32;
    fn WriteFile(file: Handle, from: *const u8, size: u32, written: *mut u32, overlapped: *const c_void) -> i32;
    fn CreateProcessW(
        name: *const u16,
        line: *mut u16,
        process: *const c_void,
        thread: *const c_void,
        inherit: i32,
        flags: u32,
        env: *const c_void,
        folder: *const u16,
        startup: *const StartupInfo,
        made: *mut ProcessInformation,
    ) -> i32;
    fn WaitForSingleObject(handle: Handle, milliseconds: u32) -> u32;
    fn GetExitCodeProcess(process: Handle, code: *mut u32) -> i32;
    fn Sleep(milliseconds: u32);
    fn ExitProcess(code: u32) -> !;
}

// With Microsoft's linker no other code requires the library with the start of `main` and `memcpy`.
#[cfg(target_env = "msvc")]
#[link(name = "msvcrt")]
#[link(name = "vcruntime")]
#[link(name = "ucrt")]
unsafe extern "C" {}

/// All that is not on the stack, which is small. One thread uses it, and [`main`] alone makes the reference.
struct World {
    path: [u16; UNITS_MAX],
    value: [u16; UNITS_MAX],
    line: [u16; 2 * UNITS_MAX],
    letters: [u16; UNITS_MAX],
    args: [(usize, usize); ARGS_MAX],
    text: [u8; TEXT_BYTES_MAX],
    out: [u8; 8192],
    held: usize,
}

static mut WORLD: World = World {
    path: [0; UNITS_MAX],
    value: [0; UNITS_MAX],
    line: [0; 2 * UNITS_MAX],
    letters: [0; UNITS_MAX],
    args: [(0, 0); ARGS_MAX],
    text: [0; TEXT_BYTES_MAX],
    out: [0; 8192],
    held: 0,
};

/// The entry point, by the name that the C runtime calls.
#[unsafe(no_mangle)]
extern "C" fn main() -> i32 {
    // SAFETY: this is the one reference, in the one thread, and `main` is called once.
    let world = unsafe { &mut *(&raw mut WORLD) };
    // SAFETY: the buffer has room for as many units as the call is given.
    let length = unsafe { GetModuleFileNameW(null_mut(), world.path.as_mut_ptr(), UNITS_MAX as u32 - 1) } as usize;
    let World { path, value, line, letters, args, text, out, held } = world;
    let mut out = Out { bytes: out, held };
    let count = arguments(command_line(), letters, args);
    let args = Args { letters, at: &args[..count] };
    let Some(size) = own_text(path, text) else { out.end(BROKEN) };
    let mut own = Own { path: &path[..length], value, line };
    for step in text[..size].split(|byte| *byte == b'\n') {
        act(step, &args, &mut own, &mut out);
    }
    out.end(0)
}

/// Runs one line: a word, and after a tab its argument.
fn act(step: &[u8], args: &Args, own: &mut Own, out: &mut Out) {
    let (word, rest) = cut(step, b'\t');
    match word {
        b"" => {}
        b"go" => go(rest, args, own, out),
        b"say" => out.line(rest),
        b"args" => (0..args.at.len()).for_each(|number| out.units_line(args.get(number))),
        b"own-path" => out.units_line(own.path()),
        b"when" => {
            let (first, then) = cut(rest, b'\t');
            if args.is(0, first) {
                act(then, args, own, out);
            }
        }
        b"exit" => out.end(number(rest)),
        b"exit-with-argument" => out.end(args.number(1)),
        b"count" => {
            let letters: usize = (0..args.at.len()).map(|number| args.get(number).len()).sum();
            out.number(args.at.len());
            out.put(b" ");
            out.number(letters + args.at.len().saturating_sub(1));
            out.put(b"\n");
        }
        b"env" => environment(out),
        b"sleep" => {
            out.put(b"in ");
            // SAFETY: it takes nothing and cannot fail.
            out.number(unsafe { GetCurrentProcessId() } as usize);
            out.put(b"\n");
            out.flush();
            // SAFETY: it takes a number.
            unsafe { Sleep(SLEEP_MILLISECONDS) };
        }
        b"run" => run(rest, own, out),
        _ => out.end(BROKEN),
    }
}

/// The tiny `go`: `rest` is its version, system and architecture.
fn go(rest: &[u8], args: &Args, own: &mut Own, out: &mut Out) {
    let (version, rest) = cut(rest, b'\t');
    let (os, arch) = cut(rest, b'\t');
    if args.is(0, b"version") {
        for part in [&b"go version go"[..], version, b" ", os, b"/", arch, b"\n"] {
            out.put(part);
        }
    } else if args.is(0, b"env") {
        for asked in 1..args.at.len() {
            let is = |names: &[&[u8]]| names.iter().any(|name| args.is(asked, name));
            if is(&[b"GOROOT"]) {
                match own.variable(b"GOROOT") {
                    Some(value) if !value.is_empty() => out.units_line(value),
                    _ => out.units_line(own.goroot()),
                }
            } else if is(&[b"GOVERSION"]) {
                out.put(b"go");
                out.line(version);
            } else if is(&[b"GOOS", b"GOHOSTOS"]) {
                out.line(os);
            } else if is(&[b"GOARCH", b"GOHOSTARCH"]) {
                out.line(arch);
            } else if is(&[b"GOTOOLCHAIN"]) {
                match own.variable(b"GOTOOLCHAIN") {
                    Some(value) if !value.is_empty() => out.units_line(value),
                    _ => out.line(b"auto"),
                }
            } else {
                out.line(b"");
            }
        }
    } else if args.is(0, b"exit") {
        out.end(args.number(1));
    } else if args.is(0, b"args") {
        (1..args.at.len()).for_each(|number| out.units_line(args.get(number)));
    } else if args.is(0, b"show-env") {
        out.put(b"here=");
        out.units_line(own.goroot());
        for name in [&b"GOROOT"[..], b"GOTOOLCHAIN", b"GOPATH", b"GOCACHE", b"GOMODCACHE", b"GOFLAGS"] {
            out.put(name);
            match own.variable(name) {
                Some(value) => {
                    out.put(b"=");
                    out.units_line(value);
                }
                None => out.line(b" is not set"),
            }
        }
        out.put(b"PATH[0]=");
        let path = own.variable(b"PATH").unwrap_or_default();
        let end = path.iter().position(|unit| *unit == u16::from(b';')).unwrap_or(path.len());
        out.units_line(&path[..end]);
    } else if args.is(0, b"read") {
        let mut byte = [0];
        while input(&mut byte) && byte != *b"\n" {
            out.put(&byte);
        }
        out.put(b"\n");
    } else {
        out.put(b"go ");
        out.units(args.get(0));
        out.put(b": unknown command\n");
        out.flush_to(STDERR);
        out.end(2);
    }
}

/// The program itself, and buffers for system calls.
struct Own<'a> {
    path: &'a [u16],
    value: &'a mut [u16; UNITS_MAX],
    line: &'a mut [u16; 2 * UNITS_MAX],
}

impl Own<'_> {
    /// Its path, without the prefix for long paths.
    fn path(&self) -> &[u16] {
        const LONG: [u16; 4] = [b'\\' as u16, b'\\' as u16, b'?' as u16, b'\\' as u16];
        self.path.strip_prefix(&LONG).unwrap_or(self.path)
    }

    /// The folder two levels above its file.
    fn goroot(&self) -> &[u16] {
        let mut path = self.path();
        for _ in 0..2 {
            let end = path.iter().rposition(|unit| *unit == u16::from(b'\\')).unwrap_or(0);
            path = &path[..end];
        }
        path
    }

    /// A variable, if it is set.
    fn variable(&mut self, name: &[u8]) -> Option<&[u16]> {
        let mut wide = [0; 64];
        widen(name, &mut wide);
        // SAFETY: the name ends with a zero, and the buffer has room for as many units as the call is given.
        let (length, error) = unsafe {
            SetLastError(0);
            let length = GetEnvironmentVariableW(wide.as_ptr(), self.value.as_mut_ptr(), UNITS_MAX as u32);
            (length as usize, GetLastError())
        };
        (length > 0 || error == 0).then(|| &self.value[..length.min(UNITS_MAX)])
    }
}

/// Runs the program of this path, or the one of this name on PATH, with unchanged arguments; ends as it ends.
fn run(path: &[u8], own: &mut Own, out: &mut Out) {
    out.flush();
    let quoted = widen(b"\"", own.line.as_mut_slice());
    let mut length = quoted + widen(path, &mut own.line[quoted..]);
    let rest = command_line();
    let rest = &rest[program_end(rest)..];
    own.line[length] = u16::from(b'"');
    length += 1;
    own.line[length..length + rest.len()].copy_from_slice(rest);
    own.line[length + rest.len()] = 0;
    widen(path, own.value.as_mut_slice());
    let startup = StartupInfo { size: size_of::<StartupInfo>() as u32, rest: [0; STARTUP_WORDS] };
    let mut made = ProcessInformation { process: null_mut(), thread: null_mut(), process_id: 0, thread_id: 0 };
    let mut code = BROKEN;
    // SAFETY: both texts end with a zero, the structures are as the system has them, with zeros for what is not wanted.
    unsafe {
        let started = CreateProcessW(
            if path.contains(&b'\\') { own.value.as_ptr() } else { null() },
            own.line.as_mut_ptr(),
            null(),
            null(),
            1,
            0,
            null(),
            null(),
            &raw const startup,
            &raw mut made,
        );
        if started != 0 {
            WaitForSingleObject(made.process, u32::MAX);
            GetExitCodeProcess(made.process, &raw mut code);
        }
    }
    out.end(code);
}

/// Every variable on a line.
fn environment(out: &mut Out) {
    // SAFETY: the block is texts that end with a zero each, and ends with an empty one; nobody changes it.
    unsafe {
        let mut entry = GetEnvironmentStringsW();
        while *entry != 0 {
            let length = length_of(entry);
            let units = core::slice::from_raw_parts(entry, length);
            // Entries that begin so are the system's own.
            if units[0] != u16::from(b'=') {
                out.units_line(units);
            }
            entry = entry.add(length + 1);
        }
    }
}

/// The text after the end of the program's own file, moved to the start of the buffer: its length. `None` if the file
/// cannot be read, or has no mark in the searched part.
fn own_text(path: &[u16; UNITS_MAX], text: &mut [u8; TEXT_BYTES_MAX]) -> Option<usize> {
    const READ: u32 = 0x8000_0000;
    const SHARE_ALL: u32 = 7;
    const OPEN_EXISTING: u32 = 3;
    const FROM_END: u32 = 2;
    let mut read = 0;
    // SAFETY: the path ends with a zero, and the buffer has room for as many bytes as the call is given.
    unsafe {
        let file = CreateFileW(path.as_ptr(), READ, SHARE_ALL, null(), OPEN_EXISTING, 0, null_mut());
        SetFilePointerEx(file, -(TEXT_BYTES_MAX as i64), null_mut(), FROM_END);
        ReadFile(file, text.as_mut_ptr(), TEXT_BYTES_MAX as u32, &raw mut read, null());
    }
    let read = read as usize;
    // After a failure to open or read, no bytes were read.
    let mark = text[..read].windows(MARK.len()).rposition(|window| window == MARK)?;
    text.copy_within(mark + MARK.len()..read, 0);
    Some(read - mark - MARK.len())
}

fn command_line() -> &'static [u16] {
    // SAFETY: the system keeps this text, which ends with a zero, as long as the process lives.
    unsafe {
        let line = GetCommandLineW();
        core::slice::from_raw_parts(line, length_of(line))
    }
}

/// # Safety
/// The text ends with a zero.
unsafe fn length_of(text: *const u16) -> usize {
    let mut length = 0;
    // SAFETY: every unit up to the zero is part of the text.
    while unsafe { *text.add(length) } != 0 {
        length += 1;
    }
    length
}

/// The arguments after the program's name.
struct Args<'a> {
    letters: &'a [u16],
    at: &'a [(usize, usize)],
}

impl Args<'_> {
    fn get(&self, number: usize) -> &[u16] {
        self.at.get(number).map_or(&[], |(from, to)| &self.letters[*from..*to])
    }

    fn is(&self, number: usize, word: &[u8]) -> bool {
        let units = self.get(number);
        units.len() == word.len() && units.iter().zip(word).all(|(unit, byte)| *unit == u16::from(*byte))
    }

    fn number(&self, number: usize) -> u32 {
        let digit = |unit: &u16| u32::from(*unit).wrapping_sub(u32::from(b'0'));
        self.get(number).iter().fold(0, |sum: u32, unit| sum.wrapping_mul(10).wrapping_add(digit(unit)))
    }
}

const SPACES: [u16; 2] = [b' ' as u16, b'\t' as u16];
const QUOTE: u16 = b'"' as u16;
const BACKSLASH: u16 = b'\\' as u16;

/// The end of the program's name: at the next quote if it begins with one, else at the next space.
fn program_end(line: &[u16]) -> usize {
    match line.first() {
        Some(&QUOTE) => line.iter().skip(1).position(|unit| *unit == QUOTE).map_or(line.len(), |at| at + 2),
        _ => line.iter().position(|unit| SPACES.contains(unit)).unwrap_or(line.len()),
    }
}

/// Parses a command line by the rules of Microsoft's C runtime ("Parsing C command-line arguments"): an even number of
/// backslashes before a quote is half as many, an odd number makes the quote literal, and two quotes within quotes are
/// one.
fn arguments(line: &[u16], letters: &mut [u16; UNITS_MAX], at: &mut [(usize, usize); ARGS_MAX]) -> usize {
    let (mut next, mut end, mut count) = (program_end(line), 0, 0);
    loop {
        while line.get(next).is_some_and(|unit| SPACES.contains(unit)) {
            next += 1;
        }
        if next >= line.len() || count >= ARGS_MAX {
            return count;
        }
        let (start, mut quoted) = (end, false);
        while let Some(unit) = line.get(next).copied() {
            if SPACES.contains(&unit) && !quoted {
                break;
            }
            let backslashes = line[next..].iter().take_while(|unit| **unit == BACKSLASH).count();
            let before_quote = line.get(next + backslashes) == Some(&QUOTE);
            if backslashes > 0 {
                let kept = if before_quote { backslashes / 2 } else { backslashes };
                letters[end..end + kept].fill(BACKSLASH);
                end += kept;
                next += backslashes;
                if before_quote && backslashes % 2 == 1 {
                    letters[end] = QUOTE;
                    end += 1;
                    next += 1;
                }
            } else if unit == QUOTE {
                next += 1;
                if quoted && line.get(next) == Some(&QUOTE) {
                    letters[end] = QUOTE;
                    end += 1;
                    next += 1;
                } else {
                    quoted = !quoted;
                }
            } else {
                letters[end] = unit;
                end += 1;
                next += 1;
            }
        }
        at[count] = (start, end);
        count += 1;
    }
}

/// Standard output, through a buffer.
struct Out<'a> {
    bytes: &'a mut [u8; 8192],
    held: &'a mut usize,
}

const STDIN: u32 = -10_i32 as u32;
const STDOUT: u32 = -11_i32 as u32;
const STDERR: u32 = -12_i32 as u32;

impl Out<'_> {
    fn put(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if *self.held == self.bytes.len() {
                self.flush();
            }
            self.bytes[*self.held] = *byte;
            *self.held += 1;
        }
    }

    fn line(&mut self, bytes: &[u8]) {
        self.put(bytes);
        self.put(b"\n");
    }

    fn units_line(&mut self, units: &[u16]) {
        self.units(units);
        self.put(b"\n");
    }

    fn units(&mut self, units: &[u16]) {
        for letter in char::decode_utf16(units.iter().copied()) {
            let letter = letter.unwrap_or(char::REPLACEMENT_CHARACTER);
            self.put(letter.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }

    fn number(&mut self, number: usize) {
        if number >= 10 {
            self.number(number / 10);
        }
        self.put(&[b'0' + (number % 10) as u8]);
    }

    fn flush(&mut self) {
        self.flush_to(STDOUT);
    }

    fn flush_to(&mut self, stream: u32) {
        write(stream, &self.bytes[..*self.held]);
        *self.held = 0;
    }

    fn end(&mut self, code: u32) -> ! {
        self.flush();
        // SAFETY: it takes a number and does not come back.
        unsafe { ExitProcess(code) }
    }
}

fn write(stream: u32, mut bytes: &[u8]) {
    while !bytes.is_empty() {
        let mut written = 0;
        // SAFETY: there are as many bytes as the call is given.
        let ok = unsafe {
            WriteFile(GetStdHandle(stream), bytes.as_ptr(), bytes.len() as u32, &raw mut written, null())
        };
        if ok == 0 || written == 0 {
            return;
        }
        bytes = &bytes[written as usize..];
    }
}

/// Whether one more byte came on standard input.
fn input(byte: &mut [u8; 1]) -> bool {
    let mut read = 0;
    // SAFETY: there is room for one byte.
    unsafe { ReadFile(GetStdHandle(STDIN), byte.as_mut_ptr(), 1, &raw mut read, null()) != 0 && read == 1 }
}

/// The text before the first of these bytes, and the text after it.
fn cut(bytes: &[u8], at: u8) -> (&[u8], &[u8]) {
    match bytes.iter().position(|byte| *byte == at) {
        Some(end) => (&bytes[..end], &bytes[end + 1..]),
        None => (bytes, &[]),
    }
}

fn number(digits: &[u8]) -> u32 {
    digits.iter().fold(0, |sum: u32, digit| sum.wrapping_mul(10).wrapping_add(u32::from(digit.wrapping_sub(b'0'))))
}

/// UTF-8 as 16-bit units with a zero at the end; returns their number.
fn widen(text: &[u8], into: &mut [u16]) -> usize {
    let mut length = 0;
    for unit in core::str::from_utf8(text).unwrap_or_default().encode_utf16() {
        into[length] = unit;
        length += 1;
    }
    into[length] = 0;
    length
}

#[panic_handler]
fn broken(_: &core::panic::PanicInfo) -> ! {
    // SAFETY: it takes a number and does not come back.
    unsafe { ExitProcess(BROKEN) }
}
