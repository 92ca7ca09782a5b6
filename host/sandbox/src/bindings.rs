//! Everything that is generated from `wit/`: the only file that names `bindgen!`. One module per world; the
//! interfaces of `gyre:host` and the types of `gyre:plugin` are generated once and shared by all of them.
//! It refuses to know what any of the calls do.

#![allow(missing_docs)] // the WIT files are the documentation

/// The interfaces of `gyre:host`, as traits for whoever lends them.
pub mod host {
    wasmtime::component::bindgen!({
        path: "../../wit",
        world: "gyre:host/host",
        imports: { default: async | trappable },
        exports: { default: async },
        trappable_error_type: { "gyre:host/errors.error" => crate::Fault },
    });
}

/// A plugin that says only who it is: what every world has.
pub mod base {
    wasmtime::component::bindgen!({
        path: "../../wit",
        world: "gyre:plugin/base",
        imports: { default: async | trappable },
        exports: { default: async },
        with: { "gyre:host": crate::bindings::host::gyre::host },
    });
}

/// A plugin that reads machines from where they are.
pub mod source {
    wasmtime::component::bindgen!({
        path: "../../wit",
        world: "gyre:plugin/source-plugin",
        imports: { default: async | trappable },
        exports: { default: async },
        with: { "gyre:host": crate::bindings::host::gyre::host },
    });
}

/// A plugin that creates machines where they go.
pub mod destination {
    wasmtime::component::bindgen!({
        path: "../../wit",
        world: "gyre:plugin/destination-plugin",
        imports: { default: async | trappable },
        exports: { default: async },
        with: {
            "gyre:host": crate::bindings::host::gyre::host,
            "gyre:plugin/types": crate::bindings::source::gyre::plugin::types,
        },
    });
}

/// A plugin that changes a guest's system.
pub mod osmorphing {
    wasmtime::component::bindgen!({
        path: "../../wit",
        world: "gyre:plugin/osmorphing-plugin",
        imports: { default: async | trappable },
        exports: { default: async },
        with: {
            "gyre:host": crate::bindings::host::gyre::host,
            "gyre:plugin/types": crate::bindings::source::gyre::plugin::types,
        },
    });
}

pub use destination::DestinationPlugin;
pub use destination::exports::gyre::plugin::destination as destination_types;
pub use host::gyre::host::{
    clock, disk, errors, exec, extents, files, http, log, progress, registry, rootfs, secrets, ssh,
};
pub use osmorphing::OsmorphingPlugin;
pub use osmorphing::exports::gyre::plugin::osmorphing as osmorphing_types;
pub use source::SourcePlugin;
pub use source::exports::gyre::plugin::source as source_types;
pub use source::gyre::plugin::types;
