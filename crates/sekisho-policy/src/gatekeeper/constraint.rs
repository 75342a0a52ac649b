//! Constraints: what a template's rule is applied to, with which parameters, and what follows.

use sekisho_manifest::{Node, Object, Value};
use smol_str::SmolStr;

use crate::gatekeeper::matching::Match;
use crate::gatekeeper::template::Template;
use crate::problem::Problem;
use crate::verdict::Enforcement;

/// The group of constraints.
pub(crate) const GROUP: &str = "constraints.gatekeeper.sh";

/// Who applies a constraint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EnforcementPoint {
    /// The admission webhook.
    Admission,
    /// The audit of what exists.
    Audit,
    /// A command line, as a test or in CI.
    CommandLine,
}

/// A constraint that was found to be right.
#[derive(Debug, Clone)]
pub(crate) struct Constraint {
    pub(crate) kind: SmolStr,
    pub(crate) name: SmolStr,
    pub(crate) matching: Match,
    /// The whole constraint, defaults filled in.
    pub(crate) root: Node,
    /// What follows where it does not hold; none: it is not applied here.
    pub(crate) actions: Option<Vec<Action>>,
}

/// What follows when a constraint does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Action {
    Deny,
    Warn,
    DryRun,
    /// A word that Gatekeeper does not know: it records such violations and does nothing else.
    Other,
}

impl Constraint {
    /// Whether an object is a constraint of some template.
    pub(crate) fn is(object: &Object) -> bool {
        object.group() == GROUP
    }

    /// Reads a constraint of a template.
    pub(crate) fn read(
        object: &Object,
        template: &Template,
        point: EnforcementPoint,
    ) -> Result<Self, Problem> {
        let root = &object.root;
        if !matches!(object.version(), "v1beta1" | "v1alpha1") {
            let message = format!(
                "`{}` is no version of constraints that is known: use `{GROUP}/v1beta1`",
                object.api_version
            );
            return Err(Problem::error(root.get("apiVersion").unwrap_or(root), message));
        }
        let name = root.at(&["metadata", "name"]);
        if !is_name(&object.name) {
            return Err(Problem::error(
                name.unwrap_or(root),
                format!(
                    "`{}` is no name of a constraint: use at most 63 of a-z, 0-9, `-` and `.`",
                    object.name
                ),
            ));
        }
        let spec = root.get("spec");
        let parameters = spec.and_then(|spec| spec.get("parameters"));
        let given = parameters
            .cloned()
            .unwrap_or_else(|| Node { span: root.span, value: Value::Mapping(std::sync::Arc::default()) });
        if let Some(violation) = template.schema.violations(&given).into_iter().next() {
            let place = parameters.and_then(|parameters| parameters.resolve(&violation.path));
            let message = format!("the parameters do not fit the schema of `{}`: {violation}", template.kind);
            return Err(Problem::error(place.or(parameters).unwrap_or(root), message));
        }
        if let Some(given) = parameters.filter(|_| !template.has_parameters) {
            let message = format!("constraints of kind `{}` have no parameters", template.kind);
            return Err(Problem::error(given, message));
        }
        Ok(Self {
            kind: object.kind.clone(),
            name: object.name.clone(),
            matching: Match::read(spec.and_then(|spec| spec.get("match")))?,
            actions: actions(root, spec, point)?,
            root: with_parameters(root, parameters.is_some(), template.schema.with_defaults(given)),
        })
    }

    /// The parameters; an empty object where none are given.
    pub(crate) fn parameters(&self) -> Option<&Node> {
        self.root.at(&["spec", "parameters"])
    }

    /// What follows where it does not hold.
    pub(crate) fn enforcement(&self) -> Vec<Enforcement> {
        let actions = self.actions.iter().flatten();
        let mut found: Vec<Enforcement> = actions
            .map(|action| match action {
                Action::Deny => Enforcement::Deny,
                Action::Warn => Enforcement::Warn,
                Action::DryRun | Action::Other => Enforcement::Audit,
            })
            .collect();
        found.sort();
        found.dedup();
        found
    }
}

/// The constraint with its parameters as they are after defaults.
fn with_parameters(root: &Node, given: bool, parameters: Node) -> Node {
    if !given && parameters.entries().is_empty() {
        return root.clone();
    }
    let mut root = root.clone();
    let span = root.span;
    let Some(mapping) = root.as_mapping_mut() else { return root };
    let entry = |key: &str, node: Node| sekisho_manifest::Entry { key: key.into(), key_span: span, node };
    if mapping.value_mut("spec").is_none_or(|spec| spec.is_null()) {
        mapping.put(entry("spec", Node { span, value: Value::Mapping(std::sync::Arc::default()) }));
    }
    if let Some(spec) = mapping.value_mut("spec").and_then(Node::as_mapping_mut) {
        spec.put(entry("parameters", parameters));
    }
    root
}

/// What follows at an enforcement point; none: the constraint is not applied there.
fn actions(
    root: &Node,
    spec: Option<&Node>,
    point: EnforcementPoint,
) -> Result<Option<Vec<Action>>, Problem> {
    let word = spec.map_or("", |spec| spec.str("enforcementAction"));
    if word != "scoped" {
        return Ok(Some(vec![Action::of(if word.is_empty() { "deny" } else { word })]));
    }
    let Some(scoped) = spec.and_then(|spec| spec.get("scopedEnforcementActions")) else {
        let message = "`spec.scopedEnforcementActions` must be given where `enforcementAction` is `scoped`";
        return Err(Problem::error(spec.unwrap_or(root), message));
    };
    let Value::Sequence(entries) = &scoped.value else {
        let message = "`spec.scopedEnforcementActions` must be a list of `action` and `enforcementPoints`";
        return Err(Problem::error(scoped, message));
    };
    let applies = |entry: &Node| {
        let points = entry.get("enforcementPoints").map(Node::items).unwrap_or_default();
        points.iter().any(|named| matches!(named.str("name"), "*") || named.str("name") == point.name())
    };
    let mut found: Vec<Action> = Vec::new();
    for action in entries.iter().filter(|entry| applies(entry)).map(|entry| Action::of(entry.str("action"))) {
        if !found.contains(&action) {
            found.push(action);
        }
    }
    Ok(Some(found).filter(|found| !found.is_empty()))
}

impl Action {
    fn of(word: &str) -> Self {
        match word {
            "deny" => Self::Deny,
            "warn" => Self::Warn,
            "dryrun" => Self::DryRun,
            _ => Self::Other,
        }
    }
}

impl EnforcementPoint {
    fn name(self) -> &'static str {
        match self {
            Self::Admission => "validation.gatekeeper.sh",
            Self::Audit => "audit.gatekeeper.sh",
            Self::CommandLine => "gator.gatekeeper.sh",
        }
    }
}

/// Whether a text can be the name of a constraint: a DNS subdomain of at most 63 characters.
fn is_name(text: &str) -> bool {
    let is_end = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_part = |part: &str| {
        part.bytes().next().is_some_and(is_end)
            && part.bytes().last().is_some_and(is_end)
            && part.bytes().all(|byte| is_end(byte) || byte == b'-')
    };
    text.len() <= 63 && text.split('.').all(is_part)
}
