use super::*;
use crate::bytes::u32_at;
use crate::log::tests::{new_log, old_log};

const SERVICE: &str = r"ControlSet001\Services\viostor";

fn hive() -> Hive {
    let mut hive = Hive::new();
    hive.create_key(SERVICE).unwrap();
    hive.set(SERVICE, "Start", &Value::Dword(0)).unwrap();
    hive.set(SERVICE, "", &Value::Sz("default".into())).unwrap();
    hive
}

fn code(result: Result<Hive>) -> &'static str {
    match result.err().unwrap() {
        Error::Damaged(_) => "damaged",
        Error::Dirty(_) => "dirty",
        Error::Unsupported(_) => "unsupported",
        Error::Limit(_) => "limit",
        Error::Invalid(_) => "invalid",
        Error::NotFound(_) => "not-found",
    }
}

#[test]
fn names_are_found_in_any_case_and_kept_as_they_were() {
    let mut hive = hive();
    hive.create_key(r"CONTROLSET001\services\VIOSTOR\Parameters").unwrap();
    hive.set(&SERVICE.to_uppercase(), "START", &Value::Dword(4)).unwrap();
    assert_eq!(hive.keys("").unwrap().unwrap(), ["ControlSet001"]);
    assert_eq!(hive.values(SERVICE).unwrap().unwrap(), ["Start", ""]);
    assert_eq!(hive.get(SERVICE, "start").unwrap(), Some(Value::Dword(4)));
    assert_eq!(hive.keys("no").unwrap(), None);
    assert_eq!(hive.get("no", "x").unwrap(), None);
    assert!(matches!(hive.set("no", "x", &Value::Dword(1)), Err(Error::NotFound(_))));
    for path in ["\\", "a\\", "\\a", "a\\\\b", "a\0", &"n".repeat(256), &"n\\".repeat(600)] {
        assert!(matches!(hive.create_key(path), Err(Error::Invalid(_))), "{path}");
    }
    assert!(matches!(hive.delete_key(""), Err(Error::Invalid(_))));
    hive.verify().unwrap();
}

#[test]
fn what_is_so_already_changes_nothing() {
    let mut hive = Hive::parse(hive().to_bytes().unwrap()).unwrap();
    hive.set_time(99);
    hive.create_key(SERVICE).unwrap();
    hive.set(SERVICE, "Start", &Value::Dword(0)).unwrap();
    hive.delete_key(r"ControlSet001\no").unwrap();
    hive.delete_value(SERVICE, "no").unwrap();
    hive.delete_value("no", "no").unwrap();
    assert!(!hive.is_changed());
    hive.set(SERVICE, "Start", &Value::Dword(1)).unwrap();
    assert!(hive.is_changed());
    let bytes = hive.to_bytes().unwrap();
    assert!(!hive.is_changed());
    assert_eq!((u32_at(&bytes, 4), u32_at(&bytes, 8)), (Some(2), Some(2)));
    assert_eq!(bytes[12], 99);
    assert_eq!(hive.to_bytes().unwrap(), bytes);
}

#[test]
fn many_subkeys_go_into_lists_of_lists() {
    let mut hive = Hive::new();
    for n in 0..1200 {
        hive.create_key(&format!("k{:04}", n * 7919 % 1200)).unwrap();
    }
    hive.verify().unwrap();
    let names = hive.keys("").unwrap().unwrap();
    assert!(names.is_sorted() && names.len() == 1200);
    for n in 0..1200 {
        hive.delete_key(&format!("K{:04}", n * 7 % 1200)).unwrap();
    }
    hive.verify().unwrap();
    assert_eq!(hive.keys("").unwrap().unwrap().len(), 0);
}

#[test]
fn large_values_lie_in_pieces() {
    let mut hive = hive();
    for length in [0, 1, 4, 5, 16_344, 16_345, 40_000, 3] {
        let bytes: Vec<u8> = (0..length).map(|n| (n % 251) as u8).collect();
        hive.set(SERVICE, "Blob", &Value::Binary(bytes.clone())).unwrap();
        hive.verify().unwrap();
        assert_eq!(hive.get(SERVICE, "Blob").unwrap(), Some(Value::Binary(bytes)));
    }
    hive.delete_value(SERVICE, "blob").unwrap();
    hive.verify().unwrap();
    let large = Value::Binary(vec![0; crate::VALUE_BYTES_MAX + 1]);
    assert!(matches!(hive.set(SERVICE, "Blob", &large), Err(Error::Limit(_))));
}

#[test]
fn a_change_that_broke_off_is_not_written() {
    let mut hive = hive();
    let at = hive.find(SERVICE).unwrap().unwrap();
    let values = Key::read(&hive.cells, at).unwrap().value_cells(&hive.cells).unwrap();
    // Data in a cell that is none.
    hive.cells.put_u32(values[0], 4, 100).unwrap();
    hive.cells.put_u32(values[0], 8, 12).unwrap();
    assert!(hive.delete_value(SERVICE, "Start").is_err());
    assert!(matches!(hive.to_bytes(), Err(Error::Damaged(_))));
}

#[test]
fn keys_in_a_circle_end() {
    let mut hive = hive();
    let (top, deep) = (hive.find("ControlSet001").unwrap().unwrap(), hive.find(SERVICE).unwrap().unwrap());
    let list = Key::read(&hive.cells, top).unwrap().list;
    Key::set_subkeys(&mut hive.cells, deep, 1, list).unwrap();
    assert!(hive.delete_key("ControlSet001").is_err());
    assert!(hive.verify().is_err());
    assert!(crate::text::show(&hive).is_err());
}

/// A hive before and after a change, the first one marked as not put away.
fn torn() -> (Vec<u8>, Vec<u8>) {
    let mut hive = hive();
    let mut before = hive.to_bytes().unwrap();
    for n in 0..200 {
        hive.create_key(&format!("Software\\k{n}")).unwrap();
    }
    let after = hive.to_bytes().unwrap();
    before[4] += 1;
    let sum = base::checksum(&before).unwrap();
    before[508..512].copy_from_slice(&sum.to_le_bytes());
    (before, after)
}

/// All pages of the bins that differ, as entries of a log carry them.
fn pages(before: &[u8], after: &[u8]) -> Vec<(u32, Vec<u8>)> {
    let pages = after[BASE_BYTES..].chunks(512).enumerate();
    let other =
        |n: usize, page: &[u8]| before.get(BASE_BYTES + n * 512..BASE_BYTES + (n + 1) * 512) != Some(page);
    pages.filter(|(n, page)| other(*n, page)).map(|(n, page)| (n as u32 * 512, page.to_vec())).collect()
}

#[test]
fn a_torn_hive_is_refused_or_completed() {
    let (before, after) = torn();
    assert!(after.len() > before.len());
    assert_eq!(code(Hive::parse(before.clone())), "dirty");
    let whole = crate::text::show(&Hive::parse(after.clone()).unwrap()).unwrap();
    let check = |logs: &[&[u8]]| {
        let mut hive = Hive::recover(before.clone(), logs).unwrap();
        hive.verify().unwrap();
        assert!(hive.is_changed());
        assert_eq!(crate::text::show(&hive).unwrap(), whole);
        let bytes = hive.to_bytes().unwrap();
        assert_eq!(crate::text::show(&Hive::parse(bytes).unwrap()).unwrap(), whole);
    };
    check(&[&old_log(&before, &after)]);
    check(&[b"", &old_log(&before, &after)]);
    let all = pages(&before, &after);
    check(&[&new_log(&before, 2, std::slice::from_ref(&all))]);
    // In two entries, and in two logs of either order.
    let (first, second) = all.split_at(all.len() / 2);
    check(&[&new_log(&before, 2, &[first.to_vec(), second.to_vec()])]);
    let (one, two) = (new_log(&before, 2, &[first.to_vec()]), new_log(&before, 3, &[second.to_vec()]));
    check(&[&one, &two]);
    check(&[&two, &one]);
}

#[test]
fn logs_that_do_not_fit_complete_nothing() {
    let (before, after) = torn();
    let dirty = |log: &[u8]| assert_eq!(code(Hive::recover(before.clone(), &[log])), "dirty");
    let good = new_log(&before, 2, &[pages(&before, &after)]);
    dirty(&new_log(&before, 0, &[pages(&before, &after)]));
    dirty(&good[..good.len() - 1]);
    dirty(&[]);
    let mut spoiled = good.clone();
    let last = spoiled.len() - 600;
    spoiled[last] ^= 1;
    dirty(&spoiled);
    dirty(&before);
    // A log that goes past the end of what it says the hive is.
    let past = new_log(&before, 2, &[vec![(1 << 20, vec![0; 512])]]);
    let mut past = past;
    past[512 + 16..512 + 20].copy_from_slice(&4096_u32.to_le_bytes());
    dirty(&past);
}

#[test]
fn other_files_are_told_apart() {
    let good = hive().to_bytes().unwrap();
    let with = |at: usize, value: u32| {
        let mut bytes = good.clone();
        bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
        let sum = base::checksum(&bytes).unwrap();
        bytes[508..512].copy_from_slice(&sum.to_le_bytes());
        bytes
    };
    assert_eq!(code(Hive::parse(vec![])), "damaged");
    assert_eq!(code(Hive::parse(good[..5000].to_vec())), "damaged");
    assert_eq!(code(Hive::parse(with(24, 2))), "unsupported");
    assert_eq!(code(Hive::parse(with(28, 6))), "unsupported");
    assert_eq!(code(Hive::parse(with(36, 0))), "damaged");
    assert_eq!(code(Hive::parse(with(40, u32::MAX - 4095))), "limit");
    assert_eq!(code(Hive::parse(with(40, 4097))), "damaged");
    let mut checksum = good.clone();
    checksum[508] ^= 1;
    assert_eq!(code(Hive::parse(checksum)), "damaged");
}
