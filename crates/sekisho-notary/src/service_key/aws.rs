//! Keys of AWS's Key Management Service: `awskms://[ENDPOINT]/[ID, alias or ARN]`.

use data_encoding::BASE64;
use jiff::Timestamp;
use sekisho_signature::algorithm::{Hash, Scheme};
use sekisho_signature::key::PublicKey;
use serde_json::{Value, json};

use super::request_signature::{AwsCredentials, SignedRequest, sign_request, written_time};
use super::{Holder, Surroundings, missing, shown, wrong_name};
use crate::error::NotaryError;
use crate::service::{Services, host_of, strange};

/// What the service is called.
const SERVICE: &str = "kms";
const MEDIA_TYPE: &str = "application/x-amz-json-1.1";
/// The most bytes that the service signs without a digest.
const RAW_LIMIT: usize = 4_096;

/// A key of the service.
pub(super) struct Aws {
    services: Services,
    name: String,
    key: String,
    url: String,
    region: String,
    credentials: AwsCredentials,
}

impl Aws {
    pub(super) fn find(
        services: &Services,
        name: &str,
        surroundings: &Surroundings,
    ) -> Result<(Self, PublicKey), NotaryError> {
        let (endpoint, key) = parse(name)?;
        let said = surroundings.first(&["AWS_REGION", "AWS_DEFAULT_REGION"]);
        let region = region_of(key)
            .or(said)
            .ok_or_else(|| missing(name, "the region: set `AWS_REGION`, or name the key by its ARN"))?;
        let is_region = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if !region.bytes().all(is_region) {
            return Err(missing(name, "a region such as `eu-central-1` in `AWS_REGION`"));
        }
        let credential = |names: &[&str]| surroundings.first(names).map(str::to_owned);
        let absent = || missing(name, "credentials: set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`");
        let credentials = AwsCredentials {
            access_key: credential(&["AWS_ACCESS_KEY_ID"]).ok_or_else(absent)?,
            secret_key: credential(&["AWS_SECRET_ACCESS_KEY"]).ok_or_else(absent)?,
            session_token: credential(&["AWS_SESSION_TOKEN"]),
        };
        let named = surroundings.first(&["AWS_ENDPOINT_URL_KMS", "AWS_ENDPOINT_URL"]);
        let url = if endpoint.is_empty() {
            let zone = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
            named.map_or_else(
                || format!("https://{SERVICE}.{region}.{zone}/"),
                |url| format!("{}/", url.trim_end_matches('/')),
            )
        } else {
            format!("https://{endpoint}/")
        };
        let aws = Self {
            services: services.clone(),
            name: shown(name),
            key: key.to_owned(),
            url,
            region: region.to_owned(),
            credentials,
        };
        let public = aws.public_key()?;
        Ok((aws, public))
    }

    fn public_key(&self) -> Result<PublicKey, NotaryError> {
        let answer = self.ask("GetPublicKey", &json!({ "KeyId": self.key }))?;
        let bytes = bytes_of(&answer, "PublicKey").ok_or_else(|| strange(&self.url, "no public key"))?;
        if answer.get("KeyUsage").and_then(Value::as_str).is_some_and(|usage| usage != "SIGN_VERIFY") {
            return Err(wrong_name(&self.name, "the key is not one that signs"));
        }
        PublicKey::of_info(&bytes).map_err(|source| NotaryError::Key { name: self.name.clone(), source })
    }

    fn ask(&self, action: &str, question: &Value) -> Result<Value, NotaryError> {
        let now = Timestamp::now();
        let (time, target) = (written_time(now), format!("TrentService.{action}"));
        let body = question.to_string();
        let path = match self.url.split_once("://").and_then(|(_, rest)| rest.split_once('/')) {
            Some((_, path)) => format!("/{path}"),
            None => "/".to_owned(),
        };
        let mut headers =
            vec![("content-type", MEDIA_TYPE), ("host", host_of(&self.url)), ("x-amz-date", time.as_str())];
        if let Some(token) = &self.credentials.session_token {
            headers.push(("x-amz-security-token", token));
        }
        headers.push(("x-amz-target", &target));
        let request = SignedRequest {
            method: "POST",
            path: &path,
            query: "",
            headers: &headers,
            body: body.as_bytes(),
            region: &self.region,
            service: SERVICE,
        };
        let signature = sign_request(&request, &self.credentials, now);
        headers.retain(|(name, _)| *name != "host");
        headers.push(("authorization", &signature));
        let bytes = self.services.post_with(&self.url, &headers, body.as_bytes())?;
        serde_json::from_slice(&bytes).map_err(|_| strange(&self.url, "no JSON"))
    }
}

impl Holder for Aws {
    fn sign(&self, public: &PublicKey, bytes: &[u8]) -> Result<Vec<u8>, NotaryError> {
        let (algorithm, hash) = match public.usual_scheme() {
            Scheme::Ecdsa(Hash::Sha256) => ("ECDSA_SHA_256", Some(Hash::Sha256)),
            Scheme::Ecdsa(Hash::Sha384) => ("ECDSA_SHA_384", Some(Hash::Sha384)),
            Scheme::Ecdsa(Hash::Sha512) => ("ECDSA_SHA_512", Some(Hash::Sha512)),
            Scheme::RsaPkcs1(_) | Scheme::RsaPss(_) => ("RSASSA_PKCS1_V1_5_SHA_256", Some(Hash::Sha256)),
            Scheme::Ed25519 | Scheme::Ed25519Prehashed => ("ED25519_SHA_512", None),
        };
        let (kind, message) = match hash {
            Some(hash) => ("DIGEST", hash.of(bytes)),
            None if bytes.len() > RAW_LIMIT => {
                let message = format!("a key of Ed25519 signs {RAW_LIMIT} bytes at most there");
                return Err(NotaryError::Device { name: self.name.clone(), message });
            }
            None => ("RAW", bytes.to_vec()),
        };
        let question = json!({
            "KeyId": self.key, "Message": BASE64.encode(&message), "MessageType": kind,
            "SigningAlgorithm": algorithm,
        });
        let answer = self.ask("Sign", &question)?;
        bytes_of(&answer, "Signature").ok_or_else(|| strange(&self.url, "no signature"))
    }
}

fn bytes_of(answer: &Value, field: &str) -> Option<Vec<u8>> {
    BASE64.decode(answer.get(field)?.as_str()?.as_bytes()).ok()
}

/// The endpoint, which may be empty, and the key.
fn parse(name: &str) -> Result<(&str, &str), NotaryError> {
    let form = "write `awskms:///ID`, `awskms:///alias/NAME` or `awskms:///ARN`, with an endpoint behind `//` or none";
    let wrong = || wrong_name(name, form);
    let (endpoint, key) =
        name.strip_prefix("awskms://").and_then(|rest| rest.split_once('/')).ok_or_else(wrong)?;
    let is_host = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
    if !endpoint.bytes().all(is_host) {
        return Err(wrong());
    }
    let resource = match key.strip_prefix("arn:") {
        None => key,
        Some(arn) => {
            let parts: Vec<&str> = arn.splitn(5, ':').collect();
            let [partition, "kms", region, account, resource] = parts.as_slice() else { return Err(wrong()) };
            let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
            if !partition.starts_with("aws") || region.is_empty() || !is_account {
                return Err(wrong());
            }
            match resource.strip_prefix("key/") {
                Some(id) => id,
                None if resource.starts_with("alias/") => resource,
                None => return Err(wrong()),
            }
        }
    };
    let is_key = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let is_alias = |byte: u8| is_key(byte) || byte == b'/' || byte == b'_';
    let is_fine = match resource.strip_prefix("alias/") {
        Some(alias) => !alias.is_empty() && alias.bytes().all(is_alias),
        None => resource.len() >= 32 && resource.bytes().all(is_key),
    };
    if is_fine { Ok((endpoint, key)) } else { Err(wrong()) }
}

fn region_of(key: &str) -> Option<&str> {
    key.strip_prefix("arn:")?.split(':').nth(2)
}
