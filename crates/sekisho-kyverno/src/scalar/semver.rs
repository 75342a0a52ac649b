//! Semantic versions and ranges of them: `>=1.2.3 <2.0.0 || 3.x`.

use std::cmp::Ordering;

/// A semantic version; what is built into it has no part in its order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Version {
    numbers: [u64; 3],
    before: Vec<Identifier>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Identifier {
    Number(u64),
    Word(String),
}

/// Why a text is no version or no range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SemverError {
    /// No version.
    #[error("`{0}` is no semantic version: write `1.2.3`")]
    Version(String),
    /// No range.
    #[error("`{0}` is no range of semantic versions: write for example `>=1.2.3 <2.0.0`")]
    Range(String),
}

impl Version {
    /// Reads a version with all its three numbers.
    pub fn parse(text: &str) -> Result<Self, SemverError> {
        Self::read(text).ok_or_else(|| SemverError::Version(text.to_owned()))
    }

    fn read(text: &str) -> Option<Self> {
        let (major, rest) = text.split_once('.')?;
        let (minor, rest) = rest.split_once('.')?;
        let (rest, build) = rest.split_once('+').map_or((rest, None), |(rest, build)| (rest, Some(build)));
        let (patch, before) =
            rest.split_once('-').map_or((rest, None), |(rest, before)| (rest, Some(before)));
        let numbers = [number(major)?, number(minor)?, number(patch)?];
        if build.is_some_and(|build| !build.split('.').all(is_word)) {
            return None;
        }
        let before = match before {
            Some(before) => before.split('.').map(Identifier::read).collect::<Option<Vec<_>>>()?,
            None => Vec::new(),
        };
        Some(Self { numbers, before })
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        self.numbers.cmp(&other.numbers).then_with(|| {
            match (self.before.is_empty(), other.before.is_empty()) {
                (true, false) => Ordering::Greater,
                (false, true) => Ordering::Less,
                _ => self.before.cmp(&other.before),
            }
        })
    }
}

impl Identifier {
    fn read(text: &str) -> Option<Self> {
        if text.is_empty() {
            return None;
        }
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            return number(text).map(Self::Number);
        }
        is_word(text).then(|| Self::Word(text.to_owned()))
    }
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (digits && (text.len() == 1 || !text.starts_with('0'))).then(|| text.parse().ok())?
}

/// Alternatives, each of bounds that hold together.
#[derive(Debug, Clone)]
pub struct Range(Vec<Vec<Bound>>);

#[derive(Debug, Clone)]
struct Bound {
    sign: Sign,
    version: Version,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Equal,
    NotEqual,
    More,
    MoreEqual,
    Less,
    LessEqual,
}

impl Range {
    /// Reads a range. An `x` in the place of the second or third number stands for every number.
    pub fn parse(text: &str) -> Result<Self, SemverError> {
        Self::read(text).ok_or_else(|| SemverError::Range(text.to_owned()))
    }

    fn read(text: &str) -> Option<Self> {
        let words = words(text);
        let alternatives = words.split(|word| word == "||").map(|alternative| {
            let bounds: Vec<Vec<Bound>> =
                alternative.iter().map(|word| bounds(word)).collect::<Option<_>>()?;
            (!bounds.is_empty()).then(|| bounds.into_iter().flatten().collect())
        });
        alternatives.collect::<Option<Vec<_>>>().map(Self)
    }

    /// Whether a version lies in the range.
    pub fn contains(&self, version: &Version) -> bool {
        self.0.iter().any(|bounds| bounds.iter().all(|bound| bound.holds(version)))
    }
}

impl Bound {
    fn holds(&self, version: &Version) -> bool {
        let order = version.cmp(&self.version);
        match self.sign {
            Sign::Equal => order.is_eq(),
            Sign::NotEqual => order.is_ne(),
            Sign::More => order.is_gt(),
            Sign::MoreEqual => order.is_ge(),
            Sign::Less => order.is_lt(),
            Sign::LessEqual => order.is_le(),
        }
    }
}

impl Sign {
    fn read(text: &str) -> Option<Self> {
        Some(match text {
            "" | "=" | "==" => Self::Equal,
            "!" | "!=" => Self::NotEqual,
            ">" => Self::More,
            ">=" => Self::MoreEqual,
            "<" => Self::Less,
            "<=" => Self::LessEqual,
            _ => return None,
        })
    }
}

/// The words of a range: cut at spaces, but not between a sign and its version; words of one byte are
/// passed over.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut start = 0;
    let mut last = ' ';
    let mut push = |word: &str| {
        if word.len() > 1 {
            words.push(word.replace(' ', ""));
        }
    };
    for (place, letter) in text.char_indices() {
        if letter != ' ' {
            last = letter;
        } else if !matches!(last, '>' | '<' | '=') {
            push(text.get(start..place).unwrap_or(""));
            start = place + 1;
        }
    }
    push(text.get(start..).unwrap_or(""));
    words
}

/// The bounds that a word says: one, or two where it has a wildcard.
fn bounds(word: &str) -> Option<Vec<Bound>> {
    let (sign, version) = word.split_at_checked(word.find(|letter: char| letter.is_ascii_digit())?)?;
    if !word.contains('x') {
        return Some(vec![Bound { sign: Sign::read(sign.trim())?, version: Version::read(version)? }]);
    }
    let numbers: Vec<&str> = version.split('.').collect();
    let is_wild = numbers.last() == Some(&"x");
    let first = version.replacen(".x.x", ".x", 1).replacen(".x", ".0", 1);
    let first = if first.split('.').count() == 2 { first + ".0" } else { first };
    let next = || {
        let mut parts: Vec<String> = first.split('.').map(str::to_owned).collect();
        let place = match numbers.len() {
            3 if is_wild => 1,
            2 if is_wild => 0,
            _ => return None,
        };
        let part = parts.get_mut(place)?;
        *part = part.parse::<i64>().ok()?.checked_add(1)?.to_string();
        Version::read(&parts.join("."))
    };
    let least = || Version::read(&first);
    let Some(sign) = Sign::read(sign.trim()) else {
        // A sign that is none, such as `^`, is passed over where there is a wildcard.
        return Some(vec![Bound { sign: Sign::Equal, version: least()? }]);
    };
    Some(match sign {
        Sign::More => vec![Bound { sign: Sign::MoreEqual, version: next()? }],
        Sign::MoreEqual => vec![Bound { sign: Sign::MoreEqual, version: least()? }],
        Sign::Less => vec![Bound { sign: Sign::Less, version: least()? }],
        Sign::LessEqual => vec![Bound { sign: Sign::Less, version: next()? }],
        Sign::Equal => vec![
            Bound { sign: Sign::MoreEqual, version: least()? },
            Bound { sign: Sign::Less, version: next()? },
        ],
        // Below the one and not below the other: no version is, which is how Kyverno has it too.
        Sign::NotEqual => vec![
            Bound { sign: Sign::Less, version: least()? },
            Bound { sign: Sign::MoreEqual, version: next()? },
        ],
    })
}
