//! Credential helpers: programs named `docker-credential-…` that keep credentials, or make them.

use std::io::{Read as _, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use serde::Deserialize;

use super::Credential;
use crate::secret::Secret;

/// Why a helper gave no credential. What it said is not shown: it may be the credential.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HelperError {
    /// Its name leads elsewhere than to a program on the search path.
    #[error("`{0}` is no name of a credential helper: use letters, digits, `.`, `_` and `-`")]
    Name(String),
    /// It could not be run.
    #[error("the credential helper `{program}` cannot be run: {source}")]
    NotRun {
        /// The program.
        program: String,
        /// Why.
        source: std::io::Error,
    },
    /// It did not end.
    #[error("the credential helper `{program}` did not end within {seconds} s")]
    TimedOut {
        /// The program.
        program: String,
        /// How long it was waited for.
        seconds: u64,
    },
    /// It failed.
    #[error("the credential helper `{program}` ended with {status}")]
    Failed {
        /// The program.
        program: String,
        /// Its exit status.
        status: String,
    },
    /// What it said is no credential.
    #[error("the credential helper `{program}` gave no credential that can be read")]
    Nonsense {
        /// The program.
        program: String,
    },
}

/// A program that keeps credentials.
pub(super) struct Helper {
    program: String,
}

/// How long a helper may take: some sign in with a cloud first.
const PATIENCE: Duration = Duration::from_mins(1);
/// The most that a helper may say.
const ANSWER_LIMIT: u64 = 1 << 20;
/// How often it is looked whether a helper that said everything has ended.
const PAUSE: Duration = Duration::from_millis(5);

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    #[serde(default)]
    username: String,
    #[serde(default)]
    secret: String,
}

impl Helper {
    /// The helper of this name.
    pub(super) fn named(name: &str) -> Result<Self, HelperError> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        if name.is_empty() || !name.bytes().all(is_plain) {
            return Err(HelperError::Name(name.to_owned()));
        }
        Ok(Self { program: format!("docker-credential-{name}") })
    }

    /// What it has for a server; none where it has nothing.
    pub(super) fn get(&self, server: &str) -> Result<Option<Credential>, HelperError> {
        let mut child = Command::new(&self.program)
            .arg("get")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|source| HelperError::NotRun { program: self.program.clone(), source })?;
        if let Some(mut input) = child.stdin.take() {
            // A helper that does not listen says so by its status.
            let _ = input.write_all(server.as_bytes());
        }
        let answer = self.answer(&mut child, Instant::now() + PATIENCE);
        if answer.is_err() {
            // It may have ended by itself meanwhile.
            let _ = child.kill();
            let _ = child.wait();
        }
        let (said, is_well, status) = answer?;
        if !is_well {
            let said = String::from_utf8_lossy(&said);
            // The words that helpers have for it.
            if said.contains("credentials not found") || said.contains("no credentials") {
                return Ok(None);
            }
            return Err(HelperError::Failed { program: self.program.clone(), status });
        }
        let nonsense = || HelperError::Nonsense { program: self.program.clone() };
        let answer: Answer = serde_json::from_slice(&said).map_err(|_| nonsense())?;
        match (answer.username.as_str(), answer.secret) {
            ("", secret) if secret.is_empty() => Ok(None),
            ("<token>", secret) => Ok(Some(Credential::Identity(Secret::new(secret)))),
            ("", _) => Err(nonsense()),
            (user, secret) => {
                Ok(Some(Credential::Password { user: user.to_owned(), password: Secret::new(secret) }))
            }
        }
    }

    /// What the program says until it ends, and how it ends.
    fn answer(&self, child: &mut Child, until: Instant) -> Result<(Vec<u8>, bool, String), HelperError> {
        let timed_out =
            || HelperError::TimedOut { program: self.program.clone(), seconds: PATIENCE.as_secs() };
        let nonsense = || HelperError::Nonsense { program: self.program.clone() };
        let (send, receive) = mpsc::channel();
        if let Some(out) = child.stdout.take() {
            thread::spawn(move || {
                let mut bytes = Vec::new();
                let read = out.take(ANSWER_LIMIT).read_to_end(&mut bytes);
                // Nobody listens any more where it took too long.
                let _ = send.send(read.map(|_| bytes));
            });
        }
        let said = match receive.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(Ok(bytes)) => bytes,
            Err(RecvTimeoutError::Timeout) => return Err(timed_out()),
            Ok(Err(_)) | Err(RecvTimeoutError::Disconnected) => return Err(nonsense()),
        };
        loop {
            match child.try_wait() {
                Ok(Some(status)) => return Ok((said, status.success(), status.to_string())),
                Ok(None) if Instant::now() >= until => return Err(timed_out()),
                Ok(None) => thread::sleep(PAUSE),
                Err(_) => return Err(nonsense()),
            }
        }
    }
}
