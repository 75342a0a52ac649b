//! Field specifications: which field of which kinds a transformation looks at.

use sekisho_manifest::{Node, Segment, Span, Value};
use smol_str::{SmolStr, format_smolstr};

use crate::decode::Fields;
use crate::error::{BuildErrorKind, Result};
use crate::id::Gvk;
use crate::{path, tree};

/// A path in the objects of some kinds, whose lists are looked through.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FieldSpec {
    pub(crate) gvk: Gvk,
    pub(crate) path: SmolStr,
    pub(crate) create: bool,
    /// Where the specification was written; the start of nothing for one that kustomize has by itself.
    pub(crate) span: Span,
}

/// A kind, and the fields of other kinds that name objects of it.
#[derive(Debug, Clone)]
pub(crate) struct NameReference {
    pub(crate) gvk: Gvk,
    pub(crate) fields: Vec<FieldSpec>,
}

/// What is put where a field is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    /// Nothing.
    Left,
    /// An empty text.
    Scalar,
    /// An empty mapping.
    Mapping,
}

impl FieldSpec {
    pub(crate) fn read(mut fields: Fields<'_>) -> Result<Self> {
        let spec = Self {
            gvk: Gvk::read(&mut fields)?,
            path: fields.text("path")?.value,
            create: fields.flag("create")?,
            span: fields.span(),
        };
        fields.finish()?;
        Ok(spec)
    }

    pub(crate) fn new(gvk: Gvk, path: impl Into<SmolStr>, create: bool) -> Self {
        Self { gvk, path: path.into(), create, span: Span::default() }
    }

    /// Whether the objects of a kind are meant.
    pub(crate) fn fits(&self, gvk: &Gvk) -> bool {
        gvk.is_selected(&self.gvk)
    }

    /// Calls `set` on each field that is meant, which is made where it is missing if the specification says
    /// so. `span` is where the change comes from.
    pub(crate) fn apply(
        &self,
        root: &mut Node,
        missing: Missing,
        span: Span,
        set: &mut dyn FnMut(&mut Node) -> Result<()>,
    ) -> Result<()> {
        self.apply_with_path(root, missing, span, &mut |node, _| set(node))
    }

    /// Does the same, and tells `set` the path of each field.
    pub(crate) fn apply_with_path(
        &self,
        root: &mut Node,
        missing: Missing,
        span: Span,
        set: &mut dyn FnMut(&mut Node, &[Segment]) -> Result<()>,
    ) -> Result<()> {
        let parts = path::split(&self.path, '/');
        let missing = if self.create { missing } else { Missing::Left };
        let mut visit = Visit { spec: self, missing, span, path: Vec::new(), set };
        visit.node(root, &parts)
    }
}

struct Visit<'v> {
    spec: &'v FieldSpec,
    missing: Missing,
    span: Span,
    /// The way to the current value.
    path: Vec<Segment>,
    set: &'v mut dyn FnMut(&mut Node, &[Segment]) -> Result<()>,
}

impl Visit<'_> {
    fn node(&mut self, node: &mut Node, parts: &[SmolStr]) -> Result<()> {
        let Some((part, rest)) = parts.split_first() else { return (self.set)(node, &self.path) };
        match &node.value {
            Value::Null => Ok(()),
            Value::Sequence(items) => {
                if items.iter().any(|item| may_hold(item, part)) || self.missing != Missing::Left {
                    for (index, item) in node.items_mut().into_iter().flatten().enumerate() {
                        self.path.push(Segment::Index(index));
                        self.node(item, parts)?;
                        self.path.pop();
                    }
                }
                Ok(())
            }
            Value::Mapping(_) => self.field(node, part, rest),
            _ => {
                let field = self.spec.path.clone();
                let object = format_smolstr!("{}", self.spec.gvk.kind);
                let expected = "mapping or list above its last part";
                Err(BuildErrorKind::FieldType { field, object, expected }.at(node.span))
            }
        }
    }

    fn field(&mut self, node: &mut Node, part: &str, rest: &[SmolStr]) -> Result<()> {
        let (name, list) = match part.strip_suffix("[]") {
            Some(name) => (name, true),
            None => (part, false),
        };
        if name.is_empty() {
            return Err(BuildErrorKind::Entry("a field specification has an empty part in its path")
                .at(self.spec.span));
        }
        let made = match self.missing {
            _ if list => None,
            Missing::Left => None,
            Missing::Scalar if rest.is_empty() => Some(tree::text("", self.span)),
            Missing::Scalar | Missing::Mapping => Some(tree::mapping(self.span)),
        };
        match node.entry(name).map(|entry| entry.node.is_null()) {
            None => match &made {
                Some(made) => tree::set(node, name, self.span, made.clone()),
                None => return Ok(()),
            },
            // A list that is null is taken for an empty one, a field that may be made for one that is missing.
            Some(true) => {
                let empty = if list { Some(tree::sequence(Vec::new(), self.span)) } else { made };
                match empty {
                    Some(empty) => tree::set(node, name, self.span, empty),
                    None if rest.is_empty() => {}
                    None => return Ok(()),
                }
            }
            Some(false) => {}
        }
        let Some(child) = tree::child_mut(node, name) else { return Ok(()) };
        self.path.push(Segment::Key(name.into()));
        self.node(child, rest)?;
        self.path.pop();
        Ok(())
    }
}

/// Whether a field can be found in an item, so that the list has to be opened for changes.
fn may_hold(item: &Node, part: &str) -> bool {
    match &item.value {
        Value::Mapping(_) => item.entry(part.strip_suffix("[]").unwrap_or(part)).is_some(),
        Value::Null => false,
        _ => true,
    }
}

/// Adds specifications to others. One that is there already is left out; its `create` must be the same.
pub(crate) fn merge(into: &mut Vec<FieldSpec>, specs: &[FieldSpec]) -> Result<()> {
    for spec in specs {
        let known = into.iter().find(|known| known.path == spec.path && known.gvk.is_selected(&spec.gvk));
        match known {
            None => into.push(spec.clone()),
            Some(known) if known.create == spec.create => {}
            Some(_) => return Err(BuildErrorKind::FieldSpec(spec.path.clone()).at(spec.span)),
        }
    }
    Ok(())
}
