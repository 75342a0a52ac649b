//! Which packages are meant.

use std::fmt;

use smol_str::SmolStr;

/// Packages whose rules are applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Packages {
    /// Those of these names; `*` stands for any text and `?` for one character.
    Named(Vec<SmolStr>),
    /// All.
    All,
}

impl Default for Packages {
    fn default() -> Self {
        Self::Named(vec![SmolStr::new_static("main")])
    }
}

impl Packages {
    /// Whether a package is one of them.
    pub(super) fn have(&self, package: &str) -> bool {
        match self {
            Self::Named(names) => names.iter().any(|name| fits(name.as_bytes(), package.as_bytes())),
            Self::All => true,
        }
    }
}

impl fmt::Display for Packages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("any package"),
            Self::Named(names) => {
                let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
                write!(f, "package {}", names.join(", "))
            }
        }
    }
}

/// Whether a text fits a pattern; takes time linear in the product of both lengths.
fn fits(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut from) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while let Some(byte) = text.get(from) {
        match pattern.get(at) {
            Some(b'*') => {
                at += 1;
                star = Some((at, from));
            }
            Some(wanted) if *wanted == b'?' || wanted == byte => {
                at += 1;
                from += 1;
            }
            _ => match star {
                Some((after, taken)) => {
                    (at, from) = (after, taken + 1);
                    star = Some((after, from));
                }
                None => return false,
            },
        }
    }
    pattern.get(at..).is_some_and(|rest| rest.iter().all(|byte| *byte == b'*'))
}
