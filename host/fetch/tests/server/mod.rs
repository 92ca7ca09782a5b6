//! A server for one connection after the other, that answers as a test wants and notes what it was asked.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// Status with its words, headers, body.
pub type Answer = (&'static str, Vec<String>, Vec<u8>);

pub struct Server {
    pub address: String,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// `answer` is given the path and the `authorization` of each request. The thread ends with the test's process.
    pub fn start(answer: impl Fn(&str, Option<&str>) -> Answer + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let notes = seen.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let _ = serve(stream, &answer, &notes);
            }
        });
        Self { address, seen }
    }

    /// Paths that were asked for.
    pub fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

fn serve(
    stream: TcpStream,
    answer: &impl Fn(&str, Option<&str>) -> Answer,
    seen: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut authorization = None;
    for line in lines {
        let line = line?;
        match line.split_once(": ") {
            Some((name, value)) if name.eq_ignore_ascii_case("authorization") => {
                authorization = Some(value.to_owned());
            }
            None => break,
            _ => {}
        }
    }
    seen.lock().unwrap().push(path.clone());
    let (status, headers, body) = answer(&path, authorization.as_deref());
    let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
    let has_length = headers.contains("content-length");
    let length = if has_length { String::new() } else { format!("content-length: {}\r\n", body.len()) };
    let mut stream = stream;
    write!(stream, "HTTP/1.1 {status}\r\n{headers}{length}connection: close\r\n\r\n")?;
    stream.write_all(&body)
}
