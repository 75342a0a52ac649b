//! Rules that validate, one after the other, into rules of admission policies.

use smol_str::SmolStr;

use super::cel::take_over;
use super::conditions::Around;
use super::expression::{self, Expression};
use super::filter;
use super::pattern::Patterns;
use super::place::{Fields, Kinds, Place, Shape};
use super::refused::Untranslatable;
use super::rule::{AdmissionDemand, AdmissionRule};
use crate::budget::{Budget, Meter};
use crate::matching::{Kind, KindSelector, Operation};
use crate::operators::Conditions;
use crate::policy::{
    Body, Check, Exception, FailureAction, PatternSource, Policy, Rule, Validate, ValidateForeach,
};

/// The longest expression, in bytes.
const MAX_EXPRESSION: usize = 60_000;

/// The rules of a policy that validate, each as an admission policy or why it can be none.
pub fn rules(
    policy: &Policy,
    exceptions: &[&Exception],
    fields: &dyn Fields,
) -> Vec<(SmolStr, Result<AdmissionRule, Untranslatable>)> {
    let validates = |rule: &&Rule| !matches!(rule.body, Body::Mutate(_) | Body::Generate(_));
    let one = policy.applies_one && policy.rules.len() > 1;
    let rules = policy.rules.iter().filter(validates);
    rules
        .map(|rule| {
            let made = if one {
                Err(Untranslatable::OneRule)
            } else if !policy.admission {
                Err(Untranslatable::Background)
            } else {
                admission_rule(policy, rule, exceptions, fields)
            };
            (rule.name.clone(), made)
        })
        .collect()
}

fn admission_rule(
    policy: &Policy,
    rule: &Rule,
    exceptions: &[&Exception],
    fields: &dyn Fields,
) -> Result<AdmissionRule, Untranslatable> {
    let Body::Validate(validate) = &rule.body else { return Err(Untranslatable::Body) };
    if !policy.overrides.is_empty() || !validate.overrides.is_empty() {
        return Err(Untranslatable::Overrides);
    }
    let matched = filter::matched(&rule.matches, rule.copied_for.as_deref())?;
    let mut concerned = vec![matched.condition];
    if let Some(excludes) = &rule.excludes {
        concerned.push(filter::left_out(excludes)?.not());
    }
    concerned.extend(excepted(policy, rule, exceptions)?);
    if policy.is_namespaced {
        let namespace = if policy.namespace.is_empty() { "default" } else { policy.namespace.as_str() };
        let wanted = expression::quoted(namespace);
        concerned.push(Expression::plain(format!("subject.metadata.?namespace.orValue(\"\") == {wanted}")));
    }
    let concerned = Expression::all(concerned);
    let mut made = AdmissionRule {
        name: rule.name.clone(),
        action: validate.failure_action.unwrap_or(policy.failure_action),
        kinds: matched.kinds,
        operations: matched.operations,
        conditions: Vec::new(),
        variables: Vec::new(),
        demands: Vec::new(),
        parameters: None,
    };
    if made.operations.is_empty() {
        made.operations = vec![Operation::Create, Operation::Update, Operation::Delete];
        // One connects to parts of objects alone.
        if made.kinds.is_empty() || made.kinds.iter().any(|kind| !kind.subresource().is_empty()) {
            made.operations.push(Operation::Connect);
        }
    }
    if matches!(validate.check, Check::Pattern(_) | Check::AnyPattern(_) | Check::Foreach(_)) {
        made.operations.retain(|operation| *operation != Operation::Delete);
    }
    if let Expression::Always(false) = concerned {
        made.conditions.push(("never".to_owned(), "false".to_owned()));
    } else if concerned != Expression::Always(true) {
        made.conditions.push(("match".to_owned(), about(&concerned)));
    }
    for condition in &policy.match_conditions {
        made.conditions.push((condition.0.to_string(), condition.1.to_string()));
    }
    if let Check::Cel(cel) = &validate.check {
        take_over(cel, &mut made)?;
    } else {
        Writer { rule, validate, fields, made: &mut made }.write(&concerned)?;
    }
    let texts = made.conditions.iter().chain(&made.variables).map(|(_, text)| text.len());
    let largest = texts.chain(made.demands.iter().map(|demand| demand.expression.len())).max();
    if largest.is_some_and(|length| length > MAX_EXPRESSION) {
        return Err(Untranslatable::Size);
    }
    Ok(made)
}

/// That no exception lets the object off.
fn excepted(
    policy: &Policy,
    rule: &Rule,
    exceptions: &[&Exception],
) -> Result<Vec<Expression>, Untranslatable> {
    let meter = Meter::new(Budget::default());
    let name = if policy.namespace.is_empty() {
        policy.name.to_string()
    } else {
        format!("{}/{}", policy.namespace, policy.name)
    };
    let mut found = Vec::new();
    for exception in exceptions {
        if !exception.names(&name, &rule.name, &meter).map_err(|_| Untranslatable::Size)? {
            continue;
        }
        if exception.conditions.is_some() || !exception.pod_security.is_empty() {
            return Err(Untranslatable::Exception(exception.key()));
        }
        if matches!(exception.matches, crate::matching::Filter::One(_)) {
            continue;
        }
        found.push(filter::left_out(&exception.matches)?.not());
    }
    Ok(found)
}

/// A condition about `subject` as one about the object of a request, which is the old one where there is no new one.
fn about(condition: &Expression) -> String {
    let text = condition.to_string();
    if text.contains("subject.") {
        format!("[object != null ? object : oldObject].all(subject, {text})")
    } else {
        text
    }
}

/// A rule of patterns or conditions on its way.
struct Writer<'w> {
    rule: &'w Rule,
    validate: &'w Validate,
    fields: &'w dyn Fields,
    made: &'w mut AdmissionRule,
}

impl Writer<'_> {
    /// Adds what the rule asks for; `concerned` is when it is asked, of an object `subject`.
    fn write(&mut self, concerned: &Expression) -> Result<(), Untranslatable> {
        let exact = |kind: &KindSelector| kind.subresource().is_empty().then(|| self.exact(kind)).flatten();
        let kinds: Option<Vec<Kind>> = self.made.kinds.iter().map(exact).collect();
        let kinds = Kinds { kinds: kinds.unwrap_or_default(), fields: self.fields };
        // A change of an object that did not hold before either is let through.
        let forgives = self.made.action == FailureAction::Enforce
            && self.validate.allows_existing
            && self.made.operations.contains(&Operation::Update);
        let deletes = self.made.operations.contains(&Operation::Delete);
        let precondition = match &self.rule.preconditions {
            Some(conditions) => Self::conditions(conditions, &kinds, "subject", "request.operation")?,
            None => Expression::Always(true),
        };
        if precondition != Expression::Always(true) {
            self.made.conditions.push(("preconditions".to_owned(), about(&precondition)));
        }
        let message = self.message();
        if !forgives {
            let name = if deletes { "subject" } else { "object" };
            let demand = self.demand(&kinds, name, "request.operation")?;
            let expression = if deletes { about(&demand) } else { demand.to_string() };
            self.made.demands.push(AdmissionDemand {
                expression,
                message,
                message_expression: String::new(),
            });
            return Ok(());
        }
        let demand = self.demand(&kinds, "subject", "request.operation")?;
        let subject = if deletes { "[object != null ? object : oldObject]" } else { "[object]" };
        let objects = format!("request.operation == \"UPDATE\" ? [object, oldObject] : {subject}");
        self.made.variables.push(("holds".to_owned(), format!("({objects}).map(subject, {demand})")));
        let before = match &self.rule.preconditions {
            Some(conditions) => Self::conditions(conditions, &kinds, "subject", "\"CREATE\"")?,
            None => Expression::Always(true),
        };
        let creates = self.made.operations.contains(&Operation::Create);
        let concerned = Expression::all([Expression::Always(creates), concerned.clone(), before]);
        let mut failed = vec![Expression::plain("!variables.holds[1]")];
        if concerned != Expression::Always(true) {
            failed.push(Expression::plain(format!("[oldObject].all(subject, {concerned})")));
        }
        let failed = Expression::all(failed);
        let expression = if concerned == Expression::Always(false) {
            "variables.holds[0]".to_owned()
        } else {
            format!("variables.holds[0] || (size(variables.holds) == 2 && {failed})")
        };
        self.made.demands.push(AdmissionDemand { expression, message, message_expression: String::new() });
        Ok(())
    }

    /// A kind whose fields are known.
    fn exact(&self, kind: &KindSelector) -> Option<Kind> {
        self.fields.kind(kind.group(), kind.version(), kind.exact_kind()?)
    }

    /// The rule's message, where it has no variables.
    fn message(&self) -> String {
        let text = self.validate.message.as_ref().map_or("", |message| message.text.as_str());
        let own = if text.contains("{{") || text.contains("$(") { "" } else { text };
        let own = own.split_whitespace().collect::<Vec<_>>().join(" ");
        if own.is_empty() { format!("rule {} does not hold", self.rule.name) } else { own }
    }

    fn conditions(
        conditions: &Conditions,
        kinds: &Kinds<'_>,
        object: &str,
        operation: &str,
    ) -> Result<Expression, Untranslatable> {
        Around { kinds, object: Place::root(object), element: None, operation }.conditions(conditions)
    }

    /// What the rule demands of an object.
    fn demand(&self, kinds: &Kinds<'_>, object: &str, operation: &str) -> Result<Expression, Untranslatable> {
        let place = Place::root(object);
        match &self.validate.check {
            Check::Pattern(source) | Check::AnyPattern(source) => patterns(source, &place, kinds, Vec::new()),
            Check::Deny(Some(conditions)) => {
                Ok(Self::conditions(conditions, kinds, object, operation)?.not())
            }
            Check::Deny(None) => Ok(Expression::Always(false)),
            Check::Foreach(loops) => {
                let all: Result<Vec<Expression>, _> =
                    loops.iter().map(|each| foreach(each, &place, kinds, operation)).collect();
                Ok(Expression::all(all?))
            }
            Check::PodSecurity(_) | Check::Cel(_) | Check::Manifests | Check::Nothing => {
                Err(Untranslatable::Body)
            }
        }
    }
}

fn patterns(
    source: &PatternSource,
    place: &Place,
    kinds: &Kinds<'_>,
    names: Vec<String>,
) -> Result<Expression, Untranslatable> {
    let PatternSource::Ready(patterns) = source else { return Err(Untranslatable::Variables("pattern")) };
    let mut writer = Patterns::new(kinds, names);
    match patterns.as_slice() {
        [] => Ok(Expression::Always(true)),
        [one] => writer.allows(&one.root, place),
        several => writer.any_allows(&several.iter().map(|one| &one.root).collect::<Vec<_>>(), place),
    }
}

/// That a loop finds nothing wrong.
fn foreach(
    each: &ValidateForeach,
    object: &Place,
    kinds: &Kinds<'_>,
    operation: &str,
) -> Result<Expression, Untranslatable> {
    let lists = lists(&each.list).ok_or_else(|| Untranslatable::List(each.list.to_string()))?;
    let all: Result<Vec<Expression>, _> =
        lists.iter().map(|path| items(each, path, object, kinds, operation)).collect();
    Ok(Expression::all(all?))
}

/// The paths of the lists that a loop goes through: one, `request.object.spec.volumes`, or several,
/// `request.object.spec.[containers, initContainers][]`.
fn lists(list: &str) -> Option<Vec<Vec<&str>>> {
    let is_word = |step: &str| !step.is_empty() && step.chars().all(|letter| letter.is_ascii_alphanumeric());
    let path = list.trim().strip_prefix("request.object.")?;
    let path = path.strip_suffix("[]").unwrap_or(path);
    let (above, names) = path.rsplit_once(".[").map_or((path, None), |(above, names)| (above, Some(names)));
    let above: Vec<&str> = above.split('.').collect();
    let ends: Vec<Option<&str>> = match names {
        None => vec![None],
        Some(names) => names.strip_suffix(']')?.split(',').map(|name| Some(name.trim())).collect(),
    };
    let paths: Vec<Vec<&str>> =
        ends.into_iter().map(|end| above.iter().copied().chain(end).collect()).collect();
    paths.iter().flatten().all(|step| is_word(step)).then_some(paths)
}

/// That a loop finds nothing wrong with the items of one list.
fn items(
    each: &ValidateForeach,
    path: &[&str],
    object: &Place,
    kinds: &Kinds<'_>,
    operation: &str,
) -> Result<Expression, Untranslatable> {
    let refused = || Untranslatable::List(each.list.to_string());
    let mut place = object.clone();
    let mut missing = Vec::new();
    for step in path {
        let slot = place.field(step, kinds);
        missing.push(slot.present.not());
        place = slot.place;
    }
    if place.shape != Shape::List {
        return Err(refused());
    }
    let name = place.name_of_items(&[]);
    let item = place.item(&name, kinds).place;
    if each.element_scope == Some(false) || item.shape != Shape::Map {
        return Err(refused());
    }
    let around = Around { kinds, object: object.clone(), element: Some(item.clone()), operation };
    let applies = match &each.preconditions {
        Some(conditions) => around.conditions(conditions)?,
        None => Expression::Always(true),
    };
    let holds = match &each.check {
        Check::Pattern(source) | Check::AnyPattern(source) => {
            patterns(source, &item, kinds, vec![name.clone()])?
        }
        Check::Deny(Some(conditions)) => around.conditions(conditions)?.not(),
        _ => return Err(refused()),
    };
    let holds = Expression::any([applies.not(), holds]).for_all(&place.text, &name);
    Ok(Expression::any(missing.into_iter().chain([holds])))
}
