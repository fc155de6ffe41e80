//! Every hostile project file that the test kit makes: an error that can be shown, or a plain version, never a panic.

use diag::{Class, Diagnose};
use project::{Decision, FileName, Folder, FoundFile, Inputs, LockFile, PinFiles, PinKind, ProjectError, Want, decide};
use testkit::hostile::project::cases;

/// Decides in a folder with this one file, as the walk passes it.
fn decided(name: FileName, bytes: &[u8]) -> Result<Decision, ProjectError> {
    let content = bytes[..bytes.len().min(name.bytes_max() + 1)].to_vec();
    let file = FoundFile::new(name, format!("/w/{name}"), content);
    let folders = vec![Folder { path: "/w".to_owned(), owner: None, files: vec![file] }];
    decide(&Inputs { folders, pin_files: PinFiles::new(PinKind::ALL), ..Inputs::default() })
}

/// Whether a text is printable: no control character, and no character that hides or reverses text.
fn can_be_shown(text: &str) -> bool {
    text.len() < 2000
        && !text
            .chars()
            .any(|c| c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{feff}'))
}

/// The wanted version, as the text that goes into a request or a path.
fn wanted(want: &Want) -> String {
    match want {
        Want::Pinned { request, .. } | Want::Default { request, .. } => request.to_string(),
        Want::AtLeast { floor, .. } => match floor.raise(None) {
            Ok(Some(raised)) => raised.version.to_string(),
            _ => String::new(),
        },
        Want::Nothing => String::new(),
    }
}

#[test]
fn nothing_of_a_hostile_file_passes_but_a_plain_version() {
    let mut seen = 0;
    for (file, case) in cases() {
        let Some(name) = FileName::ALL.into_iter().find(|name| name.as_str() == file) else { continue };
        seen += 1;
        match decided(name, &case.bytes) {
            Err(error) => {
                assert!(matches!(error.class(), Class::Usage | Class::Integrity), "{file}, {}: {error:?}", case.name);
                let said = std::iter::successors(Some(&error as &dyn std::error::Error), |error| error.source());
                let hints = error.hints();
                let said = said.map(ToString::to_string).chain(hints.lines().iter().cloned());
                for said in said {
                    assert!(can_be_shown(&said), "{file}, {}: {said:?}", case.name);
                }
            }
            Ok(decision) => {
                let wanted = wanted(&decision.want);
                let plain = wanted.len() <= 64
                    && wanted.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | ' ' | '<' | '>' | '='));
                assert!(plain, "{file}, {}: {wanted:?}", case.name);
            }
        }
    }
    assert!(seen >= 45, "only {seen} cases are of files that are read here");
}

#[test]
fn a_hostile_lock_file_is_no_lock_file() {
    for (_, case) in cases().into_iter().filter(|(file, _)| *file == "goward.lock") {
        match LockFile::parse(&case.bytes) {
            Ok(_) => panic!("{}: it was taken", case.name),
            Err(error) => assert!(can_be_shown(&error.to_string()), "{}: {error}", case.name),
        }
    }
}
