//! A registry on loopback that keeps what it is given in memory: OCI distribution without referrers, with Basic
//! authentication where that is wanted, and away when that is wanted.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use data_encoding::{BASE64, HEXLOWER};
use sha2::{Digest as _, Sha256};

/// A registry that runs as long as the process.
#[derive(Clone)]
pub(crate) struct Registry {
    pub(crate) host: String,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// By repository and digest.
    blobs: HashMap<(String, String), Vec<u8>>,
    /// By repository and tag or digest: the media type and the bytes.
    manifests: HashMap<(String, String), (String, Vec<u8>)>,
    /// The header that is asked for of repositories whose name begins so.
    private: Option<(String, String)>,
    away: bool,
    /// By repository and tag: what it leads to in turn, each time another.
    turns: HashMap<(String, String), Vec<String>>,
    /// By repository and name: what is given instead of what it names.
    lies: HashMap<(String, String), Vec<u8>>,
    slow: Duration,
    requests: usize,
}

struct Request {
    method: String,
    path: String,
    headers: HashMap<String, String>,
    body: Vec<u8>,
}

struct Reply(u16, Vec<(&'static str, String)>, Vec<u8>);

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

impl Registry {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let host = listener.local_addr().expect("an address").to_string();
        let state = Arc::<Mutex<State>>::default();
        let kept = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let state = Arc::clone(&kept);
                thread::spawn(move || {
                    let _ = serve(&stream, &state);
                });
            }
        });
        Self { host, state }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts an image there that differs by a word, and yields its digest.
    pub(crate) fn push(&self, repository: &str, tag: &str, word: &str) -> String {
        let config = format!(
            "{{\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":{{\"Labels\":{{\"w\":\"{word}\"}}}},\"rootfs\":{{\"type\":\"layers\",\"diff_ids\":[]}}}}"
        );
        let digest_of = |bytes: &[u8]| format!("sha256:{}", HEXLOWER.encode(&Sha256::digest(bytes)));
        let manifest = format!(
            "{{\"schemaVersion\":2,\"mediaType\":\"{MANIFEST}\",\"config\":{{\"mediaType\":\"application/vnd.oci.image.config.v1+json\",\"digest\":\"{}\",\"size\":{}}},\"layers\":[]}}",
            digest_of(config.as_bytes()),
            config.len()
        );
        let digest = digest_of(manifest.as_bytes());
        let mut state = self.state();
        state.blobs.insert((repository.to_owned(), digest_of(config.as_bytes())), config.into_bytes());
        for name in [tag, &digest] {
            let key = (repository.to_owned(), name.to_owned());
            state.manifests.insert(key, (MANIFEST.to_owned(), manifest.clone().into_bytes()));
        }
        digest
    }

    /// Takes everything away whose name or tag begins so: signatures and attestations.
    pub(crate) fn strip(&self, repository: &str, beginning: &str) {
        self.state().manifests.retain(|(of, name), _| of != repository || !name.starts_with(beginning));
    }

    /// What stands under a tag, under another as well.
    pub(crate) fn copy(&self, repository: &str, from: &str, to: &str) {
        let mut state = self.state();
        let found = state.manifests.get(&(repository.to_owned(), from.to_owned())).cloned();
        state.manifests.insert((repository.to_owned(), to.to_owned()), found.expect("it is there"));
    }

    /// From now on a tag leads to these in turn; a name that there is not is not there then.
    pub(crate) fn turn(&self, repository: &str, tag: &str, names: &[&str]) {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        self.state().turns.insert((repository.to_owned(), tag.to_owned()), names);
    }

    /// From now on other bytes are given for a name.
    pub(crate) fn lie(&self, repository: &str, name: &str, bytes: &[u8]) {
        self.state().lies.insert((repository.to_owned(), name.to_owned()), bytes.to_vec());
    }

    /// Puts bytes under a name of a manifest.
    pub(crate) fn put(&self, repository: &str, name: &str, media_type: &str, bytes: Vec<u8>) {
        self.state()
            .manifests
            .insert((repository.to_owned(), name.to_owned()), (media_type.to_owned(), bytes));
    }

    /// What stands under a name of a manifest.
    pub(crate) fn held(&self, repository: &str, name: &str) -> Vec<u8> {
        self.state().manifests[&(repository.to_owned(), name.to_owned())].1.clone()
    }

    /// From now on repositories whose name begins so are for this user alone.
    pub(crate) fn protect(&self, beginning: &str, user: &str, password: &str) {
        let header = format!("Basic {}", BASE64.encode(format!("{user}:{password}").as_bytes()));
        self.state().private = Some((beginning.to_owned(), header));
    }

    /// Whether nobody is answered.
    pub(crate) fn away(&self, away: bool) {
        self.state().away = away;
    }

    /// How long every answer takes.
    pub(crate) fn slow(&self, time: Duration) {
        self.state().slow = time;
    }

    /// How many requests came.
    pub(crate) fn requests(&self) -> usize {
        self.state().requests
    }
}

fn serve(stream: &TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut writer = stream.try_clone()?;
    while let Some(request) = read(&mut reader)? {
        let slow = {
            let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
            state.requests += 1;
            if state.away {
                return Ok(());
            }
            state.slow
        };
        thread::sleep(slow);
        let Reply(status, headers, body) =
            answer(&request, &mut state.lock().unwrap_or_else(PoisonError::into_inner));
        let mut head = format!("HTTP/1.1 {status} Said\r\ncontent-length: {}\r\n", body.len());
        for (name, value) in headers {
            let _ = std::fmt::Write::write_fmt(&mut head, format_args!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        let mut bytes = head.into_bytes();
        if request.method != "HEAD" {
            bytes.extend(body);
        }
        writer.write_all(&bytes)?;
    }
    Ok(())
}

fn read(reader: &mut BufReader<TcpStream>) -> std::io::Result<Option<Request>> {
    let mut line = Vec::new();
    // A handshake of TLS is no request.
    reader.by_ref().take(8 << 10).read_until(b'\n', &mut line)?;
    let line = String::from_utf8_lossy(&line).into_owned();
    let mut words = line.split_whitespace();
    let (Some(method), Some(path), Some("HTTP/1.1")) = (words.next(), words.next(), words.next()) else {
        return Ok(None);
    };
    let mut headers = HashMap::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header)?;
        let Some((name, value)) = header.trim_end().split_once(':') else { break };
        headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Some(Request { method: method.to_owned(), path: path.to_owned(), headers, body }))
}

fn answer(request: &Request, state: &mut State) -> Reply {
    let nothing = || Reply(404, Vec::new(), b"{\"errors\":[]}".to_vec());
    let Some(path) = request.path.strip_prefix("/v2/") else { return nothing() };
    if path.is_empty() {
        return Reply(200, Vec::new(), Vec::new());
    }
    if let Some((beginning, header)) = &state.private
        && path.starts_with(beginning.as_str())
        && request.headers.get("authorization") != Some(header)
    {
        return Reply(401, vec![("www-authenticate", "Basic realm=\"registry\"".to_owned())], Vec::new());
    }
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    if let Some((repository, name)) = path.rsplit_once("/manifests/") {
        let key = (repository.to_owned(), name.to_owned());
        if request.method == "PUT" {
            let media_type = request.headers.get("content-type").cloned().unwrap_or_default();
            let digest = format!("sha256:{}", HEXLOWER.encode(&Sha256::digest(&request.body)));
            let kept = (media_type, request.body.clone());
            state.manifests.insert(key, kept.clone());
            state.manifests.insert((repository.to_owned(), digest), kept);
            return Reply(201, Vec::new(), Vec::new());
        }
        let key = match state.turns.get_mut(&key) {
            Some(names) => {
                names.rotate_left(1);
                (key.0, names.last().expect("a name").clone())
            }
            None => key,
        };
        let lie = state.lies.get(&key).cloned();
        return match state.manifests.get(&key) {
            Some((media_type, _)) if lie.is_some() => {
                Reply(200, vec![("content-type", media_type.clone())], lie.unwrap_or_default())
            }
            Some((media_type, bytes)) => {
                Reply(200, vec![("content-type", media_type.clone())], bytes.clone())
            }
            None => nothing(),
        };
    }
    if let Some((repository, _)) = path.split_once("/blobs/uploads/") {
        if request.method == "POST" {
            return Reply(202, vec![("location", format!("/v2/{repository}/blobs/uploads/1"))], Vec::new());
        }
        let digest = query.strip_prefix("digest=").unwrap_or_default().replace("%3A", ":");
        state.blobs.insert((repository.to_owned(), digest), request.body.clone());
        return Reply(201, Vec::new(), Vec::new());
    }
    if let Some((repository, digest)) = path.rsplit_once("/blobs/")
        && let Some(bytes) = state.blobs.get(&(repository.to_owned(), digest.to_owned()))
    {
        return Reply(200, Vec::new(), bytes.clone());
    }
    nothing()
}
