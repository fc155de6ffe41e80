use super::*;
use ed25519_dalek::{Signer, SigningKey};

const REAL: &str = "go.sum database tree\n66332798\nczPocWFmMwQrSENohgEPvFiqA+2i/3lRZhHbxtma2UQ=\n\n\
    \u{2014} sum.golang.org Az3grh19zTBOmg0dGOAELF5SP1N/QTSsuYwquERee13uccsbttgwVlS/0MhlHd7IEvb6fQVKmu7XFovf0PT1tKOnHQo=\n";

fn go() -> VerifierKey {
    VerifierKey::go_checksum_database().unwrap()
}

/// A key made from a seed, and the line by which it signs a text.
struct Owner {
    name: &'static str,
    signing: SigningKey,
}

impl Owner {
    fn of(name: &'static str, seed: u8) -> Owner {
        Owner { name, signing: SigningKey::from_bytes(&[seed; 32]) }
    }
    fn encoded(&self) -> Vec<u8> {
        [&[ALGORITHM_ED25519][..], self.signing.verifying_key().as_bytes()].concat()
    }
    fn key(&self) -> VerifierKey {
        let encoded = self.encoded();
        let text = format!("{}+{:08x}+{}", self.name, key_hash(self.name, &encoded), STANDARD.encode(&encoded));
        text.parse().unwrap()
    }
    fn line(&self, text: &str) -> String {
        let hash = key_hash(self.name, &self.encoded()).to_be_bytes();
        let signature = self.signing.sign(text.as_bytes()).to_bytes();
        format!("{SIGNATURE_PREFIX}{} {}\n", self.name, STANDARD.encode([&hash[..], &signature].concat()))
    }
}

#[test]
fn a_real_tree_head_is_signed_by_the_built_in_key() {
    let text = Note::open(REAL.as_bytes(), &go()).unwrap();
    assert_eq!(text, REAL.split_once("\n\n").unwrap().0.to_owned() + "\n");
}

#[test]
fn the_built_in_key_is_read_and_written_back() {
    assert_eq!(go().to_string(), GO_CHECKSUM_DATABASE_KEY);
    assert_eq!((go().name(), go().key_hash()), ("sum.golang.org", 0x033d_e0ae));
}

#[test]
fn keys_that_are_not_whole_are_refused() {
    let read = str::parse::<VerifierKey>;
    for text in ["", "a", "a+b", "a+00000000", "a+00000000+", "+033de0ae+Ac4z", "a b+033de0ae+Ac4z", "a+033de0a+Ac4z"] {
        assert_eq!(read(text), Err(KeyError::Malformed), "{text}");
    }
    assert_eq!(read(&"a".repeat(KEY_BYTES_MAX + 1)), Err(KeyError::Malformed));
    assert_eq!(read(&GO_CHECKSUM_DATABASE_KEY.replace("+033de0ae", "+-33de0ae")), Err(KeyError::Malformed));
    let (expected, actual) = (0x033d_e0af, 0x033d_e0ae);
    assert_eq!(
        read(&GO_CHECKSUM_DATABASE_KEY.replace("+033de0ae", "+033de0af")),
        Err(KeyError::Hash { expected, actual })
    );
    assert!(matches!(read(&GO_CHECKSUM_DATABASE_KEY.replace("sum.", "sun.")), Err(KeyError::Hash { .. })));

    let encode = |encoded: &[u8]| format!("a+{:08x}+{}", key_hash("a", encoded), STANDARD.encode(encoded));
    assert_eq!(read(&encode(&[2; 33])), Err(KeyError::Algorithm { algorithm: 2 }));
    assert_eq!(read(&encode(&[1; 32])), Err(KeyError::Malformed));
    // The neutral element: every signature that is zero holds under it.
    let mut neutral = [0; 33];
    (neutral[0], neutral[1]) = (ALGORITHM_ED25519, 1);
    assert_eq!(read(&encode(&neutral)), Err(KeyError::Unsound));
}

#[test]
fn one_changed_bit_anywhere_in_a_note_is_refused() {
    for at in 0..REAL.len() {
        for bit in 0..8 {
            let mut bytes = REAL.as_bytes().to_vec();
            bytes[at] ^= 1 << bit;
            assert!(Note::open(&bytes, &go()).is_err(), "bit {bit} of byte {at}");
        }
    }
}

#[test]
fn a_truncated_note_is_refused_at_every_length() {
    for length in 0..REAL.len() {
        assert!(Note::open(&REAL.as_bytes()[..length], &go()).is_err(), "{length} bytes");
    }
}

#[test]
fn only_a_signature_by_the_wanted_key_counts() {
    let (one, two) = (Owner::of("one", 1), Owner::of("two", 2));
    let text = "anything\n\nblank lines too\n";
    let note = |lines: &[String]| format!("{text}\n{}", lines.concat());
    let both = note(&[two.line(text), one.line(text), two.line(text)]);
    assert_eq!(Note::open(both.as_bytes(), &one.key()).unwrap(), text);
    assert_eq!(Note::open(both.as_bytes(), &two.key()).unwrap(), text);
    let foreign = Note::open(note(&[two.line(text)]).as_bytes(), &one.key());
    assert!(matches!(foreign, Err(NoteError::NotSigned { .. })), "{foreign:?}");

    // Another key's signature under our name, and ours over another text, beside a right one.
    let mut forged = two.line(text).replace("two", "one");
    assert!(matches!(Note::open(note(&[forged]).as_bytes(), &one.key()), Err(NoteError::NotSigned { .. })));
    forged = one.line("other\n");
    let beside = note(&[one.line(text), forged]);
    assert!(matches!(Note::open(beside.as_bytes(), &one.key()), Err(NoteError::BadSignature { .. })));
    // The same key under another name has another hash.
    let renamed = Owner::of("uno", 1);
    assert!(Note::open(note(&[one.line(text)]).as_bytes(), &renamed.key()).is_err());
}

#[test]
fn notes_of_another_shape_are_refused() {
    let owner = Owner::of("one", 1);
    let line = owner.line("t\n");
    let (_, encoded) = line.trim_end().rsplit_once(' ').unwrap();
    let notes = [
        String::new(),
        "t\n".to_owned(),
        format!("t\n{line}"),
        format!("t\n\n{}", line.trim_end()),
        "t\n\n".to_owned(),
        format!("t\n\n{line}\n"),
        format!("t\n\nx{line}"),
        format!("t\n\n- one {encoded}\n"),
        format!("t\n\n\u{2014}  {encoded}\n"),
        format!("t\n\n\u{2014} o+e {encoded}\n"),
        "t\n\n\u{2014} one\n".to_owned(),
        "t\n\n\u{2014} one AAAA\n".to_owned(),
        "t\n\n\u{2014} one AAAAAA==\n".to_owned(),
        format!("t\u{7}\n\n{line}"),
        format!("t\r\n\n{line}"),
    ];
    for note in notes {
        let read = Note::parse(note.as_bytes());
        assert!(matches!(read, Err(NoteError::Malformed { .. })), "{note:?}: {read:?}");
    }
    assert!(Note::parse(format!("t\n\n{line}").as_bytes()).is_ok());
    assert!(Note::parse(&[b"t\xff\n\n", line.as_bytes()].concat()).is_err());
}

#[test]
fn the_number_of_bytes_and_signatures_is_bounded() {
    let short = "\u{2014} o AAAAAAA=\n";
    let many = |count| format!("t\n\n{}", short.repeat(count));
    assert_eq!(Note::parse(many(NOTE_SIGNATURES_MAX).as_bytes()).unwrap().signatures().len(), NOTE_SIGNATURES_MAX);
    assert!(Note::parse(many(NOTE_SIGNATURES_MAX + 1).as_bytes()).is_err());
    let long = format!("{}\n\n{short}", "t".repeat(NOTE_BYTES_MAX));
    assert_eq!(Note::parse(long.as_bytes()), Err(NoteError::TooLong { bytes: long.len() }));
}
