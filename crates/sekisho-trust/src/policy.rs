//! What must be shown of an image before it is trusted.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::SignedDuration;
use sekisho_manifest::ImageRef;
use sekisho_signature::certificate::CertificateError;
use sekisho_signature::cosign::predicate_type;
use sekisho_signature::identity::{IdentityPattern, PatternError};
use sekisho_signature::key::{KeyError, PublicKey};
use sekisho_signature::root::{RootError, TrustedRoot};
use sekisho_signature::verification::{Demands, Signers};

use crate::bundle::BundleInForce;
use crate::condition::Condition;
use crate::error::ConditionError;
use crate::pattern::ImagePattern;
use crate::terms::{Overall, Place, Resource, Terms};

/// What must be shown of the images that it is for.
#[derive(Debug, Clone)]
pub struct Policy {
    /// What it is called.
    pub name: String,
    /// For which images it is.
    pub images: Vec<ImagePattern>,
    /// For which of them it is not.
    pub except: Vec<ImagePattern>,
    /// Groups of authorities; each must approve.
    pub groups: Vec<Group>,
    /// What must be attested, by any authority of any group.
    pub claims: Vec<Claim>,
    /// The bundle of policies that is in force, which conditions may ask for; none where none is known.
    pub bundle: Option<Arc<BundleInForce>>,
    /// What is said beside that.
    pub terms: Terms,
}

/// Authorities of which some must approve.
#[derive(Debug, Clone)]
pub struct Group {
    /// How many.
    pub needed: usize,
    /// Whether one signer may approve for several of them; else each has a signer of its own.
    pub may_share: bool,
    /// The authorities.
    pub authorities: Vec<Arc<Authority>>,
}

/// Who may approve an image, and by what.
#[derive(Debug, Clone)]
pub struct Authority {
    /// What it is called.
    pub name: String,
    /// Who that is.
    pub trusted: Trusted,
    /// Whose word counts about certificates, logs and times.
    pub root: Arc<TrustedRoot>,
    /// What must be shown beside the signature.
    pub evidence: Evidence,
    /// What it must have attested; where there is nothing, a signature is what approves.
    pub claims: Vec<Claim>,
    /// Where its signatures lie; none: beside the image.
    pub place: Option<Place>,
    /// What its signatures must say beside the digest.
    pub annotations: BTreeMap<String, String>,
}

/// Who an authority is.
#[derive(Debug, Clone)]
pub enum Trusted {
    /// The holders of these keys.
    Keys(Vec<PublicKey>),
    /// Those whose certificates are as one of these patterns.
    Identities(Vec<IdentityPattern>),
    /// Those of a group, as many as it needs.
    Together(Box<Group>),
    /// Nobody needs to have signed.
    Anybody,
    /// Nobody may have signed; and what is said of that.
    Nobody(String),
}

/// What must be shown beside a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Evidence {
    /// That a log holds it.
    pub log: bool,
    /// That a certificate log saw the certificate.
    pub certificate_log: bool,
    /// That a timestamp authority says when.
    pub timestamp: bool,
}

/// What must be attested.
#[derive(Debug, Clone)]
pub struct Claim {
    /// What it is called where others ask for it.
    pub name: Option<String>,
    /// The type of the claim.
    pub predicate_type: String,
    /// What must hold of it.
    pub conditions: Vec<Condition>,
    /// Whether that must hold of all that is attested of the type; else one that meets it is enough.
    pub is_of_all: bool,
    /// How old it may be, by the times that are proved.
    pub max_age: Option<SignedDuration>,
    /// The authorities that may have attested it, by name; none: any of the policy.
    pub authorities: Vec<String>,
}

/// Why there is no policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// Something is not there.
    #[error("trust policy `{policy}`: {what}")]
    Wrong {
        /// The policy.
        policy: String,
        /// What is wrong.
        what: String,
    },
    /// A part that would be left out.
    #[error(
        "trust policy `{policy}` has `{field}`, which is not applied here: nothing is judged by a part of a policy"
    )]
    Unsupported {
        /// The policy.
        policy: String,
        /// The field.
        field: String,
    },
    /// A key is wrong.
    #[error("trust policy: {0}")]
    Key(#[from] KeyError),
    /// A certificate is wrong.
    #[error("trust policy: {0}")]
    Certificate(#[from] CertificateError),
    /// An expression is wrong.
    #[error("trust policy: {0}")]
    Pattern(#[from] PatternError),
    /// A condition is wrong.
    #[error("trust policy: {0}")]
    Condition(#[from] ConditionError),
    /// A root of trust is wrong.
    #[error("trust policy: {0}")]
    Root(#[from] RootError),
}

impl Policy {
    /// The same, where conditions ask for the bundle in force.
    #[must_use]
    pub fn within(self, bundle: Arc<BundleInForce>) -> Self {
        Self { bundle: Some(bundle), ..self }
    }

    /// The same, whatever was claimed and however long ago: whether an image was approved once.
    #[must_use]
    pub fn without_conditions(&self) -> Self {
        let terms = Terms { overall: None, ..self.terms.clone() };
        Self {
            groups: self.groups.iter().map(Group::without_conditions).collect(),
            claims: self.claims.iter().map(Claim::without_conditions).collect(),
            terms,
            ..self.clone()
        }
    }

    /// The places beside that of the image at which signatures must be looked for.
    pub fn places(&self) -> impl Iterator<Item = &Place> {
        self.groups.iter().flat_map(Group::places)
    }

    /// Whether the configuration of the image must be read.
    pub fn asks_for_configuration(&self) -> bool {
        self.terms.overall.as_ref().is_some_and(|overall| overall.configuration)
    }

    /// All that must be attested, for the policy as a whole and for single authorities.
    pub fn all_claims(&self) -> impl Iterator<Item = &Claim> {
        self.groups.iter().flat_map(Group::all_claims).chain(&self.claims)
    }

    /// Whether it is for an image.
    pub fn concerns(&self, image: &ImageRef) -> bool {
        self.images.iter().any(|pattern| pattern.matches(image))
            && !self.except.iter().any(|pattern| pattern.leaves_out(image))
    }

    /// Whether it is for the images of some objects alone.
    pub fn names_objects(&self) -> bool {
        !self.terms.objects.is_empty() || self.terms.namespace.is_some()
    }

    /// Whether it is for the images of an object.
    pub fn is_for(&self, resource: &Resource) -> bool {
        self.terms.concern(Some(resource))
    }

    /// Whether what it says of an image can be another thing for another object.
    pub fn looks_at_object(&self) -> bool {
        self.terms.overall.as_ref().is_some_and(Overall::needs_object)
    }

    /// Whether what it says of the same image can be another thing later.
    pub(crate) fn looks_at_time(&self) -> bool {
        self.all_claims().any(|claim| claim.max_age.is_some())
            || self.terms.overall.is_some()
            || self.conditions_name("now")
    }

    /// Whether what it says can be another thing with another bundle in force.
    pub fn looks_at_bundle(&self) -> bool {
        self.conditions_name("bundle")
    }

    fn conditions_name(&self, variable: &str) -> bool {
        self.all_claims().flat_map(|claim| &claim.conditions).any(|condition| condition.names(variable))
    }

    /// A policy that could let through what it says nothing of is refused.
    pub fn check(self) -> Result<Self, PolicyError> {
        let wrong = |what: &str| PolicyError::Wrong { policy: self.name.clone(), what: what.to_owned() };
        if self.images.is_empty() {
            return Err(wrong("it is for no images: name some"));
        }
        if self.groups.is_empty() {
            return Err(wrong("nobody must sign: name keys or identities"));
        }
        for group in &self.groups {
            group.check().map_err(wrong)?;
        }
        let authorities = || self.groups.iter().flat_map(|group| &group.authorities);
        for name in self.claims.iter().flat_map(|claim| &claim.authorities) {
            if !authorities().any(|authority| authority.name == *name) {
                return Err(wrong(&format!("`{name}` is none of its signers")));
            }
        }
        Ok(self)
    }
}

impl Claim {
    /// One of a type, by cosign's short words too, of which nothing else must hold.
    pub(crate) fn of_type(kind: &str) -> Self {
        Self {
            name: None,
            predicate_type: predicate_type(kind).to_owned(),
            conditions: Vec::new(),
            is_of_all: false,
            max_age: None,
            authorities: Vec::new(),
        }
    }

    fn without_conditions(&self) -> Self {
        Self { conditions: Vec::new(), max_age: None, ..self.clone() }
    }
}

impl Group {
    fn all_claims(&self) -> Vec<&Claim> {
        let mut found = Vec::new();
        for authority in &self.authorities {
            found.extend(&authority.claims);
            if let Trusted::Together(group) = &authority.trusted {
                found.extend(group.all_claims());
            }
        }
        found
    }

    fn without_conditions(&self) -> Self {
        let authority = |one: &Arc<Authority>| {
            let trusted = match &one.trusted {
                Trusted::Together(group) => Trusted::Together(Box::new(group.without_conditions())),
                other => other.clone(),
            };
            let claims = one.claims.iter().map(Claim::without_conditions).collect();
            Arc::new(Authority { trusted, claims, ..(**one).clone() })
        };
        Self { authorities: self.authorities.iter().map(authority).collect(), ..self.clone() }
    }

    fn places(&self) -> Vec<&Place> {
        let mut found = Vec::new();
        for authority in &self.authorities {
            found.extend(&authority.place);
            if let Trusted::Together(group) = &authority.trusted {
                found.extend(group.places());
            }
        }
        found
    }

    /// Somebody must be in it, and as many be needed as can approve.
    fn check(&self) -> Result<(), &'static str> {
        if self.needed == 0 || self.needed > self.authorities.len() {
            return Err("as many signers must be needed as there are, or fewer, and one at least");
        }
        for authority in &self.authorities {
            let is_empty = match &authority.trusted {
                Trusted::Keys(keys) => keys.is_empty(),
                Trusted::Identities(patterns) => {
                    patterns.is_empty()
                        || patterns
                            .iter()
                            .any(|pattern| pattern.subject.is_none() && pattern.issuer.is_none())
                }
                Trusted::Together(group) => {
                    group.check()?;
                    false
                }
                Trusted::Anybody | Trusted::Nobody(_) => false,
            };
            if is_empty {
                return Err("an authority has neither a key nor an identity");
            }
        }
        Ok(())
    }
}

impl Authority {
    pub(crate) fn demands(&self) -> Demands<'_> {
        let signers = match &self.trusted {
            Trusted::Keys(keys) => Signers::Keys(keys),
            Trusted::Identities(patterns) => Signers::Identities(patterns),
            Trusted::Together(_) | Trusted::Anybody | Trusted::Nobody(_) => Signers::Keys(&[]),
        };
        let Evidence { log, certificate_log, timestamp } = self.evidence;
        Demands { signers, log, certificate_log, timestamp }
    }
}
