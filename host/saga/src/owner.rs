//! Who holds a lease: one process, told apart from a later one of the same pid, and from processes of
//! other hosts and containers. Refuses to guess: what cannot be seen from here counts as alive until
//! its lease has run out.

use serde::{Deserialize, Serialize};

/// A process that works on jobs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// Boot of the machine and pid namespace; empty where `/proc` does not tell.
    pub host: String,
    /// Process id in that namespace.
    pub pid: u32,
    /// When it was started, clock ticks since boot.
    pub started: u64,
}

impl Owner {
    /// This process.
    pub fn this_process() -> Self {
        let pid = std::process::id();
        Self { host: this_host(), pid, started: start_of(pid).unwrap_or(0) }
    }

    /// Whether it runs; `None`: it cannot be seen from here.
    pub fn is_alive(&self) -> Option<bool> {
        if self.host.is_empty() || self.host != this_host() {
            return None;
        }
        Some(start_of(self.pid) == Some(self.started))
    }
}

fn this_host() -> String {
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let namespace = std::fs::read_link("/proc/self/ns/pid").unwrap_or_default();
    if boot.is_empty() { String::new() } else { format!("{}/{}", boot.trim(), namespace.display()) }
}

/// Field 22 of `/proc/PID/stat` (proc(5)); the name in field 2 may itself hold spaces and brackets.
fn start_of(pid: u32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = stat.rsplit_once(')')?;
    rest.split_whitespace().nth(19)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_itself_from_the_dead_and_the_foreign() {
        let me = Owner::this_process();
        assert_eq!(me.is_alive(), Some(true));
        assert_eq!(Owner { started: me.started + 1, ..me.clone() }.is_alive(), Some(false));
        assert_eq!(Owner { pid: u32::MAX, ..me.clone() }.is_alive(), Some(false));
        assert_eq!(Owner { host: "elsewhere".into(), ..me }.is_alive(), None);
    }
}
