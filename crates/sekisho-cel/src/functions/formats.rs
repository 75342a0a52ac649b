//! The formats that texts of Kubernetes have: names, labels, URIs, dates.

use super::Given;
use crate::budget::Meter;
use crate::error::Failure;
use crate::types::declaration::Form::{Global, Member};
use crate::types::declaration::Line;
use crate::value::format::NamedFormat;
use crate::value::time::Timestamp;
use crate::value::url::Url;
use crate::value::{Opaque, Value};

pub(crate) const TABLE: &[Line] = &[
    (
        "validate",
        Member,
        "format-validate",
        "kubernetes.NamedFormat, string -> optional(list(string))",
        validate,
    ),
    ("format.named", Global, "format-named", "string -> optional(kubernetes.NamedFormat)", named),
    ("format.dns1123Label", Global, "format.dns1123Label", "-> kubernetes.NamedFormat", |_, _| constant(0)),
    ("format.dns1123Subdomain", Global, "format.dns1123Subdomain", "-> kubernetes.NamedFormat", |_, _| {
        constant(1)
    }),
    ("format.dns1035Label", Global, "format.dns1035Label", "-> kubernetes.NamedFormat", |_, _| constant(2)),
    ("format.qualifiedName", Global, "format.qualifiedName", "-> kubernetes.NamedFormat", |_, _| constant(3)),
    (
        "format.dns1123LabelPrefix",
        Global,
        "format.dns1123LabelPrefix",
        "-> kubernetes.NamedFormat",
        |_, _| constant(4),
    ),
    (
        "format.dns1123SubdomainPrefix",
        Global,
        "format.dns1123SubdomainPrefix",
        "-> kubernetes.NamedFormat",
        |_, _| constant(5),
    ),
    (
        "format.dns1035LabelPrefix",
        Global,
        "format.dns1035LabelPrefix",
        "-> kubernetes.NamedFormat",
        |_, _| constant(6),
    ),
    ("format.labelValue", Global, "format.labelValue", "-> kubernetes.NamedFormat", |_, _| constant(7)),
    ("format.uri", Global, "format.uri", "-> kubernetes.NamedFormat", |_, _| constant(8)),
    ("format.uuid", Global, "format.uuid", "-> kubernetes.NamedFormat", |_, _| constant(9)),
    ("format.byte", Global, "format.byte", "-> kubernetes.NamedFormat", |_, _| constant(10)),
    ("format.date", Global, "format.date", "-> kubernetes.NamedFormat", |_, _| constant(11)),
    ("format.datetime", Global, "format.datetime", "-> kubernetes.NamedFormat", |_, _| constant(12)),
];

/// By their names; prefixes are names that something is still put behind.
static FORMATS: [NamedFormat; 13] = [
    NamedFormat { name: "dns1123Label", faults: dns_1123_label, pattern_size: 30 },
    NamedFormat { name: "dns1123Subdomain", faults: dns_1123_subdomain, pattern_size: 60 },
    NamedFormat { name: "dns1035Label", faults: dns_1035_label, pattern_size: 30 },
    NamedFormat { name: "qualifiedName", faults: qualified_name, pattern_size: 60 },
    NamedFormat {
        name: "dns1123LabelPrefix",
        faults: |text| dns_1123_label(&prefix(text)),
        pattern_size: 30,
    },
    NamedFormat {
        name: "dns1123SubdomainPrefix",
        faults: |text| dns_1123_subdomain(&prefix(text)),
        pattern_size: 60,
    },
    NamedFormat {
        name: "dns1035LabelPrefix",
        faults: |text| dns_1035_label(&prefix(text)),
        pattern_size: 30,
    },
    NamedFormat { name: "labelValue", faults: label_value, pattern_size: 40 },
    NamedFormat { name: "uri", faults: uri, pattern_size: 1103 },
    NamedFormat { name: "uuid", faults: uuid, pattern_size: 70 },
    NamedFormat { name: "byte", faults: base64, pattern_size: 84 },
    NamedFormat { name: "date", faults: date, pattern_size: 71 },
    NamedFormat { name: "datetime", faults: date_time, pattern_size: 71 },
];

fn constant(place: usize) -> Given {
    let format = FORMATS.get(place).ok_or(Failure::NoSuchOverload)?;
    Ok(Value::Opaque(Opaque::Format(format)))
}

fn named(_: &mut Meter, values: &[Value]) -> Given {
    let [Value::String(name)] = values else { return Err(Failure::NoSuchOverload) };
    let found = FORMATS.iter().find(|format| format.name == name);
    Ok(found.map_or(Value::Optional(None), |format| Value::some(Value::Opaque(Opaque::Format(format)))))
}

fn validate(meter: &mut Meter, values: &[Value]) -> Given {
    let [Value::Opaque(Opaque::Format(format)), Value::String(text)] = values else {
        return Err(Failure::NoSuchOverload);
    };
    meter.work(text.len() / 4)?;
    let faults = (format.faults)(text);
    if faults.is_empty() {
        return Ok(Value::Optional(None));
    }
    meter.memory(faults.iter().map(String::len).sum())?;
    Ok(Value::some(Value::list(faults.into_iter().map(Value::from).collect())))
}

/// A prefix with a letter in place of a dash at its end.
fn prefix(text: &str) -> String {
    match text.strip_suffix('-') {
        Some(head) if !head.is_empty() => {
            let mut letters = head.chars();
            letters.next_back();
            format!("{}a", letters.as_str())
        }
        _ => text.to_owned(),
    }
}

fn is_label(text: &str, first: fn(u8) -> bool) -> bool {
    let (bytes, inner) = (text.as_bytes(), |byte: u8| lower_alphanumeric(byte) || byte == b'-');
    bytes.first().is_some_and(|byte| first(*byte))
        && bytes.last().is_some_and(|byte| lower_alphanumeric(*byte))
        && bytes.iter().all(|byte| inner(*byte))
}

fn lower_alphanumeric(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

/// A word of labels: letters and digits at its ends, `-`, `_` and `.` too between them.
fn is_word(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.first().is_some_and(u8::is_ascii_alphanumeric)
        && bytes.last().is_some_and(u8::is_ascii_alphanumeric)
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
}

fn too_long(text: &str, limit: usize, unit: &str) -> Option<String> {
    (text.len() > limit).then(|| format!("must be no more than {limit} {unit}"))
}

fn pattern_fault(what: &str, examples: &[&str], pattern: &str) -> String {
    let examples = examples.join("',  or '");
    format!("{what} (e.g. '{examples}', regex used for validation is '{pattern}')")
}

const LABEL: &str = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";

fn dns_1123_label(text: &str) -> Vec<String> {
    let mut faults: Vec<String> = too_long(text, 63, "characters").into_iter().collect();
    if !is_label(text, lower_alphanumeric) {
        if is_subdomain(text) {
            faults.push("must not contain dots".to_owned());
        } else {
            let what = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or \
                        '-', and must start and end with an alphanumeric character";
            faults.push(pattern_fault(what, &["my-name", "123-abc"], LABEL));
        }
    }
    faults
}

fn is_subdomain(text: &str) -> bool {
    text.split('.').all(|label| is_label(label, lower_alphanumeric))
}

fn dns_1123_subdomain(text: &str) -> Vec<String> {
    let mut faults: Vec<String> = too_long(text, 253, "characters").into_iter().collect();
    if !is_subdomain(text) {
        let what = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or \
                    '.', and must start and end with an alphanumeric character";
        faults.push(pattern_fault(what, &["example.com"], &format!("{LABEL}(\\.{LABEL})*")));
    }
    faults
}

fn dns_1035_label(text: &str) -> Vec<String> {
    let mut faults: Vec<String> = too_long(text, 63, "characters").into_iter().collect();
    if !is_label(text, |byte| byte.is_ascii_lowercase()) {
        let what = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an \
                    alphabetic character, and end with an alphanumeric character";
        faults.push(pattern_fault(what, &["my-name", "abc-123"], "[a-z]([-a-z0-9]*[a-z0-9])?"));
    }
    faults
}

const WORD: &str = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";

const WORD_FAULT: &str = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end \
                          with an alphanumeric character";

fn qualified_name(text: &str) -> Vec<String> {
    if text.split('/').count() > 2 {
        let fault = pattern_fault(WORD_FAULT, &["MyName", "my.name", "123-abc"], WORD);
        return vec![format!(
            "a valid label key {fault} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
        )];
    }
    let mut faults = Vec::new();
    let name = match text.split_once('/') {
        Some((prefix, name)) => {
            if prefix.is_empty() {
                faults.push("prefix part must be non-empty".to_owned());
            } else {
                faults.extend(
                    dns_1123_subdomain(prefix).into_iter().map(|fault| format!("prefix part {fault}")),
                );
            }
            name
        }
        None => text,
    };
    if name.is_empty() {
        faults.push("name part must be non-empty".to_owned());
    } else {
        faults.extend(too_long(name, 63, "bytes").map(|fault| format!("name part {fault}")));
    }
    if !is_word(name) {
        let fault = pattern_fault(WORD_FAULT, &["MyName", "my.name", "123-abc"], WORD);
        faults.push(format!("name part {fault}"));
    }
    faults
}

fn label_value(text: &str) -> Vec<String> {
    let mut faults: Vec<String> = too_long(text, 63, "bytes").into_iter().collect();
    if !text.is_empty() && !is_word(text) {
        let what = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or \
                    '.', and must start and end with an alphanumeric character";
        faults.push(pattern_fault(what, &["MyValue", "my_value", "12345"], &format!("({WORD})?")));
    }
    faults
}

fn one(fault: &str, holds: bool) -> Vec<String> {
    if holds { Vec::new() } else { vec![fault.to_owned()] }
}

fn uri(text: &str) -> Vec<String> {
    match Url::request(text) {
        Ok(()) => Vec::new(),
        Err(why) => vec![format!("parse {}: {why}", super::format_kubernetes::quoted(text))],
    }
}

fn uuid(text: &str) -> Vec<String> {
    let mut rest = text;
    for (place, length) in [8, 4, 4, 4, 12].into_iter().enumerate() {
        if place > 0 {
            rest = rest.strip_prefix('-').unwrap_or(rest);
        }
        let digits = rest.get(..length).unwrap_or("");
        if digits.len() != length || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return one("does not match the UUID format", false);
        }
        rest = rest.get(length..).unwrap_or("");
    }
    one("does not match the UUID format", rest.is_empty())
}

fn base64(text: &str) -> Vec<String> {
    let padding = text.len() - text.trim_end_matches('=').len();
    let holds = !text.is_empty()
        && text.len().is_multiple_of(4)
        && padding <= 2
        && text
            .bytes()
            .take(text.len() - padding)
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/');
    one("invalid base64", holds)
}

fn is_date(text: &str) -> bool {
    // The year 0 is a date, though no point in time that CEL knows.
    let year = text.get(..4).map(|year| if year == "0000" { "2000" } else { year });
    let Some((year, rest)) = year.zip(text.get(4..)) else { return false };
    text.len() == 10 && Timestamp::parse(&format!("{year}{rest}T00:00:00Z")).is_some()
}

fn date(text: &str) -> Vec<String> {
    one("invalid date", is_date(text))
}

fn date_time(text: &str) -> Vec<String> {
    let lower = text.to_ascii_lowercase();
    let mut parts = lower.split('t');
    let (day, time) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
    one("invalid datetime", is_date(day) && is_time(time))
}

/// `hh:mm:ss`, any character and a fraction if need be, `z` or an offset.
fn is_time(text: &str) -> bool {
    let two =
        |at: usize| text.get(at..at + 2).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_digit()));
    let colon = |at: usize| text.as_bytes().get(at) == Some(&b':');
    let (Some(hour), Some(minute), Some(second)) = (two(0), two(3), two(6)) else { return false };
    if !colon(2) || !colon(5) || hour > "23" || minute > "59" || second > "59" {
        return false;
    }
    let rest = text.get(8..).unwrap_or("");
    if is_zone(rest) {
        return true;
    }
    let mut letters = rest.chars();
    letters.next();
    let fraction = letters.as_str();
    let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
    digits > 0 && is_zone(fraction.get(digits..).unwrap_or(""))
}

fn is_zone(text: &str) -> bool {
    let bytes = text.as_bytes();
    text == "z"
        || matches!(bytes, [b'+' | b'-', a, b, b':', c, d]
            if [a, b, c, d].into_iter().all(u8::is_ascii_digit))
}

/// Whether a text names an object of most kinds.
pub(super) fn is_name(text: &str) -> bool {
    dns_1123_subdomain(text).is_empty()
}

/// Whether a text names a namespace.
pub(super) fn is_namespace(text: &str) -> bool {
    dns_1123_label(text).is_empty()
}
