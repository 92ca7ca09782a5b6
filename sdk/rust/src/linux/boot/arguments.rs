//! Arguments of the kernel, in every menu that is there and in what the next menu is made of.

use super::{
    CMDLINE, DEFAULTS, ENVIRONMENT, EXTLINUX_DEFAULTS, LEGACY_DEFAULTS, MENUS, directories, entries,
    environment, files,
};
use crate::osmorphing::*;

const SERIAL: &[&str] = &["console=tty0", "console=ttyS0,115200"];
const OLD_NAMES: &[&str] = &["net.ifnames=0", "biosdevname=0"];

/// Kernel arguments to set; what turns cloud-init off is dropped. `old_names`: network cards are called
/// eth0, eth1, …. Returns whether a boot menu was there.
///
/// # Errors
/// What the host met.
pub fn arguments(root: &Root, serial_console: bool, old_names: bool) -> Result<bool> {
    let mut wanted: Vec<&str> = Vec::new();
    if serial_console {
        wanted.extend(SERIAL);
    }
    if old_names {
        wanted.extend(OLD_NAMES);
    }
    files::edit(root, DEFAULTS, |text| edit_defaults(text, &wanted))?;
    files::edit(root, CMDLINE, |text| files::edit_lines(text, |line| cmdline(line, &wanted)))?;
    let mut found = false;
    for directory in directories(root)? {
        for menu in MENUS {
            let menu = format!("{directory}/{menu}");
            found |= root.exists(&menu)?;
            files::edit(root, &menu, |text| files::edit_lines(text, |line| menu_line(line, &wanted)))?;
        }
        let variables = format!("{directory}/{ENVIRONMENT}");
        files::edit(root, &variables, |text| environment(text, |line| with_arguments(line, &wanted)))?;
    }
    files::edit(root, EXTLINUX_DEFAULTS, |text| {
        files::edit_lines(text, |line| defaults_line(line, &wanted))
    })?;
    for entry in entries(root)? {
        found = true;
        files::edit(root, &entry, |text| files::edit_lines(text, |line| entry_line(line, &wanted)))?;
    }
    if !found {
        log!(warn, "no boot menu was found: kernel arguments stay as they are");
    }
    Ok(found)
}

/// A line of arguments alone.
fn cmdline(line: &str, wanted: &[&str]) -> String {
    match line.trim() {
        text if text.is_empty() || text.starts_with('#') => line.into(),
        _ => with_arguments(line, wanted),
    }
}

/// `options root=… ro` of a boot loader entry, `APPEND root=… ro` of extlinux. Entries that take
/// `$kernelopts` get the arguments twice, which does no harm: an entry may outlive the environment.
fn entry_line(line: &str, wanted: &[&str]) -> String {
    match line.split_whitespace().next() {
        Some("options" | "APPEND" | "append") => with_arguments(line, wanted),
        _ => line.into(),
    }
}

fn edit_defaults(text: &str, wanted: &[&str]) -> String {
    let mut edited = files::edit_lines(text, |line| defaults_line(line, wanted));
    let own = |line: &&str| line.trim().starts_with("GRUB_CMDLINE_LINUX=");
    let added = match edited.lines().find(own) {
        None => format!("GRUB_CMDLINE_LINUX=\"{}\"", wanted.join(" ")),
        // The file is a shell's: what cannot be edited can be added to.
        Some(line) if is_involved(line) => {
            format!("GRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX {}\"", wanted.join(" "))
        }
        Some(_) => return edited,
    };
    if !wanted.is_empty() && !edited.lines().any(|line| line == added) {
        let end = if edited.is_empty() || edited.ends_with('\n') { "" } else { "\n" };
        edited.push_str(&format!("{end}{added}\n"));
    }
    edited
}

/// An assignment with escapes in it, or that goes on in the next line.
fn is_involved(line: &str) -> bool {
    let value = line.split_once('=').map_or("", |(_, value)| value);
    let quote = value.chars().next().filter(|first| ['"', '\''].contains(first));
    let is_open = quote.is_some_and(|quote| value.matches(quote).count() < 2);
    value.contains('\\') || is_open
}

/// `GRUB_CMDLINE_LINUX="…"`, which every kernel gets.
fn defaults_line(line: &str, wanted: &[&str]) -> String {
    let Some((name, value)) = line.split_once('=') else { return line.into() };
    let wanted = match name.trim() {
        "GRUB_CMDLINE_LINUX" | "default_kernel_opts" => wanted,
        "GRUB_CMDLINE_LINUX_DEFAULT" => &[],
        _ => return line.into(),
    };
    if is_involved(line) {
        return line.into();
    }
    let (quote, text, rest) = quoted(value);
    format!("{name}={quote}{}{quote}{rest}", with_arguments(text, wanted))
}

/// The quote, what stands in it, and what follows, a comment perhaps.
fn quoted(value: &str) -> (char, &str, &str) {
    for quote in ['"', '\''] {
        if let Some((text, rest)) = value.strip_prefix(quote).and_then(|text| text.split_once(quote)) {
            return (quote, text, rest);
        }
    }
    let end = value.find(char::is_whitespace).unwrap_or(value.len());
    let (text, rest) = value.split_at(end);
    ('"', text, rest)
}

/// `linux /boot/vmlinuz-… root=…` of a menu entry (Photon: `linux /$photon_linux …`), `kernel (hd0,0)/vmlinuz-…` of GRUB
/// legacy, and what Debian makes its next menu from; Xen's and memtest's lines have other names.
fn menu_line(line: &str, wanted: &[&str]) -> String {
    let indent = line.len() - line.trim_start().len();
    let mut words = line.split_whitespace();
    let is_kernel = matches!(words.next(), Some("linux" | "linux16" | "linuxefi" | "kernel"))
        && words
            .find(|word| !word.starts_with("--"))
            .is_some_and(|path| path.contains("vmlinu") || path.ends_with("_linux"));
    if !is_kernel && !line.starts_with(LEGACY_DEFAULTS) {
        return line.into();
    }
    let (space, rest) = line.split_at(indent);
    format!("{space}{}", with_arguments(rest, wanted))
}

/// Adds what is missing, and drops what keeps cloud-init from running; all else stays as it is written.
fn with_arguments(text: &str, wanted: &[&str]) -> String {
    let has = |argument: &str| {
        text.split_whitespace().any(|word| word == argument || is_same_console(word, argument))
    };
    let mut edited = text.to_string();
    if has("cloud-init=disabled") {
        let kept = text.split(' ').filter(|word| *word != "cloud-init=disabled");
        edited = kept.collect::<Vec<_>>().join(" ");
    }
    for argument in wanted.iter().filter(|argument| !has(argument)) {
        let space = if edited.is_empty() || edited.ends_with(char::is_whitespace) { "" } else { " " };
        edited.push_str(space);
        edited.push_str(argument);
    }
    edited
}

/// `console=ttyS0,9600` serves as well as `console=ttyS0,115200`.
fn is_same_console(word: &str, wanted: &str) -> bool {
    let device =
        |text: &str| text.strip_prefix("console=").and_then(|rest| rest.split(',').next().map(String::from));
    device(wanted).is_some() && device(word) == device(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_keeps_its_form() {
        let line = "\tlinuxefi\t/vmlinuz-5.14 root=/dev/x  ro quiet";
        assert_eq!(menu_line(line, &["a=1"]), format!("{line} a=1"));
        assert_eq!(menu_line(line, &["quiet"]), line);
        for other in [
            "\tlinux /boot/memtest.bin",
            "kernel /xen.gz dom0_mem=1G",
            "# kernel /vmlinuz-2",
            "# groot=(hd0,0)",
        ] {
            assert_eq!(menu_line(other, &["a=1"]), other);
        }
        for kernel in [
            "kernel (hd0,0)/vmlinuz-2.6 ro",
            "kernel --no-mem-option /vmlinuz-2.6 ro",
            "# kopt=root=/dev/x ro",
        ] {
            assert_eq!(menu_line(kernel, &["a=1"]), format!("{kernel} a=1"));
        }
        assert_eq!(entry_line("options $kernelopts cloud-init=disabled", &["a"]), "options $kernelopts a");
        assert_eq!(entry_line("title options", &["a"]), "title options");
        assert_eq!(with_arguments("x console=ttyS0,9600", SERIAL), "x console=ttyS0,9600 console=tty0");
    }

    #[test]
    fn defaults_keep_quotes_and_comments() {
        let edited = |line: &str| defaults_line(line, &["a"]);
        assert_eq!(edited("GRUB_CMDLINE_LINUX=\"x\" # why"), "GRUB_CMDLINE_LINUX=\"x a\" # why");
        assert_eq!(edited("GRUB_CMDLINE_LINUX='b=\"c\"'"), "GRUB_CMDLINE_LINUX='b=\"c\" a'");
        assert_eq!(edited("GRUB_CMDLINE_LINUX=x"), "GRUB_CMDLINE_LINUX=\"x a\"");
        assert_eq!(edited("GRUB_CMDLINE_LINUX_DEFAULT=\"x\""), "GRUB_CMDLINE_LINUX_DEFAULT=\"x\"");
        assert_eq!(edit_defaults("A=1", &["a"]), "A=1\nGRUB_CMDLINE_LINUX=\"a\"\n");
        for involved in [r#"GRUB_CMDLINE_LINUX="dyndbg=\"file x\" quiet""#, "GRUB_CMDLINE_LINUX=\"x \\\ny\""]
        {
            let once = edit_defaults(involved, &["a"]);
            assert_eq!(once, format!("{involved}\nGRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX a\"\n"));
            assert_eq!(edit_defaults(&once, &["a"]), once);
        }
    }
}
