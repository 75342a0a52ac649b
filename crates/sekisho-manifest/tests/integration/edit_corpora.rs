//! Edits of real manifests: random fields are set, taken away and added to, and what is read again is the
//! same change made on plain values; bytes that the change does not concern stay.

use std::path::{Path, PathBuf};

use sekisho_manifest::edit::{Change, EditErrorKind, Operation, edit};
use sekisho_manifest::{Budget, FieldPath, Format, Loaded, Segment, SourceId, Value as Node, load};
use serde_json::{Value, json};

/// The folder of real manifests; none where it is absent, which with `CI=true` is a failure.
#[expect(clippy::print_stdout, reason = "a test that is skipped says so")]
fn corpora() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let folder = std::env::var_os("SEKISHO_SHARED").map_or(beside, PathBuf::from).join("corpora");
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "no corpora: set SEKISHO_SHARED");
    println!("skipped: no corpora at `{}`; set SEKISHO_SHARED", folder.display());
    None
}

#[expect(clippy::disallowed_methods, reason = "the test reads its data")]
fn manifests(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
    let mut entries: Vec<_> =
        std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            manifests(&path, found);
        } else if path.extension().is_some_and(|kind| kind == "yaml") {
            let text = std::fs::read_to_string(&path).expect("text");
            found.push((path, text));
        }
    }
}

/// Numbers that look random and are the same on every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit.max(1) as u64).expect("small")
    }
}

fn read(text: &str) -> Loaded {
    load(SourceId(0), text, Format::Detect, &Budget::default())
}

/// Walks from the root to a random field.
fn wander(root: &Value, dice: &mut Dice) -> FieldPath {
    let mut path = FieldPath::root();
    let mut value = root;
    loop {
        match value {
            Value::Object(entries) if !entries.is_empty() => {
                let (key, next) = entries.iter().nth(dice.below(entries.len())).expect("an entry");
                path.push(key.as_str());
                value = next;
            }
            Value::Array(items) if !items.is_empty() => {
                let index = dice.below(items.len());
                path.push(index);
                value = &items[index];
            }
            _ => return path,
        }
        if dice.below(6) == 0 {
            return path;
        }
    }
}

fn at<'v>(value: &'v mut Value, path: &[Segment]) -> &'v mut Value {
    path.iter().fold(value, |value, step| match step {
        Segment::Key(key) => &mut value[key.as_str()],
        Segment::Index(index) => &mut value[*index],
    })
}

/// A random change of the document, made on plain values too.
fn change(root: &Value, document: u32, dice: &mut Dice) -> (Change, Value) {
    let new = [
        json!(true),
        json!(1000),
        json!("RuntimeDefault"),
        json!("yes"),
        json!(["ALL"]),
        json!({"drop": ["ALL"], "level": null}),
        json!({}),
        json!("two\nlines"),
    ][dice.below(8)]
    .clone();
    let mut after = root.clone();
    let path = wander(root, dice);
    let target = at(&mut after, path.segments()).clone();
    let operation = match (dice.below(4), &target) {
        (0, Value::Array(_)) => {
            at(&mut after, path.segments()).as_array_mut().expect("a list").push(new.clone());
            return (Change { document, path, operation: Operation::Append(new) }, after);
        }
        (0 | 1, Value::Object(_)) => {
            let keys: Vec<&str> = ["zzAdded", "nested", "deep"].into_iter().take(1 + dice.below(3)).collect();
            let place = keys.iter().fold(at(&mut after, path.segments()), |place, key| &mut place[*key]);
            *place = new.clone();
            let path = path.join(&keys.into_iter().collect());
            return (Change { document, path, operation: Operation::Set(new) }, after);
        }
        (1, _) if !path.is_root() => Operation::Remove,
        _ => Operation::Set(new.clone()),
    };
    if operation == Operation::Remove {
        let (last, way) = path.segments().split_last().expect("not the root");
        match (at(&mut after, way), last) {
            (Value::Object(entries), Segment::Key(key)) => drop(entries.remove(key.as_str())),
            (Value::Array(items), Segment::Index(index)) => drop(items.remove(*index)),
            _ => panic!("no such field"),
        }
    } else {
        *at(&mut after, path.segments()) = new;
    }
    (Change { document, path, operation }, after)
}

/// How many bytes two texts share at their start, and at their end.
fn shared(one: &str, other: &str) -> (usize, usize) {
    let start = one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count();
    let end = one.bytes().rev().zip(other.bytes().rev()).take_while(|(one, other)| one == other).count();
    (start, end)
}

/// The bytes of the old text that a change may touch: the lines of what it is about.
fn concerned(old: &str, loaded: &Loaded, change: &Change) -> std::ops::Range<usize> {
    let root =
        &loaded.documents.iter().find(|document| document.index == change.document).expect("a document").root;
    let mut node = root;
    let mut start = root.span.start as usize;
    for step in change.path.segments() {
        let next = match (step, &node.value) {
            (Segment::Key(key), Node::Mapping(mapping)) => {
                mapping.entry(key).map(|entry| (entry.key_span.start, &entry.node))
            }
            (Segment::Index(index), Node::Sequence(items)) => {
                items.get(*index).map(|item| (item.span.start, item))
            }
            _ => None,
        };
        let Some((key, child)) = next else { break };
        start = key as usize;
        node = child;
    }
    let end = node.span.end as usize;
    // The line, what is attached to it above, and what stands behind it below.
    let mut above = old[..start].rfind('\n').map_or(0, |at| at + 1);
    while above > 0 {
        let line = old[..above - 1].rfind('\n').map_or(0, |at| at + 1);
        if !old[line..above].trim_start().starts_with('#') && !old[line..above].trim().is_empty() {
            break;
        }
        above = line;
    }
    // A value may become `{}` behind its key on the line above, and the last line lose its line break.
    let above = old[..above.saturating_sub(1)].rfind('\n').map_or(0, |at| at + 1);
    let below = old[end..].find('\n').map_or(old.len(), |step| end + step + 1);
    let tail: usize = old[below..]
        .split_inclusive('\n')
        .take_while(|line| line.trim_start().starts_with('#') || line.trim().is_empty())
        .map(str::len)
        .sum();
    // What follows a first entry behind `- ` takes its place.
    let indentation = old[below + tail..].bytes().take_while(|byte| *byte == b' ').count();
    above..below + tail + indentation
}

#[derive(Debug, Default)]
struct Tally {
    made: usize,
    shared: usize,
    refused: Vec<String>,
}

fn run(rounds: usize, seed: u64) -> Option<Tally> {
    let mut files = Vec::new();
    manifests(&corpora()?, &mut files);
    assert!(files.len() > 300, "{} files", files.len());
    let mut tally = Tally::default();
    let mut dice = Dice(seed);
    for (path, text) in &files {
        let loaded = read(text);
        if loaded.documents.is_empty() {
            continue;
        }
        for _ in 0..rounds {
            let document = &loaded.documents[dice.below(loaded.documents.len())];
            let (change, meant) = change(&document.root.to_json(), document.index, &mut dice);
            let name = format!("{} {change:?}", path.display());
            let new = match edit(text, std::slice::from_ref(&change)) {
                Ok(new) => new,
                Err(error) => {
                    if matches!(error.kind, EditErrorKind::Shared | EditErrorKind::Alias { .. }) {
                        tally.shared += 1;
                    } else {
                        tally.refused.push(format!("{name}: {error}"));
                    }
                    continue;
                }
            };
            tally.made += 1;
            let again = read(&new);
            assert_eq!(again.documents.len(), loaded.documents.len(), "{name}");
            for (old, new) in loaded.documents.iter().zip(&again.documents) {
                let expected = if old.index == document.index { meant.clone() } else { old.root.to_json() };
                assert_eq!(new.root.to_json(), expected, "{name}");
            }
            let (start, end) = shared(text, &new);
            let allowed = concerned(text, &loaded, &change);
            assert!(
                start >= allowed.start && text.len() - end <= allowed.end,
                "{name}: bytes {start}..{} changed, allowed {allowed:?}",
                text.len() - end
            );
        }
    }
    Some(tally)
}

#[test]
fn random_changes_of_real_manifests_are_exact() {
    if let Some(tally) = run(2, 0x5eed) {
        assert!(tally.refused.is_empty(), "{} of {}: {}", tally.refused.len(), tally.made, tally.refused[0]);
        assert!(tally.made > 500, "{tally:?}");
    }
}
