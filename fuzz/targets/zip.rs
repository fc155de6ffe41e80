// Any bytes as a zip.

pub fn check(data: &[u8]) {
    archive::fuzz::fuzz_zip(data);
}
