//! `gyre:host/registry`: the calls of a guest on registry hives of the mounted system, handed on to whoever holds
//! it. Who has the root may open its hives.

use crate::lent::Lent;
use gyre_core::Error;
use gyre_core::protocol::{Base64, HiveRequest, HiveValue, Root, RootReply, RootRequest};
use gyre_sandbox::Fault;
use gyre_sandbox::bindings::registry::{self, Hive, Raw, Value};
use gyre_sandbox::bindings::rootfs::Rootfs;
use std::sync::Arc;
use wasmtime::component::Resource;

/// A hive that is open where the root is.
struct Open {
    root: Arc<dyn Root>,
    hive: u32,
}

impl Lent {
    async fn hive(&mut self, hive: &Resource<Hive>, ask: HiveRequest) -> Result<RootReply, Fault> {
        let open = self.get::<Open, _>(hive)?;
        let (root, hive) = (open.root.clone(), open.hive);
        Ok(root.call(RootRequest::Hive { hive, ask }).await?)
    }

    async fn hive_names(
        &mut self,
        hive: &Resource<Hive>,
        ask: HiveRequest,
    ) -> Result<Option<Vec<String>>, Fault> {
        match self.hive(hive, ask).await? {
            RootReply::KeyNames { names } => Ok(names),
            _ => Err(out_of_turn()),
        }
    }

    async fn hive_done(&mut self, hive: &Resource<Hive>, ask: HiveRequest) -> Result<(), Fault> {
        match self.hive(hive, ask).await? {
            RootReply::Done => Ok(()),
            _ => Err(out_of_turn()),
        }
    }
}

fn out_of_turn() -> Fault {
    Error::other("rootfs.protocol", "the agent answered another question than the one that was asked").into()
}

fn lower(value: Value) -> HiveValue {
    match value {
        Value::Sz(text) => HiveValue::Sz(text),
        Value::ExpandSz(text) => HiveValue::ExpandSz(text),
        Value::MultiSz(texts) => HiveValue::MultiSz(texts),
        Value::Dword(number) => HiveValue::Dword(number),
        Value::Qword(number) => HiveValue::Qword(number),
        Value::Binary(bytes) => HiveValue::Binary(Base64(bytes)),
        Value::Other(Raw { kind, bytes }) => HiveValue::Other(kind, Base64(bytes)),
    }
}

fn lift(value: HiveValue) -> Value {
    match value {
        HiveValue::Sz(text) => Value::Sz(text),
        HiveValue::ExpandSz(text) => Value::ExpandSz(text),
        HiveValue::MultiSz(texts) => Value::MultiSz(texts),
        HiveValue::Dword(number) => Value::Dword(number),
        HiveValue::Qword(number) => Value::Qword(number),
        HiveValue::Binary(bytes) => Value::Binary(bytes.0),
        HiveValue::Other(kind, bytes) => Value::Other(Raw { kind, bytes: bytes.0 }),
    }
}

impl registry::Host for Lent {}

impl registry::HostHive for Lent {
    async fn open(&mut self, root: Resource<Rootfs>, path: String) -> Result<Resource<Hive>, Fault> {
        let root = Lent::get::<Arc<dyn Root>, _>(self, &root)?.clone();
        match root.call(RootRequest::OpenHive { path }).await? {
            RootReply::Hive { hive } => self.push(Open { root, hive }),
            _ => Err(out_of_turn()),
        }
    }

    async fn keys(&mut self, hive: Resource<Hive>, key: String) -> Result<Option<Vec<String>>, Fault> {
        self.hive_names(&hive, HiveRequest::Keys { key }).await
    }

    async fn values(&mut self, hive: Resource<Hive>, key: String) -> Result<Option<Vec<String>>, Fault> {
        self.hive_names(&hive, HiveRequest::Values { key }).await
    }

    async fn get(&mut self, hive: Resource<Hive>, key: String, name: String) -> Result<Option<Value>, Fault> {
        match self.hive(&hive, HiveRequest::Get { key, name }).await? {
            RootReply::Value { value } => Ok(value.map(lift)),
            _ => Err(out_of_turn()),
        }
    }

    async fn set(
        &mut self,
        hive: Resource<Hive>,
        key: String,
        name: String,
        value: Value,
    ) -> Result<(), Fault> {
        self.hive_done(&hive, HiveRequest::Set { key, name, value: lower(value) }).await
    }

    async fn create_key(&mut self, hive: Resource<Hive>, key: String) -> Result<(), Fault> {
        self.hive_done(&hive, HiveRequest::CreateKey { key }).await
    }

    async fn remove_key(&mut self, hive: Resource<Hive>, key: String) -> Result<(), Fault> {
        self.hive_done(&hive, HiveRequest::RemoveKey { key }).await
    }

    async fn remove_value(&mut self, hive: Resource<Hive>, key: String, name: String) -> Result<(), Fault> {
        self.hive_done(&hive, HiveRequest::RemoveValue { key, name }).await
    }

    async fn commit(&mut self, hive: Resource<Hive>) -> Result<(), Fault> {
        self.hive_done(&hive, HiveRequest::Commit).await
    }

    async fn drop(&mut self, hive: Resource<Hive>) -> wasmtime::Result<()> {
        let open = self.take::<Open, _>(&hive)?;
        // Whoever holds it forgets it with the root in any case.
        let close = RootRequest::Hive { hive: open.hive, ask: HiveRequest::Close };
        let _ = open.root.call(close).await;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_the_same_on_both_sides() {
        let values = [
            HiveValue::Sz("a".into()),
            HiveValue::ExpandSz("%a%".into()),
            HiveValue::MultiSz(vec!["a".into(), "b".into()]),
            HiveValue::Dword(1),
            HiveValue::Qword(2),
            HiveValue::Binary(Base64(vec![3])),
            HiveValue::Other(9, Base64(vec![4])),
        ];
        for value in values {
            assert_eq!(lower(lift(value.clone())), value);
        }
    }
}
