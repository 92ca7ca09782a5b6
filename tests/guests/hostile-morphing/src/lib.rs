//! Hostile OS morphing in one: `attack` of the options says which. What it got comes back as the error `guest.got`;
//! what it was answered instead is passed on as it is.

use gyre_plugin::osmorphing::*;

struct Hostile;

#[derive(serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct Options {
    /// What it tries.
    attack: String,
    /// The path or program that it tries it on.
    #[serde(default)]
    on: String,
    /// What else the attack needs.
    #[serde(default)]
    with: String,
}

impl OsMorphing for Hostile {
    const ABOUT: About = about!("hostile-morphing", "Tries what OS morphing must not.").config::<Options>();

    /// Has no options: changes the guest although it was only to look.
    fn detect(root: &Root) -> Result<Option<Match>> {
        root.write_text("/planted", 0o4755, "by detect")?;
        Ok(Some(Match::new("\u{1b}[2Jnobody", "1", u8::MAX)))
    }

    fn morph(root: &Root, vm: &Vm, _: &Morphing, config: Config) -> Result<()> {
        let options: Options = config.parse()?;
        Err(got(attack(root, vm, &options)?))
    }
}

fn got(what: impl Into<String>) -> Error {
    Error::other("guest.got", what)
}

fn attack(root: &Root, vm: &Vm, options: &Options) -> Result<String> {
    let Options { attack, on, with } = options;
    match attack.as_str() {
        "read" => root.read_text(on),
        "list" => root.read_dir(on).map(|names| format!("{} names", names.len())),
        "write" => root.write_text(on, 0o644, "planted").map(|()| "wrote".into()),
        "make-dir" => root.make_dir(on, 0o755).map(|()| "made".into()),
        "remove" => root.remove(on).map(|()| "removed".into()),
        "rename" => root.rename(on, with).map(|()| "renamed".into()),
        "link" => {
            root.symlink(on, with)?;
            root.read_text(on)
        }
        "run" => root.run([on.as_str(), with.as_str()]).map(|_| "ran".into()),
        "memory" => eat(),
        "stack" => Ok(fall(u64::from(vm.vcpus)).to_string()),
        _ => Err(Error::invalid("guest.attack", format!("there is no attack {attack}"))),
    }
}

/// Takes memory, 16 MiB at a time, and asks politely so as not to trap by itself.
fn eat() -> ! {
    let mut eaten = Vec::new();
    loop {
        let mut bite = Vec::<u8>::new();
        if bite.try_reserve_exact(16 << 20).is_ok() {
            eaten.push(std::hint::black_box(bite));
        }
    }
}

#[allow(unconditional_recursion)] // what this guest is for
fn fall(depth: u64) -> u64 {
    let kept = std::hint::black_box([depth; 64]);
    fall(depth + 1).wrapping_add(std::hint::black_box(&kept).iter().sum())
}

gyre_plugin::export!(osmorphing: Hostile);
