//! Parameters of events as outputs show them: as they are, and what they mean.

use std::fmt::Write as _;

use sekisho_capture::{FlagTable, Format, Type, syscall_name};

use super::errors;
use crate::state::address::{self, Address, Pair};
use crate::state::file::Protocol;
use crate::state::path;
use crate::step::{Parameters, listed};
use crate::view::View;

/// A parameter as it is, and what it means where that is more.
#[derive(Debug, Default)]
pub(crate) struct Shown {
    pub(crate) plain: Vec<u8>,
    pub(crate) meaning: Vec<u8>,
}

impl Shown {
    fn plain(plain: impl Into<Vec<u8>>) -> Self {
        Self { plain: plain.into(), meaning: Vec::new() }
    }

    fn meaning(plain: impl Into<Vec<u8>>, meaning: impl Into<Vec<u8>>) -> Self {
        Self { plain: plain.into(), meaning: meaning.into() }
    }

    /// What it means, or as it is.
    pub(crate) fn resolved(self) -> Vec<u8> {
        if self.meaning.is_empty() { self.plain } else { self.meaning }
    }
}

/// What a parameter means, or the parameter as it is.
pub(crate) fn resolved(view: &View<'_>, place: usize) -> Vec<u8> {
    parameter(view, place).resolved()
}

/// A parameter of the event.
pub(crate) fn parameter(view: &View<'_>, place: usize) -> Shown {
    let info = view.event.head.kind.info();
    let Some(of) = info.parameters.get(place) else { return Shown::default() };
    let Some(bytes) = view.event.bytes(place) else {
        return Shown::plain(match of.kind {
            Type::Bytes
            | Type::SocketPair
            | Type::DescriptorList
            | Type::TextList
            | Type::TextPairList
            | Type::Dynamic => "NULL",
            _ => "<NA>",
        });
    };
    if of.kind == Type::Dynamic {
        return dynamic(view, of.variants, bytes, of.format);
    }
    typed(view, place, of.kind, of.format, of.flags, bytes)
}

fn typed(
    view: &View<'_>,
    place: usize,
    kind: Type,
    format: Format,
    flags: Option<&FlagTable>,
    bytes: &[u8],
) -> Shown {
    if let Some(number) = number(kind, bytes) {
        return numeric(view, kind, format, flags, number);
    }
    match kind {
        Type::Text => Shown::plain(address::ended(bytes)),
        Type::Path | Type::RelativePath => of_path(view, place, address::ended(bytes)),
        Type::Bytes => Shown::plain(printable(bytes)),
        Type::SocketAddress => Shown::plain(match address::read_one(bytes) {
            Some(Address::Unix(path)) => path.to_vec(),
            Some(Address::Internet(socket)) => address::one(socket).into_bytes(),
            None => format!("family {}", bytes.first().copied().unwrap_or_default()).into_bytes(),
        }),
        Type::SocketPair => Shown::plain(match address::read_pair(bytes) {
            Some(Pair::Unix { source, destination, path }) => address::unix_pair(source, destination, path),
            Some(Pair::Internet(source, destination)) => address::pair(source, destination).into_bytes(),
            None => format!("family {}", bytes.first().copied().unwrap_or_default()).into_bytes(),
        }),
        Type::DescriptorList => {
            let shown = listed(bytes).map(|(number, events)| {
                let file = view.slot().and_then(|slot| view.state.file(slot, number));
                let letter = file.map_or('?', |file| file.kind.letter());
                format!("{number}:{letter}{events:x}")
            });
            Shown::plain(shown.collect::<Vec<_>>().join(" "))
        }
        Type::TextList | Type::TextPairList => {
            let texts = crate::state::image::texts(bytes).collect::<Vec<_>>();
            Shown::plain(texts.join(&b'.'))
        }
        _ => Shown::plain("(n.a.)"),
    }
}

/// A number of a type; none where the type is no number.
fn number(kind: Type, bytes: &[u8]) -> Option<i128> {
    let unsigned = |width: usize| {
        let mut whole = [0_u8; 8];
        for (to, from) in whole.iter_mut().zip(bytes.iter().take(width)) {
            *to = *from;
        }
        u64::from_le_bytes(whole)
    };
    let (width, is_signed) = match kind {
        Type::Int8 => (1, true),
        Type::Int16 => (2, true),
        Type::Int32 | Type::Descriptor32 | Type::Pid32 => (4, true),
        Type::Int64 | Type::Descriptor | Type::Pid | Type::ErrorNumber => (8, true),
        Type::UInt8 | Type::Flags8 | Type::Choice8 | Type::Signal | Type::Protocol | Type::SocketFamily => {
            (1, false)
        }
        Type::UInt16 | Type::Flags16 | Type::Choice16 | Type::SyscallId | Type::Port => (2, false),
        Type::UInt32
        | Type::Flags32
        | Type::Choice32
        | Type::Mode
        | Type::Uid
        | Type::Gid
        | Type::Bool
        | Type::SignalSet => (4, false),
        Type::UInt64 | Type::Duration | Type::Time => (8, false),
        _ => return None,
    };
    let raw = unsigned(width);
    let bits = 8 * width;
    Some(if is_signed && bits < 64 && raw >> (bits - 1) & 1 == 1 {
        i128::from(raw) - (1_i128 << bits)
    } else if is_signed && bits == 64 {
        i128::from(raw.cast_signed())
    } else {
        i128::from(raw)
    })
}

fn numeric(view: &View<'_>, kind: Type, format: Format, flags: Option<&FlagTable>, number: i128) -> Shown {
    let signed = i64::try_from(number).unwrap_or_default();
    let bits = u32::try_from(number).unwrap_or_default();
    match kind {
        Type::Descriptor | Type::Descriptor32 => descriptor(view, signed),
        Type::Pid | Type::Pid32 => {
            let thread = view.state.threads.find(signed).and_then(|slot| view.state.threads.get(slot));
            let name = thread.map(|thread| thread.image.command.clone()).unwrap_or_default();
            Shown::meaning(number.to_string(), name)
        }
        // Older versions have addresses where such a result is no error.
        Type::ErrorNumber if view.is_legacy() && format == Format::Hexadecimal && number >= 0 => {
            Shown::plain(format!("{number:X}"))
        }
        Type::ErrorNumber => Shown::meaning(number.to_string(), errors::error(signed).unwrap_or_default()),
        Type::SyscallId => {
            let name = u16::try_from(number).ok().and_then(syscall_name).unwrap_or("<unknown syscall>");
            let name = if name == "unknown" && view.is_legacy() { "<unknown>" } else { name };
            Shown::meaning(number.to_string(), name)
        }
        Type::Signal => {
            let name = u8::try_from(number).ok().and_then(errors::signal).unwrap_or_default();
            Shown::meaning(number.to_string(), name)
        }
        Type::Duration if number == i128::from(u64::MAX) => Shown::plain("none"),
        Type::Duration => Shown::meaning(number.to_string(), seconds(number)),
        Type::Time => {
            let time = u64::try_from(number).unwrap_or_default();
            Shown::plain(format!("{} {} +0000", super::time::date(time), super::time::clock(time, true)))
        }
        Type::Flags8 | Type::Flags16 | Type::Flags32 => {
            Shown::meaning(number.to_string(), named_bits(flags, bits))
        }
        Type::Choice8 | Type::Choice16 | Type::Choice32 => {
            let names = flags.map(FlagTable::names).unwrap_or_default().iter();
            let chosen = names.filter(|(_, value)| *value == bits).map(|(name, _)| *name);
            Shown::meaning(number.to_string(), chosen.collect::<Vec<_>>().join("|"))
        }
        Type::Mode => Shown::meaning(formatted(number, kind, format), named_mode(flags, bits)),
        Type::SignalSet => {
            let names =
                (0..32_u8).filter(|bit| bits >> bit & 1 == 1).filter_map(|bit| errors::signal(bit + 1));
            Shown::plain(names.collect::<Vec<_>>().join(" "))
        }
        Type::Uid | Type::Gid if bits == u32::MAX => Shown::meaning("-1", "<NONE>"),
        Type::Uid | Type::Gid => {
            let container = view.thread().map_or(&[][..], |thread| &thread.control_groups.container);
            let accounts = &view.state.accounts;
            let name = match kind {
                Type::Uid => accounts.user(container, bits).map(|user| user.name.clone()),
                _ => accounts.group(container, bits).map(|group| group.name.clone()),
            };
            let name = name.filter(|name| !name.is_empty()).unwrap_or_else(|| b"<NA>".to_vec());
            Shown::meaning(bits.cast_signed().to_string(), name)
        }
        Type::Bool => Shown::plain(if number == 0 { "false" } else { "true" }),
        _ => Shown::plain(formatted(number, kind, format)),
    }
}

/// A number as its format has it.
fn formatted(number: i128, kind: Type, format: Format) -> String {
    let width = match kind.bytes().1 {
        Some(bytes) => 8 * bytes,
        None => 64,
    };
    let unsigned = number.rem_euclid(1_i128 << width);
    match format {
        Format::Octal if unsigned == 0 => "0".to_owned(),
        Format::Octal => format!("0{unsigned:o}"),
        Format::Hexadecimal => format!("{unsigned:X}"),
        Format::Padded => format!("{number:09}"),
        // Such numbers are written with the sign of their highest bit.
        _ if kind == Type::UInt64 => u64::try_from(unsigned).unwrap_or_default().cast_signed().to_string(),
        _ => number.to_string(),
    }
}

/// Nanoseconds as seconds, with six digits.
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "six digits are shown"
)]
fn seconds(nanoseconds: i128) -> String {
    let seconds = nanoseconds as f64 / 1e9;
    let digits =
        if seconds == 0.0 { 0 } else { (5.0 - seconds.abs().log10().floor()).clamp(0.0, 12.0) as usize };
    let shown = format!("{seconds:.digits$}");
    let shown = if shown.contains('.') { shown.trim_end_matches('0').trim_end_matches('.') } else { &shown };
    format!("{shown}s")
}

fn descriptor(view: &View<'_>, number: i64) -> Shown {
    let plain = number.to_string();
    if number == crate::state::flag::AT_WORKING_FOLDER && view.thread().is_some() {
        return Shown::meaning(plain, "AT_FDCWD");
    }
    if number < 0 {
        return Shown::meaning(plain, errors::error(number).unwrap_or_default());
    }
    let Some(file) = view.slot().and_then(|slot| view.state.file(slot, number)) else {
        return Shown::plain(plain);
    };
    let mut meaning = format!("<{}", file.kind.letter());
    if file.kind.is_internet() {
        meaning.push_str(match file.shown_protocol() {
            Protocol::Tcp => "t",
            Protocol::Udp => "u",
            Protocol::Icmp => "i",
            Protocol::Raw => "r",
            Protocol::Unknown | Protocol::NotAvailable => "",
        });
    }
    meaning.push('>');
    let mut meaning = meaning.into_bytes();
    meaning.extend(&*file.name);
    Shown::meaning(plain, meaning)
}

/// A path, and the whole path where it counts from a folder.
fn of_path(view: &View<'_>, place: usize, name: &[u8]) -> Shown {
    let Some(slot) = view.slot().filter(|_| name != b"<NA>" && !name.is_empty()) else {
        return Shown::plain(name);
    };
    if name.first() == Some(&b'/') {
        return Shown::plain(name);
    }
    let parameter = view.event.head.kind.info().parameters.get(place);
    let descriptor = parameter.and_then(|of| of.folder).and_then(|folder| view.event.i64(folder.into()));
    let folder = match descriptor {
        Some(number) if number != crate::state::flag::AT_WORKING_FOLDER => {
            let known = view.state.file(slot, number).filter(|file| !file.name.is_empty());
            known.map(|file| path::as_folder(&file.name)).unwrap_or_default()
        }
        _ => view.state.working_folder(slot).to_vec(),
    };
    Shown::meaning(name, path::joined(&folder, name))
}

/// The names of bits, in the order of the table, until all are named.
fn named_bits(flags: Option<&FlagTable>, bits: u32) -> String {
    let mut rest = bits;
    let mut names = Vec::new();
    for (name, value) in flags.map(FlagTable::names).unwrap_or_default() {
        let is_set = (*value == 0 && bits == 0) || (*value != 0 && rest & value == *value && rest != 0);
        if !is_set {
            continue;
        }
        rest &= !value;
        names.push(*name);
        if *value == bits {
            break;
        }
    }
    names.join("|")
}

/// The names of the bits of a mode.
fn named_mode(flags: Option<&FlagTable>, mode: u32) -> String {
    let mut rest = mode;
    let mut names = Vec::new();
    for (name, value) in flags.map(FlagTable::names).unwrap_or_default() {
        if *value == mode {
            names.push(*name);
            break;
        }
        if *value != 0 && rest & value == *value && rest != 0 {
            names.push(*name);
            rest &= !value;
        }
    }
    names.join("|")
}

/// Bytes, of which those that cannot be printed are dots.
fn printable(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().map(|byte| if (b' '..=b'~').contains(byte) { *byte } else { b'.' }).collect()
}

/// A value whose first byte says which of the table's types it has.
fn dynamic(view: &View<'_>, variants: Option<&str>, bytes: &[u8], format: Format) -> Shown {
    let Some((which, rest)) = bytes.split_first() else { return Shown::plain("NULL") };
    let kind = match (variants.unwrap_or_default(), which) {
        ("sockopt_dynamic_param", 1) => Type::ErrorNumber,
        ("sockopt_dynamic_param", 2) => Type::UInt32,
        ("sockopt_dynamic_param", 3) | ("ptrace_dynamic_param", 0) => Type::UInt64,
        ("sockopt_dynamic_param", 4) => Type::Duration,
        ("ptrace_dynamic_param", 1) => Type::Signal,
        ("keyctl_dynamic_param", 1) => Type::Int32,
        _ => Type::Bytes,
    };
    match number(kind, rest) {
        Some(number) => numeric(view, kind, format, None, number),
        None => Shown::plain(printable(rest)),
    }
}

/// `name=value` of every parameter, with what values mean in parentheses.
pub(crate) fn all(view: &View<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    let parameters = &view.event.head.kind.info().parameters;
    for (place, of) in parameters.iter().enumerate().take(view.event.parameter_count()) {
        if place > 0 {
            out.push(b' ');
        }
        let shown = parameter(view, place);
        let mut name = String::new();
        // Writing to a string cannot fail.
        let _ = write!(name, "{}=", of.name);
        out.extend(name.bytes());
        out.extend(shown.plain);
        if !shown.meaning.is_empty() {
            out.push(b'(');
            out.extend(shown.meaning);
            out.push(b')');
        }
    }
    out
}
