//! The values of libraries' own types: addresses, networks, URLs, quantities, versions, formats, permissions.

use std::net::IpAddr;
use std::sync::Arc;

use smol_str::SmolStr;

use super::amount::Amount;
use super::foreign::Foreign;
use super::format::NamedFormat;
use super::network::Cidr;
use super::url::Url;
use super::version::Version;
use crate::authorizer::{Authorizer, Decision, GroupCheck, PathCheck, ResourceCheck};

/// A value of a library's own type.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Opaque {
    /// An address.
    Ip(IpAddr),
    /// A network.
    Cidr(Cidr),
    /// A URL.
    Url(Arc<Url>),
    /// An amount of a resource.
    Quantity(Amount),
    /// A semantic version.
    Version(Arc<Version>),
    /// A format that texts can have.
    Format(&'static NamedFormat),
    /// Who may be asked what a user may do.
    Authorizer(Authorizer),
    /// A question about a path.
    PathCheck(PathCheck),
    /// A question about an API group.
    GroupCheck(GroupCheck),
    /// A question about a resource.
    ResourceCheck(Arc<(Authorizer, ResourceCheck)>),
    /// The answer.
    Decision(Arc<Decision>),
    /// A value of a type of the caller's own.
    Foreign(Arc<dyn Foreign>),
}

impl Opaque {
    /// The name of its type.
    pub fn type_name(&self) -> SmolStr {
        SmolStr::new_static(match self {
            Self::Ip(_) => "net.IP",
            Self::Cidr(_) => "net.CIDR",
            Self::Url(_) => "kubernetes.URL",
            Self::Quantity(_) => "kubernetes.Quantity",
            Self::Version(_) => "kubernetes.Semver",
            Self::Format(_) => "kubernetes.NamedFormat",
            Self::Authorizer(_) => "kubernetes.authorization.Authorizer",
            Self::PathCheck(_) => "kubernetes.authorization.PathCheck",
            Self::GroupCheck(_) => "kubernetes.authorization.GroupCheck",
            Self::ResourceCheck(_) => "kubernetes.authorization.ResourceCheck",
            Self::Decision(_) => "kubernetes.authorization.Decision",
            Self::Foreign(foreign) => return foreign.type_name(),
        })
    }

    /// The bytes of an address or of a network's; 1 for anything else.
    pub(crate) fn size(&self) -> usize {
        let bytes = |address: &IpAddr| if address.is_ipv4() { 4 } else { 16 };
        match self {
            Self::Ip(address) => bytes(address),
            Self::Cidr(cidr) => cidr.size(),
            Self::Foreign(foreign) => foreign.size(),
            _ => 1,
        }
    }

    /// Whether two of them are the same.
    pub(crate) fn equal(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Ip(a), Self::Ip(b)) => a == b,
            (Self::Cidr(a), Self::Cidr(b)) => a == b,
            (Self::Url(a), Self::Url(b)) => a == b,
            (Self::Quantity(a), Self::Quantity(b)) => a.quantity == b.quantity,
            (Self::Version(a), Self::Version(b)) => a.order(b).is_eq(),
            (Self::Format(a), Self::Format(b)) => a.name == b.name,
            (Self::Authorizer(a), Self::Authorizer(b)) => a == b,
            (Self::PathCheck(a), Self::PathCheck(b)) => a == b,
            (Self::GroupCheck(a), Self::GroupCheck(b)) => a == b,
            (Self::ResourceCheck(a), Self::ResourceCheck(b)) => a == b,
            (Self::Decision(a), Self::Decision(b)) => a == b,
            (Self::Foreign(a), Self::Foreign(b)) => a.is_equal(&**b),
            _ => false,
        }
    }
}
