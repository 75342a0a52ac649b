//! A rule as a policy.

use std::sync::{Arc, Mutex, PoisonError};

use sekisho_manifest::{SourceId, Span};
use sekisho_rego::Memory;
use sekisho_rego::ast::Module;
use sekisho_rego::value::Value;
use sekisho_rego::{Compiled, Document, EvaluationError};

use super::answer::{Message, excepts, messages};
use super::world::world;
use crate::asked::Asked;
use crate::facts::Facts;
use crate::interest::Interest;
use crate::policy::Policy;
use crate::request::Request;
use crate::verdict::{Enforcement, Outcome, RuleName, Verdict};

/// What all rules of modules that were compiled together share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) compiled: Arc<Compiled>,
    /// The source of each module.
    pub(super) sources: Vec<SourceId>,
    pub(super) data: Option<Value>,
    /// What evaluations keep from one to the next; as many as there are threads.
    pub(super) memories: Mutex<Vec<Memory>>,
}

/// One rule.
#[derive(Debug)]
pub(super) struct Judge {
    shared: Arc<Shared>,
    name: RuleName,
    document: Document,
    /// `exception` of the same package.
    exception: Option<Document>,
    enforcement: Enforcement,
}

/// One rule, as a policy.
#[derive(Debug)]
pub(super) struct OfRule(pub(super) Arc<Judge>);

/// `input`.
struct Input(Option<Value>);

impl Shared {
    /// A place in the text of a module.
    pub(super) fn span(&self, span: sekisho_rego::Span) -> Span {
        let source = self.sources.get(span.module as usize).copied().unwrap_or_default();
        Span { source, start: span.start, end: span.end }
    }

    fn evaluate(
        &self,
        document: Document,
        input: Option<&Value>,
        now: Option<i128>,
    ) -> Result<Option<Value>, EvaluationError> {
        let mut memory =
            self.memories.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        let request = sekisho_rego::Request {
            input,
            data: self.data.as_ref(),
            world: world(now),
            ..sekisho_rego::Request::default()
        };
        let outcome = self.compiled.evaluate(document, &request, &mut memory);
        self.memories.lock().unwrap_or_else(PoisonError::into_inner).push(memory);
        outcome.map(|outcome| outcome.value)
    }
}

impl Judge {
    /// A rule of a module; none where it has no value.
    pub(super) fn new(
        shared: &Arc<Shared>,
        module: &Module,
        name: RuleName,
        enforcement: Enforcement,
    ) -> Option<Self> {
        let document = |rule: &str| {
            let path: Vec<&str> = module.package.iter().map(AsRef::as_ref).chain([rule]).collect();
            shared.compiled.document(&path)
        };
        Some(Self {
            document: document(&name.rule)?,
            exception: document("exception"),
            shared: Arc::clone(shared),
            name,
            enforcement,
        })
    }

    /// Where the definition stands that gives a message about a request.
    pub(super) fn origin(&self, request: &Request, message: &str) -> Option<Span> {
        let input = request.subject().map(Value::from);
        let gives = |part: &&sekisho_rego::Part| {
            let value = self.shared.evaluate(part.document, input.as_ref(), None);
            value.is_ok_and(|value| messages(value.as_ref(), None).iter().any(|one| one.text == message))
        };
        let part = self.shared.compiled.parts(self.document).iter().find(gives)?;
        Some(self.shared.span(part.span))
    }

    /// The name of the rule as exceptions have it.
    fn short_name(&self) -> &str {
        let name = self.name.rule.as_str();
        let short = ["violation", "deny", "warn"].iter().find_map(|word| name.strip_prefix(word));
        short.map_or(name, |short| short.strip_prefix('_').unwrap_or(short))
    }

    fn verdict(&self, outcome: Outcome, message: Message) -> Verdict {
        Verdict {
            rule: self.name.clone(),
            outcome,
            message: message.text,
            enforcement: vec![self.enforcement],
            places: message.places,
            audit_annotations: Vec::new(),
        }
    }

    fn says(&self, outcome: Outcome, text: String) -> Verdict {
        self.verdict(outcome, Message { text, places: Vec::new(), is_error: false })
    }

    fn judge(&self, asked: &Asked<'_>, now: Option<i128>) -> Result<Vec<Verdict>, EvaluationError> {
        let input = asked.view(|request| Input(request.subject().map(Value::from)));
        let input = input.0.as_ref();
        if let Some(exception) = self.exception {
            let name = self.short_name();
            let value = self.shared.evaluate(exception, input, now)?;
            if value.is_some_and(|value| excepts(&value, name)) {
                let query = format!("data.{}.exception[_][_] == {name:?}", self.name.policy);
                return Ok(vec![self.says(Outcome::Skip, query)]);
            }
        }
        let value = self.shared.evaluate(self.document, input, now)?;
        let found = messages(value.as_ref(), asked.subject());
        if found.is_empty() {
            return Ok(vec![self.says(Outcome::Pass, String::new())]);
        }
        let wrong = if self.enforcement == Enforcement::Deny { Outcome::Fail } else { Outcome::Warn };
        let outcome = |message: &Message| if message.is_error { Outcome::Error } else { wrong };
        Ok(found.into_iter().map(|message| self.verdict(outcome(&message), message)).collect())
    }
}

impl Policy for OfRule {
    fn names(&self) -> Vec<RuleName> {
        vec![self.0.name.clone()]
    }

    fn interest(&self) -> Interest {
        Interest::everything()
    }

    fn validate(&self, asked: &Asked<'_>, facts: &dyn Facts, verdicts: &mut Vec<Verdict>) {
        match self.0.judge(asked, facts.now()) {
            Ok(found) => verdicts.extend(found),
            Err(error) => verdicts.push(self.0.says(Outcome::Error, error.to_string())),
        }
    }
}
