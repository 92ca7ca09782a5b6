//! The API over a real socket, on a store with jobs whose source is not there, or does not answer.

mod schedules;

use crate::*;
use async_trait::async_trait;
use gyre_core::config::{Jobs, Transfer};
use gyre_core::roles::{Destination, OsMorphing, Source, VmSummary, Worker};
use gyre_core::{Error, Result, VmSpec};
use gyre_engine::{
    Checked, DeployOptions, Endpoints, Engine, ExecuteOptions, JobContext, Settings, WorkerSession, Workers,
};
use gyre_saga::{NewJob, NewNote, Owner, Policy, SqliteStore, Status, Store};
use gyre_schedule::Schedules;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

/// A configuration whose endpoints are not there, or, as long as they hold, do not answer.
#[derive(Default)]
struct Nowhere {
    holds: AtomicBool,
}

fn unknown() -> Error {
    Error::invalid("config.unknown-endpoint", "gyre.toml has no such endpoint")
}

#[async_trait]
impl Endpoints for Nowhere {
    async fn source(&self, _: &str, _: &JobContext) -> Result<Arc<dyn Source>> {
        if self.holds.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
        Err(unknown())
    }
    async fn destination(&self, _: &str, _: &JobContext) -> Result<Arc<dyn Destination>> {
        Err(unknown())
    }
    async fn morphers(&self, _: &str, _: &JobContext) -> Result<Vec<(String, Arc<dyn OsMorphing>)>> {
        Ok(Vec::new())
    }
    async fn digests(&self, _: &str, _: &str) -> Result<BTreeMap<String, String>> {
        Ok(BTreeMap::new())
    }
    async fn keep(&self, _: &BTreeMap<String, String>) -> Result<()> {
        Ok(())
    }
    /// Nothing is kept here.
    async fn gone(&self, _: &str, _: &str, pinned: &BTreeMap<String, String>) -> Result<BTreeSet<String>> {
        Ok(pinned.keys().cloned().collect())
    }
    async fn release(&self, _: &BTreeSet<String>) -> Result<()> {
        Ok(())
    }
}

#[async_trait]
impl Workers for Nowhere {
    async fn open(&self, _: &Worker, _: &str, _: &CancellationToken) -> Result<Box<dyn WorkerSession>> {
        Err(unknown())
    }
}

#[async_trait]
impl Site for Nowhere {
    fn sources(&self) -> Vec<EndpointLine> {
        vec![EndpointLine { name: "lab".into(), plugin: "disk-image".into() }]
    }
    fn destinations(&self) -> Vec<EndpointLine> {
        Vec::new()
    }
    async fn machines(&self, _: &str, _: Option<&str>) -> Result<Vec<VmSummary>> {
        Err(unknown())
    }
    async fn machine(&self, _: &str, _: &str) -> Result<VmSpec> {
        Err(unknown())
    }
    async fn environment(&self, _: &str, _: &[Layer]) -> Result<Map<String, Value>> {
        Err(unknown())
    }
    fn deployment(&self, asked: DeployOptions) -> Result<DeployOptions> {
        Ok(asked)
    }
    async fn check(&self, _: &Check) -> Vec<Checked> {
        vec![Checked { endpoint: "source lab".into(), findings: Vec::new(), error: Some(unknown()) }]
    }
}

struct World {
    directory: tempfile::TempDir,
    store: Arc<dyn Store>,
    engine: Engine,
    nowhere: Arc<Nowhere>,
    tasks: Arc<Tasks>,
    server: Arc<Server>,
    token: Token,
    address: SocketAddr,
    stop: CancellationToken,
}

impl World {
    async fn new() -> Self {
        Self::with(None).await
    }

    async fn with(tls: Option<tokio_rustls::TlsAcceptor>) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let directory = tempfile::tempdir().unwrap();
        let store: Arc<dyn Store> =
            Arc::new(SqliteStore::open(directory.path(), Owner::this_process()).unwrap());
        let settings = Settings {
            directory: directory.path().into(),
            transfer: Transfer::default(),
            allowance: gyre_mover::Allowance::always(gyre_core::Bandwidth::UNLIMITED),
            jobs: Jobs::default(),
            copy: gyre_mover::CopyOptions::default(),
            policy: Policy { cancel_grace: Duration::from_millis(50), ..Policy::default().without_pauses() },
        };
        let metrics = Arc::new(Metrics::default());
        let nowhere = Arc::new(Nowhere::default());
        let engine = Engine::new(store.clone(), nowhere.clone(), nowhere.clone(), metrics.clone(), settings);
        let tasks = Tasks::new(engine.clone(), metrics.clone());
        let token = TokenFile(directory.path().join("token")).read_or_create().unwrap();
        let gate = Gate::new(token.clone(), vec!["gyre.example".into()]);
        let schedules = Schedules::new(store.clone());
        let api = Api::new(engine.clone(), tasks.clone(), schedules, nowhere.clone(), metrics, gate);
        let server = Arc::new(Server::new(api, tls));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, stop) = (listener.local_addr().unwrap(), CancellationToken::new());
        let (accepting, until) = (server.clone(), stop.clone());
        tokio::spawn(async move { accepting.accept(listener, &until).await });
        Self { directory, store, engine, nowhere, tasks, server, token, address, stop }
    }

    fn client(&self) -> Client {
        Client::new(&format!("http://{}", self.address), self.token.clone()).unwrap()
    }

    async fn replica(&self, name: &str) {
        let replica = json!({
            "id": name, "name": name, "source": "lab", "vm": name, "destination": "cloud", "options": {},
            "executions": 0, "disks": null, "last": null,
        });
        self.store.put("replica", name, 0, &replica).await.unwrap();
    }

    /// A job that crashed before its first step.
    async fn job(&self, name: &str) -> String {
        self.replica(name).await;
        self.engine
            .start(gyre_engine::Ask::Execute(name.into(), ExecuteOptions::default()))
            .await
            .unwrap()
            .job
    }

    /// A job that was begun with a plugin which is not there any more.
    async fn stray(&self, name: &str) -> String {
        let like = self.store.load(&self.job(name).await).await.unwrap();
        self.engine.abandon(&like.id).await.unwrap();
        let new = NewJob {
            kind: like.kind,
            version: like.version,
            subject: like.subject,
            holds: None,
            params: like.params,
            plugins: BTreeMap::from([("gone".into(), "0123456789abcdef".into())]),
            steps: like.steps,
        };
        self.store.create(new).await.unwrap().id
    }

    async fn warn(&self, job: &str, text: &str) {
        let value = json!({ "event": "warning", "text": text });
        self.store.note(vec![NewNote { job: job.into(), at: 7, slot: None, value }]).await.unwrap();
    }

    /// The status and all that follows, of a request as it is written here.
    async fn raw(&self, line: &str, headers: &[&str], body: &[u8]) -> (u16, String) {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let mut head = format!("{line} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
        headers.iter().for_each(|header| head += &format!("{header}\r\n"));
        stream.write_all(format!("{head}\r\n").as_bytes()).await.unwrap();
        // Who is refused early may not read on.
        let _ = stream.write_all(body).await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        let text = String::from_utf8_lossy(&answer).into_owned();
        (text.split(' ').nth(1).unwrap_or("0").parse().unwrap(), text)
    }

    async fn asked(&self, line: &str, body: &str) -> (u16, Value) {
        let token = format!("Authorization: {}", self.token.bearer());
        let (status, text) = self.raw(line, &["Host: localhost", &token], body.as_bytes()).await;
        let body = text.split_once("\r\n\r\n").map(|(_, body)| body).unwrap_or_default();
        (status, serde_json::from_str(body).unwrap_or(Value::Null))
    }
}

#[tokio::test]
async fn requests_that_are_wrong_say_what_is() {
    let world = World::new().await;
    let large = format!("{{\"x\": \"{}\"}}", "x".repeat(5 << 20));
    for (line, body, status, code) in [
        ("GET /v1/nothing", "", 404, "api.unknown"),
        ("PUT /v1/jobs", "", 405, "api.method"),
        ("GET /v1/jobs?limit=0", "", 400, "api.request"),
        ("GET /v1/jobs?limit=1001", "", 400, "api.request"),
        ("GET /v1/jobs?limit=x", "", 400, "api.request"),
        ("GET /v1/jobs?status=gone", "", 400, "api.request"),
        ("GET /v1/jobs?nothing=1", "", 400, "api.request"),
        ("GET /v1/jobs/0123456789ab", "", 404, "job.unknown"),
        ("GET /v1/jobs/0123456789ab/stream", "", 404, "job.unknown"),
        ("GET /v1/replicas/a%2Fb", "", 404, "replica.unknown"),
        ("POST /v1/replicas", "{", 400, "api.request"),
        ("POST /v1/replicas", "{\"name\": 1}", 400, "api.request"),
        ("POST /v1/replicas/web/execute", "{\"x\": 1}", 400, "api.request"),
        ("POST /v1/replicas/web/execute", "{\"compress\": \"fast\"}", 400, "api.request"),
        ("POST /v1/replicas/web/execute", "{\"compress\": \"always\"}", 404, "replica.unknown"),
        ("POST /v1/replicas/web/execute", "", 404, "replica.unknown"),
        ("POST /v1/replicas", &large, 413, "api.too-large"),
        ("GET /v1/sources/lab/machines", "", 400, "config.unknown-endpoint"),
    ] {
        let (found, answer) = world.asked(line, body).await;
        assert_eq!((found, answer["code"].as_str()), (status, Some(code)), "{line} {answer}");
    }
    let none = r#"{"route": {"source": "lab", "vms": [], "destination": "cloud"}}"#;
    assert_eq!(world.asked("POST /v1/migrations", none).await.1["code"], "replica.machines");
    let long = format!("X-Long: {}", "x".repeat(80 << 10));
    assert_eq!(world.raw("GET /healthz", &["Host: localhost", &long], b"").await.0, 431);
}

#[tokio::test]
async fn strangers_learn_nothing() {
    let world = World::new().await;
    let bearer = format!("Authorization: {}", world.token.bearer());
    for (line, headers, status) in [
        ("GET /v1/jobs", vec!["Host: localhost"], 401),
        ("GET /v1/nothing", vec!["Host: localhost"], 401),
        ("GET /v1/jobs", vec!["Host: localhost", "Authorization: Bearer x"], 401),
        ("GET /v1/jobs", vec!["Host: evil.example", &bearer], 421),
        ("GET /healthz", vec!["Host: evil.example"], 421),
        ("GET /v1/jobs", vec!["Host: localhost", "Origin: http://evil.example", &bearer], 421),
        ("GET http://evil.example/v1/jobs", vec!["Host: evil.example", &bearer], 421),
        ("GET /v1/jobs", vec!["Host: gyre.example", &bearer], 200),
        ("GET /healthz", vec!["Host: localhost"], 200),
    ] {
        let (found, text) = world.raw(line, &headers, b"").await;
        assert_eq!(found, status, "{line} {text}");
        assert!(!text.to_lowercase().contains("access-control"), "{text}");
        assert!((status == 401) == text.to_lowercase().contains("www-authenticate: bearer"), "{text}");
    }
}

#[tokio::test]
async fn events_are_read_in_pages_and_streams_that_go_on_where_they_were() {
    let world = World::new().await;
    let (job, other) = (world.job("a").await, world.job("b").await);
    for text in ["one", "two", "three"] {
        world.warn(&job, text).await;
    }
    world.warn(&other, "not ours").await;
    let client = world.client();
    let page = client.events(&job, &EventQuery { after: 0, limit: Some(2) }).await.unwrap();
    assert_eq!((page.events.len(), page.next), (2, page.events[1].seq));
    let heard = Mutex::new(Vec::new());
    let hear =
        |told: &gyre_engine::Told| heard.lock().unwrap().push(serde_json::to_value(&told.news).unwrap());
    let end = client.follow(&job, page.next, &hear).await.unwrap();
    assert_eq!(*heard.lock().unwrap(), [json!({"event": "warning", "text": "three"})]);
    assert_eq!(end, End { status: Status::Running, error: None, next: None });

    // As a browser takes it up: what it saw last goes over what it once asked for.
    let token = format!("Authorization: {}", world.token.bearer());
    let last = format!("Last-Event-ID: {}", page.events[1].seq);
    let (_, text) = world
        .raw(&format!("GET /v1/jobs/{job}/stream?after=0"), &["Host: localhost", &token, &last], b"")
        .await;
    assert!(text.contains("three") && !text.contains("two") && text.contains("event: end"), "{text}");
    assert!(text.contains("content-type: text/event-stream"), "{text}");
    let all = world.asked("GET /v1/events?limit=1000", "").await.1;
    assert_eq!(all["events"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn the_stream_of_all_jobs_lasts_until_the_server_ends() {
    let world = World::new().await;
    let job = world.job("a").await;
    let mut stream = TcpStream::connect(world.address).await.unwrap();
    let head = format!(
        "GET /v1/stream HTTP/1.1\r\nHost: localhost\r\nAuthorization: {}\r\n\r\n",
        world.token.bearer()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    world.warn(&job, "first").await;
    let mut text = String::new();
    let mut piece = [0; 4096];
    while !text.contains("first") {
        let length =
            tokio::time::timeout(Duration::from_secs(20), stream.read(&mut piece)).await.unwrap().unwrap();
        assert!(length > 0, "{text}");
        text += &String::from_utf8_lossy(&piece[..length]);
    }
    assert!(world.asked("GET /metrics", "").await.0 == 200);
    world.stop.cancel();
    assert_eq!(world.tasks.park(Duration::from_secs(5)).await, 0);
    world.server.close().await;
    let rest = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut Vec::new())).await;
    rest.expect("the stream ends").unwrap();
}

#[tokio::test]
async fn a_job_that_nobody_works_on_is_dealt_with_and_what_forbids_that_is_said_at_once() {
    let world = World::new().await;
    let (client, job) = (world.client(), world.stray("a").await);
    assert_eq!(client.deal(&job, Deal::Resume).await.unwrap_err().code, "job.upgraded");
    assert_eq!(client.deal(&job, Deal::Skip).await.unwrap_err().code, "job.not-stuck");
    let begun = client.deal(&job, Deal::Cancel).await.unwrap().jobs.remove(0);
    assert_eq!((begun.job.as_deref(), begun.resumed), (Some(job.as_str()), true));
    let end = client.follow(&job, begun.after, &|_| ()).await.unwrap();
    assert_eq!((end.status, end.error), (Status::Cancelled, None));
    assert_eq!(client.deal(&job, Deal::Cancel).await.unwrap_err().code, "job.over");
    assert_eq!(client.follow(&job, begun.after, &|_| ()).await.unwrap().error, None);
    let page = client.jobs(&JobQuery { limit: Some(1), ..JobQuery::default() }).await.unwrap();
    assert_eq!((page.jobs[0].status, page.next.as_ref()), (Status::Cancelled, Some(&job)));
    assert!(client.job(&job).await.unwrap().report.error.is_some());
}

#[tokio::test]
async fn the_same_asked_twice_is_one_job_which_can_be_stopped() {
    let world = World::new().await;
    world.nowhere.holds.store(true, Ordering::Relaxed);
    world.replica("a").await;
    let client = world.client();
    let first = client.execute("a", Execute::default()).await.unwrap().jobs.remove(0);
    let again = client.execute("a", Execute::default()).await.unwrap().jobs.remove(0);
    assert_eq!((&first.job, first.resumed, again.resumed), (&again.job, false, true));
    let job = first.job.unwrap();
    assert_eq!(client.deploy("a", &Deploy::default()).await.unwrap_err().code, "job.unfinished");
    assert_eq!(client.deal(&job, Deal::Abandon).await.unwrap_err().code, "job.busy");
    client.deal(&job, Deal::Resume).await.unwrap();
    client.deal(&job, Deal::Cancel).await.unwrap();
    let heard = Mutex::new(Vec::new());
    let hear =
        |told: &gyre_engine::Told| heard.lock().unwrap().push(serde_json::to_value(&told.news).unwrap());
    let end = client.follow(&job, 0, &hear).await.unwrap();
    assert_eq!((end.status, end.error), (Status::Cancelled, None));
    let heard = heard.into_inner().unwrap();
    assert_eq!(heard.first().unwrap()["event"], "begun", "{heard:?}");
    assert_eq!(heard.last().unwrap()["event"], "ended", "{heard:?}");
    world.nowhere.holds.store(false, Ordering::Relaxed);
    let anew = client.execute("a", Execute::default()).await.unwrap().jobs.remove(0).job.unwrap();
    assert_ne!(anew, job);
    assert_eq!(client.follow(&anew, 0, &|_| ()).await.unwrap().status, Status::Failed);
}

#[tokio::test]
async fn what_is_asked_while_an_earlier_one_is_undone_is_begun_anew_and_followed_from_there() {
    let world = World::new().await;
    let (client, first) = (world.client(), world.job("a").await);
    let lease = world.store.acquire(&first).await.unwrap();
    world.store.set_status(&lease, Status::Undoing, Some(&Error::cancelled())).await.unwrap();
    world.store.release(&lease).await.unwrap();
    let begun = client.execute("a", Execute::default()).await.unwrap().jobs.remove(0);
    assert_eq!((begun.job.as_ref(), begun.resumed), (Some(&first), true));
    let end = client.follow(&first, begun.after, &|_| ()).await.unwrap();
    assert_eq!(end.status, Status::Cancelled);
    let second = end.next.expect("the job that was begun in its place");
    assert_ne!(second, first);
    assert_eq!(client.follow(&second, 0, &|_| ()).await.unwrap().status, Status::Failed);
}

#[tokio::test]
async fn a_server_that_stops_parks_its_jobs_and_says_so_and_the_next_one_goes_on() {
    let world = World::new().await;
    world.nowhere.holds.store(true, Ordering::Relaxed);
    world.replica("a").await;
    let client = world.client();
    let job = client.execute("a", Execute::default()).await.unwrap().jobs.remove(0).job.unwrap();
    let following = async { client.follow(&job, 0, &|_| ()).await.unwrap() };
    let stopping = async {
        while world.server.api.streams() == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        world.stop.cancel();
        let left = world.tasks.park(Duration::from_secs(20)).await;
        world.server.close().await;
        left
    };
    let (end, left) = tokio::join!(following, stopping);
    assert_eq!((left, end.status, end.error.unwrap().code.as_str()), (0, Status::Running, "job.parked"));
    world.nowhere.holds.store(false, Ordering::Relaxed);
    let next = Tasks::new(world.engine.clone(), Arc::default());
    assert_eq!(next.go_on().await.unwrap(), 1);
    let ended = async {
        while next.count() > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), ended).await.unwrap();
    assert_eq!(world.store.load(&job).await.unwrap().status, Status::Failed);
}

#[tokio::test]
async fn a_job_that_cannot_be_gone_on_with_says_why_to_whoever_follows_it() {
    let world = World::new().await;
    let job = world.stray("a").await;
    assert_eq!(world.tasks.go_on().await.unwrap(), 1);
    let end = world.client().follow(&job, 0, &|_| ()).await.unwrap();
    assert_eq!((end.status, end.error.unwrap().code.as_str()), (Status::Running, "job.upgraded"));
}

#[tokio::test]
async fn nothing_is_begun_by_a_server_that_stops() {
    let world = World::new().await;
    let job = world.job("a").await;
    world.tasks.park(Duration::ZERO).await;
    let error = world.client().deal(&job, Deal::Resume).await.unwrap_err();
    assert_eq!((error.code.as_str(), error.kind), ("serve.stopping", gyre_core::Kind::Unavailable));
}

#[tokio::test]
async fn with_a_certificate_it_is_reached_by_tls_alone() {
    let directory = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let path = |name: &str, text: String| {
        let path = directory.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let (certificate, key) = (path("c", made.cert.pem()), path("k", made.signing_key.serialize_pem()));
    assert_eq!(acceptor(&key, &key).err().unwrap().code, "serve.tls");
    assert_eq!(acceptor(&certificate, &directory.path().join("none")).err().unwrap().code, "serve.tls");
    let _ = rustls::crypto::ring::default_provider().install_default();
    let world = World::with(Some(acceptor(&certificate, &key).unwrap())).await;
    let root = reqwest::Certificate::from_pem(made.cert.pem().as_bytes()).unwrap();
    let client = reqwest::Client::builder().tls_certs_only([root]).no_proxy().build().unwrap();
    let url = format!("https://localhost:{}/healthz", world.address.port());
    let answer = client.get(url).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(world.raw("GET /healthz", &["Host: localhost"], b"").await.0, 0);
    assert!(world.directory.path().exists());
}
