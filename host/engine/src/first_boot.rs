//! A script that runs once in the guest, when it boots for the first time at the destination: for systemd,
//! OpenRC and the older init. It is taken away before it runs, so that it runs at most once even if it
//! reboots the machine, and leaves nothing behind but its log. Knows no job.

use gyre_core::protocol::{Base64, FileType, Root, RootReply, RootRequest};
use gyre_core::{Error, Result};

/// Where it waits: on the root's own file system, wherever else things are mounted.
const DIRECTORY: &str = "/etc/gyre/first-boot";
const UNIT: &str = "/etc/systemd/system/gyre-first-boot.service";
const WANTED: &str = "/etc/systemd/system/multi-user.target.wants/gyre-first-boot.service";
const SERVICE: &str = "/etc/init.d/gyre-first-boot";
const RUNLEVEL: &str = "/etc/runlevels/default/gyre-first-boot";
/// Directories of the runlevels in which a machine is up, in the two places that there are.
const OLD_RUNLEVELS: [&str; 2] = ["/etc", "/etc/init.d"];
const OLD_NUMBERS: [u32; 4] = [2, 3, 4, 5];

/// Runs the script. Systemd runs it by a shell, which also a root without execution by label or option lets.
const RUNNER: &str = r#"#!/bin/sh
# Runs a script once, as the operator of gyre asked for, and removes itself.
dir=/etc/gyre/first-boot
log=/var/log/gyre-first-boot.log
mv "$dir/script" "$dir/running" || exit 0
sync
rm -f /etc/systemd/system/gyre-first-boot.service \
    /etc/systemd/system/multi-user.target.wants/gyre-first-boot.service \
    /etc/init.d/gyre-first-boot /etc/runlevels/default/gyre-first-boot \
    /etc/rc[2345].d/S99gyre-first-boot /etc/init.d/rc[2345].d/S99gyre-first-boot
chmod 0700 "$dir/running"
"$dir/running" >"$log" 2>&1
status=$?
echo "gyre: the first-boot script ended with status $status" >>"$log"
rm -f "$dir/running" "$dir/run"
rmdir "$dir" /etc/gyre 2>/dev/null
exit $status
"#;

const UNIT_TEXT: &str = "[Unit]
Description=First boot at the destination (gyre)
Wants=network-online.target
After=network-online.target
ConditionPathExists=/etc/gyre/first-boot/script

[Service]
Type=oneshot
ExecStart=/bin/sh /etc/gyre/first-boot/run
TimeoutStartSec=infinity

[Install]
WantedBy=multi-user.target
";

const OPENRC_TEXT: &str = "#!/sbin/openrc-run
description=\"First boot at the destination (gyre)\"
depend() {
    need localmount
    use net
    after *
}
start() {
    /bin/sh /etc/gyre/first-boot/run
}
";

const OLD_TEXT: &str = "#!/bin/sh
### BEGIN INIT INFO
# Provides:          gyre-first-boot
# Required-Start:    $all
# Required-Stop:
# Default-Start:     2 3 4 5
# Default-Stop:
# Short-Description: First boot at the destination (gyre)
### END INIT INFO
# chkconfig: 2345 99 01
case \"$1\" in
start) /bin/sh /etc/gyre/first-boot/run ;;
esac
";

/// What starts the guest's services.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Init {
    Systemd,
    OpenRc,
    /// The parent of its `rcN.d`.
    Old(&'static str),
}

/// Leaves `script` for the first boot. May be repeated.
///
/// # Errors
/// `script.first-boot` when the guest's init is none of those known; `rootfs.*`.
pub(crate) async fn install(root: &dyn Root, script: &str) -> Result<()> {
    let Some(init) = init_of(root).await? else {
        let why = "the guest has neither systemd nor OpenRC nor the older init: nothing would run its script";
        return Err(Error::invalid("script.first-boot", why));
    };
    make_dir(root, DIRECTORY, 0o700).await?;
    write(root, &format!("{DIRECTORY}/run"), 0o700, RUNNER).await?;
    write(root, &format!("{DIRECTORY}/script"), 0o700, script).await?;
    match init {
        Init::Systemd => {
            make_dir(root, "/etc/systemd/system/multi-user.target.wants", 0o755).await?;
            write(root, UNIT, 0o644, UNIT_TEXT).await?;
            symlink(root, WANTED, "../gyre-first-boot.service").await
        }
        Init::OpenRc => {
            write(root, SERVICE, 0o755, OPENRC_TEXT).await?;
            symlink(root, RUNLEVEL, SERVICE).await
        }
        Init::Old(parent) => install_old(root, parent).await,
    }
}

async fn install_old(root: &dyn Root, parent: &str) -> Result<()> {
    write(root, SERVICE, 0o755, OLD_TEXT).await?;
    for number in OLD_NUMBERS {
        let directory = format!("{parent}/rc{number}.d");
        if is_there(root, &directory).await? {
            symlink(root, &format!("{directory}/S99gyre-first-boot"), SERVICE).await?;
        }
    }
    Ok(())
}

async fn init_of(root: &dyn Root) -> Result<Option<Init>> {
    if has_systemd(root).await? {
        return Ok(Some(Init::Systemd));
    }
    if is_there(root, "/etc/runlevels/default").await? {
        return Ok(Some(Init::OpenRc));
    }
    for parent in OLD_RUNLEVELS {
        if is_there(root, &format!("{parent}/rc3.d")).await? && is_there(root, "/etc/init.d").await? {
            return Ok(Some(Init::Old(parent)));
        }
    }
    Ok(None)
}

/// It may be installed beside another init: `/sbin/init` says which one boots.
async fn has_systemd(root: &dyn Root) -> Result<bool> {
    let mut has = false;
    for path in ["/usr/lib/systemd/systemd", "/lib/systemd/systemd"] {
        has |= is_there(root, path).await?;
    }
    for path in ["/sbin/init", "/usr/sbin/init"] {
        match file_type(root, path).await? {
            Some(FileType::Symlink) => return Ok(has && read_link(root, path).await?.contains("systemd")),
            Some(_) => return Ok(false),
            None => {}
        }
    }
    Ok(has)
}

async fn is_there(root: &dyn Root, path: &str) -> Result<bool> {
    Ok(file_type(root, path).await?.is_some())
}

async fn file_type(root: &dyn Root, path: &str) -> Result<Option<FileType>> {
    match root.call(RootRequest::Stat { path: path.into() }).await? {
        RootReply::Stat { stat } => Ok(stat.map(|stat| stat.file_type)),
        _ => Err(odd()),
    }
}

async fn read_link(root: &dyn Root, path: &str) -> Result<String> {
    match root.call(RootRequest::ReadLink { path: path.into() }).await? {
        RootReply::Target { target } => Ok(target),
        _ => Err(odd()),
    }
}

async fn write(root: &dyn Root, path: &str, mode: u32, text: &str) -> Result<()> {
    let bytes = Base64(text.as_bytes().to_vec());
    root.call(RootRequest::WriteFile { path: path.into(), mode, bytes }).await.map(drop)
}

async fn make_dir(root: &dyn Root, path: &str, mode: u32) -> Result<()> {
    root.call(RootRequest::MakeDir { path: path.into(), mode }).await.map(drop)
}

async fn symlink(root: &dyn Root, path: &str, target: &str) -> Result<()> {
    root.call(RootRequest::Symlink { path: path.into(), target: target.into() }).await.map(drop)
}

fn odd() -> Error {
    Error::other("rootfs.protocol", "the agent answered something else than it was asked")
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_trait::async_trait;
    use gyre_core::protocol::Stat;
    use std::os::unix::fs::{PermissionsExt, symlink as link};
    use std::path::{Path, PathBuf};
    use std::process::Command;

    /// A tree below a directory, so that a shell can run what is left in it.
    struct Tree(tempfile::TempDir);

    impl Tree {
        fn new(directories: &[&str]) -> Self {
            let tree = Self(tempfile::tempdir().unwrap());
            for directory in directories.iter().chain(&["/var/log", "/etc"]) {
                std::fs::create_dir_all(tree.at(directory)).unwrap();
            }
            tree
        }

        fn at(&self, path: &str) -> PathBuf {
            self.0.path().join(path.trim_start_matches('/'))
        }

        fn links(self, links: &[(&str, &str)]) -> Self {
            for (path, target) in links {
                std::fs::create_dir_all(self.at(path).parent().unwrap()).unwrap();
                link(target, self.at(path)).unwrap();
            }
            self
        }

        fn files(&self) -> Vec<String> {
            fn walk(base: &Path, dir: &Path, found: &mut Vec<String>) {
                for entry in std::fs::read_dir(dir).unwrap().flatten() {
                    if entry.file_type().unwrap().is_dir() {
                        walk(base, &entry.path(), found);
                    } else {
                        found.push(format!("/{}", entry.path().strip_prefix(base).unwrap().display()));
                    }
                }
            }
            let mut found = Vec::new();
            walk(self.0.path(), self.0.path(), &mut found);
            found.sort();
            found
        }

        /// What the guest's init would do: the runner, with this tree as its root.
        fn boot(&self) -> (i32, String) {
            let text = std::fs::read_to_string(self.at("/etc/gyre/first-boot/run")).unwrap();
            let here = self.0.path().display();
            let text =
                text.replace("/etc/", &format!("{here}/etc/")).replace("/var/", &format!("{here}/var/"));
            let text = text.replace(" /etc ", &format!(" {here}/etc "));
            let status = Command::new("sh").args(["-c", &text]).status().unwrap();
            let log = std::fs::read_to_string(self.at("/var/log/gyre-first-boot.log")).unwrap_or_default();
            (status.code().unwrap(), log)
        }
    }

    #[async_trait]
    impl Root for Tree {
        async fn call(&self, request: RootRequest) -> Result<RootReply> {
            Ok(match request {
                RootRequest::Stat { path } => {
                    let meta = std::fs::symlink_metadata(self.at(&path)).ok();
                    let file_type = |meta: &std::fs::Metadata| match meta.is_symlink() {
                        true => FileType::Symlink,
                        false => FileType::Regular,
                    };
                    let stat = |meta: std::fs::Metadata| Stat {
                        file_type: file_type(&meta),
                        mode: 0,
                        uid: 0,
                        gid: 0,
                        size: 0,
                    };
                    RootReply::Stat { stat: meta.map(stat) }
                }
                RootRequest::ReadLink { path } => {
                    let target = std::fs::read_link(self.at(&path)).unwrap();
                    RootReply::Target { target: target.display().to_string() }
                }
                RootRequest::MakeDir { path, .. } => {
                    std::fs::create_dir_all(self.at(&path)).unwrap();
                    RootReply::Done
                }
                RootRequest::WriteFile { path, mode, bytes } => {
                    std::fs::write(self.at(&path), bytes.0).unwrap();
                    std::fs::set_permissions(self.at(&path), PermissionsExt::from_mode(mode)).unwrap();
                    RootReply::Done
                }
                RootRequest::Symlink { path, target } => {
                    let _ = std::fs::remove_file(self.at(&path));
                    link(target, self.at(&path)).unwrap();
                    RootReply::Done
                }
                other => panic!("{other:?}"),
            })
        }
    }

    const HERE: [&str; 2] = ["/etc/gyre/first-boot/run", "/etc/gyre/first-boot/script"];

    #[tokio::test]
    async fn every_init_gets_what_it_starts() {
        let systemd =
            Tree::new(&["/usr/lib/systemd/systemd"]).links(&[("/sbin/init", "../lib/systemd/systemd")]);
        let bare = Tree::new(&["/lib/systemd/systemd"]);
        let openrc =
            Tree::new(&["/etc/runlevels/default", "/etc/init.d"]).links(&[("/sbin/init", "/bin/busybox")]);
        let runlevels = ["/etc/init.d", "/etc/rc2.d", "/etc/rc3.d", "/etc/rc5.d"];
        let both = [&runlevels[..], &["/lib/systemd/systemd", "/sbin/init"]].concat();
        let suse = Tree::new(&["/etc/init.d/rc3.d", "/etc/init.d/rc5.d"]);
        let unit = vec![UNIT, WANTED];
        let old = vec![
            SERVICE,
            "/etc/rc2.d/S99gyre-first-boot",
            "/etc/rc3.d/S99gyre-first-boot",
            "/etc/rc5.d/S99gyre-first-boot",
        ];
        let rcs =
            vec![SERVICE, "/etc/init.d/rc3.d/S99gyre-first-boot", "/etc/init.d/rc5.d/S99gyre-first-boot"];
        for (tree, mut expected) in [
            (systemd, unit.clone()),
            (bare, unit),
            (openrc, vec![SERVICE, RUNLEVEL]),
            (Tree::new(&both), old),
            (suse, rcs),
        ] {
            let before = tree.files();
            for _ in 0..2 {
                install(&tree, "#!/bin/sh\n").await.unwrap();
            }
            expected.extend(HERE);
            let mut added: Vec<String> = tree.files().into_iter().filter(|f| !before.contains(f)).collect();
            added.sort();
            expected.sort_unstable();
            assert_eq!(added, expected);
            assert_eq!(tree.boot().0, 0);
            let after: Vec<String> = tree.files().into_iter().filter(|file| !before.contains(file)).collect();
            assert_eq!(after, ["/var/log/gyre-first-boot.log"], "it took itself away");
        }
        let error = install(&Tree::new(&["/sbin/init"]), "x").await.unwrap_err();
        assert_eq!(error.code, "script.first-boot");
    }

    #[tokio::test]
    async fn it_runs_once_whatever_comes_of_it() {
        let tree = Tree::new(&["/lib/systemd/systemd"]);
        let (flag, script) = (tree.at("/flag"), tree.at("/etc/gyre/first-boot/script"));
        // Without the first line the shell runs it.
        let text = format!(
            "echo out; echo err >&2\ntest ! -e '{}' || echo still there\necho x >>'{}'\nexit 3\n",
            script.display(),
            flag.display()
        );
        install(&tree, &text).await.unwrap();
        let run = std::fs::read(tree.at(HERE[0])).unwrap();
        let (status, log) = tree.boot();
        assert_eq!(status, 3);
        assert_eq!(log, "out\nerr\ngyre: the first-boot script ended with status 3\n");
        std::fs::create_dir_all(tree.at(DIRECTORY)).unwrap();
        std::fs::write(tree.at(HERE[0]), run).unwrap();
        assert_eq!(tree.boot().0, 0, "started again it does nothing");
        assert_eq!(std::fs::read_to_string(flag).unwrap(), "x\n");
    }
}
