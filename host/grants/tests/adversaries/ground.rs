//! Where the attacks happen: a granted directory with everything in it that leads out, what lies outside, servers that
//! may and may not be reached, secrets, a guest's root under the agent's own confinement, and what everybody saw.

use crate::table::How;
use crate::world;
use async_trait::async_trait;
use gyre_agent::root::Root as Confined;
use gyre_core::protocol::{Base64, Root, RootReply, RootRequest};
use gyre_core::roles::Progress;
use gyre_core::{Error, Result};
use gyre_grants::Secrets;
use rustix::fs::{CWD, FileType, Mode};
use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;

/// What nobody may ever get, by where it is.
pub const CANARIES: [&str; 3] = ["canary-of-a-file", "canary-of-its-own", "canary-of-another"];
/// Longest that a server waits for a request.
const PATIENCE: Duration = Duration::from_secs(5);

pub struct Ground {
    pub dir: TempDir,
    pub out: TempDir,
    pub guest: TempDir,
    pub state: TempDir,
    places: BTreeMap<&'static str, String>,
    forbidden: Arc<AtomicUsize>,
    pub said: Arc<Said>,
    before: Vec<(PathBuf, Vec<u8>)>,
}

impl Ground {
    pub fn new(log: Arc<Mutex<Vec<u8>>>) -> Self {
        let temporary = || tempfile::tempdir().unwrap();
        let (dir, out, guest, state) = (temporary(), temporary(), temporary(), temporary());
        std::fs::write(out.path().join("secret"), CANARIES[0]).unwrap();
        fill(dir.path(), out.path());
        fill(guest.path(), out.path());
        let forbidden = Arc::new(AtomicUsize::new(0));
        let (granted, counted) = (serve(echo), forbidden.clone());
        let closed = serve(move |_| {
            counted.fetch_add(1, Ordering::SeqCst);
            answer(200, "", CANARIES[0])
        });
        let redirect = serve(move |_| answer(307, &format!("location: http://127.0.0.1:{closed}/\r\n"), ""));
        let places = BTreeMap::from([
            ("{dir}", dir.path().display().to_string()),
            ("{outname}", out.path().file_name().unwrap().to_string_lossy().into_owned()),
            ("{out}", out.path().display().to_string()),
            ("{granted}", granted.to_string()),
            ("{forbidden}", closed.to_string()),
            ("{redirect}", redirect.to_string()),
        ]);
        let said = Arc::new(Said { log, progress: Mutex::default() });
        let mut ground = Self { dir, out, guest, state, places, forbidden, said, before: Vec::new() };
        ground.before = ground.files();
        ground
    }

    /// The text with places instead of their names.
    pub fn placed(&self, text: &str) -> String {
        self.places.iter().fold(text.to_owned(), |text, (name, place)| text.replace(name, place))
    }

    /// The component that tries it.
    pub fn component(&self, how: &How) -> PathBuf {
        match how {
            How::Worker(..) | How::Target(..) => world::guest("hostile-destination"),
            How::Forged(_) => world::plugin("disk-image"),
            How::Detect | How::Morph(..) => world::guest("hostile-morphing"),
            How::Describe(body) => world::assembled(self.state.path(), &describing(body, 1)),
            How::Instances => world::assembled(self.state.path(), &describing(NOTHING, 100)),
            _ => world::guest("hostile-source"),
        }
    }

    /// That nothing was changed, nobody was reached who must not be, and nobody was told what must not be told.
    pub fn check(&self, got: &str) {
        for (path, bytes) in &self.before {
            assert!(std::fs::read(path).is_ok_and(|now| now == *bytes), "{} was changed", path.display());
        }
        assert_eq!(self.files().len(), self.before.len(), "something was planted");
        assert_eq!(self.forbidden.load(Ordering::SeqCst), 0, "a host was reached that was not granted");
        let (log, progress) = (self.said.log(), self.said.progress.lock().unwrap().join("\n"));
        for (place, text) in [("the log", &log), ("progress", &progress), ("the answer", &got.to_owned())] {
            for canary in CANARIES {
                assert!(!text.contains(canary), "{canary} came into {place}");
            }
            let steers = text.chars().find(|c| *c != '\n' && gyre_core::text::steers(*c));
            assert_eq!(steers, None, "{place} steers a terminal");
        }
    }

    /// That nothing of the state directory holds a secret.
    pub fn check_state(&self) {
        for path in walk(self.state.path()) {
            let bytes = std::fs::read(&path).unwrap();
            let holds =
                |canary: &&&str| bytes.windows(canary.len()).any(|window| window == canary.as_bytes());
            assert_eq!(CANARIES.iter().find(holds), None, "{} holds a secret", path.display());
        }
    }

    fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let all = [self.dir.path(), self.out.path(), self.guest.path()].into_iter().flat_map(walk);
        // The name that is exchanged all the time says nothing.
        let steady = all.filter(|path| !path.ends_with("racing") && !path.ends_with("made"));
        steady.map(|path| (path.clone(), std::fs::read(path).unwrap())).collect()
    }

    /// What a name of its directory is changes as fast as this can, until the answer is there.
    pub fn exchange(&self) -> Exchange {
        let stop = Arc::new(AtomicUsize::new(0));
        let (dir, out, stopped) = (self.dir.path().to_owned(), self.out.path().to_owned(), stop.clone());
        let thread = std::thread::spawn(move || {
            let (racing, next) = (dir.join("racing"), dir.join("next"));
            while stopped.load(Ordering::SeqCst) == 0 {
                std::os::unix::fs::symlink(out.join("secret"), &next).unwrap();
                std::fs::rename(&next, &racing).unwrap();
                std::fs::write(&next, "inside").unwrap();
                std::fs::rename(&next, &racing).unwrap();
            }
        });
        Exchange { stop, thread: Some(thread) }
    }
}

/// Ends the thread when it goes.
pub struct Exchange {
    stop: Arc<AtomicUsize>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.stop.store(1, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

/// Everything that a directory can hold which leads out of it.
fn fill(dir: &Path, out: &Path) {
    let link = |to: &Path, name: &str| std::os::unix::fs::symlink(to, dir.join(name)).unwrap();
    std::fs::write(dir.join("disk"), vec![7; 4096]).unwrap();
    std::fs::write(dir.join("inside"), "inside").unwrap();
    std::fs::write(dir.join("racing"), "inside").unwrap();
    link(&out.join("secret"), "link");
    link(out, "linkdir");
    link(Path::new("/proc/self/root"), "magic");
    std::fs::hard_link(out.join("secret"), dir.join("hard")).unwrap();
    let node = |name: &str, kind, number| {
        rustix::fs::mknodat(CWD, dir.join(name), kind, Mode::from_raw_mode(0o600), number).unwrap();
    };
    node("fifo", FileType::Fifo, 0);
    node("zero", FileType::CharacterDevice, rustix::fs::makedev(1, 5));
    node("block", FileType::BlockDevice, block_device());
}

/// A block device of this machine that can be opened, if there is one: what is refused then is the device, and not its
/// absence.
fn block_device() -> u64 {
    use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
    let nodes = std::fs::read_dir("/dev")
        .unwrap()
        .flatten()
        .filter_map(|entry| entry.metadata().ok().zip(Some(entry)));
    let mut blocks = nodes.filter(|(metadata, _)| metadata.file_type().is_block_device());
    let usable = blocks.find(|(_, entry)| std::fs::File::open(entry.path()).is_ok());
    usable.map_or(rustix::fs::makedev(7, 0), |(metadata, _)| metadata.rdev())
}

/// Regular files, links not followed.
fn walk(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap().flatten() {
        match entry.file_type().unwrap() {
            kind if kind.is_dir() => found.extend(walk(&entry.path())),
            kind if kind.is_file() => found.push(entry.path()),
            _ => {}
        }
    }
    found
}

/// A `describe` that answers nothing.
const NOTHING: &str = "(func (export \"describe\") (result i32) (i32.const 0))";

/// A `describe` that answers with empty texts and a schema that takes anything.
pub const HONEST: &str = "(data (i32.const 64) \"{}\") (func (export \"describe\") (result i32) (i32.store (i32.const 24) (i32.const 64)) (i32.store (i32.const 28) (i32.const 2)) (i32.const 0))";

/// A component that is a source by name alone, and whose `describe` is that of this body, so many times instantiated.
pub fn describing(body: &str, instances: usize) -> String {
    let memory = if body.contains("\"memory\"") { "" } else { "(memory (export \"memory\") 1)" };
    let more = "(core instance (instantiate $m)) ".repeat(instances - 1);
    let record = r#"(record (field "name" string) (field "version" string) (field "summary" string) (field "config-schema" string))"#;
    format!(
        r#"(component
  (core module $m {memory} {body})
  {more}
  (core instance $i (instantiate $m))
  (type $d {record})
  (alias core export $i "memory" (core memory $memory))
  (alias core export $i "describe" (core func $core))
  (type $tf (func (result $d)))
  (func $f (type $tf) (canon lift (core func $core) (memory $memory)))
  (component $shim
    (type $d {record})
    (import "import-type-description" (type $t (eq $d)))
    (type $tf (func (result $t)))
    (import "import-func-describe" (func $f (type $tf)))
    (export $e "description" (type $d))
    (type $te (func (result $e)))
    (export "describe" (func $f) (func (type $te))))
  (instance $meta (instantiate $shim (with "import-func-describe" (func $f)) (with "import-type-description" (type $d))))
  (instance $none)
  (export "gyre:plugin/metadata@0.1.0" (instance $meta))
  (export "gyre:plugin/source@0.1.0" (instance $none)))"#
    )
}

/// A server of one request per connection; the thread ends with the test's process.
fn serve(reply: impl Fn(&str) -> String + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            stream.set_read_timeout(Some(PATIENCE)).unwrap();
            let mut request = [0; 8192];
            let length = stream.read(&mut request).unwrap_or_default();
            let _ = stream.write_all(reply(&String::from_utf8_lossy(&request[..length])).as_bytes());
        }
    });
    port
}

fn answer(status: u16, headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status} X\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

/// Gives away what it was sent.
fn echo(request: &str) -> String {
    answer(200, "", &request.replace("\r\n", " "))
}

/// What operators see.
pub struct Said {
    log: Arc<Mutex<Vec<u8>>>,
    pub progress: Mutex<Vec<String>>,
}

impl Said {
    pub fn log(&self) -> String {
        String::from_utf8(self.log.lock().unwrap().clone()).unwrap()
    }
}

impl Progress for Said {
    fn report(&self, phase: &str, _: u64, _: Option<u64>) {
        self.progress.lock().unwrap().push(phase.to_owned());
    }

    fn log(&self, _: &str, _: &str, line: &str) {
        self.progress.lock().unwrap().push(line.to_owned());
    }
}

/// The secrets of the configuration, of which the attacker is granted one.
pub struct Vault;

impl Secrets for Vault {
    fn get(&self, _: &str, name: &str) -> Result<Vec<u8>> {
        match name {
            "own" => Ok(CANARIES[1].into()),
            "foreign" | "configured" => Ok(CANARIES[2].into()),
            _ => Err(Error::not_found("secret.missing", "no such secret")),
        }
    }
}

/// A guest's root as the agent confines it; its programs are started as the agent starts them, without a shell.
pub struct GuestRoot(Confined);

impl GuestRoot {
    pub fn confined(path: &Path) -> Arc<dyn Root> {
        Arc::new(Self(Confined::new(std::fs::File::open(path).unwrap().into())))
    }
}

#[async_trait]
impl Root for GuestRoot {
    async fn call(&self, request: RootRequest) -> Result<RootReply> {
        match request {
            RootRequest::Run { argv, .. } => {
                let output = std::process::Command::new(&argv[0]).args(&argv[1..]).output().unwrap();
                let (stdout, stderr) = (Base64(output.stdout), Base64(output.stderr));
                Ok(RootReply::Output { status: output.status.code().unwrap(), stdout, stderr })
            }
            files => self.0.answer(files),
        }
    }
}
