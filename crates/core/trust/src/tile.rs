//! Tiles: how a log's hashes are split into files.
//!
//! A tile of height 8 at level L holds up to 256 hashes, each the root of 256^L records; a tile at the right edge is
//! narrower and has its width in its path. Names and sizes are those of `golang.org/x/mod/sumdb/tlog` and
//! c2sp.org/tlog-tiles. This module only computes the place of a hash. No code believes a tile's contents by itself.

use std::fmt;
use std::str::FromStr;

use crate::hash::Hash;
use crate::limits::TREE_SIZE_MAX;
use crate::tlog::{Node, node_hash};

/// Levels of the tree in one tile.
pub const TILE_HEIGHT: u8 = 8;

/// Hashes in a full tile.
pub const TILE_WIDTH: u16 = 1 << TILE_HEIGHT;

/// Bytes of one hash.
pub(crate) const HASH_BYTES: usize = 32;

/// The highest level a tile can have: a tree has at most 2^62 records, and level 8 would begin at 2^64.
const TILE_LEVEL_MAX: u8 = 7;

/// The place of a tile in a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tile {
    /// 0 for hashes of records, 1 for roots of 256 records, and so on.
    pub level: u8,
    /// Its number within the level.
    pub index: u64,
    /// How many hashes it has: 1 to 256.
    pub width: u16,
}

/// The text is not the path of a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the path of a tile is like `tile/8/0/x001/234` or `tile/8/0/x001/234.p/56`")]
pub struct TilePathError;

impl Tile {
    /// The tile from which a node's hash can be computed, in a log of `tree_size` records; `None` if the node is not
    /// complete in that log.
    pub fn of_node(node: Node, tree_size: u64) -> Option<Tile> {
        if node.level >= 64 || tree_size > TREE_SIZE_MAX || node.index >= tree_size >> node.level {
            return None;
        }
        let level = node.level / TILE_HEIGHT;
        let index = node.index >> (TILE_HEIGHT - node.level % TILE_HEIGHT);
        let entries = tree_size >> (TILE_HEIGHT * level);
        let width = (entries - index * u64::from(TILE_WIDTH)).min(u64::from(TILE_WIDTH));
        Some(Tile { level, index, width: u16::try_from(width).ok()? })
    }

    /// The full tile at this place.
    pub fn full(self) -> Tile {
        Tile { width: TILE_WIDTH, ..self }
    }

    /// Whether it is complete.
    pub fn is_full(self) -> bool {
        self.width == TILE_WIDTH
    }

    /// How many bytes it has.
    pub fn bytes(self) -> usize {
        usize::from(self.width) * HASH_BYTES
    }

    /// The hash of a node from a tile's bytes; `None` if the node is not in it.
    pub(crate) fn node_in(self, data: &[u8], node: Node) -> Option<Hash> {
        let inner = node.level.checked_sub(self.level.checked_mul(TILE_HEIGHT)?)?;
        if inner >= TILE_HEIGHT || node.index >> (TILE_HEIGHT - inner) != self.index {
            return None;
        }
        let first = usize::try_from((node.index << inner) & u64::from(TILE_WIDTH - 1)).ok()?;
        let count = 1usize << inner;
        let bytes = data.get(first * HASH_BYTES..(first + count) * HASH_BYTES)?;
        let mut row: Vec<Hash> = bytes.as_chunks::<HASH_BYTES>().0.iter().map(|chunk| Hash(*chunk)).collect();
        while row.len() > 1 {
            row = row.chunks_exact(2).map(|pair| node_hash(&pair[0], &pair[1])).collect();
        }
        row.first().copied()
    }
}

impl fmt::Display for Tile {
    /// The path below the database's address.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Three digits per folder, so that no folder grows beyond a thousand names; all but the last begin with `x`.
        let mut groups = vec![self.index % 1000];
        let mut rest = self.index / 1000;
        while rest > 0 {
            groups.push(rest % 1000);
            rest /= 1000;
        }
        write!(f, "tile/{TILE_HEIGHT}/{}", self.level)?;
        for (place, group) in groups.iter().enumerate().rev() {
            write!(f, "/{}{group:03}", if place > 0 { "x" } else { "" })?;
        }
        if self.is_full() { Ok(()) } else { write!(f, ".p/{}", self.width) }
    }
}

impl FromStr for Tile {
    type Err = TilePathError;

    fn from_str(path: &str) -> Result<Tile, TilePathError> {
        let tile = parse(path).ok_or(TilePathError)?;
        // Leading zeros and signs would be other spellings of a number: only the canonical one counts.
        if tile.to_string() == path { Ok(tile) } else { Err(TilePathError) }
    }
}

fn parse(path: &str) -> Option<Tile> {
    let rest = path.strip_prefix("tile/8/")?;
    let (level, rest) = rest.split_once('/')?;
    let level = level.parse().ok().filter(|level| *level <= TILE_LEVEL_MAX)?;
    let (number, width) = match rest.split_once(".p/") {
        Some((number, width)) => (number, width.parse().ok().filter(|width| (1..TILE_WIDTH).contains(width))?),
        None => (rest, TILE_WIDTH),
    };
    let mut index = 0u64;
    for group in number.split('/') {
        let digits = group.strip_prefix('x').unwrap_or(group);
        let value: u64 = digits.parse().ok().filter(|value| *value < 1000)?;
        index = index.checked_mul(1000)?.checked_add(value)?;
    }
    Some(Tile { level, index, width })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_written_and_read_as_the_log_has_them() {
        let cases = [
            ("tile/8/0/000", 0, 0, 256),
            ("tile/8/0/999.p/1", 0, 999, 1),
            ("tile/8/0/x001/000", 0, 1000, 256),
            ("tile/8/0/x001/234.p/56", 0, 1234, 56),
            ("tile/8/0/x276/700.p/52", 0, 276_700, 52),
            ("tile/8/3/000.p/4", 3, 0, 4),
            ("tile/8/1/x001/x234/067", 1, 1_234_067, 256),
        ];
        for (path, level, index, width) in cases {
            assert_eq!(path.parse(), Ok(Tile { level, index, width }));
            assert_eq!(Tile { level, index, width }.to_string(), path);
        }
    }

    #[test]
    fn other_spellings_of_a_path_are_refused() {
        let paths = [
            "",
            "tile/8/0",
            "tile/8/0/",
            "tile/8/0/1",
            "tile/8/0/0001",
            "tile/8/0/+01",
            "tile/8/00/001",
            "tile/8/8/000",
            "tile/9/0/000",
            "tile/8/0/x000/001",
            "tile/8/0/x001",
            "tile/8/0/001/002",
            "tile/8/0/000.p/0",
            "tile/8/0/000.p/256",
            "tile/8/0/000.p/01",
            "tile/8/0/000.p",
            "tile/8/data/000",
            "tile/8/0/../000",
            "tile/8/0/x999/x999/x999/x999/x999/x999/x999/999",
        ];
        for path in paths {
            assert_eq!(path.parse::<Tile>(), Err(TilePathError), "{path}");
        }
    }

    #[test]
    fn a_node_lies_in_the_tile_of_its_level() {
        let tile = |level, index, size| Tile::of_node(Node { level, index }, size).map(|tile| tile.to_string());
        assert_eq!(tile(0, 0, 1).unwrap(), "tile/8/0/000.p/1");
        assert_eq!(tile(0, 255, 256).unwrap(), "tile/8/0/000");
        assert_eq!(tile(7, 1, 300).unwrap(), "tile/8/0/000");
        assert_eq!(tile(8, 0, 300).unwrap(), "tile/8/1/000.p/1");
        assert_eq!(tile(9, 0, 771).unwrap(), "tile/8/1/000.p/3");
        assert_eq!(tile(1, 384, 771).unwrap(), "tile/8/0/003.p/3");
        assert_eq!(tile(0, 70_835_200, 70_835_252).unwrap(), "tile/8/0/x276/700.p/52");
        assert_eq!(tile(1, 385, 771), None, "record 771 is not there yet");
        assert_eq!(tile(0, 0, 0), None);
        assert_eq!(tile(64, 0, u64::MAX), None);
        assert_eq!(tile(61, 0, TREE_SIZE_MAX).unwrap(), "tile/8/7/000.p/64");
    }
}
