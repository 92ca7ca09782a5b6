//! Making the guest fit for its destination: find its system, mount it, let the plugin that knows it
//! best change it, unmount. Refuses to guess which of several systems is meant.

use crate::changes::Noted;
use crate::context::{Context, encode};
use crate::{Mounted, News, WorkerSession, deployment, scripts};
use gyre_core::protocol::{Root, System};
use gyre_core::roles::{OsMatch, OsMorphing, Outcome};
use gyre_core::scripts::Phase;
use gyre_core::{Error, OsType, Result};
use gyre_saga::Call;
use serde_json::json;
use std::sync::Arc;

/// The step. It may be repeated from its start on the same disks.
pub(crate) async fn morph(context: Arc<Context>, call: Call) -> Result<Outcome> {
    let session = context.worker(call.state(deployment::MORPH_WORKER)?).await?;
    let morphed = on_worker(&context, &call, &*session).await;
    context.close(session).await;
    Ok(Outcome::Done(morphed?))
}

async fn on_worker(context: &Context, call: &Call, session: &dyn WorkerSession) -> Result<String> {
    let os = context.vm(call)?.os_type;
    scripts::on_worker(context, session, os, Phase::BeforeMount).await?;
    let secrets = &context.params.deploy.luks_secrets;
    if !secrets.is_empty() {
        session.unlock(secrets).await?;
    }
    let systems = session.systems().await?;
    let system = choose(&systems, context.params.deploy.system.as_deref())?;
    // A source may not know what the disks tell.
    let os = if os == OsType::Unknown { system.os_type } else { os };
    let Mounted { root, notes } = session.mount(system).await?;
    notes.into_iter().for_each(|note| context.warn(note));
    let morphed = async {
        scripts::on_worker(context, session, os, Phase::AfterMount).await?;
        let noted = Noted::new(root);
        let morphed = async {
            let morphed = in_root(context, call, noted.clone()).await?;
            scripts::in_guest(context, &*noted, os).await?;
            Ok(morphed)
        };
        tell_changes(context, &noted, morphed.await).await
    }
    .await;
    // Also after a failure: what stays mounted keeps the disks from being detached. And what is not
    // unmounted may not be written.
    let unmounted = session.unmount().await;
    let (plugin, found) = morphed?;
    unmounted?;
    encode(&json!({
        "system": system.name, "root": system.root, "plugin": plugin,
        "distribution": found.distribution, "version": found.version,
    }))
}

/// Also of a morphing that failed. Once the job is cancelled a program of the guest may still run: then nothing is told.
async fn tell_changes<T>(context: &Context, noted: &Noted, morphed: Result<T>) -> Result<T> {
    if matches!(&morphed, Err(error) if error.kind == gyre_core::Kind::Cancelled) {
        return morphed;
    }
    let outcome = match (noted.outcome().await, &morphed) {
        (Ok(outcome), _) => outcome,
        (Err(error), Ok(_)) => return Err(error),
        // A worker that is gone fails both, and the first says more.
        (Err(_), Err(_)) => return morphed,
    };
    outcome.changes.into_iter().for_each(|change| context.tell(News::Changed(change)));
    if outcome.left_out > 0 {
        context.warn(format!("{} more paths were changed, which are not listed", outcome.left_out));
    }
    morphed
}

/// The one that is meant.
///
/// # Errors
/// `morph.no-system`, `morph.unknown-system`, `morph.several-systems`.
pub fn choose<'a>(systems: &'a [System], wanted: Option<&str>) -> Result<&'a System> {
    let listed = |error: Error| {
        systems.iter().fold(error, |error, system| error.cause(format!("{} ({})", system.root, system.name)))
    };
    let is_wanted = |system: &&System| wanted.is_some_and(|name| system.root == name || system.name == name);
    match (systems, wanted) {
        ([], _) => Err(Error::invalid("morph.no-system", "no operating system was found on the disks")
            .cause("looked at partitions, arrays, encrypted and logical volumes for a root file system")),
        ([only], None) => Ok(only),
        (_, Some(name)) => systems.iter().find(is_wanted).ok_or_else(|| {
            listed(Error::invalid(
                "morph.unknown-system",
                format!("{name:?} is not among the systems on the disks"),
            ))
        }),
        (_, None) => Err(listed(Error::invalid(
            "morph.several-systems",
            "several operating systems were found on the disks: choose one with --system",
        ))),
    }
}

async fn in_root(context: &Context, call: &Call, root: Arc<dyn Root>) -> Result<(String, OsMatch)> {
    let vm = context.vm(call)?;
    let plan = context.destination().await?.plan_morphing(&vm).await?;
    let (name, options) = (&context.params.destination, context.params.options.clone());
    let morphers = context.shared.endpoints.morphers(name, &context.role_context(options)).await?;
    let (name, plugin, found) = detect(context, &morphers, &root).await?;
    plugin.morph(root, &vm, &plan).await.map_err(|error| match error.kind {
        gyre_core::Kind::Cancelled => error,
        _ => error.during(format!("{name} could not convert {} {}", found.distribution, found.version)),
    })?;
    Ok((name.to_owned(), found))
}

type Morphers = [(String, Arc<dyn OsMorphing>)];

/// Asks every plugin; the best score wins, the first of equals.
async fn detect<'a>(
    context: &Context,
    morphers: &'a Morphers,
    root: &Arc<dyn Root>,
) -> Result<(&'a str, &'a Arc<dyn OsMorphing>, OsMatch)> {
    let mut best: Option<(&str, &Arc<dyn OsMorphing>, OsMatch)> = None;
    let mut nobody =
        Error::invalid("morph.no-plugin", "no configured plugin knows the guest's operating system");
    for (name, plugin) in morphers {
        match plugin.detect(root.clone()).await {
            Ok(Some(found)) if best.as_ref().is_none_or(|(_, _, old)| found.score > old.score) => {
                best = Some((name, plugin, found));
            }
            Ok(Some(_)) => {}
            Ok(None) => nobody = nobody.cause(format!("{name} does not know it")),
            Err(error) if error.kind == gyre_core::Kind::Unavailable => return Err(error),
            // One broken plugin must not keep the others from their work.
            Err(error) => {
                context.warn(format!("{name} could not look at the guest: {error}"));
                nobody = nobody.cause(format!("{name}: {error}"));
            }
        }
    }
    best.ok_or_else(|| {
        if morphers.is_empty() {
            nobody.cause("there is no [osmorphing.NAME] in the configuration")
        } else {
            nobody
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_is_chosen_or_asked_for() {
        let system = |root: &str, name: &str| System {
            root: root.into(),
            name: name.into(),
            mounts: vec![],
            os_type: Default::default(),
        };
        let both = [system("disk0/part1", "Debian 12"), system("lvm/vg/root", "Ubuntu")];
        assert_eq!(choose(&both[..1], None).unwrap().root, "disk0/part1");
        assert_eq!(choose(&both, Some("Ubuntu")).unwrap().root, "lvm/vg/root");
        assert_eq!(choose(&both, Some("disk0/part1")).unwrap().name, "Debian 12");
        for (systems, wanted, code) in [
            (&both[..0], None, "morph.no-system"),
            (&both[..], None, "morph.several-systems"),
            (&both[..1], Some("Ubuntu"), "morph.unknown-system"),
        ] {
            assert_eq!(choose(systems, wanted).unwrap_err().code, code);
        }
        assert!(choose(&both, None).unwrap_err().to_string().contains("lvm/vg/root (Ubuntu)"));
    }
}
