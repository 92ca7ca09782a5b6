//! OS morphing in memory that keeps every rule but one.

use super::super::boots::tests::packed;
use super::super::rules::Rule;
use super::super::{Checks, morphing};
use crate::args::{TestArgs, TriedArgs};
use async_trait::async_trait;
use gyre_core::protocol::{Base64, Root, RootReply, RootRequest};
use gyre_core::roles::{Morphing, OsMatch, OsMorphing};
use gyre_core::{Error, Kind, Result, VmSpec};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

pub async fn tested(wrong: Option<Rule>) -> Checks {
    let tree = tempfile::tempdir().unwrap();
    for (path, text) in [
        ("etc/os-release", "ID=fake\n"),
        ("boot/vmlinuz-6.1", "kernel"),
        ("boot/grub/grub.cfg", "linux /boot/vmlinuz-6.1\ninitrd /boot/initrd.img-6.1\n"),
        ("lib/modules/6.1/modules.builtin", ""),
    ] {
        let path = tree.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let tried = TriedArgs { component: "fake".into(), option: Vec::new(), wasi: false };
    let root = Some(tree.path().to_owned());
    let args =
        TestArgs { tried, root, chroot: false, vm: None, steps: false, contents: false, every_call: false };
    let mut checks = Checks::default();
    let fake = Fake { wrong, asked: AtomicUsize::new(0) };
    morphing::check(&fake, &args, &mut checks).await.unwrap();
    checks
}

struct Fake {
    wrong: Option<Rule>,
    asked: AtomicUsize,
}

impl Fake {
    fn is(&self, rule: Rule) -> bool {
        self.wrong == Some(rule)
    }
}

async fn read(root: &dyn Root, path: &str) -> Result<Option<Vec<u8>>> {
    match root.call(RootRequest::ReadFile { path: path.into() }).await {
        Ok(RootReply::Bytes { bytes }) => Ok(Some(bytes.0)),
        Ok(_) => Ok(None),
        Err(error) if error.kind == Kind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

async fn write(root: &dyn Root, path: &str, text: &[u8]) -> Result<()> {
    let request = RootRequest::WriteFile { path: path.into(), mode: 0o644, bytes: Base64(text.to_vec()) };
    root.call(request).await.map(drop)
}

#[async_trait]
impl OsMorphing for Fake {
    async fn detect(&self, root: Arc<dyn Root>) -> Result<Option<OsMatch>> {
        if self.is(Rule::MorphLooks) {
            let _ = root.call(RootRequest::Remove { path: "/tmp/x".into() }).await;
        }
        let mut release = read(&*root, "/etc/os-release").await;
        if release.is_err() && self.is(Rule::Retries) {
            release = read(&*root, "/etc/os-release").await;
        }
        let release = release.map_err(|error| match self.wrong {
            Some(Rule::Faults) => Error::invalid("fake.call", "it did not work").cause(error.message),
            _ => error,
        })?;
        let Some(release) = release else {
            let found = OsMatch { distribution: "fake".into(), version: "1".into(), score: 100 };
            return Ok(self.is(Rule::MorphEmpty).then_some(found));
        };
        let Ok(release) = String::from_utf8(release) else {
            let trap = Err(Error::other("sandbox.trap", "it trapped"));
            return if self.is(Rule::Answers) { trap } else { Ok(None) };
        };
        let asked = self.asked.fetch_add(1, Ordering::SeqCst);
        let version = if self.is(Rule::MorphSame) { asked.to_string() } else { "1".into() };
        let is_mine = release.contains("ID=fake");
        Ok(is_mine.then(|| OsMatch { distribution: "fake".into(), version, score: 100 }))
    }

    async fn morph(&self, root: Arc<dyn Root>, _: &VmSpec, _: &Morphing) -> Result<()> {
        let was = read(&*root, "/etc/first").await?;
        if self.is(Rule::MorphResumes) && was.is_some() {
            return Ok(());
        }
        let more = was.filter(|_| self.is(Rule::MorphRepeats)).unwrap_or_default();
        write(&*root, "/etc/first", &[more, b"1".to_vec()].concat()).await?;
        if !self.is(Rule::MorphBoots) {
            write(&*root, "/boot/initrd.img-6.1", &packed(&["virtio_blk.ko"])).await?;
        }
        write(&*root, "/etc/second", b"2").await
    }
}
