//! How a component stands with the lock and with the publishers, as rows of a page. No rules.

use crate::show::{Table, size};
use gyre_trust::{LockState, SignatureState, Standing};

/// Size, signature, publisher and lock.
pub fn rows(table: &mut Table, standing: &Standing) {
    table.row(["size", &format!("{} ({} bytes)", size(standing.size), standing.size)]);
    match &standing.signature {
        SignatureState::Missing => table.row(["signature", "none"]),
        SignatureState::Untrusted(error) => {
            table.row(["signature", &format!("NOT TRUSTED: {}", error.message)])
        }
        SignatureState::Trusted(signer) => {
            table.row(["signature", &format!("good, of the key {}: {}", signer.key, signer.comment)]);
            table.row(["publisher", &signer.publisher]);
        }
    }
    let lock = match &standing.lock {
        LockState::NoLock => "there is no gyre.lock".to_owned(),
        LockState::Same => "pinned by gyre.lock".to_owned(),
        LockState::Unknown => "NOT KNOWN to gyre.lock".to_owned(),
        LockState::Differs(pin) => format!("ANOTHER ONE is pinned: {}, {} bytes", pin.sha256, pin.size),
    };
    table.row(["lock", &lock]);
    if let Some(error) = &standing.refused {
        table.row(["refused", &error.message]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gyre_core::Error;
    use gyre_trust::{Pin, Signer};

    #[test]
    fn good_and_bad_are_told_apart() {
        let signer = |comment: &str| Signer {
            publisher: "acme".into(),
            key: "E7620F1842B4E81F".into(),
            comment: comment.into(),
            interfaces: None,
        };
        let good = Standing {
            size: 2048,
            signature: SignatureState::Trusted(signer("timestamp:1\tfile:a")),
            lock: LockState::Same,
            refused: None,
        };
        let error = Error::denied("lock.differs", "it is another one");
        let bad = Standing {
            signature: SignatureState::Missing,
            lock: LockState::Differs(Pin { sha256: "ab".into(), size: 3 }),
            refused: Some(error),
            ..good.clone()
        };
        let text = |standing: &Standing| {
            let mut table = Table::pairs();
            rows(&mut table, standing);
            table.text()
        };
        assert_eq!(
            text(&good),
            "size       2.0 KiB (2048 bytes)\n\
             signature  good, of the key E7620F1842B4E81F: timestamp:1 file:a\n\
             publisher  acme\n\
             lock       pinned by gyre.lock\n"
        );
        assert_eq!(
            text(&bad),
            "size       2.0 KiB (2048 bytes)\n\
             signature  none\n\
             lock       ANOTHER ONE is pinned: ab, 3 bytes\n\
             refused    it is another one\n"
        );
    }
}
