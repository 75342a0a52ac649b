//! Makes the changes of one document in rounds: as many at once as do not meddle with each other, then
//! the text is read again.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::Range;

use super::change::{Change, Operation};
use super::document::Part;
use super::error::{EditError, EditErrorKind};
use super::locate::Memory;
use super::plan::{Collection, Page, Plan, Sharing, plan};
use super::style::Style;
use super::text::{Splice, splice};
use super::verify::{apply, same_as_json, shares};
use crate::{FieldPath, LoadErrorKind, Node, Segment};

/// Makes the changes. Returns the new text of the document and what it reads as.
pub(super) fn run(
    text: &str,
    part: &Part,
    style: &Style,
    changes: &[&Change],
) -> Result<(String, Node), EditError> {
    let mut waiting = without_repeats(changes);
    let mut text = text.to_owned();
    let mut root = read(part, &text).map_err(|kind| error(changes, kind))?;
    let mut removed = Removed::default();
    while !waiting.is_empty() {
        let memory = Memory::default();
        let page = Page { text: &text, root: &root, style, memory: &memory };
        let mut round = Round::default();
        let mut later = Vec::new();
        for change in waiting {
            if !round.offer(page, &removed, change)? {
                later.push(change);
            }
        }
        for step in &round.steps {
            removed.note(step.change);
        }
        (text, root) = make(page, part, round.steps)?;
        waiting = later;
    }
    Ok((text, root))
}

/// The changes, each once.
fn without_repeats<'c>(changes: &[&'c Change]) -> Vec<&'c Change> {
    let mut known: HashMap<&FieldPath, Vec<&Operation>> = HashMap::new();
    let mut kept = Vec::with_capacity(changes.len());
    for change in changes {
        let operations = known.entry(&change.path).or_default();
        if !operations.contains(&&change.operation) {
            operations.push(&change.operation);
            kept.push(*change);
        }
    }
    kept
}

fn read(part: &Part, text: &str) -> Result<Node, EditErrorKind> {
    part.root(text).map_err(|loaded| match loaded.errors.first() {
        Some(error) => EditErrorKind::Load(error.kind.clone()),
        None => EditErrorKind::Layout,
    })
}

fn error(changes: &[&Change], kind: EditErrorKind) -> EditError {
    let (document, path) =
        changes.first().map_or_else(Default::default, |change| (change.document, change.path.clone()));
    EditError { document, path, kind }
}

/// The items that were taken away, by the list that held them, in the paths of the original text.
#[derive(Default)]
struct Removed {
    items: HashMap<FieldPath, BTreeSet<usize>>,
}

impl Removed {
    fn note(&mut self, change: &Change) {
        if change.operation.replaces() {
            // What stands there now is new, and so are its items.
            self.items.retain(|list, _| !list.segments().starts_with(change.path.segments()));
        }
        if let (Operation::Remove, Some(Segment::Index(index)), Some(list)) =
            (&change.operation, change.path.segments().last(), change.path.parent())
        {
            self.items.entry(list).or_default().insert(*index);
        }
    }

    /// Where a field of the original text is now; none where it is gone.
    fn rebase(&self, path: &FieldPath) -> Option<FieldPath> {
        if self.items.is_empty() {
            return Some(path.clone());
        }
        let mut original = FieldPath::root();
        let mut current = FieldPath::root();
        for step in path.segments() {
            match (step, self.items.get(&original)) {
                (Segment::Index(index), Some(gone)) if gone.contains(index) => return None,
                (Segment::Index(index), Some(gone)) => {
                    current.push(index - gone.range(..index).count());
                }
                _ => current.push(step.clone()),
            }
            original.push(step.clone());
        }
        Some(current)
    }
}

/// The changes of one round, all planned on the same text.
#[derive(Default)]
struct Round<'c> {
    steps: Vec<Step<'c>>,
    /// What is replaced or taken away, in the paths of the original text.
    original: HashSet<FieldPath>,
    /// The values that are made, replaced or taken away, also by changes that have to wait.
    roots: HashSet<FieldPath>,
    /// The fields on the way to all that is changed.
    ways: HashSet<FieldPath>,
    /// The collections that gain or lose parts, and how many changes do that.
    collections: HashMap<FieldPath, (Sharing, usize)>,
    /// The bytes that are taken away, by their start, and the places at which some are added.
    taken: BTreeMap<usize, usize>,
    added: BTreeSet<usize>,
}

/// One change of a round.
struct Step<'c> {
    change: &'c Change,
    path: FieldPath,
    plan: Plan,
}

impl<'c> Round<'c> {
    /// Takes a change into the round. False where it has to wait for the next.
    fn offer(&mut self, page: Page<'_>, removed: &Removed, change: &'c Change) -> Result<bool, EditError> {
        let renewed = prefixes(&change.path).any(|way| self.original.contains(&way));
        if change.operation.replaces() {
            self.original.insert(change.path.clone());
        }
        let Some(path) = removed.rebase(&change.path) else {
            // It is gone, unless an earlier change puts something in its place.
            return Ok(!renewed);
        };
        if prefixes(&path).any(|way| self.roots.contains(&way)) {
            // It may be possible once what it depends on is done.
            self.block(&path, path.clone(), None);
            return Ok(false);
        }
        let planned = plan(page, &path, &change.operation).map_err(|kind| error(&[change], kind))?;
        let Some(planned) = planned else {
            // Nothing is to do, unless an earlier change does something below.
            let free = !self.ways.contains(&path);
            if !free {
                self.block(&path, path.clone(), None);
            }
            return Ok(free);
        };
        let free = self.is_free(&planned);
        self.block(&path, planned.root.clone(), planned.collection.as_ref());
        if free {
            for splice in &planned.splices {
                if splice.range.is_empty() {
                    self.added.insert(splice.range.start);
                } else {
                    self.taken.insert(splice.range.start, splice.range.end);
                }
            }
            self.steps.push(Step { change, path, plan: planned });
        }
        Ok(free)
    }

    /// Whether a change meddles with none that came before it.
    fn is_free(&self, plan: &Plan) -> bool {
        let fits = |collection: &Collection| match self.collections.get(&collection.path) {
            None => true,
            Some((Sharing::Gains, _)) => collection.sharing == Sharing::Gains,
            Some((Sharing::Loses, count)) => {
                collection.sharing == Sharing::Loses && count + 1 < collection.parts
            }
            Some((Sharing::Alone, _)) => false,
        };
        !self.ways.contains(&plan.root)
            && plan.collection.as_ref().is_none_or(fits)
            && plan.splices.iter().all(|splice| self.has_room(splice))
    }

    /// Whether no other change takes away bytes that this one touches.
    fn has_room(&self, splice: &Splice) -> bool {
        let Range { start, end } = splice.range;
        let before = self.taken.range(..start).next_back().is_none_or(|(_, taken)| *taken <= start);
        if start == end {
            return before;
        }
        before
            && self.taken.range(start..end).next().is_none()
            && self.added.range(start + 1..end).next().is_none()
    }

    /// Notes what later changes must not overtake.
    fn block(&mut self, path: &FieldPath, root: FieldPath, collection: Option<&Collection>) {
        self.ways.extend(prefixes(path));
        self.roots.insert(root);
        if let Some(collection) = collection {
            let known = self.collections.entry(collection.path.clone()).or_insert((collection.sharing, 0));
            known.1 += 1;
            if known.0 != collection.sharing {
                known.0 = Sharing::Alone;
            }
        }
    }
}

fn prefixes(path: &FieldPath) -> impl Iterator<Item = FieldPath> {
    let segments = path.segments();
    (0..=segments.len()).map(|length| segments.iter().take(length).cloned().collect())
}

/// Makes planned changes: all at once, and where that does not give what is meant, one half after the
/// other, down to the change that is to blame.
fn make(page: Page<'_>, part: &Part, steps: Vec<Step<'_>>) -> Result<(String, Node), EditError> {
    match at_once(page, part, &steps) {
        Ok(made) => return Ok(made),
        Err(kind) if steps.len() < 2 => {
            let change = steps.first().map(|step| step.change);
            return Err(error(change.as_slice(), kind));
        }
        Err(_) => {}
    }
    let mut first = steps;
    let second = first.split_off(first.len() / 2);
    let mut removed = Removed::default();
    for step in &first {
        removed.note(&Change {
            document: 0,
            path: step.path.clone(),
            operation: step.change.operation.clone(),
        });
    }
    let (text, root) = make(page, part, first)?;
    let memory = Memory::default();
    let page = Page { text: &text, root: &root, style: page.style, memory: &memory };
    let mut steps = Vec::with_capacity(second.len());
    for Step { change, path, .. } in second {
        let Some(path) = removed.rebase(&path) else { continue };
        let planned = plan(page, &path, &change.operation).map_err(|kind| error(&[change], kind))?;
        steps.extend(planned.map(|plan| Step { change, path, plan }));
    }
    if steps.is_empty() {
        return Ok((text, root));
    }
    make(page, part, steps)
}

/// Makes planned changes all at once and reads the result.
fn at_once(page: Page<'_>, part: &Part, steps: &[Step<'_>]) -> Result<(String, Node), EditErrorKind> {
    let splices: Vec<Splice> = steps.iter().flat_map(|step| step.plan.splices.iter().cloned()).collect();
    let text = splice(page.text, splices).ok_or(EditErrorKind::Layout)?;
    let unmeant = || if shares(page.root) { EditErrorKind::Shared } else { EditErrorKind::Layout };
    let root = read(part, &text).map_err(|kind| match kind {
        EditErrorKind::Load(LoadErrorKind::UnknownAnchor(_)) => EditErrorKind::Shared,
        _ => unmeant(),
    })?;
    let mut meant = page.root.to_json();
    // Taking items away moves those behind them, so it comes last, from the end to the start.
    let (mut removals, others): (Vec<&Step<'_>>, Vec<_>) =
        steps.iter().partition(|step| step.change.operation == Operation::Remove);
    removals.sort_by(|one, other| other.path.cmp(&one.path));
    let applied =
        others.iter().chain(&removals).all(|step| apply(&mut meant, &step.path, &step.change.operation));
    if applied && same_as_json(&root, &meant) { Ok((text, root)) } else { Err(unmeant()) }
}
