//! The types of events that a condition can hold for.

use std::collections::HashSet;
use std::sync::LazyLock;

use sekisho_capture::{EventFlags, EventType, syscall_name};

use crate::condition::{Condition, Operand, Operator, Right};

/// Types of events.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct EventTypes {
    bits: [u64; 8],
}

static NAMES: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    let used = EventType::all().filter(|kind| !kind.info().flags.contains(EventFlags::UNUSED));
    let names = used.map(|kind| kind.info().name);
    names
        .chain(
            (0..=u16::MAX)
                .map_while(|number| if number < 512 { Some(number) } else { None })
                .filter_map(syscall_name),
        )
        .collect()
});

/// Whether an event or a system call of this name exists.
pub(crate) fn is_known(name: &[u8]) -> bool {
    std::str::from_utf8(name).is_ok_and(|name| NAMES.contains(name))
}

/// Whether the name of such events depends on which system call they are of.
pub(crate) fn is_generic(kind: EventType) -> bool {
    kind.info().constant.starts_with("GENERIC_")
}

impl EventTypes {
    /// Every type.
    pub fn all() -> Self {
        EventType::all().collect()
    }

    /// Whether a type is among them.
    pub fn contains(&self, kind: EventType) -> bool {
        let number = usize::from(kind.number());
        self.bits.get(number / 64).is_some_and(|bits| bits >> (number % 64) & 1 == 1)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.bits.iter().map(|bits| bits.count_ones() as usize).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether all of them are among others.
    pub fn is_within(&self, others: &Self) -> bool {
        self.zipped(*others, |mine, theirs| mine & !theirs).is_empty()
    }

    fn zipped(self, other: Self, join: impl Fn(u64, u64) -> u64) -> Self {
        let mut bits = self.bits;
        for (mine, theirs) in bits.iter_mut().zip(other.bits) {
            *mine = join(*mine, theirs);
        }
        Self { bits }
    }

    fn inverted(self) -> Self {
        Self::all().zipped(self, |all, these| all & !these)
    }

    /// The types of events of these names. System calls without a type of their own are generic events.
    fn named(names: &[Vec<u8>]) -> Self {
        let is_named = |name: &str| names.iter().any(|known| known == name.as_bytes());
        let own: HashSet<&str> = EventType::all().map(|kind| kind.info().name).collect();
        let has_generic = names
            .iter()
            .any(|name| is_known(name) && std::str::from_utf8(name).is_ok_and(|name| !own.contains(name)));
        EventType::all()
            .filter(|kind| is_named(kind.info().name) || has_generic && is_generic(*kind))
            .collect()
    }

    /// The types of events that a condition, whose macros are written out, can hold for.
    pub fn of(condition: &Condition) -> Self {
        Self::within(condition, false)
    }

    fn within(condition: &Condition, negated: bool) -> Self {
        match condition {
            Condition::Not(inner) => Self::within(inner, !negated),
            Condition::And(parts) | Condition::Or(parts) => {
                let parts = parts.iter().map(|part| Self::within(part, negated));
                if matches!(condition, Condition::And(_)) == negated {
                    parts.fold(Self::default(), |all, part| all.zipped(part, |a, b| a | b))
                } else {
                    parts.fold(Self::all(), |all, part| all.zipped(part, |a, b| a & b))
                }
            }
            Condition::Exists { left, .. } if is_event_type(left) && negated => Self::default(),
            Condition::Check { left, operator, modifier: None, right, .. } => {
                let types = match number_invariant(left, *operator, right) {
                    Some(true) => Self::all(),
                    Some(false) => Self::default(),
                    None if is_event_type(left) => match (operator, right) {
                        (Operator::Equal | Operator::In, Right::Value(name)) => {
                            Self::named(std::slice::from_ref(name))
                        }
                        (Operator::Equal | Operator::In, Right::List(names)) => Self::named(names),
                        (Operator::NotEqual, Right::Value(name)) => {
                            Self::named(std::slice::from_ref(name)).inverted()
                        }
                        _ => return Self::all(),
                    },
                    None => return Self::all(),
                };
                if negated { types.inverted() } else { types }
            }
            Condition::Macro { .. } | Condition::Exists { .. } | Condition::Check { .. } => Self::all(),
        }
    }
}

impl FromIterator<EventType> for EventTypes {
    fn from_iter<I: IntoIterator<Item = EventType>>(kinds: I) -> Self {
        let mut types = Self::default();
        for kind in kinds {
            let number = usize::from(kind.number());
            if let Some(bits) = types.bits.get_mut(number / 64) {
                *bits |= 1 << (number % 64);
            }
        }
        types
    }
}

fn is_event_type(operand: &Operand) -> bool {
    matches!(operand, Operand::Field(field)
        if field.argument.is_none() && matches!(field.name.as_str(), "evt.type" | "syscall.type"))
}

/// What a comparison of `evt.num` always answers: numbers begin at one, so that `evt.num=0` is the idiom for a
/// condition that never holds.
pub(crate) fn number_invariant(left: &Operand, operator: Operator, right: &Right) -> Option<bool> {
    let Operand::Field(field) = left else { return None };
    if field.name != "evt.num" || field.argument.is_some() {
        return None;
    }
    let number = |text: &[u8]| std::str::from_utf8(text).ok()?.parse::<u64>().ok();
    match (operator, right) {
        (Operator::In, Right::List(values)) => {
            values.iter().all(|value| number(value) == Some(0)).then_some(false)
        }
        (_, Right::Value(value)) => match (operator, number(value)?) {
            (Operator::Equal | Operator::LessOrEqual, 0) | (Operator::Less, 0 | 1) => Some(false),
            (Operator::NotEqual | Operator::Greater, 0) | (Operator::GreaterOrEqual, 0 | 1) => Some(true),
            _ => None,
        },
        _ => None,
    }
}
