//! Deleting a replica: its snapshot at the source, its disks at the destination, what is known of it.
//! What is gone cannot be brought back: a deletion that fails is repeated, not undone.

use crate::context::Context;
use crate::execution::{disks_step, done};
use crate::params::Kind;
use crate::replica::Replica;
use gyre_core::Result;
use gyre_core::roles::Outcome;
use gyre_saga::{Call, Table};
use std::sync::Arc;

#[rustfmt::skip]
pub(crate) fn table() -> Table<Context> {
    Table::new(Kind::Deletion.name(), 1)
        .step("release-snapshot", release_snapshot)
        .step("remove-disks", remove_disks)
        .step("forget", forget)
}

pub(crate) async fn release_snapshot(context: Arc<Context>, call: Call) -> Result<Outcome> {
    match &context.params.base {
        Some(last) => context.source().await?.release_snapshot(&call.step, &last.snapshot).await,
        None => done(),
    }
}

async fn remove_disks(context: Arc<Context>, call: Call) -> Result<Outcome> {
    match &context.params.disks {
        Some(disks) => context.destination().await?.remove_disks(&disks_step(&context, &call), disks).await,
        None => done(),
    }
}

pub(crate) async fn forget(context: Arc<Context>, _: Call) -> Result<Outcome> {
    if let Some(name) = &context.params.name {
        context.files().remove().await?;
        Replica::forget(&*context.shared.store, name).await?;
    }
    done()
}
