//! Addresses in parameters of events, and as they are shown.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use sekisho_capture::Socket;

/// A family of sockets, as captures number it.
pub(crate) const UNIX: u8 = 1;
pub(crate) const INTERNET: u8 = 2;
pub(crate) const INTERNET_6: u8 = 10;

/// The address of a socket.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Address<'a> {
    Internet(Socket),
    Unix(&'a [u8]),
}

/// The two ends of a connection.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Pair<'a> {
    Internet(Socket, Socket),
    Unix { source: u64, destination: u64, path: &'a [u8] },
}

/// Reads the address of a socket; none where there is none or it is of another family.
pub(crate) fn read_one(bytes: &[u8]) -> Option<Address<'_>> {
    let (family, rest) = bytes.split_first()?;
    match *family {
        UNIX => Some(Address::Unix(ended(rest))),
        INTERNET => Some(Address::Internet(v4(rest)?.0)),
        INTERNET_6 => Some(Address::Internet(v6(rest)?.0)),
        _ => None,
    }
}

/// Reads the two ends of a connection; none where there are none or they are of another family.
pub(crate) fn read_pair(bytes: &[u8]) -> Option<Pair<'_>> {
    let (family, rest) = bytes.split_first()?;
    match *family {
        UNIX => {
            let (source, rest) = rest.split_first_chunk()?;
            let (destination, rest) = rest.split_first_chunk()?;
            Some(Pair::Unix {
                source: u64::from_le_bytes(*source),
                destination: u64::from_le_bytes(*destination),
                path: ended(rest),
            })
        }
        INTERNET => {
            let (source, rest) = v4(rest)?;
            Some(Pair::Internet(source, v4(rest)?.0))
        }
        INTERNET_6 => {
            let (source, rest) = v6(rest)?;
            Some(Pair::Internet(source, v6(rest)?.0))
        }
        _ => None,
    }
}

fn v4(bytes: &[u8]) -> Option<(Socket, &[u8])> {
    let (address, rest) = bytes.split_first_chunk::<4>()?;
    let (port, rest) = rest.split_first_chunk()?;
    Some((Socket { address: IpAddr::V4(Ipv4Addr::from(*address)), port: u16::from_le_bytes(*port) }, rest))
}

fn v6(bytes: &[u8]) -> Option<(Socket, &[u8])> {
    let (address, rest) = bytes.split_first_chunk::<16>()?;
    let (port, rest) = rest.split_first_chunk()?;
    Some((Socket { address: IpAddr::V6(Ipv6Addr::from(*address)), port: u16::from_le_bytes(*port) }, rest))
}

/// Text up to its zero byte.
pub(crate) fn ended(bytes: &[u8]) -> &[u8] {
    let end = memchr::memchr(0, bytes).unwrap_or(bytes.len());
    bytes.get(..end).unwrap_or_default()
}

/// Addresses of version 4 that are written as version 6, as they are: both ends or none. An address of zeros may be
/// either.
pub(crate) fn unmapped(source: Socket, destination: Socket) -> (Socket, Socket) {
    match (mapped(source.address), mapped(destination.address)) {
        (Some(from), Some(to)) => (Socket { address: from, ..source }, Socket { address: to, ..destination }),
        _ => (source, destination),
    }
}

/// The address of version 4 that one of version 6 holds.
pub(crate) fn mapped(address: IpAddr) -> Option<IpAddr> {
    match address {
        IpAddr::V4(_) => None,
        IpAddr::V6(address) if address.is_unspecified() => Some(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
        IpAddr::V6(address) => address.to_ipv4_mapped().map(IpAddr::V4),
    }
}

/// An address and a port as they are shown.
pub(crate) fn one(socket: Socket) -> String {
    format!("{}:{}", socket.address, socket.port)
}

/// A connection as it is shown.
pub(crate) fn pair(source: Socket, destination: Socket) -> String {
    let (source, destination) = unmapped(source, destination);
    format!("{}:{}->{}:{}", source.address, source.port, destination.address, destination.port)
}

/// A connection of Unix sockets as it is shown.
pub(crate) fn unix_pair(source: u64, destination: u64, path: &[u8]) -> Vec<u8> {
    let mut out = format!("{source:x}->{destination:x} ").into_bytes();
    out.extend(path);
    out
}
