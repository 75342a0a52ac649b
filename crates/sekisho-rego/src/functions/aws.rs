//! Signatures of requests to Amazon's services.

use std::collections::BTreeMap;

use sekisho_go::characters::to_lower;
use sekisho_go::time::Civil;
use sekisho_go::url::Url;

use super::arguments::{number, object, value};
use super::builtin::{Builtin, Family};
use super::call::Call;
use super::digests::{self, Hash};
use super::error::BuiltinError;
use super::meter::MeterError;
use super::requests::{self, REQUIRED, shown};
use super::types::{DICT, OBJECT, Type};
use crate::value::{Object, Value, bytes_of, text_of_bytes, write_json};

use Type::Number as N;

pub(super) const FAMILY: Family =
    &[Builtin::new("providers.aws.sign_req", &[DICT, DICT, N], OBJECT, sign_request)];

const CONFIG_KEYS: &[&str] = &["aws_service", "aws_access_key", "aws_secret_access_key", "aws_region"];

/// Headers that proxies change.
const UNSIGNED_HEADERS: &[&str] = &["authorization", "user-agent", "x-amzn-trace-id"];

fn sign_request(call: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    let request = object(args, 0)?;
    // OPA counts all operands as the first one here.
    let config = value(args, 1);
    let config = config.as_object().ok_or_else(|| BuiltinError::operand_type(1, config, &["object"]))?;
    check_config(config)?;
    let time = value(args, 2);
    let time = if time.as_number().is_some() {
        number(args, 2)?.as_i64()
    } else {
        return Err(BuiltinError::operand_type(1, time, &["number"]));
    };
    let time = time
        .ok_or_else(|| BuiltinError::operand(3, "could not convert time_ns value into a unix timestamp"))?;
    let (url, method) = check_request(request)?;
    let url = Url::parse(&bytes_of(url)).map_err(BuiltinError::failed)?;
    let body = match (request.field("raw_body"), request.field("body")) {
        (Some(raw), _) => bytes_of(text(raw)).into_owned(),
        (None, Some(body)) => write_json(body, call.bytes_left()).ok_or(MeterError::Bytes)?.into_bytes(),
        (None, None) => Vec::new(),
    };
    digests::charge(call, body.len())?;
    let is_unsigned = match config.field("disable_payload_signing") {
        None => false,
        Some(Value::Bool(flag)) => *flag,
        Some(_) => {
            return Err(BuiltinError::operand(
                2,
                "invalid value for 'disable_payload_signing' in AWS config",
            ));
        }
    };
    let headers = request.field("headers").and_then(Value::as_object);
    let mut signed: Vec<(Value, Value)> = headers
        .into_iter()
        .flat_map(Object::entries)
        .map(|(key, header)| (Value::from(text(key)), Value::from(text(header))))
        .collect();
    call.allocate_values(signed.len())?;
    let made = Signing { config, time, method, url: &url, body: &body, is_unsigned }.sign(&signed);
    signed.extend(made);
    let mut request = request.clone();
    request.insert(Value::from("headers"), Value::object(signed));
    Ok(Value::Object(request.into()))
}

/// The text of a string, of anything else nothing.
fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn field<'o>(object: &'o Object, key: &str) -> &'o str {
    object.field(key).map(text).unwrap_or_default()
}

fn check_config(config: &Object) -> Result<(), BuiltinError> {
    let keys = || CONFIG_KEYS.iter().copied();
    if let Some(missing) = shown(keys().filter(|key| config.field(key).is_none())) {
        return Err(BuiltinError::operand(
            2,
            format!("missing required AWS config parameters(s): {missing}"),
        ));
    }
    let is_wrong = |key: &&str| config.field(key).is_some_and(|value| value.as_str().is_none());
    if let Some(wrong) = shown(keys().filter(is_wrong)) {
        let problem = format!("invalid values for required AWS config parameters(s): {wrong}");
        return Err(BuiltinError::operand(2, problem));
    }
    Ok(())
}

/// The URL and the method of a request.
fn check_request(request: &Object) -> Result<(&str, &str), BuiltinError> {
    requests::check_keys(request)?;
    if let Some(headers) = request.field("headers").filter(|headers| headers.as_object().is_none()) {
        return Err(BuiltinError::operand_type(0, headers, &["object"]));
    }
    let is_wrong = |key: &&str| request.field(key).is_some_and(|value| value.as_str().is_none());
    if let Some(wrong) = shown(REQUIRED.iter().copied().filter(is_wrong)) {
        let problem = format!("invalid values for required request parameters(s): {wrong}");
        return Err(BuiltinError::operand(1, problem));
    }
    Ok((field(request, "url"), field(request, "method")))
}

/// What is signed, and by whom.
struct Signing<'s> {
    config: &'s Object,
    time: i64,
    method: &'s str,
    url: &'s Url,
    body: &'s [u8],
    is_unsigned: bool,
}

impl Signing<'_> {
    /// The headers that carry the signature, by version 4 of the method.
    fn sign(&self, headers: &[(Value, Value)]) -> Vec<(Value, Value)> {
        let hexadecimal = |bytes: &[u8]| data_encoding::HEXLOWER.encode(bytes);
        let service = field(self.config, "aws_service");
        let region = field(self.config, "aws_region");
        let civil = Civil::of(self.time.div_euclid(1_000_000_000));
        let day = format!("{:04}{:02}{:02}", civil.year, civil.month, civil.day);
        let second = format!("{day}T{:02}{:02}{:02}Z", civil.hour, civil.minute, civil.second);
        let content = if self.is_unsigned {
            "UNSIGNED-PAYLOAD".to_owned()
        } else {
            hexadecimal(&Hash::Sha256.digest(self.body))
        };
        let mut made: Vec<(&str, Vec<u8>)> =
            vec![("host", self.url.host.clone()), ("x-amz-date", second.clone().into_bytes())];
        if service == "s3" || service == "glacier" {
            made.push(("x-amz-content-sha256", content.clone().into_bytes()));
        }
        let token = field(self.config, "aws_session_token");
        if !token.is_empty() {
            made.push(("x-amz-security-token", bytes_of(token).into_owned()));
        }
        let mut signed: BTreeMap<Vec<u8>, Vec<u8>> =
            made.iter().map(|(key, value)| (key.as_bytes().to_vec(), value.clone())).collect();
        for (key, header) in headers {
            let key: String = text(key).chars().map(to_lower).collect();
            if !UNSIGNED_HEADERS.contains(&key.as_str()) {
                signed.insert(bytes_of(&key).into_owned(), bytes_of(text(header)).into_owned());
            }
        }
        let names = signed.keys().map(Vec::as_slice).collect::<Vec<_>>().join(b";".as_slice());
        let mut request = [&bytes_of(self.method), self.url.escaped_path().as_slice(), &self.url.query]
            .join(b"\n".as_slice());
        request.push(b'\n');
        for (key, header) in &signed {
            request.extend([key.as_slice(), b":", header, b"\n"].concat());
        }
        request.extend([b"\n", names.as_slice(), b"\n", content.as_bytes()].concat());
        let request = hexadecimal(&Hash::Sha256.digest(&request));
        let scope = format!("{day}/{region}/{service}/aws4_request");
        let to_sign = format!("AWS4-HMAC-SHA256\n{second}\n{scope}\n{request}");
        let mut key = [b"AWS4".as_slice(), &bytes_of(field(self.config, "aws_secret_access_key"))].concat();
        for part in [day.as_str(), region, service, "aws4_request"] {
            key = Hash::Sha256.authenticate(&key, &bytes_of(part));
        }
        let signature = hexadecimal(&Hash::Sha256.authenticate(&key, &bytes_of(&to_sign)));
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={}/{scope},SignedHeaders={},Signature={signature}",
            field(self.config, "aws_access_key"),
            text_of_bytes(&names),
        );
        let made =
            made.into_iter().map(|(key, value)| (Value::from(key), Value::from(text_of_bytes(&value))));
        std::iter::once((Value::from("Authorization"), Value::from(authorization))).chain(made).collect()
    }
}
