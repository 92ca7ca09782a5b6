//! Sends a request to every URL that its configuration names, with a secret where it has one, and tells what came
//! of each.

use gyre_plugin::source::*;

struct Stranger;

#[derive(serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct Options {
    /// Where to send requests.
    urls: Vec<String>,
    /// A secret to send along.
    #[serde(default)]
    secret: Option<String>,
}

impl Source for Stranger {
    const ABOUT: About = about!("stranger", "Goes where it was not let.").config::<Options>();

    fn check(config: Config, _: Option<&str>) -> Result<Vec<Finding>> {
        let options: Options = config.parse()?;
        let told = |url: &String| {
            let message = match visit(url, options.secret.as_deref()) {
                Ok(answer) => format!("{} {}", answer.status, answer.text()),
                Err(error) => error.code,
            };
            Finding { blocking: false, path: url.clone(), message, remedy: None }
        };
        Ok(options.urls.iter().map(told).collect())
    }

    fn open_disk(_: Config, _: &str, name: &str) -> Result<Opened> {
        // Not a disk at all: the value of a secret, which only a grant may show.
        let value = Secret::open(name)?.reveal()?;
        Err(Error::other("guest.revealed", String::from_utf8_lossy(&value).into_owned()))
    }

    idle::idle_verbs!();
}

fn visit(url: &str, secret: Option<&str>) -> Result<Response> {
    let http = Http::open(url, None)?;
    let Some(secret) = secret else { return http.send(&Request::get("")) };
    let secret = Secret::open(secret)?;
    http.authorize("x-auth-token", &secret)?;
    http.substitute("MARKER-0001", &secret)?;
    http.send(&Request::post("").bytes(br#"{"password":"MARKER-0001"}"#.to_vec()))
}

gyre_plugin::export!(source: Stranger);
