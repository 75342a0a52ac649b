//! What probes and Prometheus ask the controller, on a port of its own: `/livez`, `/readyz`, `/metrics`.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

/// What is answered: the status of HTTP, and a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The text.
    pub text: String,
}

/// What a request asks for: method, path, and the value of `Authorization`.
type Ask = dyn Fn(&str, &str, &str) -> Answer + Send + Sync;

/// Listens for probes.
#[derive(Debug)]
pub struct StatusServer {
    address: SocketAddr,
}

/// Connections at once.
const MOST: usize = 32;

/// How long a connection may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// The most bytes of a head.
const HEAD: u64 = 16 << 10;

impl StatusServer {
    /// Listens and answers in threads of its own, for as long as the process lives.
    pub fn start(
        address: SocketAddr,
        answer: impl Fn(&str, &str, &str) -> Answer + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        let address = listener.local_addr()?;
        let answer: Arc<Ask> = Arc::new(answer);
        let open = Arc::new(AtomicUsize::new(0));
        thread::Builder::new().name("status".to_owned()).spawn(move || {
            for stream in listener.incoming() {
                let Ok(stream) = stream else {
                    thread::sleep(Duration::from_millis(50));
                    continue;
                };
                if open.fetch_add(1, Ordering::AcqRel) >= MOST {
                    open.fetch_sub(1, Ordering::AcqRel);
                    continue;
                }
                let (answer, counted) = (Arc::clone(&answer), Arc::clone(&open));
                let spawned = thread::Builder::new().name("probe".to_owned()).spawn(move || {
                    // Whatever a caller does to its connection ends that connection alone.
                    let _ = serve(&stream, &*answer);
                    counted.fetch_sub(1, Ordering::AcqRel);
                });
                if spawned.is_err() {
                    open.fetch_sub(1, Ordering::AcqRel);
                }
            }
        })?;
        Ok(Self { address })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

fn serve(mut stream: &TcpStream, answer: &Ask) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut head = BufReader::new(stream.take(HEAD));
    let mut line = String::new();
    head.read_line(&mut line)?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next().unwrap_or("").to_owned(), words.next().unwrap_or("").to_owned());
    let mut authorization = String::new();
    loop {
        let mut line = String::new();
        if head.read_line(&mut line)? == 0 || line.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("authorization")
        {
            value.trim().clone_into(&mut authorization);
        }
    }
    let path = target.split('?').next().unwrap_or("");
    let Answer { status, text } = answer(&method, path, &authorization);
    write!(
        stream,
        "HTTP/1.1 {status} {}\r\ncontent-type: text/plain; version=0.0.4\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{text}",
        if status < 400 { "OK" } else { "Error" },
        text.len(),
    )
}
