//! A model of a disk for power cuts: its present state, and the state after a cut.
//!
//! The real folder has the present state; this model adds which parts are durable. Names belong to
//! folders and become durable with them; bytes belong to files and become durable with those. A
//! file is one node however many names it has, and keeps its durable bytes when it is renamed.

use std::collections::{BTreeMap, HashMap};
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{CreateHow, Op, OpKind};

/// A file, folder or link of the model.
pub(super) type NodeId = usize;
/// The modelled folder.
pub(super) const ROOT: NodeId = 0;
/// The names in a folder.
pub(super) type Names = BTreeMap<OsString, NodeId>;

/// The model of one folder and all below it.
pub(super) struct Disk {
    root: PathBuf,
    pub nodes: Vec<Node>,
    handles: HashMap<u64, NodeId>,
}

pub(super) struct Node {
    pub kind: Kind,
    pub mode: u32,
    /// The system's number for it, to notice that its name now belongs to another file.
    identity: Option<(u64, u64)>,
}

pub(super) enum Kind {
    File(Contents),
    Link(PathBuf),
    Dir(Folder),
}

/// A file's bytes.
#[derive(Default)]
pub(super) struct Contents {
    /// The bytes of the last sync; `None` for a file that was never synced.
    pub durable: Option<Arc<[u8]>>,
    /// Whether anything was done to the bytes since.
    pub changed: bool,
    /// Whether it was emptied or truncated since: then no old byte follows a new one.
    pub cut: bool,
    /// Its bytes when a name of it was removed: without a name it cannot be read from the real disk.
    pub last: Option<Arc<[u8]>>,
}

/// A folder's names.
#[derive(Default)]
pub(super) struct Folder {
    pub durable: Names,
    pub now: Names,
    /// The operations that lead from `durable` to `now`, in order.
    pub pending: Vec<NameOp>,
}

pub(super) enum NameOp {
    Set(OsString, NodeId),
    Unset(OsString),
    /// A rename within one folder is one step: it survives completely or not at all.
    Move(OsString, OsString, NodeId),
}

impl NameOp {
    pub fn apply(&self, names: &mut Names) {
        match self {
            NameOp::Set(name, node) => {
                names.insert(name.clone(), *node);
            }
            NameOp::Unset(name) => {
                names.remove(name);
            }
            NameOp::Move(from, to, node) => {
                names.remove(from);
                names.insert(to.clone(), *node);
            }
        }
    }
}

impl Folder {
    fn note(&mut self, op: NameOp) {
        op.apply(&mut self.now);
        self.pending.push(op);
    }
}

/// A name in a folder of the model.
#[derive(Clone, PartialEq)]
pub(super) struct Place {
    folder: NodeId,
    /// The folder's real path.
    path: PathBuf,
    name: OsString,
}

/// The state that is kept from before an operation until after it.
pub(super) enum UnderWay {
    Rename { from: Option<Place>, to: Option<Place>, node: Option<NodeId>, replaced: Option<NodeId> },
    Other,
}

impl Disk {
    /// The present state below `root`; all of it is durable.
    pub fn of(root: &Path) -> io::Result<Disk> {
        let root = std::fs::canonicalize(root)?;
        let meta = std::fs::symlink_metadata(&root)?;
        let mut disk = Disk { root: root.clone(), nodes: Vec::new(), handles: HashMap::new() };
        disk.nodes.push(Node {
            kind: Kind::Dir(Folder::default()),
            mode: mode_of(&meta),
            identity: identity_of(&meta),
        });
        disk.notice_all(ROOT, &root)?;
        disk.sync_all();
        Ok(disk)
    }

    /// Called before an operation: keeps what can no longer be read afterwards.
    pub fn before(&mut self, op: &Op) -> UnderWay {
        match op.kind {
            OpKind::RemoveFile => {
                let place = self.place(&op.path);
                let node = place.and_then(|place| self.child(&place));
                self.keep_last(node, &op.path);
            }
            OpKind::Rename => {
                let from = op.other.as_deref().and_then(|from| self.place(from));
                let to = self.place(&op.path);
                let node = from.as_ref().and_then(|from| self.child(from));
                let replaced = to.as_ref().and_then(|to| self.child(to));
                self.keep_last(replaced, &op.path);
                return UnderWay::Rename { from, to, node, replaced };
            }
            _ => {}
        }
        UnderWay::Other
    }

    /// After an operation has happened.
    pub fn after(&mut self, op: &Op, under_way: UnderWay) {
        match op.kind {
            OpKind::Create => {
                let Some(node) = self.node_at(&op.path) else { return };
                if let Some(handle) = op.handle {
                    self.handles.insert(handle, node);
                }
                if op.how == Some(CreateHow::Truncate) {
                    self.touch(node, true);
                }
            }
            OpKind::Write | OpKind::SetLength => {
                if let Some(node) = self.node_of_file(op) {
                    self.touch(node, op.kind == OpKind::SetLength);
                }
            }
            OpKind::SyncFile => {
                if let Some(node) = self.node_of_file(op) {
                    self.sync_contents(node, Some(&op.path));
                }
            }
            OpKind::SyncDir => {
                if let Some((folder, path)) = self.folder_at(&op.path)
                    && self.notice(folder, &path).is_ok()
                {
                    self.sync_names(folder);
                }
            }
            OpKind::SyncFs => {
                // A path outside counts as another file system, which is the stricter interpretation.
                let inside = std::fs::canonicalize(&op.path).is_ok_and(|path| path.starts_with(&self.root));
                let root = self.root.clone();
                if inside && self.notice_all(ROOT, &root).is_ok() {
                    self.sync_all();
                }
            }
            OpKind::Rename => self.renamed(under_way),
            OpKind::HardLink => {
                let original = op.other.as_deref().and_then(|path| self.place(path));
                let node = original.and_then(|original| self.child(&original));
                match (self.place(&op.path), node) {
                    (Some(link), Some(node)) => self.folder(link.folder).note(NameOp::Set(link.name, node)),
                    (Some(link), None) => drop(self.child(&link)),
                    (None, _) => {}
                }
            }
            OpKind::CreateDir | OpKind::Symlink | OpKind::RemoveFile | OpKind::RemoveDir => {
                // Reading the name updates the model.
                if let Some(place) = self.place(&op.path) {
                    self.child(&place);
                }
            }
            OpKind::SetMode => {
                if let (Some(node), Ok(meta)) = (self.node_at(&op.path), std::fs::metadata(&op.path)) {
                    self.nodes[node].mode = mode_of(&meta);
                }
            }
            // The registry has its own durability: `MemoryRegistry::after_power_cut`.
            OpKind::SetValue | OpKind::SyncValues => {}
        }
    }

    fn renamed(&mut self, under_way: UnderWay) {
        let UnderWay::Rename { from, to, node, replaced } = under_way else { return };
        if node.is_some() && node == replaced {
            // Two names of one file: the system leaves both.
            return;
        }
        match (from, to, node) {
            (Some(from), Some(to), Some(node)) if from.folder == to.folder => {
                self.folder(from.folder).note(NameOp::Move(from.name, to.name, node));
            }
            (Some(from), Some(to), Some(node)) => {
                self.folder(from.folder).note(NameOp::Unset(from.name));
                self.folder(to.folder).note(NameOp::Set(to.name, node));
            }
            (from, to, _) => {
                for place in [from, to].into_iter().flatten() {
                    self.child(&place);
                }
            }
        }
    }

    /// Reads the whole real folder, for changes without a reported operation.
    pub fn notice_everything(&mut self) -> io::Result<()> {
        let root = self.root.clone();
        self.notice_all(ROOT, &root)
    }

    /// The path of each node with a name on the real disk.
    pub fn paths(&self) -> HashMap<NodeId, PathBuf> {
        let mut found = HashMap::new();
        let mut open = vec![(ROOT, self.root.clone())];
        while let Some((node, path)) = open.pop() {
            if let Kind::Dir(folder) = &self.nodes[node].kind {
                open.extend(folder.now.iter().map(|(name, child)| (*child, path.join(name))));
            }
            found.insert(node, path);
        }
        found
    }

    // ---- from paths to nodes ----

    /// The place of a path, its last component not followed; `None` outside of the model.
    fn place(&mut self, path: &Path) -> Option<Place> {
        let name = path.file_name()?.to_owned();
        let (folder, path) = self.folder_at(path.parent()?)?;
        Some(Place { folder, path, name })
    }

    /// The folder of a path, and its real path.
    fn folder_at(&mut self, path: &Path) -> Option<(NodeId, PathBuf)> {
        let real = std::fs::canonicalize(path).ok()?;
        let parts: Vec<OsString> = real.strip_prefix(&self.root).ok()?.iter().map(OsString::from).collect();
        let (mut node, mut at) = (ROOT, self.root.clone());
        for name in parts {
            node = self.child(&Place { folder: node, path: at.clone(), name: name.clone() })?;
            at.push(name);
        }
        matches!(self.nodes[node].kind, Kind::Dir(_)).then_some((node, at))
    }

    /// The node of a path, links followed.
    fn node_at(&mut self, path: &Path) -> Option<NodeId> {
        let real = std::fs::canonicalize(path).ok()?;
        if real == self.root {
            return Some(ROOT);
        }
        let place = self.place(&real)?;
        self.child(&place)
    }

    fn node_of_file(&mut self, op: &Op) -> Option<NodeId> {
        if let Some(node) = op.handle.and_then(|handle| self.handles.get(&handle)) {
            return Some(*node);
        }
        let node = self.node_at(&op.path)?;
        if let Some(handle) = op.handle {
            self.handles.insert(handle, node);
        }
        Some(node)
    }

    /// The node of a name, after reading the real disk: a name that the model does not know was
    /// made unseen and is not durable; a missing one was removed unseen.
    fn child(&mut self, place: &Place) -> Option<NodeId> {
        let path = place.path.join(&place.name);
        let known = self.folder(place.folder).now.get(&place.name).copied();
        let Ok(meta) = std::fs::symlink_metadata(&path) else {
            if known.is_some() {
                self.folder(place.folder).note(NameOp::Unset(place.name.clone()));
            }
            return None;
        };
        if let Some(known) = known.filter(|known| self.is_still(*known, &meta)) {
            return Some(known);
        }
        let node = self.adopt(&path, &meta)?;
        self.folder(place.folder).note(NameOp::Set(place.name.clone(), node));
        Some(node)
    }

    fn is_still(&self, node: NodeId, meta: &std::fs::Metadata) -> bool {
        let node = &self.nodes[node];
        let same_kind = match node.kind {
            Kind::File(_) => meta.is_file(),
            Kind::Link(_) => meta.is_symlink(),
            Kind::Dir(_) => meta.is_dir(),
        };
        same_kind && node.identity == identity_of(meta)
    }

    /// Adds an unknown entry to the model. Ignores devices, pipes and sockets.
    fn adopt(&mut self, path: &Path, meta: &std::fs::Metadata) -> Option<NodeId> {
        let identity = identity_of(meta);
        if meta.is_file() && has_more_names(meta) {
            let named = self.paths();
            let known = named.keys().find(|node| {
                matches!(self.nodes[**node].kind, Kind::File(_)) && self.nodes[**node].identity == identity
            });
            if let Some(known) = known {
                return Some(*known);
            }
        }
        let kind = if meta.is_dir() {
            Kind::Dir(Folder::default())
        } else if meta.is_symlink() {
            Kind::Link(std::fs::read_link(path).ok()?)
        } else if meta.is_file() {
            Kind::File(Contents { changed: true, ..Contents::default() })
        } else {
            return None;
        };
        let is_dir = meta.is_dir();
        let node = self.nodes.len();
        self.nodes.push(Node { kind, mode: mode_of(meta), identity });
        if is_dir {
            // An unreadable folder counts as empty.
            let _ = self.notice_all(node, path);
        }
        Some(node)
    }

    /// Reads every name of one folder.
    fn notice(&mut self, folder: NodeId, path: &Path) -> io::Result<()> {
        let mut names: Vec<OsString> = self.folder(folder).now.keys().cloned().collect();
        for entry in std::fs::read_dir(path)? {
            names.push(entry?.file_name());
        }
        names.sort();
        names.dedup();
        for name in names {
            self.child(&Place { folder, path: path.to_owned(), name });
        }
        Ok(())
    }

    fn notice_all(&mut self, folder: NodeId, path: &Path) -> io::Result<()> {
        self.notice(folder, path)?;
        let children: Vec<(OsString, NodeId)> =
            self.folder(folder).now.iter().map(|(name, node)| (name.clone(), *node)).collect();
        for (name, node) in children {
            if matches!(self.nodes[node].kind, Kind::Dir(_)) {
                self.notice_all(node, &path.join(name))?;
            }
        }
        Ok(())
    }

    // ---- changes of the model ----

    fn folder(&mut self, node: NodeId) -> &mut Folder {
        match &mut self.nodes[node].kind {
            Kind::Dir(folder) => folder,
            _ => unreachable!("a place is always in a folder: `folder_at` made sure"),
        }
    }

    fn touch(&mut self, node: NodeId, cut: bool) {
        if let Kind::File(contents) = &mut self.nodes[node].kind {
            contents.changed = true;
            contents.cut |= cut;
        }
    }

    fn keep_last(&mut self, node: Option<NodeId>, path: &Path) {
        if let Some(Kind::File(contents)) = node.map(|node| &mut self.nodes[node].kind)
            && contents.changed
        {
            contents.last = std::fs::read(path).ok().map(Arc::from);
        }
    }

    fn sync_contents(&mut self, node: NodeId, path: Option<&Path>) {
        let path = path.filter(|path| self.node_at(path) == Some(node)).map(Path::to_owned);
        let Some(path) = path.or_else(|| self.paths().remove(&node)) else { return };
        self.sync_contents_from(node, &path);
    }

    fn sync_contents_from(&mut self, node: NodeId, path: &Path) {
        if let Kind::File(contents) = &mut self.nodes[node].kind
            && let Ok(bytes) = std::fs::read(path)
        {
            // Unchanged bytes keep their allocation: large trees are synced again and again.
            if contents.durable.as_deref() != Some(bytes.as_slice()) {
                contents.durable = Some(Arc::from(bytes));
            }
            // Bytes that were kept for a removal that failed are out of date from here on.
            (contents.changed, contents.cut, contents.last) = (false, false, None);
        }
    }

    fn sync_names(&mut self, folder: NodeId) {
        let folder = self.folder(folder);
        folder.durable = folder.now.clone();
        folder.pending.clear();
    }

    fn sync_all(&mut self) {
        for (node, path) in self.paths() {
            match self.nodes[node].kind {
                Kind::Dir(_) => self.sync_names(node),
                Kind::File(_) => self.sync_contents_from(node, &path),
                Kind::Link(_) => {}
            }
        }
    }
}

#[cfg(unix)]
fn mode_of(meta: &std::fs::Metadata) -> u32 {
    std::os::unix::fs::MetadataExt::mode(meta) & 0o7777
}

#[cfg(unix)]
fn identity_of(meta: &std::fs::Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    Some((meta.dev(), meta.ino()))
}

#[cfg(unix)]
fn has_more_names(meta: &std::fs::Metadata) -> bool {
    std::os::unix::fs::MetadataExt::nlink(meta) > 1
}

#[cfg(windows)]
fn mode_of(meta: &std::fs::Metadata) -> u32 {
    if meta.permissions().readonly() { 0o444 } else { 0o644 }
}

#[cfg(windows)]
fn identity_of(_meta: &std::fs::Metadata) -> Option<(u64, u64)> {
    None
}

#[cfg(windows)]
fn has_more_names(_meta: &std::fs::Metadata) -> bool {
    false
}
