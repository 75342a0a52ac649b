//! Bytes of a registry as a stream that goes on where it was broken off.

use std::io::{self, BufRead, Read};
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use sekisho_oci::digest::Digest;

use crate::address;
use crate::client::{Client, Endpoint, Method, Question};
use crate::error::RegistryError;

/// The bytes of one blob. No more than its size are read; whoever reads them proves their digest.
pub struct Blob {
    client: Arc<Client>,
    endpoint: Endpoint,
    repository: String,
    path: String,
    size: u64,
    /// Bytes that have come.
    come: u64,
    body: Option<Box<dyn Read + Send>>,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// Since when bytes are asked for, and how many had come.
    since: Instant,
    come_then: u64,
    tries: u32,
    come_at_try: u64,
}

const BUFFER: usize = 128 << 10;
/// Bytes after which what was broken off counts as a new beginning.
const GAINED: u64 = 1 << 20;

impl Blob {
    /// Opens a blob of so many bytes. Nothing is sent before the first byte is wanted.
    pub(crate) fn new(
        client: Arc<Client>,
        endpoint: Endpoint,
        repository: &str,
        digest: &Digest,
        size: u64,
    ) -> Self {
        Self {
            client,
            endpoint,
            repository: repository.to_owned(),
            path: format!("blobs/{digest}"),
            size,
            come: 0,
            body: None,
            buffer: vec![0; BUFFER],
            start: 0,
            end: 0,
            since: Instant::now(),
            come_then: 0,
            tries: 0,
            come_at_try: 0,
        }
    }

    /// Asks for the bytes that have not come.
    fn open(&self) -> Result<Box<dyn Read + Send>, RegistryError> {
        let question = Question {
            endpoint: &self.endpoint,
            repository: &self.repository,
            path: &self.path,
            accept: None,
            from: self.come,
            method: Method::Get,
        };
        let response = self.client.ask(question)?;
        let status = response.status().as_u16();
        let range = response.headers().get("content-range").and_then(|value| value.to_str().ok());
        let first =
            range.and_then(|range| range.strip_prefix("bytes ")?.split('-').next()?.parse::<u64>().ok());
        if status == 206 && first != Some(self.come) {
            return Err(RegistryError::Unreachable {
                server: self.server(),
                message: "it gives another range than was asked for".to_owned(),
            });
        }
        let mut body = response.into_body().into_reader();
        if status == 200 && self.come > 0 {
            // It knows no ranges and begins anew: what has come is passed over.
            let passed = io::copy(&mut (&mut body).take(self.come), &mut io::sink());
            passed.map_err(|error| RegistryError::Unreachable {
                server: self.server(),
                message: error.to_string(),
            })?;
        }
        Ok(Box::new(body))
    }

    fn server(&self) -> String {
        address::host_of(&self.endpoint.address).to_owned()
    }

    /// Fills the buffer; nothing at the end.
    fn fill(&mut self) -> io::Result<()> {
        (self.start, self.end) = (0, 0);
        while self.come < self.size {
            let body = if let Some(body) = &mut self.body {
                body
            } else {
                self.since = Instant::now();
                self.come_then = self.come;
                let opened = self.open().map_err(io::Error::other)?;
                self.body.insert(opened)
            };
            let left = usize::try_from(self.size - self.come).unwrap_or(usize::MAX);
            let wanted = self.buffer.len().min(left);
            match body.read(self.buffer.get_mut(..wanted).unwrap_or_default()) {
                Ok(0) => self.again(None)?,
                Ok(count) => {
                    self.end = count;
                    self.come += count as u64;
                    return self.check_speed();
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => self.again(Some(error))?,
            }
        }
        Ok(())
    }

    /// Makes the next read ask again, unless that was done often enough without anything gained.
    fn again(&mut self, error: Option<io::Error>) -> io::Result<()> {
        self.body = None;
        if self.come >= self.come_at_try.saturating_add(GAINED) {
            self.tries = 0;
        }
        self.come_at_try = self.come;
        let settings = self.client.settings();
        if self.tries >= settings.retries {
            let message = error.map_or_else(
                || format!("it gives {} bytes of {}", self.come, self.size),
                |error| error.to_string(),
            );
            return Err(io::Error::other(RegistryError::Unreachable { server: self.server(), message }));
        }
        thread::sleep(settings.pause.saturating_mul(1 << self.tries.min(8)).min(settings.longest_wait));
        self.tries += 1;
        Ok(())
    }

    fn check_speed(&self) -> io::Result<()> {
        let settings = self.client.settings();
        let passed = self.since.elapsed();
        let come = self.come - self.come_then;
        if passed > settings.patience && come < settings.least_speed.saturating_mul(passed.as_secs()) {
            let limit = settings.least_speed;
            return Err(io::Error::other(RegistryError::TooSlow { server: self.server(), limit }));
        }
        Ok(())
    }
}

impl BufRead for Blob {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.start >= self.end {
            self.fill()?;
        }
        Ok(self.buffer.get(self.start..self.end).unwrap_or_default())
    }

    fn consume(&mut self, amount: usize) {
        self.start = self.start.saturating_add(amount).min(self.end);
    }
}

impl Read for Blob {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.fill_buf()?;
        let count = bytes.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..count), bytes.get(..count)) {
            to.copy_from_slice(from);
        }
        self.consume(count);
        Ok(count)
    }
}

impl std::fmt::Debug for Blob {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Blob").field("path", &self.path).field("come", &self.come).finish_non_exhaustive()
    }
}
