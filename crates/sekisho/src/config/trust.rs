//! The part of `sekisho.yaml` that says whose signatures images must have.

use schemars::JsonSchema;
use serde::Deserialize;

/// Whose signatures images must have, and what must be attested of them. Every entry that is for an image must be met.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct TrustEntry {
    /// What it is called.
    pub(crate) name: String,
    /// For which images: `*` stands for letters of one part of the path, `**` for any; `registry.example.com/team/**`.
    pub(crate) images: Vec<String>,
    /// For which of them not.
    #[serde(default)]
    pub(crate) except: Vec<String>,
    /// Who may sign.
    pub(crate) signers: Vec<SignerEntry>,
    /// How many of them must have signed. Default: 1.
    pub(crate) threshold: Option<usize>,
    /// What must be attested.
    #[serde(default)]
    pub(crate) attestations: Vec<AttestationEntry>,
}

/// Who may sign: the holder of a key, or of a certificate for an identity.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SignerEntry {
    /// What it is called.
    pub(crate) name: String,
    /// A public key as PEM, or a file of one, relative to this file.
    pub(crate) key: Option<String>,
    /// The identity of a certificate.
    pub(crate) identity: Option<IdentityEntry>,
    /// The root of trust: a file relative to this one, or `public-good`. Default: none for keys, `public-good` for
    /// identities.
    pub(crate) trusted_root: Option<String>,
    /// Whether a log must hold the signature. Default: where there is a root of trust.
    pub(crate) log: Option<bool>,
    /// Whether a certificate log must have seen the certificate. Default: true.
    pub(crate) certificate_log: Option<bool>,
    /// Whether a timestamp authority must say when it was signed. Default: false.
    #[serde(default)]
    pub(crate) timestamp: bool,
}

/// The identity of a certificate. `*` stands for any letters, and `?` for any one.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct IdentityEntry {
    /// The name.
    pub(crate) subject: String,
    /// Who vouched for it.
    pub(crate) issuer: String,
}

/// What must be attested.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct AttestationEntry {
    /// The type of the claim: a URI, or one of the words of `sekisho attest`; `gate` is that of `sekisho gate`.
    #[serde(rename = "type")]
    pub(crate) predicate_type: String,
    /// What must hold of it, in CEL: `predicate`, `predicateType`, `image` and `now` are known.
    #[serde(default)]
    pub(crate) conditions: Vec<String>,
    /// How many hours old it may be, by a time that a log or a timestamp authority vouches for.
    pub(crate) max_age_hours: Option<u32>,
    /// The signers who may have attested it, by name. Default: any.
    #[serde(default)]
    pub(crate) signers: Vec<String>,
}
