//! Turning events of older versions into current ones, by the table in `data/conversions.txt`.
//!
//! Older versions told of a system call in two events: what was asked for when it began, the result when it
//! ended. In current versions the exit tells everything. So enter events are kept until their exits come, which
//! take parameters from them; a type that was replaced becomes the one that replaced it, step by step.

mod plan;
mod waiting;

use std::fmt::Write as _;
use std::sync::LazyLock;

use self::plan::{From, Plan, Recipe, default, plans};
use self::waiting::{FRONT, WaitingRoom};
use crate::error::ConvertError;
use crate::event::{Event, EventBuf, Head, Span};
use crate::event_type::{Direction, EventFlags, EventType, Type};

/// More steps than any event needs: a table that goes in circles ends here.
const MAX_STEPS: usize = 50;

/// The conversions by type and number of parameters.
static TABLE: LazyLock<Vec<Vec<Option<Conversion>>>> = LazyLock::new(|| {
    let mut table: Vec<Vec<Option<Conversion>>> = Vec::new();
    let lines = include_str!("../../data/conversions.txt").lines().filter(|line| !line.starts_with('#'));
    for ((kind, count), conversion) in lines.filter_map(conversion) {
        let kind = usize::from(kind);
        table.resize_with(table.len().max(kind + 1), Vec::new);
        if let Some(row) = table.get_mut(kind) {
            row.resize_with(row.len().max(count + 1), || None);
            if let Some(place) = row.get_mut(count) {
                *place = Some(conversion);
            }
        }
    }
    table
});

fn known(kind: EventType, count: usize) -> Option<&'static Conversion> {
    TABLE.get(usize::from(kind.number()))?.get(count)?.as_ref()
}

/// What is done with an event of one type and number of parameters.
struct Conversion {
    action: Action,
    sources: Vec<Source>,
}

#[derive(Clone, Copy)]
enum Action {
    Keep,
    Pass,
    KeepAndPass,
    Add,
    Become(EventType),
}

/// Where a parameter comes from.
#[derive(Clone, Copy)]
enum Source {
    Old(usize),
    Enter { parameter: usize, or_empty: bool },
    Default,
    Empty,
    ContainerJson,
}

/// Converts events one after another.
pub struct Converter {
    /// The enter events that wait.
    waiting: WaitingRoom,
    plans: &'static [Vec<Plan>],
    /// The head of the event that was put together, where its parameters are, and the enter event that it has some of.
    head: Head,
    spans: Vec<Span>,
    entered: Option<u32>,
    current: EventBuf,
    next: EventBuf,
}

/// What became of an event.
pub(crate) enum Outcome {
    Unchanged,
    /// It was put together of its own bytes and those of its enter event.
    Gathered,
    Converted,
    Dropped,
}

impl Converter {
    /// A converter that keeps no more than `limit` enter events.
    pub fn new(limit: usize) -> Self {
        let nothing = EventBuf::new(Head::default());
        Self {
            waiting: WaitingRoom::new(limit),
            plans: plans(),
            head: Head::default(),
            spans: Vec::new(),
            entered: None,
            current: nothing.clone(),
            next: nothing,
        }
    }

    /// The current form of an event; none where it has none, because its exit will tell what it says.
    pub fn convert<'a>(&'a mut self, event: Event<'a>) -> Result<Option<Event<'a>>, ConvertError> {
        Ok(match self.step(&event)? {
            Outcome::Unchanged => Some(event),
            Outcome::Gathered => event.whole().map(|values| self.gathered(values)),
            Outcome::Converted => Some(self.converted()),
            Outcome::Dropped => None,
        })
    }

    /// Enter events that were given up because too many waited.
    pub fn forgotten(&self) -> u64 {
        self.waiting.forgotten
    }

    /// The event that was put together of one with these bytes.
    pub(crate) fn gathered<'a>(&'a self, values: &'a [u8]) -> Event<'a> {
        let entered = self.entered.and_then(|place| self.waiting.at(place));
        Event::of_spans(self.head, &self.spans, values, entered.map_or(FRONT, |entered| entered.bytes()))
    }

    pub(crate) fn converted(&self) -> Event<'_> {
        self.current.as_event()
    }

    pub(crate) fn step(&mut self, event: &Event<'_>) -> Result<Outcome, ConvertError> {
        match self.near(event) {
            Some(outcome) => Ok(outcome),
            None => self.stepwise(event),
        }
    }

    /// The same where no value must be looked at; else nothing has happened.
    #[inline]
    pub(crate) fn near(&mut self, event: &Event<'_>) -> Option<Outcome> {
        let plans = self.plans.get(usize::from(event.head.kind.number()))?;
        match plans.get(event.parameter_count())? {
            Plan::Unchanged => Some(Outcome::Unchanged),
            Plan::Dropped => Some(Outcome::Dropped),
            Plan::Keep => {
                self.waiting.keep(event);
                Some(Outcome::Dropped)
            }
            Plan::Gather(recipe) if event.whole().is_some() => {
                self.gather(event, recipe);
                Some(Outcome::Gathered)
            }
            Plan::Gather(_) | Plan::Stepwise => None,
        }
    }

    /// Puts the current event together. Nothing is copied.
    fn gather(&mut self, event: &Event<'_>, recipe: &Recipe) {
        self.head = Head { kind: recipe.kind, ..event.head };
        self.entered = None;
        let mut waiting = None;
        if let Some(kind) = recipe.enter
            && let Some(place) = self.waiting.find(event.head.thread)
            && let Some(enter) = self.waiting.at_mut(place)
            && !enter.is_used
            && enter.kind.number() == kind
        {
            self.entered = Some(place);
            waiting = Some(enter);
        }
        let own = event.spans();
        let mut uses_enter = false;
        self.spans.clear();
        self.spans.extend(recipe.pieces.iter().map(|piece| {
            let span = match piece.from {
                From::Own(place) => own.get(place).copied().unwrap_or_default(),
                From::Enter(place, otherwise) => {
                    let entered = waiting.as_ref().and_then(|enter| enter.span(place));
                    uses_enter |= entered.is_some();
                    entered.map_or(otherwise, Span::of_others)
                }
                From::Constant(span) => span,
            };
            span.cut(piece.longest)
        }));
        if let Some(waiting) = waiting {
            waiting.is_used |= uses_enter;
        }
    }

    /// Takes the steps of the table one after another.
    fn stepwise(&mut self, event: &Event<'_>) -> Result<Outcome, ConvertError> {
        match standing(event)? {
            Standing::Current => return Ok(Outcome::Unchanged),
            Standing::Dropped => return Ok(Outcome::Dropped),
            Standing::Old => {}
        }
        self.current.assign(event);
        for _ in 0..MAX_STEPS {
            let event = self.current.as_event();
            let (kind, count) = (event.head.kind, event.parameter_count());
            let conversion = known(kind, count).ok_or(ConvertError::Unknown { kind, count })?;
            match conversion.action {
                Action::Keep => {
                    self.waiting.keep(&event);
                    return Ok(Outcome::Dropped);
                }
                Action::Pass => return Ok(Outcome::Converted),
                Action::KeepAndPass => {
                    self.waiting.keep(&event);
                    return Ok(Outcome::Converted);
                }
                Action::Add => {
                    self.next.assign(&event);
                    self.fill(&conversion.sources)?;
                }
                Action::Become(other) => {
                    self.next.reset(Head { kind: other, ..event.head });
                    self.fill(&conversion.sources)?;
                }
            }
            std::mem::swap(&mut self.current, &mut self.next);
            match standing(&self.current.as_event())? {
                Standing::Current => return Ok(Outcome::Converted),
                Standing::Dropped => return Ok(Outcome::Dropped),
                Standing::Old => {}
            }
        }
        Err(ConvertError::Endless(event.head.kind))
    }

    /// Pushes the parameters onto the next event.
    fn fill(&mut self, sources: &[Source]) -> Result<(), ConvertError> {
        let old = self.current.as_event();
        let kind = old.head.kind;
        // An enter event of another kind is no part of this call: its exit was lost.
        let place = self.waiting.find(old.head.thread);
        let mut waiting = place
            .and_then(|place| self.waiting.at_mut(place))
            .filter(|enter| !enter.is_used && enter.kind.number().checked_add(1) == Some(kind.number()));
        let mut uses_enter = false;
        for source in sources {
            let place = self.next.as_event().parameter_count();
            let parameter = self.next.head.kind.info().parameters.get(place);
            let wanted = parameter.map_or(Type::Bytes, |parameter| parameter.kind);
            match *source {
                Source::Empty => self.next.push(&[]),
                Source::Default => self.next.push(default(wanted)),
                Source::Old(parameter) => {
                    let value = old.parameter(parameter).ok_or(ConvertError::Missing { kind, parameter })?;
                    push_value(&mut self.next, wanted, value);
                }
                Source::Enter { parameter, or_empty } => {
                    match waiting.as_ref().and_then(|enter| enter.parameter(parameter)) {
                        Some(value) => {
                            uses_enter = true;
                            push_value(&mut self.next, wanted, value);
                        }
                        None if or_empty => self.next.push(&[]),
                        None => self.next.push(default(wanted)),
                    }
                }
                Source::ContainerJson => {
                    let json = container_json(&old).unwrap_or_default();
                    self.next.push(&json);
                }
            }
        }
        if let Some(waiting) = waiting.as_mut() {
            waiting.is_used |= uses_enter;
        }
        Ok(())
    }
}

enum Standing {
    Current,
    Old,
    Dropped,
}

/// Whether an event is as current versions have it.
fn standing(event: &Event<'_>) -> Result<Standing, ConvertError> {
    standing_of(event.head.kind, event.parameter_count())
}

fn standing_of(kind: EventType, count: usize) -> Result<Standing, ConvertError> {
    let info = kind.info();
    let is_old = info.flags.contains(EventFlags::OLD);
    if info.flags.contains(EventFlags::UNUSED) {
        return Ok(Standing::Dropped);
    }
    if !info.flags.contains(EventFlags::CONVERTED) {
        return Ok(if is_old { Standing::Dropped } else { Standing::Current });
    }
    if kind.direction() == Direction::Enter {
        return Ok(Standing::Old);
    }
    let limit = info.parameters.len();
    if count > limit {
        return Err(ConvertError::Parameters { kind, count, limit });
    }
    Ok(if is_old || count < limit { Standing::Old } else { Standing::Current })
}

/// Pushes a value, cut off where the parameter's type is narrower.
fn push_value(event: &mut EventBuf, wanted: Type, value: &[u8]) {
    let longest = wanted.bytes().1.unwrap_or(usize::MAX);
    event.push(value.get(..longest.min(value.len())).unwrap_or(value));
}

/// The JSON that current versions tell of a container with, from the four parameters of the oldest.
fn container_json(event: &Event<'_>) -> Option<Vec<u8>> {
    let text = |index| {
        let bytes: &[u8] = event.parameter(index)?;
        Some(String::from_utf8_lossy(bytes.strip_suffix(&[0]).unwrap_or(bytes)))
    };
    let kind = u32::from_le_bytes(*event.parameter(1)?.first_chunk()?);
    let mut json = String::from("{\"id\":");
    put_json(&mut json, &text(0)?);
    write!(json, ",\"type\":{kind},\"name\":").ok()?;
    put_json(&mut json, &text(2)?);
    json.push_str(",\"image\":");
    put_json(&mut json, &text(3)?);
    json.push_str("}\0");
    Some(json.into_bytes())
}

fn put_json(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            control if u32::from(control) < 0x20 => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(control));
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

fn conversion(line: &str) -> Option<((u16, usize), Conversion)> {
    let mut words = line.split(' ');
    let kind = EventType::named(words.next()?)?;
    let count = words.next()?.parse().ok()?;
    let action = match words.next()? {
        "store" => Action::Keep,
        "pass" => Action::Pass,
        "store-and-pass" => Action::KeepAndPass,
        "add" => Action::Add,
        other => Action::Become(EventType::named(other.strip_prefix("become:")?)?),
    };
    let sources = words.map(source).collect::<Option<Vec<_>>>()?;
    Some(((kind.number(), count), Conversion { action, sources }))
}

fn source(word: &str) -> Option<Source> {
    let (word, or_empty) = word.strip_suffix('?').map_or((word, false), |word| (word, true));
    Some(match word {
        "default" => Source::Default,
        "empty" => Source::Empty,
        "json" => Source::ContainerJson,
        _ => match word.strip_prefix("old") {
            Some(number) => Source::Old(number.parse().ok()?),
            None => Source::Enter { parameter: word.strip_prefix("enter")?.parse().ok()?, or_empty },
        },
    })
}
