//! How long lists of a thousand replicas take, on the command line (with the start of the process) and over the API:
//! `cargo build --bins && cargo xtask plugins && cargo run -p gyre-tests --example fleet_bench`.

use anyhow::{Result, ensure};
use gyre_tests::fleet::Fleet;
use gyre_tests::serving::Serving;
use std::time::{Duration, Instant};

/// Runs of which the median is told.
const RUNS: usize = 9;

fn median(mut run: impl FnMut() -> Result<usize>) -> Result<(Duration, usize)> {
    let (mut times, mut bytes) = (Vec::new(), 0);
    for _ in 0..RUNS {
        let begun = Instant::now();
        bytes = run()?;
        times.push(begun.elapsed());
    }
    times.sort();
    Ok((times.get(RUNS / 2).copied().unwrap_or_default(), bytes))
}

fn main() -> Result<()> {
    let begun = Instant::now();
    let fleet = Fleet::new()?;
    println!("1000 replicas noted in {:.1} s", begun.elapsed().as_secs_f64());
    let serving = Serving::start(&fleet.gyre, fleet.directory.path())?;
    let command = |words: &[&str]| {
        let ended = fleet.gyre.run(words)?;
        ensure!(ended.code == Some(0), "{}", ended.said());
        Ok(ended.stdout.len())
    };
    let asked = |path: &str| {
        let (status, text) = serving.get(path)?;
        ensure!(status == 200, "{text}");
        Ok(text.len())
    };
    let after = "beta/beta-0250";
    for (what, words, path) in [
        ("all", vec!["--limit", "1000"], "/v1/replicas?limit=1000".to_owned()),
        (
            "filtered by source",
            vec!["--source", "west", "--limit", "1000"],
            "/v1/replicas?source=west&limit=1000".into(),
        ),
        ("filtered by text, 1 fits", vec!["ma-0199"], "/v1/replicas?text=ma-0199".into()),
        (
            "a page of 100",
            vec!["--after", after],
            format!("/v1/replicas?after={}", after.replace('/', "%2F")),
        ),
    ] {
        let local = [&["replica", "list"], words.as_slice()].concat();
        let (here, _) = median(|| command(&local))?;
        let (there, _) = median(|| command(&serving.line(&local)))?;
        let (api, bytes) = median(|| asked(&path))?;
        let [here, there, api] = [here, there, api].map(|time| time.as_secs_f64() * 1000.0);
        println!(
            "{what:26} command {here:4.0} ms, with --server {there:4.0} ms, API {api:4.1} ms ({bytes} bytes)"
        );
    }
    Ok(())
}
