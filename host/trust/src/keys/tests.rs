//! Our files against what others made of them: signatures that the minisign program made (its author publishes them
//! with his verifying library), and the mathematics of ed25519-dalek and blake2, which share no code with ours.

use super::*;
use blake2::{Blake2b512, Digest as _};
use ed25519_dalek::{Signature, VerifyingKey};

/// The key that minisign itself is released with.
const PUBLIC: &str = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3";
/// Of `test`, made by the minisign program; prehashed.
const PREHASHED: &str = "untrusted comment: signature from minisign secret key
RUQf6LRCGA9i559r3g7V1qNyJDApGip8MfqcadIgT9CuhV3EMhHoN1mGTkUidF/z7SrlQgXdy8ofjb7bNJJylDOocrCo8KLzZwo=
trusted comment: timestamp:1556193335\tfile:test
y/rUw2y8/hOUYjZU71eHp/Wo1KZ40fGy2VJEDl34XMJM+TX48Ss/17u3IvIfbVR1FkZZSNCisQbuQY+bHwhEBg==
";
/// The same, not prehashed.
const LEGACY: &str = "untrusted comment: signature from minisign secret key
RWQf6LRCGA9i59SLOFxz6NxvASXDJeRtuZykwQepbDEGt87ig1BNpWaVWuNrm73YiIiJbq71Wi+dP9eKL8OC351vwIasSSbXxwA=
trusted comment: timestamp:1555779966\tfile:test
QtKMXWyYcwdpZAlPF7tE2ENJkRd1ujvKjlj1m9RtHTBnZPa5WKU5uWRs5GoP5M/VqE81QFuMKI5k/SfNQUaOAA==
";

#[test]
fn what_minisign_signed_is_verified() {
    let file = format!("untrusted comment: minisign public key E7620F1842B4E81F\n{PUBLIC}\n");
    for text in [PUBLIC, &file] {
        let key = PublicKey::parse(text).unwrap();
        assert_eq!(key.id().to_string(), "E7620F1842B4E81F");
        assert_eq!(key.text(), file);
        assert_eq!(key.verify(b"test", PREHASHED).unwrap(), "timestamp:1556193335\tfile:test");
    }
    assert_eq!(signer(PREHASHED).unwrap().to_string(), "E7620F1842B4E81F");
}

#[test]
fn whatever_was_changed_is_refused() {
    let key = PublicKey::parse(PUBLIC).unwrap();
    let refused = |bytes: &[u8], signature: &str| {
        assert_eq!(key.verify(bytes, signature).unwrap_err().code, "plugin.signature", "{signature}");
    };
    refused(b"Test", PREHASHED);
    refused(b"", PREHASHED);
    refused(b"test", &PREHASHED.replace("1556193335", "1556193336"));
    refused(b"test", &PREHASHED.replace("7SrlQgXdy8", "7SrlQgXdy9"));
    refused(b"test", &PREHASHED.replace("y/rUw2y8", "y/rUw2y9"));
    refused(b"test", &PREHASHED.lines().take(2).collect::<Vec<_>>().join("\n"));
    refused(b"test", "");
    refused(b"test", LEGACY);
    let other = Pair::generate(None).unwrap().public;
    assert_eq!(other.verify(b"test", PREHASHED).unwrap_err().code, "plugin.signature");
}

#[test]
fn what_is_no_key_is_said_to_be_none() {
    for text in
        ["", "RW", PUBLIC.get(1..).unwrap(), &PUBLIC.replace("RWQ", "XXQ"), &format!("{PUBLIC}AAAA"), "\0"]
    {
        assert_eq!(PublicKey::parse(text).unwrap_err().code, "sign.key", "{text:?}");
    }
    for text in ["", "a\nb", "untrusted comment: x\nRWQ=\n"] {
        assert!(["sign.key"].contains(&SecretKey::open(text, None).unwrap_err().code.as_str()), "{text:?}");
    }
    assert_eq!(signer("a\nb").unwrap_err().code, "plugin.signature");
}

/// The two signatures of a file, and the key, taken apart by the format's description and not by our code.
fn verified_by_others(public: &str, bytes: &[u8], text: &str) {
    let decode = |line: &str| STANDARD.decode(line).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let (key, first, second) = (decode(public), decode(lines[1]), decode(lines[3]));
    assert_eq!((&key[..2], &first[..2], &first[2..10]), (&b"Ed"[..], &b"ED"[..], &key[2..10]));
    let verifier = VerifyingKey::from_bytes(key[10..].try_into().unwrap()).unwrap();
    let signature = |bytes: &[u8]| Signature::from_bytes(bytes.try_into().unwrap());
    verifier.verify_strict(&Blake2b512::digest(bytes), &signature(&first[10..])).unwrap();
    let comment = lines[2].strip_prefix("trusted comment: ").unwrap();
    let both = [&first[10..], comment.as_bytes()].concat();
    verifier.verify_strict(&both, &signature(&second)).unwrap();
}

#[test]
fn what_we_sign_is_verified_by_others() {
    verified_by_others(PUBLIC, b"test", PREHASHED); // else the next line would prove nothing
    let pair = Pair::generate(None).unwrap();
    assert!(!SecretKey::is_encrypted(&pair.secret).unwrap());
    let secret = SecretKey::open(&pair.secret, None).unwrap();
    let text = secret.sign(b"component", "timestamp:1\tfile:a.wasm").unwrap();
    verified_by_others(pair.public.line(), b"component", &text);
    assert_eq!(pair.public.verify(b"component", &text).unwrap(), "timestamp:1\tfile:a.wasm");
    assert!(pair.public.text().starts_with("untrusted comment: minisign public key "));
    for comment in ["two\nlines", &"x".repeat(2000)] {
        assert_eq!(secret.sign(b"", comment).unwrap_err().code, "sign.comment");
    }
}

#[test]
fn a_password_opens_its_key_alone() {
    let password = |text: &str| Password::new(text).unwrap();
    let pair = Pair::generate(Some(&password("correct horse\n"))).unwrap();
    assert!(SecretKey::is_encrypted(&pair.secret).unwrap());
    let secret = SecretKey::open(&pair.secret, Some(&password("correct horse"))).unwrap();
    assert_eq!(secret.public().line(), pair.public.line());
    verified_by_others(pair.public.line(), b"x", &secret.sign(b"x", "c").unwrap());
    assert_eq!(SecretKey::open(&pair.secret, None).unwrap_err().code, "sign.password");
    assert_eq!(SecretKey::open(&pair.secret, Some(&password("wrong"))).unwrap_err().code, "sign.password");
    let said = format!("{secret:?} {:?}", password("correct horse"));
    assert_eq!(said, format!("SecretKey({}) Password(secret)", pair.public.id()));
    assert_eq!(Password::new("\n").unwrap_err().code, "sign.password");
    assert_eq!(Password::new(&"x".repeat(1025)).unwrap_err().code, "sign.password");
}
