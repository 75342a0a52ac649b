//! `verifyImages` of Kyverno's policies, as policies of ours.

use std::collections::BTreeMap;
use std::sync::Arc;

use sekisho_signature::identity::{IdentityPattern, Pattern};
use sekisho_signature::key::PublicKey;
use sekisho_signature::root::TrustedRoot;
use serde_json::Value;

use crate::cluster_image_policy::{claim_of, list};
use crate::pattern::ImagePattern;
use crate::policy::{Authority, Claim, Evidence, Group, Policy, PolicyError, Trusted};

/// How deep attestors may lie in each other.
const DEPTH: usize = 8;

/// Reads the entries of `verifyImages` of a rule, each as a policy. `root` is the usual root of trust. What is not applied
/// here refuses the whole.
pub fn of_kyverno_rule(
    policy: &str,
    rule: &Value,
    root: &Arc<TrustedRoot>,
) -> Result<Vec<Policy>, PolicyError> {
    let rule_name = rule.get("name").and_then(Value::as_str).unwrap_or_default();
    let reader = Reader { name: format!("{policy}/{rule_name}"), root };
    list(rule, "verifyImages").iter().map(|entry| reader.entry(entry)).collect()
}

struct Reader<'r> {
    name: String,
    root: &'r Arc<TrustedRoot>,
}

impl Reader<'_> {
    fn entry(&self, entry: &Value) -> Result<Policy, PolicyError> {
        match entry.get("type").and_then(Value::as_str) {
            None | Some("Cosign" | "SigstoreBundle") => {}
            Some(other) => return Err(self.unsupported(&format!("type: {other}"))),
        }
        // Fields of versions before, which say the same in other ways.
        for field in [
            "image",
            "key",
            "issuer",
            "subject",
            "roots",
            "repository",
            "annotations",
            "additionalExtensions",
        ] {
            if entry.get(field).is_some() {
                return Err(self.unsupported(field));
            }
        }
        let patterns = |field| {
            let globs = list(entry, field).iter().filter_map(Value::as_str);
            globs.map(|glob| ImagePattern::Wildcard(glob.to_owned())).collect::<Vec<_>>()
        };
        let mut groups = self.groups(list(entry, "attestors"), &[])?;
        for attestation in list(entry, "attestations") {
            if !list(attestation, "conditions").is_empty() {
                return Err(self.unsupported("attestations.conditions"));
            }
            let kind =
                attestation.get("type").or_else(|| attestation.get("predicateType")).and_then(Value::as_str);
            let kind = kind.ok_or_else(|| self.wrong("an attestation has no `type`"))?;
            let attestors = list(attestation, "attestors");
            let attestors = if attestors.is_empty() { list(entry, "attestors") } else { attestors };
            groups.extend(self.groups(attestors, &[claim_of(kind)])?);
        }
        let (images, except) = (patterns("imageReferences"), patterns("skipImageReferences"));
        Policy { name: self.name.clone(), images, except, groups, claims: Vec::new(), bundle: None }.check()
    }

    fn groups(&self, attestors: &[Value], claims: &[Claim]) -> Result<Vec<Group>, PolicyError> {
        attestors.iter().map(|attestor| self.group(attestor, claims, 0)).collect()
    }

    fn group(&self, attestor: &Value, claims: &[Claim], depth: usize) -> Result<Group, PolicyError> {
        if depth >= DEPTH {
            return Err(self.wrong("attestors lie in each other too deep"));
        }
        let mut authorities = Vec::new();
        for (at, entry) in list(attestor, "entries").iter().enumerate() {
            if entry.get("attestor").is_some() {
                return Err(self.unsupported("entries.attestor"));
            }
            for field in ["annotations", "repository"] {
                if entry.get(field).is_some_and(|value| !value.is_null()) {
                    return Err(self.unsupported(&format!("entries.{field}")));
                }
            }
            authorities.push(Arc::new(self.authority(at, entry, claims)?));
        }
        let count =
            attestor.get("count").and_then(Value::as_u64).and_then(|count| usize::try_from(count).ok());
        Ok(Group { needed: count.unwrap_or(authorities.len()), authorities })
    }

    fn authority(&self, at: usize, entry: &Value, claims: &[Claim]) -> Result<Authority, PolicyError> {
        let (trusted, place) = match (entry.get("keys"), entry.get("keyless")) {
            (Some(keys), None) => {
                let text = keys.get("publicKeys").and_then(Value::as_str);
                let text = text.ok_or_else(|| self.unsupported("keys without `publicKeys`"))?;
                if !text.contains("-----BEGIN") {
                    return Err(self.unsupported("keys.publicKeys that are no PEM"));
                }
                (Trusted::Keys(PublicKey::all_of_pem(text)?), keys)
            }
            (None, Some(keyless)) => (Trusted::Identities(vec![self.identity(keyless)?]), keyless),
            _ => return Err(self.unsupported("entries without `keys` or `keyless`")),
        };
        for field in ["/rekor/pubkey", "/ctlog/pubkey", "/ctlog/tsaCertChain", "/roots"] {
            if place.pointer(field).is_some_and(|value| value.as_str().is_some_and(|text| !text.is_empty())) {
                return Err(self.unsupported(field.trim_start_matches('/')));
            }
        }
        let flag = |path| place.pointer(path).and_then(Value::as_bool) == Some(true);
        let evidence = Evidence {
            log: !flag("/rekor/ignoreTlog"),
            certificate_log: !flag("/ctlog/ignoreSCT"),
            timestamp: false,
        };
        let (root, claims) = (Arc::clone(self.root), claims.to_vec());
        Ok(Authority { name: format!("entries[{at}]"), trusted, root, evidence, claims })
    }

    fn identity(&self, keyless: &Value) -> Result<IdentityPattern, PolicyError> {
        let text = |field| keyless.get(field).and_then(Value::as_str).filter(|text| !text.is_empty());
        let pattern = |plain, expression| -> Result<Option<Pattern>, PolicyError> {
            Ok(match (text(plain), text(expression)) {
                (_, Some(expression)) => Some(Pattern::expression(expression)?),
                (Some(glob), None) => Some(Pattern::Glob(glob.to_owned())),
                (None, None) => None,
            })
        };
        if keyless
            .get("additionalExtensions")
            .and_then(Value::as_object)
            .is_some_and(|fields| !fields.is_empty())
        {
            return Err(self.unsupported("keyless.additionalExtensions"));
        }
        let subject = pattern("subject", "subjectRegExp")?;
        let issuer = pattern("issuer", "issuerRegExp")?;
        Ok(IdentityPattern { subject, issuer, claims: BTreeMap::new() })
    }

    fn wrong(&self, what: &str) -> PolicyError {
        PolicyError::Wrong { policy: self.name.clone(), what: what.to_owned() }
    }

    fn unsupported(&self, field: &str) -> PolicyError {
        PolicyError::Unsupported { policy: self.name.clone(), field: field.to_owned() }
    }
}
