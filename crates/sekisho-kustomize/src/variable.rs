//! Variables, the older way to put a value into others: `$(NAME)`.

use std::collections::BTreeMap;

use sekisho_manifest::{Node, Span, Value};
use smol_str::SmolStr;

use crate::decode::Text;
use crate::error::{BuildErrorKind, Result};
use crate::field_spec::{FieldSpec, Missing};
use crate::kustomization::VariableEntry;
use crate::path::{find, split_dotted};
use crate::resource_set::ResourceSet;
use crate::texts::{Texts, canonical};
use crate::tree;

/// A variable that is defined.
#[derive(Debug, Clone)]
struct Variable {
    name: Text,
    field_path: SmolStr,
}

/// The variables of a build by name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Variables(BTreeMap<SmolStr, Variable>);

impl Variables {
    /// Adds the variables of a kustomization, and notes on the objects that they read which they are.
    pub(crate) fn add(&mut self, entries: &[VariableEntry], set: &mut ResourceSet) -> Result<()> {
        for entry in entries {
            let wanted = &entry.object;
            let exact = !wanted.namespace.is_empty();
            let found =
                set.matching(|id| if exact { wanted.same(id) } else { wanted.same_kind_and_name(id) });
            if found.len() > 1 {
                let reason = "means more than one object: name its kind, version and namespace";
                return Err(error(&entry.name, reason));
            }
            if let Some(resource) = found.first().and_then(|index| set.resources.get_mut(*index)) {
                resource.variables.push(entry.name.value.clone());
            }
        }
        for entry in entries {
            self.insert(Variable { name: entry.name.clone(), field_path: entry.field_path.clone() })?;
        }
        Ok(())
    }

    pub(crate) fn merge(&mut self, other: Self) -> Result<()> {
        other.0.into_values().try_for_each(|variable| self.insert(variable))
    }

    fn insert(&mut self, variable: Variable) -> Result<()> {
        if self.0.contains_key(&variable.name.value) {
            return Err(error(&variable.name, "is defined already: rename one of the two"));
        }
        self.0.insert(variable.name.value.clone(), variable);
        Ok(())
    }

    /// Puts the values of all variables where their names stand.
    pub(crate) fn resolve(&self, set: &mut ResourceSet, specs: &[FieldSpec], texts: &Texts) -> Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        let mut values = BTreeMap::new();
        for variable in self.0.values() {
            let value = Self::value(variable, set, texts)?;
            values.insert(variable.name.value.clone(), value);
        }
        for resource in &mut set.resources {
            let gvk = resource.gvk();
            for spec in specs.iter().filter(|spec| spec.fits(&gvk)) {
                spec.apply(&mut resource.root, Missing::Left, Span::default(), &mut |node| {
                    replace(node, &values)
                })?;
            }
        }
        Ok(())
    }

    fn value(variable: &Variable, set: &ResourceSet, texts: &Texts) -> Result<Node> {
        let holder = set.resources.iter().find(|resource| resource.variables.contains(&variable.name.value));
        let Some(holder) = holder else {
            return Err(error(&variable.name, "reads from an object that is not there: correct `objref`"));
        };
        let parts: Vec<SmolStr> = split_dotted(&variable.field_path).iter().flat_map(indexes).collect();
        match find(&holder.root, &parts, texts) {
            Some(node) => Ok(node.clone()),
            None => Err(error(&variable.name, "reads from a field that is not there: correct `fieldref`")),
        }
    }
}

/// A part such as `ports[0]` as two.
fn indexes(part: &SmolStr) -> Vec<SmolStr> {
    let cut = part.strip_suffix(']').and_then(|part| part.rsplit_once('['));
    match cut {
        Some((name, index)) if !index.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit()) => {
            [name, index].into_iter().filter(|part| !part.is_empty()).map(SmolStr::new).collect()
        }
        _ => vec![part.clone()],
    }
}

fn error(name: &Text, reason: &'static str) -> crate::error::Fault {
    BuildErrorKind::Variable { name: name.value.clone(), reason }.at(name.span)
}

/// Replaces variables in a text, in the values of a mapping or in the items of a list.
fn replace(node: &mut Node, values: &BTreeMap<SmolStr, Node>) -> Result<()> {
    match &node.value {
        Value::String(text) => {
            if let Some(new) = expanded(text, node.span, values) {
                *node = new;
            }
        }
        Value::Mapping(mapping) if mapping.entries().iter().any(|entry| holds(&entry.node)) => {
            if let Some(mapping) = node.as_mapping_mut() {
                for value in mapping.values_mut().filter(|value| holds(value)) {
                    replace(value, values)?;
                }
            }
        }
        Value::Sequence(items) => {
            if let Some(item) = items.iter().find(|item| item.as_str().is_none()) {
                return Err(
                    BuildErrorKind::Type { field: "the list".into(), expected: "texts only" }.at(item.span)
                );
            }
            if items.iter().any(holds) {
                for item in node.items_mut().into_iter().flatten() {
                    replace(item, values)?;
                }
            }
        }
        _ => {}
    }
    Ok(())
}

fn holds(node: &Node) -> bool {
    node.as_str().is_some_and(|text| text.contains('$'))
}

/// A text with its variables replaced; none where it has no `$`. A text that is one variable only becomes
/// its value, of whatever type.
fn expanded(text: &str, span: Span, values: &BTreeMap<SmolStr, Node>) -> Option<Node> {
    if !text.contains('$') {
        return None;
    }
    let single = |value: &&Node| tree::is_scalar(value) && !value.is_null();
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(rest.get(..at).unwrap_or(""));
        let behind = rest.get(at + 1..).unwrap_or("");
        if let Some(more) = behind.strip_prefix('$') {
            out.push('$');
            rest = more;
        } else if let Some((name, more)) = behind.strip_prefix('(').and_then(|behind| behind.split_once(')'))
        {
            match values.get(name).filter(single) {
                Some(value) if name.len() + 3 == text.len() => return Some(value.clone()),
                Some(value) => out.push_str(&canonical(&value.value)),
                None => {
                    out.push_str("$(");
                    out.push_str(name);
                    out.push(')');
                }
            }
            rest = more;
        } else {
            out.push('$');
            rest = behind;
        }
    }
    out.push_str(rest);
    Some(tree::text(out, span))
}
