//! A tree head, which the log's operator signs.

use crate::hash::Hash;
use crate::limits::TREE_SIZE_MAX;
use crate::note::{Note, NoteError, VerifierKey};
use crate::record::number_as_written;
use crate::tlog::{Tree, empty_root};

/// A tree head whose signature has been checked, with the note it came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeHead {
    /// Size and root of the tree.
    pub tree: Tree,
    /// The signed note, byte for byte.
    pub note: String,
}

/// The first line of every tree head of a checksum database.
const TITLE: &str = "go.sum database tree";

impl TreeHead {
    /// Parses a signed note, checks its signature and reads the tree from its text.
    ///
    /// # Errors
    /// What is wrong with note, signature or text.
    pub fn open(note: &[u8], key: &VerifierKey) -> Result<TreeHead, NoteError> {
        let malformed = || NoteError::Malformed { reason: "its text is no tree head of a checksum database" };
        let text = Note::open(note, key)?;
        let tree = tree(&text).ok_or_else(malformed)?;
        Ok(TreeHead { tree, note: String::from_utf8(note.to_vec()).map_err(|_| malformed())? })
    }
}

/// The tree of a head's text: title, size, root; further lines are for later versions, and ignored
/// (`golang.org/x/mod/sumdb/tlog`, ParseTree).
fn tree(text: &str) -> Option<Tree> {
    let mut lines = text.strip_suffix('\n')?.split('\n');
    if lines.next()? != TITLE {
        return None;
    }
    let size = number_as_written(lines.next()?).filter(|size| *size <= TREE_SIZE_MAX)?;
    let root: Hash = lines.next()?.parse().ok()?;
    // The root of an empty tree is known.
    (size > 0 || root == empty_root()).then_some(Tree { size, root })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = "czPocWFmMwQrSENohgEPvFiqA+2i/3lRZhHbxtma2UQ=";

    #[test]
    fn size_and_root_are_read_and_later_lines_ignored() {
        let expected = Tree { size: 66_332_798, root: ROOT.parse().unwrap() };
        assert_eq!(tree(&format!("{TITLE}\n66332798\n{ROOT}\n")), Some(expected));
        assert_eq!(tree(&format!("{TITLE}\n66332798\n{ROOT}\nextra\n\nmore\n")), Some(expected));
        assert_eq!(tree(&format!("{TITLE}\n0\n{}\n", empty_root())), Some(Tree { size: 0, root: empty_root() }));
    }

    #[test]
    fn other_texts_are_no_tree_head() {
        for size in ["-1", "+1", "01", "", "1 ", "0", "9223372036854775807", "99999999999999999999", "1e3", "0x10"] {
            assert_eq!(tree(&format!("{TITLE}\n{size}\n{ROOT}\n")), None, "{size}");
        }
        for text in [
            String::new(),
            "\n".to_owned(),
            format!("{TITLE}\n1\n{ROOT}"),
            format!("{TITLE}\n1\n"),
            format!("{TITLE} \n1\n{ROOT}\n"),
            format!("x\n{TITLE}\n1\n{ROOT}\n"),
            format!("{TITLE}\n1\n{}\n", &ROOT[..40]),
            format!("{TITLE}\n1\n{ROOT}AAAA\n"),
            format!("{TITLE}\r\n1\n{ROOT}\n"),
        ] {
            assert_eq!(tree(&text), None, "{text:?}");
        }
    }
}
