//! Regular expressions: Go's syntax (RE2) read and written in that of the `regex` crate.
//!
//! Both engines match alike; they differ in what is syntax. Go takes `\d`, `\s`, `\w` and `\b` for ASCII, has
//! `\Q…\E` and octal escapes, no operations on classes and no flag for white space, takes a `{` that begins no
//! count for itself, and refuses repetitions of repetitions and counts above 1,000.

use std::fmt::Write as _;

/// The largest count of repetitions, those of groups in each other multiplied.
const MAX_REPEAT: u64 = 1_000;

/// An expression in the syntax of the `regex` crate.
#[derive(Debug)]
pub struct Pattern {
    /// The expression.
    pub text: String,
    /// The names of its groups by their numbers, from that of the whole match on.
    pub names: Vec<String>,
    /// How much work it is to compile, about.
    pub weight: u64,
}

/// What is wrong with an expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// A range of a class that goes backwards.
    #[error("error parsing regexp: invalid character class range: `{0}`")]
    ClassRange(String),
    /// A backslash before a letter that means nothing.
    #[error("error parsing regexp: invalid escape sequence: `{0}`")]
    Escape(String),
    /// A group whose name is none.
    #[error("error parsing regexp: invalid named capture: `{0}`")]
    NamedCapture(String),
    /// A form of Perl that Go does not have.
    #[error("error parsing regexp: invalid or unsupported Perl syntax: `{0}`")]
    PerlSyntax(String),
    /// A repetition of a repetition.
    #[error("error parsing regexp: invalid nested repetition operator: `{0}`")]
    NestedRepeat(String),
    /// A count above 1,000, or backwards.
    #[error("error parsing regexp: invalid repeat count: `{0}`")]
    RepeatCount(String),
    /// A class without its end.
    #[error("error parsing regexp: missing closing ]: `{0}`")]
    OpenClass(String),
    /// A group without its end.
    #[error("error parsing regexp: missing closing ): `{0}`")]
    OpenGroup(String),
    /// A repetition with nothing before it.
    #[error("error parsing regexp: missing argument to repetition operator: `{0}`")]
    RepeatOfNothing(String),
    /// A backslash with nothing behind it.
    #[error("error parsing regexp: trailing backslash at end of expression: ``")]
    TrailingBackslash,
    /// The end of a group that was not begun.
    #[error("error parsing regexp: unexpected ): `{0}`")]
    UnexpectedParenthesis(String),
    /// An expression that compiles to too much.
    #[error("error parsing regexp: expression too large: `{0}`")]
    TooLarge(String),
}

/// A group that is open while an expression is read.
#[derive(Debug, Clone, Copy, Default)]
struct Group {
    /// Whether something stands before the place that can be repeated.
    repeatable: bool,
    /// The product of the counts in what stands right before, and the largest such product in the group.
    last: u64,
    largest: u64,
}

struct Reader<'t> {
    whole: &'t str,
    rest: &'t str,
    out: String,
    names: Vec<String>,
    weight: u64,
    /// The innermost group that is open, or the whole expression.
    group: Group,
    /// Those around it, from the outermost.
    outer: Vec<Group>,
}

/// Reads an expression.
///
/// # Errors
/// Where it is none, with the message that Go gives.
pub fn translate(whole: &str) -> Result<Pattern, PatternError> {
    let mut reader = Reader {
        whole,
        rest: whole,
        out: String::with_capacity(whole.len() + 16),
        names: vec![String::new()],
        weight: whole.len() as u64,
        group: Group::default(),
        outer: Vec::new(),
    };
    // The repetition that ended right before what comes next.
    let mut repeated = None;
    while let Some(first) = reader.rest.chars().next() {
        let before = reader.rest;
        repeated = if reader.repetition(repeated)? { Some(repeated.unwrap_or(before)) } else { None };
        if repeated.is_none() {
            reader.item(first)?;
        }
    }
    if !reader.outer.is_empty() {
        return Err(PatternError::OpenGroup(whole.to_owned()));
    }
    Ok(Pattern { text: reader.out, names: reader.names, weight: reader.weight })
}

impl<'t> Reader<'t> {
    /// What was read since the rest was `start`.
    fn since(&self, start: &'t str) -> &'t str {
        start.get(..start.len() - self.rest.len()).unwrap_or(start)
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or("");
    }

    fn next(&mut self) -> Option<char> {
        let next = self.rest.chars().next()?;
        self.skip(next.len_utf8());
        Some(next)
    }

    /// Notes that something was read that can be repeated.
    fn repeatable(&mut self, count: u64) {
        self.group = Group { repeatable: true, last: count, largest: self.group.largest.max(count) };
    }

    /// Reads `*`, `+`, `?` or a count; tells whether there was one.
    fn repetition(&mut self, repeated: Option<&'t str>) -> Result<bool, PatternError> {
        let start = self.rest;
        let operator = start.chars().next();
        let (length, count) = match operator {
            Some('*' | '+' | '?') => (1, None),
            Some('{') => match counts(start) {
                Some((length, counts)) => (length, Some(counts)),
                None => return Ok(false),
            },
            _ => return Ok(false),
        };
        let (written, _) = start.split_at(length);
        self.skip(length);
        if let Some((least, most)) = count
            && (least > MAX_REPEAT || most.is_some_and(|most| most > MAX_REPEAT || most < least))
        {
            return Err(PatternError::RepeatCount(written.to_owned()));
        }
        let lazy = self.rest.starts_with('?');
        self.skip(usize::from(lazy));
        if let Some(first) = repeated {
            return Err(PatternError::NestedRepeat(self.since(first).to_owned()));
        }
        if !self.group.repeatable {
            return Err(PatternError::RepeatOfNothing(self.since(start).to_owned()));
        }
        self.out.push_str(written);
        self.out.push_str(if lazy { "?" } else { "" });
        if let Some((least, most)) = count {
            let times = most.unwrap_or(least);
            let product = self.group.last.saturating_mul(times);
            if times >= 2 && product > MAX_REPEAT {
                return Err(PatternError::RepeatCount(self.since(start).to_owned()));
            }
            self.weight = self.weight.saturating_add(product.saturating_mul(16));
            self.repeatable(product.max(1));
        }
        Ok(true)
    }

    /// Reads what is no repetition.
    fn item(&mut self, first: char) -> Result<(), PatternError> {
        match first {
            '(' => return self.open(),
            ')' => {
                self.skip(1);
                let Some(outer) = self.outer.pop() else {
                    return Err(PatternError::UnexpectedParenthesis(self.whole.to_owned()));
                };
                let inner = std::mem::replace(&mut self.group, outer);
                self.out.push(')');
                self.repeatable(inner.largest.max(1));
                return Ok(());
            }
            '|' => {
                self.skip(1);
                self.out.push('|');
                self.group.repeatable = false;
                return Ok(());
            }
            '[' => self.class()?,
            '\\' => return self.escape(),
            '^' | '$' | '.' => {
                self.skip(1);
                self.out.push(first);
            }
            _ => {
                self.skip(first.len_utf8());
                push_literal(&mut self.out, first);
            }
        }
        self.repeatable(1);
        Ok(())
    }

    fn open_group(&mut self) {
        self.outer.push(std::mem::take(&mut self.group));
    }

    /// Reads the start of a group, or flags.
    fn open(&mut self) -> Result<(), PatternError> {
        let start = self.rest;
        if !start.starts_with("(?") {
            self.skip(1);
            self.names.push(String::new());
            self.out.push('(');
            self.open_group();
            return Ok(());
        }
        let name_at = match start.as_bytes() {
            [_, _, b'P', b'<', _, ..] => Some(4),
            [_, _, b'<', _, ..] => Some(3),
            _ => None,
        };
        if let Some(name_at) = name_at {
            let end = start.find('>').ok_or_else(|| PatternError::NamedCapture(start.to_owned()))?;
            let name = start.get(name_at..end).unwrap_or("");
            self.skip(end + 1);
            if name.is_empty() || !name.chars().all(|c| c == '_' || c.is_ascii_alphanumeric()) {
                return Err(PatternError::NamedCapture(self.since(start).to_owned()));
            }
            self.names.push(name.to_owned());
            self.out.push('(');
            self.open_group();
            return Ok(());
        }
        self.skip(2);
        self.flags(start)
    }

    /// Reads flags behind `(?`, and what ends them.
    fn flags(&mut self, start: &'t str) -> Result<(), PatternError> {
        let (mut on, mut off) = (String::new(), String::new());
        let mut negated = false;
        while let Some(character) = self.next() {
            match character {
                'i' | 'm' | 's' | 'U' => {
                    let flags = if negated { &mut off } else { &mut on };
                    if !flags.contains(character) {
                        flags.push(character);
                    }
                }
                '-' if !negated => negated = true,
                ':' | ')' if !negated || !off.is_empty() => {
                    on.retain(|flag| !off.contains(flag));
                    let minus = if off.is_empty() { "" } else { "-" };
                    if character == ':' {
                        self.open_group();
                    }
                    if character == ':' || !(on.is_empty() && off.is_empty()) {
                        // Writing to a `String` does not fail.
                        let _ = write!(self.out, "(?{on}{minus}{off}{character}");
                    }
                    return Ok(());
                }
                _ => break,
            }
        }
        Err(PatternError::PerlSyntax(self.since(start).to_owned()))
    }

    /// Reads a backslash and what belongs to it, outside of classes.
    fn escape(&mut self) -> Result<(), PatternError> {
        let start = self.rest;
        match start.as_bytes().get(1) {
            Some(b'A') => self.out.push_str(r"\A"),
            Some(b'z') => self.out.push_str(r"\z"),
            Some(b'b') => self.out.push_str(r"(?-u:\b)"),
            Some(b'B') => self.out.push_str(r"(?-u:\B)"),
            Some(b'C') => return Err(PatternError::Escape(r"\C".to_owned())),
            Some(b'Q') => {
                self.skip(2);
                let literal = self.rest.split(r"\E").next().unwrap_or("");
                self.skip(literal.len());
                self.skip(if self.rest.is_empty() { 0 } else { 2 });
                literal.chars().for_each(|character| push_literal(&mut self.out, character));
                if !literal.is_empty() {
                    self.repeatable(1);
                }
                return Ok(());
            }
            _ => {
                if let Some(class) = self.escaped_class()? {
                    let _ = write!(self.out, "[{class}]");
                } else {
                    let character = self.escaped_character()?;
                    push_literal(&mut self.out, character);
                }
                self.repeatable(1);
                return Ok(());
            }
        }
        self.skip(2);
        self.repeatable(1);
        Ok(())
    }

    /// Reads `\d` and its kin or `\p{…}`, as the inside of a class.
    fn escaped_class(&mut self) -> Result<Option<String>, PatternError> {
        let start = self.rest;
        let letter = match start.as_bytes() {
            [b'\\', letter, ..] => *letter,
            _ => return Ok(None),
        };
        let class = match letter {
            b'd' => "0-9",
            b'D' => "[^0-9]",
            b's' => r"\t\n\x0C\r\x20",
            b'S' => r"[^\t\n\x0C\r\x20]",
            b'w' => "0-9A-Za-z_",
            b'W' => "[^0-9A-Za-z_]",
            b'p' | b'P' => return self.unicode_class(letter == b'P').map(Some),
            _ => return Ok(None),
        };
        self.skip(2);
        Ok(Some(class.to_owned()))
    }

    fn unicode_class(&mut self, negated: bool) -> Result<String, PatternError> {
        let start = self.rest;
        self.skip(2);
        let name = match self.next() {
            Some('{') => {
                let end = self.rest.find('}').ok_or_else(|| PatternError::ClassRange(start.to_owned()))?;
                let (name, _) = self.rest.split_at(end);
                self.skip(end + 1);
                name
            }
            Some(_) => self.since(start).get(2..).unwrap_or(""),
            None => return Err(PatternError::ClassRange(start.to_owned())),
        };
        let (name, negated) = match name.strip_prefix('^') {
            Some(name) => (name, !negated),
            None => (name, negated),
        };
        let plain: String = name.chars().filter(|c| !matches!(c, ' ' | '_' | '-')).collect();
        let letter = if negated { 'P' } else { 'p' };
        let known = plain.chars().all(|c| c.is_ascii_alphanumeric()) && !plain.is_empty();
        let named = match plain.to_ascii_lowercase().as_str() {
            "any" | "ascii" | "assigned" => vec![plain.clone()],
            _ => vec![format!("gc={plain}"), format!("sc={plain}")],
        };
        named
            .into_iter()
            .map(|property| format!(r"\{letter}{{{property}}}"))
            .find(|class| known && regex_syntax::parse(class).is_ok())
            .ok_or_else(|| PatternError::ClassRange(self.since(start).to_owned()))
    }

    /// Reads an escape that stands for one character.
    fn escaped_character(&mut self) -> Result<char, PatternError> {
        let start = self.rest;
        self.skip(1);
        let Some(letter) = self.next() else {
            return Err(PatternError::TrailingBackslash);
        };
        let code = match letter {
            'a' => Some(0x07),
            'f' => Some(0x0C),
            'n' => Some(0x0A),
            'r' => Some(0x0D),
            't' => Some(0x09),
            'v' => Some(0x0B),
            '0' => Some(self.octal(0)),
            // One digit alone would be a reference to a group, which there are none of.
            '1'..='7' if self.rest.starts_with(|next| matches!(next, '0'..='7')) => {
                Some(self.octal(u32::from(letter) - u32::from('0')))
            }
            'x' => self.hexadecimal(),
            _ if letter.is_ascii() && !letter.is_ascii_alphanumeric() => Some(u32::from(letter)),
            _ => None,
        };
        code.and_then(char::from_u32).ok_or_else(|| PatternError::Escape(self.since(start).to_owned()))
    }

    /// Reads up to two more octal digits.
    fn octal(&mut self, first: u32) -> u32 {
        let mut code = first;
        for _ in 0..2 {
            let Some(digit) = self.rest.chars().next().and_then(|next| next.to_digit(8)) else {
                break;
            };
            code = code * 8 + digit;
            self.skip(1);
        }
        code
    }

    /// Reads two hexadecimal digits, or any number of them in braces.
    fn hexadecimal(&mut self) -> Option<u32> {
        let first = self.next()?;
        if first != '{' {
            let second = self.next()?;
            return Some(first.to_digit(16)? * 16 + second.to_digit(16)?);
        }
        let mut code = None;
        loop {
            match self.next()? {
                '}' => return code,
                digit => {
                    let value = code.unwrap_or(0) * 16 + digit.to_digit(16)?;
                    code = Some(value).filter(|value| *value <= u32::from(char::MAX));
                    code?;
                }
            }
        }
    }

    /// Reads a class in brackets.
    fn class(&mut self) -> Result<(), PatternError> {
        let start = self.rest;
        self.skip(1);
        self.out.push('[');
        if self.rest.starts_with('^') {
            self.skip(1);
            self.out.push('^');
        }
        let mut is_first = true;
        while is_first || !self.rest.starts_with(']') {
            is_first = false;
            if let Some(inside) = self.rest.strip_prefix("[:")
                && let Some(end) = inside.find(":]")
            {
                let before = self.rest;
                self.skip(end + 4);
                let name = inside.get(..end).unwrap_or("");
                if !is_posix_class(name.strip_prefix('^').unwrap_or(name)) {
                    return Err(PatternError::ClassRange(self.since(before).to_owned()));
                }
                self.out.push_str(self.since(before));
                continue;
            }
            if let Some(class) = self.escaped_class()? {
                self.out.push_str(&class);
                continue;
            }
            let before = self.rest;
            let low = self.class_character(start)?;
            let mut high = low;
            if self.rest.starts_with('-') && !self.rest.starts_with("-]") && self.rest.len() > 1 {
                self.skip(1);
                high = self.class_character(start)?;
                if high < low {
                    return Err(PatternError::ClassRange(self.since(before).to_owned()));
                }
            }
            let _ = write!(self.out, r"\x{{{:X}}}-\x{{{:X}}}", u32::from(low), u32::from(high));
        }
        self.skip(1);
        self.out.push(']');
        Ok(())
    }

    fn class_character(&mut self, class: &str) -> Result<char, PatternError> {
        if self.rest.starts_with('\\') {
            return self.escaped_character();
        }
        self.next().ok_or_else(|| PatternError::OpenClass(class.to_owned()))
    }
}

/// Adds a character that stands for itself.
fn push_literal(out: &mut String, character: char) {
    if regex_syntax::is_meta_character(character) {
        out.push('\\');
    }
    out.push(character);
}

/// Reads `{2}`, `{2,}` or `{2,5}`: its length, the least count and the most.
fn counts(text: &str) -> Option<(usize, (u64, Option<u64>))> {
    let end = text.find('}')?;
    let inside = text.get(1..end)?;
    let number = |digits: &str| {
        let valid = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.is_empty();
        let leading_zero = digits.len() > 1 && digits.starts_with('0');
        (valid && !leading_zero).then(|| digits.parse().unwrap_or(u64::MAX))
    };
    let counts = match inside.split_once(',') {
        None => {
            let count = number(inside)?;
            (count, Some(count))
        }
        Some((least, "")) => (number(least)?, None),
        Some((least, most)) => (number(least)?, Some(number(most)?)),
    };
    Some((end + 1, counts))
}

fn is_posix_class(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space",
        "upper", "word", "xdigit",
    ];
    NAMES.contains(&name)
}
