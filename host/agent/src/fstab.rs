//! The guest's own list of what belongs where. Hostile text: lines that make no sense are left out.
//! Knows no device.

const LINES_MAX: usize = 1000;

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What to mount: `UUID=…`, `/dev/mapper/…`.
    pub spec: String,
    /// Where, absolute and without dots.
    pub point: String,
    /// How, as written.
    pub options: String,
    /// Whether the guest checks every byte of it when it boots: it is never opened to be written.
    pub is_verified: bool,
}

/// The lines that name a place in the tree, parents before children, one for each place.
pub fn parse(text: &str) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for line in text.lines().take(LINES_MAX).filter_map(parse_line) {
        if !lines.iter().any(|other| other.point == line.point) {
            lines.push(line);
        }
    }
    lines.sort_by_key(|line| line.point.matches('/').count() + usize::from(line.point != "/"));
    lines
}

fn parse_line(line: &str) -> Option<Line> {
    let mut fields = line.split_whitespace().map(unescape);
    let spec = fields.next().filter(|spec| !spec.starts_with('#'))?;
    let point = fields.next().filter(|point| point.starts_with('/') && !point.contains('\0'))?;
    let kind = fields.next()?;
    if matches!(kind.as_str(), "swap" | "tmpfs" | "proc" | "sysfs" | "devpts" | "nfs" | "nfs4" | "cifs") {
        return None;
    }
    if point.split('/').any(|part| matches!(part, "." | "..")) {
        return None;
    }
    let point =
        format!("/{}", point.split('/').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/"));
    let spec = spec.replace('"', "");
    let options = fields.next().unwrap_or_else(|| "defaults".into());
    Some(Line { spec, point, options, is_verified: false })
}

/// `\040` and its like.
fn unescape(field: &str) -> String {
    let mut text = field.to_string();
    for (code, character) in [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")] {
        text = text.replace(code, character);
    }
    text
}

impl Line {
    /// Whether a device is meant, and not a directory, a server or nothing.
    pub fn names_a_device(&self) -> bool {
        let is_device = self.spec.starts_with("/dev/")
            || self
                .spec
                .split_once('=')
                .is_some_and(|(tag, _)| tag.ends_with("ID") || tag.ends_with("LABEL"));
        is_device && !self.options.split(',').any(|option| matches!(option, "bind" | "rbind"))
    }

    /// Whether the guest itself boots without it.
    pub fn may_be_missing(&self) -> bool {
        self.options.split(',').any(|option| matches!(option, "noauto" | "nofail"))
    }

    /// The value of an option: `subvol=@home`.
    pub fn option(&self, name: &str) -> Option<&str> {
        self.options.split(',').find_map(|option| option.strip_prefix(name)?.strip_prefix('='))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_places_parents_first() {
        let text = "# comment\nUUID=a /boot/efi vfat umask=0077 0 1\n/dev/mapper/vg-root / ext4 errors=remount-ro 0 1\n\
                    LABEL=\"b\" /boot/ ext4 defaults\n/dev/sdb1 /srv/a\\040b xfs\nUUID=s none swap sw 0 0\n\
                    tmpfs /tmp tmpfs\nUUID=c /boot ext4\nUUID=d ../x ext4\nUUID=d /x/../../y ext4\nbroken\n\
                    UUID=e /home btrfs rw,subvol=@home 0 0";
        let lines = parse(text);
        let points: Vec<_> = lines.iter().map(|l| (l.spec.as_str(), l.point.as_str())).collect();
        assert_eq!(
            points,
            [
                ("/dev/mapper/vg-root", "/"),
                ("LABEL=b", "/boot"),
                ("UUID=e", "/home"),
                ("UUID=a", "/boot/efi"),
                ("/dev/sdb1", "/srv/a b"),
            ]
        );
        assert_eq!(lines[2].option("subvol"), Some("@home"));
        assert_eq!(lines[2].option("sub"), None);
    }
}
