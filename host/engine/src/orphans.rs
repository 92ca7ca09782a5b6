//! What steps left at an endpoint, and whose it is: everything there that carries the mark of a step, held against
//! the jobs and replicas of this state directory. What belongs to a replica, to a job that is not over, or to a
//! migrated server is kept. What a job that is over left behind is an orphan. Everything else is unknown: another
//! installation may share the endpoint, so it is shown, and removed only where somebody names it.
//!
//! A token is `JOB-STEP`, or `REPLICA-disks`. A source's snapshot has that of the execution that took it, and is its
//! replica's while later ones are based on it. Both ids are random and noted before anything is made with them, so an
//! id that is not in this state directory is somebody else's (or its own, of a state directory that was lost): no
//! further mark is needed to tell installations apart.
//!
//! A token is what a plugin claims. It is believed only of steps that ran at the endpoint that it speaks for, and what
//! any plugin says is kept stays. That an object really carries a token of its own endpoint no host can see.

use crate::deployment::{CHECKPOINT, CLONE, INSTANCE};
use crate::execution::SOURCE_SNAPSHOT;
use crate::marking::{Marking, Place};
use crate::params::{DISKS, Kind, Params};
use crate::replica::Success;
use crate::{Engine, ReplicaFilter};
use gyre_core::roles::{Marked, State};
use gyre_core::{Error, Result};
use gyre_saga::{JobFilter, JobRecord, Status};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Jobs that are looked through for those of a replica that is gone.
const JOBS_MAX: u32 = 10_000;
/// How long the removal of one object may take.
const REMOVAL_LIMIT: Duration = Duration::from_secs(60 * 60);

/// Whose something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Owner {
    /// A replica, a job that is not over, or the migrated server: it stays.
    Kept,
    /// Nobody: the job that made it is over.
    Orphan,
    /// Nobody that this state directory knows.
    Unknown,
}

/// Something that carries a mark, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Found {
    /// What it is.
    #[serde(flatten)]
    pub marked: Marked,
    /// Whose.
    pub owner: Owner,
    /// Why that is so, in a few words.
    pub why: String,
}

impl Found {
    /// Whether it is an orphan under every mark that it is listed with: a plugin that lists it twice gets no say in
    /// whose it is. The same token once more is no other mark: two endpoints may be one cloud, and the job ran at one.
    fn is_free(&self, found: &[Self]) -> bool {
        let is_same =
            |other: &&Self| (&other.marked.kind, &other.marked.id) == (&self.marked.kind, &self.marked.id);
        let says_nothing_else =
            |other: &Self| other.owner == Owner::Unknown && other.marked.token == self.marked.token;
        self.owner == Owner::Orphan
            && found
                .iter()
                .filter(is_same)
                .all(|other| other.owner == Owner::Orphan || says_nothing_else(other))
    }
}

/// Which of them are to be removed.
#[derive(Clone, Debug, Default)]
pub struct Chosen {
    /// By `ID` or `KIND/ID`; empty: every orphan.
    pub ids: Vec<String>,
    /// Whether those may be named whose owner is unknown.
    pub foreign: bool,
}

impl Chosen {
    /// Those that may go, in the order of removal.
    ///
    /// # Errors
    /// `orphans.unknown-id`, `orphans.owned`, `orphans.foreign`: then nothing at all is to be removed.
    pub fn of(&self, found: &[Found]) -> Result<Vec<Found>> {
        if self.ids.is_empty() {
            return Ok(found.iter().filter(|one| one.is_free(found)).cloned().collect());
        }
        let mut places = BTreeSet::new();
        for id in &self.ids {
            places.insert(self.find(found, id)?);
        }
        Ok(places.into_iter().filter_map(|place| found.get(place)).cloned().collect())
    }

    fn find(&self, found: &[Found], id: &str) -> Result<usize> {
        let is_meant =
            |one: &Found| one.marked.id == id || format!("{}/{}", one.marked.kind, one.marked.id) == id;
        let mut fits = found.iter().enumerate().filter(|(_, one)| is_meant(one));
        let (place, one) = match (fits.next(), fits.next()) {
            (Some(only), None) => only,
            (None, _) => {
                let what = format!("nothing that carries the mark of gyre has the id {id:?}");
                return Err(Error::not_found("orphans.unknown-id", what));
            }
            (Some(_), Some(_)) => {
                let what = format!("several things have the id {id:?}: name one as KIND/ID");
                return Err(Error::invalid("orphans.unknown-id", what));
            }
        };
        match one.owner {
            Owner::Orphan => Ok(place),
            Owner::Unknown if self.foreign => Ok(place),
            Owner::Unknown => Err(refusal("orphans.foreign", one)),
            Owner::Kept => Err(refusal("orphans.owned", one)),
        }
    }
}

fn refusal(code: &str, one: &Found) -> Error {
    let Marked { kind, id, .. } = &one.marked;
    Error::denied(code, format!("{kind} {id} is no orphan")).cause(&one.why)
}

/// A job, as far as it matters to what it made.
struct Line {
    kind: Kind,
    status: Status,
    /// Whether its server is, or may be, in use.
    committed: bool,
    source: String,
    destination: String,
    replica: String,
    own_disks: bool,
    steps: BTreeSet<String>,
    /// What it reads from, at its source.
    snapshot: Option<State>,
}

impl Line {
    /// Nothing where another version of gyre began it.
    fn of(job: &JobRecord) -> Option<Self> {
        let params = Params::from_job(job).ok()?;
        Some(Self {
            kind: params.kind,
            status: job.status,
            committed: gyre_saga::committed(job),
            source: params.source,
            destination: params.destination,
            replica: params.replica,
            own_disks: params.deploy.own_disks,
            steps: job.steps.iter().map(|step| step.name.clone()).collect(),
            snapshot: job.step(SOURCE_SNAPSHOT).and_then(|step| step.state.clone()),
        })
    }

    /// Where its step of this name makes something.
    fn place(&self, step: &str) -> Place {
        match step {
            SOURCE_SNAPSHOT => Place::Source(self.source.clone()),
            _ => Place::Destination(self.destination.clone()),
        }
    }

    /// Whether the replica's disks became those of the job's server.
    fn hands_over(&self) -> bool {
        self.committed && (self.kind == Kind::Migration || self.own_disks)
    }
}

/// A snapshot at a source that the next execution needs.
struct Base {
    /// That made the replica equal to it.
    job: String,
    snapshot: State,
    whose: String,
}

impl Base {
    fn of(last: &Success, whose: String) -> Self {
        Self { job: last.job.clone(), snapshot: last.snapshot.clone(), whose }
    }
}

/// What this state directory knows of owners.
#[derive(Default)]
struct Ledger {
    /// Names of the replicas that exist, by id.
    replicas: BTreeMap<String, String>,
    /// Jobs by id; none: another version of gyre began it.
    jobs: BTreeMap<String, Option<Line>>,
    /// Whether every job is among them.
    complete: bool,
    /// Looked up where a source's snapshot is judged.
    bases: Vec<Base>,
}

type Judgement = (Owner, String);

impl Ledger {
    /// By the token that the plugin of this endpoint claims for it.
    fn judge(&self, at: &Place, token: &str) -> Judgement {
        let Some((id, step)) = token.split_once('-') else {
            return (Owner::Unknown, "its token is none of gyre's".into());
        };
        let (owner, why) = if step == DISKS { self.judge_disks(id) } else { self.judge_step(id, step) };
        if owner == Owner::Orphan && !self.ran_at(at, id, step) {
            return (Owner::Unknown, format!("{why}, but at another endpoint"));
        }
        (owner, why)
    }

    /// Whether the job of a token, or one of its replica, made something there by this step.
    fn ran_at(&self, at: &Place, id: &str, step: &str) -> bool {
        let is_owner = |job: &str, line: &Line| if step == DISKS { line.replica == id } else { job == id };
        let lines = self.jobs.iter().filter_map(|(job, line)| Some((job, line.as_ref()?)));
        lines.filter(|(job, line)| is_owner(job, line)).any(|(_, line)| line.place(step) == *at)
    }

    fn judge_disks(&self, replica: &str) -> Judgement {
        if let Some(name) = self.replicas.get(replica) {
            return (Owner::Kept, format!("replica {name}"));
        }
        let jobs = self.jobs.iter().filter_map(|(id, line)| Some((id, line.as_ref()?)));
        let jobs: Vec<_> = jobs.filter(|(_, line)| line.replica == replica).collect();
        if let Some((id, _)) = jobs.iter().find(|(_, line)| !line.status.is_final()) {
            return (Owner::Kept, format!("job {id} is not over"));
        }
        if let Some((id, _)) = jobs.iter().find(|(_, line)| line.hands_over()) {
            return (Owner::Kept, format!("disk of the server of job {id}"));
        }
        match jobs.first() {
            None => (Owner::Unknown, "no replica and no job of this state directory".into()),
            Some((id, line)) if self.complete => (
                Owner::Orphan,
                format!("its replica is gone; {} {id} {}", line.kind.name(), line.status.name()),
            ),
            Some(_) => (Owner::Unknown, "not all jobs of its replica can be looked at".into()),
        }
    }

    fn judge_step(&self, id: &str, step: &str) -> Judgement {
        let Some(line) = self.jobs.get(id) else {
            return (Owner::Unknown, "no job of this state directory".into());
        };
        let Some(line) = line else {
            return (Owner::Unknown, format!("another version of gyre began job {id}"));
        };
        let of_job = format!("{} {id}", line.kind.name());
        if !line.steps.contains(step) {
            return (Owner::Unknown, format!("{of_job} has no step {step}"));
        }
        if !line.status.is_final() {
            return (Owner::Kept, format!("job {id} is not over"));
        }
        if step == SOURCE_SNAPSHOT
            && let Some(base) = self.base(id, line)
        {
            return (Owner::Kept, format!("base of {}", base.whose));
        }
        if line.committed && [INSTANCE, CLONE].contains(&step) {
            return (Owner::Kept, format!("server of job {id}"));
        }
        // Where a server's disk depends on it, as on Ceph, it goes with the replica.
        if let Some(name) = self.replicas.get(&line.replica)
            && step == CHECKPOINT
            && line.status == Status::Succeeded
        {
            return (Owner::Kept, format!("goes with replica {name}"));
        }
        (Owner::Orphan, format!("{of_job} {}", line.status.name()))
    }

    /// A source may answer a later job with the snapshot that it has: it is known by its state, then.
    fn base(&self, id: &str, line: &Line) -> Option<&Base> {
        let is_same = |base: &&Base| base.job == id || line.snapshot.as_ref() == Some(&base.snapshot);
        self.bases.iter().find(is_same)
    }
}

impl Engine {
    /// Everything at an endpoint that carries a mark, in the order of removal, and whose it is.
    ///
    /// # Errors
    /// Those of its plugin; `source.endless`, `destination.endless`; `store.*`.
    pub async fn marked(&self, place: &Place, cancel: &CancellationToken) -> Result<Vec<Found>> {
        // What is made after this look is not in it, so that every job of it is known.
        let marked = Marking::open(self, place, cancel).await?.all().await?;
        let ledger = self.ledger(&marked).await?;
        let judged = marked.into_iter().map(|marked| {
            let (owner, why) = ledger.judge(place, &marked.token);
            Found { marked, owner, why }
        });
        Ok(judged.collect())
    }

    /// Removes one of them; no error when it is gone already.
    ///
    /// # Errors
    /// Those of the endpoint's plugin; `job.step-timeout`, `job.cancelled`.
    pub async fn remove_marked(
        &self,
        place: &Place,
        marked: &Marked,
        cancel: &CancellationToken,
    ) -> Result<()> {
        let marking = Marking::open(self, place, cancel).await?;
        let removal = marking.remove(marked, &self.shared.settings.policy.calls);
        tokio::select! {
            biased;
            () = cancel.cancelled() => Err(Error::cancelled()),
            ended = tokio::time::timeout(REMOVAL_LIMIT, removal) => ended.unwrap_or_else(|_| {
                let Marked { kind, id, .. } = marked;
                let minutes = REMOVAL_LIMIT.as_secs() / 60;
                Err(Error::other("job.step-timeout", format!("{kind} {id} is still there after {minutes} min")))
            }),
        }
    }

    async fn names_by_id(&self) -> Result<BTreeMap<String, String>> {
        let all = ReplicaFilter { limit: usize::MAX, ..ReplicaFilter::default() };
        let replicas = self.replicas(&all).await?;
        Ok(replicas.into_iter().map(|replica| (replica.id, replica.name)).collect())
    }

    /// Later than the jobs, so that none of them was over before its commit is seen here.
    async fn bases(&self) -> Result<Vec<Base>> {
        let open = JobFilter { unfinished: true, limit: JOBS_MAX, ..JobFilter::default() };
        let mut bases = Vec::new();
        for job in self.shared.store.list(&open).await? {
            let last = Params::from_job(&job).ok().and_then(|params| params.base);
            bases.extend(last.map(|last| Base::of(&last, format!("job {}", job.id))));
        }
        let all = ReplicaFilter { limit: usize::MAX, ..ReplicaFilter::default() };
        for replica in self.replicas(&all).await? {
            bases.extend(replica.last.iter().map(|last| Base::of(last, format!("replica {}", replica.name))));
        }
        Ok(bases)
    }

    async fn ledger(&self, marked: &[Marked]) -> Result<Ledger> {
        let store = &*self.shared.store;
        let mut ledger = Ledger { replicas: self.names_by_id().await?, ..Ledger::default() };
        let owners: BTreeSet<_> = marked.iter().filter_map(|one| one.token.split_once('-')).collect();
        let is_gone = |id: &str| !ledger.replicas.contains_key(id);
        if owners.iter().any(|(id, step)| *step == DISKS && is_gone(id)) {
            let jobs = store.list(&JobFilter { limit: JOBS_MAX, ..JobFilter::default() }).await?;
            ledger.complete = jobs.len() < JOBS_MAX as usize;
            ledger.jobs = jobs.iter().map(|job| (job.id.clone(), Line::of(job))).collect();
            ledger.complete &= ledger.jobs.values().all(Option::is_some);
        }
        for (id, _) in owners.iter().filter(|(_, step)| *step != DISKS) {
            if ledger.jobs.contains_key(*id) {
                continue;
            }
            match store.load(id).await {
                Ok(job) => drop(ledger.jobs.insert(job.id.clone(), Line::of(&job))),
                Err(error) if error.code == "job.unknown" => {}
                Err(error) => return Err(error),
            }
        }
        if owners.iter().any(|(_, step)| *step == SOURCE_SNAPSHOT) {
            ledger.bases = self.bases().await?;
        }
        Ok(ledger)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JOB: &str = "0123456789ab";

    fn line(kind: Kind, status: Status, committed: bool) -> Line {
        let steps = [SOURCE_SNAPSHOT, "copy-worker", CHECKPOINT, CLONE, "morph-worker", INSTANCE];
        Line {
            kind,
            status,
            committed,
            source: "lab".into(),
            destination: "cloud".into(),
            replica: "aaaaaaaaaaaa".into(),
            own_disks: false,
            steps: steps.map(str::to_owned).into(),
            snapshot: Some("point-1".into()),
        }
    }

    fn cloud() -> Place {
        Place::Destination("cloud".into())
    }

    /// One job, and whether its replica exists.
    fn ledger(line: Option<Line>, replica: bool) -> Ledger {
        let replicas = replica.then(|| ("aaaaaaaaaaaa".to_owned(), "web".to_owned()));
        Ledger {
            replicas: replicas.into_iter().collect(),
            jobs: [(JOB.to_owned(), line)].into(),
            complete: true,
            bases: Vec::new(),
        }
    }

    #[test]
    fn what_a_step_made_belongs_to_its_job_until_that_is_over() {
        use Owner::*;
        let worker = "0123456789ab-morph-worker";
        let (copy, server, point) =
            ("0123456789ab-clone", "0123456789ab-instance", "0123456789ab-checkpoint");
        let rows = [
            // status, committed, replica exists, token, owner
            (Status::Running, false, true, worker, Kept),
            (Status::Undoing, false, true, copy, Kept),
            (Status::Stuck, false, true, server, Kept),
            (Status::Stuck, true, false, point, Kept),
            (Status::Failed, false, true, worker, Orphan),
            (Status::Failed, false, true, copy, Orphan),
            (Status::Failed, false, false, server, Orphan),
            (Status::Cancelled, false, true, point, Orphan),
            (Status::Succeeded, true, true, server, Kept),
            (Status::Succeeded, true, false, copy, Kept),
            (Status::Succeeded, true, true, worker, Orphan),
            (Status::Succeeded, true, true, point, Kept),
            (Status::Succeeded, true, false, point, Orphan),
            // Abandoned past its point of no return: the server is somebody's.
            (Status::Failed, true, true, server, Kept),
            (Status::Failed, true, true, copy, Kept),
            (Status::Failed, true, true, worker, Orphan),
            (Status::Failed, true, true, point, Orphan),
            (Status::Failed, false, true, "0123456789ab-mystery", Unknown),
            (Status::Failed, false, true, "cccccccccccc-instance", Unknown),
            (Status::Failed, false, true, "nonsense", Unknown),
            (Status::Failed, false, true, "", Unknown),
        ];
        for (status, committed, replica, token, owner) in rows {
            let ledger = ledger(Some(line(Kind::Deployment, status, committed)), replica);
            let (found, why) = ledger.judge(&cloud(), token);
            assert_eq!(found, owner, "{status:?} committed={committed} replica={replica} {token}: {why}");
            assert!(!why.is_empty());
        }
        assert_eq!(ledger(None, true).judge(&cloud(), worker).0, Unknown, "begun by another version");
    }

    #[test]
    fn the_disks_of_a_replica_are_its_own_then_its_servers() {
        use Owner::*;
        let rows = [
            // kind, status, committed, own disks, replica exists, owner
            (Kind::Execution, Status::Failed, false, false, true, Kept),
            (Kind::Deletion, Status::Running, false, false, false, Kept),
            (Kind::Deletion, Status::Succeeded, false, false, false, Orphan),
            (Kind::Execution, Status::Succeeded, true, false, false, Orphan),
            (Kind::Deployment, Status::Succeeded, true, false, false, Orphan),
            (Kind::Deployment, Status::Succeeded, true, true, false, Kept),
            (Kind::Deployment, Status::Failed, true, true, false, Kept),
            (Kind::Deployment, Status::Failed, false, true, false, Orphan),
            (Kind::Migration, Status::Succeeded, true, false, false, Kept),
            (Kind::Migration, Status::Failed, true, false, false, Kept),
            (Kind::Migration, Status::Failed, false, false, false, Orphan),
            (Kind::Migration, Status::Stuck, false, false, false, Kept),
        ];
        for (kind, status, committed, own_disks, replica, owner) in rows {
            let line = Line { own_disks, ..line(kind, status, committed) };
            let (found, why) = ledger(Some(line), replica).judge(&cloud(), "aaaaaaaaaaaa-disks");
            assert_eq!(found, owner, "{kind:?} {status:?} {committed} {own_disks} {replica}: {why}");
        }
        let failed = || Some(line(Kind::Migration, Status::Failed, false));
        assert_eq!(ledger(failed(), false).judge(&cloud(), "dddddddddddd-disks").0, Unknown, "nobody's here");
        let incomplete = Ledger { complete: false, ..ledger(failed(), false) };
        assert_eq!(
            incomplete.judge(&cloud(), "aaaaaaaaaaaa-disks").0,
            Unknown,
            "another job may have handed them over"
        );
    }

    #[test]
    fn a_sources_snapshot_is_its_replicas_while_an_execution_may_be_based_on_it() {
        use Owner::*;
        let rows = [
            // status, the job and the snapshot of a base, owner
            (Status::Running, None, Kept),
            (Status::Stuck, None, Kept),
            (Status::Succeeded, None, Orphan),
            (Status::Failed, None, Orphan),
            (Status::Succeeded, Some((JOB, "point-1")), Kept),
            // Taken by this job, and answered again to a later one.
            (Status::Succeeded, Some(("cccccccccccc", "point-1")), Kept),
            (Status::Failed, Some(("cccccccccccc", "point-2")), Orphan),
        ];
        for (status, base, owner) in rows {
            let line = line(Kind::Execution, status, status == Status::Succeeded);
            let mut ledger = ledger(Some(line), true);
            ledger.bases.extend(base.map(|(job, snapshot)| Base {
                job: job.into(),
                snapshot: snapshot.into(),
                whose: "replica web".into(),
            }));
            let (found, why) = ledger.judge(&Place::Source("lab".into()), "0123456789ab-source-snapshot");
            assert_eq!(found, owner, "{status:?} {base:?}: {why}");
        }
    }

    #[test]
    fn a_token_is_believed_only_where_its_step_ran() {
        let (source, other) = (Place::Source("lab".into()), Place::Destination("other".into()));
        let failed = |replica| ledger(Some(line(Kind::Deployment, Status::Failed, false)), replica);
        let rows = [
            (&source, "0123456789ab-instance"),
            (&source, "aaaaaaaaaaaa-disks"),
            (&other, "0123456789ab-clone"),
            (&other, "aaaaaaaaaaaa-disks"),
            (&Place::Source("cloud".into()), "0123456789ab-clone"),
            (&Place::Destination("lab".into()), "0123456789ab-source-snapshot"),
        ];
        for (place, token) in rows {
            let (found, why) = failed(false).judge(place, token);
            assert_eq!(found, Owner::Unknown, "{place} {token}: {why}");
            assert!(why.ends_with("at another endpoint"), "{why}");
        }
        assert_eq!(
            failed(true).judge(&other, "aaaaaaaaaaaa-disks").0,
            Owner::Kept,
            "a claim to keep is heard"
        );
    }

    #[test]
    fn one_cloud_under_two_names_keeps_no_orphan() {
        let orphan = found("volume", "1", Owner::Orphan);
        let again = found("volume", "1", Owner::Unknown);
        let other = Marked { token: "u-s".into(), ..again.marked.clone() };
        let other = Found { marked: other, ..again.clone() };
        for (listed, goes) in [
            (vec![orphan.clone(), again.clone()], 1),
            (vec![again.clone()], 0),
            (vec![orphan.clone(), other], 0),
            (vec![orphan, found("volume", "1", Owner::Kept)], 0),
        ] {
            assert_eq!(Chosen::default().of(&listed).unwrap().len(), goes, "{listed:?}");
        }
    }

    fn found(kind: &str, id: &str, owner: Owner) -> Found {
        let (kind, id) = (kind.to_owned(), id.to_owned());
        let marked = Marked { kind, id, name: "n".into(), token: "t-s".into(), made_ms: None };
        Found { marked, owner, why: "because".into() }
    }

    #[test]
    fn only_orphans_go_unasked_and_what_is_owned_never_goes() {
        let all = [
            found("server", "1", Owner::Orphan),
            found("port", "2", Owner::Unknown),
            found("volume", "2", Owner::Orphan),
            found("volume", "3", Owner::Kept),
            found("volume", "4", Owner::Unknown),
        ];
        let choose = |ids: &[&str], foreign| {
            let chosen = Chosen { ids: ids.iter().map(|&id| id.to_owned()).collect(), foreign }.of(&all);
            chosen
                .map(|chosen| {
                    chosen.into_iter().map(|one| one.marked.kind + "/" + &one.marked.id).collect::<Vec<_>>()
                })
                .map_err(|error| error.code)
        };
        assert_eq!(choose(&[], false).unwrap(), ["server/1", "volume/2"]);
        assert_eq!(choose(&[], true).unwrap(), ["server/1", "volume/2"], "what is unknown must be named");
        assert_eq!(
            choose(&["volume/2", "1", "1"], false).unwrap(),
            ["server/1", "volume/2"],
            "in the order of removal"
        );
        assert_eq!(choose(&["4", "port/2"], true).unwrap(), ["port/2", "volume/4"]);
        for (ids, foreign, code) in [
            (&["4"][..], false, "orphans.foreign"),
            (&["1", "3"], true, "orphans.owned"),
            (&["2"], true, "orphans.unknown-id"),
            (&["5"], true, "orphans.unknown-id"),
        ] {
            assert_eq!(choose(ids, foreign).unwrap_err(), code, "{ids:?}");
        }
    }
}
