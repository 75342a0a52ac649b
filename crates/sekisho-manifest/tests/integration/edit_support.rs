//! What the tests of edits share: chance that repeats, and which bytes a change may touch.

use sekisho_manifest::edit::Change;
use sekisho_manifest::{Budget, Format, Loaded, Segment, SourceId, Value, load};

/// Numbers that look random and are the same on every run.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit.max(1) as u64).expect("small")
    }
}

/// Reads a text as the editor does.
pub(crate) fn read(text: &str) -> Loaded {
    load(SourceId(0), text, Format::Detect, &Budget::default())
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
            (Segment::Key(key), Value::Mapping(mapping)) => {
                mapping.entry(key).map(|entry| (entry.key_span.start, &entry.node))
            }
            (Segment::Index(index), Value::Sequence(items)) => {
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

/// The bytes of the old text that a change touched though it had nothing to do with them, if it did.
pub(crate) fn touched_beside(
    old: &str,
    loaded: &Loaded,
    change: &Change,
    new: &str,
) -> Option<std::ops::Range<usize>> {
    let (start, end) = shared(old, new);
    let touched = start..old.len() - end;
    let allowed = concerned(old, loaded, change);
    (touched.start < allowed.start || touched.end > allowed.end).then_some(touched)
}
