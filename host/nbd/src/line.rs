//! The connection to an export, made again when it broke, and the request on it repeated: reading changes nothing. The
//! export must then be as large as it was. Knows no block and no buffer.

use crate::connection::Connection;
use crate::handshake::{Export, Wanted, negotiate};
use crate::reply::Answer;
use crate::stream::Dial;
use crate::wire::Command;
use gyre_core::{Error, Result};
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::Mutex;

/// The way to an export, and the connection that there is.
pub(crate) struct Line {
    dial: Box<dyn Dial>,
    wanted: Wanted,
    size: u64,
    current: Mutex<Current>,
}

/// What came of connecting last.
struct Current {
    connection: Option<Arc<Connection>>,
    failed: Option<(Instant, Error)>,
}

impl Line {
    /// # Errors
    /// Those of the way and of the handshake.
    pub(crate) async fn open(dial: Box<dyn Dial>, wanted: Wanted) -> Result<Self> {
        let connection = Arc::new(connect(dial.as_ref(), &wanted).await?);
        let size = connection.export().size;
        let current = Current { connection: Some(connection), failed: None };
        Ok(Self { dial, wanted, size, current: Mutex::new(current) })
    }

    pub(crate) const fn size(&self) -> u64 {
        self.size
    }

    pub(crate) fn name(&self) -> &str {
        &self.wanted.name
    }

    /// One request. Its range is chosen by what the connection's server takes, and where it begins is part of the
    /// answer; without a range there is none.
    ///
    /// # Errors
    /// What stays after the last repetition.
    pub(crate) async fn call(
        &self,
        command: Command,
        range: impl Fn(&Export) -> Option<(u64, u64)>,
    ) -> Result<Option<(u64, Answer)>> {
        let mut failures = 0;
        loop {
            let error = match self.attempt(command, &range).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            failures += 1;
            let Some(pause) = self.wanted.patience.again.pause(&error, failures) else { return Err(error) };
            tokio::time::sleep(pause).await;
        }
    }

    async fn attempt(
        &self,
        command: Command,
        range: &impl Fn(&Export) -> Option<(u64, u64)>,
    ) -> Result<Option<(u64, Answer)>> {
        let connection = self.connection().await?;
        let Some((start, end)) = range(connection.export()) else { return Ok(None) };
        let length = u32::try_from(end - start).unwrap_or(u32::MAX);
        Ok(Some((start, connection.call(command, start, length).await?)))
    }

    /// The connection. Of many who need a new one, one makes it: if that fails, it failed for those who waited, too, and
    /// a server that is gone costs them one time-out together.
    async fn connection(&self) -> Result<Arc<Connection>> {
        let asked = Instant::now();
        let mut current = self.current.lock().await;
        if let Some(connection) = current.connection.as_ref().filter(|known| !known.is_broken()) {
            return Ok(connection.clone());
        }
        if let Some((_, error)) = current.failed.as_ref().filter(|(when, _)| *when > asked) {
            return Err(error.clone());
        }
        current.connection = None;
        let made = self.reconnect().await;
        match &made {
            Ok(connection) => current.connection = Some(connection.clone()),
            Err(error) => current.failed = Some((Instant::now(), error.clone())),
        }
        made
    }

    async fn reconnect(&self) -> Result<Arc<Connection>> {
        let connection = connect(self.dial.as_ref(), &self.wanted).await?;
        let size = connection.export().size;
        if size == self.size {
            return Ok(Arc::new(connection));
        }
        Err(Error::conflict("nbd.changed", format!("{} is another disk than it was", self.name()))
            .cause(format!("it had {} bytes and has {size}", self.size)))
    }
}

async fn connect(dial: &dyn Dial, wanted: &Wanted) -> Result<Connection> {
    let made = async {
        let stream = dial.dial().await?;
        let (stream, export) = negotiate(stream, wanted).await?;
        Ok(Connection::start(stream, export, &wanted.name, wanted.patience.request))
    };
    match tokio::time::timeout(wanted.patience.connect, made).await {
        Ok(made) => made,
        Err(_) => Err(Error::unavailable(
            "nbd.timeout",
            format!("no connection with {} within {:?}", wanted.name, wanted.patience.connect),
        )),
    }
}
