//! A small checksum database: an append-only tree of records (RFC 6962, section 2.1) whose head is
//! signed (the signed notes of `golang.org/x/mod/sumdb/note`), with its own key.
//!
//! It serves the requests of a Go client: `latest`, `lookup/MODULE@VERSION`, and tiles of height 1
//! to 30, whole and partial. It can also be dishonest: [`SumDb::rewrite`] changes history.

use ed25519_dalek::{Signer as _, SigningKey};

use crate::digest;

/// The database.
#[derive(Clone)]
pub struct SumDb {
    name: String,
    key: SigningKey,
    records: Vec<Record>,
    /// `levels[l][i]` is the hash of the whole subtree over leaves `i << l` to `(i + 1) << l`.
    levels: Vec<Vec<[u8; 32]>>,
}

#[derive(Clone)]
struct Record {
    /// `module@version`, its key for lookups.
    key: String,
    /// Lines as in go.sum, each with its line feed.
    text: String,
}

/// The algorithm byte of Ed25519 in keys of signed notes.
const ED25519: u8 = 1;

impl SumDb {
    /// An empty database. The name is a part of the key and of paths: `sum.example.test`.
    pub fn new(name: &str, seed: [u8; 32]) -> SumDb {
        SumDb { name: name.into(), key: SigningKey::from_bytes(&seed), records: Vec::new(), levels: vec![Vec::new()] }
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The public key in the form of GOSUMDB: `name+hash+key`.
    pub fn verifier_key(&self) -> String {
        format!("{}+{}+{}", self.name, digest::hex(&self.key_hash()), digest::base64(&self.public_key()))
    }

    fn public_key(&self) -> Vec<u8> {
        let mut key = vec![ED25519];
        key.extend_from_slice(self.key.verifying_key().as_bytes());
        key
    }

    fn key_hash(&self) -> [u8; 4] {
        let mut bytes = format!("{}\n", self.name).into_bytes();
        bytes.extend_from_slice(&self.public_key());
        let hash = digest::sha256(&bytes);
        [hash[0], hash[1], hash[2], hash[3]]
    }

    /// How many records there are.
    pub fn size(&self) -> u64 {
        self.records.len() as u64
    }

    /// Adds the record of one module version: the hash of its zip and of its `go.mod`. Returns its number.
    pub fn add(&mut self, module: &str, version: &str, zip_h1: &str, go_mod_h1: &str) -> u64 {
        let text = format!("{module} {version} {zip_h1}\n{module} {version}/go.mod {go_mod_h1}\n");
        self.add_text(&format!("{module}@{version}"), &text)
    }

    /// Adds a record with any text, with the key `module@version`. Returns its number.
    pub fn add_text(&mut self, key: &str, text: &str) -> u64 {
        self.records.push(Record { key: key.into(), text: text.into() });
        self.grow(leaf_hash(text));
        self.size() - 1
    }

    /// Rewrites a record, and with it history: a client that has seen an older head can prove it.
    pub fn rewrite(&mut self, number: u64, text: &str) {
        self.records[usize::try_from(number).expect("a record in memory")].text = text.into();
        self.levels = vec![Vec::new()];
        let hashes: Vec<[u8; 32]> = self.records.iter().map(|record| leaf_hash(&record.text)).collect();
        hashes.into_iter().for_each(|hash| self.grow(hash));
    }

    fn grow(&mut self, leaf: [u8; 32]) {
        self.levels[0].push(leaf);
        // Each complete pair now has a parent.
        let mut level = 0;
        while self.levels[level].len().is_multiple_of(2) {
            let pair = &self.levels[level][self.levels[level].len() - 2..];
            let parent = node_hash(&pair[0], &pair[1]);
            level += 1;
            if self.levels.len() == level {
                self.levels.push(Vec::new());
            }
            self.levels[level].push(parent);
        }
    }

    /// The number of the record of `module@version`.
    pub fn find(&self, key: &str) -> Option<u64> {
        self.records.iter().position(|record| record.key == key).map(|index| index as u64)
    }

    /// The text of a record.
    pub fn text(&self, number: u64) -> Option<&str> {
        self.records.get(usize::try_from(number).ok()?).map(|record| record.text.as_str())
    }

    /// The root over the first `size` records.
    pub fn root(&self, size: u64) -> [u8; 32] {
        assert!(size <= self.size(), "the tree has {} records, not {size}", self.size());
        if size == 0 {
            return digest::sha256(b"");
        }
        // The tree is a row of complete subtrees, from large to small; they are joined from the right.
        let mut start = 0;
        let mut row = Vec::new();
        for level in (0..self.levels.len()).rev() {
            if size & (1 << level) != 0 {
                row.push(self.levels[level][start >> level]);
                start += 1 << level;
            }
        }
        row.into_iter().rev().reduce(|right, left| node_hash(&left, &right)).expect("a tree that is not empty")
    }

    /// A note with this text, signed by this database's key. The text ends in a line feed.
    pub fn sign(&self, text: &str) -> String {
        let mut signature = self.key_hash().to_vec();
        signature.extend_from_slice(&self.key.sign(text.as_bytes()).to_bytes());
        format!("{text}\n\u{2014} {} {}\n", self.name, digest::base64(&signature))
    }

    /// The signed head over the first `size` records.
    pub fn head(&self, size: u64) -> String {
        self.sign(&format!("go.sum database tree\n{size}\n{}\n", digest::base64(&self.root(size))))
    }

    /// The signed head over all records.
    pub fn latest(&self) -> String {
        self.head(self.size())
    }

    /// The answer to `lookup/MODULE@VERSION`: number, text, blank line, head.
    pub fn lookup(&self, key: &str) -> Option<String> {
        let number = self.find(key)?;
        Some(format!("{number}\n{}\n{}", self.text(number)?, self.latest()))
    }

    /// The answer to a path such as `tile/8/0/001` or `tile/8/1/000.p/1`: concatenated hashes, or for the level `data`
    /// the records' texts. `None` if a hash does not exist yet.
    pub fn tile(&self, path: &str) -> Option<Vec<u8>> {
        let mut parts = path.strip_prefix("tile/")?.split('/');
        let height: u32 = parts.next()?.parse().ok().filter(|height| (1..=30).contains(height))?;
        let level = parts.next()?;
        let mut rest: Vec<&str> = parts.collect();
        let mut width = 1_u64 << height;
        // `000.p/5` is the tile 000 while it has 5 entries.
        if let Some(at) = rest.iter().position(|part| part.ends_with(".p")) {
            width = rest.get(at + 1)?.parse().ok().filter(|partial| (1..width).contains(partial))?;
            rest.truncate(at + 1);
        }
        let number = rest.iter().try_fold(0_u64, |number, part| {
            let digits = part.trim_end_matches(".p").trim_start_matches('x');
            Some(number.checked_mul(1000)? + digits.parse::<u64>().ok()?)
        })?;
        let start = number.checked_mul(1 << height)?;
        if level == "data" {
            return (start..start + width)
                .map(|number| Some(format!("{}\n", self.text(number)?)))
                .collect::<Option<String>>()
                .map(String::into_bytes);
        }
        let level: usize = level.parse().ok()?;
        let hashes = self.levels.get(level.checked_mul(height as usize)?)?;
        let start = usize::try_from(start).ok()?;
        Some(hashes.get(start..start + usize::try_from(width).ok()?)?.concat())
    }
}

fn leaf_hash(text: &str) -> [u8; 32] {
    let mut bytes = vec![0];
    bytes.extend_from_slice(text.as_bytes());
    digest::sha256(&bytes)
}

fn node_hash(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    let mut bytes = vec![1];
    bytes.extend_from_slice(left);
    bytes.extend_from_slice(right);
    digest::sha256(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn database(size: usize) -> SumDb {
        let mut database = SumDb::new("sum.example.test", [7; 32]);
        for number in 0..size {
            database.add("example.test/m", &format!("v1.0.{number}"), "h1:zip", "h1:mod");
        }
        database
    }

    /// RFC 6962, section 2.1, word for word: split at the largest power of two below the size.
    fn root_by_definition(leaves: &[[u8; 32]]) -> [u8; 32] {
        match leaves {
            [] => digest::sha256(b""),
            [leaf] => *leaf,
            _ => {
                let split = leaves.len().next_power_of_two() / 2;
                node_hash(&root_by_definition(&leaves[..split]), &root_by_definition(&leaves[split..]))
            }
        }
    }

    #[test]
    fn every_root_is_that_of_the_definition() {
        let database = database(70);
        for size in 0..=70 {
            assert_eq!(database.root(size as u64), root_by_definition(&database.levels[0][..size]), "size {size}");
        }
    }

    #[test]
    fn a_rewritten_record_changes_every_root_after_it_and_none_before() {
        let honest = database(20);
        let mut forked = honest.clone();
        forked.rewrite(10, "another text\n");
        assert_eq!(forked.root(10), honest.root(10));
        assert_ne!(forked.root(11), honest.root(11));
        assert_ne!(forked.root(20), honest.root(20));
    }

    #[test]
    fn tiles_hold_the_hashes_of_their_level_and_only_those_that_exist() {
        let database = database(11);
        assert_eq!(database.tile("tile/2/0/000"), Some(database.levels[0][..4].concat()));
        assert_eq!(database.tile("tile/2/0/002.p/3"), Some(database.levels[0][8..].concat()));
        assert_eq!(database.tile("tile/2/1/000.p/2"), Some(database.levels[2].concat()));
        assert_eq!(
            database.tile("tile/2/data/002.p/1").unwrap(),
            database.records[8].text.clone().into_bytes().into_iter().chain(*b"\n").collect::<Vec<u8>>()
        );
        for absent in
            ["tile/2/0/002", "tile/2/0/002.p/4", "tile/2/0/003", "tile/2/9/000", "tile/0/0/000", "tile/2/0/x001/000"]
        {
            assert_eq!(database.tile(absent), None, "{absent}");
        }
    }
}
