//! Values of events, and constants of rules.

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use sekisho_capture::{Format, Type};

/// A value that a field has in an event.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'e> {
    /// Text, without the zero byte at its end.
    Text(Cow<'e, [u8]>),
    /// Bytes.
    Bytes(Cow<'e, [u8]>),
    /// A signed number.
    Int(i64),
    /// A number.
    UInt(u64),
    /// True or false.
    Bool(bool),
    /// A number with a fraction.
    Double(f64),
    /// An address.
    Ip(IpAddr),
}

impl<'e> Value<'e> {
    /// A text that is borrowed from the event.
    pub fn text(text: &'e (impl AsRef<[u8]> + ?Sized)) -> Self {
        Self::Text(Cow::Borrowed(text.as_ref()))
    }

    /// The bytes of text or bytes.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Text(bytes) | Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// Writes the value as outputs show it.
    pub fn render(&self, format: Format, out: &mut String) {
        match self {
            Self::Text(text) => out.push_str(&String::from_utf8_lossy(text)),
            // What cannot be printed is shown as a dot.
            Self::Bytes(bytes) => out.extend(bytes.iter().map(|byte| match byte {
                b' '..=b'~' => char::from(*byte),
                _ => '.',
            })),
            other => {
                // Writing to a string cannot fail.
                let _ = other.write(format, out);
            }
        }
    }

    fn write(&self, format: Format, out: &mut String) -> fmt::Result {
        match (self, format) {
            (Self::Int(number), Format::Octal) => write!(out, "{number:o}"),
            (Self::Int(number), Format::Hexadecimal) => write!(out, "{number:X}"),
            (Self::Int(number), Format::Padded) => write!(out, "{number:09}"),
            (Self::Int(number), _) => write!(out, "{number}"),
            (Self::UInt(number), Format::Octal) => write!(out, "{number:o}"),
            (Self::UInt(number), Format::Hexadecimal) => write!(out, "{number:X}"),
            (Self::UInt(number), Format::Padded) => write!(out, "{number:09}"),
            (Self::UInt(number), _) => write!(out, "{number}"),
            (Self::Double(number), _) => write!(out, "{number:.1}"),
            (Self::Bool(value), _) => write!(out, "{value}"),
            (Self::Ip(address), _) => write!(out, "{address}"),
            (Self::Text(_) | Self::Bytes(_), _) => Ok(()),
        }
    }
}

/// A constant of a rule, read as the type of the field that it is compared with.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Constant {
    Text(Box<[u8]>),
    Number(i128),
    Bool(bool),
    Double(f64),
    Ip(IpAddr),
    Network { address: IpAddr, bits: u8 },
}

/// What a type's values are for comparison.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Class {
    Number { signed: bool, bits: u32 },
    Port,
    Bool,
    Double,
    Text,
    Bytes,
    Ip,
    Network,
    Other,
}

pub(crate) fn class(kind: Type) -> Class {
    let number = |signed, bits| Class::Number { signed, bits };
    match kind {
        Type::Int8 => number(true, 8),
        Type::Int16 => number(true, 16),
        Type::Int32 => number(true, 32),
        Type::Int64 | Type::Descriptor | Type::Pid | Type::ErrorNumber => number(true, 64),
        Type::UInt8 | Type::Flags8 | Type::Choice8 | Type::Signal | Type::Protocol => number(false, 8),
        Type::UInt16 | Type::Flags16 | Type::Choice16 | Type::SyscallId => number(false, 16),
        Type::UInt32 | Type::Flags32 | Type::Choice32 | Type::Mode | Type::Uid | Type::Gid => {
            number(false, 32)
        }
        Type::UInt64 | Type::Duration | Type::Time => number(false, 64),
        Type::Port => Class::Port,
        Type::Bool => Class::Bool,
        Type::Double => Class::Double,
        Type::Text | Type::Path | Type::RelativePath => Class::Text,
        Type::Bytes => Class::Bytes,
        Type::Ip | Type::Ipv4 | Type::Ipv6 => Class::Ip,
        Type::IpNetwork | Type::Ipv4Network | Type::Ipv6Network => Class::Network,
        _ => Class::Other,
    }
}

/// Reads a constant; an error says what it should be.
pub(crate) fn constant(text: &[u8], kind: Type) -> Result<Constant, String> {
    if text.contains(&0) {
        return Err("a value cannot hold a zero byte".to_owned());
    }
    let shown = String::from_utf8_lossy(text);
    match class(kind) {
        Class::Text | Class::Bytes => Ok(Constant::Text(text.into())),
        Class::Number { signed, bits } => number(&shown, signed, bits)
            .map(Constant::Number)
            .ok_or_else(|| format!("`{shown}` is no number")),
        Class::Port => port(&shown).map(Constant::Number).ok_or_else(|| format!("`{shown}` is no port")),
        Class::Bool => match text {
            b"true" => Ok(Constant::Bool(true)),
            b"false" => Ok(Constant::Bool(false)),
            _ => Err(format!("`{shown}` is neither `true` nor `false`")),
        },
        Class::Double => {
            let number = number(&shown, true, 32).ok_or_else(|| format!("`{shown}` is no number"))?;
            i32::try_from(number)
                .map(|number| Constant::Double(number.into()))
                .map_err(|error| error.to_string())
        }
        Class::Ip => shown.parse().map(Constant::Ip).map_err(|_| format!("`{shown}` is no IP address")),
        Class::Network => {
            network(&shown).ok_or_else(|| format!("`{shown}` is no IP network: write it as `10.0.0.0/8`"))
        }
        Class::Other => Err(format!("a value of the type {kind:?} cannot be written in a rule")),
    }
}

/// A whole number, wrapped into the type's width as the original engine does.
fn number(text: &str, signed: bool, bits: u32) -> Option<i128> {
    let trimmed = text.trim_start();
    let (negative, digits) = match trimmed.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, trimmed.strip_prefix('+').unwrap_or(trimmed)),
    };
    let magnitude = match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(digits) => u64::from_str_radix(digits, 16).ok()?,
        None if digits.starts_with(|first: char| first.is_ascii_digit()) => digits.parse::<u64>().ok()?,
        None => return None,
    };
    let number = if negative { -i128::from(magnitude) } else { i128::from(magnitude) };
    let modulus = 1_i128 << bits;
    let wrapped = number.rem_euclid(modulus);
    Some(if signed && wrapped >= modulus / 2 { wrapped - modulus } else { wrapped })
}

/// Names of ports that rules use.
const PORTS: &[(&str, i128)] = &[
    ("ftp", 21),
    ("ssh", 22),
    ("telnet", 23),
    ("smtp", 25),
    ("domain", 53),
    ("http", 80),
    ("kerberos", 88),
    ("pop3", 110),
    ("ntp", 123),
    ("imap2", 143),
    ("ldap", 389),
    ("https", 443),
    ("ldaps", 636),
    ("mysql", 3306),
    ("postgresql", 5432),
];

fn port(text: &str) -> Option<i128> {
    if text.is_empty() {
        return Some(0);
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse::<u32>().ok().map(|port| i128::from(port & 0xFFFF));
    }
    PORTS.iter().find(|(name, _)| *name == text).map(|(_, port)| *port)
}

fn network(text: &str) -> Option<Constant> {
    let (address, bits) = text.split_once('/')?;
    let address: IpAddr = address.parse().ok()?;
    let bits: u8 = bits.parse().ok()?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    (bits <= most).then_some(Constant::Network { address, bits })
}

/// Whether an address is in a network; of another family it is not.
pub(crate) fn within(address: IpAddr, network: IpAddr, bits: u8) -> bool {
    let v4 = |address: Ipv4Addr| address.to_bits().checked_shr(32 - u32::from(bits)).unwrap_or_default();
    let v6 = |address: Ipv6Addr| address.to_bits().checked_shr(128 - u32::from(bits)).unwrap_or_default();
    match (address, network) {
        (IpAddr::V4(address), IpAddr::V4(network)) => v4(address) == v4(network),
        (IpAddr::V6(address), IpAddr::V6(network)) => v6(address) == v6(network),
        _ => false,
    }
}
