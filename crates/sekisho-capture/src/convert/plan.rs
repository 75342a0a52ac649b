//! What becomes of an event of one type and number of parameters, all steps of the table taken together: most events are
//! converted by putting a few parameters behind one another.

use std::sync::LazyLock;

use super::waiting::FRONT;
use super::{Action, MAX_STEPS, Source, Standing, known, standing_of};
use crate::event::Span;
use crate::event_type::{EventType, Type};

/// No event that has more parameters is converted.
const MAX_PARAMETERS: usize = 40;

/// What becomes of an event.
pub(super) enum Plan {
    /// It is as current versions have it.
    Unchanged,
    /// Current versions have nothing of the kind.
    Dropped,
    /// Its exit needs it.
    Keep,
    /// Its parameters and those of its enter event are put together.
    Gather(Recipe),
    /// It must be looked at step by step.
    Stepwise,
}

/// How a current event is put together.
pub(super) struct Recipe {
    pub(super) kind: EventType,
    /// So many parameters stay as they are.
    pub(super) kept: usize,
    /// What stands behind them.
    pub(super) pieces: Box<[Piece]>,
    /// Some of that was elsewhere in the event before.
    pub(super) moves_own: bool,
    /// The number of the enter event's type, where one is needed.
    pub(super) enter: Option<u16>,
}

/// A parameter of the current event.
#[derive(Clone, Copy)]
pub(super) struct Piece {
    pub(super) from: From,
    /// It is cut off behind so many bytes.
    pub(super) longest: u32,
}

/// Where a parameter comes from.
#[derive(Clone, Copy)]
pub(super) enum From {
    /// The event itself.
    Own(usize),
    /// The enter event; without it a constant.
    Enter(usize, Span),
    /// A constant, which is in the front of what waits.
    Constant(Span),
}

static PLANS: LazyLock<Vec<Plan>> = LazyLock::new(|| {
    EventType::all().flat_map(|kind| (0..MAX_PARAMETERS).map(move |count| plan(kind, count))).collect()
});

/// What becomes of events, by their types and numbers of parameters.
#[derive(Clone, Copy)]
pub(super) struct Plans(&'static [Plan]);

impl Plans {
    pub(super) fn new() -> Self {
        Self(&PLANS)
    }

    #[inline]
    pub(super) fn of(self, kind: EventType, count: usize) -> Option<&'static Plan> {
        if count >= MAX_PARAMETERS {
            return None;
        }
        self.0.get(usize::from(kind.number()) * MAX_PARAMETERS + count)
    }
}

fn plan(kind: EventType, count: usize) -> Plan {
    match standing_of(kind, count) {
        Ok(Standing::Current) => return Plan::Unchanged,
        Ok(Standing::Dropped) => return Plan::Dropped,
        Ok(Standing::Old) => {}
        Err(_) => return Plan::Stepwise,
    }
    match known(kind, count).map(|conversion| conversion.action) {
        Some(Action::Keep) => Plan::Keep,
        Some(Action::Pass) => Plan::Unchanged,
        _ => recipe(kind, count).map_or(Plan::Stepwise, Plan::Gather),
    }
}

/// The steps of an event as one; none where what they do depends on more than the type.
fn recipe(kind: EventType, count: usize) -> Option<Recipe> {
    let mut now = kind;
    let mut enter: Option<(usize, EventType)> = None;
    let mut pieces: Vec<Piece> =
        (0..count).map(|place| Piece { from: From::Own(place), longest: u32::MAX }).collect();
    for step in 0..MAX_STEPS {
        let conversion = known(now, pieces.len())?;
        let (next, mut made) = match conversion.action {
            Action::Keep | Action::KeepAndPass => return None,
            Action::Pass => return Some(Recipe::new(now, pieces, enter)),
            Action::Add => (now, pieces.clone()),
            Action::Become(other) => (other, Vec::new()),
        };
        for source in &conversion.sources {
            let parameter = next.info().parameters.get(made.len());
            let wanted = parameter.map_or(Type::Bytes, |parameter| parameter.kind);
            let longest = wanted.bytes().1.and_then(|longest| longest.try_into().ok()).unwrap_or(u32::MAX);
            made.push(match *source {
                Source::Empty => Piece { from: From::Constant(NOTHING), longest },
                Source::Default => Piece { from: From::Constant(default_span(wanted)), longest: u32::MAX },
                Source::Old(place) => {
                    let piece = pieces.get(place)?;
                    Piece { longest: piece.longest.min(longest), ..*piece }
                }
                Source::Enter { parameter, or_empty } => {
                    // An enter event that was used once is of no further use.
                    if enter.is_some_and(|(before, _)| before != step) {
                        return None;
                    }
                    enter = Some((step, now));
                    let otherwise = if or_empty { NOTHING } else { default_span(wanted) };
                    Piece { from: From::Enter(parameter, otherwise), longest }
                }
                Source::ContainerJson => return None,
            });
        }
        (now, pieces) = (next, made);
        match standing_of(now, pieces.len()).ok()? {
            Standing::Current => return Some(Recipe::new(now, pieces, enter)),
            Standing::Dropped => return None,
            Standing::Old => {}
        }
    }
    None
}

impl Recipe {
    fn new(kind: EventType, mut pieces: Vec<Piece>, enter: Option<(usize, EventType)>) -> Self {
        let enter = enter.and_then(|(_, exit)| exit.number().checked_sub(1));
        let is_kept = |(place, piece): (usize, &Piece)| {
            matches!(piece.from, From::Own(own) if own == place) && piece.longest == u32::MAX
        };
        let kept = pieces.iter().enumerate().take_while(|piece| is_kept(*piece)).count();
        let pieces: Box<[Piece]> = pieces.drain(kept..).collect();
        let moves_own = pieces.iter().any(|piece| matches!(piece.from, From::Own(_)));
        Self { kind, kept, pieces, moves_own, enter }
    }
}

/// No bytes.
const NOTHING: Span = Span::new(0, 0).of_others();

/// Where the default of a type is in the front.
fn default_span(wanted: Type) -> Span {
    let start = if matches!(wanted, Type::Uid | Type::Gid) { 16 } else { 0 };
    let length = u32::try_from(default(wanted).len()).unwrap_or_default();
    Span::new(start, start + length).of_others()
}

/// What stands for "unknown": zero, and for users and groups the number that none has.
pub(super) fn default(wanted: Type) -> &'static [u8] {
    let (zeros, ones) = FRONT.split_at(FRONT.len() / 2);
    let bytes = if matches!(wanted, Type::Uid | Type::Gid) { ones } else { zeros };
    bytes.get(..wanted.bytes().0.min(bytes.len())).unwrap_or_default()
}
