//! Replacements: the value of one field, or of the kustomization itself, put into others.

use sekisho_manifest::{Node, Span, Value};
use smol_str::{SmolStr, format_smolstr};

use super::plain;
use super::structured;
use crate::decode::Text;
use crate::error::{BuildErrorKind, Result};
use crate::id::Id;
use crate::kustomization::{FieldOptions, Replacement, SourceSelector, TargetSelector};
use crate::path::{Create, Visit, find, split_dotted};
use crate::resource::Resource;
use crate::resource_set::ResourceSet;
use crate::selector::Matcher;
use crate::texts::Texts;
use crate::{tree, yaml3};

/// The field that is meant where none is named.
const DEFAULT_FIELD: &str = "metadata.name";

/// Copies the value of a replacement to its targets.
pub(crate) fn apply(set: &mut ResourceSet, replacement: &Replacement, texts: &Texts) -> Result<()> {
    let Some(targets) = &replacement.targets else {
        return Err(BuildErrorKind::Entry("a replacement needs `targets`").at(replacement.span));
    };
    let value =
        match (&replacement.source, &replacement.source_value) {
            (Some(source), None) => source_value(set, source, texts)?,
            (None, Some(text)) => {
                let node = plain(text, text.span);
                SourceValue { node, text: text.value.clone(), field: None }
            }
            (Some(_), Some(text)) => {
                return Err(BuildErrorKind::Entry("a replacement has `source` or `sourceValue`, not both")
                    .at(text.span));
            }
            (None, None) => {
                return Err(BuildErrorKind::Entry("a replacement needs `source` or `sourceValue`")
                    .at(replacement.span));
            }
        };
    let mut value = value;
    targets.iter().try_for_each(|target| to_target(set, target, &mut value, texts))
}

/// A value on its way.
struct SourceValue {
    node: Node,
    /// The value as it was written.
    text: SmolStr,
    /// The field that is copied whole: what a target writes into it goes on to the targets behind.
    field: Option<(usize, Vec<SmolStr>)>,
}

impl SourceValue {
    /// Reads the field again.
    fn refresh(&mut self, set: &ResourceSet, texts: &Texts) {
        let Some((index, path)) = &self.field else { return };
        let found = set.resources.get(*index).and_then(|resource| find(&resource.root, path, texts));
        if let Some(node) = found {
            self.node = node.clone();
            self.text = SmolStr::new(texts.text(node));
        }
    }
}

/// What an object is called, now first, without regard to the scope of its kind.
fn ids(resource: &Resource) -> impl Iterator<Item = Id> + '_ {
    let now = Id { cluster_scoped: false, ..resource.id() };
    std::iter::once(now).chain(resource.former_ids())
}

fn source_value(set: &ResourceSet, source: &SourceSelector, texts: &Texts) -> Result<SourceValue> {
    let wanted = &source.id;
    let selected = |id: &Id| {
        (wanted.name.is_empty() || wanted.name == id.name)
            && (wanted.namespace.is_empty() || wanted.same_namespace(id))
            && id.gvk.is_selected(&wanted.gvk)
    };
    let found: Vec<(usize, &Resource)> = set
        .resources
        .iter()
        .enumerate()
        .filter(|(_, resource)| ids(resource).any(|id| selected(&id)))
        .collect();
    let (index, resource) = match *found {
        [found] => found,
        [] => return Err(BuildErrorKind::NoMatch(source_text(source)).at(source.span)),
        ref several => {
            let (wanted, count) = (source_text(source), several.len());
            return Err(BuildErrorKind::SeveralMatches { wanted, count }.at(source.span));
        }
    };
    let path = if source.field_path.is_empty() { DEFAULT_FIELD } else { &source.field_path };
    let parts = split_dotted(path);
    let node = find(&resource.root, &parts, texts).filter(|node| !tree::is_empty(node));
    let Some(node) = node else {
        let message = format!("`{}` has no field `{path}`: correct the path", resource.id());
        return Err(BuildErrorKind::Replacement(message).at(source.span));
    };
    let text = SmolStr::new(texts.text(node));
    if source.options.delimiter.is_empty() {
        return Ok(SourceValue { node: node.clone(), text, field: Some((index, parts)) });
    }
    let part = usize::try_from(source.options.index)
        .ok()
        .and_then(|index| text.split(source.options.delimiter.as_str()).nth(index))
        .filter(|_| tree::is_scalar(node));
    let Some(part) = part else {
        let message = format!("`{}` has no part {} in `{path}`", resource.id(), source.options.index);
        return Err(BuildErrorKind::Replacement(message).at(source.span));
    };
    let value = match node.value {
        Value::String(_) => Value::String(part.into()),
        _ => yaml3::resolve(part),
    };
    Ok(SourceValue { node: Node { span: node.span, value }, text: part.into(), field: None })
}

fn source_text(source: &SourceSelector) -> SmolStr {
    format_smolstr!("the source `{}`", source.id)
}

fn to_target(
    set: &mut ResourceSet,
    target: &TargetSelector,
    value: &mut SourceValue,
    texts: &Texts,
) -> Result<()> {
    let Some(select) = &target.select else {
        return Err(BuildErrorKind::Entry("a target of a replacement needs `select`").at(target.span));
    };
    let select = select.compile()?;
    let reject: Vec<(bool, Matcher)> = target
        .reject
        .iter()
        .map(|reject| Ok((reject.names_nothing(), reject.compile()?)))
        .collect::<Result<_>>()?;
    let standard = [Text { value: DEFAULT_FIELD.into(), span: target.span }];
    let paths = if target.field_paths.is_empty() { &standard[..] } else { &target.field_paths };
    for index in 0..set.resources.len() {
        let Some(resource) = set.resources.get(index) else { continue };
        let rejected = |(nameless, matcher): &(bool, Matcher)| {
            matcher.has_maps() && matcher.fits_maps(resource, texts)
                || !nameless && ids(resource).any(|id| matcher.fits_id(&id))
        };
        let chosen = select.fits_maps(resource, texts)
            && !reject.iter().any(rejected)
            && ids(resource).any(|id| select.fits_id(&id));
        for path in paths.iter().filter(|_| chosen) {
            value.refresh(set, texts);
            if let Some(resource) = set.resources.get_mut(index) {
                into_object(resource, path, &target.options, value, texts)?;
                resource.settle();
            }
        }
    }
    Ok(())
}

fn into_object(
    resource: &mut Resource,
    path: &Text,
    options: &FieldOptions,
    value: &SourceValue,
    texts: &Texts,
) -> Result<()> {
    let create = if options.create { Create::for_value(&value.node) } else { Create::Nothing };
    let parts = split_dotted(path);
    if structured::set(&mut resource.root, &parts, &value.node, &value.text, create, texts) {
        return Ok(());
    }
    let mut set = |field: &mut Node, made: bool| into_field(field, made, options, value, path.span, texts);
    let mut visit = Visit { texts, create, span: path.span, set: &mut set };
    let count = visit.follow(&mut resource.root, &parts, false).map_err(|fault| fault.or_at(path.span))?;
    if count == 0 {
        let message = format!("`{}` has no field `{}`: correct the path", resource.id(), path.value);
        return Err(BuildErrorKind::Replacement(message).at(path.span));
    }
    Ok(())
}

fn into_field(
    field: &mut Node,
    made: bool,
    options: &FieldOptions,
    value: &SourceValue,
    span: Span,
    texts: &Texts,
) -> Result<()> {
    let mut text = value.text.clone();
    let mut node = value.node.clone();
    if !options.delimiter.is_empty() {
        if !tree::is_scalar(field) {
            let message = "a delimiter needs a field that holds a single value".to_owned();
            return Err(BuildErrorKind::Replacement(message).at(span));
        }
        let old = texts.text(field);
        let mut parts: Vec<&str> = old.split(options.delimiter.as_str()).collect();
        match usize::try_from(options.index) {
            Err(_) => parts.insert(0, &text),
            Ok(index) => match parts.get_mut(index) {
                Some(part) => *part = &text,
                None => parts.push(&text),
            },
        }
        text = parts.join(&options.delimiter).into();
        node = Node { span, value: Value::String(text.clone()) };
    }
    if !tree::is_scalar(field) {
        *field = node;
        return Ok(());
    }
    // The field keeps its type and takes the text only.
    let changed = match &field.value {
        Value::String(_) if made => plain(&text, node.span),
        Value::String(_) => tree::text(text, node.span),
        old => {
            let new = yaml3::resolve(&text);
            if std::mem::discriminant(old) != std::mem::discriminant(&new)
                && !matches!((old, &new), (Value::Float(_), Value::Int(_)))
            {
                let message = format!("`{text}` has another type than the field that it is put into");
                return Err(BuildErrorKind::Replacement(message).at(span));
            }
            Node { span: node.span, value: new }
        }
    };
    *field = changed;
    Ok(())
}
