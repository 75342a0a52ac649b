//! An audit policy as the API server reads it: the first rule that matches a request decides how much of it
//! is recorded.

use std::collections::BTreeMap;

use sekisho_manifest::{Node, Object, Place, field};

use crate::Examination;
use crate::check::Found;

/// How much of a request is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// Nothing.
    None,
    /// Who asked for what, and when.
    Metadata,
    /// Also the body of the request.
    Request,
    /// Also the body of the answer.
    RequestResponse,
}

/// A request for a resource.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request {
    /// The API group; empty for the core group.
    pub(crate) group: &'static str,
    /// The resource.
    pub(crate) resource: &'static str,
    /// The subresource; empty where there is none.
    pub(crate) subresource: &'static str,
    /// The verb.
    pub(crate) verb: &'static str,
}

/// One rule of a policy.
#[derive(Debug, Clone)]
pub(crate) struct Rule<'a> {
    object: &'a Object,
    node: &'a Node,
    index: usize,
    /// Its level.
    pub(crate) level: Level,
}

/// What happens to a request of whoever makes it.
#[derive(Debug)]
pub(crate) enum Outcome<'r, 'a> {
    /// It is recorded.
    Recorded,
    /// This rule leaves it out.
    LeftOut(&'r Rule<'a>),
    /// No rule matches, which leaves it out too.
    Unmatched,
}

/// The rules of a policy, those left out whose level is none of the known words.
pub(crate) fn rules(object: &Object) -> Vec<Rule<'_>> {
    let rules = object.root.get("rules").map_or(&[][..], Node::items);
    rules
        .iter()
        .enumerate()
        .filter_map(|(index, node)| {
            let level = match node.str("level") {
                "None" => Level::None,
                "Metadata" => Level::Metadata,
                "Request" => Level::Request,
                "RequestResponse" => Level::RequestResponse,
                _ => return None,
            };
            Some(Rule { object, node, index, level })
        })
        .collect()
}

/// What the rules do with a request, whoever makes it and wherever: rules for some users, namespaces or
/// names are passed over.
pub(crate) fn outcome<'r, 'a>(rules: &'r [Rule<'a>], request: &Request) -> Outcome<'r, 'a> {
    match rules.iter().find(|rule| rule.always_matches(request)) {
        Some(rule) if rule.level == Level::None => Outcome::LeftOut(rule),
        Some(_) => Outcome::Recorded,
        None => Outcome::Unmatched,
    }
}

/// Reports, rule by rule, which of these requests leave no trace; `argument` is what the message calls them.
pub(crate) fn report_missed<'a>(
    object: &'a Object,
    examination: &mut Examination<'a>,
    argument: &'static str,
    watched: impl IntoIterator<Item = (Request, &'static str)>,
) {
    let rules = rules(object);
    // A policy that records nothing at all has the finding of `audit-policy-catch-all-none`.
    if rules.first().is_some_and(|rule| rule.level == Level::None && rule.matches_everything()) {
        return;
    }
    let mut missed: BTreeMap<Option<usize>, Vec<&str>> = BTreeMap::new();
    for (request, name) in watched {
        let position = match outcome(&rules, &request) {
            Outcome::Recorded => continue,
            Outcome::LeftOut(rule) => Some(rule.index),
            Outcome::Unmatched => None,
        };
        let names = missed.entry(position).or_default();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    for (position, names) in missed {
        let shown = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let found = match position {
            Some(index) => Found::at(object.place(field!["rules", index, "level"])),
            None => Found::at(object.place(field!["rules"])).variant("unmatched"),
        };
        examination.report(found.arg(argument, shown));
    }
}

impl<'a> Rule<'a> {
    /// The place of the rule's level.
    pub(crate) fn place(&self) -> Place<'a> {
        self.object.place(field!["rules", self.index, "level"])
    }

    /// Where the rule stands in the list, from 0.
    pub(crate) fn index(&self) -> usize {
        self.index
    }

    /// Whether the rule matches every request.
    pub(crate) fn matches_everything(&self) -> bool {
        self.is_for_everyone()
            && ["verbs", "namespaces", "resources", "nonResourceURLs"].iter().all(|key| self.is_empty(key))
    }

    /// Whether the rule matches such a request of some user in some namespace.
    pub(crate) fn may_match(&self, request: &Request) -> bool {
        let verb = self.is_empty("verbs") || self.node.strings("verbs").any(|verb| verb == request.verb);
        let other =
            self.is_empty("resources") && self.is_empty("namespaces") && !self.is_empty("nonResourceURLs");
        let resources = self.node.get("resources").map_or(&[][..], Node::items);
        verb && !other
            && (resources.is_empty() || resources.iter().any(|resources| names(resources, request)))
    }

    /// Whether the rule matches such a request of every user, in every namespace and of every name.
    pub(crate) fn always_matches(&self, request: &Request) -> bool {
        let resources = self.node.get("resources").map_or(&[][..], Node::items);
        let of_every_name = |resources: &Node| {
            names(resources, request) && resources.strings("resourceNames").next().is_none()
        };
        self.may_match(request)
            && self.is_for_everyone()
            && self.is_empty("namespaces")
            && (resources.is_empty() || resources.iter().any(of_every_name))
    }

    fn is_for_everyone(&self) -> bool {
        let everyone = self.node.strings("userGroups").any(|group| group == "system:authenticated");
        self.is_empty("users") && (self.is_empty("userGroups") || everyone)
    }

    fn is_empty(&self, key: &str) -> bool {
        self.node.get(key).is_none_or(|list| list.items().is_empty())
    }
}

/// Whether an entry of `resources` names the resource of a request: by its own name, as `*`, as
/// `*/subresource` or as `resource/*`.
fn names(entry: &Node, request: &Request) -> bool {
    if entry.str("group") != request.group {
        return false;
    }
    let mut listed = entry.strings("resources").peekable();
    listed.peek().is_none()
        || listed.any(|name| match name.split_once('/') {
            None => name == "*" || (request.subresource.is_empty() && name == request.resource),
            Some((resource, "*")) => resource == request.resource,
            Some(("*", subresource)) => subresource == request.subresource,
            Some((resource, subresource)) => {
                resource == request.resource && subresource == request.subresource
            }
        })
}
