//! What policies say of an inventory, as findings beside those of the checks.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Result;
use rayon::prelude::*;
use sekisho_finding::{
    Confidence, Finding, Fingerprint, Location, Message, Persona, Related, Rule, Severity, Skip, SkipReason,
    Subject,
};
use sekisho_framework::{Cell, Layer, Mode, Phase};
use sekisho_inventory::Inventory;
use sekisho_manifest::Object;
use sekisho_policy::pod_security::Preset;
use sekisho_policy::{
    Bundle, Enforcement, GroupVersionKind, Kinds, Options, Outcome, Request, RuleName, Snapshot, Verdict,
    Weight, rego,
};

use super::modules::Settings;

/// What came of policies.
#[derive(Debug, Default)]
pub(crate) struct Said {
    /// What is wrong with objects.
    pub(crate) findings: Vec<Finding>,
    /// The rules that said so.
    pub(crate) rules: Vec<Rule>,
    /// The policies that could not be used.
    pub(crate) unused: Vec<Skip>,
    /// How many policies were applied.
    pub(crate) count: usize,
}

/// Applies the policies of files and folders to every object of an inventory.
pub(crate) fn examine(
    paths: &[PathBuf],
    settings: &Settings,
    pod_security: Preset,
    inventory: &Inventory,
    namespace: &str,
) -> Result<Said> {
    if paths.is_empty() && pod_security.is_empty() {
        return Ok(Said::default());
    }
    let options = Options { pod_security, ..Options::default() };
    let bundle = super::bundle_with(paths, &options, settings)?;
    let kinds = Kinds::new(inventory.objects());
    let facts = Snapshot::new(inventory.objects(), namespace).with_answers(&bundle.objects);
    let found: Vec<(RuleName, Finding)> = inventory
        .objects()
        .par_iter()
        .filter(|object| object.api_version != sekisho_dockerfile::API_VERSION)
        .flat_map_iter(|object| {
            let request = Request::admitted(object, &kinds, namespace);
            let mut verdicts = bundle.loaded.policies.review(&request, &facts).verdicts;
            bundle.locate(&mut verdicts, object);
            strongest(verdicts)
                .into_iter()
                .filter_map(|verdict| {
                    let finding = finding(&verdict, object, inventory, &bundle)?;
                    Some((verdict.rule, finding))
                })
                .collect::<Vec<_>>()
        })
        .collect();
    let mut rules: BTreeMap<RuleName, Rule> = BTreeMap::new();
    for (name, finding) in &found {
        rules.entry(name.clone()).or_insert_with(|| rule(name, finding.severity, &bundle));
    }
    Ok(Said {
        findings: found.into_iter().map(|(_, finding)| finding).collect(),
        rules: rules.into_values().collect(),
        unused: unused(&bundle),
        count: bundle.count(),
    })
}

/// The verdicts that say that something is wrong. One level of Pod Security counts once, as what follows
/// first: that a Pod is refused says all that a warning would.
fn strongest(verdicts: Vec<Verdict>) -> Vec<Verdict> {
    let mut kept: Vec<Verdict> = Vec::new();
    for verdict in verdicts {
        if matches!(verdict.outcome, Outcome::Pass | Outcome::Skip) {
            continue;
        }
        let same = |known: &&mut Verdict| {
            known.rule.kind == super::pod_security::KIND && slug(&known.rule) == slug(&verdict.rule)
        };
        match kept.iter_mut().find(same) {
            Some(known) if verdict.enforcement.iter().min() < known.enforcement.iter().min() => {
                *known = verdict;
            }
            Some(_) => {}
            None => kept.push(verdict),
        }
    }
    kept
}

/// The slug of a rule: its policy, and its own name where it has another.
fn slug(name: &RuleName) -> String {
    if name.kind == super::pod_security::KIND {
        return super::pod_security::slug(name);
    }
    // A rule that Kyverno expanded to what makes Pods is the same rule.
    let own = name.rule.trim_start_matches("autogen-").trim_start_matches("cronjob-");
    if own.is_empty() || own == name.policy {
        name.policy.to_string()
    } else {
        format!("{}/{own}", name.policy)
    }
}

fn finding(verdict: &Verdict, object: &Object, inventory: &Inventory, bundle: &Bundle) -> Option<Finding> {
    let place = super::row::place(verdict, object);
    let slug = slug(&verdict.rule);
    let group = GroupVersionKind::new(&object.api_version, &object.kind).group;
    let namespace = inventory.namespace_of(object);
    let identity = [&slug, group.as_str(), &object.kind, namespace, &object.name, &verdict.message];
    Some(Finding {
        severity: severity(verdict, bundle),
        confidence: Confidence::High,
        subject: Subject { object: object.reference(), container: None },
        location: Location::of(&place, inventory.sources())?,
        secret: false,
        related: super::row::other_places(verdict, object)
            .iter()
            .filter_map(|place| {
                let message = Message::text(place.path.to_string());
                Some(Related { location: Location::of(place, inventory.sources())?, message })
            })
            .collect(),
        message: Message::text(verdict.message.clone()),
        fix: None,
        fingerprint: Fingerprint::of(identity),
        names: Vec::new(),
        value_sets: Vec::new(),
        suppressed: None,
        risk: 0.0,
        rule: slug.into(),
    })
}

/// The policy of a rule among the documents.
fn document<'b>(name: &RuleName, bundle: &'b Bundle) -> Option<&'b Object> {
    bundle.objects.iter().find(|object| {
        object.kind == name.kind
            && object.name == name.policy
            && (name.namespace.is_empty() || object.namespace.as_ref() == Some(&name.namespace))
    })
}

/// What the policy says of itself, else what follows where it does not hold.
fn severity(verdict: &Verdict, bundle: &Bundle) -> Severity {
    let said = document(&verdict.rule, bundle)
        .and_then(|object| object.annotation("policies.kyverno.io/severity"))
        .or_else(|| bundle.about(&verdict.rule)?.severity.as_deref())
        .and_then(|word| word.to_ascii_lowercase().parse().ok());
    said.unwrap_or_else(|| match verdict.enforcement.iter().min() {
        Some(Enforcement::Deny) => Severity::High,
        Some(Enforcement::Warn) => Severity::Medium,
        Some(Enforcement::Audit) | None => Severity::Low,
    })
}

/// The policy; of a rule of a plain module the rule, as the package alone says little.
fn shown(name: &RuleName) -> String {
    if name.kind == rego::KIND { slug(name) } else { name.policy.to_string() }
}

fn rule(name: &RuleName, severity: Severity, bundle: &Bundle) -> Rule {
    let object = document(name, bundle);
    let annotation = |keys: [&str; 3]| {
        let object = object?;
        let found = keys.iter().find_map(|key| object.annotation(key))?;
        Some(found.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    let title = annotation(["policies.kyverno.io/title", "metadata.gatekeeper.sh/title", "sekisho/title"]);
    let is_level = name.kind == super::pod_security::KIND;
    let title = title.or_else(|| is_level.then(|| "Pod Security level is not kept to".to_owned()));
    let about = bundle.about(name);
    let title = title.or_else(|| about?.title.clone());
    let usual = || {
        if is_level {
            format!("Change the object so that it keeps to the Pod Security level `{}`", name.policy)
        } else {
            format!("Change the object so that `{}` holds, or have its owner make an exception", shown(name))
        }
    };
    Rule {
        id: slug(name).into(),
        title: title.unwrap_or_else(|| format!("{} `{}` does not hold", name.kind, shown(name))).into(),
        remedy: about.and_then(|about| about.remedy.clone()).unwrap_or_else(usual).into(),
        manual: Cow::Borrowed(""),
        severity,
        confidence: Confidence::High,
        persona: Persona::Default,
        controls: Vec::new(),
        cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    }
}

/// The policies that could not be used: what they would have said is not known.
fn unused(bundle: &Bundle) -> Vec<Skip> {
    let problems = bundle.loaded.problems.iter().filter(|problem| problem.weight == Weight::Error);
    let mut skips: Vec<Skip> = problems
        .map(|problem| {
            let source = bundle.sources.get(problem.span.source.0 as usize);
            Skip {
                path: source.map(|source| source.name.clone()).unwrap_or_default(),
                line: source.map(|source| source.range(problem.span).0.line),
                reason: SkipReason::Unreadable(problem.message.clone()),
            }
        })
        .collect();
    skips.extend(bundle.unread.iter().map(|(path, reason)| Skip {
        path: path.into(),
        line: None,
        reason: SkipReason::Unreadable(reason.clone()),
    }));
    skips
}
