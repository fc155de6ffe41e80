// Any bytes as a release index; a parsed one must be written and parsed back.

pub fn check(data: &[u8]) {
    if let Ok(index) = release::Index::parse(data) {
        let again = release::Index::parse(index.to_json().as_bytes()).expect("an index reads what it writes");
        assert_eq!(again.releases().len(), index.releases().len());
    }
}
