//! `match` and `exclude` as conditions.

use sekisho_manifest::selector::{Operator as LabelOperator, Requirement};
use smol_str::SmolStr;

use super::expression::{Expression, fits, quoted};
use super::pattern::any_tag;
use super::refused::Untranslatable;
use crate::matching::{Block, Filter, KindSelector, LabelSelector, Operation};
use crate::scalar::has_wildcard;

type Answer = Result<Expression, Untranslatable>;

/// What a `match` asks for.
pub(super) struct Matched {
    /// The kinds that requests must be about; of none any.
    pub(super) kinds: Vec<KindSelector>,
    /// The operations that are named; of none any.
    pub(super) operations: Vec<Operation>,
    /// What else must hold; the object is `subject`.
    pub(super) condition: Expression,
}

/// What a `match` asks for; `copied_for` are the kinds that a copied rule holds for.
pub(super) fn matched(filter: &Filter, copied_for: Option<&[SmolStr]>) -> Result<Matched, Untranslatable> {
    let blocks = filter.blocks();
    let alone = blocks.len() == 1;
    let mut kinds: Vec<KindSelector> = Vec::new();
    let mut any_kind = false;
    let mut operations = Vec::new();
    let mut any_operation = false;
    for block in blocks {
        any_kind |= block.kinds.is_empty();
        any_operation |= block.operations.is_empty();
        for kind in &block.kinds {
            if has_wildcard(kind.kind()) && kind.kind() != "*" {
                return Err(Untranslatable::Kind(kind.kind().to_owned()));
            }
            let concerned = |kinds: &[SmolStr]| kinds.iter().any(|known| known == kind.kind());
            if copied_for.is_none_or(concerned) && !kinds.contains(kind) {
                kinds.push(kind.clone());
            }
        }
        operations.extend(block.operations.iter().filter_map(|name| Operation::named(name)));
    }
    if any_kind && matches!(filter, Filter::All(_)) && !kinds.is_empty() {
        any_kind = false;
    }
    if any_kind {
        kinds.clear();
    }
    if any_operation && !matches!(filter, Filter::All(_)) {
        operations.clear();
    }
    operations.sort_unstable();
    operations.dedup();
    let mut parts = Vec::new();
    for block in blocks {
        if block.is_empty(true) {
            parts.push(Expression::Always(false));
        } else {
            parts.push(self::block(block, !alone)?);
        }
    }
    let condition =
        if matches!(filter, Filter::All(_)) { Expression::all(parts) } else { Expression::any(parts) };
    Ok(Matched { kinds, operations, condition })
}

/// What an `exclude`, or the `match` of an exception, leaves out; the object is `subject`.
pub(super) fn left_out(filter: &Filter) -> Answer {
    let mut parts = Vec::new();
    for block in filter.blocks() {
        parts.push(if block.is_empty(true) { Expression::Always(false) } else { self::block(block, true)? });
    }
    Ok(if matches!(filter, Filter::All(_)) { Expression::all(parts) } else { Expression::any(parts) })
}

fn block(block: &Block, with_rules: bool) -> Answer {
    let mut parts = Vec::new();
    if with_rules && !block.kinds.is_empty() {
        parts.push(Expression::any(block.kinds.iter().map(kind)));
    }
    if with_rules && !block.operations.is_empty() {
        let names: Vec<String> = block.operations.iter().map(|name| quoted(name)).collect();
        parts.push(Expression::plain(format!("request.operation in [{}]", names.join(", "))));
    }
    let name = "subject.metadata.?name.orValue(\"\")";
    let generated = "subject.metadata.?generateName.orValue(\"\")";
    let named = |pattern: &SmolStr| {
        // An object without a name is known by what the API server makes one of.
        let unnamed =
            Expression::all([Expression::plain(format!("{name} == \"\"")), fits(generated, pattern)]);
        let named = Expression::all([Expression::plain(format!("{name} != \"\"")), fits(name, pattern)]);
        if has_wildcard(pattern) { Expression::any([named, unnamed]) } else { fits(name, pattern) }
    };
    if !block.name.is_empty() {
        parts.push(named(&block.name));
    }
    if !block.names.is_empty() {
        parts.push(Expression::any(block.names.iter().map(named)));
    }
    if !block.namespaces.is_empty() {
        let place = "(subject.kind == \"Namespace\" ? subject.metadata.name : \
                     subject.metadata.?namespace.orValue(\"\"))";
        parts.push(Expression::any(block.namespaces.iter().map(|pattern| fits(place, pattern))));
    }
    let tags = |key: &str| format!("subject.metadata.?{key}.orValue({{}})");
    for (key, value) in &block.annotations {
        parts.push(any_tag(&tags("annotations"), key, value));
    }
    if let Some(wanted) = &block.selector {
        parts.push(selector(wanted, &tags("labels")));
    }
    if let Some(wanted) = &block.namespace_selector {
        let labels = "namespaceObject.metadata.?labels.orValue({})";
        let found = selector(wanted, labels);
        let empty = selector(wanted, "{}");
        parts.push(Expression::plain("subject.kind != \"Namespace\""));
        parts.push(Expression::any([
            Expression::all([Expression::plain("namespaceObject != null"), found]),
            Expression::all([Expression::plain("namespaceObject == null"), empty]),
        ]));
    }
    if !block.roles.is_empty() || !block.cluster_roles.is_empty() {
        return Err(Untranslatable::Roles);
    }
    if !block.subjects.is_empty() {
        let user = "request.userInfo.?username.orValue(\"\")";
        let subject = |subject: &crate::matching::Subject| match subject.kind.as_str() {
            "ServiceAccount" | "User" => fits(user, &subject.name),
            "Group" => fits("group", &subject.name).for_any("request.userInfo.?groups.orValue([])", "group"),
            _ => Expression::Always(false),
        };
        parts.push(Expression::any(block.subjects.iter().map(subject)));
    }
    Ok(Expression::all(parts))
}

fn kind(kind: &KindSelector) -> Expression {
    let part = |field: &str, pattern: &str| fits(&format!("request.kind.{field}"), pattern);
    let below = "request.?subResource.orValue(\"\")";
    let mut subresource = fits(below, kind.subresource());
    if kind.subresource().is_empty() && kind.kind() == "Pod" {
        subresource = Expression::plain(format!("{below} in [\"\", \"ephemeralcontainers\"]"));
    }
    Expression::all([
        part("kind", kind.kind()),
        part("group", kind.group()),
        part("version", kind.version()),
        subresource,
    ])
}

fn selector(selector: &LabelSelector, labels: &str) -> Expression {
    let Some(requirements) = selector.requirements() else { return Expression::Always(false) };
    let written = selector.labels().iter().map(|(key, value)| any_tag(labels, key, value));
    Expression::all(requirements.iter().map(|wanted| requirement(wanted, labels)).chain(written))
}

fn requirement(requirement: &Requirement, labels: &str) -> Expression {
    let key = quoted(requirement.key());
    let there = Expression::plain(format!("{key} in {labels}"));
    let values: Vec<String> = requirement.values().iter().map(|value| quoted(value)).collect();
    let among = Expression::plain(format!("{labels}[{key}] in [{}]", values.join(", ")));
    match requirement.operator() {
        LabelOperator::In => Expression::all([there, among]),
        LabelOperator::NotIn => Expression::any([there.not(), among.not()]),
        LabelOperator::Exists => there,
        LabelOperator::DoesNotExist => there.not(),
        _ => Expression::Always(false),
    }
}
