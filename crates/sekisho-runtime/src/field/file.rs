//! `fd.*` and `fdlist.*`.

use std::net::IpAddr;

use sekisho_capture::Socket;
use sekisho_falco::Value;

use super::{fields, index, made, push};
use crate::state::file::{File, FileKind, Protocol, Role};
use crate::state::path;
use crate::step::{Parameters, listed};
use crate::view::View;

fields! {
    /// Fields of descriptors.
    FileField {
        Number "fd.num",
        Type "fd.type",
        Letter "fd.typechar",
        Name "fd.name",
        Folder "fd.directory",
        FileName "fd.filename",
        Address "fd.ip",
        ClientAddress "fd.cip",
        ServerAddress "fd.sip",
        LocalAddress "fd.lip",
        RemoteAddress "fd.rip",
        Port "fd.port",
        ClientPort "fd.cport",
        ServerPort "fd.sport",
        LocalPort "fd.lport",
        RemotePort "fd.rport",
        Protocol "fd.l4proto",
        Family "fd.sockfamily",
        IsServer "fd.is_server",
        Uid "fd.uid",
        ContainerName "fd.containername",
        ContainerFolder "fd.containerdirectory",
        Service "fd.proto",
        ClientService "fd.cproto",
        ServerService "fd.sproto",
        LocalService "fd.lproto",
        RemoteService "fd.rproto",
        Network "fd.net",
        ClientNetwork "fd.cnet",
        ServerNetwork "fd.snet",
        LocalNetwork "fd.lnet",
        RemoteNetwork "fd.rnet",
        IsConnected "fd.connected",
        NameChanged "fd.name_changed",
        ClientHost "fd.cip.name",
        ServerHost "fd.sip.name",
        LocalHost "fd.lip.name",
        RemoteHost "fd.rip.name",
        Device "fd.dev",
        DeviceMajor "fd.dev.major",
        DeviceMinor "fd.dev.minor",
        Inode "fd.ino",
        RawName "fd.nameraw",
        Types "fd.types",
        UpperLayer "fd.is_upper_layer",
        LowerLayer "fd.is_lower_layer",
        ListNumbers "fdlist.nums",
        ListNames "fdlist.names",
        ListClients "fdlist.cips",
        ListServers "fdlist.sips",
        ListClientPorts "fdlist.cports",
        ListServerPorts "fdlist.sports",
    }
}

pub(crate) fn extract<'e>(
    view: &'e View<'_>,
    field: FileField,
    argument: Option<&[u8]>,
    values: &mut Vec<Value<'e>>,
) -> bool {
    use FileField as F;
    match field {
        F::ListNumbers
        | F::ListNames
        | F::ListClients
        | F::ListServers
        | F::ListClientPorts
        | F::ListServerPorts => return push(values, list(view, field)),
        _ => {}
    }
    let Some(thread) = view.thread().filter(|_| view.is_about_descriptors()) else { return false };
    match field {
        F::Number => return push(values, Some(Value::Int(thread.descriptor))),
        F::Uid => {
            return push(values, Some(made(format!("{}{}", thread.tid, thread.descriptor))));
        }
        F::Types => return types(view, argument, values),
        F::Name | F::ContainerName | F::Folder | F::ContainerFolder | F::RawName => {
            return push(values, name(view, field));
        }
        F::Letter => {
            let letter = view.file().map_or_else(|| letter_of_event(view), |file| file.kind.letter());
            return push(values, Some(made(letter.to_string())));
        }
        _ => {}
    }
    let Some(file) = view.file() else { return false };
    match field {
        F::Address | F::Network => both(file, |socket| Value::Ip(socket.address), values),
        F::Port | F::Service => both(file, |socket| Value::UInt(socket.port.into()), values),
        _ => push(values, value(view, field, file)),
    }
}

/// The values of both ends.
fn both<'e>(file: &File, of: impl Fn(Socket) -> Value<'e>, values: &mut Vec<Value<'e>>) -> bool {
    let Some((source, destination)) = file.ends.filter(|_| file.kind.is_internet()) else { return false };
    if file.kind.is_connection() {
        values.push(of(source));
    }
    values.push(of(destination));
    true
}

fn value<'e>(view: &View<'_>, field: FileField, file: &'e File) -> Option<Value<'e>> {
    use FileField as F;
    Some(match field {
        F::Type => Value::text(file.kind.name().unwrap_or("<NA>")),
        F::FileName => {
            if !file.is_file() {
                return None;
            }
            match file.name.iter().rposition(|byte| *byte == b'/') {
                None => Value::text("/"),
                Some(place) if place + 1 < file.name.len() => Value::text(file.name.get(place + 1..)?),
                Some(_) => Value::text(&*file.name),
            }
        }
        F::ClientAddress | F::ClientNetwork => Value::Ip(file.client()?.address),
        F::ServerAddress | F::ServerNetwork => Value::Ip(file.server()?.address),
        F::LocalAddress | F::LocalNetwork => Value::Ip(sides(view, file)?.0.address),
        F::RemoteAddress | F::RemoteNetwork => Value::Ip(sides(view, file)?.1.address),
        F::ClientPort => port(file.client()?),
        F::ServerPort => port(file.server()?),
        F::LocalPort => port(sides(view, file)?.0),
        F::RemotePort => port(sides(view, file)?.1),
        F::ClientService if file.role != Role::None => service(file.client()),
        F::ServerService if file.kind.is_server() => made(""),
        F::ServerService => service(Some(file.server()?)),
        F::LocalService => service(Some(sides(view, file)?.0)),
        F::RemoteService => service(Some(sides(view, file)?.1)),
        F::Protocol => Value::text(match file.shown_protocol() {
            Protocol::Tcp => "tcp",
            Protocol::Udp => "udp",
            Protocol::Icmp => "icmp",
            Protocol::Raw => "raw",
            Protocol::Unknown | Protocol::NotAvailable => "<NA>",
        }),
        F::Family if file.kind.is_internet() => Value::text("ip"),
        F::Family if file.kind == FileKind::Unix => Value::text("unix"),
        F::IsServer => Value::Bool(is_server(view, file)),
        F::IsConnected => Value::Bool(file.is_connected),
        F::NameChanged => Value::Bool(view.context.name_changed),
        F::Device => Value::Int(file.device.cast_signed().into()),
        F::DeviceMajor => Value::Int(i64::from(file.device >> 8 & 0xFFF)),
        F::DeviceMinor => Value::Int(i64::from(file.device & 0xFF | file.device >> 12 & 0xF_FF00)),
        F::Inode => Value::Int(file.inode.cast_signed()),
        F::UpperLayer => Value::Bool(file.is_upper_layer),
        F::LowerLayer => Value::Bool(file.is_lower_layer),
        // Names of hosts would have to be asked for.
        _ => return None,
    })
}

fn port<'e>(socket: Socket) -> Value<'e> {
    Value::UInt(socket.port.into())
}

fn service<'e>(socket: Option<Socket>) -> Value<'e> {
    made(socket.map(|socket| socket.port.to_string()).unwrap_or_default())
}

/// The machine's end of a connection and the other.
fn sides(view: &View<'_>, file: &File) -> Option<(Socket, Socket)> {
    let (source, destination) = file.ends.filter(|_| file.kind.is_connection() && file.role != Role::None)?;
    let is_local = view.state.is_local(view.thread(), source.address);
    Some(if is_local { (source, destination) } else { (destination, source) })
}

fn is_server(view: &View<'_>, file: &File) -> bool {
    if file.kind.is_server() {
        return true;
    }
    let called = file.ends.filter(|_| file.kind.is_connection()).map(|(_, destination)| destination.address);
    called.is_some_and(|address: IpAddr| view.state.is_local(view.thread(), address))
}

fn letter_of_event(view: &View<'_>) -> char {
    match view.event.head.kind.info().name {
        "open" | "openat" | "openat2" | "open_by_handle_at" | "creat" => 'f',
        "socket" | "accept" | "accept4" => '4',
        "pipe" | "pipe2" => 'p',
        "eventfd" | "eventfd2" => 'e',
        "signalfd" | "signalfd4" => 's',
        "timerfd_create" => 't',
        "inotify_init" | "inotify_init1" => 'i',
        _ => 'o',
    }
}

/// The name, or a part of it.
fn name<'e>(view: &'e View<'_>, field: FileField) -> Option<Value<'e>> {
    use FileField as F;
    let Some(file) = view.file() else {
        let from_event = name_of_event(view, field == F::RawName)?;
        let is_folder = matches!(field, F::Folder | F::ContainerFolder);
        let shown = if is_folder { folder(&from_event).to_vec() } else { from_event };
        let shown = if field == F::RawName { path::without_double_slashes(&shown) } else { shown };
        return Some(made(in_container(view, field, &shown)));
    };
    let whole: &[u8] = if field == F::RawName { &file.raw_name } else { &file.name };
    match field {
        F::Name => Some(Value::text(whole)),
        F::RawName => Some(made(path::without_double_slashes(whole))),
        F::ContainerName => Some(made(in_container(view, field, whole))),
        _ => {
            let shown = match file.kind {
                FileKind::File => folder(whole),
                FileKind::Folder => whole,
                _ => return None,
            };
            Some(made(in_container(view, field, shown)))
        }
    }
}

fn in_container(view: &View<'_>, field: FileField, name: &[u8]) -> Vec<u8> {
    if !matches!(field, FileField::ContainerName | FileField::ContainerFolder) {
        return name.to_vec();
    }
    let mut shown = view.thread().map(|thread| thread.control_groups.container.clone()).unwrap_or_default();
    shown.push(b':');
    shown.extend(name);
    shown
}

/// The folder that a file is in.
fn folder(name: &[u8]) -> &[u8] {
    match name.iter().rposition(|byte| *byte == b'/') {
        None | Some(0) => b"/",
        Some(place) if place + 1 < name.len() => name.get(..place).unwrap_or_default(),
        Some(_) => name,
    }
}

/// The name that an event tells of what it could not open.
fn name_of_event(view: &View<'_>, raw: bool) -> Option<Vec<u8>> {
    let event = view.event;
    let info = event.head.kind.info();
    if event.head.kind.direction() == sekisho_capture::Direction::Enter {
        return None;
    }
    match info.name {
        "open" | "creat" | "accept" | "accept4" | "connect" => Some(super::shown::resolved(view, 1)),
        "openat" | "openat2" => {
            let (folder, name) = (view.place("dirfd")?, view.place("name")?);
            let name = event.text(name)?;
            if raw {
                return Some(name.to_vec());
            }
            let folder = view.state.folder(view.slot()?, name, event.i64(folder)?);
            Some(path::joined(&folder, name))
        }
        "open_by_handle_at" => event.text(3).map(<[u8]>::to_vec),
        _ => Some(Vec::new()),
    }
}

/// The types of a descriptor, or of all.
fn types<'e>(view: &'e View<'_>, argument: Option<&[u8]>, values: &mut Vec<Value<'e>>) -> bool {
    let Some(slot) = view.slot() else { return false };
    let shown = |file: &File| file.kind.name().unwrap_or("<NA>");
    if let Some(number) = index(argument) {
        let file = i64::try_from(number).ok().and_then(|number| view.state.file(slot, number));
        return push(values, file.map(|file| Value::text(shown(file))));
    }
    let Some(owner) = view.state.owner(slot).and_then(|owner| view.state.threads.get(owner)) else {
        return false;
    };
    let mut known: Vec<&str> = Vec::new();
    for (_, file) in owner.descriptors.iter() {
        let name = shown(file);
        if !known.contains(&name) {
            known.push(name);
            values.push(Value::text(name));
        }
    }
    true
}

fn list<'e>(view: &View<'_>, field: FileField) -> Option<Value<'e>> {
    use FileField as F;
    let bytes = view.event.bytes(view.place("fds")?)?;
    let slot = view.slot()?;
    let mut shown: Vec<String> = Vec::new();
    for (number, _) in listed(bytes) {
        let file = view.state.file(slot, number);
        let end = |client: bool| {
            let file = file?;
            let (source, destination) = file.ends?;
            match client {
                true if file.kind.is_connection() => Some(source),
                false if file.kind.is_internet() => Some(destination),
                _ => None,
            }
        };
        let part = match field {
            F::ListNumbers => Some(number.to_string()),
            F::ListNames => Some(match file {
                Some(file) if !file.name.is_empty() => String::from_utf8_lossy(&file.name).into_owned(),
                _ => "<NA>".to_owned(),
            }),
            F::ListClients => end(true).map(|socket| socket.address.to_string()),
            F::ListServers => end(false).map(|socket| socket.address.to_string()),
            F::ListClientPorts => end(true).map(|socket| socket.port.to_string()),
            _ => end(false)
                .filter(|_| file.is_some_and(|file| file.kind.is_connection()))
                .map(|socket| socket.port.to_string()),
        };
        shown.extend(part);
    }
    (!shown.is_empty()).then(|| made(shown.join(",")))
}
