//! Identity tokens (OpenID Connect): given, or of the CI that runs this.

use std::env;

use data_encoding::BASE64URL_NOPAD;
use serde_json::Value;

use crate::error::NotaryError;
use crate::service::{Services, strange};

/// Whom certificates of sigstore's authorities are for.
const AUDIENCE: &str = "sigstore";

/// An identity token. It has no `Debug`, so that no log can hold it.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    /// A token as text.
    pub fn new(text: &str) -> Self {
        Self(text.trim().to_owned())
    }

    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }

    /// What must be signed to show that the holder of the token has the key: the address, else the subject.
    pub(crate) fn subject(&self) -> Result<String, NotaryError> {
        let payload = self.0.split('.').nth(1).ok_or(NotaryError::Token)?;
        let payload = payload.trim_end_matches('=');
        let payload = BASE64URL_NOPAD.decode(payload.as_bytes()).map_err(|_| NotaryError::Token)?;
        let claims: Value = serde_json::from_slice(&payload).map_err(|_| NotaryError::Token)?;
        let text = |name| claims.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        text("email").or(text("sub")).map(str::to_owned).ok_or(NotaryError::Token)
    }
}

/// The token that the CI gives to who runs in it; none outside of one. GitHub's is asked for; GitLab and others put it
/// into `SIGSTORE_ID_TOKEN`.
pub fn token_of_environment(services: &Services) -> Result<Option<Token>, NotaryError> {
    let variable = |name| env::var(name).ok().filter(|value| !value.is_empty());
    if let Some(token) = variable("SIGSTORE_ID_TOKEN") {
        return Ok(Some(Token::new(&token)));
    }
    let (Some(url), Some(token)) =
        (variable("ACTIONS_ID_TOKEN_REQUEST_URL"), variable("ACTIONS_ID_TOKEN_REQUEST_TOKEN"))
    else {
        return Ok(None);
    };
    let sign = if url.contains('?') { '&' } else { '?' };
    let bytes = services.get(&format!("{url}{sign}audience={AUDIENCE}"), &token)?;
    let answer: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let token = answer.get("value").and_then(Value::as_str);
    token.map(|token| Some(Token::new(token))).ok_or_else(|| strange(&url, "no identity token"))
}
