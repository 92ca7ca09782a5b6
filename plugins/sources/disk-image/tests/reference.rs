//! The reference of this plugin's options, made from their schema.

use disk_image::DiskImage;
use gyre_plugin::reference;
use gyre_plugin::source::Source;
use std::path::Path;

#[test]
fn the_reference_of_options_is_what_the_schema_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../host/docs/disk-image-options.md");
    let page = reference::entries("Options of a source of disk images", &DiskImage::ABOUT);
    let stale = reference::update(&path, &format!("{page}{NOTES}"));
    assert!(
        !stale,
        "host/docs/disk-image-options.md is stale: UPDATE=1 cargo test --manifest-path plugins/Cargo.toml -p disk-image --test reference"
    );
}

/// What a table cannot say.
const NOTES: &str = "
`vms[].disks[].path` is the entry `path` of each table in the list `disks` of each table in the list `vms`. All but
what is required may be left out, and has its default then, or none. Image files say nothing about the machine that they
belong to, so it is written down, below `config` of the source:

```toml
[plugin.disk-image]
component = \"disk-image.wasm\"
grant.disk = [\"/srv/images\"]                   # directories, files or block devices that it may read

[source.vmware]
plugin = \"disk-image\"

[[source.vmware.config.vms]]
name = \"web\"
vcpus = 2
memory-mib = 2048
os-hint = \"Debian 12\"
disks = [
    { path = \"/srv/images/web.vmdk\", format = \"vmdk\" },
    { path = \"/srv/images/web-data.qcow2\", id = \"data\", backend = \"fast\" },
]
nics = [{ network = \"VM Network\", mac = \"00:50:56:9a:17:01\", addresses = [\"10.0.0.5\"] }]
```

`network` is a key of the destination's `network_map`, `backend` one of its `storage_mappings.backend_mappings`, `id` of a disk one of its
`storage_mappings.disk_mappings`. An export of an NBD server needs `grant.nbd` instead of `grant.disk`: [nbd.md](nbd.md). Which
image formats are read, and what of each: [formats.md](formats.md). `gyre check --source vmware --vm web` opens every disk and
says what is wrong with it; `gyre option list vmware` shows what is set.
";
