//! A file over the network: servers that break off, throttle, lie and redirect.

use std::cell::RefCell;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use sekisho_database::fetch::{FetchError, fetch_with, is_address};

/// Answers connections one after the other, and gives the requests that came.
fn serve(answers: Vec<String>) -> (String, thread::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/db", listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        let mut requests = Vec::new();
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            requests.push(request(&mut stream));
            let _ = stream.write_all(answer.as_bytes());
        }
        requests
    });
    (address, server)
}

fn request(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap_or(0) > 0 {
        bytes.push(byte[0]);
    }
    String::from_utf8_lossy(&bytes).to_lowercase()
}

fn answer(status: &str, headers: &str, length: usize, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}")
}

#[test]
fn what_breaks_off_goes_on_where_it_was() {
    let (address, server) = serve(vec![
        answer("200 OK", "etag: \"one\"\r\n", 10, "01234"),
        answer("206 Partial Content", "etag: \"one\"\r\n", 5, "56789"),
    ]);
    assert_eq!(fetch_with(&address, |_| ()).unwrap(), b"0123456789");
    let requests = server.join().unwrap();
    assert!(!requests[0].contains("range:"), "{}", requests[0]);
    assert!(
        requests[1].contains("range: bytes=5-") && requests[1].contains("if-range: \"one\""),
        "{}",
        requests[1]
    );
}

#[test]
fn what_changed_meanwhile_is_begun_anew() {
    let (address, server) = serve(vec![
        answer("200 OK", "etag: \"one\"\r\n", 10, "01234"),
        answer("200 OK", "etag: \"two\"\r\n", 3, "abc"),
    ]);
    assert_eq!(fetch_with(&address, |_| ()).unwrap(), b"abc");
    server.join().unwrap();
}

#[test]
fn throttling_is_waited_for_and_faults_are_told() {
    let (address, server) = serve(vec![
        answer("429 Too Many Requests", "retry-after: 7\r\n", 0, ""),
        answer("503 Service Unavailable", "retry-after: 99999\r\n", 0, ""),
        answer("200 OK", "", 2, "ok"),
    ]);
    let pauses = RefCell::new(Vec::new());
    assert_eq!(fetch_with(&address, |pause| pauses.borrow_mut().push(pause)).unwrap(), b"ok");
    server.join().unwrap();
    assert_eq!(*pauses.borrow(), [Duration::from_secs(7), Duration::from_mins(1)]);
    let (address, server) = serve(vec![answer("404 Not Found", "", 0, "")]);
    assert!(matches!(fetch_with(&address, |_| ()), Err(FetchError::Absent(_))));
    server.join().unwrap();
    let (address, server) = serve(vec![answer("403 Forbidden", "", 0, "")]);
    assert!(matches!(fetch_with(&address, |_| ()), Err(FetchError::Status { status: 403, .. })));
    server.join().unwrap();
    let (address, server) = serve(vec![answer("200 OK", "", 10, "short"); 5]);
    assert!(matches!(fetch_with(&address, |_| ()), Err(FetchError::Connection { .. })));
    server.join().unwrap();
}

#[test]
fn only_named_addresses_are_asked() {
    for text in ["https://a.example/db", "http://127.0.0.1:1/x", "http://localhost/x", "http://[::1]:1/"] {
        assert!(is_address(text), "{text}");
    }
    for text in [
        "http://a.example/db",
        "http://127.0.0.1.example/x",
        "http://localhost.evil/x",
        "ftp://a",
        "/a",
        "file:///a",
    ] {
        assert!(!is_address(text), "{text}");
    }
    assert!(matches!(fetch_with("http://a.example/db", |_| ()), Err(FetchError::Address(_))));
}
