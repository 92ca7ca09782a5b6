//! A small client for tests: one connection a request, a token, JSON in and out.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)] // a test fails by panicking
#![allow(dead_code)] // each test uses its own part

use gyre_lab::Lab;
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::net::TcpStream;

/// Someone with a token.
pub struct Client {
    base: String,
    pub token: String,
    pub project: String,
}

/// Status and body; `None` when the connection ended without an answer.
pub async fn send(
    base: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<&Value>,
) -> Option<(u16, Value, Option<String>)> {
    let address = base.trim_start_matches("http://");
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let mut request = Request::builder().method(method).uri(path).header("host", address);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = Full::new(Bytes::from(body.map(Value::to_string).unwrap_or_default()));
    let response = sender.send_request(request.body(body).unwrap()).await.ok()?;
    let status = response.status().as_u16();
    let token = response.headers().get("x-subject-token").map(|t| t.to_str().unwrap().to_owned());
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    Some((status, serde_json::from_slice(&bytes).unwrap_or(Value::Null), token))
}

pub fn password(user: &str, password: &str) -> Value {
    json!({"auth": {"identity": {"methods": ["password"], "password": {"user": {"name": user, "domain": {"name": "Default"}, "password": password}}},
                    "scope": {"project": {"name": "demo", "domain": {"id": "default"}}}}})
}

impl Client {
    pub async fn login(lab: &Lab, user: &str) -> Self {
        let base = lab.auth_url().trim_end_matches("/identity/v3").to_owned();
        let (status, body, token) =
            send(&base, "POST", "/identity/v3/auth/tokens", &[], Some(&password(user, gyre_lab::PASSWORD)))
                .await
                .unwrap();
        assert_eq!(status, 201, "{body}");
        let project = body["token"]["project"]["id"].as_str().unwrap().to_owned();
        Self { base, token: token.unwrap(), project }
    }

    pub async fn try_ask(&self, method: &str, path: &str, body: Option<&Value>) -> Option<(u16, Value)> {
        let path = path.replace("/volume/", &format!("/volume/v3/{}/", self.project));
        let headers = [
            ("x-auth-token", self.token.as_str()),
            ("openstack-api-version", "compute 2.79, volume 3.59"),
            ("x-openstack-nova-api-version", "2.79"),
        ];
        send(&self.base, method, &path, &headers, body).await.map(|(status, body, _)| (status, body))
    }

    pub async fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        self.try_ask(method, path, body).await.expect("an answer")
    }

    pub async fn get(&self, path: &str) -> Value {
        let (status, body) = self.ask("GET", path, None).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    pub async fn post(&self, path: &str, body: Value) -> Value {
        let (status, answer) = self.ask("POST", path, Some(&body)).await;
        assert!((200..300).contains(&status), "{path}: {status} {answer}");
        answer
    }

    pub async fn delete(&self, path: &str) {
        let (status, answer) = self.ask("DELETE", path, None).await;
        assert!((200..300).contains(&status), "{path}: {status} {answer}");
    }

    /// Asks until the field has the value; at most a minute, and an error status ends it.
    pub async fn until(&self, path: &str, pointer: &str, wanted: &str) -> Value {
        for _ in 0..1200 {
            let body = self.get(path).await;
            let now = body.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
            if now == wanted {
                return body;
            }
            assert!(!now.eq_ignore_ascii_case("error"), "{body}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{path}: {pointer} never became {wanted}");
    }

    pub async fn until_gone(&self, path: &str) {
        for _ in 0..1200 {
            if self.ask("GET", path, None).await.0 == 404 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{path} is still there");
    }

    pub async fn named(&self, path: &str, list: &str, name: &str) -> String {
        let body = self.get(path).await;
        let found = body[list].as_array().unwrap().iter().find(|o| o["name"] == name);
        found.unwrap_or_else(|| panic!("{name} is not in {body}"))["id"].as_str().unwrap().to_owned()
    }

    pub async fn volume(&self, name: &str, gib: u64) -> String {
        let made = self.post("/volume/volumes", json!({"volume": {"name": name, "size": gib}})).await;
        let id = made["volume"]["id"].as_str().unwrap().to_owned();
        self.until(&format!("/volume/volumes/{id}"), "/volume/status", "available").await;
        id
    }
}
