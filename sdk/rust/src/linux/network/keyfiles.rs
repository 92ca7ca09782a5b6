//! NetworkManager's connections. It reads a file by any name below /etc, so that those of cards move to
//! another directory; wireless ones, tunnels and the like stay.

use super::files;
use crate::osmorphing::*;

const DIRECTORY: &str = "/etc/NetworkManager/system-connections";
const OURS: &str = "/etc/NetworkManager/system-connections/gyre-dhcp.nmconnection";
/// Kinds that sit on the machine's cards.
const ON_CARDS: &[&str] =
    &["ethernet", "802-3-ethernet", "bond", "bridge", "team", "vlan", "infiniband", "macvlan"];
/// `multi-connect=3`: one connection serves many cards (nm-settings(5), since 1.14).
const TEXT: &str = "# Written by gyre; what was here is in /var/lib/gyre/kept.
[connection]
id=gyre-dhcp
type=ethernet
multi-connect=3

[ipv4]
method=auto

[ipv6]
method=auto
";

/// DHCP on every card. Servers of RHEL's family have no such default (`no-auto-default`).
pub(super) fn any_card(root: &Root) -> Result<()> {
    files::write(root, OURS, 0o600, TEXT)
}

/// Moves away what configures cards.
pub(super) fn put_away(root: &Root) -> Result<()> {
    on_cards(root)?.iter().try_for_each(|path| files::move_away(root, path))
}

/// Those of the guest that configure cards.
pub(super) fn on_cards(root: &Root) -> Result<Vec<String>> {
    let mut paths = Vec::new();
    for name in files::names(root, DIRECTORY)? {
        let path = format!("{DIRECTORY}/{name}");
        let text = files::text(root, &path)?.unwrap_or_default();
        if path != OURS && kind(&text).is_some_and(|kind| ON_CARDS.contains(&kind.as_str())) {
            paths.push(path);
        }
    }
    Ok(paths)
}

fn kind(text: &str) -> Option<String> {
    let connection = text.lines().map(str::trim).skip_while(|line| *line != "[connection]").skip(1);
    let lines: Vec<&str> = connection.take_while(|line| !line.starts_with('[')).collect();
    files::variable(&lines.join("\n"), "type")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_that_of_the_connection() {
        assert_eq!(
            kind("[ipv4]\ntype=x\n[connection]\nid=a\ntype=ethernet\n[y]\ntype=z\n").as_deref(),
            Some("ethernet")
        );
        assert_eq!(kind("[ipv4]\ntype=x\n"), None);
    }
}
