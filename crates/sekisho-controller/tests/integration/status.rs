//! What probes are answered.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use sekisho_controller::{Answer, StatusServer};

fn ask(server: &StatusServer, request: &str) -> String {
    let mut stream = TcpStream::connect(server.address()).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    // A server that closes early has said all it says.
    let _ = stream.read_to_string(&mut answer);
    answer
}

#[test]
fn probes_are_answered_and_nonsense_ends() {
    let server = StatusServer::start("127.0.0.1:0".parse().unwrap(), |method, path, authorization| Answer {
        status: if path == "/livez" { 200 } else { 404 },
        text: format!("{method} {path} {authorization}"),
    })
    .unwrap();
    let answer = ask(&server, "GET /livez?x HTTP/1.1\r\nAuthorization: Bearer t\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with("GET /livez Bearer t"), "{answer}");
    assert!(ask(&server, "GET /x HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 404"));
    let long = format!("GET /livez HTTP/1.1\r\nx: {}\r\n\r\n", "y".repeat(1 << 20));
    let mut stream = TcpStream::connect(server.address()).unwrap();
    let _ = stream.write_all(long.as_bytes());
    drop(stream);
    assert!(ask(&server, "GET /livez HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 200"));
}
