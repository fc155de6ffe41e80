use std::collections::HashMap;
use std::convert::Infallible;

use release::Digest;

use super::*;

/// The leaves that implementations of RFC 6962 share as vectors, in hexadecimal.
const LEAVES: [&[u8]; 8] = [
    b"",
    b"\x00",
    b"\x10",
    b"\x20\x21",
    b"\x30\x31",
    b"\x40\x41\x42\x43",
    b"\x50\x51\x52\x53\x54\x55\x56\x57",
    b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
];

/// The roots of the first one to eight of them.
const ROOTS: [&str; 8] = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

/// The definition of RFC 6962 in its simplest form, cached so that every size can be tested.
struct Simple {
    leaves: Vec<Hash>,
    known: HashMap<(usize, usize), Hash>,
}

impl Simple {
    fn of(count: usize) -> Simple {
        let leaves = (0..count).map(|n| record_hash(format!("record {n}\n").as_bytes())).collect();
        Simple { leaves, known: HashMap::new() }
    }

    fn root(&mut self, from: usize, to: usize) -> Hash {
        if to - from == 1 {
            return self.leaves[from];
        }
        if let Some(hash) = self.known.get(&(from, to)) {
            return *hash;
        }
        let mut half = 1;
        while half * 2 < to - from {
            half *= 2;
        }
        let hash = node_hash(&self.root(from, from + half), &self.root(from + half, to));
        self.known.insert((from, to), hash);
        hash
    }

    fn tree(&mut self, size: usize) -> Tree {
        Tree { size: size as u64, root: self.root(0, size) }
    }

    fn node(&mut self, node: Node) -> Result<Hash, ProofError> {
        let from = (node.index << node.level) as usize;
        Ok(self.root(from, from + (1 << node.level)))
    }
}

const SIZE_MAX: usize = 600;

#[test]
fn the_published_vectors_hold() {
    assert_eq!(
        Digest::from_bytes(empty_root().0).to_string(),
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
    let mut log = Simple { leaves: LEAVES.iter().map(|leaf| record_hash(leaf)).collect(), known: HashMap::new() };
    for (size, root) in (1..).zip(ROOTS) {
        let computed = tree_root(size, &mut |node| log.node(node)).unwrap();
        assert_eq!(Digest::from_bytes(computed.0).to_string(), root, "{size} records");
    }
}

#[test]
fn every_record_of_every_size_is_proven_and_only_at_its_place() {
    let mut log = Simple::of(SIZE_MAX);
    for size in 1..=SIZE_MAX {
        let tree = log.tree(size);
        assert_eq!(tree_root(size as u64, &mut |node| log.node(node)), Ok(tree.root));
        for record in 0..size {
            let proof = prove_record(size as u64, record as u64, &mut |node| log.node(node)).unwrap();
            let leaf = log.leaves[record];
            assert_eq!(check_record(&proof, &tree, record as u64, &leaf), Ok(()), "{record} of {size}");
            let beside = (record + 1) % size;
            // The failing cases cover a seventh of the pairs, at varying places, to save time.
            if beside != record && (size + record) % 7 == 0 {
                assert!(check_record(&proof, &tree, beside as u64, &leaf).is_err());
                assert!(check_record(&proof, &tree, record as u64, &log.leaves[beside]).is_err());
            }
        }
    }
}

#[test]
fn every_size_is_proven_to_begin_every_larger_one() {
    let mut log = Simple::of(SIZE_MAX);
    let wrong = Hash([7; 32]);
    for newer_size in 1..=SIZE_MAX {
        let newer = log.tree(newer_size);
        for older_size in 1..=newer_size {
            let older = log.tree(older_size);
            let proof = prove_tree(newer.size, older.size, &mut |node| log.node(node)).unwrap();
            assert_eq!(check_tree(&proof, &newer, &older), Ok(()), "{older_size} in {newer_size}");
            if (newer_size + older_size) % 7 != 0 {
                continue;
            }
            assert!(check_tree(&proof, &newer, &Tree { root: wrong, ..older }).is_err());
            assert!(check_tree(&proof, &Tree { root: wrong, ..newer }, &older).is_err());
        }
    }
}

#[test]
fn a_proof_with_any_hash_changed_missing_or_added_does_not_hold() {
    let mut log = Simple::of(SIZE_MAX);
    for (size, inner) in
        [(1, 0), (2, 1), (255, 254), (256, 100), (257, 256), (511, 3), (512, 256), (513, 512), (600, 599)]
    {
        let tree = log.tree(size);
        let leaf = log.leaves[inner];
        let record_proof = prove_record(size as u64, inner as u64, &mut |node| log.node(node)).unwrap();
        let older = log.tree(inner.max(1));
        let tree_proof = prove_tree(tree.size, older.size, &mut |node| log.node(node)).unwrap();
        let record_holds = |proof: &[Hash]| check_record(proof, &tree, inner as u64, &leaf).is_ok();
        let tree_holds = |proof: &[Hash]| check_tree(proof, &tree, &older).is_ok();
        for (proof, holds) in [(record_proof, &record_holds as &dyn Fn(&[Hash]) -> bool), (tree_proof, &tree_holds)] {
            assert!(holds(&proof));
            for at in 0..proof.len() {
                let mut changed = proof.clone();
                changed[at].0[at % 32] ^= 1;
                assert!(!holds(&changed));
                changed = proof.clone();
                changed.remove(at);
                assert!(!holds(&changed));
            }
            for at in 0..=proof.len() {
                let mut longer = proof.clone();
                longer.insert(at, Hash([0; 32]));
                assert!(!holds(&longer));
            }
        }
    }
}

#[test]
fn what_does_not_lie_in_a_tree_has_no_proof() {
    let zero = &mut |_| -> Result<Hash, ProofError> { Ok(Hash([0; 32])) };
    let tree = |size| Tree { size, root: Hash([0; 32]) };
    for (size, inner) in [(0, 0), (1, 1), (5, 6), (TREE_SIZE_MAX + 1, 3), (u64::MAX, 3), (3, u64::MAX)] {
        let out_of_range = ProofError::OutOfRange { inner, tree_size: size };
        assert_eq!(prove_record(size, inner, zero), Err(out_of_range));
        assert_eq!(check_record(&[], &tree(size), inner, &Hash([0; 32])), Err(out_of_range));
    }
    for (size, inner) in [(0, 0), (5, 0), (5, 6), (TREE_SIZE_MAX + 1, 3), (u64::MAX, 3), (3, u64::MAX)] {
        let out_of_range = ProofError::OutOfRange { inner, tree_size: size };
        assert_eq!(prove_tree(size, inner, zero), Err(out_of_range));
        assert_eq!(check_tree(&[], &tree(size), &tree(inner)), Err(out_of_range));
    }
}

#[test]
fn the_largest_trees_have_proofs_within_the_bound() {
    let zero = &mut |_| -> Result<Hash, ProofError> { Ok(Hash([0; 32])) };
    let sizes = [TREE_SIZE_MAX, TREE_SIZE_MAX - 1, (TREE_SIZE_MAX >> 1) + 1];
    for size in sizes {
        for inner in [0, 1, size / 2, size - 2, size - 1] {
            assert!(prove_record(size, inner, zero).unwrap().len() <= PROOF_HASHES_MAX);
            assert!(prove_tree(size, inner.max(1), zero).unwrap().len() <= PROOF_HASHES_MAX);
        }
    }
    let root: Result<Hash, Infallible> = tree_root(u64::MAX, &mut |_| Ok(Hash([0; 32])));
    assert!(root.is_ok());
}
