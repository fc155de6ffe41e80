// Any bytes as a tar.gz.

pub fn check(data: &[u8]) {
    archive::fuzz::fuzz_tar_gz(data);
}
