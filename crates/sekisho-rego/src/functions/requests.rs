//! What a request of `http.send` may say.

use super::error::BuiltinError;
use crate::value::{Object, Value};

/// What a request may say.
const REQUEST_KEYS: &[&str] = &[
    "method",
    "url",
    "body",
    "enable_redirect",
    "force_json_decode",
    "force_yaml_decode",
    "headers",
    "raw_body",
    "tls_use_system_certs",
    "tls_ca_cert",
    "tls_ca_cert_file",
    "tls_ca_cert_env_variable",
    "tls_client_cert",
    "tls_client_cert_file",
    "tls_client_cert_env_variable",
    "tls_client_key",
    "tls_client_key_file",
    "tls_client_key_env_variable",
    "tls_insecure_skip_verify",
    "tls_server_name",
    "timeout",
    "cache",
    "force_cache",
    "force_cache_duration_seconds",
    "raise_error",
    "caching_mode",
    "max_retry_attempts",
    "cache_ignored_headers",
];

/// What it must say.
pub(super) const REQUIRED: &[&str] = &["method", "url"];

/// Checks the keys of a request.
pub(super) fn check_keys(request: &Object) -> Result<(), BuiltinError> {
    let is_known = |key: &Value| key.as_str().is_some_and(|key| REQUEST_KEYS.contains(&key));
    let unknown: Vec<Value> = request.keys().filter(|key| !is_known(key)).cloned().collect();
    if !unknown.is_empty() {
        let unknown = Value::set(unknown);
        return Err(BuiltinError::operand(1, format!("invalid request parameters(s): {unknown}")));
    }
    if let Some(missing) = shown(REQUIRED.iter().copied().filter(|key| request.field(key).is_none())) {
        return Err(BuiltinError::operand(1, format!("missing required request parameters(s): {missing}")));
    }
    Ok(())
}

/// Keys as a set, if there are any.
pub(super) fn shown<'k>(keys: impl Iterator<Item = &'k str>) -> Option<String> {
    let keys: Vec<Value> = keys.map(Value::from).collect();
    (!keys.is_empty()).then(|| Value::set(keys).to_string())
}
