//! Whether a condition can hold at all: a search for an event that it holds for, which gives up in time.
//!
//! What it says is impossible is impossible. What it finds no fault with may still never happen.

use std::collections::{BTreeSet, HashMap};

use sekisho_capture::{EventFlags, EventType};

use super::extract::Extract;
use super::graph::{Ask, Graph, Node, NodeId, Predicate, RightKey};
use super::test::{Element, Test};
use crate::catalog::{Field, Reading};
use crate::condition::{Condition, Operator, Right};
use crate::value::{Constant, Value};

/// Steps after which a search takes it that the condition can hold.
const STEPS: u32 = 20_000;
/// Choices within choices after which it does so.
const DEPTH: u32 = 120;
/// Reasons that are told.
const REASONS: usize = 3;
/// Bytes of a comparison that are shown.
const SHOWN_BYTES: usize = 80;

/// Whether an event of a type can have a value for a field.
pub(crate) type Presence<'p> = &'p dyn Fn(&Field, EventType) -> bool;

/// Searches a graph.
pub(crate) struct Search<'g> {
    graph: &'g Graph,
    presence: Presence<'g>,
    steps: u32,
    facts: Facts,
    reasons: BTreeSet<String>,
}

/// What is taken to hold, and what not, in the order in which it was.
#[derive(Default)]
struct Facts {
    by_predicate: HashMap<u32, bool>,
    by_value: HashMap<u32, Vec<(u32, bool)>>,
    order: Vec<(u32, u32)>,
}

type Goal = (NodeId, bool);

impl<'g> Search<'g> {
    pub(crate) fn new(graph: &'g Graph, presence: Presence<'g>) -> Self {
        Self { graph, presence, steps: STEPS, facts: Facts::default(), reasons: BTreeSet::new() }
    }

    /// With fewer steps, for questions of which there are many.
    #[must_use]
    pub(crate) fn quick(self) -> Self {
        Self { steps: STEPS / 10, ..self }
    }

    /// Why these nodes cannot hold, or not hold, in one event; none where they can, or where that is not known.
    pub(crate) fn impossible(mut self, goals: &[Goal]) -> Option<Vec<String>> {
        let can = self.possible(goals.to_vec(), DEPTH);
        (!can).then(|| self.reasons.into_iter().take(REASONS).collect())
    }

    fn possible(&mut self, mut goals: Vec<Goal>, depth: u32) -> bool {
        let mut choices: Vec<(NodeId, &[NodeId], bool)> = Vec::new();
        while let Some((node, wanted)) = goals.pop() {
            self.steps = self.steps.saturating_sub(1);
            if self.steps == 0 {
                return true;
            }
            match self.graph.nodes.get(node as usize) {
                None => return true,
                Some(Node::Always) if wanted => {}
                Some(Node::Never) if !wanted => {}
                Some(Node::Always | Node::Never) => return false,
                Some(Node::Not(inner)) => goals.push((*inner, !wanted)),
                Some(Node::Predicate(place)) => {
                    if !self.take(*place, wanted) {
                        return false;
                    }
                }
                Some(Node::And(parts)) if wanted => goals.extend(parts.iter().map(|part| (*part, true))),
                Some(Node::Or(parts)) if !wanted => goals.extend(parts.iter().map(|part| (*part, false))),
                Some(Node::And(parts) | Node::Or(parts)) => choices.push((node, parts, wanted)),
            }
        }
        choices.retain(|(_, parts, wanted)| !parts.iter().any(|part| self.known(*part) == Some(*wanted)));
        let Some(depth) = depth.checked_sub(1) else { return true };
        let fewest = choices.iter().enumerate().min_by_key(|(_, (_, parts, _))| parts.len());
        let Some(chosen) = fewest.map(|(place, _)| place) else { return true };
        let (_, parts, wanted) = choices.swap_remove(chosen);
        let rest: Vec<Goal> = choices.iter().map(|(node, _, wanted)| (*node, *wanted)).collect();
        let mark = self.facts.order.len();
        for part in parts {
            let mut goals = rest.clone();
            goals.push((*part, wanted));
            if self.possible(goals, depth) {
                return true;
            }
            self.facts.undo(mark);
        }
        false
    }

    /// What is known of a node, where it is a comparison or its opposite.
    fn known(&self, node: NodeId) -> Option<bool> {
        match self.graph.nodes.get(node as usize)? {
            Node::Predicate(place) => self.facts.by_predicate.get(place).copied(),
            Node::Not(inner) => match self.graph.nodes.get(*inner as usize)? {
                Node::Predicate(place) => self.facts.by_predicate.get(place).map(|known| !known),
                _ => None,
            },
            _ => None,
        }
    }

    /// Takes it that a comparison holds, or not; false where that cannot be.
    fn take(&mut self, place: u32, wanted: bool) -> bool {
        if let Some(known) = self.facts.by_predicate.get(&place) {
            if *known != wanted {
                self.reasons.insert(format!("{} is both asked for and excluded", self.shown(place, true)));
            }
            return *known == wanted;
        }
        let Some(predicate) = self.graph.predicates.get(place as usize) else { return true };
        self.facts.add(place, predicate.left, wanted);
        let agrees = self.agrees(predicate.left, (place, wanted)) && self.is_there();
        if !agrees && self.reasons.is_empty() {
            self.reasons.insert(format!("{} contradicts the rest", self.shown(place, wanted)));
        }
        agrees
    }

    /// Whether one value can be all that is asked of it.
    fn agrees(&mut self, left: u32, newest: (u32, bool)) -> bool {
        let Some(facts) = self.facts.by_value.get(&left).cloned() else { return true };
        if !self.is_single(left, &facts) {
            return true;
        }
        let Some(against) = self.against(left, &facts) else { return true };
        // Two that cannot be together say more than all.
        let pair =
            facts.iter().find(|other| **other != newest && self.against(left, &[newest, **other]).is_some());
        let told: Vec<_> = match pair {
            Some(pair) => vec![*pair, newest],
            None => facts.iter().copied().take(4).collect(),
        };
        let against = if told.len() == 1 { " never holds" } else { against };
        let shown: Vec<_> = told.iter().map(|(place, wanted)| self.shown(*place, *wanted)).collect();
        self.reasons.insert(format!("{}{against}", shown.join(" and ")));
        false
    }

    /// Why no value agrees with all of these; none where one does.
    fn against(&self, left: u32, facts: &[(u32, bool)]) -> Option<&'static str> {
        let predicate = |place: u32| self.graph.predicates.get(place as usize);
        let needs_value = facts.iter().any(|(_, wanted)| *wanted);
        if !needs_value {
            return None;
        }
        let is_absent = facts
            .iter()
            .any(|(place, wanted)| !wanted && matches!(predicate(*place).map(|p| &p.ask), Some(Ask::Exists)));
        if is_absent {
            return Some(" cannot be together");
        }
        let tests: Vec<(&Test, bool)> = facts
            .iter()
            .filter_map(|(place, wanted)| match &predicate(*place)?.ask {
                Ask::Test(test) => Some((test, *wanted)),
                _ => None,
            })
            .collect();
        let listed = tests.iter().filter(|(_, wanted)| *wanted).find_map(|(test, _)| test.listed());
        let always = self.only_values(left);
        if let Some(values) = listed.or_else(|| always.clone()) {
            let fits = |value: &Value<'static>| {
                let value = std::slice::from_ref(value);
                tests.iter().all(|(test, wanted)| test.passes(value, Reading::One) == *wanted)
                    && always.as_ref().is_none_or(|only| value.iter().all(|value| only.contains(value)))
            };
            return (!values.iter().any(fits)).then_some(" cannot be together");
        }
        (!texts_agree(&tests) || !numbers_agree(&tests)).then_some(" cannot be together")
    }

    /// Every value that a field has, where these are few.
    fn only_values(&self, left: u32) -> Option<Vec<Value<'static>>> {
        let Some(Extract::Field(field)) = self.graph.extracts.get(left) else { return None };
        match field.info.name.as_str() {
            // Since only ends of system calls are events.
            "evt.dir" => Some(vec![Value::text("<")]),
            _ if field.kind == sekisho_capture::Type::Bool => {
                Some(vec![Value::Bool(true), Value::Bool(false)])
            }
            _ => None,
        }
    }

    /// Whether a value is one: comparisons of lists, and of all processes above, may hold of different ones.
    fn is_single(&self, left: u32, facts: &[(u32, bool)]) -> bool {
        let is_one = |place: u32| {
            self.graph.predicates.get(place as usize).is_some_and(|known| known.reading == Reading::One)
        };
        let is_list = match self.graph.extracts.get(left) {
            Some(Extract::Field(field)) => field.info.is_list,
            Some(Extract::Apply { of_list, .. }) => *of_list,
            Some(Extract::Join { .. } | Extract::Concat(_)) => false,
            _ => true,
        };
        !is_list && facts.iter().all(|(place, _)| is_one(*place))
    }

    /// Whether some type of event has a value for every field that must have one.
    fn is_there(&mut self) -> bool {
        let extracts = &self.graph.extracts;
        let types = self.facts.by_value.iter().find(|(left, _)| extracts.is_event_type(**left));
        let Some((_, asked)) = types else { return true };
        let Some(names) = self.names_asked(asked) else { return true };
        let is_own = |name: &String| EventType::all().any(|kind| kind.info().name == name);
        let has_others = !names.iter().all(is_own);
        let mut kinds: Vec<EventType> = EventType::all()
            .filter(|kind| !kind.info().flags.contains(EventFlags::UNUSED))
            .filter(|kind| {
                has_others && crate::event_types::is_generic(*kind)
                    || names.iter().any(|name| name == kind.info().name)
            })
            .collect();
        let needed: Vec<&Field> = self
            .facts
            .by_predicate
            .iter()
            .filter(|(_, wanted)| **wanted)
            .filter_map(|(place, _)| {
                let predicate = self.graph.predicates.get(*place as usize)?;
                match extracts.get(predicate.left)? {
                    Extract::Field(field) => Some(field),
                    _ => None,
                }
            })
            .collect();
        for field in needed {
            let before = kinds.len();
            kinds.retain(|kind| (self.presence)(field, *kind));
            if before > 0 && kinds.is_empty() {
                let shown =
                    names.iter().take(4).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
                self.reasons
                    .insert(format!("no event of the type {shown} has the field `{}`", field_name(field)));
                return false;
            }
        }
        true
    }

    /// The names of types that are left of those that are asked for.
    fn names_asked(&self, asked: &[(u32, bool)]) -> Option<Vec<String>> {
        let tests: Vec<(&Test, bool)> = asked
            .iter()
            .filter_map(|(place, wanted)| match &self.graph.predicates.get(*place as usize)?.ask {
                Ask::Test(test) => Some((test, *wanted)),
                _ => None,
            })
            .collect();
        let listed = tests.iter().filter(|(_, wanted)| *wanted).find_map(|(test, _)| test.listed())?;
        let fits = |value: &Value<'static>| {
            tests
                .iter()
                .all(|(test, wanted)| test.passes(std::slice::from_ref(value), Reading::One) == *wanted)
        };
        let names = listed.iter().filter(|value| fits(value)).filter_map(Value::as_bytes);
        Some(names.map(|name| String::from_utf8_lossy(name).into_owned()).collect())
    }

    /// A comparison as rules write it.
    fn shown(&self, place: u32, wanted: bool) -> String {
        let key = self.graph.predicate_places.iter().find(|(_, known)| **known == place).map(|(key, _)| key);
        let Some((left, operator, modifier, right)) = key else { return "a comparison".to_owned() };
        let condition = match operator {
            None => Condition::Exists { left: left.clone(), at: 0 },
            Some(operator) => Condition::Check {
                left: left.clone(),
                operator: *operator,
                modifier: *modifier,
                right: match right {
                    RightKey::Operand(operand) => Right::Operand(operand.clone()),
                    RightKey::Values(values) if values.len() == 1 && !operator.takes_list() => {
                        Right::Value(values.first().cloned().unwrap_or_default())
                    }
                    RightKey::Values(values) => Right::List(values.clone()),
                    RightKey::Nothing => Right::List(Vec::new()),
                },
                at: 0,
            },
        };
        let mut text = condition.to_string();
        if text.len() > SHOWN_BYTES {
            let end = (0..=SHOWN_BYTES).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
            text.truncate(end);
            text.push('…');
        }
        if wanted { format!("`{text}`") } else { format!("`not {text}`") }
    }
}

fn field_name(field: &Field) -> String {
    match &field.argument {
        Some(argument) => format!("{}[{}]", field.info.name, String::from_utf8_lossy(argument)),
        None => field.info.name.clone(),
    }
}

impl Facts {
    fn add(&mut self, place: u32, left: u32, wanted: bool) {
        self.by_predicate.insert(place, wanted);
        self.by_value.entry(left).or_default().push((place, wanted));
        self.order.push((place, left));
    }

    fn undo(&mut self, mark: usize) {
        while self.order.len() > mark {
            let Some((place, left)) = self.order.pop() else { return };
            self.by_predicate.remove(&place);
            if let Some(facts) = self.by_value.get_mut(&left) {
                facts.pop();
            }
        }
    }
}

impl Test {
    /// Every value that passes, where these are written down.
    fn listed(&self) -> Option<Vec<Value<'static>>> {
        match self {
            Self::Texts { texts, .. } => {
                Some(texts.iter().map(|text| Value::Text(text.to_vec().into())).collect())
            }
            Self::Constants { constants, .. } => constants.iter().map(value).collect(),
            Self::Elements { elements, .. } => elements
                .iter()
                .map(|element| match element {
                    Element::Compare(Operator::Equal, constant) => value(constant),
                    _ => None,
                })
                .collect(),
            Self::Paths(_) => None,
        }
    }

    fn elements(&self) -> &[Element] {
        match self {
            Self::Elements { elements, .. } => elements,
            _ => &[],
        }
    }
}

fn value(constant: &Constant) -> Option<Value<'static>> {
    Some(match constant {
        Constant::Text(text) => Value::Text(text.to_vec().into()),
        Constant::Number(number) => match i64::try_from(*number) {
            Ok(number) => Value::Int(number),
            Err(_) => Value::UInt(u64::try_from(*number).ok()?),
        },
        Constant::Bool(flag) => Value::Bool(*flag),
        Constant::Double(number) => Value::Double(*number),
        Constant::Ip(address) => Value::Ip(*address),
        Constant::Network { .. } => return None,
    })
}

/// Whether one text can begin, end and hold what is asked for.
fn texts_agree(tests: &[(&Test, bool)]) -> bool {
    let single = |wanted: bool| {
        tests.iter().filter(move |(_, known)| *known == wanted).filter_map(|(test, _)| {
            match test.elements() {
                [element] => Some(element),
                _ => None,
            }
        })
    };
    for (place, element) in single(true).enumerate() {
        let clashes = single(true).skip(place + 1).any(|other| match (element, other) {
            (Element::StartsWith(one), Element::StartsWith(two)) => {
                !one.starts_with(two) && !two.starts_with(one)
            }
            (Element::EndsWith(one), Element::EndsWith(two)) => !one.ends_with(two) && !two.ends_with(one),
            _ => false,
        });
        let is_excluded = single(false).any(|other| match (element, other) {
            (Element::StartsWith(one), Element::StartsWith(two)) => one.starts_with(two),
            (Element::EndsWith(one), Element::EndsWith(two)) => one.ends_with(two),
            (Element::StartsWith(one) | Element::EndsWith(one), Element::Contains(two)) => {
                two.find(one).is_some()
            }
            (Element::Contains(one), Element::Contains(two)) => two.find(one.needle()).is_some(),
            _ => false,
        });
        if clashes || is_excluded {
            return false;
        }
    }
    true
}

/// Whether one number can be as great and as small as is asked for.
fn numbers_agree(tests: &[(&Test, bool)]) -> bool {
    let (mut least, mut most) = (i128::MIN, i128::MAX);
    for (test, wanted) in tests {
        let [Element::Compare(operator, Constant::Number(number))] = test.elements() else { continue };
        let operator = match (operator, wanted) {
            (operator, true) => *operator,
            (Operator::Less, false) => Operator::GreaterOrEqual,
            (Operator::LessOrEqual, false) => Operator::Greater,
            (Operator::Greater, false) => Operator::LessOrEqual,
            (Operator::GreaterOrEqual, false) => Operator::Less,
            (Operator::NotEqual, false) => Operator::Equal,
            _ => continue,
        };
        match operator {
            Operator::Less => most = most.min(number.saturating_sub(1)),
            Operator::LessOrEqual => most = most.min(*number),
            Operator::Greater => least = least.max(number.saturating_add(1)),
            Operator::GreaterOrEqual => least = least.max(*number),
            Operator::Equal => (least, most) = (least.max(*number), most.min(*number)),
            _ => {}
        }
    }
    least <= most
}

impl Graph {
    /// What a set of predicates costs.
    pub(crate) fn weight(&self, predicates: &std::collections::HashSet<u32>) -> u64 {
        let weight = |place: &u32| self.predicates.get(*place as usize).map_or(0, |known| known.weight(self));
        predicates.iter().map(weight).fold(0, u64::saturating_add)
    }
}

impl Predicate {
    /// What it costs to make the comparison, the cheapest having one.
    pub(super) fn weight(&self, graph: &Graph) -> u64 {
        let own = match &self.ask {
            Ask::Exists | Ask::Operands(..) => 1,
            Ask::Test(test) => match test {
                Test::Texts { .. } => 1,
                Test::Constants { constants, .. } => 1 + constants.len() as u64 / 4,
                Test::Paths(_) => 2,
                Test::Elements { elements, .. } => elements.iter().map(element_weight).sum(),
            },
        };
        let times = if self.reading == Reading::One { 1 } else { 4 };
        own.saturating_mul(times).saturating_add(graph.extract_weight(self.left, 8))
    }
}

impl Graph {
    /// What it costs to have a value that is made of others.
    fn extract_weight(&self, place: u32, depth: u32) -> u64 {
        let Some(depth) = depth.checked_sub(1) else { return 0 };
        let inner = |place: &u32| self.extract_weight(*place, depth);
        match self.extracts.get(place) {
            None | Some(Extract::Field(_) | Extract::Constant(_)) => 0,
            Some(Extract::Apply { inner: of, .. }) => 2 + inner(of),
            Some(Extract::Join { separator, texts }) => 2 + inner(separator) + inner(texts),
            Some(Extract::Options { arguments, description, .. }) => {
                2 + inner(arguments) + inner(description)
            }
            Some(Extract::Concat(parts) | Extract::List(parts)) => 1 + parts.iter().map(inner).sum::<u64>(),
        }
    }
}

fn element_weight(element: &Element) -> u64 {
    match element {
        Element::Compare(..) | Element::StartsWith(_) | Element::EndsWith(_) => 1,
        Element::Contains(_) => 2,
        Element::ContainsAnyCase(_) | Element::Glob(_) => 4,
        Element::Regex(_) => 10,
    }
}
