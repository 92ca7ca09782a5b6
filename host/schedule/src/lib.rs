//! When replicas are executed: schedules, what is due of them, and the loop that starts it.
mod expression;
mod timetable;
pub use timetable::Timetable;
