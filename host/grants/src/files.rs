//! `gyre:host/files`: files of the operator below the directories of `disk` grants, or on an ISO image, read, and
//! copied into the guest's system without passing through the plugin.

use crate::disk::{blocking, open_granted};
use crate::iso::{Iso, Node};
use crate::lent::Lent;
use crate::policy::Policy;
use gyre_core::error::Context as _;
use gyre_core::limits::{
    COPIED_FILE_BYTES_MAX, FILE_ENTRIES_MAX, GUEST_FILE_BYTES_MAX, PLUGIN_READ_BYTES_MAX,
};
use gyre_core::protocol::{Base64, Root, RootRequest};
use gyre_core::{Error, Result};
use gyre_sandbox::Fault;
use gyre_sandbox::bindings::files::{self, Entry};
use gyre_sandbox::bindings::rootfs::Rootfs;
use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::Arc;
use wasmtime::component::Resource;

/// What a copy is called until it is whole.
const PART: &str = ".gyre-part";

/// The bytes of one of the operator's files.
struct Found {
    file: File,
    offset: u64,
    length: u64,
}

/// A regular file that is granted.
fn open_file(policy: &Policy, path: &Path, limit: u64) -> Result<Found> {
    let found = match image(policy, path)?.filter(|(_, inside)| !inside.is_empty()) {
        Some((iso, inside)) => {
            let Node { offset, length, directory, .. } = on_image(&iso, &inside, path)?;
            if directory { None } else { Some(Found { file: iso.file, offset, length }) }
        }
        None => {
            let file = open_granted(policy, path, false)?;
            let meta =
                file.metadata().or_other("files.read", || format!("cannot look at {}", path.display()))?;
            meta.is_file().then(|| Found { file, offset: 0, length: meta.len() })
        }
    };
    let Some(found) = found else {
        return Err(Error::invalid("files.kind", format!("{} is not a regular file", path.display())));
    };
    if found.length > limit {
        let why = format!("{} is larger than {limit} bytes", path.display());
        return Err(Error::invalid("files.too-large", why));
    }
    Ok(found)
}

/// The ISO image that a path leads to or into, and the rest of the path.
fn image(policy: &Policy, path: &Path) -> Result<Option<(Iso, String)>> {
    let is_named_so = |at: &&Path| at.extension().is_some_and(|name| name.eq_ignore_ascii_case("iso"));
    let Some(image) = path.ancestors().filter(is_named_so).last() else { return Ok(None) };
    let file = open_granted(policy, image, false)?;
    if !file.metadata().is_ok_and(|meta| meta.is_file()) {
        return Ok(None);
    }
    let inside = path.strip_prefix(image).unwrap_or(Path::new("")).to_string_lossy().into_owned();
    let iso = Iso::open(file).map_err(|error| error.cause(image.display()))?;
    Ok(Some((iso, inside)))
}

fn on_image(iso: &Iso, inside: &str, path: &Path) -> Result<Node> {
    let found = iso.find(inside)?;
    found.ok_or_else(|| Error::not_found("files.absent", format!("{} is not on the image", path.display())))
}

fn read_file(policy: &Policy, path: &Path) -> Result<Vec<u8>> {
    let Found { file, offset, length } = open_file(policy, path, GUEST_FILE_BYTES_MAX)?;
    let mut bytes = vec![0; usize::try_from(length).unwrap_or_default()];
    let read = file.read_exact_at(&mut bytes, offset);
    read.or_other("files.read", || format!("cannot read {}", path.display()))?;
    Ok(bytes)
}

fn read_dir(policy: &Policy, path: &Path) -> Result<Vec<Entry>> {
    let Some((iso, inside)) = image(policy, path)? else { return read_host_dir(policy, path) };
    let directory = on_image(&iso, &inside, path)?;
    if !directory.directory {
        return Err(Error::invalid("files.kind", format!("{} is not a directory", path.display())));
    }
    let entry = |Node { name, directory, length, .. }| Entry { name, directory, size: length };
    Ok(iso.list(&directory)?.into_iter().map(entry).collect())
}

/// Through the open directory: what lies at its path may have changed since.
fn read_host_dir(policy: &Policy, path: &Path) -> Result<Vec<Entry>> {
    let what = || format!("cannot list {}", path.display());
    let directory = cap_std::fs::Dir::from_std_file(open_granted(policy, path, false)?);
    let mut found = Vec::new();
    for entry in directory.entries().or_other("files.read", what)? {
        let entry = entry.or_other("files.read", what)?;
        let meta = entry.metadata().or_other("files.read", what)?;
        if !meta.is_dir() && !meta.is_file() {
            continue;
        }
        if found.len() >= FILE_ENTRIES_MAX {
            let why = format!("{} holds more than {FILE_ENTRIES_MAX} files", path.display());
            return Err(Error::invalid("files.too-large", why));
        }
        let Ok(name) = entry.file_name().into_string() else { continue };
        found.push(Entry { name, directory: meta.is_dir(), size: meta.len() });
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

/// In pieces under another name, which it gives up when it is whole.
async fn copy(root: &dyn Root, from: Found, to: String, mode: u32) -> Result<()> {
    let (part, length, from) = (format!("{to}{PART}"), from.length, Arc::new(from));
    let mut offset = 0;
    loop {
        let bytes = Base64(piece(from.clone(), offset).await?);
        let count = bytes.0.len() as u64;
        let path = part.clone();
        let request = match offset {
            0 => RootRequest::WriteFile { path, mode, bytes },
            offset => RootRequest::WriteAt { path, offset, bytes },
        };
        root.call(request).await?;
        offset += count;
        if count == 0 || offset >= length {
            break;
        }
    }
    root.call(RootRequest::Rename { from: part, to }).await.map(drop)
}

async fn piece(from: Arc<Found>, offset: u64) -> Result<Vec<u8>> {
    let wanted = usize::try_from((from.length - offset).min(PLUGIN_READ_BYTES_MAX)).unwrap_or_default();
    blocking(move || {
        let mut bytes = vec![0; wanted];
        let read = from.file.read_exact_at(&mut bytes, from.offset + offset);
        read.or_other("files.read", || "a file became shorter while it was copied".into())?;
        Ok(bytes)
    })
    .await
}

impl files::Host for Lent {
    async fn read_dir(&mut self, path: String) -> Result<Vec<Entry>, Fault> {
        self.purpose.shared.faults.pass()?;
        let policy = self.purpose.policy.clone();
        Ok(blocking(move || read_dir(&policy, Path::new(&path))).await?)
    }

    async fn read_file(&mut self, path: String) -> Result<Vec<u8>, Fault> {
        self.purpose.shared.faults.pass()?;
        let policy = self.purpose.policy.clone();
        Ok(blocking(move || read_file(&policy, Path::new(&path))).await?)
    }

    async fn copy(
        &mut self,
        path: String,
        root: Resource<Rootfs>,
        to: String,
        mode: u32,
    ) -> Result<(), Fault> {
        let root = self.get::<Arc<dyn Root>, _>(&root)?.clone();
        let from = open_file(&self.purpose.policy, Path::new(&path), COPIED_FILE_BYTES_MAX)?;
        Ok(copy(&*root, from, to, mode).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_trait::async_trait;
    use gyre_core::config::{DiskGrant, Grants};
    use gyre_core::protocol::RootReply;
    use std::collections::BTreeMap;
    use std::os::unix::fs::symlink;
    use std::sync::Mutex;

    fn policy(path: &Path) -> Policy {
        let grants = Grants { disk: vec![DiskGrant::Read(path.into())], ..Grants::default() };
        Policy::new("p", &grants).unwrap()
    }

    fn code<T: std::fmt::Debug>(result: Result<T>) -> String {
        result.unwrap_err().code
    }

    #[test]
    fn only_what_is_granted_is_read_and_links_are_not_listed() {
        let dir = tempfile::tempdir().unwrap();
        let granted = dir.path().join("virtio");
        std::fs::create_dir_all(granted.join("viostor")).unwrap();
        std::fs::write(granted.join("a.cer"), "cert").unwrap();
        std::fs::write(dir.path().join("secret"), "outside").unwrap();
        symlink(dir.path().join("secret"), granted.join("link")).unwrap();
        let policy = policy(&granted);
        let listed: Vec<_> =
            read_dir(&policy, &granted).unwrap().into_iter().map(|e| (e.name, e.directory, e.size)).collect();
        assert_eq!(listed[0], ("a.cer".into(), false, 4));
        assert_eq!((listed.len(), listed[1].0.as_str(), listed[1].1), (2, "viostor", true));
        assert_eq!(read_dir(&policy, &granted.join("viostor")).unwrap().len(), 0);
        assert_eq!(read_file(&policy, &granted.join("a.cer")).unwrap(), b"cert");
        assert_eq!(code(read_file(&policy, &dir.path().join("secret"))), "grant.disk");
        assert_eq!(code(read_file(&policy, &granted.join("../secret"))), "grant.disk");
        assert!(read_file(&policy, &granted.join("link")).is_err());
        assert_eq!(code(read_file(&policy, &granted.join("viostor"))), "files.kind");
        assert!(read_file(&policy, &granted.join("no")).unwrap_err().kind == gyre_core::Kind::NotFound);
        assert!(read_dir(&policy, &granted.join("a.cer")).is_err());
    }

    #[tokio::test]
    async fn an_iso_image_is_a_directory_too() {
        let dir = tempfile::tempdir().unwrap();
        let (tree, iso) = (dir.path().join("tree"), dir.path().join("virtio-win.ISO"));
        std::fs::create_dir_all(tree.join("viostor/w10")).unwrap();
        std::fs::write(tree.join("viostor/w10/viostor.sys"), vec![9; 5000]).unwrap();
        let made = std::process::Command::new("genisoimage")
            .args(["-quiet", "-J", "-o"])
            .arg(&iso)
            .arg(&tree)
            .status();
        assert!(made.unwrap().success());
        let policy = policy(&iso);
        let listed =
            |path: &Path| read_dir(&policy, path).unwrap().into_iter().map(|e| e.name).collect::<Vec<_>>();
        assert_eq!(listed(&iso), ["viostor"]);
        let file = iso.join("viostor/w10/viostor.sys");
        assert_eq!(listed(file.parent().unwrap()), ["viostor.sys"]);
        assert_eq!(read_file(&policy, &file).unwrap(), vec![9; 5000]);
        let root = Kept::default();
        let from = open_file(&policy, &file, COPIED_FILE_BYTES_MAX).unwrap();
        copy(&root, from, "/to".into(), 0o644).await.unwrap();
        assert_eq!(root.0.lock().unwrap()["/to"], vec![9; 5000]);
        // The image itself is a file as others are.
        assert_eq!(read_file(&policy, &iso).unwrap().len() as u64, iso.metadata().unwrap().len());
        assert_eq!(code(read_file(&policy, &iso.join("viostor"))), "files.kind");
        assert_eq!(code(read_dir(&policy, &file)), "files.kind");
        for absent in ["viostor/no", "../tree", "viostor/w10/viostor.sys/x"] {
            assert_eq!(code(read_dir(&policy, &iso.join(absent))), "files.absent", "{absent}");
        }
        assert_eq!(code(read_dir(&policy, &tree)), "grant.disk");
        std::fs::write(&iso, vec![0; 100_000]).unwrap();
        assert_eq!(code(read_dir(&policy, &iso)), "files.iso");
    }

    /// A root that keeps files.
    #[derive(Default)]
    struct Kept(Mutex<BTreeMap<String, Vec<u8>>>);

    #[async_trait]
    impl Root for Kept {
        async fn call(&self, request: RootRequest) -> Result<RootReply> {
            let mut files = self.0.lock().unwrap();
            match request {
                RootRequest::WriteFile { path, bytes, .. } => drop(files.insert(path, bytes.0)),
                RootRequest::WriteAt { path, offset, bytes } => {
                    let file = files.get_mut(&path).unwrap();
                    assert_eq!(file.len() as u64, offset);
                    file.extend(bytes.0);
                }
                RootRequest::Rename { from, to } => {
                    let bytes = files.remove(&from).unwrap();
                    files.insert(to, bytes);
                }
                other => panic!("{other:?}"),
            }
            Ok(RootReply::Done)
        }
    }

    #[tokio::test]
    async fn large_files_are_copied_in_pieces() {
        let dir = tempfile::tempdir().unwrap();
        for length in [0, 5, PLUGIN_READ_BYTES_MAX as usize, 20 << 20] {
            let bytes: Vec<u8> = (0..length).map(|n| (n % 253) as u8).collect();
            let path = dir.path().join("file");
            std::fs::write(&path, &bytes).unwrap();
            let from = open_file(&policy(dir.path()), &path, COPIED_FILE_BYTES_MAX).unwrap();
            let root = Kept::default();
            copy(&root, from, "/to".into(), 0o644).await.unwrap();
            let files = root.0.lock().unwrap();
            assert!(files.len() == 1 && files["/to"] == bytes);
        }
    }
}
