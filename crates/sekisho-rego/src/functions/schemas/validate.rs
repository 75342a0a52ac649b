//! Values gone over with a schema.

use std::collections::HashMap;

use num_traits::Zero;

use super::super::call::Call;
use super::canonical::canonical;
use super::compile::{Compiled, Dependency, Index, Node, Rest};
use super::formats;
use super::trouble::{Trouble, mistake};
use crate::value::{Number, Object, Value, parse_decimal, ten_to};

/// How deep values and schemas are followed.
const MAX_DEPTH: usize = 300;

/// A place where a value does not fit.
#[derive(Debug, Clone)]
pub(super) struct Issue {
    pub(super) kind: &'static str,
    pub(super) field: String,
    pub(super) description: String,
}

/// What was found of a value, and how much of it fits: of several schemas the best is told.
#[derive(Debug, Default)]
struct Findings {
    issues: Vec<Issue>,
    score: i64,
}

impl Findings {
    fn add(&mut self, path: &Path<'_>, kind: &'static str, description: impl Into<String>) {
        self.issues.push(Issue { kind, field: path.field(), description: description.into() });
        self.score = self.score.saturating_sub(2);
    }

    fn merge(&mut self, other: Self) {
        self.issues.extend(other.issues);
        self.score = self.score.saturating_add(other.score);
    }

    fn passed(&mut self) {
        self.score = self.score.saturating_add(1);
    }

    fn is_valid(&self) -> bool {
        self.issues.is_empty()
    }
}

/// Where a value stands.
enum Path<'p> {
    Root,
    Below(&'p Path<'p>, &'p str),
}

impl Path<'_> {
    fn field(&self) -> String {
        match self {
            Self::Root => "(Root)".to_owned(),
            Self::Below(Self::Root, part) => (*part).to_owned(),
            Self::Below(above, part) => format!("{}.{part}", above.field()),
        }
    }
}

impl Compiled {
    /// The places where a value does not fit.
    pub(super) fn validate(&self, call: &mut Call<'_>, value: &Value) -> Result<Vec<Issue>, Trouble> {
        let findings = Validation { call, schema: self, depth: 0 }.whole(0, value, &Path::Root)?;
        Ok(findings.issues)
    }
}

struct Validation<'v, 'c, 'm> {
    call: &'c mut Call<'m>,
    schema: &'v Compiled,
    depth: usize,
}

impl<'v> Validation<'v, '_, '_> {
    /// Goes over a value with a schema, with findings of its own.
    fn whole(&mut self, index: Index, value: &Value, path: &Path<'_>) -> Result<Findings, Trouble> {
        let mut findings = Findings::default();
        self.check(index, value, path, &mut findings)?;
        Ok(findings)
    }

    fn check(
        &mut self,
        index: Index,
        value: &Value,
        path: &Path<'_>,
        findings: &mut Findings,
    ) -> Result<(), Trouble> {
        self.call.charge(1)?;
        if self.depth >= MAX_DEPTH {
            return mistake(format!("values or references are nested more than {MAX_DEPTH} deep"));
        }
        let Some(node) = self.schema.nodes.get(index) else { return Ok(()) };
        self.depth = self.depth.saturating_add(1);
        let before = findings.issues.len();
        self.node(node, value, path, findings)?;
        for issue in findings.issues.iter().skip(before) {
            self.call.allocate(size_of::<Issue>() + issue.field.len() + issue.description.len())?;
        }
        self.depth = self.depth.saturating_sub(1);
        Ok(())
    }

    fn node(
        &mut self,
        node: &'v Node,
        value: &Value,
        path: &Path<'_>,
        findings: &mut Findings,
    ) -> Result<(), Trouble> {
        if let Some(pass) = node.pass {
            if !pass {
                findings.add(path, "false", "False always fails validation");
            }
            return Ok(());
        }
        if let Some(reference) = node.reference {
            return self.check(reference, value, path, findings);
        }
        let given = type_of(value);
        let fits = |wanted: &str| wanted == given || wanted == "number" && given == "integer";
        if !node.types.is_empty() && !node.types.iter().any(|wanted| fits(wanted)) {
            let expected = match node.types.as_slice() {
                [one] => one.to_string(),
                several => format!("[{}]", several.join(",")),
            };
            findings.add(path, "invalid_type", format!("Invalid type. Expected: {expected}, given: {given}"));
            return Ok(());
        }
        self.combinations(node, value, path, findings)?;
        match value {
            Value::Number(number) => check_number(node, number, path, findings),
            Value::Array(items) => self.array(node, items, path, findings)?,
            Value::Set(set) => self.array(node, set.elements(), path, findings)?,
            Value::Object(object) => self.object(node, object, path, findings)?,
            _ => {}
        }
        self.common(node, value, path, findings)?;
        match value {
            Value::String(text) => self.string(node, text, path, findings)?,
            Value::Object(object) => {
                for (key, index) in &node.properties {
                    if let Some(value) = object.field(key) {
                        self.check(*index, value, &Path::Below(path, key), findings)?;
                    }
                }
            }
            _ => {}
        }
        findings.passed();
        Ok(())
    }

    fn combinations(
        &mut self,
        node: &'v Node,
        value: &Value,
        path: &Path<'_>,
        findings: &mut Findings,
    ) -> Result<(), Trouble> {
        if !node.any_of.is_empty() {
            let tries = node.any_of.iter().map(|index| self.whole(*index, value, path));
            if let Some(best) = best_misfit(tries)? {
                findings.add(path, "number_any_of", "Must validate at least one schema (anyOf)");
                findings.merge(best);
            }
        }
        if !node.one_of.is_empty() {
            let mut best: Option<Findings> = None;
            let mut valid = 0_usize;
            for index in &node.one_of {
                let tried = self.whole(*index, value, path)?;
                if tried.is_valid() {
                    valid = valid.saturating_add(1);
                } else if valid == 0 {
                    keep_better(&mut best, tried);
                }
            }
            if valid != 1 {
                findings.add(path, "number_one_of", "Must validate one and only one schema (oneOf)");
                if valid == 0 {
                    findings.merge(best.unwrap_or_default());
                }
            }
        }
        let mut are_all_valid = true;
        for index in &node.all_of {
            let tried = self.whole(*index, value, path)?;
            are_all_valid &= tried.is_valid();
            findings.merge(tried);
        }
        if !are_all_valid {
            findings.add(path, "number_all_of", "Must validate all the schemas (allOf)");
        }
        if let Some(not) = node.not
            && self.whole(not, value, path)?.is_valid()
        {
            findings.add(path, "number_not", "Must not validate the schema (not)");
        }
        self.dependencies(node, value, path, findings)?;
        if let Some(condition) = node.condition {
            let is_valid = self.whole(condition, value, path)?.is_valid();
            let (next, kind, message) = if is_valid {
                (node.then, "condition_then", "Must validate \"then\" as \"if\" was valid")
            } else {
                (node.otherwise, "condition_else", "Must validate \"else\" as \"if\" was not valid")
            };
            if let Some(next) = next {
                let tried = self.whole(next, value, path)?;
                if !tried.is_valid() {
                    findings.add(path, kind, message);
                    findings.merge(tried);
                }
            }
        }
        findings.passed();
        Ok(())
    }

    fn dependencies(
        &mut self,
        node: &'v Node,
        value: &Value,
        path: &Path<'_>,
        findings: &mut Findings,
    ) -> Result<(), Trouble> {
        let Value::Object(object) = value else { return Ok(()) };
        if node.dependencies.is_empty() {
            return Ok(());
        }
        for key in object.keys().filter_map(Value::as_str) {
            match node.dependencies.get(key) {
                None => {}
                Some(Dependency::Keys(keys)) => {
                    for missing in keys.iter().filter(|key| object.field(key).is_none()) {
                        findings.add(path, "missing_dependency", format!("Has a dependency on {missing}"));
                    }
                }
                Some(Dependency::Schema(index)) => self.check(*index, value, path, findings)?,
            }
        }
        Ok(())
    }

    fn common(
        &mut self,
        node: &'v Node,
        value: &Value,
        path: &Path<'_>,
        findings: &mut Findings,
    ) -> Result<(), Trouble> {
        if node.constant.is_some() || node.options.is_some() {
            let text = canonical(self.call, value)?;
            if let Some(constant) = node.constant.as_ref().filter(|constant| **constant != text) {
                findings.add(path, "const", format!("{} does not match: {constant}", path.field()));
            }
            if let Some(options) = &node.options {
                self.call.charge(options.len() / 8)?;
                if !options.contains(&text) {
                    let options = options.join(", ");
                    self.call.allocate_text(options.len())?;
                    let field = path.field();
                    findings.add(path, "enum", format!("{field} must be one of the following: {options}"));
                }
            }
        }
        if let Value::String(text) = value
            && !node.format.is_empty()
            && !formats::fits(self.call, &node.format, text)?
        {
            findings.add(path, "format", format!("Does not match format '{}'", node.format));
        }
        findings.passed();
        Ok(())
    }

    fn array(
        &mut self,
        node: &'v Node,
        items: &[Value],
        path: &Path<'_>,
        findings: &mut Findings,
    ) -> Result<(), Trouble> {
        for (index, item) in items.iter().enumerate() {
            let wanted = if node.has_one_for_all_items { node.items.first() } else { node.items.get(index) };
            let schema = match (wanted, node.additional_items) {
                (Some(schema), _) => *schema,
                (None, Rest::Schema(schema)) if !node.items.is_empty() => schema,
                _ => break,
            };
            let index = index.to_string();
            self.check(schema, item, &Path::Below(path, &index), findings)?;
        }
        let are_fixed =
            !node.has_one_for_all_items && !node.items.is_empty() && node.items.len() < items.len();
        if are_fixed && matches!(node.additional_items, Rest::Forbidden) {
            findings.add(path, "array_no_additional_items", "No additional items allowed on array");
        }
        if let Some(least) = node.item_count.0.filter(|least| items.len() < *least) {
            findings.add(path, "array_min_items", format!("Array must have at least {least} items"));
        }
        if let Some(most) = node.item_count.1.filter(|most| items.len() > *most) {
            findings.add(path, "array_max_items", format!("Array must have at most {most} items"));
        }
        if node.unique_items {
            let mut known = HashMap::new();
            for (index, item) in items.iter().enumerate() {
                let text = canonical(self.call, item)?;
                self.call.allocate_text(text.len())?;
                if let Some(before) = known.insert(text, index) {
                    findings.add(path, "unique", format!("array items[{before},{index}] must be unique"));
                }
            }
        }
        if let Some(contains) = node.contains {
            let tries = items.iter().enumerate().map(|(index, item)| {
                let index = index.to_string();
                self.whole(contains, item, &Path::Below(path, &index))
            });
            if let Some(best) = best_misfit(tries)? {
                findings.add(path, "contains", "At least one of the items must match");
                findings.merge(best);
            }
        }
        findings.passed();
        Ok(())
    }

    fn object(
        &mut self,
        node: &'v Node,
        object: &Object,
        path: &Path<'_>,
        findings: &mut Findings,
    ) -> Result<(), Trouble> {
        if let Some(least) = node.property_count.0.filter(|least| object.len() < *least) {
            findings.add(path, "array_min_properties", format!("Must have at least {least} properties"));
        }
        if let Some(most) = node.property_count.1.filter(|most| object.len() > *most) {
            findings.add(path, "array_max_properties", format!("Must have at most {most} properties"));
        }
        for key in &node.required {
            if object.field(key).is_some() {
                findings.passed();
            } else {
                findings.add(path, "required", format!("{key} is required"));
            }
        }
        for (key, value) in object.entries() {
            let key = key.as_str().unwrap_or_default();
            self.call.charge(1)?;
            let below = Path::Below(path, key);
            let mut is_matched = false;
            for (pattern, index) in &node.pattern_properties {
                self.call.charge(1 + key.len() / 8)?;
                if pattern.regex.is_match(key) {
                    is_matched = true;
                    self.check(*index, value, &below, findings)?;
                }
            }
            if is_matched {
                findings.passed();
                continue;
            }
            // Properties stand in the order of their names.
            if node.properties.binary_search_by(|(known, _)| known.as_str().cmp(key)).is_ok() {
                continue;
            }
            match node.additional_properties {
                Rest::Free => {}
                Rest::Forbidden => findings.add(
                    path,
                    "additional_property_not_allowed",
                    format!("Additional property {key} is not allowed"),
                ),
                Rest::Schema(index) => self.check(index, value, &below, findings)?,
            }
        }
        if let Some(names) = node.property_names {
            for key in object.keys() {
                let tried = self.whole(names, key, path)?;
                if !tried.is_valid() {
                    let key = key.as_str().unwrap_or_default();
                    let message = format!("Property name of \"{key}\" does not match");
                    findings.add(path, "invalid_property_name", message);
                    findings.merge(tried);
                }
            }
        }
        findings.passed();
        Ok(())
    }

    fn string(
        &mut self,
        node: &'v Node,
        text: &str,
        path: &Path<'_>,
        findings: &mut Findings,
    ) -> Result<(), Trouble> {
        if node.length != (None, None) {
            self.call.charge_text(text.len())?;
            let length = text.chars().count();
            if let Some(least) = node.length.0.filter(|least| length < *least) {
                let message = format!("String length must be greater than or equal to {least}");
                findings.add(path, "string_gte", message);
            }
            if let Some(most) = node.length.1.filter(|most| length > *most) {
                let message = format!("String length must be less than or equal to {most}");
                findings.add(path, "string_lte", message);
            }
        }
        if let Some((pattern, expression)) = &node.pattern {
            self.call.charge(1 + text.len() / 8)?;
            if !expression.regex.is_match(text) {
                findings.add(path, "pattern", format!("Does not match pattern '{pattern}'"));
            }
        }
        findings.passed();
        Ok(())
    }
}

/// What the best of several tries found; nothing where one of them fits, behind which none is made.
fn best_misfit(tries: impl Iterator<Item = Result<Findings, Trouble>>) -> Result<Option<Findings>, Trouble> {
    let mut best = None;
    for findings in tries {
        let findings = findings?;
        if findings.is_valid() {
            return Ok(None);
        }
        keep_better(&mut best, findings);
    }
    Ok(Some(best.unwrap_or_default()))
}

/// Keeps the findings that tell of more that fits.
fn keep_better(best: &mut Option<Findings>, tried: Findings) {
    if best.as_ref().is_none_or(|best| tried.score > best.score) {
        *best = Some(tried);
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Number(number) if number.to_real().exact_integer().is_some() => "integer",
        Value::Set(_) => "array",
        other => other.type_name(),
    }
}

fn check_number(node: &Node, number: &Number, path: &Path<'_>, findings: &mut Findings) {
    if let Some(multiple) = node.multiple_of.as_ref().filter(|multiple| !is_multiple(number, multiple)) {
        findings.add(path, "multiple_of", format!("Must be a multiple of {}", shown(multiple)));
    }
    if let Some(most) = node.maximum.as_ref().filter(|most| number > *most) {
        findings.add(path, "number_lte", format!("Must be less than or equal to {}", shown(most)));
    }
    if let Some(most) = node.exclusive_maximum.as_ref().filter(|most| number >= *most) {
        findings.add(path, "number_lt", format!("Must be less than {}", shown(most)));
    }
    if let Some(least) = node.minimum.as_ref().filter(|least| number < *least) {
        findings.add(path, "number_gte", format!("Must be greater than or equal to {}", shown(least)));
    }
    if let Some(least) = node.exclusive_minimum.as_ref().filter(|least| number <= *least) {
        findings.add(path, "number_gt", format!("Must be greater than {}", shown(least)));
    }
    findings.passed();
}

fn is_multiple(number: &Number, of: &Number) -> bool {
    const FAR: u64 = 10_000;
    let parse = |number: &Number| parse_decimal(&number.to_text()).ok();
    let (Some((_, mut digits, exponent)), Some((_, mut unit, unit_exponent))) = (parse(number), parse(of))
    else {
        return true;
    };
    let apart = exponent.abs_diff(unit_exponent);
    if digits.is_zero() || unit.is_zero() || apart > FAR {
        return digits.is_zero();
    }
    if exponent > unit_exponent {
        digits *= ten_to(apart);
    } else {
        unit *= ten_to(apart);
    }
    (digits % unit).is_zero()
}

/// A limit as Go shows a float: ten digits at most.
fn shown(limit: &Number) -> String {
    const DIGITS: usize = 10;
    let Some(value) = limit.to_f64() else { return limit.to_text().to_string() };
    let scientific = format!("{value:.*e}", DIGITS - 1);
    let Some((digits, exponent)) = scientific.split_once('e') else { return scientific };
    let power: i32 = exponent.parse().unwrap_or(0);
    let trimmed = |text: &str| {
        if text.contains('.') {
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        } else {
            text.to_owned()
        }
    };
    if (-4..10).contains(&power) {
        let decimals = usize::try_from(9_i32.saturating_sub(power)).unwrap_or(0);
        return trimmed(&format!("{value:.decimals$}"));
    }
    let sign = if power < 0 { '-' } else { '+' };
    format!("{}e{sign}{:02}", trimmed(digits), power.unsigned_abs())
}
