//! `ImageValidatingPolicy` of Kyverno, and the one of a namespace, as policies of ours: attestors become authorities, and what
//! validations ask of every image becomes groups and claims.

use std::collections::BTreeMap;
use std::sync::Arc;

use sekisho_signature::identity::{IdentityPattern, Pattern};
use sekisho_signature::key::PublicKey;
use sekisho_signature::root::TrustedRoot;
use serde_json::{Map, Value, json};

use crate::condition::Condition;
use crate::field::{self, list, present};
use crate::kyverno::Reader as Certificates;
use crate::pattern::ImagePattern;
use crate::policy::{Authority, Claim, Evidence, Group, Policy, PolicyError, Trusted};
use crate::terms::{Mode, ObjectPattern, Place, Terms};
use crate::trust_root::Replaced;
use crate::validation::{Asks, asks_of};

/// The most attestors that a policy may have.
const ATTESTORS: usize = 200;
/// The workloads for which a policy about Pods is written again.
const CONTROLLERS: [(&str, &str); 6] = [
    ("apps", "deployments"),
    ("apps", "daemonsets"),
    ("apps", "statefulsets"),
    ("apps", "replicasets"),
    ("batch", "jobs"),
    ("batch", "cronjobs"),
];

/// Reads an `ImageValidatingPolicy` or a `NamespacedImageValidatingPolicy`. `root` is the usual root of trust. What is not
/// applied here refuses the whole.
pub fn of_image_validating_policy(object: &Value, root: &Arc<TrustedRoot>) -> Result<Policy, PolicyError> {
    let text = |path| object.pointer(path).and_then(Value::as_str).unwrap_or_default();
    let reader = Reader { name: text("/metadata/name").to_owned(), root };
    let version = text("/apiVersion");
    if !matches!(
        version,
        "policies.kyverno.io/v1alpha1" | "policies.kyverno.io/v1beta1" | "policies.kyverno.io/v1"
    ) {
        return Err(reader.wrong(&format!("`{version}` is no version of it")));
    }
    let spec = object.get("spec").ok_or_else(|| reader.wrong("it has no `spec`"))?;
    let is_namespaced = text("/kind") == "NamespacedImageValidatingPolicy";
    let namespace = is_namespaced.then(|| match text("/metadata/namespace") {
        "" => "default".to_owned(),
        name => name.to_owned(),
    });
    reader.read(spec, namespace)
}

struct Reader<'r> {
    name: String,
    root: &'r Arc<TrustedRoot>,
}

impl Reader<'_> {
    fn read(&self, spec: &Value, namespace: Option<String>) -> Result<Policy, PolicyError> {
        for field in ["matchConditions", "variables", "images", "auditAnnotations"] {
            if present(spec, field).is_some_and(|value| value.as_array().is_none_or(|all| !all.is_empty())) {
                return Err(self.unsupported(field));
            }
        }
        if let Some(evaluation) = present(spec, "evaluation") {
            if !matches!(field::text(evaluation, "mode"), None | Some("Kubernetes")) {
                return Err(self.unsupported("evaluation.mode"));
            }
            if evaluation.pointer("/admission/enabled").and_then(Value::as_bool) == Some(false) {
                return Err(self.unsupported("evaluation.admission"));
            }
        }
        let attestors = self.attestors(spec)?;
        let attestations = self.attestations(spec)?;
        let mut groups: Vec<Group> = Vec::new();
        for (at, validation) in list(spec, "validations").iter().enumerate() {
            let place = format!("validations[{at}].expression");
            let expression = field::text(validation, "expression")
                .ok_or_else(|| self.wrong(&format!("`{place}` is not there")))?;
            let asked = asks_of(expression).ok_or_else(|| self.unsupported(&place))?;
            for asks in asked {
                self.apply(asks, &attestors, &attestations, &mut groups)?;
            }
        }
        let images = list(spec, "matchImageReferences").iter().map(|entry| self.pattern(entry));
        let images = images.collect::<Result<_, _>>()?;
        let terms =
            Terms { mode: self.mode(spec)?, objects: self.objects(spec)?, namespace, ..Terms::default() };
        let name = self.name.clone();
        Policy { name, images, except: Vec::new(), groups, claims: Vec::new(), bundle: None, terms }.check()
    }

    /// Adds what a validation asks of every image.
    fn apply(
        &self,
        asks: Asks,
        attestors: &BTreeMap<String, Authority>,
        attestations: &BTreeMap<String, String>,
        groups: &mut Vec<Group>,
    ) -> Result<(), PolicyError> {
        let kind_of = |name: &str| {
            attestations.get(name).ok_or_else(|| self.wrong(&format!("there is no attestation `{name}`")))
        };
        match asks {
            Asks::Verified { attestation, by, needed } => {
                let claim =
                    attestation.map(|name| kind_of(&name).map(|kind| Claim::of_type(kind))).transpose()?;
                let mut authorities = Vec::new();
                for name in by {
                    let authority = attestors
                        .get(&name)
                        .ok_or_else(|| self.wrong(&format!("there is no attestor `{name}`")))?;
                    let claims = claim.iter().cloned().collect();
                    authorities.push(Arc::new(Authority { claims, ..authority.clone() }));
                }
                // Attestors are counted, whoever signed.
                groups.push(Group { needed, may_share: true, authorities });
            }
            Asks::Payload { attestation, condition } => {
                let kind = Claim::of_type(kind_of(&attestation)?).predicate_type;
                let condition = Condition::of_payload(&condition)?;
                let mut is_verified = false;
                for group in groups.iter_mut() {
                    let is_of_kind =
                        |one: &Arc<Authority>| one.claims.iter().any(|claim| claim.predicate_type == kind);
                    if !group.authorities.iter().any(is_of_kind) {
                        continue;
                    }
                    is_verified = true;
                    // Which of their payloads is meant depends on who attested last.
                    if group.authorities.len() > 1 {
                        return Err(self.unsupported("extractPayload of what several attestors may attest"));
                    }
                    for authority in &mut group.authorities {
                        for claim in &mut Arc::make_mut(authority).claims {
                            claim.is_of_all = true;
                            claim.conditions.push(condition.clone());
                        }
                    }
                }
                if !is_verified {
                    return Err(self.wrong(&format!(
                        "`extractPayload` of `{attestation}` comes before `verifyAttestationSignatures` of it"
                    )));
                }
            }
        }
        Ok(())
    }

    fn attestations(&self, spec: &Value) -> Result<BTreeMap<String, String>, PolicyError> {
        let read = |entry: &Value| {
            let name =
                field::text(entry, "name").ok_or_else(|| self.wrong("an attestation has no `name`"))?;
            if present(entry, "referrer").is_some() {
                return Err(self.unsupported("attestations.referrer"));
            }
            let kind = present(entry, "intoto").and_then(|intoto| field::text(intoto, "type"));
            let kind = kind.ok_or_else(|| self.wrong("an attestation has no `intoto.type`"))?;
            Ok((name.to_owned(), kind.to_owned()))
        };
        list(spec, "attestations").iter().map(read).collect()
    }

    fn attestors(&self, spec: &Value) -> Result<BTreeMap<String, Authority>, PolicyError> {
        let entries = list(spec, "attestors");
        if entries.len() > ATTESTORS {
            return Err(self.wrong(&format!("it has more than {ATTESTORS} attestors")));
        }
        let mut found = BTreeMap::new();
        for entry in entries {
            let name = field::text(entry, "name").ok_or_else(|| self.wrong("an attestor has no `name`"))?;
            if found.insert(name.to_owned(), self.attestor(name, entry)?).is_some() {
                return Err(self.wrong(&format!("two attestors are called `{name}`")));
            }
        }
        Ok(found)
    }

    fn attestor(&self, name: &str, entry: &Value) -> Result<Authority, PolicyError> {
        let field = |field: &str| format!("attestors.{name}.{field}");
        if present(entry, "notary").is_some() {
            return Err(self.unsupported(&field("notary")));
        }
        let cosign = present(entry, "cosign");
        let cosign = cosign.ok_or_else(|| self.wrong(&format!("the attestor `{name}` has no `cosign`")))?;
        if present(cosign, "tuf").is_some() {
            return Err(self.unsupported(&field("cosign.tuf")));
        }
        let kinds = (present(cosign, "key"), present(cosign, "keyless"), present(cosign, "certificate"));
        let trusted = match kinds {
            (Some(key), None, None) => Trusted::Keys(self.keys(name, key)?),
            (None, Some(keyless), None) => Trusted::Identities(self.identities(name, keyless)?),
            (None, None, Some(certificate)) => Trusted::Keys(vec![self.certified(name, certificate)?]),
            _ => {
                return Err(self.wrong(&format!(
                    "the attestor `{name}` must have one of `key`, `keyless` and `certificate`"
                )));
            }
        };
        let flag = |field| cosign.pointer(&format!("/ctlog/{field}")).and_then(Value::as_bool) == Some(true);
        let log = present(cosign, "ctlog");
        let text = |field| log.and_then(|log| field::text(log, field));
        let times = text("tsaCertChain");
        let evidence = Evidence {
            log: !flag("insecureIgnoreTlog"),
            certificate_log: !flag("insecureIgnoreSCT"),
            timestamp: times.is_some(),
        };
        let own = match present(cosign, "trustedRoot") {
            None => None,
            Some(value) => Some(Arc::new(TrustedRoot::of_json(self.value(value, &field("trustedRoot"))?)?)),
        };
        let mut root = Replaced::of(own.as_ref().unwrap_or(self.root));
        let roots = present(cosign, "keyless").and_then(|keyless| field::text(keyless, "roots"));
        roots.map(|text| root.authorities(text)).transpose()?;
        times.map(|text| root.timestamp_authorities(text)).transpose()?;
        text("rekorPubKey").map(|text| root.logs(text)).transpose()?;
        text("ctLogPubKey").map(|text| root.certificate_logs(text)).transpose()?;
        let mut annotations = BTreeMap::new();
        for (key, value) in present(cosign, "annotations").and_then(Value::as_object).into_iter().flatten() {
            let value = value.as_str().ok_or_else(|| self.wrong("an annotation is no text"))?;
            annotations.insert(key.clone(), value.to_owned());
        }
        Ok(Authority {
            name: name.to_owned(),
            trusted,
            root: root.done(),
            evidence,
            claims: Vec::new(),
            place: self.place(name, cosign)?,
            annotations,
        })
    }

    fn keys(&self, name: &str, key: &Value) -> Result<Vec<PublicKey>, PolicyError> {
        let field = |field: &str| format!("attestors.{name}.cosign.key.{field}");
        let algorithm = field::text(key, "hashAlgorithm").map(str::to_ascii_lowercase);
        if !matches!(algorithm.as_deref(), None | Some("sha256" | "sha384" | "sha512")) {
            return Err(self.unsupported(&field("hashAlgorithm")));
        }
        if field::text(key, "expression").is_some() {
            return Err(self.unsupported(&field("expression")));
        }
        match field::text(key, "data").filter(|data| data.contains("-----BEGIN")) {
            None => Err(self.unsupported(&format!("{} without PEM", field("data")))),
            Some(data) => match PublicKey::all_of_pem(data)? {
                keys if keys.len() == 1 => Ok(keys),
                _ => Err(self.wrong(&format!("`{}` holds one key", field("data")))),
            },
        }
    }

    fn identities(&self, name: &str, keyless: &Value) -> Result<Vec<IdentityPattern>, PolicyError> {
        let field = |field: &str| format!("attestors.{name}.cosign.keyless.{field}");
        let extensions = present(keyless, "additionalExtensions").and_then(Value::as_object);
        if extensions.is_some_and(|fields| !fields.is_empty()) {
            return Err(self.unsupported(&field("additionalExtensions")));
        }
        let read = |entry: &Value| {
            if field::text(entry, "subjectExpression").is_some() {
                return Err(self.unsupported(&field("identities.subjectExpression")));
            }
            let pattern = |exact, expression| -> Result<Option<Pattern>, PolicyError> {
                match (field::text(entry, exact), field::text(entry, expression)) {
                    (Some(text), None) => Ok(Some(Pattern::Exact(text.to_owned()))),
                    (None, Some(text)) => Ok(Some(Pattern::expression(text)?)),
                    (None, None) => Ok(None),
                    _ => Err(self.wrong(&format!("an identity has one of `{exact}` and `{expression}`"))),
                }
            };
            Ok(IdentityPattern {
                subject: pattern("subject", "subjectRegExp")?,
                issuer: pattern("issuer", "issuerRegExp")?,
                ..IdentityPattern::default()
            })
        };
        list(keyless, "identities").iter().map(read).collect()
    }

    /// The key of a certificate, which must lead to the chain beside it.
    fn certified(&self, name: &str, certificate: &Value) -> Result<PublicKey, PolicyError> {
        let mut given = Map::new();
        for field in ["cert", "certChain"] {
            if let Some(value) = present(certificate, field) {
                let text = self.value(value, &format!("attestors.{name}.cosign.certificate.{field}"))?;
                given.insert(field.to_owned(), json!(text));
            }
        }
        Certificates { name: self.name.clone(), root: self.root }.certified_key(&Value::Object(given))
    }

    /// A text that stands there, and is not worked out by an expression.
    fn value<'v>(&self, value: &'v Value, field: &str) -> Result<&'v str, PolicyError> {
        match (field::text(value, "value"), field::text(value, "expression")) {
            (Some(text), None) => Ok(text),
            _ => Err(self.unsupported(&format!("{field} without `value`"))),
        }
    }

    fn place(&self, name: &str, cosign: &Value) -> Result<Option<Place>, PolicyError> {
        let Some(source) = present(cosign, "source") else { return Ok(None) };
        let repository = field::text(source, "repository").map(str::to_owned);
        let prefix = field::text(source, "tagPrefix").unwrap_or_default().to_owned();
        let is_fine = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if prefix.len() > 64 || !prefix.bytes().all(is_fine) {
            return Err(self.wrong(&format!("the `tagPrefix` of `{name}` is not the beginning of a tag")));
        }
        Ok((repository.is_some() || !prefix.is_empty()).then_some(Place { repository, prefix }))
    }

    fn pattern(&self, entry: &Value) -> Result<ImagePattern, PolicyError> {
        match (field::text(entry, "glob"), field::text(entry, "expression")) {
            // Sets of letters and choices are read as nothing but letters here, and would be for fewer images.
            (Some(glob), None) if !glob.contains(['[', '{', '\\']) => {
                Ok(ImagePattern::Wildcard(glob.to_owned()))
            }
            (None, Some("true")) => Ok(ImagePattern::Wildcard("*".to_owned())),
            (Some(_), None) => Err(self.unsupported("matchImageReferences.glob with sets or choices")),
            _ => Err(self.unsupported("matchImageReferences.expression")),
        }
    }

    fn mode(&self, spec: &Value) -> Result<Mode, PolicyError> {
        let actions: Vec<&str> = list(spec, "validationActions").iter().filter_map(Value::as_str).collect();
        if let Some(other) = actions.iter().find(|action| !matches!(**action, "Deny" | "Warn" | "Audit")) {
            return Err(self.wrong(&format!("`{other}` is none of `Deny`, `Warn` and `Audit`")));
        }
        let enforces = actions.is_empty() || actions.contains(&"Deny");
        Ok(if enforces { Mode::Enforce } else { Mode::Warn })
    }

    /// The objects that it is for: those of its rules, and the workloads for which a policy about Pods is written again.
    fn objects(&self, spec: &Value) -> Result<Vec<ObjectPattern>, PolicyError> {
        let Some(constraints) = present(spec, "matchConstraints") else {
            return Err(self.wrong("`matchConstraints` is missing: say what the policy is for"));
        };
        for field in ["namespaceSelector", "objectSelector"] {
            let selector = present(constraints, field).and_then(Value::as_object);
            if selector.is_some_and(|selector| !selector.is_empty()) {
                return Err(self.unsupported(&format!("matchConstraints.{field}")));
            }
        }
        if !list(constraints, "excludeResourceRules").is_empty() {
            return Err(self.unsupported("matchConstraints.excludeResourceRules"));
        }
        let mut objects = Vec::new();
        for rule in list(constraints, "resourceRules") {
            self.rule(rule, &mut objects)?;
        }
        if objects.is_empty() {
            return Err(self.wrong("`matchConstraints.resourceRules` names no resources"));
        }
        let is_about_pods = objects.iter().all(|one| one.group.is_empty() && one.resource == "pods");
        if is_about_pods {
            let named = spec.pointer("/autogen/podControllers/controllers").and_then(Value::as_array);
            let is_wanted = |resource: &str| {
                named.is_none_or(|named| named.iter().any(|name| name.as_str() == Some(resource)))
            };
            let wanted = CONTROLLERS.into_iter().filter(|(_, resource)| is_wanted(resource));
            objects.extend(wanted.map(|(group, resource)| object(group, "*", resource)));
        }
        Ok(objects)
    }

    fn rule(&self, rule: &Value, objects: &mut Vec<ObjectPattern>) -> Result<(), PolicyError> {
        let texts = |field| list(rule, field).iter().filter_map(Value::as_str).collect::<Vec<_>>();
        let operations = texts("operations");
        if !operations.iter().any(|operation| matches!(*operation, "CREATE" | "*")) {
            return Err(self.unsupported("matchConstraints.resourceRules without the operation CREATE"));
        }
        if !texts("resourceNames").is_empty() {
            return Err(self.unsupported("matchConstraints.resourceRules.resourceNames"));
        }
        let resources = texts("resources");
        for group in texts("apiGroups") {
            for version in texts("apiVersions") {
                for resource in &resources {
                    // Containers that are added to a Pod that runs are judged with it.
                    let is_part = *resource == "pods/ephemeralcontainers" && resources.contains(&"pods");
                    if is_part {
                        continue;
                    }
                    if group == "*" || resource.contains(['*', '/']) {
                        let what = format!("matchConstraints.resourceRules with `{group}` and `{resource}`");
                        return Err(self.unsupported(&what));
                    }
                    objects.push(object(group, version, resource));
                }
            }
        }
        Ok(())
    }

    fn wrong(&self, what: &str) -> PolicyError {
        PolicyError::Wrong { policy: self.name.clone(), what: what.to_owned() }
    }

    fn unsupported(&self, field: &str) -> PolicyError {
        PolicyError::Unsupported { policy: self.name.clone(), field: field.to_owned() }
    }
}

fn object(group: &str, version: &str, resource: &str) -> ObjectPattern {
    ObjectPattern {
        group: group.to_owned(),
        version: version.to_owned(),
        resource: resource.to_owned(),
        selector: None,
    }
}
