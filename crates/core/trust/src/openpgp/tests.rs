use std::io::{self, Read};

use pgp::composed::{ArmorOptions, KeyType, SecretKeyParamsBuilder, SignedSecretKey, SubkeyParamsBuilder};
use pgp::packet::{SignatureConfig, Subpacket, SubpacketData};
use pgp::types::{Password, Timestamp};
use rand::SeedableRng;
use rand::rngs::StdRng;

use super::*;

/// 2026-11-21.
const NOW: u64 = 1_795_219_200;
const DATA: &[u8] = b"an archive of Go";

fn at(unix_seconds: u64) -> Timestamp {
    Timestamp::from_secs(u32::try_from(unix_seconds).unwrap())
}

/// A primary key with one subkey for signing, made two years before now.
fn signer(seed: u64) -> SignedSecretKey {
    signer_of(seed, KeyType::Ed25519Legacy)
}

fn signer_of(seed: u64, kind: KeyType) -> SignedSecretKey {
    let made = at(NOW - 2 * 365 * 86_400);
    let mut subkey = SubkeyParamsBuilder::default();
    subkey.key_type(KeyType::Ed25519Legacy).can_sign(true).created_at(made);
    let mut params = SecretKeyParamsBuilder::default();
    params
        .key_type(kind)
        .can_certify(true)
        .can_sign(true)
        .created_at(made)
        .primary_user_id("Test <test@example.test>".into())
        .subkey(subkey.build().unwrap());
    params.build().unwrap().generate(StdRng::seed_from_u64(seed)).unwrap()
}

fn keyring(signer: &SignedSecretKey) -> Keyring {
    let public = signer.to_public_key();
    let fingerprint = named(&public.primary_key);
    let text = public.to_armored_bytes(ArmorOptions::default()).unwrap();
    Keyring::read(&text, &fingerprint).unwrap()
}

struct Form {
    hash: HashAlgorithm,
    typ: SignatureType,
    made: u64,
}

const PLAIN: Form = Form { hash: HashAlgorithm::Sha256, typ: SignatureType::Binary, made: NOW - 1000 };

fn signed_by(key: &impl pgp::types::SigningKey, form: &Form) -> Vec<u8> {
    let mut rng = StdRng::seed_from_u64(7);
    let mut config = SignatureConfig::from_key(&mut rng, key, form.typ).unwrap();
    config.hash_alg = form.hash;
    config.hashed_subpackets = vec![
        Subpacket::regular(SubpacketData::IssuerFingerprint(key.fingerprint())).unwrap(),
        Subpacket::regular(SubpacketData::SignatureCreationTime(at(form.made))).unwrap(),
    ];
    let signature = config.sign(key, &Password::empty(), DATA).unwrap();
    DetachedSignature::new(signature).to_armored_bytes(ArmorOptions::default()).unwrap()
}

#[test]
fn a_signature_of_a_subkey_names_the_primary_key_and_its_time() {
    let signer = signer(1);
    let ring = keyring(&signer);
    for signature in [signed_by(&signer.secret_subkeys[0].key, &PLAIN), signed_by(&signer.primary_key, &PLAIN)] {
        let witness = ring.check(&signature, DATA, NOW).unwrap();
        let expected = Witness::OpenPgp { fingerprint: ring.fingerprint().to_owned(), signed_unix_seconds: NOW - 1000 };
        assert_eq!(witness, expected);
    }
}

#[test]
fn other_bytes_are_a_contradiction() {
    let signer = signer(1);
    let signature = signed_by(&signer.secret_subkeys[0].key, &PLAIN);
    for place in 0..DATA.len() {
        let mut other = DATA.to_vec();
        other[place] ^= 1;
        let error = keyring(&signer).check(&signature, other.as_slice(), NOW).unwrap_err();
        assert!(matches!(error, OpenPgpError::Bad { .. }) && error.is_contradiction(), "{error}");
    }
}

#[test]
fn data_that_cannot_be_read_is_never_good() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("gone"))
        }
    }
    let signer = signer(1);
    let signature = signed_by(&signer.secret_subkeys[0].key, &PLAIN);
    assert!(keyring(&signer).check(&signature, Broken, NOW).is_err());
}

#[test]
fn a_key_that_is_not_pinned_says_nothing() {
    let (mine, other) = (signer(1), signer(2));
    let signature = signed_by(&other.secret_subkeys[0].key, &PLAIN);
    let error = keyring(&mine).check(&signature, DATA, NOW).unwrap_err();
    assert!(matches!(error, OpenPgpError::UnknownKey { .. }) && !error.is_contradiction(), "{error}");
    let text = other.to_public_key().to_armored_bytes(ArmorOptions::default()).unwrap();
    let pinned = named(&mine.to_public_key().primary_key);
    assert!(matches!(Keyring::read(&text, &pinned), Err(OpenPgpError::NoKey { .. })));
    assert!(Keyring::read(b"no keyring", &pinned).is_err());
}

#[test]
fn a_weak_hash_a_text_signature_and_a_date_to_come_are_refused() {
    // The library makes no weak signature with a newer kind of key.
    let signer = signer_of(1, KeyType::Rsa(2048));
    let ring = keyring(&signer);
    assert!(ring.check(&signed_by(&signer.primary_key, &PLAIN), DATA, NOW).is_ok());
    for form in [
        Form { hash: HashAlgorithm::Sha1, ..PLAIN },
        Form { hash: HashAlgorithm::Sha224, ..PLAIN },
        Form { typ: SignatureType::Text, ..PLAIN },
        Form { made: NOW + 3 * 86_400, ..PLAIN },
    ] {
        let signature = signed_by(&signer.primary_key, &form);
        let error = ring.check(&signature, DATA, NOW).unwrap_err();
        assert!(matches!(error, OpenPgpError::Signature { .. }), "{error}");
    }
}

#[test]
fn a_signature_from_before_the_key_is_refused() {
    let signer = signer(1);
    let form = Form { made: NOW - 3 * 365 * 86_400, ..PLAIN };
    for signature in [signed_by(&signer.primary_key, &form), signed_by(&signer.secret_subkeys[0].key, &form)] {
        let error = keyring(&signer).check(&signature, DATA, NOW).unwrap_err();
        assert!(matches!(error, OpenPgpError::NotThen { reason: "did not exist yet", .. }), "{error}");
    }
}

#[test]
fn any_changed_byte_of_a_signature_proves_nothing_else() {
    let signer = signer(1);
    let ring = keyring(&signer);
    let signature = signed_by(&signer.secret_subkeys[0].key, &PLAIN);
    let good = ring.check(&signature, DATA, NOW).unwrap();
    for place in 0..signature.len() {
        let mut changed = signature.clone();
        changed[place] ^= 0x04;
        // Some bytes of the armour have no meaning; no change may alter the signature's meaning.
        if let Ok(witness) = ring.check(&changed, DATA, NOW) {
            assert_eq!(witness, good, "byte {place}");
        }
    }
    for bytes in [&b""[..], b"x", &[0xff; 100], &vec![b'x'; SIGNATURE_BYTES_MAX + 1]] {
        assert!(ring.check(bytes, DATA, NOW).is_err());
    }
}

#[test]
fn the_built_in_key_is_the_pinned_one_and_its_subkeys_count_in_their_years() {
    let ring = Keyring::built_in().unwrap();
    assert_eq!(ring.fingerprint(), GOOGLE_LINUX_FINGERPRINT);
    let year = |year: u64| (year - 1970) * 31_556_952 + 250 * 86_400;
    // September of each year, and which subkeys of 2016, 2017, 2019, 2021, 2023 and 2024 were good then.
    let good_in = |at: u64| -> Vec<usize> {
        (0..ring.key.public_subkeys.len())
            .filter(|index| ring.subkey_good_at(&ring.key.public_subkeys[*index], at).is_ok())
            .collect()
    };
    let seen: Vec<Vec<usize>> = (2015..=2027).map(|number| good_in(year(number))).collect();
    let none: Vec<usize> = vec![];
    assert_eq!(seen[0], none, "no subkey existed in 2015");
    for (number, expected) in
        [(2022, vec![3]), (2023, vec![3, 4]), (2024, vec![3, 4, 5]), (2025, vec![4, 5]), (2026, vec![5])]
    {
        assert_eq!(seen[number - 2015], expected, "{number}");
    }
    assert_eq!(seen[12], none, "the newest built-in subkey ends in January 2027");
    assert!(ring.primary_good_at(year(2026)).is_ok());
    assert!(ring.primary_good_at(year(2015)).is_err());
}
