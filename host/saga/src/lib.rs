//! Durable undoable steps over a store. A job is a table of steps; saga keeps its log, repeats what a
//! crash left open, undoes in reverse what a failure leaves behind, and retries what may succeed later.
//! It refuses to know what a step does: no plugin, no disk, no order of its own.
//!
//! * `Started` is durable before a step is called, `Succeeded(state)` before the next one starts. After
//!   a crash a step was therefore never started, may be done, or is done ([`Phase`]).
//! * What comes next is a pure function of the record: [`plan`].
//! * *Maybe* is repeated with the same token; undo runs for done **and** maybe, in reverse.
//! * After a pivot step nothing is undone any more: what follows is repeated until it works.
//! * One process works on a job: it holds a lease, renews it, and every write carries its fence.

mod owner;
mod record;
mod recover;
mod retry;
mod run;
mod sqlite;
mod store;
mod table;

pub use owner::Owner;
pub use record::{Entry, JobRecord, Phase, Status, StepEvent, StepRecord};
pub use recover::{Action, committed, plan};
pub use retry::Policy;
pub use run::{Event, Observer, Runner, Stop};
pub use sqlite::SqliteStore;
pub use store::{Document, JobFilter, Lease, NOTES_MAX, NewJob, NewNote, Note, Request, Store};
pub use table::{Call, Step, Table};
