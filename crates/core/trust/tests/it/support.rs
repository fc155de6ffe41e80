//! A checksum database of the test's own: its records, its key, its tiles, and every way to tamper with them.
#![allow(dead_code, clippy::unwrap_used, reason = "each test file uses a part, and test code may panic")]

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer, SigningKey};
use sha2::{Digest, Sha256};
use trust::tlog::{Node, node_hash, record_hash};
use trust::{AnyError, Hash, HeadStore, ModuleVersion, SumDb, Tile, Transport, TransportError, VerifierKey};

pub const NAME: &str = "log.example";

/// A log with its key. Record `n` is that of `example.org/m<n>@v1.0.0`.
pub struct TestLog {
    signing: SigningKey,
    records: Vec<String>,
    nodes: RefCell<HashMap<Node, Hash>>,
}

pub fn module(number: usize) -> ModuleVersion {
    ModuleVersion { module: format!("example.org/m{number}"), version: "v1.0.0".to_owned() }
}

/// A well-formed `h1:` hash of any text.
pub fn some_h1(text: &str) -> String {
    format!("h1:{}", STANDARD.encode(Sha256::digest(text)))
}

pub fn record(number: usize) -> String {
    let ModuleVersion { module, version } = module(number);
    let (h1, gomod) = (some_h1(&module), some_h1("go.mod"));
    format!("{module} {version} {h1}\n{module} {version}/go.mod {gomod}\n")
}

impl TestLog {
    pub fn of(size: usize) -> TestLog {
        TestLog::with_records((0..size).map(record).collect())
    }

    pub fn with_records(records: Vec<String>) -> TestLog {
        TestLog { signing: SigningKey::from_bytes(&[42; 32]), records, nodes: RefCell::default() }
    }

    /// The same log as someone else signs it.
    pub fn signed_by(mut self, seed: u8) -> TestLog {
        self.signing = SigningKey::from_bytes(&[seed; 32]);
        self
    }

    pub fn size(&self) -> usize {
        self.records.len()
    }

    fn encoded_key(&self) -> Vec<u8> {
        [&[1][..], self.signing.verifying_key().as_bytes()].concat()
    }

    fn key_hash(&self) -> [u8; 4] {
        let mut hasher = Sha256::new();
        hasher.update(NAME);
        hasher.update("\n");
        hasher.update(self.encoded_key());
        let hash: [u8; 32] = hasher.finalize().into();
        [hash[0], hash[1], hash[2], hash[3]]
    }

    pub fn key(&self) -> VerifierKey {
        let hash = u32::from_be_bytes(self.key_hash());
        format!("{NAME}+{hash:08x}+{}", STANDARD.encode(self.encoded_key())).parse().unwrap()
    }

    pub fn database(&self) -> SumDb {
        SumDb::new(self.key())
    }

    pub fn sign(&self, text: &str) -> String {
        let signature = self.signing.sign(text.as_bytes()).to_bytes();
        let encoded = STANDARD.encode([&self.key_hash()[..], &signature].concat());
        format!("{text}\n\u{2014} {NAME} {encoded}\n")
    }

    /// The signed head of the first `size` records.
    pub fn head(&self, size: usize) -> String {
        let root = trust::tlog::tree_root(size as u64, &mut |node| Ok::<_, TransportError>(self.node(node))).unwrap();
        self.sign(&format!("go.sum database tree\n{size}\n{root}\n"))
    }

    fn node(&self, node: Node) -> Hash {
        if let Some(hash) = self.nodes.borrow().get(&node) {
            return *hash;
        }
        let hash = match node.level {
            0 => record_hash(self.records[node.index as usize].as_bytes()),
            level => {
                let child = |index| self.node(Node { level: level - 1, index });
                node_hash(&child(node.index * 2), &child(node.index * 2 + 1))
            }
        };
        self.nodes.borrow_mut().insert(node, hash);
        hash
    }

    pub fn tile(&self, tile: Tile) -> Option<Vec<u8>> {
        let level = tile.level * trust::TILE_HEIGHT;
        let first = tile.index * u64::from(trust::TILE_WIDTH);
        let end = first + u64::from(tile.width);
        if end > self.size() as u64 >> level {
            return None;
        }
        Some((first..end).flat_map(|index| self.node(Node { level, index }).0).collect())
    }

    /// What an honest server answers once the log has `size` records.
    pub fn lookup_body(&self, number: usize, size: usize) -> String {
        format!("{number}\n{}\n{}", self.records[number], self.head(size))
    }

    pub fn serve(&self) -> Served<'_> {
        self.serve_at(self.size())
    }

    /// A server that signs the head of `size` records with each answer.
    pub fn serve_at(&self, size: usize) -> Served<'_> {
        Served { log: self, size, instead: BTreeMap::new(), absent: Vec::new(), asked: RefCell::default() }
    }
}

/// A server of a log, with its forged answers.
pub struct Served<'a> {
    log: &'a TestLog,
    size: usize,
    instead: BTreeMap<String, Vec<u8>>,
    absent: Vec<String>,
    asked: RefCell<Vec<String>>,
}

impl Served<'_> {
    pub fn instead(mut self, path: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.instead.insert(path.to_owned(), bytes.into());
        self
    }

    pub fn without(mut self, path: &str) -> Self {
        self.absent.push(path.to_owned());
        self
    }

    pub fn asked(&self) -> Vec<String> {
        self.asked.borrow().clone()
    }

    fn honest(&self, path: &str) -> Option<Vec<u8>> {
        if path == "latest" {
            return Some(self.log.head(self.size).into_bytes());
        }
        if let Ok(tile) = path.parse() {
            return self.log.tile(tile);
        }
        let number: usize = path.strip_prefix("lookup/example.org/m")?.strip_suffix("@v1.0.0")?.parse().ok()?;
        (number < self.log.size()).then(|| self.log.lookup_body(number, self.size).into_bytes())
    }
}

impl Transport for Served<'_> {
    fn get(&self, path: &str, bytes_max: u64) -> Result<Vec<u8>, TransportError> {
        self.asked.borrow_mut().push(path.to_owned());
        let gone = || TransportError::Absent(format!("`{path}` is not there"));
        if self.absent.iter().any(|absent| absent == path) {
            return Err(gone());
        }
        let bytes = match self.instead.get(path) {
            Some(bytes) => bytes.clone(),
            None => self.honest(path).ok_or_else(gone)?,
        };
        assert!(bytes.len() as u64 <= bytes_max, "{path}: {} bytes do not fit {bytes_max}", bytes.len());
        Ok(bytes)
    }
}

/// Keeps the head in memory.
#[derive(Default)]
pub struct Heads(pub RefCell<Option<Vec<u8>>>);

impl Heads {
    pub fn with(note: impl Into<Vec<u8>>) -> Heads {
        Heads(RefCell::new(Some(note.into())))
    }

    pub fn kept(&self) -> Option<String> {
        self.0.borrow().clone().map(|note| String::from_utf8(note).unwrap())
    }
}

impl HeadStore for Heads {
    fn load(&self) -> Result<Option<Vec<u8>>, AnyError> {
        Ok(self.0.borrow().clone())
    }

    fn save(&self, note: &[u8]) -> Result<(), AnyError> {
        *self.0.borrow_mut() = Some(note.to_vec());
        Ok(())
    }
}
