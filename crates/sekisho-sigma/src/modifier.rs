//! What modifiers make of the values of a field.

use sekisho_manifest::{Node, Value as Yaml};

use crate::encode::{Wide, base64, base64_offsets, bytes, dashed};
use crate::error::SigmaErrorKind;
use crate::pattern::Pattern;

/// What a field is compared with.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Wanted {
    /// A text with wildcards.
    Text(Pattern),
    /// A regular expression that matches somewhere.
    Regex(String),
    /// Nothing, or `null`.
    Null,
    /// It is there, or is not.
    Exists(bool),
    /// A network.
    Network(String),
    /// A number.
    Number(Compare, i64),
    /// The value of another field, as it is, in it, at its front or at its end.
    Field(String, Place),
}

/// How a number is compared.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Compare {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// Where a text stands in another.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Place {
    Whole,
    Start,
    End,
    Anywhere,
}

/// A field with all that its modifiers say.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Modified {
    /// Empty where the whole event is meant.
    pub(crate) field: String,
    /// Every value must hold, not one.
    pub(crate) all: bool,
    /// The case of letters counts.
    pub(crate) cased: bool,
    /// None may hold.
    pub(crate) negated: bool,
    /// The part of a time that is compared.
    pub(crate) unit: Option<&'static str>,
    pub(crate) wanted: Vec<Wanted>,
}

type Fault = SigmaErrorKind;

const TEXT: &str = "a text";

/// Reads a key, `field|modifier|…`, and applies its modifiers to the values in their order.
pub(crate) fn modified(key: &str, values: &[&Node]) -> Result<Modified, Fault> {
    let mut words = key.split('|');
    let mut modified =
        Modified { field: words.next().unwrap_or_default().trim().to_owned(), ..Modified::default() };
    let words: Vec<&str> = words.map(str::trim).collect();
    let mut wide = None;
    // Backslashes of an expression are its own.
    let is_raw = words.contains(&"re");
    modified.wanted = values.iter().map(|node| plain(node, is_raw)).collect::<Result<_, _>>()?;
    for word in &words {
        match *word {
            "all" => modified.all = true,
            "cased" => modified.cased = true,
            "neq" => modified.negated = true,
            "utf16le" | "wide" => wide = Some(Wide::Little),
            "utf16be" => wide = Some(Wide::Big),
            "utf16" => wide = Some(Wide::Marked),
            "minute" => modified.unit = Some("minute"),
            "hour" => modified.unit = Some("hour"),
            "day" => modified.unit = Some("day"),
            "week" => modified.unit = Some("week"),
            "month" => modified.unit = Some("month"),
            "year" => modified.unit = Some("year"),
            // What turns a text into another may make several of it.
            "base64" | "base64offset" | "windash" => {
                let was = std::mem::take(&mut modified.wanted);
                for wanted in was {
                    let Wanted::Text(pattern) = wanted else { return Err(needs(word, TEXT)) };
                    modified.wanted.extend(reworded(word, &pattern, wide)?);
                }
                if *word != "windash" {
                    // The case of letters is part of what was encoded.
                    (wide, modified.cased) = (None, true);
                }
            }
            _ => {
                for wanted in &mut modified.wanted {
                    *wanted = changed(word, wanted.clone())?;
                }
            }
        }
    }
    if wide.is_some() {
        return Err(Fault::Value {
            modifier: "wide",
            wanted: "`base64` or `base64offset` behind it: no event holds such bytes",
        });
    }
    if modified.unit.is_some() {
        for wanted in &mut modified.wanted {
            if let Wanted::Text(pattern) = wanted {
                *wanted =
                    Wanted::Number(Compare::Equal, number(pattern).ok_or(needs("hour", "a whole number"))?);
            }
        }
    }
    Ok(modified)
}

/// A value as it stands in the rule.
fn plain(node: &Node, is_raw: bool) -> Result<Wanted, Fault> {
    Ok(match &node.value {
        Yaml::Null => Wanted::Null,
        Yaml::Sequence(_) | Yaml::Mapping(_) => {
            return Err(Fault::Kind {
                name: "a value".to_owned(),
                wanted: "a text, a number, true, false or null",
            });
        }
        Yaml::String(text) if is_raw => Wanted::Regex(text.to_string()),
        Yaml::String(text) => Wanted::Text(Pattern::read(text)),
        _ => {
            let written = node.to_json().to_string();
            if is_raw { Wanted::Regex(written) } else { Wanted::Text(Pattern::of(&written)) }
        }
    })
}

fn reworded(word: &str, pattern: &Pattern, wide: Option<Wide>) -> Result<Vec<Wanted>, Fault> {
    if word == "windash" {
        let forms = dashed(&pattern.glob()).ok_or(Fault::TooLarge("too many dashes for `windash`"))?;
        return Ok(forms.iter().map(|form| Wanted::Text(Pattern::read(&form.replace("\\[", "[")))).collect());
    }
    let text = pattern.plain().ok_or(needs(word, "a text without wildcards"))?;
    let bytes = bytes(text, wide);
    Ok(match word {
        "base64" => vec![Wanted::Text(Pattern::of(&base64(&bytes)))],
        _ => base64_offsets(&bytes).iter().map(|text| Wanted::Text(Pattern::of(text))).collect(),
    })
}

fn changed(word: &str, wanted: Wanted) -> Result<Wanted, Fault> {
    Ok(match word {
        "contains" | "startswith" | "endswith" => placed(word, wanted)?,
        "re" => match wanted {
            Wanted::Regex(pattern) => Wanted::Regex(pattern),
            _ => return Err(needs(word, TEXT)),
        },
        "i" | "m" | "s" => match wanted {
            Wanted::Regex(pattern) => Wanted::Regex(format!("(?{word}){pattern}")),
            _ => return Err(needs(word, "`re` before it")),
        },
        "exists" => match &wanted {
            Wanted::Text(pattern) => match pattern.plain() {
                Some("true") => Wanted::Exists(true),
                Some("false") => Wanted::Exists(false),
                _ => return Err(needs(word, "true or false")),
            },
            _ => return Err(needs(word, "true or false")),
        },
        "cidr" => match &wanted {
            Wanted::Text(pattern) => {
                Wanted::Network(network(pattern).ok_or(needs(word, "a network as `10.0.0.0/8`"))?)
            }
            _ => return Err(needs(word, "a network as `10.0.0.0/8`")),
        },
        "lt" | "lte" | "gt" | "gte" => compared(word, &wanted)?,
        "fieldref" => match &wanted {
            Wanted::Text(pattern) => {
                let name = pattern
                    .plain()
                    .filter(|name| !name.is_empty())
                    .ok_or(needs(word, "the name of a field"))?;
                Wanted::Field(name.to_owned(), Place::Whole)
            }
            _ => return Err(needs(word, "the name of a field")),
        },
        "expand" => {
            return Err(Fault::Unsupported(
                "placeholders (`expand`) have no meaning here: write the values out",
            ));
        }
        other => return Err(Fault::Modifier(other.chars().take(60).collect())),
    })
}

fn placed(word: &str, wanted: Wanted) -> Result<Wanted, Fault> {
    Ok(match wanted {
        Wanted::Text(mut pattern) => {
            if word != "startswith" {
                pattern.run_at_start();
            }
            if word != "endswith" {
                pattern.run_at_end();
            }
            Wanted::Text(pattern)
        }
        Wanted::Regex(pattern) => Wanted::Regex(match word {
            "startswith" => format!("^(?:{pattern})"),
            "endswith" => format!("(?:{pattern})$"),
            _ => pattern,
        }),
        Wanted::Field(name, _) => {
            let place = match word {
                "startswith" => Place::Start,
                "endswith" => Place::End,
                _ => Place::Anywhere,
            };
            Wanted::Field(name, place)
        }
        _ => return Err(needs(word, TEXT)),
    })
}

fn compared(word: &str, wanted: &Wanted) -> Result<Wanted, Fault> {
    let compare = match word {
        "lt" => Compare::Less,
        "lte" => Compare::LessOrEqual,
        "gt" => Compare::Greater,
        _ => Compare::GreaterOrEqual,
    };
    let fault = || needs(word, "a number");
    let Wanted::Text(pattern) = wanted else { return Err(fault()) };
    if let Some(number) = number(pattern) {
        return Ok(Wanted::Number(compare, number));
    }
    // Members are whole numbers, so that a fraction lies between two of them.
    let fraction: f64 = pattern.plain().and_then(|text| text.trim().parse().ok()).ok_or_else(fault)?;
    if !(-9e15..9e15).contains(&fraction) {
        return Err(fault());
    }
    #[allow(clippy::cast_possible_truncation, reason = "it is within the range")]
    let below = fraction.floor() as i64;
    Ok(match compare {
        Compare::Less | Compare::LessOrEqual => Wanted::Number(Compare::LessOrEqual, below),
        _ => Wanted::Number(Compare::Greater, below),
    })
}

fn number(pattern: &Pattern) -> Option<i64> {
    pattern.plain()?.trim().parse().ok()
}

fn network(pattern: &Pattern) -> Option<String> {
    let text = pattern.plain()?;
    let (address, bits) = match text.split_once('/') {
        Some((address, bits)) => (address, Some(bits.parse::<u8>().ok()?)),
        None => (text, None),
    };
    let address: std::net::IpAddr = address.parse().ok()?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let bits = bits.unwrap_or(most);
    (bits <= most).then(|| format!("{address}/{bits}"))
}

fn needs(word: &str, wanted: &'static str) -> Fault {
    const WORDS: &[&str] = &[
        "contains",
        "startswith",
        "endswith",
        "re",
        "i",
        "m",
        "s",
        "exists",
        "cidr",
        "lt",
        "lte",
        "gt",
        "gte",
        "fieldref",
        "base64",
        "base64offset",
        "windash",
        "hour",
    ];
    let modifier = WORDS.iter().find(|known| **known == word).copied().unwrap_or("modifier");
    Fault::Value { modifier, wanted }
}
