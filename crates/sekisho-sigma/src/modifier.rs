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
    /// One of the forms that one value of the rule may have.
    Any(Vec<Wanted>),
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

/// No value has more forms than these.
const MOST_FORMS: usize = 625;

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
    for (place, word) in words.iter().enumerate() {
        // What a value is to be read as must be said before it is changed.
        let is_reading = matches!(*word, "re" | "cidr" | "exists");
        let before = words.get(..place).unwrap_or_default();
        if is_reading && !before.iter().all(|word| matches!(*word, "all" | "neq")) {
            return Err(needs(word, "to be the first modifier"));
        }
        match *word {
            "all" => modified.all = true,
            "cased" => {
                if !modified.wanted.iter().all(|wanted| matches!(wanted, Wanted::Text(_) | Wanted::Any(_))) {
                    return Err(needs(word, TEXT));
                }
                modified.cased = true;
            }
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
                for wanted in &mut modified.wanted {
                    *wanted = reworded(word, wanted, wide)?;
                }
                if *word != "windash" {
                    wide = None;
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
    if !modified.all {
        // One of the values, or one of the forms of one: that is the same.
        modified.wanted = std::mem::take(&mut modified.wanted).into_iter().flat_map(forms).collect();
    }
    Ok(modified)
}

/// What one of must hold.
fn forms(wanted: Wanted) -> Vec<Wanted> {
    match wanted {
        Wanted::Any(inner) => inner.into_iter().flat_map(forms).collect(),
        other => vec![other],
    }
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

fn reworded(word: &str, wanted: &Wanted, wide: Option<Wide>) -> Result<Wanted, Fault> {
    let pattern = match wanted {
        Wanted::Text(pattern) => pattern,
        Wanted::Any(forms) if forms.len() <= MOST_FORMS => {
            let forms = forms.iter().map(|form| reworded(word, form, wide));
            return Ok(Wanted::Any(forms.collect::<Result<_, _>>()?));
        }
        Wanted::Any(_) => return Err(Fault::TooLarge("too many forms of a value")),
        _ => return Err(needs(word, TEXT)),
    };
    let texts: Vec<Pattern> = rewritten(word, pattern, wide)?;
    let mut forms: Vec<Wanted> = texts.into_iter().map(Wanted::Text).collect();
    Ok(match (forms.pop(), forms.is_empty()) {
        (Some(only), true) => only,
        (last, _) => {
            forms.extend(last);
            Wanted::Any(forms)
        }
    })
}

fn rewritten(word: &str, pattern: &Pattern, wide: Option<Wide>) -> Result<Vec<Pattern>, Fault> {
    if word == "windash" {
        let forms = dashed(&pattern.glob()).ok_or(Fault::TooLarge("too many dashes for `windash`"))?;
        return Ok(forms.iter().map(|form| Pattern::read(&form.replace("\\[", "["))).collect());
    }
    let text = pattern.plain().ok_or(needs(word, "a text without wildcards"))?;
    let bytes = bytes(text, wide);
    Ok(match word {
        "base64" => vec![Pattern::of(&base64(&bytes))],
        _ => base64_offsets(&bytes).iter().map(|text| Pattern::of(text)).collect(),
    })
}

fn changed(word: &str, wanted: Wanted) -> Result<Wanted, Fault> {
    if let Wanted::Any(forms) = wanted {
        let forms = forms.into_iter().map(|form| changed(word, form));
        return Ok(Wanted::Any(forms.collect::<Result<_, _>>()?));
    }
    Ok(match word {
        "contains" | "startswith" | "endswith" => placed(word, wanted)?,
        "re" => match wanted {
            Wanted::Regex(pattern) => Wanted::Regex(pattern),
            _ => return Err(needs(word, TEXT)),
        },
        "i" | "ignorecase" | "m" | "multiline" | "s" | "dotall" => match wanted {
            Wanted::Regex(pattern) => {
                let flag = word.replace("ignorecase", "i").replace("multiline", "m").replace("dotall", "s");
                Wanted::Regex(format!("(?{flag}){pattern}"))
            }
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
        "cased",
        "contains",
        "startswith",
        "endswith",
        "re",
        "i",
        "ignorecase",
        "m",
        "multiline",
        "s",
        "dotall",
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
