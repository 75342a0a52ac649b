//! Signing configurations (`signingconfig.v0.2+json`): who is asked for certificates, log entries and timestamps, and when.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::Deserialize;

/// The most bytes of a configuration.
pub const CONFIG_LIMIT: usize = 1 << 20;
/// The most services of one kind.
const SERVICES: usize = 256;

/// Who is asked when something is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningConfig {
    authorities: Vec<Service>,
    logs: Vec<Service>,
    timestamp_authorities: Vec<Service>,
    log_choice: Choice,
    timestamp_choice: Choice,
}

/// A service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Its address.
    pub url: String,
    /// The version that it speaks.
    pub version: u64,
    /// Who runs it.
    pub operator: String,
    from: Timestamp,
    to: Option<Timestamp>,
}

/// How many services of a kind are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Choice {
    Any,
    All,
    Exactly(usize),
}

/// Why a configuration cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SigningConfigError {
    /// It is larger than configurations are.
    #[error("the signing configuration has more than {CONFIG_LIMIT} bytes, the limit")]
    TooLarge,
    /// It is no JSON, or not of this form.
    #[error("the signing configuration cannot be read: {0}")]
    Syntax(String),
    /// Another kind of document.
    #[error("`{0}` is no media type of a signing configuration of version 0.2")]
    MediaType(String),
    /// There are too many services.
    #[error("the signing configuration has more than {SERVICES} services of one kind, the limit")]
    TooMany,
    /// It is not said how many are asked.
    #[error(
        "the signing configuration does not say how many {0} are asked: `ANY`, `ALL`, or `EXACT` with `count`"
    )]
    Choice(&'static str),
    /// There are fewer services than must be asked.
    #[error(
        "the signing configuration has {found} {what} that count now and are spoken to, and {needed} must be asked"
    )]
    TooFew {
        /// Of what.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many must be asked.
        needed: usize,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    media_type: String,
    #[serde(default)]
    ca_urls: Vec<ServiceDocument>,
    #[serde(default)]
    rekor_tlog_urls: Vec<ServiceDocument>,
    #[serde(default)]
    tsa_urls: Vec<ServiceDocument>,
    #[serde(default)]
    rekor_tlog_config: Option<ChoiceDocument>,
    #[serde(default)]
    tsa_config: Option<ChoiceDocument>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ServiceDocument {
    url: String,
    #[serde(default)]
    major_api_version: u64,
    valid_for: SpanDocument,
    #[serde(default)]
    operator: String,
}

#[derive(Deserialize)]
struct SpanDocument {
    start: Timestamp,
    #[serde(default)]
    end: Option<Timestamp>,
}

#[derive(Deserialize)]
struct ChoiceDocument {
    #[serde(default)]
    selector: String,
    #[serde(default)]
    count: usize,
}

impl SigningConfig {
    /// Reads a configuration.
    pub fn of_json(text: &str) -> Result<Self, SigningConfigError> {
        if text.len() > CONFIG_LIMIT {
            return Err(SigningConfigError::TooLarge);
        }
        let document: Document =
            serde_json::from_str(text).map_err(|error| SigningConfigError::Syntax(error.to_string()))?;
        if document.media_type != "application/vnd.dev.sigstore.signingconfig.v0.2+json" {
            return Err(SigningConfigError::MediaType(document.media_type.chars().take(100).collect()));
        }
        let log_choice = choice(document.rekor_tlog_config, !document.rekor_tlog_urls.is_empty(), "logs")?;
        let timestamp_choice =
            choice(document.tsa_config, !document.tsa_urls.is_empty(), "timestamp authorities")?;
        Ok(Self {
            authorities: services(document.ca_urls)?,
            logs: services(document.rekor_tlog_urls)?,
            timestamp_authorities: services(document.tsa_urls)?,
            log_choice,
            timestamp_choice,
        })
    }

    /// The certificate authority that is asked at a time: the one that began last.
    pub fn authority(&self, now: Timestamp) -> Result<&Service, SigningConfigError> {
        let found = choose(&self.authorities, &[1], now, Choice::Any, "certificate authorities")?;
        let absent = SigningConfigError::TooFew { what: "certificate authorities", found: 0, needed: 1 };
        found.first().copied().ok_or(absent)
    }

    /// The logs that are asked at a time, of the versions that are spoken.
    pub fn logs(&self, versions: &[u64], now: Timestamp) -> Result<Vec<&Service>, SigningConfigError> {
        choose(&self.logs, versions, now, self.log_choice, "logs")
    }

    /// The timestamp authorities that are asked at a time.
    pub fn timestamp_authorities(&self, now: Timestamp) -> Result<Vec<&Service>, SigningConfigError> {
        choose(&self.timestamp_authorities, &[1], now, self.timestamp_choice, "timestamp authorities")
    }
}

fn services(documents: Vec<ServiceDocument>) -> Result<Vec<Service>, SigningConfigError> {
    if documents.len() > SERVICES {
        return Err(SigningConfigError::TooMany);
    }
    let service = |one: ServiceDocument| Service {
        url: one.url,
        version: one.major_api_version,
        operator: one.operator,
        from: one.valid_for.start,
        to: one.valid_for.end,
    };
    Ok(documents.into_iter().map(service).collect())
}

/// How many are asked; where nobody is there to be asked nothing need be said.
fn choice(
    document: Option<ChoiceDocument>,
    is_needed: bool,
    what: &'static str,
) -> Result<Choice, SigningConfigError> {
    let Some(document) = document else {
        return if is_needed { Err(SigningConfigError::Choice(what)) } else { Ok(Choice::Any) };
    };
    match (document.selector.as_str(), document.count) {
        ("ANY", _) => Ok(Choice::Any),
        ("ALL", _) => Ok(Choice::All),
        ("EXACT", count) if count > 0 => Ok(Choice::Exactly(count)),
        _ if is_needed => Err(SigningConfigError::Choice(what)),
        _ => Ok(Choice::Any),
    }
}

/// The services that count at a time, of the newest version that is spoken: one of each operator, the one that began last.
fn choose<'s>(
    services: &'s [Service],
    versions: &[u64],
    now: Timestamp,
    choice: Choice,
    what: &'static str,
) -> Result<Vec<&'s Service>, SigningConfigError> {
    let mut found: Vec<&Service> = services
        .iter()
        .filter(|one| versions.contains(&one.version))
        .filter(|one| one.from <= now && one.to.is_none_or(|to| now <= to))
        .collect();
    found.sort_by(|a, b| b.version.cmp(&a.version).then(b.from.cmp(&a.from)));
    // Those of an older version are asked only where there is none of a newer one.
    let newest = found.first().map(|one| one.version);
    found.retain(|one| Some(one.version) == newest);
    let mut operators = BTreeSet::new();
    found.retain(|one| operators.insert(one.operator.clone()));
    let needed = match choice {
        _ if services.is_empty() => return Ok(Vec::new()),
        Choice::Any => 1,
        Choice::All => found.len().max(1),
        Choice::Exactly(count) => count,
    };
    if found.len() < needed {
        return Err(SigningConfigError::TooFew { what, found: found.len(), needed });
    }
    found.truncate(needed);
    Ok(found)
}
