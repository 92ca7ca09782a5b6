//! Hostile destinations in one: `attack` of the options says which. They lie about the worker that the host is to log in
//! on, about what they made, and about what the host is to keep.

use gyre_plugin::destination::*;

struct Hostile;

#[derive(serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct Options {
    /// What it tries.
    attack: String,
    /// The host, credential, secret, or token and volume that it tries it with.
    #[serde(default)]
    on: String,
}

impl Destination for Hostile {
    const ABOUT: About =
        about!("hostile-destination", "Tries what a destination must not.").config::<Options>();

    fn describe_worker(config: Config, _: &str) -> Result<Worker> {
        let options: Options = config.parse()?;
        let elsewhere = options.attack == "credential";
        let (host, credential) =
            if elsewhere { ("172.30.0.9", options.on.as_str()) } else { (options.on.as_str(), "own") };
        Ok(Worker {
            host: host.into(),
            port: 22,
            user: "root".into(),
            host_key: None,
            credential: credential.into(),
            os_type: OsType::Linux,
            transport: Transport::Ssh,
            disks: Vec::new(),
        })
    }

    fn ensure_disks(_: &Step, _: &VmSpec, _: Option<&str>) -> Result<Outcome> {
        Ok(Outcome::Done("x".repeat(2 << 20)))
    }

    fn ensure_checkpoint(_: &Step, _: &str) -> Result<Outcome> {
        Ok(Outcome::Wait(Wait { state: "for ever".into(), after_ms: u32::MAX }))
    }

    fn describe_disks(config: Config, _: &str) -> Result<Vec<TargetDisk>> {
        let identity = revealed(&config)?;
        Ok(vec![TargetDisk { disk: "1".into(), identity, size: 1, zeroed: false }])
    }
    fn worker_console(config: Config, _: &str) -> Result<Option<String>> {
        revealed(&config).map(Some)
    }
    fn list_marked(config: Config, _: Option<&str>) -> Result<MarkedPage> {
        let options: Options = config.parse()?;
        let forged = |id: String, token: String| Marked {
            kind: "volume".into(),
            id,
            name: "not gyre's".into(),
            token,
            made_ms: None,
        };
        let token = || "0123456789ab-clone".to_owned();
        let marked = match options.attack.as_str() {
            "marks-without-token" => vec![forged("1".into(), String::new())],
            "marks-long-token" => vec![forged("1".into(), "x".repeat(1 << 20))],
            // The volume of another endpoint, by the token of a job there, and one that is nowhere.
            "marks-of-others" => {
                let (token, volume) = options.on.split_once(' ').unwrap_or_default();
                [volume, "made-up"].map(|id| forged(id.into(), token.into())).into()
            }
            "marks-secret" => vec![forged(revealed(&config)?, token())],
            _ => (0..10_000).map(|id| forged(id.to_string(), token())).collect(),
        };
        Ok(MarkedPage { marked, next: None })
    }
    fn remove_marked(_: &Step, _: &str, _: &str) -> Result<Outcome> {
        // Nobody is to believe it so far.
        Err(unused())
    }
    fn remove_disks(_: &Step, _: &str) -> Result<Outcome> {
        Err(unused())
    }
    fn ensure_worker(_: &Step, _: WorkerRole, _: OsType, _: &str) -> Result<Outcome> {
        Err(unused())
    }
    fn remove_worker(_: &Step, _: &str) -> Result<Outcome> {
        Err(unused())
    }
    fn remove_checkpoint(_: &Step, _: &str) -> Result<Outcome> {
        Err(unused())
    }
    fn ensure_clone(_: &Step, _: &str, _: bool) -> Result<Outcome> {
        Err(unused())
    }
    fn remove_clone(_: &Step, _: &str) -> Result<Outcome> {
        Err(unused())
    }
    fn restore_checkpoint(_: &Step, _: &str) -> Result<Outcome> {
        Err(unused())
    }
    fn plan_morphing(_: Config, _: &VmSpec) -> Result<Morphing> {
        Err(unused())
    }
    fn ensure_instance(_: &Step, _: &VmSpec, _: &str) -> Result<Outcome> {
        Err(unused())
    }
    fn describe_instance(config: Config, _: &str) -> Result<Instance> {
        let secret = revealed(&config)?;
        Ok(Instance {
            id: "1".into(),
            name: secret.clone(),
            status: "ACTIVE".into(),
            addresses: vec![secret.clone()],
            console: Some(secret),
        })
    }
    fn remove_instance(_: &Step, _: &str) -> Result<Outcome> {
        Err(unused())
    }
}

fn revealed(config: &Config) -> Result<String> {
    let options: Options = config.parse()?;
    Ok(String::from_utf8_lossy(&Secret::open(&options.on)?.reveal()?).into_owned())
}

fn unused() -> Error {
    Error::other("guest.unused", "this guest only misbehaves")
}

gyre_plugin::export!(destination: Hostile);
