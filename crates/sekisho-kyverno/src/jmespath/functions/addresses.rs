//! Whether a URL points outside.

use std::net::IpAddr;

use super::function::{Argument, Function, Given, Type, function, text};
use crate::jmespath::error::JmespathError;
use crate::jmespath::surroundings::Surroundings;

pub(super) const TABLE: &[Function] = &[function(("is_external_url", &[&[Type::String]], is_external_url))];

/// Neither a loopback nor a private address. A name is looked up among the facts, never in a network.
fn is_external_url(given: &[Argument<'_>], around: &Surroundings<'_>) -> Given {
    let url = text(given, 0)?;
    let host = host(&url);
    if let Ok(address) = host.parse::<IpAddr>() {
        return Ok((!is_internal(address)).into());
    }
    let addresses = around.facts.addresses(host);
    let addresses = addresses.map_err(|problem| JmespathError::refused(problem.to_string()))?;
    Ok((!addresses.into_iter().any(is_internal)).into())
}

/// The host of a URL, without brackets and port; empty where there is none.
fn host(url: &str) -> &str {
    let Some((_, rest)) = url.split_once("//") else { return "" };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    if let Some((address, _)) = host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return address;
    }
    host.rsplit_once(':').map_or(host, |(host, _)| host)
}

fn is_internal(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => address.is_loopback() || address.is_private(),
        IpAddr::V6(address) => address.is_loopback() || address.is_unique_local(),
    }
}
