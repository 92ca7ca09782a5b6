//! The command line: what can be asked of gyre, in the words of its help. Refuses to do any of it.

mod authoring;
mod installing;
mod trusting;

pub use authoring::{
    AuthorCommand, GuestImageArgs, KindArg, LanguageArg, ReplayArgs, TestArgs, TriedArgs, TryArgs,
};
pub use installing::{ConsentArgs, InstallArgs, InstallCommand, PushArgs, UpdateArgs};
pub use trusting::{KeygenArgs, PasswordArgs, SignArgs, TrustArgs, TrustCommand, VerifyArgs};

use crate::scheduling::ScheduleCommand;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueHint};
use clap_complete::Shell;
use gyre_core::Bandwidth;
use gyre_core::config::Compress;
use gyre_engine::ExecuteOptions;
use std::path::PathBuf;

/// Replicate and migrate virtual machines to OpenStack.
///
/// A replica is a machine's disks, kept at a destination and brought up to date by executions that move
/// only what changed. A deployment makes a server out of it, on a clone, as often as you like. A
/// migration is both at once.
///
/// Whatever was interrupted goes on when the same command is run again. Ctrl-C stops a job and removes
/// what it made; a second Ctrl-C leaves at once, and the job waits to be resumed.
#[derive(Debug, Parser)]
#[command(
    name = "gyre",
    version,
    max_term_width = 100,
    subcommand_required = true,
    arg_required_else_help = true
)]
#[command(
    after_help = "Exit codes: 0 done · 1 other error · 2 wrong request or configuration · 3 denied · 4 not found · \
5 conflict · 6 unavailable, try again later · 7 cancelled"
)]
pub struct Cli {
    /// Configuration file [default: ./gyre.toml, then /etc/gyre/gyre.toml]
    #[arg(long, global = true, env = "GYRE_CONFIG", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,

    /// Answer with one JSON document on standard output; progress and log go to standard error
    #[arg(long, global = true)]
    pub json: bool,

    /// Let this server do it: for the commands replica, deploy, migrate, job and schedule
    #[arg(long, global = true, env = "GYRE_SERVER", value_name = "URL")]
    pub server: Option<String>,

    /// File with the server's token [default, for a server on this host: that of the configuration]
    #[arg(long, global = true, env = "GYRE_TOKEN_FILE", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub token_file: Option<PathBuf>,

    /// Say more: once for what gyre does, twice for what plugins say, three times for everything
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,

    /// Write down what passes between plugins and gyre while this command runs, without secrets, for `gyre plugin
    /// replay`; the file must not be there yet
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub record: Option<PathBuf>,

    #[command(subcommand)]
    pub command: Command,
}

/// What is asked.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Plugins: what they are, what they import, what they are granted, and whose may run
    #[command(subcommand)]
    Plugin(PluginCommand),
    /// Look at machines where they are now
    #[command(subcommand)]
    Source(SourceCommand),
    /// Look at options: what there is, what is set where, what a destination's cloud offers
    #[command(subcommand, name = "option")]
    Options(OptionCommand),
    /// Ask whether everything is ready, without creating anything
    Check(CheckArgs),
    /// Replicas: a machine's disks at a destination, brought up to date by executions
    #[command(subcommand)]
    Replica(ReplicaCommand),
    /// Make a server out of what a replica's last successful execution left
    Deploy(DeployArgs),
    /// Replicate a machine, deploy it, and keep nothing but the new server
    Migrate(MigrateArgs),
    /// Execute replicas regularly, while `gyre serve` runs
    #[command(subcommand)]
    Schedule(ScheduleCommand),
    /// Look at jobs, and deal with those that are not over
    #[command(subcommand)]
    Job(JobCommand),
    /// Look for what gyre made at a destination and no job owns any more, and remove it
    #[command(subcommand)]
    Orphans(OrphansCommand),
    /// Run jobs and answer the HTTP API until told to stop; jobs that were interrupted go on
    Serve,
    /// Do with one disk image by hand what a job does with the disks of a machine
    #[command(subcommand)]
    Disk(DiskCommand),
    /// Print shell completions
    Completions {
        /// For this shell
        shell: Shell,
    },
}

#[derive(Debug, Subcommand)]
pub enum PluginCommand {
    /// List the configured plugins
    List,
    #[command(flatten)]
    Author(AuthorCommand),
    /// Show imports, digest, signature, grants, limits and options of one plugin, or of all, without running it
    ///
    /// Who it is and which options it has is read in its file, where `gyre plugin build` put it (the section gyre:about).
    Inspect {
        /// Name in the configuration, or the file of a component that stands in none
        #[arg(value_name = "NAME|FILE", value_hint = ValueHint::AnyPath)]
        name: Option<String>,
        /// Ask the component itself, where it may be loaded: its `describe` runs in an empty sandbox, with no import lent,
        /// for at most 1 s of computing and in 16 MiB
        #[arg(long)]
        run: bool,
    },
    #[command(flatten)]
    Trusting(TrustCommand),
    #[command(flatten)]
    Installing(InstallCommand),
}

#[derive(Debug, Subcommand)]
pub enum SourceCommand {
    /// List machines of one source, or of all
    List {
        /// Source in the configuration
        endpoint: Option<String>,
        /// Only machines whose name contains this
        #[arg(long)]
        name: Option<String>,
    },
    /// Show one machine: processors, memory, disks, networks
    Show {
        /// Source in the configuration
        endpoint: String,
        /// Machine, as `gyre source list` shows its id
        vm: String,
    },
}

/// Which machine goes where.
#[derive(Debug, Args)]
pub struct Route {
    /// Source in the configuration
    #[arg(long, value_name = "ENDPOINT")]
    pub source: String,
    /// Machine, as `gyre source list` shows its id; given again, another one, with a job and a fate of its own
    #[arg(long, value_name = "ID", required = true)]
    pub vm: Vec<String>,
    /// Destination in the configuration
    #[arg(long, value_name = "ENDPOINT")]
    pub destination: String,
    #[command(flatten)]
    pub options: OptionArgs,
}

#[derive(Debug, Subcommand)]
pub enum OptionCommand {
    /// List options with their types, defaults and meanings
    ///
    /// Of a source, a destination and an OS-morphing plugin of the configuration it is shown too what is set, and where: what is given for one machine goes over
    /// [destination.NAME.config], this over the destination's INI file, this over [plugin.NAME.config], this over
    /// the plugin's INI file, and this over the plugin's defaults.
    List {
        /// Source, destination or plugin in the configuration
        #[arg(value_name = "ENDPOINT-OR-PLUGIN")]
        of: String,
        /// Only these options, and all that is said of each
        #[arg(value_name = "NAME")]
        names: Vec<String>,
        /// Show what the destination's cloud offers for each
        #[arg(long)]
        values: bool,
        #[command(flatten)]
        options: OptionArgs,
    },
}

/// Options of the destination for this machine. They go over those of the configuration; where several of the
/// following are given, --options goes over --environment, and -o over both. Tables are merged entry by entry.
#[derive(Debug, Default, Args)]
pub struct OptionArgs {
    /// The destination environment of this machine: JSON, in which `//` comments and last commas are let pass
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub environment: Option<PathBuf>,
    /// JSON object with options of the destination for this machine; goes over --environment
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub options: Option<PathBuf>,
    /// One option of the destination for this machine: `-o flavor_name=m1.small`; the value is JSON
    /// where it reads as such, and text otherwise. One entry of a table: `-o TABLE.KEY=VALUE`. Goes over --environment
    /// and --options
    #[arg(short, value_name = "KEY=VALUE")]
    pub option: Vec<String>,
}

#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Source in the configuration [default: all]
    #[arg(long, value_name = "ENDPOINT")]
    pub source: Option<String>,
    /// Machine of that source
    #[arg(long, value_name = "ID", requires = "source")]
    pub vm: Option<String>,
    /// Destination in the configuration [default: all]
    #[arg(long, value_name = "ENDPOINT")]
    pub destination: Option<String>,
    #[command(flatten)]
    pub options: OptionArgs,
}

#[derive(Debug, Subcommand)]
pub enum ReplicaCommand {
    /// Note which machines are to be replicated where; nothing is created at the destination yet
    ///
    /// Of one machine the replica has the name given; of several, each has one below it (`web/db-1`), and what
    /// is asked of `web` is done with each of them.
    Create {
        /// Its name from now on
        name: String,
        #[command(flatten)]
        route: Route,
    },
    /// Bring a replica up to date: the first time everything is copied, later only what changed
    Execute {
        /// Name of the replica
        name: String,
        #[command(flatten)]
        copy: CopyArgs,
    },
    /// Read a replica's disks at the destination again, and name each block that is not what the last execution left
    ///
    /// Nothing is changed, and the source is not asked. What is wrong is mended by the next execution.
    Verify {
        /// Name of the replica
        name: String,
    },
    /// Show a replica and its last jobs
    Show {
        /// Name of the replica
        name: String,
    },
    /// List replicas, by name
    List {
        /// Only those whose name or machine contains this
        #[arg(value_name = "TEXT")]
        text: Option<String>,
        /// Only those of this source
        #[arg(long, value_name = "ENDPOINT")]
        source: Option<String>,
        /// Only those to this destination
        #[arg(long, value_name = "ENDPOINT")]
        destination: Option<String>,
        /// Only those after this name: where the page before ended
        #[arg(long, value_name = "NAME")]
        after: Option<String>,
        /// At most so many
        #[arg(long, default_value_t = 100)]
        limit: usize,
    },
    /// Delete a replica, its disks at the destination and its snapshot at the source
    Delete {
        /// Name of the replica
        name: String,
        /// Do not ask; needed where nobody can be asked, and with --json
        #[arg(short, long)]
        yes: bool,
    },
}

/// How the disks are brought over.
#[derive(Debug, Args)]
pub struct CopyArgs {
    /// Power the machine off at its source before the snapshot; it stays off
    #[arg(long)]
    pub power_off_source: bool,
    /// What its disks together may be sent with, at all hours: `200 MiB/s`, `1 Gbit/s`, `unlimited` [default: as
    /// `[transfer]` has it]
    #[arg(long, value_name = "RATE")]
    pub bandwidth: Option<Bandwidth>,
    /// Compress what is sent with zstd: `auto` while measuring says that it is faster [default: as `[transfer]` has it]
    #[arg(long, value_name = "WHEN", value_parser = compress())]
    pub compress: Option<Compress>,
}

impl CopyArgs {
    pub fn options(&self) -> ExecuteOptions {
        let Self { power_off_source, bandwidth, compress } = *self;
        ExecuteOptions { power_off: power_off_source, bandwidth, compress }
    }
}

/// The words of the configuration; help and completions list them.
fn compress() -> impl TypedValueParser<Value = Compress> {
    PossibleValuesParser::new(Compress::ALL.map(Compress::name))
        .try_map(|word| Compress::named(&word).ok_or("it is none of them"))
}

/// How the server is made.
#[derive(Debug, Default, Args)]
pub struct MorphArgs {
    /// Which of several operating systems on the disks, as the error lists them
    #[arg(long, value_name = "ROOT")]
    pub system: Option<String>,
    /// Leave the guest as it is: no drivers, no cloud-init, no change of its network
    #[arg(long, conflicts_with_all = ["system", "luks_secret", "script"])]
    pub skip_morphing: bool,
    /// A secret of the configuration that may open encrypted disks (LUKS); several are tried in their order
    /// [default: `[deploy] luks-secrets`]
    #[arg(long, value_name = "NAME")]
    pub luks_secret: Vec<String>,
    /// A script of this machine, in place of that of `[scripts.linux]`: before-mount and after-mount run on
    /// the worker, the mounted root's path being the argument of the latter; first-boot runs in the guest
    #[arg(long, value_name = "PHASE=FILE")]
    pub script: Vec<String>,
}

#[derive(Debug, Args)]
pub struct DeployArgs {
    /// Name of the replica
    pub name: String,
    /// Give the server the replica's own disks instead of copies of them; the replica ends with that. A deployment that
    /// fails puts them back as they were, where the destination can
    #[arg(long)]
    pub own_disks: bool,
    #[command(flatten)]
    pub morph: MorphArgs,
}

#[derive(Debug, Args)]
pub struct MigrateArgs {
    #[command(flatten)]
    pub route: Route,
    #[command(flatten)]
    pub copy: CopyArgs,
    #[command(flatten)]
    pub morph: MorphArgs,
}

#[derive(Debug, Subcommand)]
pub enum JobCommand {
    /// List jobs, the newest first
    List {
        /// Only those of this replica
        #[arg(long, value_name = "NAME")]
        replica: Option<String>,
        /// Only those of this kind
        #[arg(long, value_parser = ["execution", "deployment", "migration", "deletion", "verification"])]
        kind: Option<String>,
        /// Only those that stand there
        #[arg(long, value_parser = ["running", "undoing", "stuck", "succeeded", "failed", "cancelled"])]
        status: Option<String>,
        /// Only those that are older than this job: where the page before ended
        #[arg(long, value_name = "ID")]
        before: Option<String>,
        /// At most so many
        #[arg(long, default_value_t = 20)]
        limit: u32,
    },
    /// Show a job, its steps and what it has come to
    Show {
        /// Id of the job
        #[arg(required_unless_present = "last")]
        id: Option<String>,
        /// The newest job
        #[arg(long, conflicts_with = "id")]
        last: bool,
        /// Show what it changed in the guest instead, file by file
        #[arg(long)]
        changes: bool,
    },
    /// Show what happened in a job: steps, retries, warnings, the lines of plugins
    Log {
        /// Id of the job
        #[arg(required_unless_present = "last")]
        id: Option<String>,
        /// The newest job
        #[arg(long, conflicts_with = "id")]
        last: bool,
        /// Go on until the job is over
        #[arg(short, long)]
        follow: bool,
    },
    /// Stop a job, whichever process works on it, and remove what it made
    Cancel {
        /// Id of the job
        id: String,
        /// End it at once, leave what it made, and name that
        #[arg(long)]
        force: bool,
    },
    /// Take what a stuck job cannot do as dealt with by hand, and go on with the rest
    Skip {
        /// Id of the job
        id: String,
    },
    /// Go on with a job that was interrupted or is stuck
    Resume {
        /// Id of the job
        id: String,
    },
    /// Remove what an unfinished job made, instead of going on with it
    Undo {
        /// Id of the job
        id: String,
    },
    /// Declare a stuck job over, leaving what it made where it is
    Abandon {
        /// Id of the job
        id: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum OrphansCommand {
    /// List what jobs left that are over, and what carries the mark of jobs that are not known here
    ///
    /// What belongs to a replica, to a job that is not over, or to a migrated server is no orphan, and only counted.
    /// What another installation of gyre made is unknown here, and so is what a lost state directory knew.
    List {
        /// Source or destination in the configuration [default: all]
        endpoint: Option<String>,
    },
    /// Remove orphans: all of them, or those that are named
    Remove {
        /// Source or destination in the configuration [default: all]
        endpoint: Option<String>,
        /// Only these, as `gyre orphans list` shows them: ID or KIND/ID
        #[arg(value_name = "ID")]
        ids: Vec<String>,
        /// Do not ask
        #[arg(long)]
        yes: bool,
        /// Those that are named may be ones that are unknown here: be sure that nobody else needs them
        #[arg(long, requires = "ids")]
        foreign: bool,
    },
}

/// One image, read by the plugin that jobs read it with.
#[derive(Debug, Args)]
pub struct ImageArgs {
    /// The image: a file, a block device, or an export of an NBD server (nbd://HOST:PORT/EXPORT, nbds, nbd+unix, nbd+ssh)
    #[arg(value_hint = ValueHint::FilePath)]
    pub image: PathBuf,
    /// How its bytes lie, as the plugin names it: raw, qcow2, … [default: told by its first bytes; of an export: raw]
    #[arg(long)]
    pub format: Option<String>,
    /// Where else files lie that the image names, besides its own directory
    #[arg(long, value_name = "DIRECTORY", value_hint = ValueHint::DirPath)]
    pub allow: Vec<PathBuf>,
    /// Where the passphrase of an encrypted image stands; one newline at its end is dropped
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub key_file: Option<PathBuf>,
    /// The plugin [default: that of [plugin.disk-image] in the configuration, else
    /// ../plugins/disk-image.wasm beside this program]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub component: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub enum DiskCommand {
    /// How large the disk is, and how much of it is data, zeros, and compressed
    Info {
        #[command(flatten)]
        image: ImageArgs,
    },
    /// What lies where, range by range
    Map {
        #[command(flatten)]
        image: ImageArgs,
    },
    /// One hash for the contents of the disk, whatever the format of the image
    Hash {
        #[command(flatten)]
        image: ImageArgs,
    },
    /// Copy the disk to a file or a block device, raw, and prove what was written
    Copy {
        #[command(flatten)]
        image: ImageArgs,
        /// Where to; a file that is not there is made
        #[arg(value_hint = ValueHint::FilePath)]
        target: PathBuf,
        /// Write over a file or a device that is there
        #[arg(long)]
        overwrite: bool,
        /// Do not read back what was written: it is hashed on its way all the same, and made durable
        #[arg(long)]
        no_proof: bool,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(std::iter::once("gyre").chain(line.split_whitespace()))
    }

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_of_the_tour_is_understood() {
        for line in [
            "plugin list",
            "plugin inspect openstack",
            "plugin inspect target/my-os.wasm --run",
            "plugin lock",
            "plugin lock --check",
            "plugin keygen --secret acme.key --public acme.pub --password-file word",
            "plugin keygen -W",
            "plugin sign a.wasm b.wasm --secret acme.key --comment released",
            "plugin verify openstack",
            "plugin verify a.wasm --public acme.pub",
            "plugin install oci://registry.example/acme/suse:1.2 --name suse --yes --accept-wider --lock",
            "plugin install mirror",
            "plugin update --check",
            "plugin update suse --yes",
            "plugin trust",
            "plugin trust acme RWx --plugins acme-* --interfaces gyre:host/log --yes",
            "plugin new --kind osmorphing --language python my-os --dir plugins/my-os",
            "plugin build plugins/my-os",
            "plugin build target/a.wasm target/b.wasm",
            "plugin try target/my-os.wasm --root tree --morph --chroot --hypervisor none -o console=true",
            "plugin test target/my-os.wasm --root tree --json",
            "source list",
            "serve",
            "--server http://127.0.0.1:7766 replica list",
            "source list lab --name web",
            "source show lab web-01",
            "check",
            "check --source lab --vm web-01 --destination cloud",
            "replica create web --source lab --vm web-01 --destination cloud -o flavor_name=m1.small -o set_dhcp=true",
            "replica create web --source lab --vm web-01 --destination cloud --options web.json",
            "replica create web --source lab --vm web-01 --destination cloud --environment web.json -o set_dhcp=true",
            "option list openstack",
            "option list vmware vms",
            "option list cloud --values",
            "option list cloud --values migr_image flavor_name -o list_all_destination_networks=true",
            "replica execute web --json",
            "replica execute web --power-off-source",
            "replica execute web --bandwidth 200MiB/s --compress always",
            "replica execute web --compress auto",
            "schedule create web --cron @daily",
            "schedule create web --name nightly --cron @daily --zone Europe/Berlin --missed once --until 2027-01-01 --deploy --system a",
            "schedule list",
            "schedule list --replica web",
            "schedule change nightly --cron @weekly --no-until --power-off-source false",
            "schedule run nightly",
            "schedule show nightly",
            "schedule pause nightly",
            "schedule resume nightly",
            "schedule delete nightly",
            "schedule next nightly -n 3",
            "replica show web",
            "replica verify web --json",
            "replica create web --source lab --vm web-01 --vm db-01 --destination cloud",
            "replica list --config /etc/gyre.toml -vv",
            "replica list web --source lab --destination cloud --after web-7 --limit 10",
            "replica delete web --yes",
            "deploy web --system disk0/part1",
            "deploy web --skip-morphing",
            "deploy web --luks-secret a --luks-secret b --script first-boot=x --script after-mount=y",
            "deploy web --own-disks",
            "migrate --source lab --vm web-01 --destination cloud",
            "migrate --source lab --vm web-01 --destination cloud --power-off-source --bandwidth unlimited --compress never",
            "job list --limit 5",
            "job list --replica web --kind execution --status failed --before 0123456789ab",
            "job log 0123456789ab --follow",
            "job log --last",
            "job cancel 0123456789ab --force",
            "job skip 0123456789ab",
            "job show 0123456789ab",
            "job show --last",
            "job show 0123456789ab --changes",
            "job resume 0123456789ab",
            "job undo 0123456789ab",
            "job abandon 0123456789ab",
            "orphans list",
            "orphans list cloud --json",
            "orphans remove --yes",
            "orphans remove cloud 1b2c port/3d4e --foreign --yes",
            "disk info web.qcow2",
            "disk map web.vmdk --format vmdk --allow /srv/base",
            "disk hash web.raw --component disk-image.wasm --json",
            "disk copy web.qcow2 /dev/vdb --overwrite",
            "completions bash",
        ] {
            parse(line).unwrap_or_else(|e| panic!("{line}: {e}"));
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for line in [
            "",
            "replica",
            "replica create web --source lab --vm web-01",
            "check --vm web-01",
            "deploy web --system a --skip-morphing",
            "deploy web --script first-boot=x --skip-morphing",
            "job show",
            "schedule create web",
            "schedule create web --cron @daily --skip-morphing",
            "schedule create web --cron @daily --missed twice",
            "schedule next web -n 0",
            "schedule change nightly",
            "schedule change nightly --no-until --until 2027-01-01",
            "plugin sign",
            "plugin trust acme",
            "plugin keygen --password geheim",
            "option list",
            "job show 0123456789ab --last",
            "completions tcl",
            "disk copy web.qcow2",
            "plugin try my-os.wasm",
            "plugin try my-os.wasm --root tree --chroot",
            "plugin new --kind osmorphing --language cobol my-os",
            "replica execute web --password x",
            "replica execute web --bandwidth fast",
            "replica execute web --compress fast",
            "migrate --source lab --vm web-01 --destination cloud --compress",
            "orphans",
            "orphans remove cloud --foreign",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }

    #[test]
    fn the_help_fits_a_screen_and_names_every_command() {
        let help = Cli::command().render_help().to_string();
        for word in [
            "plugin",
            "source",
            "option",
            "check",
            "replica",
            "deploy",
            "migrate",
            "schedule",
            "job",
            "orphans",
            "disk",
            "serve",
            "completions",
            "Exit codes",
        ] {
            assert!(help.contains(word), "{word} is missing:\n{help}");
        }
        assert!(help.lines().count() < 40, "{help}");
    }
}
