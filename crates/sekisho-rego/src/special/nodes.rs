//! Terms in which what is known stands in place of variables and references.

use super::specializer::{Known, Specializer, Unfit};
use crate::ir::goal::{Comprehension, Node, Reference, Root};
use crate::ir::tree::ROOT;
use crate::value::Value;

impl Specializer<'_> {
    /// A term; nothing where it has no value whatever the input.
    pub(super) fn node(&mut self, node: &Node, known: &Known) -> Result<Option<Node>, Unfit> {
        Ok(Some(match node {
            Node::Const(_) => node.clone(),
            Node::Var(var) => known.nodes.get(var).unwrap_or(node).clone(),
            Node::Array(items) => match self.nodes(items, known)? {
                Some(items) => Node::array(items),
                None => return Ok(None),
            },
            Node::Set(items) => match self.nodes(items, known)? {
                Some(items) => Node::set(items),
                None => return Ok(None),
            },
            Node::Object(pairs) => {
                let mut folded = Vec::with_capacity(pairs.len());
                for (key, value) in pairs {
                    let (Some(key), Some(value)) = (self.node(key, known)?, self.node(value, known)?) else {
                        return Ok(None);
                    };
                    folded.push((key, value));
                }
                object(folded)
            }
            Node::Ref(reference) => return self.reference(reference, known),
            Node::Comprehension(comprehension) => self.comprehension(comprehension, known)?,
        }))
    }

    pub(super) fn nodes(&mut self, nodes: &[Node], known: &Known) -> Result<Option<Vec<Node>>, Unfit> {
        nodes.iter().map(|node| self.node(node, known)).collect()
    }

    fn reference(&mut self, reference: &Reference, known: &Known) -> Result<Option<Node>, Unfit> {
        let Some(mut path) = self.nodes(&reference.path, known)? else { return Ok(None) };
        let mut root = reference.root;
        if let Root::Var(var) = root {
            match known.nodes.get(&var) {
                Some(Node::Const(value)) => {
                    let fallback = Reference { path: path.clone(), ..*reference };
                    return Ok(resolve(value.clone(), &path, fallback));
                }
                Some(Node::Var(other)) => root = Root::Var(*other),
                _ => {}
            }
        }
        if let Root::Var(var) = root
            && let Some(before) = known.paths.get(&var)
        {
            root = Root::Input;
            path.splice(0..0, before.iter().cloned().map(Node::Const));
        }
        let fallback = Reference { span: reference.span, root, path };
        match root {
            Root::Var(_) => Ok(Some(Node::Ref(Box::new(fallback)))),
            Root::Input => {
                let field = |key: &Value| self.given.fields.iter().find(|(known, _)| known == key);
                match fallback.path.split_first() {
                    Some((Node::Const(key), rest)) if let Some((_, value)) = field(key) => {
                        let rest = rest.to_vec();
                        Ok(resolve(value.clone(), &rest, fallback))
                    }
                    _ => Ok(Some(Node::Ref(Box::new(fallback)))),
                }
            }
            Root::Data => self.document(fallback),
        }
    }

    /// A reference below `data`.
    fn document(&mut self, reference: Reference) -> Result<Option<Node>, Unfit> {
        let mut node = ROOT;
        for place in 0.. {
            if let Some(rule) = self.tree.node(node).rule {
                self.settle(rule)?;
                if self.is_never(rule) {
                    return Ok(None);
                }
                if let Some(value) = self.constant(rule) {
                    let rest = reference.path.get(place..).unwrap_or_default().to_vec();
                    return Ok(resolve(value, &rest, reference));
                }
                break;
            }
            let Some(Node::Const(key)) = reference.path.get(place) else { return Err(Unfit) };
            match key.as_str().and_then(|name| self.tree.child(node, name)) {
                Some(child) => node = child,
                None => break,
            }
        }
        Ok(Some(Node::Ref(Box::new(reference))))
    }

    fn comprehension(&mut self, source: &Comprehension, known: &Known) -> Result<Node, Unfit> {
        let folded = self.one_body(source.body(), known)?;
        let nothing = match source {
            Comprehension::Array { .. } => Node::Const(Value::array(Vec::new())),
            Comprehension::Set { .. } => Node::Const(Value::set(Vec::new())),
            Comprehension::Object { .. } => Node::Const(Value::object(Vec::new())),
        };
        let Some((body, known)) = folded else { return Ok(nothing) };
        let made = match source {
            Comprehension::Array { head, .. } => {
                self.node(head, &known)?.map(|head| Comprehension::Array { head, body })
            }
            Comprehension::Set { head, .. } => {
                self.node(head, &known)?.map(|head| Comprehension::Set { head, body })
            }
            Comprehension::Object { key, value, .. } => {
                let (key, value) = (self.node(key, &known)?, self.node(value, &known)?);
                key.zip(value).map(|(key, value)| Comprehension::Object { key, value, body })
            }
        };
        Ok(made.map_or(nothing, |made| Node::Comprehension(Box::new(made))))
    }
}

/// What stands under a path in a value as far as keys are known; else the reference itself. Nothing where nothing
/// stands there.
fn resolve(mut value: Value, path: &[Node], reference: Reference) -> Option<Node> {
    for element in path {
        let Node::Const(key) = element else {
            let has_parts = match &value {
                Value::Array(items) => !items.is_empty(),
                Value::Object(object) => !object.is_empty(),
                Value::Set(set) => !set.elements().is_empty(),
                _ => false,
            };
            return has_parts.then(|| Node::Ref(Box::new(reference)));
        };
        value = value.get(key)?.clone();
    }
    Some(Node::Const(value))
}

/// An object, as a constant where its entries are constants of different keys.
fn object(pairs: Vec<(Node, Node)>) -> Node {
    let is_clear = pairs.iter().enumerate().all(|(place, (key, _))| {
        matches!(key, Node::Const(_)) && pairs.iter().take(place).all(|(other, _)| other != key)
    });
    if is_clear { Node::object(pairs) } else { Node::Object(pairs) }
}
