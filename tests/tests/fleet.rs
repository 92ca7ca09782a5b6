//! A thousand replicas in lists: complete over all pages, none twice, and the same by the command line, by a server,
//! and read from its socket. No root, no cloud; `cargo xtask plugins` builds what it loads. How long such a list takes
//! is printed by the example `fleet_bench`.

#![allow(clippy::indexing_slicing)] // what is missing in a JSON value reads as null

use anyhow::{Context, Result, ensure};
use gyre_tests::fleet::Fleet;
use gyre_tests::program::Gyre;
use gyre_tests::serving::Serving;
use serde_json::Value;

/// Replicas of a page: no divisor of how many there are.
const PAGE: usize = 170;

fn names(list: &Value) -> Result<Vec<String>> {
    let all = list["replicas"].as_array().with_context(|| format!("no list: {list}"))?;
    Ok(all.iter().filter_map(|replica| replica["name"].as_str().map(str::to_owned)).collect())
}

/// All pages by the command line.
fn by_command(gyre: &Gyre, filter: &[&str], server: &[&str]) -> Result<Vec<String>> {
    let (mut found, mut after, limit) = (Vec::<String>::new(), String::new(), PAGE.to_string());
    loop {
        let words = [server, &["replica", "list", "--limit", &limit, "--after", &after], filter].concat();
        let page = names(&gyre.json(&words)?)?;
        let is_last = page.len() < PAGE;
        found.extend(page);
        if is_last {
            return Ok(found);
        }
        found.last().context("an empty page")?.clone_into(&mut after);
    }
}

/// All pages as the API gives them.
fn by_socket(serving: &Serving, filter: &str) -> Result<Vec<String>> {
    let (mut found, mut after) = (Vec::new(), String::new());
    loop {
        let page = serving.json(&format!("/v1/replicas?limit={PAGE}&after={after}{filter}"))?;
        found.extend(names(&page)?);
        match page["next"].as_str() {
            Some(next) => after = next.replace('/', "%2F"),
            None => return Ok(found),
        }
    }
}

#[test]
fn a_thousand_replicas_are_listed_filtered_and_paged_without_loss() -> Result<()> {
    let fleet = Fleet::new()?;
    let serving = Serving::start(&fleet.gyre, fleet.directory.path())?;
    let server = ["--server", serving.url.as_str()];
    let all = Fleet::names(|_| true);
    ensure!(all.len() == 1000, "{}", all.len());
    let few: Vec<_> = all.iter().filter(|name| name.contains("ta-01")).cloned().collect();
    for (filter, query, expected) in [
        (vec![], "", all.clone()),
        (vec!["--source", "west"], "&source=west", Fleet::names(|group| group != "alpha")),
        (
            vec!["--source", "west", "--destination", "cloud"],
            "&source=west&destination=cloud",
            Fleet::names(|group| group == "beta"),
        ),
        (vec!["ta-01"], "&text=ta-01", few),
        (vec!["--source", "nowhere"], "&source=nowhere", vec![]),
    ] {
        // The names are sorted as they were made: equal means complete, in order, and none twice.
        for found in [
            by_command(&fleet.gyre, &filter, &[])?,
            by_command(&fleet.gyre, &filter, &server)?,
            by_socket(&serving, query)?,
        ] {
            ensure!(found == expected, "{filter:?}: {} instead of {}", found.len(), expected.len());
        }
    }
    // More than the API answers at once is no question of the command line.
    for server in [&[][..], &server] {
        let whole = fleet.gyre.json(&[server, &["replica", "list", "--limit", "5000"]].concat())?;
        ensure!(names(&whole)? == all, "the whole list is another one");
    }
    ensure!(serving.get("/v1/replicas?limit=1001")?.0 == 400, "a page may be longer than is said");
    ensure!(serving.stop()? == Some(0), "the server did not end well");
    Ok(())
}
