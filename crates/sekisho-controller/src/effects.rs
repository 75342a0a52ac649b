//! What policies want done to objects that nobody asked about: made, kept, or changed.
//!
//! What is made carries labels that say which policy and rule made it of which object, the same as Kyverno's. What such
//! labels do not claim is never overwritten. Changes are bounded in number, and can be tried without being made.

use sekisho_cluster::{Applying, Connection, Discovered, Removal, RequestError, Resource};
use sekisho_manifest::Node;
use sekisho_policy::{Asked, Bundle, Effect, EffectKind, Facts, Request, Views};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

/// The annotation that says whether an object is kept as it was made.
const KEPT: &str = "sekisho/synchronize";

/// Who owns the fields of what is made and changed.
pub(crate) const MANAGER: &str = "sekisho-controller";

/// How much may be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EffectLimits {
    /// Objects that are made, kept or changed in a minute; what is beyond waits.
    pub a_minute: usize,
    /// Objects that one object may bring about.
    pub of_one: usize,
}

impl Default for EffectLimits {
    fn default() -> Self {
        Self { a_minute: 600, of_one: 100 }
    }
}

/// What came of effects.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EffectsReport {
    /// Objects that were made.
    pub made: u64,
    /// Objects that were changed.
    pub changed: u64,
    /// Objects that were as they should be.
    pub same: u64,
    /// Objects that are another's.
    pub foreign: u64,
    /// What failed, with the reason.
    pub failed: Vec<(String, String)>,
    /// Effects that were left for later.
    pub left: usize,
}

/// Carries out effects.
#[derive(Debug)]
pub struct Effects<'a> {
    /// The cluster.
    pub connection: &'a Connection,
    /// Its kinds.
    pub kinds: &'a Discovered,
    /// Whether the server does all but keep it.
    pub dry_run: bool,
    /// How much may be done.
    pub limits: EffectLimits,
}

/// What policies want done because of an object; of one that was there before, those that want it all the same.
pub(crate) fn wanted(bundle: &Bundle, request: &Request, facts: &dyn Facts, existing: bool) -> Vec<Effect> {
    let views = Views::default();
    let asked = Asked::new(request, &views);
    let mut effects = Vec::new();
    for policy in bundle.loaded.policies.iter() {
        if (!existing || policy.is_retroactive()) && policy.interest().meets(request) {
            let mut verdicts = Vec::new();
            effects.extend(policy.effects(&asked, facts, &mut verdicts));
        }
    }
    effects
}

/// An object with the labels that say what made it of what, as Kyverno writes them.
pub fn labelled(effect: &Effect, trigger: &Request) -> Value {
    let mut object = effect.object.to_json();
    let kept = if effect.kind == EffectKind::Keep { "true" } else { "false" };
    let trigger_version = trigger.kind.version.as_str();
    let uid =
        trigger.object.as_ref().and_then(|object| object.at(&["metadata", "uid"])).and_then(Node::as_str);
    let labels = [
        ("app.kubernetes.io/managed-by", "kyverno".to_owned()),
        ("generate.kyverno.io/policy-name", value(&effect.rule.policy)),
        ("generate.kyverno.io/policy-namespace", effect.rule.namespace.to_string()),
        ("generate.kyverno.io/rule-name", value(&effect.rule.rule)),
        ("generate.kyverno.io/trigger-group", trigger.kind.group.to_string()),
        ("generate.kyverno.io/trigger-version", trigger_version.to_owned()),
        ("generate.kyverno.io/trigger-kind", trigger.kind.kind.to_string()),
        ("generate.kyverno.io/trigger-namespace", trigger.namespace.to_string()),
        ("generate.kyverno.io/trigger-uid", uid.unwrap_or_default().to_owned()),
    ];
    if !object["metadata"].is_object() {
        object["metadata"] = json!({});
    }
    if !object["metadata"]["labels"].is_object() {
        object["metadata"]["labels"] = Value::Object(Map::new());
    }
    for (key, label) in labels {
        object["metadata"]["labels"][key] = label.into();
    }
    object["metadata"]["annotations"][KEPT] = kept.into();
    for key in ["resourceVersion", "uid", "creationTimestamp", "managedFields", "generation", "selfLink"] {
        if let Some(metadata) = object["metadata"].as_object_mut() {
            metadata.remove(key);
        }
    }
    if let Some(fields) = object.as_object_mut() {
        fields.remove("status");
    }
    object
}

/// The value of a label: one that is too long is named by its digest.
fn value(text: &str) -> String {
    if text.len() <= 63 {
        return text.to_owned();
    }
    let digest = data_encoding::HEXLOWER.encode(&Sha256::digest(text.as_bytes())[..8]);
    let end = (0..=46).rev().find(|place| text.is_char_boundary(*place)).unwrap_or(0);
    format!("{}-{digest}", &text[..end])
}

impl Effects<'_> {
    /// Carries out what is wanted because of objects.
    pub fn carry_out(&self, wanted: &[(Request, Vec<Effect>)]) -> EffectsReport {
        let mut report = EffectsReport::default();
        let mut left = self.limits.a_minute;
        for (trigger, effects) in wanted {
            for (place, effect) in effects.iter().enumerate() {
                if place >= self.limits.of_one || left == 0 {
                    report.left += effects.len() - place;
                    break;
                }
                left -= 1;
                if let Err(error) = self.one(trigger, effect, &mut report) {
                    report.failed.push((format!("{} {}", effect.rule.kind, effect.rule.policy), error));
                }
            }
        }
        report
    }

    fn one(&self, trigger: &Request, effect: &Effect, report: &mut EffectsReport) -> Result<(), String> {
        let (version, kind) = (effect.object.str("apiVersion"), effect.object.str("kind"));
        let metadata = |key: &str| effect.object.at(&["metadata", key]).and_then(Node::as_str).unwrap_or("");
        let (name, namespace) = (metadata("name"), metadata("namespace"));
        let resource = self
            .resource(version, kind)
            .ok_or_else(|| format!("the cluster has no `{kind}` of `{version}`"))?;
        if name.is_empty() {
            return Err(format!("a `{kind}` without a name cannot be made"));
        }
        let inside = Some(namespace).filter(|namespace| !namespace.is_empty() && resource.namespaced);
        let path = format!("{}/{name}", resource.path(inside));
        let there = match self.connection.get(&path) {
            Ok(object) => Some(object),
            Err(error) if error.code() == Some(404) => None,
            Err(error) => return Err(error.to_string()),
        };
        let told = |error: RequestError| error.to_string();
        let how = Applying { manager: MANAGER, force: true, dry_run: self.dry_run };
        match (effect.kind, there) {
            (EffectKind::Change, None) => Err(format!("`{kind}` `{name}` is not there to be changed")),
            (EffectKind::Change, Some(there)) => {
                let mut object = effect.object.to_json();
                if contains(&there.to_json(), &without_bookkeeping(object.clone())) {
                    report.same += 1;
                    return Ok(());
                }
                // The change is of what was read, and of nothing that came after.
                object["metadata"]["resourceVersion"] =
                    there.at(&["metadata", "resourceVersion"]).map(Node::to_json).unwrap_or_default();
                let path = if self.dry_run { format!("{path}?dryRun=All") } else { path };
                self.connection.replace(&path, &object.to_string()).map_err(told)?;
                report.changed += 1;
                Ok(())
            }
            (_, None) => {
                self.connection.apply(&path, &labelled(effect, trigger).to_string(), how).map_err(told)?;
                report.made += 1;
                Ok(())
            }
            (EffectKind::Make, Some(_)) => {
                report.same += 1;
                Ok(())
            }
            (EffectKind::Keep, Some(there)) => {
                let object = labelled(effect, trigger);
                let claim = "generate.kyverno.io/policy-name";
                let owner = there.at(&["metadata", "labels", claim]).and_then(Node::as_str);
                if owner != object["metadata"]["labels"][claim].as_str() {
                    report.foreign += 1;
                    return Ok(());
                }
                if contains(&there.to_json(), &object) {
                    report.same += 1;
                    return Ok(());
                }
                self.connection.apply(&path, &object.to_string(), how).map_err(told)?;
                report.changed += 1;
                Ok(())
            }
        }
    }

    /// Removes what is kept only because of an object that is gone, among objects of these versions and kinds. How many.
    pub fn withdraw(&self, uid: &str, kinds: &[(String, String)]) -> Result<u64, RequestError> {
        let mut count = 0;
        for (version, kind) in kinds {
            let Some(resource) = self.resource(version, kind) else { continue };
            let selector = format!("generate.kyverno.io%2Ftrigger-uid%3D{uid}");
            let found = self.connection.get(&format!("{}?labelSelector={selector}", resource.path(None)))?;
            for item in found.get("items").map(Node::items).unwrap_or_default() {
                let metadata = |key: &str| item.at(&["metadata", key]).and_then(Node::as_str).unwrap_or("");
                let kept = item.at(&["metadata", "annotations", KEPT]).and_then(Node::as_str) == Some("true");
                if !kept || metadata("name").is_empty() {
                    continue;
                }
                let inside = Some(metadata("namespace")).filter(|namespace| !namespace.is_empty());
                let removal =
                    Removal { uid: Some(metadata("uid")), dry_run: self.dry_run, ..Removal::default() };
                match self
                    .connection
                    .remove(&format!("{}/{}", resource.path(inside), metadata("name")), &removal)
                {
                    Ok(_) => count += 1,
                    // It is gone already, or another's by now.
                    Err(error) if matches!(error.code(), Some(404 | 409)) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(count)
    }

    fn resource(&self, version: &str, kind: &str) -> Option<&Resource> {
        let (group, of) = version.rsplit_once('/').unwrap_or(("", version));
        let matching = || self.kinds.resources.iter().filter(|one| one.kind == kind && one.group == group);
        matching().find(|one| one.version == of).or_else(|| matching().next())
    }
}

fn without_bookkeeping(mut object: Value) -> Value {
    if let Some(metadata) = object["metadata"].as_object_mut() {
        for key in ["resourceVersion", "managedFields", "generation", "uid", "creationTimestamp"] {
            metadata.remove(key);
        }
    }
    if let Some(fields) = object.as_object_mut() {
        fields.remove("status");
    }
    object
}

/// Whether all that one value says is what the other says as well.
fn contains(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => {
            part.iter().all(|(key, value)| whole.get(key).is_some_and(|known| contains(known, value)))
        }
        (Value::Array(whole), Value::Array(part)) => {
            whole.len() == part.len() && whole.iter().zip(part).all(|(whole, part)| contains(whole, part))
        }
        (whole, part) => whole == part,
    }
}
