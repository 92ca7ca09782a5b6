//! The beginning of a connection, until an export can be read: greeting, TLS, structured replies, the block status that
//! is wanted, the export. Bytes are read one record at a time and never ahead, so that nothing which was sent before TLS
//! is taken for something said under it.

use crate::limits::{
    ATTEMPTS_MAX, BLOCK_BYTES_MAX, CONNECT_TIMEOUT_S, OPTION_REPLIES_MAX, OPTION_REPLY_BYTES_MAX, PAUSE_MS,
    PAUSE_MS_MAX, REQUEST_BYTES_MAX, REQUEST_TIMEOUT_S, SIZE_BYTES_MAX,
};
use crate::stream::{Stream, broke_rules, lost};
use crate::tls::Tls;
use crate::wire::{self, Fields};
use gyre_core::{Backoff, Error, Kind, Result};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// Information about an export whose block sizes are asked for: one request for information.
const ONE: u16 = 1;

/// What is to be opened.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// What the server and the export are called in messages: the address.
    pub name: String,
    /// Name of the export; empty: the server's default.
    pub export: String,
    /// How the server is to prove itself; none: no TLS.
    pub tls: Option<Tls>,
    /// How long it may take.
    pub patience: Patience,
}

/// How long a server may take.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// From the first packet to the end of the handshake, TLS included.
    pub connect: Duration,
    /// One request, from when it is sent to the end of its reply.
    pub request: Duration,
    /// How often a request is repeated over connections that break, and how soon.
    pub again: Backoff,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(CONNECT_TIMEOUT_S),
            request: Duration::from_secs(REQUEST_TIMEOUT_S),
            again: Backoff {
                attempts: ATTEMPTS_MAX,
                first: Duration::from_millis(PAUSE_MS),
                longest: Duration::from_millis(PAUSE_MS_MAX),
            },
        }
    }
}

/// What the server says of the export, checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Export {
    pub(crate) size: u64,
    /// Requests begin and end at multiples of it.
    pub(crate) block: u32,
    /// The largest read; a multiple of `block`.
    pub(crate) read_max: u32,
    /// Whether replies are structured.
    pub(crate) structured: bool,
    /// Number of `base:allocation` on this connection, if the server has it.
    pub(crate) allocation: Option<u32>,
}

/// A connection whose handshake is under way.
struct Talk<'a> {
    stream: Box<dyn Stream>,
    wanted: &'a Wanted,
}

/// A server's answer to an option.
struct Answer {
    kind: u32,
    data: Vec<u8>,
}

/// Comes to terms with a server.
///
/// # Errors
/// `nbd.lost`, `nbd.shutdown` (transient); `nbd.protocol`, `nbd.old-server`, `nbd.tls`, `nbd.tls-required`,
/// `nbd.no-export`, `nbd.refused`, `nbd.size`.
pub(crate) async fn negotiate(stream: Box<dyn Stream>, wanted: &Wanted) -> Result<(Box<dyn Stream>, Export)> {
    let mut talk = Talk { stream, wanted };
    talk.greet().await?;
    if let Some(tls) = &wanted.tls {
        talk.start_tls().await?;
        talk.stream = tls.over(talk.stream, &wanted.name).await?;
    }
    let structured = talk.structured_replies().await.map_err(|error| talk.turned_away(error))?;
    let allocation = if structured { talk.allocation().await? } else { None };
    let export = talk.go(structured, allocation).await?;
    Ok((talk.stream, export))
}

impl Talk<'_> {
    async fn greet(&mut self) -> Result<()> {
        let mut bytes = [0; 18];
        self.read(&mut bytes).await?;
        let mut fields = Fields(&bytes);
        if fields.u64() != Some(wire::GREETING) {
            return Err(broke_rules(&self.wanted.name, "it is no NBD server: it greets otherwise"));
        }
        let style = fields.u64().unwrap_or_default();
        let flags = fields.u16().unwrap_or_default();
        if style == wire::OLD_STYLE || (style == wire::HAVE_OPTION && flags & wire::FIXED_NEWSTYLE == 0) {
            return Err(old_server(&self.wanted.name, "it does not speak the fixed newstyle handshake"));
        }
        if style != wire::HAVE_OPTION {
            return Err(broke_rules(&self.wanted.name, "its greeting has no known style"));
        }
        let ours = flags & (wire::FIXED_NEWSTYLE | wire::NO_ZEROES);
        self.write(&u32::from(ours).to_be_bytes()).await
    }

    async fn start_tls(&mut self) -> Result<()> {
        let answer = self.ask(wire::OPT_STARTTLS, &[]).await?;
        match answer.kind {
            wire::REP_ACK if answer.data.is_empty() => Ok(()),
            kind if kind & wire::REP_ERROR != 0 => {
                let what = format!("{} does not speak TLS, and the address asks for it", self.wanted.name);
                Err(Error::denied("nbd.tls", what).cause(explained(&answer)))
            }
            _ => Err(self.out_of_turn(&answer)),
        }
    }

    /// In TLS 1.3 the server looks at the client's certificate last, and some just go.
    fn turned_away(&self, error: Error) -> Error {
        if self.wanted.tls.is_none() || error.code != "nbd.lost" {
            return error;
        }
        error.cause(
            "right after TLS began: perhaps it asks for a client's certificate, or does not accept ours",
        )
    }

    /// Whether the server gives structured replies.
    async fn structured_replies(&mut self) -> Result<bool> {
        let answer = self.ask(wire::OPT_STRUCTURED_REPLY, &[]).await?;
        match answer.kind {
            wire::REP_ACK if answer.data.is_empty() => Ok(true),
            wire::REP_TLS_REQUIRED | wire::REP_SHUTDOWN => Err(self.refusal(&answer)),
            kind if kind & wire::REP_ERROR != 0 => Ok(false),
            _ => Err(self.out_of_turn(&answer)),
        }
    }

    /// The number that the server gives to `base:allocation`.
    async fn allocation(&mut self) -> Result<Option<u32>> {
        let mut data = wire::text(&self.wanted.export);
        data.extend(1_u32.to_be_bytes());
        data.extend(wire::text(wire::ALLOCATION));
        let mut answer = self.ask(wire::OPT_SET_META_CONTEXT, &data).await?;
        let mut found = None;
        for _ in 0..OPTION_REPLIES_MAX {
            match answer.kind {
                wire::REP_ACK => return Ok(found),
                wire::REP_META_CONTEXT => {
                    let mut fields = Fields(&answer.data);
                    let number = fields.u32();
                    if number.is_none() || found.is_some() || fields.0 != wire::ALLOCATION.as_bytes() {
                        return Err(broke_rules(
                            &self.wanted.name,
                            "it names a context that was not asked for",
                        ));
                    }
                    found = number;
                }
                // The export itself is asked for next, and says best why it cannot be had.
                kind if kind & wire::REP_ERROR != 0 => return Ok(None),
                _ => return Err(self.out_of_turn(&answer)),
            }
            answer = self.answer(wire::OPT_SET_META_CONTEXT).await?;
        }
        Err(self.endless())
    }

    async fn go(&mut self, structured: bool, allocation: Option<u32>) -> Result<Export> {
        let mut data = wire::text(&self.wanted.export);
        data.extend(ONE.to_be_bytes());
        data.extend(wire::INFO_BLOCK_SIZE.to_be_bytes());
        let mut answer = self.ask(wire::OPT_GO, &data).await?;
        let (mut size, mut blocks) = (None, None);
        for _ in 0..OPTION_REPLIES_MAX {
            match answer.kind {
                wire::REP_ACK => return self.export(size, blocks, structured, allocation),
                wire::REP_INFO => {
                    let mut fields = Fields(&answer.data);
                    match fields.u16() {
                        Some(wire::INFO_EXPORT) => size = fields.u64().filter(|_| fields.0.len() == 2),
                        Some(wire::INFO_BLOCK_SIZE) => blocks = self.block_sizes(&mut fields)?,
                        Some(_) => {}
                        None => return Err(broke_rules(&self.wanted.name, "an information has no type")),
                    }
                }
                kind if kind & wire::REP_ERROR != 0 => return Err(self.refusal(&answer)),
                _ => return Err(self.out_of_turn(&answer)),
            }
            answer = self.answer(wire::OPT_GO).await?;
        }
        Err(self.endless())
    }

    /// Smallest and largest block.
    fn block_sizes(&self, fields: &mut Fields<'_>) -> Result<Option<(u32, u32)>> {
        let (least, preferred, most) = (fields.u32(), fields.u32(), fields.u32());
        let (Some(least), Some(_), Some(most)) = (least, preferred, most) else {
            return Err(broke_rules(&self.wanted.name, "its block sizes are cut short"));
        };
        if !least.is_power_of_two() || least > BLOCK_BYTES_MAX || most < least {
            let what = format!("blocks of {least} to {most} bytes are not possible");
            return Err(broke_rules(&self.wanted.name, what));
        }
        Ok(Some((least, most)))
    }

    fn export(
        &self,
        size: Option<u64>,
        blocks: Option<(u32, u32)>,
        structured: bool,
        allocation: Option<u32>,
    ) -> Result<Export> {
        let name = &self.wanted.name;
        let size = size.ok_or_else(|| broke_rules(name, "it does not say how large the export is"))?;
        if size > SIZE_BYTES_MAX {
            return Err(Error::invalid("nbd.size", format!("{name} says that it is {size} bytes large"))
                .cause(format!("no disk is larger than {SIZE_BYTES_MAX} bytes here")));
        }
        let (block, most) = blocks.unwrap_or((1, REQUEST_BYTES_MAX));
        if size % u64::from(block) != 0 {
            let what = format!("{size} bytes are no multiple of its blocks of {block}");
            return Err(broke_rules(name, what));
        }
        let read_max = most.min(REQUEST_BYTES_MAX);
        Ok(Export { size, block, read_max: read_max - read_max % block, structured, allocation })
    }

    async fn ask(&mut self, option: u32, data: &[u8]) -> Result<Answer> {
        self.write(&wire::option(option, data)).await?;
        self.answer(option).await
    }

    async fn answer(&mut self, option: u32) -> Result<Answer> {
        let mut head = [0; 20];
        self.read(&mut head).await?;
        let mut fields = Fields(&head);
        if fields.u64() != Some(wire::OPTION_REPLY) || fields.u32() != Some(option) {
            return Err(broke_rules(&self.wanted.name, "it answers to an option that was not sent"));
        }
        let kind = fields.u32().unwrap_or_default();
        let length = fields.u32().unwrap_or_default();
        if length > OPTION_REPLY_BYTES_MAX {
            let what = format!(
                "an answer to an option has {length} bytes, and at most {OPTION_REPLY_BYTES_MAX} are taken"
            );
            return Err(broke_rules(&self.wanted.name, what));
        }
        let mut data = vec![0; usize::try_from(length).unwrap_or_default()];
        self.read(&mut data).await?;
        Ok(Answer { kind, data })
    }

    async fn read(&mut self, bytes: &mut [u8]) -> Result<()> {
        let read = self.stream.read_exact(bytes).await;
        read.map(|_| ()).map_err(|error| lost(&self.wanted.name, &error))
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let written = match self.stream.write_all(bytes).await {
            Ok(()) => self.stream.flush().await,
            failed => failed,
        };
        written.map_err(|error| lost(&self.wanted.name, &error))
    }

    /// Why there is no export.
    fn refusal(&self, answer: &Answer) -> Error {
        let name = &self.wanted.name;
        let error = match answer.kind {
            wire::REP_UNSUPPORTED => old_server(name, "it does not know the option NBD_OPT_GO"),
            wire::REP_UNKNOWN => {
                Error::not_found("nbd.no-export", format!("{name} does not exist at that server"))
            }
            wire::REP_TLS_REQUIRED => {
                Error::denied("nbd.tls-required", format!("{name} is served by TLS only"))
            }
            wire::REP_SHUTDOWN => shutting_down(name),
            wire::REP_POLICY => {
                Error::denied("nbd.refused", format!("the server does not give {name} to this host"))
            }
            _ => Error::new(Kind::Other, "nbd.refused", format!("the server does not open {name}")),
        };
        error.cause(explained(answer))
    }

    fn out_of_turn(&self, answer: &Answer) -> Error {
        broke_rules(&self.wanted.name, format!("it answers an option out of turn, with {:#x}", answer.kind))
    }

    fn endless(&self) -> Error {
        let what = format!("it answers one option more than {OPTION_REPLIES_MAX} times");
        broke_rules(&self.wanted.name, what)
    }
}

/// A server that is about to end.
pub(crate) fn shutting_down(name: &str) -> Error {
    Error::unavailable("nbd.shutdown", format!("the server of {name} is shutting down"))
}

fn old_server(name: &str, why: &str) -> Error {
    Error::invalid("nbd.old-server", format!("the server of {name} is too old")).cause(why)
}

fn explained(answer: &Answer) -> String {
    match wire::said(&answer.data) {
        said if said.is_empty() => format!("error {:#x}", answer.kind),
        said => format!("it says: {said}"),
    }
}
