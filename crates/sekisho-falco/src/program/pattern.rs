//! Patterns: globs, sets of paths, regular expressions.

use std::collections::HashMap;

use regex::bytes::{Regex, RegexBuilder};

/// Whether a text matches a glob.
pub(crate) fn glob(pattern: &str, text: &str) -> bool {
    Glob::new(pattern.as_bytes(), false).is_match(text.as_bytes())
}

/// A compiled regular expression takes no more memory than this.
const REGEX_BYTES: usize = 4 << 20;

/// A pattern of `*`, `?` and `[…]`; slashes and leading dots are characters like others.
#[derive(Clone, Debug)]
pub(crate) struct Glob {
    parts: Vec<Part>,
    any_case: bool,
}

#[derive(Clone, Debug)]
enum Part {
    Byte(u8),
    Any,
    Run,
    Class { negated: bool, ranges: Vec<(u8, u8)> },
}

impl Glob {
    pub(crate) fn new(pattern: &[u8], any_case: bool) -> Self {
        let mut parts = Vec::new();
        let mut rest = pattern;
        while let Some((first, behind)) = rest.split_first() {
            rest = behind;
            match first {
                b'*' if matches!(parts.last(), Some(Part::Run)) => {}
                b'*' => parts.push(Part::Run),
                b'?' => parts.push(Part::Any),
                b'\\' => match rest.split_first() {
                    Some((escaped, behind)) => {
                        parts.push(Part::Byte(*escaped));
                        rest = behind;
                    }
                    None => parts.push(Part::Byte(b'\\')),
                },
                b'[' => match class(rest) {
                    Some((part, behind)) => {
                        parts.push(part);
                        rest = behind;
                    }
                    // A bracket that is never closed stands for itself.
                    None => parts.push(Part::Byte(b'[')),
                },
                other => parts.push(Part::Byte(*other)),
            }
        }
        Self { parts, any_case }
    }

    /// Whether the whole text matches. Time grows with text × pattern, never faster.
    pub(crate) fn is_match(&self, text: &[u8]) -> bool {
        let (mut at, mut part) = (0, 0);
        let mut retry: Option<(usize, usize)> = None;
        loop {
            match (self.parts.get(part), text.get(at)) {
                (None, None) => return true,
                (Some(Part::Run), _) => {
                    retry = Some((at, part + 1));
                    part += 1;
                }
                (Some(wanted), Some(byte)) if self.fits(wanted, *byte) => {
                    at += 1;
                    part += 1;
                }
                _ => match retry {
                    Some((from, behind)) if from < text.len() => {
                        retry = Some((from + 1, behind));
                        at = from + 1;
                        part = behind;
                    }
                    _ => return false,
                },
            }
        }
    }

    fn fits(&self, part: &Part, byte: u8) -> bool {
        let is_one = |byte: u8| match part {
            Part::Byte(wanted) if self.any_case => wanted.eq_ignore_ascii_case(&byte),
            Part::Byte(wanted) => *wanted == byte,
            Part::Any => true,
            Part::Run => false,
            Part::Class { ranges, .. } => ranges.iter().any(|(first, last)| (*first..=*last).contains(&byte)),
        };
        let negated = matches!(part, Part::Class { negated: true, .. });
        let other = if self.any_case { swapped(byte) } else { byte };
        (is_one(byte) || is_one(other)) != negated
    }
}

fn swapped(byte: u8) -> u8 {
    if byte.is_ascii_lowercase() { byte.to_ascii_uppercase() } else { byte.to_ascii_lowercase() }
}

/// A class behind its opening bracket, and what follows it.
fn class(text: &[u8]) -> Option<(Part, &[u8])> {
    let (negated, mut rest) = match text.split_first() {
        Some((b'!' | b'^', behind)) => (true, behind),
        _ => (false, text),
    };
    let mut ranges = Vec::new();
    let mut is_first = true;
    loop {
        let (byte, behind) = rest.split_first()?;
        rest = behind;
        match byte {
            b']' if !is_first => return Some((Part::Class { negated, ranges }, rest)),
            b'[' if rest.first() == Some(&b':') => {
                let end = rest.windows(2).position(|pair| pair == b":]")?;
                ranges.extend(named_class(rest.get(1..end)?));
                rest = rest.get(end + 2..)?;
            }
            _ => {
                let (first, behind) = literal(*byte, rest)?;
                rest = behind;
                match rest {
                    [b'-', last, behind @ ..] if *last != b']' => {
                        let (last, behind) = literal(*last, behind)?;
                        ranges.push((first, last));
                        rest = behind;
                    }
                    _ => ranges.push((first, first)),
                }
            }
        }
        is_first = false;
    }
}

fn literal(byte: u8, rest: &[u8]) -> Option<(u8, &[u8])> {
    if byte != b'\\' {
        return Some((byte, rest));
    }
    rest.split_first().map(|(escaped, behind)| (*escaped, behind))
}

fn named_class(name: &[u8]) -> Vec<(u8, u8)> {
    match name {
        b"alpha" => vec![(b'a', b'z'), (b'A', b'Z')],
        b"digit" => vec![(b'0', b'9')],
        b"alnum" => vec![(b'a', b'z'), (b'A', b'Z'), (b'0', b'9')],
        b"lower" => vec![(b'a', b'z')],
        b"upper" => vec![(b'A', b'Z')],
        b"space" => vec![(b' ', b' '), (9, 13)],
        b"blank" => vec![(b' ', b' '), (9, 9)],
        b"punct" => vec![(b'!', b'/'), (b':', b'@'), (b'[', b'`'), (b'{', b'~')],
        b"xdigit" => vec![(b'0', b'9'), (b'a', b'f'), (b'A', b'F')],
        b"cntrl" => vec![(0, 31), (127, 127)],
        b"print" => vec![(32, 126)],
        b"graph" => vec![(33, 126)],
        _ => Vec::new(),
    }
}

/// Paths, of which one is looked for that a path lies at or below. A part of a path may be a glob.
#[derive(Clone, Debug, Default)]
pub(crate) struct PathSet {
    is_end: bool,
    plain: HashMap<Box<[u8]>, PathSet>,
    globs: Vec<(Glob, PathSet)>,
}

impl PathSet {
    pub(crate) fn insert(&mut self, path: &[u8]) {
        let mut node = self;
        for part in parts(path) {
            node = if part.iter().any(|byte| matches!(byte, b'?' | b'*' | b'[')) {
                node.globs.push((Glob::new(part, false), Self::default()));
                match node.globs.last_mut() {
                    Some((_, below)) => below,
                    None => return,
                }
            } else {
                node.plain.entry(part.into()).or_default()
            };
        }
        node.is_end = true;
    }

    pub(crate) fn is_match(&self, path: &[u8]) -> bool {
        self.is_match_parts(parts(path))
    }

    fn is_match_parts<'p>(&self, mut parts: impl Iterator<Item = &'p [u8]> + Clone) -> bool {
        if self.is_end {
            return true;
        }
        let Some(part) = parts.next() else { return false };
        // Each level takes one part, so that this goes no deeper than the longest of the set.
        let rest: Vec<&[u8]> = parts.collect();
        self.plain.get(part).is_some_and(|below| below.is_match_parts(rest.iter().copied()))
            || self
                .globs
                .iter()
                .any(|(glob, below)| glob.is_match(part) && below.is_match_parts(rest.iter().copied()))
    }
}

fn parts(path: &[u8]) -> impl Iterator<Item = &[u8]> + Clone {
    path.split(|byte| *byte == b'/').filter(|part| !part.is_empty())
}

/// A regular expression that must match from beginning to end.
pub(crate) fn regex(pattern: &[u8]) -> Result<Regex, String> {
    let pattern =
        std::str::from_utf8(pattern).map_err(|_| "a regular expression must be UTF-8".to_owned())?;
    let translated = translate(pattern)?;
    built(&format!("^(?:{translated})$"))
}

/// A regular expression in the syntax of the library, which matches anywhere.
pub(crate) fn search(pattern: &[u8]) -> Result<Regex, String> {
    built(std::str::from_utf8(pattern).map_err(|_| "a regular expression must be UTF-8".to_owned())?)
}

fn built(pattern: &str) -> Result<Regex, String> {
    RegexBuilder::new(pattern)
        .size_limit(REGEX_BYTES)
        .dfa_size_limit(REGEX_BYTES)
        .nest_limit(200)
        .build()
        .map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => "the regular expression is too large".to_owned(),
            other => {
                let text = other.to_string();
                let last = text.lines().last().unwrap_or_default().trim_start_matches("error: ");
                format!("the regular expression is not valid: {last}")
            }
        })
}

/// A POSIX expression as the syntax of the library has it: braces that are no repetition stand for themselves,
/// and in classes nothing but ranges and names is special.
fn translate(pattern: &str) -> Result<String, String> {
    let mut out = String::with_capacity(pattern.len() + 8);
    let mut rest = pattern;
    while let Some(character) = rest.chars().next() {
        let behind = rest.get(character.len_utf8()..).unwrap_or_default();
        rest = match character {
            '\\' => {
                let Some(escaped) = behind.chars().next() else {
                    return Err("the regular expression ends with a backslash".to_owned());
                };
                if escaped.is_ascii_alphanumeric()
                    && !matches!(escaped, 'n' | 't' | 'r' | 'f' | 'v' | 'a' | 'x')
                {
                    return Err(format!(
                        "the regular expression is not valid: `\\{escaped}` is not known, use a class such as `[0-9]`"
                    ));
                }
                out.push('\\');
                out.push(escaped);
                behind.get(escaped.len_utf8()..).unwrap_or_default()
            }
            '[' => translate_class(behind, &mut out)?,
            '{' if !is_repetition(behind) => {
                out.push_str("\\{");
                behind
            }
            '(' if behind.starts_with('?') => {
                return Err("the regular expression is not valid: `(?` is not known".to_owned());
            }
            other => {
                out.push(other);
                behind
            }
        };
    }
    Ok(out)
}

/// A class behind its opening bracket; what follows it.
fn translate_class<'p>(text: &'p str, out: &mut String) -> Result<&'p str, String> {
    out.push('[');
    let mut rest = text;
    if let Some(behind) = rest.strip_prefix('^') {
        out.push('^');
        rest = behind;
    }
    let mut is_first = true;
    while let Some(character) = rest.chars().next() {
        let behind = rest.get(character.len_utf8()..).unwrap_or_default();
        let named = behind.strip_prefix(':').and_then(|name| name.split_once(":]"));
        rest = match (character, named) {
            (']', _) if !is_first => {
                out.push(']');
                return Ok(behind);
            }
            ('[', Some((name, behind))) => {
                out.push_str("[:");
                out.push_str(name);
                out.push_str(":]");
                behind
            }
            ('\\', _) => {
                let escaped = behind.chars().next().unwrap_or('\\');
                out.push('\\');
                out.push(escaped);
                behind.get(escaped.len_utf8()..).unwrap_or_default()
            }
            ('-', _) => {
                // A sign at an end of the class stands for itself.
                out.push_str(if is_first || behind.starts_with(']') { "\\-" } else { "-" });
                behind
            }
            (other, _) => {
                if matches!(other, '[' | ']' | '&' | '~' | '^') {
                    out.push('\\');
                }
                out.push(other);
                behind
            }
        };
        is_first = false;
    }
    Err("the regular expression is not valid: a class is not closed".to_owned())
}

/// Whether `{` stands before the numbers of a repetition.
fn is_repetition(behind: &str) -> bool {
    let Some((inside, _)) = behind.split_once('}') else { return false };
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match inside.split_once(',') {
        Some((least, most)) => is_number(least) && (most.is_empty() || is_number(most)),
        None => is_number(inside),
    }
}
