//! The rules that a contract keeps towards a frozen version of its track, by name. `wit/VERSIONING.md` says of each what
//! it means and why; a test compares the two. Knows no WIT.

/// One rule. What breaks it breaks plugins that exist, or those that are built for what is new on hosts that exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    OneVersion,
    VersionBack,
    InterfaceRemoved,
    FunctionRemoved,
    FunctionChanged,
    TypeRemoved,
    TypeChanged,
    RecordChanged,
    VariantChanged,
    EnumChanged,
    FlagsChanged,
    ExportClosed,
    WorldRemoved,
    ImportRemoved,
    ExportRemoved,
    ExportAdded,
    Ungated,
    GateEarly,
    GateChanged,
}

impl Rule {
    /// Every rule, in the order of `wit/VERSIONING.md`.
    #[cfg(test)]
    pub const ALL: [Rule; 19] = [
        Rule::OneVersion,
        Rule::VersionBack,
        Rule::InterfaceRemoved,
        Rule::FunctionRemoved,
        Rule::FunctionChanged,
        Rule::TypeRemoved,
        Rule::TypeChanged,
        Rule::RecordChanged,
        Rule::VariantChanged,
        Rule::EnumChanged,
        Rule::FlagsChanged,
        Rule::ExportClosed,
        Rule::WorldRemoved,
        Rule::ImportRemoved,
        Rule::ExportRemoved,
        Rule::ExportAdded,
        Rule::Ungated,
        Rule::GateEarly,
        Rule::GateChanged,
    ];

    /// As it stands in `wit/VERSIONING.md`.
    pub const fn id(self) -> &'static str {
        match self {
            Rule::OneVersion => "one-version",
            Rule::VersionBack => "version-back",
            Rule::InterfaceRemoved => "interface-removed",
            Rule::FunctionRemoved => "function-removed",
            Rule::FunctionChanged => "function-changed",
            Rule::TypeRemoved => "type-removed",
            Rule::TypeChanged => "type-changed",
            Rule::RecordChanged => "record-changed",
            Rule::VariantChanged => "variant-changed",
            Rule::EnumChanged => "enum-changed",
            Rule::FlagsChanged => "flags-changed",
            Rule::ExportClosed => "export-closed",
            Rule::WorldRemoved => "world-removed",
            Rule::ImportRemoved => "import-removed",
            Rule::ExportRemoved => "export-removed",
            Rule::ExportAdded => "export-added",
            Rule::Ungated => "ungated",
            Rule::GateEarly => "gate-early",
            Rule::GateChanged => "gate-changed",
        }
    }
}
