//! A fix does what it says: the finding it belongs to is gone once its changes are made.

use sekisho_finding::{Finding, Fix};
use sekisho_manifest::edit::Operation;
use sekisho_manifest::{Budget, FieldPath, Format, Segment, SourceId, load};
use serde_json::{Value, json};

use crate::support::{blocks, findings};

/// The documents of a text by their numbers.
fn documents(text: &str) -> Vec<(u32, Value)> {
    let loaded = load(SourceId(0), text, Format::Detect, &Budget::default());
    loaded.documents.iter().map(|document| (document.index, document.root.to_json())).collect()
}

/// The text with the changes of a fix made, as JSON documents in one YAML stream.
fn mended(text: &str, fix: &Fix) -> String {
    let mut documents = documents(text);
    for edit in &fix.edits {
        let root = documents.iter_mut().find(|(number, _)| *number == edit.change.document);
        let Some((_, root)) = root else { panic!("no document {}", edit.change.document) };
        change(root, &edit.change.path, &edit.change.operation);
    }
    documents.iter().map(|(_, root)| root.to_string()).collect::<Vec<_>>().join("\n---\n")
}

fn change(root: &mut Value, path: &FieldPath, operation: &Operation) {
    let Some((end, above)) = path.segments().split_last() else { panic!("a fix of a whole document") };
    let mut holder = root;
    for segment in above {
        holder = step(holder, segment);
    }
    match operation {
        Operation::Set(value) => *step(holder, end) = value.clone(),
        Operation::Append(item) => {
            let list = step(holder, end);
            if list.is_null() {
                *list = json!([]);
            }
            match list.as_array_mut() {
                Some(items) => items.push(item.clone()),
                None => panic!("`{path}` is no list"),
            }
        }
        Operation::Remove => match (holder, end) {
            (Value::Object(fields), Segment::Key(key)) => {
                fields.remove(key.as_str());
            }
            (Value::Array(items), Segment::Index(index)) => {
                items.remove(*index);
            }
            _ => panic!("`{path}` leads nowhere"),
        },
    }
}

/// One step down; what is missing is made.
fn step<'v>(value: &'v mut Value, segment: &Segment) -> &'v mut Value {
    if value.is_null() {
        *value = json!({});
    }
    match (value, segment) {
        (Value::Object(fields), Segment::Key(key)) => fields.entry(key.as_str()).or_insert(Value::Null),
        (Value::Array(items), Segment::Index(index)) => &mut items[*index],
        (value, segment) => panic!("no step {segment:?} from {value}"),
    }
}

#[test]
fn a_mended_object_has_the_finding_no_longer() {
    let mut mended_findings = 0;
    for check in sekisho_posture::checks() {
        let page = sekisho_posture::manual(check.id).expect("a page");
        for text in blocks(page, "```yaml bad") {
            let before = findings(check, &text);
            for finding in &before {
                let Some(fix) = &finding.fix else { continue };
                let text = mended(&text, fix);
                let after: Vec<Finding> = findings(check, &text);
                assert!(
                    after.len() < before.len(),
                    "{}: `{}` leaves `{}` in\n{text}",
                    check.id,
                    fix.description,
                    finding.message
                );
                mended_findings += 1;
            }
        }
    }
    assert!(mended_findings > 0);
}

#[test]
fn a_fix_says_what_it_does_in_one_clause() {
    for check in sekisho_posture::checks() {
        let page = sekisho_posture::manual(check.id).expect("a page");
        for text in blocks(page, "```yaml bad") {
            for fix in findings(check, &text).into_iter().filter_map(|finding| finding.fix) {
                let words = fix.description;
                assert!(
                    !words.ends_with('.') && !words.contains('\n') && !words.is_empty(),
                    "{}: {words}",
                    check.id
                );
                assert!(words.starts_with(|letter: char| letter.is_lowercase()), "{}: {words}", check.id);
                assert!(!fix.edits.is_empty(), "{}: {words}", check.id);
            }
        }
    }
}
