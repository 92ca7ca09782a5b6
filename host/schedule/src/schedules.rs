//! The schedules that are kept: making, listing, pausing, removing them. Every writer goes by the version of the
//! document, so that a person's change is never lost to the loop's, nor the loop's note to a person's. Refuses to
//! start anything.

use crate::document::{Change, NewSchedule, Schedule};
use gyre_core::name::check_name;
use gyre_core::{Error, Result};
use gyre_saga::{Document, Store};
use std::sync::Arc;
use tokio::sync::Notify;

const COLLECTION: &str = "schedule";
/// Schedules of one state directory.
pub const SCHEDULES_MAX: usize = 5_000;
/// Schedules that are read at once when a list is filtered.
const PAGE: u32 = 200;
/// How often a change is done over because another one came first.
const CHANGE_TRIES_MAX: u32 = 8;

/// The schedules of one state directory. Clones share their loop's wake-up.
#[derive(Clone)]
pub struct Schedules {
    store: Arc<dyn Store>,
    changed: Arc<Notify>,
}

impl Schedules {
    /// Those of this store.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store, changed: Arc::new(Notify::new()) }
    }

    /// Makes a schedule; times planned before `now` are none of its. Whether there is such a replica, the caller
    /// has looked.
    ///
    /// # Errors
    /// `schedule.name`, `schedule.exists`, `schedule.too-many`, `schedule.cron`, `schedule.zone`, `schedule.grace`,
    /// `schedule.until`, `schedule.never`; `store.*`.
    pub async fn create(&self, name: &str, new: NewSchedule, now: u64) -> Result<Schedule> {
        check_name("schedule", "schedule.name", name)?;
        let table = new.rule.check(now)?;
        self.check_room().await?;
        let mut rule = new.rule;
        rule.zone = table.zone_name().to_owned();
        let mut schedule = Schedule {
            id: self.store.new_id().await?,
            name: name.to_owned(),
            replica: new.replica,
            rule,
            task: new.task,
            created: now,
            done_until: now,
            run: None,
            asked: None,
            waiting: None,
            missed_runs: None,
            paused_by: None,
            version: 0,
        };
        match self.save(&mut schedule).await {
            Err(error) if error.code == "store.changed" => {
                Err(Error::conflict("schedule.exists", format!("there is a schedule {name:?} already")))
            }
            saved => {
                self.wake();
                saved.map(|()| schedule)
            }
        }
    }

    async fn check_room(&self) -> Result<()> {
        if self.store.documents(COLLECTION).await?.len() < SCHEDULES_MAX {
            return Ok(());
        }
        Err(Error::conflict("schedule.too-many", format!("there are {SCHEDULES_MAX} schedules already")))
    }

    /// A page of them, by name: those after this name, of this replica where one is named, at most so many.
    ///
    /// # Errors
    /// `store.*`.
    pub async fn page(&self, replica: Option<&str>, after: &str, limit: usize) -> Result<Vec<Schedule>> {
        let (mut found, mut after) = (Vec::new(), after.to_owned());
        while found.len() < limit {
            let page = self.store.page(COLLECTION, "", &after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after.clone_from(&last.key);
            let page = page.into_iter().map(parse).collect::<Result<Vec<_>>>()?;
            found.extend(page.into_iter().filter(|one| replica.is_none_or(|name| one.replica == name)));
        }
        found.truncate(limit);
        Ok(found)
    }

    /// One schedule.
    ///
    /// # Errors
    /// `schedule.unknown`; `store.*`.
    pub async fn get(&self, name: &str) -> Result<Schedule> {
        let found = self.store.get(COLLECTION, name).await?;
        found.map(parse).unwrap_or_else(|| Err(unknown(name)))
    }

    /// Lets nothing of it begin any more, a deployment included; what runs goes on. No error when it was paused.
    ///
    /// # Errors
    /// `schedule.unknown`; `store.*`.
    pub async fn pause(&self, name: &str) -> Result<Schedule> {
        let paused = self.change(name, None, |schedule| {
            schedule.rule.enabled = false;
            (schedule.asked, schedule.waiting) = (None, None);
            Ok(())
        });
        let paused = paused.await?;
        self.wake();
        Ok(paused)
    }

    /// Lets it begin its runs again, those planned after `now`: what was planned while it was paused is not made
    /// up for, and a time that was dealt with is forgotten should the clock have been set back behind it.
    ///
    /// # Errors
    /// `schedule.unknown`, `schedule.until`, `schedule.never`; `store.*`.
    pub async fn resume(&self, name: &str, now: u64) -> Result<Schedule> {
        let resumed = self.change(name, None, |schedule| {
            schedule.rule.check(now)?;
            schedule.rule.enabled = true;
            (schedule.done_until, schedule.waiting, schedule.paused_by) = (now, None, None);
            Ok(())
        });
        let resumed = resumed.await?;
        self.wake();
        Ok(resumed)
    }

    /// Changes when it runs, or how. Where other times are planned from `now` on, or any again after its end, nothing
    /// makes up for those that were planned before; a run that is under way goes on.
    ///
    /// # Errors
    /// `schedule.unknown`; those of [`Schedules::create`]; `store.*`.
    pub async fn amend(&self, name: &str, change: &Change, now: u64) -> Result<Schedule> {
        let amended = self.change(name, None, |schedule| {
            let before = schedule.rule.clone();
            change.apply(&mut schedule.rule, &mut schedule.task);
            schedule.rule.zone = schedule.rule.check(now)?.zone_name().to_owned();
            // From its end on nothing was planned, whatever its new end is.
            if before.is_over(now) || !before.plans_as(&schedule.rule) {
                (schedule.done_until, schedule.waiting) = (now, None);
            }
            Ok(())
        });
        let amended = amended.await?;
        self.wake();
        Ok(amended)
    }

    /// Asks for a run as soon as one can begin, besides those that are planned.
    ///
    /// # Errors
    /// `schedule.unknown`, `schedule.paused`, `schedule.until`, `schedule.running`; `store.*`.
    pub async fn run_now(&self, name: &str, now: u64) -> Result<Schedule> {
        let asked = self.change(name, None, |schedule| schedule.ask(now)).await?;
        self.wake();
        Ok(asked)
    }

    /// Removes it; what it began goes on, but no deployment follows any more.
    ///
    /// # Errors
    /// `schedule.unknown`; `store.*`.
    pub async fn remove(&self, name: &str) -> Result<Schedule> {
        let schedule = self.get(name).await?;
        self.store.remove(COLLECTION, name).await?;
        self.wake();
        Ok(schedule)
    }

    /// Lets the loop of this process look at once: something it waits for may have come, as the end of a job.
    pub fn wake(&self) {
        self.changed.notify_one();
    }

    /// Comes back when somebody called [`Schedules::wake`] since the last time.
    pub(crate) async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Each by itself: one that cannot be read does not hide the others.
    pub(crate) async fn each(&self) -> Result<Vec<(String, Result<Schedule>)>> {
        let documents = self.store.documents(COLLECTION).await?;
        Ok(documents.into_iter().map(|document| (document.key.clone(), parse(document))).collect())
    }

    /// Writes it, unless it was changed since it was read.
    ///
    /// # Errors
    /// `store.changed`; other `store.*`.
    pub(crate) async fn save(&self, schedule: &mut Schedule) -> Result<()> {
        let value = serde_json::to_value(&*schedule)
            .map_err(|e| Error::other("store.corrupt", "a schedule cannot be written down").cause(e))?;
        schedule.version = self.store.put(COLLECTION, &schedule.name, schedule.version, &value).await?;
        Ok(())
    }

    /// Changes it as it is now, whoever else changes it: what is refused of that is not written. With `id`, only if it
    /// is still the one of this id.
    ///
    /// # Errors
    /// `schedule.unknown`; those of `change`; `store.*`.
    pub(crate) async fn change(
        &self,
        name: &str,
        id: Option<&str>,
        change: impl Fn(&mut Schedule) -> Result<()>,
    ) -> Result<Schedule> {
        let mut tries = 0;
        loop {
            let mut schedule = self.get(name).await?;
            if id.is_some_and(|id| id != schedule.id) {
                return Err(unknown(name));
            }
            change(&mut schedule)?;
            tries += 1;
            match self.save(&mut schedule).await {
                Err(error) if error.code == "store.changed" && tries < CHANGE_TRIES_MAX => {}
                saved => return saved.map(|()| schedule),
            }
        }
    }
}

fn parse(document: Document) -> Result<Schedule> {
    let schedule: Schedule = serde_json::from_value(document.value).map_err(|e| {
        let what = format!("the record of the schedule {:?} cannot be read", document.key);
        Error::other("store.corrupt", what).cause(e)
    })?;
    Ok(Schedule { version: document.version, ..schedule })
}

fn unknown(name: &str) -> Error {
    Error::not_found("schedule.unknown", format!("there is no schedule {name:?}"))
}

#[cfg(test)]
impl Schedules {
    /// Writes a record that is none.
    pub(crate) async fn garble(&self, name: &str) {
        self.store.put(COLLECTION, name, 0, &serde_json::json!({"name": name})).await.unwrap();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{GRACE_MS, GRACE_MS_MAX, MissedPolicy, Rule, State, Task, Waiting};
    use gyre_saga::{Owner, SqliteStore};
    use serde_json::json;

    /// 2026-11-10, 01:00 in UTC.
    const NOW: u64 = 1_794_272_400_000;

    fn new(change: impl FnOnce(&mut Rule)) -> NewSchedule {
        let mut rule = Rule {
            cron: "30 2 * * *".into(),
            zone: "europe/berlin".into(),
            missed: MissedPolicy::Once,
            grace_ms: GRACE_MS,
            until: Some(NOW + 3 * 86_400_000),
            enabled: true,
        };
        change(&mut rule);
        let task = Task { power_off: true, deploy: Some(json!({"skip_morphing": true})) };
        NewSchedule { replica: "web".into(), rule, task }
    }

    fn schedules() -> (Schedules, tempfile::TempDir) {
        let directory = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(directory.path(), Owner::this_process()).unwrap();
        (Schedules::new(Arc::new(store)), directory)
    }

    #[tokio::test]
    async fn what_is_kept_is_what_was_made() {
        let (schedules, _directory) = schedules();
        let made = schedules.create("web", new(|_| ()), NOW).await.unwrap();
        assert_eq!((made.rule.zone.as_str(), made.done_until), ("Europe/Berlin", NOW));
        assert_eq!(schedules.get("web").await.unwrap(), made);
        schedules.create("db", new(|rule| rule.enabled = false), NOW).await.unwrap();
        let names: Vec<_> =
            schedules.page(None, "", 10).await.unwrap().into_iter().map(|one| one.name).collect();
        assert_eq!(names, ["db", "web"]);
        schedules.remove("web").await.unwrap();
        for error in
            [schedules.remove("web").await, schedules.pause("web").await, schedules.resume("web", NOW).await]
        {
            assert_eq!(error.unwrap_err().code, "schedule.unknown");
        }
    }

    #[tokio::test]
    async fn what_would_never_run_is_not_made() {
        let (schedules, _directory) = schedules();
        schedules.create("web", new(|_| ()), NOW).await.unwrap();
        let far = NOW + 1;
        for (name, new, code) in [
            ("web", new(|_| ()), "schedule.exists"),
            ("a/b", new(|_| ()), "schedule.name"),
            ("a", new(|rule| rule.cron = "61 * * * *".into()), "schedule.cron"),
            ("a", new(|rule| rule.zone = "Berlin".into()), "schedule.zone"),
            ("a", new(|rule| rule.grace_ms = GRACE_MS_MAX + 1), "schedule.grace"),
            ("a", new(|rule| rule.until = Some(NOW)), "schedule.until"),
            ("a", new(move |rule| rule.until = Some(far)), "schedule.never"),
            ("a", new(|rule| rule.cron = "0 0 31 2 *".into()), "schedule.never"),
        ] {
            assert_eq!(schedules.create(name, new, NOW).await.unwrap_err().code, code);
        }
        assert_eq!(schedules.page(None, "", 10).await.unwrap().len(), 1);
    }

    #[tokio::test]
    async fn pausing_and_resuming_change_what_comes_next() {
        let (schedules, _directory) = schedules();
        schedules.create("web", new(|_| ()), NOW).await.unwrap();
        let paused = schedules.pause("web").await.unwrap();
        assert_eq!((paused.state(NOW), paused.upcoming(NOW, 5).unwrap()), (State::Paused, vec![]));
        let later = NOW + 2 * 3_600_000;
        let resumed = schedules.resume("web", later).await.unwrap();
        assert_eq!((resumed.state(later), resumed.done_until), (State::Active, later));
        let over = schedules.resume("web", NOW + 3 * 86_400_000).await.unwrap_err();
        assert_eq!(over.code, "schedule.until");
    }

    #[tokio::test]
    async fn they_are_read_in_pages() {
        let (schedules, _directory) = schedules();
        for number in 0..450 {
            let replica = if number % 3 == 0 { "db" } else { "web" };
            let new = NewSchedule { replica: replica.into(), ..new(|_| ()) };
            schedules.create(&format!("s{number:03}"), new, NOW).await.unwrap();
        }
        for (replica, count) in [(None, 450), (Some("db"), 150), (Some("other"), 0)] {
            let (mut seen, mut after) = (Vec::new(), String::new());
            loop {
                let page = schedules.page(replica, &after, 70).await.unwrap();
                let Some(last) = page.last() else { break };
                after.clone_from(&last.name);
                seen.extend(page.into_iter().map(|one| one.name));
            }
            assert!(seen.is_sorted_by(|a, b| a < b), "{seen:?}");
            assert_eq!(seen.len(), count, "{replica:?}");
        }
    }

    #[tokio::test]
    async fn what_is_changed_is_held_against_the_same_rules() {
        let (schedules, _directory) = schedules();
        schedules.create("web", new(|_| ()), NOW).await.unwrap();
        let later = NOW + 60_000;
        let change = Change { grace_ms: Some(7), power_off: Some(false), ..Change::default() };
        let changed = schedules.amend("web", &change, later).await.unwrap();
        assert_eq!((changed.rule.grace_ms, changed.task.power_off, changed.done_until), (7, false, NOW));
        let change = Change {
            zone: Some("europe/paris".into()),
            cron: Some("@daily".into()),
            endless: true,
            ..change
        };
        let changed = schedules.amend("web", &change, later).await.unwrap();
        assert_eq!((changed.rule.zone.as_str(), changed.rule.until), ("Europe/Paris", None));
        assert_eq!((changed.rule.cron.as_str(), changed.done_until), ("@daily", later));
        assert_eq!(schedules.amend("web", &Change::default(), later).await.unwrap().rule, changed.rule);
        for (change, code) in [
            (Change { cron: Some("61 * * * *".into()), ..Change::default() }, "schedule.cron"),
            (Change { grace_ms: Some(GRACE_MS_MAX + 1), ..Change::default() }, "schedule.grace"),
            (Change { until: Some(later), ..Change::default() }, "schedule.until"),
        ] {
            assert_eq!(schedules.amend("web", &change, later).await.unwrap_err().code, code);
        }
        assert_eq!(schedules.get("web").await.unwrap().rule, changed.rule);
    }

    #[tokio::test]
    async fn a_run_is_asked_for_once_and_not_of_one_that_runs_nothing() {
        let (schedules, _directory) = schedules();
        schedules.create("web", new(|_| ()), NOW).await.unwrap();
        assert_eq!(schedules.run_now("web", NOW).await.unwrap().asked, Some(NOW));
        assert_eq!(schedules.run_now("web", NOW + 5).await.unwrap().asked, Some(NOW));
        assert_eq!(schedules.pause("web").await.unwrap().asked, None);
        assert_eq!(schedules.run_now("web", NOW).await.unwrap_err().code, "schedule.paused");
        schedules.resume("web", NOW).await.unwrap();
        let over = NOW + 3 * 86_400_000;
        assert_eq!(schedules.run_now("web", over).await.unwrap_err().code, "schedule.until");
        let run = crate::document::Run::starting(NOW, false, NOW, 1);
        change(&schedules, |schedule| schedule.run = Some(run.clone())).await;
        assert_eq!(schedules.run_now("web", NOW).await.unwrap_err().code, "schedule.running");
        assert_eq!(schedules.run_now("other", NOW).await.unwrap_err().code, "schedule.unknown");
    }

    async fn change(schedules: &Schedules, change: impl Fn(&mut Schedule)) {
        let changed = schedules.change("web", None, |schedule| {
            change(schedule);
            Ok(())
        });
        changed.await.unwrap();
    }

    #[tokio::test]
    async fn a_change_that_changes_no_time_drops_no_run() {
        let (schedules, _directory) = schedules();
        schedules.create("web", new(|_| ()), NOW).await.unwrap();
        let waiting = Waiting { planned: NOW + 1, since: NOW + 1, why: "busy".into() };
        change(&schedules, |schedule| schedule.waiting = Some(waiting.clone())).await;
        let (cron, zone) = (Some("30 2 * * *".into()), Some("europe/berlin".into()));
        let same = Change { cron, zone, until: Some(NOW + 9 * 86_400_000), ..Change::default() };
        let amended = schedules.amend("web", &same, NOW + 60_000).await.unwrap();
        assert_eq!((amended.done_until, amended.waiting), (NOW, Some(waiting)));
        assert_eq!(amended.rule.zone, "Europe/Berlin");
        let other = Change { cron: Some("31 2 * * *".into()), ..same };
        let amended = schedules.amend("web", &other, NOW + 60_000).await.unwrap();
        assert_eq!((amended.done_until, amended.waiting), (NOW + 60_000, None));
    }

    #[tokio::test]
    async fn a_new_zone_and_a_new_cron_at_the_same_time_are_both_kept() {
        let (schedules, _directory) = schedules();
        schedules.create("web", new(|_| ()), NOW).await.unwrap();
        let cron = Change { cron: Some("@daily".into()), ..Change::default() };
        let zone = Change { zone: Some("asia/tokyo".into()), ..Change::default() };
        let (a, b) = tokio::join!(schedules.amend("web", &zone, NOW), schedules.amend("web", &cron, NOW));
        assert!(a.is_ok() && b.is_ok());
        let rule = schedules.get("web").await.unwrap().rule;
        assert_eq!((rule.cron.as_str(), rule.zone.as_str()), ("@daily", "Asia/Tokyo"));
    }

    #[tokio::test]
    async fn what_is_refused_of_the_version_that_came_first_is_refused() {
        let (schedules, _directory) = schedules();
        schedules.create("web", new(|_| ()), NOW).await.unwrap();
        let others = std::sync::Mutex::new(Some(schedules.clone()));
        let asked = schedules.change("web", None, |schedule| {
            // Somebody pauses it between the read and the write, once.
            if let Some(others) = others.lock().unwrap().take() {
                let pause = move || {
                    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
                    runtime.block_on(others.pause("web")).unwrap();
                };
                std::thread::spawn(pause).join().unwrap();
            }
            schedule.ask(NOW)
        });
        assert_eq!(asked.await.unwrap_err().code, "schedule.paused");
        assert_eq!(schedules.get("web").await.unwrap().asked, None);
    }

    #[tokio::test]
    async fn changes_at_the_same_time_are_both_kept() {
        let (schedules, _directory) = schedules();
        let made = schedules.create("web", new(|_| ()), NOW).await.unwrap();
        let count = |schedule: &mut Schedule| {
            schedule.done_until += 1;
            Ok(())
        };
        let changes = (0..4).map(|_| schedules.change("web", Some(&made.id), count));
        let [a, b, c, d]: [_; 4] = changes.collect::<Vec<_>>().try_into().unwrap_or_else(|_| panic!("four"));
        let (a, b, c, d) = tokio::join!(a, b, c, d);
        assert!([a, b, c, d].iter().all(Result::is_ok));
        assert_eq!(schedules.get("web").await.unwrap().done_until, NOW + 4);
        let mut stale = made.clone();
        assert_eq!(schedules.save(&mut stale).await.unwrap_err().code, "store.changed");
        let other = schedules.change("web", Some("other"), count).await;
        assert_eq!(other.unwrap_err().code, "schedule.unknown");
    }
}
