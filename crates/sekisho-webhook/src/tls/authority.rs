//! An authority of our own, made anew before it ends. The next one is told to callers some time before it signs
//! anything, and the former one goes on being told as long as anything holds that it signed: whoever trusts what was
//! told trusts every certificate that is shown.

use std::fmt;
use std::time::Duration;

use data_encoding::HEXLOWER;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, date_time_ymd,
};
use serde::{Deserialize, Serialize};

use super::certificate::{Certificate, CertificateError};
use crate::json::parsed;

/// When authorities and certificates are made anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rotation {
    /// How long an authority holds.
    pub authority: Duration,
    /// How long a certificate holds that it signs.
    pub certificate: Duration,
    /// How long an authority is told before it signs.
    pub overlap: Duration,
    /// How far the clocks of callers may be behind.
    pub skew: Duration,
}

impl Default for Rotation {
    fn default() -> Self {
        const DAY: u64 = 24 * 3_600;
        Self {
            authority: Duration::from_secs(365 * DAY),
            certificate: Duration::from_secs(7 * DAY),
            overlap: Duration::from_hours(1),
            skew: Duration::from_hours(1),
        }
    }
}

/// Why an authority cannot be made or used.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// Nothing can be signed.
    #[error("no certificate can be made: {0}")]
    Make(#[from] rcgen::Error),
    /// What was made cannot be used.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// What was kept is something else.
    #[error("what is kept of the authorities cannot be read: remove it, and new ones are made")]
    Kept,
}

/// The authorities that are told, in the order in which they sign.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authorities {
    authorities: Vec<Authority>,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Authority {
    name: String,
    certificate: String,
    key: String,
    /// In seconds since 1970, as all points of time here. What was kept by a version that did not say it, holds already.
    #[serde(default)]
    not_before: i64,
    not_after: i64,
    /// From when on it signs.
    signs_from: i64,
}

/// A certificate that was made, and when to make the next.
#[derive(Debug, Clone)]
pub(super) struct Issued {
    pub(super) certificate: Certificate,
    pub(super) by: String,
    pub(super) not_before: i64,
    pub(super) renew_at: i64,
}

fn seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}

impl Authorities {
    /// Reads what was kept.
    pub fn read(text: &str) -> Result<Self, AuthorityError> {
        let root = parsed(text).ok_or(AuthorityError::Kept)?;
        serde_json::from_value(root.to_json()).map_err(|_| AuthorityError::Kept)
    }

    /// What is to be kept. It holds the keys.
    pub fn write(&self) -> String {
        serde_json::json!(self).to_string()
    }

    /// What callers are told to trust, as PEM.
    pub fn bundle(&self) -> String {
        self.authorities.iter().map(|authority| authority.certificate.as_str()).collect()
    }

    /// The authorities as they are to be at a time; none where they are so already.
    pub fn kept_up(&self, now: i64, rotation: &Rotation) -> Result<Option<Self>, AuthorityError> {
        let mut next = self.clone();
        // What a clock made that was ahead is trusted by nobody whose clock is right.
        next.authorities.retain(|authority| authority.not_before <= now && now < authority.not_after);
        let third = seconds(rotation.authority) / 3;
        match next.authorities.last() {
            None => next.authorities.push(Authority::make(now, now, rotation)?),
            Some(last) if last.not_after - now < third => {
                let from = now.saturating_add(seconds(rotation.overlap)).min(last.not_after);
                next.authorities.push(Authority::make(now, from, rotation)?);
            }
            Some(_) => {}
        }
        // Who signed before is told as long as what it signed may be shown.
        let lasting = seconds(rotation.certificate).saturating_add(seconds(rotation.skew));
        let done = next.authorities.iter().rposition(|one| one.signs_from.saturating_add(lasting) < now);
        next.authorities.drain(..done.unwrap_or(0));
        Ok((next != *self).then_some(next))
    }

    /// The one that signs at a time.
    fn signing(&self, now: i64) -> Option<&Authority> {
        self.authorities.iter().rfind(|authority| authority.signs_from <= now).or(self.authorities.first())
    }

    /// Whether a certificate is still what it would be if it were made now.
    pub(super) fn is_fresh(&self, issued: &Issued, now: i64) -> bool {
        issued.not_before <= now
            && now < issued.renew_at
            && self.signing(now).is_some_and(|authority| authority.name == issued.by)
    }

    /// Makes a certificate for these names.
    pub(super) fn issue(
        &self,
        names: &[String],
        now: i64,
        rotation: &Rotation,
    ) -> Result<Issued, AuthorityError> {
        let authority = self.signing(now).ok_or(AuthorityError::Kept)?;
        let issuer = Issuer::new(authority_params(&authority.name)?, KeyPair::from_pem(&authority.key)?);
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new(names)?;
        let begins = now.saturating_sub(seconds(rotation.skew));
        let ends = now.saturating_add(seconds(rotation.certificate)).min(authority.not_after);
        params.distinguished_name = named(names.first().map_or("sekisho", String::as_str));
        params.not_before = date_time_ymd(1970, 1, 1) + since(begins);
        params.not_after = date_time_ymd(1970, 1, 1) + since(ends);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let made = params.signed_by(&key, &issuer)?;
        let certificate = Certificate::read(made.pem().as_bytes(), key.serialize_pem().as_bytes())?;
        let renew_at = now + (ends - now) / 2;
        Ok(Issued { certificate, by: authority.name.clone(), not_before: begins, renew_at })
    }
}

impl Authority {
    fn make(now: i64, signs_from: i64, rotation: &Rotation) -> Result<Self, AuthorityError> {
        let key = KeyPair::generate()?;
        // Two authorities of one name could not be told apart: the name holds a part of the key.
        let identity = HEXLOWER.encode(key.public_key_raw().get(1..7).unwrap_or_default());
        let name = format!("sekisho-admission-{identity}");
        let mut params = authority_params(&name)?;
        let not_before = now.saturating_sub(seconds(rotation.skew));
        let not_after = now.saturating_add(seconds(rotation.authority));
        params.not_before = date_time_ymd(1970, 1, 1) + since(not_before);
        params.not_after = date_time_ymd(1970, 1, 1) + since(not_after);
        let certificate = params.self_signed(&key)?.pem();
        Ok(Self { name, certificate, key: key.serialize_pem(), not_before, not_after, signs_from })
    }
}

fn authority_params(name: &str) -> Result<CertificateParams, AuthorityError> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name = named(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(params)
}

fn named(name: &str) -> DistinguishedName {
    /// The most characters of a common name.
    const LONGEST: usize = 64;
    let mut distinguished = DistinguishedName::new();
    distinguished.push(DnType::CommonName, name.chars().take(LONGEST).collect::<String>());
    distinguished
}

/// How far a point of time is from 1970; what is before is that.
fn since(seconds: i64) -> Duration {
    Duration::from_secs(u64::try_from(seconds).unwrap_or(0))
}

impl fmt::Debug for Authorities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.authorities.iter().map(|authority| &authority.name)).finish()
    }
}
