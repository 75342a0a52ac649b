//! `verifyImages` of Kyverno's policies, as policies of ours.

use std::collections::BTreeMap;
use std::sync::Arc;

use sekisho_signature::certificate::{Certificate, Purpose, verify_chain};
use sekisho_signature::identity::{IdentityPattern, Pattern};
use sekisho_signature::key::PublicKey;
use sekisho_signature::root::TrustedRoot;
use serde_json::{Value, json};

use crate::condition::Condition;
use crate::field::{self, list, present};
use crate::pattern::ImagePattern;
use crate::policy::{Authority, Claim, Evidence, Group, Policy, PolicyError, Trusted};
use crate::terms::{Mode, Place, Terms};
use crate::trust_root::Replaced;

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

/// What is said once for all attestors of an entry.
#[derive(Clone, Copy)]
struct Around<'e> {
    repository: Option<&'e str>,
    annotations: Option<&'e serde_json::Map<String, Value>>,
}

/// What reads entries of a rule.
pub(crate) struct Reader<'r> {
    pub(crate) name: String,
    pub(crate) root: &'r Arc<TrustedRoot>,
}

impl Reader<'_> {
    fn entry(&self, entry: &Value) -> Result<Policy, PolicyError> {
        match entry.get("type").and_then(Value::as_str) {
            None | Some("" | "Cosign" | "SigstoreBundle") => {}
            Some(other) => return Err(self.unsupported(&format!("type: {other}"))),
        }
        // It looks at claims of several attestors together.
        if present(entry, "validate").and_then(|validate| present(validate, "deny")).is_some() {
            return Err(self.unsupported("validate.deny"));
        }
        let mode = match entry.get("failureAction").and_then(Value::as_str).unwrap_or_default() {
            action if action.eq_ignore_ascii_case("audit") => Mode::Warn,
            _ => Mode::Enforce,
        };
        let patterns = |field| {
            let globs = list(entry, field).iter().filter_map(Value::as_str);
            globs.map(|glob| ImagePattern::Wildcard(glob.to_owned())).collect::<Vec<_>>()
        };
        let mut images = patterns("imageReferences");
        let older = entry.get("image").and_then(Value::as_str).filter(|image| !image.is_empty());
        images.extend(older.map(|image| ImagePattern::Wildcard(image.to_owned())));
        let around = Around {
            repository: field::text(entry, "repository"),
            annotations: present(entry, "annotations").and_then(Value::as_object),
        };
        // The form of versions before names one attestor without a list. It is that of the claims where there are some.
        let older = older_attestor(entry);
        let attestations = list(entry, "attestations");
        let mut attestors = list(entry, "attestors").to_vec();
        if attestations.is_empty() {
            attestors.extend(older.clone());
        }
        let mut groups = self.groups(&attestors, &[], around)?;
        for attestation in attestations {
            let kind = field::text(attestation, "type").or_else(|| field::text(attestation, "predicateType"));
            let mut claim = Claim::of_type(kind.ok_or_else(|| self.wrong("an attestation has no `type`"))?);
            claim.name = field::text(attestation, "name").map(str::to_owned);
            claim.is_of_all = true;
            for conditions in list(attestation, "conditions") {
                claim.conditions.push(Condition::of_kyverno(conditions)?);
            }
            let mut own = list(attestation, "attestors").to_vec();
            own.extend(older.clone());
            let by = if own.is_empty() { &attestors } else { &own };
            if by.is_empty() {
                return Err(self.wrong("nobody is named who may attest"));
            }
            groups.extend(self.groups(by, &[claim], around)?);
        }
        let except = list(entry, "skipImageReferences").iter().filter_map(Value::as_str);
        let except = except.map(|glob| ImagePattern::Written(glob.to_owned())).collect();
        let terms = Terms { mode, ..Terms::default() };
        Policy { name: self.name.clone(), images, except, groups, claims: Vec::new(), bundle: None, terms }
            .check()
    }

    fn groups(
        &self,
        attestors: &[Value],
        claims: &[Claim],
        around: Around<'_>,
    ) -> Result<Vec<Group>, PolicyError> {
        attestors.iter().map(|attestor| self.group(attestor, claims, around, 0)).collect()
    }

    fn group(
        &self,
        attestor: &Value,
        claims: &[Claim],
        around: Around<'_>,
        depth: usize,
    ) -> Result<Group, PolicyError> {
        if depth >= DEPTH {
            return Err(self.wrong("attestors lie in each other too deep"));
        }
        let mut authorities = Vec::new();
        for (at, entry) in list(attestor, "entries").iter().enumerate() {
            if let Some(inner) = present(entry, "attestor") {
                let group = self.group(inner, claims, around, depth + 1)?;
                authorities.push(Arc::new(Authority {
                    name: format!("entries[{at}].attestor"),
                    trusted: Trusted::Together(Box::new(group)),
                    root: Arc::default(),
                    evidence: Evidence { log: false, certificate_log: true, timestamp: false },
                    claims: Vec::new(),
                    place: None,
                    annotations: BTreeMap::new(),
                }));
                continue;
            }
            let authority = self.authority(at, entry, claims, around)?;
            match &authority.trusted {
                // Each of several keys counts as an entry of its own.
                Trusted::Keys(keys) if keys.len() > 1 => {
                    for (number, key) in keys.iter().enumerate() {
                        authorities.push(Arc::new(Authority {
                            name: format!("entries[{at}].keys[{number}]"),
                            trusted: Trusted::Keys(vec![key.clone()]),
                            ..authority.clone()
                        }));
                    }
                }
                _ => authorities.push(Arc::new(authority)),
            }
        }
        let count = attestor
            .get("count")
            .and_then(Value::as_u64)
            .filter(|count| *count > 0)
            .and_then(|count| usize::try_from(count).ok());
        // Entries are counted, whoever signed.
        Ok(Group { needed: count.unwrap_or(authorities.len()), may_share: true, authorities })
    }

    fn authority(
        &self,
        at: usize,
        entry: &Value,
        claims: &[Claim],
        around: Around<'_>,
    ) -> Result<Authority, PolicyError> {
        let kinds = (present(entry, "keys"), present(entry, "keyless"), present(entry, "certificates"));
        let mut signers = None;
        let (trusted, place) = match kinds {
            (Some(keys), None, None) => {
                let text = field::text(keys, "publicKeys");
                let text = text.ok_or_else(|| self.unsupported("keys without `publicKeys`"))?;
                if !text.contains("-----BEGIN") {
                    return Err(self.unsupported("keys.publicKeys that are no PEM"));
                }
                (Trusted::Keys(PublicKey::all_of_pem(text)?), keys)
            }
            (None, Some(keyless), None) => {
                signers = field::text(keyless, "roots");
                (Trusted::Identities(vec![self.identity(keyless)?]), keyless)
            }
            (None, None, Some(certificates)) => {
                (Trusted::Keys(vec![self.certified_key(certificates)?]), certificates)
            }
            _ => {
                return Err(
                    self.wrong("an entry has one of `keys`, `keyless`, `certificates` and `attestor`")
                );
            }
        };
        let algorithm =
            field::text(entry, "signatureAlgorithm").or_else(|| field::text(place, "signatureAlgorithm"));
        if !matches!(algorithm, None | Some("sha256" | "sha384" | "sha512")) {
            return Err(self.unsupported("signatureAlgorithm that is not computed"));
        }
        let at_path = |path| place.pointer(path).and_then(Value::as_str).filter(|text| !text.is_empty());
        let flag = |path| place.pointer(path).and_then(Value::as_bool) == Some(true);
        let times = at_path("/ctlog/tsaCertChain");
        let evidence = Evidence {
            log: !flag("/rekor/ignoreTlog"),
            certificate_log: !flag("/ctlog/ignoreSCT"),
            timestamp: times.is_some(),
        };
        let mut root = Replaced::of(self.root);
        signers.map(|text| root.authorities(text)).transpose()?;
        times.map(|text| root.timestamp_authorities(text)).transpose()?;
        at_path("/rekor/pubkey").map(|text| root.logs(text)).transpose()?;
        at_path("/ctlog/pubkey").map(|text| root.certificate_logs(text)).transpose()?;
        let elsewhere = field::text(entry, "repository").or(around.repository);
        let annotations = present(entry, "annotations").and_then(Value::as_object).or(around.annotations);
        Ok(Authority {
            name: format!("entries[{at}]"),
            trusted,
            root: root.done(),
            evidence,
            claims: claims.to_vec(),
            place: elsewhere.map(|name| Place { repository: Some(name.to_owned()), prefix: String::new() }),
            annotations: self.texts(annotations, "annotations")?,
        })
    }

    /// The key of a certificate that is given, which must lead to the chain that is given with it.
    pub(crate) fn certified_key(&self, value: &Value) -> Result<PublicKey, PolicyError> {
        let text = field::text(value, "cert");
        let text = text.ok_or_else(|| self.unsupported("certificates without `cert`"))?;
        let certificate = Certificate::all_of_pem(text)?;
        let [certificate] = certificate.as_slice() else {
            return Err(self.wrong("`certificates.cert` holds one certificate"));
        };
        if let Some(chain) = field::text(value, "certChain") {
            let chain = Certificate::all_of_pem(chain)?;
            let (anchors, others): (Vec<_>, Vec<_>) =
                chain.into_iter().partition(Certificate::is_self_issued);
            let leads = anchors.iter().any(|anchor| {
                let at = certificate.not_before();
                verify_chain(certificate, &others, anchor, at, Purpose::CodeSigning).is_ok()
            });
            if !leads {
                return Err(self.wrong("`certificates.cert` does not lead to `certChain`"));
            }
        }
        Ok(certificate.key().clone())
    }

    fn identity(&self, keyless: &Value) -> Result<IdentityPattern, PolicyError> {
        let pattern = |plain, expression| -> Result<Option<Pattern>, PolicyError> {
            Ok(match (field::text(keyless, plain), field::text(keyless, expression)) {
                (_, Some(expression)) => Some(Pattern::expression(expression)?),
                (Some(glob), None) => Some(Pattern::Glob(glob.to_owned())),
                (None, None) => None,
            })
        };
        let subject = pattern("subject", "subjectRegExp")?;
        let mut issuer = pattern("issuer", "issuerRegExp")?;
        let mut claims = BTreeMap::new();
        let extensions = present(keyless, "additionalExtensions").and_then(Value::as_object);
        for (name, wanted) in self.texts(extensions, "keyless.additionalExtensions")? {
            let claim = match name.as_str() {
                // Fulcio's first extensions, which Kyverno knows by number too.
                "githubWorkflowTrigger" | "1.3.6.1.4.1.57264.1.2" => "githubWorkflowTrigger",
                "githubWorkflowSha" | "githubWorkflowSHA" | "1.3.6.1.4.1.57264.1.3" => "githubWorkflowSHA",
                "githubWorkflowName" | "1.3.6.1.4.1.57264.1.4" => "githubWorkflowName",
                "githubWorkflowRepository" | "1.3.6.1.4.1.57264.1.5" => "githubWorkflowRepository",
                "githubWorkflowRef" | "1.3.6.1.4.1.57264.1.6" => "githubWorkflowRef",
                "oidcIssuer" | "1.3.6.1.4.1.57264.1.1" if issuer.is_none() => {
                    issuer = Some(Pattern::Glob(wanted));
                    continue;
                }
                other => return Err(self.unsupported(&format!("additionalExtensions.{other}"))),
            };
            claims.insert(claim.to_owned(), Pattern::Glob(wanted));
        }
        Ok(IdentityPattern { subject, issuer, claims })
    }

    fn texts(
        &self,
        fields: Option<&serde_json::Map<String, Value>>,
        what: &str,
    ) -> Result<BTreeMap<String, String>, PolicyError> {
        fields
            .into_iter()
            .flatten()
            .map(|(name, value)| match value.as_str() {
                Some(text) => Ok((name.clone(), text.to_owned())),
                None => Err(self.wrong(&format!("`{what}.{name}` is no text"))),
            })
            .collect()
    }

    fn wrong(&self, what: &str) -> PolicyError {
        PolicyError::Wrong { policy: self.name.clone(), what: what.to_owned() }
    }

    fn unsupported(&self, field: &str) -> PolicyError {
        PolicyError::Unsupported { policy: self.name.clone(), field: field.to_owned() }
    }
}

/// The attestor that versions before wrote without a list.
fn older_attestor(entry: &Value) -> Option<Value> {
    let mut attestor = serde_json::Map::new();
    if let Some(key) = field::text(entry, "key") {
        attestor.insert("keys".to_owned(), json!({ "publicKeys": key }));
    } else if field::text(entry, "issuer").is_some() || field::text(entry, "subject").is_some() {
        let mut keyless = serde_json::Map::new();
        for field in ["issuer", "subject", "roots", "additionalExtensions"] {
            keyless.extend(present(entry, field).map(|value| (field.to_owned(), value.clone())));
        }
        attestor.insert("keyless".to_owned(), Value::Object(keyless));
    } else {
        return None;
    }
    attestor.extend(present(entry, "annotations").map(|value| ("annotations".to_owned(), value.clone())));
    Some(json!({ "entries": [attestor] }))
}
