//! Fields whose text is itself YAML or JSON: a replacement can reach into them.

use sekisho_manifest::{Budget, Format, Loaded, Node, SourceId, Value, load};
use smol_str::SmolStr;

use crate::path::{Create, Visit, find};
use crate::texts::Texts;
use crate::{go_json, tree, yaml3};

/// Puts a value into a document within a text field, if the path leads into one. Whether it did.
pub(super) fn set(
    root: &mut Node,
    parts: &[SmolStr],
    value: &Node,
    text: &SmolStr,
    create: Create,
    texts: &Texts,
) -> bool {
    let Some((above, within)) = cut(root, parts, texts) else { return false };
    let Some(field) = find(root, above, texts) else { return false };
    if field.is_null() && create != Create::Nothing {
        // Kustomize writes into the text of the null, which stays null.
        return true;
    }
    let written = texts.text(field).into_owned();
    let Some(new) = replaced(&written, within, value, text, create) else { return false };
    let (span, mut done) = (field.span, false);
    let mut put = |field: &mut Node, _: bool| {
        *field = tree::text(new.clone(), span);
        done = true;
        Ok(())
    };
    let mut visit = Visit { texts, create: Create::Nothing, span, set: &mut put };
    let followed = visit.follow(root, above, false).is_ok();
    followed && done
}

/// The parts of a path up to the first field that holds a document, and those within it.
fn cut<'p>(root: &Node, parts: &'p [SmolStr], texts: &Texts) -> Option<(&'p [SmolStr], &'p [SmolStr])> {
    (1..parts.len()).find_map(|end| {
        let (above, within) = parts.split_at(end);
        let field = find(root, above, texts)?;
        let holds = tree::is_scalar(field) && load_text(&texts.text(field)).errors.is_empty();
        holds.then_some((above, within))
    })
}

fn load_text(text: &str) -> Loaded {
    load(SourceId::default(), text, Format::YamlCore, &Budget::default())
}

/// The text with the value put into it; none where it has no such field.
fn replaced(
    written: &str,
    within: &[SmolStr],
    value: &Node,
    text: &SmolStr,
    create: Create,
) -> Option<String> {
    let loaded = load_text(written);
    let root = &loaded.documents.first()?.root;
    let mut document = yaml3::adapt(root, written).ok()?.unwrap_or_else(|| root.clone());
    let mut texts = Texts::new(SourceId::default());
    texts.add(SmolStr::default(), written.to_owned());
    let mut put = |field: &mut Node, made: bool| {
        let new = match &field.value {
            Value::Sequence(_) | Value::Mapping(_) => value.clone(),
            Value::String(_) if !made => tree::text(text.clone(), field.span),
            _ => Node { span: field.span, value: yaml3::resolve(text) },
        };
        *field = new;
        Ok(())
    };
    let mut visit = Visit { texts: &texts, create, span: document.span, set: &mut put };
    let count = visit.follow(&mut document, within, false).ok()?;
    if count == 0 {
        return None;
    }
    let first = written.trim_start().chars().next()?;
    if matches!(first, '{' | '[') {
        let spread = written.contains('\n') && written.contains("  ");
        return go_json::text(document.to_json(), spread);
    }
    Some(sekisho_manifest::to_yaml(&document.to_json()).trim().to_owned())
}
