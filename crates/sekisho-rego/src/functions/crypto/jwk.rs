//! Keys as JSON (RFC 7517), one alone or a set of them.

use num_bigint::BigUint;
use num_traits::One;

use super::super::encoding::base64_url;
use super::curve::Curve;
use super::key::{PrivateKey, PublicKey};
use super::rsa::{MAX_RSA_BITS, RsaPrivate};
use crate::value::{Object, Value, read_json};

/// A key with what its set says of it.
pub(in crate::functions) struct WebKey {
    pub(in crate::functions) algorithm: Option<String>,
    pub(in crate::functions) id: Option<String>,
    pub(in crate::functions) public: Option<PublicKey>,
    pub(in crate::functions) private: Option<PrivateKey>,
}

/// Reads a key or a set of keys.
///
/// # Errors
/// What is wrong with the text.
pub(in crate::functions) fn parse(text: &str) -> Result<Vec<WebKey>, String> {
    let value = read_json(text).map_err(|error| error.to_string())?;
    let Some(object) = value.as_object() else {
        return Err("expected an object".to_owned());
    };
    match object.field("keys") {
        Some(Value::Array(keys)) => keys
            .iter()
            .map(|key| key.as_object().ok_or_else(|| "a key is no object".to_owned()).and_then(read))
            .collect(),
        Some(_) => Err("`keys` is no array".to_owned()),
        None => Ok(vec![read(object)?]),
    }
}

fn text<'o>(key: &'o Object, name: &str) -> Result<&'o str, String> {
    let text = key.field(name).and_then(Value::as_str);
    text.ok_or_else(|| format!("the key has no text in `{name}`"))
}

fn bytes(key: &Object, name: &str) -> Result<Vec<u8>, String> {
    base64_url(text(key, name)?).map_err(|error| error.to_string())
}

fn number(key: &Object, name: &str) -> Result<BigUint, String> {
    Ok(BigUint::from_bytes_be(&bytes(key, name)?))
}

fn read(key: &Object) -> Result<WebKey, String> {
    let optional = |name: &str| key.field(name).and_then(Value::as_str).map(str::to_owned);
    let has_secret = key.field("d").is_some();
    let (public, private) = match text(key, "kty")? {
        "RSA" => read_rsa(key, has_secret)?,
        "EC" => read_ec(key, has_secret)?,
        "OKP" => read_ed25519(key, has_secret)?,
        "oct" => (None, Some(PrivateKey::Secret(bytes(key, "k")?))),
        other => return Err(format!("invalid key type from JSON ({other})")),
    };
    Ok(WebKey { algorithm: optional("alg"), id: optional("kid"), public, private })
}

type Halves = (Option<PublicKey>, Option<PrivateKey>);

fn read_rsa(key: &Object, has_secret: bool) -> Result<Halves, String> {
    let (modulus, exponent) = (number(key, "n")?, number(key, "e")?);
    if modulus.bits() > MAX_RSA_BITS {
        return Err("the key is too large".to_owned());
    }
    let public = PublicKey::Rsa { modulus: modulus.clone(), exponent: exponent.clone() };
    if !has_secret {
        return Ok((Some(public), None));
    }
    let secret = number(key, "d")?;
    let prime = |name: &str| number(key, name).unwrap_or_else(|_| BigUint::one());
    let private = RsaPrivate { modulus, exponent, secret, primes: [prime("p"), prime("q")] };
    Ok((Some(public), Some(PrivateKey::Rsa(Box::new(private)))))
}

fn read_ec(key: &Object, has_secret: bool) -> Result<Halves, String> {
    let name = text(key, "crv")?;
    let curve = Curve::named(name).ok_or_else(|| format!("invalid curve algorithm {name}"))?;
    let fixed = |name: &str| {
        let bytes = bytes(key, name)?;
        let missing = curve.size().checked_sub(bytes.len()).ok_or_else(|| format!("`{name}` is too long"))?;
        Ok::<_, String>([vec![0; missing], bytes].concat())
    };
    let point = [vec![4], fixed("x")?, fixed("y")?].concat();
    let public = PublicKey::of_point(curve, &point).ok_or("the point is not on its curve")?;
    let private = if has_secret { Some(PrivateKey::Ec(curve, fixed("d")?)) } else { None };
    Ok((Some(public), private))
}

fn read_ed25519(key: &Object, has_secret: bool) -> Result<Halves, String> {
    let name = text(key, "crv")?;
    if name != "Ed25519" {
        return Err(format!("invalid curve algorithm {name}"));
    }
    let fixed = |name: &str| bytes(key, name)?.try_into().map_err(|_| format!("`{name}` must have 32 bytes"));
    let public = PublicKey::Ed25519(fixed("x")?);
    let private = if has_secret { Some(PrivateKey::Ed25519(fixed("d")?)) } else { None };
    Ok((Some(public), private))
}
