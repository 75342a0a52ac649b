//! How gitoxide speaks HTTP here: requests of ureq, within a limit of bytes, and without redirects.

use std::any::Any;
use std::io::{self, BufRead, BufReader, Cursor, Read, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use gix_transport::client::blocking_io::http::{GetResponse, Http, PostBodyDataKind, PostResponse};
use ureq::Agent;
use ureq::http::Response;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

/// How long a connection may take to stand, and how long nothing may come on it.
const PATIENCE: Duration = Duration::from_secs(30);

/// HTTP for one update.
#[derive(Debug, Clone)]
pub(super) struct Client {
    agent: Agent,
    /// How many bytes may still come.
    left: Arc<Mutex<u64>>,
    /// The most bytes that may come.
    limit: u64,
}

impl Client {
    pub(super) fn new(limit: u64) -> Self {
        let authorities = rustls_native_certs::load_native_certs().certs;
        let authorities: Vec<_> =
            authorities.iter().map(|one| Certificate::from_der(one).to_owned()).collect();
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::new_with_certs(&authorities))
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .build();
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_connect(Some(PATIENCE))
            .timeout_per_read(Some(PATIENCE))
            .timeout_send_request(Some(PATIENCE))
            .tls_config(tls);
        Self { agent: config.build().new_agent(), left: Arc::new(Mutex::new(limit)), limit }
    }

    fn body(&self, body: impl Read + Send + 'static) -> Body {
        Body(BufReader::new(Box::new(Counted {
            inner: body,
            left: Arc::clone(&self.left),
            limit: self.limit,
        })))
    }
}

/// The body of an answer, as it comes.
pub(super) struct Body(BufReader<Box<dyn Read + Send>>);

impl Read for Body {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.0.read(into)
    }
}

impl BufRead for Body {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.0.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.0.consume(amount);
    }
}

struct Counted<R> {
    inner: R,
    left: Arc<Mutex<u64>>,
    limit: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(into)?;
        let mut left = self.left.lock().map_err(|_| io::Error::other("another thread failed"))?;
        match left.checked_sub(count as u64) {
            Some(rest) => *left = rest,
            None => return Err(io::Error::other(format!("more than {} bytes were sent", self.limit))),
        }
        Ok(count)
    }
}

/// The headers of an answer as lines, and its body until somebody takes it.
type Answer = (Vec<u8>, Option<Body>);

/// A request whose body is written before it is sent, and the answer to it.
struct Exchange {
    client: Client,
    url: String,
    headers: Vec<(String, String)>,
    written: Vec<u8>,
    /// Once it is sent.
    answer: Option<Result<Answer, String>>,
}

impl Exchange {
    fn send(&mut self) -> io::Result<()> {
        if self.answer.is_none() {
            let mut request = self.client.agent.post(&self.url);
            for (name, value) in &self.headers {
                request = request.header(name, value);
            }
            let answer = request.send(self.written.as_slice()).map_err(|error| error.to_string());
            let answer =
                answer.and_then(|response| taken(&self.client, response).map_err(|error| error.to_string()));
            self.answer = Some(answer.map(|(headers, body)| (headers, Some(body))));
        }
        match &self.answer {
            Some(Err(error)) => Err(io::Error::other(error.clone())),
            _ => Ok(()),
        }
    }
}

/// Shares an exchange between the three ends that gitoxide is given.
#[derive(Clone)]
struct Shared(Arc<Mutex<Exchange>>);

impl Shared {
    fn with<T>(&self, act: impl FnOnce(&mut Exchange) -> io::Result<T>) -> io::Result<T> {
        let mut exchange = self.0.lock().map_err(|_| io::Error::other("another thread failed"))?;
        act(&mut exchange)
    }
}

/// What is sent.
pub(super) struct Sending(Option<Shared>);

impl Write for Sending {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(shared) = &self.0 else { return Err(io::Error::other("nothing can be sent here")) };
        shared.with(|exchange| {
            exchange.written.extend_from_slice(bytes);
            Ok(bytes.len())
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Headers or body of an answer, which is asked for when it is first read.
pub(super) struct Receiving {
    shared: Option<Shared>,
    headers: bool,
    stream: Option<Body>,
}

impl Receiving {
    fn stream(&mut self) -> io::Result<&mut Body> {
        if self.stream.is_none() {
            let headers = self.headers;
            let shared = self.shared.take();
            let stream = match shared {
                None => None,
                Some(shared) => shared.with(|exchange| {
                    exchange.send()?;
                    Ok(match &mut exchange.answer {
                        Some(Ok((lines, _))) if headers => {
                            Some(Body(BufReader::new(Box::new(Cursor::new(std::mem::take(lines))))))
                        }
                        Some(Ok((_, body))) => body.take(),
                        _ => None,
                    })
                })?,
            };
            self.stream = stream;
        }
        self.stream.as_mut().ok_or_else(|| io::Error::other("the answer was read already"))
    }

    fn ready(stream: Body) -> Self {
        Self { shared: None, headers: false, stream: Some(stream) }
    }
}

impl Read for Receiving {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.stream()?.read(into)
    }
}

impl BufRead for Receiving {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.stream()?.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        if let Some(stream) = &mut self.stream {
            stream.consume(amount);
        }
    }
}

impl Http for Client {
    type Headers = Receiving;
    type ResponseBody = Receiving;
    type PostBody = Sending;

    fn get(
        &mut self,
        url: &str,
        _base: &str,
        headers: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> gix::Result<GetResponse<Receiving, Receiving>> {
        let mut request = self.agent.get(url);
        for (name, value) in pairs(headers) {
            request = request.header(name, value);
        }
        let response =
            request.call().map_err(|error| gix::Error::from_error(io::Error::other(error.to_string())))?;
        let (headers, body) = taken(self, response).map_err(gix::Error::from_error)?;
        let headers = Body(BufReader::new(Box::new(Cursor::new(headers))));
        Ok(GetResponse { headers: Receiving::ready(headers), body: Receiving::ready(body) })
    }

    fn post(
        &mut self,
        url: &str,
        _base: &str,
        headers: impl IntoIterator<Item = impl AsRef<str>>,
        _kind: PostBodyDataKind,
    ) -> gix::Result<PostResponse<Receiving, Receiving, Sending>> {
        let shared = Shared(Arc::new(Mutex::new(Exchange {
            client: self.clone(),
            url: url.to_owned(),
            headers: pairs(headers),
            written: Vec::new(),
            answer: None,
        })));
        Ok(PostResponse {
            post_body: Sending(Some(shared.clone())),
            headers: Receiving { shared: Some(shared.clone()), headers: true, stream: None },
            body: Receiving { shared: Some(shared), headers: false, stream: None },
        })
    }

    fn configure(&mut self, _config: &dyn Any) -> gix::Result {
        Ok(())
    }
}

/// Headers that come as lines.
fn pairs(headers: impl IntoIterator<Item = impl AsRef<str>>) -> Vec<(String, String)> {
    let pair = |line: &str| {
        line.split_once(':').map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
    };
    headers.into_iter().filter_map(|line| pair(line.as_ref())).collect()
}

/// The headers of an answer as lines, and its body, where it says that all is well.
fn taken(client: &Client, response: Response<ureq::Body>) -> io::Result<(Vec<u8>, Body)> {
    let status = response.status();
    if status.is_redirection() {
        let to =
            response.headers().get("location").and_then(|value| value.to_str().ok()).unwrap_or("elsewhere");
        let to = crate::location::without_credentials(to);
        return Err(io::Error::other(format!("the server redirects to `{to}`: use that address")));
    }
    if matches!(status.as_u16(), 401 | 403) {
        let message = "the server refuses the credentials: give a token that may read the repository";
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, message));
    }
    if !status.is_success() {
        return Err(io::Error::other(format!("the server answers with status {}", status.as_u16())));
    }
    let mut lines = Vec::new();
    for (name, value) in response.headers() {
        lines.extend_from_slice(name.as_str().as_bytes());
        lines.extend_from_slice(b": ");
        lines.extend_from_slice(value.as_bytes());
        lines.push(b'\n');
    }
    Ok((lines, client.body(response.into_body().into_reader())))
}
