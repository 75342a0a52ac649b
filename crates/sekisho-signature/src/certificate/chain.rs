//! Paths from a certificate to one that is trusted, at a time.

use jiff::Timestamp;

use super::extension::{ANY_USE, CODE_SIGNING, EXTENDED_KEY_USAGE, TIME_STAMPING};
use super::{Certificate, CertificateError};
use crate::der::DerError;

/// The most certificates between the first and the one that is trusted.
const DEPTH: usize = 8;
/// The most signatures that are computed for one path.
const WORK: u32 = 64;

/// What a certificate's key is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Signing artifacts.
    CodeSigning,
    /// Signing timestamps.
    TimeStamping,
}

/// Why a certificate does not count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChainError {
    /// Nobody who is trusted issued it.
    #[error("no trusted authority issued the certificate")]
    NoPath,
    /// It does not hold at the time.
    #[error("the certificate is valid from {from} to {to}, and not at {at}")]
    Expired {
        /// Its start.
        from: Timestamp,
        /// Its end.
        to: Timestamp,
        /// The time that was asked for.
        at: Timestamp,
    },
    /// One on the way does not hold at the time.
    #[error("an authority's certificate is valid from {from} to {to}, and not at {at}")]
    AuthorityExpired {
        /// Its start.
        from: Timestamp,
        /// Its end.
        to: Timestamp,
        /// The time that was asked for.
        at: Timestamp,
    },
    /// Its key is not for this.
    #[error("the certificate's key is not for {0}")]
    Purpose(&'static str),
    /// It is an authority's.
    #[error("the certificate is one of an authority, and not of a signer")]
    IsAuthority,
    /// It has a critical extension whose meaning is not known here.
    #[error("a certificate has a critical extension that is not understood")]
    UnknownExtension,
    /// Too much would have to be computed.
    #[error("more than {limit} signatures would have to be tried, the limit")]
    Work {
        /// The limit.
        limit: u32,
    },
    /// A certificate is malformed.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
}

impl From<DerError> for ChainError {
    fn from(error: DerError) -> Self {
        Self::Certificate(error.into())
    }
}

/// Finds the way from a certificate to `anchor`, over `others`, at a time; gives the certificates that follow it, up
/// to the anchor. Every one of them must hold at the time.
pub fn verify_chain<'c>(
    first: &'c Certificate,
    others: &'c [Certificate],
    anchor: &'c Certificate,
    at: Timestamp,
    purpose: Purpose,
) -> Result<Vec<&'c Certificate>, ChainError> {
    check_first(first, at, purpose)?;
    let mut search = Search { others, anchor, at, purpose, work: WORK, nearest: ChainError::NoPath };
    let mut path = Vec::new();
    if first.der() == anchor.der() {
        return Ok(path);
    }
    if search.climb(first, &mut path)? { Ok(path) } else { Err(search.nearest) }
}

fn check_first(first: &Certificate, at: Timestamp, purpose: Purpose) -> Result<(), ChainError> {
    if first.has_unknown_critical() {
        return Err(ChainError::UnknownExtension);
    }
    if !first.is_valid_at(at) {
        return Err(ChainError::Expired { from: first.not_before(), to: first.not_after(), at });
    }
    if first.authority()?.is_some() {
        return Err(ChainError::IsAuthority);
    }
    if !first.allows_use(0)? {
        return Err(ChainError::Purpose("signatures"));
    }
    let purposes = first.purposes()?;
    match purpose {
        Purpose::CodeSigning => {
            if !purposes.is_some_and(|purposes| purposes.contains(&CODE_SIGNING)) {
                return Err(ChainError::Purpose("signing code"));
            }
        }
        Purpose::TimeStamping => {
            // RFC 3161: this purpose alone, and critical.
            let is_critical =
                first.extension(EXTENDED_KEY_USAGE).is_some_and(|extension| extension.is_critical);
            if !is_critical || purposes != Some(vec![TIME_STAMPING]) {
                return Err(ChainError::Purpose("timestamps alone"));
            }
        }
    }
    Ok(())
}

struct Search<'c> {
    others: &'c [Certificate],
    anchor: &'c Certificate,
    at: Timestamp,
    purpose: Purpose,
    work: u32,
    /// What stood in the way of the path that went farthest.
    nearest: ChainError,
}

impl<'c> Search<'c> {
    /// Looks for who issued the certificate, the anchor first.
    fn climb(
        &mut self,
        certificate: &Certificate,
        path: &mut Vec<&'c Certificate>,
    ) -> Result<bool, ChainError> {
        let (anchor, others) = (self.anchor, self.others);
        for candidate in std::iter::once(anchor).chain(others) {
            let is_anchor = std::ptr::eq(candidate, anchor);
            if certificate.issuer() != candidate.subject
                || path.len() >= DEPTH
                || path.iter().any(|passed| passed.der() == candidate.der())
            {
                continue;
            }
            self.work = self.work.checked_sub(1).ok_or(ChainError::Work { limit: WORK })?;
            if certificate.is_signed_by(candidate.key()).is_err() {
                continue;
            }
            if let Err(error) = self.check_authority(candidate, path.len()) {
                self.nearest = error;
                continue;
            }
            path.push(candidate);
            if is_anchor || self.climb(candidate, path)? {
                return Ok(true);
            }
            path.pop();
        }
        Ok(false)
    }

    /// Whether a certificate may issue others, with `below` authorities between it and the first.
    fn check_authority(&self, certificate: &Certificate, below: usize) -> Result<(), ChainError> {
        if certificate.has_unknown_critical() {
            return Err(ChainError::UnknownExtension);
        }
        if !certificate.is_valid_at(self.at) {
            let (from, to) = (certificate.not_before(), certificate.not_after());
            return Err(ChainError::AuthorityExpired { from, to, at: self.at });
        }
        let limit = certificate.authority()?.ok_or(ChainError::Purpose("issuing certificates"))?;
        let is_deep =
            limit.below.is_some_and(|limit| usize::try_from(limit).is_ok_and(|limit| below > limit));
        if is_deep || !certificate.allows_use(5)? {
            return Err(ChainError::Purpose("issuing certificates"));
        }
        let wanted = match self.purpose {
            Purpose::CodeSigning => CODE_SIGNING,
            Purpose::TimeStamping => TIME_STAMPING,
        };
        let purposes = certificate.purposes()?;
        if purposes.is_some_and(|purposes| !purposes.contains(&wanted) && !purposes.contains(&ANY_USE)) {
            return Err(ChainError::Purpose("issuing certificates of this kind"));
        }
        Ok(())
    }
}
