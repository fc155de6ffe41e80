// Any bytes as the start of a bundle, as its manifest, as its sections.

pub fn check(data: &[u8]) {
    source::bundle::fuzz_bundle(data);
    archive::fuzz::fuzz_tar_zst(data);
}
