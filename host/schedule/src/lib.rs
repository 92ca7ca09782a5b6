//! When replicas are executed: schedules that are kept, what is due of them, and the loop that starts it. It refuses
//! to know what a job is and how one runs: whoever assembles the program implements [`Starter`].
//!
//! * [`Timetable`]: a cron expression on the clock of a time zone, as instants.
//! * [`Schedule`], [`Schedules`]: what is kept in the store, and who may change it.
//! * [`due`]: what is to begin now, as a pure function.
//! * [`Scheduler`]: the loop. One per state directory; it sees changes of other processes within [`SLEEP_MS_MAX`].
//!
//! ```no_run
//! # use gyre_schedule::{Scheduler, Schedules, Starter};
//! # use std::sync::Arc;
//! # fn assembled(store: Arc<dyn gyre_saga::Store>, starter: Arc<dyn Starter>) {
//! let schedules = Schedules::new(store); // one for the commands and the loop: changes wake it
//! let cancel = tokio_util::sync::CancellationToken::new();
//! tokio::spawn(Scheduler::new(schedules.clone(), starter).run(cancel.clone()));
//! # }
//! ```
//!
//! Instants are milliseconds since 1970 throughout.

mod document;
mod due;
mod expression;
mod scheduler;
mod schedules;
mod starter;
mod timetable;

pub use document::{
    Change, GRACE_MS, GRACE_MS_MAX, MissedPolicy, MissedRuns, NewSchedule, Phase, Rule, Run, Schedule, State,
    Task, Waiting,
};
pub use due::{Due, MISSED_COUNTED_MAX, Span, due};
pub use scheduler::{CALL_MS_MAX, SLEEP_MS_MAX, Scheduler};
pub use schedules::{SCHEDULES_MAX, Schedules};
pub use starter::{Clock, Ended, PlannedRun, Starter, SystemClock, Work};
pub use timetable::{Timetable, utc};
