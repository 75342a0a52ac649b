//! What can be said of loaded rules without an event: rules that never fire, rules that others silence, exceptions that
//! leave nothing out.

use std::collections::HashMap;

use sekisho_capture::EventType;
use sekisho_manifest::Span;

use crate::catalog::{Catalog, Field};
use crate::condition::{Condition, Operand};
use crate::load::collect::Exception;
use crate::load::{Item, ItemKind, Loader};
use crate::program::{Graph, NodeId, Presence, Search};
use crate::ruleset::{DEFAULT_SOURCE, Rule, RuleSet};

/// Fields of which loading itself says that they mean nothing any more.
const SAID: &[&str] =
    &["evt.dir", "evt.latency", "evt.latency.s", "evt.latency.ns", "evt.latency.human", "evt.wait_latency"];

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident $name:literal;)*) => {
        /// The kind of a remark.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum RemarkCode {
            $($(#[$doc])* $variant,)*
        }

        impl RemarkCode {
            /// Its name.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

codes! {
    /// No event can meet the condition.
    NeverFires "RULE_NEVER_FIRES";
    /// A rule before it holds for every event that it holds for.
    Silenced "RULE_SILENCED";
    /// A rule before it has the same condition.
    Duplicate "RULE_DUPLICATE";
    /// An exception has no values.
    EmptyException "RULE_EXCEPTION_EMPTY";
    /// An exception holds for no event that the condition holds for.
    UselessException "RULE_EXCEPTION_UNUSED";
    /// A field should no longer be used.
    Deprecated "RULE_FIELD_DEPRECATED";
}

/// What can be said of a rule.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Remark {
    /// Its kind.
    pub code: RemarkCode,
    /// In words.
    pub text: String,
    /// Where; the source of the span is the number of the file, from zero.
    pub span: Span,
    /// The rule.
    pub item: Item,
}

/// A rule with its condition in the graph of its source.
struct Known<'r> {
    rule: &'r Rule,
    node: NodeId,
    /// It can never fire, so that nothing more is said of it.
    is_dead: bool,
}

/// What can be said of the rules that a loader made, beside what loading said. `presence` tells whether events of a type
/// can have a value for a field.
pub fn remarks(
    loader: &Loader,
    rules: &RuleSet,
    presence: &dyn Fn(&Field, EventType) -> bool,
) -> Vec<Remark> {
    let Loader { catalog, collection, .. } = loader;
    let mut remarks = Vec::new();
    let mut sources: HashMap<&str, (Graph, Vec<Known<'_>>)> = HashMap::new();
    for rule in rules.rules() {
        let (graph, known) = sources.entry(&rule.source).or_insert_with(|| (Graph::new(), Vec::new()));
        // It was compiled before.
        let Ok(node) = graph.add(&rule.condition, catalog, &rule.source) else { continue };
        known.push(Known { rule, node, is_dead: false });
        deprecated(rule, catalog, &mut remarks);
    }
    let mut sources: Vec<_> = sources.into_iter().collect();
    sources.sort_unstable_by_key(|(name, _)| *name);
    for (source, (mut graph, mut known)) in sources {
        for known in &mut known {
            let why = Search::new(&graph, presence).impossible(&[(known.node, true)]);
            let has_no_type = source == DEFAULT_SOURCE && known.rule.event_types.is_empty();
            if let Some(why) = why.or_else(|| has_no_type.then(Vec::new)) {
                known.is_dead = true;
                let why = if why.is_empty() { String::new() } else { format!(": {}", why.join("; ")) };
                add(
                    &mut remarks,
                    RemarkCode::NeverFires,
                    known.rule,
                    format!("no event can meet the condition{why}"),
                );
            }
        }
        silenced(&graph, &known, presence, &mut remarks);
        for known in known.iter().filter(|known| !known.is_dead) {
            let item = collection.rules.iter().find(|item| item.name == known.rule.name);
            let exceptions = item.map(|item| &item.exceptions[..]).unwrap_or_default();
            useless(known.rule, exceptions, &mut graph, catalog, presence, source, &mut remarks);
        }
    }
    remarks.sort_by_key(|remark| (remark.span.source, remark.span.start, remark.code));
    remarks
}

fn add(remarks: &mut Vec<Remark>, code: RemarkCode, rule: &Rule, text: String) {
    let item = Item { kind: ItemKind::Rule, name: rule.name.clone() };
    remarks.push(Remark { code, text, span: rule.span, item });
}

/// Rules that never tell, or never first, because one before them holds too.
fn silenced(graph: &Graph, known: &[Known<'_>], presence: Presence<'_>, remarks: &mut Vec<Remark>) {
    let asked: Vec<_> = known.iter().filter(|known| known.rule.enabled && !known.is_dead).collect();
    let implies = |one: &Known<'_>, other: &Known<'_>| {
        let question = [(one.node, true), (other.node, false)];
        one.rule.event_types.is_within(&other.rule.event_types)
            && (one.node == other.node
                || Search::new(graph, presence).quick().impossible(&question).is_some())
    };
    for (place, later) in asked.iter().enumerate() {
        let Some(earlier) = asked.iter().take(place).find(|earlier| implies(later, earlier)) else {
            continue;
        };
        let (first, span) = (&earlier.rule.name, later.rule);
        if implies(earlier, later) {
            let text = format!("`{first}` before it holds for the same events: keep one of them");
            add(remarks, RemarkCode::Duplicate, span, text);
        } else {
            let text = format!(
                "`{first}` before it holds for every event that this one holds for, and silences it where the first \
                 rule alone tells: put this one before it, or use `--matching all`"
            );
            add(remarks, RemarkCode::Silenced, span, text);
        }
    }
}

/// Exceptions without values, and those that hold for nothing that the rule finds.
#[allow(clippy::too_many_arguments, reason = "a rule and what it is compiled with")]
fn useless(
    rule: &Rule,
    exceptions: &[Exception],
    graph: &mut Graph,
    catalog: &Catalog,
    presence: Presence<'_>,
    source: &str,
    remarks: &mut Vec<Remark>,
) {
    let mut note = |code, exception: &Exception, text: String| {
        let item = Item { kind: ItemKind::Rule, name: rule.name.clone() };
        remarks.push(Remark { code, text, span: exception.span, item });
    };
    let (filled, empty): (Vec<_>, Vec<_>) =
        exceptions.iter().partition(|exception| !exception.values.is_empty());
    for exception in empty {
        let text = format!("the exception `{}` has no values and leaves nothing out", exception.name);
        note(RemarkCode::EmptyException, exception, text);
    }
    // Exceptions are written behind the condition, each as one part.
    let Condition::And(parts) = &rule.condition else { return };
    let Some((base, written)) = parts.split_first().filter(|(_, written)| written.len() == filled.len())
    else {
        return;
    };
    let Ok(base) = graph.add(base, catalog, source) else { return };
    for (exception, part) in filled.iter().zip(written) {
        let Condition::Not(inner) = part else { continue };
        let alternatives = match &**inner {
            Condition::Or(alternatives) if alternatives.len() == exception.values.len() => &alternatives[..],
            other => std::slice::from_ref(other),
        };
        let mut dead = Vec::new();
        for (place, alternative) in alternatives.iter().enumerate() {
            let Ok(other) = graph.add(alternative, catalog, source) else { continue };
            if Search::new(graph, presence).impossible(&[(base, true), (other, true)]).is_some() {
                dead.push(place + 1);
            }
        }
        if dead.len() == alternatives.len() {
            let text = format!(
                "the exception `{}` holds for no event that the condition holds for: leave it out",
                exception.name
            );
            note(RemarkCode::UselessException, exception, text);
        } else if !dead.is_empty() {
            let places: Vec<_> = dead.iter().map(ToString::to_string).collect();
            let text = format!(
                "of the exception `{}` these values hold for no event that the condition holds for: number {}",
                exception.name,
                places.join(", ")
            );
            note(RemarkCode::UselessException, exception, text);
        }
    }
}

/// Fields that should no longer be used, of which loading says nothing.
fn deprecated(rule: &Rule, catalog: &Catalog, remarks: &mut Vec<Remark>) {
    let mut named: Vec<&str> = Vec::new();
    rule.condition.visit_operands(&mut |operand| {
        if let Operand::Field(field) = operand
            && !SAID.contains(&field.name.as_str())
            && catalog.resolve(&rule.source, field).is_ok_and(|field| field.info.is_deprecated)
            && !named.contains(&field.name.as_str())
        {
            named.push(&field.name);
        }
    });
    for field in named {
        add(remarks, RemarkCode::Deprecated, rule, format!("the field `{field}` should no longer be used"));
    }
}
