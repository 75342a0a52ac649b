//! What the files said, compiled: lists, exceptions and macros written out, conditions and outputs checked.

use std::collections::{HashMap, HashSet};

use super::collect::{Collection, RuleItem};
use super::lists::{self, List};
use super::macros::Expansion;
use super::result::{Code, FileResult, ItemKind, Message};
use super::{LoadBudget, Loader, exceptions};
use crate::catalog::Catalog;
use crate::condition::{Condition, Operand, Operator, Right, Transformer, parse_within};
use crate::event_types::EventTypes;
use crate::program::CompileError;
use crate::ruleset::{DEFAULT_SOURCE, Rule, RuleSet, RuleSetBuilder};

/// How deep conditions of rules may be nested, in the parser's steps.
const RULE_DEPTH: u32 = 1_000;
/// How deep a condition may be when its macros are written out.
const WRITTEN_OUT_DEPTH: usize = 400;
/// A rule that holds for more types of events than this is warned of.
const MANY_EVENT_TYPES: usize = 100;
/// Fields that mean nothing since enter events are no longer made.
const WITHOUT_ENTER_EVENTS: &[&str] =
    &["evt.dir", "evt.latency", "evt.latency.s", "evt.latency.ns", "evt.latency.human", "evt.wait_latency"];
/// What older outputs name, and what no longer needs to be said.
const CONTAINER_INFO: &str = "%container.info";

struct Compiler<'a> {
    catalog: &'a Catalog,
    budget: &'a LoadBudget,
    also: &'a HashMap<String, String>,
    lists: Vec<List>,
    used_lists: HashSet<String>,
    used_macros: HashSet<String>,
    macros: HashMap<String, Condition>,
    wrong_macros: HashSet<String>,
    /// When each macro was first defined.
    indexes: HashMap<String, u32>,
    result: &'a mut FileResult,
    builder: RuleSetBuilder,
}

/// Compiles everything; what is wrong is said in the result.
pub(super) fn compile(loader: &Loader, result: &mut FileResult) -> RuleSet {
    let Loader { collection, added, catalog, budget, .. } = loader;
    let (lists, used_lists) = lists::resolve(collection);
    let mut compiler = Compiler {
        catalog,
        budget,
        also: &loader.also,
        lists,
        used_lists,
        used_macros: HashSet::new(),
        macros: HashMap::new(),
        wrong_macros: HashSet::new(),
        indexes: collection.macros.iter().map(|item| (item.name.clone(), item.index)).collect(),
        result,
        builder: RuleSetBuilder::default(),
    };
    compiler.macros(collection);
    for rule in collection.rules.iter().filter(|rule| rule.has_source) {
        compiler.rule(rule);
    }
    for rule in added {
        if let Err((code, error)) = compiler.add(rule) {
            let message = Message::new(code, error.message, rule.span);
            compiler.result.add(message.of(ItemKind::Rule, &rule.name));
        }
    }
    if !compiler.result.has_errors() {
        compiler.warn_unused(collection);
    }
    compiler.builder.finish()
}

impl Compiler<'_> {
    /// The condition with its lists written out, and parsed.
    fn parse(&mut self, condition: &str) -> Result<(Condition, String), (Code, String, usize, String)> {
        let mut text = condition.to_owned();
        for list in &self.lists {
            match lists::write_out(&text, list, self.budget.condition_bytes) {
                None => {}
                Some(Ok(written)) => {
                    text = written;
                    self.used_lists.insert(list.name.clone());
                }
                Some(Err(())) => {
                    let message = "the condition is too large when its lists are written out".to_owned();
                    return Err((Code::CompileCondition, message, 0, condition.to_owned()));
                }
            }
        }
        match parse_within(&text, RULE_DEPTH) {
            Ok(parsed) => Ok((parsed, text)),
            Err(error) => Err((Code::CompileCondition, error.message, error.at, text)),
        }
    }

    fn macros(&mut self, collection: &Collection) {
        let mut parsed = HashMap::new();
        for item in &collection.macros {
            match self.parse(&item.condition) {
                Ok((condition, _)) => drop(parsed.insert(item.name.clone(), condition)),
                Err((code, message, at, text)) => self.result.add(
                    Message::new(code, message, item.condition_span)
                        .of(ItemKind::Macro, &item.name)
                        .at(&text, at),
                ),
            }
        }
        // A macro sees those that were defined before it was last touched. Each is written out in the order of
        // definition, so that those it names are.
        self.macros = parsed;
        for item in &collection.macros {
            let Some(condition) = self.macros.get(&item.name).cloned() else { continue };
            let indexes = &self.indexes;
            let visible = |name: &str| indexes.get(name).is_some_and(|index| *index < item.visible);
            let mut used = HashSet::new();
            let mut expansion = Expansion {
                macros: &self.macros,
                wrong: &self.wrong_macros,
                visible: &visible,
                used: &mut used,
                nodes: self.budget.condition_nodes,
                depth: WRITTEN_OUT_DEPTH,
            };
            let expanded = expansion.expand(&condition);
            let error = if used.contains(&item.name) {
                Some((format!("the macro `{}` refers to itself", item.name), 0))
            } else {
                match expanded {
                    Ok(expanded) => {
                        self.macros.insert(item.name.clone(), expanded);
                        None
                    }
                    Err(error) => Some((error.message, error.at)),
                }
            };
            if let Some((message, at)) = error {
                let message = Message::new(Code::Validate, message, item.condition_span);
                self.result.add(message.of(ItemKind::Macro, &item.name).at(&item.condition, at));
                self.macros.remove(&item.name);
                self.wrong_macros.insert(item.name.clone());
            }
            self.used_macros.extend(used);
        }
    }

    /// Compiles a rule whose condition is read already.
    fn add(&mut self, rule: &Rule) -> Result<(), (Code, CompileError)> {
        let builder = &mut self.builder;
        let also = self.also.get(&rule.source).map(String::as_str).unwrap_or_default();
        let output = builder.output(&rule.source, &format!("{}{also}", rule.output), self.catalog);
        let output = output.map_err(|error| (Code::CompileOutput, error))?;
        let node = builder.condition(&rule.source, &rule.condition, self.catalog);
        let node = node.map_err(|error| (Code::CompileCondition, error))?;
        builder.rule(rule.clone(), node, output);
        Ok(())
    }

    fn rule(&mut self, rule: &RuleItem) {
        if let Err(message) = self.try_rule(rule) {
            self.result.add(message.of(ItemKind::Rule, &rule.name));
        }
    }

    fn try_rule(&mut self, rule: &RuleItem) -> Result<(), Message> {
        let mut condition = rule.condition.clone();
        if !rule.exceptions.is_empty() {
            condition = exceptions::write(&condition, &rule.exceptions).map_err(|(message, place)| {
                let span = rule.exceptions.get(place).map_or(rule.span, |exception| exception.span);
                Message::new(Code::Validate, message, span)
            })?;
        }
        let mut output = rule.output.clone();
        if output.contains(CONTAINER_INFO) {
            let text = "`%container.info` says nothing any more: name the fields that the output needs";
            self.warn(rule, Code::Deprecated, text.to_owned(), rule.output_span);
            output = output.replace(CONTAINER_INFO, "");
        }
        let also = self.also.get(&rule.source).map(String::as_str).unwrap_or_default();
        let compiled = self.builder.output(&rule.source, &format!("{output}{also}"), self.catalog);
        let Some(output_place) = self.passable(rule, compiled, &output, Code::CompileOutput)? else {
            return Ok(());
        };
        for field in WITHOUT_ENTER_EVENTS.iter().filter(|field| output.contains(*field)) {
            let text = format!("the output names `{field}`, which no longer says anything");
            self.warn(rule, Code::Deprecated, text, rule.output_span);
        }

        let (parsed, text) = self.parse(&condition).map_err(|(code, message, at, text)| {
            Message::new(code, message, rule.condition_span).at(&text, at)
        })?;
        let mut expansion = Expansion {
            macros: &self.macros,
            wrong: &self.wrong_macros,
            visible: &|_| true,
            used: &mut self.used_macros,
            nodes: self.budget.condition_nodes,
            depth: WRITTEN_OUT_DEPTH,
        };
        let expanded = expansion.expand(&parsed).map_err(|error| {
            Message::new(Code::Validate, error.message, rule.condition_span).at(&text, error.at)
        })?;
        self.warn_of_fields(rule, &expanded);
        let compiled = self.builder.condition(&rule.source, &expanded, self.catalog);
        let Some(node) = self.passable(rule, compiled, &text, Code::CompileCondition)? else { return Ok(()) };
        self.warn_of_values(rule, &expanded);
        let event_types = EventTypes::of(&expanded);
        if rule.source == DEFAULT_SOURCE && event_types.len() > MANY_EVENT_TYPES && rule.warn_event_types {
            let text = format!(
                "the condition can hold for {} types of events: restrict `evt.type`",
                event_types.len()
            );
            self.warn(rule, Code::NoEventType, text, rule.condition_span);
        }
        let compiled = Rule {
            name: rule.name.clone(),
            source: rule.source.clone(),
            description: rule.description.clone(),
            priority: rule.priority,
            tags: rule.tags.clone(),
            enabled: rule.enabled,
            capture: rule.capture,
            capture_duration: rule.capture_duration,
            output: rule.output.clone(),
            condition: expanded,
            event_types,
            span: rule.span,
        };
        self.builder.rule(compiled, node, output_place);
        Ok(())
    }

    /// What was compiled; none where it names something unknown and the rule says that it may be left out.
    fn passable<T>(
        &mut self,
        rule: &RuleItem,
        compiled: Result<T, CompileError>,
        text: &str,
        code: Code,
    ) -> Result<Option<T>, Message> {
        let span = if code == Code::CompileOutput { rule.output_span } else { rule.condition_span };
        match compiled {
            Ok(compiled) => Ok(Some(compiled)),
            Err(error) => {
                let is_passed_over = error.is_unknown && rule.skip_if_unknown;
                let code = if is_passed_over { Code::UnknownFilter } else { code };
                let message = Message::new(code, error.message, span).at(text, error.at);
                if is_passed_over {
                    self.result.add(message.of(ItemKind::Rule, &rule.name));
                    return Ok(None);
                }
                Err(message)
            }
        }
    }

    fn warn(&mut self, rule: &RuleItem, code: Code, text: String, span: sekisho_manifest::Span) {
        self.result.add(Message::new(code, text, span).of(ItemKind::Rule, &rule.name));
    }

    /// Warns of fields that should no longer be used, and of comparisons with `<NA>`.
    fn warn_of_fields(&mut self, rule: &RuleItem, condition: &Condition) {
        let mut deprecated: Vec<&str> = Vec::new();
        condition.visit_operands(&mut |operand| {
            if let Operand::Field(field) = operand
                && let Some(known) = WITHOUT_ENTER_EVENTS.iter().find(|known| **known == field.name)
                && !deprecated.contains(known)
            {
                deprecated.push(known);
            }
        });
        for field in deprecated {
            let text = if field == "evt.dir" {
                "`evt.dir` is always `<`, since only exits of system calls are events: leave the comparison out".to_owned()
            } else {
                format!("`{field}` has no value, since only exits of system calls are events")
            };
            self.warn(rule, Code::Deprecated, text, rule.condition_span);
        }
        let mut is_unsafe = false;
        visit_checks(condition, &mut |left, operator, right| {
            let Operand::Field(field) = left else { return };
            let is_audit = field.name.starts_with("ka.") || field.name.starts_with("jevt.");
            let is_equality =
                operator.takes_list() || matches!(operator, Operator::Equal | Operator::NotEqual);
            let has_na = match right {
                Right::Value(value) => value == b"<NA>",
                Right::List(values) => values.iter().any(|value| value == b"<NA>"),
                Right::Operand(_) => false,
            };
            is_unsafe |= is_audit && is_equality && has_na;
        });
        if is_unsafe {
            let text = "a field is compared with `<NA>`: ask with `exists` whether it is there".to_owned();
            self.warn(rule, Code::UnsafeNotAvailable, text, rule.condition_span);
        }
    }

    /// Warns of values that look like something else: fields, transformers, expressions without need.
    fn warn_of_values(&mut self, rule: &RuleItem, condition: &Condition) {
        let mut warnings: Vec<String> = Vec::new();
        visit_checks(condition, &mut |_, operator, right| {
            let values = match right {
                Right::Value(value) => std::slice::from_ref(value),
                Right::List(values) => values,
                Right::Operand(_) => return,
            };
            for value in values {
                let shown = String::from_utf8_lossy(value);
                if operator == Operator::Regex && is_simple(&shown) {
                    warnings.push(format!(
                        "the regular expression `{shown}` can be written with =, contains, startswith or endswith"
                    ));
                }
                let bare: String = shown.chars().filter(|character| !character.is_whitespace()).collect();
                if self.catalog.fields(&rule.source).any(|field| field.name == bare) {
                    warnings.push(format!(
                        "`{shown}` is a text here, and a field has this name: write `val({bare})`"
                    ));
                }
                let is_call = bare.ends_with(')')
                    && Transformer::ALL.iter().any(|known| {
                        bare.strip_prefix(known.word()).is_some_and(|behind| behind.starts_with('('))
                    });
                if is_call {
                    warnings.push(format!(
                        "`{shown}` is a text here: leave the quotes out to apply the transformer"
                    ));
                }
            }
        });
        warnings.dedup();
        for text in warnings {
            self.warn(rule, Code::ConditionWarning, text, rule.condition_span);
        }
    }

    fn warn_unused(&mut self, collection: &Collection) {
        for item in collection.macros.iter().filter(|item| !self.used_macros.contains(&item.name)) {
            let text = "no rule or macro uses it";
            self.result.add(Message::new(Code::UnusedMacro, text, item.span).of(ItemKind::Macro, &item.name));
        }
        for item in collection.lists.iter().filter(|item| !self.used_lists.contains(&item.name)) {
            let text = "no rule, macro or list uses it";
            self.result.add(Message::new(Code::UnusedList, text, item.span).of(ItemKind::List, &item.name));
        }
    }
}

fn visit_checks<'c>(condition: &'c Condition, visit: &mut dyn FnMut(&'c Operand, Operator, &'c Right)) {
    match condition {
        Condition::And(parts) | Condition::Or(parts) => {
            for part in parts {
                visit_checks(part, visit);
            }
        }
        Condition::Not(part) => visit_checks(part, visit),
        Condition::Check { left, operator, right, .. } => visit(left, *operator, right),
        Condition::Macro { .. } | Condition::Exists { .. } => {}
    }
}

/// Whether a regular expression has nothing special but at its ends.
fn is_simple(pattern: &str) -> bool {
    let body = pattern.strip_prefix('^').unwrap_or(pattern);
    let body = body.strip_suffix('$').unwrap_or(body);
    let run = |body: &str| [".*", ".+", ".?"].contains(&body);
    let body = match body.get(..2) {
        Some(first) if run(first) => body.get(2..).unwrap_or_default(),
        _ => body,
    };
    let body = match body.len().checked_sub(2).and_then(|at| body.get(at..)) {
        Some(last) if run(last) => body.get(..body.len() - 2).unwrap_or_default(),
        _ => body,
    };
    !body.contains(['.', '+', '*', '?', '^', '$', '(', ')', '[', ']', '{', '}', '|', '\\'])
}
