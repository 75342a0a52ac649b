//! Text that came from an input, made harmless for the place it goes to: one function for each place.
//!
//! Names, values and messages of a manifest are the attacker's. A terminal obeys escape sequences, a
//! spreadsheet formulas, a page markup, a CI runner workflow commands; and bidirectional controls make any
//! of them show something else than what is there.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether a character is not seen as itself: controls, bidirectional controls, and what takes no room.
pub(crate) fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{ad}'
                | '\u{61c}'
                | '\u{115f}'
                | '\u{1160}'
                | '\u{17b4}'
                | '\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{3164}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff0}'..='\u{fffb}'
                | '\u{fffe}'..='\u{ffff}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

/// One line in which every hidden character is spelled out: `\n`, `\t`, `\u{202e}`.
pub(crate) fn line(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        if is_hidden(letter) {
            spell(letter, &mut out);
        } else {
            out.push(letter);
        }
    }
    Cow::Owned(out)
}

/// Adds the spelled-out form of a hidden character.
pub(crate) fn spell(letter: char, out: &mut String) {
    match letter {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        _ => {
            // Writing to a string cannot fail.
            let _ = write!(out, "\\u{{{:x}}}", u32::from(letter));
        }
    }
}

/// Text or an attribute of XML: hidden characters spelled out, since XML 1.0 has no form for most of them.
/// A line break stays.
pub(crate) fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' => out.push('\n'),
            _ if is_hidden(letter) => spell(letter, &mut out),
            _ => out.push(letter),
        }
    }
    out
}

/// Text or an attribute of HTML.
pub(crate) fn html(text: &str) -> String {
    xml(text)
}

/// Text of HTML in which `` `code` `` becomes an element.
pub(crate) fn html_prose(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 32);
    spans(text, |part, code| {
        if code {
            out.push_str("<code>");
            out.push_str(&html(part));
            out.push_str("</code>");
        } else {
            out.push_str(&html(part));
        }
    });
    out
}

/// Text of GitHub's and GitLab's Markdown, also in a cell of a table: nothing in it is markup, and
/// `` `code` `` becomes an element, because a code span of Markdown could be closed from within.
pub(crate) fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 32);
    spans(text, |part, code| {
        if code {
            out.push_str(&markdown_code(part));
        } else {
            entities(part, &mut out);
        }
    });
    out
}

/// The same for a text that is code as a whole.
pub(crate) fn markdown_code(text: &str) -> String {
    let mut out = String::from("<code>");
    entities(text, &mut out);
    out.push_str("</code>");
    out
}

/// Every character that Markdown may take for markup, a link, a mention or an HTML tag as an entity.
fn entities(text: &str, out: &mut String) {
    let mut letters = text.chars().peekable();
    let mut first = true;
    while let Some(letter) = letters.next() {
        let next = letters.peek().copied().unwrap_or(' ');
        let markup = match letter {
            '&' | '<' | '>' | '"' | '`' | '*' | '_' | '[' | ']' | '\\' | '|' | '~' | '$' | '#' | '+'
            | '=' => true,
            // A link and an emoji go on behind the colon.
            ':' => next != ' ',
            '!' => next == '[',
            '-' => first,
            _ => false,
        };
        first = false;
        if letter == '@' {
            // A mention is found in the finished text; nothing may follow the sign directly.
            out.push_str("&#64;<!-- -->");
        } else if markup {
            // Writing to a string cannot fail.
            let _ = write!(out, "&#{};", u32::from(letter));
        } else if is_hidden(letter) {
            let mut spelled = String::new();
            spell(letter, &mut spelled);
            entities(&spelled, out);
        } else {
            out.push(letter);
        }
    }
}

/// Hands over the parts of a text, and whether each stands between backticks.
fn spans(text: &str, mut part: impl FnMut(&str, bool)) {
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('`') {
        let Some((code, tail)) = after.split_once('`') else { break };
        part(before, false);
        part(code, true);
        rest = tail;
    }
    part(rest, false);
}

/// A field of CSV (RFC 4180), quoted where it has to be. A text that a spreadsheet would take for a formula
/// gets an apostrophe before it, which spreadsheets do not show.
pub(crate) fn csv(text: &str) -> String {
    let plain = line(text);
    let formula = plain.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    let lead = if formula { "'" } else { "" };
    if plain.contains([',', '"', '\'', ' ']) || formula {
        format!("\"{lead}{}\"", plain.replace('"', "\"\""))
    } else {
        plain.into_owned()
    }
}

/// The message of a workflow command of GitHub Actions.
pub(crate) fn workflow_message(text: &str) -> String {
    line(text).replace('%', "%25")
}

/// A property of a workflow command of GitHub Actions.
pub(crate) fn workflow_property(text: &str) -> String {
    workflow_message(text).replace(':', "%3A").replace(',', "%2C")
}

/// A path as a relative reference of RFC 3986, `./` taken from its beginning.
pub(crate) fn uri_path(path: &str) -> String {
    let mut path = path;
    while let Some(rest) = path.strip_prefix("./") {
        path = rest.trim_start_matches('/');
    }
    let mut out = String::with_capacity(path.len());
    // A colon in the first segment would make the rest a scheme.
    let first = path.split('/').next().map_or(0, str::len);
    for (at, byte) in path.bytes().enumerate() {
        let plain = byte.is_ascii_alphanumeric()
            || b"-._~/!$&'()*+,;=@".contains(&byte)
            || (byte == b':' && at >= first);
        if plain {
            out.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
