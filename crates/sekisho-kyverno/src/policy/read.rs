//! The rules of a policy, compiled.

use std::sync::Arc;

use sekisho_manifest::{FieldPath, Node, Span, field};
use smol_str::SmolStr;

use crate::autogen;
use crate::context::ContextEntry;
use crate::jmespath::Expressions;
use crate::matching::Filter;
use crate::operators::Conditions;
use crate::patch::Patch;
use crate::pattern::Pattern;
use crate::value::{Map, Value};

use super::action::{FailureAction, Override};
use super::definition::Policy;
use super::error::{PolicyError, PolicyErrorKind};
use super::expressions::CelRule;
use super::fields::{list, text};
use super::rule::{
    Body, Check, Generate, GenerateForeach, Generated, Message, Mutate, MutateForeach, MutateWork,
    PatchSource, PatternSource, PodSecurityRule, Rule, Target, Validate, ValidateForeach,
};
use super::standard::Standard;
use crate::variables::Template;

/// Mistakes in what is compiled stand at the rule, since copies for controllers have no place of their own.
struct Reader<'e> {
    span: Span,
    path: FieldPath,
    errors: &'e mut Vec<PolicyError>,
}

pub(super) fn policy(root: &Node, errors: &mut Vec<PolicyError>) -> Policy {
    let value = Value::from_node(root).with_floats();
    let empty = Value::Null;
    let spec = value.get("spec").unwrap_or(&empty);
    let flag = |key: &str| spec.get(key).and_then(Value::as_bool);
    let metadata = value.get("metadata").unwrap_or(&empty);
    let annotation = |key: &str| metadata.at(&["annotations", key]).and_then(Value::as_str);
    let is_namespaced = root.str("kind") == "Policy";
    let webhook = spec.get("webhookConfiguration").unwrap_or(&empty);
    let failure_policy = [spec, webhook]
        .iter()
        .find_map(|holder| holder.get("failurePolicy").and_then(Value::as_str))
        .unwrap_or("");
    let timeout = webhook.get("timeoutSeconds").or_else(|| spec.get("webhookTimeoutSeconds"));
    Policy {
        is_namespaced,
        name: text(metadata, "name"),
        namespace: if is_namespaced { text(metadata, "namespace") } else { SmolStr::default() },
        span: root.span,
        failure_action: FailureAction::read(spec.get("validationFailureAction")).unwrap_or_default(),
        overrides: Override::list(spec.get("validationFailureActionOverrides")),
        applies_one: text(spec, "applyRules").eq_ignore_ascii_case("One"),
        is_scored: annotation("policies.kyverno.io/scored") != Some("false"),
        background: flag("background").unwrap_or(true),
        admission: flag("admission").unwrap_or(true),
        emits_warnings: flag("emitWarning").unwrap_or(false),
        generates_existing: flag("generateExisting").unwrap_or(false),
        mutates_existing_on_update: flag("mutateExistingOnPolicyUpdate").unwrap_or(false),
        ignores_failures: failure_policy.eq_ignore_ascii_case("Ignore"),
        #[expect(clippy::cast_possible_truncation, reason = "a number of seconds")]
        timeout_seconds: timeout.and_then(Value::as_number).map(|seconds| seconds as i64),
        match_conditions: list(webhook, "matchConditions")
            .iter()
            .map(|item| (text(item, "name"), text(item, "expression")))
            .collect(),
        expressions: Expressions::default(),
        rules: rules(root, spec, annotation(autogen::ANNOTATION), errors),
    }
}

/// The rules, and behind them the copies for controllers.
fn rules(root: &Node, spec: &Value, annotation: Option<&str>, errors: &mut Vec<PolicyError>) -> Vec<Rule> {
    let written = list(spec, "rules");
    let copies = autogen::expand(written, annotation);
    let nodes = root.at(&["spec", "rules"]).map_or(&[][..], Node::items);
    let mut read = |rule: &Value, place: usize, copied_for: Option<Vec<SmolStr>>| {
        let span = nodes.get(place).map_or(root.span, |node| node.span);
        let path = field!["spec", "rules"].child(place);
        // A mistake in a rule is one in its copies too, and is told once.
        let mut unheard = Vec::new();
        let errors = if copied_for.is_some() { &mut unheard } else { &mut *errors };
        Reader { span, path, errors }.rule(rule, copied_for)
    };
    let mut rules: Vec<Rule> = written
        .iter()
        .enumerate()
        .filter(|(_, rule)| copies.is_empty() || !autogen::is_copy(rule))
        .map(|(place, rule)| read(rule, place, None))
        .collect();
    rules.extend(copies.into_iter().map(|copy| read(&copy.rule, copy.original, Some(copy.kinds))));
    rules
}

impl Reader<'_> {
    fn wrong(&mut self, message: String) {
        self.errors.push(PolicyErrorKind::Expression(message).at(self.span, self.path.clone()));
    }

    fn rule(&mut self, rule: &Value, copied_for: Option<Vec<SmolStr>>) -> Rule {
        let empty = Value::Null;
        let present = |key: &str| rule.get(key).filter(|value| !value.is_null());
        let body = if let Some(validate) = present("validate") {
            Body::Validate(Box::new(self.validate(rule, validate)))
        } else if let Some(mutate) = present("mutate") {
            Body::Mutate(Box::new(self.mutate(mutate)))
        } else if let Some(generate) = present("generate") {
            Body::Generate(Box::new(self.generate(generate)))
        } else if !list(rule, "verifyImages").is_empty() {
            Body::VerifyImages(present("verifyImages").cloned().unwrap_or_default())
        } else {
            Body::Nothing
        };
        Rule {
            name: text(rule, "name"),
            span: self.span,
            copied_for,
            matches: Filter::read(rule.get("match").unwrap_or(&empty)),
            excludes: present("exclude").map(Filter::read).filter(|filter| !filter.is_empty()),
            context: self.context(rule),
            preconditions: conditions(rule.get("preconditions")),
            image_extractors: present("imageExtractors").cloned(),
            body,
        }
    }

    fn context(&mut self, holder: &Value) -> Vec<ContextEntry> {
        let mut entries = Vec::new();
        for item in list(holder, "context") {
            match ContextEntry::read(item) {
                Ok(entry) => entries.push(entry),
                Err(error) => self.wrong(error.to_string()),
            }
        }
        entries
    }

    fn validate(&mut self, rule: &Value, validate: &Value) -> Validate {
        let message = validate.get("message").and_then(Value::as_str).filter(|text| !text.is_empty());
        Validate {
            message: message.map(|text| Message { text: text.into(), template: Template::new(&text.into()) }),
            failure_action: FailureAction::read(validate.get("failureAction")),
            overrides: Override::list(validate.get("failureActionOverrides")),
            allows_existing: validate.get("allowExistingViolations").and_then(Value::as_bool).unwrap_or(true),
            check: self.whole_check(rule, validate),
        }
    }

    fn whole_check(&mut self, rule: &Value, validate: &Value) -> Check {
        let present = |key: &str| validate.get(key).filter(|value| !value.is_null());
        if present("manifests").is_some() {
            return Check::Manifests;
        }
        if let Some(security) = present("podSecurity") {
            return Check::PodSecurity(Box::new(PodSecurityRule {
                level: text(security, "level"),
                version: text(security, "version"),
                exclude: Standard::list(security.get("exclude")),
            }));
        }
        if let Some(cel) = present("cel") {
            let message = text(validate, "message");
            let conditions = list(rule, "celPreconditions");
            return Check::Cel(Box::new(CelRule::read(cel, conditions, &message)));
        }
        self.check(validate)
    }

    /// What a rule or a loop of it demands.
    fn check(&mut self, holder: &Value) -> Check {
        let present = |key: &str| holder.get(key).filter(|value| !value.is_null());
        if let Some(deny) = present("deny") {
            Check::Deny(conditions(deny.get("conditions")))
        } else if let Some(pattern) = present("pattern") {
            let template = Template::new(pattern);
            Check::Pattern(match template.constant() {
                Some(value) => PatternSource::Ready(vec![Pattern::new(value)]),
                None => PatternSource::One(template),
            })
        } else if let Some(patterns) = present("anyPattern") {
            let template = Template::new(patterns);
            Check::AnyPattern(match template.constant() {
                Some(value) => {
                    PatternSource::Ready(value.as_list().unwrap_or(&[]).iter().map(Pattern::new).collect())
                }
                None => PatternSource::Several(template),
            })
        } else if present("foreach").is_some() {
            let loops = list(holder, "foreach").iter().map(|each| ValidateForeach {
                list: text(each, "list"),
                element_scope: each.get("elementScope").and_then(Value::as_bool),
                context: self.context(each),
                preconditions: conditions(each.get("preconditions")),
                check: self.check(each),
            });
            Check::Foreach(loops.collect())
        } else {
            Check::Nothing
        }
    }

    fn mutate(&mut self, mutate: &Value) -> Mutate {
        let targets = list(mutate, "targets")
            .iter()
            .map(|target| {
                let mut selector = Map::default();
                for key in ["apiVersion", "kind", "namespace", "name", "selector"] {
                    if let Some(value) = target.get(key) {
                        selector.insert(key, value.clone());
                    }
                }
                Target {
                    selector: Template::new(&Value::Map(Arc::new(selector))),
                    context: self.context(target),
                    preconditions: conditions(target.get("preconditions")),
                }
            })
            .collect();
        Mutate { targets, work: self.mutate_work(mutate) }
    }

    fn mutate_work(&mut self, holder: &Value) -> MutateWork {
        let present = |key: &str| holder.get(key).filter(|value| !value.is_null());
        let loops = list(holder, "foreach");
        if !loops.is_empty() {
            let loops = loops.iter().map(|each| {
                let order = text(each, "order");
                let merges = each.get("patchStrategicMerge").is_some_and(|value| !value.is_null());
                MutateForeach {
                    list: text(each, "list"),
                    descending: if order.is_empty() { merges } else { order == "Descending" },
                    context: self.context(each),
                    preconditions: conditions(each.get("preconditions")),
                    work: self.mutate_work(each),
                }
            });
            return MutateWork::Foreach(loops.collect());
        }
        if let Some(patch) = present("patchStrategicMerge") {
            let template = Template::new(patch);
            return MutateWork::Patch(match template.constant() {
                Some(value) => PatchSource::Ready(Patch::Merge(value.clone())),
                None => PatchSource::Merge(template),
            });
        }
        match present("patchesJson6902") {
            Some(patch @ Value::String(text)) if !text.is_empty() => {
                let template = Template::new(patch);
                MutateWork::Patch(match template.constant() {
                    Some(value) => PatchSource::Ready(Patch::Json(value.as_str().unwrap_or("").to_owned())),
                    None => PatchSource::Json(template),
                })
            }
            _ => MutateWork::Nothing,
        }
    }

    fn generate(&mut self, generate: &Value) -> Generate {
        let loops = list(generate, "foreach");
        let work = if loops.is_empty() {
            Generated::Once(Template::new(&generated(generate)))
        } else {
            Generated::Foreach(
                loops
                    .iter()
                    .map(|each| GenerateForeach {
                        list: text(each, "list"),
                        context: self.context(each),
                        preconditions: conditions(each.get("preconditions")),
                        pattern: Template::new(&generated(each)),
                    })
                    .collect(),
            )
        };
        let flag = |key: &str| generate.get(key).and_then(Value::as_bool) == Some(true);
        Generate { synchronize: flag("synchronize"), orphan: flag("orphanDownstreamOnPolicyDelete"), work }
    }
}

fn conditions(value: Option<&Value>) -> Option<Conditions> {
    value.filter(|value| !value.is_null()).and_then(|value| Conditions::read(value).ok())
}

/// The part of a rule that says what is generated.
fn generated(holder: &Value) -> Value {
    let mut pattern = Map::default();
    for key in ["apiVersion", "kind", "namespace", "name", "data", "clone", "cloneList"] {
        if let Some(value) = holder.get(key) {
            pattern.insert(key, value.clone());
        }
    }
    Value::from(pattern)
}
