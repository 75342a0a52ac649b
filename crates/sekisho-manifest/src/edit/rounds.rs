//! Makes the changes of one document in rounds: as many at once as do not meddle with each other, then
//! the text is read again.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::change::{Change, Operation};
use super::document::Part;
use super::error::{EditError, EditErrorKind};
use super::plan::{Page, Plan, plan};
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
        let page = Page { text: &text, root: &root, style };
        let mut round = Round::default();
        let mut later = Vec::new();
        for change in waiting {
            if !round.offer(page, &removed, change)? {
                later.push(change);
            }
        }
        let (new_text, new_root) = round.finish(page, part)?;
        for step in &round.steps {
            removed.note(step.change);
        }
        (text, root) = (new_text, new_root);
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
    /// The values that are made, replaced or taken away, also by changes that have to wait.
    roots: HashSet<FieldPath>,
    /// The fields on the way to all that is changed.
    ways: HashSet<FieldPath>,
    /// The collections that gain or lose parts, and whether more may gain beside.
    collections: HashMap<FieldPath, bool>,
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
        let Some(path) = removed.rebase(&change.path) else { return Ok(true) };
        let depends = prefixes(&path).any(|way| self.roots.contains(&way));
        let planned = if depends { None } else { Some(plan(page, &path, &change.operation)) };
        let planned = match planned {
            // It may be possible once what it depends on is done.
            None => {
                self.block(&path, path.clone(), None);
                return Ok(false);
            }
            Some(Err(kind)) => return Err(error(&[change], kind)),
            Some(Ok(planned)) => planned,
        };
        let Some(planned) = planned else { return Ok(true) };
        let free = !self.ways.contains(&planned.root)
            && planned.collection.as_ref().is_none_or(|(collection, shared)| {
                self.collections.get(collection).is_none_or(|others| *others && *shared)
            });
        self.block(&path, planned.root.clone(), planned.collection.clone());
        if free {
            self.steps.push(Step { change, path, plan: planned });
        }
        Ok(free)
    }

    /// Notes what later changes must not overtake.
    fn block(&mut self, path: &FieldPath, root: FieldPath, collection: Option<(FieldPath, bool)>) {
        self.ways.extend(prefixes(path));
        self.roots.insert(root);
        if let Some((collection, shared)) = collection {
            *self.collections.entry(collection).or_insert(true) &= shared;
        }
    }

    /// Makes the changes: all at once, and where that does not give what is meant, one by one.
    fn finish(&self, page: Page<'_>, part: &Part) -> Result<(String, Node), EditError> {
        let all: Vec<&Step<'_>> = self.steps.iter().collect();
        match done(page, part, &all) {
            Ok(done) => return Ok(done),
            Err(kind) if all.len() < 2 => {
                let change = self.steps.first().map(|step| step.change);
                return Err(error(change.as_slice(), kind));
            }
            Err(_) => {}
        }
        let mut text = page.text.to_owned();
        let mut root = page.root.clone();
        let mut removed = Removed::default();
        for step in &self.steps {
            let page = Page { text: &text, root: &root, style: page.style };
            let now =
                Change { document: 0, path: step.path.clone(), operation: step.change.operation.clone() };
            let Some(path) = removed.rebase(&step.path) else { continue };
            let fail = |kind| error(&[step.change], kind);
            let Some(plan) = plan(page, &path, &step.change.operation).map_err(fail)? else { continue };
            let alone = Step { change: step.change, path, plan };
            let done = done(page, part, &[&alone]).map_err(fail)?;
            removed.note(&now);
            (text, root) = done;
        }
        Ok((text, root))
    }
}

fn prefixes(path: &FieldPath) -> impl Iterator<Item = FieldPath> {
    let segments = path.segments();
    (0..=segments.len()).map(|length| segments.iter().take(length).cloned().collect())
}

/// Makes planned changes at once and reads the result.
fn done(page: Page<'_>, part: &Part, steps: &[&Step<'_>]) -> Result<(String, Node), EditErrorKind> {
    let splices: Vec<Splice> = steps.iter().flat_map(|step| step.plan.splices.iter().cloned()).collect();
    let text = splice(page.text, splices).ok_or(EditErrorKind::Layout)?;
    let unmeant = || if shares(page.root) { EditErrorKind::Shared } else { EditErrorKind::Layout };
    let root = read(part, &text).map_err(|kind| match kind {
        EditErrorKind::Load(LoadErrorKind::UnknownAnchor(_)) => EditErrorKind::Shared,
        _ => unmeant(),
    })?;
    let mut meant = page.root.to_json();
    let removes = |step: &&&Step<'_>| step.change.operation == Operation::Remove;
    // Taking items away moves those behind them, so it comes last.
    let mut order = steps.iter().filter(|step| !removes(step)).chain(steps.iter().filter(removes));
    let applied = order.all(|step| apply(&mut meant, &step.path, &step.change.operation));
    if applied && same_as_json(&root, &meant) { Ok((text, root)) } else { Err(unmeant()) }
}
