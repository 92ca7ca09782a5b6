//! Noting replicas, and finding them: one machine under one name, or many machines under one, each a replica of
//! its own with a name below it (`web/db-1`). Calls nobody at the destination.

use crate::NewReplica;
use crate::engine::Engine;
use crate::params::replica_subject;
use crate::replica::{Replica, check_name};
use gyre_core::name::NAME_MAX;
use gyre_core::{Error, Result, VmSpec};
use gyre_saga::{JobFilter, JobRecord};
use serde_json::Map;
use std::collections::BTreeSet;

/// Machines of one replica.
pub const MEMBERS_MAX: usize = 1000;
/// Replicas that are read at once when a list is filtered.
const PAGE: u32 = 200;

/// Which replicas are asked for.
#[derive(Clone, Debug, Default)]
pub struct ReplicaFilter {
    /// Only those whose name or machine contains this.
    pub text: Option<String>,
    /// Only those of this source.
    pub source: Option<String>,
    /// Only those to this destination.
    pub destination: Option<String>,
    /// Only those after this name: where the last page ended.
    pub after: Option<String>,
    /// At most so many.
    pub limit: usize,
}

impl ReplicaFilter {
    fn matches(&self, replica: &Replica) -> bool {
        let is = |wanted: &Option<String>, found: &str| wanted.as_ref().is_none_or(|wanted| wanted == found);
        let contains =
            |text: &String| replica.name.contains(text.as_str()) || replica.vm.contains(text.as_str());
        is(&self.source, &replica.source)
            && is(&self.destination, &replica.destination)
            && self.text.as_ref().is_none_or(contains)
    }
}

impl Engine {
    /// Notes a replica of one machine under this name, or one of each of many below it; their first executions
    /// make the disks. All are noted or none.
    ///
    /// # Errors
    /// `replica.name`, `replica.exists`, `replica.machines`; what the source says when it does not know a
    /// machine; `config.unknown-endpoint`, `config.option`.
    pub async fn create_replicas(
        &self,
        name: &str,
        new: NewReplica,
        more: &[String],
    ) -> Result<Vec<Replica>> {
        check_name(name)?;
        self.check_free(name).await?;
        self.shared.endpoints.digests(&new.source, &new.destination).await?;
        self.check_options(&new.destination, &new.options).await?;
        let vms = self.describe(&new, more).await?;
        let mut replicas = Vec::new();
        for (name, vm) in names(name, &vms).into_iter().zip(vms) {
            let fresh = self.fresh(&name, new.clone()).await?;
            replicas.push(Replica { vm: vm.id, host: vm.host, ..fresh });
        }
        self.save_all(replicas).await
    }

    /// Notes a replica of one machine.
    ///
    /// # Errors
    /// As [`Engine::create_replicas`].
    pub async fn create_replica(&self, name: &str, new: NewReplica) -> Result<Replica> {
        let made = self.create_replicas(name, new, &[]).await?.pop();
        made.ok_or_else(|| Error::other("replica.machines", "no replica was noted"))
    }

    /// A name is taken by a replica and by those below it.
    async fn check_free(&self, name: &str) -> Result<()> {
        match self.members(name).await {
            Err(error) if error.code == "replica.unknown" => Ok(()),
            Ok(_) => Err(exists(name)),
            Err(error) => Err(error),
        }
    }

    async fn describe(&self, new: &NewReplica, more: &[String]) -> Result<Vec<VmSpec>> {
        let asked: BTreeSet<_> = more.iter().chain([&new.vm]).collect();
        if asked.len() != more.len() + 1 || asked.len() > MEMBERS_MAX {
            let what = format!("a replica has at most {MEMBERS_MAX} machines, each once");
            return Err(Error::invalid("replica.machines", what));
        }
        let source = self.shared.endpoints.source(&new.source, &self.looking(Map::new())).await?;
        let mut vms = Vec::new();
        for vm in std::iter::once(&new.vm).chain(more) {
            vms.push(source.get_vm(vm).await?);
        }
        Ok(vms)
    }

    async fn save_all(&self, mut replicas: Vec<Replica>) -> Result<Vec<Replica>> {
        let store = &*self.shared.store;
        for index in 0..replicas.len() {
            let Some(replica) = replicas.get_mut(index) else { break };
            let Err(error) = replica.save(store).await else { continue };
            let name = replica.name.clone();
            for saved in replicas.iter().take(index) {
                Replica::forget(store, &saved.name).await?;
            }
            return Err(if error.code == "store.changed" { exists(&name) } else { error });
        }
        Ok(replicas)
    }

    pub(crate) async fn fresh(&self, name: &str, new: NewReplica) -> Result<Replica> {
        Ok(Replica {
            id: self.shared.store.new_id().await?,
            name: name.to_owned(),
            source: new.source,
            vm: new.vm,
            host: None,
            destination: new.destination,
            options: new.options,
            executions: 0,
            disks: None,
            last: None,
            version: 0,
        })
    }

    /// Replicas by name; a page of them.
    ///
    /// # Errors
    /// `store.*`.
    pub async fn replicas(&self, filter: &ReplicaFilter) -> Result<Vec<Replica>> {
        let (mut found, mut after) = (Vec::new(), filter.after.clone().unwrap_or_default());
        while found.len() < filter.limit {
            let page = Replica::page(&*self.shared.store, "", &after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after.clone_from(&last.name);
            found.extend(page.into_iter().filter(|replica| filter.matches(replica)));
        }
        found.truncate(filter.limit);
        Ok(found)
    }

    /// One replica.
    ///
    /// # Errors
    /// `replica.unknown`.
    pub async fn replica(&self, name: &str) -> Result<Replica> {
        Replica::load(&*self.shared.store, name).await
    }

    /// The replica of this name, or those below it.
    ///
    /// # Errors
    /// `replica.unknown`.
    pub async fn members(&self, name: &str) -> Result<Vec<Replica>> {
        let store = &*self.shared.store;
        if let Some(replica) = Replica::find(store, name).await? {
            return Ok(vec![replica]);
        }
        let limit = u32::try_from(MEMBERS_MAX).unwrap_or(u32::MAX);
        let below = Replica::page(store, &format!("{name}/"), "", limit).await?;
        if below.is_empty() {
            return Err(crate::replica::unknown(name));
        }
        Ok(below)
    }

    /// The jobs of a replica and of those below it, the newest first.
    ///
    /// # Errors
    /// `store.*`.
    pub async fn jobs_of(&self, name: &str, limit: u32) -> Result<Vec<JobRecord>> {
        let filter = JobFilter { subject: Some(replica_subject(name)), limit, ..JobFilter::default() };
        self.shared.store.list(&filter).await
    }
}

fn exists(name: &str) -> Error {
    Error::conflict("replica.exists", format!("there is a replica {name:?} already"))
}

/// One machine has the name itself; of many each has one below it, after its own, in characters that names have.
fn names(name: &str, vms: &[VmSpec]) -> Vec<String> {
    if vms.len() == 1 {
        return vec![name.to_owned()];
    }
    let (mut names, mut taken) = (Vec::new(), BTreeSet::new());
    for (index, vm) in vms.iter().enumerate() {
        let plain = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' };
        let part: String = vm.name.chars().map(plain).take(NAME_MAX).collect();
        let part = part.trim_start_matches(['.', '_', '-']).to_owned();
        let is_usable = !part.is_empty() && taken.insert(part.clone());
        let part = if is_usable { part } else { format!("{part}-{}", index + 1) };
        taken.insert(part.clone());
        names.push(format!("{name}/{}", part.trim_start_matches('-')));
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_machines_have_names_of_their_own_below_that_of_the_replica() {
        let vm = |name: &str| -> VmSpec {
            let spec =
                serde_json::json!({"id": name, "name": name, "vcpus": 1, "memory-mib": 1, "disks": []});
            serde_json::from_value(spec).unwrap()
        };
        assert_eq!(names("web", &[vm("a b")]), ["web"]);
        let many = [vm("db 1"), vm("db-1"), vm("ä"), vm("ö"), vm("..x")];
        assert_eq!(names("web", &many), ["web/db-1", "web/db-1-2", "web/3", "web/4", "web/x"]);
    }
}
