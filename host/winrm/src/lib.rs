//! The way to a worker that runs Windows: WinRM over HTTPS with a pinned key, and the login that such a worker is made
//! with. Knows no cloud, no agent and no job.

mod login;

pub use login::Login;
