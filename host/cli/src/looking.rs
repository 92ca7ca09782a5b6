//! `gyre source` and `gyre check`: looking at what is there, and whether it is ready. Creates nothing.

use crate::answer::Answer;
use crate::app::App;
use crate::args::CheckArgs;
use crate::desk::Desk;
use crate::failure;
use crate::given::{self, Given};
use crate::place;
use crate::show::{Table, clean, size};
use gyre_api::Check;
use gyre_core::config::Config;
use gyre_core::roles::{Finding, VmSummary};
use gyre_core::{Error, Result, VmSpec};
use gyre_engine::{Checked, Endpoints, blocking};
use gyre_grants::Role;
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::time::Duration;

/// A line of the list.
#[derive(Serialize)]
struct Machine {
    source: String,
    #[serde(flatten)]
    vm: VmSummary,
}

/// Pages of one source's list.
const PAGES_MAX: usize = 1000;
/// How long a command waits for the check of what it has already done.
const DOUBTS_WAIT: Duration = Duration::from_secs(30);

/// The machines of one source, or of all.
///
/// # Errors
/// Those of the source; with several, the first one's, after the others were listed.
pub async fn list(desk: &dyn Desk, endpoint: Option<&str>, name: Option<&str>) -> Result<Answer> {
    let endpoints = match endpoint {
        Some(endpoint) => vec![endpoint.to_owned()],
        None => desk.sources().await?,
    };
    let mut table = Table::new(&["source", "id", "name", "system", "power"]);
    let (mut rows, mut failed) = (Vec::new(), None);
    for source in &endpoints {
        match desk.machines(source, name).await {
            Ok(vms) => {
                for vm in vms {
                    let power = if vm.powered_on { "on" } else { "off" };
                    table.row([source, &vm.id, &vm.name, vm.os_hint.as_deref().unwrap_or("?"), power]);
                    rows.push(Machine { source: source.clone(), vm });
                }
            }
            Err(error) => failed = failed.or(Some(error.during(format!("list the machines of {source}")))),
        }
    }
    let text = if rows.is_empty() { "no machines\n".into() } else { table.text() };
    Ok(Answer::new(json!({ "machines": rows }), text).with_error(failed))
}

/// All machines of a source.
///
/// # Errors
/// Those of the source; `source.endless`.
pub async fn machines(app: &App, source: &str, name: Option<&str>) -> Result<Vec<VmSummary>> {
    let source = app.plugins.source(source, &app.engine.looking(Map::new())).await?;
    let (mut vms, mut after) = (Vec::new(), None::<String>);
    for _ in 0..PAGES_MAX {
        let page = source.list_vms(name, after.as_deref()).await?;
        vms.extend(page.vms);
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(vms),
        }
    }
    Err(Error::other("source.endless", format!("the source's list does not end after {PAGES_MAX} pages")))
}

/// One machine.
///
/// # Errors
/// Those of the source.
pub async fn show(desk: &dyn Desk, endpoint: &str, vm: &str) -> Result<Answer> {
    let vm = desk.machine(endpoint, vm).await?;
    let text = machine(&vm);
    Ok(Answer::new(vm, text))
}

fn machine(vm: &VmSpec) -> String {
    let word = |value: Value| value.as_str().unwrap_or_default().to_owned();
    let mut table = Table::pairs();
    table.row(["machine", &vm.name]);
    table.row(["id", &vm.id]);
    table.row(["host name", vm.hostname.as_deref().unwrap_or("?")]);
    table.row(["system", &format!("{} ({})", vm.os_hint.as_deref().unwrap_or("?"), word(json!(vm.os_type)))]);
    table.row(["processors", &vm.vcpus.to_string()]);
    table.row(["memory", &size(vm.memory_mib.saturating_mul(1 << 20))]);
    table.row(["firmware", &word(json!(vm.firmware))]);
    let mut text = table.text();
    let mut disks = Table::new(&["disk", "size", "bus", "kept in"]).right(&[1]);
    for disk in &vm.disks {
        disks.row([&disk.id, &size(disk.size), &disk.bus, disk.backend.as_deref().unwrap_or("")]);
    }
    let mut nics = Table::new(&["nic", "network", "mac", "addresses"]);
    for nic in &vm.nics {
        nics.row([&nic.id, &nic.network, nic.mac.as_deref().unwrap_or("?"), &nic.addresses.join(", ")]);
    }
    text += &format!("\n{}\n{}", disks.text(), nics.text());
    text
}

/// Asks everything that was named, or everything there is.
///
/// # Errors
/// `options.*`, and those of a server: what else does not work is the answer.
pub async fn check(desk: &dyn Desk, args: &CheckArgs) -> Result<Answer> {
    let answers = desk
        .check(&Check {
            source: args.source.clone(),
            vm: args.vm.clone(),
            destination: args.destination.clone(),
            options: Map::new(),
            layers: given::layers(&args.options)?,
        })
        .await?;
    let error = answers.iter().find_map(why_not);
    let text = answers.iter().map(paragraph).collect::<String>();
    let json = json!({ "ready": error.is_none(), "checks": answers });
    Ok(Answer::new(json, text).with_error(error))
}

/// What keeps a replica that was just noted from being executed; empty: nothing does. That nobody could be asked is said too,
/// and is no error, for the replica is there.
pub async fn doubts(desk: &dyn Desk, check: &Check) -> String {
    match tokio::time::timeout(DOUBTS_WAIT, desk.check(check)).await {
        Ok(Ok(answers)) => doubted(&answers),
        Ok(Err(error)) => format!("! it was not checked: {}\n", clean(&error.to_string())),
        Err(_) => format!("! it was not checked: no answer in {} s; ask gyre check\n", DOUBTS_WAIT.as_secs()),
    }
}

fn doubted(answers: &[Checked]) -> String {
    let against = answers.iter().filter(|checked| why_not(checked).is_some());
    let text: String = against.map(paragraph).collect();
    if text.is_empty() {
        text
    } else {
        format!("! as it stands, no execution can succeed; gyre check finds:\n{text}")
    }
}

/// The answer of everything that was named, or of everything there is.
pub async fn checked(app: &App, ask: &Check, given: &Given) -> Vec<Checked> {
    let mut answers = vec![local(app)];
    answers.extend(plugins(app).await);
    answers.extend(unfit_morphers(app).await);
    let all = ask.source.is_none() && ask.destination.is_none();
    if all {
        for source in app.config.source.keys() {
            answers.extend(endpoints(app, Some((source, None)), None, given).await);
        }
        for destination in app.config.destination.keys() {
            answers.extend(endpoints(app, None, Some(destination), given).await);
        }
    } else {
        let source = ask.source.as_deref().map(|source| (source, ask.vm.as_deref()));
        answers.extend(endpoints(app, source, ask.destination.as_deref(), given).await);
        if ask.source.is_some() && ask.destination.is_some() && ask.vm.is_none() {
            answers.push(no_machine());
        }
    }
    answers
}

/// A destination is not asked with options that it does not have.
async fn endpoints(
    app: &App,
    source: Option<(&str, Option<&str>)>,
    destination: Option<&str>,
    given: &Given,
) -> Vec<Checked> {
    let Some(name) = destination else { return app.engine.check(source, None).await };
    match app.plugins.environment(name, given).await {
        Ok(options) => app.engine.check(source, Some((name, &options))).await,
        Err(error) => {
            let mut answers = app.engine.check(source, None).await;
            let endpoint = format!("destination {name}");
            answers.push(Checked { endpoint, findings: Vec::new(), error: Some(error) });
            answers
        }
    }
}

/// What of this host a job needs.
fn local(app: &App) -> Checked {
    let endpoint = "this host".to_owned();
    Checked { endpoint, findings: missing_parts(&app.config), error: place::agents(&app.config).err() }
}

/// What a configuration may well be without, and no migration is.
fn missing_parts(config: &Config) -> Vec<Finding> {
    let parts = [
        (config.source.is_empty(), "source", "no source is configured", "write [source.NAME]"),
        (
            config.destination.is_empty(),
            "destination",
            "no destination is configured",
            "write [destination.NAME]",
        ),
        (
            config.osmorphing.is_empty(),
            "osmorphing",
            "no plugin is configured that converts guests: from another hypervisor, most do not boot without one",
            "write [plugin.debian] and [osmorphing.debian], or those of the guests that you have",
        ),
    ];
    let missing = parts.into_iter().filter(|(is_missing, ..)| *is_missing);
    missing.map(|(_, path, message, remedy)| warning(path, message, remedy)).collect()
}

/// Networks, sizes and addresses are those of a machine.
fn no_machine() -> Checked {
    let message = "no machine was named: nothing that depends on one was looked at";
    let findings = vec![warning("vm", message, "name it: --vm NAME")];
    Checked { endpoint: "machine".into(), findings, error: None }
}

fn warning(path: &str, message: &str, remedy: &str) -> Finding {
    Finding { blocking: false, path: path.into(), message: message.into(), remedy: Some(remedy.into()) }
}

async fn plugins(app: &App) -> Vec<Checked> {
    let mut checked = Vec::new();
    for name in app.config.plugin.keys() {
        let error = app.plugins.inspect(name).await.map_or_else(Some, |(_, standing)| standing.refused);
        checked.push(Checked { endpoint: format!("plugin {name}"), findings: Vec::new(), error });
    }
    checked
}

/// What stands under `[osmorphing]` and cannot be used there. A job would find out when everything is copied.
async fn unfit_morphers(app: &App) -> Vec<Checked> {
    let mut unfit = Vec::new();
    for name in app.config.osmorphing.keys() {
        let asked = app.plugins.described((Role::Osmorphing, name), &Map::new(), &[]).await;
        // A plugin that cannot be loaded was told of by itself.
        let error = asked.err().filter(|error| error.code.starts_with("config."));
        let endpoint = format!("osmorphing {name}");
        unfit.extend(error.map(|error| Checked { endpoint, findings: Vec::new(), error: Some(error) }));
    }
    unfit
}

fn why_not(checked: &Checked) -> Option<Error> {
    checked
        .error
        .clone()
        .map(|error| error.during(format!("{} is not ready", checked.endpoint)))
        .or_else(|| blocking(&checked.endpoint, &checked.findings))
}

fn paragraph(checked: &Checked) -> String {
    let mark = if why_not(checked).is_some() { '✗' } else { '✓' };
    let mut text = format!("{mark} {}\n", checked.endpoint);
    if let Some(error) = &checked.error {
        text += &format!("    {}\n", clean(&error.to_string()));
        text += &failure::remedy(&error.code)
            .map(|remedy| format!("      remedy: {remedy}\n"))
            .unwrap_or_default();
    }
    checked.findings.iter().for_each(|finding| text += &findings(finding));
    text
}

fn findings(finding: &Finding) -> String {
    let mark = if finding.blocking { '✗' } else { '!' };
    let remedy = finding.remedy.as_ref().map(|remedy| format!("      remedy: {}\n", clean(remedy)));
    format!("  {mark} {}: {}\n{}", clean(&finding.path), clean(&finding.message), remedy.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_are_told_with_their_remedies() {
        let finding = |blocking| Finding {
            blocking,
            path: "network_map[\"VM Network\"]".into(),
            message: "there is no network \"prod\"".into(),
            remedy: Some("choose one of: private".into()),
        };
        let checked = |findings| Checked { endpoint: "destination cloud".into(), findings, error: None };
        assert_eq!(paragraph(&checked(Vec::new())), "✓ destination cloud\n");
        assert_eq!(
            paragraph(&checked(vec![finding(true)])),
            "✗ destination cloud\n  ✗ network_map[\"VM Network\"]: there is no network \"prod\"\n      remedy: choose one of: private\n"
        );
        assert!(paragraph(&checked(vec![finding(false)])).starts_with("✓ destination cloud\n  ! "));
        let error = Some(Error::invalid("clouds.missing", "there is no clouds.yaml"));
        let text = paragraph(&Checked { error, ..checked(Vec::new()) });
        assert!(text.contains("      remedy: put it into one of the places named, set `OS_CLIENT"), "{text}");
        assert_eq!(why_not(&checked(vec![finding(true)])).unwrap().kind.exit_code(), 2);
        assert_eq!(
            doubted(&[checked(Vec::new()), checked(vec![finding(false)])]),
            "",
            "nothing is against it"
        );
        let text = doubted(&[checked(Vec::new()), checked(vec![finding(true)])]);
        assert!(
            text.starts_with("! as it stands, no execution can succeed; gyre check finds:\n✗ dest"),
            "{text}"
        );
    }

    #[test]
    fn what_no_migration_is_without_is_said() {
        let paths = |text: &str| -> Vec<String> {
            let config = Config::parse(text, std::path::Path::new("/")).unwrap();
            missing_parts(&config).into_iter().map(|finding| finding.path).collect()
        };
        assert_eq!(paths(""), ["source", "destination", "osmorphing"]);
        let plugins =
            "[plugin.p]\ncomponent = 'p.wasm'\n[source.a]\nplugin = 'p'\n[destination.b]\nplugin = 'p'\n";
        assert_eq!(paths(plugins), ["osmorphing"]);
        assert!(paths(&format!("{plugins}[osmorphing.p]\n")).is_empty());
        assert!(paragraph(&no_machine()).starts_with("✓ machine\n  ! vm: no machine was named"));
    }

    #[test]
    fn a_machine_is_shown_with_disks_and_networks() {
        let vm: VmSpec = serde_json::from_value(json!({
            "id": "web-01", "name": "web", "vcpus": 2, "memory-mib": 1024, "os-hint": "Debian 12",
            "disks": [{"id": "disk-0", "size": 4294967296_u64, "bus": "scsi"}],
            "nics": [{"id": "nic-0", "network": "VM Network", "mac": "00:50:56:9a:17:01", "addresses": ["10.0.0.1"]}]
        }))
        .unwrap();
        let text = machine(&vm);
        for line in
            ["memory      1.0 GiB", "system      Debian 12 (linux)", "disk-0  4.0 GiB  scsi", "VM Network"]
        {
            assert!(text.contains(line), "{line} is missing:\n{text}");
        }
    }
}
