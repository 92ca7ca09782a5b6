//! `gyre:host/files`: files of the operator below the directories of `disk` grants, in an ISO image or a ZIP archive, or
//! at a URL of an `http` grant, read, and copied into the guest's system without passing through the plugin.

use crate::archive::{self, Archive, Found};
use crate::disk::{blocking, open_granted};
use crate::lent::{Lent, Purpose};
use crate::policy::Policy;
use crate::section::Section;
use gyre_core::error::Context as _;
use gyre_core::limits::{
    COPIED_FILE_BYTES_MAX, FILE_ENTRIES_MAX, GUEST_FILE_BYTES_MAX, PLUGIN_READ_BYTES_MAX,
};
use gyre_core::protocol::{Base64, Root, RootRequest};
use gyre_core::{Error, Result};
use gyre_sandbox::Fault;
use gyre_sandbox::bindings::files::{self, Entry};
use gyre_sandbox::bindings::rootfs::Rootfs;
use reqwest::Url;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;
use wasmtime::component::Resource;

/// What a copy is called until it is whole.
const PART: &str = ".gyre-part";
/// Archives and URLs that a session keeps open, each.
const OPEN_MAX: usize = 8;

/// What a session has open: a list of files is read once, and a URL asked for once.
#[derive(Default)]
pub(crate) struct Opened {
    archives: BTreeMap<String, Arc<Archive>>,
    fetched: BTreeMap<String, Arc<File>>,
}

impl Opened {
    /// What a path begins with, and the rest of it; `None`: it leads into no archive.
    async fn archive(&mut self, purpose: &Purpose, path: &str) -> Result<Option<(Arc<Archive>, String)>> {
        let Some((own, inside)) = archive::split(path) else { return Ok(None) };
        let inside = inside.to_owned();
        if let Some(known) = self.archives.get(own) {
            return Ok(Some((known.clone(), inside)));
        }
        let file = self.file(purpose, own).await?;
        if !file.metadata().is_ok_and(|meta| meta.is_file()) {
            return Ok(None);
        }
        let own = own.to_owned();
        let name = own.clone();
        let opened = Arc::new(blocking(move || Archive::open(&name, file)).await?);
        let archives = bounded(&mut self.archives);
        archives.insert(own, opened.clone());
        Ok(Some((opened, inside)))
    }

    /// Whatever lies at a path of this host or at a URL.
    async fn file(&mut self, purpose: &Purpose, path: &str) -> Result<File> {
        let again = |file: &File| file.try_clone().or_other("files.read", || format!("cannot read {path}"));
        let Some(url) = url(path)? else {
            let (policy, path) = (purpose.policy.clone(), path.to_owned());
            return blocking(move || open_granted(&policy, Path::new(&path), false)).await;
        };
        if let Some(known) = self.fetched.get(path) {
            return again(known);
        }
        let fetched = purpose.download(&url).await?;
        let file = again(&fetched)?;
        bounded(&mut self.fetched).insert(path.to_owned(), Arc::new(fetched));
        Ok(file)
    }

    /// A regular file.
    async fn open(&mut self, purpose: &Purpose, path: &str, limit: u64) -> Result<Found> {
        let found = match self.archive(purpose, path).await? {
            Some((archive, inside)) if !inside.is_empty() => {
                let path = path.to_owned();
                blocking(move || archive.file(&inside, &path)).await?
            }
            _ => whole(self.file(purpose, path).await?, path)?,
        };
        if found.length > limit {
            return Err(Error::invalid("files.too-large", format!("{path} is larger than {limit} bytes")));
        }
        Ok(found)
    }

    async fn list(&mut self, purpose: &Purpose, path: &str) -> Result<Vec<Entry>> {
        let of = path.to_owned();
        if let Some((archive, inside)) = self.archive(purpose, path).await? {
            return blocking(move || archive.list(&inside, &of)).await;
        }
        if url(path)?.is_some() {
            return Err(archive::no_directory(path).cause("of URLs those of .iso and .zip files are"));
        }
        let policy = purpose.policy.clone();
        blocking(move || read_host_dir(&policy, Path::new(&of))).await
    }
}

/// With room for one more.
fn bounded<T>(open: &mut BTreeMap<String, T>) -> &mut BTreeMap<String, T> {
    if open.len() >= OPEN_MAX {
        open.pop_first();
    }
    open
}

/// The URL that a path is; `None`: it is one of this host.
fn url(path: &str) -> Result<Option<Url>> {
    if !["https://", "http://"].iter().any(|scheme| path.starts_with(scheme)) {
        return Ok(None);
    }
    Url::parse(path).map(Some).or_invalid("http.url", || "the URL of a file cannot be read".into())
}

fn whole(file: File, path: &str) -> Result<Found> {
    let meta = file.metadata().or_other("files.read", || format!("cannot look at {path}"))?;
    if !meta.is_file() {
        return Err(archive::no_file(path));
    }
    Ok(Found { bytes: Box::new(Section::new(file, 0, meta.len())), length: meta.len() })
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
async fn copy(root: &dyn Root, mut from: Found, to: String, mode: u32) -> Result<()> {
    let part = format!("{to}{PART}");
    let mut offset = 0;
    loop {
        let (bytes, rest) = piece(from).await?;
        from = rest;
        let count = bytes.len() as u64;
        if count == 0 && offset > 0 {
            break;
        }
        let (path, bytes) = (part.clone(), Base64(bytes));
        let request = match offset {
            0 => RootRequest::WriteFile { path, mode, bytes },
            offset => RootRequest::WriteAt { path, offset, bytes },
        };
        root.call(request).await?;
        offset += count;
        if count == 0 {
            break;
        }
    }
    root.call(RootRequest::Rename { from: part, to }).await.map(drop)
}

/// The next bytes; none: that was all, and it is as it should be.
async fn piece(mut from: Found) -> Result<(Vec<u8>, Found)> {
    blocking(move || {
        let mut bytes = Vec::new();
        let read = from.bytes.by_ref().take(PLUGIN_READ_BYTES_MAX).read_to_end(&mut bytes);
        read.or_other("files.read", || "a file cannot be read to its end".into())?;
        Ok((bytes, from))
    })
    .await
}

impl files::Host for Lent {
    async fn read_dir(&mut self, path: String) -> Result<Vec<Entry>, Fault> {
        self.purpose.shared.faults.pass()?;
        Ok(self.opened.list(&self.purpose, &path).await?)
    }

    async fn read_file(&mut self, path: String) -> Result<Vec<u8>, Fault> {
        self.purpose.shared.faults.pass()?;
        let mut found = self.opened.open(&self.purpose, &path, GUEST_FILE_BYTES_MAX).await?;
        let read = move || {
            let mut bytes = Vec::new();
            found.bytes.read_to_end(&mut bytes).or_other("files.read", || format!("cannot read {path}"))?;
            Ok(bytes)
        };
        Ok(blocking(read).await?)
    }

    async fn copy(
        &mut self,
        path: String,
        root: Resource<Rootfs>,
        to: String,
        mode: u32,
    ) -> Result<(), Fault> {
        let root = self.get::<Arc<dyn Root>, _>(&root)?.clone();
        let from = self.opened.open(&self.purpose, &path, COPIED_FILE_BYTES_MAX).await?;
        Ok(copy(&*root, from, to, mode).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::tests::{Reply, Seen, ok, purpose_of, redirect, serve};
    use async_trait::async_trait;
    use files::Host as _;
    use gyre_core::config::{DiskGrant, Grants};
    use gyre_core::protocol::RootReply;
    use std::os::unix::fs::symlink;
    use std::sync::Mutex;

    /// A session of a plugin that may read `path` and ask the servers of these origins; its state is in `state`.
    fn session(state: &Path, path: &Path, http: &[String]) -> Lent {
        let grants =
            Grants { disk: vec![DiskGrant::Read(path.into())], http: http.to_vec(), ..Grants::default() };
        Lent::new(purpose_of(&grants, state))
    }

    fn text(path: impl AsRef<Path>) -> String {
        path.as_ref().to_str().unwrap().to_owned()
    }

    fn refused(fault: Fault) -> Error {
        match fault {
            Fault::Refused(error) => error,
            Fault::Trap(error) => panic!("{error}"),
        }
    }

    async fn names(lent: &mut Lent, path: &str) -> Result<Vec<String>> {
        let listed = lent.read_dir(path.to_owned()).await.map_err(refused)?;
        Ok(listed.into_iter().map(|entry| entry.name).collect())
    }

    async fn read(lent: &mut Lent, path: impl AsRef<Path>) -> Result<Vec<u8>> {
        lent.read_file(text(path)).await.map_err(refused)
    }

    fn code<T: std::fmt::Debug>(result: Result<T>) -> String {
        result.unwrap_err().code
    }

    #[tokio::test]
    async fn only_what_is_granted_is_read_and_links_are_not_listed() {
        let dir = tempfile::tempdir().unwrap();
        let granted = dir.path().join("virtio");
        std::fs::create_dir_all(granted.join("viostor")).unwrap();
        std::fs::write(granted.join("a.cer"), "cert").unwrap();
        std::fs::write(dir.path().join("secret"), "outside").unwrap();
        symlink(dir.path().join("secret"), granted.join("link")).unwrap();
        let mut lent = session(dir.path(), &granted, &[]);
        let listed = lent.read_dir(text(&granted)).await.map_err(refused).unwrap();
        let listed: Vec<_> = listed.into_iter().map(|e| (e.name, e.directory, e.size)).collect();
        assert_eq!(listed[0], ("a.cer".into(), false, 4));
        assert_eq!((listed.len(), listed[1].0.as_str(), listed[1].1), (2, "viostor", true));
        assert_eq!(names(&mut lent, &text(granted.join("viostor"))).await.unwrap().len(), 0);
        assert_eq!(read(&mut lent, granted.join("a.cer")).await.unwrap(), b"cert");
        assert_eq!(code(read(&mut lent, dir.path().join("secret")).await), "grant.disk");
        assert_eq!(code(read(&mut lent, granted.join("../secret")).await), "grant.disk");
        assert!(read(&mut lent, granted.join("link")).await.is_err());
        assert_eq!(code(read(&mut lent, granted.join("viostor")).await), "files.kind");
        let absent = read(&mut lent, granted.join("no")).await.unwrap_err();
        assert!(absent.kind == gyre_core::Kind::NotFound);
        assert!(names(&mut lent, &text(granted.join("a.cer"))).await.is_err());
    }

    /// An image of a tree with a driver in it.
    fn image(dir: &Path, iso: &Path) {
        let tree = dir.join("tree");
        std::fs::create_dir_all(tree.join("viostor/w10")).unwrap();
        std::fs::write(tree.join("viostor/w10/viostor.sys"), vec![9; 5000]).unwrap();
        let mut make = std::process::Command::new("genisoimage");
        assert!(make.args(["-quiet", "-J", "-o"]).arg(iso).arg(&tree).status().unwrap().success());
    }

    /// An archive with a file of each length.
    fn archive(path: &Path, lengths: &[usize]) {
        let script = "import sys, zipfile\nz = zipfile.ZipFile(sys.argv[1], 'w', zipfile.ZIP_DEFLATED)\n\
                      for n in sys.argv[2:]:\n    z.writestr('dir/' + n, bytes(i % 253 for i in range(int(n))))\nz.close()";
        let mut make = std::process::Command::new("/usr/bin/python3");
        make.args(["-c", script]).arg(path).args(lengths.iter().map(usize::to_string));
        assert!(make.status().unwrap().success());
    }

    async fn copied(lent: &mut Lent, path: &str) -> Result<Vec<u8>> {
        let root = Kept::default();
        let from = lent.opened.open(&lent.purpose, path, COPIED_FILE_BYTES_MAX).await?;
        copy(&root, from, "/to".into(), 0o644).await?;
        let mut files = root.0.lock().unwrap();
        assert_eq!(files.len(), 1);
        Ok(files.remove("/to").unwrap())
    }

    #[tokio::test]
    async fn an_iso_image_is_a_directory_too() {
        let dir = tempfile::tempdir().unwrap();
        let iso = dir.path().join("virtio-win.ISO");
        image(dir.path(), &iso);
        let mut lent = session(dir.path(), &iso, &[]);
        assert_eq!(names(&mut lent, &text(&iso)).await.unwrap(), ["viostor"]);
        let file = iso.join("viostor/w10/viostor.sys");
        assert_eq!(names(&mut lent, &text(iso.join("viostor/w10"))).await.unwrap(), ["viostor.sys"]);
        assert_eq!(read(&mut lent, &file).await.unwrap(), vec![9; 5000]);
        assert_eq!(copied(&mut lent, &text(&file)).await.unwrap(), vec![9; 5000]);
        // The image itself is a file as others are.
        assert_eq!(read(&mut lent, &iso).await.unwrap().len() as u64, iso.metadata().unwrap().len());
        assert_eq!(code(read(&mut lent, iso.join("viostor")).await), "files.kind");
        assert_eq!(code(names(&mut lent, &text(&file)).await), "files.kind");
        for absent in ["viostor/no", "../tree", "viostor/w10/viostor.sys/x"] {
            assert_eq!(code(names(&mut lent, &text(iso.join(absent))).await), "files.absent", "{absent}");
        }
        assert_eq!(code(names(&mut lent, &text(dir.path().join("tree"))).await), "grant.disk");
        std::fs::write(&iso, vec![0; 100_000]).unwrap();
        assert_eq!(code(names(&mut session(dir.path(), &iso, &[]), &text(&iso)).await), "files.iso");
    }

    #[tokio::test]
    async fn a_zip_archive_is_a_directory_too_and_its_files_are_whole() {
        let dir = tempfile::tempdir().unwrap();
        let zip = dir.path().join("cb.zip");
        let lengths = [0, 5, PLUGIN_READ_BYTES_MAX as usize, 9 << 20];
        archive(&zip, &lengths);
        let mut lent = session(dir.path(), &zip, &[]);
        assert_eq!(names(&mut lent, &text(&zip)).await.unwrap(), ["dir"]);
        for length in lengths {
            let bytes: Vec<u8> = (0..length).map(|n| (n % 253) as u8).collect();
            assert!(copied(&mut lent, &text(zip.join(format!("dir/{length}")))).await.unwrap() == bytes);
        }
        assert_eq!(read(&mut lent, zip.join("dir/5")).await.unwrap(), [0, 1, 2, 3, 4]);
        assert_eq!(code(read(&mut lent, zip.join("dir")).await), "files.kind");
        assert_eq!(code(names(&mut lent, &text(zip.join("dir/5"))).await), "files.kind");
        assert_eq!(code(names(&mut lent, &text(zip.join("no"))).await), "files.absent");
        std::fs::write(&zip, vec![0; 1000]).unwrap();
        assert_eq!(code(names(&mut session(dir.path(), &zip, &[]), &text(&zip)).await), "files.zip");
    }

    /// A server of one file, which says that it is the same as long as it is.
    async fn server(bytes: Vec<u8>) -> (String, Arc<Mutex<Vec<Seen>>>) {
        serve(move |seen: &Seen| -> Reply {
            if !seen.path.ends_with(".iso") {
                return hyper::Response::builder().status(404).body(Default::default()).unwrap();
            }
            let is_same = seen.headers.get("if-none-match").is_some_and(|tag| tag == "\"one\"");
            let mut reply = if is_same { ok("") } else { ok(bytes.clone()) };
            *reply.status_mut() = if is_same { 304 } else { 200 }.try_into().unwrap();
            reply.headers_mut().insert("etag", "\"one\"".parse().unwrap());
            reply
        })
        .await
    }

    #[tokio::test]
    async fn a_url_is_fetched_once_and_asked_for_again_by_the_next_session() {
        let dir = tempfile::tempdir().unwrap();
        let iso = dir.path().join("virtio-win.iso");
        image(dir.path(), &iso);
        let (origin, seen) = server(std::fs::read(&iso).unwrap()).await;
        let (other, _) = {
            let to = format!("{origin}/x/virtio-win.iso");
            serve(move |_| redirect(302, &to)).await
        };
        let http = [origin.clone(), other.clone()];
        for (round, from) in [&origin, &origin, &other, &other].into_iter().enumerate() {
            let mut lent = session(dir.path(), dir.path(), &http);
            let url = format!("{from}/x/virtio-win.iso");
            assert_eq!(names(&mut lent, &url).await.unwrap(), ["viostor"], "{round}");
            let file = format!("{url}/viostor/w10/viostor.sys");
            assert_eq!(copied(&mut lent, &file).await.unwrap(), vec![9; 5000]);
            assert_eq!(read(&mut lent, &file).await.unwrap(), vec![9; 5000]);
        }
        let seen = seen.lock().unwrap();
        let asked: Vec<_> = seen.iter().map(|seen| seen.headers.contains_key("if-none-match")).collect();
        assert_eq!(asked, [false, true, false, false], "one request a session, a question where it is kept");
        let kept = std::fs::read_dir(dir.path().join("downloads")).unwrap().count();
        assert_eq!(kept, 4, "two files, and what was said of each");
    }

    #[tokio::test]
    async fn what_cannot_be_fetched_says_why_and_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let (origin, _) = server(vec![0; 100_000]).await;
        let mut lent = session(dir.path(), dir.path(), std::slice::from_ref(&origin));
        for (url, expected) in [
            ("https://mirror.example/a.iso", "grant.http"),
            ("http://localhost:1/a.iso", "grant.http"),
            (&format!("{origin}/none.zip"), "files.download"),
            (&format!("{origin}/a.iso?sig=1/viostor"), "files.kind"),
            (&format!("{}/a.iso", origin.replace("http://", "http://user:word@")), "http.url"),
            (&format!("{origin}/directory"), "files.kind"),
            (&format!("{origin}/a.iso"), "files.iso"),
        ] {
            let error = names(&mut lent, url).await.unwrap_err();
            assert_eq!(error.code, expected, "{url}: {error}");
            assert!(!error.to_string().contains("word@"), "{error}");
        }
        let not_granted = names(&mut lent, "https://mirror.example/a.iso").await.unwrap_err().to_string();
        assert!(not_granted.contains("grant.http = ["), "{not_granted}");
        let absent = read(&mut lent, format!("{origin}/none.msi")).await.unwrap_err();
        assert_eq!((absent.kind, absent.code.as_str()), (gyre_core::Kind::NotFound, "files.download"));
    }

    /// A server that says how long a file is, or not, and sends this much of it.
    async fn liar(head: &'static str, sent: usize) -> String {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let _ = stream.read(&mut [0; 4096]).await;
                let _ = stream.write_all(format!("HTTP/1.1 200 OK\r\n{head}\r\n").as_bytes()).await;
                let _ = stream.write_all(&vec![7; sent]).await;
            }
        });
        origin
    }

    #[tokio::test]
    async fn a_download_that_breaks_off_is_never_used() {
        for (head, sent, expected) in [
            ("Content-Length: 1000\r\n", 999, "files.download"),
            ("Transfer-Encoding: chunked\r\n", 10, "files.download"),
            ("", 1000, "files.download"),
            ("Content-Length: 3000000000\r\n", 10, "files.too-large"),
        ] {
            let dir = tempfile::tempdir().unwrap();
            let origin = liar(head, sent).await;
            let mut lent = session(dir.path(), dir.path(), std::slice::from_ref(&origin));
            let error = read(&mut lent, format!("{origin}/a.msi")).await.unwrap_err();
            assert_eq!(error.code, expected, "{head}: {error}");
            let left = std::fs::read_dir(dir.path().join("downloads")).map_or(0, Iterator::count);
            assert_eq!(left, 0, "{head}");
        }
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
            let mut lent = session(dir.path(), dir.path(), &[]);
            assert!(copied(&mut lent, &text(&path)).await.unwrap() == bytes);
        }
    }
}
