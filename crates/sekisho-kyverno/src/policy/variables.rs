//! Variables where they may not stand, and variables that nothing stands for.

use sekisho_manifest::{FieldPath, Node, Segment, Value};

use super::error::{PolicyError, PolicyErrorKind};
use crate::budget::Meter;
use crate::jmespath::Expression;
use crate::scalar::wildcard;
use crate::variables::{expressions, filled};

/// How often variables within variables are looked through.
const NESTING: usize = 32;

/// What every rule knows.
const REQUEST: [&str; 6] =
    ["request", "serviceAccountName", "serviceAccountNamespace", "element", "images", "image"];
/// What rules know that run in the background too.
const BACKGROUND: [&str; 4] = ["request.", "element", "images", "image."];
/// What only a request says, and nothing in the background.
const USER: [&str; 5] = [
    "serviceAccountName",
    "serviceAccountNamespace",
    "request.userInfo",
    "request.roles",
    "request.clusterRoles",
];

/// Checks the variables of the rules of a policy.
pub(super) fn policy(root: &Node, errors: &mut Vec<PolicyError>) {
    let background = !root.at(&["spec"]).is_some_and(|spec| spec.is_false("background"));
    let meter = Meter::default();
    let rules = root.at(&["spec", "rules"]).map_or(&[][..], Node::items);
    let changes_existing = rules.iter().any(|rule| rule.at(&["mutate", "targets"]).is_some());
    for (place, rule) in rules.iter().enumerate() {
        let path: FieldPath = ["spec", "rules"].into_iter().collect::<FieldPath>().child(place);
        let has_targets = rule.at(&["mutate", "targets"]).is_some_and(|targets| !targets.items().is_empty());
        let mut names = Vec::new();
        declared(rule, &mut names);
        let mut check = Check {
            background,
            bans_user: background && !changes_existing,
            has_targets,
            names,
            meter: &meter,
            errors,
        };
        check.forbidden_sections(rule, &path);
        check.forbidden_users(rule, &path);
        check.walk(rule, &path);
    }
}

/// The names that a rule declares, as patterns that variables must match.
fn declared(node: &Node, names: &mut Vec<String>) {
    match &node.value {
        Value::Sequence(items) => items.iter().for_each(|item| declared(item, names)),
        Value::Mapping(mapping) => {
            for entry in mapping.entries() {
                match entry.key.as_str() {
                    "context" => entry.node.items().iter().for_each(|item| {
                        let name = item.str("name");
                        if item.get("configMap").is_some() {
                            for part in [".data", ".metadata", ".data.*", ".metadata.*"] {
                                names.push(format!("{name}{part}"));
                            }
                        } else {
                            names.push(format!("{name}*"));
                        }
                    }),
                    "attestations" => entry
                        .node
                        .items()
                        .iter()
                        .for_each(|item| names.push(format!("{}*", item.str("name")))),
                    _ => {}
                }
                declared(&entry.node, names);
            }
        }
        _ => {}
    }
}

struct Check<'c> {
    background: bool,
    /// Whether variables of who asks may not stand anywhere.
    bans_user: bool,
    has_targets: bool,
    names: Vec<String>,
    meter: &'c Meter,
    errors: &'c mut Vec<PolicyError>,
}

impl Check<'_> {
    /// Matches and references to images are looked at without variables.
    fn forbidden_sections(&mut self, rule: &Node, path: &FieldPath) {
        for section in ["match", "exclude"] {
            if let Some(node) = rule.get(section) {
                self.forbid(node, &path.child(section), section);
            }
        }
        let images = rule.get("verifyImages").map_or(&[][..], Node::items);
        for (place, image) in images.iter().enumerate() {
            if let Some(node) = image.get("imageReferences") {
                let path = path.child("verifyImages").child(place).child("imageReferences");
                self.forbid(node, &path, "imageReferences");
            }
        }
    }

    /// In the background nobody asks, so that matches by who asks never hold.
    fn forbidden_users(&mut self, rule: &Node, path: &FieldPath) {
        if !self.background {
            return;
        }
        for section in ["match", "exclude"] {
            let Some(node) = rule.get(section) else { continue };
            let path = path.child(section);
            let parts = ["any", "all"].into_iter().flat_map(|block| {
                let items = node.get(block).map_or(&[][..], Node::items);
                let path = path.child(block);
                items.iter().enumerate().map(move |(place, item)| (item, path.child(place)))
            });
            for (part, path) in std::iter::once((node, path.clone())).chain(parts) {
                for field in ["roles", "clusterRoles", "subjects"] {
                    let Some(who) = part.get(field).filter(|who| !who.items().is_empty()) else { continue };
                    let message =
                        format!("`{field}` says nothing in the background: set `spec.background` to false");
                    self.errors.push(PolicyErrorKind::Expression(message).at(who.span, path.child(field)));
                }
            }
        }
    }

    fn forbid(&mut self, node: &Node, path: &FieldPath, section: &str) {
        match &node.value {
            Value::String(text) if text.split_once("{{").is_some_and(|(_, rest)| rest.contains("}}")) => {
                let message = format!("no variables may stand in `{section}`: write what is meant");
                self.errors.push(PolicyErrorKind::Expression(message).at(node.span, path.clone()));
            }
            Value::Sequence(items) => {
                for (place, item) in items.iter().enumerate() {
                    self.forbid(item, &path.child(place), section);
                }
            }
            Value::Mapping(mapping) => {
                for entry in mapping.entries() {
                    self.forbid(&entry.node, &path.child(&entry.key), section);
                }
            }
            _ => {}
        }
    }

    fn walk(&mut self, node: &Node, path: &FieldPath) {
        match &node.value {
            Value::String(text) if text.contains("{{") => self.text(text, node, path),
            Value::Sequence(items) => {
                for (place, item) in items.iter().enumerate() {
                    self.walk(item, &path.child(place));
                }
            }
            Value::Mapping(mapping) => {
                for entry in mapping.entries() {
                    let path = path.child(&entry.key);
                    if entry.key.contains("{{") {
                        self.text(&entry.key, &entry.node, &path);
                    }
                    // What attestations hold is not known beforehand.
                    let unknown = entry.key == "conditions"
                        && path.segments().iter().any(|segment| *segment == "attestations".into());
                    if !unknown {
                        self.walk(&entry.node, &path);
                    }
                }
            }
            _ => {}
        }
    }

    /// Checks the variables of a text, and those around them with null in the place of what stands within.
    fn text(&mut self, text: &str, node: &Node, path: &FieldPath) {
        let mut text = text.to_owned();
        for _ in 0..NESTING {
            let found = expressions(&crate::value::Value::from(text.as_str()));
            if found.is_empty() {
                return;
            }
            for expression in found {
                if let Some(problem) = self.problem(&expression, path) {
                    self.errors.push(PolicyErrorKind::Expression(problem).at(node.span, path.clone()));
                    return;
                }
            }
            text = filled(&text, "null");
        }
    }

    fn problem(&self, expression: &str, path: &FieldPath) -> Option<String> {
        if expression == "@" {
            return None;
        }
        if let Err(error) = Expression::compile(expression) {
            return Some(format!("`{expression}` is no JMESPath expression: {error}"));
        }
        let in_loop = path.segments().iter().any(|segment| *segment == "foreach".into());
        if expression.starts_with("element") && !in_loop {
            return Some(format!("the variable `{expression}` has a value in `foreach` only"));
        }
        let bare = expression.replace('"', "");
        let word = |name: &str| {
            bare.match_indices(name).any(|(place, _)| {
                let before = bare.get(..place).and_then(|before| before.chars().next_back());
                let behind = bare.get(place + name.len()..).and_then(|behind| behind.chars().next());
                before != Some('.')
                    && !behind.is_some_and(|letter| letter.is_ascii_alphanumeric() || letter == '_')
            })
        };
        if self.bans_user && USER.iter().any(|name| word(name)) {
            return Some(format!(
                "the variable `{expression}` has no value in the background: set `spec.background` to false"
            ));
        }
        let known: &[&str] = if self.background { &BACKGROUND } else { &REQUEST };
        let permitted = known.iter().any(|name| bare.contains(name))
            || bare.contains('@')
            || (self.has_targets && bare.contains("target.") && knows_target(path))
            || calls(&bare)
            || self.names.iter().any(|name| wildcard(name, &bare, self.meter).unwrap_or(true));
        (!permitted).then(|| {
            format!("the variable `{expression}` stands for nothing: declare a context entry of that name")
        })
    }
}

/// Whether the target is known at a place of a rule: it is chosen by what stands in `context`,
/// `preconditions` and the description of the target itself.
fn knows_target(path: &FieldPath) -> bool {
    let key = |place: usize| match path.segments().get(place) {
        Some(Segment::Key(key)) => key.as_str(),
        _ => "",
    };
    match (key(3), key(4)) {
        ("context" | "preconditions", _) => false,
        ("mutate", "targets") => matches!(key(6), "context" | "preconditions"),
        _ => true,
    }
}

/// Whether an expression calls a function with anything.
fn calls(expression: &str) -> bool {
    expression.match_indices('(').any(|(place, _)| {
        let before = expression.get(..place).and_then(|before| before.chars().next_back());
        let behind = expression.get(place + 1..).and_then(|behind| behind.chars().next());
        before.is_some_and(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_')
            && behind.is_some_and(|letter| !matches!(letter, '{' | '}'))
    })
}
