//! What cloud-init would do with user data, as one shell script: users, host keys, files, commands.
//! Knows only the part of cloud-config that workers are given; anything else is named on the console.

use serde_yaml_ng::{Mapping, Value};

/// The user of a key pair given to Nova.
const DEFAULT_USER: &str = "debian";
/// What cloud-config may say here without a word on the console.
const KNOWN: [&str; 13] = [
    "users",
    "ssh_keys",
    "ssh_authorized_keys",
    "hostname",
    "fqdn",
    "write_files",
    "runcmd",
    "preserve_hostname",
    "manage_etc_hosts",
    "ssh_pwauth",
    "disable_root",
    "ssh_deletekeys",
    "ssh_genkeytypes",
];

/// The script. `public_keys` are those of the server's key pair.
pub fn script(user_data: &[u8], public_keys: &[String]) -> String {
    let text = String::from_utf8_lossy(user_data);
    let mut out = String::from(PREAMBLE);
    let config = if text.starts_with("#!") {
        out += &file("/run/lab-runcmd", &text, "0700");
        Mapping::new()
    } else if text.trim().is_empty() {
        Mapping::new()
    } else {
        match serde_yaml_ng::from_str(&text) {
            Ok(Value::Mapping(map)) if text.starts_with("#cloud-config") => map,
            _ => {
                out += "echo 'lab: the user data is no cloud-config and is ignored'\n";
                Mapping::new()
            }
        }
    };
    apply(&mut out, &config, public_keys);
    out
}

/// `add_user NAME SHELL GROUPS SUDO`, with the keys on standard input.
const PREAMBLE: &str = r#"set -eu
add_user() {
  id "$1" >/dev/null 2>&1 || useradd --create-home --shell "$2" "$1"
  home=$(getent passwd "$1" | cut -d: -f6)
  usermod --password '*' "$1"
  mkdir -p "$home/.ssh"
  cat >> "$home/.ssh/authorized_keys"
  chmod 700 "$home/.ssh"
  chmod 600 "$home/.ssh/authorized_keys"
  chown -R "$1" "$home"
  for group in $3; do getent group "$group" >/dev/null && usermod --append --groups "$group" "$1" || :; done
  [ -z "$4" ] || { printf '%s\n' "$4" | sed "s/^/$1 /" >> /etc/sudoers.d/90-cloud-init-users; chmod 440 /etc/sudoers.d/90-cloud-init-users; }
}
"#;

fn apply(out: &mut String, config: &Mapping, public_keys: &[String]) {
    for key in config.keys().filter_map(Value::as_str).filter(|key| !KNOWN.contains(key)) {
        *out += &format!("echo {}\n", quote(&format!("lab: cloud-config '{key}' is ignored")));
    }
    for key in ["fqdn", "hostname"] {
        if let Some(name) = config.get(key).and_then(Value::as_str) {
            let name = quote(name);
            *out += &format!(
                "hostname {name}; echo {name} > /etc/hostname; echo 127.0.1.1 {name} >> /etc/hosts\n"
            );
        }
    }
    host_keys(out, config);
    let mut keys: Vec<String> = public_keys.to_vec();
    keys.extend(strings(config.get("ssh_authorized_keys")));
    let users = config.get("users").and_then(Value::as_sequence).cloned();
    for user in users.unwrap_or_else(|| vec![Value::String("default".to_owned())]) {
        match user {
            Value::String(name) if name == "default" => {
                add_user(out, DEFAULT_USER, "/bin/bash", "", "ALL=(ALL) NOPASSWD:ALL", &keys)
            }
            Value::String(name) => add_user(out, &name, "/bin/bash", "", "", &[]),
            Value::Mapping(user) => described_user(out, &user),
            _ => {}
        }
    }
    for entry in config.get("write_files").and_then(Value::as_sequence).into_iter().flatten() {
        write_file(out, entry);
    }
    run_commands(out, config);
}

fn host_keys(out: &mut String, config: &Mapping) {
    let Some(keys) = config.get("ssh_keys").and_then(Value::as_mapping) else { return };
    for (name, value) in keys {
        let (Some(name), Some(value)) = (name.as_str(), value.as_str()) else { continue };
        let (kind, private) = match name.split_once('_') {
            Some((kind, "private")) => (kind, true),
            Some((kind, "public")) => (kind, false),
            _ => continue,
        };
        if !["rsa", "ecdsa", "ed25519"].contains(&kind) {
            continue;
        }
        let path = format!("/etc/ssh/ssh_host_{kind}_key{}", if private { "" } else { ".pub" });
        *out += &file(&path, &format!("{}\n", value.trim_end()), if private { "0600" } else { "0644" });
    }
}

fn described_user(out: &mut String, user: &Mapping) {
    let field = |key: &str| user.get(key).and_then(Value::as_str).unwrap_or_default();
    let name = field("name");
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)) {
        *out += "echo 'lab: a user without a usable name is ignored'\n";
        return;
    }
    let shell = if field("shell").is_empty() { "/bin/bash" } else { field("shell") };
    let groups = strings(user.get("groups")).join(" ").replace(',', " ");
    let sudo = strings(user.get("sudo")).join("\n");
    let mut keys = strings(user.get("ssh_authorized_keys"));
    keys.extend(strings(user.get("ssh-authorized-keys")));
    add_user(out, name, shell, &groups, &sudo, &keys);
}

fn add_user(out: &mut String, name: &str, shell: &str, groups: &str, sudo: &str, keys: &[String]) {
    let keys: String = keys.iter().map(|key| format!("{}\n", key.trim())).collect();
    *out += &format!(
        "printf %s {} | add_user {} {} {} {}\n",
        quote(&keys),
        quote(name),
        quote(shell),
        quote(groups),
        quote(sudo)
    );
}

fn write_file(out: &mut String, entry: &Value) {
    let field = |key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default();
    let path = field("path");
    let mode = if field("permissions").is_empty() { "0644" } else { field("permissions") };
    *out += &format!("mkdir -p \"$(dirname {})\"\n", quote(path));
    if ["b64", "base64"].contains(&field("encoding")) {
        *out += &format!(
            "printf %s {} | base64 -d > {path}; chmod {} {path}\n",
            quote(field("content")),
            quote(mode),
            path = quote(path)
        );
    } else {
        *out += &file(path, field("content"), mode);
    }
    if !field("owner").is_empty() {
        *out += &format!("chown {} {}\n", quote(field("owner")), quote(path));
    }
}

fn run_commands(out: &mut String, config: &Mapping) {
    let commands = config.get("runcmd").and_then(Value::as_sequence).cloned().unwrap_or_default();
    let lines: String = commands
        .iter()
        .map(|command| match command {
            Value::String(line) => format!("{line}\n"),
            Value::Sequence(words) => {
                let words: Vec<String> = words.iter().map(|word| quote(&scalar(word))).collect();
                format!("{}\n", words.join(" "))
            }
            _ => String::new(),
        })
        .collect();
    if !lines.is_empty() {
        *out += &file("/run/lab-runcmd", &lines, "0700");
    }
}

/// Writes a file without ever having its content readable by others.
fn file(path: &str, content: &str, mode: &str) -> String {
    let path = quote(path);
    format!("(umask 077; printf %s {} > {path}); chmod {} {path}\n", quote(content), quote(mode))
}

fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

/// One string or a list of them.
fn strings(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Sequence(items)) => items.iter().map(scalar).filter(|s| !s.is_empty()).collect(),
        _ => Vec::new(),
    }
}

/// A word that the shell takes as it is.
pub fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_for_the_shell() {
        let nasty = "it's $HOME `x` \\ \"";
        let out = std::process::Command::new("sh")
            .arg("-c")
            .arg(format!("printf %s {}", quote(nasty)))
            .output()
            .unwrap();
        assert_eq!(String::from_utf8(out.stdout).unwrap(), nasty);
    }

    #[test]
    fn is_a_script_that_the_shell_can_read() {
        let data = "#cloud-config\nhostname: w1\nusers:\n- default\n- name: gyre\n  sudo: ALL=(ALL) NOPASSWD:ALL\n  ssh_authorized_keys: [ssh-ed25519 AAAA it's]\nssh_keys:\n  ed25519_private: |\n    secret\n  ed25519_public: ssh-ed25519 AAAA\nwrite_files:\n- {path: /tmp/a, content: hello, permissions: '0600'}\nruncmd:\n- [echo, 'a b']\n- echo c\npackages: [vim]\n";
        let script = script(data.as_bytes(), &["ssh-ed25519 BBBB".to_owned()]);
        let parsed = std::process::Command::new("sh").arg("-n").arg("-c").arg(&script).status().unwrap();
        assert!(parsed.success(), "{script}");
        for part in [
            "add_user 'gyre' '/bin/bash' '' 'ALL=(ALL) NOPASSWD:ALL'",
            "ssh_host_ed25519_key",
            "'packages'",
            "BBBB",
        ] {
            assert!(script.contains(part), "{part} is missing in {script}");
        }
    }

    #[test]
    fn a_name_that_would_be_code_is_refused() {
        let script = script(b"#cloud-config\nusers:\n- name: 'x; rm -rf /'\n", &[]);
        assert!(!script.contains("rm -rf"), "{script}");
    }
}
