//! Names of keys and values: UTF-16, compared without case, stored in one byte each where that is enough.

use std::cmp::Ordering;

/// Letters whose capital in Unicode is not the one in Windows' table: they have none there.
const NO_CAPITAL: [u16; 3] = [0x00b5, 0x0131, 0x017f];
const HASH_FACTOR: u32 = 37;

pub(crate) fn units(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}

/// A unit's capital.
fn upper(unit: u16) -> u16 {
    if unit < 0x80 {
        return u16::from(u8::try_from(unit).unwrap_or_default().to_ascii_uppercase());
    }
    let Some(letter) = char::from_u32(unit.into()).filter(|_| !NO_CAPITAL.contains(&unit)) else {
        return unit;
    };
    let mut capitals = letter.to_uppercase();
    match (capitals.next(), capitals.next()) {
        (Some(capital), None) => u16::try_from(u32::from(capital)).unwrap_or(unit),
        _ => unit,
    }
}

/// The order of subkeys.
pub(crate) fn compare(a: &[u16], b: &[u16]) -> Ordering {
    a.iter().map(|unit| upper(*unit)).cmp(b.iter().map(|unit| upper(*unit)))
}

pub(crate) fn same(a: &[u16], b: &[u16]) -> bool {
    a.len() == b.len() && compare(a, b) == Ordering::Equal
}

/// As elements of `lh` lists carry it.
pub(crate) fn hash(name: &[u16]) -> u32 {
    name.iter().fold(0, |sum: u32, unit| sum.wrapping_mul(HASH_FACTOR).wrapping_add(upper(*unit).into()))
}

/// As elements of `lf` lists carry it: the first letters, as far as they are one byte each.
pub(crate) fn hint(name: &[u16]) -> u32 {
    let mut hint = [0; 4];
    let letters = name.iter().map_while(|unit| u8::try_from(*unit).ok());
    hint.iter_mut().zip(letters).for_each(|(place, letter)| *place = letter);
    u32::from_le_bytes(hint)
}

/// The bytes of a name, and whether they are one for each unit.
pub(crate) fn store(name: &[u16]) -> (Vec<u8>, bool) {
    let narrow: Option<Vec<u8>> = name.iter().map(|unit| u8::try_from(*unit).ok()).collect();
    match narrow {
        Some(bytes) => (bytes, true),
        None => (wide_bytes(name), false),
    }
}

pub(crate) fn read(bytes: &[u8], is_narrow: bool) -> Vec<u16> {
    if is_narrow { bytes.iter().map(|byte| u16::from(*byte)).collect() } else { wide(bytes) }
}

pub(crate) fn wide(bytes: &[u8]) -> Vec<u16> {
    bytes.chunks_exact(2).filter_map(|pair| crate::bytes::u16_at(pair, 0)).collect()
}

pub(crate) fn wide_bytes(units: &[u16]) -> Vec<u8> {
    units.iter().flat_map(|unit| unit.to_le_bytes()).collect()
}

pub(crate) fn show(units: &[u16]) -> String {
    String::from_utf16_lossy(units)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_ordered_as_windows_does() {
        let compare = |a: &str, b: &str| compare(&units(a), &units(b));
        assert_eq!(compare("viostor", "VIOSTOR"), Ordering::Equal);
        assert_eq!(compare("a_b", "aXb"), Ordering::Greater, "capitals are compared");
        assert_eq!(compare("ab", "abc"), Ordering::Less);
        assert_eq!(compare("ärger", "ÄRGER"), Ordering::Equal);
        assert_ne!(compare("straße", "STRASSE"), Ordering::Equal);
        assert_ne!(compare("ı", "I"), Ordering::Equal);
    }

    #[test]
    fn hashes_and_hints_are_those_of_the_format() {
        // ((('A' * 37) + 'B') * 37) + 'C'
        assert_eq!(hash(&units("abc")), (65 * 37 + 66) * 37 + 67);
        assert_eq!(hint(&units("Software")), u32::from_le_bytes(*b"Soft"));
        assert_eq!(hint(&units("a")), u32::from_le_bytes([b'a', 0, 0, 0]));
        assert_eq!(store(&units("é")), (vec![0xe9], true));
        assert_eq!(store(&units("я")), (vec![0x4f, 0x04], false));
    }
}
