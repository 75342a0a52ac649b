//! What comes from outside or goes there: requests, the runtime, identifiers, notes, and texts of templates.

use super::arguments::{array, string, value};
use super::builtin::{Builtin, Family};
use super::call::Call;
use super::error::BuiltinError;
use super::meter::MeterError;
use super::types::{ARRAY, DICT, Type};
use crate::value::Value;

use Type::{Any as A, Boolean as B, Object, String as S};

pub(super) const FAMILY: Family = &[
    Builtin::new("http.send", &[DICT], Object(&[], Some((&A, &A))), |call, args| {
        super::requests::check_keys(super::arguments::object(args, 0)?)?;
        let Some(facts) = call.world.facts else {
            return Err(BuiltinError::failed("the configuration allows no requests"));
        };
        let response = facts.http_send(value(args, 0)).map_err(BuiltinError::Failed)?;
        if !response.has_at_most(call.bytes_left() / size_of::<Value>()) {
            return Err(MeterError::Bytes.into());
        }
        Ok(response)
    })
    .nondeterministic(),
    Builtin::new("internal.print", &[Type::Array(&[], Some(&Type::Set(&A)))], B, |_, _| Ok(true.into())),
    Builtin::new("internal.template_string", &[ARRAY], S, template_string),
    Builtin::new("internal.test_case", &[ARRAY], B, |_, _| Ok(true.into())),
    Builtin::new("opa.runtime", &[], DICT, |call, _| {
        Ok(call.world.runtime.cloned().unwrap_or_else(|| Value::object(Vec::new())))
    })
    .nondeterministic(),
    Builtin::new("print", &[], B, |_, _| Ok(true.into())),
    Builtin::new("rego.metadata.chain", &[], ARRAY, |_, _| Err(outside_of_rule("rego.metadata.chain"))),
    Builtin::new("rego.metadata.rule", &[], A, |_, _| Err(outside_of_rule("rego.metadata.rule"))),
    Builtin::new("rego.parse_module", &[S, S], DICT, |call, args| {
        let (file, text) = (string(args, 0)?, string(args, 1)?);
        call.charge(text.len())?;
        call.allocate(text.len().saturating_mul(64))?;
        let Some(modules) = call.world.modules else {
            return Err(BuiltinError::failed("no modules can be read here"));
        };
        modules.parse(file, text).map_err(BuiltinError::Failed)
    }),
    Builtin::new("trace", &[S], B, |_, args| {
        string(args, 0)?;
        Ok(true.into())
    }),
    Builtin::new("uuid.parse", &[S], DICT, |_, args| {
        let bytes = parse_uuid(string(args, 0)?).ok_or(BuiltinError::Undefined)?;
        Ok(describe_uuid(bytes))
    }),
    Builtin::new("uuid.rfc4122", &[S], S, |call, args| {
        const NAME: &str = "uuid.rfc4122";
        let key = value(args, 0);
        if let Some(known) = call.kept.drawn(NAME, key) {
            return Ok(known);
        }
        let random = u128::from(call.random()) << 64 | u128::from(call.random());
        // Version 4 of the variant that the RFC has.
        let random = random & !(0xf << 76) & !(0x3 << 62) | (0x4 << 76) | (0x2 << 62);
        let digits = format!("{random:032x}");
        let parts = [0..8, 8..12, 12..16, 16..20, 20..32];
        let parts: Vec<&str> = parts.into_iter().filter_map(|part| digits.get(part)).collect();
        let drawn = Value::from(parts.join("-"));
        call.kept.keep_drawn(NAME, key, &drawn);
        Ok(drawn)
    })
    .nondeterministic(),
];

fn outside_of_rule(name: &str) -> BuiltinError {
    BuiltinError::failed(format!("the {name} function must only be called within the scope of a rule"))
}

/// The parts of a template string as one text; a set stands for its only element.
fn template_string(call: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    let mut text = String::new();
    for part in array(args, 0)? {
        let shown = match part {
            Value::Set(set) => match set.elements() {
                [] => {
                    text.push_str("<undefined>");
                    continue;
                }
                [one] => one,
                _ => {
                    return Err(BuiltinError::Halt {
                        code: "eval_conflict_error",
                        message: "template-strings must not produce multiple outputs".into(),
                    });
                }
            },
            Value::Array(_) | Value::Object(_) => {
                return Err(BuiltinError::Halt {
                    code: "eval_internal_error",
                    message: format!("illegal argument type: {}", part.type_name()),
                });
            }
            scalar => scalar,
        };
        match shown {
            Value::String(plain) => {
                call.allocate_text(plain.len())?;
                text.push_str(plain);
            }
            other => text.push_str(&call.printed(other)?),
        }
    }
    Ok(text.into())
}

/// The bytes of an identifier in one of the forms that are in use: plain, as a URN, in braces, without dashes.
fn parse_uuid(text: &str) -> Option<[u8; 16]> {
    let digits: String = match text.len() {
        32 => text.to_owned(),
        36 => dashed(text)?,
        38 => dashed(text.get(1..37)?)?,
        45 => {
            let prefix = text.get(..9)?;
            if !prefix.eq_ignore_ascii_case("urn:uuid:") {
                return None;
            }
            dashed(text.get(9..)?)?
        }
        _ => return None,
    };
    let bytes = data_encoding::HEXLOWER_PERMISSIVE.decode(digits.as_bytes()).ok()?;
    bytes.try_into().ok()
}

/// The digits of an identifier with its four dashes.
fn dashed(text: &str) -> Option<String> {
    const DASHES: [usize; 4] = [8, 13, 18, 23];
    let is_right = text.bytes().enumerate().all(|(at, byte)| (byte == b'-') == DASHES.contains(&at));
    is_right.then(|| text.replace('-', ""))
}

fn describe_uuid(bytes: [u8; 16]) -> Value {
    let number = u128::from_be_bytes(bytes);
    // `count` bits that end `from` bits above the lowest.
    let bits = |from: u32, count: u32| i64::try_from((number >> from) & ((1 << count) - 1)).unwrap_or(0);
    let version = bits(76, 4);
    let variant = match bits(61, 3) {
        0b100 | 0b101 => "RFC4122",
        0b110 => "Microsoft",
        0b111 => "Future",
        _ => "Reserved",
    };
    let mut fields: Vec<(&str, Value)> = vec![("version", version.into()), ("variant", variant.into())];
    if matches!(version, 1 | 2) {
        /// The units of 100 ns from October 1582 to 1970.
        const EPOCH: i64 = 122_192_928_000_000_000;
        let time = bits(96, 32) | bits(80, 16) << 32 | bits(64, 12) << 48;
        let since = time - EPOCH;
        let (seconds, rest) = (since / 10_000_000, since % 10_000_000);
        let nanoseconds = seconds.wrapping_mul(1_000_000_000).wrapping_add(rest * 100);
        let node: Vec<String> = bytes.iter().skip(10).map(|byte| format!("{byte:02x}")).collect();
        let first = bytes.get(10).copied().unwrap_or(0);
        let kind = match first & 0b11 {
            0b11 => "local:multicast",
            0b01 => "global:multicast",
            0b10 => "local:unicast",
            _ => "global:unicast",
        };
        fields.extend([
            ("time", nanoseconds.into()),
            ("nodeid", node.join("-").into()),
            ("macvariables", kind.into()),
            ("clocksequence", bits(48, 14).into()),
        ]);
    }
    if version == 2 {
        let domain = match bits(48, 8) {
            0 => "Person".to_owned(),
            1 => "Group".to_owned(),
            2 => "Org".to_owned(),
            other => format!("Domain{other}"),
        };
        fields.extend([("id", bits(96, 32).into()), ("domain", domain.into())]);
    }
    Value::fields(fields)
}
