//! What an identity may do, beside what it does.

use std::collections::BTreeSet;

use sekisho_manifest::rbac::{PolicyRule, RuleField};
use smol_str::SmolStr;

use crate::asked::{Asked, Target};
use crate::identity::Identity;
use crate::permissions::{Grant, Permissions};
use crate::usage::UsedBy;

/// What an identity may do, beside what it does.
#[derive(Debug)]
pub struct Comparison<'a> {
    /// The roles that it has, in the order of the objects.
    pub grants: Vec<GrantUse<'a>>,
    /// What it did and the objects do not allow: they are not all that holds, or changed since.
    pub unexplained: Vec<Asked>,
}

/// A role that an identity has.
#[derive(Debug)]
pub struct GrantUse<'a> {
    /// The role and its binding.
    pub grant: Grant<'a>,
    /// Of each rule, the verbs and resources (or paths) that were used; none where nothing was.
    pub used: Vec<Option<Used>>,
}

/// What was used of a rule.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Used {
    /// The verbs that were used.
    pub verbs: BTreeSet<SmolStr>,
    /// The resources or paths.
    pub targets: BTreeSet<SmolStr>,
}

/// Compares what an identity may do with what it did.
pub fn compare<'a>(permissions: &Permissions<'a>, identity: &Identity, used: &UsedBy) -> Comparison<'a> {
    let groups: Vec<SmolStr> = used.groups.iter().cloned().collect();
    let questions: Vec<Asked> = used.questions().collect();
    let mut explained = vec![false; questions.len()];
    let mut grants = Vec::new();
    for grant in permissions.grants(identity, &groups) {
        let mut of_rules: Vec<Option<Used>> = vec![None; grant.rules.len()];
        for (question, explained) in questions.iter().zip(&mut explained) {
            for (rule, of_rule) in grant.rules.iter().zip(&mut of_rules) {
                if grant.holds(rule, question) {
                    *explained = true;
                    let used = of_rule.get_or_insert_default();
                    used.verbs.insert(question.verb.clone());
                    used.targets.insert(match &question.target {
                        Target::Path(path) => path.clone(),
                        Target::Resource { resource, .. } => resource.clone(),
                    });
                }
            }
        }
        grants.push(GrantUse { grant: grant.clone(), used: of_rules });
    }
    let is_master = used.groups.contains("system:masters");
    let unexplained = questions
        .into_iter()
        .zip(explained)
        .filter(|(question, explained)| !explained && !is_master && !question.is_everyones())
        .map(|(question, _)| question)
        .collect();
    Comparison { grants, unexplained }
}

impl GrantUse<'_> {
    /// Whether nothing of the role was used.
    pub fn is_unused(&self) -> bool {
        self.used.iter().all(Option::is_none)
    }

    /// The items of a rule that were not used: verbs, and resources or paths. A wildcard counts as used where
    /// anything was by it; a rule of which nothing was used has all of its items here.
    pub fn unused<'r>(&self, rule: &PolicyRule<'r>, used: Option<&Used>) -> (Vec<&'r str>, Vec<&'r str>) {
        let nothing = Used::default();
        let is_whole = used.is_none();
        let used = used.unwrap_or(&nothing);
        let verbs = rule.items(RuleField::Verbs).map(|item| item.text);
        let verbs = verbs.filter(|verb| is_whole || *verb != "*" && !used.verbs.contains(*verb));
        let resources = rule.items(RuleField::Resources).chain(rule.items(RuleField::NonResourceUrls));
        let is_used = |text: &str| match (text.strip_suffix('*'), text.strip_prefix("*/")) {
            (Some(front), _) => used.targets.iter().any(|target| target.starts_with(front)),
            (_, Some(subresource)) => used
                .targets
                .iter()
                .any(|target| target.split_once('/').is_some_and(|(_, sub)| sub == subresource)),
            _ => used.targets.contains(text),
        };
        let targets = resources.map(|item| item.text).filter(|text| is_whole || !is_used(text));
        (verbs.collect(), targets.collect())
    }

    /// Whether a rule grants more than it lists: by a wildcard.
    pub fn is_open(rule: &PolicyRule<'_>) -> bool {
        [RuleField::Verbs, RuleField::Resources, RuleField::ApiGroups]
            .into_iter()
            .any(|field| rule.items(field).any(|item| item.text == "*"))
    }
}
