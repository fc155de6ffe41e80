// Any bytes as a lock file; a parsed one must be written and parsed back.

pub fn check(data: &[u8]) {
    if let Ok(lock) = project::LockFile::parse(data) {
        let text = lock.encode();
        let again = project::LockFile::parse(text.as_bytes()).expect("a lock file reads what it writes");
        assert_eq!(again.encode(), text);
    }
}
