//! What a command or a request asks for: something to be done with a replica, with each of those below its name, or
//! with machines. Refuses to do it.

use crate::site::Site;
use crate::wire::Route;
use gyre_core::{Error, Result};
use gyre_engine::{Ask, DeployOptions, Engine, ExecuteOptions, NewReplica};

/// Something to be done.
#[derive(Clone, Debug)]
pub enum Order {
    /// To bring a replica up to date.
    Execute(String, ExecuteOptions),
    /// To make servers out of it.
    Deploy(String, DeployOptions),
    /// To remove it.
    Delete(String),
    /// To re-read its disks.
    Verify(String),
    /// To bring machines over.
    Migrate(Route, ExecuteOptions, DeployOptions),
}

impl Order {
    /// One thing to be done for each machine, with the name of what it is about.
    ///
    /// # Errors
    /// `store.*`, those of [`Site::environment`], `replica.machines`.
    pub async fn asks(&self, engine: &Engine, site: &dyn Site) -> Result<Vec<(String, Ask)>> {
        let deployment = match self {
            Order::Deploy(_, asked) | Order::Migrate(_, _, asked) => site.deployment(asked.clone())?,
            Order::Execute(..) | Order::Delete(_) | Order::Verify(_) => DeployOptions::default(),
        };
        let (name, ask): (_, &(dyn Fn(String) -> Ask + Sync)) = match self {
            Order::Execute(name, options) => (name, &|name| Ask::Execute(name, *options)),
            Order::Deploy(name, _) => (name, &|name| Ask::Deploy(name, deployment.clone())),
            Order::Delete(name) => (name, &Ask::Delete),
            Order::Verify(name) => (name, &Ask::Verify),
            Order::Migrate(route, execute, _) => {
                let new = new_replica(route, site).await?;
                let ask = |vm: &String| {
                    let new = NewReplica { vm: vm.clone(), ..new.clone() };
                    (vm.clone(), Ask::Migrate(new, *execute, deployment.clone()))
                };
                return Ok(route.vms.iter().map(ask).collect());
            }
        };
        let names = members(engine, name).await?;
        Ok(names.into_iter().map(|name| (name.clone(), ask(name))).collect())
    }
}

/// A replica to be made of the first machine of a route.
///
/// # Errors
/// `replica.machines`: there is none; those of [`Site::environment`].
pub async fn new_replica(route: &Route, site: &dyn Site) -> Result<NewReplica> {
    let Some(vm) = route.vms.first().filter(|_| route.vms.len() <= gyre_engine::MEMBERS_MAX) else {
        let what = format!("between one and {} machines must be named", gyre_engine::MEMBERS_MAX);
        return Err(Error::invalid("replica.machines", what));
    };
    Ok(NewReplica {
        source: route.source.clone(),
        vm: vm.clone(),
        destination: route.destination.clone(),
        options: site.environment(&route.destination, &route.given()).await?,
    })
}

/// What is asked of a replica is asked of each that stands below it.
async fn members(engine: &Engine, name: &str) -> Result<Vec<String>> {
    match engine.members(name).await {
        Ok(members) => Ok(members.into_iter().map(|replica| replica.name).collect()),
        // The job of a replica that is gone is finished by the same command all the same.
        Err(error) if error.code == "replica.unknown" => Ok(vec![name.to_owned()]),
        Err(error) => Err(error),
    }
}
