//! The text of string literals without their escapes.

/// The text between the quotes of a string or template part, with escapes replaced as JSON has them; nothing
/// when an escape is broken. Lone surrogates become U+FFFD.
pub(super) fn unescape(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(place) = rest.find('\\') {
        out.push_str(rest.get(..place)?);
        let after = rest.get(place + 1..)?;
        let sign = after.chars().next()?;
        rest = after.get(sign.len_utf8()..)?;
        match sign {
            'b' => out.push('\u{8}'),
            'f' => out.push('\u{c}'),
            'n' => out.push('\n'),
            'r' => out.push('\r'),
            't' => out.push('\t'),
            '\\' | '"' | '/' | '{' => out.push(sign),
            'u' => {
                let unit = code_unit(rest)?;
                rest = rest.get(4..)?;
                let low = rest.strip_prefix("\\u").and_then(code_unit);
                match low {
                    Some(low @ 0xdc00..=0xdfff) if (0xd800..0xdc00).contains(&unit) => {
                        let code = 0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
                        out.push(char::from_u32(code).unwrap_or('\u{fffd}'));
                        rest = rest.get(6..)?;
                    }
                    _ => out.push(char::from_u32(unit).unwrap_or('\u{fffd}')),
                }
            }
            _ => return None,
        }
    }
    out.push_str(rest);
    // Control characters must be escaped in JSON, but for the line breaks of raw strings, which never come here.
    (!text.bytes().any(|byte| byte < 0x20)).then_some(out)
}

/// The raw text of a template with `\{` replaced.
pub(super) fn unescape_braces(text: &str) -> String {
    text.replace("\\{", "{")
}

fn code_unit(text: &str) -> Option<u32> {
    let digits = text.get(..4)?;
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok())?
}
