// Any bytes as a version, a request, an archive name, a checksum file.

pub fn check(data: &[u8]) {
    if let Ok(version) = release::Version::parse_bytes(data) {
        assert_eq!(version.to_string().parse().ok(), Some(version));
    }
    if let Ok(request) = release::Request::parse_bytes(data) {
        assert_eq!(request.to_string().parse().ok(), Some(request));
    }
    let _ = release::parse_archive_name_bytes(data);
    let _ = release::parse_checksum_body(data);
}
