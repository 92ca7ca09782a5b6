//! The parts of gyre put together: configuration, secrets, plugins, state, engine. Knows what belongs
//! where, and no rule of any of them.

use crate::clouds::Surroundings;
use crate::endpoints::Plugins;
use crate::place;
use crate::screen::Screen;
use crate::vault::{Opened, Vault};
use crate::workers::AgentWorkers;
use gyre_core::Result;
use gyre_core::config::Config;
use gyre_engine::{Engine, Reporter, Settings};
use gyre_mover::{Allowance, CopyOptions};
use gyre_saga::{Owner, Policy, SqliteStore, Store};
use gyre_schedule::Schedules;
use gyre_ssh::Identity;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Name of the host's own secret in the state directory.
pub const IDENTITY_NAME: &str = "host.key";

/// One process of gyre.
pub struct App {
    /// The configuration, each endpoint with its login.
    pub config: Arc<Config>,
    /// The state directory.
    pub state: PathBuf,
    /// Plugins and what their endpoints are called.
    pub plugins: Arc<Plugins>,
    /// The jobs.
    pub engine: Engine,
    /// When replicas are executed.
    pub schedules: Schedules,
    /// Files with secrets in them that everybody on this machine may read.
    pub open_files: Vec<PathBuf>,
}

impl App {
    /// Reads the configuration and opens the state directory. Loads no plugin and calls nobody.
    ///
    /// # Errors
    /// `config.*`, `store.*`, `ssh.identity`, `sandbox.*`.
    pub fn open(config: Option<&Path>, reporter: Arc<dyn Reporter>) -> Result<Self> {
        let mut config = place::config(config)?;
        let state = place::ensure_state(&config)?;
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&state, Owner::this_process())?);
        let Opened { vault, broken, open_files } = Vault::open(&mut config, &Surroundings::of_process());
        let (config, vault) = (Arc::new(config), Arc::new(vault));
        let identity = Identity::load_or_create(&state.join(IDENTITY_NAME))?;
        let plugins = Arc::new(Plugins::new(config.clone(), &state, vault.clone(), identity, broken)?);
        let workers = AgentWorkers::new(config.clone(), vault, plugins.clone());
        let settings = Settings {
            directory: state.clone(),
            transfer: config.transfer.clone(),
            allowance: Allowance::new(&config.transfer)?,
            jobs: config.jobs.clone(),
            copy: CopyOptions::default(),
            policy: Policy::default(),
        };
        let engine = Engine::new(store.clone(), plugins.clone(), Arc::new(workers), reporter, settings);
        Ok(Self { config, state, plugins, engine, schedules: Schedules::new(store), open_files })
    }

    /// Says what is wrong with the configuration and does not stop anything.
    pub fn warn(&self, screen: &Screen) {
        for path in &self.open_files {
            let path = path.display();
            screen.line(&format!("! everybody on this machine may read the secrets in {path}: chmod 600 it"));
        }
    }
}
