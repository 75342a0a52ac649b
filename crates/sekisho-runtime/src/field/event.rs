//! `evt.*`, `syscall.type` and `util.cnt`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use sekisho_capture::{Category, Direction, EventFlags, Origin, Type, syscall_name};
use sekisho_falco::Value;

use super::{fields, index, made, push, shown, time};
use crate::state::file::FileKind;
use crate::state::thread::Thread;
use crate::state::{flag, path};
use crate::step::{Action, Parameters, action, has_result, is_generic, result};
use crate::view::{SYSCALL, View};

fields! {
    /// Fields of events.
    EventField {
        Number "evt.num",
        Clock "evt.time",
        ClockSeconds "evt.time.s",
        Iso "evt.time.iso8601",
        DateTime "evt.datetime",
        DateTimeSeconds "evt.datetime.s",
        RawTime "evt.rawtime",
        RawTimeSeconds "evt.rawtime.s",
        RawTimeNanoseconds "evt.rawtime.ns",
        Since "evt.reltime",
        SinceSeconds "evt.reltime.s",
        SinceNanoseconds "evt.reltime.ns",
        Plugin "evt.pluginname",
        PluginInfo "evt.plugininfo",
        Source "evt.source",
        IsAsync "evt.is_async",
        AsyncType "evt.asynctype",
        Host "evt.hostname",
        Latency "evt.latency",
        LatencySeconds "evt.latency.s",
        LatencyNanoseconds "evt.latency.ns",
        LatencyQuantized "evt.latency.quantized",
        LatencyHuman "evt.latency.human",
        Delta "evt.deltatime",
        DeltaSeconds "evt.deltatime.s",
        DeltaNanoseconds "evt.deltatime.ns",
        OutputTime "evt.outputtime",
        Direction "evt.dir",
        Type "evt.type",
        TypeIs "evt.type.is",
        SyscallType "syscall.type",
        Category "evt.category",
        Processor "evt.cpu",
        Arguments "evt.args",
        Argument "evt.arg",
        RawArgument "evt.rawarg",
        Info "evt.info",
        Buffer "evt.buffer",
        BufferLength "evt.buflen",
        Result "evt.res",
        RawResult "evt.rawres",
        Failed "evt.failed",
        IsIo "evt.is_io",
        IsRead "evt.is_io_read",
        IsWrite "evt.is_io_write",
        IoDirection "evt.io_dir",
        IsWait "evt.is_wait",
        WaitLatency "evt.wait_latency",
        IsSyslog "evt.is_syslog",
        Count "evt.count",
        ErrorCount "evt.count.error",
        ErrorCountFile "evt.count.error.file",
        ErrorCountNet "evt.count.error.net",
        ErrorCountMemory "evt.count.error.memory",
        ErrorCountOther "evt.count.error.other",
        ExitCount "evt.count.exit",
        ProcessInfoCount "evt.count.procinfo",
        ThreadInfoCount "evt.count.threadinfo",
        AbsolutePath "evt.abspath",
        BufferLengthIn "evt.buflen.in",
        BufferLengthOut "evt.buflen.out",
        BufferLengthFile "evt.buflen.file",
        BufferLengthFileIn "evt.buflen.file.in",
        BufferLengthFileOut "evt.buflen.file.out",
        BufferLengthNet "evt.buflen.net",
        BufferLengthNetIn "evt.buflen.net.in",
        BufferLengthNetOut "evt.buflen.net.out",
        IsOpenRead "evt.is_open_read",
        IsOpenWrite "evt.is_open_write",
        IsOpenExec "evt.is_open_exec",
        IsOpenCreate "evt.is_open_create",
        DockerName "evt.infra.docker.name",
        DockerIdentifier "evt.infra.docker.container.id",
        DockerContainer "evt.infra.docker.container.name",
        DockerImage "evt.infra.docker.container.image",
        Counter "util.cnt",
    }
}

const SECOND: u64 = 1_000_000_000;

pub(crate) fn extract<'e>(
    view: &'e View<'_>,
    field: EventField,
    argument: Option<&[u8]>,
    values: &mut Vec<Value<'e>>,
) -> bool {
    let value = kinds(view, field, argument)
        .or_else(|| results(view, field))
        .or_else(|| arguments(view, field, argument))
        .or_else(|| times(view, field))
        .or_else(|| amounts(view, field));
    push(values, value)
}

/// The name of an event's type.
pub(crate) fn type_name<'e>(view: &View<'e>) -> &'e [u8] {
    let event = view.event;
    let info = event.head.kind.info();
    if is_generic(event.head.kind) {
        let name = event.u16(0).and_then(syscall_name).unwrap_or("unknown");
        return if name == "unknown" && view.is_legacy() { b"<unknown>" } else { name.as_bytes() };
    }
    match action(event.head.kind) {
        Action::Notice if info.name == "asyncevent" => event.text(1).unwrap_or(b"asyncevent"),
        _ => info.name.as_bytes(),
    }
}

/// What kind of event it is.
fn kinds<'e>(view: &'e View<'_>, field: EventField, argument: Option<&[u8]>) -> Option<Value<'e>> {
    use EventField as F;
    let event = view.event;
    let info = event.head.kind.info();
    let has = |flag: EventFlags| info.flags.contains(flag);
    let is_async = info.constant == "ASYNCEVENT_E";
    match field {
        F::Type => Some(Value::text(type_name(view))),
        F::SyscallType => {
            let is_call = info.origin == Origin::Syscall || view.is_legacy() && info.name != "switch";
            is_call.then(|| Value::text(type_name(view)))
        }
        F::TypeIs => {
            let wanted = argument?;
            let is_number =
                index(argument).is_some_and(|number| number == usize::from(event.head.kind.number()));
            Some(Value::UInt(u64::from(is_number || wanted == info.name.as_bytes())))
        }
        F::Direction => {
            Some(Value::text(if event.head.kind.direction() == Direction::Enter { ">" } else { "<" }))
        }
        F::Category => Some(Value::text(category(view))),
        F::IsIo => Some(Value::Bool(has(EventFlags::READS) || has(EventFlags::WRITES))),
        F::IsRead => Some(Value::Bool(has(EventFlags::READS))),
        F::IsWrite => Some(Value::Bool(has(EventFlags::WRITES))),
        F::IoDirection if has(EventFlags::WRITES) => Some(Value::text("write")),
        F::IoDirection if has(EventFlags::READS) => Some(Value::text("read")),
        F::IsWait => Some(Value::Bool(has(EventFlags::WAITS))),
        F::IsSyslog => {
            let is_log = |name: &[u8]| name.windows(8).any(|part| part == b"/dev/log");
            Some(Value::Bool(has(EventFlags::WRITES) && view.file().is_some_and(|file| is_log(&file.name))))
        }
        F::IsOpenRead | F::IsOpenWrite | F::IsOpenExec | F::IsOpenCreate => {
            Some(Value::Bool(opens(view, field)))
        }
        F::Source => Some(Value::text(SYSCALL)),
        F::IsAsync => Some(Value::Bool(is_async)),
        F::AsyncType if is_async => event.text(1).map(Value::text),
        F::Host => Some(Value::text(view.host)),
        F::Processor => Some(Value::Int(event.head.cpu.cast_signed().into())),
        F::Number => Some(Value::UInt(view.number)),
        F::Counter => {
            view.counter.set(view.counter.get() + 1);
            Some(Value::UInt(view.counter.get()))
        }
        F::DockerName | F::DockerIdentifier | F::DockerContainer | F::DockerImage => docker(view, field),
        _ => None,
    }
}

fn category(view: &View<'_>) -> &'static str {
    match view.event.head.kind.info().category {
        Category::Unknown => "unknown",
        Category::Other => "other",
        Category::File => "file",
        Category::Net => "net",
        Category::Ipc => "IPC",
        Category::Memory => "memory",
        Category::Process => "process",
        Category::Sleep => "sleep",
        Category::System => "system",
        Category::Signal => "signal",
        Category::User => "user",
        Category::Time => "time",
        Category::Processing => "processing",
        Category::Wait => "wait",
        Category::Scheduler => "scheduler",
        Category::Internal => "internal",
        Category::IoRead | Category::IoWrite | Category::IoOther => match view.file().map(|file| file.kind) {
            Some(FileKind::File | FileKind::Folder) => "file",
            Some(kind) if kind.is_internet() => "net",
            Some(
                FileKind::Pipe | FileKind::Unix | FileKind::Event | FileKind::Signal | FileKind::Inotify,
            ) => "ipc",
            _ => "unknown",
        },
    }
}

/// Whether a file was opened in some way.
fn opens(view: &View<'_>, field: EventField) -> bool {
    use EventField as F;
    /// Whoever may execute a file.
    const EXECUTE: u32 = 0o111;
    let event = view.event;
    let kind = event.head.kind;
    if kind.direction() == Direction::Enter && !view.is_legacy() {
        return false;
    }
    let name = kind.info().name;
    if !matches!(name, "open" | "openat" | "openat2" | "open_by_handle_at") {
        let mode = view.place("mode").and_then(|place| event.u32(place)).unwrap_or_default();
        return field == F::IsOpenExec && name == "creat" && mode & EXECUTE != 0;
    }
    let bits = view.place("flags").and_then(|place| event.u32(place)).unwrap_or_default();
    match field {
        F::IsOpenRead => bits & flag::O_RDONLY != 0,
        F::IsOpenWrite => bits & flag::O_WRONLY != 0,
        F::IsOpenCreate => {
            bits & flag::O_CREATED != 0
                || bits & flag::O_TMPFILE != 0 && has_result(event) && result(event) >= 0
        }
        _ => {
            let mode = view.place("mode").and_then(|place| event.u32(place)).unwrap_or_default();
            let makes = bits & (flag::O_TMPFILE | flag::O_CREAT) != 0;
            makes && name != "open_by_handle_at" && mode & EXECUTE != 0
        }
    }
}

/// What a call gave back.
fn results<'e>(view: &'e View<'_>, field: EventField) -> Option<Value<'e>> {
    use EventField as F;
    let event = view.event;
    match field {
        F::RawResult => has_result(event).then(|| Value::Int(result(event))),
        F::Result if !has_result(event) => None,
        F::Result if result(event) >= 0 => Some(Value::text("SUCCESS")),
        F::Result => Some(made(shown::resolved(view, 0))),
        F::Failed if has_result(event) => Some(Value::Bool(result(event) < 0)),
        F::Failed => view.is_legacy().then_some(Value::Bool(false)),
        F::ErrorCount => errors(view),
        F::ErrorCountFile => {
            let is_file = match view.file() {
                Some(file) => matches!(file.kind, FileKind::File | FileKind::Folder),
                None => is_opening(view),
            };
            errors(view).filter(|_| is_file)
        }
        F::ErrorCountNet => {
            let is_net = match view.file() {
                Some(file) => file.kind.is_internet() || file.kind == FileKind::Unix,
                None => is_connecting(view),
            };
            errors(view).filter(|_| is_net)
        }
        F::ErrorCountMemory => errors(view).filter(|_| is_memory(view)),
        F::ErrorCountOther => {
            let is_other = match view.file() {
                Some(file) => {
                    let is_net = file.kind.is_internet() || file.kind == FileKind::Unix;
                    !is_net && !matches!(file.kind, FileKind::File | FileKind::Folder)
                }
                None => !is_opening(view) && !is_connecting(view) && !is_memory(view),
            };
            errors(view).filter(|_| is_other)
        }
        _ => None,
    }
}

/// One for an error. Older versions have no value where there is none.
fn errors<'e>(view: &View<'_>) -> Option<Value<'e>> {
    let failed = result(view.event) < 0;
    (has_result(view.event) && (failed || !view.is_legacy())).then(|| Value::UInt(u64::from(failed)))
}

fn is_exit_of(view: &View<'_>, names: &[&str]) -> bool {
    let kind = view.event.head.kind;
    kind.direction() == Direction::Exit && names.contains(&kind.info().name)
}

fn is_opening(view: &View<'_>) -> bool {
    is_exit_of(view, &["open", "creat", "openat", "openat2", "open_by_handle_at"])
}

fn is_connecting(view: &View<'_>) -> bool {
    is_exit_of(view, &["accept", "accept4", "connect"])
}

fn is_memory(view: &View<'_>) -> bool {
    view.event.head.kind.info().category == Category::Memory
}

/// What the parameters say.
fn arguments<'e>(view: &'e View<'_>, field: EventField, argument: Option<&[u8]>) -> Option<Value<'e>> {
    use EventField as F;
    let event = view.event;
    let name = || std::str::from_utf8(argument?).ok();
    match field {
        F::Argument => {
            let place = match index(argument) {
                Some(place) => Some(place).filter(|place| *place < event.parameter_count()),
                None => view.place(name()?),
            };
            Some(made(shown::resolved(view, place?)))
        }
        F::RawArgument => raw(view, name()?),
        F::Arguments | F::Info => {
            let says_nothing = is_generic(event.head.kind) && !view.is_legacy();
            Some(made(if says_nothing { Vec::new() } else { shown::all(view) }))
        }
        F::Buffer => {
            let place = view.place("data")?;
            Some(Value::Bytes(event.bytes(place).unwrap_or_default().into()))
        }
        F::AbsolutePath => absolute(view, argument),
        _ => None,
    }
}

/// A parameter as it is.
fn raw<'e>(view: &View<'e>, name: &str) -> Option<Value<'e>> {
    let event = view.event;
    let place = view.place(name)?;
    let kind = event.head.kind.info().parameters.get(place)?.kind;
    let Some(bytes) = event.bytes(place) else {
        return matches!(kind, Type::Text | Type::Path | Type::RelativePath).then(|| Value::text("<NA>"));
    };
    let unsigned = |width: usize| {
        let mut whole = [0_u8; 8];
        for (to, from) in whole.iter_mut().zip(bytes.iter().take(width)) {
            *to = *from;
        }
        u64::from_le_bytes(whole)
    };
    Some(match kind {
        Type::Int8 => Value::Int(event.u8(place)?.cast_signed().into()),
        Type::Int16 => Value::Int(event.u16(place)?.cast_signed().into()),
        Type::Int32 | Type::Descriptor32 | Type::Pid32 => Value::Int(event.u32(place)?.cast_signed().into()),
        Type::Int64 | Type::Descriptor | Type::Pid | Type::ErrorNumber => Value::Int(event.i64(place)?),
        Type::Bool => Value::Bool(unsigned(4) != 0),
        Type::Ipv4 => Value::Ip(IpAddr::V4(Ipv4Addr::from(*bytes.first_chunk()?))),
        Type::Ipv6 => Value::Ip(IpAddr::V6(Ipv6Addr::from(*bytes.first_chunk()?))),
        Type::Text | Type::Path | Type::RelativePath => {
            Value::Text(crate::state::address::ended(bytes).into())
        }
        Type::Double => Value::Double(f64::from_le_bytes(*bytes.first_chunk()?)),
        other => match other.bytes() {
            (_, Some(width)) if width <= 8 => Value::UInt(unsigned(width)),
            _ => Value::Bytes(bytes.into()),
        },
    })
}

/// The whole path of one that counts from the folder of a descriptor.
fn absolute<'e>(view: &View<'_>, argument: Option<&[u8]>) -> Option<Value<'e>> {
    let event = view.event;
    if event.head.kind.direction() == Direction::Enter {
        return None;
    }
    let is_second = argument == Some(b"dst");
    let (folder, name) = match event.head.kind.info().name {
        "renameat" | "renameat2" if is_second => ("newdirfd", "newpath"),
        "renameat" | "renameat2" => ("olddirfd", "oldpath"),
        "symlinkat" => ("linkdirfd", "linkpath"),
        "openat" | "openat2" | "unlinkat" => ("dirfd", "name"),
        "linkat" if is_second => ("newdir", "newpath"),
        "linkat" => ("olddir", "oldpath"),
        "mkdirat" => ("dirfd", "path"),
        "fchmodat" => ("dirfd", "filename"),
        "fchownat" => ("dirfd", "pathname"),
        "open_by_handle_at" if result(event) > 0 => return Some(made(path::joined(b"", event.text(3)?))),
        _ => return None,
    };
    let (folder, name) = (event.i64(view.place(folder)?)?, event.text(view.place(name)?)?);
    let mut base = view.state.folder(view.slot()?, name, folder);
    if base == b"<UNKNOWN>" {
        base.push(b'/');
    }
    Some(made(path::joined(&base, name)))
}

/// When it was.
fn times<'e>(view: &'e View<'_>, field: EventField) -> Option<Value<'e>> {
    use EventField as F;
    let now = view.event.head.time;
    let since = now.saturating_sub(view.first_time);
    let delta = now.saturating_sub(view.last_time);
    let latency = || if view.is_legacy() { view.thread().map_or(0, |thread| thread.latency) } else { 0 };
    Some(match field {
        F::Clock | F::OutputTime => made(time::clock(now, true)),
        F::ClockSeconds => made(time::clock(now, false)),
        F::Iso => made(time::iso(now, "+0000")),
        F::DateTime => made(format!("{} {}", time::date(now), time::clock(now, true))),
        F::DateTimeSeconds => made(format!("{} {}", time::date(now), time::clock(now, false))),
        F::RawTime => Value::UInt(now),
        F::RawTimeSeconds => Value::UInt(now / SECOND),
        F::RawTimeNanoseconds => Value::UInt(now % SECOND),
        F::Since => Value::UInt(since),
        F::SinceSeconds => Value::UInt(since / SECOND),
        F::SinceNanoseconds => Value::UInt(since % SECOND),
        F::Delta => Value::UInt(delta),
        F::DeltaSeconds => Value::UInt(delta / SECOND),
        F::DeltaNanoseconds => Value::UInt(delta % SECOND),
        F::Latency => Value::UInt(latency()),
        F::LatencySeconds => Value::UInt(latency() / SECOND),
        F::LatencyNanoseconds => Value::UInt(latency() % SECOND),
        F::LatencyQuantized => Value::UInt(quantized(latency())),
        F::LatencyHuman => made(human(latency())),
        F::WaitLatency => {
            let waits = view.event.head.kind.info().flags.contains(EventFlags::WAITS);
            let is_exit = view.event.head.kind.direction() == Direction::Exit;
            if view.is_legacy() && !(waits && is_exit) {
                return None;
            }
            Value::UInt(latency())
        }
        _ => return None,
    })
}

/// The place of a latency on a scale of powers of ten with ten steps each.
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the scale has about a hundred places"
)]
fn quantized(latency: u64) -> u64 {
    /// Places of the scale, over eleven powers of ten.
    const PLACES: f64 = 750.0;
    if latency == 0 { 0 } else { ((latency as f64).log10() / 11.0 * PLACES) as u64 + 1 }
}

/// A span of time with its unit, cut off behind three digits.
fn human(span: u64) -> String {
    let (unit, name) = match span {
        0..1_000 => return format!("{span}ns"),
        1_000..1_000_000 => (1_000, "us"),
        1_000_000..1_000_000_000 => (1_000_000, "ms"),
        _ => (1_000_000_000, "s"),
    };
    match span / unit {
        whole @ 0..10 => format!("{whole}.{:02}{name}", span % unit * 100 / unit),
        whole => format!("{whole}{name}"),
    }
}

/// How much there was.
fn amounts<'e>(view: &'e View<'_>, field: EventField) -> Option<Value<'e>> {
    use EventField as F;
    let event = view.event;
    let kind = event.head.kind;
    let category = kind.info().category;
    let is_read = category == Category::IoRead;
    let is_write = category == Category::IoWrite;
    let is_io = is_read || is_write || category == Category::IoOther;
    let is_file = || view.file().is_some_and(|file| file.kind == FileKind::File);
    let is_net = || view.file().is_some_and(|file| file.kind.is_internet());
    let counts = match field {
        F::Count => return Some(Value::UInt(1)),
        F::ExitCount => return (kind.direction() == Direction::Exit).then_some(Value::UInt(1)),
        F::ThreadInfoCount | F::ProcessInfoCount => {
            let is_info = kind.info().constant == "PROCINFO_E";
            let is_main = view.thread().is_some_and(Thread::is_main);
            return Some(Value::UInt(u64::from(is_info && (field == F::ThreadInfoCount || is_main))));
        }
        F::BufferLength => is_io,
        F::BufferLengthIn => is_read,
        F::BufferLengthOut => is_write,
        F::BufferLengthFile => is_io && is_file(),
        F::BufferLengthFileIn => is_read && is_file(),
        F::BufferLengthFileOut => is_write && is_file(),
        F::BufferLengthNet => is_io && is_net(),
        F::BufferLengthNetIn => is_read && is_net(),
        F::BufferLengthNetOut => is_write && is_net(),
        _ => return None,
    };
    let length = result(event);
    let has_length = counts && view.file().is_some() && has_result(event);
    u64::try_from(length).ok().filter(|_| has_length).map(Value::UInt)
}

/// What an event of the older Docker support says.
fn docker<'e>(view: &View<'_>, field: EventField) -> Option<Value<'e>> {
    use EventField as F;
    if view.event.head.kind.info().constant != "INFRASTRUCTURE_EVENT_E" {
        return None;
    }
    let description = String::from_utf8_lossy(view.event.text(2)?).into_owned();
    let key = match field {
        F::DockerName => "Event",
        F::DockerIdentifier => "ID",
        F::DockerContainer => "name",
        _ => "Image",
    };
    let entry = description.split(';').map(str::trim).find(|entry| entry.starts_with(key))?;
    let value = entry.split_once(':')?.1.trim();
    Some(match field {
        F::DockerIdentifier => made(value.get(..12).unwrap_or(value)),
        F::DockerImage => made(value.split('@').next().unwrap_or(value)),
        _ => made(value),
    })
}
