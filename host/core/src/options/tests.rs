//! The walk through all places, and what is said where they are wrong.

use super::*;
use serde_json::json;

/// A schema as the OpenStack plugin has it, in small.
fn schema() -> Value {
    json!({
        "type": "object",
        "x-gyre-ini-section": "openstack_migration_provider",
        "additionalProperties": false,
        "properties": {
            "flavor_name": { "type": ["string", "null"], "default": null },
            "migr_network": { "type": ["string", "null"], "default": null },
            "migr_flavor_name": { "type": "string", "default": "m1.small" },
            "set_dhcp": { "type": "boolean", "default": true },
            "instance_tags": { "type": "object", "additionalProperties": { "type": "string" } },
            "security_groups": { "type": "array", "items": { "type": "string" } },
            "migr_image": { "type": ["string", "null"], "x-gyre-stands-for": "migr_image_map.linux" },
            "migr_image_map": { "$ref": "#/$defs/ImageMap" },
            "worker_allowed_cidrs": { "type": "array", "items": { "type": "string" }, "x-gyre-site-only": true },
        },
        "$defs": { "ImageMap": {
            "type": "object", "additionalProperties": false,
            "properties": { "linux": { "type": ["string", "null"] }, "windows": { "type": ["string", "null"] } },
        } },
    })
}

fn layer(rank: Rank, options: Value) -> Layer {
    let place = format!("{rank:?}");
    Layer::new(rank, place, options.as_object().unwrap().clone())
}

fn ini(rank: Rank, text: &str) -> Layer {
    let text = format!("[openstack_migration_provider]\n{text}");
    Layer::of_ini(rank, format!("{rank:?}"), &text, &schema()).unwrap()
}

/// What holds in the end, defaults included.
fn holds(effective: &Effective, option: &str) -> Value {
    let described = listing(&schema(), Some(effective), &[option.to_owned()]).unwrap().remove(0);
    described.value.unwrap_or(described.default)
}

#[test]
fn the_closest_place_wins_through_all_layers() {
    let everywhere = || {
        vec![
            layer(Rank::Environment, json!({ "migr_flavor_name": "environment" })),
            layer(Rank::Endpoint, json!({ "migr_flavor_name": "endpoint" })),
            ini(Rank::EndpointIni, "migr_flavor_name = endpoint's file"),
            layer(Rank::Site, json!({ "migr_flavor_name": "site" })),
            ini(Rank::SiteIni, "migr_flavor_name = site's file"),
        ]
    };
    let expected = ["environment", "endpoint", "endpoint's file", "site", "site's file", "m1.small"];
    for (taken, expected) in expected.into_iter().enumerate() {
        let mut layers: Vec<_> = everywhere().into_iter().skip(taken).collect();
        // In whichever order they are handed over.
        let half = layers.len() / 2;
        layers.rotate_left(half);
        let effective = resolve("d", &schema(), layers).unwrap();
        assert_eq!(holds(&effective, "migr_flavor_name"), expected);
    }
    let effective = resolve("d", &schema(), everywhere()).unwrap();
    assert_eq!(effective.places["migr_flavor_name"], ["Environment"]);
}

#[test]
fn tables_are_merged_and_lists_replaced() {
    let effective = resolve(
        "d",
        &schema(),
        vec![
            ini(Rank::SiteIni, "instance_tags = a: 1, b: 2\nsecurity_groups = x, y"),
            layer(Rank::Environment, json!({ "instance_tags": { "b": "3" }, "security_groups": ["z"] })),
        ],
    )
    .unwrap();
    assert_eq!(holds(&effective, "instance_tags"), json!({ "a": "1", "b": "3" }));
    assert_eq!(holds(&effective, "security_groups"), json!(["z"]));
    assert_eq!(effective.places["instance_tags"], ["SiteIni, line 2", "Environment"]);
    assert_eq!(effective.places["security_groups"], ["Environment"]);
}

#[test]
fn an_empty_value_of_a_file_is_not_set() {
    let file =
        ini(Rank::EndpointIni, "migr_network =\nset_dhcp =   \nmigr_flavor_name = x\nmigr_flavor_name =");
    let site = layer(Rank::Site, json!({ "migr_network": "n" }));
    let effective = resolve("d", &schema(), vec![file, site]).unwrap();
    assert_eq!(Value::Object(effective.options), json!({ "migr_network": "n" }));
}

#[test]
fn an_image_for_an_entry_does_not_hide_a_closer_map() {
    let images = |layers| {
        let effective = resolve("d", &schema(), layers).unwrap();
        Value::Object(effective.options)
    };
    let (one, map) = (json!({ "migr_image": "one" }), json!({ "migr_image_map": { "linux": "l" } }));
    // The closer map wins where it says something, and what it does not say stays.
    assert_eq!(
        images(vec![layer(Rank::Endpoint, one.clone()), layer(Rank::Environment, map.clone())]),
        json!({ "migr_image_map": { "linux": "l" } }),
        "what is for Linux says nothing of Windows"
    );
    let windows = layer(Rank::Environment, json!({ "migr_image_map": { "windows": "w" } }));
    assert_eq!(
        images(vec![layer(Rank::Endpoint, one.clone()), windows]),
        json!({ "migr_image_map": { "linux": "one", "windows": "w" } })
    );
    // The closer image wins over the map, and in one place too: the plugin takes it first.
    let both = json!({ "migr_image": "one", "migr_image_map": { "linux": "l" } });
    assert_eq!(images(vec![layer(Rank::Endpoint, map), layer(Rank::Environment, one.clone())]), both);
    assert_eq!(images(vec![layer(Rank::Endpoint, both.clone())]), both);
    // A map that says nothing hides nothing.
    let empty = layer(Rank::Environment, json!({ "migr_image_map": {} }));
    assert_eq!(images(vec![layer(Rank::Endpoint, one), empty])["migr_image"], "one");
}

#[test]
fn what_is_wrong_is_told_with_its_place_and_the_nearest_name() {
    let text = "[openstack_migration_provider]\nflavour_name = m1\n\n[other]\nflavour_name = m1\n";
    let file = Layer::of_ini(Rank::SiteIni, "/etc/provider.conf", text, &schema()).unwrap();
    let layers = vec![
        file,
        layer(Rank::Endpoint, json!({ "migr_image_map": { "linus": "x" }, "set_dhcp": "yes" })),
        layer(Rank::Environment, json!({ "worker_allowed_cidrs": [] })),
    ];
    let error = resolve("[destination.cloud]", &schema(), layers).unwrap_err();
    assert_eq!(error.code, "config.option");
    let expected = [
        "/etc/provider.conf, line 2: unknown option flavour_name; did you mean flavor_name?",
        "Endpoint: unknown option migr_image_map.linus; did you mean migr_image_map.linux?",
        "Endpoint: set_dhcp is string, not boolean",
        "Environment: worker_allowed_cidrs is a matter of the site: it may stand in gyre.toml or an INI file only",
    ];
    assert_eq!(error.causes, expected);
}

#[test]
fn a_table_that_is_given_as_text_is_shown_as_json() {
    let causes =
        |given: Value| overlay("d", &schema(), vec![layer(Rank::Environment, given)]).unwrap_err().causes;
    let expected = [
        "Environment: instance_tags is string, not table",
        "Environment: instance_tags is a table, and given as JSON: -o 'instance_tags={\"KEY\":\"VALUE\"}', or one entry of it: -o 'instance_tags.KEY=VALUE'",
    ];
    assert_eq!(causes(json!({ "instance_tags": "a=b" })), expected);
    assert!(causes(json!({ "migr_image_map": 5 }))[1].contains("-o 'migr_image_map.linux=VALUE'"));
    let groups = &causes(json!({ "security_groups": "web" }))[1];
    assert!(groups.ends_with("is a list, and given as JSON: -o 'security_groups=[\"VALUE\"]'"), "{groups}");
    assert_eq!(causes(json!({ "instance_tags": { "a": 1 } })).len(), 1, "it is a table");
    assert_eq!(causes(json!({ "set_dhcp": "x" })).len(), 1);
    let endless = json!({ "properties": { "a": { "$ref": "#/$defs/A" } }, "$defs": { "A": { "type": "array", "items": { "$ref": "#/$defs/A" } } } });
    let layers = vec![layer(Rank::Environment, json!({ "a": "x" }))];
    assert!(overlay("d", &endless, layers).unwrap_err().causes[1].contains("[[[[\"…\"]]]]"));
}

#[test]
fn what_is_missing_is_missed_only_when_all_is_together() {
    let schema = json!({ "properties": { "a": {}, "b": {} }, "required": ["a", "b"] });
    let layers = || vec![layer(Rank::Endpoint, json!({ "a": 1 }))];
    assert!(overlay("d", &schema, layers()).is_ok());
    assert_eq!(resolve("d", &schema, layers()).unwrap_err().causes, ["b is missing"]);
}

#[test]
fn a_file_that_cannot_be_read_is_named_with_its_line() {
    for (text, schema, problem) in [
        (
            "[openstack_migration_provider]\nset_dhcp = maybe",
            schema(),
            "f: line 2: set_dhcp is \"maybe\", not true or false",
        ),
        ("[other]", schema(), "f: there is no section [openstack_migration_provider]"),
        ("[a]", json!({}), "f: the plugin knows no section of INI files: use its table in gyre.toml"),
    ] {
        let error = Layer::of_ini(Rank::Site, "f", text, &schema).unwrap_err();
        assert_eq!((error.code.as_str(), error.message.as_str()), ("config.ini", problem));
    }
}

#[test]
fn a_destination_hands_on_what_it_marks_and_nothing_goes_after_it() {
    let of = json!({ "properties": {
        "iso_url": { "type": ["string", "null"], "x-gyre-morphing": true },
        "zip_url": { "type": ["string", "null"], "x-gyre-morphing": true },
        "other_url": { "type": ["string", "null"], "x-gyre-morphing": true },
        "flavor": { "type": ["string", "null"] },
    } });
    let text = json!({ "type": ["string", "null"] });
    let to = json!({ "additionalProperties": false, "properties": { "iso_url": text, "zip_url": text, "flavor": text } });
    let said =
        json!({ "iso_url": "https://a/b.iso", "zip_url": "", "other_url": "https://a/c", "flavor": "m1" });
    let effective = resolve("d", &of, vec![layer(Rank::SiteIni, said)]).unwrap();
    let handed = || handed_on(&of, &effective, &to);
    let alone = resolve("m", &to, handed()).unwrap();
    assert_eq!(Value::Object(alone.options), json!({ "iso_url": "https://a/b.iso" }));
    assert_eq!(alone.places["iso_url"], ["SiteIni"], "where it was said first");
    let own = layer(Rank::SiteIni, json!({ "iso_url": "/srv/own.iso" }));
    let both = resolve("m", &to, handed().into_iter().chain([own]).collect()).unwrap();
    assert_eq!(both.options["iso_url"], "/srv/own.iso");
    let number = json!({ "properties": { "iso_url": { "type": "integer" } } });
    let error = resolve("m", &number, handed_on(&of, &effective, &number)).unwrap_err();
    assert!(error.causes[0].starts_with("SiteIni: "), "{error}");
}
