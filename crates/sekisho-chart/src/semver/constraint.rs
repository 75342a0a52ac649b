//! A constraint on versions: `>=1.2 <2 || ^3.1`.

use std::cmp::Ordering;
use std::fmt::Write as _;

use super::version::{Scan, Version, compare_prereleases, is_digit};

/// The longest constraint that is read, in bytes.
const LONGEST: usize = 512;

/// The most alternatives that a constraint may have.
const MOST_GROUPS: usize = 32;

/// A constraint on versions: alternatives parted by `||`, each of conditions that must all hold.
#[derive(Debug, Clone)]
pub struct Constraint {
    groups: Vec<Group>,
}

/// Why a text is no constraint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConstraintError {
    /// It is not written as one.
    #[error("improper constraint: {0:?}")]
    Improper(String),
    /// A version in it is none.
    #[error("constraint parser error")]
    Version,
    /// It is longer than any constraint.
    #[error("constraint string is too long (max {LONGEST} bytes)")]
    TooLong,
    /// It has too many alternatives.
    #[error("too many constraint groups (max {MOST_GROUPS})")]
    TooManyGroups,
}

/// Conditions that must all hold.
#[derive(Debug, Clone)]
struct Group {
    conditions: Vec<Condition>,
    /// Whether prereleases may fit: only where one of the conditions names one.
    with_prereleases: bool,
}

#[derive(Debug, Clone)]
struct Condition {
    operator: Operator,
    version: Version,
    /// Which number is the first that is left open: by `x`, or by not being there.
    open: Open,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Greater,
    Less,
    GreaterEqual,
    LessEqual,
    Tilde,
    Caret,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    None,
    Major,
    Minor,
    Patch,
}

/// The operators as they are written, longer ones first.
const OPERATORS: &[(&str, Operator)] = &[
    ("!=", Operator::NotEqual),
    (">=", Operator::GreaterEqual),
    ("=>", Operator::GreaterEqual),
    ("<=", Operator::LessEqual),
    ("=<", Operator::LessEqual),
    ("~>", Operator::Tilde),
    ("=", Operator::Equal),
    (">", Operator::Greater),
    ("<", Operator::Less),
    ("~", Operator::Tilde),
    ("^", Operator::Caret),
];

impl Constraint {
    /// Reads a constraint.
    ///
    /// # Errors
    /// Where the text is none.
    pub fn parse(text: &str) -> Result<Self, ConstraintError> {
        if text.len() > LONGEST {
            return Err(ConstraintError::TooLong);
        }
        let text = write_out_ranges(text);
        let groups: Vec<_> = text.split("||").collect();
        if groups.len() > MOST_GROUPS {
            return Err(ConstraintError::TooManyGroups);
        }
        Ok(Self { groups: groups.into_iter().map(Group::parse).collect::<Result<_, _>>()? })
    }

    /// Whether a version fits.
    pub fn allows(&self, version: &Version) -> bool {
        self.groups.iter().any(|group| group.allows(version))
    }
}

impl Group {
    fn parse(text: &str) -> Result<Self, ConstraintError> {
        let improper = || ConstraintError::Improper(text.to_owned());
        let mut scan = Scan::new(text);
        let mut written = Vec::new();
        scan.skip_spaces();
        loop {
            let operator = OPERATORS
                .iter()
                .find(|(written, _)| scan.skip_text(written))
                .map_or(Operator::Equal, |(_, operator)| *operator);
            scan.skip_spaces();
            let pattern = Pattern::scan(&mut scan).ok_or_else(improper)?;
            written.push((operator, pattern));
            let spaces = scan.skip_spaces();
            if scan.is_at_end() {
                break;
            }
            let comma = scan.skip(',');
            if !spaces && !comma {
                return Err(improper());
            }
            scan.skip_spaces();
        }
        let conditions = written
            .into_iter()
            .map(|(operator, pattern)| Condition::new(operator, &pattern))
            .collect::<Result<Vec<_>, _>>()?;
        let with_prereleases = conditions.iter().any(|condition| !condition.version.prerelease.is_empty());
        Ok(Self { conditions, with_prereleases })
    }

    fn allows(&self, version: &Version) -> bool {
        (version.prerelease.is_empty() || self.with_prereleases)
            && self.conditions.iter().all(|condition| condition.allows(version))
    }
}

impl Condition {
    fn new(operator: Operator, pattern: &Pattern<'_>) -> Result<Self, ConstraintError> {
        let is_open = |part: &str| matches!(part, "" | "x" | "X" | "*");
        let (open, numbers) = if is_open(pattern.major) {
            (Open::Major, "0.0.0".to_owned())
        } else if is_open(pattern.minor) {
            (Open::Minor, format!("{}.0.0", pattern.major))
        } else if is_open(pattern.patch) {
            (Open::Patch, format!("{}.{}.0", pattern.major, pattern.minor))
        } else {
            // Metadata does not count in any comparison.
            (Open::None, format!("{}.{}.{}", pattern.major, pattern.minor, pattern.patch))
        };
        let dash = if pattern.prerelease.is_empty() { "" } else { "-" };
        let version = Version::parse(&format!("{numbers}{dash}{}", pattern.prerelease))
            .map_err(|_| ConstraintError::Version)?;
        Ok(Self { operator, version, open })
    }

    fn allows(&self, version: &Version) -> bool {
        let own = &self.version;
        match self.operator {
            Operator::Equal if self.open == Open::None => version == own,
            Operator::Equal | Operator::Tilde => self.allows_by_tilde(version),
            Operator::NotEqual => !self.is_matched_by(version),
            Operator::Greater => match self.open {
                // An open number stands for all of its values: above `1` comes `2`.
                Open::Minor => version.major > own.major,
                Open::Patch => (version.major, version.minor) > (own.major, own.minor),
                Open::None | Open::Major => version > own,
            },
            Operator::Less => version < own,
            Operator::GreaterEqual => version >= own,
            Operator::LessEqual => match self.open {
                Open::None => version <= own,
                Open::Minor => version.major <= own.major,
                Open::Major | Open::Patch => (version.major, version.minor) <= (own.major, own.minor),
            },
            Operator::Caret => self.allows_by_caret(version),
        }
    }

    /// Whether a version is one of those that `!=` excludes.
    fn is_matched_by(&self, version: &Version) -> bool {
        let own = &self.version;
        match self.open {
            Open::None | Open::Major => version == own,
            Open::Minor => version.major == own.major,
            Open::Patch => {
                (version.major, version.minor) == (own.major, own.minor)
                    && compare_prereleases(&version.prerelease, &own.prerelease) == Ordering::Equal
            }
        }
    }

    fn allows_by_tilde(&self, version: &Version) -> bool {
        let own = &self.version;
        if version < own {
            return false;
        }
        if (own.major, own.minor, own.patch) == (0, 0, 0) && matches!(self.open, Open::None | Open::Major) {
            return true;
        }
        version.major == own.major && (version.minor == own.minor || self.open == Open::Minor)
    }

    fn allows_by_caret(&self, version: &Version) -> bool {
        let own = &self.version;
        if version < own {
            return false;
        }
        if own.major > 0 || self.open == Open::Minor {
            return version.major == own.major;
        }
        if version.major > 0 {
            return false;
        }
        if own.minor > 0 || self.open == Open::Patch {
            return version.minor == own.minor;
        }
        version.minor == 0 && version.patch == own.patch
    }
}

/// A version in which numbers may be open.
struct Pattern<'t> {
    major: &'t str,
    minor: &'t str,
    patch: &'t str,
    prerelease: &'t str,
}

impl<'t> Pattern<'t> {
    /// Reads a pattern; where none comes next, nothing is read.
    fn scan(scan: &mut Scan<'t>) -> Option<Self> {
        let fits = |character: char| is_digit(character) || matches!(character, 'x' | 'X' | '*' | '|');
        let mut ahead = *scan;
        ahead.skip('v');
        let major = ahead.take_while(fits);
        if major.is_empty() {
            return None;
        }
        let minor = ahead.part_behind('.', fits);
        let patch = ahead.part_behind('.', fits);
        let prerelease = ahead.identifiers_behind('-');
        ahead.identifiers_behind('+');
        *scan = ahead;
        Some(Self { major, minor, patch, prerelease })
    }
}

/// Writes `1.2 - 1.4` as `>= 1.2, <= 1.4`.
fn write_out_ranges(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut scan = Scan::new(text);
    while let Some(first) = scan.rest().chars().next() {
        if let Some((low, high, behind)) = range(scan) {
            let _ = write!(out, ">= {low}, <= {high} ");
            scan = behind;
        } else {
            out.push(first);
            scan.skip(first);
        }
    }
    out
}

/// The two ends of a range that begins here, and what comes behind it.
fn range(mut scan: Scan<'_>) -> Option<(&str, &str, Scan<'_>)> {
    scan.skip_spaces();
    let low = pattern_text(&mut scan)?;
    if !scan.skip_spaces() || !scan.skip('-') || !scan.skip_spaces() {
        return None;
    }
    let high = pattern_text(&mut scan)?;
    scan.skip_spaces();
    Some((low, high, scan))
}

fn pattern_text<'t>(scan: &mut Scan<'t>) -> Option<&'t str> {
    let start = scan.rest();
    Pattern::scan(scan)?;
    start.get(..start.len() - scan.rest().len())
}
