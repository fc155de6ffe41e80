//! The arithmetic of a transparency log: RFC 6962 hashes, and the two proofs.
//!
//! An *inclusion* proof shows that a tree contains a record; a *consistency* proof shows that an older tree is a prefix
//! of a newer one. Proofs are assembled from hashes of any origin, for example tiles, and then checked against signed
//! roots. Only the check counts: no code here trusts a hash because of its origin (that is how CVE-2026-56865 came
//! about). Source: RFC 6962, section 2.1; `golang.org/x/mod/sumdb/tlog`.
//!
//! Pure arithmetic, tested against the published vectors of RFC 6962 implementations and, over every size up to 600,
//! against a second, simplest implementation of the definition.

use crate::hash::Hash;
use crate::limits::{PROOF_HASHES_MAX, TREE_SIZE_MAX};

/// The hash of a record: SHA-256 of a zero byte and the text.
pub fn record_hash(text: &[u8]) -> Hash {
    Hash::of(&[&[0], text])
}

/// The hash of an inner node: SHA-256 of a one byte and both children.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Hash::of(&[&[1], &left.0, &right.0])
}

/// The root of a tree without records.
pub fn empty_root() -> Hash {
    Hash::of(&[])
}

/// A complete subtree: the records from `index << level` up to, not including, `(index + 1) << level`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Node {
    /// 0 for a record, one more for each doubling.
    pub level: u8,
    /// Its number among the subtrees of its level.
    pub index: u64,
}

/// Why a proof cannot be made or does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The record or the older tree is not within the tree, or the tree is larger than any can be.
    #[error("{inner} does not lie within a tree of {tree_size} records")]
    OutOfRange {
        /// The record's number or the older tree's size.
        inner: u64,
        /// The size of the tree.
        tree_size: u64,
    },
    /// The proof has too many hashes or too few, or they do not give the root.
    #[error("the proof does not give the signed root")]
    DoesNotHold,
}

/// Consecutive records: from `from` up to, not including, `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Span {
    from: u64,
    to: u64,
}

/// The side of the path on which a span is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

impl Span {
    /// The point at which RFC 6962 splits a span of two or more: after the largest power of two that is smaller than
    /// it.
    fn split(self) -> u64 {
        let length = self.to - self.from;
        self.from + (1 << (u64::BITS - 1 - (length - 1).leading_zeros()))
    }

    /// Its complete subtrees, from the left: large ones first.
    fn nodes(self) -> Vec<Node> {
        let mut nodes = Vec::new();
        let mut from = self.from;
        while from < self.to {
            let level = (self.to - from).ilog2();
            nodes.push(Node { level: level as u8, index: from >> level });
            from += 1 << level;
        }
        nodes
    }

    /// Its hash, from the hashes of its subtrees.
    fn hash<E>(self, read: &mut impl FnMut(Node) -> Result<Hash, E>) -> Result<Hash, E> {
        let hashes = self.nodes().into_iter().map(read).collect::<Result<Vec<_>, E>>()?;
        let joined = hashes.into_iter().rev().reduce(|right, left| node_hash(&left, &right));
        Ok(joined.unwrap_or_else(empty_root))
    }
}

/// The root of the first `tree_size` records, from the hashes that `read` gives.
///
/// # Errors
/// Those of `read`.
pub fn tree_root<E>(tree_size: u64, read: &mut impl FnMut(Node) -> Result<Hash, E>) -> Result<Hash, E> {
    Span { from: 0, to: tree_size.min(TREE_SIZE_MAX) }.hash(read)
}

/// The spans whose hashes connect a record with the root, from the record upwards.
fn record_path(tree_size: u64, record: u64) -> Result<Vec<(Side, Span)>, ProofError> {
    if record >= tree_size || tree_size > TREE_SIZE_MAX {
        return Err(ProofError::OutOfRange { inner: record, tree_size });
    }
    let mut path = Vec::new();
    let mut span = Span { from: 0, to: tree_size };
    while span.to - span.from > 1 {
        let middle = span.split();
        if record < middle {
            path.push((Side::Right, Span { from: middle, to: span.to }));
            span.to = middle;
        } else {
            path.push((Side::Left, Span { from: span.from, to: middle }));
            span.from = middle;
        }
    }
    path.reverse();
    Ok(path)
}

/// Assembles an inclusion proof from the hashes that `read` returns. It proves nothing before [`check_record`].
///
/// # Errors
/// A record outside the tree, or those of `read`.
pub fn prove_record<E: From<ProofError>>(
    tree_size: u64,
    record: u64,
    read: &mut impl FnMut(Node) -> Result<Hash, E>,
) -> Result<Vec<Hash>, E> {
    record_path(tree_size, record)?.into_iter().map(|(_, span)| span.hash(read)).collect()
}

/// A tree as its operator describes it: how many records, and their root.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tree {
    /// How many records it has.
    pub size: u64,
    /// The hash over all of them.
    pub root: Hash,
}

/// Checks that the tree contains the record with this number and hash.
///
/// # Errors
/// It is outside, or the proof does not hold.
pub fn check_record(proof: &[Hash], tree: &Tree, record: u64, record_hash: &Hash) -> Result<(), ProofError> {
    let path = record_path(tree.size, record)?;
    if path.len() != proof.len() {
        return Err(ProofError::DoesNotHold);
    }
    let root = path.iter().zip(proof).fold(*record_hash, |hash, ((side, _), sibling)| match side {
        Side::Left => node_hash(sibling, &hash),
        Side::Right => node_hash(&hash, sibling),
    });
    if root == tree.root { Ok(()) } else { Err(ProofError::DoesNotHold) }
}

/// The path from the last part of the older tree to the newer root.
struct TreePath {
    /// The part at which both trees end the descent.
    start: Span,
    /// The spans beside the path, from the start upwards. Those on the left belong to both trees.
    beside: Vec<(Side, Span)>,
}

fn tree_path(newer_size: u64, older_size: u64) -> Result<TreePath, ProofError> {
    if older_size == 0 || older_size > newer_size || newer_size > TREE_SIZE_MAX {
        return Err(ProofError::OutOfRange { inner: older_size, tree_size: newer_size });
    }
    let mut beside = Vec::new();
    let mut span = Span { from: 0, to: newer_size };
    while span.to != older_size {
        let middle = span.split();
        if older_size <= middle {
            beside.push((Side::Right, Span { from: middle, to: span.to }));
            span.to = middle;
        } else {
            beside.push((Side::Left, Span { from: span.from, to: middle }));
            span.from = middle;
        }
    }
    beside.reverse();
    Ok(TreePath { start: span, beside })
}

/// Assembles a consistency proof from the hashes that `read` returns. It proves nothing before [`check_tree`].
///
/// # Errors
/// An empty older tree, one that is larger than the newer, or those of `read`.
pub fn prove_tree<E: From<ProofError>>(
    newer_size: u64,
    older_size: u64,
    read: &mut impl FnMut(Node) -> Result<Hash, E>,
) -> Result<Vec<Hash>, E> {
    let path = tree_path(newer_size, older_size)?;
    // If the older tree is itself a subtree of the newer, the checker knows its root, and the proof does not repeat it.
    let start = (path.start.from > 0).then_some(path.start);
    start.into_iter().chain(path.beside.into_iter().map(|(_, span)| span)).map(|span| span.hash(read)).collect()
}

/// Both roots as computed from a consistency proof.
pub(crate) struct Roots {
    pub(crate) older: Hash,
    pub(crate) newer: Hash,
}

/// Computes both roots from a proof. `older_root` is used only if the older tree is a subtree of the newer.
pub(crate) fn roots_of(proof: &[Hash], newer_size: u64, older: &Tree) -> Result<Roots, ProofError> {
    let path = tree_path(newer_size, older.size)?;
    let (start, rest) = match (path.start.from, proof.split_first()) {
        (0, _) => (older.root, proof),
        (_, Some((first, rest))) => (*first, rest),
        (_, None) => return Err(ProofError::DoesNotHold),
    };
    if rest.len() != path.beside.len() || proof.len() > PROOF_HASHES_MAX {
        return Err(ProofError::DoesNotHold);
    }
    let mut roots = Roots { older: start, newer: start };
    for ((side, _), sibling) in path.beside.iter().zip(rest) {
        match side {
            Side::Left => {
                roots.older = node_hash(sibling, &roots.older);
                roots.newer = node_hash(sibling, &roots.newer);
            }
            Side::Right => roots.newer = node_hash(&roots.newer, sibling),
        }
    }
    Ok(roots)
}

/// Checks that the older tree is a prefix of the newer one.
///
/// # Errors
/// An empty older tree, one that is larger than the newer, or a proof that does not hold.
pub fn check_tree(proof: &[Hash], newer: &Tree, older: &Tree) -> Result<(), ProofError> {
    let roots = roots_of(proof, newer.size, older)?;
    if roots.newer == newer.root && roots.older == older.root { Ok(()) } else { Err(ProofError::DoesNotHold) }
}

#[cfg(test)]
mod tests;
