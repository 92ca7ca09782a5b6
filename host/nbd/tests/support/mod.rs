//! Servers for tests: one that is scripted byte by byte and lies where it is told to, and what both kinds of tests have
//! in common. It shares no code with the client.

#![allow(dead_code)] // each test uses a part

use async_trait::async_trait;
use gyre_core::{Backoff, Result};
use gyre_nbd::{Client, Dial, Patience, Stream, Wanted};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};

pub const MIB: u64 = 1 << 20;
pub const ACK: u32 = 1;
pub const DATA: u16 = 1;
pub const HOLE: u16 = 2;
pub const STATUS: u16 = 5;
pub const ERROR: u16 = 0x8001;
pub const STARTTLS: u32 = 5;
pub const GO: u32 = 7;
pub const STRUCTURED: u32 = 8;
pub const CONTEXT: u32 = 10;

/// A request as the server sees it.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    pub command: u16,
    pub cookie: u64,
    pub offset: u64,
    pub length: u32,
    /// How many came before it, over all connections.
    pub number: usize,
}

/// What a server sends, and whether it then goes on.
pub enum Say {
    These(Vec<u8>),
    ThenClose(Vec<u8>),
    /// The same again and again, for as long as anybody takes it.
    ForEver(Vec<u8>),
    /// As an honest server.
    Honest,
}

type Option_ = Box<dyn Fn(u32) -> Say + Send + Sync>;
type Request = Box<dyn Fn(Asked) -> Say + Send + Sync>;

/// A server of a disk whose bytes are told by their offsets.
pub struct Server {
    pub greeting: Vec<u8>,
    pub size: u64,
    pub blocks: Option<(u32, u32)>,
    pub option: Option_,
    pub request: Request,
    pub requests: AtomicUsize,
    pub connections: AtomicUsize,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            greeting: [b"NBDMAGICIHAVEOPT".as_slice(), &[0, 3]].concat(),
            size: 8 * MIB,
            blocks: None,
            option: Box::new(|_| Say::Honest),
            request: Box::new(|_| Say::Honest),
            requests: AtomicUsize::new(0),
            connections: AtomicUsize::new(0),
        }
    }
}

/// The way to a server of this process.
pub struct Way(pub Arc<Server>);

#[async_trait]
impl Dial for Way {
    async fn dial(&self) -> Result<Box<dyn Stream>> {
        let (near, far) = duplex(64 << 10);
        let server = self.0.clone();
        server.connections.fetch_add(1, Ordering::SeqCst);
        tokio::spawn(async move { server.serve(far).await });
        Ok(Box::new(near))
    }
}

/// That of a client, without its pauses.
pub fn patience() -> Patience {
    let own = Patience::default();
    Patience { again: Backoff { first: Duration::from_millis(1), ..own.again }, ..own }
}

pub fn wanted() -> Wanted {
    Wanted { name: "nbd://test/x".into(), export: "x".into(), tls: None, patience: patience() }
}

pub async fn open(server: Server) -> (Arc<Server>, Result<Client>) {
    let server = Arc::new(server);
    let client = Client::open(Box::new(Way(server.clone())), wanted()).await;
    (server, client)
}

/// What an honest disk holds.
pub fn byte(offset: u64) -> u8 {
    (offset % 251) as u8 ^ (offset >> 16) as u8
}

pub fn bytes(offset: u64, length: u64) -> Vec<u8> {
    (offset..offset + length).map(byte).collect()
}

pub fn option_reply(option: u32, kind: u32, data: &[u8]) -> Vec<u8> {
    let head =
        [&0x0003_e889_0455_65a9_u64.to_be_bytes()[..], &option.to_be_bytes(), &kind.to_be_bytes()].concat();
    [&head[..], &(data.len() as u32).to_be_bytes(), data].concat()
}

pub fn export_info(size: u64) -> Vec<u8> {
    [&0_u16.to_be_bytes()[..], &size.to_be_bytes(), &3_u16.to_be_bytes()].concat()
}

pub fn chunk(cookie: u64, flags: u16, kind: u16, data: &[u8]) -> Vec<u8> {
    [chunk_head(cookie, flags, kind, data.len() as u32), data.to_vec()].concat()
}

pub fn chunk_head(cookie: u64, flags: u16, kind: u16, length: u32) -> Vec<u8> {
    [
        &0x668e_33ef_u32.to_be_bytes()[..],
        &flags.to_be_bytes(),
        &kind.to_be_bytes(),
        &cookie.to_be_bytes(),
        &length.to_be_bytes(),
    ]
    .concat()
}

pub fn data(offset: u64, bytes: &[u8]) -> Vec<u8> {
    [&offset.to_be_bytes()[..], bytes].concat()
}

pub fn hole(offset: u64, length: u32) -> Vec<u8> {
    [&offset.to_be_bytes()[..], &length.to_be_bytes()].concat()
}

pub fn status(context: u32, ranges: &[(u32, u32)]) -> Vec<u8> {
    let ranges = ranges.iter().flat_map(|(length, state)| [length.to_be_bytes(), state.to_be_bytes()]);
    [context.to_be_bytes().to_vec(), ranges.flatten().collect()].concat()
}

pub fn failure(number: u32, text: &str) -> Vec<u8> {
    [&number.to_be_bytes()[..], &(text.len() as u16).to_be_bytes(), text.as_bytes()].concat()
}

pub fn simple(cookie: u64, error: u32, data: &[u8]) -> Vec<u8> {
    [&0x6744_6698_u32.to_be_bytes()[..], &error.to_be_bytes(), &cookie.to_be_bytes(), data].concat()
}

impl Server {
    /// Until the client goes, or the script ends.
    pub async fn serve(&self, mut stream: DuplexStream) -> Option<()> {
        stream.write_all(&self.greeting).await.ok()?;
        stream.read_u32().await.ok()?;
        while self.answer_option(&mut stream).await? {}
        loop {
            let mut head = [0; 28];
            stream.read_exact(&mut head).await.ok()?;
            let number =
                |from: usize, to: usize| head[from..to].iter().fold(0, |n, b| (n << 8) | u64::from(*b));
            let asked = Asked {
                command: number(6, 8) as u16,
                cookie: number(8, 16),
                offset: number(16, 24),
                length: number(24, 28) as u32,
                number: self.requests.fetch_add(1, Ordering::SeqCst),
            };
            if asked.command == 2 {
                return None;
            }
            let says = (self.request)(asked);
            self.say(&mut stream, says, || self.honest(asked)).await?;
        }
    }

    /// Whether options go on.
    async fn answer_option(&self, stream: &mut DuplexStream) -> Option<bool> {
        stream.read_u64().await.ok()?;
        let option = stream.read_u32().await.ok()?;
        let mut data = vec![0; stream.read_u32().await.ok()? as usize];
        stream.read_exact(&mut data).await.ok()?;
        let honest = || match option {
            STRUCTURED => option_reply(option, ACK, &[]),
            CONTEXT => {
                let context = [&7_u32.to_be_bytes()[..], b"base:allocation"].concat();
                [option_reply(option, 4, &context), option_reply(option, ACK, &[])].concat()
            }
            GO => {
                let block = |(least, most): (u32, u32)| {
                    let sizes = [least, least.max(4096), most].map(u32::to_be_bytes).concat();
                    option_reply(option, 3, &[&3_u16.to_be_bytes()[..], &sizes].concat())
                };
                let blocks = self.blocks.map(block).unwrap_or_default();
                [option_reply(option, 3, &export_info(self.size)), blocks, option_reply(option, ACK, &[])]
                    .concat()
            }
            _ => option_reply(option, 0x8000_0001, b"not here"),
        };
        self.say(stream, (self.option)(option), honest).await?;
        Some(option != GO)
    }

    async fn say(&self, stream: &mut DuplexStream, say: Say, honest: impl Fn() -> Vec<u8>) -> Option<()> {
        match say {
            Say::Honest => stream.write_all(&honest()).await.ok(),
            Say::These(bytes) => stream.write_all(&bytes).await.ok(),
            Say::ThenClose(bytes) => {
                stream.write_all(&bytes).await.ok()?;
                None
            }
            Say::ForEver(bytes) => loop {
                stream.write_all(&bytes).await.ok()?;
            },
        }
    }

    /// Data everywhere but in the second quarter, which is a hole, and the third, which is zeros.
    fn honest(&self, asked: Asked) -> Vec<u8> {
        let Asked { command, cookie, offset, length, .. } = asked;
        match command {
            0 => chunk(cookie, 1, DATA, &data(offset, &bytes(offset, length.into()))),
            _ => {
                let quarter = self.size / 4;
                let ends = [(quarter, 0), (2 * quarter, 3), (3 * quarter, 2), (self.size, 0)];
                let (mut at, mut ranges) = (offset, Vec::new());
                for (end, state) in ends {
                    if end > at && at < offset + u64::from(length) {
                        ranges.push(((end - at) as u32, state));
                        at = end;
                    }
                }
                chunk(cookie, 1, STATUS, &status(7, &ranges))
            }
        }
    }
}
