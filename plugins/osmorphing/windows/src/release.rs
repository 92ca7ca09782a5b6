//! Which Windows it is.

use gyre_plugin::osmorphing::*;

const KEY: &str = r"Microsoft\Windows NT\CurrentVersion";
/// Windows Vista and Server 2008.
const OLDEST: (u32, u32) = (6, 0);

/// Release of a Windows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// `Windows Server 2019 Standard`.
    pub name: String,
    pub major: u32,
    pub minor: u32,
    pub build: u32,
    pub is_server: bool,
    /// As folders of drivers are named: `amd64`, `x86`, `ARM64`.
    pub architecture: &'static str,
}

impl Release {
    /// From the hives `SOFTWARE` and `SYSTEM`.
    ///
    /// # Errors
    /// `windows.version` where there is no version; `registry.*`.
    pub fn read(software: &Hive, system: &Hive, control: &str) -> Result<Self> {
        let text = |name| software.text(KEY, name);
        let unknown =
            || Error::invalid("windows.version", "the guest's registry does not say which Windows it is");
        // From Windows 10 on `CurrentVersion` says 6.3 for ever.
        let (major, minor) = match software.number(KEY, "CurrentMajorVersionNumber")? {
            Some(major) => (major, software.number(KEY, "CurrentMinorVersionNumber")?.unwrap_or_default()),
            None => parse(&text("CurrentVersion")?.ok_or_else(unknown)?).ok_or_else(unknown)?,
        };
        let build = text("CurrentBuildNumber")?.or(text("CurrentBuild")?);
        let build = build.and_then(|build| build.trim().parse().ok()).unwrap_or_default();
        let kind = system.text(&format!(r"{control}\Control\ProductOptions"), "ProductType")?;
        let environment = format!(r"{control}\Control\Session Manager\Environment");
        let architecture = system.text(&environment, "PROCESSOR_ARCHITECTURE")?.unwrap_or_default();
        Ok(Self {
            name: text("ProductName")?.unwrap_or_else(|| format!("Windows {major}.{minor}")),
            major,
            minor,
            build,
            // `WinNT` is a workstation; `ServerNT` and `LanmanNT` (a domain controller) are servers.
            is_server: kind.is_some_and(|kind| !kind.eq_ignore_ascii_case("WinNT")),
            architecture: match architecture.to_uppercase().as_str() {
                "X86" => "x86",
                "ARM64" => "ARM64",
                _ => "amd64",
            },
        })
    }

    /// Whether this plugin can convert it.
    pub fn is_known(&self) -> bool {
        (self.major, self.minor) >= OLDEST
    }

    /// `10.0.17763`.
    pub fn number(&self) -> String {
        format!("{}.{}.{}", self.major, self.minor, self.build)
    }

    /// Folders of virtio-win whose drivers it takes, best first.
    pub fn folders(&self) -> &'static [&'static str] {
        const SERVERS: &[&str] = &["2k25", "2k22", "2k19", "2k16", "w10"];
        const CLIENTS: &[&str] = &["w11", "w10"];
        let from = |folders: &'static [&'static str], first| folders.get(first..).unwrap_or_default();
        match (self.major, self.minor, self.is_server) {
            (6, 0, _) => &["2k8"],
            (6, 1, true) => &["2k8R2", "w7"],
            (6, 1, false) => &["w7", "2k8R2"],
            (6, 2, true) => &["2k12", "w8"],
            (6, 2, false) => &["w8", "2k12"],
            (6, _, true) => &["2k12R2", "w8.1"],
            (6, _, false) => &["w8.1", "2k12R2"],
            (_, _, false) => from(CLIENTS, usize::from(self.build < 22_000)),
            (_, _, true) => {
                let newer = [26_100, 20_348, 17_763].iter().filter(|build| self.build < **build);
                from(SERVERS, newer.count())
            }
        }
    }
}

fn parse(version: &str) -> Option<(u32, u32)> {
    let (major, minor) = version.trim().split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_release_has_its_folder() {
        let folder = |major, minor, build, is_server| {
            let release =
                Release { name: String::new(), major, minor, build, is_server, architecture: "amd64" };
            release.folders().first().copied().unwrap()
        };
        for (version, client, server) in [
            ((6, 0, 6002), "2k8", "2k8"),
            ((6, 1, 7601), "w7", "2k8R2"),
            ((6, 2, 9200), "w8", "2k12"),
            ((6, 3, 9600), "w8.1", "2k12R2"),
            ((10, 0, 14393), "w10", "2k16"),
            ((10, 0, 17763), "w10", "2k19"),
            ((10, 0, 20348), "w10", "2k22"),
            ((10, 0, 26100), "w11", "2k25"),
        ] {
            let (major, minor, build) = version;
            assert_eq!(folder(major, minor, build, false), client, "{version:?}");
            assert_eq!(folder(major, minor, build, true), server, "{version:?}");
        }
    }
}
