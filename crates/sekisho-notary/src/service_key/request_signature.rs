//! Signatures of requests to AWS (Signature Version 4): the request as one text, signed with a key that is made of the
//! secret, the day, the region and the service.

use data_encoding::HEXLOWER;
use jiff::Timestamp;
use ring::hmac;
use sekisho_signature::algorithm::Hash;

/// Who asks. It has no `Debug`, so that no log can hold it.
#[derive(Clone)]
pub struct AwsCredentials {
    /// The name of the secret.
    pub access_key: String,
    /// The secret.
    pub secret_key: String,
    /// What goes with credentials that last for hours.
    pub session_token: Option<String>,
}

/// A request that is to be signed.
#[derive(Clone, Copy)]
pub struct SignedRequest<'r> {
    /// `GET`, `POST`, …
    pub method: &'r str,
    /// The path, already escaped.
    pub path: &'r str,
    /// The query, escaped and in order.
    pub query: &'r str,
    /// Headers that are signed, in lower case and in order; `host` is among them.
    pub headers: &'r [(&'r str, &'r str)],
    /// What is sent.
    pub body: &'r [u8],
    /// Where the service stands.
    pub region: &'r str,
    /// What it is called.
    pub service: &'r str,
}

/// The header `authorization` of a request that is sent at a time. `x-amz-date` must be among its headers, as
/// [`written_time`] writes it.
pub fn sign_request(request: &SignedRequest<'_>, credentials: &AwsCredentials, now: Timestamp) -> String {
    let time = written_time(now);
    let day = time.get(..8).unwrap_or_default();
    let mut lines = String::new();
    for (name, value) in request.headers {
        let value: Vec<&str> = value.split_whitespace().collect();
        lines.extend([*name, ":", value.join(" ").as_str(), "\n"]);
    }
    let names: Vec<&str> = request.headers.iter().map(|(name, _)| *name).collect();
    let names = names.join(";");
    let body = HEXLOWER.encode(&Hash::Sha256.of(request.body));
    let whole = format!("{}\n{}\n{}\n{lines}\n{names}\n{body}", request.method, request.path, request.query);
    let scope = format!("{day}/{}/{}/aws4_request", request.region, request.service);
    let whole = HEXLOWER.encode(&Hash::Sha256.of(whole.as_bytes()));
    let signed = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{whole}");
    let first = format!("AWS4{}", credentials.secret_key).into_bytes();
    let key = [day, request.region, request.service, "aws4_request"]
        .iter()
        .fold(first, |key, part| tag(&key, part.as_bytes()));
    let signature = HEXLOWER.encode(&tag(&key, signed.as_bytes()));
    format!(
        "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={signature}",
        credentials.access_key
    )
}

/// A time as such requests have it.
pub(crate) fn written_time(now: Timestamp) -> String {
    now.strftime("%Y%m%dT%H%M%SZ").to_string()
}

fn tag(key: &[u8], text: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text).as_ref().to_vec()
}
