//! Where the strings of rules are in one file. Each is looked for when a condition asks, and at most once.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use aho_corasick::AhoCorasick;

use crate::error::ScanError;
use crate::rule::StringEntry;

/// The most matches of one string that are counted.
const MOST_MATCHES: usize = 1_000_000;
/// How often the bytes of a file may be looked at for one string.
const OFTEN: usize = 32;
/// What may be looked at besides, so that small files have room.
const FREE: usize = 4 << 20;

/// A match: where it begins, and its length.
pub(crate) type Place = (usize, usize);

/// The automata over the pieces of all strings.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    exact: Option<Automaton>,
    any_case: Option<Automaton>,
    /// Forms that are looked for in every file, as nothing of them is known.
    always: Vec<u32>,
    forms: usize,
    /// The first form of each string.
    first: Vec<usize>,
}

#[derive(Debug)]
struct Automaton {
    automaton: AhoCorasick,
    /// The form of each piece.
    forms: Vec<u32>,
}

impl Filter {
    pub(crate) fn new(strings: &[StringEntry]) -> Result<Self, String> {
        let mut filter = Self::default();
        let mut pieces: [(Vec<&[u8]>, Vec<u32>); 2] = Default::default();
        let [exact, any_case] = &mut pieces;
        for string in strings {
            filter.first.push(filter.forms);
            for form in &string.pattern.forms {
                let number =
                    u32::try_from(filter.forms).map_err(|_| "there are too many strings".to_owned())?;
                filter.forms += 1;
                if form.atoms.is_empty() {
                    filter.always.push(number);
                }
                let list = if form.any_case { &mut *any_case } else { &mut *exact };
                for atom in &form.atoms {
                    list.0.push(atom);
                    list.1.push(number);
                }
            }
        }
        let build = |pieces: &[&[u8]], forms: &[u32], any_case: bool| {
            if pieces.is_empty() {
                return Ok(None);
            }
            let automaton = AhoCorasick::builder()
                .ascii_case_insensitive(any_case)
                .build(pieces)
                .map_err(|_| "the strings of the rules are too many for one automaton".to_owned())?;
            Ok::<_, String>(Some(Automaton { automaton, forms: forms.to_vec() }))
        };
        filter.exact = build(&exact.0, &exact.1, false)?;
        filter.any_case = build(&any_case.0, &any_case.1, true)?;
        Ok(filter)
    }

    /// Which forms can be in a file at all.
    fn seen(&self, bytes: &[u8]) -> Vec<bool> {
        let mut seen = vec![false; self.forms];
        let mut mark = |form: &u32| {
            let place = usize::try_from(*form).ok().and_then(|form| seen.get_mut(form));
            if let Some(place) = place {
                *place = true;
            }
        };
        self.always.iter().for_each(&mut mark);
        for part in [&self.exact, &self.any_case].into_iter().flatten() {
            for found in part.automaton.find_overlapping_iter(bytes) {
                part.forms.get(found.pattern().as_usize()).into_iter().for_each(&mut mark);
            }
        }
        seen
    }
}

/// A file, and what was found in it so far.
pub(crate) struct Searched<'s> {
    pub(crate) bytes: &'s [u8],
    strings: &'s [StringEntry],
    filter: &'s Filter,
    seen: Vec<bool>,
    found: RefCell<Vec<Option<Rc<[Place]>>>>,
    /// How many bytes were looked at for each string.
    looked: RefCell<Vec<usize>>,
    /// Steps that loops took, for the rule that is judged.
    pub(crate) steps: Cell<u64>,
}

impl<'s> Searched<'s> {
    pub(crate) fn new(bytes: &'s [u8], strings: &'s [StringEntry], filter: &'s Filter) -> Self {
        Self {
            bytes,
            strings,
            filter,
            seen: filter.seen(bytes),
            found: RefCell::new(vec![None; strings.len()]),
            looked: RefCell::new(vec![0; strings.len()]),
            steps: Cell::new(0),
        }
    }

    /// The first match at or behind a place, and before another.
    pub(crate) fn next(&self, string: usize, from: usize) -> Result<Option<Place>, ScanError> {
        if let Some(Some(found)) = self.found.borrow().get(string) {
            let at = found.partition_point(|(start, _)| *start < from);
            return Ok(found.get(at).copied());
        }
        self.search(string, from)
    }

    fn search(&self, string: usize, from: usize) -> Result<Option<Place>, ScanError> {
        let Some(entry) = self.strings.get(string) else { return Ok(None) };
        let first = self.filter.first.get(string).copied().unwrap_or(0);
        let mut best: Option<Place> = None;
        for (number, form) in entry.pattern.forms.iter().enumerate() {
            if self.seen.get(first + number) != Some(&true) {
                continue;
            }
            let (found, looked) = form.find(self.bytes, from);
            self.charge(string, looked)?;
            best = match (best, found) {
                (Some(best), Some(found)) if best.0 <= found.0 => Some(best),
                (best, found) => found.or(best),
            };
        }
        Ok(best)
    }

    fn charge(&self, string: usize, looked: usize) -> Result<(), ScanError> {
        let mut all = self.looked.borrow_mut();
        let Some(before) = all.get_mut(string) else { return Ok(()) };
        *before = before.saturating_add(looked);
        let forms = self.strings.get(string).map_or(1, |entry| entry.pattern.forms.len());
        let limit = self.bytes.len().saturating_mul(OFTEN.saturating_mul(forms)).saturating_add(FREE);
        if *before <= limit {
            return Ok(());
        }
        let entry = self.strings.get(string);
        let (rule, name) = entry.map(|entry| (entry.rule.clone(), entry.name.clone())).unwrap_or_default();
        Err(ScanError::Search { rule, string: format!("${name}") })
    }

    /// The match of this number, from zero.
    pub(crate) fn nth(&self, string: usize, index: usize) -> Result<Option<Place>, ScanError> {
        let all = self.all(string)?;
        Ok(all.get(index).copied())
    }

    /// All matches of a string, in the order of their places.
    pub(crate) fn all(&self, string: usize) -> Result<Rc<[Place]>, ScanError> {
        if let Some(Some(found)) = self.found.borrow().get(string) {
            return Ok(Rc::clone(found));
        }
        let mut found = Vec::new();
        if let Some(entry) = self.strings.get(string) {
            let first = self.filter.first.get(string).copied().unwrap_or(0);
            for (number, form) in entry.pattern.forms.iter().enumerate() {
                if self.seen.get(first + number) != Some(&true) {
                    continue;
                }
                let mut from = 0;
                loop {
                    let (next, looked) = form.find(self.bytes, from);
                    self.charge(string, looked)?;
                    let Some((start, length)) = next else { break };
                    found.push((start, length));
                    from = start + 1;
                    if found.len() > MOST_MATCHES {
                        break;
                    }
                }
            }
        }
        found.sort_unstable();
        found.dedup_by_key(|(start, _)| *start);
        let found: Rc<[Place]> = found.into();
        if let Some(place) = self.found.borrow_mut().get_mut(string) {
            *place = Some(Rc::clone(&found));
        }
        Ok(found)
    }
}
