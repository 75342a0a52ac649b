//! A server that shows each request to the test, and answers it when and as the test says.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;

/// The server.
pub(crate) struct Loopback {
    pub(crate) address: String,
    bodies: Receiver<String>,
    /// A status for each answer; without it every request is taken at once.
    pub(crate) answers: Option<Sender<u16>>,
}

impl Loopback {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let (shown, bodies) = channel();
        let (answers, asked) = channel();
        let asked = Arc::new(Mutex::new(asked));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (shown, asked) = (shown.clone(), Arc::clone(&asked));
                thread::spawn(move || serve(stream, &shown, &asked));
            }
        });
        Self { address, bodies, answers: Some(answers) }
    }

    /// One that takes everything at once.
    pub(crate) fn healthy() -> Self {
        let mut server = Self::start();
        server.answers = None;
        server
    }

    pub(crate) fn answer(&self, status: u16) {
        self.answers.as_ref().expect("it is not healthy yet").send(status).expect("it runs");
    }

    /// The next request, which is waited for.
    pub(crate) fn body(&self) -> String {
        self.bodies.recv().expect("it runs")
    }

    /// The requests that came and were not looked at.
    pub(crate) fn rest(&self) -> Vec<String> {
        self.bodies.try_iter().collect()
    }
}

/// Serves a connection until its client goes away.
fn serve(stream: TcpStream, shown: &Sender<String>, asked: &Mutex<Receiver<u16>>) -> Option<()> {
    let mut writer = stream.try_clone().ok()?;
    let mut reader = BufReader::new(stream);
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).ok()? == 0 {
                return None;
            }
            if line == "\r\n" {
                break;
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().ok()?;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        shown.send(String::from_utf8(body).ok()?).ok()?;
        let status = asked.lock().ok()?.recv().unwrap_or(200);
        let answer = format!("HTTP/1.1 {status} Said\r\ncontent-length: 0\r\n\r\n");
        writer.write_all(answer.as_bytes()).ok()?;
    }
}
