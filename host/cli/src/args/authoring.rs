//! The arguments of those who write plugins.

use clap::{Args, Subcommand, ValueEnum, ValueHint};
use std::path::PathBuf;

/// What a plugin is.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum KindArg {
    /// Reads machines from where they are
    Source,
    /// Creates disks and machines where they go
    Destination,
    /// Makes a family of operating systems boot there
    Osmorphing,
}

/// What a plugin is written in.
#[derive(Clone, Copy, Debug, ValueEnum)]
#[allow(missing_docs)]
pub enum LanguageArg {
    Rust,
    Python,
    #[value(name = "javascript")]
    JavaScript,
}

/// A plugin by itself.
#[derive(Debug, Args)]
pub struct TriedArgs {
    /// File of the component, which is granted nothing; or the name of a plugin in the configuration, with what it is
    /// granted there
    #[arg(value_hint = ValueHint::FilePath)]
    pub component: String,
    /// One option of the plugin: `-o console=true`; the value is JSON where it reads as such, and text otherwise
    #[arg(short, value_name = "KEY=VALUE")]
    pub option: Vec<String>,
    /// Link WASI without effect, as `wasi = "inert"` does in the configuration
    #[arg(long)]
    pub wasi: bool,
}

/// How an OS-morphing plugin is tried.
#[derive(Debug, Args)]
pub struct TryArgs {
    #[command(flatten)]
    pub tried: TriedArgs,
    /// The guest: a directory that holds its tree, or an image of its disk (needs root). It is only read
    #[arg(long, value_name = "DIR|IMAGE", value_hint = ValueHint::AnyPath)]
    pub root: PathBuf,
    #[command(flatten)]
    pub image: GuestImageArgs,
    /// Morph a temporary copy, of at most 8 GiB of a tree and 64 GiB of an image, and show what changed in it
    #[arg(long)]
    pub morph: bool,
    /// Let the plugin run programs of the tree in its copy, as a worker does; needs root. Without it each is refused
    #[arg(long, requires = "morph")]
    pub chroot: bool,
    /// What the destination would say of its hypervisor; `none` for none
    #[arg(long, default_value = "kvm", value_name = "NAME")]
    pub hypervisor: String,
    /// Leave the guest's addresses as they are
    #[arg(long)]
    pub keep_network: bool,
    /// The machine, as `gyre --json source show` prints it [default: one that is called `tried`]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub vm: Option<PathBuf>,
}

/// What else is told of an image that is named as a guest.
#[derive(Debug, Args)]
pub struct GuestImageArgs {
    /// Which of several systems in the image: its root or its name, as the error lists them
    #[arg(long, value_name = "ROOT")]
    pub system: Option<String>,
    /// How the image's bytes lie: raw, qcow2, … [default: told by its first bytes]
    #[arg(long)]
    pub format: Option<String>,
    /// Where else files lie that the image names, besides its own directory
    #[arg(long, value_name = "DIRECTORY", value_hint = ValueHint::DirPath)]
    pub allow: Vec<PathBuf>,
    /// Where the passphrase of an encrypted image stands
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub key_file: Option<PathBuf>,
    /// The plugin that reads images [default: as for `gyre disk`]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub reader: Option<PathBuf>,
}

/// How a plugin is tested.
#[derive(Debug, Args)]
pub struct TestArgs {
    #[command(flatten)]
    pub tried: TriedArgs,
    /// A guest's tree that an OS-morphing plugin is to morph; it is only read, and copied for every test
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub root: Option<PathBuf>,
    /// Let the plugin run programs of the tree in its copies; needs root
    #[arg(long, requires = "root")]
    pub chroot: bool,
    /// A machine of the source, by its id: a snapshot of it is made, read and released, several times
    #[arg(long, value_name = "ID")]
    pub vm: Option<String>,
    /// Let a destination make disks, a worker, a checkpoint, a clone and a machine, several times, and remove them
    #[arg(long)]
    pub steps: bool,
    /// Enter workers of the destination with the agent, as a job does, to see that a checkpoint puts disks back
    #[arg(long, requires = "steps")]
    pub contents: bool,
    /// Let every call of the host fail and interrupt every change, however many there are: this may take hours
    #[arg(long)]
    pub every_call: bool,
}

/// How a recording is replayed.
#[derive(Debug, Args)]
pub struct ReplayArgs {
    /// What `--record FILE` wrote
    #[arg(value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
    /// File of the component, or the name of a plugin in the configuration; it need not be the build that was recorded
    /// [default: the configuration's plugins of the names in the recording]
    #[arg(value_hint = ValueHint::FilePath)]
    pub component: Option<String>,
    /// The plugin in the recording that is meant, where it holds several
    #[arg(long, value_name = "NAME")]
    pub plugin: Option<String>,
    /// Compare calls without a result, too: log lines, progress, handles that are let go of
    #[arg(long)]
    pub strict: bool,
    /// Link WASI without effect, as `wasi = "inert"` does in the configuration
    #[arg(long)]
    pub wasi: bool,
}

#[derive(Debug, Subcommand)]
pub enum AuthorCommand {
    /// Begin a plugin: a directory that builds, tests and runs as it stands
    New {
        /// Its name: lower-case letters, digits and hyphens
        name: String,
        /// What it is to be
        #[arg(long, value_enum)]
        kind: KindArg,
        /// What it is written in
        #[arg(long, value_enum)]
        language: LanguageArg,
        /// Where [default: ./NAME]
        #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
        dir: Option<PathBuf>,
        /// The Rust SDK: sdk/rust of a checkout [default: that which this gyre was built from]
        #[arg(long, value_name = "DIR", env = "GYRE_SDK", value_hint = ValueHint::DirPath)]
        sdk: Option<PathBuf>,
    },
    /// Build the component of a plugin's project: target/NAME.wasm in it
    ///
    /// The component is asked once who it is, with nothing lent to it, and the answer is put into its file (the section
    /// gyre:about), where `gyre plugin inspect` reads it without running anything. Sign after that.
    Build {
        /// Projects; or components that other tools made, which get that section [default: .]
        #[arg(value_name = "DIR|FILE", value_hint = ValueHint::AnyPath)]
        of: Vec<PathBuf>,
    },
    /// Let an OS-morphing plugin look at a guest's tree or image, and show what it would change
    Try(TryArgs),
    /// Hold a plugin against the rules of the contract
    Test(TestArgs),
    /// Run a plugin against a recording, without what it ran against then, and point at the first difference
    ///
    /// Every call that was made into the plugin is made again, and each call of the host is answered from the file.
    /// Nothing outside is reached. Log lines may change: only --strict compares calls that have no result.
    Replay(ReplayArgs),
}
