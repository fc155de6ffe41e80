//! The fuzz targets as ordinary tests: each gets its first inputs, and these with bytes changed. A change that breaks a
//! target is seen here, where every change is tested; the fuzzer itself (`cargo xtask fuzz`) searches on from the same
//! inputs.

macro_rules! targets {
    ($($name:ident),* $(,)?) => {
        mod targets {
            $(
                pub mod $name {
                    include!(concat!("../../../../fuzz/targets/", stringify!($name), ".rs"));
                }
            )*
        }
        $(
            #[test]
            fn $name() {
                holds_for(stringify!($name), targets::$name::check);
            }
        )*

        #[test]
        fn every_target_is_here() {
            let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../fuzz/targets");
            let names = sys::Fs::real().names_if_there(&folder).unwrap();
            let mut there: Vec<String> =
                names.iter().map(|name| name.to_str().unwrap().trim_end_matches(".rs").to_owned()).collect();
            let mut here: Vec<&str> = vec![$(stringify!($name)),*];
            there.sort_unstable();
            here.sort_unstable();
            assert_eq!(there, here);
        }
    };
}

targets!(guard, tar_gz, zip, texts, index, version, lock_file, project_files, shim_table, sumdb, bundle, gate);

/// Changed inputs of each target: enough to pass every line of it, few enough for a second.
const CHANGED: usize = 100;
/// Bytes of an input: what is larger takes longer and shows nothing more.
const INPUT_BYTES_MAX: usize = 4 << 10;

fn holds_for(name: &str, check: fn(&[u8])) {
    let mut chance = fastrand::Rng::with_seed(1);
    let mut inputs = vec![Vec::new(), vec![b' '; INPUT_BYTES_MAX]];
    for (_, mut bytes) in testkit::hostile::seeds(name) {
        bytes.truncate(INPUT_BYTES_MAX);
        inputs.push(bytes);
    }
    inputs.iter().for_each(|input| check(input));
    for _ in 0..CHANGED {
        let mut changed = inputs[chance.usize(..inputs.len())].clone();
        changed.truncate(chance.usize(..=changed.len()));
        for _ in 0..chance.usize(1..8) {
            match changed.len() {
                0 => changed.push(chance.u8(..)),
                length => changed[chance.usize(..length)] = chance.u8(..),
            }
        }
        check(&changed);
    }
}
