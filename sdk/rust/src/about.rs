//! What a plugin says about itself, readable without any grant.

use schemars::JsonSchema;

/// Name, version, summary and the options of a plugin. Made by [`about!`](crate::about).
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// Short name: `debian`.
    pub name: &'static str,
    /// Version of the plugin.
    pub version: &'static str,
    /// One sentence for a list.
    pub summary: &'static str,
    /// Writes the JSON Schema of the configuration.
    pub schema: fn() -> String,
}

impl About {
    /// The plugin's configuration is a `T`: its names, types, defaults and doc comments are what
    /// an operator sees. What else the host understands is said by `#[schemars(extend(…))]`:
    ///
    /// * on the type, `"x-gyre-ini-section" = "name"`: the section of INI files that holds these options
    /// * on a field, `"x-gyre-site-only" = true`: it may not be given for one machine
    /// * on a field, `"x-gyre-stands-for" = "table.entry"`: given alone it stands for that entry of another option
    /// * on a field of a destination, `"x-gyre-morphing" = true`: OS-morphing plugins with an option of the same name get it
    #[must_use]
    pub const fn config<T: JsonSchema>(mut self) -> Self {
        self.schema = schema_of::<T>;
        self
    }
}

fn schema_of<T: JsonSchema>() -> String {
    schemars::schema_for!(T).as_value().to_string()
}

/// The schema of a plugin without options.
#[doc(hidden)]
pub fn no_options() -> String {
    r#"{"type":"object","additionalProperties":false}"#.into()
}

/// `about!("name", "Summary.")`: an [`About`] with the version of the calling crate.
#[macro_export]
macro_rules! about {
    ($name:expr, $summary:expr) => {
        $crate::About {
            name: $name,
            version: env!("CARGO_PKG_VERSION"),
            summary: $summary,
            schema: $crate::no_options,
        }
    };
}
