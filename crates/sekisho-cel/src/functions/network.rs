//! Addresses and networks.

use std::net::IpAddr;

use super::Given;
use crate::budget::Meter;
use crate::error::Failure;
use crate::types::declaration::Form::{Global, Member};
use crate::types::declaration::Line;
use crate::value::network::{Cidr, is_mapped};
use crate::value::{Opaque, Value};

pub(crate) const TABLE: &[Line] = &[
    ("ip", Global, "string_to_ip", "string -> net.IP", ip),
    ("ip", Member, "cidr_ip", "net.CIDR -> net.IP", ip_of_cidr),
    ("isIP", Global, "is_ip", "string -> bool", is_ip),
    ("ip.isCanonical", Global, "ip_is_canonical", "string -> bool", is_canonical),
    ("family", Member, "ip_family", "net.IP -> int", family),
    ("isUnspecified", Member, "ip_is_unspecified", "net.IP -> bool", is_unspecified),
    ("isLoopback", Member, "ip_is_loopback", "net.IP -> bool", is_loopback),
    ("isLinkLocalMulticast", Member, "ip_is_link_local_multicast", "net.IP -> bool", is_link_local_multicast),
    ("isLinkLocalUnicast", Member, "ip_is_link_local_unicast", "net.IP -> bool", is_link_local_unicast),
    ("isGlobalUnicast", Member, "ip_is_global_unicast", "net.IP -> bool", is_global_unicast),
    ("string", Global, "ip_to_string", "net.IP -> string", super::convert::string),
    ("cidr", Global, "string_to_cidr", "string -> net.CIDR", cidr),
    ("isCIDR", Global, "is_cidr", "string -> bool", is_cidr),
    ("containsIP", Member, "cidr_contains_ip_string", "net.CIDR, string -> bool", contains_ip),
    ("containsIP", Member, "cidr_contains_ip_ip", "net.CIDR, net.IP -> bool", contains_ip),
    ("containsCIDR", Member, "cidr_contains_cidr_string", "net.CIDR, string -> bool", contains_cidr),
    ("containsCIDR", Member, "cidr_contains_cidr", "net.CIDR, net.CIDR -> bool", contains_cidr),
    ("prefixLength", Member, "cidr_prefix_length", "net.CIDR -> int", prefix_length),
    ("masked", Member, "cidr_masked", "net.CIDR -> net.CIDR", masked),
    ("string", Global, "cidr_to_string", "net.CIDR -> string", super::convert::string),
];

pub(crate) const MASK: &[Line] = &[("isMask", Member, "cidr_is_mask", "net.CIDR -> bool", is_mask)];

fn parse_ip(text: &str) -> Result<IpAddr, Failure> {
    let address: IpAddr = text.parse().map_err(|_| {
        if text.contains('%') {
            Failure::Argument(format!("IP address \"{text}\" with zone value is not allowed"))
        } else {
            Failure::Argument(format!(
                "IP Address \"{text}\" parse error during conversion from string: unable to parse IP"
            ))
        }
    })?;
    if is_mapped(&address) {
        return Err(Failure::Argument(format!("IPv4-mapped IPv6 address \"{text}\" is not allowed")));
    }
    Ok(address)
}

fn parse_cidr(text: &str) -> Result<Cidr, Failure> {
    let cidr = Cidr::parse(text).filter(|cidr| !is_mapped(&cidr.address));
    cidr.ok_or_else(|| {
        Failure::Argument(format!(
            "network address parse error during conversion from string: \"{text}\" is no network"
        ))
    })
}

fn text(values: &[Value]) -> Result<&str, Failure> {
    match values {
        [Value::String(text)] => Ok(text),
        _ => Err(Failure::NoSuchOverload),
    }
}

fn address(values: &[Value]) -> Result<&IpAddr, Failure> {
    match values {
        [Value::Opaque(Opaque::Ip(address))] => Ok(address),
        _ => Err(Failure::NoSuchOverload),
    }
}

fn network(values: &[Value]) -> Result<&Cidr, Failure> {
    match values {
        [Value::Opaque(Opaque::Cidr(cidr)), ..] => Ok(cidr),
        _ => Err(Failure::NoSuchOverload),
    }
}

fn ip(_: &mut Meter, values: &[Value]) -> Given {
    parse_ip(text(values)?).map(|address| Value::Opaque(Opaque::Ip(address)))
}

fn ip_of_cidr(_: &mut Meter, values: &[Value]) -> Given {
    Ok(Value::Opaque(Opaque::Ip(network(values)?.address)))
}

fn is_ip(_: &mut Meter, values: &[Value]) -> Given {
    Ok(Value::Bool(parse_ip(text(values)?).is_ok()))
}

fn is_canonical(_: &mut Meter, values: &[Value]) -> Given {
    let text = text(values)?;
    Ok(Value::Bool(parse_ip(text)?.to_string() == text))
}

fn family(_: &mut Meter, values: &[Value]) -> Given {
    Ok(Value::Int(if address(values)?.is_ipv4() { 4 } else { 6 }))
}

fn is_unspecified(_: &mut Meter, values: &[Value]) -> Given {
    Ok(Value::Bool(address(values)?.is_unspecified()))
}

fn is_loopback(_: &mut Meter, values: &[Value]) -> Given {
    Ok(Value::Bool(address(values)?.is_loopback()))
}

fn is_link_local_multicast(_: &mut Meter, values: &[Value]) -> Given {
    Ok(Value::Bool(match address(values)? {
        IpAddr::V4(address) => matches!(address.octets(), [224, 0, 0, _]),
        IpAddr::V6(address) => address.segments()[0] & 0xff0f == 0xff02,
    }))
}

fn link_local_unicast(address: &IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_link_local(),
        IpAddr::V6(address) => address.is_unicast_link_local(),
    }
}

fn is_link_local_unicast(_: &mut Meter, values: &[Value]) -> Given {
    Ok(Value::Bool(link_local_unicast(address(values)?)))
}

fn is_global_unicast(_: &mut Meter, values: &[Value]) -> Given {
    let address = address(values)?;
    let broadcast = matches!(address, IpAddr::V4(address) if address.is_broadcast());
    Ok(Value::Bool(
        !broadcast
            && !address.is_unspecified()
            && !address.is_loopback()
            && !address.is_multicast()
            && !link_local_unicast(address),
    ))
}

fn cidr(_: &mut Meter, values: &[Value]) -> Given {
    parse_cidr(text(values)?).map(|cidr| Value::Opaque(Opaque::Cidr(cidr)))
}

fn is_cidr(_: &mut Meter, values: &[Value]) -> Given {
    Ok(Value::Bool(parse_cidr(text(values)?).is_ok()))
}

fn contains_ip(_: &mut Meter, values: &[Value]) -> Given {
    let cidr = network(values)?;
    let address = match values.get(1) {
        Some(Value::String(text)) => parse_ip(text)?,
        Some(Value::Opaque(Opaque::Ip(address))) => *address,
        _ => return Err(Failure::NoSuchOverload),
    };
    Ok(Value::Bool(cidr.contains(&address)))
}

fn contains_cidr(_: &mut Meter, values: &[Value]) -> Given {
    let cidr = network(values)?;
    let other = match values.get(1) {
        Some(Value::String(text)) => parse_cidr(text)?,
        Some(Value::Opaque(Opaque::Cidr(other))) => *other,
        _ => return Err(Failure::NoSuchOverload),
    };
    Ok(Value::Bool(cidr.prefix <= other.prefix && cidr.contains(&other.address)))
}

fn prefix_length(_: &mut Meter, values: &[Value]) -> Given {
    Ok(Value::Int(i64::from(network(values)?.prefix)))
}

fn masked(_: &mut Meter, values: &[Value]) -> Given {
    Ok(Value::Opaque(Opaque::Cidr(network(values)?.masked())))
}

fn is_mask(_: &mut Meter, values: &[Value]) -> Given {
    let cidr = network(values)?;
    Ok(Value::Bool(cidr.masked() == *cidr))
}
