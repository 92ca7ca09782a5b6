//! What the protocol is spoken over, and where it comes from.

use async_trait::async_trait;
use gyre_core::{Error, Result};
use std::io;
use tokio::io::{AsyncRead, AsyncWrite};

/// Bytes in both directions: TCP, a Unix socket, a channel of SSH, TLS over one of them.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// The way to a server: asked again whenever the connection broke.
#[async_trait]
pub trait Dial: Send + Sync {
    /// A new connection.
    ///
    /// # Errors
    /// `nbd.connect` (transient), and whatever forbids it.
    async fn dial(&self) -> Result<Box<dyn Stream>>;
}

/// What broke a stream, as an error. What TLS objects to stays wrong however often it is tried.
pub(crate) fn lost(name: &str, error: &io::Error) -> Error {
    if error.get_ref().is_some_and(|inner| inner.is::<rustls::Error>()) {
        return Error::denied("nbd.tls", format!("TLS with {name} failed")).cause(error);
    }
    let error_text = match error.kind() {
        io::ErrorKind::UnexpectedEof => "the server closed it".to_owned(),
        _ => error.to_string(),
    };
    Error::unavailable("nbd.lost", format!("the connection to {name} broke")).cause(error_text)
}

/// What a server did that the protocol forbids. Not worth another try.
pub(crate) fn broke_rules(name: &str, what: impl std::fmt::Display) -> Error {
    Error::other("nbd.protocol", format!("{name} does not keep to the NBD protocol")).cause(what)
}
