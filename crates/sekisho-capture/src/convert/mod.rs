//! Turning events of older versions into current ones, by the table in `data/conversions.txt`.
//!
//! Older versions told of a system call in two events: what was asked for when it began, the result when it
//! ended. In current versions the exit tells everything. So enter events are kept until their exits come, which
//! take parameters from them; a type that was replaced becomes the one that replaced it, step by step.

mod plan;
mod waiting;

use std::fmt::Write as _;
use std::sync::LazyLock;

use self::plan::{From, Plan, Plans, Recipe, default};
use self::waiting::{FRONT, WaitingRoom};
use crate::error::ConvertError;
use crate::event::{Event, EventBuf, Head, Span, Spans};
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
    plans: Plans,
    /// The enter event that the one that was put together has some parameters of.
    entered: Option<u32>,
    /// Where the parameters of an event were before it was put together.
    own: Vec<Span>,
    /// The event that was put together of one that was given: its head, and where its parameters are.
    head: Head,
    spans: Spans,
    current: EventBuf,
    next: EventBuf,
}

/// What became of an event.
#[derive(Clone, Copy)]
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
            plans: Plans::new(),
            entered: None,
            own: Vec::new(),
            head: Head::default(),
            spans: Spans::default(),
            current: nothing.clone(),
            next: nothing,
        }
    }

    /// The current form of an event; none where it has none, because its exit will tell what it says.
    pub fn convert<'a>(&'a mut self, event: Event<'a>) -> Result<Option<Event<'a>>, ConvertError> {
        let near = event.whole().and_then(|own| {
            let mut spans = std::mem::take(&mut self.spans);
            spans.assign(event.spans());
            self.head = event.head;
            let mut head = event.head;
            let outcome = self.near(&mut head, &mut spans, own);
            (self.head, self.spans) = (head, spans);
            Some((own, outcome?))
        });
        let outcome = match &near {
            Some((_, outcome)) => *outcome,
            None => self.stepwise(&event)?,
        };
        Ok(match (outcome, near) {
            (Outcome::Unchanged, _) => Some(event),
            (Outcome::Gathered, Some((own, _))) => {
                Some(Event::of_spans(self.head, self.spans.get(), own, self.others()))
            }
            (Outcome::Converted, _) => Some(self.converted()),
            (Outcome::Gathered, None) | (Outcome::Dropped, _) => None,
        })
    }

    /// Enter events that were given up because too many waited.
    pub fn forgotten(&self) -> u64 {
        self.waiting.forgotten
    }

    /// The bytes that the event that was put together has from elsewhere.
    #[inline]
    pub(crate) fn others(&self) -> &[u8] {
        self.entered.and_then(|place| self.waiting.at(place)).map_or(FRONT, |entered| entered.bytes())
    }

    pub(crate) fn converted(&self) -> Event<'_> {
        self.current.as_event()
    }

    /// Makes the current event of one of which these are the head, the places of the parameters and all bytes, where no
    /// value must be looked at; else nothing has happened.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "it is asked for every event, and does little itself for most")]
    pub(crate) fn near(&mut self, head: &mut Head, spans: &mut Spans, own: &[u8]) -> Option<Outcome> {
        match self.plans.of(head.kind, spans.get().len())? {
            Plan::Unchanged => Some(Outcome::Unchanged),
            Plan::Dropped => Some(Outcome::Dropped),
            Plan::Keep => {
                self.waiting.keep(head, spans.get().len(), spans.room(), own);
                Some(Outcome::Dropped)
            }
            Plan::Gather(recipe) => {
                self.gather(head, spans, recipe);
                Some(Outcome::Gathered)
            }
            Plan::Stepwise => None,
        }
    }

    /// Puts the current event together. Nothing is copied.
    fn gather(&mut self, head: &mut Head, spans: &mut Spans, recipe: &Recipe) {
        head.kind = recipe.kind;
        self.entered = None;
        let mut waiting = None;
        if let Some(kind) = recipe.enter
            && let Some(place) = self.waiting.find(head.thread)
            && let Some(enter) = self.waiting.at_mut(place)
            && !enter.is_used
            && enter.kind.number() == kind
        {
            self.entered = Some(place);
            waiting = Some(enter);
        }
        if recipe.moves_own {
            self.own.clear();
            self.own.extend_from_slice(spans.get());
        }
        let own = &self.own;
        let mut uses_enter = false;
        spans.replace_behind(
            recipe.kept,
            recipe.pieces.iter().map(|piece| {
                let span = match piece.from {
                    From::Enter(place, otherwise) => {
                        let entered = waiting.as_ref().and_then(|enter| enter.span(place));
                        uses_enter |= entered.is_some();
                        entered.unwrap_or(otherwise)
                    }
                    From::Own(place) => own.get(place).copied().unwrap_or_default(),
                    From::Constant(span) => span,
                };
                if piece.longest == u32::MAX { span } else { span.cut(piece.longest) }
            }),
        );
        if let Some(waiting) = waiting {
            waiting.is_used |= uses_enter;
        }
    }

    /// Takes the steps of the table one after another.
    pub(crate) fn stepwise(&mut self, event: &Event<'_>) -> Result<Outcome, ConvertError> {
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
                    self.waiting.keep(&event.head, count, event.spans(), event.whole().unwrap_or_default());
                    return Ok(Outcome::Dropped);
                }
                Action::Pass => return Ok(Outcome::Converted),
                Action::KeepAndPass => {
                    self.waiting.keep(&event.head, count, event.spans(), event.whole().unwrap_or_default());
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
