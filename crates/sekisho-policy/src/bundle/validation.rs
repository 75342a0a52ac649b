//! Where a verdict of a `ValidatingAdmissionPolicy` comes from: the validation that gave it, and the field of the
//! resource that its expression asks for.

use sekisho_finding::Location;
use sekisho_manifest::{FieldPath, Node, Object, Segment, Source, field};

use crate::verdict::{Outcome, Verdict};

const KIND: &str = "ValidatingAdmissionPolicy";

/// How deep variables are followed into others.
const VARIABLES: usize = 16;

/// The most fields of an expression that are looked at.
const FIELDS: usize = 256;

/// The most parts of an object that are looked at for one of them.
const NODES: usize = 20_000;

/// Says where the resource is wrong, as far as the expressions tell: the field that the expression asks for, and
/// of several the innermost.
pub(super) fn locate(verdicts: &mut [Verdict], object: &Object, objects: &[Object]) {
    for verdict in verdicts {
        let is_against = matches!(verdict.outcome, Outcome::Fail | Outcome::Warn | Outcome::Error);
        if !is_against || !verdict.places.is_empty() {
            continue;
        }
        if let Some((policy, index)) = validation(verdict, objects) {
            verdict.places.extend(innermost(policy, index, object));
        }
    }
}

/// Where the validation stands that gives a verdict.
pub(super) fn origin(verdict: &Verdict, objects: &[Object], sources: &[Source]) -> Option<Location> {
    let (policy, index) = validation(verdict, objects)?;
    let place = policy.place(field!["spec", "validations", index, "expression"]);
    Location::of(&place, sources)
}

/// The policy of a verdict, and the validation of it that gives its message; none where that cannot be told.
fn validation<'o>(verdict: &Verdict, objects: &'o [Object]) -> Option<(&'o Object, usize)> {
    if verdict.rule.kind != KIND {
        return None;
    }
    let is_it = |object: &&Object| object.kind == KIND && object.name == verdict.rule.policy;
    // Of policies with one name the last counts.
    let policy = objects.iter().rfind(is_it)?;
    let validations = policy.root.at(&["spec", "validations"]).map(Node::items).unwrap_or_default();
    let says = |validation: &Node| {
        let (message, expression) = (validation.str("message").trim(), validation.str("expression").trim());
        let said = verdict.message.as_str();
        (!message.is_empty() && said == message)
            || said.strip_prefix("failed expression: ") == Some(expression)
            || said
                .strip_prefix("expression '")
                .and_then(|rest| rest.trim_start().strip_prefix(expression))
                .is_some_and(|rest| rest.trim_start().starts_with("' resulted in error"))
    };
    let index = validations.iter().position(says);
    // What a message expression gave is told by what is left.
    let speaks = |validation: &Node| !validation.str("messageExpression").is_empty();
    let mut left =
        validations.iter().enumerate().filter(|(_, validation)| speaks(validation)).map(|(index, _)| index);
    let only = match (left.next(), left.next()) {
        (Some(index), None) if verdict.outcome != Outcome::Error => Some(index),
        _ => None,
    };
    index.or(only).map(|index| (policy, index))
}

/// The field of the object that an expression asks for: one that it names behind a variable of a loop, if the
/// object has it once, else of those that it names from the root the one that reaches deepest.
fn innermost(policy: &Object, index: usize, object: &Object) -> Option<FieldPath> {
    let spec = policy.root.get("spec")?;
    let text = spec.get("validations")?.items().get(index)?.str("expression");
    let mut named = Named::default();
    collect(text, spec.get("variables").map(Node::items).unwrap_or_default(), VARIABLES, &mut named);
    // Nearly everything has these, wherever the expression meant them.
    let usual = |path: &&FieldPath| {
        let first = path.segments().first();
        !matches!(first, Some(Segment::Key(key)) if ["metadata", "name", "kind"].contains(&key.as_str()))
    };
    let once = named.loose.iter().filter(usual).find_map(|path| {
        let mut found = Vec::new();
        search(&object.root, path, &FieldPath::root(), &mut { NODES }, &mut found);
        if found.len() == 1 { found.pop() } else { None }
    });
    if once.is_some() {
        return once;
    }
    let mut best: Option<(usize, FieldPath)> = None;
    // Every object says what it is.
    let says = |path: &FieldPath| !matches!(path.segments(), [Segment::Key(key)] if key == "kind" || key == "apiVersion");
    for path in named.rooted.into_iter().filter(says) {
        let depth = reached(&object.root, &path);
        if depth > best.as_ref().map_or(0, |(depth, _)| *depth) {
            best = Some((depth, path));
        }
    }
    best.map(|(_, path)| path)
}

/// The fields that an expression names.
#[derive(Default)]
struct Named {
    /// From the root of the object.
    rooted: Vec<FieldPath>,
    /// From something else, as the variable of a loop.
    loose: Vec<FieldPath>,
}

/// Every place below a node where a path exists, until there are two.
fn search(node: &Node, path: &FieldPath, at: &FieldPath, nodes: &mut usize, found: &mut Vec<FieldPath>) {
    if *nodes == 0 || found.len() > 1 {
        return;
    }
    *nodes -= 1;
    if node.resolve(path).is_some() {
        found.push(at.join(path));
    }
    for entry in node.entries() {
        search(&entry.node, path, &at.child(&entry.key), nodes, found);
    }
    for (index, item) in node.items().iter().enumerate() {
        search(item, path, &at.child(index), nodes, found);
    }
}

/// How many steps of a path exist.
fn reached(root: &Node, path: &FieldPath) -> usize {
    let mut node = root;
    let mut steps = 0;
    for segment in path.segments() {
        let step: FieldPath = FieldPath::root().child(segment.clone());
        let Some(next) = node.resolve(&step) else { break };
        node = next;
        steps += 1;
    }
    steps
}

/// The fields of `object` in an expression and in the variables that it uses.
fn collect(text: &str, variables: &[Node], depth: usize, named: &mut Named) {
    let mut rest = text;
    let mut selected = false;
    while let Some(letter) = rest.chars().next() {
        if named.rooted.len() + named.loose.len() >= FIELDS {
            return;
        }
        let behind = rest.get(letter.len_utf8()..).unwrap_or("");
        match letter {
            '\'' | '"' => {
                rest = behind_literal(behind, letter);
                selected = false;
            }
            letter if letter == '_' || letter.is_alphabetic() => {
                let (name, behind) = word(rest);
                let (path, left) = selections(behind);
                match name {
                    "object" if !selected => named.rooted.push(path),
                    "variables" if !selected && depth > 0 => {
                        let is_named = |variable: &&Node| match path.segments().first() {
                            Some(Segment::Key(name)) => variable.str("name") == name.as_str(),
                            _ => false,
                        };
                        if let Some(variable) = variables.iter().find(is_named) {
                            collect(variable.str("expression"), variables, depth - 1, named);
                        }
                    }
                    "oldObject" | "request" | "params" | "namespaceObject" | "authorizer" => {}
                    _ if !selected && !path.is_root() => named.loose.push(path),
                    _ => {}
                }
                rest = left;
                selected = false;
            }
            _ => {
                rest = behind;
                if !letter.is_whitespace() {
                    selected = letter == '.';
                }
            }
        }
    }
}

/// What stands behind a text that began with a quote.
fn behind_literal(text: &str, quote: char) -> &str {
    let mut escaped = false;
    for (place, letter) in text.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            letter if letter == quote => return text.get(place + letter.len_utf8()..).unwrap_or(""),
            _ => {}
        }
    }
    ""
}

/// The name at the start of a text, and what stands behind it.
fn word(text: &str) -> (&str, &str) {
    let is_part = |letter: char| letter == '_' || letter.is_alphanumeric();
    text.split_at(text.find(|letter| !is_part(letter)).unwrap_or(text.len()))
}

/// The fields that are selected one after the other, and what stands behind them; a name that is called is a
/// function.
fn selections(text: &str) -> (FieldPath, &str) {
    let mut path = FieldPath::root();
    let mut rest = text;
    while let Some(behind) = rest.trim_start().strip_prefix('.') {
        let (name, left) = word(behind.strip_prefix('?').unwrap_or(behind));
        if name.is_empty() || left.trim_start().starts_with('(') {
            break;
        }
        path = path.child(name);
        rest = left;
    }
    (path, rest)
}
