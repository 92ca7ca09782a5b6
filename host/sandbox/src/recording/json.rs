//! Values of the WIT between wasmtime's dynamic form and the JSON of a recording, led by their types alone, so that an
//! interface that is added tomorrow needs nothing here. Refuses what crosses no boundary of gyre: streams, futures.

use super::tell::{HANDLE, Told};
use super::{COMPARED_BYTES_MAX, INLINE_BYTES_MAX};
use crate::engine::hex;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Number, Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use wasmtime::StoreContextMut;
use wasmtime::component::types::Type;
use wasmtime::component::{Resource, ResourceAny, Val};

/// Whatever a handle stands for: in a replay, a number.
pub(crate) struct Handle;

/// More bytes at once no capability hands to a plugin, by far; as dynamic values, each of them takes dozens.
const HANDED_BYTES_MAX: usize = 32 << 20;

/// Bytes by their digest.
pub(crate) type Blobs = BTreeMap<String, Vec<u8>>;

/// Who gets a value, which says how much of its bytes is kept.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Toward {
    /// It has to get the very same in a replay.
    Plugin,
    /// It is compared.
    Host,
}

/// The value as JSON; what has to be kept apart is put into `apart`.
pub(crate) fn encode(told: Told, toward: Toward, apart: &mut Blobs) -> Value {
    match told {
        Told::Plain(value) => value,
        Told::Text(text) => Value::String(text),
        Told::Bytes(bytes) => encode_bytes(bytes, toward, apart),
        Told::List(all) => all.into_iter().map(|one| encode(one, toward, apart)).collect(),
        Told::Fields(fields) => {
            let entries = fields.into_iter().map(|(name, value)| (name, encode(value, toward, apart)));
            Value::Object(entries.collect::<Map<_, _>>())
        }
    }
}

fn encode_bytes(bytes: Vec<u8>, toward: Toward, apart: &mut Blobs) -> Value {
    let length = bytes.len();
    match toward {
        Toward::Plugin if length > INLINE_BYTES_MAX => {
            let sha256 = digest(&bytes);
            apart.insert(sha256.clone(), bytes);
            json!({ "blob": sha256, "length": length })
        }
        Toward::Host if length > COMPARED_BYTES_MAX => json!({ "sha256": digest(&bytes), "length": length }),
        _ => inline(&bytes),
    }
}

pub(crate) fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Bytes as they stand in a line.
pub(crate) fn inline(bytes: &[u8]) -> Value {
    match std::str::from_utf8(bytes) {
        Ok(text) => json!({ "text": text }),
        Err(_) => json!({ "base64": STANDARD.encode(bytes) }),
    }
}

/// The reverse of [`inline`].
pub(crate) fn outline(value: &Value) -> Option<Vec<u8>> {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    text("text").map(|text| text.as_bytes().to_vec()).or_else(|| STANDARD.decode(text("base64")?).ok())
}

/// Tells a dynamic value of this type.
///
/// # Errors
/// For a handle that is not there, and for types that no call of gyre has.
pub(crate) fn tell<T>(store: &mut StoreContextMut<'_, T>, value: Val, kind: &Type) -> wasmtime::Result<Told> {
    Ok(match (value, kind) {
        (Val::Bool(value), _) => Told::Plain(value.into()),
        (Val::S8(value), _) => Told::Plain(value.into()),
        (Val::U8(value), _) => Told::Plain(value.into()),
        (Val::S16(value), _) => Told::Plain(value.into()),
        (Val::U16(value), _) => Told::Plain(value.into()),
        (Val::S32(value), _) => Told::Plain(value.into()),
        (Val::U32(value), _) => Told::Plain(value.into()),
        (Val::S64(value), _) => Told::Plain(value.into()),
        (Val::U64(value), _) => Told::Plain(value.into()),
        (Val::Float32(value), _) => Told::Plain(value.to_string().into()),
        (Val::Float64(value), _) => Told::Plain(value.to_string().into()),
        (Val::Char(value), _) => Told::Plain(value.to_string().into()),
        (Val::String(text), _) => Told::Text(text),
        (Val::List(all), Type::List(list)) => tell_list(store, all, &list.ty())?,
        (Val::Record(fields), Type::Record(record)) => {
            let fields = fields.into_iter().zip(record.fields());
            let told = fields.map(|((name, value), field)| Ok((name, tell(store, value, &field.ty)?)));
            Told::Fields(told.collect::<wasmtime::Result<_>>()?)
        }
        (Val::Tuple(all), Type::Tuple(tuple)) => {
            let all = all.into_iter().zip(tuple.types());
            Told::List(all.map(|(value, kind)| tell(store, value, &kind)).collect::<wasmtime::Result<_>>()?)
        }
        (Val::Variant(name, payload), Type::Variant(variant)) => {
            let kind = variant.cases().find(|case| case.name == name).and_then(|case| case.ty);
            tell_case(store, &name, payload, kind.as_ref())?
        }
        (Val::Enum(name), _) => Told::name(&name),
        (Val::Option(None), _) => Told::nothing(),
        (Val::Option(Some(value)), Type::Option(option)) => tell(store, *value, &option.ty())?.some(),
        (Val::Result(result), Type::Result(kinds)) => {
            let (name, payload, kind) = match result {
                Ok(payload) => ("ok", payload, kinds.ok()),
                Err(payload) => ("error", payload, kinds.err()),
            };
            let told = payload.zip(kind).map(|(payload, kind)| tell(store, *payload, &kind)).transpose()?;
            Told::case(name, told.unwrap_or(Told::nothing()))
        }
        (Val::Flags(names), _) => Told::List(names.iter().map(|name| Told::name(name)).collect()),
        (Val::Resource(handle), _) => {
            Told::handle(Resource::<Handle>::try_from_resource_any(handle, &mut *store)?.rep())
        }
        _ => return Err(wasmtime::Error::msg("a value of this type is not told")),
    })
}

fn tell_list<T>(store: &mut StoreContextMut<'_, T>, all: Vec<Val>, kind: &Type) -> wasmtime::Result<Told> {
    if matches!(kind, Type::U8) {
        let byte = |value: &Val| if let Val::U8(byte) = value { *byte } else { 0 };
        return Ok(Told::Bytes(all.iter().map(byte).collect()));
    }
    let told = all.into_iter().map(|value| tell(store, value, kind));
    Ok(Told::List(told.collect::<wasmtime::Result<_>>()?))
}

fn tell_case<T>(
    store: &mut StoreContextMut<'_, T>,
    name: &str,
    payload: Option<Box<Val>>,
    kind: Option<&Type>,
) -> wasmtime::Result<Told> {
    Ok(match payload.zip(kind) {
        Some((payload, kind)) => Told::case(name, tell(store, *payload, kind)?),
        None => Told::name(name),
    })
}

/// A value of a recording as one of this type.
///
/// # Errors
/// Where it is none: one sentence.
pub(crate) fn decode<T>(
    store: &mut StoreContextMut<'_, T>,
    value: &Value,
    kind: &Type,
    blobs: &Blobs,
) -> Result<Val, String> {
    let wrong = || format!("it is {}, which does not fit its type {}", short(value), kind_name(kind));
    Ok(match kind {
        Type::Bool => Val::Bool(value.as_bool().ok_or_else(wrong)?),
        Type::S8 => Val::S8(number(value).ok_or_else(wrong)?),
        Type::U8 => Val::U8(number(value).ok_or_else(wrong)?),
        Type::S16 => Val::S16(number(value).ok_or_else(wrong)?),
        Type::U16 => Val::U16(number(value).ok_or_else(wrong)?),
        Type::S32 => Val::S32(number(value).ok_or_else(wrong)?),
        Type::U32 => Val::U32(number(value).ok_or_else(wrong)?),
        Type::S64 => Val::S64(number(value).ok_or_else(wrong)?),
        Type::U64 => Val::U64(number(value).ok_or_else(wrong)?),
        Type::Float32 => Val::Float32(parsed(value).ok_or_else(wrong)?),
        Type::Float64 => Val::Float64(parsed(value).ok_or_else(wrong)?),
        Type::Char => Val::Char(parsed(value).ok_or_else(wrong)?),
        Type::String => Val::String(value.as_str().ok_or_else(wrong)?.to_owned()),
        Type::List(list) if matches!(list.ty(), Type::U8) => {
            let bytes = bytes(value, blobs).ok_or_else(wrong)?;
            check_handed(bytes.len())?;
            Val::List(bytes.into_iter().map(Val::U8).collect())
        }
        Type::List(list) => {
            let all = value.as_array().ok_or_else(wrong)?.iter();
            Val::List(all.map(|one| decode(store, one, &list.ty(), blobs)).collect::<Result<_, _>>()?)
        }
        Type::Record(record) => {
            let mut fields = Vec::new();
            for field in record.fields() {
                let found =
                    value.get(field.name).ok_or_else(|| format!("it has no field `{}`", field.name))?;
                fields.push((field.name.to_owned(), decode(store, found, &field.ty, blobs)?));
            }
            Val::Record(fields)
        }
        Type::Tuple(tuple) => {
            let all = value.as_array().filter(|all| all.len() == tuple.types().len()).ok_or_else(wrong)?;
            let pairs = all.iter().zip(tuple.types());
            Val::Tuple(pairs.map(|(one, kind)| decode(store, one, &kind, blobs)).collect::<Result<_, _>>()?)
        }
        Type::Variant(variant) => {
            let (name, payload) = case(value).ok_or_else(wrong)?;
            let case = variant.cases().find(|case| case.name == name).ok_or_else(wrong)?;
            let payload = decode_case(store, payload, case.ty.as_ref(), blobs)?;
            Val::Variant(name.to_owned(), payload)
        }
        Type::Enum(names) => {
            let name = value.as_str().filter(|name| names.names().any(|known| known == *name));
            Val::Enum(name.ok_or_else(wrong)?.to_owned())
        }
        Type::Option(option) => match case(value) {
            _ if value.is_null() => Val::Option(None),
            Some(("some", Some(inner))) => {
                Val::Option(Some(Box::new(decode(store, inner, &option.ty(), blobs)?)))
            }
            _ => Val::Option(Some(Box::new(decode(store, value, &option.ty(), blobs)?))),
        },
        Type::Result(result) => match case(value) {
            Some(("ok", payload)) => {
                Val::Result(Ok(decode_case(store, payload, result.ok().as_ref(), blobs)?))
            }
            Some(("error", payload)) => {
                Val::Result(Err(decode_case(store, payload, result.err().as_ref(), blobs)?))
            }
            _ => return Err(wrong()),
        },
        Type::Flags(_) => {
            let names = value.as_array().ok_or_else(wrong)?.iter();
            Val::Flags(
                names
                    .map(|name| name.as_str().map(str::to_owned))
                    .collect::<Option<_>>()
                    .ok_or_else(wrong)?,
            )
        }
        Type::Own(_) | Type::Borrow(_) => {
            let handle = value.get(HANDLE).and_then(number::<u32>).ok_or_else(wrong)?;
            let handle = ResourceAny::try_from_resource(Resource::<Handle>::new_own(handle), &mut *store);
            Val::Resource(handle.map_err(|error| error.to_string())?)
        }
        _ => return Err(wrong()),
    })
}

fn decode_case<T>(
    store: &mut StoreContextMut<'_, T>,
    payload: Option<&Value>,
    kind: Option<&Type>,
    blobs: &Blobs,
) -> Result<Option<Box<Val>>, String> {
    let Some(kind) = kind else { return Ok(None) };
    decode(store, payload.unwrap_or(&Value::Null), kind, blobs).map(|value| Some(Box::new(value)))
}

/// A case by its name, and its payload.
fn case(value: &Value) -> Option<(&str, Option<&Value>)> {
    if let Some(name) = value.as_str() {
        return Some((name, None));
    }
    let mut entries = value.as_object()?.iter();
    let (name, payload) = entries.next()?;
    entries.next().is_none().then_some((name.as_str(), Some(payload)))
}

fn bytes(value: &Value, blobs: &Blobs) -> Option<Vec<u8>> {
    match value.get("blob").and_then(Value::as_str) {
        Some(sha256) => blobs.get(sha256).cloned(),
        None => outline(value),
    }
}

fn check_handed(bytes: usize) -> Result<(), String> {
    if bytes > HANDED_BYTES_MAX {
        return Err(format!(
            "it has {bytes} bytes, more than the {HANDED_BYTES_MAX} that a plugin is handed at once"
        ));
    }
    Ok(())
}

fn number<N: TryFrom<i128>>(value: &Value) -> Option<N> {
    let number: Option<&Number> = if let Value::Number(number) = value { Some(number) } else { None };
    N::try_from(number?.as_i128()?).ok()
}

fn parsed<P: std::str::FromStr>(value: &Value) -> Option<P> {
    value.as_str()?.parse().ok()
}

/// The value in a sentence.
fn short(value: &Value) -> String {
    const CHARS_MAX: usize = 80;
    gyre_core::text::plain(&value.to_string()).chars().take(CHARS_MAX).collect()
}

const fn kind_name(kind: &Type) -> &'static str {
    match kind {
        Type::Bool => "bool",
        Type::String => "string",
        Type::List(_) => "list",
        Type::Record(_) => "record",
        Type::Tuple(_) => "tuple",
        Type::Variant(_) => "variant",
        Type::Enum(_) => "enum",
        Type::Option(_) => "option",
        Type::Result(_) => "result",
        Type::Flags(_) => "flags",
        Type::Own(_) | Type::Borrow(_) => "handle",
        Type::Char => "char",
        Type::Float32 | Type::Float64 => "float",
        _ => "integer",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_bytes_than_a_plugin_is_handed_are_not_made_into_values() {
        check_handed(HANDED_BYTES_MAX).unwrap();
        assert!(check_handed(HANDED_BYTES_MAX + 1).unwrap_err().contains("at once"));
    }

    #[test]
    fn long_bytes_are_kept_for_the_plugin_and_only_known_again_for_the_host() {
        let mut apart = Blobs::new();
        let long = vec![b'x'; COMPARED_BYTES_MAX + 1];
        let told = || Told::Bytes(long.clone());
        let kept = encode(told(), Toward::Plugin, &mut apart);
        assert_eq!(bytes(&kept, &apart).unwrap(), long);
        let known = encode(told(), Toward::Host, &mut apart);
        assert_eq!(known, json!({ "sha256": digest(&long), "length": long.len() }));
        assert_eq!(encode(Told::Bytes(vec![0xff]), Toward::Host, &mut apart), json!({ "base64": "/w==" }));
        assert_eq!(apart.len(), 1);
    }
}
