//! Looks through texts with the rules of a set.

use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, MatchKind};
use smol_str::SmolStr;

use crate::decode::{Decoder, Encodings};
use crate::place::Lines;
use crate::rules::{Pattern, Rule, RuleSet, Subject};
use crate::window::windows;
use crate::{Credential, Place, entropy, overlap};

/// A comment on a line that allows what stands there, in gitleaks' spelling and betterleaks'.
const ALLOWED: [&[u8]; 2] = [b"gitleaks:allow", b"betterleaks:allow"];

/// A credential that was found.
#[derive(Clone)]
pub struct Leak<'r> {
    /// The rule that found it.
    pub rule: &'r Rule,
    /// Where all that the rule's expression matched stands. A rule that looks at paths alone finds in line 1.
    pub place: Place,
    /// The credential.
    pub secret: Credential,
    /// How random it looks.
    pub entropy: f64,
    /// What it was decoded from, after how many passes.
    pub encodings: Encodings,
    /// How many passes of decoding it took.
    pub depth: u8,
    /// What the rules that it requires found near it.
    pub parts: Vec<(SmolStr, Place)>,
}

/// Where a text comes from.
#[derive(Debug, Clone, Copy, Default)]
pub struct Origin<'t> {
    /// Its path, with slashes.
    pub path: &'t str,
    /// The commit that brought it.
    pub commit: Option<&'t str>,
}

/// What a search may cost.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How many passes of decoding there are.
    pub depth: u8,
    /// How many credentials of one text are told.
    pub leaks: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 5, leaks: 1_000 }
    }
}

/// Why no detector can be made of a set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the keywords of the rules cannot be searched for: {0}")]
pub struct DetectorError(String);

/// Rules made ready.
#[derive(Debug)]
pub struct Detector<'r> {
    set: &'r RuleSet,
    keywords: AhoCorasick,
    /// The rules that have a keyword, by its number.
    rules_of: Vec<Vec<usize>>,
    /// The rules without keywords.
    always: Vec<usize>,
    limits: Limits,
}

/// A text in one of its passes.
struct Pass<'t> {
    origin: Origin<'t>,
    lines: &'t Lines<'t>,
    given: &'t [u8],
    text: &'t [u8],
    decoder: &'t Decoder,
}

impl<'r> Detector<'r> {
    /// Makes the rules of a set ready.
    ///
    /// # Errors
    /// Where their keywords are too many for one automaton.
    pub fn new(set: &'r RuleSet, limits: Limits) -> Result<Self, DetectorError> {
        let mut words: Vec<&str> =
            set.rules.iter().flat_map(|rule| &rule.keywords).map(SmolStr::as_str).collect();
        words.sort_unstable();
        words.dedup();
        // An empty keyword stands everywhere.
        words.retain(|word| !word.is_empty());
        let mut rules_of = vec![Vec::new(); words.len()];
        let mut always = Vec::new();
        for (at, rule) in set.rules.iter().enumerate() {
            if rule.keywords.iter().all(SmolStr::is_empty) {
                always.push(at);
            }
            for word in &rule.keywords {
                let place = words.binary_search(&word.as_str()).ok();
                if let Some(rules) = place.and_then(|place| rules_of.get_mut(place)) {
                    rules.push(at);
                }
            }
        }
        let keywords = AhoCorasickBuilder::new()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .build(&words)
            .map_err(|error| DetectorError(error.to_string()))?;
        Ok(Self { set, keywords, rules_of, always, limits })
    }

    /// Whether a file is left out as a whole, by the lists that count for all rules.
    pub fn skips(&self, origin: Origin<'_>) -> bool {
        self.set.allowlists.iter().any(|list| list.allows_file(origin.path, origin.commit))
    }

    /// What a path itself gives away, for the rules that look at paths alone.
    pub fn scan_path(&self, origin: Origin<'_>) -> Vec<Leak<'r>> {
        if self.skips(origin) {
            return Vec::new();
        }
        let rules = self.set.rules.iter().filter(|rule| rule.regex.is_none() && !rule.is_silent);
        let found = rules.filter(|rule| {
            let matches = rule.path.as_ref().is_some_and(|path| path.matches(origin.path.as_bytes()));
            matches && !rule.allowlists.iter().any(|list| list.allows_file(origin.path, origin.commit))
        });
        found
            .map(|rule| {
                Leak::of(rule, Place { line: 1, column: 1, end_line: 1, end_column: 1, start: 0, end: 0 })
            })
            .collect()
    }

    /// Looks through a text, window by window. The path itself is [`Self::scan_path`]'s.
    pub fn scan(&self, origin: Origin<'_>, text: &[u8]) -> Vec<Leak<'r>> {
        if self.skips(origin) {
            return Vec::new();
        }
        self.scan_part(origin, text, 0)
    }

    /// What a search may cost.
    pub(crate) fn limits(&self) -> Limits {
        self.limits
    }

    /// Looks through a text of which the part before `fresh` was looked through already.
    pub(crate) fn scan_part(&self, origin: Origin<'_>, text: &[u8], fresh: usize) -> Vec<Leak<'r>> {
        let mut leaks = Vec::new();
        let (mut lines, mut counted) = (0, 0);
        for window in windows(text, fresh) {
            let start = window.range.start;
            lines += memchr::memchr_iter(b'\n', text.get(counted..start).unwrap_or_default()).count();
            counted = start;
            let part = text.get(window.range).unwrap_or_default();
            let found = self.scan_window(origin, part).into_iter().map(|leak| leak.moved(lines, start));
            leaks.extend(found.filter(|leak| leak.place.end > window.fresh));
            if leaks.len() >= self.limits.leaks {
                leaks.truncate(self.limits.leaks);
                break;
            }
        }
        leaks
    }

    fn scan_window(&self, origin: Origin<'_>, given: &[u8]) -> Vec<Leak<'r>> {
        let mut decoder = Decoder::default();
        let mut leaks = Vec::new();
        let mut plain: Option<Vec<u8>> = None;
        let lines = Lines::of(given);
        loop {
            let text = plain.as_deref().unwrap_or(given);
            let pass = Pass { origin, lines: &lines, given, text, decoder: &decoder };
            for at in self.candidates(text) {
                let Some(rule) = self.set.rules.get(at) else { continue };
                if !rule.is_silent {
                    self.try_rule(rule, &pass, &mut leaks);
                }
            }
            if decoder.depth() >= usize::from(self.limits.depth) || leaks.len() >= self.limits.leaks {
                break;
            }
            match decoder.decode(text) {
                Some(next) => plain = Some(next),
                None => break,
            }
        }
        overlap::settle(&mut leaks);
        leaks
    }

    /// The rules of which a keyword stands in a text, and those that have none.
    fn candidates(&self, text: &[u8]) -> Vec<usize> {
        let mut is_tried = vec![false; self.set.rules.len()];
        let mut seen = vec![false; self.rules_of.len()];
        let mut left = seen.len();
        for found in self.keywords.find_overlapping_iter(text) {
            let word = found.pattern().as_usize();
            let Some(seen) = seen.get_mut(word).filter(|seen| !**seen) else { continue };
            *seen = true;
            left -= 1;
            for rule in self.rules_of.get(word).into_iter().flatten() {
                if let Some(tried) = is_tried.get_mut(*rule) {
                    *tried = true;
                }
            }
            if left == 0 {
                break;
            }
        }
        for rule in &self.always {
            if let Some(tried) = is_tried.get_mut(*rule) {
                *tried = true;
            }
        }
        is_tried.iter().enumerate().filter(|(_, tried)| **tried).map(|(at, _)| at).collect()
    }

    /// Tries a rule, and where it finds something, the rules that it requires.
    fn try_rule(&self, rule: &'r Rule, pass: &Pass<'_>, leaks: &mut Vec<Leak<'r>>) {
        let room = self.limits.leaks.saturating_sub(leaks.len());
        let mut found = self.find(rule, pass, room);
        if found.is_empty() || rule.required.is_empty() {
            leaks.append(&mut found);
            return;
        }
        let required: Vec<_> = rule
            .required
            .iter()
            .map(|required| {
                let other = self.set.rules.iter().find(|other| other.id == required.rule);
                (required, other.map(|other| self.find(other, pass, self.limits.leaks)).unwrap_or_default())
            })
            .collect();
        for mut leak in found {
            let mut all = true;
            for (required, others) in &required {
                let near = others.iter().filter(|other| {
                    let fits = |most: Option<u32>, left: u32, right: u32| {
                        most.is_none_or(|most| left.abs_diff(right) <= most)
                    };
                    fits(required.within_lines, leak.place.line, other.place.line)
                        && fits(required.within_columns, leak.place.column, other.place.column)
                });
                let near: Vec<_> = near.map(|other| (other.rule.id.clone(), other.place)).collect();
                all &= !near.is_empty();
                leak.parts.extend(near);
            }
            if all {
                leaks.push(leak);
            }
        }
    }

    fn find(&self, rule: &'r Rule, pass: &Pass<'_>, most: usize) -> Vec<Leak<'r>> {
        let origin = pass.origin;
        let Some(regex) = rule.regex.as_ref().and_then(Pattern::regex) else { return Vec::new() };
        let is_elsewhere = rule.path.as_ref().is_some_and(|path| !path.matches(origin.path.as_bytes()));
        if is_elsewhere || rule.allowlists.iter().any(|list| list.allows_file(origin.path, origin.commit)) {
            return Vec::new();
        }
        let mut leaks = Vec::new();
        for found in regex.find_iter(pass.text) {
            if leaks.len() >= most {
                break;
            }
            let matched = trimmed(pass.text, found.range());
            let whole = pass.text.get(matched.clone()).unwrap_or_default();
            let Some((range, encodings, line)) = pass.source(&matched, &found.range()) else { continue };
            let own_line = pass.lines.around(range.start, range.end);
            let line = line.unwrap_or(own_line);
            if ALLOWED.iter().any(|word| memchr::memmem::find(own_line, word).is_some()) {
                continue;
            }
            let secret = credential(rule, regex, whole);
            let entropy = entropy(secret);
            if rule.entropy.abs() > f64::EPSILON && entropy <= rule.entropy {
                continue;
            }
            let subject = Subject { path: origin.path, commit: origin.commit, secret, matched: whole, line };
            if self.set.allowlists.iter().chain(&rule.allowlists).any(|list| list.allows(subject)) {
                continue;
            }
            let place = pass.lines.place(range.start, range.end);
            leaks.push(Leak {
                secret: Credential::new(secret),
                entropy,
                encodings,
                depth: u8::try_from(pass.decoder.depth()).unwrap_or(u8::MAX),
                ..Leak::of(rule, place)
            });
        }
        leaks
    }
}

impl<'t> Pass<'t> {
    /// Where a match stands in the text as it was given, what it was decoded from, and its line if that was decoded;
    /// none where nothing of it was decoded in this pass.
    #[expect(clippy::type_complexity, reason = "one caller takes it apart at once")]
    fn source(
        &self,
        trimmed: &Range<usize>,
        found: &Range<usize>,
    ) -> Option<(Range<usize>, Encodings, Option<&'t [u8]>)> {
        if self.decoder.depth() == 0 {
            return Some((trimmed.clone(), Encodings::default(), None));
        }
        let source = self.decoder.source(self.text, found)?;
        let end = source.original.end.min(self.given.len());
        let start = source.original.start.min(end);
        Some((start..end, source.encodings, self.text.get(source.line)))
    }
}

impl<'r> Leak<'r> {
    fn of(rule: &'r Rule, place: Place) -> Self {
        Self {
            rule,
            place,
            secret: Credential::new(&[]),
            entropy: 0.0,
            encodings: Encodings::default(),
            depth: 0,
            parts: Vec::new(),
        }
    }

    /// The same, found in a text that begins later.
    pub(crate) fn moved(mut self, lines: usize, bytes: usize) -> Self {
        self.place = self.place.moved(lines, bytes);
        for (_, place) in &mut self.parts {
            *place = place.moved(lines, bytes);
        }
        self
    }
}

/// A match without line breaks at its ends.
fn trimmed(text: &[u8], found: Range<usize>) -> Range<usize> {
    let whole = text.get(found.clone()).unwrap_or_default();
    let front = whole.iter().take_while(|byte| **byte == b'\n').count();
    let back = whole.iter().rev().take_while(|byte| **byte == b'\n').count();
    let length = whole.len().saturating_sub(front + back);
    found.start + front..found.start + front + length
}

/// The credential in a match: the group that the rule names, or the first that is not empty, or all.
fn credential<'t>(rule: &Rule, regex: &regex::bytes::Regex, whole: &'t [u8]) -> &'t [u8] {
    if regex.captures_len() < 2 {
        return whole;
    }
    let Some(captures) = regex.captures(whole) else { return whole };
    let group = |at: usize| captures.get(at).map_or(&b""[..], |group| group.as_bytes());
    if rule.secret_group > 0 {
        return group(rule.secret_group);
    }
    let mut groups = (1..captures.len()).map(group);
    groups.find(|group| !group.is_empty()).unwrap_or(whole)
}
