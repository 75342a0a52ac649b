//! Who signs, and who vouches for it: the key or the certificate, the log, the timestamp authority.

use std::fs;

use anyhow::{Context, Result, bail};
use sekisho_notary::{
    LogVersion, Services, Token, enter, request_certificate, request_timestamp, token_of_environment,
};
use sekisho_signature::bundle::Bundle;
use sekisho_signature::certificate::Certificate;
use sekisho_signature::secret::{PrivateKey, SigningKey};
use sekisho_signature::signing::{sign_bytes, sign_statement};
use sekisho_signature::statement::Statement;

use super::keys;
use crate::arguments::signature::SignerArguments;

/// Who signs, and who vouches for it.
pub(crate) struct Signer {
    key: PrivateKey,
    certificate: Option<Certificate>,
    log: Option<(String, LogVersion)>,
    timestamp_authority: Option<String>,
    services: Services,
}

impl Signer {
    /// What the options name. A certificate is asked for here; nothing else is.
    pub(crate) fn new(arguments: &SignerArguments, offline: bool) -> Result<Self> {
        let asks = [&arguments.fulcio, &arguments.rekor, &arguments.timestamp_authority];
        if let Some(url) = asks.into_iter().flatten().next().filter(|_| offline) {
            bail!("`--offline` forbids the connection that `{url}` needs");
        }
        let services = Services::new();
        let (key, certificate) = match (&arguments.key, &arguments.fulcio) {
            (Some(name), None) => (keys::private(name)?, None),
            (None, Some(url)) => {
                let key = keys::ephemeral()?;
                let token = token(arguments, &services)?;
                let issued = request_certificate(&services, url, &key, &token)?;
                (key, Some(issued.certificate))
            }
            _ => bail!("name what signs: a key with `--key`, or a certificate authority with `--fulcio`"),
        };
        let version = if arguments.rekor_version == 2 { LogVersion::Two } else { LogVersion::One };
        let signer = Self {
            key,
            certificate,
            log: arguments.rekor.clone().map(|url| (url, version)),
            timestamp_authority: arguments.timestamp_authority.clone(),
            services,
        };
        if signer.certificate.is_some() && signer.log.is_none() && signer.timestamp_authority.is_none() {
            bail!(
                "a certificate counts for minutes: name who says when it was used, with `--rekor` or \
                 `--timestamp-authority`"
            );
        }
        Ok(signer)
    }

    /// Signs bytes, and has it vouched for.
    pub(crate) fn bytes(&self, bytes: &[u8]) -> Result<Bundle> {
        self.vouched(sign_bytes(bytes, &self.key, self.certificate.clone())?)
    }

    /// Signs a statement, and has it vouched for.
    pub(crate) fn statement(&self, statement: &Statement) -> Result<Bundle> {
        self.vouched(sign_statement(statement, &self.key, self.certificate.clone())?)
    }

    fn vouched(&self, mut bundle: Bundle) -> Result<Bundle> {
        let signature = bundle.signature().context("there is no signature")?.to_vec();
        if let Some(url) = &self.timestamp_authority {
            bundle.timestamps.push(request_timestamp(&self.services, url, &signature)?);
        }
        if let Some((url, version)) = &self.log {
            let entry = enter(&self.services, url, *version, &bundle, self.key.public_key())?;
            bundle.entries.push(entry);
        }
        Ok(bundle)
    }
}

fn token(arguments: &SignerArguments, services: &Services) -> Result<Token> {
    if let Some(path) = &arguments.identity_token {
        let text = fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))?;
        return Ok(Token::new(&text));
    }
    token_of_environment(services)?.context(
        "there is no identity token: name a file with `--identity-token`, or run in a CI that gives one",
    )
}
