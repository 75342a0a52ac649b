//! The place of a text in a document as an expression: what `{{@}}` stands for.

/// The names of a path: cut at slashes, with backslashes and quotes taken off.
fn names(path: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut name = String::new();
    let (mut escaped, mut quoted) = (false, false);
    for letter in path.chars() {
        match letter {
            letter if escaped => {
                name.push(letter);
                escaped = false;
            }
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            '/' if !quoted => names.push(std::mem::take(&mut name)),
            letter => name.push(letter),
        }
    }
    names.push(name);
    names.retain(|name| !name.is_empty());
    names
}

/// The expression of the field that stands in the resource where a text stands in the document: the two
/// outermost names belong to the rule, and so does everything up to `foreach`.
pub(super) fn expression(path: &str, root: &[&str]) -> String {
    let names = names(path);
    let behind = names.iter().position(|name| name == "foreach").map_or(0, |place| place + 1);
    let rest = names.get(behind..).unwrap_or(&[]);
    let rest = if rest.len() > 2 { rest.get(2..).unwrap_or(&[]) } else { &[] };
    let mut text = String::new();
    for name in root.iter().copied().chain(rest.iter().map(String::as_str)) {
        if name.parse::<u64>().is_ok() && !name.starts_with('+') {
            text.push('[');
            text.push_str(name);
            text.push(']');
            continue;
        }
        if !text.is_empty() {
            text.push('.');
        }
        if is_plain(name) {
            text.push_str(name);
        } else {
            quote(name, &mut text);
        }
    }
    text
}

/// Whether a name needs no quotes. The closing parenthesis of anchors counts as a letter.
fn is_plain(name: &str) -> bool {
    let is_letter = |letter: char| letter.is_ascii_alphabetic() || letter == '_';
    name.starts_with(is_letter)
        && name.chars().all(|letter| is_letter(letter) || letter.is_ascii_digit() || letter == ')')
}

fn quote(name: &str, text: &mut String) {
    text.push('"');
    for letter in name.chars() {
        let escape = match letter {
            '"' => "\\\"",
            '\\' => "\\\\",
            '\u{8}' => "\\b",
            '\u{c}' => "\\f",
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            other => {
                text.push(other);
                continue;
            }
        };
        text.push_str(escape);
    }
    text.push('"');
}
