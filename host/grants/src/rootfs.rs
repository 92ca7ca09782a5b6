//! `gyre:host/rootfs`: the calls of a guest on the mounted system, handed on to whoever holds it. That the plugin
//! has the handle is its permission; staying inside the root is the business of the agent.

use crate::lent::Lent;
use gyre_core::Error;
use gyre_core::protocol::{self, Base64, Root, RootReply, RootRequest};
use gyre_sandbox::Fault;
use gyre_sandbox::bindings::exec::{Command, Output};
use gyre_sandbox::bindings::rootfs::{self, FileType, Rootfs, Stat};
use std::sync::Arc;
use wasmtime::component::Resource;

impl Lent {
    async fn root(&mut self, root: &Resource<Rootfs>, request: RootRequest) -> Result<RootReply, Fault> {
        let root = self.get::<Arc<dyn Root>, _>(root)?.clone();
        Ok(root.call(request).await?)
    }

    async fn root_done(&mut self, root: &Resource<Rootfs>, request: RootRequest) -> Result<(), Fault> {
        match self.root(root, request).await? {
            RootReply::Done => Ok(()),
            _ => Err(out_of_turn()),
        }
    }
}

fn out_of_turn() -> Fault {
    Error::other("rootfs.protocol", "the agent answered another question than the one that was asked").into()
}

fn stat(stat: protocol::Stat) -> Stat {
    let file_type = match stat.file_type {
        protocol::FileType::Regular => FileType::Regular,
        protocol::FileType::Directory => FileType::Directory,
        protocol::FileType::Symlink => FileType::Symlink,
        protocol::FileType::Other => FileType::Other,
    };
    Stat { file_type, mode: stat.mode, uid: stat.uid, gid: stat.gid, size: stat.size }
}

impl rootfs::Host for Lent {}

impl rootfs::HostRootfs for Lent {
    async fn stat(&mut self, root: Resource<Rootfs>, path: String) -> Result<Option<Stat>, Fault> {
        match self.root(&root, RootRequest::Stat { path }).await? {
            RootReply::Stat { stat: found } => Ok(found.map(stat)),
            _ => Err(out_of_turn()),
        }
    }

    async fn read_dir(&mut self, root: Resource<Rootfs>, path: String) -> Result<Vec<String>, Fault> {
        match self.root(&root, RootRequest::ReadDir { path }).await? {
            RootReply::Names { names } => Ok(names),
            _ => Err(out_of_turn()),
        }
    }

    async fn read_file(&mut self, root: Resource<Rootfs>, path: String) -> Result<Vec<u8>, Fault> {
        match self.root(&root, RootRequest::ReadFile { path }).await? {
            RootReply::Bytes { bytes } => Ok(bytes.0),
            _ => Err(out_of_turn()),
        }
    }

    async fn write_file(
        &mut self,
        root: Resource<Rootfs>,
        path: String,
        mode: u32,
        bytes: Vec<u8>,
    ) -> Result<(), Fault> {
        self.root_done(&root, RootRequest::WriteFile { path, mode, bytes: Base64(bytes) }).await
    }

    async fn make_dir(&mut self, root: Resource<Rootfs>, path: String, mode: u32) -> Result<(), Fault> {
        self.root_done(&root, RootRequest::MakeDir { path, mode }).await
    }

    async fn symlink(&mut self, root: Resource<Rootfs>, path: String, target: String) -> Result<(), Fault> {
        self.root_done(&root, RootRequest::Symlink { path, target }).await
    }

    async fn read_link(&mut self, root: Resource<Rootfs>, path: String) -> Result<String, Fault> {
        match self.root(&root, RootRequest::ReadLink { path }).await? {
            RootReply::Target { target } => Ok(target),
            _ => Err(out_of_turn()),
        }
    }

    async fn remove(&mut self, root: Resource<Rootfs>, path: String) -> Result<(), Fault> {
        self.root_done(&root, RootRequest::Remove { path }).await
    }

    async fn rename(&mut self, root: Resource<Rootfs>, from: String, to: String) -> Result<(), Fault> {
        self.root_done(&root, RootRequest::Rename { from, to }).await
    }

    async fn run(&mut self, root: Resource<Rootfs>, command: Command) -> Result<Output, Fault> {
        let Command { argv, env, stdin, timeout_ms } = command;
        match self.root(&root, RootRequest::Run { argv, env, stdin: Base64(stdin), timeout_ms }).await? {
            RootReply::Output { status, stdout, stderr } => {
                Ok(Output { status, stdout: stdout.0, stderr: stderr.0 })
            }
            _ => Err(out_of_turn()),
        }
    }

    async fn drop(&mut self, root: Resource<Rootfs>) -> wasmtime::Result<()> {
        self.take::<Arc<dyn Root>, _>(&root).map(drop)
    }
}
