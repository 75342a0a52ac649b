//! A registry for tests: a server of HTTP that answers as a test tells it to.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read as _, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: String,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// The first byte that is wanted.
    pub(crate) fn from(&self) -> usize {
        let range = self.header("range").and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-'));
        range.map_or(0, |from| from.parse().unwrap())
    }
}

/// An answer.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Body,
}

/// The bytes of an answer.
pub(crate) enum Body {
    /// All of them.
    Whole(Vec<u8>),
    /// These, and then the connection ends, though more were promised.
    BrokenOff(Vec<u8>, usize),
    /// The same over and over, as long as anyone listens.
    Endless(u8),
    /// Nothing, and the connection stays.
    Silence,
    /// A byte now and then.
    Drip,
}

impl Reply {
    pub(crate) fn status(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Body::Whole(Vec::new()) }
    }

    pub(crate) fn bytes(bytes: &[u8]) -> Self {
        Self { body: Body::Whole(bytes.to_vec()), ..Self::status(200) }
    }

    pub(crate) fn of(body: Body) -> Self {
        Self { body, ..Self::status(200) }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// A server that runs as long as the process.
pub(crate) struct Server {
    pub(crate) host: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// Starts a server; the handler gets its host, too.
    pub(crate) fn start(handler: impl Fn(&str, &Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (handler, known, own) = (Arc::new(handler), Arc::clone(&requests), host.clone());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (handler, known, own) = (Arc::clone(&handler), Arc::clone(&known), own.clone());
                thread::spawn(move || {
                    // A client that goes away is no fault of the server.
                    let _ = serve(&stream, &own, &*handler, &known);
                });
            }
        });
        Self { host, requests }
    }

    /// What was asked so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// The paths that were asked for, below the repository.
    pub(crate) fn paths(&self) -> Vec<String> {
        self.requests().into_iter().map(|request| request.path).collect()
    }
}

fn serve(
    stream: &TcpStream,
    host: &str,
    handler: &(impl Fn(&str, &Request) -> Reply + ?Sized),
    known: &Mutex<Vec<Request>>,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    // Nobody here speaks TLS.
    if reader.fill_buf()?.first().is_none_or(|byte| !byte.is_ascii_uppercase()) {
        return Ok(());
    }
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 || line == "\r\n" {
            break;
        }
        lines.push(line.trim_end().to_owned());
    }
    let mut words = lines.first().map(String::as_str).unwrap_or_default().split(' ');
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let headers: HashMap<String, String> = lines
        .iter()
        .skip(1)
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = String::new();
    (&mut reader).take(length).read_to_string(&mut body)?;
    let request = Request { method: method.to_owned(), path: path.to_owned(), headers, body };
    known.lock().unwrap().push(request.clone());
    let reply = handler(host, &request);
    let mut out = stream;
    write!(out, "HTTP/1.1 {} Said\r\nConnection: close\r\n", reply.status)?;
    for (name, value) in &reply.headers {
        write!(out, "{name}: {value}\r\n")?;
    }
    match reply.body {
        Body::Whole(bytes) => {
            write!(out, "Content-Length: {}\r\n\r\n", bytes.len())?;
            out.write_all(&bytes)
        }
        Body::BrokenOff(bytes, length) => {
            write!(out, "Content-Length: {length}\r\n\r\n")?;
            out.write_all(&bytes)
        }
        Body::Endless(byte) => {
            write!(out, "\r\n")?;
            let bytes = vec![byte; 1 << 16];
            loop {
                out.write_all(&bytes)?;
            }
        }
        Body::Silence => {
            write!(out, "Content-Length: 100\r\n\r\n")?;
            // Until the client gives up.
            reader.read_to_string(&mut String::new()).map(|_| ())
        }
        Body::Drip => {
            write!(out, "Content-Length: 1000000\r\n\r\n")?;
            loop {
                out.write_all(b"x")?;
                thread::sleep(std::time::Duration::from_millis(20));
            }
        }
    }
}
