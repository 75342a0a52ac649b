//! Whose word counts, as the options say.

use std::fs;

use anyhow::{Context, Result, bail};
use data_encoding::HEXLOWER;
use sekisho_notary::Services;
use sekisho_signature::identity::{IdentityPattern, Pattern};
use sekisho_signature::key::PublicKey;
use sekisho_signature::root::TrustedRoot;
use sekisho_signature::verification::{Demands, Signers, Verified, VerifiedSigner};
use sekisho_trust::{PUBLIC_GOOD, PUBLIC_GOOD_NAME};

use super::keys;
use super::repository::{Kept, PUBLIC_GOOD_REPOSITORY, TRUSTED_ROOT};
use crate::arguments::signature::TrustArguments;

/// Whose word counts.
pub(crate) struct Trust {
    keys: Vec<PublicKey>,
    identities: Vec<IdentityPattern>,
    /// The root of trust.
    pub(crate) root: TrustedRoot,
    has_root: bool,
    evidence: Evidence,
}

/// What must be shown beside the signature.
#[derive(Clone, Copy)]
struct Evidence {
    log: bool,
    certificate_log: bool,
    timestamp: bool,
}

impl Trust {
    /// What the options say.
    pub(crate) fn new(arguments: &TrustArguments, offline: bool) -> Result<Self> {
        let services = Services::new();
        let public = |name: &String| keys::public(name, &services, offline);
        let keys: Vec<PublicKey> = arguments.key.iter().map(public).collect::<Result<_>>()?;
        let subject =
            pattern(arguments.certificate_identity.as_ref(), arguments.certificate_identity_regexp.as_ref())?;
        let issuer = pattern(
            arguments.certificate_oidc_issuer.as_ref(),
            arguments.certificate_oidc_issuer_regexp.as_ref(),
        )?;
        let identities = match (subject, issuer) {
            (Some(subject), Some(issuer)) => vec![IdentityPattern {
                subject: Some(subject),
                issuer: Some(issuer),
                ..IdentityPattern::default()
            }],
            (None, None) if !keys.is_empty() => Vec::new(),
            (None, None) => bail!(
                "name who may have signed: `--key FILE`, or `--certificate-identity` with `--certificate-oidc-issuer`"
            ),
            _ => bail!("`--certificate-identity` and `--certificate-oidc-issuer` belong together: name both"),
        };
        let named = arguments.trusted_root.as_deref();
        let named = named.or(if identities.is_empty() { None } else { Some(PUBLIC_GOOD_NAME) });
        let root = root_of(named)?;
        Ok(Self {
            keys,
            identities,
            has_root: named.is_some(),
            evidence: Evidence {
                log: named.is_some() && !arguments.without_log,
                certificate_log: !arguments.without_certificate_log,
                timestamp: arguments.with_timestamp,
            },
            root,
        })
    }

    /// What must be shown.
    pub(crate) fn demands(&self) -> Demands<'_> {
        let signers = if self.keys.is_empty() {
            Signers::Identities(&self.identities)
        } else {
            Signers::Keys(&self.keys)
        };
        let Evidence { log, certificate_log, timestamp } = self.evidence;
        Demands { signers, log, certificate_log, timestamp }
    }

    /// What is not looked at.
    pub(crate) fn remark(&self) -> Option<&'static str> {
        (!self.has_root).then_some(
            "no root of trust was named: that a log holds the signature, and when it was made, was not examined",
        )
    }
}

/// The root of trust of a name, or of a file; an empty one where none is named.
pub(crate) fn root_of(named: Option<&str>) -> Result<TrustedRoot> {
    Ok(match named {
        None => TrustedRoot::default(),
        Some(PUBLIC_GOOD_NAME) => public_good()?,
        Some(path) => {
            let text = fs::read_to_string(path).with_context(|| format!("cannot read `{path}`"))?;
            TrustedRoot::of_json(&text).with_context(|| format!("`{path}`"))?
        }
    })
}

/// The root of sigstore's public instance: the one that was fetched, else the one in the program.
fn public_good() -> Result<TrustedRoot> {
    let fetched = Kept::of(None, PUBLIC_GOOD_REPOSITORY).ok().map(|kept| kept.file(TRUSTED_ROOT));
    match fetched.filter(|path| path.is_file()) {
        None => Ok(TrustedRoot::of_json(PUBLIC_GOOD)?),
        Some(path) => {
            let named = || format!("`{}`", path.display());
            let text = fs::read_to_string(&path).with_context(named)?;
            TrustedRoot::of_json(&text).with_context(named)
        }
    }
}

fn pattern(exact: Option<&String>, expression: Option<&String>) -> Result<Option<Pattern>> {
    Ok(match (exact, expression) {
        (Some(text), _) => Some(Pattern::Exact(text.clone())),
        (None, Some(text)) => Some(Pattern::expression(text)?),
        (None, None) => None,
    })
}

/// Who signed.
pub(crate) fn signer_of(verified: &Verified) -> String {
    match verified.signer() {
        VerifiedSigner::Key(key) => format!("key sha256:{}", HEXLOWER.encode(&key.fingerprint())),
        VerifiedSigner::Identity(identity) => identity.to_string(),
    }
}
