//! What policies want done to objects that nobody asked about: made, kept, or changed.
//!
//! What is made carries labels that say which policy and rule made it of which object, the same as Kyverno's. What such
//! labels do not claim is never overwritten. Changes are bounded in number, and can be tried without being made.

use std::collections::{BTreeMap, BTreeSet};

use sekisho_cluster::{Applying, Connection, Discovered, Removal, RequestError, Resource};
use sekisho_manifest::Node;
use sekisho_policy::{Asked, Bundle, Effect, EffectKind, Facts, Outcome, Request, RuleName, Views};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use crate::kept::{Made, key, whole};

/// The annotation that says whether an object is kept as it was made.
pub(crate) const KEPT: &str = "sekisho/synchronize";

/// The annotation that says which controller made it, so that others leave it alone.
const MAKER: &str = "sekisho/maker";

/// The values of that annotation where it is.
const KEPT_WITH_POLICY: &str = "true";
const KEPT_BEYOND_POLICY: &str = "beyond-policy";

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
    /// What tells this controller and its replicas from others of the cluster.
    pub maker: &'a str,
}

/// Why an object is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// It came or changed: all policies are asked.
    Came,
    /// What was made because of it is looked after: those that made it are asked, and those that ask for what was there.
    Again,
    /// It was there before: only those that ask for that are asked.
    Was,
}

/// What policies want done because of an object.
#[derive(Debug, Default)]
pub struct Wanted {
    /// What.
    pub effects: Vec<Effect>,
    /// What would be a copy of an object that is not there, by name, and the policy that wants it.
    pub bereft: BTreeMap<String, RuleName>,
    /// The policies that could not be asked.
    pub silent: BTreeSet<RuleName>,
    /// Why not.
    pub errors: Vec<(String, String)>,
}

/// What policies want done because of an object, by the policies that keep something because of it already.
pub fn wanted(
    bundle: &Bundle,
    request: &Request,
    facts: &dyn Facts,
    cause: Cause,
    keeping: &BTreeSet<RuleName>,
) -> Wanted {
    let views = Views::default();
    let asked = Asked::new(request, &views);
    let mut wanted = Wanted::default();
    for policy in bundle.loaded.policies.iter().filter(|policy| policy.acts()) {
        let is_asked = match cause {
            Cause::Came => true,
            Cause::Again => {
                policy.is_retroactive() || policy.names().iter().any(|name| keeping.contains(name))
            }
            Cause::Was => policy.is_retroactive(),
        };
        if !is_asked || !policy.interest().meets(request) {
            continue;
        }
        let mut verdicts = Vec::new();
        for effect in policy.effects(&asked, facts, &mut verdicts) {
            match effect.kind {
                EffectKind::Withdraw => {
                    wanted.bereft.insert(key(&effect.object).id(), whole(&effect.rule));
                }
                _ => wanted.effects.push(effect),
            }
        }
        for verdict in verdicts.into_iter().filter(|verdict| verdict.outcome == Outcome::Error) {
            wanted.silent.insert(whole(&verdict.rule));
            wanted.errors.push((format!("{} {}", verdict.rule.kind, verdict.rule.policy), verdict.message));
        }
    }
    wanted
}

/// An object with the labels that say what made it of what, as Kyverno writes them.
pub fn labelled(effect: &Effect, trigger: &Request, maker: &str) -> Value {
    let mut object = effect.object.to_json();
    let kept = match effect.kind {
        EffectKind::Keep => KEPT_WITH_POLICY,
        EffectKind::KeepBeyondPolicy => KEPT_BEYOND_POLICY,
        EffectKind::Make | EffectKind::Change | EffectKind::Withdraw => "false",
    };
    let trigger_version = trigger.kind.version.as_str();
    let uid =
        trigger.object.as_ref().and_then(|object| object.at(&["metadata", "uid"])).and_then(Node::as_str);
    let labels = [
        ("app.kubernetes.io/managed-by", "kyverno".to_owned()),
        ("generate.kyverno.io/policy-name", label(&effect.rule.policy)),
        ("generate.kyverno.io/policy-namespace", effect.rule.namespace.to_string()),
        ("generate.kyverno.io/rule-name", label(&effect.rule.rule)),
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
    object["metadata"]["annotations"][MAKER] = maker.into();
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
pub(crate) fn label(text: &str) -> String {
    if text.len() <= 63 {
        return text.to_owned();
    }
    let digest = data_encoding::HEXLOWER.encode(&Sha256::digest(text.as_bytes())[..8]);
    let end = (0..=46).rev().find(|place| text.is_char_boundary(*place)).unwrap_or(0);
    format!("{}-{digest}", &text[..end])
}

impl Effects<'_> {
    /// Carries out what is wanted because of an object, within so many changes; what is beyond is left.
    pub fn carry_out(&self, trigger: &Request, effects: &[Effect], most: usize) -> EffectsReport {
        let mut report = EffectsReport::default();
        let room = most.min(self.limits.of_one);
        for effect in effects.iter().take(room) {
            if let Err(error) = self.one(trigger, effect, &mut report) {
                report.failed.push((format!("{} {}", effect.rule.kind, effect.rule.policy), error));
            }
        }
        report.left = effects.len().saturating_sub(room);
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
            (EffectKind::Withdraw, _) => Ok(()),
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
                self.connection
                    .apply(&path, &labelled(effect, trigger, self.maker).to_string(), how)
                    .map_err(told)?;
                report.made += 1;
                Ok(())
            }
            (EffectKind::Make, Some(_)) => {
                report.same += 1;
                Ok(())
            }
            (EffectKind::Keep | EffectKind::KeepBeyondPolicy, Some(there)) => {
                let object = labelled(effect, trigger, self.maker);
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

    /// Removes an object that was kept only because of another one, which had this identifier; whether it was there. One
    /// that somebody else made or took over stays.
    pub(crate) fn withdraw(&self, made: &Made, uid: &str) -> Result<bool, RequestError> {
        let Some(resource) = self.resource(&made.key.api_version, &made.key.kind) else { return Ok(false) };
        let inside = Some(made.key.namespace.as_str()).filter(|namespace| !namespace.is_empty());
        let path = format!("{}/{}", resource.path(inside), made.key.name);
        let there = match self.connection.get(&path) {
            Ok(there) => there,
            Err(error) if error.code() == Some(404) => return Ok(false),
            Err(error) => return Err(error),
        };
        if Claim::of(&there, self.maker).is_none_or(|claim| claim.trigger_uid != uid) {
            return Ok(false);
        }
        let own = there.at(&["metadata", "uid"]).and_then(Node::as_str);
        let removal = Removal { uid: own, dry_run: self.dry_run, ..Removal::default() };
        match self.connection.remove(&path, &removal) {
            Ok(_) => Ok(true),
            // It is gone already, or another's by now.
            Err(error) if matches!(error.code(), Some(404 | 409)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn resource(&self, version: &str, kind: &str) -> Option<&Resource> {
        let (group, of) = version.rsplit_once('/').unwrap_or(("", version));
        let matching = || self.kinds.resources.iter().filter(|one| one.kind == kind && one.group == group);
        matching().find(|one| one.version == of).or_else(|| matching().next())
    }
}

/// What an object says of why it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Claim {
    pub(crate) rule: RuleName,
    pub(crate) trigger_kind: String,
    pub(crate) trigger_uid: String,
    pub(crate) beyond_policy: bool,
}

impl Claim {
    /// Reads an object; none where this controller does not keep it.
    pub(crate) fn of(object: &Node, maker: &str) -> Option<Self> {
        let said = |key: &str| object.at(&["metadata", "annotations", key]).and_then(Node::as_str);
        let kept = said(KEPT)?;
        if !matches!(kept, KEPT_WITH_POLICY | KEPT_BEYOND_POLICY) || said(MAKER) != Some(maker) {
            return None;
        }
        let label = |key: &str| {
            let name = format!("generate.kyverno.io/{key}");
            object.at(&["metadata", "labels", &name]).and_then(Node::as_str).unwrap_or("")
        };
        Some(Self {
            rule: RuleName {
                kind: "".into(),
                namespace: label("policy-namespace").into(),
                policy: label("policy-name").into(),
                rule: label("rule-name").into(),
            },
            trigger_kind: label("trigger-kind").to_owned(),
            trigger_uid: label("trigger-uid").to_owned(),
            beyond_policy: kept == KEPT_BEYOND_POLICY,
        })
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
