//! Constraint templates: a kind of constraint, the schema of its parameters, and the rule in Rego or CEL.

use sekisho_manifest::{Node, Object, Operation};
use smol_str::SmolStr;

use crate::gatekeeper::schema::Schema;
use crate::problem::Problem;

/// The target that Kubernetes objects are judged by.
const TARGET: &str = "admission.k8s.gatekeeper.sh";

/// A constraint template as it stands, before its rule is compiled.
#[derive(Debug, Clone)]
pub(crate) struct Template {
    /// The kind of its constraints.
    pub(crate) kind: SmolStr,
    /// What `spec.parameters` of a constraint must look like.
    pub(crate) schema: Schema,
    /// Whether its constraints may have parameters at all.
    pub(crate) has_parameters: bool,
    /// The operations that it is meant for when the API server asks; empty: all.
    pub(crate) operations: Vec<Operation>,
    /// The rule in every language that it is given in.
    pub(crate) sources: Vec<Source>,
}

/// A rule in one language.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    /// Rego: the module with `violation`, its libraries, and the version of the language.
    Rego {
        /// Where the module stands.
        module: Node,
        /// The libraries, below the package `lib`.
        libraries: Vec<Node>,
        /// Whether it is Rego v1.
        is_v1: bool,
    },
    /// CEL: the source as `K8sNativeValidation` has it.
    Cel(Node),
}

/// The languages that a template's rule can be in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Engine {
    /// CEL, as `K8sNativeValidation`.
    Cel,
    /// Rego.
    Rego,
}

impl Template {
    /// Whether an object is a constraint template.
    pub(crate) fn is(object: &Object) -> bool {
        object.is("templates.gatekeeper.sh", "ConstraintTemplate")
    }

    /// Reads a template.
    pub(crate) fn read(object: &Object) -> Result<Self, Problem> {
        let root = &object.root;
        if !matches!(object.version(), "v1" | "v1beta1" | "v1alpha1") {
            let message = format!(
                "`{}` is no version of ConstraintTemplate that is known: use `templates.gatekeeper.sh/v1`",
                object.api_version
            );
            return Err(Problem::error(root.get("apiVersion").unwrap_or(root), message));
        }
        let crd = root.at(&["spec", "crd", "spec"]);
        let names = crd.and_then(|crd| crd.get("names"));
        let kind = names.map_or("", |names| names.str("kind"));
        if kind.is_empty() {
            return Err(Problem::error(names.unwrap_or(root), "`spec.crd.spec.names.kind` is missing"));
        }
        if !object.name.eq_ignore_ascii_case(kind) {
            let message = format!(
                "invalid ConstraintTemplate: the ConstraintTemplate's name {:?} is not equal to the lowercase of \
                 CRD's Kind: {:?}",
                object.name,
                kind.to_lowercase()
            );
            return Err(Problem::error(object.root.at(&["metadata", "name"]).unwrap_or(root), message));
        }
        let validation = crd.and_then(|crd| crd.get("validation"));
        let schema = validation.and_then(|validation| validation.get("openAPIV3Schema"));
        let legacy = validation
            .and_then(|validation| validation.get("legacySchema"))
            .and_then(Node::as_bool)
            .unwrap_or(object.version() != "v1");
        let target = target(root)?;
        Ok(Self {
            kind: kind.into(),
            schema: Schema::new(schema, legacy),
            has_parameters: schema.is_some() || legacy,
            operations: target.strings("operations").filter_map(Operation::named).collect(),
            sources: sources(target)?,
        })
    }

    /// The rule in the first of these languages that it is given in.
    pub(crate) fn source(&self, order: &[Engine]) -> Option<&Source> {
        order.iter().find_map(|engine| self.sources.iter().find(|source| source.engine() == *engine))
    }
}

impl Source {
    fn engine(&self) -> Engine {
        match self {
            Self::Rego { .. } => Engine::Rego,
            Self::Cel(_) => Engine::Cel,
        }
    }
}

/// The one target of a template.
fn target(root: &Node) -> Result<&Node, Problem> {
    let targets = root.at(&["spec", "targets"]);
    match targets.map(Node::items) {
        Some([target]) if target.str("target") == TARGET => Ok(target),
        Some([target]) => {
            let message = format!("the target `{}` is not known: use `{TARGET}`", target.str("target"));
            Err(Problem::error(target, message))
        }
        Some([]) | None => {
            Err(Problem::error(targets.unwrap_or(root), "no target is given: `spec.targets` must have one"))
        }
        Some(_) => Err(Problem::error(targets.unwrap_or(root), "only one target can be given")),
    }
}

/// The rule in every language: `code`, else the old `rego` and `libs`.
fn sources(target: &Node) -> Result<Vec<Source>, Problem> {
    let mut found = Vec::new();
    for code in target.get("code").map(Node::items).unwrap_or_default() {
        let Some(source) = code.get("source") else {
            return Err(Problem::error(code, "`source` is missing"));
        };
        match code.str("engine") {
            "Rego" => found.push(rego(source)?),
            "K8sNativeValidation" => found.push(Source::Cel(source.clone())),
            other => {
                let message =
                    format!("the engine `{other}` is not known: use `Rego` or `K8sNativeValidation`");
                return Err(Problem::error(code.get("engine").unwrap_or(code), message));
            }
        }
    }
    if target.get("rego").is_some() && !found.iter().any(|source| source.engine() == Engine::Rego) {
        found.push(rego(target)?);
    }
    if found.is_empty() {
        return Err(Problem::error(target, "the template has no rule: give `code` or `rego`"));
    }
    Ok(found)
}

fn rego(source: &Node) -> Result<Source, Problem> {
    let Some(module) = source.get("rego").filter(|module| module.as_str().is_some()) else {
        return Err(Problem::error(source, "`rego` is missing or no text"));
    };
    Ok(Source::Rego {
        module: module.clone(),
        libraries: source.get("libs").map(Node::items).unwrap_or_default().to_vec(),
        is_v1: source.str("version") == "v1",
    })
}
