//! A script that runs once in a Windows guest, when it boots for the first time at the destination. What runs it is what
//! the plugin for Windows leaves in the guest anyhow: it looks for one here, and takes it away before it runs. Knows no
//! registry.

use gyre_core::protocol::{Base64, Root, RootReply, RootRequest};
use gyre_core::scripts::{WindowsLanguage, with_windows_lines};
use gyre_core::{Error, Result};

/// Where the plugin's own runner lies, each name in any case, and what it is called.
const DIRECTORY: [&str; 2] = ["Windows", "Gyre"];
const RUNNER: &str = "firstboot.cmd";
/// By these names the runner knows whose language a script is in.
const POWERSHELL: &str = "script.ps1";
const SHELL: &str = "script.cmd";

/// Leaves `script` for the first boot. May be repeated.
///
/// # Errors
/// `script.first-boot` when nothing in the guest would run it; `rootfs.*`.
pub(crate) async fn install(root: &dyn Root, script: &str) -> Result<()> {
    let mut directory = String::new();
    for name in DIRECTORY {
        directory = find(root, &directory, name).await?.ok_or_else(nobody)?;
    }
    find(root, &directory, RUNNER).await?.ok_or_else(nobody)?;
    let name = match WindowsLanguage::of(script) {
        WindowsLanguage::Cmd => SHELL,
        WindowsLanguage::PowerShell => POWERSHELL,
    };
    let path = format!("{directory}/{name}");
    let bytes = Base64(with_windows_lines(script).into_bytes());
    root.call(RootRequest::WriteFile { path, mode: 0o755, bytes }).await.map(drop)
}

/// A name in a directory, in any case.
async fn find(root: &dyn Root, directory: &str, name: &str) -> Result<Option<String>> {
    let path = if directory.is_empty() { "/" } else { directory };
    match root.call(RootRequest::ReadDir { path: path.into() }).await? {
        RootReply::Names { names } => {
            let found = names.into_iter().find(|found| found.eq_ignore_ascii_case(name));
            Ok(found.map(|found| format!("{directory}/{found}")))
        }
        _ => Err(Error::other("rootfs.protocol", "the agent answered something else than it was asked")),
    }
}

fn nobody() -> Error {
    let why = "nothing in the guest would run its script: the plugin that converted it leaves no first boot of its own";
    Error::invalid("script.first-boot", why).cause("a first-boot script of Windows needs the plugin windows")
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_trait::async_trait;
    use std::collections::BTreeMap;
    use std::sync::Mutex;

    /// Files by path.
    struct Files(Mutex<BTreeMap<String, String>>);

    impl Files {
        fn new(paths: &[&str]) -> Self {
            Self(Mutex::new(paths.iter().map(|path| (path.to_string(), String::new())).collect()))
        }
    }

    #[async_trait]
    impl Root for Files {
        async fn call(&self, request: RootRequest) -> Result<RootReply> {
            let mut files = self.0.lock().unwrap();
            match request {
                RootRequest::ReadDir { path } => {
                    let below = format!("{}/", path.trim_end_matches('/'));
                    let rest = files.keys().filter_map(|file| file.strip_prefix(&below));
                    let names = rest.filter_map(|rest| rest.split('/').next()).map(String::from).collect();
                    Ok(RootReply::Names { names })
                }
                RootRequest::WriteFile { path, bytes, .. } => {
                    files.insert(path, String::from_utf8(bytes.0).unwrap());
                    Ok(RootReply::Done)
                }
                other => panic!("{other:?}"),
            }
        }
    }

    #[tokio::test]
    async fn a_script_lies_where_the_first_boot_looks_by_its_language() {
        for (script, name, text) in [
            ("Set-Date 0\nexit 3", "script.ps1", "Set-Date 0\r\nexit 3\r\n"),
            ("@echo off\r\nver\r\n", "script.cmd", "@echo off\r\nver\r\n"),
            ("REM of ours\nver", "script.cmd", "REM of ours\r\nver\r\n"),
        ] {
            let files = Files::new(&["/WINDOWS/Gyre/firstboot.cmd", "/WINDOWS/System32/x"]);
            for _ in 0..2 {
                install(&files, script).await.unwrap();
            }
            assert_eq!(files.0.lock().unwrap()[&format!("/WINDOWS/Gyre/{name}")], text);
        }
    }

    #[tokio::test]
    async fn where_nothing_would_run_it_that_is_said() {
        for files in [&["/etc/passwd"][..], &["/Windows/System32/x"], &["/Windows/Gyre/network.ps1"]] {
            let error = install(&Files::new(files), "ver").await.unwrap_err();
            assert_eq!(error.code, "script.first-boot");
        }
    }
}
