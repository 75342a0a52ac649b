//! Texts as they are meant.

/// What a text means whose escapes are known to be right. Half of a pair of surrogates stands for no character.
pub(super) fn unescaped(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        out.push_str(rest.get(..at).unwrap_or_default());
        rest = rest.get(at + 1..).unwrap_or_default();
        let Some(escape) = rest.bytes().next() else { break };
        rest = rest.get(1..).unwrap_or_default();
        match escape {
            b'b' => out.push('\u{8}'),
            b'f' => out.push('\u{c}'),
            b'n' => out.push('\n'),
            b'r' => out.push('\r'),
            b't' => out.push('\t'),
            b'u' => {
                let (unit, behind) = unit(rest);
                rest = behind;
                out.push(match unit {
                    0xD800..=0xDBFF => match low(rest) {
                        Some((low, behind)) => {
                            rest = behind;
                            char::from_u32(0x1_0000 + ((unit - 0xD800) << 10) + (low - 0xDC00))
                                .unwrap_or('\u{FFFD}')
                        }
                        None => '\u{FFFD}',
                    },
                    other => char::from_u32(other).unwrap_or('\u{FFFD}'),
                });
            }
            other => out.push(char::from(other)),
        }
    }
    out.push_str(rest);
    out
}

fn unit(text: &str) -> (u32, &str) {
    let digits = text.get(..4).unwrap_or_default();
    (u32::from_str_radix(digits, 16).unwrap_or(0xFFFD), text.get(4..).unwrap_or_default())
}

/// The second half of a pair.
fn low(text: &str) -> Option<(u32, &str)> {
    let (unit, behind) = unit(text.strip_prefix("\\u")?);
    (0xDC00..=0xDFFF).contains(&unit).then_some((unit, behind))
}
