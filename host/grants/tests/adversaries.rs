//! Hostile components, each trying one thing, through the real sandbox: none gets anything, each ends with the right
//! error, and others are served meanwhile. What they try stands in `adversaries/table.rs`.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // a test may fail

#[path = "adversaries/ground.rs"]
mod ground;
#[path = "adversaries/remedies.rs"]
mod remedies;
#[path = "adversaries/table.rs"]
mod table;
mod world;

use ground::{Ground, GuestRoot, Vault};
use gyre_core::roles::{Destination, Morphing, Outcome, Source, StepCall};
use gyre_core::{Error, Result};
use gyre_grants::Host;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use table::{ATTACKS, Attack, Gets, How};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/adversaries.md");
/// Honest calls of one measurement.
const CALLS: usize = 200;
/// Races for a file that is exchanged, each of thousands of rounds, until a link was refused.
const RACES_MAX: usize = 20;
/// What is said of a link that leads out of its directory.
const DENIED: &str = "grant.disk";

/// The log of the process, which every attack is looked for in.
fn log() -> Arc<Mutex<Vec<u8>>> {
    #[derive(Clone)]
    struct Into(Arc<Mutex<Vec<u8>>>);
    impl std::io::Write for Into {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let log = Arc::new(Mutex::new(Vec::new()));
    let writer = Into(log.clone());
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone());
    // Another test of this process was first: then nobody looks at this one.
    let _ = subscriber.try_init();
    log
}

#[tokio::test]
async fn none_gets_anything_and_each_ends_with_its_error() {
    let ground = Ground::new(log());
    let mut wrong = Vec::new();
    for (number, Attack(tries, how, table, gets)) in ATTACKS.iter().enumerate() {
        let began = Instant::now();
        let got = attempt(&ground, how, table).await;
        let text = got.as_ref().map_or_else(|error| error.to_string(), Clone::clone);
        ground.check(&text);
        let right = match (gets, &got) {
            (Gets::Code(code), Err(error)) => error.code == *code,
            (Gets::Text(_, holds), _) => text.contains(holds),
            _ => false,
        };
        println!("{:3} {:5.1} s  {tries}: {text:.300}", number + 1, began.elapsed().as_secs_f64());
        if !right {
            wrong.push(format!("{} {tries}: {text:.600}", number + 1));
        }
    }
    ground.check_state();
    let log = ground.said.log();
    assert!(log.contains("[secret own]") && log.contains("refused: "), "the log says what happened");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Runs one attack with these grants and limits.
async fn attempt(ground: &Ground, how: &How, table: &str) -> Result<String> {
    let (component, table) = (ground.component(how), ground.placed(table));
    let options = |attack: &str, on: &str, with: &str| {
        let quoted = |text: &str| serde_json::to_string(&ground.placed(text)).unwrap();
        let with = if with.is_empty() { String::new() } else { format!("config.with = {}\n", quoted(with)) };
        format!("config.attack = {}\nconfig.on = {}\n{with}", quoted(attack), quoted(on))
    };
    let open = |endpoint: &str, options: &str| {
        let head =
            format!("[secret.configured]\nenv = 'X'\n[plugin.it]\ncomponent = {component:?}\n{table}\n");
        let rest = if endpoint == "osmorphing" { "" } else { "plugin = 'it'\n" };
        let text = format!("{head}[{endpoint}.it]\n{rest}{options}");
        world::host(&text, ground.state.path(), Arc::new(Vault))
    };
    let source = |options: &str| source(ground, &open("source", options)?);
    match how {
        How::Source(attack, on, with) => checked(&*source(&options(attack, on, with))?).await,
        How::Race => {
            let _exchange = ground.exchange();
            raced(&*source(&options("race", "{dir}/racing", ""))?).await
        }
        How::Timer(attack) => timed(&*source(&options(attack, "", ""))?).await,
        How::Machine(attack) => {
            source(&options(attack, "own", ""))?.get_vm("1").await.map(|vm| format!("{vm:?}"))
        }
        How::State(attack) => {
            let source = source(&options(attack, "own", ""))?;
            source.ensure_snapshot(&step(), &world::machine(), None).await.map(told)
        }
        How::Wait => source(&options("wait", "", ""))?.power_off(&step(), "1").await.map(told),
        How::Map(claim) => {
            let disk = ground.placed("{dir}/disk");
            let origin = source(&options("map", "held", ""))?.open_disk(claim, &disk).await?;
            origin.extents(None, 0, 1 << 20).await.map(|map| format!("{map:?}"))
        }
        How::AfterTrap => {
            let source = source(&options("panic", "", ""))?;
            let origin = source.open_disk("", "").await?;
            assert_eq!(origin.read(0, 1).await.unwrap_err().code, "sandbox.trap");
            source.list_vms(None, None).await?;
            origin.read(0, 1).await.map(|bytes| format!("{bytes:?}"))
        }
        How::Forged(state) => {
            let state = ground.placed(state);
            let vm = "name = '1', vcpus = 1, memory-mib = 64, disks = [{ path = '{dir}/disk' }]";
            source(&ground.placed(&format!("config.vms = [{{ {vm} }}]")))?
                .open_disk(&state, "a")
                .await
                .map(|origin| format!("{} bytes", origin.size()))
        }
        How::Worker(attack, on) => {
            let destination = destination(ground, &open("destination", &options(attack, on, ""))?)?;
            destination.describe_worker("").await.map(|worker| format!("{worker:?}"))
        }
        How::Target(verb, attack) => {
            let destination = destination(ground, &open("destination", &options(attack, "own", ""))?)?;
            targeted(&*destination, verb).await
        }
        How::Detect => {
            let morpher = morpher(ground, &open("osmorphing", &options("", "", ""))?)?;
            morpher.detect(GuestRoot::confined(ground.guest.path())).await.map(|found| format!("{found:?}"))
        }
        How::Morph(attack, on, with) => {
            let morpher = morpher(ground, &open("osmorphing", &options(attack, on, with))?)?;
            let root = GuestRoot::confined(ground.guest.path());
            morpher.morph(root, &world::machine(), &Morphing::default()).await.map(|()| "morphed".into())
        }
        How::Describe(_) | How::Instances => source("").map(|_| "described".into()),
    }
}

fn source(ground: &Ground, host: &Host) -> Result<Arc<dyn Source>> {
    host.source("it", &world::job(ground.said.clone()))
}

fn destination(ground: &Ground, host: &Host) -> Result<Arc<dyn Destination>> {
    host.destination("it", &world::job(ground.said.clone()))
}

async fn targeted(destination: &dyn Destination, verb: &str) -> Result<String> {
    Ok(match verb {
        "describe-disks" => format!("{:?}", destination.describe_disks("").await?),
        "worker-console" => format!("{:?}", destination.worker_console("").await?),
        "describe-instance" => format!("{:?}", destination.describe_instance("").await?),
        "list-marked" => format!("{:?}", destination.list_marked(None).await?),
        _ => panic!("there is no attack by {verb}"),
    })
}

fn morpher(ground: &Ground, host: &Host) -> Result<Arc<dyn gyre_core::roles::OsMorphing>> {
    Ok(host.morphers(&world::job(ground.said.clone()))?.remove(0).1)
}

/// Races until it met both the file of its directory and the link: one race may see only one of them.
async fn raced(source: &dyn Source) -> Result<String> {
    let mut met = BTreeSet::new();
    for _ in 0..RACES_MAX {
        let got = checked(source).await?;
        met.extend(got.split(' ').map(str::to_owned));
        if ["inside", DENIED].iter().all(|one| met.contains(*one)) {
            break;
        }
    }
    assert!(met.contains(DENIED), "the link was never met: {met:?}");
    assert!(met.iter().all(|one| ["inside", DENIED, "disk.missing"].contains(&one.as_str())), "{met:?}");
    Ok(met.into_iter().collect::<Vec<_>>().join(" "))
}

async fn checked(source: &dyn Source) -> Result<String> {
    let findings = source.check(None).await?;
    Ok(findings.into_iter().map(|finding| finding.message).collect::<Vec<_>>().join("\n"))
}

/// The answer, while a timer of the same thread must go off: it is dead if the answer is there first.
async fn timed(source: &dyn Source) -> Result<String> {
    let timer = tokio::spawn(async {
        for _ in 0..5 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    });
    let got = checked(source).await;
    assert!(timer.is_finished(), "the timer died");
    got
}

fn step() -> StepCall {
    StepCall { token: "t".into(), resume: None }
}

fn told(outcome: Outcome) -> String {
    match outcome {
        Outcome::Done(state) => format!("done {} bytes", state.len()),
        Outcome::Wait { after_ms, .. } => format!("wait {after_ms}"),
    }
}

#[test]
fn the_page_lists_every_attack() {
    let mut page = String::from(
        "# Hostile plugins, and what they get\n\n\
         <!-- Made from host/grants/tests/adversaries/table.rs: run its test with UPDATE=1. -->\n\n\
         Each line is a component that is built and run by `cargo test -p gyre-grants --test adversaries`, through the same\n\
         sandbox as every plugin. After each of them the files outside its directory are compared, the servers that it was not\n\
         granted are asked whether anybody came, and the log, the progress, the answer and the state directory are searched for\n\
         the secrets.\n\n\
         Others are served meanwhile: a plugin that computes without end gives its thread back every 10 ms, so that a call of\n\
         another plugin on the same thread waits for at most 10 ms per hostile plugin in each of its two turns (to make the\n\
         instance, and to call it); on another thread it waits for nothing but the processor. The test prints what it measured.\n\n\
         What no sandbox stops: a plugin that may *see* a secret (`reveal = true`) can write it in letters that nobody\n\
         recognises, and one that may reach a host can send there whatever it knows. Compiling a component is not limited in\n\
         time but by its size, 64 MiB at most.\n\n\
         What a plugin says that it made (`list-marked`), it is believed of steps that ran at its own endpoint and are over,\n\
         and of nothing else: what a job of another endpoint made is unknown there (`orphans.foreign`), and what any list calls\n\
         the property of a replica, a server or a running job stays (`orphans.owned`). That an object of its own endpoint\n\
         really carries the token, only that plugin can look up; one that lies of it could remove the object unasked.\n\
         `tests/tests/orphans.rs` runs a component that claims by the token of another endpoint's job.\n\n\
         | | it tries to | it gets |\n|---|---|---|\n",
    );
    for (number, Attack(tries, _, _, gets)) in ATTACKS.iter().enumerate() {
        let gets = match gets {
            Gets::Code(code) => format!("`{code}`"),
            Gets::Text(says, _) => (*says).to_owned(),
        };
        writeln!(page, "| {} | {tries} | {gets} |", number + 1).unwrap();
    }
    if std::env::var("UPDATE").is_ok_and(|value| value == "1") {
        std::fs::write(PAGE, &page).unwrap();
    }
    let found = std::fs::read_to_string(Path::new(PAGE)).unwrap_or_default();
    assert!(found == page, "host/docs/adversaries.md is stale: run this test with UPDATE=1");
    assert!(ATTACKS.len() >= 30);
}

/// Honest calls one after the other, and how long one took.
async fn honest(source: &dyn Source) -> Result<Duration, Error> {
    let began = Instant::now();
    for _ in 0..CALLS {
        source.list_vms(None, None).await?;
    }
    Ok(began.elapsed() / u32::try_from(CALLS).unwrap())
}

/// Speed is not asserted: what is, is that every honest call is answered while the bombs run.
async fn slow_down(threads: &str) {
    let state = tempfile::tempdir().unwrap();
    let text = format!(
        "[plugin.it]\ncomponent = {:?}\n[source.it]\nplugin = 'it'\nconfig.attack = 'spin'",
        world::guest("hostile-source")
    );
    let host = world::host(&text, state.path(), Arc::new(Vault)).unwrap();
    let open = |job| host.source("it", &job).unwrap();
    let kind = open(world::job(Arc::new(world::Silent)));
    let alone = honest(&*kind).await.unwrap();
    let job = world::job(Arc::new(world::Silent));
    let cancel = job.cancel.clone();
    let bombs: Vec<_> = (0..2)
        .map(|_| {
            let bomb = open(job.clone());
            tokio::spawn(async move { bomb.check(None).await })
        })
        .collect();
    let beside = honest(&*kind).await.unwrap();
    assert!(bombs.iter().all(|bomb| !bomb.is_finished()), "the bombs ended before the honest calls");
    cancel.cancel();
    for bomb in bombs {
        assert_eq!(bomb.await.unwrap().unwrap_err().code, "job.cancelled");
    }
    let ratio = beside.as_secs_f64() / alone.as_secs_f64();
    println!(
        "{threads}: a call takes {alone:?} alone, {beside:?} beside two bombs: {ratio:.1} times as long"
    );
}

#[tokio::test]
async fn honest_calls_are_answered_beside_bombs_on_one_thread() {
    slow_down("one thread").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn honest_calls_are_answered_beside_bombs_on_two_threads() {
    slow_down("two threads").await;
}
