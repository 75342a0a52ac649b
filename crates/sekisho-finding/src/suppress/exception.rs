//! Exceptions: which findings are accepted, by whom, why, and until when.

use sekisho_manifest::Span;

use crate::Finding;

/// An accepted risk: findings it matches do not count until it expires.
#[derive(Debug, Clone, PartialEq)]
pub struct Exception {
    /// The rules, by slug.
    pub rules: Vec<String>,
    /// Objects as `Kind/name`, with `*` and `?`; empty: any.
    pub objects: Vec<String>,
    /// Namespaces, with `*` and `?`; empty: any. An object that names none has the empty one.
    pub namespaces: Vec<String>,
    /// Containers by name, with `*` and `?`; empty: any.
    pub containers: Vec<String>,
    /// Files as they are shown, with `*` (also across folders) and `?`; empty: any.
    pub files: Vec<String>,
    /// Who answers for it.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// The last day on which it counts, as days since 1970-01-01; none: no end.
    pub expires: Option<i64>,
    /// Where it stands in the configuration.
    pub span: Span,
}

impl Exception {
    /// Whether the exception speaks of the finding, expired or not.
    pub fn matches(&self, finding: &Finding) -> bool {
        let object = &finding.subject.object;
        let named = format!("{}/{}", object.kind, object.name);
        let any = |patterns: &[String], value: &str| {
            patterns.is_empty() || patterns.iter().any(|pattern| glob(pattern, value))
        };
        self.rules.iter().any(|rule| finding.is_called(rule))
            && any(&self.objects, &named)
            && any(&self.namespaces, object.namespace.as_deref().unwrap_or(""))
            && any(&self.containers, finding.subject.container.as_deref().unwrap_or(""))
            && any(&self.files, &finding.location.file)
    }

    /// Whether it has ended by this day (days since 1970-01-01).
    pub fn is_expired(&self, today: i64) -> bool {
        self.expires.is_some_and(|last| last < today)
    }
}

/// Whether a text is as a pattern says, where `*` stands for any characters and `?` for one.
pub fn glob(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut seen) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while seen < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, seen));
                at += 1;
            }
            Some(wanted) if *wanted == '?' || text.get(seen) == Some(wanted) => {
                at += 1;
                seen += 1;
            }
            _ => match star {
                Some((place, from)) => {
                    star = Some((place, from + 1));
                    at = place + 1;
                    seen = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern.get(at..).unwrap_or(&[]).iter().all(|rest| *rest == '*')
}
