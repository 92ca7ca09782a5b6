//! The steps of both jobs in the order in which gyre takes them, against a cloud in memory: each repeated,
//! each request failed in every way that a cloud fails, each undo failed and repeated. In the end either all
//! is there once, or nothing is left over.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod model;

use gyre_plugin::destination::*;
use model::{Fault, Shared, cloud, done, machine, options};
use openstack::OpenStack;
use serde_json::{Value, json};

/// One row of a job: its name, what it does with the state of an earlier row, and what takes it back.
struct Row {
    name: &'static str,
    /// Row whose state goes in.
    from: &'static str,
    run: fn(&Step, &str) -> Result<Outcome>,
    undo: fn(&Step, &str) -> Result<Outcome>,
}

fn nothing(_: &Step, _: &str) -> Result<Outcome> {
    Ok(Outcome::nothing())
}

const DISKS: Row = Row {
    name: "disks",
    from: "",
    run: |step, _| OpenStack::ensure_disks(step, &machine(), None),
    undo: OpenStack::remove_disks,
};

const fn worker(name: &'static str, from: &'static str) -> Row {
    Row {
        name,
        from,
        run: |step, disks| OpenStack::ensure_worker(step, WorkerRole::Copy, OsType::Linux, disks),
        undo: OpenStack::remove_worker,
    }
}

/// The worker goes with the token of the step that made it.
const fn remove_worker(name: &'static str, from: &'static str) -> Row {
    Row { name, from, run: OpenStack::remove_worker, undo: nothing }
}

const CHECKPOINT: Row = Row {
    name: "checkpoint",
    from: "disks",
    run: OpenStack::ensure_checkpoint,
    undo: OpenStack::remove_checkpoint,
};

const CLONE: Row = Row {
    name: "clone",
    from: "checkpoint",
    run: |step, point| OpenStack::ensure_clone(step, point, true),
    undo: OpenStack::remove_clone,
};

const OWN: Row = Row {
    name: "clone",
    from: "checkpoint",
    run: |step, point| OpenStack::ensure_clone(step, point, false),
    undo: OpenStack::remove_clone,
};

const INSTANCE: Row = Row {
    name: "instance",
    from: "clone",
    run: |step, disks| OpenStack::ensure_instance(step, &machine(), disks),
    undo: OpenStack::remove_instance,
};

const DROP_CHECKPOINT: Row =
    Row { name: "drop-checkpoint", from: "checkpoint", run: OpenStack::remove_checkpoint, undo: nothing };

fn execution() -> Vec<Row> {
    vec![DISKS, worker("worker", "disks"), remove_worker("remove-worker", "worker")]
}

fn deployment(clone: Row) -> Vec<Row> {
    let mut rows = execution();
    rows.extend([
        CHECKPOINT,
        clone,
        worker("morph-worker", "clone"),
        remove_worker("remove-morph-worker", "morph-worker"),
        INSTANCE,
        DROP_CHECKPOINT,
    ]);
    rows
}

fn config() -> String {
    options(json!({
        "use_floating_ip": true, "floating_ip_pool": "public", "delete_disks_on_vm_termination": true,
        "preserve_fixed_ips": true, "security_groups": ["web"],
        "migr_worker_boot_from_volume": true, "migr_worker_volume_type": "slow",
    }))
}

struct Job<'a> {
    rows: &'a [Row],
    config: String,
    /// States of the rows that are done.
    states: Vec<String>,
}

impl<'a> Job<'a> {
    fn new(rows: &'a [Row]) -> Self {
        Self { rows, config: config(), states: Vec::new() }
    }

    /// A removal of something carries the token of what made it.
    fn step(&self, row: &Row) -> Step {
        let token = if row.name.starts_with("remove-") || row.name.starts_with("drop-") {
            row.from
        } else {
            row.name
        };
        Step::new(format!("job-1/{token}"), &self.config)
    }

    fn state(&self, name: &str) -> String {
        let at = self.rows.iter().position(|row| row.name == name);
        at.and_then(|at| self.states.get(at)).cloned().unwrap_or_default()
    }

    /// As saga does: a failure of kind `unavailable` is tried again, `tries` times in all.
    fn call(
        &self,
        row: &Row,
        way: fn(&Step, &str) -> Result<Outcome>,
        state: &str,
        tries: u32,
    ) -> Result<String> {
        let step = self.step(row);
        let mut tried = 1;
        loop {
            match done(&step, |step| way(step, state)) {
                Err(error) if error.kind == ErrorKind::Unavailable && tried < tries => tried += 1,
                other => return other,
            }
        }
    }

    fn run(&mut self, tries: u32, times: u32) -> Result<()> {
        while let Some(row) = self.rows.get(self.states.len()) {
            let from = self.state(row.from);
            let mut state = String::new();
            for _ in 0..times {
                state = self.call(row, row.run, &from, tries)?;
            }
            self.states.push(state);
        }
        Ok(())
    }

    /// Takes back what is done and the row that may be, in reverse.
    fn undo(&self, tries: u32) -> Result<()> {
        for (number, row) in self.rows.iter().enumerate().rev() {
            if number <= self.states.len() {
                let own = self.states.get(number).map_or("", String::as_str);
                self.call(row, row.undo, own, tries)?;
            }
        }
        Ok(())
    }
}

/// What is in the cloud and belongs to jobs, without ids.
fn picture(model: &Shared) -> Vec<Value> {
    let model = model.borrow();
    let kinds = ["servers", "volumes", "snapshots", "ports", "floatingips", "security_groups"];
    let names = |kind: &&'static str| {
        model
            .all(kind)
            .iter()
            .map(|object| {
                json!([
                    kind,
                    object["name"],
                    object["metadata"],
                    object["description"],
                    object["status"],
                    object["size"]
                ])
            })
            .collect::<Vec<_>>()
    };
    let mut all: Vec<Value> = kinds.iter().flat_map(names).collect();
    all.sort_by_key(Value::to_string);
    all
}

/// Ways in which a request fails that the same request may get over.
const PASSING: [Fault; 9] = [
    Fault::Lost,
    Fault::Reset,
    Fault::Expired,
    Fault::Later(429, 7),
    Fault::Later(503, 3),
    Fault::Status(429, "slow down"),
    Fault::Status(500, "unexpected"),
    Fault::Status(502, "bad gateway"),
    Fault::Status(503, "maintenance"),
];
/// Ways that end a step when nobody tries again: served or not, and refusals that some requests may meet.
const ENDING: [Fault; 6] = [
    Fault::Lost,
    Fault::Status(500, "unexpected"),
    Fault::Status(400, "bad request"),
    Fault::Status(403, "policy"),
    Fault::Status(409, "conflict"),
    Fault::Status(413, "VolumeLimitExceeded"),
];

/// How many requests an undisturbed run makes, and what it leaves.
fn undisturbed(rows: &[Row]) -> (usize, Vec<Value>) {
    let (_host, model) = cloud();
    Job::new(rows).run(1, 1).unwrap();
    let requests = model.borrow().requests;
    (requests, picture(&model))
}

/// Both jobs on copies, and on the replica's own disks, each with the first request in which it differs.
fn jobs() -> [(Vec<Row>, usize); 2] {
    let mut same = execution();
    same.push(CHECKPOINT);
    [(deployment(CLONE), 1), (deployment(OWN), undisturbed(&same).0 + 1)]
}

#[test]
fn every_step_may_be_repeated() {
    for (rows, _) in jobs() {
        let (_, whole) = undisturbed(&rows);
        let (_host, model) = cloud();
        Job::new(&rows).run(1, 3).unwrap();
        assert_eq!(picture(&model), whole);
    }
}

#[test]
fn a_job_gets_over_every_passing_failure_of_every_request() {
    for (rows, first) in jobs() {
        let (requests, whole) = undisturbed(&rows);
        for number in first..=requests {
            for fault in PASSING {
                let (_host, model) = cloud();
                model.borrow_mut().trip = Some((number, fault));
                Job::new(&rows).run(2, 1).unwrap_or_else(|error| panic!("{fault:?} at {number}: {error:?}"));
                assert_eq!(picture(&model), whole, "{fault:?} at {number}");
            }
        }
    }
}

#[test]
fn a_job_that_fails_at_any_request_leaves_nothing_over() {
    let (mut failed, mut passed) = (0, 0);
    for (rows, first) in jobs() {
        let (requests, _) = undisturbed(&rows);
        for number in first..=requests {
            for fault in ENDING {
                let (_host, model) = cloud();
                let before = picture(&model);
                model.borrow_mut().trip = Some((number, fault));
                let mut job = Job::new(&rows);
                match job.run(1, 1) {
                    Ok(()) => passed += 1,
                    Err(_) => failed += 1,
                }
                job.undo(1).unwrap_or_else(|error| panic!("undo after {fault:?} at {number}: {error:?}"));
                assert_eq!(picture(&model), before, "{fault:?} at {number}");
            }
        }
    }
    assert!(failed > 20 * passed, "faults that nobody notices: {passed} of {}", failed + passed);
}

#[test]
fn an_undo_that_fails_at_any_request_is_repeated() {
    for (rows, _) in jobs() {
        let (start, _) = undisturbed(&rows);
        let requests = {
            let (_host, model) = cloud();
            let mut job = Job::new(&rows);
            job.run(1, 1).unwrap();
            job.undo(1).unwrap();
            model.borrow().requests - start
        };
        for number in 1..=requests {
            for fault in ENDING {
                let (_host, model) = cloud();
                let before = picture(&model);
                let mut job = Job::new(&rows);
                job.run(1, 1).unwrap();
                model.borrow_mut().trip = Some((start + number, fault));
                let _ = job.undo(1);
                model.borrow_mut().trip = None;
                job.undo(1)
                    .unwrap_or_else(|error| panic!("second undo after {fault:?} at {number}: {error:?}"));
                assert_eq!(picture(&model), before, "{fault:?} at {number}");
            }
        }
    }
}

#[test]
fn everything_that_is_made_carries_the_token_of_its_step() {
    let rows = deployment(CLONE);
    let (_host, model) = cloud();
    let before = picture(&model);
    let mut job = Job::new(&rows);
    // What workers had is gone in the end: it is looked at when it is there.
    while job.states.len() < rows.len() {
        let row = &rows[job.states.len()];
        let from = job.state(row.from);
        let state = job.call(row, row.run, &from, 1).unwrap();
        job.states.push(state);
        for object in picture(&model).into_iter().filter(|object| !before.contains(object)) {
            let of_nova = object[0] == "volumes" && object[2].is_null();
            assert!(object.to_string().contains("job-1/") || of_nova, "after {}: {object}", row.name);
        }
    }
}
