//! The descriptor lists: what each process had open when the capture began.

use std::net::IpAddr;

use crate::budget::Budget;
use crate::cursor::{Cursor, record};
use crate::encode::{put_bytes, put_record};
use crate::error::RecordError;

/// The open descriptors of one process.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct DescriptorTable {
    /// The process.
    pub thread: i64,
    /// Its descriptors.
    pub descriptors: Vec<Descriptor>,
}

/// An open descriptor.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Descriptor {
    /// Its number.
    pub number: i64,
    /// The inode.
    pub inode: u64,
    /// What it stands for.
    pub kind: DescriptorKind,
}

/// What a descriptor stands for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum DescriptorKind {
    /// A file of the newer form, with the flags of its opening.
    OpenFile {
        /// Flags of `open`, as captures number them.
        flags: u32,
        /// The path.
        path: Vec<u8>,
        /// The device; zero where unknown.
        device: u32,
    },
    /// A connection.
    Connection {
        /// The side that opened it.
        source: Socket,
        /// The side that was called.
        destination: Socket,
        /// The protocol, as captures number them.
        protocol: u8,
    },
    /// A socket that is bound and not connected.
    Server {
        /// What it is bound to.
        local: Socket,
        /// The protocol, as captures number them.
        protocol: u8,
    },
    /// A Unix socket.
    Unix {
        /// The kernel's pointer to the opener's side.
        source: u64,
        /// The kernel's pointer to the other side.
        destination: u64,
        /// The path; empty where it has none.
        path: Vec<u8>,
    },
    /// Anything else that has a name; the number is its type: 1 file, 2 folder, 7 pipe, 9 event, 10 unsupported,
    /// 11 signal, 12 epoll, 13 inotify, 14 timer, 15 netlink, 17 BPF, 18 userfault, 19 io_uring, 20 memory file,
    /// 21 process.
    Named {
        /// The type.
        kind: u8,
        /// The name.
        name: Vec<u8>,
    },
    /// A type that is not known, of which nothing can be said.
    Unknown(u8),
}

/// An address and a port.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Socket {
    /// The address.
    pub address: IpAddr,
    /// The port.
    pub port: u16,
}

impl DescriptorTable {
    pub(crate) fn decode(body: &[u8], sized: bool, budget: &Budget) -> Result<Self, RecordError> {
        let mut cursor = Cursor::new(body);
        let thread = cursor.i64("thread id")?;
        let mut descriptors = Vec::new();
        while cursor.left() >= 4 {
            descriptors.push(record(&mut cursor, sized, |cursor, more| {
                Descriptor::decode(cursor, more, budget.path_bytes.saturating_sub(1))
            })?);
        }
        Ok(Self { thread, descriptors })
    }

    pub(crate) fn encode(&self, limit: u16) -> Vec<u8> {
        let mut out = self.thread.to_le_bytes().to_vec();
        for descriptor in &self.descriptors {
            put_record(&mut out, |out| descriptor.encode(out, limit.saturating_sub(1)));
        }
        out
    }
}

impl Descriptor {
    fn decode(cursor: &mut Cursor<'_>, more: bool, limit: u16) -> Result<Self, RecordError> {
        let (number, inode) = (cursor.i64("descriptor number")?, cursor.u64("inode")?);
        let kind = match cursor.u8("descriptor type")? {
            kind @ (3 | 4) => {
                let [source, destination] = [(); 2].map(|()| address(cursor, kind == 4));
                let [from, to] = [(); 2].map(|()| cursor.u16("port"));
                DescriptorKind::Connection {
                    source: Socket { address: source?, port: from? },
                    destination: Socket { address: destination?, port: to? },
                    protocol: cursor.u8("protocol")?,
                }
            }
            kind @ (5 | 6) => DescriptorKind::Server {
                local: Socket { address: address(cursor, kind == 6)?, port: cursor.u16("port")? },
                protocol: cursor.u8("protocol")?,
            },
            8 => DescriptorKind::Unix {
                source: cursor.u64("socket")?,
                destination: cursor.u64("socket")?,
                path: cursor.bytes(limit, "socket path")?,
            },
            16 => {
                let (flags, path) = (cursor.u32("open flags")?, cursor.bytes(limit, "path")?);
                let device = if more { cursor.u32("device").unwrap_or_default() } else { 0 };
                DescriptorKind::OpenFile { flags, path, device }
            }
            kind @ (1 | 2 | 7 | 9..=15 | 17..=21) => {
                DescriptorKind::Named { kind, name: cursor.bytes(limit, "descriptor name")? }
            }
            other => DescriptorKind::Unknown(other),
        };
        Ok(Self { number, inode, kind })
    }

    fn encode(&self, out: &mut Vec<u8>, limit: u16) {
        out.extend(self.number.to_le_bytes());
        out.extend(self.inode.to_le_bytes());
        match &self.kind {
            DescriptorKind::OpenFile { flags, path, device } => {
                out.push(16);
                out.extend(flags.to_le_bytes());
                put_bytes(out, path, limit);
                out.extend(device.to_le_bytes());
            }
            DescriptorKind::Connection { source, destination, protocol } => {
                let is_v6 = source.address.is_ipv6() || destination.address.is_ipv6();
                out.push(if is_v6 { 4 } else { 3 });
                put_address(out, source.address, is_v6);
                put_address(out, destination.address, is_v6);
                out.extend(source.port.to_le_bytes());
                out.extend(destination.port.to_le_bytes());
                out.push(*protocol);
            }
            DescriptorKind::Server { local, protocol } => {
                let is_v6 = local.address.is_ipv6();
                out.push(if is_v6 { 6 } else { 5 });
                put_address(out, local.address, is_v6);
                out.extend(local.port.to_le_bytes());
                out.push(*protocol);
            }
            DescriptorKind::Unix { source, destination, path } => {
                out.push(8);
                out.extend(source.to_le_bytes());
                out.extend(destination.to_le_bytes());
                put_bytes(out, path, limit);
            }
            DescriptorKind::Named { kind, name } => {
                out.push(*kind);
                put_bytes(out, name, limit);
            }
            DescriptorKind::Unknown(kind) => out.push(*kind),
        }
    }
}

fn address(cursor: &mut Cursor<'_>, is_v6: bool) -> Result<IpAddr, RecordError> {
    if is_v6 {
        cursor.array::<16>("address").map(IpAddr::from)
    } else {
        cursor.array::<4>("address").map(IpAddr::from)
    }
}

fn put_address(out: &mut Vec<u8>, address: IpAddr, is_v6: bool) {
    match address {
        IpAddr::V4(address) if is_v6 => out.extend(address.to_ipv6_mapped().octets()),
        IpAddr::V4(address) => out.extend(address.octets()),
        IpAddr::V6(address) => out.extend(address.octets()),
    }
}
