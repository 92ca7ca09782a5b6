//! Options from every place where they may stand, through the program itself and the plugin as a component, against
//! an OpenStack in this process that starts nothing: no root, no machines. `cargo xtask plugins` builds what it loads.

#![allow(clippy::indexing_slicing)] // what is missing in a JSON value reads as null

use anyhow::{Context, Result, bail, ensure};
use gyre_tests::fixture::root;
use gyre_tests::program::{Ended, Gyre};
use gyre_tests::site::Site;
use serde_json::{Value, json};
use std::path::PathBuf;
use tempfile::TempDir;

/// The example of the mission: the section of its configuration, and its destination environment.
const PROVIDER: &str = "openstack/provider.conf";
const ENVIRONMENT: &str = "openstack/environment.json";

/// A cloud and a directory with one configuration.
struct Place {
    directory: TempDir,
    site: Site,
    gyre: Gyre,
}

impl Place {
    /// `plugin` and `destination` are what stands in these tables of `gyre.toml` besides what must.
    fn new(plugin: &str, destination: &str) -> Result<Self> {
        let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        let site = Site::lab(&directory.path().join("lab"), |config| {
            *config = gyre_lab::Config {
                networks: std::mem::take(&mut config.networks),
                ..gyre_lab::Config::quick(&config.dir)
            };
        })?;
        let gyre = Gyre::new(&directory.path().join("gyre.toml"))?;
        let place = Self { directory, site, gyre };
        place.write("clouds.yaml", &place.site.clouds_yaml())?;
        place.configure(plugin, destination)?;
        Ok(place)
    }

    fn configure(&self, plugin: &str, destination: &str) -> Result<PathBuf> {
        let component = root().join("target/plugins/openstack.wasm");
        ensure!(component.exists(), "{} is missing: cargo xtask plugins", component.display());
        let api = &self.site.api;
        let config = format!(
            "[host]\nstate = \"state\"\n[plugin.openstack]\ncomponent = {component:?}\ngrant.http = [{api:?}]\n\
             grant.secret = [\"os-password\"]\ngrant.local-addresses = true\n{plugin}\n\
             [destination.cloud]\nplugin = \"openstack\"\ncloud = \"mine\"\n{destination}\n"
        );
        self.write("gyre.toml", &config)
    }

    fn write(&self, name: &str, text: &str) -> Result<PathBuf> {
        let path = self.directory.path().join(name);
        std::fs::write(&path, text)?;
        Ok(path)
    }

    /// What `gyre option list` says of one option.
    fn option(&self, arguments: &[&str], name: &str) -> Result<Value> {
        let answer = self.gyre.json(&[&["option", "list", "cloud"], arguments, &[name]].concat())?;
        Ok(answer["options"][0].clone())
    }

    /// Runs what must be refused, and says why it was.
    fn refused(&self, arguments: &[&str]) -> Result<String> {
        let ended = self.gyre.run(arguments)?;
        ensure!(ended.code == Some(2), "it should have been refused: {}", ended.said());
        Ok(ended.stderr)
    }
}

fn fixture(name: &str) -> String {
    root().join("tests/fixtures").join(name).display().to_string()
}

#[test]
fn the_configuration_of_the_mission_loads_as_it_is() -> Result<()> {
    let place = Place::new("", &format!("ini = {:?}", fixture(PROVIDER)))?;
    let answer = place.gyre.json(&["option", "list", "cloud"])?;
    let options = answer["options"].as_array().context("no options")?;
    let set: Vec<_> = options
        .iter()
        .filter(|o| o["set-in"][0].as_str().is_some_and(|place| place.contains(PROVIDER)))
        .collect();
    ensure!(set.len() == 16, "{} options are set: {set:#?}", set.len());
    for (name, value) in [
        ("volumes_are_zeroed", json!(true)),
        ("hypervisor_type", json!("kvm")),
        ("delete_disks_on_vm_termination", json!(true)),
        ("migr_worker_use_config_drive", json!(false)),
        ("cloudbaseinit_x86_url", json!("https://www.cloudbase.it/downloads/CloudbaseInitSetup_x86.zip")),
    ] {
        let option =
            set.iter().find(|option| option["name"] == name).with_context(|| format!("{name} is not set"))?;
        ensure!(option["value"] == value, "{option}");
    }
    // The plugin takes it, and what is commented out as well.
    place.gyre.json(&["option", "list", "cloud", "--values", "hypervisor_type"])?;
    let text = std::fs::read_to_string(fixture(PROVIDER))?;
    let all = text
        .replace("# migr_", "migr_")
        .replace("# default_s", "default_s")
        .replace("#default_c", "default_c");
    place.configure("", &format!("ini = {:?}", place.write("all.conf", &all)?))?;
    let images = place.option(&[], "migr_image_map")?;
    ensure!(images["value"]["windows"] == "Windows Server 2012 R2 Std Eval", "{images}");
    let groups = place.option(&[], "default_security_groups")?;
    ensure!(groups["value"] == json!(["secgroup1", "secgroup2"]), "{groups}");
    let metadata = place.option(&[], "default_custom_boot_volume_image_metadata")?;
    ensure!(
        metadata["value"] == json!({"os_secure_boot": "required", "hw_machine_type": "q35"}),
        "{metadata}"
    );
    let size = place.option(&["--values"], "migr_worker_volume_type")?;
    ensure!(size.get("value").is_none(), "what is empty is not set: {size}");
    Ok(())
}

/// Nothing of it is refused: what `check` finds is that the cloud has no such things.
#[test]
fn the_destination_environment_of_the_mission_is_taken_as_it_is() -> Result<()> {
    let place = Place::new("", "")?;
    let answer = place.gyre.json(&["option", "list", "cloud", "--environment", &fixture(ENVIRONMENT)])?;
    let options = answer["options"].as_array().context("no options")?;
    let set = options.iter().filter(|o| o["set-in"][0] == "the options of this machine").count();
    ensure!(set == 25, "{set} options are set");
    let ended = place.gyre.run(&[
        "check",
        "--json",
        "--destination",
        "cloud",
        "--environment",
        &fixture(ENVIRONMENT),
    ])?;
    let answer: Value = serde_json::from_str(&ended.stdout).with_context(|| ended.said())?;
    let checks = answer["checks"].as_array().context("no checks")?;
    let cloud = checks
        .iter()
        .find(|check| check["endpoint"] == "destination cloud")
        .context("no answer of the cloud")?;
    ensure!(cloud["error"].is_null(), "{cloud}");
    let paths: Vec<_> =
        cloud["findings"].as_array().into_iter().flatten().filter_map(|f| f["path"].as_str()).collect();
    for path in ["floating_ip_pool", "migr_image_map.linux", "keypair_name", "server_group"] {
        ensure!(paths.contains(&path), "{path} is not found missing: {paths:?}");
    }
    Ok(())
}

#[test]
fn the_closest_of_all_places_wins() -> Result<()> {
    let place = Place::new("", "")?;
    let section = |value: &str| format!("[openstack_migration_provider]\nmigr_flavor_name = {value}\n");
    let json = |value: &str| format!("{{ \"migr_flavor_name\": \"{value}\", }} // no more");
    let site = format!("ini = {:?}", place.write("site.conf", &section("site's file"))?);
    let own = format!("ini = {:?}", place.write("own.conf", &section("own file"))?);
    let environment = place.write("environment.json", &json("environment"))?.display().to_string();
    let options = place.write("options.json", &json("options"))?.display().to_string();
    let walk: [(&str, &str, &[&str], &str, &str); 8] = [
        ("", "", &[], "m1.small", ""),
        (&site, "", &[], "site's file", "site.conf, line 2"),
        (
            &format!("{site}\nconfig.migr_flavor_name = \"site\""),
            "",
            &[],
            "site",
            "gyre.toml: [plugin.openstack.config]",
        ),
        (&format!("{site}\nconfig.migr_flavor_name = \"site\""), &own, &[], "own file", "own.conf, line 2"),
        (
            &site,
            &format!("{own}\nconfig.migr_flavor_name = \"own\""),
            &[],
            "own",
            "gyre.toml: [destination.cloud.config]",
        ),
        (
            &site,
            &format!("{own}\nconfig.migr_flavor_name = \"own\""),
            &["--environment", &environment],
            "environment",
            "this machine",
        ),
        (&site, &own, &["--options", &options, "--environment", &environment], "options", "this machine"),
        (
            &site,
            &own,
            &["-o", "migr_flavor_name=o", "--options", &options, "--environment", &environment],
            "o",
            "this machine",
        ),
    ];
    for (plugin, destination, arguments, value, from) in walk {
        place.configure(plugin, destination)?;
        let option = place.option(arguments, "migr_flavor_name")?;
        let holds = option.get("value").unwrap_or(&option["default"]);
        ensure!(holds == value, "{value} should hold: {option}");
        ensure!(
            option["set-in"][0].as_str().unwrap_or_default().ends_with(from),
            "{from} should be named: {option}"
        );
    }
    Ok(())
}

#[test]
fn a_typo_is_told_wherever_it_stands_with_what_was_meant() -> Result<()> {
    let place = Place::new("", "")?;
    let meant = "unknown option flavour_name; did you mean flavor_name?";
    let file = place.write("environment.json", "{\"flavour_name\": \"m1.small\"}")?.display().to_string();
    let create = ["replica", "create", "web", "--source", "nowhere", "--vm", "x", "--destination", "cloud"];
    let check = ["check", "--destination", "cloud"];
    for start in [&create[..], &check[..]] {
        let said = place.refused(&[start, &["--environment", &file]].concat())?;
        ensure!(said.contains(&format!("{file}: {meant}")), "{said}");
        let said = place.refused(&[start, &["-o", "flavour_name=m1.small"]].concat())?;
        ensure!(said.contains(&format!("-o flavour_name: {meant}")), "{said}");
    }
    let said = place.refused(&[&check[..], &["-o", "worker_allowed_cidrs=[]"]].concat())?;
    ensure!(said.contains("worker_allowed_cidrs is a matter of the site"), "{said}");
    let said = place.refused(&["option", "list", "cloud", "flavour_name"])?;
    ensure!(said.contains(meant), "{said}");
    let ini = place.write("own.conf", "; c\n[openstack_migration_provider]\nflavour_name: m1.small\n")?;
    for (plugin, destination, from) in [
        (
            "config.flavour_name = \"m1.small\"".to_owned(),
            String::new(),
            "gyre.toml: [plugin.openstack.config]",
        ),
        (
            String::new(),
            "config.flavour_name = \"m1.small\"".to_owned(),
            "gyre.toml: [destination.cloud.config]",
        ),
        (format!("ini = {ini:?}"), String::new(), "own.conf, line 3"),
        (String::new(), format!("ini = {ini:?}"), "own.conf, line 3"),
    ] {
        place.configure(&plugin, &destination)?;
        for arguments in [&check[..], &["option", "list", "cloud"]] {
            let said = place.refused(arguments)?;
            ensure!(said.contains(&format!("{from}: {meant}")), "{said}");
        }
    }
    Ok(())
}

/// Names of the values that are offered for an option, each with what else is said of it.
fn offered(answer: &Value, option: &str) -> Result<Vec<(String, String)>> {
    let options = answer["options"].as_array().context("no options")?;
    let option =
        options.iter().find(|o| o["name"] == option).with_context(|| format!("no {option}: {answer}"))?;
    let text = |value: &Value, key: &str| value[key].as_str().unwrap_or_default().to_owned();
    let values = option["values"].as_array().context("no values")?;
    Ok(values.iter().map(|value| (text(value, "name"), text(value, "about"))).collect())
}

#[test]
fn what_the_cloud_offers_is_listed() -> Result<()> {
    let place = Place::new("", "")?;
    let cloud = place.site.cloud()?;
    let image =
        json!({"name": "w2022", "disk_format": "raw", "container_format": "bare", "os_type": "windows"});
    let image = cloud.request("POST", "image", "/v2/images", Some(image))?;
    let id = image["id"].as_str().context("no image")?;
    cloud.request("PUT", "image", &format!("/v2/images/{id}/file"), Some(json!("bytes")))?;
    cloud.request("POST", "compute", "/os-keypairs", Some(json!({"keypair": {"name": "mine"}})))?;
    let before = cloud.inventory()?;

    let own = place.gyre.json(&["option", "list", "openstack", "--values"])?;
    let pair = |name: &str, about: &str| (name.to_owned(), about.to_owned());
    for option in ["migr_image", "migr_image_map"] {
        ensure!(offered(&own, option)? == [pair("w2022", "windows"), pair("worker", "linux")], "{own:#}");
    }
    ensure!(offered(&own, "migr_network")? == [pair("private", ""), pair("servers", "")], "{own:#}");
    ensure!(offered(&own, "floating_ip_pool")?.is_empty(), "the pool is another project's: {own:#}");
    ensure!(
        offered(&own, "flavor_name")?.contains(&pair("m1.small", "1 vCPU, 1024 MiB, disk 5 GiB")),
        "{own:#}"
    );
    ensure!(offered(&own, "default_cinder_volume_type")?.contains(&pair("file-a", "")), "{own:#}");
    ensure!(offered(&own, "keypair_name")? == [pair("mine", "")], "{own:#}");
    ensure!(offered(&own, "security_groups")?.contains(&pair("default", "")), "{own:#}");
    ensure!(offered(&own, "availability_zone")? == [pair("nova", "")], "{own:#}");
    ensure!(offered(&own, "port_reuse_policy")?.len() == 3, "{own:#}");
    ensure!(own["options"].as_array().is_some_and(|all| all.len() == 20), "{own:#}");

    let all = [
        "option",
        "list",
        "cloud",
        "--values",
        "floating_ip_pool",
        "-o",
        "list_all_destination_networks=true",
    ];
    let pools = offered(&place.gyre.json(&all)?, "floating_ip_pool")?;
    let [whole, subnet] = pools.as_slice() else { bail!("{pools:?}") };
    ensure!(*whole == pair("public", ""), "{pools:?}");
    ensure!(subnet.0.starts_with("public/") && subnet.1 == "not shown to this project", "{pools:?}");
    ensure!(cloud.inventory()? == before, "looking made something");
    Ok(())
}

#[test]
fn people_read_a_table() -> Result<()> {
    let place = Place::new("", "config.set_dhcp = false")?;
    let Ended { stdout, .. } = place.gyre.run(&["option", "list", "openstack"])?;
    let head = stdout.lines().next().unwrap_or_default();
    ensure!(head.split_whitespace().eq(["OPTION", "TYPE", "DEFAULT", "MEANING"]), "{stdout}");
    ensure!(
        stdout.lines().any(|line| line.starts_with("migr_flavor_name") && line.contains("m1.small")),
        "{stdout}"
    );
    let Ended { stdout, .. } = place.gyre.run(&["option", "list", "cloud", "set_dhcp"])?;
    let set = stdout.lines().last().unwrap_or_default();
    ensure!(set.contains("false") && set.ends_with("gyre.toml: [destination.cloud.config]"), "{stdout}");
    let Ended { stdout, stderr, .. } =
        place.gyre.run(&["option", "list", "cloud", "--values", "migr_image", "floating_ip_pool"])?;
    ensure!(
        stdout.contains("worker  ") && stdout.contains("linux") && stdout.contains("nothing to choose from"),
        "{stdout}"
    );
    ensure!(
        stderr.contains("list_all_destination_networks = true lists them"),
        "what is hidden is told: {stderr}"
    );
    let said = place.refused(&["option", "list", "clout"])?;
    ensure!(said.contains("destinations: cloud") && said.contains("plugins: openstack"), "{said}");
    Ok(())
}

/// A place with a source of one machine, `web`, too.
fn with_source(destination: &str) -> Result<Place> {
    let component = root().join("target/plugins/disk-image.wasm");
    ensure!(component.exists(), "{} is missing: cargo xtask plugins", component.display());
    let place = Place::new("", "")?;
    let disk = place.write("web.raw", "")?;
    std::fs::File::options().write(true).open(&disk)?.set_len(1 << 20)?;
    let source = format!(
        "[plugin.disk-image]\ncomponent = {component:?}\ngrant.disk = [{disk:?}]\n[source.vmware]\nplugin = \"disk-image\"\n\
         [[source.vmware.config.vms]]\nname = \"web\"\nvcpus = 1\nmemory-mib = 512\ndisks = [{{ path = {disk:?}, format = \"raw\" }}]"
    );
    place.configure("", &format!("{destination}\n{source}"))?;
    Ok(place)
}

#[test]
fn the_options_of_a_source_are_listed_with_what_is_set() -> Result<()> {
    let place = with_source("")?;
    let answer = place.gyre.json(&["option", "list", "vmware"])?;
    let [vms] = answer["options"].as_array().context("no options")?.as_slice() else { bail!("{answer}") };
    ensure!(answer["source"] == "vmware" && vms["value"][0]["name"] == "web", "{answer:#}");
    let from = vms["set-in"][0].as_str().unwrap_or_default();
    ensure!(from.ends_with("gyre.toml: [source.vmware.config]"), "{answer:#}");
    let named = place.gyre.json(&["option", "list", "vmware", "vms"])?;
    let names = named["options"].as_array().into_iter().flatten().map(|option| option["name"].clone());
    ensure!(names.collect::<Vec<_>>().contains(&json!("vms[].disks[].path")), "{named:#}");
    let said = place.refused(&["option", "list", "vmware", "--values"])?;
    ensure!(said.contains("\"vmware\" is a source") && said.contains("are of destinations"), "{said}");
    Ok(())
}

#[test]
fn a_login_is_said_to_be_from_its_cloud() -> Result<()> {
    let place = Place::new("", "")?;
    let answer = place.gyre.json(&["option", "list", "cloud", "auth"])?;
    let from = answer["options"][0]["set-in"][0].as_str().unwrap_or_default();
    ensure!(from.starts_with("the cloud \"mine\" of ") && from.ends_with("clouds.yaml"), "{answer:#}");
    Ok(())
}

#[test]
fn a_replica_with_a_flavor_that_the_cloud_does_not_have_is_noted_with_what_a_check_finds() -> Result<()> {
    let place = with_source("config.migr_image = \"worker\"\nconfig.migr_network = \"private\"")?;
    let create = |name, more: &[&str]| {
        let route =
            ["replica", "create", name, "--source", "vmware", "--vm", "web", "--destination", "cloud"];
        place.gyre.run(&[&route[..], more].concat())
    };
    let Ended { stdout, code, .. } = create("web", &["-o", "flavor_name=m9.none"])?;
    ensure!(code == Some(0) && stdout.contains("replica web noted"), "{stdout}");
    ensure!(stdout.contains("gyre check finds:") && stdout.contains("✗ flavor_name: "), "{stdout}");
    let Ended { stdout, .. } = create("db", &[])?;
    ensure!(!stdout.contains("✗ flavor_name: "), "{stdout}");
    Ok(())
}

#[test]
fn a_plugin_of_another_kind_that_shall_convert_guests_is_found_by_a_check() -> Result<()> {
    let place = Place::new("[osmorphing.openstack]", "")?;
    let said = place.refused(&["check", "--destination", "cloud"])?;
    let expected = "[osmorphing.openstack] names plugin openstack, whose kind is destination, not osmorphing";
    ensure!(said.contains("osmorphing openstack is not ready") && said.contains(expected), "{said}");
    Ok(())
}
