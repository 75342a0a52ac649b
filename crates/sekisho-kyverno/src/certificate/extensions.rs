//! The extensions of certificates and requests.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::der::{Element, Reader, tag};
use super::values::{Fields, base64, list, number, oid, to_map};
use crate::value::Value;

/// An extension.
pub(super) struct Extension<'b> {
    id: Vec<u32>,
    critical: bool,
    value: &'b [u8],
}

/// Reads a sequence of extensions.
pub(super) fn read<'b>(sequence: &Element<'b>) -> Vec<Extension<'b>> {
    let extension = |element: Element<'b>| {
        let mut parts = element.reader();
        let id = parts.take(tag::OID)?.arcs();
        let critical = parts.take(tag::BOOLEAN).is_some_and(|flag| flag.content.first() == Some(&0xff));
        let value = parts.take(tag::OCTET_STRING)?.content;
        Some(Extension { id, critical, value })
    };
    sequence.reader().elements().filter_map(extension).collect()
}

/// What the extensions of a certificate say.
pub(super) fn of_certificate(extensions: &[Extension<'_>]) -> Fields {
    let standard = |arc: u32| find(extensions, &[2, 5, 29, arc]);
    let (is_constrained, is_authority, length) = standard(19).map_or((false, false, None), constraints);
    let path = match (is_constrained, length) {
        (false, _) => Value::Float(0.0),
        (true, None) => Value::Float(-1.0),
        (true, Some(length)) => number(length),
    };
    let (known, unknown) = standard(37).map(extended_usages).unwrap_or_default();
    let access = find(extensions, &[1, 3, 6, 1, 5, 5, 7, 1, 1]);
    let (responders, issuers) = access.map(access_methods).unwrap_or_default();
    let policies = standard(32).map(policies).unwrap_or_default();
    let handled: &[u32] = &[14, 15, 17, 19, 30, 31, 32, 33, 35, 36, 37, 54];
    let unhandled = extensions.iter().filter(|extension| {
        extension.critical
            && !matches!(extension.id.as_slice(), [2, 5, 29, arc] if handled.contains(arc))
            && extension.id != [1, 3, 6, 1, 5, 5, 7, 1, 1]
    });
    let mut fields = alternative_names(extensions);
    fields.extend([
        ("Extensions", shown(extensions)),
        ("UnhandledCriticalExtensions", list(unhandled.map(|extension| oid(&extension.id)).collect())),
        ("KeyUsage", number(standard(15).map_or(0, key_usage))),
        ("ExtKeyUsage", list(known)),
        ("UnknownExtKeyUsage", list(unknown)),
        ("BasicConstraintsValid", is_constrained.into()),
        ("IsCA", is_authority.into()),
        ("MaxPathLen", path),
        ("MaxPathLenZero", (length == Some(0)).into()),
        ("SubjectKeyId", standard(14).and_then(|value| bytes(value, tag::OCTET_STRING)).unwrap_or_default()),
        ("AuthorityKeyId", standard(35).and_then(authority_key).unwrap_or_default()),
        ("OCSPServer", list(responders)),
        ("IssuingCertificateURL", list(issuers)),
        ("CRLDistributionPoints", list(standard(31).map(distribution_points).unwrap_or_default())),
        ("PolicyIdentifiers", list(policies.iter().map(|policy| oid(&policy.arcs())).collect())),
        ("Policies", list(policies.iter().map(|policy| policy.dotted().into()).collect())),
    ]);
    let absent = [
        "PermittedDNSDomains",
        "ExcludedDNSDomains",
        "PermittedIPRanges",
        "ExcludedIPRanges",
        "PermittedEmailAddresses",
        "ExcludedEmailAddresses",
        "PermittedURIDomains",
        "ExcludedURIDomains",
        "PolicyMappings",
    ];
    fields.extend(absent.map(|key| (key, Value::Null)));
    let zeros = ["InhibitAnyPolicy", "InhibitPolicyMapping", "RequireExplicitPolicy"];
    fields.extend(zeros.map(|key| (key, number(0))));
    let flags = [
        "PermittedDNSDomainsCritical",
        "InhibitAnyPolicyZero",
        "InhibitPolicyMappingZero",
        "RequireExplicitPolicyZero",
    ];
    fields.extend(flags.map(|key| (key, false.into())));
    fields
}

/// What the extensions that a request asks for say.
pub(super) fn of_request(extensions: &[Extension<'_>]) -> Fields {
    let mut fields = alternative_names(extensions);
    fields.push(("Extensions", shown(extensions)));
    fields
}

fn find<'b>(extensions: &[Extension<'b>], id: &[u32]) -> Option<&'b [u8]> {
    extensions.iter().find(|extension| extension.id == id).map(|extension| extension.value)
}

fn shown(extensions: &[Extension<'_>]) -> Value {
    let extension = |extension: &Extension<'_>| {
        to_map(vec![
            ("Id", oid(&extension.id)),
            ("Critical", extension.critical.into()),
            ("Value", base64(extension.value)),
        ])
    };
    list(extensions.iter().map(extension).collect())
}

fn sequence(value: &[u8]) -> impl Iterator<Item = Element<'_>> {
    Reader::new(value).take(tag::SEQUENCE).into_iter().flat_map(|sequence| sequence.reader().elements())
}

fn bytes(value: &[u8], wanted: u8) -> Option<Value> {
    Reader::new(value).take(wanted).map(|element| base64(element.content))
}

fn text(element: &Element<'_>) -> Value {
    String::from_utf8_lossy(element.content).into_owned().into()
}

/// The other names of the subject.
fn alternative_names(extensions: &[Extension<'_>]) -> Fields {
    let names: Vec<Element<'_>> =
        find(extensions, &[2, 5, 29, 17]).map(|value| sequence(value).collect()).unwrap_or_default();
    let all = |number: u8, make: fn(&Element<'_>) -> Value| {
        list(names.iter().filter(|name| name.tag == tag::plain(number)).map(make).collect())
    };
    vec![
        ("DNSNames", all(2, text)),
        ("EmailAddresses", all(1, text)),
        ("IPAddresses", all(7, address)),
        ("URIs", all(6, url)),
    ]
}

fn address(element: &Element<'_>) -> Value {
    let four = <[u8; 4]>::try_from(element.content).map(|bytes| IpAddr::from(Ipv4Addr::from(bytes)));
    let sixteen = || <[u8; 16]>::try_from(element.content).map(|bytes| IpAddr::from(Ipv6Addr::from(bytes)));
    four.or_else(|_| sixteen()).map_or(Value::Null, |address| address.to_string().into())
}

/// The parts of a URL, named as Go names them.
fn url(element: &Element<'_>) -> Value {
    let whole = String::from_utf8_lossy(element.content).into_owned();
    let (rest, fragment) = whole.split_once('#').unwrap_or((&whole, ""));
    let (scheme, rest) = rest.split_once(':').unwrap_or(("", rest));
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (host, path, opaque) = match rest.strip_prefix("//") {
        Some(rest) => {
            let end = rest.find('/').unwrap_or(rest.len());
            (rest.get(..end).unwrap_or(""), rest.get(end..).unwrap_or(""), "")
        }
        None if rest.starts_with('/') || scheme.is_empty() => ("", rest, ""),
        None => ("", "", rest),
    };
    to_map(vec![
        ("Scheme", scheme.to_lowercase().into()),
        ("Opaque", opaque.into()),
        ("User", Value::Null),
        ("Host", host.into()),
        ("Path", path.into()),
        ("RawPath", "".into()),
        ("OmitHost", false.into()),
        ("ForceQuery", false.into()),
        ("RawQuery", query.into()),
        ("Fragment", fragment.into()),
        ("RawFragment", "".into()),
    ])
}

/// Whether there are constraints, whether this is an authority, and how long a path below it may be.
fn constraints(value: &[u8]) -> (bool, bool, Option<u32>) {
    let Some(sequence) = Reader::new(value).take(tag::SEQUENCE) else { return (false, false, None) };
    let mut parts = sequence.reader();
    let is_authority = parts.take(tag::BOOLEAN).is_some_and(|flag| flag.content.first() == Some(&0xff));
    (true, is_authority, parts.take(tag::INTEGER).and_then(|length| length.small()))
}

/// The first bit of the bit string is the lowest of the number.
fn key_usage(value: &[u8]) -> u32 {
    let bits = Reader::new(value).take(tag::BIT_STRING).and_then(|element| element.bits()).unwrap_or(&[]);
    let is_set =
        |place: u32| bits.get(place as usize / 8).is_some_and(|byte| byte & (0x80 >> (place % 8)) != 0);
    (0..9).filter(|place| is_set(*place)).fold(0, |usage, place| usage | (1 << place))
}

/// The usages that Go has a number for, and the others.
fn extended_usages(value: &[u8]) -> (Vec<Value>, Vec<Value>) {
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for usage in sequence(value) {
        let arcs = usage.arcs();
        let place = match arcs.as_slice() {
            [2, 5, 29, 37, 0] => Some(0),
            [1, 3, 6, 1, 5, 5, 7, 3, place @ 1..=9] => Some(*place),
            [1, 3, 6, 1, 4, 1, 311, 10, 3, 3] => Some(10),
            [2, 16, 840, 1, 113_730, 4, 1] => Some(11),
            [1, 3, 6, 1, 4, 1, 311, 2, 1, 22] => Some(12),
            [1, 3, 6, 1, 4, 1, 311, 61, 1, 1] => Some(13),
            _ => None,
        };
        match place {
            Some(place) => known.push(number(place)),
            None => unknown.push(oid(&arcs)),
        }
    }
    (known, unknown)
}

fn authority_key(value: &[u8]) -> Option<Value> {
    let key = sequence(value).find(|element| element.tag == tag::plain(0))?;
    Some(base64(key.content))
}

/// Where revocation can be asked for, and where the issuer's certificate lies.
fn access_methods(value: &[u8]) -> (Vec<Value>, Vec<Value>) {
    let (mut responders, mut issuers) = (Vec::new(), Vec::new());
    for method in sequence(value) {
        let mut parts = method.reader();
        let Some((kind, place)) = parts.take(tag::OID).zip(parts.take(tag::plain(6))) else { continue };
        match kind.dotted().as_str() {
            "1.3.6.1.5.5.7.48.1" => responders.push(text(&place)),
            "1.3.6.1.5.5.7.48.2" => issuers.push(text(&place)),
            _ => {}
        }
    }
    (responders, issuers)
}

fn distribution_points(value: &[u8]) -> Vec<Value> {
    sequence(value)
        .filter_map(|point| point.reader().take(tag::context(0))?.reader().take(tag::context(0)))
        .flat_map(|names| names.reader().elements().collect::<Vec<_>>())
        .filter(|name| name.tag == tag::plain(6))
        .map(|name| text(&name))
        .collect()
}

fn policies(value: &[u8]) -> Vec<Element<'_>> {
    sequence(value).filter_map(|policy| policy.reader().take(tag::OID)).collect()
}
