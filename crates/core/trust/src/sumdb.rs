//! The client of a checksum database: from a request to a proof.
//!
//! The database is a transparency log: its operator signs the root of a tree of records, and cannot remove a record or
//! show two people two logs without leaving evidence. This client believes the operator's key and nothing else. A
//! record counts if a signed tree is proven to contain its text, and the tree counts if it is proven to continue the
//! newest one ever seen on this machine. Tiles and answers may come from any server, a mirror or a module proxy.
//!
//! It never touches the network: it asks a [`Transport`] for bytes. It keeps one thing, the newest tree head, in a
//! [`HeadStore`]. Sources: `golang.org/x/mod/sumdb/client.go` as of 0.40 for the order of the steps, RFC 6962 for the
//! proofs. The bypasses published in 2026 (CVE-2026-42501, -56864, -56865) are negative tests in `tests/`.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::hash::Hash;
use crate::head::TreeHead;
use crate::limits::{LOOKUP_BYTES_MAX, NOTE_BYTES_MAX};
use crate::note::VerifierKey;
use crate::proof::Proof;
use crate::record::{Lookup, ModuleVersion, RecordLines};
use crate::sumdb_error::{ForkEvidence, SumDbError};
use crate::tile::Tile;
use crate::tlog::{Node, ProofError, Tree, check_record, check_tree, prove_record, prove_tree, record_hash, roots_of};
use crate::transport::{HeadStore, Transport, TransportError};

/// A checksum database, identified by its key.
#[derive(Debug, Clone)]
pub struct SumDb {
    key: VerifierKey,
}

impl SumDb {
    /// The database with this key.
    pub fn new(key: VerifierKey) -> SumDb {
        SumDb { key }
    }

    /// The key.
    pub fn key(&self) -> &VerifierKey {
        &self.key
    }

    /// Asks for a module version and proves the answer against the newest tree head.
    ///
    /// # Errors
    /// No record, no answer, or an answer that does not prove the record, see [`SumDbError`]. A fork has its evidence;
    /// the kept head is then unchanged.
    pub fn lookup(
        &self,
        wanted: &ModuleVersion,
        transport: &dyn Transport,
        heads: &dyn HeadStore,
    ) -> Result<Proof, SumDbError> {
        let path = wanted.lookup_path().ok_or_else(|| SumDbError::Name { wanted: wanted.to_string() })?;
        let body = self.get(transport, &path, LOOKUP_BYTES_MAX).map_err(|error| match error {
            SumDbError::Transport { database, cause: cause @ TransportError::Absent(_), .. } => {
                SumDbError::NoRecord { wanted: wanted.to_string(), database, cause }
            }
            error => error,
        })?;
        let unusable = |cause| SumDbError::Record { database: self.name(), cause };
        let lookup = Lookup::parse(&body).map_err(unusable)?;
        let lines = RecordLines::find(&lookup.record_text, wanted).map_err(unusable)?;

        let mut tiles = Tiles { database: self, transport, known_size: 0, held: HashMap::new() };
        let head = self.advance(&lookup.note, &mut tiles, heads)?;
        let inclusion = self.prove_inclusion(&lookup, &head.tree, &mut tiles)?;
        Ok(Proof {
            database: self.name(),
            subject: wanted.clone(),
            record_id: lookup.record_id,
            tree_size: head.tree.size,
            root: head.tree.root,
            h1: lines.h1,
            gomod_h1: lines.gomod_h1,
            record_text: lookup.record_text,
            note: head.note,
            inclusion,
        })
    }

    /// Asks for the log's latest tree head, proves that it continues the kept one, keeps it, and returns the newer of
    /// the two.
    ///
    /// # Errors
    /// As [`SumDb::lookup`].
    pub fn refresh(&self, transport: &dyn Transport, heads: &dyn HeadStore) -> Result<TreeHead, SumDbError> {
        let note = self.get(transport, "latest", NOTE_BYTES_MAX)?;
        let mut tiles = Tiles { database: self, transport, known_size: 0, held: HashMap::new() };
        self.advance(&note, &mut tiles, heads)
    }

    fn name(&self) -> String {
        self.key.name().to_owned()
    }

    fn get(&self, transport: &dyn Transport, path: &str, bytes_max: usize) -> Result<Vec<u8>, SumDbError> {
        transport.get(path, bytes_max as u64).map_err(|cause| SumDbError::Transport {
            path: path.to_owned(),
            database: self.name(),
            cause,
        })
    }

    /// Checks an offered head against the kept one, keeps the newer, and returns it.
    fn advance(&self, offered: &[u8], tiles: &mut Tiles<'_>, heads: &dyn HeadStore) -> Result<TreeHead, SumDbError> {
        let stored = |action| move |cause| SumDbError::HeadStore { action, database: self.name(), cause };
        let offered =
            TreeHead::open(offered, &self.key).map_err(|cause| SumDbError::Head { database: self.name(), cause })?;
        let kept = heads
            .load()
            .map_err(stored("load"))?
            .map(|note| TreeHead::open(&note, &self.key))
            .transpose()
            .map_err(|cause| SumDbError::KeptHead { database: self.name(), cause })?;
        let Some(kept) = kept else {
            tiles.known_size = offered.tree.size;
            heads.save(offered.note.as_bytes()).map_err(stored("save"))?;
            return Ok(offered);
        };
        tiles.known_size = offered.tree.size.max(kept.tree.size);
        self.prove_consistent(&kept, &offered, tiles)?;
        if offered.tree.size <= kept.tree.size {
            return Ok(kept);
        }
        heads.save(offered.note.as_bytes()).map_err(stored("save"))?;
        Ok(offered)
    }

    /// Proves that the smaller of two trees is a prefix of the larger.
    fn prove_consistent(&self, kept: &TreeHead, offered: &TreeHead, tiles: &mut Tiles<'_>) -> Result<(), SumDbError> {
        let (older, newer) =
            if kept.tree.size <= offered.tree.size { (&kept.tree, &offered.tree) } else { (&offered.tree, &kept.tree) };
        let fork = |proof| {
            SumDbError::Fork(Box::new(ForkEvidence {
                database: self.name(),
                kept_note: kept.note.clone(),
                offered_note: offered.note.clone(),
                proof,
            }))
        };
        if older.size == newer.size {
            return if older.root == newer.root { Ok(()) } else { Err(fork(Vec::new())) };
        }
        if older.size == 0 {
            // Every tree continues the empty one, whose root was checked when its head was read.
            return Ok(());
        }
        let mismatch = || SumDbError::Tiles { database: self.name(), older_size: older.size, newer_size: newer.size };
        let unread = |error| match error {
            TileError::Outside(_) => mismatch(),
            TileError::Fetch(error) => error,
        };
        let proof = prove_tree(newer.size, older.size, &mut |node| tiles.node(node)).map_err(unread)?;
        // Forged tiles and a forked log both make the proof fail, and must be distinguished: a mirror forges tiles, the
        // operator forks a log. So the older root is first computed from the tiles alone. If that gives the newer root,
        // the tiles are genuine, and an older root that differs was signed for another log.
        let from_tiles = match older.size.is_power_of_two() {
            true => tiles.node(Node { level: older.size.ilog2() as u8, index: 0 }).map_err(unread)?,
            false => older.root,
        };
        let roots =
            roots_of(&proof, newer.size, &Tree { size: older.size, root: from_tiles }).map_err(|_| mismatch())?;
        if roots.newer != newer.root {
            return Err(mismatch());
        }
        if roots.older != older.root {
            return Err(fork(proof));
        }
        check_tree(&proof, newer, older).map_err(|_| mismatch())
    }

    fn prove_inclusion(&self, lookup: &Lookup, tree: &Tree, tiles: &mut Tiles<'_>) -> Result<Vec<Hash>, SumDbError> {
        let record_id = lookup.record_id;
        let refused = |cause| SumDbError::Inclusion { database: self.name(), record_id, tree_size: tree.size, cause };
        let unread = |error| match error {
            TileError::Outside(cause) => refused(cause),
            TileError::Fetch(error) => error,
        };
        let proof = prove_record(tree.size, record_id, &mut |node| tiles.node(node)).map_err(unread)?;
        check_record(&proof, tree, record_id, &record_hash(lookup.record_text.as_bytes())).map_err(refused)?;
        Ok(proof)
    }
}

/// Why a tile has no hash for a node.
enum TileError {
    /// The node is not in the tree.
    Outside(ProofError),
    /// The tile cannot be fetched.
    Fetch(SumDbError),
}

impl From<ProofError> for TileError {
    fn from(error: ProofError) -> TileError {
        TileError::Outside(error)
    }
}

/// Untrusted tiles, each fetched once per lookup.
///
/// How many is bounded by the shape of a tree: on each of at most 8 levels of tiles, the one on the way up from the
/// record and those on the right edges of the two trees.
struct Tiles<'a> {
    database: &'a SumDb,
    transport: &'a dyn Transport,
    /// The size of the largest tree with a signed head, which gives the width of tiles.
    known_size: u64,
    /// Level and index of a tile, its width and its bytes.
    held: HashMap<(u8, u64), (Tile, Vec<u8>)>,
}

impl Tiles<'_> {
    /// The hash of a node, as the tiles claim.
    fn node(&mut self, node: Node) -> Result<Hash, TileError> {
        let outside = ProofError::OutOfRange { inner: node.index, tree_size: self.known_size };
        let tile = Tile::of_node(node, self.known_size).ok_or(outside)?;
        let held = match self.held.entry((tile.level, tile.index)) {
            Entry::Occupied(held) => held.into_mut(),
            Entry::Vacant(place) => place.insert(fetch(self.database, self.transport, tile).map_err(TileError::Fetch)?),
        };
        Ok(held.0.node_in(&held.1, node).ok_or(outside)?)
    }
}

/// Fetches a tile; if a narrow one is gone, the full one, which begins with the same hashes: a log keeps a narrow tile
/// only until it has grown past it (c2sp.org/tlog-tiles).
fn fetch(database: &SumDb, transport: &dyn Transport, tile: Tile) -> Result<(Tile, Vec<u8>), SumDbError> {
    match fetch_exactly(database, transport, tile) {
        // Returns the first error if the full tile cannot be fetched either.
        Err(first @ SumDbError::Transport { .. }) if !tile.is_full() => {
            fetch_exactly(database, transport, tile.full()).map_err(|_| first)
        }
        other => other,
    }
}

fn fetch_exactly(database: &SumDb, transport: &dyn Transport, tile: Tile) -> Result<(Tile, Vec<u8>), SumDbError> {
    let path = tile.to_string();
    let data = database.get(transport, &path, tile.bytes())?;
    if data.len() != tile.bytes() {
        let (expected, actual) = (tile.bytes(), data.len());
        return Err(SumDbError::TileLength { path, database: database.name(), expected, actual });
    }
    Ok((tile, data))
}
