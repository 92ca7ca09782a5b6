//! `gyre plugin try`: an OS-morphing plugin, in its sandbox, over a directory or an image as the guest's root. What it
//! would change it changes in a copy. Knows how a try is set up and told; not what morphing is.

use crate::answer::Answer;
use crate::args::TryArgs;
use crate::bench::Bench;
use crate::image::Image;
use crate::screen::Screen;
use crate::show::{changes as diff, clean};
use crate::tree::{self, Walk};
use async_trait::async_trait;
use gyre_agent::local::{LocalRoot, Programs};
use gyre_core::error::Context as _;
use gyre_core::protocol::{Root, RootReply, RootRequest};
use gyre_core::roles::{Morphing, OsMatch, OsMorphing};
use gyre_core::{Error, Kind, Result, VmSpec};
use gyre_engine::change::Change;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// The machine's name where none is given.
const NAME: &str = "tried";
/// What stands for no hypervisor.
const NO_HYPERVISOR: &str = "none";

/// Tries it.
///
/// # Errors
/// `try.*`; what the plugin answers; `plugin.*`, `config.*`, `sandbox.*`; of an image those of [`Image::open`].
pub async fn run(
    config: Option<&Path>,
    args: &TryArgs,
    screen: &Screen,
    cancel: CancellationToken,
) -> Result<Answer> {
    let is_image = args.root.exists() && !args.root.is_dir();
    // What is wrong with the guest is told before anything takes time.
    let tree = match is_image {
        true => Image::check().map(|()| None)?,
        false => Some(Tree::open(&args.root, &cancel)?),
    };
    let morpher = Bench::open(config, &args.tried, cancel.clone()).await?.morpher().await?;
    if let Some(mut tree) = tree {
        return tried(&mut tree, &*morpher, args).await;
    }
    let image = Image::open(config, &args.root, &args.image, screen, &cancel).await?;
    let answer = tried(&mut Mounted { image: &image, before: None }, &*morpher, args).await;
    image.close(answer).await
}

/// What a plugin is tried on.
trait Ground: Send {
    /// As it is, to be looked at.
    fn original(&self) -> Result<Arc<dyn Root>>;
    /// A copy to be changed; whether programs run in it.
    fn copy(&mut self, programs: bool) -> Result<Arc<dyn Root>>;
    /// What became of the copy.
    fn changes(&self) -> Result<Vec<Change>>;
}

/// A directory.
struct Tree<'a> {
    path: &'a Path,
    original: Arc<dyn Root>,
    copy: Option<Copy>,
    walk: Walk,
}

impl<'a> Tree<'a> {
    fn open(path: &'a Path, cancel: &CancellationToken) -> Result<Self> {
        let original = Arc::new(LocalRoot::open(path, Programs::Refused)?);
        let walk = Walk { cancel: cancel.clone(), ..Walk::default() };
        Ok(Self { path, original, copy: None, walk })
    }
}

impl Ground for Tree<'_> {
    fn original(&self) -> Result<Arc<dyn Root>> {
        Ok(self.original.clone())
    }

    fn copy(&mut self, programs: bool) -> Result<Arc<dyn Root>> {
        self.copy.insert(Copy::walked(self.path, &self.walk)?).root(programs)
    }

    fn changes(&self) -> Result<Vec<Change>> {
        let copy = self.copy.as_ref().map(|copy| tree::changes(self.path, &copy.path(), &self.walk));
        copy.unwrap_or_else(|| Ok(Vec::new()))
    }
}

/// What is mounted of an image is a copy already: what it was before is kept beside it.
struct Mounted<'a> {
    image: &'a Image,
    before: Option<Copy>,
}

impl Ground for Mounted<'_> {
    fn original(&self) -> Result<Arc<dyn Root>> {
        Ok(self.image.root(false))
    }

    fn copy(&mut self, programs: bool) -> Result<Arc<dyn Root>> {
        self.before = Some(Copy::walked(&self.image.tree(), &self.image.walk())?);
        Ok(self.image.root(programs))
    }

    fn changes(&self) -> Result<Vec<Change>> {
        let after = self.image.tree();
        let before =
            self.before.as_ref().map(|before| tree::changes(&before.path(), &after, &self.image.walk()));
        before.unwrap_or_else(|| Ok(Vec::new()))
    }
}

async fn tried(ground: &mut dyn Ground, morpher: &dyn OsMorphing, args: &TryArgs) -> Result<Answer> {
    let Some(found) = morpher.detect(Arc::new(ReadOnly(ground.original()?))).await? else {
        let text = format!("not mine: the plugin knows no guest in {}\n", args.root.display());
        return Ok(Answer::new(json!({ "match": null }), text));
    };
    let mine = format!("{}\n", told(&found));
    if !args.morph {
        return Ok(Answer::new(json!({ "match": found }), mine));
    }
    let copy = ground.copy(args.chroot)?;
    let (vm, morphing) = (machine(args.vm.as_deref())?, morphing(&args.hypervisor, !args.keep_network));
    let morphed = morpher.morph(copy, &vm, &morphing).await;
    if let Err(error) = &morphed
        && error.kind == Kind::Cancelled
    {
        // Nobody waits for it any more, and a program of the guest may still run.
        return Err(error.clone());
    }
    // What it changed before it failed is what its author wants to see.
    let changes = match (ground.changes(), &morphed) {
        (Ok(changes), _) => changes,
        // An agent that is gone fails both, and the first says more.
        (Err(_), Err(error)) => return Err(error.clone()),
        (Err(error), _) => return Err(error),
    };
    let json = json!({ "match": found, "changes": changes, "programs": args.chroot });
    Ok(Answer::new(json, format!("{mine}{}", diff(&changes))).with_error(morphed.err()))
}

fn told(found: &OsMatch) -> String {
    clean(&format!("mine: {} {}, score {}", found.distribution, found.version, found.score))
}

/// What the destination would ask.
pub fn morphing(hypervisor: &str, set_dhcp: bool) -> Morphing {
    let hypervisor = (hypervisor != NO_HYPERVISOR).then(|| hypervisor.to_owned());
    Morphing { hypervisor, set_dhcp, macs: Vec::new() }
}

/// The machine in the file, else one with a disk and a card.
pub fn machine(file: Option<&Path>) -> Result<VmSpec> {
    let text = match file {
        Some(file) => std::fs::read_to_string(file)
            .or_invalid("options.unreadable", || format!("the machine {} cannot be read", file.display()))?,
        None => json!({
            "id": NAME, "name": NAME, "vcpus": 1, "memory-mib": 1024,
            "disks": [{ "id": "disk0", "size": 1_u64 << 30 }],
            "nics": [{ "id": "nic0", "network": "VM Network", "mac": "00:50:56:00:00:01" }],
        })
        .to_string(),
    };
    let read: Result<Value, _> = serde_json::from_str(&text);
    let vm = read.map(|value| value.get("vm").cloned().unwrap_or(value)).and_then(serde_json::from_value);
    vm.or_invalid("options.syntax", || "the machine is not as `gyre --json source show` prints one".into())
}

/// A copy of a tree that is gone with this value.
pub struct Copy(TempDir);

impl Copy {
    /// Copies.
    ///
    /// # Errors
    /// `try.copy`, `try.too-large`.
    pub fn of(tree: &Path) -> Result<Self> {
        Self::walked(tree, &Walk::default())
    }

    fn walked(tree: &Path, walk: &Walk) -> Result<Self> {
        let made = tempfile::Builder::new().prefix("gyre-try-").tempdir();
        let directory = made.or_other("try.copy", || "there is no room for a copy in TMPDIR".into())?;
        // Below the temporary directory, whose own mode keeps others out.
        let copy = Self(directory);
        std::fs::create_dir(copy.path()).or_other("try.copy", || "a copy cannot be made".into())?;
        tree::copy(tree, &copy.path(), walk)?;
        Ok(copy)
    }

    /// Where it is.
    pub fn path(&self) -> std::path::PathBuf {
        self.0.path().join("root")
    }

    /// As a guest's root.
    ///
    /// # Errors
    /// `try.*`.
    pub fn root(&self, chroot: bool) -> Result<Arc<dyn Root>> {
        let programs = if chroot { Programs::Confined } else { Programs::Refused };
        Ok(Arc::new(LocalRoot::open(&self.path(), programs)?))
    }
}

/// A root that is only looked at.
pub struct ReadOnly(pub Arc<dyn Root>);

#[async_trait]
impl Root for ReadOnly {
    async fn call(&self, request: RootRequest) -> Result<RootReply> {
        if request.only_looks() {
            return self.0.call(request).await;
        }
        let call = serde_json::to_value(&request).ok();
        let call = call.and_then(|call| call.get("call")?.as_str().map(str::to_owned)).unwrap_or_default();
        Err(Error::conflict(
            "rootfs.read-only",
            format!("detect may only look, and the plugin called {call}"),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_is_read_as_it_is_shown() {
        assert_eq!(machine(None).unwrap().disks.len(), 1);
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("vm.json");
        std::fs::write(&file, r#"{"id":"1","name":"n","vcpus":2,"memory-mib":512,"disks":[]}"#).unwrap();
        assert_eq!(machine(Some(&file)).unwrap().vcpus, 2);
        std::fs::write(&file, "{}").unwrap();
        assert_eq!(machine(Some(&file)).unwrap_err().code, "options.syntax");
    }

    #[tokio::test]
    async fn detect_gets_a_root_that_it_cannot_change() {
        let directory = tempfile::tempdir().unwrap();
        let root = ReadOnly(Arc::new(LocalRoot::open(directory.path(), Programs::Refused).unwrap()));
        let error = root.call(RootRequest::Remove { path: "/x".into() }).await.unwrap_err();
        assert!(error.code == "rootfs.read-only" && error.message.contains("remove"), "{error}");
        assert!(root.call(RootRequest::Stat { path: "/".into() }).await.is_ok());
    }
}
