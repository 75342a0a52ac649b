//! What a descriptor stands for: files, sockets, pipes and the rest.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use sekisho_capture::{Descriptor, DescriptorKind, Socket};

use super::address;
use super::number::Number;

/// The type of what a descriptor stands for.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum FileKind {
    #[default]
    Unknown,
    File,
    Folder,
    Ipv4,
    Ipv6,
    Ipv4Server,
    Ipv6Server,
    Pipe,
    Unix,
    Event,
    Unsupported,
    Signal,
    EventPoll,
    Inotify,
    Timer,
    Netlink,
    Bpf,
    UserFault,
    IoUring,
    MemoryFile,
    Process,
}

impl FileKind {
    fn of_number(number: u8) -> Self {
        match number {
            1 | 16 => Self::File,
            2 => Self::Folder,
            7 => Self::Pipe,
            9 => Self::Event,
            10 => Self::Unsupported,
            11 => Self::Signal,
            12 => Self::EventPoll,
            13 => Self::Inotify,
            14 => Self::Timer,
            15 => Self::Netlink,
            17 => Self::Bpf,
            18 => Self::UserFault,
            19 => Self::IoUring,
            20 => Self::MemoryFile,
            21 => Self::Process,
            _ => Self::Unknown,
        }
    }

    /// The name that `fd.type` has; none for what is not known.
    pub(crate) fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::Unknown | Self::Unsupported => return None,
            Self::File => "file",
            Self::Folder => "directory",
            Self::Ipv4 | Self::Ipv4Server => "ipv4",
            Self::Ipv6 | Self::Ipv6Server => "ipv6",
            Self::Pipe => "pipe",
            Self::Unix => "unix",
            Self::Event => "event",
            Self::Signal => "signalfd",
            Self::EventPoll => "eventpoll",
            Self::Inotify => "inotify",
            Self::Timer => "timerfd",
            Self::Netlink => "netlink",
            Self::Bpf => "bpf",
            Self::UserFault => "userfaultfd",
            Self::IoUring => "io_uring",
            Self::MemoryFile => "memfd",
            Self::Process => "pidfd",
        })
    }

    /// The letter that `fd.typechar` has.
    pub(crate) fn letter(self) -> char {
        match self {
            Self::Unknown => 'o',
            Self::File => 'f',
            Self::Folder => 'd',
            Self::Ipv4 | Self::Ipv4Server => '4',
            Self::Ipv6 | Self::Ipv6Server => '6',
            Self::Pipe => 'p',
            Self::Unix | Self::UserFault => 'u',
            Self::Event => 'e',
            Self::Unsupported => 'X',
            Self::Signal => 's',
            Self::EventPoll => 'l',
            Self::Inotify => 'i',
            Self::Timer => 't',
            Self::Netlink => 'n',
            Self::Bpf => 'b',
            Self::IoUring => 'r',
            Self::MemoryFile => 'm',
            Self::Process => 'P',
        }
    }

    /// Whether it is one end of a connection over IP.
    pub(crate) fn is_connection(self) -> bool {
        matches!(self, Self::Ipv4 | Self::Ipv6)
    }

    /// Whether it is a socket over IP that waits for connections.
    pub(crate) fn is_server(self) -> bool {
        matches!(self, Self::Ipv4Server | Self::Ipv6Server)
    }

    /// Whether it is a socket over IP.
    pub(crate) fn is_internet(self) -> bool {
        self.is_connection() || self.is_server()
    }
}

/// Which side of a connection a process is.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Role {
    #[default]
    None,
    Client,
    Server,
}

/// A protocol over IP.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Protocol {
    #[default]
    Unknown,
    NotAvailable,
    Tcp,
    Udp,
    Icmp,
    Raw,
}

impl Protocol {
    fn of_number(number: u8) -> Self {
        match number {
            1 => Self::NotAvailable,
            2 => Self::Tcp,
            3 => Self::Udp,
            4 => Self::Icmp,
            5 => Self::Raw,
            _ => Self::Unknown,
        }
    }
}

/// What a descriptor stands for.
#[derive(Clone, Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "descriptors have these properties, which are independent")]
pub(crate) struct File {
    /// The number of all that rules cannot tell from this.
    pub(crate) identity: Number,
    pub(crate) kind: FileKind,
    pub(crate) role: Role,
    pub(crate) protocol: Protocol,
    pub(crate) is_connected: bool,
    pub(crate) is_upper_layer: bool,
    pub(crate) is_lower_layer: bool,
    pub(crate) flags: u32,
    pub(crate) device: u32,
    pub(crate) inode: u64,
    /// The process that a descriptor of a process means.
    pub(crate) process: i64,
    /// The path, or the addresses as they are shown.
    pub(crate) name: Arc<[u8]>,
    /// The path as the process named it.
    pub(crate) raw_name: Arc<[u8]>,
    /// The two ends of a connection, of which the first opened it. Of a server the second is what it is bound to.
    pub(crate) ends: Option<(Socket, Socket)>,
}

/// An end of which nothing is known.
pub(crate) const NOWHERE: Socket = Socket { address: IpAddr::V4(Ipv4Addr::UNSPECIFIED), port: 0 };

impl File {
    /// Something of this kind, of which no more is known.
    pub(crate) fn of(kind: FileKind) -> Self {
        Self { kind, ..Self::default() }
    }

    /// The descriptor of a list that a capture begins with.
    pub(crate) fn from_list(descriptor: &Descriptor) -> Self {
        let inode = descriptor.inode;
        match &descriptor.kind {
            DescriptorKind::OpenFile { flags, path, device } => Self {
                kind: FileKind::File,
                flags: *flags,
                device: *device,
                inode,
                name: path.as_slice().into(),
                ..Self::default()
            },
            DescriptorKind::Connection { source, destination, protocol } => {
                let protocol = Protocol::of_number(*protocol);
                let (source, destination) = address::unmapped(*source, *destination);
                let mut file = Self {
                    kind: if source.address.is_ipv4() { FileKind::Ipv4 } else { FileKind::Ipv6 },
                    protocol,
                    is_connected: protocol == Protocol::Tcp,
                    inode,
                    ends: Some((source, destination)),
                    ..Self::default()
                };
                file.name = address::pair(source, destination).into_bytes().into();
                file
            }
            DescriptorKind::Server { local, protocol } => Self {
                kind: if local.address.is_ipv4() { FileKind::Ipv4Server } else { FileKind::Ipv6Server },
                protocol: Protocol::of_number(*protocol),
                inode,
                name: address::one(*local).into_bytes().into(),
                ends: Some((NOWHERE, *local)),
                ..Self::default()
            },
            DescriptorKind::Unix { path, .. } => Self {
                kind: FileKind::Unix,
                role: if path.is_empty() { Role::Client } else { Role::Server },
                inode,
                name: path.as_slice().into(),
                ..Self::default()
            },
            DescriptorKind::Named { kind, name } => Self {
                kind: FileKind::of_number(*kind),
                inode,
                name: name.as_slice().into(),
                ..Self::default()
            },
            DescriptorKind::Unknown(_) => Self { inode, ..Self::default() },
        }
    }

    /// Whether it is a file.
    pub(crate) fn is_file(&self) -> bool {
        self.kind == FileKind::File
    }

    /// The side that opened the connection.
    pub(crate) fn client(&self) -> Option<Socket> {
        let (client, _) = self.ends.filter(|_| self.kind.is_connection() && self.role != Role::None)?;
        Some(client)
    }

    /// The side that was called, or what a server is bound to.
    pub(crate) fn server(&self) -> Option<Socket> {
        let is_known = self.kind.is_server() || self.kind.is_connection() && self.role != Role::None;
        self.ends.filter(|_| is_known).map(|(_, server)| server)
    }

    /// The protocol as `fd.l4proto` has it: of a connection without a role it is not known.
    pub(crate) fn shown_protocol(&self) -> Protocol {
        if self.kind.is_server() || self.kind.is_connection() && self.protocol == Protocol::Raw {
            return self.protocol;
        }
        if self.kind.is_connection() && self.role != Role::None {
            self.protocol
        } else {
            Protocol::NotAvailable
        }
    }

    /// Whether a program that is executed loses it.
    pub(crate) fn closes_on_execution(&self) -> bool {
        self.flags & super::flag::O_CLOEXEC != 0
    }

    /// The bytes that it takes, about.
    pub(crate) fn bytes(&self) -> usize {
        size_of::<Self>() + self.name.len() + self.raw_name.len() + 64
    }
}
