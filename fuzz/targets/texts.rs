// Any bytes as a wheel's RECORD and as a pax header.

pub fn check(data: &[u8]) {
    archive::fuzz::fuzz_texts(data);
}
