//! Regular expressions in RE2's syntax, compiled by an engine whose own syntax differs in places.

use regex::{Regex, RegexBuilder};

use crate::error::Failure;

/// The most bytes of a compiled pattern.
const LARGEST: usize = 4 << 20;

/// Compiles a pattern.
pub(crate) fn compile(source: &str) -> Result<Regex, Failure> {
    let wrong = || Failure::argument(format!("error parsing regexp: `{source}`"));
    let translated = translate(source).ok_or_else(wrong)?;
    RegexBuilder::new(&translated).size_limit(LARGEST).nest_limit(200).build().map_err(|_| wrong())
}

/// Writes a pattern of RE2 as one of our engine; none where RE2 refuses it and our engine would not.
fn translate(source: &str) -> Option<String> {
    let mut out = String::with_capacity(source.len() + 16);
    let mut rest = source;
    let mut in_class = false;
    let mut class_start = false;
    // Whether a repetition has just ended: to repeat it once more is refused.
    let mut repeated = false;
    while let Some(letter) = rest.chars().next() {
        let behind = rest.get(letter.len_utf8()..).unwrap_or("");
        let at_start = std::mem::take(&mut class_start);
        let was_repeated = std::mem::take(&mut repeated);
        rest = behind;
        let repeats = match letter {
            '*' | '+' | '?' => !in_class,
            '{' => !in_class && is_repetition(behind),
            _ => false,
        };
        if repeats && was_repeated {
            return None;
        }
        match letter {
            '\\' => {
                let (text, left) = escape(behind, in_class)?;
                out.push_str(&text);
                rest = left;
            }
            '[' if in_class => {
                if behind.starts_with(':')
                    && let Some(end) = behind.find(":]")
                {
                    out.push('[');
                    out.push_str(behind.get(..end + 2)?);
                    rest = behind.get(end + 2..)?;
                } else {
                    out.push_str("\\[");
                }
            }
            '[' => {
                in_class = true;
                class_start = true;
                out.push('[');
                if let Some(left) = behind.strip_prefix('^') {
                    out.push('^');
                    rest = left;
                }
            }
            ']' if in_class && at_start => out.push_str("\\]"),
            ']' if in_class => {
                in_class = false;
                out.push(']');
            }
            '&' | '~' if in_class => {
                out.push('\\');
                out.push(letter);
            }
            '-' if in_class && behind.starts_with('-') => out.push_str("\\-"),
            '{' if !in_class && !is_repetition(behind) => out.push_str("\\{"),
            '{' if !in_class => {
                let end = behind.find('}')?;
                let counts = behind.get(..end)?;
                let too_many =
                    |count: &str| !count.is_empty() && count.parse::<u32>().is_ok_and(|n| n > 1000);
                if counts.split(',').any(too_many) {
                    return None;
                }
                out.push('{');
                out.push_str(counts);
                out.push('}');
                rest = lazy(behind.get(end + 1..)?, &mut out);
                repeated = true;
            }
            '*' | '+' | '?' if !in_class => {
                out.push(letter);
                rest = lazy(behind, &mut out);
                repeated = true;
            }
            '(' if !in_class => {
                out.push('(');
                // What stands here says what kind of group it is.
                if let Some(left) = behind.strip_prefix('?') {
                    out.push('?');
                    rest = left;
                }
            }
            '}' if !in_class => out.push('}'),
            other => out.push(other),
        }
    }
    Some(out)
}

/// Passes over the mark of a repetition that takes as little as it can.
fn lazy<'t>(text: &'t str, out: &mut String) -> &'t str {
    match text.strip_prefix('?') {
        Some(left) => {
            out.push('?');
            left
        }
        None => text,
    }
}

/// Whether the text behind a brace makes it a repetition: `2}`, `2,}`, `2,3}`.
fn is_repetition(text: &str) -> bool {
    let Some(end) = text.find('}') else { return false };
    let counts = text.get(..end).unwrap_or("");
    let (first, second) = counts.split_once(',').unwrap_or((counts, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    !first.is_empty() && first.len() < 9 && second.len() < 9 && digits(first) && digits(second)
}

/// What an escape becomes, and what stands behind it. Classes of letters are ASCII, as in RE2.
fn escape(text: &str, in_class: bool) -> Option<(String, &str)> {
    let letter = text.chars().next()?;
    let rest = text.get(letter.len_utf8()..)?;
    let class = match letter {
        'd' => "0-9",
        'w' => "0-9A-Za-z_",
        's' => r"\t\n\x0C\r ",
        'D' => "^0-9",
        'W' => "^0-9A-Za-z_",
        'S' => r"^\t\n\x0C\r ",
        _ => "",
    };
    if !class.is_empty() {
        let bare = in_class && !class.starts_with('^');
        return Some((if bare { class.to_owned() } else { format!("[{class}]") }, rest));
    }
    match letter {
        'b' | 'B' if !in_class => Some((format!("(?-u:\\{letter})"), rest)),
        'Q' if !in_class => {
            let (quoted, left) = rest.split_once("\\E").unwrap_or((rest, ""));
            Some((regex::escape(quoted), left))
        }
        'E' if !in_class => Some((String::new(), rest)),
        'p' | 'P' if rest.starts_with('{') => {
            let end = rest.find('}')?;
            let (name, left) = (rest.get(1..end)?, rest.get(end + 1..)?);
            Some((format!("\\{letter}{{{name}}}"), left))
        }
        'C' | 'Z' | 'G' | 'u' | 'U' => None,
        '<' | '>' => Some((letter.to_string(), rest)),
        '0'..='7' => {
            let octal: String = text.chars().take(3).take_while(|digit| digit.is_digit(8)).collect();
            if letter != '0' && octal.len() < 2 {
                return None;
            }
            let code = u32::from_str_radix(&octal, 8).ok()?;
            Some((format!("\\x{{{code:x}}}"), text.get(octal.len()..)?))
        }
        letter if letter.is_alphanumeric() || letter.is_ascii_punctuation() => {
            Some((format!("\\{letter}"), rest))
        }
        _ => None,
    }
}
