//! The interface list.

use std::net::IpAddr;

use crate::budget::Budget;
use crate::cursor::Cursor;
use crate::error::RecordError;

/// One address of a network interface.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Interface {
    /// Its name.
    pub name: Vec<u8>,
    /// The address.
    pub address: IpAddr,
    /// The mask of its network.
    pub mask: IpAddr,
    /// The broadcast address.
    pub broadcast: IpAddr,
    /// Its speed; zero where unknown.
    pub link_speed: u64,
}

impl Interface {
    pub(crate) fn decode_all(body: &[u8], sized: bool, budget: &Budget) -> Result<Vec<Self>, RecordError> {
        let mut cursor = Cursor::new(body);
        let mut interfaces = Vec::new();
        while cursor.left() >= 4 {
            if sized {
                // Other than in the other lists, this length does not count itself.
                let length = cursor.u32("length")?;
                let mut inside = Cursor::new(cursor.take(length as usize, "length")?);
                interfaces.push(Self::decode(&mut inside, budget)?);
            } else {
                interfaces.push(Self::decode(&mut cursor, budget)?);
            }
        }
        Ok(interfaces)
    }

    fn decode(cursor: &mut Cursor<'_>, budget: &Budget) -> Result<Self, RecordError> {
        let (kind, length) = (cursor.u16("interface type")?, cursor.u16("interface name")?);
        if length > budget.path_bytes {
            return Err(RecordError::Long {
                field: "interface name",
                length: length.into(),
                limit: budget.path_bytes.into(),
            });
        }
        let [address, mask, broadcast] = match kind {
            1 | 3 => [(); 3].map(|()| cursor.array::<4>("interface address").map(IpAddr::from)),
            2 | 4 => [(); 3].map(|()| cursor.array::<16>("interface address").map(IpAddr::from)),
            other => return Err(RecordError::Interface(other)),
        };
        let link_speed = if kind <= 2 { cursor.u64("link speed")? } else { 0 };
        let name = cursor.take(length.into(), "interface name")?.to_vec();
        Ok(Self { name, address: address?, mask: mask?, broadcast: broadcast?, link_speed })
    }

    pub(crate) fn encode_all(interfaces: &[Self], limit: u16) -> Vec<u8> {
        let mut out = Vec::new();
        for interface in interfaces {
            let mut record = Vec::new();
            let kind: u16 = if interface.address.is_ipv4() { 1 } else { 2 };
            let length = u16::try_from(interface.name.len()).unwrap_or(u16::MAX).min(limit);
            record.extend(kind.to_le_bytes());
            record.extend(length.to_le_bytes());
            for address in [interface.address, interface.mask, interface.broadcast] {
                match (kind, address) {
                    (1, IpAddr::V4(address)) => record.extend(address.octets()),
                    (1, IpAddr::V6(_)) => record.extend([0; 4]),
                    (_, IpAddr::V4(address)) => record.extend(address.to_ipv6_mapped().octets()),
                    (_, IpAddr::V6(address)) => record.extend(address.octets()),
                }
            }
            record.extend(interface.link_speed.to_le_bytes());
            record.extend(interface.name.iter().take(length.into()));
            out.extend(u32::try_from(record.len()).unwrap_or(u32::MAX).to_le_bytes());
            out.extend(record);
        }
        out
    }
}
