//! The items of a file, read into the collection.

use std::collections::BTreeSet;

use sekisho_manifest::{Node, Span, Value};

use super::collect::{Collection, Entry, Exception, ListItem, MacroItem, RuleChange, RuleItem};
use super::exceptions;
use super::result::{Code, FileResult, ItemKind, Message};
use super::{ENGINE_VERSION, Version};
use crate::catalog::Catalog;
use crate::ruleset::{DEFAULT_SOURCE, Priority};

pub(super) struct Reader<'a> {
    pub(super) text: &'a str,
    pub(super) catalog: &'a Catalog,
    pub(super) collection: &'a mut Collection,
    pub(super) result: FileResult,
}

type Read<T> = Result<T, Message>;

/// Keys that may be appended to, and all that may be replaced.
const APPENDABLE: &[&str] = &["condition", "output", "desc", "tags", "exceptions"];
const REPLACEABLE: &[&str] = &[
    "condition",
    "output",
    "desc",
    "priority",
    "capture",
    "capture_duration",
    "tags",
    "exceptions",
    "enabled",
    "warn_evttypes",
    "skip-if-unknown-filter",
];
const RULE_KEYS: &[&str] = &["rule", "source", "override", "append"];

/// The keys that an item appends and replaces.
#[derive(Default)]
struct Overrides {
    append: BTreeSet<String>,
    replace: BTreeSet<String>,
}

impl Overrides {
    fn is_empty(&self) -> bool {
        self.append.is_empty() && self.replace.is_empty()
    }
}

impl Reader<'_> {
    /// Reads a document. Each item that is wrong gives an error, and the others are read.
    pub(super) fn document(&mut self, root: &Node) {
        match &root.value {
            Value::Null => {}
            Value::Sequence(items) => {
                for item in items.iter().filter(|item| !item.is_null()) {
                    if let Err(error) = self.item(item) {
                        self.result.add(error);
                    }
                }
            }
            _ => self.result.add(Message::new(
                Code::YamlValidate,
                "a rule file is a list of rules, macros and lists",
                root.span,
            )),
        }
    }

    fn item(&mut self, item: &Node) -> Read<()> {
        if item.as_mapping().is_none() {
            return Err(invalid("an item must be a mapping with `rule`, `macro` or `list`", item.span));
        }
        if item.entry("required_engine_version").is_some() {
            self.engine(item)
        } else if item.entry("required_plugin_versions").is_some() {
            self.plugins(item)
        } else if item.entry("list").is_some() {
            let name = self.required(item, "list")?;
            self.list(item, &name).map_err(|error| error.of(ItemKind::List, &name))
        } else if item.entry("macro").is_some() {
            let name = self.required(item, "macro")?;
            self.macro_(item, &name).map_err(|error| error.of(ItemKind::Macro, &name))
        } else if item.entry("rule").is_some() {
            let name = self.required(item, "rule")?;
            self.rule(item, &name).map_err(|error| error.of(ItemKind::Rule, &name))
        } else {
            self.warn(Code::UnknownItem, "an item of no known kind is passed over", item.span);
            Ok(())
        }
    }

    fn warn(&mut self, code: Code, text: &str, span: Span) {
        self.result.add(Message::new(code, text, span));
    }

    fn warn_of(&mut self, code: Code, text: String, span: Span, kind: ItemKind, name: &str) {
        self.result.add(Message::new(code, text, span).of(kind, name));
    }

    fn warn_unknown_keys(&mut self, item: &Node, known: &[&[&str]], of: Option<(ItemKind, &str)>) {
        for entry in item.entries() {
            if known.iter().any(|keys| keys.contains(&entry.key.as_str())) {
                continue;
            }
            let message = format!("the key `{}` means nothing here and is passed over", entry.key);
            let message = Message::new(Code::UnknownKey, message, entry.key_span);
            self.result.add(match of {
                Some((kind, name)) => message.of(kind, name),
                None => message,
            });
        }
    }

    // Scalars. What the file writes counts, not the type that YAML gives it.

    fn scalar(&self, node: &Node) -> Option<String> {
        match &node.value {
            Value::String(text) => Some(text.to_string()),
            Value::Null | Value::Sequence(_) | Value::Mapping(_) => None,
            _ => self.text.get(node.span.start as usize..node.span.end as usize).map(str::to_owned),
        }
    }

    fn optional(&self, item: &Node, key: &str) -> Read<Option<String>> {
        match item.entry(key) {
            None => Ok(None),
            Some(entry) if entry.node.is_null() => Err(invalid(format!("`{key}` is empty"), entry.key_span)),
            Some(entry) => match self.scalar(&entry.node) {
                Some(text) if text.is_empty() => {
                    Err(invalid(format!("`{key}` must not be empty"), entry.node.span))
                }
                Some(text) => Ok(Some(text)),
                None => Err(invalid(format!("`{key}` must be a single value"), entry.node.span)),
            },
        }
    }

    fn required(&self, item: &Node, key: &str) -> Read<String> {
        self.optional(item, key)?.ok_or_else(|| invalid(format!("the item needs `{key}`"), item.span))
    }

    fn flag(&self, item: &Node, key: &str) -> Read<Option<bool>> {
        let Some(text) = self.optional(item, key)? else { return Ok(None) };
        match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "y" | "on" => Ok(Some(true)),
            "false" | "no" | "n" | "off" => Ok(Some(false)),
            _ => Err(invalid(format!("`{key}` must be `true` or `false`, not `{text}`"), span(item, key))),
        }
    }

    fn number(&self, item: &Node, key: &str) -> Read<Option<u32>> {
        let Some(text) = self.optional(item, key)? else { return Ok(None) };
        let number = text
            .parse()
            .map_err(|_| invalid(format!("`{key}` must be a number, not `{text}`"), span(item, key)))?;
        Ok(Some(number))
    }

    fn texts(&self, item: &Node, key: &str) -> Read<Option<Vec<String>>> {
        let Some(entry) = item.entry(key) else { return Ok(None) };
        let Value::Sequence(items) = &entry.node.value else {
            return Err(invalid(format!("`{key}` must be a list"), entry.node.span));
        };
        let text = |item: &Node| {
            self.scalar(item)
                .ok_or_else(|| invalid(format!("an entry of `{key}` must be a single value"), item.span))
        };
        items.iter().map(text).collect::<Read<Vec<_>>>().map(Some)
    }

    // Requirements.

    fn engine(&mut self, item: &Node) -> Read<()> {
        let key = "required_engine_version";
        let text = self.required(item, key)?;
        let version = match text.parse::<u32>() {
            Ok(minor) => Version { major: 0, minor, patch: 0 },
            Err(_) => text.parse().map_err(|()| {
                invalid(
                    format!("`{text}` is no version: write a number or three as `0.26.0`"),
                    span(item, key),
                )
            })?,
        };
        if !ENGINE_VERSION.satisfies(version) {
            let message = format!("the rules require engine version {version}, and this is {ENGINE_VERSION}");
            return Err(Message::new(Code::Validate, message, span(item, key)));
        }
        self.collection.engine = self.collection.engine.max(Some(version));
        self.warn_unknown_keys(item, &[&[key]], None);
        Ok(())
    }

    fn plugins(&mut self, item: &Node) -> Read<()> {
        let key = "required_plugin_versions";
        let Some(Value::Sequence(plugins)) = item.entry(key).map(|entry| &entry.node.value) else {
            return Err(invalid(format!("`{key}` must be a list"), span(item, key)));
        };
        for plugin in plugins.iter() {
            let mut alternatives = vec![self.plugin(plugin)?];
            if let Some(entry) = plugin.entry("alternatives") {
                let Value::Sequence(others) = &entry.node.value else {
                    return Err(invalid("`alternatives` must be a list", entry.node.span));
                };
                for other in others.iter() {
                    alternatives.push(self.plugin(other)?);
                }
            }
            let mut seen = BTreeSet::new();
            if let Some((name, _)) = alternatives.iter().find(|(name, _)| !seen.insert(name.clone())) {
                let message = format!("the plugin `{name}` is required in several versions at once");
                return Err(Message::new(Code::Validate, message, plugin.span));
            }
            self.collection.plugins.push(alternatives);
        }
        self.warn_unknown_keys(item, &[&[key]], None);
        Ok(())
    }

    fn plugin(&self, plugin: &Node) -> Read<(String, Version)> {
        if plugin.as_mapping().is_none() {
            return Err(invalid(
                "a required plugin must be a mapping with `name` and `version`",
                plugin.span,
            ));
        }
        let (name, version) = (self.required(plugin, "name")?, self.required(plugin, "version")?);
        let parsed = version.parse().map_err(|()| {
            let message = format!("`{version}` is no version of the plugin `{name}`: write it as `0.5.0`");
            Message::new(Code::Validate, message, span(plugin, "version"))
        })?;
        Ok((name, parsed))
    }

    // Lists and macros.

    /// Whether the older way to append is used, of which users are warned.
    fn appends(&mut self, item: &Node, kind: ItemKind, name: &str) -> Read<bool> {
        let appends = self.flag(item, "append")?.unwrap_or_default();
        if appends {
            let text =
                "`append: true` is the older way: name the key under `override` with `append`".to_owned();
            self.warn_of(Code::Deprecated, text, span(item, "append"), kind, name);
        }
        Ok(appends)
    }

    fn overrides(&self, item: &Node, appendable: &[&str], replaceable: &[&str]) -> Read<Overrides> {
        let mut overrides = Overrides::default();
        let Some(entry) = item.entry("override") else { return Ok(overrides) };
        for entry in entry.node.entries() {
            let key = entry.key.as_str();
            let operation = self.scalar(&entry.node).unwrap_or_default();
            match operation.as_str() {
                "append" if appendable.contains(&key) => drop(overrides.append.insert(key.to_owned())),
                "append" => {
                    return Err(invalid(
                        format!("`{key}` cannot be appended to: use `replace`"),
                        entry.key_span,
                    ));
                }
                "replace" if replaceable.contains(&key) => drop(overrides.replace.insert(key.to_owned())),
                "replace" => return Err(invalid(format!("`{key}` cannot be replaced"), entry.key_span)),
                other => {
                    let message =
                        format!("`{key}` can be overridden by `append` or `replace`, not `{other}`");
                    return Err(invalid(message, entry.node.span));
                }
            }
        }
        Ok(overrides)
    }

    fn both(item: &Node) -> Message {
        invalid(
            "`override` and `append: true` exclude each other: name the key under `override`",
            span(item, "append"),
        )
    }

    fn list(&mut self, item: &Node, name: &str) -> Read<()> {
        if !is_bare(name) {
            let text =
                "no condition can name it: leave out blanks, quotes, parentheses, `=` and `,`".to_owned();
            self.warn_of(Code::ListName, text, span(item, "list"), ItemKind::List, name);
        }
        let items = self.texts(item, "items")?.ok_or_else(|| invalid("the list needs `items`", item.span))?;
        let appends = self.appends(item, ItemKind::List, name)?;
        let overrides = self.overrides(item, &["items"], &["items"])?;
        if appends && !overrides.is_empty() {
            return Err(Self::both(item));
        }
        let list = ListItem { name: name.to_owned(), items, span: item.span, index: 0, visible: 0 };
        if appends || overrides.append.contains("items") {
            if !self.collection.append_list(list) {
                return Err(Message::new(
                    Code::Validate,
                    "there is no list of this name to append to",
                    item.span,
                ));
            }
        } else {
            self.collection.define_list(list);
        }
        self.warn_unknown_keys(
            item,
            &[&["list", "items", "append", "override"]],
            Some((ItemKind::List, name)),
        );
        Ok(())
    }

    fn macro_(&mut self, item: &Node, name: &str) -> Read<()> {
        if !is_identifier(name) {
            let text = "no condition can name it: use letters, digits and `_`, a letter first".to_owned();
            self.warn_of(Code::MacroName, text, span(item, "macro"), ItemKind::Macro, name);
        }
        let condition = self.required(item, "condition")?;
        let appends = self.appends(item, ItemKind::Macro, name)?;
        let overrides = self.overrides(item, &["condition"], &["condition"])?;
        if appends && !overrides.is_empty() {
            return Err(Self::both(item));
        }
        let condition_span = span(item, "condition");
        let name_ = name.to_owned();
        let item_ =
            MacroItem { name: name_, condition, span: item.span, condition_span, index: 0, visible: 0 };
        if appends || overrides.append.contains("condition") {
            if !self.collection.append_macro(&item_) {
                return Err(Message::new(
                    Code::Validate,
                    "there is no macro of this name to append to",
                    item.span,
                ));
            }
        } else {
            self.collection.define_macro(item_);
        }
        let known = ["macro", "condition", "append", "override"];
        self.warn_unknown_keys(item, &[&known], Some((ItemKind::Macro, name)));
        Ok(())
    }

    // Rules.

    fn rule(&mut self, item: &Node, name: &str) -> Read<()> {
        let source = match item.entry("source") {
            Some(entry) if !entry.node.is_null() => self.scalar(&entry.node).unwrap_or_default(),
            _ => String::new(),
        };
        let appends = self.appends(item, ItemKind::Rule, name)?;
        let overrides = self.overrides(item, APPENDABLE, REPLACEABLE)?;
        if appends && !overrides.is_empty() {
            return Err(Self::both(item));
        }
        if !overrides.is_empty() {
            self.overridden(item, name, &source, &overrides)?;
        } else if appends {
            let keys = ["condition", "exceptions"].iter().filter(|key| item.entry(key).is_some());
            let change = self.change(item, &keys.map(|key| (*key).to_owned()).collect(), true)?;
            self.append(item, name, &source, change)?;
        } else if ["condition", "output", "desc", "priority"].iter().all(|key| item.entry(key).is_none()) {
            let enabled = self.flag(item, "enabled")?;
            let enabled = enabled.ok_or_else(|| {
                invalid("the rule needs `condition`, `output`, `desc` and `priority`", item.span)
            })?;
            let text = "`enabled` alone is the older way: add `override: {enabled: replace}`".to_owned();
            self.warn_of(Code::Deprecated, text, span(item, "enabled"), ItemKind::Rule, name);
            match self.collection.rule_mut(name) {
                Some(rule) => rule.enabled = enabled,
                None => {
                    return Err(Message::new(
                        Code::Validate,
                        "there is no rule of this name to enable",
                        item.span,
                    ));
                }
            }
        } else {
            self.define(item, name, source)?;
        }
        self.warn_unknown_keys(item, &[RULE_KEYS, REPLACEABLE], Some((ItemKind::Rule, name)));
        Ok(())
    }

    fn define(&mut self, item: &Node, name: &str, source: String) -> Read<()> {
        let (condition, output) = (self.required(item, "condition")?, self.required(item, "output")?);
        let description = self.required(item, "desc")?;
        let priority = self.priority(item)?;
        let stated = self.optional(item, "source")?;
        let source =
            stated.unwrap_or_else(|| if source.is_empty() { DEFAULT_SOURCE.to_owned() } else { source });
        let mut rule = RuleItem {
            name: name.to_owned(),
            condition,
            output: output.trim().to_owned(),
            description,
            priority,
            has_source: self.catalog.has_source(&source),
            source,
            tags: self.texts(item, "tags")?.unwrap_or_default().into_iter().collect(),
            enabled: self.flag(item, "enabled")?.unwrap_or(true),
            capture: self.flag(item, "capture")?.unwrap_or_default(),
            capture_duration: self.number(item, "capture_duration")?.unwrap_or_default(),
            warn_event_types: self.flag(item, "warn_evttypes")?.unwrap_or(true),
            skip_if_unknown: self.flag(item, "skip-if-unknown-filter")?.unwrap_or_default(),
            exceptions: self.exceptions(item, name, false)?,
            span: item.span,
            condition_span: span(item, "condition"),
            output_span: span(item, "output"),
        };
        if self.collection.rule_mut(name).is_some_and(|known| known.source != rule.source) {
            return Err(Message::new(
                Code::Validate,
                "the rule is defined anew with another source",
                item.span,
            ));
        }
        if !rule.has_source {
            let text = format!("the source `{}` is not known: the rule is left out", rule.source);
            self.warn_of(Code::UnknownSource, text, span(item, "source"), ItemKind::Rule, name);
        }
        let source = rule.has_source.then_some(rule.source.as_str());
        for exception in &mut rule.exceptions {
            exceptions::check(exception, self.catalog, source)
                .map_err(|message| Message::new(Code::Validate, message, exception.span))?;
        }
        self.collection.define_rule(rule);
        Ok(())
    }

    fn overridden(&mut self, item: &Node, name: &str, source: &str, overrides: &Overrides) -> Read<()> {
        for (keys, word) in [(&overrides.append, "append"), (&overrides.replace, "replace")] {
            if let Some(key) = keys.iter().find(|key| item.entry(key).is_none()) {
                return Err(invalid(
                    format!("`override` says to {word} `{key}`, which is not there"),
                    item.span,
                ));
            }
        }
        let stray = item.entries().iter().find(|entry| {
            let key = entry.key.as_str();
            let is_known = APPENDABLE.contains(&key) || REPLACEABLE.contains(&key);
            is_known && !overrides.append.contains(key) && !overrides.replace.contains(key)
        });
        if !overrides.append.is_empty() {
            let change = self.change(item, &overrides.append, true)?;
            self.append(item, name, source, change)?;
        }
        if !overrides.replace.is_empty() {
            let mut change = self.change(item, &overrides.replace, false)?;
            let catalog = self.catalog;
            let rule = previous(self.collection, item, name, source)?.ok_or_else(|| {
                Message::new(
                    Code::Validate,
                    "there is no rule of this name of which something is to be replaced",
                    item.span,
                )
            })?;
            let known = rule.has_source.then_some(rule.source.as_str());
            for exception in change.exceptions.iter_mut().flatten() {
                exceptions::check(exception, catalog, known)
                    .map_err(|message| Message::new(Code::Validate, message, exception.span))?;
            }
            rule.replace(change);
        }
        match stray {
            Some(entry) => {
                let message =
                    format!("`override` says nothing of `{}`: add `append` or `replace`", entry.key);
                Err(invalid(message, entry.key_span))
            }
            None => Ok(()),
        }
    }

    fn append(&mut self, item: &Node, name: &str, source: &str, mut change: RuleChange) -> Read<()> {
        let catalog = self.catalog;
        let rule = previous(self.collection, item, name, source)?.ok_or_else(|| {
            Message::new(Code::Validate, "there is no rule of this name to append to", item.span)
        })?;
        let is_empty = change.condition.is_none()
            && change.output.is_none()
            && change.description.is_none()
            && change.tags.is_none()
            && change.exceptions.is_none();
        if is_empty {
            let message = "a rule that appends needs `condition` or `exceptions`";
            return Err(Message::new(Code::Validate, message, item.span));
        }
        for mut exception in change.exceptions.take().unwrap_or_default() {
            let wrong = |message: String| Message::new(Code::Validate, message, exception.span);
            let named = exception.name.clone();
            let known = rule.exceptions.iter_mut().find(|known| known.name == named);
            match known {
                Some(_) if exception.fields.is_some() || exception.operators.is_some() => {
                    return Err(wrong(format!("exception `{named}`: only values can be appended to it")));
                }
                Some(known) => known.values.extend(exception.values),
                None if exception.fields.is_none() => {
                    return Err(wrong(format!("exception `{named}` is new and needs `fields`")));
                }
                None if exception.values.is_empty() => {
                    return Err(wrong(format!("exception `{named}` is new and needs `values`")));
                }
                None => {
                    let source = rule.has_source.then_some(rule.source.as_str());
                    let span = exception.span;
                    exceptions::check(&mut exception, catalog, source)
                        .map_err(|message| Message::new(Code::Validate, message, span))?;
                    rule.exceptions.push(exception);
                }
            }
        }
        rule.append(change);
        Ok(())
    }

    /// The values of these keys.
    fn change(&mut self, item: &Node, keys: &BTreeSet<String>, append: bool) -> Read<RuleChange> {
        let has = |key: &str| keys.contains(key);
        let text = |key: &str| if has(key) { self.required(item, key).map(Some) } else { Ok(None) };
        let (condition, output, description) = (text("condition")?, text("output")?, text("desc")?);
        let flag = |key: &str| if has(key) { self.flag(item, key) } else { Ok(None) };
        let tags = if has("tags") { self.texts(item, "tags")? } else { None };
        let mut change = RuleChange {
            condition,
            output,
            description,
            tags: tags.map(|tags| tags.into_iter().collect()),
            exceptions: None,
            priority: if has("priority") { Some(self.priority(item)?) } else { None },
            enabled: flag("enabled")?,
            capture: flag("capture")?,
            capture_duration: if has("capture_duration") {
                self.number(item, "capture_duration")?
            } else {
                None
            },
            warn_event_types: flag("warn_evttypes")?,
            skip_if_unknown: flag("skip-if-unknown-filter")?,
        };
        if has("exceptions") {
            let name = item.str("rule").to_owned();
            change.exceptions = Some(self.exceptions(item, &name, append)?);
        }
        Ok(change)
    }

    fn priority(&self, item: &Node) -> Read<Priority> {
        let text = self.required(item, "priority")?;
        text.parse().map_err(|()| {
            let known: Vec<_> = Priority::ALL.iter().map(|priority| priority.name()).collect();
            invalid(
                format!("`{text}` is no priority: use one of {}", known.join(", ")),
                span(item, "priority"),
            )
        })
    }

    fn exceptions(&mut self, item: &Node, rule: &str, append: bool) -> Read<Vec<Exception>> {
        let Some(entry) = item.entry("exceptions").filter(|entry| !entry.node.is_null()) else {
            return Ok(Vec::new());
        };
        let Value::Sequence(nodes) = &entry.node.value else {
            return Err(invalid("`exceptions` must be a list", entry.node.span));
        };
        let mut exceptions: Vec<Exception> = Vec::new();
        for node in nodes.iter() {
            if node.as_mapping().is_none() {
                return Err(invalid("an exception must be a mapping with `name` and `fields`", node.span));
            }
            let name = self.required(node, "name")?;
            if exceptions.iter().any(|known| known.name == name) {
                let text = format!("the exception `{name}` is defined more than once");
                self.warn_of(Code::ExceptionName, text, node.span, ItemKind::Rule, rule);
            }
            let fields = self.entry(node, "fields")?;
            if fields.is_none() && !append && node.entry("fields").is_none() {
                return Err(invalid(format!("exception `{name}` needs `fields`"), node.span));
            }
            let values = if let Some(values) = node.entry("values") {
                let Value::Sequence(items) = &values.node.value else {
                    return Err(invalid("the `values` of an exception must be a list", values.node.span));
                };
                items.iter().map(|value| self.value(value)).collect::<Read<Vec<_>>>()?
            } else {
                if append {
                    let text = format!("the exception `{name}` is appended without values");
                    self.warn_of(Code::AppendNoValues, text, node.span, ItemKind::Rule, rule);
                }
                Vec::new()
            };
            let operators = self.entry(node, "comps")?;
            exceptions.push(Exception { name, fields, operators, values, span: node.span });
        }
        Ok(exceptions)
    }

    fn entry(&self, node: &Node, key: &str) -> Read<Option<Entry>> {
        match node.entry(key) {
            Some(entry) => self
                .value(&entry.node)
                .map(|value| Some(value).filter(|value| *value != Entry::One(String::new()))),
            None => Ok(None),
        }
    }

    fn value(&self, node: &Node) -> Read<Entry> {
        if let Value::Sequence(items) = &node.value {
            return items.iter().map(|item| self.value(item)).collect::<Read<_>>().map(Entry::Many);
        }
        match self.scalar(node) {
            Some(text) if text.is_empty() => {
                Err(invalid("an entry of an exception must not be empty", node.span))
            }
            text => Ok(Entry::One(text.unwrap_or_default())),
        }
    }
}

/// The rule of this name that was defined before; an error where it is of another source.
fn previous<'c>(
    collection: &'c mut Collection,
    item: &Node,
    name: &str,
    source: &str,
) -> Read<Option<&'c mut RuleItem>> {
    match collection.rule_mut(name) {
        Some(rule) if !source.is_empty() && rule.source != source => {
            Err(Message::new(Code::Validate, "the rule is of another source", item.span))
        }
        rule => Ok(rule),
    }
}

fn invalid(text: impl Into<String>, span: Span) -> Message {
    Message::new(Code::YamlValidate, text, span)
}

fn span(item: &Node, key: &str) -> Span {
    item.entry(key).map_or(item.span, |entry| entry.node.span)
}

/// Whether a list of this name can be named in a condition.
fn is_bare(name: &str) -> bool {
    !name.is_empty()
        && !name.contains(|c: char| {
            matches!(c, '(' | ')' | '"' | '\'' | '=' | ',') || c.is_ascii_whitespace() || c == '\u{b}'
        })
}

fn is_identifier(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
