//! Composer: the normal form of a version (four numbers, a stability, `-dev`), in PHP's order.

use crate::key::{Key, is_number, split_digits};
use crate::order::packagist;

/// What branches count as that are named by numbers: `1.x-dev` is behind every `1.*`.
const ANY: &str = "9999999";

pub(super) fn write(text: &str, key: &mut Key) -> Option<()> {
    packagist::write_parts(&normalize(text)?, key);
    Some(())
}

pub(super) fn is_prerelease(text: &str) -> bool {
    normalize(text).is_some_and(|normal| {
        normal.starts_with("dev-")
            || normal.split_once('-').is_some_and(|(_, stability)| !stability.starts_with("patch"))
    })
}

/// The normal form of a version; none where Composer refuses it.
pub(crate) fn normalize(text: &str) -> Option<String> {
    let text = text.split_once(" as ").map_or(text, |(version, _)| version).trim();
    // `1.0@beta` names a stability for the solver.
    let text = text.rsplit_once('@').map_or(text, |(version, _)| version);
    if matches!(text, "master" | "trunk" | "default") {
        return Some(format!("dev-{text}"));
    }
    if text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("dev-")) {
        return Some(format!("dev-{}", text.get(4..).unwrap_or_default()));
    }
    let text = text.split_once('+').map_or(text, |(version, _)| version);
    if text.is_empty() || text.contains(char::is_whitespace) {
        return None;
    }
    let bare = text.strip_prefix(['v', 'V']).unwrap_or(text);
    classical(bare).or_else(|| dated(bare)).or_else(|| numbered_branch(text))
}

/// `1.2.3.4-beta2`: up to four numbers, of which the first has at most five digits.
fn classical(text: &str) -> Option<String> {
    let (first, mut rest) = split_digits(text);
    if first.is_empty() || first.len() > 5 {
        return None;
    }
    let mut normal = first.to_owned();
    for _ in 0..3 {
        let (digits, after) = rest.strip_prefix('.').map_or(("", rest), split_digits);
        normal.push('.');
        if digits.is_empty() {
            normal.push('0');
        } else {
            normal.push_str(digits);
            rest = after;
        }
    }
    normal.push_str(&modifiers(rest)?);
    Some(normal)
}

/// `2024-01-31` and `20240131.1`: a year, then groups of two digits, then one or two short numbers.
fn dated(text: &str) -> Option<String> {
    let length = text.bytes().take_while(|byte| byte.is_ascii_digit() || b".:-".contains(byte)).count();
    let (date, mut rest) = text.split_at(length);
    let trimmed = date.trim_end_matches(['.', ':', '-']);
    rest = text.get(trimmed.len()..).unwrap_or(rest);
    let digits = trimmed.bytes().filter(u8::is_ascii_digit).count();
    let leading = split_digits(trimmed).0.len();
    if !(6..=22).contains(&digits) || !(leading == 4 || (leading >= 6 && leading.is_multiple_of(2))) {
        return None;
    }
    let mut normal: String =
        trimmed.chars().map(|character| if character.is_ascii_digit() { character } else { '.' }).collect();
    normal.push_str(&modifiers(rest)?);
    Some(normal)
}

/// How stabilities may be written, longer words first, and their names.
const STABILITIES: [(&str, &str); 9] = [
    ("stable", ""),
    ("beta", "beta"),
    ("b", "beta"),
    ("rc", "RC"),
    ("alpha", "alpha"),
    ("a", "alpha"),
    ("patch", "patch"),
    ("pl", "patch"),
    ("p", "patch"),
];

/// `-beta.2`, `RC1`, `-patch3-dev`: a stability with its number, and `-dev`.
fn modifiers(text: &str) -> Option<String> {
    if text.is_empty() {
        return Some(String::new());
    }
    let lowered = text.to_ascii_lowercase();
    let mut rest = lowered.strip_prefix(['.', '_', '-']).unwrap_or(&lowered);
    let mut normal = String::new();
    if let Some((name, after)) =
        STABILITIES.iter().find_map(|(short, name)| Some((*name, rest.strip_prefix(short)?)))
    {
        let mut numbers = String::new();
        rest = after;
        loop {
            let (digits, after) = split_digits(rest.strip_prefix(['.', '-']).unwrap_or(rest));
            if digits.is_empty() {
                break;
            }
            if !numbers.is_empty() {
                numbers.push('.');
            }
            numbers.push_str(digits);
            rest = after;
        }
        if !name.is_empty() {
            normal = format!("-{name}{numbers}");
        }
    }
    match rest.strip_prefix(['.', '-']).filter(|rest| !rest.is_empty()).unwrap_or(rest) {
        "dev" => {
            normal.push_str("-dev");
            Some(normal)
        }
        "" => Some(normal),
        _ => None,
    }
}

/// `1.x-dev`: a branch named by numbers.
fn numbered_branch(text: &str) -> Option<String> {
    let end = text.len().checked_sub(3)?;
    if !text.get(end..)?.eq_ignore_ascii_case("dev") {
        return None;
    }
    let branch = text.get(..end)?;
    let branch = branch.strip_suffix(['.', '-']).unwrap_or(branch);
    let branch = branch.strip_prefix(['v', 'V']).unwrap_or(branch);
    let mut parts: Vec<&str> = branch.split('.').collect();
    if parts.len() > 4 || !is_number(parts.first()?) {
        return None;
    }
    parts.resize(4, "x");
    let named: Option<Vec<&str>> = parts
        .into_iter()
        .map(|part| match part {
            "x" | "X" | "*" => Some(ANY),
            number => is_number(number).then_some(number),
        })
        .collect();
    Some(format!("{}-dev", named?.join(".")))
}
