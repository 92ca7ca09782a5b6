//! One thing that can be asked: its method and path, what it takes and gives, and the function that answers. The
//! types that stand in the document are those that are read and written: neither can be without the other.

use crate::server::Api;
use bytes::Bytes;
use futures::future::BoxFuture;
use gyre_core::{Error, Result};
use http_body_util::combinators::UnsyncBoxBody;
use hyper::{HeaderMap, Method, StatusCode};
use percent_encoding::percent_decode_str;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;

/// The body of an answer.
pub(crate) type Body = UnsyncBoxBody<Bytes, Infallible>;

/// Type of answers that are JSON.
pub(crate) const JSON: &str = "application/json";
/// Type of streams of server-sent events.
pub(crate) const EVENTS: &str = "text/event-stream";
/// Type of metrics, as Prometheus asks for it.
pub(crate) const METRICS: &str = "text/plain; version=0.0.4; charset=utf-8";

/// A request, taken apart.
pub(crate) struct Call {
    pub api: Arc<Api>,
    /// What stands in the path for its `{…}`, decoded, in order.
    pub path: Vec<String>,
    pub query: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Call {
    /// The first `{…}` of the path.
    pub fn name(&self) -> &str {
        self.path.first().map(String::as_str).unwrap_or_default()
    }

    /// The second one.
    pub fn below(&self) -> &str {
        self.path.get(1).map(String::as_str).unwrap_or_default()
    }

    /// What stands behind the `?`.
    pub fn read_query<T: DeserializeOwned>(&self) -> Result<T> {
        serde_urlencoded::from_str(&self.query)
            .map_err(|e| Error::invalid("api.request", "the query is not one of this request").cause(e))
    }

    /// No body is an empty one.
    fn read_body<T: DeserializeOwned>(&self) -> Result<T> {
        let body: &[u8] = if self.body.is_empty() { b"{}" } else { &self.body };
        serde_json::from_slice(body)
            .map_err(|e| Error::invalid("api.request", "the body is not one of this request").cause(e))
    }
}

/// What is answered.
pub(crate) enum Reply {
    /// All of it.
    Whole(Bytes),
    /// As it comes.
    Stream(Body),
}

type Answer = Box<dyn Fn(Call) -> BoxFuture<'static, Result<Reply>> + Send + Sync>;
type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// One thing that can be asked.
pub(crate) struct Route {
    pub method: Method,
    pub path: &'static str,
    /// A sentence, and more of them.
    pub about: &'static [&'static str],
    pub query: SchemaOf,
    pub body: SchemaOf,
    /// `None`: the answer is no JSON.
    pub answer: Option<SchemaOf>,
    pub content: &'static str,
    pub status: StatusCode,
    pub is_open: bool,
    respond: Answer,
}

impl Route {
    /// A function that reads `Q` from the query and `B` from the body, and answers `A`.
    pub fn json<Q, B, A, F, R>(
        method: Method,
        path: &'static str,
        about: &'static [&'static str],
        respond: F,
    ) -> Self
    where
        Q: DeserializeOwned + JsonSchema,
        B: DeserializeOwned + JsonSchema + Send + 'static,
        A: Serialize + JsonSchema,
        F: Fn(Call, Q, B) -> R + Send + Sync + Copy + 'static,
        R: Future<Output = Result<A>> + Send + 'static,
    {
        let answer = move |call: Call| -> BoxFuture<'static, Result<Reply>> {
            let read = call.read_query::<Q>().and_then(|query| Ok((query, call.read_body::<B>()?)));
            match read {
                Ok((query, body)) => {
                    let answer = respond(call, query, body);
                    Box::pin(async move { json(&answer.await?) })
                }
                Err(error) => Box::pin(async move { Err(error) }),
            }
        };
        Self {
            method,
            path,
            about,
            query: |g| g.subschema_for::<Q>(),
            body: |g| g.subschema_for::<B>(),
            answer: Some(|g| g.subschema_for::<A>()),
            content: JSON,
            status: StatusCode::OK,
            is_open: false,
            respond: Box::new(answer),
        }
    }

    /// A function that reads `Q` from the query, and answers something else than JSON of a type.
    pub fn other<Q, F, R>(
        content: &'static str,
        path: &'static str,
        about: &'static [&'static str],
        respond: F,
    ) -> Self
    where
        Q: DeserializeOwned + JsonSchema,
        F: Fn(Call, Q) -> R + Send + Sync + Copy + 'static,
        R: Future<Output = Result<Reply>> + Send + 'static,
    {
        let answer = move |call: Call| -> BoxFuture<'static, Result<Reply>> {
            match call.read_query::<Q>() {
                Ok(query) => Box::pin(respond(call, query)),
                Err(error) => Box::pin(async move { Err(error) }),
            }
        };
        Self {
            method: Method::GET,
            path,
            about,
            query: |g| g.subschema_for::<Q>(),
            body: |g| g.subschema_for::<crate::wire::Nothing>(),
            answer: None,
            content,
            status: StatusCode::OK,
            is_open: false,
            respond: Box::new(answer),
        }
    }

    /// What it answers is only begun.
    pub fn begins(mut self) -> Self {
        self.status = StatusCode::ACCEPTED;
        self
    }

    /// Answers without a token.
    pub fn open(mut self) -> Self {
        self.is_open = true;
        self
    }

    /// Answers.
    pub fn respond(&self, call: Call) -> BoxFuture<'static, Result<Reply>> {
        (self.respond)(call)
    }

    /// Names of the `{…}` of the path.
    pub fn parameters(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    }

    /// What stands for the `{…}` in a path, decoded, if it is one of this route.
    fn matches(&self, path: &str) -> Option<Vec<String>> {
        let (mut ours, mut theirs, mut found) = (self.path.split('/'), path.split('/'), Vec::new());
        loop {
            match (ours.next(), theirs.next()) {
                (None, None) => return Some(found),
                (Some(our), Some(their)) if our.starts_with('{') => {
                    let decoded = percent_decode_str(their).decode_utf8().ok()?;
                    found.push(decoded.into_owned());
                }
                (Some(our), Some(their)) if our == their => {}
                _ => return None,
            }
        }
    }
}

/// JSON.
pub(crate) fn json(answer: &impl Serialize) -> Result<Reply> {
    let bytes = serde_json::to_vec(answer)
        .map_err(|e| Error::other("api.answer", "the answer cannot be written down").cause(e))?;
    Ok(Reply::Whole(bytes.into()))
}

/// The route of a request.
///
/// # Errors
/// `api.unknown`, `api.method`.
pub(crate) fn find<'a>(routes: &'a [Route], method: &Method, path: &str) -> Result<(&'a Route, Vec<String>)> {
    let there: Vec<_> = routes.iter().filter_map(|route| Some((route, route.matches(path)?))).collect();
    if there.is_empty() {
        return Err(Error::not_found("api.unknown", format!("there is nothing at {path}"))
            .cause("what there is stands in /v1/openapi.json"));
    }
    let allowed: Vec<_> = there.iter().map(|(route, _)| route.method.as_str()).collect();
    let what = format!("{path} is asked with {}, not with {method}", allowed.join(" or "));
    let found = there.into_iter().find(|(route, _)| route.method == *method);
    found.ok_or_else(|| Error::invalid("api.method", what))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routes::routes;

    #[test]
    fn paths_are_found_by_their_parts_and_decoded_once() {
        let routes = routes();
        let found = |method: Method, path: &str| {
            find(&routes, &method, path).map(|(route, path)| (route.path, path)).map_err(|error| error.code)
        };
        let one = |name: &str| vec![name.to_owned()];
        assert_eq!(found(Method::GET, "/v1/replicas"), Ok(("/v1/replicas", vec![])));
        assert_eq!(
            found(Method::GET, "/v1/replicas/web%2Fdb-1"),
            Ok(("/v1/replicas/{name}", one("web/db-1")))
        );
        assert_eq!(found(Method::GET, "/v1/replicas/a%252Fb"), Ok(("/v1/replicas/{name}", one("a%2Fb"))));
        assert_eq!(
            found(Method::POST, "/v1/replicas/web/execute"),
            Ok(("/v1/replicas/{name}/execute", one("web")))
        );
        for path in ["/", "", "/v1/replicas/a/b/c", "/v1/nothing", "/v1/replicas/%ff"] {
            assert_eq!(found(Method::GET, path).unwrap_err(), "api.unknown", "{path}");
        }
        assert_eq!(found(Method::PUT, "/v1/jobs").unwrap_err(), "api.method");
    }
}
