//! What constraints judge of a request: the object, the one it replaces, and what will be generated of it.

use sekisho_manifest::{Node, Operation};
use smol_str::SmolStr;

use super::expansion::{ExpansionTemplate, expand};
use super::matching::{self, Match, MatchError, Origin, Subject};
use super::mutation::Mutators;
use crate::asked::Asked;
use crate::facts::Facts;
use crate::group_version::{GroupVersionKind, GroupVersionResource};
use crate::request::Request;
use crate::views::Views;

/// Everything that is judged of one request.
#[derive(Debug)]
pub(crate) struct Subjects {
    pub(crate) judged: Vec<Judged>,
    /// Why not all is known that will be generated.
    pub(crate) problem: Option<String>,
    namespace: SmolStr,
    namespace_object: Option<Node>,
}

/// One object that is judged, as a request of its own.
#[derive(Debug)]
pub(crate) struct Judged {
    request: Request,
    views: Views,
    /// What generated it; none: it was asked about.
    pub(crate) template: Option<Source>,
}

/// What generated an object.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    /// The expansion template.
    pub(crate) name: SmolStr,
    /// What follows in place of the constraint's own word.
    pub(crate) enforcement_action: Option<SmolStr>,
}

impl Judged {
    fn new(request: Request, template: Option<Source>) -> Self {
        Self { request, views: Views::default(), template }
    }

    /// The request about the object.
    pub(crate) fn asked(&self) -> Asked<'_> {
        Asked::new(&self.request, &self.views)
    }

    /// The name of the object.
    pub(crate) fn name(&self) -> &str {
        self.request.subject().map_or("", matching::name)
    }
}

impl Subjects {
    pub(crate) fn new(
        request: &Request,
        expansions: &[ExpansionTemplate],
        mutators: &Mutators,
        facts: &dyn Facts,
    ) -> Self {
        let namespace = &request.namespace;
        let mut found = Self {
            judged: vec![Judged::new(request.clone(), None)],
            problem: None,
            namespace: namespace.clone(),
            namespace_object: if namespace.is_empty() { None } else { facts.namespace(namespace) },
        };
        if let Some(object) = request.object.as_ref().filter(|_| request.operation != Operation::Delete) {
            match found.generated(object, request, expansions, mutators, facts) {
                Ok(generated) => found.judged.extend(generated),
                Err(problem) => found.problem = Some(problem),
            }
        }
        found
    }

    fn generated(
        &self,
        object: &Node,
        request: &Request,
        expansions: &[ExpansionTemplate],
        mutators: &Mutators,
        facts: &dyn Facts,
    ) -> Result<Vec<Judged>, String> {
        let mut found = Vec::new();
        let made = expand(expansions, object, &request.namespace).map_err(|error| error.to_string())?;
        for generated in made {
            let subject = self.subject(&generated.object, Origin::Generated);
            let changed = mutators
                .apply(&subject, None, &request.user.name, facts)
                .map_err(|error| format!("failed to mutate resultant resource: {error}"))?;
            let source = Source {
                name: generated.template.name.clone(),
                enforcement_action: generated.template.enforcement_action.clone(),
            };
            let object = changed.unwrap_or(generated.object);
            found.push(Judged::new(creation(object, request), Some(source)));
        }
        Ok(found)
    }

    fn subject<'a>(&'a self, object: &'a Node, origin: Origin) -> Subject<'a> {
        Subject {
            object,
            namespace: &self.namespace,
            namespace_object: self.namespace_object.as_ref(),
            origin,
        }
    }

    /// Whether an object, or the one that it replaces, is what a constraint looks at.
    pub(crate) fn matches(&self, judged: &Judged, matching: &Match) -> Result<bool, MatchError> {
        let origin = if judged.template.is_some() { Origin::Generated } else { Origin::Original };
        for object in [&judged.request.object, &judged.request.old_object].into_iter().flatten() {
            if matching.matches(&self.subject(object, origin))? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// The creation of a generated object, by whoever sent the request that brings it.
fn creation(object: Node, parent: &Request) -> Request {
    let kind = GroupVersionKind::new(object.str("apiVersion"), object.str("kind"));
    Request {
        uid: SmolStr::default(),
        resource: GroupVersionResource::default(),
        request_resource: GroupVersionResource::default(),
        request_kind: kind.clone(),
        kind,
        subresource: SmolStr::default(),
        name: matching::name(&object).into(),
        namespace: parent.namespace.clone(),
        operation: Operation::Create,
        user: parent.user.clone(),
        object: Some(object),
        old_object: None,
        options: None,
        dry_run: parent.dry_run,
        origin: parent.origin,
    }
}
