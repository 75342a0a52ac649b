//! `ClusterImagePolicy` of sigstore's policy-controller, as a policy of ours.

use std::sync::Arc;

use sekisho_signature::identity::{IdentityPattern, Pattern};
use sekisho_signature::key::PublicKey;
use sekisho_signature::root::TrustedRoot;
use serde_json::Value;

use crate::pattern::ImagePattern;
use crate::policy::{Authority, Claim, Evidence, Group, Policy, PolicyError, Trusted};

/// Reads a `ClusterImagePolicy`. `roots` gives the root of trust of a name, or the usual one. What is not applied here
/// refuses the whole: a policy of which a part is left out would let through what it should not.
pub fn of_cluster_image_policy(
    object: &Value,
    roots: &dyn Fn(Option<&str>) -> Option<Arc<TrustedRoot>>,
) -> Result<Policy, PolicyError> {
    let name = object.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default().to_owned();
    let spec = object.get("spec").unwrap_or(&Value::Null);
    let reader = Reader { name, roots };
    for field in ["match", "policy"] {
        if spec.get(field).is_some_and(|value| !value.is_null()) {
            return Err(reader.unsupported(field));
        }
    }
    let images = list(spec, "images").iter().filter_map(|image| image.get("glob")?.as_str());
    let images = images.map(|glob| ImagePattern::Path(glob.to_owned())).collect();
    let authorities = list(spec, "authorities")
        .iter()
        .enumerate()
        .map(|(at, authority)| reader.authority(at, authority).map(Arc::new))
        .collect::<Result<Vec<_>, _>>()?;
    // Any of its authorities is enough.
    let groups = vec![Group { needed: 1, authorities }];
    Policy { name: reader.name, images, except: Vec::new(), groups, claims: Vec::new(), bundle: None }.check()
}

struct Reader<'r> {
    name: String,
    roots: &'r dyn Fn(Option<&str>) -> Option<Arc<TrustedRoot>>,
}

impl Reader<'_> {
    fn authority(&self, at: usize, value: &Value) -> Result<Authority, PolicyError> {
        for field in ["static", "source"] {
            if value.get(field).is_some() {
                return Err(self.unsupported(&format!("authorities[{at}].{field}")));
            }
        }
        let name = value
            .get("name")
            .and_then(Value::as_str)
            .map_or_else(|| format!("authority-{at}"), str::to_owned);
        let log = value.get("ctlog").filter(|log| !log.is_null());
        let (trusted, place) = match (value.get("key"), value.get("keyless")) {
            (Some(key), None) => (Trusted::Keys(self.keys(at, key)?), log),
            (None, Some(keyless)) => {
                if keyless.get("ca-cert").is_some() {
                    return Err(self.unsupported(&format!("authorities[{at}].keyless.ca-cert")));
                }
                (Trusted::Identities(identities(list(keyless, "identities"))?), Some(keyless))
            }
            _ => return Err(self.wrong(&format!("authorities[{at}] must have `key` or `keyless`"))),
        };
        let keyless = value.get("keyless");
        let flag =
            |field| keyless.and_then(|keyless| keyless.get(field)).and_then(Value::as_bool) == Some(true);
        let evidence = Evidence {
            log: log.is_some() || keyless.is_some(),
            certificate_log: !flag("insecureIgnoreSCT"),
            timestamp: value.get("rfc3161timestamp").is_some_and(|stamp| !stamp.is_null()),
        };
        let root_name = place.and_then(|place| place.get("trustRootRef")).and_then(Value::as_str);
        let needs_root = evidence.log || evidence.timestamp || keyless.is_some();
        let root = match (self.roots)(root_name) {
            Some(root) => root,
            None if needs_root => {
                let name = root_name.unwrap_or("the usual one");
                return Err(self.wrong(&format!("the root of trust `{name}` is not there")));
            }
            None => Arc::default(),
        };
        let claims = list(value, "attestations")
            .iter()
            .map(|attestation| {
                if attestation.get("policy").is_some() {
                    return Err(self.unsupported(&format!("authorities[{at}].attestations.policy")));
                }
                let kind = attestation.get("predicateType").and_then(Value::as_str);
                let kind = kind.ok_or_else(|| self.wrong("an attestation has no `predicateType`"))?;
                Ok(claim_of(kind))
            })
            .collect::<Result<_, _>>()?;
        Ok(Authority { name, trusted, root, evidence, claims })
    }

    fn keys(&self, at: usize, value: &Value) -> Result<Vec<PublicKey>, PolicyError> {
        match value.get("data").and_then(Value::as_str) {
            Some(text) => Ok(PublicKey::all_of_pem(text)?),
            None => Err(self.unsupported(&format!("authorities[{at}].key without `data`"))),
        }
    }

    fn wrong(&self, what: &str) -> PolicyError {
        PolicyError::Wrong { policy: self.name.clone(), what: what.to_owned() }
    }

    fn unsupported(&self, field: &str) -> PolicyError {
        PolicyError::Unsupported { policy: self.name.clone(), field: field.to_owned() }
    }
}

/// A claim of a type, by cosign's short words too.
pub(crate) fn claim_of(kind: &str) -> Claim {
    let predicate_type = sekisho_signature::cosign::predicate_type(kind).to_owned();
    Claim { predicate_type, conditions: Vec::new(), max_age: None, authorities: Vec::new() }
}

pub(crate) fn list<'v>(value: &'v Value, field: &str) -> &'v [Value] {
    value.get(field).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn identities(values: &[Value]) -> Result<Vec<IdentityPattern>, PolicyError> {
    values
        .iter()
        .map(|value| {
            let text = |field| value.get(field).and_then(Value::as_str).filter(|text| !text.is_empty());
            let pattern = |exact, expression| -> Result<Option<Pattern>, PolicyError> {
                Ok(match (text(exact), text(expression)) {
                    (Some(exact), _) => Some(Pattern::Exact(exact.to_owned())),
                    (None, Some(expression)) => Some(Pattern::expression(expression)?),
                    (None, None) => None,
                })
            };
            Ok(IdentityPattern {
                subject: pattern("subject", "subjectRegExp")?,
                issuer: pattern("issuer", "issuerRegExp")?,
                ..IdentityPattern::default()
            })
        })
        .collect()
}
