//! Whether two patterns of characters, `.`, classes and the flags `*` and `+` match a text in common.
//!
//! The answer is that of the library that OPA uses, which goes over both patterns from the left and lets a
//! flagged token of one take tokens of the other; a pattern whose last, starred token finds nothing left to
//! take has no text in common with the other.

use std::collections::HashMap;

use super::call::Call;
use super::error::BuiltinError;

/// More tokens than a pattern may have.
const MAX_TOKENS: usize = 500;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Matter {
    Character(char),
    Any,
    /// The ranges of a class, in order, apart from each other.
    Class(Vec<(char, char)>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flag {
    None,
    Plus,
    Star,
}

#[derive(Debug, Clone)]
struct Token {
    matter: Matter,
    flag: Flag,
}

/// Whether two patterns match a text in common.
pub(super) fn intersect(call: &mut Call<'_>, one: &str, two: &str) -> Result<bool, BuiltinError> {
    call.charge(one.len() + two.len())?;
    let (one, two) = (tokens(one)?, tokens(two)?);
    call.charge(one.len().saturating_mul(two.len()))?;
    let Some((start, cut)) = common_ends(&one, &two) else {
        return Ok(false);
    };
    let kept = |tokens: Vec<Token>| tokens.get(start..tokens.len() - cut).unwrap_or_default().to_vec();
    let mut search = Search { patterns: [kept(one), kept(two)], known: HashMap::new() };
    Ok(search.from(0, [0, 0]))
}

/// How many tokens without flags both patterns begin and end with, one of each left; none where two of them
/// do not match.
fn common_ends(one: &[Token], two: &[Token]) -> Option<(usize, usize)> {
    let plain = |pair: &(&Token, &Token)| pair.0.flag == Flag::None && pair.1.flag == Flag::None;
    let start = one.iter().zip(two).take_while(plain).try_fold(0_usize, |count, (one, two)| {
        if matches(&one.matter, &two.matter) { Some(count + 1) } else { None }
    })?;
    let start = start.saturating_sub(1);
    let rest = |tokens: &'_ [Token]| tokens.len() - start;
    let most = rest(one).min(rest(two));
    let ends = one.iter().rev().zip(two.iter().rev()).take(most).take_while(plain);
    let ends = ends
        .map(|(one, two)| matches(&one.matter, &two.matter))
        .try_fold(0_usize, |count, holds| if holds { Some(count + 1) } else { None })?;
    Some((start, ends.saturating_sub(1)))
}

struct Search {
    patterns: [Vec<Token>; 2],
    /// What is known of pairs of places.
    known: HashMap<(usize, [usize; 2]), bool>,
}

impl Search {
    fn token(&self, side: usize, at: usize) -> Option<&Token> {
        self.patterns.get(side)?.get(at)
    }

    /// Whether the patterns from these places on match a text in common. Where both have a flag, that of
    /// `side` comes first.
    fn from(&mut self, side: usize, start: [usize; 2]) -> bool {
        if let Some(known) = self.known.get(&(side, start)) {
            return *known;
        }
        let other = 1 - side;
        let mut at = start;
        let holds = loop {
            let (Some(one), Some(two)) = (self.at(side, at), self.at(other, at)) else {
                break self.at(side, at).is_none() && self.at(other, at).is_none();
            };
            match (one.flag, two.flag) {
                (Flag::None, Flag::None) => {
                    if !matches(&one.matter, &two.matter) {
                        break false;
                    }
                    at = step(step(at, side), other);
                }
                (Flag::Star, _) => break self.star(side, at),
                (Flag::Plus, _) => break self.plus(side, at),
                (Flag::None, Flag::Star) => break self.star(other, at),
                (Flag::None, Flag::Plus) => break self.plus(other, at),
            }
        };
        self.known.insert((side, start), holds);
        holds
    }

    /// The token of `side`, which takes at least one token of the other pattern.
    fn plus(&mut self, side: usize, at: [usize; 2]) -> bool {
        let other = 1 - side;
        let (Some(own), Some(taken)) = (self.at(side, at), self.at(other, at)) else {
            return false;
        };
        if !matches(&own.matter, &taken.matter) {
            return false;
        }
        let is_flagged = taken.flag != Flag::None;
        self.star(side, step(at, other)) || (is_flagged && self.from(side, step(at, side)))
    }

    /// The token of `side`, which takes tokens of the other pattern until the rest of both match.
    fn star(&mut self, side: usize, at: [usize; 2]) -> bool {
        let other = 1 - side;
        let next = step(at, side);
        let mut at = at;
        while let (Some(own), Some(taken)) = (self.at(side, at), self.at(other, at)) {
            let taken_by_own = matches(&own.matter, &taken.matter);
            let fits_next = self.at(side, next).is_some_and(|next| matches(&taken.matter, &next.matter));
            if fits_next {
                let mut both = next;
                if let (Some(to), Some(from)) = (both.get_mut(other), at.get(other)) {
                    *to = *from;
                }
                if self.from(side, both) {
                    return true;
                }
            }
            if !taken_by_own {
                return false;
            }
            at = step(at, other);
        }
        self.at(side, next).is_none()
    }

    fn at(&self, side: usize, at: [usize; 2]) -> Option<&Token> {
        self.token(side, *at.get(side)?)
    }
}

fn step(mut at: [usize; 2], side: usize) -> [usize; 2] {
    if let Some(place) = at.get_mut(side) {
        *place += 1;
    }
    at
}

fn matches(one: &Matter, two: &Matter) -> bool {
    match (one, two) {
        (Matter::Any, _) | (_, Matter::Any) => true,
        (Matter::Character(one), Matter::Character(two)) => one == two,
        (Matter::Character(c), Matter::Class(class)) | (Matter::Class(class), Matter::Character(c)) => {
            class.iter().any(|(low, high)| (low..=high).contains(&c))
        }
        (Matter::Class(one), Matter::Class(two)) => {
            one.iter().any(|(low, high)| two.iter().any(|(lower, higher)| low <= higher && lower <= high))
        }
    }
}

/// Reads a pattern; of two equal tokens with flags one behind the other, one is kept.
fn tokens(pattern: &str) -> Result<Vec<Token>, BuiltinError> {
    let characters: Vec<char> = pattern.chars().collect();
    let mut reader = Reader { characters: &characters, at: 0 };
    let mut tokens: Vec<Token> = Vec::new();
    while let Some((character, is_escaped)) = reader.next()? {
        let matter = match character {
            _ if is_escaped => Matter::Character(character),
            '.' => Matter::Any,
            '[' => reader.class()?,
            ']' => return Err(reader.wrong("set-close ']' with no preceding '['")),
            '*' | '+' => {
                return Err(reader.wrong(&format!("flag '{character}' must be preceded by a non-flag")));
            }
            plain => Matter::Character(plain),
        };
        let flag = reader.flag()?;
        match tokens.last_mut() {
            Some(last) if flag != Flag::None && last.flag != Flag::None && last.matter == matter => {
                if flag == Flag::Plus {
                    last.flag = Flag::Plus;
                }
            }
            _ => tokens.push(Token { matter, flag }),
        }
        if tokens.len() > MAX_TOKENS {
            return Err(BuiltinError::failed(format!("a pattern may have at most {MAX_TOKENS} tokens")));
        }
    }
    Ok(tokens)
}

struct Reader<'c> {
    characters: &'c [char],
    at: usize,
}

impl Reader<'_> {
    fn wrong(&self, problem: &str) -> BuiltinError {
        let input: String = self.characters.iter().collect();
        BuiltinError::failed(format!(
            "input:{input}, pos:{}, {problem}: the input provided is invalid",
            self.at
        ))
    }

    /// The next character, and whether a backslash stands before it.
    fn next(&mut self) -> Result<Option<(char, bool)>, BuiltinError> {
        match self.characters.get(self.at) {
            None => Ok(None),
            Some('\\') => match self.characters.get(self.at + 1) {
                Some(escaped) => {
                    self.at += 2;
                    Ok(Some((*escaped, true)))
                }
                None => Err(self.wrong("input ends with a \\ (escape) character")),
            },
            Some(plain) => {
                self.at += 1;
                Ok(Some((*plain, false)))
            }
        }
    }

    fn flag(&mut self) -> Result<Flag, BuiltinError> {
        let start = self.at;
        let flag = match self.next()? {
            Some(('*', false)) => Flag::Star,
            Some(('+', false)) => Flag::Plus,
            _ => {
                self.at = start;
                Flag::None
            }
        };
        Ok(flag)
    }

    /// Reads a class behind its bracket.
    fn class(&mut self) -> Result<Matter, BuiltinError> {
        let mut ranges = Vec::new();
        let mut previous = None;
        loop {
            let Some((character, is_escaped)) = self.next()? else {
                return Err(self.wrong("found [ without matching ]"));
            };
            match character {
                ']' if !is_escaped => break,
                '-' if !is_escaped => {
                    let Some(low) = previous.take() else {
                        return Err(self.wrong("range character '-' must be preceded by a Unicode character"));
                    };
                    if self.at + 1 >= self.characters.len() {
                        return Err(self.wrong("range character '-' must be followed by a Unicode character"));
                    }
                    let (high, is_escaped) = self.next()?.unwrap_or((']', false));
                    if !is_escaped && matches!(high, ']' | '-') {
                        return Err(self.wrong("range character '-' cannot be followed by a special symbol"));
                    }
                    if high < low {
                        return Err(self.wrong(&format!(
                            "range is out of order: '{high}' comes before '{low}' in Unicode"
                        )));
                    }
                    ranges.push((low, high));
                }
                plain => {
                    ranges.push((plain, plain));
                    previous = Some(plain);
                }
            }
        }
        Ok(Matter::Class(merged(ranges)))
    }
}

/// The same characters in ranges that are in order and do not touch.
fn merged(mut ranges: Vec<(char, char)>) -> Vec<(char, char)> {
    ranges.sort_unstable();
    let mut merged: Vec<(char, char)> = Vec::with_capacity(ranges.len());
    for (low, high) in ranges {
        match merged.last_mut() {
            Some(last) if u32::from(low) <= u32::from(last.1) + 1 => last.1 = last.1.max(high),
            _ => merged.push((low, high)),
        }
    }
    merged
}
