//! The program without a runtime.
#![expect(unsafe_code, reason = "without a runtime the system is called by hand; every call says why it is sound")]

mod call;
mod memory;

use core::ffi::CStr;

use shim::limits::{ARGS_MAX, PATH_BYTES_MAX, VERSION_BYTES_MAX};
use shim::path::{called, is_plain, parent};
use shim::{Arena, Call, Decision, MARK, Machine, Opened, Path, RELEASES, ReadResult, contains, is_set_like, resolve};

/// The prefix of the variable that marks the process that was handed over, and its name.
const MARKER: &[u8] = b"GOWARD_SHIM=";
/// The variable that fixes a go command's release, and the one that marks its value as goward's (`shim::MARK`).
const TOOLCHAIN: [&[u8]; 2] = [b"GOTOOLCHAIN=", b"GOWARD_TOOLCHAIN="];
/// The variable of the folders that programs are looked for in.
const PATH: &[u8] = b"PATH=";
/// Enough bytes for such a name, `go`, a version and a NUL.
const TOOLCHAIN_BYTES_MAX: usize = 20 + VERSION_BYTES_MAX;
/// No program was found, as shells report it.
const STATUS_MISSING: usize = 127;
/// A program was found and could not be started, as shells report it.
const STATUS_REFUSED: usize = 126;
/// The path by which the system was asked to run this program (`AT_EXECFN`).
const AT_EXECFN: usize = 31;
/// The number of the user (`AT_UID`).
const AT_UID: usize = 11;
/// Enough bytes for a process's number in digits, a name and a home.
const MARKER_BYTES_MAX: usize = 384 + PATH_BYTES_MAX;

/// All writable memory. It is zeros, and the system provides each page at its first use. It is allocated at the
/// start: a program whose file declares such memory takes longer to load.
struct Memory {
    marker: [u8; MARKER_BYTES_MAX],
    toolchain: [[u8; TOOLCHAIN_BYTES_MAX]; 2],
    path: Path,
    arena: [u8; Arena::BYTES],
}

/// A list of texts as the system passes it: pointers, and null after the last.
#[derive(Clone, Copy)]
struct List {
    first: *const *const u8,
}

impl List {
    fn get(self, index: usize) -> Option<&'static [u8]> {
        // SAFETY: the caller has seen no null before this index, so it is in the list or the null behind it.
        let text = unsafe { *self.first.add(index) };
        // SAFETY: what the system hands over is ended by a NUL and stays where it is.
        (!text.is_null()).then(|| unsafe { CStr::from_ptr(text.cast()) }.to_bytes())
    }

    fn pointers(self) -> impl Iterator<Item = *const u8> {
        // SAFETY: the iterator ends at the null, and looks no further.
        (0..).map(move |index| unsafe { *self.first.add(index) }).take_while(|text| !text.is_null())
    }

    /// The value after `NAME=`. Other texts are read only as far as they match the name: most environments are long.
    fn var(self, name: &[u8]) -> Option<&'static CStr> {
        let begins = |text: &*const u8| {
            // SAFETY: every byte of the text up to its NUL may be read. No name holds a NUL, so the first byte that
            // differs is not behind it; and the `=` is looked at only where all before it was equal.
            let byte = |index: usize| unsafe { *text.add(index) };
            name.iter().enumerate().all(|(index, expected)| byte(index) == *expected) && byte(name.len()) == b'='
        };
        let text = self.pointers().find(begins)?;
        // SAFETY: the text is ended by a NUL, which follows the `=`, and stays where it is.
        Some(unsafe { CStr::from_ptr(text.add(name.len() + 1).cast()) })
    }

    /// The path by which the system was asked to run this program.
    fn executed(self) -> Option<&'static [u8]> {
        let text = self.told(AT_EXECFN)?;
        // SAFETY: this one is a text ended by a NUL, which stays where it is.
        Some(unsafe { CStr::from_ptr((text as *const u8).cast()) }.to_bytes())
    }

    /// The auxiliary vector, from the list of the variables: it follows that list in pairs, with two zeros at the end.
    fn told(self, wanted: usize) -> Option<usize> {
        // SAFETY: behind the null of the variables the system has put these pairs, which are looked at no further than
        // to the zero that ends them.
        let pair = |index: usize| unsafe {
            let pair = self.first.add(self.pointers().count() + 1 + 2 * index).cast::<usize>();
            (*pair, *pair.add(1))
        };
        let (_, value) = (0..).map(pair).take_while(|(kind, _)| *kind != 0).find(|(kind, _)| *kind == wanted)?;
        Some(value)
    }

    fn texts(self) -> impl Iterator<Item = &'static [u8]> {
        (0..).map_while(move |index| self.get(index))
    }
}

struct Real {
    vars: List,
    opened: Opened,
}

/// Where the program begins.
///
/// # Safety
/// The pointer is that of the initial stack: the count of the arguments, their list, null, the list of the variables,
/// null.
pub unsafe extern "C" fn begin(stack: *const usize) -> ! {
    // SAFETY: the caller vouches for the stack's shape.
    let (args, vars) = unsafe {
        let first: *const *const u8 = stack.add(1).cast();
        (List { first }, List { first: first.add(*stack + 1) })
    };
    let Some(memory) = call::memory(size_of::<Memory>()) else { call::exit(STATUS_REFUSED) };
    // SAFETY: there are so many bytes, aligned to a page, ours alone and for good; all fields are what they are
    // meant to begin as when they are zeros.
    run(args, vars, unsafe { &mut *memory.cast() })
}

fn run(args: List, vars: List, memory: &'static mut Memory) -> ! {
    let Memory { marker, toolchain, path, arena } = memory;
    let mut arena = Arena::new(arena);
    let name = called(args.get(0).unwrap_or(b"go"), vars.executed().unwrap_or_default());
    let own = arena.keep(PATH_BYTES_MAX, |into| call::read_link(b"/proc/self/exe\0", into).unwrap_or(0));
    let folder = arena.keep(PATH_BYTES_MAX, |into| working_folder(vars, into).unwrap_or(0));
    let mut first: [Option<&[u8]>; ARGS_MAX] = [None; ARGS_MAX];
    for (place, arg) in first.iter_mut().zip(args.texts().skip(1)) {
        *place = Some(arg);
    }
    let choice =
        resolve(&mut Real { vars, opened: Opened::default() }, arena, path, &Call { name, args: first, own, folder });

    if let Decision::Run { version, tree, pinned } = choice.decision {
        let file: &[u8] = if name == b"gofmt" { b"/bin/gofmt" } else { b"/bin/go" };
        path.set(&[tree, file]);
        let home = parent(own).and_then(parent).unwrap_or_default();
        if let Some(vars) = settled(vars, version.as_bytes(), pinned, home, toolchain) {
            execute(path, args.first, vars);
        }
    }
    hand_over(args, vars, name, own, choice.goward, path, marker)
}

/// The length of the working folder's physical path in `into`. It is 0 if `$PWD` names the same folder by another path:
/// then the folders above have other names than `..`, and goward decides.
fn working_folder(vars: List, into: &mut [u8]) -> Option<usize> {
    let length = call::working_folder(into).ok()?;
    let Some(named) = vars.var(b"PWD") else { return Some(length) };
    let is_same = |one: &[u8], other: &[u8]| {
        call::stat(one).is_ok_and(|one| call::stat(other).is_ok_and(|other| one.identity() == other.identity()))
    };
    let (named, named_nul) = (named.to_bytes(), named.to_bytes_with_nul());
    if into.get(..length) != Some(named) && is_plain(named) && is_same(named_nul, b".\0") {
        return Some(0);
    }
    Some(length)
}

/// Gives the call to goward, or to the next program of that name.
fn hand_over(
    args: List,
    vars: List,
    name: &'static [u8],
    own: &[u8],
    goward: Option<&[u8]>,
    program: &mut Path,
    marker: &'static mut [u8; MARKER_BYTES_MAX],
) -> ! {
    let folder = parent(own).unwrap_or_default();
    let home = parent(folder).unwrap_or_default();
    let Some(marker) = mark(marker, name, home) else { missing(name, b"its name is too long") };
    // A process keeps its number across `exec`, so a process with this mark has been here.
    if vars.texts().any(|var| var == marker.strip_suffix(b"\0").unwrap_or(marker)) {
        missing(name, b"goward and this shim call each other");
    }
    let Some(vars) = marked(vars, marker) else { missing(name, b"there is no memory for the variables") };
    // The table may be lost, or goward may have moved: then the link beside the shim may still point to one.
    for parts in [[goward.unwrap_or_default(), b""], [home, b"/shims/.goward"]] {
        program.set(&parts);
        if let (Some(path), Some(list)) = (program.with_nul(), handed(args)) {
            if let [own, verb, called, ..] = list {
                (*own, *verb, *called) = (path.as_ptr(), c"exec-shim".as_ptr().cast(), name.as_ptr());
            }
            execute(program, list.as_ptr(), vars);
        }
    }
    let ours = call::stat(b"/proc/self/exe\0").map(|stat| stat.identity());
    let folders = List { first: vars }.var(b"PATH").map_or(&b""[..], CStr::to_bytes);
    for folder in folders.split(|byte| *byte == b':').filter(|folder| folder.first() == Some(&b'/')) {
        program.set(&[folder, b"/", name]);
        let Some(path) = program.with_nul() else { continue };
        let other = call::stat(path).is_ok_and(|stat| stat.is_file() && ours.is_ok_and(|ours| stat.identity() != ours));
        if other {
            execute(program, args.first, vars);
        }
    }
    missing(name, b"neither goward nor another such program on PATH could be started")
}

/// Replaces this process by a program. Returns if it does not exist.
fn execute(program: &Path, args: *const *const u8, vars: *const *const u8) {
    let Some(path) = program.with_nul() else { return };
    // SAFETY: both lists are the system's own, or copies of them that end with a null as well.
    let error = unsafe { call::execute(path, args, vars) };
    if error == call::TOO_LONG {
        call::say(b"goward shim: arguments and environment are longer than the system takes\n");
        call::exit(STATUS_REFUSED);
    }
}

/// The list `PATH exec-shim NAME ARGUMENTS…`, whose first three entries the caller fills.
fn handed(args: List) -> Option<&'static mut [*const u8]> {
    let list = call::pointers(args.pointers().count() + 4)?;
    // The caller's first argument is its name, which becomes the third entry.
    for (place, arg) in list.iter_mut().skip(2).zip(args.pointers()) {
        *place = arg;
    }
    Some(list)
}

/// The variables, with the marker in place of an earlier one.
fn marked(vars: List, marker: &'static [u8]) -> Option<*const *const u8> {
    replaced(vars, &[MARKER], [marker].into_iter())
}

/// The variables with those that keep a go command at the release that a file pins; else without those of an outer
/// goward, and with the names of all releases on `PATH`, which the go command looks for before it downloads one. A
/// `GOTOOLCHAIN` of the user's stays.
fn settled(
    vars: List,
    version: &[u8],
    pinned: bool,
    home: &[u8],
    into: &'static mut [[u8; TOOLCHAIN_BYTES_MAX]; 2],
) -> Option<*const *const u8> {
    if !pinned {
        let (path, marked) = (with_releases(vars, home), vars.var(MARK.as_bytes()));
        if path.is_none() && marked.is_none() {
            return Some(vars.first);
        }
        let [toolchain, mark] = TOOLCHAIN;
        let is_ours = marked.is_some() && vars.var(b"GOTOOLCHAIN") == marked;
        let begins = [mark, if is_ours { toolchain } else { mark }, if path.is_some() { PATH } else { mark }];
        return replaced(vars, &begins, path.into_iter());
    }
    for (place, name) in into.iter_mut().zip(TOOLCHAIN) {
        let mut end = 0;
        for part in [name, b"go", version] {
            place.get_mut(end..end + part.len())?.copy_from_slice(part);
            end += part.len();
        }
    }
    // The bytes after the text are zeros.
    replaced(vars, &TOOLCHAIN, into.iter().map(<[u8; TOOLCHAIN_BYTES_MAX]>::as_slice))
}

/// `PATH=` with the folder of all releases' names first; none if it is there already, or there is no `PATH`.
fn with_releases(vars: List, home: &[u8]) -> Option<&'static [u8]> {
    let before = vars.var(b"PATH")?.to_bytes_with_nul();
    let parts = [PATH, home, b"/", RELEASES.as_bytes(), b":", before];
    let length = parts.iter().map(|part| part.len()).sum();
    let start = call::memory(length)?;
    // SAFETY: there are so many bytes of zeros, ours alone and for good.
    let text = unsafe { core::slice::from_raw_parts_mut(start, length) };
    let mut end = 0;
    for part in parts {
        text.get_mut(end..end + part.len())?.copy_from_slice(part);
        end += part.len();
    }
    let entry = text.get(PATH.len()..PATH.len() + home.len() + 1 + RELEASES.len())?;
    (!contains(before, entry)).then_some(text)
}

/// The variables without those with one of these prefixes, and with others, each of which ends with a NUL.
fn replaced(vars: List, begins: &[&[u8]], added: impl Iterator<Item = &'static [u8]>) -> Option<*const *const u8> {
    let others = || vars.texts().filter(|var| !begins.iter().any(|begin| var.starts_with(begin)));
    let list = call::pointers(others().count() + TOOLCHAIN.len() + 1)?;
    for (place, var) in list.iter_mut().zip(others().chain(added).map(<[u8]>::as_ptr)) {
        *place = var;
    }
    Some(list.as_ptr())
}

/// `GOWARD_SHIM=PROCESS:NAME:HOME`, with a NUL.
fn mark<'m>(into: &'m mut [u8; MARKER_BYTES_MAX], name: &[u8], home: &[u8]) -> Option<&'m [u8]> {
    let mut digits = [0; 20];
    let mut start = digits.len();
    let mut rest = call::process();
    while rest > 0 {
        start -= 1;
        *digits.get_mut(start)? = b'0' + u8::try_from(rest % 10).unwrap_or(0);
        rest /= 10;
    }
    let mut end = 0;
    for part in [MARKER, digits.get(start..)?, b":", name, b":", home, b"\0"] {
        into.get_mut(end..end + part.len())?.copy_from_slice(part);
        end += part.len();
    }
    into.get(..end)
}

fn missing(name: &[u8], why: &[u8]) -> ! {
    for part in [b"goward shim: could not run `", name, b"`: ", why] {
        call::say(part);
    }
    call::say(b"\n  hint: run `goward setup`, or take this shim off PATH\n");
    call::exit(STATUS_MISSING)
}

impl Machine for Real {
    fn var(&self, name: &str) -> Option<&[u8]> {
        self.vars.var(name.as_bytes()).map(CStr::to_bytes)
    }

    fn any_set(&self, begins: &[u8]) -> bool {
        self.vars.texts().any(|text| is_set_like(text, begins))
    }

    fn me(&self) -> Option<u32> {
        // The system always has it; without it only root's files would count.
        Some(self.vars.told(AT_UID).map_or(u32::MAX, |user| user as u32))
    }

    fn opened(&self) -> Opened {
        self.opened
    }

    fn owner(&mut self, path: &Path) -> Option<u32> {
        Some(call::stat(path.with_nul()?).ok()?.owner())
    }

    #[inline(never)]
    fn read(&mut self, path: &Path, into: &mut [u8]) -> ReadResult {
        let Some(path) = path.with_nul() else { return ReadResult::Odd };
        // A `stat` first costs half of a failed `open`, and most files do not exist. It also avoids opening a device.
        for followed in [call::NOT_FOLLOWED, call::FOLLOWED] {
            let stat = match call::stat_as(path, followed) {
                Ok(stat) => stat,
                Err(call::NOT_THERE | call::NO_FOLDER) => return ReadResult::Absent,
                Err(_) => return ReadResult::Odd,
            };
            if followed == call::NOT_FOLLOWED {
                self.opened.named_by = stat.owner();
            }
            if stat.is_file() {
                break;
            }
            if !stat.is_link() {
                return ReadResult::Odd;
            }
        }
        self.read_opened(path, 0, into).map_or(ReadResult::Odd, ReadResult::Bytes)
    }

    fn read_no_link(&mut self, path: &Path, into: &mut [u8]) -> Option<usize> {
        self.read_opened(path.with_nul()?, call::NO_LINK, into).ok()
    }

    fn read_link(&mut self, path: &Path, into: &mut [u8]) -> ReadResult {
        let Some(path) = path.with_nul() else { return ReadResult::Odd };
        match call::read_link(path, into) {
            // A file that fills the buffer may be longer.
            Ok(length) if length < into.len() => ReadResult::Bytes(length),
            Err(call::NOT_THERE | call::NO_FOLDER) => ReadResult::Absent,
            Ok(_) | Err(_) => ReadResult::Odd,
        }
    }

    fn changed(&mut self, path: &Path) -> Option<u64> {
        call::stat(path.with_nul()?).ok()?.changed()
    }
}

impl Real {
    /// Reads the present file, which may be another one than at the `stat`.
    #[inline(never)]
    fn read_opened(&mut self, path: &[u8], flags: usize, into: &mut [u8]) -> Result<usize, i32> {
        let file = call::open(path, flags)?;
        let stat = file.stat()?;
        (self.opened.owner, self.opened.mode) = (stat.owner(), stat.mode());
        if stat.is_file() { file.read(into, stat.bytes()) } else { Err(call::NOT_THERE) }
    }
}

/// Nothing here panics; what the compiler cannot see ends here.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    call::say(b"goward shim: this is a bug of goward's\n");
    call::exit(STATUS_REFUSED)
}
