//! `verifyImages` of Kyverno's rules: what a rule that concerns a request says of the images of it.

use std::collections::HashMap;
use std::sync::Arc;

use sekisho_kyverno::policy::FailureAction;
use sekisho_manifest::FieldPath;
use sekisho_signature::root::TrustedRoot;
use sekisho_trust::{ImagePattern, Policy, Terms, of_kyverno_rule};
use serde_json::Value;
use smol_str::SmolStr;

use super::carried::carried;
use super::rule::{ImageRule, OfImages, Said};
use crate::facts::Facts;
use crate::request::Request;
use crate::verdict::Outcome;

/// What the rules of a policy say of images, by the names of the rules.
#[derive(Debug, Default)]
pub(crate) struct ImageRules(HashMap<SmolStr, OfRule>);

/// What one rule says of images.
#[derive(Debug)]
struct OfRule {
    entries: Vec<Entry>,
    /// Why it cannot be applied.
    problem: Option<String>,
}

#[derive(Debug)]
struct Entry {
    rule: ImageRule,
    action: Option<FailureAction>,
}

/// What one rule says of an image, and what is to happen where the entry itself says that.
pub(crate) struct Answer {
    pub(crate) said: Said,
    pub(crate) action: Option<FailureAction>,
}

impl ImageRules {
    /// Of the rules of a policy; copies for controllers share what the rule about Pods says. `enter` takes each policy of
    /// trust with the text that it was made of, and gives it its name.
    pub(crate) fn of(
        policy: &sekisho_kyverno::policy::Policy,
        root: &Arc<TrustedRoot>,
        enter: &mut dyn FnMut(Policy, String) -> String,
    ) -> Self {
        let mut rules: HashMap<SmolStr, OfRule> = HashMap::new();
        for rule in &policy.rules {
            let Some(entries) = rule.image_verifications() else { continue };
            let json: Value = serde_json::from_str(&entries.to_json()).unwrap_or_default();
            let of_rule = if rule.extracts_images() {
                let problem = "it has `imageExtractors`, which are not applied here".to_owned();
                OfRule { entries: Vec::new(), problem: Some(problem) }
            } else {
                read([&policy.name, &rule.name], &json, root, enter)
            };
            rules.insert(rule.name.clone(), of_rule);
        }
        Self(rules)
    }

    /// Which rules cannot be applied, and why: they refuse the images of every request.
    pub(crate) fn problems(&self) -> impl Iterator<Item = (&SmolStr, &str)> {
        self.0.iter().filter_map(|(name, of_rule)| Some((name, of_rule.problem.as_deref()?)))
    }

    /// Whether any writes digests behind names.
    pub(crate) fn pin(&self) -> bool {
        self.0.values().flat_map(|of_rule| &of_rule.entries).any(|entry| entry.rule.pins)
    }

    /// The images of a request with the digests that a rule verified.
    pub(crate) fn pinned(
        &self,
        rule: &str,
        request: &Request,
        facts: &dyn Facts,
    ) -> Vec<(FieldPath, SmolStr)> {
        let Some(of_rule) = self.0.get(rule).filter(|of_rule| of_rule.problem.is_none()) else {
            return Vec::new();
        };
        let images = carried(request);
        of_rule.entries.iter().flat_map(|entry| entry.rule.pinned(&images, facts)).collect()
    }

    /// What a rule that concerns a request says of its images; none where they were not looked up.
    pub(crate) fn judge(&self, rule: &str, request: &Request, facts: &dyn Facts) -> Option<Vec<Answer>> {
        let of_rule = self.0.get(rule)?;
        let images = carried(request);
        if let Some(problem) = &of_rule.problem {
            let image = images.first()?;
            let message = format!("images cannot be verified: {problem}");
            let said = Said { outcome: Outcome::Error, message, path: image.path.clone() };
            return Some(vec![Answer { said, action: None }]);
        }
        let mut answers = Vec::new();
        let mut is_known = true;
        for entry in &of_rule.entries {
            match entry.rule.judge(&images, facts) {
                OfImages::Unconcerned => {}
                OfImages::NotLookedUp => is_known = false,
                OfImages::Said(said) => {
                    answers.extend(said.into_iter().map(|said| Answer { said, action: entry.action }));
                }
            }
        }
        is_known.then_some(answers)
    }
}

fn read(
    [policy, rule]: [&str; 2],
    entries: &Value,
    root: &Arc<TrustedRoot>,
    enter: &mut dyn FnMut(Policy, String) -> String,
) -> OfRule {
    let mut of_rule = OfRule { entries: Vec::new(), problem: None };
    for entry in entries.as_array().into_iter().flatten() {
        match read_entry([policy, rule], entry, root) {
            Ok((mut image_rule, action)) => {
                if image_rule.is_signed() {
                    image_rule.policy.name = enter(image_rule.policy.clone(), entry.to_string());
                }
                of_rule.entries.push(Entry { rule: image_rule, action });
            }
            Err(problem) => of_rule.problem = Some(problem),
        }
    }
    of_rule
}

fn read_entry(
    [policy, rule]: [&str; 2],
    entry: &Value,
    root: &Arc<TrustedRoot>,
) -> Result<(ImageRule, Option<FailureAction>), String> {
    let has = |field: &str| entry.get(field).and_then(Value::as_array).is_some_and(|list| !list.is_empty());
    let flag = |field: &str| entry.get(field).and_then(Value::as_bool).unwrap_or(true);
    // Versions before named who signs beside the image.
    let names = |field: &&str| entry.get(*field).and_then(Value::as_str).is_some_and(|text| !text.is_empty());
    let is_signed = has("attestors") || has("attestations") || ["key", "issuer", "subject"].iter().any(names);
    let of_images = if is_signed {
        let alone = serde_json::json!({ "name": rule, "verifyImages": [entry] });
        let read = of_kyverno_rule(policy, &alone, root).map_err(|error| error.to_string())?;
        read.into_iter().next().ok_or_else(|| "there is no entry".to_owned())?
    } else {
        digests_alone(policy, rule, entry)
    };
    let action = match entry.get("failureAction").and_then(Value::as_str) {
        Some(word) if word.eq_ignore_ascii_case("enforce") => Some(FailureAction::Enforce),
        Some(_) => Some(FailureAction::Audit),
        None => None,
    };
    let rule = ImageRule {
        policy: of_images,
        pins: flag("mutateDigest"),
        wants_digest: flag("verifyDigest"),
        required: flag("required"),
    };
    Ok((rule, action))
}

/// An entry that asks nobody to sign: names must have digests.
fn digests_alone(policy: &str, rule: &str, entry: &Value) -> Policy {
    let patterns = |field: &str, pattern: fn(String) -> ImagePattern| {
        let globs = entry.get(field).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        globs.iter().filter_map(Value::as_str).map(|glob| pattern(glob.to_owned())).collect()
    };
    Policy {
        name: format!("{policy}/{rule}"),
        images: patterns("imageReferences", ImagePattern::Wildcard),
        except: patterns("skipImageReferences", ImagePattern::Written),
        groups: Vec::new(),
        claims: Vec::new(),
        bundle: None,
        terms: Terms::default(),
    }
}
