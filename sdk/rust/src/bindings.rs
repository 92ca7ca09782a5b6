//! Everything that wit-bindgen makes from `/wit`; nothing else in the SDK names a generated path.
//! Imports and types are made once. Exports are made once per role, each with a macro that also emits
//! the component's type: so a plugin claims the exports of its own world alone, and imports only
//! what it calls (the encoder drops imports that nothing refers to).

#![allow(unsafe_code, missing_docs, clippy::all, clippy::indexing_slicing)]

wit_bindgen::generate!({
    path: "../../wit",
    inline: "
        package gyre:sdk;
        world shared {
            include gyre:host/host@0.1.0;
            import gyre:plugin/types@0.1.0;
        }
    ",
    world: "gyre:sdk/shared",
    additional_derives: [PartialEq],
    additional_derives_ignore: ["credential"],
    generate_all,
});

/// Every plugin's `metadata`.
pub mod metadata {
    wit_bindgen::generate!({
        path: "../../wit",
        inline: "package gyre:sdk; world about { export gyre:plugin/metadata@0.1.0; }",
        world: "gyre:sdk/about",
        pub_export_macro: true,
        export_macro_name: "export_metadata",
        default_bindings_module: "gyre_plugin::bindings::metadata",
    });
}

/// The role `source`.
pub mod source {
    wit_bindgen::generate!({
        path: "../../wit",
        inline: "package gyre:sdk; world source-role { export gyre:plugin/source@0.1.0; }",
        world: "gyre:sdk/source-role",
        pub_export_macro: true,
        export_macro_name: "export_source",
        additional_derives: [PartialEq],
        additional_derives_ignore: ["origin"],
        default_bindings_module: "gyre_plugin::bindings::source",
        with: {
            "gyre:host/errors@0.1.0": super::gyre::host::errors,
            "gyre:host/extents@0.1.0": super::gyre::host::extents,
            "gyre:host/disk@0.1.0": super::gyre::host::disk,
            "gyre:plugin/types@0.1.0": super::gyre::plugin::types,
        },
    });
}

/// The role `destination`.
pub mod destination {
    wit_bindgen::generate!({
        path: "../../wit",
        inline: "package gyre:sdk; world destination-role { export gyre:plugin/destination@0.1.0; }",
        world: "gyre:sdk/destination-role",
        pub_export_macro: true,
        export_macro_name: "export_destination",
        additional_derives: [PartialEq],
        default_bindings_module: "gyre_plugin::bindings::destination",
        with: {
            "gyre:host/errors@0.1.0": super::gyre::host::errors,
            "gyre:plugin/types@0.1.0": super::gyre::plugin::types,
        },
    });
}

/// The role `osmorphing`.
pub mod osmorphing {
    wit_bindgen::generate!({
        path: "../../wit",
        inline: "package gyre:sdk; world osmorphing-role { export gyre:plugin/osmorphing@0.1.0; }",
        world: "gyre:sdk/osmorphing-role",
        pub_export_macro: true,
        export_macro_name: "export_osmorphing",
        additional_derives: [PartialEq],
        default_bindings_module: "gyre_plugin::bindings::osmorphing",
        with: {
            "gyre:host/errors@0.1.0": super::gyre::host::errors,
            "gyre:host/exec@0.1.0": super::gyre::host::exec,
            "gyre:host/rootfs@0.1.0": super::gyre::host::rootfs,
            "gyre:plugin/types@0.1.0": super::gyre::plugin::types,
        },
    });
}
