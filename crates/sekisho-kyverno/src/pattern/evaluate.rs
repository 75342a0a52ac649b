//! A resource against a pattern.
//!
//! A field that does not match ends the evaluation with its path. Anchors that decide whether the pattern
//! applies end it for their element, for their list once no item is left, or for the rule. What is printed,
//! and in which order fields are looked at, are Kyverno's.

use smol_str::SmolStr;

use crate::budget::{BudgetError, Meter};
use crate::value::{Map, Value};

use super::anchor::Anchor;
use super::failure::{Failure, Mismatch};
use super::tree::{Element, Field, MapPattern, Scalar, type_name};
use super::{compile, wildcard_keys};

/// What an evaluation that ended early says.
struct Ended {
    cause: Cause,
    message: String,
    path: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cause {
    /// A conditional or global anchor does not match.
    Anchor,
    /// Nothing in a map or a list is left to which the pattern applies.
    NothingLeft,
    /// A field is there that must not be.
    Negation,
    /// Anything else.
    Other,
    /// The budget is used up; the message is empty.
    Budget(BudgetError),
}

impl Ended {
    fn new(path: &str, message: String) -> Self {
        Self { cause: Cause::Other, message, path: path.to_owned() }
    }

    fn is_skip(&self) -> bool {
        matches!(self.cause, Cause::Anchor | Cause::NothingLeft)
    }
}

impl From<BudgetError> for Ended {
    fn from(error: BudgetError) -> Self {
        Self { cause: Cause::Budget(error), message: String::new(), path: String::new() }
    }
}

type Step = Result<(), Ended>;

/// Matches a resource.
pub(super) fn matches(pattern: &Element, resource: &Value, meter: &Meter) -> Result<(), Failure> {
    let mut walk = Walk { meter, path: "/".to_owned(), seen: Vec::new() };
    let Err(ended) = walk.element(pattern, Some(resource)) else { return Ok(()) };
    if let Cause::Budget(error) = ended.cause {
        return Err(Failure::Budget(error));
    }
    let skip = ended.is_skip();
    let path = if skip || (ended.cause != Cause::Negation && walk.keys_are_missing()) {
        String::new()
    } else {
        ended.path
    };
    Err(Failure::Mismatch(Mismatch { message: ended.message, path, skip }))
}

/// The way down through pattern and resource.
struct Walk<'m> {
    meter: &'m Meter,
    /// The current place, with a slash behind each part.
    path: String,
    /// Whether the field of an anchor was found anywhere, by the key as written.
    seen: Vec<(SmolStr, Anchor, bool)>,
}

impl Walk<'_> {
    fn element(&mut self, pattern: &Element, resource: Option<&Value>) -> Step {
        self.meter.work(1)?;
        match pattern {
            Element::Map(pattern) => match resource {
                Some(Value::Map(resource)) => {
                    let meter = self.meter;
                    meter.deeper(|| self.map(pattern, resource))
                }
                other => Err(Ended::new(
                    &self.path,
                    format!(
                        "pattern and resource have different structures. Path: {}. Expected {}, found {}",
                        self.path,
                        "map[string]interface {}",
                        type_name(other)
                    ),
                )),
            },
            Element::List(pattern) => match resource {
                Some(Value::List(items)) => {
                    let meter = self.meter;
                    meter.deeper(|| self.list(pattern, items))
                }
                _ => Err(Ended::new(
                    &self.path,
                    format!(
                        "validation rule failed at path {}, resource does not satisfy the expected overlay pattern",
                        self.path
                    ),
                )),
            },
            Element::Scalar(pattern) => self.scalar(pattern, resource),
        }
    }

    fn scalar(&mut self, pattern: &Scalar, resource: Option<&Value>) -> Step {
        let resource = resource.unwrap_or(&Value::Null);
        let fits = match resource {
            Value::List(items) => {
                let mut fits = true;
                for item in items.iter() {
                    fits = fits && pattern.matches(item, self.meter)?;
                }
                fits
            }
            value => pattern.matches(value, self.meter)?,
        };
        if fits {
            return Ok(());
        }
        let message = format!(
            "resource value '{}' does not match '{}' at path {}",
            resource.to_plain(),
            pattern.to_plain(),
            self.path
        );
        self.meter.memory(message.len())?;
        Err(Ended::new(&self.path, message))
    }

    fn map(&mut self, pattern: &MapPattern, resource: &Map) -> Step {
        self.look_for_anchors(pattern, resource);
        if let Some(whole) = &pattern.wildcards
            && let Some(expanded) = wildcard_keys::expand(whole, resource, self.meter)?
        {
            return match compile::element(&expanded) {
                Element::Map(mut pattern) => {
                    pattern.wildcards = None;
                    self.fields(&pattern, resource)
                }
                _ => Ok(()),
            };
        }
        self.fields(pattern, resource)
    }

    fn fields(&mut self, pattern: &MapPattern, resource: &Map) -> Step {
        let mut skipped: Vec<Ended> = Vec::new();
        let mut applied = 0usize;
        for field in &pattern.anchors {
            match self.field(field, resource) {
                Ok(()) => applied = applied.saturating_add(1),
                Err(ended) if matches!(ended.cause, Cause::Budget(_)) => return Err(ended),
                Err(ended) if ended.is_skip() => skipped.push(ended),
                Err(ended) => {
                    // Beside a condition that does not hold, what does not match does not count.
                    if !skipped.iter().any(|ended| ended.cause == Cause::Anchor) {
                        return Err(ended);
                    }
                }
            }
        }
        if !skipped.is_empty() && (applied == 0 || skipped.iter().any(|ended| ended.cause == Cause::Anchor)) {
            return Err(self.nothing_left(&skipped));
        }
        pattern.fields.iter().try_for_each(|field| self.field(field, resource))
    }

    fn nothing_left(&self, skipped: &[Ended]) -> Ended {
        let messages: Vec<&str> = skipped.iter().map(|ended| ended.message.as_str()).collect();
        Ended { cause: Cause::NothingLeft, message: messages.join("; "), path: self.path.clone() }
    }

    /// Runs something below a part of the path.
    fn below(&mut self, part: &str, run: impl FnOnce(&mut Self) -> Step) -> Step {
        let length = self.path.len();
        self.path.push_str(part);
        self.path.push('/');
        let step = run(self);
        self.path.truncate(length);
        step
    }

    fn field(&mut self, field: &Field, resource: &Map) -> Step {
        match field.anchor {
            Some(Anchor::AddIfNotPresent) | None => self.plain(field, resource),
            Some(anchor) => {
                let value = resource.get(&field.key);
                self.below(&field.key, |walk| walk.anchored(field, anchor, value))
            }
        }
    }

    fn plain(&mut self, field: &Field, resource: &Map) -> Step {
        let value = resource.get(&field.written).filter(|value| !value.is_null());
        if matches!(&field.element, Element::Scalar(Scalar::Text(text)) if text.source() == "*") {
            if value.is_some() {
                return Ok(());
            }
            let message = format!("{}/{} not found", self.path, field.written);
            return Err(Ended::new(&self.path, message));
        }
        self.below(&field.written, |walk| walk.element(&field.element, value))
    }

    fn anchored(&mut self, field: &Field, anchor: Anchor, value: Option<&Value>) -> Step {
        match (anchor, value) {
            (Anchor::Condition, None) => Err(Ended {
                cause: Cause::Anchor,
                message: "conditional anchor mismatch: conditional anchor key doesn't exist in the resource"
                    .to_owned(),
                path: self.path.clone(),
            }),
            (_, None) => Ok(()),
            (Anchor::Negation, Some(_)) => Err(Ended {
                cause: Cause::Negation,
                message: format!("negation anchor matched in resource: {} is not allowed", self.path),
                path: self.path.clone(),
            }),
            (Anchor::Existence, Some(value)) => self.existence(&field.element, value),
            (Anchor::Condition | Anchor::Global, Some(value)) => {
                self.element(&field.element, Some(value)).map_err(|ended| {
                    if matches!(ended.cause, Cause::Budget(_)) {
                        return ended;
                    }
                    let what = if anchor == Anchor::Global { "global" } else { "conditional" };
                    let message = format!("{what} anchor mismatch: {}", ended.message);
                    Ended { cause: Cause::Anchor, message, path: ended.path }
                })
            }
            (Anchor::Equality | Anchor::AddIfNotPresent, Some(value)) => {
                self.element(&field.element, Some(value))
            }
        }
    }

    fn existence(&mut self, pattern: &Element, value: &Value) -> Step {
        let Value::List(items) = value else {
            let message = format!(
                "invalid resource type {}: Existence ^ () anchor can be used only on list/array type resource",
                type_name(Some(value))
            );
            return Err(Ended::new(&self.path, message));
        };
        let kind = match pattern {
            Element::List(patterns) => {
                for pattern in patterns {
                    if !matches!(pattern, Element::Map(_)) {
                        let message = "invalid pattern type []interface {}: Pattern has to be of type map to compare against items in resource";
                        return Err(Ended::new(&self.path, message.to_owned()));
                    }
                    self.any_item(pattern, items)?;
                }
                return Ok(());
            }
            Element::Map(_) => "map[string]interface {}",
            Element::Scalar(value) => value.type_name(),
        };
        let message =
            format!("invalid pattern type {kind}: Pattern has to be of list to compare against resource");
        Err(Ended::new(&self.path, message))
    }

    /// At least one item must match.
    fn any_item(&mut self, pattern: &Element, items: &[Value]) -> Step {
        for (index, item) in items.iter().enumerate() {
            match self.below(&index.to_string(), |walk| walk.element(pattern, Some(item))) {
                Ok(()) => return Ok(()),
                Err(ended) if matches!(ended.cause, Cause::Budget(_)) => return Err(ended),
                Err(_) => {}
            }
        }
        Err(Ended::new(&self.path, format!("existence anchor validation failed at path {}", self.path)))
    }

    fn list(&mut self, pattern: &[Element], items: &[Value]) -> Step {
        match pattern.first() {
            None => Err(Ended::new(&self.path, "pattern Array empty".to_owned())),
            // One map is the pattern of every item.
            Some(every @ Element::Map(_)) => self.each(items.iter().map(|item| (every, item))),
            Some(Element::Scalar(every)) => self.list_of_scalars(every, items),
            Some(Element::List(_)) => {
                if items.len() < pattern.len() {
                    let message = format!(
                        "validate Array failed, array length mismatch, resource Array len is {} and pattern Array len is {}",
                        items.len(),
                        pattern.len()
                    );
                    return Err(Ended::new("", message));
                }
                self.each(pattern.iter().zip(items))
            }
        }
    }

    fn list_of_scalars(&mut self, pattern: &Scalar, items: &[Value]) -> Step {
        for item in items {
            if !pattern.matches(item, self.meter)? {
                let list: Value = items.iter().cloned().collect();
                let message = format!(
                    "resource value '{}' does not match '{}' at path {}",
                    list.to_plain(),
                    pattern.to_plain(),
                    self.path
                );
                self.meter.memory(message.len())?;
                return Err(Ended::new(&self.path, message));
            }
        }
        Ok(())
    }

    /// Every item to which its pattern applies must match it, and there must be one unless the list is empty.
    fn each<'p>(&mut self, pairs: impl Iterator<Item = (&'p Element, &'p Value)>) -> Step {
        let mut skipped: Vec<Ended> = Vec::new();
        let mut applied = false;
        for (index, (pattern, item)) in pairs.enumerate() {
            match self.below(&index.to_string(), |walk| walk.element(pattern, Some(item))) {
                Ok(()) => applied = true,
                Err(ended) if ended.is_skip() => skipped.push(ended),
                Err(ended) => return Err(ended),
            }
        }
        if !applied && !skipped.is_empty() {
            return Err(self.nothing_left(&skipped));
        }
        Ok(())
    }

    /// Notes which anchors found their field. Where one never does, a failure has no path.
    fn look_for_anchors(&mut self, pattern: &MapPattern, resource: &Map) {
        for field in &pattern.anchors {
            let Some(anchor @ (Anchor::Condition | Anchor::Existence | Anchor::Negation)) = field.anchor
            else {
                continue;
            };
            let found = resource.contains(&field.key);
            match self.seen.iter_mut().find(|(known, _, _)| *known == field.written) {
                Some((_, _, seen)) => *seen |= found,
                None => self.seen.push((field.written.clone(), anchor, found)),
            }
        }
    }

    fn keys_are_missing(&self) -> bool {
        self.seen.iter().any(|(_, anchor, seen)| !seen && *anchor != Anchor::Negation)
    }
}
