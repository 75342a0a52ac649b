//! JSON web tokens: decoded, verified, signed.

use super::arguments::{object, string, value};
use super::builtin::{Builtin, Family};
use super::call::Call;
use super::certificates::public_key_of;
use super::crypto::jwk::{self, WebKey};
use super::crypto::key::{PrivateKey, PublicKey};
use super::crypto::pem;
use super::crypto::signature::{Algorithm, sign, verify, verify_code};
use super::digests::{self, Hash};
use super::encoding::base64_url;
use super::error::BuiltinError;
use super::meter::MeterError;
use super::types::{DICT, OBJECT, Type};
use crate::value::{Number, Object, Value, bytes_of, is_json, read_json, text_of_bytes, write_json};

use Type::{Array, Boolean as B, String as S};

pub(super) const FAMILY: Family = &[
    Builtin::new("io.jwt.decode", &[S], Array(&[OBJECT, OBJECT, S], None), decode),
    Builtin::new("io.jwt.decode_verify", &[S, DICT], Array(&[B, OBJECT, OBJECT], None), decode_verify)
        .nondeterministic(),
    Builtin::new("io.jwt.encode_sign", &[DICT, DICT, DICT], S, |call, args| {
        let [header, payload, key] =
            [0, 1, 2].map(|index| write_json(value(args, index), call.bytes_left()).ok_or(MeterError::Bytes));
        encode_sign(call, &header?, &payload?, &key?)
    })
    .nondeterministic(),
    Builtin::new("io.jwt.encode_sign_raw", &[S, S, S], S, |call, args| {
        let key = string(args, 2)?;
        encode_sign(call, string(args, 0)?, string(args, 1)?, key)
    })
    .nondeterministic(),
    Builtin::new("io.jwt.verify_eddsa", &[S, S], B, |call, args| {
        verify_asymmetric(call, args, Algorithm::EdDsa)
    }),
    Builtin::new("io.jwt.verify_es256", &[S, S], B, |call, args| {
        verify_asymmetric(call, args, Algorithm::Ecdsa(Hash::Sha256))
    }),
    Builtin::new("io.jwt.verify_es384", &[S, S], B, |call, args| {
        verify_asymmetric(call, args, Algorithm::Ecdsa(Hash::Sha384))
    }),
    Builtin::new("io.jwt.verify_es512", &[S, S], B, |call, args| {
        verify_asymmetric(call, args, Algorithm::Ecdsa(Hash::Sha512))
    }),
    Builtin::new("io.jwt.verify_hs256", &[S, S], B, |call, args| verify_secret(call, args, Hash::Sha256)),
    Builtin::new("io.jwt.verify_hs384", &[S, S], B, |call, args| verify_secret(call, args, Hash::Sha384)),
    Builtin::new("io.jwt.verify_hs512", &[S, S], B, |call, args| verify_secret(call, args, Hash::Sha512)),
    Builtin::new("io.jwt.verify_ps256", &[S, S], B, |call, args| {
        verify_asymmetric(call, args, Algorithm::RsaSalted(Hash::Sha256))
    }),
    Builtin::new("io.jwt.verify_ps384", &[S, S], B, |call, args| {
        verify_asymmetric(call, args, Algorithm::RsaSalted(Hash::Sha384))
    }),
    Builtin::new("io.jwt.verify_ps512", &[S, S], B, |call, args| {
        verify_asymmetric(call, args, Algorithm::RsaSalted(Hash::Sha512))
    }),
    Builtin::new("io.jwt.verify_rs256", &[S, S], B, |call, args| {
        verify_asymmetric(call, args, Algorithm::Rsa(Hash::Sha256))
    }),
    Builtin::new("io.jwt.verify_rs384", &[S, S], B, |call, args| {
        verify_asymmetric(call, args, Algorithm::Rsa(Hash::Sha384))
    }),
    Builtin::new("io.jwt.verify_rs512", &[S, S], B, |call, args| {
        verify_asymmetric(call, args, Algorithm::Rsa(Hash::Sha512))
    }),
];

/// The work of one signature on a curve, or of RSA with 2,048 bits.
const SIGNATURE_WORK: usize = 2_000;

fn failed<T>(message: impl Into<String>) -> Result<T, BuiltinError> {
    Err(BuiltinError::failed(message))
}

/// The three parts of a token as they are written.
struct Token<'t> {
    header: &'t str,
    payload: &'t str,
    signature: &'t str,
}

impl<'t> Token<'t> {
    fn parse(call: &mut Call<'_>, written: &'t str) -> Result<Self, BuiltinError> {
        call.charge(1 + written.len() / 4)?;
        call.allocate(written.len().saturating_mul(8))?;
        if !written.contains('.') {
            return failed("encoded JWT had no period separators");
        }
        let mut parts = written.split('.');
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(header), Some(payload), Some(signature), None) => Ok(Self { header, payload, signature }),
            _ => failed(format!("encoded JWT must have 3 sections, found {}", written.split('.').count())),
        }
    }

    fn decoded_header(&self) -> Result<Value, BuiltinError> {
        let bytes = base64_url(self.header)
            .map_err(|error| BuiltinError::failed(format!("JWT header had invalid encoding: {error}")))?;
        let header = json_object(&text_of_bytes(&bytes))
            .map_err(|error| BuiltinError::failed(format!("bad JWT header: {error}")))?;
        if header.field("enc").is_some() {
            return failed("JWT is a JWE object, which is not supported");
        }
        Ok(header)
    }

    fn decoded_payload(&self) -> Result<Vec<u8>, BuiltinError> {
        base64_url(self.payload)
            .map_err(|error| BuiltinError::failed(format!("JWT payload had invalid encoding: {error}")))
    }

    /// What is signed.
    fn message(&self) -> Vec<u8> {
        format!("{}.{}", self.header, self.payload).into_bytes()
    }
}

fn json_object(text: &str) -> Result<Value, String> {
    let value = read_json(text).map_err(|error| format!("invalid JSON: {error}"))?;
    if value.as_object().is_none() {
        return Err("decoded JSON type was not an Object".to_owned());
    }
    Ok(value)
}

/// How deep tokens may lie in tokens.
const MAX_NESTED: usize = 16;

fn decode(call: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    let mut written = string(args, 0)?.to_owned();
    for _ in 0..MAX_NESTED {
        let token = Token::parse(call, &written)?;
        let header = token.decoded_header()?;
        let payload = token.decoded_payload()?;
        if header.field("cty").and_then(Value::as_str) == Some("JWT") {
            text_of_bytes(&payload).trim_matches(['"', '\'']).clone_into(&mut written);
            continue;
        }
        let payload = json_object(&text_of_bytes(&payload)).map_err(BuiltinError::Failed)?;
        let signature = base64_url(token.signature)
            .map_err(|error| BuiltinError::failed(format!("JWT signature had invalid encoding: {error}")))?;
        return Ok(Value::array(vec![header, payload, data_encoding::HEXLOWER.encode(&signature).into()]));
    }
    failed("the token lies too deep in others")
}

/// A key that tokens are verified with.
struct Key {
    algorithm: Option<String>,
    id: Option<String>,
    public: Option<PublicKey>,
    /// The secret of a key that both sides know.
    secret: Option<Vec<u8>>,
    /// Whether the key was given with its private half.
    is_private: bool,
}

impl Key {
    fn of(public: Option<PublicKey>) -> Self {
        Self { algorithm: None, id: None, public, secret: None, is_private: false }
    }

    fn of_web_key(key: WebKey) -> Self {
        let secret = match &key.private {
            Some(PrivateKey::Secret(secret)) => Some(secret.clone()),
            _ => None,
        };
        Self {
            algorithm: key.algorithm.filter(|name| !name.is_empty()),
            id: key.id,
            public: key.public,
            secret,
            is_private: key.private.is_some(),
        }
    }

    fn verifies(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        if let (Algorithm::Hmac(hash), Some(secret)) = (algorithm, &self.secret) {
            return verify_code(secret, hash, message, signature);
        }
        self.public.as_ref().is_some_and(|key| verify(key, algorithm, message, signature))
    }
}

/// The keys of a certificate, of a public key, or of a set of keys in JSON.
fn keys(text: &str) -> Result<Vec<Key>, BuiltinError> {
    if let Some((block, rest)) = pem::decode(text) {
        if !rest.is_empty() {
            return failed("extra data after a PEM certificate block");
        }
        return match block.kind.as_str() {
            "CERTIFICATE" => match public_key_of(&block.bytes) {
                Ok(key) => Ok(vec![Key::of(key)]),
                Err(error) => failed(format!("failed to parse a PEM certificate: {error}")),
            },
            "PUBLIC KEY" => match PublicKey::from_info(&block.bytes) {
                Some(key) => Ok(vec![Key::of(Some(key))]),
                None => failed("failed to parse a PEM public key: it is none of a kind that is known"),
            },
            _ => failed("failed to extract a Key from the PEM certificate"),
        };
    }
    let keys = jwk::parse(text)
        .map_err(|error| BuiltinError::failed(format!("failed to parse a JWK key (set): {error}")))?;
    let keys = keys.into_iter().map(Key::of_web_key);
    // Keys for algorithms that are not known are passed over.
    Ok(keys
        .filter(|key| key.algorithm.as_deref().is_none_or(|name| Algorithm::named(name).is_some()))
        .collect())
}

/// The fields of a header that say how a token is verified.
#[derive(Default)]
struct Header {
    algorithm: String,
    id: String,
    content: String,
    /// Whether it has a critical field that is not known.
    has_unknown: bool,
}

impl Header {
    fn parse(header: &Value) -> Result<Self, BuiltinError> {
        let text = |name: &str| match header.field(name) {
            None => Ok(String::new()),
            Some(Value::String(text)) => Ok(text.to_string()),
            Some(_) => failed(format!("{name}: must be a string")),
        };
        let parsed =
            Self { algorithm: text("alg")?, id: text("kid")?, content: text("cty")?, has_unknown: false };
        text("typ")?;
        let has_unknown = match header.field("crit") {
            None => false,
            Some(Value::Array(names)) => {
                const KNOWN: [&str; 5] = ["alg", "kid", "typ", "cty", "crit"];
                let names = names.iter().map_while(Value::as_str).collect::<Vec<_>>();
                if names.is_empty() {
                    return failed("crit: must be a nonempty list");
                }
                names.iter().any(|name| !KNOWN.contains(name) && header.field(name).is_some())
            }
            Some(_) => return failed("crit: must be a list"),
        };
        Ok(Self { has_unknown, ..parsed })
    }
}

fn verify_asymmetric(
    call: &mut Call<'_>,
    args: &[Value],
    algorithm: Algorithm,
) -> Result<Value, BuiltinError> {
    let token = Token::parse(call, string(args, 0)?)?;
    let text = string(args, 1)?;
    call.charge(text.len() / 8)?;
    let keys = keys(text)?;
    let signature = base64_url(token.signature)?;
    let header = Header::parse(&token.decoded_header()?)?;
    let message = token.message();
    digests::charge(call, message.len())?;
    let mut verifies = |key: &Key| {
        call.charge(SIGNATURE_WORK)?;
        Ok::<_, BuiltinError>(!key.is_private && key.verifies(algorithm, &message, &signature))
    };
    if !header.id.is_empty()
        && let Some(key) = keys.iter().find(|key| key.id.as_deref() == Some(&header.id))
    {
        return Ok(verifies(key)?.into());
    }
    for key in &keys {
        let is_meant = key.algorithm.as_deref().is_none_or(|name| name == header.algorithm);
        if is_meant && verifies(key)? {
            return Ok(true.into());
        }
    }
    Ok(false.into())
}

fn verify_secret(call: &mut Call<'_>, args: &[Value], hash: Hash) -> Result<Value, BuiltinError> {
    let (written, secret) = (string(args, 0)?, string(args, 1)?);
    let token = Token::parse(call, written)?;
    digests::charge(call, written.len() + secret.len())?;
    let signature = base64_url(token.signature)?;
    Ok(verify_code(&bytes_of(secret), hash, &token.message(), &signature).into())
}

/// What a token must fulfil.
struct Constraints {
    keys: Option<Vec<Key>>,
    secret: Option<Vec<u8>>,
    algorithm: String,
    issuer: String,
    audience: String,
    /// In nanoseconds since 1970.
    time: f64,
}

impl Constraints {
    fn parse(call: &Call<'_>, given: &Object) -> Result<Self, BuiltinError> {
        #[expect(clippy::cast_precision_loss, reason = "times are compared as floats")]
        let now = call.world.now as f64;
        let mut constraints = Self {
            keys: None,
            secret: None,
            algorithm: String::new(),
            issuer: String::new(),
            audience: String::new(),
            time: now,
        };
        for (name, constraint) in given.entries() {
            let name = name.as_str().unwrap_or("");
            let text = || {
                let text = constraint.as_str();
                text.ok_or_else(|| BuiltinError::failed(format!("{name} constraint: must be a string")))
            };
            match name {
                "cert" => constraints.keys = Some(keys(text()?)?),
                "secret" => {
                    constraints.secret = Some(bytes_of(text()?).into_owned()).filter(|text| !text.is_empty());
                }
                "alg" => text()?.clone_into(&mut constraints.algorithm),
                "iss" => text()?.clone_into(&mut constraints.issuer),
                "aud" => text()?.clone_into(&mut constraints.audience),
                "time" => constraints.time = time(constraint)?,
                other => return failed(format!("unknown token validation constraint: {other}")),
            }
        }
        match (&constraints.keys, &constraints.secret) {
            (Some(_), Some(_)) => failed("duplicate key constraints"),
            (None, None) => failed("no key constraint"),
            _ => Ok(constraints),
        }
    }

    /// Whether a signature is of one of the keys.
    fn verify(
        &self,
        call: &mut Call<'_>,
        header: &Header,
        message: &[u8],
        signature: &[u8],
    ) -> Result<bool, BuiltinError> {
        digests::charge(call, message.len())?;
        let Some(algorithm) = Algorithm::named(&header.algorithm) else {
            return Ok(false);
        };
        let Some(keys) = &self.keys else {
            let Algorithm::Hmac(hash) = algorithm else {
                return Ok(false);
            };
            let secret = self.secret.as_deref().unwrap_or_default();
            return Ok(verify_code(secret, hash, message, signature));
        };
        let mut verifies = |key: &Key| {
            call.charge(SIGNATURE_WORK)?;
            let has_length = match (&key.public, algorithm) {
                (Some(PublicKey::Ec(curve, _)), Algorithm::Ecdsa(_)) => signature.len() == 2 * curve.size(),
                _ => true,
            };
            Ok::<_, BuiltinError>(has_length && key.verifies(algorithm, message, signature))
        };
        if !header.id.is_empty()
            && let Some(key) = keys.iter().find(|key| key.id.as_deref() == Some(&header.id))
        {
            return verifies(key);
        }
        for key in keys {
            let is_meant = key.algorithm.as_deref().is_none_or(|name| name == header.algorithm);
            if is_meant && verifies(key)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether the claims of a payload are what they must be.
    fn hold(&self, payload: &Value) -> Result<bool, BuiltinError> {
        if !self.issuer.is_empty() && payload.field("iss").and_then(Value::as_str) != Some(&self.issuer) {
            return Ok(false);
        }
        let is_audience = |value: &Value| value.as_str() == Some(&self.audience);
        let fits = match payload.field("aud") {
            None => self.audience.is_empty(),
            Some(Value::Array(all)) => all.iter().any(is_audience),
            Some(one) => is_audience(one),
        };
        if !fits {
            return Ok(false);
        }
        let now = Number::from_f64(self.time / 1e9).unwrap_or_else(|| Number::from(i64::MAX));
        match payload.field("exp") {
            None => {}
            Some(Value::Number(end)) if now < *end => {}
            Some(Value::Number(_)) => return Ok(false),
            Some(_) => return failed("exp value must be a number"),
        }
        match payload.field("nbf") {
            None => Ok(true),
            Some(Value::Number(start)) => Ok(now >= *start),
            Some(_) => failed("nbf value must be a number"),
        }
    }
}

fn time(given: &Value) -> Result<f64, BuiltinError> {
    let Some(number) = given.as_number() else {
        return failed("token time constraint: must be a number");
    };
    let Some(time) = number.to_f64() else {
        return failed("token time constraint: unvalid float64");
    };
    if time < 0.0 {
        return failed("token time constraint: must not be negative");
    }
    Ok(time)
}

fn decode_verify(call: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    let given = object(args, 1)?;
    let constraints = Constraints::parse(call, given)?;
    let empty = || Value::object(Vec::new());
    let unverified = || Ok(Value::array(vec![false.into(), empty(), empty()]));
    let mut written = string(args, 0)?.to_owned();
    for _ in 0..MAX_NESTED {
        let token = Token::parse(call, &written)?;
        let decoded = token.decoded_header()?;
        let header = Header::parse(&decoded)?;
        let is_right = constraints.algorithm.is_empty() || constraints.algorithm == header.algorithm;
        if header.algorithm.is_empty() || header.has_unknown || !is_right {
            return unverified();
        }
        let signature = base64_url(token.signature)?;
        if !constraints.verify(call, &header, &token.message(), &signature)? {
            return unverified();
        }
        let payload = text_of_bytes(&token.decoded_payload()?);
        if header.content.eq_ignore_ascii_case("JWT") {
            written = payload.to_string();
            continue;
        }
        let payload = json_object(&payload).map_err(BuiltinError::Failed)?;
        if !constraints.hold(&payload)? {
            return unverified();
        }
        return Ok(Value::array(vec![true.into(), decoded, payload]));
    }
    failed("the token lies too deep in others")
}

fn encode_sign(call: &mut Call<'_>, header: &str, payload: &str, key: &str) -> Result<Value, BuiltinError> {
    call.allocate_text(2 * (header.len() + payload.len()) + key.len())?;
    digests::charge(call, header.len() + payload.len())?;
    let keys = jwk::parse(key).map_err(BuiltinError::Failed)?;
    let Some(key) = keys.first() else {
        return failed("no keys found in JWK set");
    };
    let wrong = |problem: &str| failed(format!("missing or invalid 'alg' header: {problem}"));
    if header.is_empty() {
        return wrong("cannot parse JSON: cannot parse empty string; unparsed tail: \"\"");
    }
    let fields = match read_json(header) {
        Ok(fields) => fields,
        // The parser that OPA has here takes these for numbers, of which nothing is asked.
        Err(_) if header.bytes().all(|byte| b"+-.eE0123456789".contains(&byte)) => Value::Null,
        Err(error) => return wrong(&format!("cannot parse JSON: {error}")),
    };
    let name = match fields.field("alg") {
        Some(Value::String(name)) => name,
        Some(other) => {
            let kind = other.type_name();
            return wrong(&format!("value doesn't contain string; it contains {kind}"));
        }
        None => return wrong("jwsbb: header \"alg\" not found"),
    };
    let Some(algorithm) = Algorithm::named(name) else {
        return failed(format!("unknown JWS algorithm: {name}"));
    };
    let kind = fields.field("typ").and_then(Value::as_str);
    if kind.is_none_or(|kind| kind == "JWT") && !is_json(payload) {
        return failed("type is JWT but payload is not JSON");
    }
    let encode = |bytes: &[u8]| data_encoding::BASE64URL_NOPAD.encode(bytes);
    let message = format!("{}.{}", encode(&bytes_of(header)), encode(&bytes_of(payload)));
    // Signing with RSA costs as much as many verifications.
    call.charge(32 * SIGNATURE_WORK)?;
    let mut seed = call.world.seed.to_be_bytes().to_vec();
    seed.extend_from_slice(message.as_bytes());
    let private = key.private.as_ref();
    let signature = private.and_then(|key| sign(key, algorithm, message.as_bytes(), &seed));
    let Some(signature) = signature else {
        return failed(format!("the key cannot sign with {name}"));
    };
    Ok(format!("{message}.{}", encode(&signature)).into())
}
