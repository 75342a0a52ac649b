//! Regular expressions in Go's syntax, for an engine whose own syntax differs in places.

use ::regex::{Regex, RegexBuilder};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::Hir;

/// The most bytes of a compiled expression.
const LARGEST: usize = 4 << 20;
/// The longest expression that is read.
const LONGEST: usize = 64 << 10;
/// How deep an expression may be nested.
const DEEPEST: u32 = 200;

/// Compiles an expression; none where it is none, or too large.
pub(crate) fn compile(source: &str) -> Option<Regex> {
    RegexBuilder::new(&translated(source)?).size_limit(LARGEST).nest_limit(DEEPEST).build().ok()
}

/// The syntax tree of an expression.
pub(crate) fn tree(source: &str) -> Option<Hir> {
    ParserBuilder::new().nest_limit(DEEPEST).build().parse(&translated(source)?).ok()
}

/// Writes an expression of Go as one of our engine; none where Go refuses it and our engine would not.
fn translated(source: &str) -> Option<String> {
    if source.len() > LONGEST {
        return None;
    }
    let mut translation = Translation { rest: source, out: String::with_capacity(source.len() + 16) };
    while let Some(letter) = translation.next() {
        match letter {
            '\\' => translation.escape(None)?,
            '[' => translation.class()?,
            '{' => translation.brace()?,
            other => translation.out.push(other),
        }
    }
    Some(translation.out)
}

struct Translation<'t> {
    rest: &'t str,
    out: String,
}

impl<'t> Translation<'t> {
    fn next(&mut self) -> Option<char> {
        let mut letters = self.rest.chars();
        let letter = letters.next()?;
        self.rest = letters.as_str();
        Some(letter)
    }

    fn take(&mut self, prefix: &str) -> bool {
        let rest = self.rest.strip_prefix(prefix);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// A class, behind its bracket. Brackets, `&`, `~` and doubled dashes mean nothing inside.
    fn class(&mut self) -> Option<()> {
        self.out.push('[');
        if self.take("^") {
            self.out.push('^');
        }
        let mut first = true;
        loop {
            match self.next()? {
                ']' if !first => {
                    self.out.push(']');
                    return Some(());
                }
                '[' if self.rest.starts_with(':') && self.rest.contains(":]") => {
                    let end = self.rest.find(":]")? + 2;
                    let (name, rest) = self.rest.split_at_checked(end)?;
                    self.out.push('[');
                    self.out.push_str(name);
                    self.rest = rest;
                }
                '\\' => self.escape(Some(()))?,
                '-' if self.rest.starts_with('-') => self.out.push_str("\\-"),
                letter @ (']' | '[' | '&' | '~') => {
                    self.out.push('\\');
                    self.out.push(letter);
                }
                other => self.out.push(other),
            }
            first = false;
        }
    }

    /// A brace: a repetition of at most 1000, or just a brace.
    fn brace(&mut self) -> Option<()> {
        let counts =
            self.rest.split_once('}').map(|(counts, _)| counts.split_once(',').unwrap_or((counts, "")));
        let is_count = |text: &str| text.len() < 9 && text.bytes().all(|byte| byte.is_ascii_digit());
        match counts {
            Some((least, most)) if !least.is_empty() && is_count(least) && is_count(most) => {
                let too_many = |count: &str| count.parse::<u32>().is_ok_and(|count| count > 1000);
                self.out.push('{');
                (!too_many(least) && !too_many(most)).then_some(())
            }
            _ => {
                self.out.push_str("\\{");
                Some(())
            }
        }
    }

    /// An escape, behind its backslash. Classes of letters are ASCII.
    fn escape(&mut self, class: Option<()>) -> Option<()> {
        let before = self.rest;
        let letter = self.next()?;
        let members = match letter {
            'd' | 'D' => "0-9",
            'w' | 'W' => "0-9A-Za-z_",
            's' | 'S' => "\\t\\n\\x0C\\r ",
            'Q' => {
                let (quoted, rest) = self.rest.split_once("\\E").unwrap_or((self.rest, ""));
                self.out.push_str(&::regex::escape(quoted));
                self.rest = rest;
                return Some(());
            }
            'E' => return Some(()),
            'C' | 'Z' | 'G' | 'u' | 'U' => return None,
            'b' | 'B' if class.is_some() => return None,
            'b' | 'B' => {
                self.out.push_str(if letter == 'b' { "(?-u:\\b)" } else { "(?-u:\\B)" });
                return Some(());
            }
            '0'..='7' => return self.octal(before),
            '<' | '>' => {
                self.out.push(letter);
                return Some(());
            }
            other if other.is_ascii() && !other.is_ascii_control() && other != ' ' => {
                self.out.push('\\');
                self.out.push(other);
                return Some(());
            }
            _ => return None,
        };
        match (letter.is_ascii_uppercase(), class) {
            (true, _) => self.out.extend(["[^", members, "]"]),
            (false, Some(())) => self.out.push_str(members),
            (false, None) => self.out.extend(["[", members, "]"]),
        }
        Some(())
    }

    fn octal(&mut self, text: &'t str) -> Option<()> {
        let digits = text.chars().take(3).take_while(|digit| digit.is_digit(8)).count();
        let (octal, rest) = text.split_at_checked(digits)?;
        if !octal.starts_with('0') && digits < 2 {
            return None;
        }
        let letter = char::from_u32(u32::from_str_radix(octal, 8).ok()?)?;
        self.out.push_str(&::regex::escape(letter.encode_utf8(&mut [0; 4])));
        self.rest = rest;
        Some(())
    }
}
