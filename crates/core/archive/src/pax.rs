//! Extension headers of tar: `x` and `g` records (POSIX.1-2017, pax) as far as a toolchain may use them.

use crate::error::Refusal;

/// An extension header's values for the entry after it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Extension {
    /// Its name.
    pub path: Option<Vec<u8>>,
    /// Its size.
    pub bytes: Option<u64>,
}

/// Reads records of the form `LENGTH KEY=VALUE\n`.
///
/// Keys about times, owners and attributes do not affect a tree and are ignored. Keys that make links or sparse files,
/// or that change how names are read, are refused, and so are repeated keys.
pub(crate) fn parse(mut text: &[u8]) -> Result<Extension, Refusal> {
    let broken = |why: &str| Refusal::Extension(why.to_owned());
    let mut extension = Extension::default();
    while !text.is_empty() {
        let space =
            text.iter().take(12).position(|byte| *byte == b' ').ok_or_else(|| broken("a record has no length"))?;
        let length: usize = digits(&text[..space])
            .and_then(|length| usize::try_from(length).ok())
            .ok_or_else(|| broken("a record's length is no number"))?;
        if length <= space + 1 || length > text.len() || text[length - 1] != b'\n' {
            return Err(broken("a record's length is wrong"));
        }
        let record = &text[space + 1..length - 1];
        text = &text[length..];
        let equals = record.iter().position(|byte| *byte == b'=').ok_or_else(|| broken("a record has no `=`"))?;
        let (key, value) = (&record[..equals], &record[equals + 1..]);
        match key {
            b"path" if extension.path.is_some() => return Err(broken("it names the entry twice")),
            b"path" => extension.path = Some(value.to_vec()),
            b"size" => {
                let bytes = digits(value).ok_or_else(|| broken("its size is no number"))?;
                if extension.bytes.replace(bytes).is_some() {
                    return Err(broken("it sizes the entry twice"));
                }
            }
            b"linkpath" => return Err(Refusal::Link),
            b"hdrcharset" => return Err(broken("it changes the encoding of names")),
            _ if key.starts_with(b"GNU.sparse") => return Err(broken("it makes the file sparse")),
            _ => {}
        }
    }
    Ok(extension)
}

/// A decimal number without sign, space or overflow.
fn digits(text: &[u8]) -> Option<u64> {
    if text.is_empty() || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_and_a_size_are_read_and_times_passed_over() {
        let text = b"13 path=go/a\n11 size=42\n30 mtime=1350244992.023960108\n";
        assert_eq!(parse(text), Ok(Extension { path: Some(b"go/a".to_vec()), bytes: Some(42) }));
        assert_eq!(parse(b""), Ok(Extension::default()));
        assert_eq!(parse(b"16 path=go/a=\nb\n").unwrap().path.unwrap(), b"go/a=\nb");
    }

    #[test]
    fn broken_and_unwanted_records_are_refused() {
        for text in [
            &b"path=x\n"[..],
            b"8 path=x\n",
            b"99 path=x\n",
            b"0 a=b\n",
            b"3 \n",
            b"5 ab\n",
            b"11 path=x\n",
            b"12 size=-42\n",
            b"32 size=99999999999999999999999\n",
            b"19 hdrcharset=BINA\n",
            b"22 GNU.sparse.major=1\n",
            b"9 path=a\n9 path=b\n",
            b"18446744073709551616 a=b\n",
        ] {
            assert!(parse(text).is_err(), "{}", text.escape_ascii());
        }
        assert_eq!(parse(b"14 linkpath=x\n"), Err(Refusal::Link));
    }
}
