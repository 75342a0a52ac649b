//! Schemas, read from values.

use std::collections::HashMap;
use std::sync::Arc;

use smol_str::SmolStr;

use super::super::call::Call;
use super::super::error::BuiltinError;
use super::super::expression::Expression;
use super::super::regex;
use super::canonical::canonical;
use super::keywords::{Keywords, invalid_type};
use super::trouble::{Trouble, mistake};
use crate::value::{Number, Value};

/// How deep schemas may stand in each other.
const MAX_DEPTH: usize = 200;

const TYPES: &[&str] = &["array", "boolean", "integer", "number", "null", "object", "string"];

/// A schema by its place among those of a document.
pub(super) type Index = usize;

/// All schemas of a document; the first is the document itself.
#[derive(Default)]
pub(super) struct Compiled {
    pub(super) nodes: Vec<Node>,
}

/// What holds for the items or fields that nothing else speaks of.
#[derive(Debug, Clone, Copy, Default)]
pub(super) enum Rest {
    #[default]
    Free,
    Forbidden,
    Schema(Index),
}

#[derive(Debug)]
pub(super) enum Dependency {
    Keys(Vec<SmolStr>),
    Schema(Index),
}

/// One schema.
#[derive(Debug, Default)]
pub(super) struct Node {
    /// Set for a schema that is only `true` or `false`.
    pub(super) pass: Option<bool>,
    pub(super) reference: Option<Index>,
    pub(super) types: Vec<SmolStr>,
    pub(super) properties: Vec<(SmolStr, Index)>,
    pub(super) additional_properties: Rest,
    pub(super) pattern_properties: Vec<(Arc<Expression>, Index)>,
    pub(super) property_names: Option<Index>,
    pub(super) dependencies: HashMap<SmolStr, Dependency>,
    pub(super) items: Vec<Index>,
    pub(super) has_one_for_all_items: bool,
    pub(super) additional_items: Rest,
    pub(super) multiple_of: Option<Number>,
    pub(super) minimum: Option<Number>,
    pub(super) exclusive_minimum: Option<Number>,
    pub(super) maximum: Option<Number>,
    pub(super) exclusive_maximum: Option<Number>,
    pub(super) length: (Option<usize>, Option<usize>),
    pub(super) pattern: Option<(SmolStr, Arc<Expression>)>,
    pub(super) format: SmolStr,
    pub(super) property_count: (Option<usize>, Option<usize>),
    pub(super) required: Vec<SmolStr>,
    pub(super) item_count: (Option<usize>, Option<usize>),
    pub(super) unique_items: bool,
    pub(super) contains: Option<Index>,
    pub(super) constant: Option<String>,
    pub(super) options: Option<Vec<String>>,
    pub(super) one_of: Vec<Index>,
    pub(super) any_of: Vec<Index>,
    pub(super) all_of: Vec<Index>,
    pub(super) not: Option<Index>,
    pub(super) condition: Option<Index>,
    pub(super) then: Option<Index>,
    pub(super) otherwise: Option<Index>,
}

/// A version of the language; the last stands for a schema that names none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Draft {
    Four,
    Six,
    Seven,
    Hybrid,
}

/// Reads a document of schemas.
struct Compiler<'v, 'c, 'm> {
    call: &'c mut Call<'m>,
    document: &'v Value,
    draft: Draft,
    compiled: Compiled,
    /// The schemas that references lead to.
    references: HashMap<SmolStr, Index>,
    depth: usize,
}

impl Compiled {
    pub(super) fn of(call: &mut Call<'_>, document: &Value) -> Result<Self, Trouble> {
        if !matches!(document, Value::Object(_) | Value::Bool(_)) {
            return mistake("schema is invalid");
        }
        let draft = match document.field("$schema") {
            None => Draft::Hybrid,
            Some(Value::String(name)) => match name.trim_end_matches('#') {
                "http://json-schema.org/draft-04/schema" => Draft::Four,
                "http://json-schema.org/draft-06/schema" => Draft::Six,
                "http://json-schema.org/draft-07/schema" => Draft::Seven,
                _ => Draft::Hybrid,
            },
            Some(_) => return mistake("$schema must be of type string"),
        };
        let mut compiler = Compiler {
            call,
            document,
            draft,
            compiled: Self::default(),
            references: HashMap::new(),
            depth: 0,
        };
        compiler.references.insert(SmolStr::new_static("#"), 0);
        compiler.schema(document)?;
        Ok(compiler.compiled)
    }
}

impl<'v> Compiler<'v, '_, '_> {
    /// Reads a schema; gives its place.
    fn schema(&mut self, value: &'v Value) -> Result<Index, Trouble> {
        let index = self.compiled.nodes.len();
        self.compiled.nodes.push(Node::default());
        self.schema_at(index, value)?;
        Ok(index)
    }

    fn schema_at(&mut self, index: Index, value: &'v Value) -> Result<(), Trouble> {
        if self.depth >= MAX_DEPTH {
            return mistake(format!("schemas are nested more than {MAX_DEPTH} deep"));
        }
        self.call.charge(2)?;
        self.call.allocate(size_of::<Node>())?;
        self.depth = self.depth.saturating_add(1);
        let node = self.node(value)?;
        self.depth = self.depth.saturating_sub(1);
        if let Some(place) = self.compiled.nodes.get_mut(index) {
            *place = node;
        }
        Ok(())
    }

    fn node(&mut self, value: &'v Value) -> Result<Node, Trouble> {
        let mut node = Node::default();
        let object = match value {
            Value::Bool(pass) if self.draft >= Draft::Six => {
                node.pass = Some(*pass);
                return Ok(node);
            }
            Value::Object(object) => object,
            _ => return mistake("Expected: Valid Schema, given: Invalid JSON"),
        };
        let keywords = Keywords(object);
        let is_old = self.draft == Draft::Four || self.draft == Draft::Hybrid && keywords.get("id").is_some();
        keywords.text(if is_old { "id" } else { "$id" })?;
        match keywords.get("definitions") {
            None => {}
            Some(Value::Object(definitions)) => {
                for definition in definitions.values() {
                    if !is_schema(definition) {
                        return invalid_type("Array Of Schemas", "definitions");
                    }
                    self.schema(definition)?;
                }
            }
            Some(_) => return invalid_type("Array Of Schemas", "definitions"),
        }
        keywords.text("title")?;
        keywords.text("description")?;
        if let Some(reference) = keywords.text("$ref")? {
            node.reference = Some(self.referred(reference)?);
            return Ok(node);
        }
        Self::types(keywords, &mut node)?;
        self.fields(keywords, &mut node)?;
        self.items(keywords, &mut node)?;
        self.numbers(keywords, &mut node)?;
        self.strings(keywords, &mut node)?;
        self.counts(keywords, &mut node)?;
        self.combinations(keywords, &mut node)?;
        Ok(node)
    }

    /// The schema that a reference leads to, within the document.
    fn referred(&mut self, reference: &SmolStr) -> Result<Index, Trouble> {
        if let Some(index) = self.references.get(reference) {
            return Ok(*index);
        }
        let Some(pointer) = reference.strip_prefix('#') else {
            return mistake(format!("remote reference loading disabled: {reference}"));
        };
        let target = if pointer.is_empty() || pointer.starts_with('/') {
            self.pointed(pointer)?
        } else {
            match named(self.document, reference, &mut 0) {
                Some(target) => target,
                None => return mistake(format!("Object has no key '{pointer}'")),
            }
        };
        if !is_schema(target) {
            return mistake("schema must be of type object");
        }
        let index = self.compiled.nodes.len();
        self.compiled.nodes.push(Node::default());
        self.references.insert(reference.clone(), index);
        self.schema_at(index, target)?;
        Ok(index)
    }

    fn pointed(&self, pointer: &str) -> Result<&'v Value, Trouble> {
        let mut at = self.document;
        for part in pointer.split('/').skip(1) {
            let part = unescaped(part).replace("~1", "/").replace("~0", "~");
            let next = match at {
                Value::Object(_) => at.field(&part),
                Value::Array(items) => part.parse::<usize>().ok().and_then(|index| items.get(index)),
                _ => None,
            };
            let Some(next) = next else { return mistake(format!("Object has no key '{part}'")) };
            at = next;
        }
        Ok(at)
    }

    fn types(keywords: Keywords<'v>, node: &mut Node) -> Result<(), Trouble> {
        let given = match keywords.get("type") {
            None => return Ok(()),
            Some(one @ Value::String(_)) => std::slice::from_ref(one),
            Some(Value::Array(several)) => several,
            Some(_) => return invalid_type("type", "string/Array Of Strings"),
        };
        for name in given {
            let Value::String(name) = name else { return invalid_type("type", "string/Array Of Strings") };
            if !TYPES.contains(&name.as_str()) {
                return mistake(format!(
                    "has a primitive type that is NOT VALID -- given: /{name}/ Expected valid values are:[{}]",
                    TYPES.join(" ")
                ));
            }
            if node.types.contains(name) {
                return mistake(format!("{name} type is duplicated"));
            }
            node.types.push(name.clone());
        }
        Ok(())
    }

    fn fields(&mut self, keywords: Keywords<'v>, node: &mut Node) -> Result<(), Trouble> {
        match keywords.get("properties") {
            None => {}
            Some(Value::Object(properties)) => {
                for (key, schema) in properties.entries() {
                    let index = self.schema(schema)?;
                    node.properties.push((SmolStr::new(key.as_str().unwrap_or_default()), index));
                }
            }
            Some(_) => return mistake("Properties must be of type object"),
        }
        node.additional_properties = self.rest(keywords, "additionalProperties")?;
        match keywords.get("patternProperties") {
            None => {}
            Some(Value::Object(patterns)) => {
                for (pattern, schema) in patterns.entries() {
                    let pattern = pattern.as_str().unwrap_or_default();
                    let invalid = format!("Invalid regex pattern '{pattern}'");
                    let expression = self.expression(pattern, invalid)?;
                    node.pattern_properties.push((expression, self.schema(schema)?));
                }
            }
            Some(_) => return invalid_type("Valid Schema", "patternProperties"),
        }
        if let Some(names) = keywords.get("propertyNames").filter(|_| self.draft >= Draft::Six) {
            if !is_schema(names) {
                return invalid_type("Valid Schema", "patternProperties");
            }
            node.property_names = Some(self.schema(names)?);
        }
        match keywords.get("dependencies") {
            None => {}
            Some(Value::Object(dependencies)) => {
                for (key, dependency) in dependencies.entries() {
                    let dependency = self.dependency(dependency)?;
                    node.dependencies.insert(SmolStr::new(key.as_str().unwrap_or_default()), dependency);
                }
            }
            Some(_) => return mistake("dependencies must be of type object"),
        }
        Ok(())
    }

    fn dependency(&mut self, dependency: &'v Value) -> Result<Dependency, Trouble> {
        const MISTAKE: &str = "Dependency must be of type Valid Schema or Array Of Strings";
        match dependency {
            Value::Array(keys) => {
                let keys: Option<Vec<SmolStr>> =
                    keys.iter().map(|key| key.as_str().map(SmolStr::new)).collect();
                keys.map_or_else(|| mistake(MISTAKE), |keys| Ok(Dependency::Keys(keys)))
            }
            schema if is_schema(schema) => Ok(Dependency::Schema(self.schema(schema)?)),
            _ => mistake(MISTAKE),
        }
    }

    fn rest(&mut self, keywords: Keywords<'v>, key: &str) -> Result<Rest, Trouble> {
        match keywords.get(key) {
            None | Some(Value::Bool(true)) => Ok(Rest::Free),
            Some(Value::Bool(false)) => Ok(Rest::Forbidden),
            Some(schema @ Value::Object(_)) => Ok(Rest::Schema(self.schema(schema)?)),
            Some(_) => invalid_type("boolean/Valid Schema", key),
        }
    }

    fn items(&mut self, keywords: Keywords<'v>, node: &mut Node) -> Result<(), Trouble> {
        const SHAPES: &str = "Valid Schema/Array Of Schemas";
        match keywords.get("items") {
            None => {}
            Some(Value::Array(schemas)) => {
                for schema in schemas.iter() {
                    if !is_schema(schema) {
                        return invalid_type(SHAPES, "items");
                    }
                    node.items.push(self.schema(schema)?);
                }
            }
            Some(schema) if is_schema(schema) => {
                node.items.push(self.schema(schema)?);
                node.has_one_for_all_items = true;
            }
            Some(_) => return invalid_type(SHAPES, "items"),
        }
        node.additional_items = self.rest(keywords, "additionalItems")?;
        Ok(())
    }

    fn numbers(&self, keywords: Keywords<'v>, node: &mut Node) -> Result<(), Trouble> {
        match keywords.get("multipleOf") {
            None => {}
            Some(Value::Number(number)) if *number > Number::from(0_i64) => {
                node.multiple_of = Some(number.clone());
            }
            Some(Value::Number(_)) => return mistake("multipleOf must be strictly greater than 0"),
            Some(_) => return invalid_type("Number", "multipleOf"),
        }
        node.minimum = keywords.limit("minimum")?;
        node.exclusive_minimum =
            self.exclusive(keywords, "exclusiveMinimum", "minimum", &mut node.minimum)?;
        node.maximum = keywords.limit("maximum")?;
        node.exclusive_maximum =
            self.exclusive(keywords, "exclusiveMaximum", "maximum", &mut node.maximum)?;
        Ok(())
    }

    /// A limit that is itself excluded: a number, or, in the old way, a mark on the other limit.
    fn exclusive(
        &self,
        keywords: Keywords<'v>,
        key: &str,
        other: &str,
        limit: &mut Option<Number>,
    ) -> Result<Option<Number>, Trouble> {
        match (keywords.get(key), self.draft) {
            (Some(Value::Bool(_)), Draft::Four | Draft::Hybrid) if limit.is_none() => {
                mistake(format!("{key} cannot be used without {other}"))
            }
            (Some(Value::Bool(true)), Draft::Four | Draft::Hybrid) => Ok(limit.take()),
            (None, _) | (Some(Value::Bool(false)), Draft::Four | Draft::Hybrid) => Ok(None),
            (Some(_), Draft::Four) => invalid_type("boolean", key),
            (Some(Value::Number(number)), _) => Ok(Some(number.clone())),
            (Some(_), Draft::Hybrid) => invalid_type("boolean/number", key),
            (Some(_), _) => invalid_type("number", key),
        }
    }

    fn strings(&mut self, keywords: Keywords<'v>, node: &mut Node) -> Result<(), Trouble> {
        node.length = keywords.range(["minLength", "maxLength"])?;
        if let Some(pattern) = keywords.text("pattern")? {
            let expression = self.expression(pattern, "pattern must be a valid regex".to_owned())?;
            node.pattern = Some((pattern.clone(), expression));
        }
        node.format = keywords.text("format")?.cloned().unwrap_or_default();
        Ok(())
    }

    fn expression(&mut self, pattern: &str, invalid: String) -> Result<Arc<Expression>, Trouble> {
        regex::compile(self.call, pattern).map_err(|error| match error {
            BuiltinError::Failed(_) => Trouble::Mistake(invalid),
            other => Trouble::Stopped(other),
        })
    }

    fn counts(&mut self, keywords: Keywords<'v>, node: &mut Node) -> Result<(), Trouble> {
        node.property_count = keywords.range(["minProperties", "maxProperties"])?;
        for key in keywords.list("required")?.unwrap_or_default() {
            let Value::String(key) = key else { return invalid_type("string", "required") };
            if node.required.contains(key) {
                return mistake("required items must be unique");
            }
            node.required.push(key.clone());
        }
        node.item_count = keywords.range(["minItems", "maxItems"])?;
        match keywords.get("uniqueItems") {
            None => {}
            Some(Value::Bool(flag)) => node.unique_items = *flag,
            Some(_) => return mistake("uniqueItems must be of a boolean"),
        }
        if let Some(contains) = keywords.get("contains").filter(|_| self.draft >= Draft::Six) {
            node.contains = Some(self.schema(contains)?);
        }
        if let Some(constant) = keywords.get("const").filter(|_| self.draft >= Draft::Six) {
            node.constant = Some(canonical(self.call, constant)?);
        }
        if let Some(given) = keywords.list("enum")? {
            let mut options: Vec<String> = Vec::new();
            for option in given {
                let option = canonical(self.call, option)?;
                self.call.charge(options.len() / 8)?;
                if options.contains(&option) {
                    return mistake("enum items must be unique");
                }
                options.push(option);
            }
            node.options = Some(options);
        }
        Ok(())
    }

    fn combinations(&mut self, keywords: Keywords<'v>, node: &mut Node) -> Result<(), Trouble> {
        for (key, list) in
            [("oneOf", &mut node.one_of), ("anyOf", &mut node.any_of), ("allOf", &mut node.all_of)]
        {
            for schema in keywords.list(key)?.unwrap_or_default() {
                list.push(self.schema(schema)?);
            }
        }
        let has_conditions = self.draft >= Draft::Seven;
        for (key, place, is_known) in [
            ("not", &mut node.not, true),
            ("if", &mut node.condition, has_conditions),
            ("then", &mut node.then, has_conditions),
            ("else", &mut node.otherwise, has_conditions),
        ] {
            let Some(schema) = keywords.get(key).filter(|_| is_known) else { continue };
            if !is_schema(schema) {
                return mistake(format!("{key} must be of an object"));
            }
            *place = Some(self.schema(schema)?);
        }
        Ok(())
    }
}

fn is_schema(value: &Value) -> bool {
    matches!(value, Value::Object(_) | Value::Bool(_))
}

/// The schema that calls itself by a name.
fn named<'v>(value: &'v Value, name: &str, seen: &mut usize) -> Option<&'v Value> {
    const MOST: usize = 10_000;
    *seen = seen.saturating_add(1);
    if *seen > MOST {
        return None;
    }
    match value {
        Value::Object(object) => {
            let own =
                ["$id", "id"].into_iter().any(|key| object.field(key).and_then(Value::as_str) == Some(name));
            if own { Some(value) } else { object.values().find_map(|value| named(value, name, seen)) }
        }
        Value::Array(items) => items.iter().find_map(|item| named(item, name, seen)),
        _ => None,
    }
}

/// A part of a pointer without the escapes of URLs.
fn unescaped(part: &str) -> String {
    let mut plain = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let code = rest.get(1..3).and_then(|digits| std::str::from_utf8(digits).ok());
        let code = code.and_then(|digits| u8::from_str_radix(digits, 16).ok()).filter(|_| *first == b'%');
        plain.push(code.unwrap_or(*first));
        rest = if code.is_some() { rest.get(3..).unwrap_or_default() } else { behind };
    }
    String::from_utf8_lossy(&plain).into_owned()
}
