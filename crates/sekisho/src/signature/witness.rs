//! Who signs, and who vouches for it: the key or the certificate, the log, the timestamp authority.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use jiff::Timestamp;
use sekisho_notary::{
    LogVersion, Services, Token, enter, request_certificate, request_timestamp, token_of_environment,
};
use sekisho_signature::bundle::Bundle;
use sekisho_signature::certificate::Certificate;
use sekisho_signature::secret::SigningKey;
use sekisho_signature::signing::{sign_bytes, sign_statement};
use sekisho_signature::signing_config::{Service, SigningConfig};
use sekisho_signature::statement::Statement;

use super::keys;
use super::repository::{Kept, PUBLIC_GOOD_REPOSITORY, SIGNING_CONFIG};
use crate::arguments::signer::SignerArguments;
use sekisho_trust::PUBLIC_GOOD_NAME;

/// Who signs, and who vouches for it.
pub(crate) struct Signer {
    key: Box<dyn SigningKey>,
    certificate: Option<Certificate>,
    asked: Asked,
    services: Services,
}

/// Who is asked to vouch.
#[derive(Default)]
struct Asked {
    authority: Option<String>,
    logs: Vec<(String, LogVersion)>,
    timestamp_authorities: Vec<String>,
}

impl Asked {
    /// Who is asked; that somebody signs, and that somebody says when a certificate was used.
    fn of(arguments: &SignerArguments) -> Result<Self> {
        let asked = Self::named(arguments)?;
        if arguments.key.is_some() {
            return Ok(asked);
        }
        if asked.authority.is_none() {
            bail!("name what signs: a key with `--key`, or a certificate authority with `--fulcio`");
        }
        if asked.logs.is_empty() && asked.timestamp_authorities.is_empty() {
            bail!(
                "a certificate counts for minutes: name who says when it was used, with `--rekor` or \
                 `--timestamp-authority`"
            );
        }
        Ok(asked)
    }

    fn named(arguments: &SignerArguments) -> Result<Self> {
        let Some(name) = &arguments.signing_config else {
            let version = if arguments.rekor_version == 2 { LogVersion::Two } else { LogVersion::One };
            return Ok(Self {
                authority: arguments.fulcio.clone(),
                logs: arguments.rekor.iter().map(|url| (url.clone(), version)).collect(),
                timestamp_authorities: arguments.timestamp_authority.iter().cloned().collect(),
            });
        };
        let path = if name == PUBLIC_GOOD_NAME {
            Kept::of(None, PUBLIC_GOOD_REPOSITORY)?.file(SIGNING_CONFIG)
        } else {
            PathBuf::from(name)
        };
        let text = fs::read_to_string(&path).with_context(|| {
            format!(
                "cannot read the signing configuration `{}`: `sekisho trust update` fetches one",
                path.display()
            )
        })?;
        let config = SigningConfig::of_json(&text).with_context(|| format!("`{}`", path.display()))?;
        let now = Timestamp::now();
        let authority = match &arguments.key {
            Some(_) => None,
            None => Some(config.authority(now)?.url.clone()),
        };
        let log = |one: &Service| {
            (one.url.clone(), if one.version == 2 { LogVersion::Two } else { LogVersion::One })
        };
        Ok(Self {
            authority,
            logs: config.logs(&[1, 2], now)?.into_iter().map(log).collect(),
            timestamp_authorities: config
                .timestamp_authorities(now)?
                .into_iter()
                .map(|one| one.url.clone())
                .collect(),
        })
    }

    /// All addresses.
    fn urls(&self) -> impl Iterator<Item = &String> {
        let logs = self.logs.iter().map(|(url, _)| url);
        self.authority.iter().chain(logs).chain(&self.timestamp_authorities)
    }
}

impl SignerArguments {
    /// Whether they say all that is needed to sign. Nobody is asked.
    pub(crate) fn check(&self) -> Result<()> {
        Asked::of(self).map(drop)
    }
}

impl Signer {
    /// What the options name. A certificate is asked for here; nothing else is.
    pub(crate) fn new(arguments: &SignerArguments, offline: bool) -> Result<Self> {
        let asked = Asked::of(arguments)?;
        if let Some(url) = asked.urls().next().filter(|_| offline) {
            bail!("`--offline` forbids the connection that `{url}` needs");
        }
        let services = Services::new();
        let (key, certificate): (Box<dyn SigningKey>, _) = match (&arguments.key, &asked.authority) {
            (Some(name), _) => (keys::private(name, &services, offline)?, None),
            (None, authority) => {
                let url = authority.as_deref().unwrap_or_default();
                let key = keys::ephemeral()?;
                let token = token(arguments, &services)?;
                let issued = request_certificate(&services, url, &key, &token)?;
                (Box::new(key), Some(issued.certificate))
            }
        };
        Ok(Self { key, certificate, asked, services })
    }

    /// Signs bytes, and has it vouched for.
    pub(crate) fn bytes(&self, bytes: &[u8]) -> Result<Bundle> {
        self.vouched(sign_bytes(bytes, self.key.as_ref(), self.certificate.clone())?)
    }

    /// Signs a statement, and has it vouched for.
    pub(crate) fn statement(&self, statement: &Statement) -> Result<Bundle> {
        self.vouched(sign_statement(statement, self.key.as_ref(), self.certificate.clone())?)
    }

    fn vouched(&self, mut bundle: Bundle) -> Result<Bundle> {
        let signature = bundle.signature().context("there is no signature")?.to_vec();
        for url in &self.asked.timestamp_authorities {
            bundle.timestamps.push(request_timestamp(&self.services, url, &signature)?);
        }
        for (url, version) in &self.asked.logs {
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
