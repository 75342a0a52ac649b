//! Python: PEP 440, and before it every other text by the rules of old setuptools.

use crate::key::{Key, is_number, split_digits};
use crate::order::semver::write_numbers;

/// A version of PEP 440 in its parts; numbers as their digits.
#[derive(Debug, Default)]
pub(crate) struct Parts<'t> {
    pub(crate) epoch: &'t str,
    /// Numbers between dots.
    pub(crate) release: &'t str,
    /// 1 alpha, 2 beta, 3 release candidate, with the number.
    pub(crate) pre: Option<(u8, &'t str)>,
    pub(crate) post: Option<&'t str>,
    pub(crate) dev: Option<&'t str>,
    pub(crate) local: Option<&'t str>,
}

#[allow(clippy::unnecessary_wraps, reason = "it stands in a table of orders, of which most can refuse")]
pub(super) fn write(text: &str, key: &mut Key) -> Option<()> {
    let text = text.to_ascii_lowercase();
    match split(&text) {
        Some(parts) => write_parts(&parts, key),
        None => write_legacy(&text, key),
    }
    Some(())
}

/// How pre-releases are marked, longer words first, and the kind that each means.
const PRE: [(&str, u8); 8] =
    [("alpha", 1), ("a", 1), ("beta", 2), ("b", 2), ("preview", 3), ("pre", 3), ("rc", 3), ("c", 3)];

/// Takes a version apart; the text is in lower case.
pub(crate) fn split(text: &str) -> Option<Parts<'_>> {
    let text = text.strip_prefix('v').unwrap_or(text);
    let (text, local) = text.split_once('+').map_or((text, None), |(text, local)| (text, Some(local)));
    if let Some(local) = local {
        let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !local.split(['.', '_', '-']).all(is_word) {
            return None;
        }
    }
    let (epoch, text) = text.split_once('!').unwrap_or(("", text));
    if !epoch.is_empty() && !is_number(epoch) {
        return None;
    }
    let mut end = 0;
    let mut rest = text;
    loop {
        let (digits, after) = split_digits(rest);
        if digits.is_empty() {
            break;
        }
        end = text.len() - after.len();
        match after.strip_prefix('.') {
            Some(after) => rest = after,
            None => break,
        }
    }
    let (release, mut rest) = text.split_at(end);
    if release.is_empty() {
        return None;
    }
    let mut parts = Parts { epoch, release, local, ..Parts::default() };
    if let Some((kind, number, after)) =
        PRE.iter().find_map(|(word, kind)| marked(rest, word).map(|(number, after)| (*kind, number, after)))
    {
        parts.pre = Some((kind, number));
        rest = after;
    }
    if let Some((number, after)) =
        rest.strip_prefix('-').map(split_digits).filter(|(digits, _)| !digits.is_empty())
    {
        parts.post = Some(number);
        rest = after;
    } else if let Some((number, after)) = ["post", "rev", "r"].iter().find_map(|word| marked(rest, word)) {
        parts.post = Some(number);
        rest = after;
    }
    if let Some((number, after)) = marked(rest, "dev") {
        parts.dev = Some(number);
        rest = after;
    }
    rest.is_empty().then_some(parts)
}

/// A separator, the word, a separator, a number, of which only the word must be there.
fn marked<'t>(text: &'t str, word: &str) -> Option<(&'t str, &'t str)> {
    const SEPARATORS: [char; 3] = ['-', '_', '.'];
    let rest = text.strip_prefix(SEPARATORS).unwrap_or(text).strip_prefix(word)?;
    Some(split_digits(rest.strip_prefix(SEPARATORS).unwrap_or(rest)))
}

fn write_parts(parts: &Parts<'_>, key: &mut Key) {
    key.byte(1);
    key.number(parts.epoch);
    write_numbers(parts.release, key);
    match parts.pre {
        // A developer's release of the release itself is before its alphas.
        None if parts.post.is_none() && parts.dev.is_some() => key.byte(0),
        None => key.byte(4),
        Some((kind, number)) => {
            key.byte(kind);
            key.number(number);
        }
    }
    key.byte(u8::from(parts.post.is_some()));
    key.number(parts.post.unwrap_or_default());
    key.byte(u8::from(parts.dev.is_none()));
    key.number(parts.dev.unwrap_or_default());
    if let Some(local) = parts.local {
        for word in local.split(['.', '_', '-']) {
            if is_number(word) {
                key.byte(2);
                key.number(word);
            } else {
                key.byte(1);
                key.text(word);
            }
        }
        key.byte(0);
    }
}

/// Every other text: runs of digits and letters and hyphens, all of them before PEP 440's versions.
fn write_legacy(text: &str, key: &mut Key) {
    let mut parts: Vec<String> = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '0'..='9' => rest.bytes().take_while(u8::is_ascii_digit).count(),
            'a'..='z' => rest.bytes().take_while(u8::is_ascii_lowercase).count(),
            _ => first.len_utf8(),
        };
        let (run, after) = rest.split_at(length);
        rest = after;
        if first.is_ascii_digit() {
            parts.push(format!("{run:0>8}"));
        } else if first.is_ascii_lowercase() || first == '-' {
            push_word(&mut parts, run);
        }
    }
    push_word(&mut parts, "final");
    key.byte(0);
    for part in parts {
        key.byte(1);
        key.text(&part);
    }
    key.byte(0);
}

fn push_word(parts: &mut Vec<String>, word: &str) {
    let word = match word {
        "pre" | "preview" | "rc" => "*c",
        "-" => "*final-",
        "dev" => "@",
        word => &format!("*{word}"),
    };
    if word.starts_with('*') {
        if word < "*final" {
            while parts.last().is_some_and(|last| last == "*final-") {
                parts.pop();
            }
        }
        while parts.last().is_some_and(|last| last == "00000000") {
            parts.pop();
        }
    }
    parts.push(word.to_owned());
}

pub(super) fn is_prerelease(text: &str) -> bool {
    split(&text.to_ascii_lowercase()).is_some_and(|parts| parts.pre.is_some() || parts.dev.is_some())
}
