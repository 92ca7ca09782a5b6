//! Migrating: an execution and a deployment in one job, which keeps nothing but the new server. The
//! copied disks become the server's own, without a clone; until the server has been seen running, a
//! failure removes them with everything else.

use crate::context::Context;
use crate::deployment::{deploying_steps, drop_checkpoint};
use crate::execution::{SOURCE_SNAPSHOT, copying_steps, done};
use crate::params::{Kind, Params};
use gyre_core::Result;
use gyre_core::roles::Outcome;
use gyre_saga::{Call, Table};
use std::sync::Arc;

#[rustfmt::skip]
pub(crate) fn table(params: &Params) -> Table<Context> {
    let table = copying_steps(Table::new(Kind::Migration.name(), 1), params);
    deploying_steps(table, params)
        .step("remove-checkpoint", drop_checkpoint)
        .step("release-snapshot", release_snapshot)
        .step("remove-files", remove_files)
}

async fn release_snapshot(context: Arc<Context>, call: Call) -> Result<Outcome> {
    let snapshot = call.state(SOURCE_SNAPSHOT)?;
    context.source().await?.release_snapshot(&call.as_step(SOURCE_SNAPSHOT), snapshot).await
}

async fn remove_files(context: Arc<Context>, _: Call) -> Result<Outcome> {
    context.files().remove().await?;
    done()
}
