//! The token that clients show: where it lies, how one is made, how it is compared. Never printed.

use gyre_core::error::Context as _;
use gyre_core::{Error, Result};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

const CODE: &str = "serve.token";
/// Random bytes of a token that gyre makes: 256 bits.
const RANDOM_BYTES: usize = 32;
/// The shortest token that is taken, characters.
const CHARS_MIN: usize = 32;
/// The longest one.
const CHARS_MAX: usize = 512;

/// A token. Two are compared by their hashes, in a time that does not depend on them.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    /// What stands in a request.
    pub fn bearer(&self) -> String {
        format!("Bearer {}", self.0)
    }

    /// Whether somebody showed this one.
    pub fn is(&self, shown: &str) -> bool {
        // The comparison of such hashes takes the same time whatever they are.
        blake3::hash(self.0.as_bytes()) == blake3::hash(shown.as_bytes())
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token")
    }
}

/// The file in which a token lies.
#[derive(Clone, Debug)]
pub struct TokenFile(pub PathBuf);

impl TokenFile {
    /// The token; one is made where there is no file.
    ///
    /// # Errors
    /// As [`TokenFile::read`].
    pub fn read_or_create(&self) -> Result<Token> {
        if !self.0.exists() {
            self.create()?;
        }
        self.read()
    }

    /// The token.
    ///
    /// # Errors
    /// `serve.token`: the file cannot be read, others may read it, or what it holds is no token.
    pub fn read(&self) -> Result<Token> {
        let path = self.0.display();
        let what = || format!("the token file {path} cannot be used");
        let file = std::fs::File::open(&self.0).or_invalid(CODE, what)?;
        check_private(&file, &self.0)?;
        let mut text = String::new();
        file.take(CHARS_MAX as u64 + 2).read_to_string(&mut text).or_invalid(CODE, what)?;
        let token = text.trim();
        let is_plain = token.chars().all(|c| c.is_ascii_graphic());
        if is_plain && (CHARS_MIN..=CHARS_MAX).contains(&token.len()) {
            return Ok(Token(token.to_owned()));
        }
        let cause = format!("a token is a line of {CHARS_MIN} to {CHARS_MAX} letters, digits and signs");
        Err(Error::invalid(CODE, what()).cause(cause))
    }

    fn create(&self) -> Result<()> {
        let what = || format!("the token file {} cannot be made", self.0.display());
        let mut random = [0; RANDOM_BYTES];
        std::fs::File::open("/dev/urandom")
            .and_then(|mut f| f.read_exact(&mut random))
            .or_other(CODE, what)?;
        let token: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        let mut options = std::fs::OpenOptions::new();
        let file = options.write(true).create_new(true).mode(0o600).open(&self.0);
        match file {
            Ok(mut file) => writeln!(file, "{token}").or_other(CODE, what),
            // Somebody else was faster.
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(error).or_other(CODE, what),
        }
    }
}

fn check_private(file: &std::fs::File, path: &Path) -> Result<()> {
    let mode = file.metadata().or_other(CODE, || format!("{} cannot be looked at", path.display()))?.mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    let what = format!("others may read the token file {}", path.display());
    Err(Error::invalid(CODE, what).cause(format!(
        "its mode is {:o}: chmod 600 {}",
        mode & 0o777,
        path.display()
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_token_is_made_once_for_its_owner_alone() {
        let directory = tempfile::tempdir().unwrap();
        let file = TokenFile(directory.path().join("serve.token"));
        let token = file.read_or_create().unwrap();
        assert_eq!(std::fs::metadata(&file.0).unwrap().mode() & 0o777, 0o600);
        assert!(token.is(&file.read_or_create().unwrap().0), "the same again");
        assert_eq!(token.0.len(), RANDOM_BYTES * 2);
        assert!(!token.is("") && !token.is(&token.0[1..]) && !token.is(&token.0.to_uppercase()));
        assert!(!format!("{token:?}").contains(&token.0));
    }

    #[test]
    fn what_others_may_read_and_what_is_short_is_no_token() {
        let directory = tempfile::tempdir().unwrap();
        let file = TokenFile(directory.path().join("t"));
        let write = |text: &str, mode| {
            std::fs::write(&file.0, text).unwrap();
            std::fs::set_permissions(&file.0, std::fs::Permissions::from_mode(mode)).unwrap();
        };
        let good = "x".repeat(CHARS_MIN);
        for (text, mode) in [
            (good.as_str(), 0o640),
            ("short", 0o600),
            ("", 0o600),
            ("two words, which is not plain at all", 0o600),
            (&"x".repeat(CHARS_MAX + 1), 0o600),
        ] {
            write(text, mode);
            assert_eq!(file.read().unwrap_err().code, "serve.token", "{text:?}");
        }
        write(&format!("{good}\n"), 0o400);
        file.read().unwrap();
    }
}
