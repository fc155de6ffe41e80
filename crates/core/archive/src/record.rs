//! A wheel's RECORD: the list of its files with their SHA-256 ("Recording installed projects" in the Python packaging
//! specifications; rows are CSV as Python's `csv` module writes it).

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use release::Digest;

use crate::error::ArchiveError;

/// RECORD's row of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Row {
    /// Its SHA-256; none for RECORD itself, which cannot contain its own.
    pub sha256: Option<Digest>,
    /// Its size, if given.
    pub bytes: Option<u64>,
}

/// Reads a RECORD. A row of another form, hash or spelling is an error, and so is a name that comes twice.
pub(crate) fn parse(bytes: &[u8]) -> Result<HashMap<String, Row>, ArchiveError> {
    let broken = |line: usize, why: &str| ArchiveError::malformed("the wheel's RECORD", format!("line {line}: {why}"));
    let text = std::str::from_utf8(bytes).map_err(|_| broken(0, "it is not UTF-8"))?;
    let mut rows = HashMap::new();
    for (at, line) in text.lines().enumerate() {
        let line_number = at + 1;
        if line.is_empty() {
            continue;
        }
        let [path, hash, size] = fields(line).ok_or_else(|| broken(line_number, "it does not have three fields"))?;
        let sha256 = match hash.as_str() {
            "" => None,
            hash => Some(digest(hash).ok_or_else(|| broken(line_number, "its hash is not a SHA-256"))?),
        };
        let bytes = match size.as_str() {
            "" => None,
            size => Some(size.parse().map_err(|_| broken(line_number, "its size is not a number"))?),
        };
        if rows.insert(path, Row { sha256, bytes }).is_some() {
            return Err(broken(line_number, "it names a file a second time"));
        }
    }
    Ok(rows)
}

fn digest(hash: &str) -> Option<Digest> {
    let bytes = URL_SAFE_NO_PAD.decode(hash.strip_prefix("sha256=")?).ok()?;
    bytes.try_into().ok().map(Digest::from_bytes)
}

/// Three fields of CSV; a field in quotes may have commas and doubled quotes, but no line end.
fn fields(line: &str) -> Option<[String; 3]> {
    let mut out = Vec::with_capacity(3);
    let mut rest = line;
    loop {
        let (field, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted_field(quoted)?,
            None => {
                let end = rest.find(',').unwrap_or(rest.len());
                (rest[..end].to_owned(), &rest[end..])
            }
        };
        out.push(field);
        match after.strip_prefix(',') {
            Some(next) => rest = next,
            None if after.is_empty() => return out.try_into().ok(),
            None => return None,
        }
    }
}

/// The field up to its closing quote, and what follows the quote.
fn quoted_field(quoted: &str) -> Option<(String, &str)> {
    let mut field = String::new();
    let mut rest = quoted;
    loop {
        let quote = rest.find('"')?;
        field.push_str(&rest[..quote]);
        rest = &rest[quote + 1..];
        match rest.strip_prefix('"') {
            Some(next) => {
                field.push('"');
                rest = next;
            }
            None => return Some((field, rest)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";

    #[test]
    fn rows_are_read_as_pythons_csv_writes_them() {
        let text = format!("go/VERSION,sha256={HASH},0\r\n\"go/a,\"\"b\",sha256={HASH},\nx.dist-info/RECORD,,\n");
        let rows = parse(text.as_bytes()).unwrap();
        assert_eq!(rows.len(), 3);
        // The SHA-256 of nothing, from FIPS 180-4's test vectors.
        assert_eq!(rows["go/VERSION"].sha256.unwrap().as_bytes()[..4], [0xe3, 0xb0, 0xc4, 0x42]);
        assert_eq!(rows["go/VERSION"].bytes, Some(0));
        assert_eq!(rows["go/a,\"b"].bytes, None);
        assert_eq!(rows["x.dist-info/RECORD"], Row { sha256: None, bytes: None });
    }

    #[test]
    fn rows_of_another_form_are_errors() {
        for row in [
            "go/a".to_owned(),
            "go/a,".to_owned(),
            format!("go/a,md5={HASH},0"),
            format!("go/a,sha256={HASH}=,0"),
            format!("go/a,sha256={},0", &HASH[1..]),
            format!("go/a,sha256={HASH},-1"),
            format!("go/a,sha256={HASH},1,2"),
            format!("\"go/a,sha256={HASH},1"),
            format!("\"go/a\"b,sha256={HASH},1"),
            format!("go/a,sha256={HASH},1\ngo/a,sha256={HASH},1"),
        ] {
            assert!(parse(row.as_bytes()).is_err(), "{row}");
        }
        assert!(parse(b"\xff,,").is_err());
    }
}
