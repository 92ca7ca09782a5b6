//! What a component sees of a contract: interfaces, functions and types by name, each type written out, and what each
//! world imports and exports. What is `@unstable` is no part of it. Judges nothing.

use anyhow::{Context, Result, bail};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;
use wit_parser::{
    FunctionKind, Handle, InterfaceId, Resolve, Stability, Type, TypeDef, TypeDefKind, TypeId, TypeOwner,
    WorldId, WorldItem, WorldKey,
};

/// `0.1.0`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    major: u64,
    minor: u64,
    patch: u64,
}

impl Version {
    /// Where it is kept when it is frozen: `v0.1`, and `v0.1.2` for what was added to it later.
    pub fn directory(self) -> String {
        let Self { major, minor, patch } = self;
        if patch == 0 { format!("v{major}.{minor}") } else { format!("v{major}.{minor}.{patch}") }
    }

    /// Versions of one track differ by additions alone: the same 0.minor, or from 1.0 on the same major.
    fn track(self) -> (u64, u64) {
        if self.major == 0 { (0, self.minor) } else { (self.major, 0) }
    }

    /// Whether `other` begins a new track.
    pub fn is_of_earlier_track(self, other: Self) -> bool {
        self.track() < other.track()
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// Since when something is there, if it says so.
pub type Gate = Option<Version>;

/// A function or a type.
pub struct Item {
    pub what: What,
    pub gate: Gate,
    pub docs: String,
}

/// What a component is linked by.
#[derive(PartialEq, Eq)]
pub enum What {
    /// Its signature: `func(a: u32) -> string`. With the resource that it belongs to, if it is new with it.
    Function { signature: String, resource: Option<String> },
    /// Record, variant, enum or flags, with fields or cases in order; a resource has none, and another type one, itself.
    Type { kind: &'static str, members: Vec<Member> },
}

/// A field or a case: its name and type, both may be empty.
pub type Member = (String, String);

/// One interface.
pub struct Interface {
    pub items: BTreeMap<String, Item>,
    pub gate: Gate,
    pub docs: String,
}

impl Interface {
    /// Importing it gives nothing: others import it for what it defines.
    pub fn is_of_types_alone(&self) -> bool {
        self.items.values().all(|item| match &item.what {
            What::Function { .. } => false,
            What::Type { kind, .. } => *kind != "resource",
        })
    }
}

/// Interfaces by name, each with since when it stands there.
#[derive(Default)]
pub struct World {
    pub imports: BTreeMap<String, Gate>,
    pub exports: BTreeMap<String, Gate>,
    pub gate: Gate,
}

/// Both packages.
pub struct Contract {
    pub version: Version,
    /// Of every package; all the same, or a rule is broken.
    pub versions: BTreeSet<Version>,
    pub interfaces: BTreeMap<String, Interface>,
    pub worlds: BTreeMap<String, World>,
}

impl Contract {
    /// From a directory with the packages' files.
    ///
    /// # Errors
    /// When it is no WIT, or has no version.
    pub fn read(directory: &Path) -> Result<Self> {
        let mut resolve = Resolve::default();
        let (package, _) =
            resolve.push_dir(directory).with_context(|| format!("cannot read {}", directory.display()))?;
        Self::of(&resolve, package)
    }

    /// `package` is the plugins', which names the version.
    ///
    /// # Errors
    /// As [`Contract::read`].
    pub fn of(resolve: &Resolve, package: wit_parser::PackageId) -> Result<Self> {
        let version = |id| {
            let package = resolve.packages.get(id).context("a package is not there")?;
            let found =
                package.name.version.as_ref().with_context(|| format!("{} has no version", package.name))?;
            Ok(Version { major: found.major, minor: found.minor, patch: found.patch })
        };
        let versions = resolve.packages.iter().map(|(id, _)| version(id)).collect::<Result<_>>()?;
        let interfaces =
            resolve.interfaces.iter().map(|(id, _)| Ok((path(resolve, id)?, interface(resolve, id)?)));
        let worlds = resolve.worlds.iter().map(|(id, it)| Ok((it.name.clone(), world(resolve, id)?)));
        Ok(Self {
            version: version(package)?,
            versions,
            interfaces: interfaces.collect::<Result<_>>()?,
            worlds: worlds.collect::<Result<_>>()?,
        })
    }

    /// What plugins export.
    pub fn exported(&self) -> BTreeSet<&str> {
        self.worlds.values().flat_map(|world| world.exports.keys().map(String::as_str)).collect()
    }
}

fn gate(stability: &Stability) -> Gate {
    match stability {
        Stability::Stable { since, .. } => {
            Some(Version { major: since.major, minor: since.minor, patch: since.patch })
        }
        _ => None,
    }
}

/// `gyre:host/http`, without the version.
fn path(resolve: &Resolve, id: InterfaceId) -> Result<String> {
    let interface = resolve.interfaces.get(id).context("an interface is not there")?;
    let package =
        interface.package.and_then(|id| resolve.packages.get(id)).context("an interface of no package")?;
    let name = interface.name.as_ref().context("an interface without a name: worlds name theirs")?;
    Ok(format!("{}:{}/{name}", package.name.namespace, package.name.name))
}

fn world(resolve: &Resolve, id: WorldId) -> Result<World> {
    let world = resolve.worlds.get(id).context("a world is not there")?;
    let named = |(_, item): (&WorldKey, &WorldItem)| match item {
        WorldItem::Interface { id, stability, .. } => Ok((path(resolve, *id)?, gate(stability))),
        _ => bail!("the world {} holds more than interfaces: put it into one", world.name),
    };
    Ok(World {
        imports: world.imports.iter().map(named).collect::<Result<_>>()?,
        exports: world.exports.iter().map(named).collect::<Result<_>>()?,
        gate: gate(&world.stability),
    })
}

fn interface(resolve: &Resolve, id: InterfaceId) -> Result<Interface> {
    let interface = resolve.interfaces.get(id).context("an interface is not there")?;
    let mut items = BTreeMap::new();
    for (name, function) in &interface.functions {
        items.insert(name.clone(), self::function(resolve, function)?);
    }
    for (name, id) in &interface.types {
        let definition = definition(resolve, *id)?;
        if !is_use(resolve, definition)? {
            items.insert(name.clone(), defined(resolve, definition)?);
        }
    }
    let docs = interface.docs.contents.clone().unwrap_or_default();
    Ok(Interface { items, gate: gate(&interface.stability), docs })
}

fn function(resolve: &Resolve, function: &wit_parser::Function) -> Result<Item> {
    let params =
        function.params.iter().map(|param| Ok(format!("{}: {}", param.name, text(resolve, &param.ty)?)));
    let params = params.collect::<Result<Vec<_>>>()?.join(", ");
    let result = match &function.result {
        Some(ty) => format!(" -> {}", text(resolve, ty)?),
        None => String::new(),
    };
    let word = match function.kind {
        FunctionKind::AsyncFreestanding | FunctionKind::AsyncMethod(_) | FunctionKind::AsyncStatic(_) => {
            "async func"
        }
        _ => "func",
    };
    let resource = match function.kind.resource() {
        Some(id) => definition(resolve, id)?.name.clone(),
        None => None,
    };
    Ok(Item {
        what: What::Function { signature: format!("{word}({params}){result}"), resource },
        gate: gate(&function.stability),
        docs: function.docs.contents.clone().unwrap_or_default(),
    })
}

fn definition(resolve: &Resolve, id: TypeId) -> Result<&TypeDef> {
    resolve.types.get(id).context("a type is not there")
}

/// Whether it only brings in what another interface defines: what is done with it is compared where it is done.
fn is_use(resolve: &Resolve, definition: &TypeDef) -> Result<bool> {
    let TypeDefKind::Type(Type::Id(id)) = &definition.kind else { return Ok(false) };
    let other = self::definition(resolve, *id)?;
    Ok(other.owner != definition.owner && other.name == definition.name)
}

/// A type under its own name.
fn defined(resolve: &Resolve, definition: &TypeDef) -> Result<Item> {
    let mut docs = vec![definition.docs.contents.clone().unwrap_or_default()];
    let (kind, members) = match &definition.kind {
        TypeDefKind::Record(record) => {
            docs.extend(record.fields.iter().filter_map(|field| field.docs.contents.clone()));
            let fields =
                record.fields.iter().map(|field| Ok((field.name.clone(), text(resolve, &field.ty)?)));
            ("record", fields.collect::<Result<_>>()?)
        }
        TypeDefKind::Variant(variant) => {
            docs.extend(variant.cases.iter().filter_map(|case| case.docs.contents.clone()));
            let cases = variant
                .cases
                .iter()
                .map(|case| Ok((case.name.clone(), optional(resolve, case.ty.as_ref())?)));
            ("variant", cases.collect::<Result<_>>()?)
        }
        TypeDefKind::Enum(cases) => {
            docs.extend(cases.cases.iter().filter_map(|case| case.docs.contents.clone()));
            ("enum", cases.cases.iter().map(|case| (case.name.clone(), String::new())).collect())
        }
        TypeDefKind::Flags(flags) => {
            docs.extend(flags.flags.iter().filter_map(|flag| flag.docs.contents.clone()));
            ("flags", flags.flags.iter().map(|flag| (flag.name.clone(), String::new())).collect())
        }
        TypeDefKind::Resource => ("resource", Vec::new()),
        other => ("type", vec![(String::new(), structure(resolve, other)?)]),
    };
    Ok(Item { what: What::Type { kind, members }, gate: gate(&definition.stability), docs: docs.join("\n") })
}

/// A type where it is used: what has a name of its own by that and where it is defined, all else written out.
fn text(resolve: &Resolve, ty: &Type) -> Result<String> {
    let Type::Id(id) = ty else { return Ok(format!("{ty:?}").to_lowercase()) };
    let definition = definition(resolve, *id)?;
    match (&definition.kind, definition.owner) {
        (
            TypeDefKind::Record(_)
            | TypeDefKind::Variant(_)
            | TypeDefKind::Enum(_)
            | TypeDefKind::Flags(_)
            | TypeDefKind::Resource,
            TypeOwner::Interface(owner),
        ) => Ok(format!("{}.{}", path(resolve, owner)?, definition.name.as_deref().unwrap_or_default())),
        (kind, _) => structure(resolve, kind),
    }
}

fn structure(resolve: &Resolve, kind: &TypeDefKind) -> Result<String> {
    Ok(match kind {
        TypeDefKind::Type(ty) => text(resolve, ty)?,
        TypeDefKind::Option(ty) => format!("option<{}>", text(resolve, ty)?),
        TypeDefKind::List(ty) => format!("list<{}>", text(resolve, ty)?),
        TypeDefKind::Result(both) => {
            let (ok, err) = (optional(resolve, both.ok.as_ref())?, optional(resolve, both.err.as_ref())?);
            format!("result<{ok}, {err}>")
        }
        TypeDefKind::Tuple(tuple) => {
            let types = tuple.types.iter().map(|ty| text(resolve, ty)).collect::<Result<Vec<_>>>()?;
            format!("tuple<{}>", types.join(", "))
        }
        TypeDefKind::Handle(Handle::Own(id)) => text(resolve, &Type::Id(*id))?,
        TypeDefKind::Handle(Handle::Borrow(id)) => format!("borrow<{}>", text(resolve, &Type::Id(*id))?),
        other => bail!("a {} is no part of this contract, and cannot be compared yet", other.as_str()),
    })
}

fn optional(resolve: &Resolve, ty: Option<&Type>) -> Result<String> {
    ty.map_or_else(|| Ok("_".into()), |ty| text(resolve, ty))
}
