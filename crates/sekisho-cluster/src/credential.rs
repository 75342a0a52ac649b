//! How a user proves who they are: certificates, tokens, passwords, and programs that give them.

use std::fs;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use data_encoding::BASE64;

use crate::Secret;
use crate::error::CredentialError;
use crate::exec::{ExecPlugin, Given};

/// What a user has to prove who they are.
#[derive(Debug, Clone, Default)]
pub(crate) struct Credentials {
    /// A certificate and its key, as PEM.
    pub(crate) certificate: Option<(Vec<u8>, Secret)>,
    pub(crate) token: Option<Token>,
    /// `name:password`.
    pub(crate) basic: Option<Secret>,
    pub(crate) exec: Option<ExecPlugin>,
}

/// Where a token stands.
#[derive(Debug, Clone)]
pub(crate) enum Token {
    Text(Secret),
    /// In a file, which Kubernetes writes anew before the token expires.
    File(PathBuf),
}

/// How long a token of a file is used before the file is read again, as client-go has it.
const FRESH: Duration = Duration::from_mins(1);

/// The value of the header `Authorization`, renewed when it is time.
#[derive(Debug)]
pub(crate) struct Authorization {
    token: Option<Token>,
    basic: Option<Secret>,
    exec: Option<ExecPlugin>,
    known: Mutex<Option<(Secret, Instant)>>,
}

impl Authorization {
    /// `given` is what the plugin gave when the connection was made.
    pub(crate) fn new(credentials: Credentials, given: Option<Given>) -> Self {
        let known = given.and_then(|given| given.token).map(|token| (bearer(&token), Instant::now()));
        Self {
            token: credentials.token,
            basic: credentials.basic,
            exec: credentials.exec,
            known: Mutex::new(known),
        }
    }

    /// The header; none where the user has a certificate alone, or nothing.
    pub(crate) fn header(&self) -> Result<Option<Secret>, CredentialError> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        match (&self.token, &self.exec, &self.basic) {
            (_, Some(_), _) => Ok(known.as_ref().map(|(header, _)| header.clone())),
            (Some(Token::Text(token)), ..) => Ok(Some(bearer(token))),
            (Some(Token::File(path)), ..) => {
                if let Some((header, since)) = known.as_ref()
                    && since.elapsed() < FRESH
                {
                    return Ok(Some(header.clone()));
                }
                let text = fs::read_to_string(path)
                    .map_err(|source| CredentialError::TokenFile { path: path.clone(), source })?;
                let header = bearer(&Secret::new(text.trim()));
                *known = Some((header.clone(), Instant::now()));
                Ok(Some(header))
            }
            (None, None, Some(basic)) => {
                Ok(Some(Secret::new(format!("Basic {}", BASE64.encode(basic.reveal().as_bytes())))))
            }
            (None, None, None) => Ok(None),
        }
    }

    /// Gets a new token where the server did not take the old one; whether there is one.
    pub(crate) fn renew(&self) -> Result<bool, CredentialError> {
        let fresh = match &self.exec {
            Some(exec) => exec.run()?.token.map(|token| (bearer(&token), Instant::now())),
            None if matches!(self.token, Some(Token::File(_))) => None,
            None => return Ok(false),
        };
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(true)
    }
}

fn bearer(token: &Secret) -> Secret {
    Secret::new(format!("Bearer {}", token.reveal()))
}
