//! A server on loopback that answers from a script and keeps what it was asked.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;

use sekisho_cluster::{Access, Kubeconfig};

/// What it was asked: the first line, the headers and the body of each request.
pub(crate) type Asked = Arc<Mutex<Vec<Vec<String>>>>;

/// An answer: status, further headers, body.
pub(crate) type Answer = (u16, &'static str, String);

/// Starts a server that gives these answers in turn and then hangs up. Yields its address.
pub(crate) fn serve(answers: Vec<Answer>) -> (String, Asked) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let asked = Asked::default();
    let kept = Arc::clone(&asked);
    thread::spawn(move || {
        for (status, headers, body) in answers {
            let Ok((mut stream, _)) = listener.accept() else { return };
            let mut reader = BufReader::new(stream.try_clone().expect("a stream"));
            let mut lines = Vec::new();
            loop {
                let mut line = String::new();
                if reader.read_line(&mut line).is_err() || line.trim().is_empty() {
                    break;
                }
                lines.push(line.trim().to_owned());
            }
            let length = lines.iter().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
            let mut sent = vec![0; length.unwrap_or(0)];
            let _ = reader.read_exact(&mut sent);
            lines.extend(Some(String::from_utf8(sent).expect("text")).filter(|body| !body.is_empty()));
            kept.lock().expect("a lock").push(lines);
            let answer = format!(
                "HTTP/1.1 {status} Whatever\r\ncontent-type: application/json\r\nconnection: close\r\n{headers}\
                 content-length: {}\r\n\r\n{body}",
                body.len()
            );
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    (address, asked)
}

/// The access to a server, with more lines for its user.
pub(crate) fn access(address: &str, user: &str, folder: &Path) -> Access {
    let text = format!(
        "{{current-context: c, contexts: [{{name: c, context: {{cluster: s, user: u}}}}], clusters: [{{name: s, \
         cluster: {{server: '{address}'}}}}], users: [{{name: u, user: {user}}}]}}"
    );
    Kubeconfig::parse(&text, folder).expect("a kubeconfig").access(None).expect("an access")
}

/// Whether a request has a header with this beginning.
pub(crate) fn has(request: &[String], header: &str) -> bool {
    request.iter().any(|line| line.to_lowercase().starts_with(&header.to_lowercase()))
}
