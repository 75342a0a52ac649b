//! Licences as one expression of SPDX, with the texts of those that its list has not, and back.

use std::collections::BTreeMap;

use sekisho_contents::{License, license};
use spdx::{Expression, ParseMode};

use crate::gathering::MOST;
use crate::identity::{short, slug};

/// What names of licences that SPDX's list has not begin with.
const REFERENCE: &str = "LicenseRef-";

/// The expression under which all licences hold at once; none where there are none. What its references stand for is
/// entered in `texts`.
pub(crate) fn declare(
    licenses: &[License],
    known: &BTreeMap<String, String>,
    texts: &mut BTreeMap<String, String>,
) -> Option<String> {
    let mut parts = Vec::new();
    for one in licenses {
        parts.push(match one {
            License::Expression(text) if is_expression(text) => {
                for reference in references(text) {
                    let meant = known.get(reference).cloned().unwrap_or_else(|| reference.to_owned());
                    texts.entry(reference.to_owned()).or_insert(meant);
                }
                if licenses.len() > 1 && text.contains(' ') { format!("({text})") } else { text.clone() }
            }
            License::Expression(words) | License::Words(words) => {
                let reference = reference(words);
                texts.insert(reference.clone(), words.clone());
                reference
            }
        });
    }
    Some(parts.join(" AND ")).filter(|expression| !expression.is_empty())
}

/// The licences of an expression: each that must hold by itself.
pub(crate) fn licenses(expression: &str, texts: &BTreeMap<String, String>) -> Vec<License> {
    let expression = expression.trim();
    if matches!(expression, "" | "NOASSERTION" | "NONE") {
        return Vec::new();
    }
    let mut found = Vec::new();
    for part in parts(expression).into_iter().take(MOST) {
        let part = part.trim();
        let one = match texts.get(part).filter(|_| part.starts_with(REFERENCE)) {
            Some(words) if words.len() <= 200 && !words.contains('\n') => license(words),
            _ => license(part),
        };
        if !found.contains(&one) {
            found.push(one);
        }
    }
    found
}

/// Cuts an expression at each `AND` that stands in no parentheses; not at all where an `OR` stands beside them.
fn parts(expression: &str) -> Vec<&str> {
    let (mut found, mut depth, mut start) = (Vec::new(), 0_usize, 0);
    let mut at = 0;
    for word in expression.split_inclusive([' ', '(', ')']) {
        match word.trim_end_matches([' ', '(', ')']) {
            "AND" | "and" if depth == 0 => {
                found.push(expression.get(start..at).unwrap_or_default());
                start = at + word.len();
            }
            "OR" | "or" if depth == 0 => return vec![bare(expression)],
            _ => {}
        }
        if word.ends_with('(') {
            depth += 1;
        } else if word.ends_with(')') {
            depth = depth.saturating_sub(1);
        }
        at += word.len();
    }
    found.push(expression.get(start..).unwrap_or_default());
    found.into_iter().map(bare).collect()
}

/// An expression without parentheses around all of it.
fn bare(expression: &str) -> &str {
    let expression = expression.trim();
    let Some(inner) = expression.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) else {
        return expression;
    };
    let mut depth = 0_i32;
    for character in inner.chars() {
        depth += i32::from(character == '(') - i32::from(character == ')');
        if depth < 0 {
            return expression;
        }
    }
    inner
}

/// Whether every format takes the text as an expression.
pub(crate) fn is_expression(text: &str) -> bool {
    Expression::parse_mode(text, ParseMode::STRICT).is_ok()
}

/// The identifier of SPDX's list that the text is.
pub(crate) fn listed(text: &str) -> Option<&'static str> {
    spdx::license_id(text).map(|id| id.name).filter(|name| *name == text)
}

/// The names in an expression that its list has not.
fn references(expression: &str) -> impl Iterator<Item = &str> {
    expression.split([' ', '(', ')']).filter(|word| word.starts_with(REFERENCE))
}

/// A name for a licence that has only words.
fn reference(words: &str) -> String {
    let slug = slug(words);
    if slug == words { format!("{REFERENCE}{slug}") } else { format!("{REFERENCE}{slug}-{}", short(words)) }
}
