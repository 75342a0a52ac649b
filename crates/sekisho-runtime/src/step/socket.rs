//! Sockets are made, bound, connected, accepted and used.

use sekisho_capture::{Event, Socket};

use super::{Context, Parameters, result};
use crate::state::address::{self, Address, Pair};
use crate::state::file::{File, FileKind, NOWHERE, Protocol, Role};
use crate::state::{Slot, State, flag};

/// The result of a connection that is not there yet.
const IN_PROGRESS: i64 = -115;
/// Families, types and protocols of sockets, as captures number them.
const NETLINK: u32 = 16;
const STREAM: u32 = 1;
const DATAGRAM: u32 = 2;
const RAW: u32 = 3;

impl State {
    pub(super) fn socket(&mut self, event: &Event<'_>, slot: Slot, context: &mut Context) {
        let number = result(event);
        if number < 0 {
            return;
        }
        let of = |place| event.u32(place).unwrap_or_default();
        let file = File { flags: of(4), ..made(of(1), of(2), of(3)) };
        self.add(slot, number, file, context);
    }

    pub(super) fn socket_pair(&mut self, event: &Event<'_>, slot: Slot, context: &mut Context) {
        let (Some(first), Some(second)) = (event.i64(1), event.i64(2)) else { return };
        if result(event) < 0 || first == second {
            return;
        }
        self.add(slot, first, File::of(FileKind::Unix), context);
        let about = context.file;
        self.add(slot, second, File::of(FileKind::Unix), context);
        context.file = about;
    }

    pub(super) fn bind(&mut self, event: &Event<'_>, context: &mut Context) {
        let Some((slot, number)) = context.file.filter(|_| result(event) >= 0) else { return };
        let Some(address) = event.bytes(1).and_then(address::read_one) else { return };
        self.rename(slot, number, context, |file| match address {
            Address::Internet(socket) => {
                file.name = address::one(socket).into_bytes().into();
                if socket.port > 0 {
                    let address = address::mapped(socket.address).unwrap_or(socket.address);
                    file.kind = if address.is_ipv4() { FileKind::Ipv4Server } else { FileKind::Ipv6Server };
                    file.ends = Some((NOWHERE, Socket { address, ..socket }));
                    file.role = Role::Server;
                }
            }
            Address::Unix(path) => file.name = path.into(),
        });
    }

    pub(super) fn connect(&mut self, event: &Event<'_>, slot: Slot, context: &mut Context) {
        let entered = self.entered(slot, event);
        let asked = entered.as_ref().map(|entered| entered.as_event()).and_then(|enter| enter.bytes(1));
        self.connected(event, asked, context);
        if let Some(entered) = entered {
            self.give_back(entered);
        }
    }

    fn connected(&mut self, event: &Event<'_>, asked: Option<&[u8]>, context: &mut Context) {
        let Some((slot, number)) = context.file else { return };
        let result = result(event);
        if result < 0 && result != IN_PROGRESS {
            return;
        }
        let asked = asked.and_then(address::read_one);
        let Some(pair) = event.bytes(1) else {
            let Some(asked) = asked else { return };
            self.rename(slot, number, context, |file| {
                file.is_connected = true;
                if let Address::Internet(socket) = asked {
                    let address = address::mapped(socket.address).unwrap_or(socket.address);
                    file.kind = if address.is_ipv4() { FileKind::Ipv4 } else { FileKind::Ipv6 };
                    let source = file.ends.map_or(NOWHERE, |(source, _)| source);
                    file.ends = Some((source, Socket { address, ..socket }));
                }
            });
            return;
        };
        let told = event.bytes(3).and_then(address::read_one);
        let Some(pair) = address::read_pair(pair) else { return };
        self.rename(slot, number, context, |file| {
            file.is_connected = true;
            match pair {
                Pair::Internet(source, destination) => {
                    // What the call was given counts, unless the kernel changed it.
                    let destination = match (told, asked) {
                        (Some(Address::Internet(told)), Some(Address::Internet(asked)))
                            if told == destination =>
                        {
                            asked
                        }
                        _ => destination,
                    };
                    let (source, destination) = address::unmapped(source, destination);
                    let changed = set_ends(file, source, destination, true);
                    if changed && file.role == Role::Server && file.protocol == Protocol::Udp {
                        swap(file);
                    }
                    file.name = shown(file).into_bytes().into();
                }
                Pair::Unix { source, destination, path } => {
                    let path = match (told, asked) {
                        (Some(Address::Unix(told)), Some(Address::Unix(asked))) if told == path => asked,
                        _ => path,
                    };
                    if file.kind != FileKind::Unix {
                        return;
                    }
                    file.name = address::unix_pair(source, destination, path).into();
                }
            }
            if file.role == Role::None {
                file.role = Role::Client;
            }
        });
    }

    pub(super) fn accept(&mut self, event: &Event<'_>, slot: Slot, context: &mut Context) {
        let number = result(event);
        if number < 0 {
            return;
        }
        if let Some(thread) = self.threads.use_mut(slot) {
            thread.descriptor = number;
        }
        let Some(pair) = event.bytes(1).and_then(address::read_pair) else { return };
        let closes = event.u32(5).unwrap_or_default() & flag::O_CLOEXEC;
        let base = File { role: Role::Server, is_connected: true, flags: closes, ..File::default() };
        let file = match pair {
            Pair::Internet(source, destination) => {
                let name = address::pair(source, destination);
                let (source, destination) = address::unmapped(source, destination);
                File {
                    kind: if source.address.is_ipv4() { FileKind::Ipv4 } else { FileKind::Ipv6 },
                    protocol: Protocol::Tcp,
                    ends: Some((source, destination)),
                    name: name.into_bytes().into(),
                    ..base
                }
            }
            Pair::Unix { source, destination, path } => File {
                kind: FileKind::Unix,
                name: address::unix_pair(source, destination, path).into(),
                ..base
            },
        };
        self.add(slot, number, file, context);
    }

    pub(super) fn send(&mut self, event: &Event<'_>, slot: Slot, place: usize, context: &mut Context) {
        if context.file.is_none() && !self.is_legacy {
            self.infer(event, slot, place, context);
        }
        self.used(event, Some(place), false, context);
    }

    /// A socket that was used, and that nobody was seen to make, was one for datagrams.
    fn infer(&mut self, event: &Event<'_>, slot: Slot, place: usize, context: &mut Context) {
        let Some(family) = event.bytes(place).and_then(|bytes| bytes.first().copied()) else { return };
        let Some(number) = super::descriptor_place(event.head.kind).and_then(|at| event.i64(at.into()))
        else {
            return;
        };
        let is_internet = matches!(family, address::INTERNET | address::INTERNET_6);
        if event.head.kind.info().name != "sendmmsg" && result(event) >= 0 && is_internet && number >= 0 {
            self.add(slot, number, made(family.into(), DATAGRAM, 17), context);
        }
    }

    pub(super) fn receive(&mut self, event: &Event<'_>, place: Option<usize>, context: &mut Context) {
        self.used(event, place, true, context);
    }

    /// Something went over a socket, between the ends that are told.
    fn used(&mut self, event: &Event<'_>, place: Option<usize>, incoming: bool, context: &mut Context) {
        let Some((slot, number)) = context.file.filter(|_| result(event) >= 0) else { return };
        let Some(file) = self.file(slot, number) else { return };
        let is_quiet = !file.kind.is_connection() || file.is_connected;
        let is_tcp = file.kind.is_connection() && file.protocol == Protocol::Tcp;
        let pair = place
            .filter(|_| file.name.is_empty() || !is_tcp)
            .and_then(|place| event.bytes(place))
            .and_then(address::read_pair);
        if is_quiet && pair.is_none() {
            return;
        }
        let Some(pair) = pair else {
            self.change(slot, number, |file| file.is_connected = true);
            return;
        };
        let mut settled = None;
        if let Pair::Internet(source, destination) = pair {
            let (source, destination) = address::unmapped(source, destination);
            let (source, destination) = self.settled(source, destination);
            // Most of what goes over a connection tells nothing new.
            let kind = if source.address.is_ipv4() { FileKind::Ipv4 } else { FileKind::Ipv6 };
            let is_known =
                file.ends == Some((source, destination)) || file.ends == Some((destination, source));
            if file.kind == kind && file.is_connected && is_known {
                return;
            }
            settled = Some((source, destination));
        }
        let guessed = self.guessed_role(slot, pair, incoming);
        self.rename(slot, number, context, |file| match pair {
            Pair::Internet(..) => {
                let Some((source, destination)) = settled else { return };
                file.is_connected |= file.kind.is_connection();
                let is_new = !file.kind.is_connection();
                file.kind = if source.address.is_ipv4() { FileKind::Ipv4 } else { FileKind::Ipv6 };
                if is_new {
                    file.ends = None;
                }
                if !set_ends(file, source, destination, false) {
                    return;
                }
                if file.protocol == Protocol::Unknown {
                    file.protocol = Protocol::Udp;
                }
                if file.role == Role::None {
                    file.role = guessed;
                }
                if file.role == (if incoming { Role::Client } else { Role::Server }) {
                    swap(file);
                }
                file.name = shown(file).into_bytes().into();
            }
            Pair::Unix { source, destination, path } => {
                file.kind = FileKind::Unix;
                file.name = address::unix_pair(source, destination, path).into();
            }
        });
    }

    /// Which side of a connection a process is, by the ports that it has.
    fn guessed_role(&self, slot: Slot, pair: Pair<'_>, incoming: bool) -> Role {
        let Pair::Internet(source, destination) = pair else { return Role::None };
        let Some(thread) = self.owner(slot).and_then(|owner| self.threads.get(owner)) else {
            return Role::Client;
        };
        let mut is_bound = false;
        let mut is_used = false;
        for (_, file) in thread.descriptors.iter() {
            let Some((from, to)) = file.ends else { continue };
            is_bound |=
                matches!(file.kind, FileKind::Ipv4 | FileKind::Ipv4Server) && to.port == destination.port;
            is_used |= file.kind == FileKind::Ipv4 && from.port == source.port;
        }
        match (is_bound, is_used) {
            (true, false) => Role::Server,
            (true, true) if incoming => Role::Server,
            (false, _) | (true, true) => Role::Client,
        }
    }

    /// Changes a descriptor, and notes whether its name changed.
    fn rename(&mut self, slot: Slot, number: i64, context: &mut Context, change: impl FnOnce(&mut File)) {
        let mut changed = false;
        self.change(slot, number, |file| {
            let before = file.name.clone();
            change(file);
            changed = before != file.name;
        });
        context.name_changed |= changed;
    }
}

fn made(domain: u32, kind: u32, protocol: u32) -> File {
    let family = u8::try_from(domain).unwrap_or_default();
    let kind_of = match family {
        address::UNIX => FileKind::Unix,
        address::INTERNET => FileKind::Ipv4,
        address::INTERNET_6 => FileKind::Ipv6,
        _ if domain == NETLINK => FileKind::Netlink,
        _ => FileKind::Unknown,
    };
    let is_raw = kind & 0xFF == RAW;
    let protocol = match protocol {
        _ if !kind_of.is_connection() => Protocol::Unknown,
        6 | 17 | 1 if is_raw => Protocol::Raw,
        6 => Protocol::Tcp,
        17 => Protocol::Udp,
        0 if kind & 0xFF == STREAM => Protocol::Tcp,
        0 if kind & 0xFF == DATAGRAM => Protocol::Udp,
        1 => Protocol::Icmp,
        255 => Protocol::Raw,
        _ => Protocol::Unknown,
    };
    File { protocol, ..File::of(kind_of) }
}

/// Sets the ends of a connection; whether they are others than before, in either direction. What is known of the
/// called side stays unless it is to be overwritten.
fn set_ends(file: &mut File, source: Socket, destination: Socket, overwrite: bool) -> bool {
    let (from, to) = file.ends.unwrap_or((NOWHERE, NOWHERE));
    if file.ends == Some((source, destination)) || file.ends == Some((destination, source)) {
        return false;
    }
    let address = if to.address.is_unspecified() || overwrite { destination.address } else { to.address };
    let port = if to.port == 0 || overwrite { destination.port } else { to.port };
    let new = (source, Socket { address, port });
    file.ends = Some(new);
    file.kind = if source.address.is_ipv4() { FileKind::Ipv4 } else { FileKind::Ipv6 };
    new != (from, to)
}

fn swap(file: &mut File) {
    file.ends = file.ends.map(|(source, destination)| (destination, source));
}

/// The name of a connection.
fn shown(file: &File) -> String {
    let Some((source, destination)) = file.ends else { return String::new() };
    match file.protocol {
        Protocol::Tcp | Protocol::Udp => address::pair(source, destination),
        Protocol::Icmp | Protocol::Raw => format!("{}->{}", source.address, destination.address),
        Protocol::Unknown | Protocol::NotAvailable => "<unknown>".to_owned(),
    }
}
