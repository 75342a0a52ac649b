//! What the files said so far: each item by its name, changed in place by what came later.

use std::collections::{BTreeSet, HashMap};

use sekisho_manifest::Span;

use super::version::Version;
use crate::ruleset::Priority;

/// Everything that the files said.
#[derive(Default)]
pub(crate) struct Collection {
    pub(crate) rules: Vec<RuleItem>,
    pub(super) macros: Vec<MacroItem>,
    pub(super) lists: Vec<ListItem>,
    pub(super) engine: Option<Version>,
    pub(super) plugins: Vec<Vec<(String, Version)>>,
    rule_places: HashMap<String, usize>,
    macro_places: HashMap<String, usize>,
    list_places: HashMap<String, usize>,
    next: u32,
}

#[derive(Clone)]
pub(super) struct ListItem {
    pub(super) name: String,
    pub(super) items: Vec<String>,
    pub(super) span: Span,
    /// When it was first defined, and when it was last touched: it sees what was defined before.
    pub(super) index: u32,
    pub(super) visible: u32,
}

#[derive(Clone)]
pub(super) struct MacroItem {
    pub(super) name: String,
    pub(super) condition: String,
    pub(super) span: Span,
    pub(super) condition_span: Span,
    pub(super) index: u32,
    pub(super) visible: u32,
}

#[derive(Clone)]
#[allow(clippy::struct_excessive_bools, reason = "rules have these switches, which are independent")]
pub(crate) struct RuleItem {
    pub(crate) name: String,
    pub(super) condition: String,
    pub(super) output: String,
    pub(super) description: String,
    pub(super) priority: Priority,
    pub(super) source: String,
    pub(super) tags: BTreeSet<String>,
    pub(super) enabled: bool,
    pub(super) capture: bool,
    pub(super) capture_duration: u32,
    pub(super) warn_event_types: bool,
    pub(super) skip_if_unknown: bool,
    pub(crate) exceptions: Vec<Exception>,
    pub(super) has_source: bool,
    pub(super) span: Span,
    pub(super) condition_span: Span,
    pub(super) output_span: Span,
}

/// An exception of a rule.
#[derive(Clone)]
pub(crate) struct Exception {
    pub(crate) name: String,
    pub(super) fields: Option<Entry>,
    pub(super) operators: Option<Entry>,
    pub(crate) values: Vec<Entry>,
    pub(crate) span: Span,
}

/// A text, or a list of such entries.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Entry {
    One(String),
    Many(Vec<Entry>),
}

/// What a later item changes of a rule.
#[derive(Default)]
pub(super) struct RuleChange {
    pub(super) condition: Option<String>,
    pub(super) output: Option<String>,
    pub(super) description: Option<String>,
    pub(super) tags: Option<BTreeSet<String>>,
    pub(super) exceptions: Option<Vec<Exception>>,
    pub(super) priority: Option<Priority>,
    pub(super) enabled: Option<bool>,
    pub(super) capture: Option<bool>,
    pub(super) capture_duration: Option<u32>,
    pub(super) warn_event_types: Option<bool>,
    pub(super) skip_if_unknown: Option<bool>,
}

impl Collection {
    fn tick(&mut self) -> u32 {
        self.next += 1;
        self.next
    }

    pub(super) fn define_list(&mut self, mut list: ListItem) {
        list.visible = self.tick();
        list.index = list.visible;
        if let Some(known) = self.list_places.get(&list.name).and_then(|place| self.lists.get_mut(*place)) {
            list.index = known.index;
            *known = list;
        } else {
            self.list_places.insert(list.name.clone(), self.lists.len());
            self.lists.push(list);
        }
    }

    pub(super) fn append_list(&mut self, list: ListItem) -> bool {
        let now = self.tick();
        let Some(known) = self.list_places.get(&list.name).and_then(|place| self.lists.get_mut(*place))
        else {
            return false;
        };
        known.items.extend(list.items);
        known.visible = now;
        true
    }

    pub(super) fn define_macro(&mut self, mut item: MacroItem) {
        item.visible = self.tick();
        item.index = item.visible;
        if let Some(known) = self.macro_places.get(&item.name).and_then(|place| self.macros.get_mut(*place)) {
            item.index = known.index;
            *known = item;
        } else {
            self.macro_places.insert(item.name.clone(), self.macros.len());
            self.macros.push(item);
        }
    }

    pub(super) fn append_macro(&mut self, item: &MacroItem) -> bool {
        let now = self.tick();
        let Some(known) = self.macro_places.get(&item.name).and_then(|place| self.macros.get_mut(*place))
        else {
            return false;
        };
        known.condition.push(' ');
        known.condition.push_str(&item.condition);
        known.visible = now;
        true
    }

    pub(super) fn define_rule(&mut self, rule: RuleItem) {
        if let Some(known) = self.rule_mut(&rule.name) {
            *known = rule;
        } else {
            self.rule_places.insert(rule.name.clone(), self.rules.len());
            self.rules.push(rule);
        }
    }

    pub(super) fn rule_mut(&mut self, name: &str) -> Option<&mut RuleItem> {
        self.rule_places.get(name).and_then(|place| self.rules.get_mut(*place))
    }
}

impl RuleItem {
    /// Takes over what is given in place of what was there.
    pub(super) fn replace(&mut self, change: RuleChange) {
        fn take<T>(into: &mut T, value: Option<T>) {
            if let Some(value) = value {
                *into = value;
            }
        }
        take(&mut self.condition, change.condition);
        take(&mut self.output, change.output);
        take(&mut self.description, change.description);
        take(&mut self.tags, change.tags);
        take(&mut self.exceptions, change.exceptions);
        take(&mut self.priority, change.priority);
        take(&mut self.enabled, change.enabled);
        take(&mut self.capture, change.capture);
        take(&mut self.capture_duration, change.capture_duration);
        take(&mut self.warn_event_types, change.warn_event_types);
        take(&mut self.skip_if_unknown, change.skip_if_unknown);
    }

    /// Adds what is given to what was there, exceptions apart.
    pub(super) fn append(&mut self, change: RuleChange) {
        for (text, more) in [
            (&mut self.condition, change.condition),
            (&mut self.output, change.output),
            (&mut self.description, change.description),
        ] {
            if let Some(more) = more.filter(|more| !more.is_empty()) {
                text.push(' ');
                text.push_str(&more);
            }
        }
        self.tags.extend(change.tags.unwrap_or_default());
    }
}
