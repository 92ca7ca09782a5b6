//! LUKS, in qcow2 and by itself: deciphered as QEMU deciphers it, and never ciphertext for data.

use crate::support::*;
use disk_image::DiskImage;
use gyre_plugin::fake::FakeHost;
use gyre_plugin::source::*;
use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, PoisonError};

pub const PASSPHRASE: &str = "correct horse";
pub const KEY: &str = r#""key":"disk-key""#;

/// qemu-img or qemu-io with the passphrase as the secret `s`; as few rounds as QEMU makes.
pub fn qemu(d: &Path, words: &[&str]) {
    let secret = format!("secret,id=s,data={PASSPHRASE}");
    let (program, rest) = words.split_first().unwrap();
    let (verb, rest) = if *program == "qemu-img" { rest.split_at(1) } else { rest.split_at(0) };
    let output = Command::new(program)
        .current_dir(d)
        .args(verb)
        .args(["--object", &secret])
        .args(rest)
        .output()
        .unwrap();
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn with_key(d: &Path) -> FakeHost {
    host(d).secret("disk-key", PASSPHRASE).secret("other-key", "battery staple")
}

fn assert_opens(d: &Path, name: &str, options: &str, wanted: &[u8]) {
    let host = with_key(d);
    let found = assemble(&host, &config(name, options)).unwrap_or_else(|error| panic!("{name}: {error:?}"));
    assert_eq!(found.len(), wanted.len(), "{name}");
    assert_eq!(found.iter().zip(wanted).position(|(a, b)| a != b), None, "{name}");
    assert_eq!(complaint(name, options), None, "{name}");
}

/// What QEMU reads of an encrypted qcow2 image.
fn judged(d: &Path, name: &str) -> Vec<u8> {
    let image = format!("driver=qcow2,file.filename={name},encrypt.format=luks,encrypt.key-secret=s");
    qemu(d, &["qemu-img", "convert", "--image-opts", &image, "-O", "raw", "judged.raw"]);
    bytes_of(d, "judged.raw")
}

/// Writes to an encrypted qcow2 image through QEMU.
fn write(d: &Path, name: &str, commands: &[&str]) {
    let image = format!("driver=qcow2,file.filename={name},encrypt.format=luks,encrypt.key-secret=s");
    let mut words = vec!["qemu-io", "--image-opts"];
    commands.iter().for_each(|command| words.extend(["-c", command]));
    words.push(&image);
    qemu(d, &words);
}

/// The reference as an encrypted qcow2 image; the one without further options is made once for all tests.
fn encrypt(d: &Path, name: &str, more: &str) {
    static USUAL: Mutex<Option<Vec<u8>>> = Mutex::new(None);
    let mut usual = USUAL.lock().unwrap_or_else(PoisonError::into_inner);
    if let (true, Some(bytes)) = (more.is_empty(), usual.as_ref()) {
        return std::fs::write(d.join(name), bytes).unwrap();
    }
    let options = format!("encrypt.format=luks,encrypt.key-secret=s,encrypt.iter-time=10{more}");
    qemu(d, &["qemu-img", "convert", "-f", "raw", "-O", "qcow2", "-o", &options, "ref.raw", name]);
    if more.is_empty() {
        *usual = Some(bytes_of(d, name));
    }
}

#[test]
fn every_variant_of_qcow2_is_deciphered_as_qemu_does() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    let disk = reference(d);
    // Few of them, for QEMU measures for seconds how fast it derives keys whenever it makes one.
    for (n, options) in [
        "",
        ",cluster_size=512,encrypt.cipher-alg=aes-128,encrypt.hash-alg=sha1",
        ",extended_l2=on,cluster_size=16k,encrypt.cipher-alg=aes-192,encrypt.hash-alg=sha224",
        ",cluster_size=2M,encrypt.cipher-mode=cbc,encrypt.ivgen-alg=essiv,encrypt.ivgen-hash-alg=sha256",
        ",data_file=outside.data,encrypt.cipher-alg=aes-128,encrypt.cipher-mode=cbc,encrypt.ivgen-alg=plain",
        ",preallocation=falloc,encrypt.ivgen-alg=essiv,encrypt.ivgen-hash-alg=sha256,encrypt.hash-alg=sha512",
    ]
    .iter()
    .enumerate()
    {
        let name = format!("variant{n}.qcow2");
        encrypt(d, &name, options);
        assert_opens(d, &name, KEY, &disk);
        let writes = ["write -P 0x99 2M 300k", "write -z 3M 256k", "write -P 1 8388608 1k", "discard 1M 64k"];
        write(d, &name, &writes);
        let wanted = judged(d, &name);
        assert_ne!(wanted, disk);
        assert_opens(d, &name, KEY, &wanted);
        let _host = with_key(d);
        let mut reader = reader(&config(&name, KEY));
        let extents = reader.extents(None, 0, reader.size()).unwrap();
        let kept =
            |extent: &Extent| matches!(extent.kind, ExtentKind::Data | ExtentKind::Zero | ExtentKind::Hole);
        assert!(extents.iter().all(kept), "ciphertext is given to nobody: {extents:?}");
        std::fs::remove_file(d.join(name)).unwrap();
    }
}

#[test]
fn chains_and_snapshots_are_deciphered_as_qemu_does() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    let disk = reference(d);
    encrypt(d, "base.qcow2", "");
    let base = r#"json:{"driver":"qcow2","file":{"driver":"file","filename":"base.qcow2"},"encrypt":{"format":"luks","key-secret":"s"}}"#;
    let options = "encrypt.format=luks,encrypt.key-secret=s,encrypt.iter-time=10";
    let create =
        ["qemu-img", "create", "-u", "-f", "qcow2", "-b", "base.qcow2", "-F", "qcow2", "-o", options];
    qemu(d, &[create.as_slice(), &["top.qcow2", "9M"]].concat());
    let top = r#"json:{"driver":"qcow2","file":{"driver":"file","filename":"top.qcow2"},"encrypt":{"format":"luks","key-secret":"s"},"backing":"#;
    let top = format!("{top}{}}}", base.strip_prefix("json:").unwrap());
    qemu(d, &["qemu-io", "-c", "write -P 7 1M 100k", "-c", "write -P 8 8900k 3k", &top]);
    qemu(d, &["qemu-img", "convert", "-O", "raw", &top, "judged.raw"]);
    let judged_chain = bytes_of(d, "judged.raw");
    assert_opens(d, "top.qcow2", KEY, &judged_chain);

    let image = "driver=qcow2,file.filename=base.qcow2,encrypt.format=luks,encrypt.key-secret=s";
    qemu(d, &["qemu-img", "snapshot", "--image-opts", "-c", "first", image]);
    write(d, "base.qcow2", &["write -P 0x66 5M 1M"]);
    assert_opens(d, "base.qcow2", &format!(r#"{KEY},"snapshot":"first""#), &disk);
    let now = judged(d, "base.qcow2");
    assert_opens(d, "base.qcow2", KEY, &now);
}

#[test]
fn containers_are_deciphered_as_qemu_does() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    let disk = reference(d);
    for (n, options) in
        ["", ",cipher-alg=aes-128,cipher-mode=cbc,ivgen-alg=essiv,ivgen-hash-alg=sha256,hash-alg=sha1"]
            .iter()
            .enumerate()
    {
        let name = format!("whole{n}.luks");
        let options = format!("key-secret=s,iter-time=10{options}");
        qemu(d, &["qemu-img", "convert", "-f", "raw", "-O", "luks", "-o", &options, "ref.raw", &name]);
        assert_opens(d, &name, KEY, &disk);
    }
    std::fs::copy(d.join("whole0.luks"), d.join("bare")).unwrap();
    assert_opens(d, "bare", &format!("{KEY},{}", format_option("luks")), &disk);
    run(d, "qemu-img create -u -f qcow2 -b whole0.luks -F luks over.qcow2 8390144");
    assert_opens(d, "over.qcow2", KEY, &disk);
    let _host = with_key(d);
    assert_refused("bare", KEY, "disk-image.encrypted");
    assert_refused("whole0.luks", "", "disk-image.encrypted");
    assert_refused("whole0.luks", r#""key":"other-key""#, "disk-image.key");
}

#[test]
fn every_key_slot_opens() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    let disk = reference(d);
    encrypt(d, "vm.qcow2", "");
    let image = "driver=qcow2,file.filename=vm.qcow2,encrypt.key-secret=s";
    let second = "secret,id=n,data=battery staple";
    let options = "encrypt.state=active,encrypt.new-secret=n,encrypt.iter-time=10,encrypt.keyslot=5";
    qemu(d, &["qemu-img", "amend", "--object", second, "--image-opts", "-o", options, image]);
    assert_opens(d, "vm.qcow2", KEY, &disk);
    assert_opens(d, "vm.qcow2", r#""key":"other-key""#, &disk);
    let options = "encrypt.state=inactive,encrypt.old-secret=s";
    qemu(d, &["qemu-img", "amend", "--object", second, "--image-opts", "-o", options, image]);
    let _host = with_key(d);
    assert_refused("vm.qcow2", KEY, "disk-image.key");
    assert_eq!(complaint("vm.qcow2", r#""key":"other-key""#), None);
}

#[test]
fn ciphertext_is_never_data() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    reference(d);
    encrypt(d, "vm.qcow2", "");
    let host = with_key(d);
    for (options, code) in [
        ("", "disk-image.encrypted"),
        (r#""key":"other-key""#, "disk-image.key"),
        (r#""key":"unknown""#, "grant.secret"),
    ] {
        assert_refused("vm.qcow2", options, code);
        let error = opened(&config("vm.qcow2", options)).err().unwrap();
        assert_eq!(error.code, code);
        assert!(!format!("{error:?}").contains("staple"), "{error:?}");
        // What a machine is does not need its keys, and neither does looking at all machines.
        assert_eq!(
            DiskImage::get_vm(Config::new(config("vm.qcow2", options)), "vm").unwrap().disks[0].size,
            8_390_144
        );
    }
    assert_eq!(DiskImage::check(Config::new(config("vm.qcow2", KEY)), None).unwrap().len(), 0);
    let state = snapshot(&config("vm.qcow2", KEY)).unwrap();
    assert!(state.contains("disk-key") && !state.contains(PASSPHRASE), "{state}");
    // Said to be plain, by its header or by a format: still no disk.
    let mut bytes = bytes_of(d, "vm.qcow2");
    bytes[35] = 0;
    host.put_disk("/images/vm.qcow2", bytes);
    assert_refused("vm.qcow2", KEY, "disk-image.corrupt");
}

/// The image with other bytes somewhere in its LUKS header.
fn assert_damaged(d: &Path, at: usize, value: &[u8], code: &str) {
    let mut bytes = bytes_of(d, "vm.luks");
    bytes[at..at + value.len()].copy_from_slice(value);
    let _host = with_key(d);
    _host.put_disk("/images/vm.luks", bytes);
    assert_refused("vm.luks", KEY, code);
}

#[test]
fn what_cannot_be_deciphered_rightly_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    run(d, "qemu-img create -f luks --object secret,id=s,data=x -o key-secret=s,iter-time=10 vm.luks 1M");
    for (at, value, code) in [
        (7, &[2][..], "disk-image.unsupported"),
        (8, b"serpent", "disk-image.unsupported"),
        (40, b"ctr-plain64", "disk-image.unsupported"),
        (40, b"xts-benbi\0\0", "disk-image.unsupported"),
        (72, b"whirlpool", "disk-image.unsupported"),
        (104, &[0; 4], "disk-image.unsupported"),
        (104, &[0xff; 4], "disk-image.truncated"),
        (108, &[0, 0, 0, 33], "disk-image.corrupt"),
        (108, &[0xff; 4], "disk-image.corrupt"),
        (208, &[0; 4], "disk-image.corrupt"),
        (208, &[0, 0, 0xde, 0xad], "disk-image.corrupt"),
        (212, &[0; 4], "disk-image.corrupt"),
        (212, &[0xff; 4], "disk-image.key-effort"),
        (216, &[0; 32], "disk-image.key"),
        (248, &[0xff; 4], "disk-image.truncated"),
        (252, &[0; 4], "disk-image.corrupt"),
        (252, &[0xff; 4], "disk-image.corrupt"),
        (252, &[0, 0, 0, 1], "disk-image.key"),
        (164, &[0xff; 4], "disk-image.key-effort"),
        (112, &[0; 20], "disk-image.key"),
        (132, &[0; 32], "disk-image.key"),
    ] {
        assert_damaged(d, at, value, code);
    }
}
