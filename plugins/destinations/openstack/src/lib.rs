//! OpenStack as a destination: volumes in Cinder, temporary workers and migrated servers in Nova, their
//! ports in Neutron. Every step finds what it made before by the token it left there, so that it may
//! be repeated after any crash. Knows nothing of sources, of what is on the disks, or of how it gets there.

mod check;
mod checkpoint;
mod choices;
mod cinder;
mod cloud;
mod contract;
mod disks;
mod findings;
mod glance;
mod instance;
mod keystone;
mod marked;
mod marks;
mod neutron;
mod nova;
mod options;
mod ports;
mod quota;
mod wait;
mod worker;

use cloud::Cloud;
use contract::{
    About, Choices, Config, Destination, Finding, Instance, MarkedPage, Morphing, OsType, Outcome, Result,
    Step, TargetDisk, VmSpec, Worker, WorkerRole, about,
};
use options::Options;
use wait::Run;

/// The plugin.
pub struct OpenStack;

/// A call outside any step: it looks and changes nothing.
fn look(config: &Config) -> Result<(Cloud, Options)> {
    let options = Options::parse(config.as_str())?;
    Ok((Cloud::new(options.auth.clone()), options))
}

#[allow(missing_docs)] // each verb is documented in wit/plugin.wit
impl Destination for OpenStack {
    const ABOUT: About =
        about!("openstack", "OpenStack: volumes, temporary workers and migrated servers").config::<Options>();

    fn check(config: Config, vm: Option<&VmSpec>) -> Result<Vec<Finding>> {
        let (mut cloud, options) = look(&config)?;
        check::check(&mut cloud, &options, vm)
    }

    fn options(config: Config, names: &[String]) -> Result<Vec<Choices>> {
        let options = Options::read(config.as_str())?;
        choices::options(&mut Cloud::new(options.auth.clone()), &options, names)
    }

    fn ensure_disks(step: &Step, vm: &VmSpec, existing: Option<&str>) -> Result<Outcome> {
        let mut run = Run::forward(step)?;
        let flow = disks::ensure(&mut run, vm, existing);
        run.end(flow)
    }

    fn describe_disks(config: Config, disks: &str) -> Result<Vec<TargetDisk>> {
        let (mut cloud, options) = look(&config)?;
        disks::describe(&mut cloud, &options, disks)
    }

    fn remove_disks(step: &Step, disks: &str) -> Result<Outcome> {
        let mut run = Run::undo(step)?;
        let flow = disks::remove(&mut run, disks);
        run.end(flow)
    }

    fn ensure_worker(step: &Step, role: WorkerRole, os: OsType, disks: &str) -> Result<Outcome> {
        let mut run = Run::forward(step)?;
        let flow = worker::ensure(&mut run, role, os, disks);
        run.end(flow)
    }

    fn describe_worker(config: Config, worker: &str) -> Result<Worker> {
        let (mut cloud, _) = look(&config)?;
        worker::describe(&mut cloud, worker)
    }

    fn worker_console(config: Config, worker: &str) -> Result<Option<String>> {
        let (mut cloud, _) = look(&config)?;
        worker::console(&mut cloud, worker)
    }

    fn remove_worker(step: &Step, worker: &str) -> Result<Outcome> {
        let mut run = Run::undo(step)?;
        let flow = worker::remove(&mut run, worker);
        run.end(flow)
    }

    fn ensure_checkpoint(step: &Step, disks: &str) -> Result<Outcome> {
        let mut run = Run::forward(step)?;
        let flow = checkpoint::ensure(&mut run, disks);
        run.end(flow)
    }

    fn remove_checkpoint(step: &Step, checkpoint: &str) -> Result<Outcome> {
        let mut run = Run::undo(step)?;
        let flow = checkpoint::remove(&mut run, checkpoint);
        run.end(flow)
    }

    fn ensure_clone(step: &Step, checkpoint: &str, clone: bool) -> Result<Outcome> {
        let mut run = Run::forward(step)?;
        let flow = checkpoint::ensure_clone(&mut run, checkpoint, clone);
        run.end(flow)
    }

    fn remove_clone(step: &Step, disks: &str) -> Result<Outcome> {
        let mut run = Run::undo(step)?;
        let flow = checkpoint::remove_clone(&mut run, disks);
        run.end(flow)
    }

    fn restore_checkpoint(step: &Step, checkpoint: &str) -> Result<Outcome> {
        let mut run = Run::undo(step)?;
        let flow = checkpoint::restore(&mut run, checkpoint);
        run.end(flow)
    }

    fn plan_morphing(config: Config, vm: &VmSpec) -> Result<Morphing> {
        let options = Options::parse(config.as_str())?;
        Ok(instance::plan(&options, vm))
    }

    fn ensure_instance(step: &Step, vm: &VmSpec, disks: &str) -> Result<Outcome> {
        let mut run = Run::forward(step)?;
        let flow = instance::ensure(&mut run, vm, disks);
        run.end(flow)
    }

    fn describe_instance(config: Config, instance: &str) -> Result<Instance> {
        let (mut cloud, _) = look(&config)?;
        instance::describe(&mut cloud, instance)
    }

    fn remove_instance(step: &Step, instance: &str) -> Result<Outcome> {
        let mut run = Run::undo(step)?;
        let flow = instance::remove(&mut run, instance);
        run.end(flow)
    }

    fn list_marked(config: Config, after: Option<&str>) -> Result<MarkedPage> {
        // What is left over must be found though nobody has chosen an image yet.
        let options = Options::read(config.as_str())?;
        marked::list(&mut Cloud::new(options.auth), after)
    }

    fn remove_marked(step: &Step, kind: &str, id: &str) -> Result<Outcome> {
        let mut run = Run::undo(step)?;
        let flow = marked::remove(&mut run, kind, id);
        run.end(flow)
    }
}

gyre_plugin::export!(destination: OpenStack);
