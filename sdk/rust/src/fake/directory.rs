//! A guest's tree in a directory of this machine, for trying a plugin on a real one: programs run in a
//! `chroot` there, which needs root. For trees that the author trusts: unlike the agent, it confines no
//! program and guards against no race.

use crate::bindings::gyre::host::exec;
use crate::root::{Calls, FileType, Output, Root, Stat};
use crate::{Context, Error, Result};
use std::fs;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Links followed on the way to one file.
const LINKS_MAX: usize = 40;

/// The root at this directory.
pub fn directory_root(path: impl Into<PathBuf>) -> Root<'static> {
    Root::new(Directory(path.into()))
}

struct Directory(PathBuf);

impl Directory {
    /// The path in this machine; absolute links count from the directory.
    fn place(&self, path: &str, follow_last: bool) -> Result<PathBuf> {
        let mut todo: Vec<String> = path.rsplit('/').map(String::from).collect();
        let mut at: Vec<String> = Vec::new();
        let mut links = 0;
        while let Some(name) = todo.pop() {
            match name.as_str() {
                "" | "." => continue,
                ".." => {
                    at.pop();
                    continue;
                }
                _ => at.push(name),
            }
            let Ok(target) = fs::read_link(self.join(&at)) else { continue };
            if todo.is_empty() && !follow_last {
                continue;
            }
            links += 1;
            if links > LINKS_MAX {
                return Err(Error::invalid("rootfs.loop", format!("too many links in {path}")));
            }
            at.pop();
            if target.is_absolute() {
                at.clear();
            }
            todo.extend(target.to_string_lossy().rsplit('/').map(String::from));
        }
        Ok(self.join(&at))
    }

    fn join(&self, names: &[String]) -> PathBuf {
        names.iter().fold(self.0.clone(), |path, name| path.join(name))
    }
}

fn failed(path: &str) -> impl FnOnce(std::io::Error) -> Error {
    let path = path.to_string();
    move |error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            Error::not_found("rootfs.not-found", format!("there is no {path} in the guest"))
        }
        _ => Error::other("rootfs.failed", format!("{path} in the guest")).cause(error),
    }
}

fn replace(place: &Path, mode: u32, bytes: &[u8]) -> std::io::Result<()> {
    let mut partial = place.as_os_str().to_owned();
    partial.push(".partial");
    fs::write(&partial, bytes)?;
    fs::set_permissions(&partial, fs::Permissions::from_mode(mode))?;
    fs::rename(&partial, place)
}

impl Calls for Directory {
    fn stat(&self, path: &str) -> Result<Option<Stat>> {
        let metadata = match fs::symlink_metadata(self.place(path, false)?) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            other => other.map_err(failed(path))?,
        };
        let kind = metadata.file_type();
        let file_type = match (kind.is_file(), kind.is_dir(), kind.is_symlink()) {
            (true, ..) => FileType::Regular,
            (_, true, _) => FileType::Directory,
            (.., true) => FileType::Symlink,
            _ => FileType::Other,
        };
        let (mode, uid, gid, size) =
            (metadata.mode() & 0o7777, metadata.uid(), metadata.gid(), metadata.len());
        Ok(Some(Stat { file_type, mode, uid, gid, size }))
    }

    fn read_dir(&self, path: &str) -> Result<Vec<String>> {
        let entries = fs::read_dir(self.place(path, true)?).map_err(failed(path))?;
        let mut names: Vec<String> =
            entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        Ok(names)
    }

    fn read_file(&self, path: &str) -> Result<Vec<u8>> {
        fs::read(self.place(path, true)?).map_err(failed(path))
    }

    fn write_file(&self, path: &str, mode: u32, bytes: &[u8]) -> Result<()> {
        replace(&self.place(path, false)?, mode, bytes).map_err(failed(path))
    }

    fn make_dir(&self, path: &str, _mode: u32) -> Result<()> {
        fs::create_dir_all(self.place(path, true)?).map_err(failed(path))
    }

    fn symlink(&self, path: &str, target: &str) -> Result<()> {
        let place = self.place(path, false)?;
        fs::remove_file(&place).ok();
        symlink(target, place).map_err(failed(path))
    }

    fn read_link(&self, path: &str) -> Result<String> {
        let target = fs::read_link(self.place(path, false)?).map_err(failed(path))?;
        Ok(target.to_string_lossy().into_owned())
    }

    fn remove(&self, path: &str) -> Result<()> {
        let place = self.place(path, false)?;
        let removed = match fs::symlink_metadata(&place) {
            Err(_) => Ok(()),
            Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(&place),
            Ok(_) => fs::remove_file(&place),
        };
        removed.map_err(failed(path))
    }

    fn rename(&self, from: &str, to: &str) -> Result<()> {
        fs::rename(self.place(from, false)?, self.place(to, false)?).map_err(failed(from))
    }

    fn run(&self, command: &exec::Command) -> Result<Output> {
        let what = || format!("{} did not run in the guest", command.argv.join(" "));
        let mut child = Command::new("chroot")
            .arg(&self.0)
            .args(&command.argv)
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .envs(command.env.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .or_other("rootfs.run", what)?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(&command.stdin).or_other("rootfs.run", what)?;
        }
        let output = child.wait_with_output().or_other("rootfs.run", what)?;
        Ok(Output {
            status: output.status.code().unwrap_or(-1),
            stdout: output.stdout,
            stderr: output.stderr,
        })
    }

    fn open_hive(&self, path: &str) -> Result<Box<dyn crate::hive::Calls>> {
        let place = self.place(path, true)?;
        let name = path.to_owned();
        let write = move |bytes: &[u8]| {
            let mut kept = place.as_os_str().to_owned();
            kept.push(".gyre-bak");
            let mode = fs::metadata(&place).map_or(0o644, |found| found.mode() & 0o7777);
            let kept = if Path::new(&kept).exists() { Ok(0) } else { fs::copy(&place, &kept) };
            kept.and_then(|_| replace(&place, mode, bytes)).map_err(failed(&name))
        };
        super::hive::open(self.read_file(path)?, Box::new(write))
    }

    fn copy_in(&self, from: &str, to: &str, mode: u32) -> Result<()> {
        self.write_file(to, mode, &super::files::read_file(from)?)
    }
}
