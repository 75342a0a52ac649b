//! `ClusterImagePolicy` of sigstore's policy-controller, as a policy of ours.

use std::collections::BTreeMap;
use std::sync::Arc;

use sekisho_manifest::selector::Selector;
use sekisho_signature::identity::{IdentityPattern, Pattern};
use sekisho_signature::key::PublicKey;
use sekisho_signature::root::TrustedRoot;
use serde_json::Value;

use crate::condition::Condition;
use crate::field::{self, list, present};
use crate::pattern::ImagePattern;
use crate::policy::{Authority, Claim, Evidence, Group, Policy, PolicyError, Trusted};
use crate::rego::Rego;
use crate::terms::{Mode, ObjectPattern, Overall, Place, Shown, Terms};
use crate::trust_root::Replaced;

/// Reads a `ClusterImagePolicy`. `roots` gives the root of trust of a name, or the usual one. What is not applied here
/// refuses the whole: a policy of which a part is left out would let through what it should not.
pub fn of_cluster_image_policy(
    object: &Value,
    roots: &dyn Fn(Option<&str>) -> Option<Arc<TrustedRoot>>,
) -> Result<Policy, PolicyError> {
    let name = object.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default().to_owned();
    let spec = object.get("spec").unwrap_or(&Value::Null);
    let reader = Reader { name, roots };
    let terms = reader.terms(spec)?;
    let images = list(spec, "images")
        .iter()
        .map(|image| match image.get("glob").and_then(Value::as_str) {
            Some(glob) if !glob.is_empty() => reader.glob(glob),
            _ => Err(reader.wrong("an entry of `images` has no `glob`")),
        })
        .collect::<Result<_, _>>()?;
    let authorities = list(spec, "authorities")
        .iter()
        .enumerate()
        .map(|(at, authority)| reader.authority(at, authority).map(Arc::new))
        .collect::<Result<Vec<_>, _>>()?;
    // Any of its authorities is enough.
    let groups = vec![Group { needed: 1, may_share: false, authorities }];
    let (name, except, claims) = (reader.name, Vec::new(), Vec::new());
    Policy { name, images, except, groups, claims, bundle: None, terms }.check()
}

struct Reader<'r> {
    name: String,
    roots: &'r dyn Fn(Option<&str>) -> Option<Arc<TrustedRoot>>,
}

impl Reader<'_> {
    fn terms(&self, spec: &Value) -> Result<Terms, PolicyError> {
        let mode = match spec.get("mode").and_then(Value::as_str) {
            None | Some("" | "enforce") => Mode::Enforce,
            Some("warn") => Mode::Warn,
            Some(other) => {
                return Err(self.wrong(&format!("`mode` is `enforce` or `warn`, and not `{other}`")));
            }
        };
        let objects = list(spec, "match").iter().map(|entry| self.object(entry)).collect::<Result<_, _>>()?;
        let overall = match present(spec, "policy") {
            None => None,
            Some(policy) => {
                let flag = |field| policy.get(field).and_then(Value::as_bool) == Some(true);
                let parts = [
                    ("includeSpec", Shown::Spec),
                    ("includeObjectMeta", Shown::Metadata),
                    ("includeTypeMeta", Shown::TypeMetadata),
                ];
                Some(Overall {
                    rego: Rego::of(self.module(policy, "policy")?)?,
                    configuration: flag("fetchConfigFile"),
                    shown: parts
                        .into_iter()
                        .filter(|(field, _)| flag(field))
                        .map(|(_, shown)| shown)
                        .collect(),
                })
            }
        };
        Ok(Terms { mode, objects, overall, namespace: None })
    }

    fn object(&self, entry: &Value) -> Result<ObjectPattern, PolicyError> {
        let text = |field| entry.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
        let selector = present(entry, "selector")
            .map(|selector| {
                let read = Selector::from_label_selector(&crate::condition::node(selector)?);
                read.map_err(|error| self.wrong(&format!("match: {error}")))
            })
            .transpose()?;
        let pattern = ObjectPattern {
            group: text("group"),
            version: text("version"),
            resource: text("resource"),
            selector,
        };
        if pattern.resource.is_empty() {
            return Err(self.wrong("an entry of `match` has no `resource`"));
        }
        Ok(pattern)
    }

    fn glob(&self, glob: &str) -> Result<ImagePattern, PolicyError> {
        let is_fine = |byte: u8| byte.is_ascii_alphanumeric() || b"-_:/*.@".contains(&byte);
        if !glob.bytes().all(is_fine) {
            return Err(self.wrong(&format!("`{glob}` is no pattern of images")));
        }
        Ok(ImagePattern::Path(match glob {
            "*" => "docker.io/library/*".to_owned(),
            "*/*" => "docker.io/*/*".to_owned(),
            other => other.to_owned(),
        }))
    }

    /// The module of a policy in Rego that stands in the object itself.
    fn module<'v>(&self, policy: &'v Value, place: &str) -> Result<&'v str, PolicyError> {
        match policy.get("type").and_then(Value::as_str) {
            Some("rego") => {}
            // It cannot be evaluated here, and nothing that it could refuse is let through.
            Some("cue") => return Err(self.unsupported(&format!("{place} in CUE (write it in Rego)"))),
            _ => return Err(self.wrong(&format!("`{place}.type` is `rego` or `cue`"))),
        }
        let data = policy.get("data").and_then(Value::as_str).filter(|data| !data.is_empty());
        data.ok_or_else(|| self.unsupported(&format!("{place} that lies elsewhere (put it into `data`)")))
    }

    fn authority(&self, at: usize, value: &Value) -> Result<Authority, PolicyError> {
        let place = format!("authorities[{at}]");
        let name = value.get("name").and_then(Value::as_str).filter(|name| !name.is_empty());
        let name = name.map_or_else(|| format!("authority-{at}"), str::to_owned);
        let (key, keyless, fixed) =
            (present(value, "key"), present(value, "keyless"), present(value, "static"));
        let (log, stamp) = (present(value, "ctlog"), present(value, "rfc3161timestamp"));
        let trusted = match (key, keyless, fixed) {
            (Some(key), None, None) => Trusted::Keys(self.keys(&place, key)?),
            (None, Some(keyless), None) => Trusted::Identities(self.identities(list(keyless, "identities"))?),
            (None, None, Some(fixed)) => {
                let beside = ["attestations", "source", "ctlog", "rfc3161timestamp"];
                if let Some(field) = beside.into_iter().find(|field| present(value, field).is_some()) {
                    return Err(self.wrong(&format!("{place} has `static`, and `{field}` beside it")));
                }
                self.fixed(fixed)?
            }
            _ => return Err(self.wrong(&format!("{place} must have one of `key`, `keyless` and `static`"))),
        };
        let named = |value: &Value| field::text(value, "trustRootRef").is_some();
        let is_stamped = stamp.is_some_and(named);
        let flag =
            |field| keyless.and_then(|keyless| keyless.get(field)).and_then(Value::as_bool) == Some(true);
        let evidence = Evidence {
            // A timestamp of somebody who is named takes the place of the log.
            log: !is_stamped && (log.is_some() || keyless.is_some()),
            certificate_log: !flag("insecureIgnoreSCT"),
            timestamp: stamp.is_some(),
        };
        let needs_root = evidence.log || evidence.timestamp || keyless.is_some();
        let root = self.root(&place, keyless, log, stamp, needs_root)?;
        let claims = list(value, "attestations")
            .iter()
            .map(|attestation| self.claim(&place, attestation))
            .collect::<Result<Vec<_>, _>>()?;
        // Each of them would have to have attested something, and any of them what is asked for.
        if matches!(&trusted, Trusted::Keys(keys) if keys.len() > 1) && !claims.is_empty() {
            return Err(self.unsupported(&format!(
                "{place}.attestations with several keys (write an authority for each)"
            )));
        }
        let source = self.source(&place, value)?;
        Ok(Authority { name, trusted, root, evidence, claims, place: source, annotations: BTreeMap::new() })
    }

    fn fixed(&self, value: &Value) -> Result<Trusted, PolicyError> {
        let message = value.get("message").and_then(Value::as_str).unwrap_or_default();
        match value.get("action").and_then(Value::as_str) {
            Some("pass") => Ok(Trusted::Anybody),
            Some("fail") if message.is_empty() => Ok(Trusted::Nobody(String::new())),
            Some("fail") => Ok(Trusted::Nobody(format!(": {message}"))),
            _ => Err(self.wrong("`static.action` is `pass` or `fail`")),
        }
    }

    /// Certificates, logs and times each by the root that is named for them.
    fn root(
        &self,
        place: &str,
        keyless: Option<&Value>,
        log: Option<&Value>,
        stamp: Option<&Value>,
        is_needed: bool,
    ) -> Result<Arc<TrustedRoot>, PolicyError> {
        let name_of = |value: Option<&Value>| -> Option<String> {
            let name = value?.get("trustRootRef")?.as_str()?;
            (!name.is_empty()).then(|| name.to_owned())
        };
        let named = |name: Option<String>| -> Result<Option<Arc<TrustedRoot>>, PolicyError> {
            let Some(name) = name else { return Ok(None) };
            let absent = || self.wrong(&format!("the root of trust `{name}` is not there"));
            (self.roots)(Some(&name)).map(Some).ok_or_else(absent)
        };
        let (signers, logs, times) = (named(name_of(keyless))?, named(name_of(log))?, named(name_of(stamp))?);
        let usual = (self.roots)(None);
        let base = match signers.clone().or(usual).or_else(|| logs.clone()).or_else(|| times.clone()) {
            Some(base) => base,
            None if is_needed => return Err(self.wrong("the root of trust `the usual one` is not there")),
            None => return Ok(Arc::default()),
        };
        let mut root = Replaced::of(&base);
        root.parts(logs.or_else(|| signers.clone()).as_deref(), times.or(signers).as_deref());
        if let Some(authority) = keyless.and_then(|keyless| present(keyless, "ca-cert")) {
            let text = authority.get("data").and_then(Value::as_str);
            let absent = || self.unsupported(&format!("{place}.keyless.ca-cert without `data`"));
            root.authorities(text.ok_or_else(absent)?)?;
        }
        Ok(root.done())
    }

    /// Where the signatures lie; none: beside the image.
    fn source(&self, place: &str, value: &Value) -> Result<Option<Place>, PolicyError> {
        let sources = list(value, "source");
        let source = match sources {
            [] => return Ok(None),
            [source] => source,
            _ => return Err(self.wrong(&format!("{place} has more than one `source`"))),
        };
        let text = |field| source.get(field).and_then(Value::as_str).filter(|text| !text.is_empty());
        let found = Place {
            repository: text("oci").map(str::to_owned),
            prefix: text("tagPrefix").unwrap_or_default().to_owned(),
        };
        let is_fine = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if found.prefix.len() > 64 || !found.prefix.bytes().all(is_fine) {
            return Err(self.wrong(&format!("{place}: `tagPrefix` is not the beginning of a tag")));
        }
        // Pull secrets alone name no other place.
        Ok((found.repository.is_some() || !found.prefix.is_empty()).then_some(found))
    }

    fn claim(&self, place: &str, attestation: &Value) -> Result<Claim, PolicyError> {
        let kind = field::text(attestation, "predicateType");
        let kind = kind.ok_or_else(|| self.wrong("an attestation has no `predicateType`"))?;
        let mut claim = Claim::of_type(kind);
        claim.name = attestation.get("name").and_then(Value::as_str).map(str::to_owned);
        if let Some(policy) = present(attestation, "policy") {
            let module = self.module(policy, &format!("{place}.attestations.policy"))?;
            claim.conditions.push(Condition::of_rego(module)?);
        }
        Ok(claim)
    }

    fn keys(&self, place: &str, value: &Value) -> Result<Vec<PublicKey>, PolicyError> {
        match value.get("hashAlgorithm").and_then(Value::as_str).map(str::to_ascii_lowercase).as_deref() {
            None | Some("" | "sha256" | "sha384" | "sha512") => {}
            Some(other) => {
                return Err(self.wrong(&format!("`{other}` is no `hashAlgorithm` that is computed")));
            }
        }
        match value.get("data").and_then(Value::as_str) {
            Some(text) => Ok(PublicKey::all_of_pem(text)?),
            None => Err(self.unsupported(&format!("{place}.key without `data`"))),
        }
    }

    fn identities(&self, values: &[Value]) -> Result<Vec<IdentityPattern>, PolicyError> {
        values
            .iter()
            .map(|value| {
                let text = |field| value.get(field).and_then(Value::as_str).filter(|text| !text.is_empty());
                let pattern = |exact, expression| -> Result<Pattern, PolicyError> {
                    match (text(exact), text(expression)) {
                        (Some(exact), None) => Ok(Pattern::Exact(exact.to_owned())),
                        (None, Some(expression)) => Ok(Pattern::expression(expression)?),
                        _ => Err(self.wrong(&format!("an identity has one of `{exact}` and `{expression}`"))),
                    }
                };
                Ok(IdentityPattern {
                    subject: Some(pattern("subject", "subjectRegExp")?),
                    issuer: Some(pattern("issuer", "issuerRegExp")?),
                    ..IdentityPattern::default()
                })
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
