//! Addresses and networks, as Go's `net` package reads and compares them.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::arguments::{members, string, value};
use super::builtin::{Builtin, Family};
use super::call::Call;
use super::error::BuiltinError;
use super::types::{ARRAY, SET_OF_STRINGS, Type};
use crate::value::Value;

use Type::{Any as A, Array, Boolean as B, Either, Object, Set, String as S};

pub(super) const FAMILY: Family = &[
    Builtin::new("net.cidr_contains", &[S, S], B, |_, args| {
        Ok(contains(value(args, 0), value(args, 1))?.into())
    }),
    Builtin::new("net.cidr_contains_matches", &[MATCHED, MATCHED], MATCHES, contains_matches),
    Builtin::new("net.cidr_expand", &[S], SET_OF_STRINGS, expand),
    Builtin::new("net.cidr_intersects", &[S, S], B, |_, args| {
        let (one, two) = (network(value(args, 0))?, network(value(args, 1))?);
        Ok((one.contains(two.address) || two.contains(one.address)).into())
    }),
    Builtin::new("net.cidr_is_valid", &[A], B, |_, args| {
        Ok(value(args, 0).as_str().is_some_and(|text| Network::parse(text).is_some()).into())
    }),
    Builtin::new(
        "net.cidr_merge",
        &[Either(&[Array(&[], Some(&Either(&[S]))), SET_OF_STRINGS])],
        SET_OF_STRINGS,
        merge,
    ),
    Builtin::new("net.cidr_overlap", &[S, S], B, |_, args| {
        Ok(contains(value(args, 0), value(args, 1))?.into())
    }),
    Builtin::new("net.lookup_ip_addr", &[S], SET_OF_STRINGS, lookup).nondeterministic(),
];

const NAMED: Type = Either(&[S, ARRAY]);
const MATCHED: Type = Either(&[S, Array(&[], Some(&NAMED)), Object(&[], Some((&S, &NAMED))), Set(&NAMED)]);
const MATCHES: Type = Set(&Array(&[A, A], None));

/// The bits in front of an IPv4 address that is written as one of IPv6.
const MAPPED: u128 = 0xffff << 32;

/// A network: its first address, and how many bits of that count.
#[derive(Debug, Clone, Copy)]
struct Network {
    /// The address as one of IPv6; of IPv4 with [`MAPPED`] in front.
    address: u128,
    /// The length of the prefix, counted in the 128 bits.
    ones: u32,
    /// Whether it was written as a network of IPv4.
    is_v4: bool,
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => MAPPED | u128::from(u32::from(address)),
        IpAddr::V6(address) => u128::from(address),
    }
}

/// Whether this is an address of IPv4, also one that is written as of IPv6.
fn is_v4(address: u128) -> bool {
    address >> 32 == MAPPED >> 32
}

fn show(address: u128) -> String {
    if is_v4(address) {
        let low = u32::try_from(address & u128::from(u32::MAX)).unwrap_or(0);
        Ipv4Addr::from(low).to_string()
    } else {
        Ipv6Addr::from(address).to_string()
    }
}

/// The bits of a prefix of so many.
fn mask(ones: u32) -> u128 {
    if ones == 0 { 0 } else { u128::MAX << (128 - ones.min(128)) }
}

impl Network {
    fn parse(text: &str) -> Option<Self> {
        let (address, ones) = text.split_once('/')?;
        let address: IpAddr = address.parse().ok()?;
        let is_digits = !ones.is_empty() && ones.bytes().all(|byte| byte.is_ascii_digit());
        let ones: u32 = if is_digits { ones.parse().ok()? } else { return None };
        let is_v4 = address.is_ipv4();
        if ones > if is_v4 { 32 } else { 128 } {
            return None;
        }
        let ones = if is_v4 { ones + 96 } else { ones };
        Some(Self { address: number(address) & mask(ones), ones, is_v4 })
    }

    fn contains(&self, address: u128) -> bool {
        // Addresses of IPv4 lie in networks of IPv4 only, and the other way round.
        if is_v4(self.address) != is_v4(address) {
            return false;
        }
        let ones = if is_v4(self.address) { self.ones.max(96) } else { self.ones };
        self.address & mask(ones) == address & mask(ones)
    }

    fn first(&self) -> u128 {
        self.address & mask(self.ones)
    }

    fn last(&self) -> u128 {
        self.address | !mask(self.ones)
    }

    fn show(&self) -> String {
        let ones = if is_v4(self.address) { self.ones.saturating_sub(96) } else { self.ones };
        format!("{}/{ones}", show(self.address))
    }
}

fn network(given: &Value) -> Result<Network, BuiltinError> {
    let text = given.as_str().ok_or_else(|| BuiltinError::operand_type(1, given, &["string"]))?;
    Network::parse(text).ok_or_else(|| BuiltinError::failed(format!("invalid CIDR address: {text}")))
}

fn contains(whole: &Value, part: &Value) -> Result<bool, BuiltinError> {
    let whole = network(whole)?;
    let text = part.as_str().ok_or_else(|| BuiltinError::operand_type(1, part, &["string"]))?;
    if let Ok(address) = text.parse::<IpAddr>() {
        return Ok(whole.contains(number(address)));
    }
    let Some(part) = Network::parse(text) else {
        return Err(BuiltinError::failed(format!(
            "not a valid textual representation of an IP address or CIDR: {text}"
        )));
    };
    let is_plain = |network: &Network| !network.is_v4 && !is_v4(network.address);
    if is_plain(&whole) && is_plain(&part) {
        return Ok(whole.ones <= part.ones && whole.address == part.address & mask(whole.ones));
    }
    Ok(whole.contains(part.address) && whole.contains(part.last()))
}

/// The networks of an operand, each with what stands for it in the result.
fn matched(given: &Value, place: usize) -> Result<Vec<(Value, Value)>, BuiltinError> {
    let element = |item: &'_ Value| -> Result<Value, BuiltinError> {
        match item {
            text @ Value::String(_) => Ok(text.clone()),
            Value::Array(items) if !items.is_empty() => Ok(value(items, 0).clone()),
            _ => Err(BuiltinError::failed(format!(
                "operand {place}: element must be string or non-empty array"
            ))),
        }
    };
    match given {
        Value::String(_) => Ok(vec![(given.clone(), given.clone())]),
        Value::Array(items) => {
            items.iter().enumerate().map(|(index, item)| Ok((element(item)?, index.into()))).collect()
        }
        Value::Set(set) => set.iter().map(|item| Ok((element(item)?, item.clone()))).collect(),
        Value::Object(object) => {
            object.entries().iter().map(|(key, item)| Ok((element(item)?, key.clone()))).collect()
        }
        _ => Ok(Vec::new()),
    }
}

fn contains_matches(call: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    let wholes = matched(value(args, 0), 1)?;
    let mut found = Vec::new();
    for (whole, index) in &wholes {
        for (part, part_index) in matched(value(args, 1), 2)? {
            call.charge(1)?;
            if contains(whole, &part)? {
                call.allocate_values(4)?;
                found.push(Value::array(vec![index.clone(), part_index]));
            }
        }
    }
    Ok(Value::set(found))
}

fn expand(call: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    let network = {
        string(args, 0)?;
        network(value(args, 0))?
    };
    let bits = 128 - network.ones;
    let count = 1_usize.checked_shl(bits).filter(|_| bits < usize::BITS).unwrap_or(usize::MAX);
    call.charge(count)?;
    call.allocate(count.saturating_mul(size_of::<Value>() + 40))?;
    let addresses = (0..count as u128).map(|step| show(network.address | step).into());
    Ok(Value::set(addresses.collect()))
}

/// A run of addresses, and the network that it is if it was not joined.
#[derive(Debug, Clone)]
struct Run {
    last: u128,
    first: u128,
    network: Option<Network>,
}

fn merge(call: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    let members = members(value(args, 0)).ok_or_else(|| BuiltinError::failed("operand must be an array"))?;
    call.charge(members.len())?;
    call.allocate_values(2 * members.len())?;
    let mut runs = Vec::with_capacity(members.len());
    for member in members {
        let network = element(member)?;
        runs.push(Run { last: network.last(), first: network.first(), network: Some(network) });
    }
    runs.sort_by_key(|run| (run.last, run.first));
    // From the last on, a run that touches the one before it is joined with that.
    let mut joined: Vec<Run> = Vec::with_capacity(runs.len());
    while let Some(run) = runs.pop() {
        match runs.last_mut() {
            Some(before) if previous(run.first) <= before.last => {
                *before = Run { last: run.last, first: before.first.min(run.first), network: None };
            }
            _ => joined.push(run),
        }
    }
    let mut networks = BTreeSet::new();
    for run in joined {
        match run.network {
            Some(network) => {
                networks.insert(network.show());
            }
            None => networks.extend(split(run.first, run.last).iter().map(Network::show)),
        }
    }
    Ok(Value::set(networks.into_iter().map(Value::from).collect()))
}

/// The address before; the first of a family has none and stands for itself.
fn previous(address: u128) -> u128 {
    if address == MAPPED { address } else { address.saturating_sub(1) }
}

/// A network, or an address of IPv4 with the mask of its class.
fn element(member: &Value) -> Result<Network, BuiltinError> {
    let Some(text) = member.as_str() else {
        return Err(BuiltinError::failed("element must be string"));
    };
    let Ok(address) = text.parse::<IpAddr>() else {
        return network(member);
    };
    let address = number(address);
    if !is_v4(address) {
        return Err(BuiltinError::failed("IPv6 invalid: needs prefix length"));
    }
    let ones = match (address >> 24) & 0xff {
        0..0x80 => 8,
        0x80..0xc0 => 16,
        _ => 24,
    };
    Ok(Network { address, ones: 96 + ones, is_v4: true })
}

/// The fewest networks that hold just these addresses.
fn split(first: u128, last: u128) -> Vec<Network> {
    let is_v4 = is_v4(first);
    let mut networks = Vec::new();
    let mut at = first;
    loop {
        let room = (last - at).checked_add(1).map_or(128, u128::ilog2);
        let aligned = at.trailing_zeros().min(if is_v4 { 32 } else { 128 });
        let size = room.min(aligned);
        networks.push(Network { address: at, ones: 128 - size, is_v4 });
        let step = if size == 128 { None } else { at.checked_add(1 << size) };
        match step {
            Some(next) if next <= last => at = next,
            _ => return networks,
        }
    }
}

fn lookup(call: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    let host = string(args, 0)?;
    let Some(facts) = call.world.facts else {
        return Err(BuiltinError::failed("the configuration allows no questions about names"));
    };
    let addresses = facts.lookup_ip_addr(host).map_err(BuiltinError::Failed)?;
    call.allocate_values(addresses.len())?;
    Ok(Value::set(addresses.into_iter().map(Value::from).collect()))
}
