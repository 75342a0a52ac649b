//! Stand-ins for private keys and certificates.
//!
//! Helm makes new keys for each call, which takes seconds and differs each time. Here every key is one of a
//! few fixed ones, and a certificate has the names, addresses, days and issuer that were asked for, with
//! numbers that follow from the seed of the run in the place of its serial number and its signature. All of
//! them parse; none of them may be used.

mod certificate;
mod der;
mod key;
mod pem;

use std::any::Any;
use std::net::IpAddr;

use smol_str::SmolStr;

use sekisho_go::base64::base64_decode;

use self::certificate::{Issuer, Request};
use self::key::{Kind, PrivateKey};
use super::arguments::{int, text, value};
use super::function::{Family, Function};
use super::random::Source;
use crate::call::Call;
use crate::error::CallError;
use crate::operation::format;
use crate::value::{Host, Text, Type, Value};

/// Whether a text holds a private key that stands in for a new one.
pub(super) fn holds_stand_in_key(text: &str) -> bool {
    key::holds_stand_in(text)
}

/// The table of the family.
pub(super) const FAMILY: Family = &[
    Function::new("genPrivateKey", &[Type::String], |_, args| {
        let key_type = text(args, 0).to_str();
        Ok(key::stand_in(&key_type).unwrap_or_else(|| format!("Unknown type {key_type}")).into())
    }),
    Function::new("genCA", &[Type::String, Type::INT], |call, args| {
        let request = request(call, args, None, 1)?;
        self_signed(call, &request, &new_key()?)
    }),
    Function::new("genCAWithKey", &[Type::String, Type::INT, Type::String], |call, args| {
        let key = given_key(text(args, 2))?;
        let request = request(call, args, None, 1)?;
        self_signed(call, &request, &key)
    }),
    Function::new("genSelfSignedCert", NAMES_AND_DAYS, |call, args| {
        let request = request(call, args, Some([1, 2]), 3)?;
        self_signed(call, &request, &new_key()?)
    }),
    Function::new(
        "genSelfSignedCertWithKey",
        &[Type::String, Type::LIST, Type::LIST, Type::INT, Type::String],
        |call, args| {
            let key = given_key(text(args, 4))?;
            let request = request(call, args, Some([1, 2]), 3)?;
            self_signed(call, &request, &key)
        },
    ),
    Function::new(
        "genSignedCert",
        &[Type::String, Type::LIST, Type::LIST, Type::INT, CERTIFICATE],
        |call, args| signed(call, args, new_key()?),
    ),
    Function::new(
        "genSignedCertWithKey",
        &[Type::String, Type::LIST, Type::LIST, Type::INT, CERTIFICATE, Type::String],
        |call, args| {
            let key = given_key(text(args, 5))?;
            signed(call, args, key)
        },
    ),
    Function::new("buildCustomCert", &[Type::String, Type::String], |_, args| build(args)),
];

const CERTIFICATE: Type = Type::Host("sprig.certificate");
const NAMES_AND_DAYS: &[Type] = &[Type::String, Type::LIST, Type::LIST, Type::INT];

/// A certificate and its key in PEM: Go's `sprig.certificate`.
#[derive(Debug)]
struct Certificate {
    certificate: Text,
    key: Text,
}

impl Host for Certificate {
    fn type_name(&self) -> &'static str {
        "sprig.certificate"
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn field(&self, name: &str) -> Option<Value> {
        match name {
            "Cert" => Some(self.certificate.clone().into()),
            "Key" => Some(self.key.clone().into()),
            _ => None,
        }
    }

    fn entries(&self) -> Vec<(SmolStr, Value)> {
        vec![("Cert".into(), self.certificate.clone().into()), ("Key".into(), self.key.clone().into())]
    }
}

fn new_key() -> Result<PrivateKey, CallError> {
    key::for_certificate().map_err(|error| CallError::Message(format!("error generating rsa key: {error}")))
}

fn given_key(text: &Text) -> Result<PrivateKey, CallError> {
    key::parse(text.as_bytes()).map_err(|error| CallError::Message(format!("parsing private key: {error}")))
}

/// What the arguments ask for: the lists of addresses and names, and the days, stand at these places. An
/// authority has no such lists.
fn request(
    call: &mut Call<'_>,
    args: &[Value],
    lists: Option<[usize; 2]>,
    days: usize,
) -> Result<Request, CallError> {
    let (mut addresses, mut names) = (Vec::new(), Vec::new());
    if let Some([addresses_at, names_at]) = lists {
        for item in items(args, addresses_at) {
            let Some(written) = item.as_text() else {
                let shown = format::show(item);
                return Err(CallError::Message(format!("error parsing ip: {shown} is not a string")));
            };
            let written = written.to_str();
            let address = written.parse::<IpAddr>();
            addresses.push(address.map_err(|_| CallError::Message(format!("error parsing ip: {written}")))?);
        }
        for item in items(args, names_at) {
            let Some(name) = item.as_text() else {
                let shown = format::show(item);
                return Err(CallError::Message(format!(
                    "error processing alternate dns name: {shown} is not a string"
                )));
            };
            names.push(name.to_str().into_owned());
        }
    }
    call.charge(100)?;
    Ok(Request {
        common_name: text(args, 0).to_str().into_owned(),
        addresses,
        names,
        days: int(args, days),
        is_authority: lists.is_none(),
        now: call.state().now,
    })
}

fn items(args: &[Value], at: usize) -> &[Value] {
    value(args, at).as_list().map_or(&[], |list| list.items())
}

fn self_signed(call: &mut Call<'_>, request: &Request, key: &PrivateKey) -> Result<Value, CallError> {
    let issuer = Issuer { subject: request.subject(), public: key.public.clone(), key_id: None };
    create(call, request, key, &issuer, key)
}

/// A certificate that the authority of the fifth argument signs.
fn signed(call: &mut Call<'_>, args: &[Value], key: PrivateKey) -> Result<Value, CallError> {
    let authority = value(args, 4).as_host::<Certificate>();
    let (certificate, signer) = match authority {
        Some(authority) => (&authority.certificate, &authority.key),
        None => (&Text::EMPTY, &Text::EMPTY),
    };
    let Some((_, der)) = pem::decode(certificate.as_bytes()) else {
        return Err(CallError::new("unable to decode certificate"));
    };
    let issuer = certificate::parse(&der).map_err(|error| {
        CallError::Message(format!("error parsing certificate: decodedSignerCert.Bytes: {error}"))
    })?;
    let signer = key::parse(signer.as_bytes())
        .map_err(|error| CallError::Message(format!("error parsing private key: {error}")))?;
    let request = request(call, args, Some([1, 2]), 3)?;
    create(call, &request, &key, &issuer, &signer)
}

fn create(
    call: &mut Call<'_>,
    request: &Request,
    key: &PrivateKey,
    issuer: &Issuer,
    signer: &PrivateKey,
) -> Result<Value, CallError> {
    let refused = |reason: String| CallError::Message(format!("error creating certificate: x509: {reason}"));
    if signer.kind == Kind::Dsa {
        return Err(refused("certificate private key does not implement crypto.Signer".to_owned()));
    }
    if key.kind == Kind::Dsa {
        return Err(refused("unsupported public key type: *dsa.PublicKey".to_owned()));
    }
    if let Some(name) = request.names.iter().find(|name| !name.is_ascii()) {
        let shown = sekisho_go::quote::quote(name);
        return Err(refused(format!("{shown} cannot be encoded as an IA5String")));
    }
    if signer.kind != Kind::Ed25519 && signer.public != issuer.public {
        return Err(refused("provided PrivateKey doesn't match parent's PublicKey".to_owned()));
    }
    let filler = Source::next(call).bytes(call, 256)?;
    let der = request.certificate(&key.public, issuer, signer, &filler);
    let certificate = Text::from(pem::encode("CERTIFICATE", &der));
    call.allocate(certificate.len() + key.pem.len())?;
    Ok(Value::host(Certificate { certificate, key: key.pem.clone().into() }))
}

/// A certificate and a key that were given in base 64.
fn build(args: &[Value]) -> Result<Value, CallError> {
    let decoded = |at: usize, what: &str| {
        base64_decode(text(args, at).as_bytes())
            .map_err(|_| CallError::Message(format!("unable to decode base64 {what}")))
    };
    let certificate = decoded(0, "certificate")?;
    let key = decoded(1, "private key")?;
    let Some((_, der)) = pem::decode(&certificate) else {
        return Err(CallError::new("unable to decode certificate"));
    };
    certificate::parse(&der).map_err(|error| {
        CallError::Message(format!("error parsing certificate: decodedCert.Bytes: {error}"))
    })?;
    key::parse(&key).map_err(|error| CallError::Message(format!("error parsing private key: {error}")))?;
    let certificate = Certificate { certificate: Text::from_bytes(certificate), key: Text::from_bytes(key) };
    Ok(Value::host(certificate))
}
