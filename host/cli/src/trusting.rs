//! `gyre plugin lock|keygen|sign|verify|trust`: files and questions around what `gyre-trust` decides. Opens no state
//! and loads no plugin. No rules.

use crate::answer::Answer;
use crate::args::{KeygenArgs, PasswordArgs, SignArgs, TrustArgs, TrustCommand, VerifyArgs};
use crate::asking::agree;
use crate::place;
use crate::show::Table;
use gyre_core::config::{Config, Require};
use gyre_core::error::Context as _;
use gyre_core::{Error, Result};
use gyre_trust::{
    Component, Difference, Gate, Lock, Pair, Password, Pin, Policy, PublicKey, SecretKey, replace,
    signature_path, write_new,
};
use serde_json::{Map, Value, json};
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// The largest key or password file.
const KEY_BYTES_MAX: u64 = 16 * 1024;
const SECRET_MODE: u32 = 0o600;
const PUBLIC_MODE: u32 = 0o644;
/// Instead of a file with a password.
const STDIN: &str = "-";
/// Digits of a digest in tables.
const SHORT_DIGITS: usize = 16;

/// Does what was asked.
///
/// # Errors
/// `config.*`, `lock.*`, `sign.*`, `trust.*`, `plugin.*`.
pub fn run(config: Option<&Path>, command: &TrustCommand, json: bool) -> Result<Answer> {
    match command {
        TrustCommand::Lock { check } => lock(&place::config(config)?, *check),
        TrustCommand::Keygen(args) => keygen(args),
        TrustCommand::Sign(args) => sign(args),
        TrustCommand::Verify(args) => verify(config, args),
        TrustCommand::Trust(args) => trust(&place::config(config)?, args, json),
    }
}

fn lock(config: &Config, only_check: bool) -> Result<Answer> {
    let path = Lock::path(config);
    let gate = Gate::open(config)?;
    let found = Lock::of(config, |name, component| {
        let sha256 = config.plugin.get(name).and_then(|plugin| plugin.sha256.as_deref());
        gate.admit_unlocked(name, sha256, component).map(drop)
    })?;
    let differences = gate.lock().cloned().unwrap_or_default().differences(&found);
    let is_same = gate.lock().is_some() && differences.is_empty();
    let json = json!({ "lock": path, "same": is_same, "changes": differences });
    let text = changes(&differences);
    if is_same {
        return Ok(Answer::new(json, format!("{} is what it should be\n", path.display())));
    }
    if only_check {
        let error = Error::conflict("lock.stale", format!("{} is not what it would be", path.display()));
        return Ok(Answer::new(json, text).with_error(Some(error)));
    }
    found.write(&path)?;
    Ok(Answer::new(json, format!("{text}{} pins {} plugins\n", path.display(), found.plugin.len())))
}

fn changes(differences: &[Difference]) -> String {
    let mut table = Table::new(&["plugin", "locked", "found"]);
    let pin = |pin: &Option<Pin>| {
        let short =
            |pin: &Pin| format!("{}… {} bytes", pin.sha256.get(..SHORT_DIGITS).unwrap_or("?"), pin.size);
        pin.as_ref().map_or_else(|| "–".to_owned(), short)
    };
    for difference in differences {
        table.row([&difference.plugin, &pin(&difference.locked), &pin(&difference.found)]);
    }
    if differences.is_empty() { String::new() } else { table.text() }
}

fn keygen(args: &KeygenArgs) -> Result<Answer> {
    for path in [&args.secret, &args.public] {
        if path.symlink_metadata().is_ok() {
            return Err(Error::conflict("sign.write", format!("{} is there already", path.display())));
        }
    }
    let password = if args.no_password { None } else { Some(new_password(&args.password)?) };
    let pair = Pair::generate(password.as_ref())?;
    write(&args.secret, pair.secret.as_bytes(), SECRET_MODE)?;
    write(&args.public, pair.public.text().as_bytes(), PUBLIC_MODE)?;
    let (id, line) = (pair.public.id().to_string(), pair.public.line());
    let json = json!({ "secret": args.secret, "public": args.public, "id": id, "key": line });
    let text = format!(
        "the secret key is in {}: keep it safe\nthe public key {id} is in {}; whoever trusts it writes:\n\n  \
         gyre plugin trust NAME {line}\n",
        args.secret.display(),
        args.public.display(),
    );
    Ok(Answer::new(json, text))
}

fn write(path: &Path, bytes: &[u8], mode: u32) -> Result<()> {
    write_new(path, bytes, mode).or_invalid("sign.write", || format!("{} cannot be written", path.display()))
}

fn sign(args: &SignArgs) -> Result<Answer> {
    let file = key_file(&args.secret)?;
    let is_encrypted = SecretKey::is_encrypted(&file)?;
    if !is_encrypted && is_readable_by_others(&args.secret) {
        return Err(open_to_others("sign.key", &args.secret));
    }
    let password = if is_encrypted { Some(password(&args.password, "Password: ")?) } else { None };
    let key = SecretKey::open(&file, password.as_ref())
        .map_err(|e| e.during(format!("the secret key in {} cannot be used", args.secret.display())))?;
    let (mut signed, mut text) = (Vec::new(), String::new());
    for path in &args.components {
        let signature = sign_one(&key, path, args.comment.as_deref())?;
        text += &format!("{}\n", signature.display());
        signed.push(json!({ "component": path, "signature": signature }));
    }
    Ok(Answer::new(json!({ "key": key.public().id().to_string(), "signed": signed }), text))
}

fn sign_one(key: &SecretKey, path: &Path, comment: Option<&str>) -> Result<PathBuf> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let component = Component::read(&name, path)?;
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let usual = format!("timestamp:{seconds}\tfile:{name}\thashed");
    let text = key.sign(component.bytes(), comment.unwrap_or(&usual))?;
    let signature = signature_path(path);
    replace(&signature, text.as_bytes(), PUBLIC_MODE)
        .or_invalid("sign.write", || format!("{} cannot be written", signature.display()))?;
    Ok(signature)
}

fn verify(config: Option<&Path>, args: &VerifyArgs) -> Result<Answer> {
    let config = match place::config(config) {
        // One key and files are enough.
        Err(error) if error.code == "config.missing" && args.public.is_some() => Config::default(),
        other => other?,
    };
    let judge = Judge::new(&config, args.public.as_deref())?;
    let mut table = Table::new(&["component", "signed by", "key", "comment"]);
    let (mut rows, mut failed) = (Vec::new(), None);
    for of in if args.of.is_empty() { config.plugin.keys().cloned().collect() } else { args.of.clone() } {
        match judge.judge(&config, &of) {
            Ok((by, key, comment)) => {
                table.row([&of, &by, &key, &comment]);
                rows.push(json!({ "component": of, "publisher": by, "key": key, "comment": comment }));
            }
            Err(error) => {
                table.row([&of, "–", "", &error.message]);
                rows.push(json!({ "component": of, "error": error }));
                failed = failed.or(Some(error));
            }
        }
    }
    Ok(Answer::new(json!({ "verified": rows }), table.text()).with_error(failed))
}

/// Whose signatures are asked for.
enum Judge {
    One(PublicKey),
    Publishers(Policy),
}

impl Judge {
    fn new(config: &Config, key: Option<&str>) -> Result<Self> {
        match key {
            Some(key) => Ok(Self::One(public_key(key)?)),
            None => Ok(Self::Publishers(Policy::new(&config.trust)?)),
        }
    }

    /// Who signed it, with which key, and what else was signed.
    fn judge(&self, config: &Config, of: &str) -> Result<(String, String, String)> {
        let configured = config.plugin.get(of).filter(|_| !Path::new(of).is_file());
        let path = configured.map_or_else(|| PathBuf::from(of), |plugin| plugin.component.clone());
        let stem = || path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let name = configured.map_or_else(stem, |_| of.to_owned());
        let component = Component::read(&name, &path)?;
        match self {
            Self::Publishers(policy) => {
                let signer = policy.judge(&name, &component)?;
                Ok((signer.publisher, signer.key, signer.comment))
            }
            Self::One(key) => {
                let missing = || Error::denied("plugin.unsigned", format!("{of} has no signature"));
                let comment = key.verify(component.bytes(), component.signature()?.ok_or_else(missing)?)?;
                Ok(("–".into(), key.id().to_string(), comment))
            }
        }
    }
}

fn trust(config: &Config, args: &TrustArgs, json: bool) -> Result<Answer> {
    let (Some(name), Some(key)) = (&args.name, &args.key) else { return publishers(config) };
    if config.trust.publisher.contains_key(name) {
        let what = format!("{} has a publisher {name} already", config.file.display());
        return Err(Error::conflict("trust.known", what));
    }
    let key = public_key(key)?;
    let added = entry(name, &key, args)?;
    let question =
        format!("{added}\nadd this to {}, and let the key {} sign?", config.file.display(), key.id());
    agree(&question, args.yes, json)?;
    append(&config.file, &added)?;
    let mut text = format!("{} trusts the key {} of {name}\n", config.file.display(), key.id());
    if config.trust.require == Require::Nothing {
        text += "signatures are only shown until it says: [trust] require = \"signed\"\n";
    }
    Ok(Answer::new(json!({ "publisher": name, "key": key.id().to_string(), "added": added }), text))
}

/// The lines of a publisher.
fn entry(name: &str, key: &PublicKey, args: &TrustArgs) -> Result<String> {
    let mut publisher = Map::from_iter([("key".to_owned(), json!(key.line()))]);
    for (option, patterns) in [("plugins", &args.plugins), ("interfaces", &args.interfaces)] {
        if !patterns.is_empty() {
            publisher.insert(option.into(), json!(patterns));
        }
    }
    let table = json!({ "trust": { "publisher": { name: Value::Object(publisher) } } });
    toml::to_string(&table).or_other("trust.edit", || "the publisher cannot be put in words".into())
}

/// Adds lines to the end of the configuration: nothing that stands there is touched.
fn append(path: &Path, added: &str) -> Result<()> {
    let what = || format!("{} cannot be changed", path.display());
    // The file itself, and not a link to it, is replaced.
    let path = path.canonicalize().or_invalid("trust.edit", what)?;
    let old = std::fs::read_to_string(&path).or_invalid("trust.edit", what)?;
    let mode = path.metadata().or_invalid("trust.edit", what)?.permissions().mode() & 0o7777;
    let text = format!("{}\n\n{added}", old.trim_end());
    let parsed = Config::parse(&text, path.parent().unwrap_or(Path::new("/")))
        .map_err(|e| Error::invalid("trust.edit", what()).cause(e))?;
    Policy::new(&parsed.trust)?;
    replace(&path, text.as_bytes(), mode).or_invalid("trust.edit", what)
}

fn publishers(config: &Config) -> Result<Answer> {
    Policy::new(&config.trust)?;
    let mut table = Table::new(&["publisher", "key", "plugins", "interfaces"]);
    let mut rows = Vec::new();
    for (name, publisher) in &config.trust.publisher {
        let interfaces =
            publisher.interfaces.as_ref().map_or("all that are lent".into(), |list| list.join(", "));
        for line in publisher.key.all() {
            let id = PublicKey::parse(line)?.id().to_string();
            table.row([name, &id, &publisher.plugins.join(", "), &interfaces]);
            rows.push(json!({
                "publisher": name, "id": id, "key": line,
                "plugins": publisher.plugins, "interfaces": publisher.interfaces,
            }));
        }
    }
    let required = match config.trust.require {
        Require::Signed => "components must be signed by one of these\n",
        Require::Nothing => "signatures are not required: [trust] require = \"signed\" asks for them\n",
    };
    let text = if rows.is_empty() { "no publishers\n".into() } else { table.text() };
    Ok(Answer::new(
        json!({ "require": config.trust.require, "publishers": rows }),
        format!("{text}{required}"),
    ))
}

/// A key as it was given: itself, or its file.
fn public_key(key: &str) -> Result<PublicKey> {
    let path = Path::new(key);
    if path.is_file() { PublicKey::parse(&key_file(path)?) } else { PublicKey::parse(key) }
        .map_err(|e| e.cause(format!("neither is {key:?}, nor the file of that name")))
}

fn key_file(path: &Path) -> Result<String> {
    let what = || format!("the key in {} cannot be read", path.display());
    text(std::fs::File::open(path).or_invalid("sign.key", what)?, what)
}

fn text(from: impl std::io::Read, what: impl Fn() -> String) -> Result<String> {
    let mut text = String::new();
    from.take(KEY_BYTES_MAX).read_to_string(&mut text).or_invalid("sign.key", what)?;
    Ok(text)
}

fn new_password(args: &PasswordArgs) -> Result<Password> {
    let first = password(args, "Password for the secret key: ")?;
    if args.password_file.is_none() && !first.is_same(&typed("The same again: ")?) {
        return Err(Error::invalid("sign.password", "the two passwords are not the same"));
    }
    Ok(first)
}

/// Out of the file that was named, else from the terminal; never from the command line.
fn password(args: &PasswordArgs, prompt: &str) -> Result<Password> {
    let Some(path) = &args.password_file else { return typed(prompt) };
    if path.as_os_str() == STDIN {
        return Password::new(&text(std::io::stdin(), || "the password cannot be read".into())?);
    }
    if is_readable_by_others(path) {
        return Err(open_to_others("sign.password", path));
    }
    Password::new(&key_file(path)?)
}

fn typed(prompt: &str) -> Result<Password> {
    let text = rpassword::prompt_password(prompt)
        .or_invalid("sign.password", || "there is no terminal to ask for the password on".into())?;
    Password::new(&text)
}

fn is_readable_by_others(path: &Path) -> bool {
    path.metadata().is_ok_and(|meta| meta.permissions().mode() & 0o077 != 0)
}

fn open_to_others(code: &str, path: &Path) -> Error {
    Error::denied(code, format!("others may read {}", path.display()))
        .cause(format!("run: chmod 600 {}", path.display()))
}

#[cfg(test)]
mod tests;
