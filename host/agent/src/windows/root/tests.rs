//! The root of a guest on Windows, tried where the tests run: links are links everywhere.

use super::*;
use std::os::unix::fs::{PermissionsExt as _, symlink};

fn root() -> (tempfile::TempDir, Root) {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir_all(dir.path().join("root/etc")).unwrap();
    fs::write(dir.path().join("secret"), "outside").unwrap();
    let root = Root::new(dir.path().join("root"));
    (dir, root)
}

fn code<T: std::fmt::Debug>(result: Result<T>) -> String {
    result.unwrap_err().code
}

#[test]
fn files_come_and_go() {
    let (_dir, root) = root();
    root.make_dir("/a/b/c", 0o700).unwrap();
    root.make_dir("/a/b/c", 0o755).unwrap();
    root.write_file("/a/b/c/file", 0o640, b"one").unwrap();
    root.write_file("/a/b/c/file", 0o4755, b"two").unwrap();
    assert_eq!(root.read_file("/a/b/c/file").unwrap(), b"two");
    assert_eq!(
        (root.head("/a/b/c/file", 2).unwrap(), root.head("/a/b/c/file", 9).unwrap().len()),
        (b"tw".to_vec(), 3)
    );
    let stat = root.stat("/a/b/c/file").unwrap().unwrap();
    assert_eq!((stat.file_type, stat.mode, stat.uid, stat.size), (FileType::Regular, 0o644, 0, 3));
    assert_eq!(root.stat("/a").unwrap().unwrap().mode, 0o755);
    root.symlink("/a/link", "b/c/file").unwrap();
    assert_eq!(root.read_link("/a/link").unwrap(), "b/c/file");
    assert_eq!(root.read_file("/a/link").unwrap(), b"two");
    assert_eq!(root.stat("/a/link").unwrap().unwrap().file_type, FileType::Symlink);
    root.write_file("/a/link", 0o600, b"three").unwrap();
    assert_eq!(root.read_file("/a/b/c/file").unwrap(), b"two", "the link was replaced");
    assert_eq!(code(root.read_link("/a/link")), "rootfs.path");
    root.symlink("/a/link", "anywhere").unwrap();
    root.rename("/a/link", "/a/moved").unwrap();
    assert_eq!(root.read_dir("/a").unwrap(), ["b", "moved"]);
    root.make_dir("/a/empty", 0).unwrap();
    root.rename("/a/b", "/a/empty").unwrap();
    assert_eq!(root.read_file("/a/empty/c/file").unwrap(), b"two");
    assert_eq!(code(root.rename("/a/none", "/a/b")), "rootfs.not-found");
    root.remove("/a").unwrap();
    root.remove("/a").unwrap();
    root.remove("/no/such/place").unwrap();
    assert_eq!(root.stat("/a").unwrap(), None);
    assert_eq!(root.read_dir("/").unwrap(), ["etc"], "nothing half-made is left");
}

#[test]
fn a_file_is_replaced_like_it_was_and_kept_once() {
    let (dir, root) = root();
    let inside = |name: &str| dir.path().join("root").join(name);
    root.write_file("/etc/hive", 0, b"one").unwrap();
    fs::set_permissions(inside("etc/hive"), fs::Permissions::from_mode(0o600)).unwrap();
    root.replace_file("/etc/hive", b"two", ".bak").unwrap();
    root.replace_file("/etc/hive", b"three", ".bak").unwrap();
    assert_eq!(root.read_file("/etc/hive").unwrap(), b"three");
    assert_eq!(root.read_file("/etc/hive.bak").unwrap(), b"one");
    assert_eq!(inside("etc/hive").metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(root.read_dir("/etc").unwrap(), ["hive", "hive.bak"]);
    symlink("hive", inside("etc/link")).unwrap();
    assert_eq!(code(root.replace_file("/etc/link", b"", ".bak")), "rootfs.link-loop");
    assert_eq!(code(root.replace_file("/etc/no", b"", ".bak")), "rootfs.not-found");
    root.write_at("/etc/hive", 5, b"fold").unwrap();
    root.write_at("/etc/hive", 0, b"T").unwrap();
    assert_eq!(root.read_file("/etc/hive").unwrap(), b"Threefold");
    assert_eq!(code(root.write_at("/etc/link", 0, b"x")), "rootfs.not-a-file");
    assert_eq!(code(root.write_at("/etc", 0, b"x")), "rootfs.not-a-file");
    assert_eq!(code(root.write_at("/etc/hive", COPIED_FILE_BYTES_MAX, b"x")), "rootfs.too-large");
}

#[test]
fn no_path_and_no_link_leads_out() {
    let (dir, root) = root();
    let inside = |name: &str| dir.path().join("root").join(name);
    fs::create_dir(inside("etc/sub")).unwrap();
    fs::write(inside("etc/file"), "inside").unwrap();
    for (name, target) in [
        ("up", "../../secret"),
        ("absolute", dir.path().join("secret").to_str().unwrap()),
        ("dir", dir.path().to_str().unwrap()),
        ("junction", r"C:\Users"),
        ("device", r"\\?\C:\Windows"),
        ("back", r"..\..\secret"),
        ("loop1", "loop2"),
        ("loop2", "loop1"),
        ("good", r"sub\..\..\etc\file"),
    ] {
        symlink(target, inside(&format!("etc/{name}"))).unwrap();
    }
    assert_eq!(root.read_file("/etc/good").unwrap(), b"inside");
    for path in [
        "/etc/up",
        "/etc/absolute",
        "/etc/dir/secret",
        "/etc/junction",
        "/etc/junction/x",
        "/etc/device",
        "/etc/back",
        "/../secret",
        "/etc/../../secret",
        r"/etc\..\..\secret",
        "/C:/Windows",
        "/etc/file:stream",
        "etc/up",
    ] {
        assert_eq!(code(root.read_file(path)), "rootfs.path", "{path}");
        assert!(
            root.write_at(path, 0, b"x").is_err() && root.replace_file(path, b"x", ".b").is_err(),
            "{path}"
        );
    }
    assert_eq!(code(root.read_file("/etc/loop1")), "rootfs.link-loop");
    for path in ["/etc/dir/new", "/../new", "/etc/junction/new"] {
        assert_eq!(code(root.write_file(path, 0o644, b"x")), "rootfs.path", "{path}");
        assert_eq!(code(root.make_dir(path, 0o755)), "rootfs.path", "{path}");
        assert_eq!(code(root.rename("/etc/file", path)), "rootfs.path", "{path}");
        assert_eq!(code(root.remove(path)), "rootfs.path", "{path}");
    }
    assert_eq!(
        root.read_link("/etc/junction").unwrap(),
        if cfg!(windows) { r"C:\Users" } else { "C:/Users" }
    );
    root.write_file("/etc/up", 0o644, b"inside").unwrap();
    root.symlink("/etc/absolute", "/").unwrap();
    root.remove("/etc/dir").unwrap();
    root.remove("/etc").unwrap();
    assert_eq!(fs::read(dir.path().join("secret")).unwrap(), b"outside");
    assert!(!dir.path().join("new").exists());
}

#[test]
fn only_regular_files_of_sane_size_are_read() {
    let (dir, root) = root();
    let inside = |name: &str| dir.path().join("root").join(name);
    let pipe = rustix::fs::FileType::Fifo;
    rustix::fs::mknodat(rustix::fs::CWD, inside("pipe"), pipe, rustix::fs::Mode::RUSR, 0).unwrap();
    File::create(inside("large")).unwrap().set_len(GUEST_FILE_BYTES_MAX + 1).unwrap();
    for path in ["/pipe", "/etc"] {
        assert_eq!(code(root.read_file(path)), "rootfs.not-a-file", "{path}");
    }
    assert_eq!(code(root.read_file("/large")), "rootfs.too-large");
    assert_eq!(code(root.write_file("/etc", 0o644, b"x")), "rootfs.wrong-kind");
    assert_eq!(code(root.make_dir("/large/x", 0o755)), "rootfs.wrong-kind");
    assert_eq!(code(root.rename("/large", "/etc")), "rootfs.wrong-kind");
    assert_eq!(code(root.remove("/")), "rootfs.path");
    assert_eq!(root.stat("/large/x").unwrap(), None);
}

#[test]
fn another_file_system_is_shown_at_its_name() {
    let (dir, root) = root();
    fs::create_dir_all(dir.path().join("esp/EFI")).unwrap();
    fs::create_dir(dir.path().join("root/gyre-esp")).unwrap();
    let root = root.with("gyre-esp", dir.path().join("esp"));
    root.write_file("/gyre-esp/EFI/x", 0, b"there").unwrap();
    assert_eq!(fs::read(dir.path().join("esp/EFI/x")).unwrap(), b"there");
    assert_eq!(root.read_dir("/GYRE-ESP/EFI").unwrap(), ["x"]);
    assert_eq!(code(root.remove("/gyre-esp")), "rootfs.mount-point");
    let survey = root.survey("/", true).unwrap();
    let paths: Vec<&str> = survey.entries.iter().map(|entry| entry.path.as_str()).collect();
    assert_eq!(paths, ["/etc", "/gyre-esp", "/gyre-esp/EFI", "/gyre-esp/EFI/x"]);
    assert_eq!(survey.entries[3].bytes.as_ref().unwrap().0, b"there");
}

#[test]
fn a_survey_follows_no_link_and_marks_a_change() {
    let (dir, root) = root();
    let inside = |name: &str| dir.path().join("root").join(name);
    symlink(dir.path(), inside("etc/out")).unwrap();
    fs::write(inside("etc/a"), "one").unwrap();
    let before = root.survey("/etc", true).unwrap();
    let paths: Vec<&str> = before.entries.iter().map(|entry| entry.path.as_str()).collect();
    assert_eq!((paths, before.is_whole), (vec!["/etc/a", "/etc/out"], true));
    assert_eq!(before.entries[1].stat.file_type, FileType::Symlink);
    let tally = root.tally("/etc").unwrap();
    root.write_file("/etc/a", 0, b"more").unwrap();
    let after = root.survey("/etc", false).unwrap();
    assert!(
        before.entries[0].mark != after.entries[0].mark && before.entries[1].mark == after.entries[1].mark
    );
    assert_eq!((tally.len(), tally == root.tally("/etc").unwrap()), (32, false));
    assert_eq!(root.survey("/no", true).unwrap(), Survey { is_whole: true, ..Survey::default() });
}

use gyre_core::protocol::Survey;
