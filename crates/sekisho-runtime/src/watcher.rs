//! Rules over captures: state, evaluation, alerts.

use std::cell::Cell;

use sekisho_capture::{Converter, Direction, Event, EventType, Item, Profile};
use sekisho_falco::{Evaluator, Matching, Priority, RuleSet, Selector};

use crate::alert::{Alert, Subject};
use crate::state::{Limits, State, StateMetrics};
use crate::step::{Action, Context, Parameters, Traits, traits};
use crate::view::{SYSCALL, View};

/// The flag of events that the capturing program kept only because they change what is known.
const STATE_ONLY: u32 = 1;
/// Enter events that wait for their exits, at most.
const WAITING_EVENTS: usize = 65_536;

/// How rules are asked.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Events as the capture has them, or as current versions have them. The reader must have the same.
    pub profile: Profile,
    /// Which of the rules that hold are told.
    pub matching: Matching,
    /// The name of the host that alerts are of; that of the capture where it is empty.
    pub host: String,
    /// Limits on what is remembered.
    pub limits: Limits,
}

/// What was done so far.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Metrics {
    /// Events that were taken.
    pub events: u64,
    /// Events that rules were asked of.
    pub asked: u64,
    /// Alerts.
    pub alerts: u64,
    /// Events that say that the capturing program dropped others.
    pub drops: u64,
    /// Events that could not be brought into their current form.
    pub unconverted: u64,
    /// Events that came after later ones.
    pub out_of_order: u64,
    /// What is remembered.
    pub state: StateMetrics,
}

/// Rules over the events of a capture.
pub struct Watcher {
    rules: RuleSet,
    evaluator: Evaluator,
    state: State,
    converter: Converter,
    settings: Settings,
    /// What is known of each type of event, by their numbers.
    kinds: Vec<Kind>,
    /// The name of the host that alerts are of.
    host: String,
    metrics: Metrics,
    first_time: Option<u64>,
    last_time: Option<u64>,
    newest: u64,
    /// An event of the section was seen.
    is_begun: bool,
    switched: Vec<u64>,
    counter: Cell<u64>,
}

impl Watcher {
    /// A watcher that knows nothing of the machine yet.
    pub fn new(rules: RuleSet, settings: Settings) -> Self {
        Self {
            kinds: EventType::all().map(|kind| Kind::new(kind, &rules, settings.profile)).collect(),
            host: settings.host.clone(),
            rules,
            evaluator: Evaluator::new(),
            state: State::new(settings.limits, settings.profile == Profile::Legacy),
            converter: Converter::new(WAITING_EVENTS),
            settings,
            metrics: Metrics::default(),
            first_time: None,
            last_time: None,
            newest: 0,
            is_begun: false,
            switched: Vec::new(),
            counter: Cell::new(0),
        }
    }

    /// The rules.
    pub fn rules(&self) -> &RuleSet {
        &self.rules
    }

    /// The rules, for another watcher.
    pub fn into_rules(self) -> RuleSet {
        self.rules
    }

    /// Disables the rules that are less grave.
    pub fn require(&mut self, least: Priority) {
        let names: Vec<_> =
            self.rules.rules().filter(|rule| rule.priority > least).map(|rule| rule.name.clone()).collect();
        for name in names {
            self.rules.enable(&Selector::Name(name), false);
        }
    }

    /// What was done so far.
    pub fn metrics(&self) -> Metrics {
        Metrics { state: self.state.metrics(), ..self.metrics }
    }

    /// Predicates that were evaluated and values that were had, over all events.
    pub fn evaluated(&self) -> (u64, u64) {
        self.evaluator.counts()
    }

    /// Takes an item of a capture, and gives what the rules find in it.
    #[inline]
    pub fn take(&mut self, item: Item<'_>) -> Vec<Alert> {
        match item {
            Item::Event(event) => self.event(&event),
            other => {
                self.know(other);
                Vec::new()
            }
        }
    }

    /// Takes what a capture says of the machine.
    fn know(&mut self, item: Item<'_>) {
        if let Item::Section(_) = item {
            self.is_begun = false;
            (self.first_time, self.last_time, self.newest) = (None, None, 0);
        }
        self.state.take(item);
        if self.settings.host.is_empty() {
            let name = std::str::from_utf8(&self.state.machine.host_name);
            name.unwrap_or_default().clone_into(&mut self.host);
        }
    }

    /// Takes an event, and gives what the rules find in it.
    pub fn event(&mut self, event: &Event<'_>) -> Vec<Alert> {
        let kind = self.kinds.get(usize::from(event.head.kind.number())).copied().unwrap_or_default();
        let traits = kind.traits;
        let (context, ran) = self.step(event, traits);
        let mut alerts = Vec::new();
        if event.head.flags & STATE_ONLY == 0 && kind.is_asked {
            self.metrics.asked += 1;
            if kind.may_match {
                alerts = self.ask(event, context, ran);
                self.metrics.alerts += alerts.len() as u64;
            }
            if !traits.is_meta {
                self.last_time = Some(event.head.time);
            }
        }
        self.state.settle(context);
        alerts
    }

    /// What the rules find in an event.
    fn ask(&mut self, event: &Event<'_>, context: Context, ran: u64) -> Vec<Alert> {
        let host = &self.host;
        let view = View {
            state: &self.state,
            event,
            context,
            profile: self.settings.profile,
            number: self.metrics.events,
            first_time: self.first_time.unwrap_or(event.head.time),
            last_time: self.last_time.unwrap_or(event.head.time),
            ran,
            host,
            counter: &self.counter,
        };
        let found = self.rules.matches(&mut self.evaluator, &view, self.settings.matching);
        found.into_iter().map(|found| Alert::new(found, event.head.time, host, subject(&view))).collect()
    }

    /// What an event changes of what is known; the time that a thread ran before a switch.
    fn step(&mut self, event: &Event<'_>, traits: Traits) -> (Context, u64) {
        if !std::mem::replace(&mut self.is_begun, true) {
            self.state.begin_events();
        }
        self.metrics.events += 1;
        // Notices may be of no time.
        if event.head.time > 1 {
            self.first_time.get_or_insert(event.head.time);
            self.metrics.out_of_order += u64::from(event.head.time < self.newest);
            self.newest = self.newest.max(event.head.time);
        }
        self.metrics.drops += u64::from(traits.is_drop);
        let context = match self.settings.profile {
            Profile::Current => self.state.step(event, traits),
            Profile::Legacy => self.step_of_old(event, traits),
        };
        let ran = if traits.action == Action::Switch { self.switch(event, context) } else { 0 };
        (context, ran)
    }

    /// The same with an event as the capture has it.
    fn step_of_old(&mut self, event: &Event<'_>, traits: Traits) -> Context {
        let mut context = match self.converter.convert(*event) {
            Ok(Some(current)) => self.state.step(&current, self::traits(current.head.kind)),
            Ok(None) => self.state.enter(event),
            Err(_) => {
                self.metrics.unconverted += 1;
                self.state.enter(event)
            }
        };
        // A process that began with this event is known now.
        if context.thread.is_none() {
            context.thread = self.state.threads.find(event.head.thread);
        }
        let slot = context.thread.filter(|_| traits.is_syscall);
        if let Some(thread) = slot.and_then(|slot| self.state.threads.use_mut(slot)) {
            let is_exit = event.head.kind.direction() == Direction::Exit;
            thread.latency =
                if is_exit && thread.seen != 0 { event.head.time.saturating_sub(thread.seen) } else { 0 };
            thread.seen = event.head.time;
        }
        context
    }

    /// Counts the time between switches of a processor.
    fn switch(&mut self, event: &Event<'_>, context: Context) -> u64 {
        /// Processors of which switches are told apart.
        const MAX_PROCESSORS: usize = 4_096;
        let cpu = usize::from(event.head.cpu);
        if cpu >= MAX_PROCESSORS {
            return 0;
        }
        if self.switched.len() <= cpu {
            self.switched.resize(cpu + 1, 0);
        }
        let Some(last) = self.switched.get_mut(cpu) else { return 0 };
        let before = std::mem::replace(last, event.head.time);
        let ran = if before == 0 { 0 } else { event.head.time.saturating_sub(before) };
        if let Some(thread) = context.thread.and_then(|slot| self.state.threads.use_mut(slot)) {
            thread.ran = thread.ran.saturating_add(ran);
        }
        ran
    }

    /// How many rules can hold for events of a type, and how many distinct comparisons they make at most.
    pub fn cost(&self, kind: EventType) -> (usize, usize) {
        self.rules.cost(SYSCALL, kind)
    }
}

/// What is known of a type of event beforehand.
#[derive(Clone, Copy, Default)]
struct Kind {
    traits: Traits,
    /// Rules are asked of such events.
    is_asked: bool,
    /// A rule can hold.
    may_match: bool,
}

impl Kind {
    fn new(kind: EventType, rules: &RuleSet, profile: Profile) -> Self {
        let traits = traits(kind);
        let is_asked = profile == Profile::Legacy || !(traits.is_enter && traits.is_syscall);
        Self { traits, is_asked, may_match: rules.may_match(SYSCALL, kind) }
    }
}

impl State {
    /// An enter event of an older version, of which only thread and descriptor are known.
    fn enter(&mut self, event: &Event<'_>) -> Context {
        let traits = traits(event.head.kind);
        let Some(slot) = self.thread(event, traits) else {
            return Context::default();
        };
        let number = traits.place.and_then(|place| event.i64(place.into()));
        if let Some(thread) = self.threads.use_mut(slot) {
            thread.descriptor = number.unwrap_or(-1);
        }
        let file = number.filter(|number| self.file(slot, *number).is_some()).map(|number| (slot, number));
        Context::of(slot, file)
    }
}

/// What an event happened in.
fn subject(view: &View<'_>) -> Subject {
    let Some(thread) = view.thread() else { return Subject::default() };
    let identifier = &thread.control_groups.container;
    let Some(container) = view.state.container(thread) else {
        return Subject { container: String::from_utf8_lossy(identifier).into_owned(), ..Subject::default() };
    };
    let label = |name: &str| container.labels.get(name).cloned().unwrap_or_default();
    Subject {
        container: container.identifier.clone(),
        container_name: container.name.clone(),
        image: container.image.clone(),
        namespace: label("io.kubernetes.pod.namespace"),
        pod: label("io.kubernetes.pod.name"),
        ..Subject::default()
    }
}
