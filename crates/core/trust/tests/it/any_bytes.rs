//! No bytes make a reader panic, and a parsed value prints as the same bytes.

use crate::support::{Heads, TestLog, module};
use proptest::collection::vec;
use proptest::prelude::*;
use trust::tlog::{Tree, check_record, check_tree};
use trust::{Hash, ModuleVersion, Transport, TransportError};

/// Bytes that resemble valid input more often than random ones.
fn nearly() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(&b"\n"[..]),
        Just(&b"\n\n"[..]),
        Just(&b"1"[..]),
        Just(&b"go.sum database tree\n"[..]),
        Just("\u{2014} ".as_bytes()),
        Just(&b"sum.golang.org "[..]),
        Just(&b"Az3grh19zTBOmg0dGOAELF5SP1N/QTSsuYwquERee13uccsbttgwVlS/0MhlHd7IEvb6fQVKmu7XFovf0PT1tKOnHQo="[..]),
        Just(&b"golang.org/toolchain v0.0.1-go1.27.3.linux-amd64"[..]),
        Just(&b"/go.mod"[..]),
        Just(&b" h1:THKeCuuOK6mnQhbTbvvH9CKU3D4lwUERQax+yRXCVJk="[..]),
        Just(&b"tile/8/0/x001/234.p/5"[..]),
        Just(&b"+033de0ae+"[..]),
        Just(&b"\xff"[..]),
    ];
    vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// Small numbers, for which proofs have a sound shape, as well as any.
fn number() -> impl Strategy<Value = u64> {
    prop_oneof![0u64..40, any::<u64>()]
}

fn hashes() -> impl Strategy<Value = Vec<Hash>> {
    let hash = || any::<[u8; 32]>().prop_map(Hash);
    prop_oneof![vec(hash(), 0..7), vec(hash(), 0..70)]
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..600)) {
        trust::fuzz_note(&bytes);
        trust::fuzz_lookup(&bytes);
        trust::fuzz_tile_path(&bytes);
    }

    #[test]
    fn bytes_that_look_right_are_read_or_refused(bytes in nearly()) {
        trust::fuzz_note(&bytes);
        trust::fuzz_lookup(&bytes);
        trust::fuzz_tile_path(&bytes);
    }

    #[test]
    fn tiles_of_any_place_have_one_path(level in 0u8..8, index in 0u64..1 << 54, width in 1u16..=256) {
        let tile = trust::Tile { level, index, width };
        prop_assert_eq!(tile.to_string().parse(), Ok(tile));
    }

    #[test]
    fn any_proof_of_any_tree_is_refused(proof in hashes(), size in number(), inner in number(), root in any::<[u8; 32]>()) {
        let tree = Tree { size, root: Hash(root) };
        let older = Tree { size: inner, root: Hash([1; 32]) };
        prop_assert!(check_record(&proof, &tree, inner, &Hash([0; 32])).is_err());
        prop_assert!(check_tree(&proof, &tree, &older).is_err());
    }

    #[test]
    fn a_server_of_nonsense_proves_nothing(bytes in nearly(), tiles in vec(any::<u8>(), 0..40)) {
        struct Nonsense(Vec<u8>, Vec<u8>);
        impl Transport for Nonsense {
            fn get(&self, path: &str, _bytes_max: u64) -> Result<Vec<u8>, TransportError> {
                Ok(if path.starts_with("tile") { self.1.clone() } else { self.0.clone() })
            }
        }
        let log = TestLog::of(9);
        let lookup = log.database().lookup(&module(3), &Nonsense(bytes, tiles.clone()), &Heads::default());
        prop_assert!(lookup.is_err());
        // The true answer and head, with tiles that are noise.
        let body = log.lookup_body(3, 9).into_bytes();
        let lookup = log.database().lookup(&module(3), &Nonsense(body, tiles), &Heads::with(log.head(5)));
        prop_assert!(lookup.is_err());
    }

    #[test]
    fn any_module_version_has_a_safe_path_or_none(module in ".{0,20}", version in "v?.{0,20}") {
        if let Some(path) = (ModuleVersion { module, version }).lookup_path() {
            prop_assert!(path.starts_with("lookup/"));
            prop_assert!(path.bytes().all(|byte| byte.is_ascii_graphic() && !byte.is_ascii_uppercase()));
            prop_assert!(!path.contains("..") || !path.split('/').any(|part| part.starts_with('.')));
            prop_assert!(!path.contains(['?', '#', '%', '\\', ':']));
        }
    }

    #[test]
    fn any_list_of_files_has_one_hash_in_whatever_order(names in vec("[a-z/._]{1,12}", 0..30)) {
        let list: Vec<(String, release::Digest)> = names.iter().map(|name| (name.clone(), release::Digest::from_bytes([name.len() as u8; 32]))).collect();
        let forward = trust::toolchain_h1("go1.27.3.linux-amd64", list.iter().map(|(name, hash)| (name.as_str(), hash)));
        let backward = trust::toolchain_h1("go1.27.3.linux-amd64", list.iter().rev().map(|(name, hash)| (name.as_str(), hash)));
        prop_assert_eq!(forward.is_ok(), backward.is_ok());
        if let (Ok(forward), Ok(backward)) = (forward, backward) {
            prop_assert_eq!(forward, backward);
        }
    }
}
