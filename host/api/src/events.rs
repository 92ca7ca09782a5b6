//! Server-sent events: what is told of jobs, read from where it is kept, so that a reader that comes back goes on
//! where it was. Refuses to hold anything for a reader that does not read.

use crate::route::{Body, Reply};
use crate::server::Api;
use crate::wire::EventQuery;
use bytes::Bytes;
use gyre_core::{Error, Result};
use gyre_engine::Told;
use http_body_util::{BodyExt as _, StreamBody};
use hyper::HeaderMap;
use hyper::body::Frame;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;

/// How often the store is asked for news.
const LOOK_EVERY: Duration = Duration::from_millis(300);
/// After so long without news a line says that the stream is alive.
const BEAT_EVERY: Duration = Duration::from_secs(15);
/// How long a stream lasts; a reader comes back by itself.
const LIFE: Duration = Duration::from_secs(30 * 60);
/// Events that are read at once.
const PAGE: u32 = 200;
/// How long a reader waits before it comes back, milliseconds.
const RETRY_MS: u32 = 1000;

/// Where a stream goes on: after what its reader saw last.
///
/// # Errors
/// `api.request`.
pub(crate) fn after(headers: &HeaderMap, query: &EventQuery) -> Result<u64> {
    let Some(seen) = headers.get("last-event-id") else { return Ok(query.after) };
    let number = seen.to_str().ok().and_then(|text| text.trim().parse().ok());
    number.ok_or_else(|| Error::invalid("api.request", "Last-Event-ID is not the number of an event"))
}

/// A stream of the events of one job, or of all.
///
/// # Errors
/// `api.busy`: as many are read as there may be.
pub(crate) fn stream(api: Arc<Api>, job: Option<String>, after: u64) -> Result<Reply> {
    let permit = api.stream_permit()?;
    let now = Instant::now();
    let first = format!("retry: {RETRY_MS}\n\n");
    let reader = Reader {
        api,
        job,
        after,
        first: Some(first),
        beat: now,
        until: now + LIFE,
        is_over: false,
        _permit: permit,
    };
    let frames = futures::stream::unfold(reader, |mut reader| async move {
        let text = reader.next().await?;
        Some((Ok::<_, Infallible>(Frame::data(Bytes::from(text))), reader))
    });
    Ok(Reply::Stream(Body::new(StreamBody::new(frames).boxed_unsync())))
}

/// Where the reader of a stream is.
struct Reader {
    api: Arc<Api>,
    job: Option<String>,
    after: u64,
    first: Option<String>,
    /// When something was last sent.
    beat: Instant,
    until: Instant,
    is_over: bool,
    _permit: OwnedSemaphorePermit,
}

impl Reader {
    /// What is sent next; `None`: the stream ends.
    async fn next(&mut self) -> Option<String> {
        if let Some(first) = self.first.take() {
            return Some(first);
        }
        while !self.is_over {
            // Looked at once more when it is to end: how a job was parked is told still.
            let is_last = Instant::now() >= self.until || self.api.closing.is_cancelled();
            match self.look().await {
                Ok(text) if !text.is_empty() => {
                    self.beat = Instant::now();
                    return Some(text);
                }
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(%error, "a stream of events ends early");
                    return None;
                }
            }
            if is_last {
                return None;
            }
            if self.beat.elapsed() >= BEAT_EVERY {
                self.beat = Instant::now();
                return Some(": still here\n\n".into());
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK_EVERY) => {}
                () = self.api.closing.cancelled() => {}
            }
        }
        None
    }

    /// The next events, and the end of the job behind the last of them.
    async fn look(&mut self) -> Result<String> {
        // Looked at before the events are: what is told before the work ends is not missed.
        let is_working = self.job.as_ref().is_none_or(|job| self.api.tasks.is_working(job));
        let page = self.api.engine.told(self.job.as_deref(), self.after, PAGE).await?;
        self.after = page.last().map_or(self.after, |told| told.seq);
        let mut text = page.iter().map(event).collect::<Result<String>>()?;
        if let Some(job) = self.job.clone().filter(|_| page.is_empty() && !is_working) {
            text += &self.end(&job).await?;
            self.is_over = true;
        }
        Ok(text)
    }

    async fn end(&self, job: &str) -> Result<String> {
        let status = self.api.engine.job(job).await?.0.status;
        let end = self.api.tasks.end(job, status);
        Ok(format!("event: end\ndata: {}\n\n", line(&end)?))
    }
}

fn event(told: &Told) -> Result<String> {
    Ok(format!("id: {}\ndata: {}\n\n", told.seq, line(told)?))
}

/// JSON has no line breaks unless it is asked for them.
fn line(value: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string(value)
        .map_err(|e| Error::other("api.answer", "the event cannot be written down").cause(e))
}
