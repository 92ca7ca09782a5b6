//! The reference of this plugin's options, made from their schema.

use gyre_plugin::destination::Destination;
use gyre_plugin::reference;
use openstack::OpenStack;
use std::path::Path;

#[test]
fn the_reference_of_options_is_what_the_schema_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../host/docs/openstack-options.md");
    let page = reference::markdown("Options of an OpenStack destination", &OpenStack::ABOUT);
    let stale = reference::update(&path, &format!("{page}{NOTES}"));
    assert!(
        !stale,
        "host/docs/openstack-options.md is stale: UPDATE=1 cargo test --manifest-path plugins/Cargo.toml -p openstack --test reference"
    );
}

/// What a table cannot say.
const NOTES: &str = "
Types: `list of x` is `[x, …]`, `{ … }` a table with these entries, `string → string` a table with keys of your own. What
has no default is not set. Every job needs `migr_image` or `migr_image_map.linux`, and `network_map` for each NIC of the
machine; `gyre check --source … --vm … --destination …` says what else this cloud and this machine need.

In `gyre.toml`, the options of a destination stand below `config`. Beside `config` stand `plugin`, `cloud` and `ini`, which
are no options:

```toml
[plugin.openstack]
component = \"openstack.wasm\"
grant.http = [\"https://*.cloud.example:*\"]       # Keystone and all services that it lists
grant.secret = [\"os-password\"]                 # used by the host; the plugin never sees it

[destination.cloud]
plugin = \"openstack\"
cloud = \"mycloud\"                              # entry of clouds.yaml; \"env\": the variables OS_*

[destination.cloud.config]
migr_image = \"worker\"
network_map = { \"VM Network\" = \"private\" }
hypervisor_type = \"kvm\"
storage_mappings = { default = \"slow\", disk_mappings = [{ disk_id = \"disk0\", destination = \"fast\" }] }
```

The same for one machine, in the file of `--environment`:

```json
{ \"network_map\": { \"VM Network\": \"private\" }, \"flavor_name\": \"m1.small\" }
```

With `-o` tables and lists are JSON: `-o 'security_groups=[\"web\"]'`. One entry of a table: `-o 'network_map.VM Network=private'`.

Where: `site` stands in `gyre.toml` or in an INI file alone; `machine` is given for one machine with `--environment`,
`--options` or `-o`. Who counts more, from the top:

1. one machine: `-o KEY=VALUE` over `--options FILE` over `--environment FILE`
2. `[destination.NAME.config]` in `gyre.toml`
3. the INI file of `[destination.NAME] ini = \"FILE\"`
4. `[plugin.NAME.config]` in `gyre.toml`, for all destinations of the plugin
5. the INI file of `[plugin.NAME] ini = \"FILE\"`
6. the default of the table

Of an INI file the section `[openstack_migration_provider]` is read, in the syntax of oslo.config: lists `a, b`, dicts
`a: b, c: d`, booleans `true`, `1`, `on`, `yes` and their opposites, comments in lines of their own; what is empty is
not set, and of an option that stands twice the last one counts. In `gyre.toml` and for one machine an empty text takes back
what counts less: `-o availability_zone=`. Tables are merged entry by entry over all places, lists
are replaced. `default_security_groups` and `security_groups` are joined. The type of a volume is that of the disk, else of its backend,
else `storage_mappings.default`, else `default_cinder_volume_type`. `migr_image` goes before `migr_image_map.linux` of the same
place and of those that count less; a map that counts more goes before it. `gyre option list NAME` shows what is set and
where, `gyre option list NAME --values` what the cloud offers.
";
