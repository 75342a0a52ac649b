//! A test worked out: every policy over every resource, then the rows that the test lists.

use sekisho_manifest::{Node, api};
use smol_str::{SmolStr, format_smolstr};

use crate::budget::Budget;
use crate::given::{self, Values};
use crate::matching::{Identity, Kind, Operation, User};
use crate::policy::{self, Document, Exception, Policy};
use crate::rule::{self, PodSecurity, Request, RuleKind, RuleResult, Snapshot, Status, World};
use crate::settings::Settings;
use crate::value::{Map, Value};

use super::case::{Case, Files, OtherPolicies, Row};
use super::compare;
use super::file::{Expected, TestFile};
use super::world::TestFacts;

/// A policy of a test.
enum Loaded {
    Own(Box<Policy>),
    Other(Node),
}

/// What a policy said of a resource, or of a target.
struct Response {
    policy: SmolStr,
    /// Whether the policy is one rule, whatever the test calls it.
    is_rule: bool,
    results: Vec<RuleResult>,
    /// The resource as the policy left it.
    object: Value,
}

/// A resource and everything said of it.
struct Examined {
    /// The name of the file of a payload.
    payload: Option<SmolStr>,
    resource: Value,
    responses: Vec<Response>,
}

struct Running<'t> {
    test: &'t TestFile,
    files: &'t dyn Files,
    others: &'t dyn OtherPolicies,
    settings: &'t Settings,
    pod_security: Option<&'t dyn PodSecurity>,
    policies: Vec<Loaded>,
    /// Why policies were left out, by name.
    refused: Vec<(SmolStr, String)>,
    exceptions: Vec<Exception>,
    other_exceptions: Vec<Node>,
    resources: Vec<(Value, Node)>,
    /// The JSON that is no object of Kubernetes, by the names of its files.
    payloads: Vec<(SmolStr, Node)>,
    parameters: Vec<Value>,
    definitions: Vec<Node>,
    documents: Vec<Node>,
    targets: Vec<Value>,
    values: Values,
    user: Option<User>,
    context: Vec<Node>,
    namespaces: Vec<Value>,
    facts: TestFacts,
}

/// Works out the rows of a test.
pub fn run(
    test: &TestFile,
    files: &dyn Files,
    others: &dyn OtherPolicies,
    settings: &Settings,
    pod_security: Option<&dyn PodSecurity>,
) -> Result<Vec<Row>, String> {
    let running = Running::load(test, files, others, settings, pod_security)?;
    let mut operations: Vec<SmolStr> = vec![SmolStr::default()];
    for expected in &test.results {
        if !matches!(expected.operation.as_str(), "" | "CREATE" | "UPDATE" | "DELETE") {
            return Err(format!(
                "`{}` is no operation of a test: use CREATE, UPDATE or DELETE",
                expected.operation
            ));
        }
        if !operations.contains(&expected.operation) {
            operations.push(expected.operation.clone());
        }
    }
    let mut rows = Vec::new();
    for operation in operations {
        if !test.results.iter().any(|expected| expected.operation == operation) {
            continue;
        }
        let examined: Vec<Examined> = running
            .resources
            .iter()
            .map(|(resource, node)| running.examine(resource, node, Operation::named(&operation)))
            .chain(running.payloads.iter().map(|(name, node)| running.examine_payload(name, node)))
            .collect();
        for (place, expected) in test.results.iter().enumerate() {
            if expected.operation == operation {
                rows.extend(running.rows(expected, &examined).into_iter().map(|row| (place, row)));
            }
        }
    }
    rows.sort_by_key(|(place, _)| *place);
    Ok(rows.into_iter().map(|(_, row)| row).collect())
}

impl<'t> Running<'t> {
    fn load(
        test: &'t TestFile,
        files: &'t dyn Files,
        others: &'t dyn OtherPolicies,
        settings: &'t Settings,
        pod_security: Option<&'t dyn PodSecurity>,
    ) -> Result<Self, String> {
        let documents = |paths: &[SmolStr]| -> Result<Vec<Node>, String> {
            let mut all = Vec::new();
            for path in paths {
                all.extend(files.documents(path)?);
            }
            Ok(all)
        };
        let mut running = Self {
            test,
            files,
            others,
            settings,
            pod_security,
            policies: Vec::new(),
            refused: Vec::new(),
            exceptions: Vec::new(),
            other_exceptions: Vec::new(),
            resources: Vec::new(),
            payloads: Vec::new(),
            parameters: Vec::new(),
            definitions: Vec::new(),
            documents: Vec::new(),
            targets: Vec::new(),
            values: test.values.as_ref().map(Values::read).unwrap_or_default(),
            user: None,
            context: Vec::new(),
            namespaces: Vec::new(),
            facts: TestFacts::default(),
        };
        for node in documents(&test.policies)? {
            running.add_policy(node);
        }
        for node in documents(&test.exceptions)? {
            match policy::load(&node).document {
                Some(Document::Exception(exception)) => running.exceptions.push(*exception),
                _ => running.other_exceptions.push(node),
            }
        }
        for node in documents(&test.resources)? {
            let resource = as_resource(&node);
            if !running.resources.iter().any(|(known, _)| compare::same_object(known, &resource)) {
                running.resources.push((resource, node));
            }
        }
        running.targets = documents(&test.targets)?.iter().map(as_resource).collect();
        running.parameters = documents(&test.parameters)?.iter().map(as_resource).collect();
        for path in &test.payloads {
            let first = files.documents(path)?.into_iter().next();
            running.payloads.extend(first.map(|node| (path.clone(), node)));
        }
        // Values in the test itself keep those of the file out.
        if let Some(path) = test.variables.as_ref().filter(|_| test.values.is_none()) {
            running.values = files.documents(path)?.first().map(Values::read).unwrap_or_default();
        }
        if let Some(path) = &test.user {
            running.user = files.documents(path)?.first().map(given::user);
        }
        if let Some(path) = &test.context {
            running.context = files.documents(path)?;
        }
        running.namespaces = running.values.namespaces();
        running.load_world(&documents)?;
        Ok(running)
    }

    /// The objects and answers that the rules of the test may ask for.
    fn load_world(
        &mut self,
        documents: &impl Fn(&[SmolStr]) -> Result<Vec<Node>, String>,
    ) -> Result<(), String> {
        self.facts.has_cluster = !self.test.cluster.is_empty();
        for node in documents(&self.test.cluster)? {
            let spec = node.get("spec");
            let shown = spec.and_then(|spec| spec.get("resources")).map_or(&[][..], Node::items);
            self.facts.objects.extend(shown.iter().map(|node| Value::from_node(node).with_floats()));
            let definitions: Vec<SmolStr> =
                spec.map(|spec| spec.strings("crds").map(SmolStr::new).collect()).unwrap_or_default();
            self.definitions.extend(documents(&definitions)?);
        }
        self.facts.objects.extend(self.resources.iter().map(|(resource, _)| resource.clone()));
        self.facts.objects.extend(self.targets.iter().cloned());
        if let Some(answers) = &self.test.answers {
            self.facts.add_answers(answers);
        }
        for entry in self.test.globals.as_ref().map_or(&[][..], Node::items) {
            let files: Vec<SmolStr> = entry.strings("resourceFiles").map(SmolStr::new).collect();
            let shown = documents(&files)?;
            let resources = shown.iter().map(|node| Value::from_node(node).with_floats()).collect();
            self.facts.add_global(entry, resources)?;
        }
        Ok(())
    }

    fn add_policy(&mut self, node: Node) {
        if !policy::is_policy(&node) {
            self.documents.push(node.clone());
            self.policies.push(Loaded::Other(node));
            return;
        }
        let loaded = policy::load(&node);
        match loaded.document {
            Some(Document::Policy(policy)) if loaded.errors.is_empty() => {
                self.policies.push(Loaded::Own(policy));
            }
            Some(Document::Exception(exception)) => self.exceptions.push(*exception),
            _ => {
                let name = node.at(&["metadata", "name"]).and_then(Node::as_str).unwrap_or("");
                let why = loaded.errors.first().map(ToString::to_string).unwrap_or_default();
                self.refused.push((name.into(), why));
            }
        }
    }

    /// Everything that the policies say of a resource.
    fn examine(&self, resource: &Value, node: &Node, operation: Option<Operation>) -> Examined {
        let mut object = resource.clone();
        let mut responses = Vec::new();
        let all: Vec<Value> = self.resources.iter().map(|(resource, _)| resource.clone()).collect();
        // Every policy mutates before any validates, and what is generated comes last.
        for policy in self.own() {
            if !policy.rules.iter().any(policy::Rule::mutates) {
                continue;
            }
            let request = self.request(policy, &object, operation);
            let mutated = self.with_world(policy, |world| rule::mutate(policy, &request, world));
            if let Some(changed) = mutated.object {
                object = changed;
            }
            responses.push(Response {
                policy: policy.name.clone(),
                is_rule: false,
                results: mutated.results,
                object: object.clone(),
            });
        }
        for policy in self.own() {
            let request = self.request(policy, &object, operation);
            let mut results = Vec::new();
            if policy.rules.iter().any(|rule| rule.validates() || rule.verifies_images()) {
                results.extend(self.with_world(policy, |world| rule::validate(policy, &request, world)));
            }
            responses.push(Response {
                policy: policy.name.clone(),
                is_rule: false,
                results,
                object: object.clone(),
            });
        }
        for policy in self.others() {
            let request = self.about(&object, operation);
            let case = Case { resources: &all, ..self.case(&request, node) };
            let Some((results, changed)) = self.others.apply(policy, &case) else { continue };
            if let Some(changed) = changed {
                object = changed;
            }
            responses.push(Response {
                policy: name_of(policy),
                is_rule: true,
                results,
                object: object.clone(),
            });
        }
        for policy in self.own().filter(|policy| policy.rules.iter().any(policy::Rule::generates)) {
            let request = self.request(policy, &object, operation);
            let results = self.with_world(policy, |world| rule::generate(policy, &request, world));
            responses.push(Response {
                policy: policy.name.clone(),
                is_rule: false,
                results,
                object: object.clone(),
            });
        }
        Examined { payload: None, resource: resource.clone(), responses }
    }

    /// Everything that the policies of plain JSON say of a payload.
    fn examine_payload(&self, name: &SmolStr, node: &Node) -> Examined {
        let object = Value::from_node(node).with_floats();
        let request = Request { object: Some(object.clone()), ..Request::default() };
        let case = Case { is_payload: true, ..self.case(&request, node) };
        let mut responses = Vec::new();
        for policy in self.others() {
            if let Some((results, _)) = self.others.apply(policy, &case) {
                responses.push(Response {
                    policy: name_of(policy),
                    is_rule: true,
                    results,
                    object: object.clone(),
                });
            }
        }
        Examined { payload: Some(name.clone()), resource: object, responses }
    }

    fn case<'c>(&'c self, request: &'c Request, resource: &'c Node) -> Case<'c> {
        Case {
            request,
            resource,
            is_payload: false,
            documents: &self.documents,
            context: &self.context,
            namespaces: &self.namespaces,
            exceptions: &self.other_exceptions,
            resources: &[],
            targets: &self.targets,
            parameters: &self.parameters,
            definitions: &self.definitions,
            facts: &self.facts,
        }
    }

    fn own(&self) -> impl Iterator<Item = &Policy> {
        self.policies.iter().filter_map(|loaded| match loaded {
            Loaded::Own(policy) => Some(&**policy),
            Loaded::Other(_) => None,
        })
    }

    /// The policies of other kinds, in the order in which Kyverno asks the kinds.
    fn others(&self) -> impl Iterator<Item = &Node> {
        let mut others: Vec<&Node> = self
            .policies
            .iter()
            .filter_map(|loaded| match loaded {
                Loaded::Other(node) => Some(node),
                Loaded::Own(_) => None,
            })
            .collect();
        let turn = |node: &&Node| {
            let kind = node.str("kind").trim_start_matches("Namespaced");
            KINDS.iter().position(|known| *known == kind).unwrap_or(KINDS.len())
        };
        others.sort_by_key(turn);
        others.into_iter()
    }

    fn with_world<T>(&self, policy: &Policy, run: impl FnOnce(&World<'_>) -> T) -> T {
        let sources = self.test.results.iter().filter(|expected| is_named(&expected.policy, &policy.name));
        let mut objects = self.facts.objects.clone();
        for path in sources.filter_map(|expected| expected.clone_source.as_ref()) {
            let documents = self.files.documents(path).unwrap_or_default();
            objects.extend(documents.iter().map(as_resource));
        }
        let snapshot = Snapshot::new(objects);
        let exceptions: Vec<&Exception> = self.exceptions.iter().collect();
        run(&World {
            facts: &self.facts,
            objects: &snapshot,
            pod_security: self.pod_security,
            settings: self.settings,
            exceptions: &exceptions,
            budget: Budget::default(),
        })
    }

    /// The request about a resource, with what the values of the test say of it.
    fn request(&self, policy: &Policy, resource: &Value, operation: Option<Operation>) -> Request {
        self.values.request(&policy.name, &self.about(resource, None), operation)
    }

    /// The request about a resource, before the values of policies.
    fn about(&self, object: &Value, operation: Option<Operation>) -> Request {
        let namespace = Identity::of(object).namespace;
        let mut kind = Kind::of(object);
        let mut subresource = SmolStr::default();
        if let Some(part) = self.values.part(&kind) {
            kind = part.parent;
            subresource = part.name;
        }
        let mut request = Request {
            resource: kind.plural(),
            kind,
            subresource,
            user: self.user.clone(),
            namespace_labels: self.values.labels_of(namespace),
            ..Request::default()
        };
        request.does(operation.or_else(|| self.values.operation()).unwrap_or_default(), object.clone());
        request
    }

    /// The rows of one expected result: one for each resource that it lists.
    fn rows(&self, expected: &Expected, examined: &[Examined]) -> Vec<Row> {
        let listed = expected.resources.iter().map(|name| {
            let fits = |object: &Value| {
                let identity = Identity::of(object);
                match name.split_once('/') {
                    Some((namespace, name)) => identity.namespace == namespace && identity.name == name,
                    None => identity.name == name,
                }
            };
            (name.clone(), self.row(expected, examined, Some(name), &fits))
        });
        let specs = expected.specs.iter().map(|spec| {
            let fits = |object: &Value| {
                let identity = Identity::of(object);
                Kind::of(object).api_version() == spec.api_version
                    && identity.namespace == spec.namespace
                    && identity.name == spec.name
            };
            (format_smolstr!("{}/{}", spec.namespace, spec.name), self.row(expected, examined, None, &fits))
        });
        let mut found: Vec<(SmolStr, Outcome)> = listed.chain(specs).collect();
        if expected.resources.is_empty() && expected.specs.is_empty() {
            found = examined
                .iter()
                .map(|each| {
                    let fits = |object: &Value| compare::same_object(object, &each.resource);
                    let payload = each.payload.as_ref();
                    let name = payload.cloned().unwrap_or_else(|| Identity::of(&each.resource).name.into());
                    (name, self.row(expected, examined, payload, &fits))
                })
                .collect();
        }
        found
            .into_iter()
            .map(|(resource, outcome)| Row {
                policy: expected.policy.clone(),
                rule: expected.rule.clone(),
                resource,
                expected: expected.result.clone(),
                found: outcome.found,
                message: outcome.message,
                miss: outcome.miss,
            })
            .collect()
    }

    /// `payload` is the name that a payload must have.
    fn row(
        &self,
        expected: &Expected,
        examined: &[Examined],
        payload: Option<&SmolStr>,
        fits: &dyn Fn(&Value) -> bool,
    ) -> Outcome {
        let mut outcome = Outcome::default();
        let mut is_there = false;
        for each in examined {
            let is_trigger = match &each.payload {
                Some(name) => payload == Some(name),
                None => fits(&each.resource),
            };
            is_there |= is_trigger;
            for response in
                each.responses.iter().filter(|response| is_named(&expected.policy, &response.policy))
            {
                if is_trigger {
                    outcome.asked = true;
                    for result in
                        response.results.iter().filter(|result| response.is_rule || is_rule(expected, result))
                    {
                        self.judge(expected, response, result, &mut outcome);
                    }
                } else {
                    for result in &response.results {
                        if let Some(target) = result.target.as_ref().filter(|target| fits(target)) {
                            is_there = true;
                            self.judge_object(expected, target, result, &mut outcome);
                        }
                    }
                }
            }
        }
        if outcome.found.is_none() && outcome.miss.is_none() {
            let refused = self.refused.iter().find(|(name, _)| is_named(&expected.policy, name));
            outcome.miss = if !is_there && !self.targets.iter().any(fits) {
                Some("no such resource".to_owned())
            } else if let Some((_, why)) = refused {
                // A policy that is refused is skipped.
                (expected.result != "skip").then(|| format!("the policy is refused: {why}"))
            } else if !outcome.asked {
                Some(self.unasked(expected))
            } else {
                // A resource that no rule of this name concerns is excluded, whatever is expected.
                None
            };
        }
        outcome
    }

    /// Why nobody asked a policy.
    fn unasked(&self, expected: &Expected) -> String {
        let policy = self.others().find(|policy| is_named(&expected.policy, &name_of(policy)));
        match policy.map(|policy| policy.str("kind")) {
            Some(kind) if kind.ends_with("ImageValidatingPolicy") => {
                "signatures are not verified: the policy needs the signature support".to_owned()
            }
            Some(kind) => format!("the policy, of kind `{kind}`, cannot be used: `policy lint` says why"),
            None => "there is no such policy among those of the test".to_owned(),
        }
    }

    /// Holds a result against what is expected.
    fn judge(&self, expected: &Expected, response: &Response, result: &RuleResult, outcome: &mut Outcome) {
        match result.kind {
            RuleKind::Generation => {
                for made in &result.generated {
                    if let Err(Unlike::Missing(why) | Unlike::Differs(why)) =
                        self.compare(&expected.generated, made)
                    {
                        outcome.miss = outcome.miss.take().or(Some(why));
                    }
                }
                outcome.note(expected, result);
            }
            RuleKind::Mutation => self.judge_object(expected, &response.object, result, outcome),
            RuleKind::Validation | RuleKind::ImageVerification => outcome.note(expected, result),
        }
    }

    fn judge_object(&self, expected: &Expected, object: &Value, result: &RuleResult, outcome: &mut Outcome) {
        if let Some(path) = &expected.patched {
            match self.compare(std::slice::from_ref(path), object) {
                Ok(()) => {}
                // Of an object that the file does not show nothing is expected, unless the test says so.
                Err(Unlike::Missing(_)) if !expected.fails_on_missing => return,
                Err(Unlike::Missing(why) | Unlike::Differs(why)) => {
                    outcome.miss = outcome.miss.take().or(Some(why));
                }
            }
        }
        outcome.note(expected, result);
    }

    /// Looks for an object in files: one of those that have its name must be the same.
    fn compare(&self, paths: &[SmolStr], object: &Value) -> Result<(), Unlike> {
        let mut unlike = Ok(());
        for path in paths {
            let documents = match self.files.documents(path) {
                Ok(documents) => documents,
                Err(error) => {
                    unlike = Err(Unlike::Differs(error));
                    continue;
                }
            };
            let found = documents.iter().map(as_resource).find(|known| compare::same_object(known, object));
            match found.map(|known| compare::difference(object, &known)) {
                Some(None) => return Ok(()),
                Some(Some(difference)) => unlike = Err(Unlike::Differs(format!("{path}: {difference}"))),
                None => {
                    let name = Identity::of(object).name;
                    unlike =
                        unlike.and_then(|()| Err(Unlike::Missing(format!("{path} does not show `{name}`"))));
                }
            }
        }
        unlike
    }
}

/// How an object differs from what files show.
enum Unlike {
    /// No file shows an object of its name.
    Missing(String),
    Differs(String),
}

/// What became of one row.
#[derive(Default)]
struct Outcome {
    found: Option<Status>,
    message: String,
    miss: Option<String>,
    /// Whether anybody asked the policy about the resource.
    asked: bool,
}

impl Outcome {
    fn note(&mut self, expected: &Expected, result: &RuleResult) {
        let fits = result.status.as_str() == expected.result;
        if self.found.is_none() || !fits {
            self.found = Some(result.status);
            self.message.clone_from(&result.message);
        }
        if !fits && self.miss.is_none() {
            let found = result.status.as_str();
            self.miss = Some(format!("want {}, got {found}: {}", expected.result, result.message));
        }
    }
}

/// The kinds of other policies, in the order in which Kyverno asks them.
const KINDS: [&str; 7] = [
    "MutatingAdmissionPolicy",
    "MutatingPolicy",
    "ValidatingAdmissionPolicy",
    "ValidatingPolicy",
    "GeneratingPolicy",
    "ImageValidatingPolicy",
    "DeletingPolicy",
];

fn name_of(policy: &Node) -> SmolStr {
    policy.at(&["metadata", "name"]).and_then(Node::as_str).unwrap_or("").into()
}

/// Whether an expected result names a policy, with or without its namespace.
fn is_named(expected: &str, policy: &str) -> bool {
    expected.rsplit('/').next() == Some(policy)
}

fn is_rule(expected: &Expected, result: &RuleResult) -> bool {
    let (wanted, rule) = (expected.rule.as_str(), result.rule.as_str());
    wanted.is_empty()
        || rule.is_empty()
        || rule == wanted
        || rule.strip_prefix("autogen-") == Some(wanted)
        || rule.strip_prefix("autogen-cronjob-") == Some(wanted)
}

/// An object as tests look at it: in a namespace where its kind lives in one, maps that are null empty, every
/// number a float.
pub fn as_resource(node: &Node) -> Value {
    let mut value = without_null_maps(&Value::from_node(node).with_floats());
    let kind = Kind::of(&value);
    let is_namespaced = api::is_namespaced(&kind.group, &kind.kind).unwrap_or(true);
    if is_namespaced && Identity::of(&value).namespace.is_empty() {
        given::put(&mut value, &["metadata", "namespace"], &Value::from("default"));
    }
    value
}

const MAPS: [&str; 6] = ["annotations", "labels", "matchLabels", "nodeSelector", "data", "stringData"];

fn without_null_maps(value: &Value) -> Value {
    match value {
        Value::Map(map) => map
            .iter()
            .map(|(key, value)| {
                let value = match value {
                    Value::Null if MAPS.contains(&key.as_str()) => Value::from(Map::default()),
                    other => without_null_maps(other),
                };
                (key.clone(), value)
            })
            .collect::<Map>()
            .into(),
        Value::List(items) => items.iter().map(without_null_maps).collect(),
        other => other.clone(),
    }
}
