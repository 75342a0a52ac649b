//! Makes the changes of one document in rounds: as many at once as do not meddle with each other, then
//! the text is read again.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::Range;
use std::rc::Rc;

use super::change::{Ask, Change, Operation};
use super::collection::{Collection, Sharing};
use super::document::Part;
use super::error::{EditErrorKind, Refusal};
use super::memory::Memory;
use super::page::Page;
use super::plan::{Plan, plan};
use super::style::Style;
use super::text::{Splice, splice};
use super::verify::{apply, same_as_json};
use crate::{FieldPath, LoadErrorKind, Node, Segment};

/// A document while it is changed.
#[derive(Debug, Clone)]
pub(super) struct Open {
    part: Part,
    style: Rc<Style>,
    /// Its text and what that reads as.
    pub(super) text: String,
    pub(super) root: Node,
    removed: Removed,
    /// The items that were added to each list, so that none is added twice.
    appended: BTreeMap<FieldPath, Vec<Operation>>,
}

impl Open {
    pub(super) fn new(text: &str, part: Part, style: Style) -> Result<Self, EditErrorKind> {
        let text = text.get(part.range.clone()).unwrap_or("").to_owned();
        let root = read(&part, &text)?;
        let style = Rc::new(style);
        Ok(Self { part, style, text, root, removed: Removed::default(), appended: BTreeMap::new() })
    }

    /// Where the document stood in the text as it was given.
    pub(super) fn range(&self) -> Range<usize> {
        self.part.range.clone()
    }

    /// Makes changes. Otherwise tells at least one that cannot be made.
    pub(super) fn apply(&mut self, asks: &[Ask<'_>]) -> Result<(), Vec<Refusal>> {
        let mut waiting = self.without_repeats(asks);
        while !waiting.is_empty() {
            let memory = Memory::default();
            let page = Page { text: &self.text, root: &self.root, style: &self.style, memory: &memory };
            let mut round = Round::default();
            let mut later = Vec::new();
            let mut refused = Vec::new();
            for ask in waiting {
                match round.offer(page, &self.removed, ask) {
                    Ok(true) => {}
                    Ok(false) => later.push(ask),
                    Err(kind) => refused.push(kind.of(ask)),
                }
            }
            if !refused.is_empty() {
                return Err(refused);
            }
            for path in round.settled {
                forget_below(&mut self.removed.items, path);
            }
            for step in &round.steps {
                self.removed.note(&step.ask.change.path, step.operation());
            }
            if !round.steps.is_empty() {
                (self.text, self.root) = make(page, &self.part, round.steps).map_err(|one| vec![one])?;
            }
            waiting = later;
        }
        Ok(())
    }

    /// The changes without items that an earlier change adds to the same list.
    fn without_repeats<'c>(&mut self, asks: &[Ask<'c>]) -> Vec<Ask<'c>> {
        let mut kept = Vec::with_capacity(asks.len());
        for ask in asks {
            let Change { path, operation, .. } = ask.change;
            if operation.replaces() {
                forget_below(&mut self.appended, path);
            } else {
                let known = self.appended.entry(path.clone()).or_default();
                if known.contains(operation) {
                    continue;
                }
                known.push(operation.clone());
            }
            kept.push(*ask);
        }
        kept
    }
}

/// Forgets what is known of a field and of all below it.
fn forget_below<T>(known: &mut BTreeMap<FieldPath, T>, path: &FieldPath) {
    let below = known.range(path.clone()..).map(|(field, _)| field);
    let below: Vec<FieldPath> =
        below.take_while(|field| field.segments().starts_with(path.segments())).cloned().collect();
    for field in below {
        known.remove(&field);
    }
}

fn read(part: &Part, text: &str) -> Result<Node, EditErrorKind> {
    part.root(text).map_err(|loaded| match loaded.errors.first() {
        Some(error) => EditErrorKind::Load(error.kind.clone()),
        None => EditErrorKind::Layout,
    })
}

/// The items that were taken away, by the list that held them, in the paths of the original text.
#[derive(Debug, Clone, Default)]
struct Removed {
    items: BTreeMap<FieldPath, BTreeSet<usize>>,
}

impl Removed {
    fn note(&mut self, path: &FieldPath, operation: &Operation) {
        if operation.replaces() {
            // What stands there now is new, and so are its items.
            forget_below(&mut self.items, path);
        }
        if let (Operation::Remove, Some(Segment::Index(index)), Some(list)) =
            (operation, path.segments().last(), path.parent())
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
    /// Whether the rest has to wait, whatever it is.
    stalled: bool,
    /// What is replaced or taken away by what already is so, in the paths of the original text.
    settled: Vec<&'c FieldPath>,
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
    ask: Ask<'c>,
    path: FieldPath,
    plan: Plan,
}

impl<'c> Step<'c> {
    fn operation(&self) -> &'c Operation {
        &self.ask.change.operation
    }
}

impl<'c> Round<'c> {
    /// Takes a change into the round. False where it has to wait for the next.
    fn offer(&mut self, page: Page<'_>, removed: &Removed, ask: Ask<'c>) -> Result<bool, EditErrorKind> {
        if self.stalled {
            return Ok(false);
        }
        let Change { path: original, operation, .. } = ask.change;
        let Some(path) = removed.rebase(original) else {
            // It is gone, unless an earlier change puts something in its place. Where that will be is not
            // known yet, so all that follows has to wait too.
            self.stalled = prefixes(original).any(|way| self.original.contains(&way));
            return Ok(!self.stalled);
        };
        if operation.replaces() {
            self.original.insert(original.clone());
        }
        if prefixes(&path).any(|way| self.roots.contains(&way)) {
            // It may be possible once what it depends on is done.
            self.block(&path, path.clone(), None);
            return Ok(false);
        }
        let Some(mut planned) = plan(page, &path, operation)? else {
            // Nothing is to do, unless an earlier change does something below.
            let free = !self.ways.contains(&path);
            if !free {
                self.block(&path, path.clone(), None);
            } else if operation.replaces() {
                self.settled.push(original);
            }
            return Ok(free);
        };
        if let (Operation::Append(_), Some(list)) = (operation, &planned.collection)
            && list.path == path
            && let Some((_, count)) = self.collections.get(&path)
        {
            planned.root = list.path.child(list.parts + count);
        }
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
            self.steps.push(Step { ask, path, plan: planned });
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
fn make(page: Page<'_>, part: &Part, steps: Vec<Step<'_>>) -> Result<(String, Node), Refusal> {
    let blamed = match (at_once(page, part, &steps), &steps[..]) {
        (Ok(made), _) => return Ok(made),
        (Err(kind), [step]) => Some(kind.of(step.ask)),
        (Err(_), _) => None,
    };
    if let Some(refusal) = blamed {
        return Err(refusal);
    }
    let mut first = steps;
    let second = first.split_off(first.len() / 2);
    let mut removed = Removed::default();
    for step in &first {
        removed.note(&step.path, step.operation());
    }
    let (text, root) = make(page, part, first)?;
    let memory = Memory::default();
    let page = Page { text: &text, root: &root, style: page.style, memory: &memory };
    let mut steps = Vec::with_capacity(second.len());
    for Step { ask, path, .. } in second {
        let Some(path) = removed.rebase(&path) else { continue };
        let planned = plan(page, &path, &ask.change.operation).map_err(|kind| kind.of(ask))?;
        steps.extend(planned.map(|plan| Step { ask, path, plan }));
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
    let shares = || !page.memory.shared(page.text, page.root).is_empty();
    let unmeant = || if shares() { EditErrorKind::Shared } else { EditErrorKind::Layout };
    let root = read(part, &text).map_err(|kind| match kind {
        EditErrorKind::Load(LoadErrorKind::UnknownAnchor(_)) => EditErrorKind::Shared,
        _ => unmeant(),
    })?;
    let mut meant = page.root.to_json();
    // Taking items away moves those behind them, so it comes last, from the end to the start.
    let (mut removals, others): (Vec<&Step<'_>>, Vec<_>) =
        steps.iter().partition(|step| *step.operation() == Operation::Remove);
    removals.sort_by(|one, other| other.path.cmp(&one.path));
    let applied = others.iter().chain(&removals).all(|step| apply(&mut meant, &step.path, step.operation()));
    if applied && same_as_json(&root, &meant) { Ok((text, root)) } else { Err(unmeant()) }
}
