//! The state of the disk after a power cut.

use std::collections::HashMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::disk::{Contents, Disk, Folder, Kind, Names, NodeId, ROOT};
use crate::Fs;

/// What a power cut leaves of unsynced changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Survival {
    /// Nothing: only durable names, with durable bytes. A file that was never synced is empty.
    Lost,
    /// The names survive and the bytes do not: all names are as they were at the cut. Files that
    /// were never synced are empty, files that were changed since their last sync have half of the
    /// change.
    Torn,
    /// Random, by this seed: each operation on a name survives or not; unsynced bytes are the old
    /// ones, or end at some offset, or are zeros from some offset on.
    Half(u64),
}

pub(super) struct Image<'a> {
    disk: &'a Disk,
    survival: Survival,
    /// The paths of the present bytes.
    paths: HashMap<NodeId, PathBuf>,
    /// The first path of each file: its other names are hard links to that.
    written: HashMap<NodeId, PathBuf>,
    fs: Fs,
}

impl<'a> Image<'a> {
    pub fn new(disk: &'a Disk, survival: Survival) -> Image<'a> {
        Image { disk, survival, paths: disk.paths(), written: HashMap::new(), fs: Fs::real() }
    }

    /// Writes the image into an empty folder.
    pub fn write(mut self, to: &Path) -> io::Result<()> {
        self.write_folder(ROOT, to, &mut Vec::new())
    }

    fn write_folder(&mut self, node: NodeId, to: &Path, above: &mut Vec<NodeId>) -> io::Result<()> {
        let disk = self.disk;
        let Kind::Dir(folder) = &disk.nodes[node].kind else { return Ok(()) };
        above.push(node);
        for (name, child) in self.survivors(node, folder) {
            let (path, mode) = (to.join(name), disk.nodes[child].mode);
            match &disk.nodes[child].kind {
                // Two folders that were moved into each other, each move half durable: a repaired
                // file system has no circle either.
                Kind::Dir(_) if above.contains(&child) => {}
                Kind::Dir(_) => {
                    self.fs.create_dir(&path)?;
                    self.write_folder(child, &path, above)?;
                    self.fs.set_mode(&path, mode)?;
                }
                Kind::Link(target) => self.fs.symlink_dir(target, &path)?,
                Kind::File(contents) => match self.written.get(&child) {
                    Some(first) => self.fs.hard_link(first, &path)?,
                    None => {
                        self.fs.create_new(&path, 0o600)?.write_all(&self.bytes(child, contents)?)?;
                        self.fs.set_mode(&path, mode)?;
                        self.written.insert(child, path);
                    }
                },
            }
        }
        above.pop();
        Ok(())
    }

    fn survivors(&self, node: NodeId, folder: &Folder) -> Names {
        let seed = match self.survival {
            Survival::Lost => return folder.durable.clone(),
            Survival::Torn => return folder.now.clone(),
            Survival::Half(seed) => seed,
        };
        let mut chance = Chance::new(seed, node);
        let mut names = folder.durable.clone();
        for op in &folder.pending {
            if chance.below(2) == 0 {
                op.apply(&mut names);
            }
        }
        names
    }

    fn bytes(&self, node: NodeId, contents: &Contents) -> io::Result<Vec<u8>> {
        let last = contents.last.as_deref().map(<[u8]>::to_vec);
        let now = match self.paths.get(&node) {
            Some(path) => std::fs::read(path)?,
            // A file that lost its last name unchanged keeps its bytes.
            None => last.or(contents.durable.as_deref().map(<[u8]>::to_vec)).unwrap_or_default(),
        };
        let old = contents.durable.as_deref();
        if !contents.changed && old == Some(now.as_slice()) {
            return Ok(now);
        }
        Ok(match (self.survival, old) {
            (Survival::Lost, old) => old.unwrap_or_default().to_vec(),
            (Survival::Torn, None) => Vec::new(),
            (Survival::Torn, Some(old)) => {
                let same = old.iter().zip(&now).take_while(|(old, now)| old == now).count();
                torn(old, &now, same + (now.len() - same) / 2, contents.cut)
            }
            (Survival::Half(seed), old) => {
                let mut chance = Chance::new(seed.rotate_left(32), node);
                let kept = chance.below(now.len() + 1);
                match (chance.below(4), old) {
                    (0, old) => old.unwrap_or_default().to_vec(),
                    // The length was stored before the bytes.
                    (1, _) => now[..kept].iter().copied().chain(std::iter::repeat_n(0, now.len() - kept)).collect(),
                    (_, Some(old)) => torn(old, &now, kept, contents.cut),
                    (_, None) => now[..kept].to_vec(),
                }
            }
        })
    }
}

/// The new bytes up to an offset; after it the old ones, unless the file had been truncated.
fn torn(old: &[u8], now: &[u8], kept: usize, cut: bool) -> Vec<u8> {
    let mut bytes = now[..kept].to_vec();
    if !cut {
        bytes.extend_from_slice(old.get(kept..).unwrap_or_default());
    }
    bytes
}

/// Random numbers from a seed (the splitmix generator), so that a run can be repeated.
struct Chance(u64);

impl Chance {
    fn new(seed: u64, node: NodeId) -> Chance {
        let mut chance = Chance(seed ^ (node as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        chance.next();
        chance
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, which is not 0.
    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap_or(0)
    }
}
