//! Scripts and secrets of a deployment: when they are run, what becomes of what they say.

use super::world::{Job, World, succeeded};
use crate::{Ask, DeployOptions, News, Report};
use gyre_core::scripts::{Phase, UserScripts};
use gyre_saga::{Status, Stop};

fn options(scripts: &[(Phase, &str)]) -> DeployOptions {
    let linux = scripts.iter().map(|(phase, text)| (*phase, text.to_string())).collect();
    let scripts = UserScripts { linux, ..UserScripts::default() };
    DeployOptions { scripts, luks_secrets: vec!["disk".into(), "old".into()], ..DeployOptions::default() }
}

async fn deploy(world: &World, options: DeployOptions) -> Report {
    world.engine().run(Ask::Deploy("web".into(), options), Stop::default()).await.unwrap()
}

#[tokio::test]
async fn scripts_run_in_their_phases_and_are_kept_with_the_job() {
    let world = World::prepared(Job::Deployment).await;
    let asked = options(&[
        (Phase::BeforeMount, "before\n\nlast"),
        (Phase::AfterMount, "after"),
        (Phase::FirstBoot, "first"),
    ]);
    let before = world.cloud.calls().len();
    let report = succeeded(Ok(deploy(&world, asked).await));
    world.assert_done(Job::Deployment);
    let of_interest = ["script", "unlock", "systems", "mount", "morph", "unmount"];
    let mut calls = world.cloud.calls().split_off(before);
    calls.retain(|call| of_interest.contains(&call.split(' ').next().unwrap()));
    let expected = [
        "script before-mount",
        "unlock disk old",
        "systems",
        "mount",
        "script after-mount",
        "morph",
        "unmount",
    ];
    assert_eq!(calls, expected);
    assert_eq!(world.cloud.held().files["/etc/gyre/first-boot/script"], "first");

    let told = world.engine().told(Some(&report.job), 0, 1000).await.unwrap();
    let changes: Vec<_> = told.iter().filter_map(change).collect();
    let script = "nothing → file, mode 0755\nits contents are not shown\n";
    assert!(changes.contains(&("/etc/gyre/first-boot/script", script)), "{changes:?}");
    let unit = changes.iter().find(|(path, _)| path.ends_with("/gyre-first-boot.service")).unwrap();
    assert!(unit.1.contains("\n+Type=oneshot\n"), "{changes:?}");

    let lines: Vec<String> = told
        .into_iter()
        .filter_map(|told| match told.news {
            News::Log { plugin, text, .. } if plugin.ends_with(" script") => {
                Some(format!("{plugin}: {text}"))
            }
            News::Warning { text } => Some(text),
            _ => None,
        })
        .collect();
    let expected = [
        "before-mount script: before",
        "before-mount script: last",
        "/data stays unmounted",
        "after-mount script: after",
    ];
    assert_eq!(lines, expected);
}

fn change(told: &crate::Told) -> Option<(&str, &str)> {
    match &told.news {
        News::Changed(change) => Some((&change.path, &change.text)),
        _ => None,
    }
}

#[tokio::test]
async fn a_script_that_fails_ends_the_deployment_and_leaves_nothing() {
    for phase in [Phase::BeforeMount, Phase::AfterMount] {
        let world = World::prepared(Job::Deployment).await;
        let report = deploy(&world, options(&[(phase, "to fail")])).await;
        assert_eq!(report.status, Status::Failed);
        let error = report.error.unwrap();
        assert_eq!(error.code, "script.failed");
        let words = format!("the {} script ended with status 7: to fail", phase.name());
        assert!(error.to_string().contains(&words), "{error}");
        world.assert_undone(Job::Deployment, phase.name()).await;
        assert_eq!(world.cloud.held().mounted, 0);
    }
}

#[tokio::test]
async fn no_linux_script_runs_for_windows() {
    let world = World::prepared(Job::Deployment).await;
    let asked = options(&[(Phase::BeforeMount, "to fail"), (Phase::FirstBoot, "first")]);
    world.cloud.held().vm.as_mut().unwrap().os_type = gyre_core::OsType::Windows;
    succeeded(world.execute().await);
    succeeded(Ok(deploy(&world, asked).await));
    assert!(world.cloud.held().files.is_empty());
    assert!(!world.cloud.was_called("script before-mount"));

    let mut own = options(&[]);
    own.scripts.own.insert(Phase::FirstBoot, "first".into());
    let report = deploy(&world, own).await;
    assert_eq!(report.error.unwrap().code, "script.first-boot");
}
