//! Strings of rules: the forms that each may have in a file, how they are looked for, and what must be there for that.

use std::collections::BTreeSet;

use memchr::memmem::Finder;
use regex::bytes::{Regex, RegexBuilder};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, ClassBytes, ClassBytesRange, Hir, HirKind};

/// The most bytes of a compiled expression.
const LARGEST: usize = 4 << 20;
/// The longest piece of a string that the automaton looks for.
const LONGEST_ATOM: usize = 16;
/// The most pieces of which one must be there.
const MOST_ATOMS: usize = 64;
/// The alphabet of base 64.
pub(crate) const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// What stands behind a string.
#[derive(Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is a word of the language")]
pub(crate) struct Modifiers {
    pub(crate) any_case: bool,
    pub(crate) ascii: bool,
    pub(crate) wide: bool,
    pub(crate) whole_word: bool,
    pub(crate) xor: Option<(u8, u8)>,
    pub(crate) base64: Option<Vec<u8>>,
    pub(crate) base64_wide: Option<Vec<u8>>,
}

/// A string in all its forms.
#[derive(Debug)]
pub(crate) struct Pattern {
    pub(crate) forms: Vec<Form>,
}

/// One form of a string.
#[derive(Debug)]
pub(crate) struct Form {
    search: Search,
    boundary: Boundary,
    /// Pieces of which one must be in the file; none where anything could be.
    pub(crate) atoms: Vec<Vec<u8>>,
    /// Whether the pieces are in small letters, and meant in any.
    pub(crate) any_case: bool,
}

#[derive(Debug)]
enum Search {
    Bytes(Box<Finder<'static>>),
    Regex(Box<Regex>),
}

/// What must not stand beside a match.
#[derive(Debug, Clone, Copy)]
enum Boundary {
    None,
    /// Letters and digits, each a byte.
    Narrow,
    /// Letters and digits, each two bytes.
    Wide,
}

impl Pattern {
    /// A text with its modifiers.
    pub(crate) fn text(text: &[u8], modifiers: &Modifiers) -> Result<Self, String> {
        if text.is_empty() {
            return Err("it is empty".to_owned());
        }
        let mut plain = Vec::new();
        if modifiers.ascii || !modifiers.wide {
            plain.push((text.to_vec(), false));
        }
        if modifiers.wide {
            plain.push((widened(text), true));
        }
        let mut forms = Vec::new();
        if let Some((least, most)) = modifiers.xor {
            for (bytes, is_wide) in &plain {
                for key in least..=most {
                    let masked: Vec<u8> = bytes.iter().map(|byte| byte ^ key).collect();
                    forms.push(Form::bytes(masked, modifiers.boundary(*is_wide)));
                }
            }
        } else if modifiers.base64.is_some() || modifiers.base64_wide.is_some() {
            let alphabets = [(&modifiers.base64, false), (&modifiers.base64_wide, true)];
            for (alphabet, is_wide) in alphabets {
                let Some(alphabet) = alphabet else { continue };
                for (bytes, _) in &plain {
                    for skipped in 0..3 {
                        let encoded = base64(bytes, skipped, alphabet);
                        if encoded.len() < 2 {
                            return Err("it is too short for base 64".to_owned());
                        }
                        let encoded = if is_wide { widened(&encoded) } else { encoded };
                        forms.push(Form::bytes(encoded, Boundary::None));
                    }
                }
            }
        } else {
            for (bytes, is_wide) in plain {
                let boundary = modifiers.boundary(is_wide);
                forms.push(if modifiers.any_case {
                    let parts = bytes.iter().map(|byte| in_any_case(*byte)).collect();
                    Form::expression(&Hir::concat(parts), boundary)?
                } else {
                    Form::bytes(bytes, boundary)
                });
            }
        }
        Ok(Self { forms })
    }

    /// A regular expression with its modifiers.
    pub(crate) fn regex(
        source: &str,
        any_case: bool,
        dot_all: bool,
        modifiers: &Modifiers,
    ) -> Result<Self, String> {
        let pattern = parsed(source, any_case || modifiers.any_case, dot_all)?;
        if pattern.properties().maximum_len() == Some(0) {
            return Err("the expression matches where nothing is".to_owned());
        }
        let mut forms = Vec::new();
        if modifiers.ascii || !modifiers.wide {
            forms.push(Form::expression(&pattern, modifiers.boundary(false))?);
        }
        if modifiers.wide {
            forms.push(Form::expression(&wide(&pattern), modifiers.boundary(true))?);
        }
        Ok(Self { forms })
    }

    /// A string of bytes.
    pub(crate) fn bytes(pattern: &Hir) -> Result<Self, String> {
        if pattern.properties().minimum_len().is_none_or(|least| least == 0) {
            return Err("it matches where nothing is".to_owned());
        }
        Ok(Self { forms: vec![Form::expression(pattern, Boundary::None)?] })
    }
}

impl Modifiers {
    fn boundary(&self, is_wide: bool) -> Boundary {
        match (self.whole_word, is_wide) {
            (false, _) => Boundary::None,
            (true, false) => Boundary::Narrow,
            (true, true) => Boundary::Wide,
        }
    }
}

impl Form {
    fn bytes(bytes: Vec<u8>, boundary: Boundary) -> Self {
        let atoms = if bytes.len() > 1 { vec![best(&bytes)] } else { Vec::new() };
        let search = Search::Bytes(Box::new(Finder::new(&bytes).into_owned()));
        Self { search, boundary, atoms, any_case: false }
    }

    fn expression(pattern: &Hir, boundary: Boundary) -> Result<Self, String> {
        if let HirKind::Literal(literal) = pattern.kind() {
            return Ok(Self::bytes(literal.0.to_vec(), boundary));
        }
        let regex = RegexBuilder::new(&pattern.to_string())
            .unicode(false)
            .size_limit(LARGEST)
            .dfa_size_limit(LARGEST)
            .build()
            .map_err(|_| format!("the expression compiles to more than {LARGEST} bytes, the limit"))?;
        let (mut atoms, mut any_case) = (required(pattern, false).unwrap_or_default(), false);
        if atoms.is_empty() {
            atoms = required(pattern, true).unwrap_or_default();
            any_case = !atoms.is_empty();
        }
        Ok(Self {
            search: Search::Regex(Box::new(regex)),
            boundary,
            atoms: atoms.into_iter().collect(),
            any_case,
        })
    }

    /// The first match at or behind a place: where it begins and how long it is, and how many bytes were looked at.
    pub(crate) fn find(&self, bytes: &[u8], from: usize) -> (Option<(usize, usize)>, usize) {
        let (mut from, mut looked) = (from, 0);
        loop {
            let found = match &self.search {
                Search::Bytes(finder) => {
                    let place = bytes.get(from..).and_then(|rest| finder.find(rest));
                    place.map(|place| (from + place, finder.needle().len()))
                }
                Search::Regex(regex) if from <= bytes.len() => {
                    regex.find_at(bytes, from).map(|found| (found.start(), found.len()))
                }
                Search::Regex(_) => None,
            };
            let Some((start, length)) = found else {
                return (None, looked + bytes.len().saturating_sub(from));
            };
            looked += (start + length).saturating_sub(from) + 1;
            // An expression may allow for nothing, but that is no match.
            if length > 0 && self.boundary.allows(bytes, start, length) {
                return (Some((start, length)), looked);
            }
            from = start + 1;
        }
    }
}

impl Boundary {
    fn allows(self, bytes: &[u8], start: usize, length: usize) -> bool {
        let is_of_word =
            |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_alphanumeric);
        let is_zero = |at: Option<usize>| at.and_then(|at| bytes.get(at)) == Some(&0);
        let end = start + length;
        match self {
            Self::None => true,
            Self::Narrow => !is_of_word(start.checked_sub(1)) && !is_of_word(Some(end)),
            Self::Wide => {
                let before = is_zero(start.checked_sub(1)) && is_of_word(start.checked_sub(2));
                let behind = is_of_word(Some(end)) && is_zero(Some(end + 1));
                !before && !behind
            }
        }
    }
}

/// Each byte with a zero behind it.
fn widened(text: &[u8]) -> Vec<u8> {
    text.iter().flat_map(|byte| [*byte, 0]).collect()
}

/// What is always the same of a text in base 64 that begins so many bytes into a group.
fn base64(text: &[u8], skipped: usize, alphabet: &[u8]) -> Vec<u8> {
    let shifted: Vec<u8> = std::iter::repeat_n(0, skipped).chain(text.iter().copied()).collect();
    let mut encoded = Vec::new();
    for group in shifted.chunks(3) {
        let at = |place: usize| u32::from(group.get(place).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for place in [18, 12, 6, 0] {
            let digit = usize::try_from((bits >> place) & 63).unwrap_or(0);
            encoded.push(alphabet.get(digit).copied().unwrap_or(b'='));
        }
    }
    // Digits that bytes before or behind have a share in.
    let first = [0, 2, 3].get(skipped).copied().unwrap_or(0);
    let last = shifted.len() * 8 / 6;
    encoded.get(first..last).unwrap_or_default().to_vec()
}

/// The expression of a source in YARA's syntax, of bytes.
pub(crate) fn parsed(source: &str, any_case: bool, dot_all: bool) -> Result<Hir, String> {
    let parse = |source: &str| {
        ParserBuilder::new()
            .unicode(false)
            .utf8(false)
            .case_insensitive(any_case)
            .dot_matches_new_line(dot_all)
            .nest_limit(100)
            .build()
            .parse(source)
            .map_err(Box::new)
    };
    // A brace that begins no repetition means itself, as does a `\` before a letter without a meaning.
    let parsed = parse(source).or_else(|_| parse(&relaxed(source)));
    parsed.map_err(|error| {
        let reason = error.to_string();
        let last = reason.lines().last().unwrap_or_default();
        format!("the expression is broken: {}", last.trim_start_matches("error: "))
    })
}

/// The compiled expression for `matches`.
pub(crate) fn compiled(source: &str, any_case: bool, dot_all: bool) -> Result<Regex, String> {
    let pattern = parsed(source, any_case, dot_all)?;
    RegexBuilder::new(&pattern.to_string())
        .unicode(false)
        .size_limit(LARGEST)
        .dfa_size_limit(LARGEST)
        .build()
        .map_err(|_| format!("the expression compiles to more than {LARGEST} bytes, the limit"))
}

/// The source with what means itself escaped.
fn relaxed(source: &str) -> String {
    let mut to = String::with_capacity(source.len() + 8);
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let after = rest.get(first.len_utf8()..).unwrap_or_default();
        match first {
            '\\' => {
                let next = after.chars().next().unwrap_or('\\');
                if next.is_ascii_alphabetic() && !"abBdDfnrsStvwWx".contains(next) {
                    to.push(next);
                } else {
                    to.push('\\');
                    to.push(next);
                }
                rest = after.get(next.len_utf8()..).unwrap_or_default();
                continue;
            }
            '{' if !is_repetition(after) => to.push_str("\\{"),
            '{' => {
                let end = after.find('}').map_or(0, |end| end + 1);
                to.push('{');
                let inside = after.get(..end).unwrap_or_default();
                // `{,n}` counts from nothing.
                if inside.starts_with(',') {
                    to.push('0');
                }
                to.push_str(inside);
                rest = after.get(end..).unwrap_or_default();
                continue;
            }
            '}' => to.push_str("\\}"),
            other => to.push(other),
        }
        rest = after;
    }
    to
}

fn is_repetition(after: &str) -> bool {
    let Some((inside, _)) = after.split_once('}') else { return false };
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    match inside.split_once(',') {
        Some((least, most)) => is_number(least) && is_number(most),
        None => !inside.is_empty() && is_number(inside),
    }
}

/// A byte in capital and in small letters.
fn in_any_case(byte: u8) -> Hir {
    if byte.is_ascii_alphabetic() {
        let ranges = [byte.to_ascii_lowercase(), byte.to_ascii_uppercase()];
        Hir::class(Class::Bytes(ClassBytes::new(ranges.map(|byte| ClassBytesRange::new(byte, byte)))))
    } else {
        Hir::literal([byte])
    }
}

/// The same expression over bytes of which each has a zero behind it.
fn wide(pattern: &Hir) -> Hir {
    match pattern.kind() {
        HirKind::Empty | HirKind::Look(_) => pattern.clone(),
        HirKind::Literal(literal) => Hir::literal(widened(&literal.0)),
        HirKind::Class(class) => Hir::concat(vec![Hir::class(class.clone()), Hir::literal([0])]),
        HirKind::Repetition(repetition) => {
            let mut repetition = repetition.clone();
            repetition.sub = Box::new(wide(&repetition.sub));
            Hir::repetition(repetition)
        }
        HirKind::Capture(capture) => wide(&capture.sub),
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(wide).collect()),
        HirKind::Alternation(parts) => Hir::alternation(parts.iter().map(wide).collect()),
    }
}

/// The piece of a text that is looked for: the one with the most different bytes.
fn best(bytes: &[u8]) -> Vec<u8> {
    let worth = |piece: &&[u8]| piece.iter().filter(|byte| **byte != 0).collect::<BTreeSet<_>>().len();
    let pieces = bytes.windows(LONGEST_ATOM.min(bytes.len()));
    pieces.max_by_key(worth).unwrap_or(bytes).to_vec()
}

/// Pieces of which one is in every match; none where that cannot be told. With `any_case` in small letters.
fn required(pattern: &Hir, any_case: bool) -> Option<BTreeSet<Vec<u8>>> {
    let worth = |set: &BTreeSet<Vec<u8>>| {
        let shortest = set.iter().map(|piece| piece.iter().filter(|byte| **byte != 0).count()).min();
        (shortest.unwrap_or(0), usize::MAX - set.len())
    };
    match pattern.kind() {
        HirKind::Literal(literal) if literal.0.len() > 1 => {
            let bytes = if any_case { literal.0.to_ascii_lowercase() } else { literal.0.to_vec() };
            Some(BTreeSet::from([best(&bytes)]))
        }
        HirKind::Capture(capture) => required(&capture.sub, any_case),
        HirKind::Repetition(repetition) if repetition.min > 0 => required(&repetition.sub, any_case),
        HirKind::Concat(parts) => {
            let mut found: Vec<BTreeSet<Vec<u8>>> =
                parts.iter().filter_map(|part| required(part, any_case)).collect();
            // Letters in any case stand one by one.
            let mut run = Vec::new();
            let mut runs = Vec::new();
            for part in parts {
                match one_letter(part, any_case) {
                    Some(bytes) => run.extend(bytes),
                    None => runs.push(std::mem::take(&mut run)),
                }
            }
            runs.push(run);
            found.extend(runs.iter().filter(|run| run.len() > 1).map(|run| BTreeSet::from([best(run)])));
            found.into_iter().max_by_key(worth)
        }
        HirKind::Alternation(parts) => {
            let mut all = BTreeSet::new();
            for part in parts {
                all.extend(required(part, any_case)?);
            }
            (all.len() <= MOST_ATOMS).then_some(all)
        }
        _ => None,
    }
    .filter(|set| set.iter().all(|piece| piece.len() > 1))
}

/// The bytes of a part that has one length and, in small letters, one value.
fn one_letter(part: &Hir, any_case: bool) -> Option<Vec<u8>> {
    match part.kind() {
        HirKind::Literal(literal) if any_case => Some(literal.0.to_ascii_lowercase()),
        HirKind::Class(Class::Bytes(class)) if any_case => {
            let bytes: BTreeSet<u8> = class
                .ranges()
                .iter()
                .flat_map(|range| (range.start()..=range.end()).take(3))
                .map(|byte| byte.to_ascii_lowercase())
                .collect();
            (bytes.len() == 1 && class.ranges().len() <= 2).then(|| bytes.into_iter().collect())
        }
        HirKind::Class(Class::Unicode(class)) if any_case => {
            let letters: BTreeSet<char> = class
                .ranges()
                .iter()
                .flat_map(|range| (range.start()..=range.end()).take(3))
                .map(|letter| letter.to_ascii_lowercase())
                .collect();
            let letter = letters.first().filter(|letter| letters.len() == 1 && letter.is_ascii())?;
            (class.ranges().len() <= 2).then(|| u8::try_from(*letter).ok().into_iter().collect())
        }
        _ => None,
    }
}
