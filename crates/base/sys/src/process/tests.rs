use super::*;

/// So long no test takes.
const LONG: Duration = Duration::from_secs(20);

/// A script of the shell's in an empty folder, with no variable; the folder above it goes with the returned value.
fn script(text: &str) -> (Helper, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let empty = EmptyFolder::make(&Fs::real(), &folder.path().join("work"), 0).unwrap();
    let helper = Helper::new(Program::at("/bin/sh").unwrap(), empty, Environment::empty()).args(["-c", text]);
    (helper, folder)
}

fn run(text: &str, bytes_max: u64, time_max: Duration) -> Ended {
    Process.capture(script(text).0, bytes_max, time_max, &Interrupt::new()).unwrap()
}

#[test]
fn output_is_bounded_and_the_code_is_kept() {
    let ended = run("printf abcdef; printf xyz >&2; exit 7", 4, LONG);
    assert_eq!((ended.code, ended.stdout.as_slice(), ended.stderr.as_slice()), (Some(7), &b"abcd"[..], &b"xyz"[..]));
    assert!(!ended.timed_out);
}

#[test]
fn what_is_fed_can_be_read_or_left() {
    let fed = |text: &str| {
        let input = vec![b'x'; 300_000];
        let (helper, _folder) = script(text);
        Process.capture_fed(helper, input, 400_000, LONG, &Interrupt::new()).unwrap()
    };
    assert_eq!(fed("/bin/cat").stdout.len(), 300_000);
    assert_eq!(fed("exit 3").code, Some(3));
}

#[test]
fn a_program_that_hangs_is_ended() {
    let ended = run("exec /bin/sleep 600", 4, Duration::from_millis(50));
    assert!(ended.timed_out);
    assert_eq!(ended.code, None);
}

#[test]
fn a_helper_has_an_empty_folder_and_the_environment_that_it_was_given_and_leaves_nothing() {
    let (helper, folder) = script("pwd; ls -A; touch left; /usr/bin/env | grep -v '^_=' | grep -v '^SHLVL='");
    let at = std::fs::canonicalize(helper.folder()).unwrap();
    let ended = Process.capture(helper, 10_000, LONG, &Interrupt::new()).unwrap();
    let said = String::from_utf8(ended.stdout).unwrap();
    let mut lines = said.lines();
    assert_eq!(std::path::Path::new(lines.next().unwrap()), at);
    let rest: Vec<&str> = lines.collect();
    assert!(rest.iter().all(|line| line.starts_with("PWD=") || line.starts_with("OLDPWD=")), "{rest:?}");
    assert_eq!(Fs::real().names(&folder.path().join("work")).unwrap(), [""; 0]);
}

/// Whether a process still runs; a zombie does not.
fn runs(id: &str) -> bool {
    let state = std::process::Command::new("ps").args(["-o", "stat=", "-p", id.trim()]).output().unwrap();
    let state = String::from_utf8_lossy(&state.stdout).trim().to_owned();
    !state.is_empty() && !state.starts_with('Z')
}

#[track_caller]
fn ends_soon(id: &str) {
    let deadline = Instant::now() + LONG;
    while runs(id) {
        assert!(Instant::now() < deadline, "process {id} was left running");
        std::thread::sleep(POLL_INTERVAL);
    }
}

#[test]
fn what_a_helper_leaves_behind_ends_with_it_however_it_ends() {
    // Goal: no grandchild outlives a helper, or makes goward wait by keeping its pipe open. Method: one sleeps behind a
    // helper that ends by itself, one behind a helper that runs out of its time.
    let start = Instant::now();
    let by_itself = run("/bin/sleep 600 & echo $!", 100, LONG);
    assert_eq!(by_itself.code, Some(0));
    ends_soon(&String::from_utf8(by_itself.stdout).unwrap());
    let late = run("/bin/sleep 600 & echo $!; wait", 100, Duration::from_millis(300));
    assert!(late.timed_out);
    ends_soon(&String::from_utf8(late.stdout).unwrap());
    assert!(start.elapsed() < LONG, "it was waited for");
}

#[test]
fn an_interrupted_helper_ends_with_what_it_has_started() {
    let folder = tempfile::tempdir().unwrap();
    let told = folder.path().join("told");
    let (helper, _folder) = script(&format!("/bin/sleep 600 & echo $! > '{}'; wait", told.display()));
    let interrupt = Interrupt::new();
    let asked = interrupt.clone();
    let waiting = std::thread::spawn(move || Process.capture(helper, 100, LONG, &asked));
    let id = loop {
        match std::fs::read_to_string(&told) {
            Ok(id) if id.ends_with('\n') => break id,
            _ => std::thread::sleep(POLL_INTERVAL),
        }
    };
    interrupt.ask();
    assert_eq!(waiting.join().unwrap().unwrap_err().kind(), io::ErrorKind::Interrupted);
    ends_soon(&id);
}

#[test]
fn who_has_left_the_group_is_not_waited_for() {
    if !std::path::Path::new("/usr/bin/setsid").exists() {
        return eprintln!("skipped: there is no setsid");
    }
    let start = Instant::now();
    let ended = run("/usr/bin/setsid /bin/sleep 5 & echo said; exit 0", 100, LONG);
    assert_eq!((ended.code, ended.stdout.as_slice()), (Some(0), &b"said\n"[..]));
    assert!(start.elapsed() < Duration::from_secs(4), "it was waited for");
}
