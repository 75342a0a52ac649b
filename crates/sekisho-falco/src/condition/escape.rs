//! Quotes and escapes of texts in conditions.

/// The text of a quoted string, quotes included; an error says what is wrong with an escape.
pub fn unescape(quoted: &[u8]) -> Result<Vec<u8>, &'static str> {
    let (Some(quote), Some(inside)) = (quoted.first(), quoted.get(1..quoted.len().saturating_sub(1))) else {
        return Ok(Vec::new());
    };
    let mut out = Vec::with_capacity(inside.len());
    let mut rest = inside.iter().copied();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let Some(escaped) = rest.next() else { break };
        out.push(match escaped {
            b'b' => 0x08,
            b'f' => 0x0C,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            // Rules exist in which a blank is escaped and a backslash is meant.
            b' ' | b'\\' => b'\\',
            b'/' => b'/',
            b'"' | b'\'' if escaped == *quote => escaped,
            b'"' => return Err("`\\\"` stands in a string of the other quote: leave the backslash out"),
            b'\'' => return Err("`\\'` stands in a string of the other quote: leave the backslash out"),
            b'x' => {
                let mut digit = || rest.next().and_then(|digit| char::from(digit).to_digit(16));
                let (Some(high), Some(low)) = (digit(), digit()) else {
                    return Err("`\\x` needs two hexadecimal digits");
                };
                u8::try_from(high * 16 + low).unwrap_or_default()
            }
            _ => return Err("an unknown escape: use one of \\b \\f \\n \\r \\t \\\\ \\/ \\\" \\' \\xNN"),
        });
    }
    Ok(out)
}

/// The text as it stands in a condition: quoted and escaped where it must be.
pub fn escape(text: &[u8]) -> String {
    let mut out = Vec::with_capacity(text.len() + 2);
    let mut is_quoted = false;
    for byte in text {
        let escaped: &[u8] = match byte {
            0x08 => b"\\b",
            0x0C => b"\\f",
            b'\n' => b"\\n",
            b'\r' => b"\\r",
            b'\t' => b"\\t",
            b'\\' => b"\\\\",
            b'"' => b"\\\"",
            b' ' | b'=' | b'\'' | 0 => std::slice::from_ref(byte),
            other => {
                out.push(*other);
                continue;
            }
        };
        is_quoted = true;
        out.extend(escaped);
    }
    let text = String::from_utf8_lossy(&out);
    if is_quoted { format!("\"{text}\"") } else { text.into_owned() }
}
