//! The same hives, read and changed by hivex, which nobody here wrote: what one writes the other understands. Needs
//! Debian's `python3-hivex`, which `cargo xtask setup` installs.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // tests fail by panicking

use gyre_hive::{Hive, Value};
use std::fmt::Write as _;
use std::process::Command;

/// Every key with its values as type and bytes, in the order of names.
const SHOW: &str = r#"
import hivex, sys
h = hivex.Hivex(sys.argv[1])
def show(node, path):
    print("[" + path + "]")
    lines = []
    for value in h.node_values(node):
        kind, data = h.value_value(value)
        lines.append("%s=%d:%s" % (h.value_key(value), kind, data.hex()))
    for line in sorted(lines):
        print(line)
    for child in h.node_children(node):
        name = h.node_name(child)
        show(child, path + "\\" + name if path else name)
show(h.root(), "")
"#;

/// Adds a service, changes a value, removes a key.
const CHANGE: &str = r#"
import hivex, sys
h = hivex.Hivex(sys.argv[1], write=True)
services = h.node_get_child(h.node_get_child(h.root(), "ControlSet001"), "Services")
viostor = h.node_add_child(services, "viostor")
h.node_set_values(viostor, [
    {"key": "Start", "t": 4, "value": b"\0\0\0\0"},
    {"key": "ImagePath", "t": 2, "value": "x.sys\0".encode("utf-16-le")},
    {"key": "Blob", "t": 3, "value": b"\x07" * 9000},
])
for n in range(700):
    h.node_add_child(viostor, "k%03d" % n)
h.node_delete_child(h.node_get_child(services, "gone"))
h.commit(None)
"#;

fn python(script: &str, path: &std::path::Path) -> String {
    let output = Command::new("/usr/bin/python3").args(["-c", script]).arg(path).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// As [`SHOW`] prints it.
fn show(hive: &Hive) -> String {
    let mut text = String::new();
    let mut todo = vec![String::new()];
    while let Some(path) = todo.pop() {
        writeln!(text, "[{path}]").unwrap();
        let line = |name: String| {
            let (kind, bytes) = hive.get(&path, &name).unwrap().unwrap().encode().unwrap();
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("{name}={kind}:{hex}\n")
        };
        let mut lines: Vec<String> = hive.values(&path).unwrap().unwrap().into_iter().map(line).collect();
        lines.sort();
        text.extend(lines);
        let below = hive.keys(&path).unwrap().unwrap().into_iter().rev();
        todo.extend(below.map(|name| if path.is_empty() { name } else { format!("{path}\\{name}") }));
    }
    text
}

fn sample() -> Hive {
    let mut hive = Hive::new();
    for n in 0..1100 {
        hive.create_key(&format!(r"ControlSet001\Enum\PCI#VEN_{n:04}")).unwrap();
    }
    for name in ["disk", "gone", "Zebra", "über", "я", "long name of a service"] {
        let key = format!(r"ControlSet001\Services\{name}");
        hive.create_key(&format!(r"{key}\Parameters")).unwrap();
        for (name, value) in [
            ("", Value::Sz("default".into())),
            ("Start", Value::Dword(3)),
            ("Größe", Value::Qword(1 << 40)),
            ("List", Value::MultiSz(vec!["a".into(), "b c".into()])),
            ("Path", Value::ExpandSz("%SystemRoot%\\x".into())),
            ("Small", Value::Binary(vec![1, 2, 3])),
            ("Large", Value::Binary((0..40_000_u32).map(|n| n as u8).collect())),
            ("Odd", Value::Other(0x1234, vec![9; 5])),
        ] {
            hive.set(&key, name, &value).unwrap();
        }
    }
    for n in 0..300 {
        hive.delete_key(&format!(r"ControlSet001\Enum\PCI#VEN_{:04}", n * 3)).unwrap();
    }
    hive.delete_value(r"ControlSet001\Services\disk", "Large").unwrap();
    hive
}

#[test]
fn hivex_reads_what_is_written_here() {
    let mut hive = sample();
    let file = std::env::temp_dir().join(format!("gyre-hive-{}-read", std::process::id()));
    std::fs::write(&file, hive.to_bytes().unwrap()).unwrap();
    let theirs = python(SHOW, &file);
    std::fs::remove_file(&file).unwrap();
    assert!(theirs.lines().count() > 800);
    assert!(theirs == show(&hive), "hivex sees another hive");
}

#[test]
fn what_hivex_changed_is_read_and_changed_here() {
    let mut hive = sample();
    let file = std::env::temp_dir().join(format!("gyre-hive-{}-change", std::process::id()));
    std::fs::write(&file, hive.to_bytes().unwrap()).unwrap();
    python(CHANGE, &file);
    let mut hive = Hive::parse(std::fs::read(&file).unwrap()).unwrap();
    let key = r"controlset001\services\VIOSTOR";
    assert_eq!(hive.get(key, "imagepath").unwrap(), Some(Value::ExpandSz("x.sys".into())));
    assert_eq!(hive.get(key, "Blob").unwrap(), Some(Value::Binary(vec![7; 9000])));
    assert_eq!(hive.keys(key).unwrap().unwrap().len(), 700);
    assert_eq!(hive.keys(r"ControlSet001\Services\gone").unwrap(), None);
    assert!(python(SHOW, &file) == show(&hive), "hivex sees another hive");
    hive.delete_key(&format!(r"{key}\k350")).unwrap();
    hive.create_key(&format!(r"{key}\k350a\below")).unwrap();
    hive.set(key, "Start", &Value::Dword(4)).unwrap();
    std::fs::write(&file, hive.to_bytes().unwrap()).unwrap();
    let theirs = python(SHOW, &file);
    std::fs::remove_file(&file).unwrap();
    assert!(theirs == show(&hive), "hivex sees another hive");
}
