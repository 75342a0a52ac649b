//! Certificates, requests for them, and private keys, as the values that Go's structures become as JSON.

use num_bigint::{BigInt, BigUint};
use num_traits::One;
use sekisho_go::base64::base64_decode;
use sekisho_go::time::{Moment, Zone};
use sekisho_go::url::Url;

use super::arguments::{object, string};
use super::builtin::{Builtin, Family};
use super::call::Call;
use super::crypto::certificate::{Certificate, Details, Extension, Name, Request};
use super::crypto::chain::{self, Options};
use super::crypto::key::{PrivateKey, PublicKey};
use super::crypto::pem::{self, Block};
use super::error::BuiltinError;
use super::types::{DICT, DICTS, OBJECT, Type};
use crate::value::{Number, Object, Value, bytes_of, text_of_bytes};

use Type::{Array, Boolean as B, String as S};

pub(super) const FAMILY: Family = &[
    Builtin::new("crypto.parse_private_keys", &[S], DICTS, |call, args| {
        let text = string(args, 0)?;
        charge(call, text)?;
        if text.is_empty() {
            return Ok(Value::Null);
        }
        let keys = private_keys(text)?;
        Ok(Value::array(keys.iter().map(private_value).collect()))
    }),
    Builtin::new("crypto.x509.parse_and_verify_certificates", &[S], VERIFIED, |call, args| {
        let options = Options { time: now(call), ..Options::default() };
        parse_and_verify(call, args, &options, true)
    }),
    Builtin::new(
        "crypto.x509.parse_and_verify_certificates_with_options",
        &[S, DICT],
        VERIFIED,
        |call, args| {
            let given = object(args, 1)?;
            string(args, 0)?;
            if certificates(string(args, 0)?).is_err() {
                return Ok(Value::array(vec![false.into(), Value::array(Vec::new())]));
            }
            let options = options(given, now(call))?;
            parse_and_verify(call, args, &options, false)
        },
    ),
    Builtin::new("crypto.x509.parse_certificate_request", &[S], DICT, parse_request),
    Builtin::new("crypto.x509.parse_certificates", &[S], Array(&[], Some(&OBJECT)), |call, args| {
        let text = string(args, 0)?;
        charge(call, text)?;
        let certificates = certificates(text).map_err(BuiltinError::Failed)?;
        Ok(Value::array(
            certificates.iter().map(|certificate| certificate_value(certificate, true)).collect(),
        ))
    }),
    Builtin::new("crypto.x509.parse_keypair", &[S, S], DICT, parse_pair),
    Builtin::new("crypto.x509.parse_rsa_private_key", &[S], DICT, |call, args| {
        let text = string(args, 0)?;
        charge(call, text)?;
        if text.is_empty() {
            return Err(BuiltinError::failed("input PEM data was empty"));
        }
        let text = if text.starts_with(BEGIN) { text.to_owned() } else { decoded(text)? };
        Ok(private_keys(&text)?.first().map_or(Value::Null, web_key))
    }),
];

const VERIFIED: Type = Array(&[B, DICTS], None);

const BEGIN: &str = "-----BEGIN";

/// Takes the work and memory of reading keys or certificates.
fn charge(call: &mut Call<'_>, text: &str) -> Result<(), BuiltinError> {
    call.charge(16 + text.len())?;
    call.allocate(text.len().saturating_mul(32))
}

fn now(call: &Call<'_>) -> i64 {
    call.world.now.div_euclid(1_000_000_000)
}

/// The text of base 64.
fn decoded(text: &str) -> Result<String, BuiltinError> {
    let bytes = base64_decode(text.as_bytes()).map_err(BuiltinError::Failed)?;
    Ok(text_of_bytes(&bytes).to_string())
}

/// The public key of a certificate; none where it is of a kind that is not known.
pub(super) fn public_key_of(bytes: &[u8]) -> Result<Option<PublicKey>, String> {
    Certificate::parse(bytes).map(|certificate| certificate.key)
}

/// The certificates of a text: blocks of PEM, or base 64 of those or of the bytes themselves.
fn certificates(text: &str) -> Result<Vec<Certificate>, String> {
    if text.starts_with(BEGIN) {
        return certificates_of_blocks(text);
    }
    let bytes = base64_decode(text.as_bytes())?;
    if bytes.starts_with(BEGIN.as_bytes()) {
        return certificates_of_blocks(&text_of_bytes(&bytes));
    }
    Certificate::parse_all(&bytes)
}

fn certificates_of_blocks(text: &str) -> Result<Vec<Certificate>, String> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some((block, behind)) = pem::decode(rest) {
        if block.kind != "CERTIFICATE" {
            return Err(format!("PEM block type is '{}', expected CERTIFICATE", block.kind));
        }
        bytes.extend(block.bytes);
        rest = behind;
    }
    Certificate::parse_all(&bytes)
}

fn parse_and_verify(
    call: &mut Call<'_>,
    args: &[Value],
    options: &Options,
    with_urls: bool,
) -> Result<Value, BuiltinError> {
    let text = string(args, 0)?;
    charge(call, text)?;
    let refused = || Value::array(vec![false.into(), Value::array(Vec::new())]);
    let Ok(certificates) = certificates(text) else {
        return Ok(refused());
    };
    // A signature for each pair that may belong together, at most.
    call.charge(certificates.len().saturating_mul(certificates.len()).min(100).saturating_mul(2_000))?;
    Ok(match chain::verify(&certificates, options) {
        Some(chain) => {
            let chain = chain.into_iter().map(|certificate| certificate_value(certificate, with_urls));
            Value::array(vec![true.into(), Value::array(chain.collect())])
        }
        None => refused(),
    })
}

fn options(given: &Object, now: i64) -> Result<Options, BuiltinError> {
    const USES: [&str; 14] = [
        "KeyUsageAny",
        "KeyUsageServerAuth",
        "KeyUsageClientAuth",
        "KeyUsageCodeSigning",
        "KeyUsageEmailProtection",
        "KeyUsageIPSECEndSystem",
        "KeyUsageIPSECTunnel",
        "KeyUsageIPSECUser",
        "KeyUsageTimeStamping",
        "KeyUsageOCSPSigning",
        "KeyUsageMicrosoftServerGatedCrypto",
        "KeyUsageNetscapeServerGatedCrypto",
        "KeyUsageMicrosoftCommercialCodeSigning",
        "KeyUsageMicrosoftKernelCodeSigning",
    ];
    let wrong = |problem: &str| Err(BuiltinError::failed(problem));
    let mut options = Options { time: now, ..Options::default() };
    for (key, option) in given.entries() {
        match key.as_str().unwrap_or("") {
            "DNSName" => match option.as_str() {
                Some(host) => host.trim_matches('"').clone_into(&mut options.host),
                None => return wrong("'DNSName' should be a string"),
            },
            "CurrentTime" => match option.as_number().map(Number::as_i64) {
                Some(Some(time)) => options.time = time.div_euclid(1_000_000_000),
                Some(None) => return wrong("'CurrentTime' should be a valid int64 number"),
                None => return wrong("'CurrentTime' should be a number"),
            },
            "MaxConstraintComparisons" => match option.as_number().map(Number::as_i64) {
                Some(Some(_)) => {}
                Some(None) => return wrong("'MaxConstraintComparisons' should be a valid number"),
                None => return wrong("'MaxConstraintComparisons' should be a number"),
            },
            "KeyUsages" => {
                let Some(members) = super::arguments::members(option) else {
                    return wrong("'KeyUsages' should be an Array or Set");
                };
                let mut unknown = Vec::new();
                for name in members.iter().filter_map(Value::as_str).map(|name| name.trim_matches('"')) {
                    let place = USES.iter().position(|known| *known == name);
                    match place.and_then(|place| i64::try_from(place).ok()) {
                        Some(number) => options.uses.push(number),
                        None => unknown.push(name),
                    }
                }
                if !unknown.is_empty() {
                    let unknown = unknown.join(" ");
                    return wrong(&format!("invalid entries for 'KeyUsages' found: [{unknown}]"));
                }
            }
            _ if key.as_str().is_none() => {}
            _ => return wrong("invalid key option"),
        }
    }
    Ok(options)
}

fn parse_request(call: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    let text = string(args, 0)?;
    charge(call, text)?;
    let bytes = if text.starts_with("-----BEGIN CERTIFICATE REQUEST-----") {
        text.as_bytes().to_vec()
    } else {
        base64_decode(text.as_bytes()).map_err(BuiltinError::Failed)?
    };
    let block = pem::decode(&text_of_bytes(&bytes)).map(|(block, _)| block);
    let bytes = match block {
        Some(Block { kind, .. }) if kind != "CERTIFICATE REQUEST" => {
            return Err(BuiltinError::failed("invalid PEM-encoded certificate signing request"));
        }
        Some(block) => block.bytes,
        None => bytes,
    };
    let request = Request::parse(&bytes);
    let request = request.ok_or_else(|| {
        BuiltinError::failed(if bytes.is_empty() {
            "asn1: syntax error: sequence truncated"
        } else {
            "asn1: structure error: the bytes are no certificate request"
        })
    })?;
    Ok(request_value(&request))
}

fn parse_pair(call: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    let (certificate, key) = (string(args, 0)?, string(args, 1)?);
    charge(call, certificate)?;
    charge(call, key)?;
    call.charge(2_000)?;
    let failed = |problem: &str| BuiltinError::failed(problem);
    let chain: Vec<Vec<u8>> = blocks(certificate, "CERTIFICATE")?
        .into_iter()
        .filter(|block| block.kind == "CERTIFICATE")
        .map(|block| block.bytes)
        .collect();
    let first =
        chain.first().ok_or_else(|| failed("tls: failed to find any PEM data in certificate input"))?;
    let leaf = Certificate::parse(first).map_err(BuiltinError::Failed)?;
    let block = blocks(key, "PRIVATE KEY")?
        .into_iter()
        .find(|block| block.kind == "PRIVATE KEY" || block.kind.ends_with(" PRIVATE KEY"));
    let block = block.ok_or_else(|| failed("tls: failed to find any PEM data in key input"))?;
    let private = PrivateKey::from_rsa(&block.bytes)
        .or_else(|| PrivateKey::from_pkcs8(&block.bytes))
        .or_else(|| PrivateKey::from_ec(&block.bytes, None));
    let private = private.ok_or_else(|| failed("tls: failed to parse private key"))?;
    let (Some(wanted), Some(public)) = (&leaf.key, private.public()) else {
        return Err(failed("tls: unknown public key algorithm"));
    };
    if std::mem::discriminant(wanted) != std::mem::discriminant(&public) {
        return Err(failed("tls: private key type does not match public key type"));
    }
    if *wanted != public {
        return Err(failed("tls: private key does not match public key"));
    }
    Ok(Value::fields([
        ("Certificate", Value::array(chain.iter().map(|bytes| base64(bytes)).collect())),
        ("Leaf", certificate_value(&leaf, false)),
        ("OCSPStaple", Value::Null),
        ("PrivateKey", private_value(&private)),
        ("SignedCertificateTimestamps", Value::Null),
        ("SupportedSignatureAlgorithms", Value::Null),
    ]))
}

/// The blocks of a text, which may be base 64 of them, or of the bytes of one block.
fn blocks(text: &str, kind: &str) -> Result<Vec<Block>, BuiltinError> {
    let text = if text.starts_with("-----BEGIN ") {
        text.to_owned()
    } else {
        let text = decoded(text)?;
        if !text.starts_with(BEGIN) {
            return Ok(vec![Block { kind: kind.to_owned(), bytes: bytes_of(&text).into_owned() }]);
        }
        text
    };
    let mut blocks = Vec::new();
    let mut rest = text.as_str();
    while let Some((block, behind)) = pem::decode(rest) {
        blocks.push(block);
        rest = behind;
    }
    Ok(blocks)
}

/// The private keys of a text's blocks; the text may be base 64 of them.
fn private_keys(text: &str) -> Result<Vec<PrivateKey>, BuiltinError> {
    let text = decoded(text).unwrap_or_else(|_| text.to_owned());
    let mut keys = Vec::new();
    let mut rest = text.as_str();
    while let Some((block, behind)) = pem::decode(rest) {
        rest = behind;
        let key = match block.kind.as_str() {
            "RSA PRIVATE KEY" => PrivateKey::from_rsa(&block.bytes),
            "PRIVATE KEY" => PrivateKey::from_pkcs8(&block.bytes),
            "EC PRIVATE KEY" => PrivateKey::from_ec(&block.bytes, None),
            _ => continue,
        };
        keys.push(key.ok_or_else(|| BuiltinError::failed("x509: failed to parse private key"))?);
    }
    Ok(keys)
}

fn base64(bytes: &[u8]) -> Value {
    data_encoding::BASE64.encode(bytes).into()
}

fn base64_url(bytes: &[u8]) -> Value {
    data_encoding::BASE64URL_NOPAD.encode(bytes).into()
}

/// An array; null where it has no items.
fn list(items: impl IntoIterator<Item = Value>) -> Value {
    let items: Vec<Value> = items.into_iter().collect();
    if items.is_empty() { Value::Null } else { Value::array(items) }
}

fn texts<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Value {
    list(texts.into_iter().map(|text| text.as_ref().into()))
}

fn identifier(object: &[u64]) -> Value {
    Value::array(object.iter().map(|number| Value::Number((*number).into())).collect())
}

fn number(value: &BigUint) -> Value {
    Number::from_big(&BigInt::from(value.clone())).map_or(Value::Null, Value::Number)
}

fn big(bytes: &[u8]) -> Value {
    number(&BigUint::from_bytes_be(bytes))
}

fn certificate_value(certificate: &Certificate, with_urls: bool) -> Value {
    let details = &certificate.details;
    let moment = |seconds: i64| {
        let moment = Moment { seconds, nanoseconds: 0, zone: Zone::Utc };
        text_of_bytes(&moment.rfc3339()).into()
    };
    let [start, end] = certificate.validity.map(moment);
    let (is_authority, length) = details.constraints.unwrap_or((false, 0));
    let length = if details.constraints.is_some() { length } else { 0 };
    let mut fields = vec![
        ("AuthorityKeyId", details.authority_key.as_deref().map_or(Value::Null, base64)),
        ("BasicConstraintsValid", details.constraints.is_some().into()),
        ("CRLDistributionPoints", texts(&details.crl_points)),
        ("ExtKeyUsage", list(details.uses.iter().map(|number| Value::from(*number)))),
        ("ExcludedDNSDomains", texts(&details.excluded.hosts)),
        ("ExcludedEmailAddresses", texts(&details.excluded.emails)),
        ("ExcludedIPRanges", networks(&details.excluded.networks)),
        ("ExcludedURIDomains", texts(&details.excluded.urls)),
        ("InhibitAnyPolicy", details.inhibit_any.unwrap_or(0).into()),
        ("InhibitAnyPolicyZero", (details.inhibit_any == Some(0)).into()),
        ("InhibitPolicyMapping", details.inhibit_mapping.unwrap_or(0).into()),
        ("InhibitPolicyMappingZero", (details.inhibit_mapping == Some(0)).into()),
        ("IsCA", is_authority.into()),
        ("Issuer", name_value(&certificate.issuer)),
        ("IssuingCertificateURL", texts(&details.issuer_urls)),
        ("KeyUsage", i64::from(details.key_usage).into()),
        ("MaxPathLen", length.into()),
        ("MaxPathLenZero", (details.constraints.is_some() && length == 0).into()),
        ("NotAfter", end),
        ("NotBefore", start),
        ("OCSPServer", texts(&details.ocsp_servers)),
        ("PermittedDNSDomains", texts(&details.permitted.hosts)),
        ("PermittedDNSDomainsCritical", details.is_constraint_critical.into()),
        ("PermittedEmailAddresses", texts(&details.permitted.emails)),
        ("PermittedIPRanges", networks(&details.permitted.networks)),
        ("PermittedURIDomains", texts(&details.permitted.urls)),
        ("Policies", list(details.policies.iter().map(|policy| dotted(policy)))),
        ("PolicyIdentifiers", list(details.policies.iter().map(|policy| identifier(policy)))),
        ("PolicyMappings", Value::Null),
        ("RawIssuer", base64(&certificate.issuer.whole)),
        ("RawTBSCertificate", base64(&certificate.body)),
        ("RequireExplicitPolicy", details.require_explicit.unwrap_or(0).into()),
        ("RequireExplicitPolicyZero", (details.require_explicit == Some(0)).into()),
        ("SerialNumber", Number::from_big(&certificate.serial).map_or(Value::Null, Value::Number)),
        ("SubjectKeyId", details.subject_key.as_deref().map_or(Value::Null, base64)),
        ("UnhandledCriticalExtensions", list(details.unhandled.iter().map(|object| identifier(object)))),
        ("UnknownExtKeyUsage", list(details.unknown_uses.iter().map(|object| identifier(object)))),
        ("Version", certificate.version.into()),
    ];
    fields.extend(shared_fields(
        &certificate.whole,
        &certificate.subject,
        &certificate.key_info,
        certificate.key.as_ref(),
        &certificate.extensions,
        details,
    ));
    fields.push(("Signature", base64(&certificate.signature)));
    fields.push(("SignatureAlgorithm", i64::from(certificate.algorithm.0).into()));
    if with_urls {
        fields.push(("URIStrings", texts(&details.names.urls)));
    }
    Value::fields(fields)
}

fn request_value(request: &Request) -> Value {
    let mut fields = vec![
        (
            "Attributes",
            list(request.attributes.iter().map(|(kind, lists)| {
                let lists = lists.iter().map(|items| {
                    Value::array(
                        items
                            .iter()
                            .map(|item| {
                                Value::fields([
                                    ("Type", identifier(&item.object)),
                                    ("Value", base64(&item.value)),
                                ])
                            })
                            .collect(),
                    )
                });
                Value::fields([("Type", identifier(kind)), ("Value", Value::array(lists.collect()))])
            })),
        ),
        ("RawTBSCertificateRequest", base64(&request.body)),
        ("Version", request.version.into()),
    ];
    fields.extend(shared_fields(
        &request.whole,
        &request.subject,
        &request.key_info,
        request.key.as_ref(),
        &request.extensions,
        &request.details,
    ));
    fields.push(("Signature", base64(&request.signature)));
    fields.push(("SignatureAlgorithm", i64::from(request.algorithm.0).into()));
    Value::fields(fields)
}

/// The fields that certificates and requests both have.
fn shared_fields<'k>(
    whole: &[u8],
    subject: &Name,
    key_info: &[u8],
    key: Option<&PublicKey>,
    extensions: &[Extension],
    details: &Details,
) -> [(&'k str, Value); 12] {
    let algorithm = match key {
        Some(PublicKey::Rsa { .. }) => 1,
        Some(PublicKey::Ec(..)) => 3,
        Some(PublicKey::Ed25519(_)) => 4,
        None => 0_i64,
    };
    let extensions = extensions.iter().map(|extension| {
        Value::fields([
            ("Critical", extension.is_critical.into()),
            ("Id", identifier(&extension.object)),
            ("Value", base64(&extension.value)),
        ])
    });
    let names = &details.names;
    [
        ("DNSNames", texts(&names.hosts)),
        ("EmailAddresses", texts(&names.emails)),
        ("Extensions", list(extensions)),
        ("ExtraExtensions", Value::Null),
        (
            "IPAddresses",
            list(names.addresses.iter().map(|address| Value::from(address.to_canonical().to_string()))),
        ),
        ("PublicKey", key.map_or(Value::Null, public_value)),
        ("PublicKeyAlgorithm", algorithm.into()),
        ("Raw", base64(whole)),
        ("RawSubject", base64(&subject.whole)),
        ("RawSubjectPublicKeyInfo", base64(key_info)),
        ("Subject", name_value(subject)),
        ("URIs", list(names.urls.iter().map(|url| url_value(url)))),
    ]
}

fn dotted(object: &[u64]) -> Value {
    object.iter().map(u64::to_string).collect::<Vec<_>>().join(".").into()
}

fn networks(networks: &[(Vec<u8>, Vec<u8>)]) -> Value {
    list(networks.iter().map(|(address, mask)| {
        let address = match <[u8; 4]>::try_from(address.as_slice()) {
            Ok(address) => std::net::Ipv4Addr::from(address).to_string(),
            Err(_) => <[u8; 16]>::try_from(address.as_slice())
                .map_or_else(|_| String::new(), |address| std::net::Ipv6Addr::from(address).to_string()),
        };
        Value::fields([("IP", address.into()), ("Mask", base64(mask))])
    }))
}

fn name_value(name: &Name) -> Value {
    let all = |kind: u64| texts(name.all(kind));
    let last = |kind: u64| Value::from(name.all(kind).last().unwrap_or(""));
    let parts = name
        .parts
        .iter()
        .map(|(kind, text)| Value::fields([("Type", identifier(kind)), ("Value", text.as_str().into())]));
    Value::fields([
        ("CommonName", last(3)),
        ("Country", all(6)),
        ("ExtraNames", Value::Null),
        ("Locality", all(7)),
        ("Names", list(parts)),
        ("Organization", all(10)),
        ("OrganizationalUnit", all(11)),
        ("PostalCode", all(17)),
        ("Province", all(8)),
        ("SerialNumber", last(5)),
        ("StreetAddress", all(9)),
    ])
}

fn url_value(url: &str) -> Value {
    let parsed = Url::parse(url.as_bytes()).unwrap_or_default();
    let text = |bytes: &[u8]| Value::from(text_of_bytes(bytes));
    Value::fields([
        ("ForceQuery", (url.ends_with('?') && parsed.query.is_empty()).into()),
        ("Fragment", text(&parsed.fragment)),
        ("Host", text(&parsed.host)),
        ("OmitHost", false.into()),
        ("Opaque", text(&parsed.opaque)),
        ("Path", text(&parsed.path)),
        ("RawFragment", "".into()),
        ("RawPath", text(&parsed.raw_path)),
        ("RawQuery", text(&parsed.query)),
        ("Scheme", text(&parsed.scheme)),
        ("User", Value::Null),
    ])
}

/// The halves of a point without compression.
fn coordinates(point: &[u8]) -> (&[u8], &[u8]) {
    let both = point.get(1..).unwrap_or_default();
    both.split_at(both.len() / 2)
}

fn public_value(key: &PublicKey) -> Value {
    match key {
        PublicKey::Rsa { modulus, exponent } => {
            Value::fields([("E", number(exponent)), ("N", number(modulus))])
        }
        PublicKey::Ec(_, point) => {
            let (x, y) = coordinates(point);
            Value::fields([("Curve", Value::object(Vec::new())), ("X", big(x)), ("Y", big(y))])
        }
        PublicKey::Ed25519(bytes) => base64(bytes),
    }
}

fn private_value(key: &PrivateKey) -> Value {
    match (key, key.public()) {
        (PrivateKey::Rsa(key), _) => {
            let [one, two] = &key.primes;
            let of = |prime: &BigUint| &key.secret % (prime - BigUint::one());
            let precomputed = Value::fields([
                ("CRTValues", Value::array(Vec::new())),
                ("Dp", number(&of(one))),
                ("Dq", number(&of(two))),
                ("Qinv", two.modinv(one).map_or(Value::Null, |inverse| number(&inverse))),
            ]);
            Value::fields([
                ("D", number(&key.secret)),
                ("E", number(&key.exponent)),
                ("N", number(&key.modulus)),
                ("Precomputed", precomputed),
                ("Primes", Value::array(key.primes.iter().map(number).collect())),
            ])
        }
        (PrivateKey::Ec(_, secret), Some(PublicKey::Ec(_, point))) => {
            let (x, y) = coordinates(&point);
            Value::fields([
                ("Curve", Value::object(Vec::new())),
                ("D", big(secret)),
                ("X", big(x)),
                ("Y", big(y)),
            ])
        }
        (PrivateKey::Ed25519(seed), Some(PublicKey::Ed25519(public))) => {
            base64(&[seed.as_slice(), public.as_slice()].concat())
        }
        _ => Value::Null,
    }
}

/// A private key as a JSON web key.
fn web_key(key: &PrivateKey) -> Value {
    let number = |value: &BigUint| base64_url(&value.to_bytes_be());
    match (key, key.public()) {
        (PrivateKey::Rsa(key), _) => {
            let [one, two] = &key.primes;
            let of = |prime: &BigUint| &key.secret % (prime - BigUint::one());
            Value::fields([
                ("d", number(&key.secret)),
                ("dp", number(&of(one))),
                ("dq", number(&of(two))),
                ("e", number(&key.exponent)),
                ("kty", "RSA".into()),
                ("n", number(&key.modulus)),
                ("p", number(one)),
                ("q", number(two)),
                ("qi", two.modinv(one).map_or(Value::Null, |inverse| number(&inverse))),
            ])
        }
        (PrivateKey::Ec(curve, secret), Some(PublicKey::Ec(_, point))) => {
            let (x, y) = coordinates(&point);
            Value::fields([
                ("crv", curve.name().into()),
                ("d", base64_url(secret)),
                ("kty", "EC".into()),
                ("x", base64_url(x)),
                ("y", base64_url(y)),
            ])
        }
        (PrivateKey::Ed25519(seed), Some(PublicKey::Ed25519(public))) => Value::fields([
            ("crv", "Ed25519".into()),
            ("d", base64_url(seed)),
            ("kty", "OKP".into()),
            ("x", base64_url(&public)),
        ]),
        _ => Value::Null,
    }
}
