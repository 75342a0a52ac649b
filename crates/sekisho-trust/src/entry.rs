//! The part of `sekisho.yaml` that says whose signatures images must have, and the policy that it makes.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use jiff::SignedDuration;
use schemars::JsonSchema;
use sekisho_signature::cosign::predicate_type;
use sekisho_signature::identity::{IdentityPattern, Pattern};
use sekisho_signature::key::PublicKey;
use sekisho_signature::root::TrustedRoot;
use serde::Deserialize;

use crate::condition::Condition;
use crate::pattern::ImagePattern;
use crate::policy::{Authority, Claim, Evidence, Group, Policy, PolicyError, Trusted};
use crate::terms::Terms;

/// The type of the claim that an image passed the gate.
pub const GATE_PREDICATE: &str = "https://sekisho.dev/attestations/gate/v1";
/// How the root of trust of sigstore's public instance is called.
pub const PUBLIC_GOOD_NAME: &str = "public-good";
/// That root, as it stood when this program was made.
pub const PUBLIC_GOOD: &str = include_str!("../data/public-good.json");
/// What stands for the bundle in force.
const CURRENT: &str = "current";

/// Whose signatures images must have, and what must be attested of them. Every entry that is for an image must be met.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TrustEntry {
    /// What it is called.
    pub name: String,
    /// For which images: `*` stands for letters of one part of the path, `**` for any; `registry.example.com/team/**`.
    pub images: Vec<String>,
    /// For which of them not.
    #[serde(default)]
    pub except: Vec<String>,
    /// Who may sign.
    pub signers: Vec<SignerEntry>,
    /// How many of them must have signed. Default: 1.
    pub threshold: Option<usize>,
    /// What must be attested.
    #[serde(default)]
    pub attestations: Vec<AttestationEntry>,
    /// What the admission webhook does with an image that is not approved. Default: `deny`.
    #[serde(default)]
    pub action: ActionWord,
    /// Whether the admission webhook writes the digest that was verified behind the name, and refuses a name without one.
    /// Default: true.
    #[serde(default = "yes")]
    pub pin: bool,
    /// What the admission webhook does where the registry gives no answer. Default: `fail`.
    #[serde(default)]
    pub failure_policy: FailureWord,
}

/// What the admission webhook does with an image that is not approved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ActionWord {
    /// The request is refused.
    #[default]
    Deny,
    /// The request passes, and its sender is warned.
    Warn,
    /// The request passes, and the audit record has it.
    Audit,
}

/// What the admission webhook does where the registry gives no answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum FailureWord {
    /// The request is refused.
    #[default]
    Fail,
    /// The request passes, with a warning and an entry in the audit record.
    Ignore,
}

fn yes() -> bool {
    true
}

/// Who may sign: the holder of a key, or of a certificate for an identity.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SignerEntry {
    /// What it is called.
    pub name: String,
    /// A public key as PEM, or a file of one, relative to this file.
    pub key: Option<String>,
    /// The identity of a certificate.
    pub identity: Option<IdentityEntry>,
    /// The root of trust: a file relative to this one, or `public-good`. Default: none for keys, `public-good` for
    /// identities.
    pub trusted_root: Option<String>,
    /// Whether a log must hold the signature. Default: where there is a root of trust.
    pub log: Option<bool>,
    /// Whether a certificate log must have seen the certificate. Default: true.
    pub certificate_log: Option<bool>,
    /// Whether a timestamp authority must say when it was signed. Default: false.
    #[serde(default)]
    pub timestamp: bool,
}

/// The identity of a certificate. `*` stands for any letters, and `?` for any one.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IdentityEntry {
    /// The name.
    pub subject: String,
    /// Who vouched for it.
    pub issuer: String,
}

/// What must be attested.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AttestationEntry {
    /// The type of the claim: a URI, or one of the words of `sekisho attest`; `gate` is that of `sekisho gate`.
    #[serde(rename = "type")]
    pub predicate_type: String,
    /// What must hold of it, in CEL: `predicate`, `predicateType`, `image` and `now` are known.
    #[serde(default)]
    pub conditions: Vec<String>,
    /// How many hours old it may be, by a time that a log or a timestamp authority vouches for.
    pub max_age_hours: Option<u32>,
    /// The signers who may have attested it, by name. Default: any.
    #[serde(default)]
    pub signers: Vec<String>,
    /// Of the type `gate`: the digests of the bundles by which an image may have passed; `current` is the one in
    /// force. Default: any.
    #[serde(default)]
    pub bundles: Vec<String>,
}

/// What an entry is read with.
pub struct Surroundings<'s> {
    /// The text of a file, by its path as the entry has it.
    pub file: &'s dyn Fn(&str) -> Result<String, String>,
    /// The root of trust of sigstore's public instance.
    pub public_good: &'s dyn Fn() -> Result<Arc<TrustedRoot>, String>,
}

/// The root of trust of sigstore's public instance.
pub fn public_good() -> Result<Arc<TrustedRoot>, PolicyError> {
    static ROOT: LazyLock<Option<Arc<TrustedRoot>>> =
        LazyLock::new(|| TrustedRoot::of_json(PUBLIC_GOOD).ok().map(Arc::new));
    match &*ROOT {
        Some(root) => Ok(Arc::clone(root)),
        None => Ok(Arc::new(TrustedRoot::of_json(PUBLIC_GOOD)?)),
    }
}

impl TrustEntry {
    /// The policy that it makes.
    pub fn policy(&self, around: &Surroundings<'_>) -> Result<Policy, PolicyError> {
        let patterns =
            |globs: &[String]| globs.iter().map(|glob| ImagePattern::Path(glob.clone())).collect::<Vec<_>>();
        let signers = self.signers.iter().map(|signer| self.authority(signer, around).map(Arc::new));
        let authorities = signers.collect::<Result<Vec<_>, _>>()?;
        let claims = self.attestations.iter().map(|entry| self.claim(entry));
        let policy = Policy {
            name: self.name.clone(),
            images: patterns(&self.images),
            except: patterns(&self.except),
            groups: vec![Group { needed: self.threshold.unwrap_or(1), may_share: false, authorities }],
            claims: claims.collect::<Result<_, _>>()?,
            bundle: None,
            terms: Terms::default(),
        };
        policy.check()
    }

    fn wrong(&self, what: impl Into<String>) -> PolicyError {
        PolicyError::Wrong { policy: self.name.clone(), what: what.into() }
    }

    fn authority(&self, signer: &SignerEntry, around: &Surroundings<'_>) -> Result<Authority, PolicyError> {
        let read = |path: &str| (around.file)(path).map_err(|why| self.wrong(why));
        let trusted = match (&signer.key, &signer.identity) {
            (Some(key), None) => {
                let text = if key.contains("-----BEGIN") { key.clone() } else { read(key)? };
                Trusted::Keys(PublicKey::all_of_pem(&text)?)
            }
            (None, Some(identity)) => Trusted::Identities(vec![IdentityPattern {
                subject: Some(Pattern::Glob(identity.subject.clone())),
                issuer: Some(Pattern::Glob(identity.issuer.clone())),
                ..IdentityPattern::default()
            }]),
            _ => {
                return Err(self.wrong(format!("the signer `{}` must have `key` or `identity`", signer.name)));
            }
        };
        let named = match (&signer.trusted_root, &signer.identity) {
            (Some(name), _) => Some(name.as_str()),
            (None, Some(_)) => Some(PUBLIC_GOOD_NAME),
            (None, None) => None,
        };
        let root = match named {
            None => Arc::default(),
            Some(PUBLIC_GOOD_NAME) => (around.public_good)().map_err(|why| self.wrong(why))?,
            Some(path) => Arc::new(TrustedRoot::of_json(&read(path)?)?),
        };
        let evidence = Evidence {
            log: signer.log.unwrap_or(named.is_some()),
            certificate_log: signer.certificate_log.unwrap_or(true),
            timestamp: signer.timestamp,
        };
        Ok(Authority {
            name: signer.name.clone(),
            trusted,
            root,
            evidence,
            claims: Vec::new(),
            place: None,
            annotations: BTreeMap::new(),
        })
    }

    fn claim(&self, entry: &AttestationEntry) -> Result<Claim, PolicyError> {
        let kind = match entry.predicate_type.as_str() {
            "gate" => GATE_PREDICATE,
            other => predicate_type(other),
        };
        let is_gate = kind == GATE_PREDICATE;
        let mut conditions = Vec::new();
        if is_gate {
            // An approval that ended, or that is none, counts nowhere.
            conditions.push("predicate.result == 'passed'".to_owned());
            conditions.push("timestamp(predicate.expires) > now".to_owned());
            // One of tomorrow says that one of two clocks is wrong: how long it counts cannot be told.
            conditions
                .push("!has(predicate.at) || timestamp(predicate.at) <= now + duration('5m')".to_owned());
        }
        if !entry.bundles.is_empty() {
            if !is_gate {
                return Err(self.wrong("`bundles` belongs to attestations of the type `gate`"));
            }
            let allowed =
                entry.bundles.iter().map(|text| self.bundle(text)).collect::<Result<Vec<_>, _>>()?;
            conditions.push(allowed.join(" || "));
        }
        conditions.extend(entry.conditions.iter().cloned());
        Ok(Claim {
            is_of_all: false,
            name: None,
            predicate_type: kind.to_owned(),
            conditions: conditions.iter().map(|text| Condition::of(text)).collect::<Result<_, _>>()?,
            max_age: entry.max_age_hours.map(|hours| SignedDuration::from_hours(i64::from(hours))),
            authorities: entry.signers.clone(),
        })
    }

    /// That an image passed a bundle, as a condition.
    fn bundle(&self, text: &str) -> Result<String, PolicyError> {
        if text == CURRENT {
            return Ok("predicate.bundle.digest == bundle.digest".to_owned());
        }
        let hex = text.strip_prefix("sha256:").unwrap_or_default();
        if hex.len() == 64 && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            return Ok(format!("predicate.bundle.digest == '{text}'"));
        }
        Err(self
            .wrong(format!("`{text}` is no digest of a bundle: write `sha256:` and 64 digits, or `current`")))
    }
}
