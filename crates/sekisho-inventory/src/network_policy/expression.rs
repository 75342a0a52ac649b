//! Calico's selector language: `app == "web" && has(tier) || projectcalico.org/name in {"a", "b"}`.

use smol_str::SmolStr;

/// How deep parentheses and negations may stand in each other.
const DEEPEST: u32 = 64;

/// A parsed selector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Expression {
    /// `all()`, or nothing at all.
    All,
    /// `global()`: what belongs to no namespace.
    Global,
    /// `has(key)`.
    Has(SmolStr),
    /// `key in {…}`; `key == "value"` is the same with one value.
    In(SmolStr, Vec<SmolStr>),
    /// `key contains "…"`, `key starts with "…"`, `key ends with "…"`.
    Part(SmolStr, Part, SmolStr),
    /// `!…`; also `!=` and `not in`.
    Not(Box<Self>),
    /// `… && …`.
    And(Vec<Self>),
    /// `… || …`.
    Or(Vec<Self>),
}

/// Where a text is looked for in a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Anywhere,
    Head,
    Tail,
}

/// What is known about a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known<'a> {
    /// It has this value.
    Value(&'a str),
    /// It is missing.
    Missing,
    /// Nothing.
    Unknown,
}

impl Expression {
    /// Reads a selector; none where Calico would refuse it.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut parser = Parser { rest: text.trim_start(), depth: 0 };
        if parser.rest.is_empty() {
            return Some(Self::All);
        }
        let expression = parser.or()?;
        parser.rest.is_empty().then_some(expression)
    }

    /// Whether something with these labels is selected; none where that depends on what is unknown.
    pub(crate) fn matches<'l>(&self, label: &dyn Fn(&str) -> Known<'l>) -> Option<bool> {
        match self {
            Self::All => Some(true),
            Self::Global => Some(false),
            Self::Has(key) => match label(key) {
                Known::Value(_) => Some(true),
                Known::Missing => Some(false),
                Known::Unknown => None,
            },
            Self::In(key, values) => on_value(label(key), |value| values.iter().any(|one| one == value)),
            Self::Part(key, part, text) => on_value(label(key), |value| match part {
                Part::Anywhere => value.contains(text.as_str()),
                Part::Head => value.starts_with(text.as_str()),
                Part::Tail => value.ends_with(text.as_str()),
            }),
            Self::Not(inner) => inner.matches(label).map(|matches| !matches),
            Self::And(parts) => {
                let verdicts = parts.iter().map(|part| part.matches(label));
                verdicts.reduce(|one, two| match (one, two) {
                    (Some(false), _) | (_, Some(false)) => Some(false),
                    (Some(true), Some(true)) => Some(true),
                    _ => None,
                })?
            }
            Self::Or(parts) => {
                let verdicts = parts.iter().map(|part| part.matches(label));
                verdicts.reduce(|one, two| match (one, two) {
                    (Some(true), _) | (_, Some(true)) => Some(true),
                    (Some(false), Some(false)) => Some(false),
                    _ => None,
                })?
            }
        }
    }
}

/// A label that is missing has no value, so no comparison with it holds.
fn on_value(known: Known<'_>, holds: impl Fn(&str) -> bool) -> Option<bool> {
    match known {
        Known::Value(value) => Some(holds(value)),
        Known::Missing => Some(false),
        Known::Unknown => None,
    }
}

struct Parser<'t> {
    /// INVARIANT: begins with no space.
    rest: &'t str,
    depth: u32,
}

impl<'t> Parser<'t> {
    fn or(&mut self) -> Option<Expression> {
        let mut parts = vec![self.and()?];
        while self.accept("||") {
            parts.push(self.and()?);
        }
        if parts.len() == 1 { parts.pop() } else { Some(Expression::Or(parts)) }
    }

    fn and(&mut self) -> Option<Expression> {
        let mut parts = vec![self.one()?];
        while self.accept("&&") {
            parts.push(self.one()?);
        }
        if parts.len() == 1 { parts.pop() } else { Some(Expression::And(parts)) }
    }

    fn one(&mut self) -> Option<Expression> {
        self.depth += 1;
        let found = (self.depth <= DEEPEST).then(|| self.bare()).flatten();
        self.depth -= 1;
        found
    }

    fn bare(&mut self) -> Option<Expression> {
        if self.accept("!") {
            return Some(Expression::Not(Box::new(self.one()?)));
        }
        if self.accept("(") {
            let inner = self.or()?;
            return self.accept(")").then_some(inner);
        }
        let word = self.word()?;
        match word {
            "all" | "global" | "has" if self.accept("(") => {
                let found = match word {
                    "all" => Expression::All,
                    "global" => Expression::Global,
                    _ => Expression::Has(self.word()?.into()),
                };
                self.accept(")").then_some(found)
            }
            _ => self.comparison(word),
        }
    }

    fn comparison(&mut self, key: &str) -> Option<Expression> {
        let key = SmolStr::new(key);
        let not = |inner| Some(Expression::Not(Box::new(inner)));
        if self.accept("==") || self.accept("=") {
            return Some(Expression::In(key, vec![self.text()?]));
        }
        if self.accept("!=") {
            let value = self.text()?;
            return not(Expression::In(key, vec![value]));
        }
        match self.word()? {
            "in" => Some(Expression::In(key, self.set()?)),
            "not" if self.word()? == "in" => {
                let values = self.set()?;
                not(Expression::In(key, values))
            }
            "contains" => Some(Expression::Part(key, Part::Anywhere, self.text()?)),
            "starts" if self.word()? == "with" => Some(Expression::Part(key, Part::Head, self.text()?)),
            "ends" if self.word()? == "with" => Some(Expression::Part(key, Part::Tail, self.text()?)),
            _ => None,
        }
    }

    fn set(&mut self) -> Option<Vec<SmolStr>> {
        let mut values = Vec::new();
        if !self.accept("{") {
            return None;
        }
        while !self.accept("}") {
            values.push(self.text()?);
            if !self.accept(",") && !self.rest.starts_with('}') {
                return None;
            }
        }
        Some(values)
    }

    /// Text in double or single quotes; there are no escapes.
    fn text(&mut self) -> Option<SmolStr> {
        let quote = self.rest.chars().next().filter(|first| matches!(first, '"' | '\''))?;
        let (text, rest) = self.rest.get(1..)?.split_once(quote)?;
        self.rest = rest.trim_start();
        Some(text.into())
    }

    /// A word or a label key.
    fn word(&mut self) -> Option<&'t str> {
        let is_part = |letter: char| letter.is_ascii_alphanumeric() || "_./-".contains(letter);
        let end = self.rest.find(|letter| !is_part(letter)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest.trim_start();
        (!word.is_empty()).then_some(word)
    }

    fn accept(&mut self, sign: &str) -> bool {
        match self.rest.strip_prefix(sign) {
            Some(rest) => {
                self.rest = rest.trim_start();
                true
            }
            None => false,
        }
    }
}
