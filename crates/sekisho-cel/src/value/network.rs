//! Networks.

use std::fmt;
use std::net::IpAddr;

/// A network: an address and how many of its bits name the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cidr {
    pub(crate) address: IpAddr,
    pub(crate) prefix: u8,
}

impl Cidr {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = text.rsplit_once('/')?;
        let address: IpAddr = address.parse().ok()?;
        let plain = prefix == "0" || !prefix.starts_with('0');
        let digits = !prefix.is_empty() && prefix.bytes().all(|byte| byte.is_ascii_digit());
        let prefix: u8 = prefix.parse().ok().filter(|_| plain && digits)?;
        (prefix <= width(&address)).then_some(Self { address, prefix })
    }

    /// The bytes of its address, cut to the prefix, as the cost model counts them.
    pub(crate) fn size(&self) -> usize {
        usize::from(self.prefix.div_ceil(8))
    }

    pub(crate) fn network(&self, address: &IpAddr) -> u128 {
        let bits = match address {
            IpAddr::V4(address) => u128::from(address.to_bits()),
            IpAddr::V6(address) => address.to_bits(),
        };
        bits.checked_shr(u32::from(width(address) - self.prefix)).unwrap_or(0)
    }

    pub(crate) fn contains(&self, address: &IpAddr) -> bool {
        self.address.is_ipv4() == address.is_ipv4() && self.network(&self.address) == self.network(address)
    }

    pub(crate) fn masked(&self) -> Self {
        let shift = u32::from(width(&self.address) - self.prefix);
        let network = self.network(&self.address).checked_shl(shift).unwrap_or(0);
        let address = match self.address {
            IpAddr::V4(_) => IpAddr::V4(u32::try_from(network).unwrap_or(0).into()),
            IpAddr::V6(_) => IpAddr::V6(network.into()),
        };
        Self { address, prefix: self.prefix }
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

pub(crate) fn width(address: &IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

pub(crate) fn is_mapped(address: &IpAddr) -> bool {
    matches!(address, IpAddr::V6(address) if address.to_ipv4_mapped().is_some())
}
