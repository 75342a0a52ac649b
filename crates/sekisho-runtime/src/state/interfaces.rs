//! The addresses of the machine.

use std::net::{IpAddr, Ipv4Addr};

use sekisho_capture::Interface;

/// The addresses of the machine.
#[derive(Debug, Default)]
pub(crate) struct Interfaces {
    interfaces: Vec<Interface>,
}

impl Interfaces {
    pub(crate) fn set(&mut self, interfaces: Vec<Interface>) {
        self.interfaces = interfaces;
    }

    /// Whether the machine has this address.
    pub(crate) fn has(&self, address: IpAddr) -> bool {
        self.interfaces.iter().any(|interface| interface.address == address)
    }

    /// The address that the machine most likely speaks to another from.
    pub(crate) fn facing(&self, other: IpAddr) -> Option<IpAddr> {
        let of_kind = || self.interfaces.iter().filter(|known| known.address.is_ipv4() == other.is_ipv4());
        let same = of_kind().find(|interface| interface.address == other);
        let near = || of_kind().find(|interface| is_near(interface, other));
        let far = || of_kind().find(|interface| interface.address != IpAddr::V4(Ipv4Addr::LOCALHOST));
        same.or_else(near).or_else(far).map(|interface| interface.address)
    }
}

fn is_near(interface: &Interface, other: IpAddr) -> bool {
    match (interface.address, interface.mask, other) {
        (IpAddr::V4(own), IpAddr::V4(mask), IpAddr::V4(other)) => {
            own.to_bits() & mask.to_bits() == other.to_bits() & mask.to_bits()
        }
        (IpAddr::V6(own), IpAddr::V6(mask), IpAddr::V6(other)) => {
            own.to_bits() & mask.to_bits() == other.to_bits() & mask.to_bits()
        }
        _ => false,
    }
}
