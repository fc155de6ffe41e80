use std::sync::Mutex;

use super::*;

/// Notes what it sees.
#[derive(Default)]
struct Notes {
    seen: Mutex<Vec<(OutputStream, Vec<u8>)>>,
}

impl Observer for Notes {
    fn output(&self, stream: OutputStream, bytes: &[u8]) -> bool {
        self.seen.lock().unwrap().push((stream, bytes.to_vec()));
        true
    }
}

impl Notes {
    fn of(&self, stream: OutputStream) -> Vec<u8> {
        let seen = self.seen.lock().unwrap();
        seen.iter().filter(|(one, _)| *one == stream).flat_map(|(_, bytes)| bytes.clone()).collect()
    }
}

fn observe(script: &str) -> (Observed, Arc<Notes>) {
    let notes = Arc::new(Notes::default());
    let program = UserProgram::new(crate::Program::at("/bin/sh").unwrap()).args(["-c", script]);
    let observer: Arc<dyn Observer> = notes.clone();
    let mut turns = 0;
    let ended = Process.observe(&program, &observer, &mut || turns += 1).unwrap();
    assert!(turns > 0);
    (ended, notes)
}

#[test]
fn both_streams_are_seen_and_the_code_is_the_program_s() {
    let (ended, notes) = observe("echo out; echo err >&2; exit 7");
    assert_eq!((ended.code, ended.signal, ended.is_held_open), (7, None, false));
    assert_eq!(
        (notes.of(OutputStream::Stdout), notes.of(OutputStream::Stderr)),
        (b"out\n".to_vec(), b"err\n".to_vec())
    );
    let (ended, _) = observe("kill -KILL $$");
    assert_eq!((ended.code, ended.signal), (137, Some(9)));
}

#[test]
fn what_the_program_leaves_behind_is_not_waited_for() {
    let start = Instant::now();
    let (ended, notes) = observe("/bin/sleep 600 & echo $!");
    assert!(ended.is_held_open && start.elapsed() < std::time::Duration::from_secs(60));
    let id = String::from_utf8(notes.of(OutputStream::Stdout)).unwrap();
    std::process::Command::new("kill").arg(id.trim()).status().unwrap();
}
