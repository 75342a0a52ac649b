//! Repositories over HTTP, as git's own server gives them.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use data_encoding::BASE64;
use sekisho_source::{Account, Location, Reader};

use crate::support::{Repository, person, read, refusal};

/// What the server does.
#[derive(Clone, Copy, PartialEq)]
enum Manner {
    /// It gives what it is asked for.
    Plain,
    /// It asks for a password first.
    Locked,
    /// It sends the client elsewhere.
    Redirecting,
    /// It sends without end.
    Endless,
    /// It breaks off in the middle.
    Broken,
}

struct Server {
    address: String,
    requests: Arc<AtomicUsize>,
    manner: Arc<Mutex<Manner>>,
}

fn serve(root: PathBuf) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (requests, manner) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(Manner::Plain)));
    let server = Server { address, requests: Arc::clone(&requests), manner: Arc::clone(&manner) };
    thread::spawn(move || {
        for stream in listener.incoming() {
            requests.fetch_add(1, Ordering::SeqCst);
            let manner = *manner.lock().unwrap();
            // Whatever a client does to a connection ends that connection alone.
            let _ = answer(stream.unwrap(), &root, manner);
        }
    });
    server
}

fn answer(mut stream: TcpStream, root: &Path, manner: Manner) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next().unwrap_or("").to_owned(), words.next().unwrap_or("").to_owned());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim().split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let header = |name: &str| {
        headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value).to_owned()
    };
    let mut body = vec![0; header("content-length").parse().unwrap_or(0)];
    reader.read_exact(&mut body)?;
    match manner {
        Manner::Locked if header("authorization") != format!("Basic {}", BASE64.encode(b"bot:secret")) => {
            return stream.write_all(b"HTTP/1.1 401 Unauthorized\r\nwww-authenticate: Basic\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        }
        Manner::Redirecting => {
            return stream.write_all(b"HTTP/1.1 301 Moved\r\nlocation: http://u:p@127.0.0.2/x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        }
        Manner::Endless => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: application/x-git-upload-pack-advertisement\r\nconnection: close\r\n\r\n001e# service=git-upload-pack\n0000000eversion 2\n")?;
            loop {
                stream.write_all(&[b"0032".as_slice(), &[b'x'; 46]].concat())?;
            }
        }
        _ => {}
    }
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let mut program = Command::new("git");
    program
        .arg("http-backend")
        .env("GIT_PROJECT_ROOT", root)
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("REQUEST_METHOD", method)
        .env("PATH_INFO", path)
        .env("QUERY_STRING", query)
        .env("CONTENT_TYPE", header("content-type"))
        .env("CONTENT_LENGTH", body.len().to_string())
        .env("GIT_PROTOCOL", header("git-protocol"))
        .env("GIT_CONFIG_COUNT", "1")
        .env("GIT_CONFIG_KEY_0", "safe.directory")
        .env("GIT_CONFIG_VALUE_0", "*");
    let mut program = program.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    program.stdin.take().unwrap().write_all(&body)?;
    let output = program.wait_with_output()?.stdout;
    let end = output.windows(4).position(|window| window == b"\r\n\r\n").unwrap_or(0);
    let (head, content) =
        (String::from_utf8_lossy(&output[..end]).into_owned(), &output[(end + 4).min(output.len())..]);
    let status = head.lines().find_map(|line| line.strip_prefix("Status: ")).unwrap_or("200 OK").to_owned();
    let lines: Vec<&str> = head.lines().filter(|line| !line.starts_with("Status:")).collect();
    write!(
        stream,
        "HTTP/1.1 {status}\r\n{}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        lines.join("\r\n"),
        content.len()
    )?;
    let sent = if manner == Manner::Broken && path.ends_with("upload-pack") {
        content.len() / 2
    } else {
        content.len()
    };
    stream.write_all(&content[..sent])
}

fn reader(repository: &Repository, server: &Server, reference: Option<&str>) -> Reader {
    let mut reader = repository.reader(reference, None);
    let mut location = repository.location(reference);
    location.address = format!("{}/policies.git", server.address);
    reader.location = Location::Git(location);
    reader
}

#[test]
fn branches_tags_and_commits_come_over_http() {
    let repository = Repository::new();
    let ana = person("ana@example.com");
    let first = repository.push(&ana, None, &[("a.yaml", "a: 1\n")]);
    repository.name("refs/tags/v1", first);
    let second = repository.push(&ana, None, &[("a.yaml", "a: 2\n"), ("b.yaml", "b: 1\n")]);
    let server = serve(repository.folder.path().to_owned());
    let bundle = read(&reader(&repository, &server, Some("main")), None).unwrap();
    assert_eq!(bundle.provenance.commit, second.to_string());
    assert_eq!(bundle.commit_of("a.yaml", 1).unwrap().0, second.to_string().as_str());
    assert_eq!(bundle.commit_of("b.yaml", 1).unwrap().0, second.to_string().as_str());
    std::fs::write(repository.path().join("HEAD"), "ref: refs/heads/main\n").unwrap();
    for (reference, commit) in [(Some("v1"), first), (None, second), (Some(&*first.to_string()), first)] {
        let bundle = read(&reader(&repository, &server, reference), None).unwrap();
        assert_eq!(bundle.provenance.commit, commit.to_string(), "{reference:?}");
    }
    assert!(
        refusal(&reader(&repository, &server, Some("gone")), None)
            .ends_with("no branch, tag or commit `gone`")
    );

    // What is there is not brought again.
    let third = repository.push(&ana, None, &[("a.yaml", "a: 3\n")]);
    let main = reader(&repository, &server, Some("main"));
    let next = read(&main, Some(&bundle)).unwrap();
    assert_eq!(next.provenance.commit, third.to_string());
    let before = server.requests.load(Ordering::SeqCst);
    assert!(matches!(
        main.read(Some((&next, &sekisho_source::Charter::default()))).unwrap(),
        sekisho_source::Update::Same
    ));
    assert_eq!(server.requests.load(Ordering::SeqCst) - before, 2);
}

#[test]
fn a_server_that_means_harm_is_an_error() {
    let repository = Repository::new();
    let ana = person("ana@example.com");
    repository.push(&ana, None, &[("a.yaml", "a: 1\n")]);
    let server = serve(repository.folder.path().to_owned());
    let mut main = reader(&repository, &server, Some("main"));
    main.options.budget.transfer = 1 << 20;
    for (manner, part) in [
        (Manner::Redirecting, "the server redirects to `http://127.0.0.2/x`: use that address"),
        (Manner::Endless, "more than 1048576 bytes were sent"),
        (Manner::Broken, "cannot read `git+http://127.0.0.1:"),
        (Manner::Locked, "the server refuses the credentials"),
    ] {
        *server.manner.lock().unwrap() = manner;
        let error = refusal(&main, None);
        assert!(error.contains(part), "{error}");
        assert!(!error.contains("u:p@"), "{error}");
    }
    // Credentials are not sent where everybody can read them.
    main.options.account = Some(Account { user: "bot".to_owned(), password: "secret".to_owned() });
    let error = refusal(&main, None);
    assert!(error.contains("clear text") && !error.contains("secret"), "{error}");
    *server.manner.lock().unwrap() = Manner::Plain;
    main.options.account = None;
    read(&main, None).unwrap();
}
