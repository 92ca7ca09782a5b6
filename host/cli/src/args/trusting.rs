//! The command line of trust: the lock, keys and signatures.

use clap::{Args, Subcommand, ValueHint};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub enum TrustCommand {
    /// Pin digest and size of every configured plugin in gyre.lock: nothing else is loaded from then on
    Lock {
        /// Only say whether gyre.lock is what it would be
        #[arg(long)]
        check: bool,
    },
    /// Make a key pair for signing components, in minisign's files
    Keygen(KeygenArgs),
    /// Sign components: each signature is put beside its component, COMPONENT.wasm.minisig
    Sign(SignArgs),
    /// Check signatures of components, against the publishers of the configuration or one key
    Verify(VerifyArgs),
    /// Show whose signatures count, or add a publisher to the configuration
    Trust(TrustArgs),
}

#[derive(Debug, Args)]
pub struct KeygenArgs {
    /// File for the secret key
    #[arg(long, value_name = "FILE", default_value = "publisher.key", value_hint = ValueHint::FilePath)]
    pub secret: PathBuf,
    /// File for the public key
    #[arg(long, value_name = "FILE", default_value = "publisher.pub", value_hint = ValueHint::FilePath)]
    pub public: PathBuf,
    #[command(flatten)]
    pub password: PasswordArgs,
    /// Leave the secret key without a password
    #[arg(short = 'W', long, conflicts_with = "password_file")]
    pub no_password: bool,
}

#[derive(Debug, Args)]
pub struct PasswordArgs {
    /// File whose first line is the secret key's password, `-` for standard input [default: asked on the terminal,
    /// without an echo]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub password_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct SignArgs {
    /// The components
    #[arg(required = true, value_name = "COMPONENT", value_hint = ValueHint::FilePath)]
    pub components: Vec<PathBuf>,
    /// File with the secret key
    #[arg(long, value_name = "FILE", default_value = "publisher.key", value_hint = ValueHint::FilePath)]
    pub secret: PathBuf,
    #[command(flatten)]
    pub password: PasswordArgs,
    /// What is signed with the component and shown with it [default: time and file name]
    #[arg(long, value_name = "TEXT")]
    pub comment: Option<String>,
}

#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// Files, or names of plugins in the configuration [default: all plugins of the configuration]
    #[arg(value_name = "COMPONENT-OR-PLUGIN", value_hint = ValueHint::FilePath)]
    pub of: Vec<String>,
    /// Whose signature it has to be: a public key, RW…, or its file [default: the publishers of the configuration]
    #[arg(long, value_name = "KEY-OR-FILE")]
    pub public: Option<String>,
}

#[derive(Debug, Args)]
pub struct TrustArgs {
    /// Name of the publisher, as you like [default: show all]
    #[arg(requires = "key")]
    pub name: Option<String>,
    /// The publisher's public key, RW…, or its file
    #[arg(value_name = "KEY-OR-FILE")]
    pub key: Option<String>,
    /// Only plugins with such a name: `acme-*`
    #[arg(long, value_name = "PATTERN", requires = "key")]
    pub plugins: Vec<String>,
    /// Only plugins that import nothing but such interfaces: `gyre:host/log`
    #[arg(long, value_name = "PATTERN", requires = "key")]
    pub interfaces: Vec<String>,
    /// Do not ask; needed where nobody can be asked, and with --json
    #[arg(short, long)]
    pub yes: bool,
}
