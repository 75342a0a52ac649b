//! Patterns as conditions.
//!
//! A pattern holds, fails, or does not apply. For the API server the last is as good as the first, but within a list or
//! beside other anchors it is not: so each part is worked out as two conditions, that it holds, and that it holds or does
//! not apply.

use smol_str::SmolStr;

use super::expression::{Expression, fits, quoted};
use super::place::{Kinds, Place, Shape, Slot};
use super::refused::Untranslatable;
use super::scalar;
use crate::budget::{Budget, Meter};
use crate::pattern::anchor::Anchor;
use crate::pattern::{Element, Field, MapPattern, Scalar};
use crate::scalar::has_wildcard;
use crate::value::Value;

/// What a part of a pattern says.
struct Said {
    holds: Expression,
    /// That it holds or does not apply; none where it always applies.
    allows: Option<Expression>,
}

type Answer = Result<Said, Untranslatable>;

/// Patterns at work on the objects of some kinds.
pub(super) struct Patterns<'k> {
    pub(super) kinds: &'k Kinds<'k>,
    /// The names of items around the current place.
    names: Vec<String>,
    /// Whether an anchor is around the current place.
    within_anchor: bool,
}

/// How deep patterns may be nested.
const MAX_DEPTH: usize = 64;

impl Said {
    fn sure(holds: Expression) -> Self {
        Self { holds, allows: None }
    }

    fn allows(&self) -> Expression {
        self.allows.clone().unwrap_or_else(|| self.holds.clone())
    }

    /// That it does not apply.
    fn skips(&self) -> Expression {
        match &self.allows {
            Some(allows) => Expression::all([allows.clone(), self.holds.clone().not()]),
            None => Expression::Always(false),
        }
    }
}

impl<'k> Patterns<'k> {
    pub(super) fn new(kinds: &'k Kinds<'k>, names: Vec<String>) -> Self {
        Self { kinds, names, within_anchor: false }
    }

    /// That a pattern does not fail.
    pub(super) fn allows(&mut self, pattern: &Element, place: &Place) -> Result<Expression, Untranslatable> {
        Ok(self.element(pattern, &whole(place))?.allows())
    }

    /// That none of several patterns fails, or one holds.
    pub(super) fn any_allows(
        &mut self,
        patterns: &[&Element],
        place: &Place,
    ) -> Result<Expression, Untranslatable> {
        let mut any = Vec::new();
        let mut all = Vec::new();
        for pattern in patterns {
            let said = self.element(pattern, &whole(place))?;
            all.push(said.skips());
            any.push(said.holds);
        }
        any.push(Expression::all(all));
        Ok(Expression::any(any))
    }

    /// A part of a pattern on a value that is there.
    fn element(&mut self, pattern: &Element, slot: &Slot) -> Answer {
        if slot.place.path.len() > MAX_DEPTH {
            return Err(Untranslatable::Size);
        }
        match pattern {
            Element::Map(pattern) => {
                let said = self.map(pattern, &slot.place)?;
                Ok(of_type(said, slot, Shape::Map, "map"))
            }
            Element::List(patterns) => {
                let said = self.list(patterns, &slot.place)?;
                Ok(of_type(said, slot, Shape::List, "list"))
            }
            Element::Scalar(pattern) => self.scalar(pattern, slot).map(Said::sure),
        }
    }

    fn scalar(&mut self, pattern: &Scalar, slot: &Slot) -> Result<Expression, Untranslatable> {
        let one = |slot: &Slot| match pattern {
            Scalar::Text(text) => scalar::text(slot, text.alternatives()),
            Scalar::Other(value) => scalar::other(slot, value),
        };
        if !matches!(slot.shape(), Shape::List | Shape::Unknown) {
            return one(slot);
        }
        let name = slot.place.name_of_items(&self.names);
        let item = slot.place.item(&name, self.kinds);
        let each = one(&item)?.for_all(&slot.place.text, &name);
        if slot.shape() == Shape::List {
            let meter = Meter::new(Budget::default());
            let nothing = pattern.matches(&Value::Null, &meter).unwrap_or(false);
            return Ok(if nothing {
                Expression::any([slot.present.clone().not(), each])
            } else {
                Expression::all([slot.present.clone(), each])
            });
        }
        let is_list = Expression::all([
            slot.present.clone(),
            Expression::plain(format!("type({}) == list", slot.place.text)),
        ]);
        Ok(Expression::any([
            Expression::all([is_list.clone(), each]),
            Expression::all([is_list.not(), one(slot)?]),
        ]))
    }

    fn list(&mut self, patterns: &[Element], place: &Place) -> Answer {
        let never = || Ok(Said::sure(Expression::Always(false)));
        match patterns.first() {
            None => never(),
            Some(Element::List(_)) => Err(Untranslatable::Structure(place.shown())),
            Some(Element::Scalar(every)) => {
                let name = place.name_of_items(&self.names);
                let item = place.item(&name, self.kinds);
                let each = match every {
                    Scalar::Text(text) => scalar::text(&item, text.alternatives())?,
                    Scalar::Other(value) => scalar::other(&item, value)?,
                };
                Ok(Said::sure(each.for_all(&place.text, &name)))
            }
            Some(every @ Element::Map(_)) => {
                let (name, said) = self.each(every, place)?;
                let Some(allows) = &said.allows else {
                    return Ok(Said::sure(said.holds.for_all(&place.text, &name)));
                };
                let allows = allows.clone().for_all(&place.text, &name);
                let applies = Expression::any([
                    Expression::plain(format!("size({}) == 0", place.text)),
                    said.holds.clone().for_any(&place.text, &name),
                ]);
                Ok(Said { holds: Expression::all([allows.clone(), applies]), allows: Some(allows) })
            }
        }
    }

    /// What a pattern says of an item of a list, and the item's name.
    fn each(&mut self, pattern: &Element, place: &Place) -> Result<(String, Said), Untranslatable> {
        let name = place.name_of_items(&self.names);
        let item = place.item(&name, self.kinds);
        self.names.push(name.clone());
        let said = self.element(pattern, &item);
        self.names.pop();
        Ok((name, said?))
    }

    fn map(&mut self, pattern: &MapPattern, place: &Place) -> Answer {
        let mut conditions = Vec::new();
        let mut allowed = Vec::new();
        let mut skips = Vec::new();
        for field in &pattern.anchors {
            let anchor = field.anchor.unwrap_or(Anchor::Equality);
            let around = std::mem::replace(&mut self.within_anchor, true);
            let said = self.anchored(field, anchor, place);
            self.within_anchor = around;
            let said = said?;
            if anchor == Anchor::Condition {
                conditions.push(said.holds);
            } else {
                // What fails behind a condition that does not hold does not count.
                let before = Expression::all(conditions.clone());
                allowed.push(Expression::any([before.not(), said.allows()]));
                skips.push(said.skips());
            }
        }
        let fields = self.fields(pattern, place)?;
        let nothing_applies = if conditions.is_empty() && !skips.is_empty() {
            Expression::all(skips)
        } else {
            Expression::Always(false)
        };
        let certain =
            conditions.is_empty() && fields.allows.is_none() && nothing_applies == Expression::Always(false);
        let conditions = Expression::all(conditions);
        let allowed = Expression::all(allowed);
        let holds = Expression::all([
            conditions.clone(),
            allowed.clone(),
            nothing_applies.clone().not(),
            fields.holds.clone(),
        ]);
        if certain {
            return Ok(Said::sure(holds));
        }
        let rest = Expression::any([conditions.not(), nothing_applies, fields.allows()]);
        Ok(Said { holds, allows: Some(Expression::all([allowed, rest])) })
    }

    /// The fields that are looked at one after the other, the first that does not hold deciding.
    fn fields(&mut self, pattern: &MapPattern, place: &Place) -> Answer {
        let mut said = Vec::new();
        for field in &pattern.fields {
            said.push(match field.anchor {
                Some(anchor @ Anchor::Global) => self.anchored(field, anchor, place)?,
                Some(_) => return Err(Untranslatable::Anchor(field.written.to_string())),
                None => self.plain(field, place)?,
            });
        }
        let holds = Expression::all(said.iter().map(|said| said.holds.clone()));
        if said.iter().all(|said| said.allows.is_none()) {
            return Ok(Said::sure(holds));
        }
        let mut allows = Expression::Always(true);
        for said in said.iter().rev() {
            let rest = std::mem::replace(&mut allows, Expression::Always(true));
            allows = match &said.allows {
                None => Expression::all([said.holds.clone(), rest]),
                Some(first) => {
                    Expression::all([first.clone(), Expression::any([said.holds.clone().not(), rest])])
                }
            };
        }
        Ok(Said { holds, allows: Some(allows) })
    }

    fn plain(&mut self, field: &Field, place: &Place) -> Answer {
        if is_tag(place) && has_wildcard(&field.key) {
            return self.tag(field, None, place);
        }
        let slot = place.field(&field.key, self.kinds);
        if matches!(&field.element, Element::Scalar(Scalar::Text(text)) if text.source() == "*") {
            return Ok(Said::sure(there(&slot)));
        }
        if let Element::Scalar(pattern) = &field.element {
            return self.scalar(pattern, &slot).map(Said::sure);
        }
        let said = self.element(&field.element, &slot)?;
        Ok(within(&there(&slot), said))
    }

    fn anchored(&mut self, field: &Field, anchor: Anchor, place: &Place) -> Answer {
        if anchor == Anchor::Global && self.within_anchor {
            return Err(Untranslatable::Anchor(field.written.to_string()));
        }
        if is_tag(place) && has_wildcard(&field.key) {
            return self.tag(field, Some(anchor), place);
        }
        let slot = place.field(&field.key, self.kinds);
        let present = slot.present.clone();
        if anchor == Anchor::Negation {
            return Ok(Said::sure(present.not()));
        }
        if anchor == Anchor::Existence {
            return Ok(Said::sure(Expression::any([present.not(), self.existence(field, &slot)?])));
        }
        let said = self.element(&field.element, &slot)?;
        Ok(match anchor {
            Anchor::Condition => Said::sure(Expression::all([present, said.holds])),
            Anchor::Global => Said {
                holds: Expression::any([present.not(), said.holds]),
                allows: Some(Expression::Always(true)),
            },
            _ => Said {
                allows: said.allows.map(|allows| Expression::any([present.clone().not(), allows])),
                holds: Expression::any([present.not(), said.holds]),
            },
        })
    }

    fn existence(&mut self, field: &Field, slot: &Slot) -> Result<Expression, Untranslatable> {
        let Element::List(patterns) = &field.element else { return Ok(Expression::Always(false)) };
        let mut all = Vec::new();
        if slot.shape() == Shape::Unknown {
            all.push(Expression::plain(format!("type({}) == list", slot.place.text)));
        }
        for pattern in patterns {
            if !matches!(pattern, Element::Map(_)) {
                return Ok(Expression::Always(false));
            }
            let (name, said) = self.each(pattern, &slot.place)?;
            all.push(said.holds.for_any(&slot.place.text, &name));
        }
        Ok(Expression::all(all))
    }

    /// A label or an annotation whose name has wildcards.
    fn tag(&mut self, field: &Field, anchor: Option<Anchor>, place: &Place) -> Answer {
        let Element::Scalar(Scalar::Text(text)) = &field.element else {
            return Err(Untranslatable::Structure(place.shown()));
        };
        let tags = place.text.clone();
        let named = fits("key", &field.key);
        let value = place.item("key", self.kinds);
        let slot = Slot::present(Place { text: format!("{tags}[key]"), ..value.place });
        let holds = scalar::text(&slot, text.alternatives())?;
        let any = |holds: Expression| Expression::all([named.clone(), holds]).for_any(&tags, "key");
        let found = any(Expression::Always(true));
        Ok(match anchor {
            None | Some(Anchor::Condition) => Said::sure(any(holds)),
            Some(Anchor::Negation) => Said::sure(found.not()),
            Some(Anchor::Equality) => Said::sure(any(holds.not()).not()),
            Some(_) => return Err(Untranslatable::Anchor(field.written.to_string())),
        })
    }
}

/// A value that is there.
fn whole(place: &Place) -> Slot {
    Slot::present(place.clone())
}

/// That there is a value, and it is not null.
fn there(slot: &Slot) -> Expression {
    if slot.shape() == Shape::Unknown {
        Expression::all([slot.present.clone(), Expression::plain(format!("{} != null", slot.place.text))])
    } else {
        slot.present.clone()
    }
}

fn within(condition: &Expression, said: Said) -> Said {
    Said {
        allows: said.allows.map(|allows| Expression::all([condition.clone(), allows])),
        holds: Expression::all([condition.clone(), said.holds]),
    }
}

/// With a look at the type, where the API server does not see to it.
fn of_type(said: Said, slot: &Slot, wanted: Shape, name: &str) -> Said {
    if slot.shape() == wanted {
        return said;
    }
    if slot.shape() != Shape::Unknown {
        return Said::sure(Expression::Always(false));
    }
    within(&Expression::plain(format!("type({}) == {name}", slot.place.text)), said)
}

/// Whether the keys of this map are names of labels or annotations of the object itself.
fn is_tag(place: &Place) -> bool {
    let steps: Vec<&str> = place.path.iter().map(SmolStr::as_str).collect();
    matches!(steps.as_slice(), [.., "metadata", "labels" | "annotations"])
}

/// That labels have one whose name and value are as described.
pub(super) fn any_tag(tags: &str, key: &str, value: &str) -> Expression {
    if has_wildcard(key) {
        let found = Expression::all([fits("key", key), fits(&format!("{tags}[key]"), value)]);
        return match found {
            Expression::Always(true) => Expression::plain(format!("size({tags}) > 0")),
            found => found.for_any(tags, "key"),
        };
    }
    let key = quoted(key);
    Expression::all([Expression::plain(format!("{key} in {tags}")), fits(&format!("{tags}[{key}]"), value)])
}
