// Any bytes as each file that goward reads in a project; the result is always a plain version.

use project::{FileName, Folder, FoundFile, Inputs, PinFiles, PinKind, Want, decide};

pub fn check(data: &[u8]) {
    for name in FileName::ALL {
        let content = data[..data.len().min(name.bytes_max() + 1)].to_vec();
        let file = FoundFile::new(name, format!("/w/{name}"), content);
        let folders = vec![Folder { path: "/w".to_owned(), owner: None, files: vec![file] }];
        let inputs = Inputs { folders, pin_files: PinFiles::new(PinKind::ALL), ..Inputs::default() };
        match decide(&inputs) {
            Ok(decision) => {
                if let Want::Pinned { request, .. } = decision.want {
                    let text = request.to_string();
                    assert!(text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_control() && byte != b'/'), "{text:?}");
                }
            }
            Err(error) => assert!(!error.to_string().chars().any(char::is_control), "{error}"),
        }
    }
}
