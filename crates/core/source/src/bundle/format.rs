//! The format of a bundle: its head and its manifest.
//!
//! ```text
//! 0        a shell script of HEAD_BYTES, its second line `# goward-bundle 1 manifest … total …`
//! 16384    members, each at a multiple of MEMBER_ALIGNMENT, zeros between them
//! …        the manifest, JSON, to the end of the file
//! ```
//!
//! Reading is strict: one spelling for every number, no unknown field, members in their order
//! without overlap or gap, nothing after the end.

use diag::{Class, Diagnose, Diagnosis};
use release::{Digest, Form, Platform, ToolchainId};
use serde::{Deserialize, Serialize};
use trust::{H1, Proof};

use super::place::Span;

/// The format that this version writes and reads.
pub const FORMAT: u32 = 1;
/// The space for the script at the start, in bytes: far more than it needs, so that it can be written last.
pub const HEAD_BYTES: u64 = 16 << 10;
/// The alignment of members, so that `dd` can skip to them in whole blocks.
pub const MEMBER_ALIGNMENT: u64 = 4096;
/// How the second line of a bundle begins.
pub const HEAD_MARK: &str = "# goward-bundle ";
/// The largest manifest, in bytes: 2,000 toolchains with proofs of 4 KiB.
pub const MANIFEST_BYTES_MAX: u64 = 8 << 20;
/// The largest number of toolchains: every patch of four minors for ten platforms.
const TOOLCHAINS_MAX: usize = 1000;
/// The largest number of sections: there is one for each set of toolchains that share files.
const SECTIONS_MAX: usize = 20_000;
/// The largest number of platforms with a goward.
const PROGRAMS_MAX: usize = 64;

/// Why bytes are no bundle.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the message names each field")]
pub enum FormatError {
    /// It does not begin as one.
    #[error("it is not a bundle: its second line does not begin with `{HEAD_MARK}`")]
    NoBundle,
    /// A later goward wrote it.
    #[error("its format is {found}, and this goward reads {FORMAT}")]
    Newer {
        /// Its format.
        found: String,
    },
    /// Its second line is damaged.
    #[error("its second line is damaged: {reason}")]
    Head { reason: &'static str },
    /// It is cut short.
    #[error("it is cut short: {have} of {total} bytes are there")]
    Short {
        /// How many bytes are there.
        have: u64,
        /// How many it says there are.
        total: u64,
    },
    /// It is longer than it says.
    #[error("it has {have} bytes, {total} are its own: something was added at its end")]
    Long {
        /// How many bytes are there.
        have: u64,
        /// How many it says there are.
        total: u64,
    },
    /// Its manifest has another hash than its head says.
    #[error("its manifest is damaged: its SHA-256 is {actual}, its second line says {expected}")]
    ManifestDiffers {
        /// What its head says.
        expected: Digest,
        /// What it is.
        actual: Digest,
    },
    /// Its manifest is invalid.
    #[error("its manifest cannot be used: {reason}")]
    Manifest { reason: String },
}

impl Diagnose for FormatError {
    fn diagnosis(&self) -> Diagnosis {
        match self {
            Self::NoBundle => Class::Usage.word("not-a-bundle").hint("`goward bundle create` makes one"),
            Self::Newer { .. } => Class::Usage
                .word("bundle-newer")
                .hint("use a newer goward; the bundle may contain one: `sh BUNDLE --goward DIR`"),
            Self::Short { .. } => Class::Integrity
                .word("bundle-truncated")
                .hint("copy it again, with a tool that resumes if you have one"),
            _ => Class::Integrity
                .word("bundle-damaged")
                .hint("copy it again from where it was made, and compare the two"),
        }
    }
}

/// The head of a bundle: where the manifest is, and how long the file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The manifest.
    pub manifest: Span,
    /// The whole file's length in bytes.
    pub total: u64,
}

impl Head {
    /// The second line of the file, with its line end.
    pub fn line(&self) -> String {
        let Span { offset, bytes, sha256 } = self.manifest;
        format!("{HEAD_MARK}{FORMAT} manifest {offset} {bytes} {sha256} total {}\n", self.total)
    }

    /// Parses the start of a file of this length.
    ///
    /// # Errors
    /// When it is not a bundle, or the file is shorter or longer than it says.
    pub fn parse(front: &[u8], length: u64) -> Result<Head, FormatError> {
        let line = front.split(|byte| *byte == b'\n').nth(1).unwrap_or_default();
        let line = std::str::from_utf8(line).map_err(|_| FormatError::NoBundle)?;
        let rest = line.strip_prefix(HEAD_MARK).ok_or(FormatError::NoBundle)?;
        let words: Vec<&str> = rest.split(' ').collect();
        if words.first().is_some_and(|found| *found != FORMAT.to_string()) {
            return Err(FormatError::Newer {
                found: words[0].chars().take(20).flat_map(char::escape_default).collect(),
            });
        }
        let damaged = |reason| FormatError::Head { reason };
        let [_, "manifest", offset, bytes, sha256, "total", total] = words[..] else {
            return Err(damaged("it has other words than it should"));
        };
        let number = |text: &str| text.parse::<u64>().ok().filter(|number| number.to_string() == text);
        let (Some(offset), Some(bytes), Some(total)) = (number(offset), number(bytes), number(total)) else {
            return Err(damaged("a number in it is none"));
        };
        let sha256 = sha256.parse().map_err(|_| damaged("its SHA-256 is none"))?;
        let manifest = Span { offset, bytes, sha256 };
        if offset < HEAD_BYTES || bytes > MANIFEST_BYTES_MAX || manifest.end() != Some(total) {
            return Err(damaged("the manifest does not end the file"));
        }
        match length {
            have if have < total => Err(FormatError::Short { have, total }),
            have if have > total => Err(FormatError::Long { have, total }),
            _ => Ok(Head { manifest, total }),
        }
    }
}

/// Files that the same toolchains have: one zstd frame that contains tar entries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Where it is.
    pub span: Span,
    /// How many files it has.
    pub files: u64,
}

/// The original archive of a toolchain. Information, not proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// The source.
    pub source: String,
    /// Its form.
    pub form: Form,
    /// The SHA-256 of the archive.
    pub sha256: Digest,
    /// How long it was, in bytes.
    pub bytes: u64,
}

/// A toolchain in a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bundled {
    /// Which one.
    pub toolchain: ToolchainId,
    /// The numbers of its sections. Concatenated, they are a tar compressed with zstd.
    pub sections: Vec<usize>,
    /// How many files it has.
    pub files: u64,
    /// How many bytes they have.
    pub bytes: u64,
    /// The hash of its files, as the checksum database has it.
    pub h1: H1,
    /// Its original archive.
    pub origin: Origin,
    /// The checksum database's proof.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<Proof>,
}

/// goward itself for one platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Program {
    /// For which platform.
    pub platform: Platform,
    /// Where it is.
    pub span: Span,
}

/// The contents of a bundle: its manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contents {
    /// The format of the manifest.
    pub format: u32,
    /// Who made it: `goward 0.1.0`.
    pub made_by: String,
    /// goward itself.
    pub programs: Vec<Program>,
    /// Files of toolchains.
    pub sections: Vec<Section>,
    /// Toolchains made of them.
    pub toolchains: Vec<Bundled>,
}

impl Contents {
    /// The manifest as it is written.
    pub fn encode(&self) -> Vec<u8> {
        let mut json = serde_json::to_vec_pretty(self).expect("our own manifest is representable as JSON");
        json.push(b'\n');
        json
    }

    /// Parses a manifest and checks it against the file that its head describes.
    ///
    /// # Errors
    /// When its hash differs, it cannot be parsed, or it is inconsistent.
    pub fn parse(json: &[u8], head: &Head) -> Result<Contents, FormatError> {
        let actual = Digest::of(json);
        if actual != head.manifest.sha256 {
            return Err(FormatError::ManifestDiffers { expected: head.manifest.sha256, actual });
        }
        let contents: Contents = serde_json::from_slice(json)
            .map_err(|error| FormatError::Manifest { reason: release::cut(&error.to_string()) })?;
        contents.check(head).map_err(|reason| FormatError::Manifest { reason })?;
        Ok(contents)
    }

    /// Every member, in the order of the file.
    pub fn spans(&self) -> impl Iterator<Item = &Span> {
        self.programs.iter().map(|program| &program.span).chain(self.sections.iter().map(|section| &section.span))
    }

    /// The sections of a toolchain, in their order.
    pub fn spans_of(&self, bundled: &Bundled) -> Vec<Span> {
        bundled.sections.iter().filter_map(|number| Some(self.sections.get(*number)?.span)).collect()
    }

    fn check(&self, head: &Head) -> Result<(), String> {
        if self.format != FORMAT {
            return Err(format!("its format is {}, the head says {FORMAT}", self.format));
        }
        let many = |what: &str, have: usize, max: usize| match have {
            have if have > max => Err(format!("it has {have} {what}, at most {max} are allowed")),
            _ => Ok(()),
        };
        many("toolchains", self.toolchains.len(), TOOLCHAINS_MAX)?;
        many("sections", self.sections.len(), SECTIONS_MAX)?;
        many("programs", self.programs.len(), PROGRAMS_MAX)?;
        let mut at = HEAD_BYTES;
        for span in self.spans() {
            if span.bytes == 0 || span.offset != at {
                return Err(format!("a member of {} bytes is at {}, not at {at}", span.bytes, span.offset));
            }
            at = span.end().and_then(aligned).ok_or("a member is longer than any file")?;
        }
        if at != head.manifest.offset {
            return Err(format!("the members end at {at}, the manifest begins at {}", head.manifest.offset));
        }
        for pair in self.programs.windows(2) {
            if pair[0].platform >= pair[1].platform {
                return Err(format!("goward for {} occurs twice, or out of order", pair[1].platform));
            }
        }
        for pair in self.toolchains.windows(2) {
            if pair[0].toolchain >= pair[1].toolchain {
                return Err(format!("{} occurs twice, or out of order", pair[1].toolchain));
            }
        }
        for bundled in &self.toolchains {
            let rising = bundled.sections.windows(2).all(|pair| pair[0] < pair[1]);
            let known = bundled.sections.iter().all(|number| *number < self.sections.len());
            if bundled.sections.is_empty() || !rising || !known {
                return Err(format!("the sections of {} are not sections of this bundle, in order", bundled.toolchain));
            }
        }
        Ok(())
    }
}

/// An entry for fuzzers: reads arbitrary bytes as the front of a bundle and as its manifest.
///
/// # Panics
/// When a parsed member is not between head and manifest: that is what the fuzzer looks for.
pub fn fuzz_bundle(data: &[u8]) {
    let _ = Head::parse(data, data.len() as u64);
    let sha256 = Digest::of(data);
    // The fuzzer also chooses the manifest's offset: most offsets fit no members.
    let blocks = data.first().map_or(0, |byte| u64::from(*byte));
    let manifest = Span { offset: HEAD_BYTES + blocks * MEMBER_ALIGNMENT, bytes: data.len() as u64, sha256 };
    let head = Head { manifest, total: manifest.offset + manifest.bytes };
    if let Ok(contents) = Contents::parse(data, &head) {
        assert!(contents.spans().all(|span| span.offset >= HEAD_BYTES && span.end() <= Some(manifest.offset)));
        let again = contents.encode();
        let bytes = again.len() as u64;
        let sha256 = Digest::of(&again);
        let head = Head { manifest: Span { bytes, sha256, ..manifest }, total: manifest.offset + bytes };
        assert_eq!(Contents::parse(&again, &head), Ok(contents));
    }
}

/// The next place where a member may begin.
fn aligned(at: u64) -> Option<u64> {
    at.checked_next_multiple_of(MEMBER_ALIGNMENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(offset: u64, bytes: u64) -> Span {
        Span { offset, bytes, sha256: Digest::from_bytes([7; 32]) }
    }

    fn contents() -> Contents {
        let bundled = |name: &str, sections: &[usize]| Bundled {
            toolchain: name.parse().unwrap(),
            sections: sections.to_vec(),
            files: 1,
            bytes: 1,
            h1: "h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=".parse().unwrap(),
            origin: Origin {
                source: "official".to_owned(),
                form: Form::TarGz,
                sha256: Digest::from_bytes([1; 32]),
                bytes: 9,
            },
            proof: None,
        };
        Contents {
            format: FORMAT,
            made_by: "goward 0.1.0".to_owned(),
            programs: vec![Program { platform: "linux-amd64".parse().unwrap(), span: span(16384, 5000) }],
            sections: vec![
                Section { span: span(24576, 10), files: 1 },
                Section { span: span(28672, 4096), files: 1 },
                Section { span: span(32768, 1), files: 0 },
            ],
            toolchains: vec![bundled("go1.26.8.linux-amd64", &[0, 2]), bundled("go1.27.3.linux-amd64", &[0, 1, 2])],
        }
    }

    fn head_of(contents: &Contents) -> (Vec<u8>, Head) {
        let json = contents.encode();
        let sha256 = Digest::of(&json);
        let manifest = Span { offset: 36864, bytes: json.len() as u64, sha256 };
        (json, Head { manifest, total: 36864 + manifest.bytes })
    }

    #[test]
    fn a_head_reads_as_it_was_written() {
        let (_, head) = head_of(&contents());
        let front = format!("#!/bin/sh\n{}echo\n", head.line());
        assert_eq!(Head::parse(front.as_bytes(), head.total), Ok(head));
        let (have, total) = (head.total - 1, head.total);
        assert_eq!(Head::parse(front.as_bytes(), have), Err(FormatError::Short { have, total }));
        let have = head.total + 1;
        assert_eq!(Head::parse(front.as_bytes(), have), Err(FormatError::Long { have, total }));
    }

    #[test]
    fn other_heads_are_refused() {
        let (_, head) = head_of(&contents());
        let line = head.line();
        for other in [
            line.replace("manifest 36864", "manifest 036864"),
            line.replace("manifest 36864", "manifest +36864"),
            line.replace("manifest 36864", "manifest 4096"),
            line.replace("manifest 36864", "manifest 18446744073709551615"),
            line.replace(" total", "  total"),
            line.replace("0", "G"),
            line.replace('\n', " more\n"),
            line.replace('\n', "\r\n"),
        ] {
            assert!(Head::parse(format!("#!/bin/sh\n{other}").as_bytes(), head.total).is_err(), "{other}");
        }
        let newer = line.replace("bundle 1 ", "bundle 2 ");
        let found = "2".to_owned();
        assert_eq!(Head::parse(format!("#!/bin/sh\n{newer}").as_bytes(), 1), Err(FormatError::Newer { found }));
        for no in ["", "\n", "#!/bin/sh\necho\n", "\n\n\n"] {
            assert_eq!(Head::parse(no.as_bytes(), 3), Err(FormatError::NoBundle));
        }
        assert_eq!(Head::parse(b"#!/bin/sh\n\xff", 3), Err(FormatError::NoBundle));
    }

    #[test]
    fn a_manifest_reads_as_it_was_written_and_no_byte_of_it_can_change() {
        let (json, head) = head_of(&contents());
        assert_eq!(Contents::parse(&json, &head), Ok(contents()));
        for at in (0..json.len()).step_by(7) {
            let mut changed = json.clone();
            changed[at] ^= 1;
            assert!(matches!(Contents::parse(&changed, &head), Err(FormatError::ManifestDiffers { .. })));
        }
    }

    #[test]
    fn a_manifest_that_lies_about_its_members_is_refused() {
        type Change = fn(&mut Contents);
        let lies: [(&str, Change); 14] = [
            ("overlap", |c| c.sections[0].span.offset = 20480),
            ("gap", |c| c.sections[1].span.offset += 4096),
            ("in the head", |c| c.programs[0].span.offset = 0),
            ("empty", |c| c.sections[0].span.bytes = 0),
            ("endless", |c| c.sections[2].span.bytes = u64::MAX - 5),
            ("past the manifest", |c| c.sections[2].span.bytes = 9000),
            ("unknown section", |c| c.toolchains[0].sections = vec![0, 3]),
            ("section twice", |c| c.toolchains[0].sections = vec![0, 0]),
            ("no section", |c| c.toolchains[0].sections.clear()),
            ("toolchain twice", |c| c.toolchains[1].toolchain = c.toolchains[0].toolchain.clone()),
            ("out of order", |c| c.toolchains.reverse()),
            ("program twice", |c| c.programs.push(c.programs[0].clone())),
            ("format", |c| c.format = 2),
            ("a member less", |c| {
                c.sections.pop();
            }),
        ];
        for (name, lie) in lies {
            let mut contents = contents();
            lie(&mut contents);
            let (json, head) = head_of(&contents);
            assert!(matches!(Contents::parse(&json, &head), Err(FormatError::Manifest { .. })), "{name}");
        }
        let (json, mut head) = head_of(&contents());
        let more = String::from_utf8(json).unwrap().replacen("\"format\"", "\"more\": 1, \"format\"", 1);
        head.manifest.sha256 = Digest::of(more.as_bytes());
        assert!(matches!(Contents::parse(more.as_bytes(), &head), Err(FormatError::Manifest { .. })));
    }
}
