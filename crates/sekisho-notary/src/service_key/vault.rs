//! Keys of the transit engine of Vault and OpenBao: `hashivault://NAME`.

use data_encoding::BASE64;
use sekisho_signature::algorithm::{Hash, Scheme};
use sekisho_signature::key::PublicKey;
use sekisho_signature::parts::key_of_edwards;
use serde_json::{Value, json};

use super::{Holder, Surroundings, missing, shown, wrong_name};
use crate::error::NotaryError;
use crate::service::{Services, strange};

/// A key of the engine, of one version: a key that is turned meanwhile is not another one half way.
pub(super) struct Vault {
    services: Services,
    name: String,
    key: String,
    /// Where the engine lies.
    engine: String,
    version: u64,
    token: String,
    namespace: Option<String>,
}

impl Vault {
    pub(super) fn find(
        services: &Services,
        name: &str,
        surroundings: &Surroundings,
    ) -> Result<(Self, PublicKey), NotaryError> {
        let (_, key) = name.split_once("://").unwrap_or_default();
        let is_fine = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
        let is_end = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if !key.bytes().all(is_fine) || !is_end(key.bytes().next()) || !is_end(key.bytes().last()) {
            return Err(wrong_name(
                name,
                "write `hashivault://NAME`, the name of a key of the transit engine",
            ));
        }
        let address = surroundings.first(&["VAULT_ADDR", "BAO_ADDR"]);
        let address = address.ok_or_else(|| missing(name, "the address of the service: set `VAULT_ADDR`"))?;
        let token = surroundings.first(&["VAULT_TOKEN", "BAO_TOKEN"]).or(surroundings.vault_token.as_deref());
        let token = token.map(str::trim).filter(|token| !token.is_empty());
        let token =
            token.ok_or_else(|| missing(name, "a token: set `VAULT_TOKEN`, or log in with `vault login`"))?;
        let engine = surroundings.first(&["TRANSIT_SECRET_ENGINE_PATH"]).unwrap_or("transit");
        let engine = engine.trim_matches('/');
        let is_path = |byte: u8| is_fine(byte) || byte == b'/';
        if !engine.bytes().all(is_path) || engine.split('/').any(|part| part.is_empty() || part == "..") {
            return Err(missing(name, "the path of the transit engine in `TRANSIT_SECRET_ENGINE_PATH`"));
        }
        let mut vault = Self {
            services: services.clone(),
            name: shown(name),
            key: key.to_owned(),
            engine: format!("{}/v1/{engine}", address.trim().trim_end_matches('/')),
            version: 0,
            token: token.to_owned(),
            namespace: surroundings.first(&["VAULT_NAMESPACE", "BAO_NAMESPACE"]).map(str::to_owned),
        };
        let (version, public) = vault.public_key()?;
        vault.version = version;
        Ok((vault, public))
    }

    fn headers(&self) -> Vec<(&str, &str)> {
        let mut headers = vec![("x-vault-token", self.token.as_str()), ("x-vault-request", "true")];
        headers.extend(self.namespace.as_deref().map(|namespace| ("x-vault-namespace", namespace)));
        headers
    }

    /// The newest version and its key.
    fn public_key(&self) -> Result<(u64, PublicKey), NotaryError> {
        let url = format!("{}/keys/{}", self.engine, self.key);
        let bytes = self.services.get_with(&url, &self.headers())?;
        let answer: Value = serde_json::from_slice(&bytes).map_err(|_| strange(&url, "no JSON"))?;
        let version = answer.pointer("/data/latest_version").and_then(Value::as_u64);
        let version = version.ok_or_else(|| strange(&url, "no version of the key"))?;
        let entry = answer.pointer(&format!("/data/keys/{version}"));
        let text = |field| entry.and_then(|entry| entry.get(field)).and_then(Value::as_str);
        let public = text("public_key").filter(|text| !text.is_empty()).ok_or_else(|| {
            wrong_name(&self.name, "the key has no public half: make one of the type `ecdsa-p256`")
        })?;
        let key = if public.contains("-----BEGIN") {
            PublicKey::of_pem(public)
        } else {
            let bytes = BASE64.decode(public.trim().as_bytes());
            key_of_edwards(&bytes.map_err(|_| strange(&url, "no public key"))?)
        };
        Ok((version, key.map_err(|source| NotaryError::Key { name: self.name.clone(), source })?))
    }
}

impl Holder for Vault {
    fn sign(&self, public: &PublicKey, bytes: &[u8]) -> Result<Vec<u8>, NotaryError> {
        let hash = match public.usual_scheme() {
            Scheme::Ecdsa(hash) | Scheme::RsaPkcs1(hash) | Scheme::RsaPss(hash) => Some(hash),
            Scheme::Ed25519 | Scheme::Ed25519Prehashed => None,
        };
        let (ending, input) = match hash {
            Some(Hash::Sha256) => ("/sha2-256", Hash::Sha256.of(bytes)),
            Some(Hash::Sha384) => ("/sha2-384", Hash::Sha384.of(bytes)),
            Some(Hash::Sha512) => ("/sha2-512", Hash::Sha512.of(bytes)),
            None => ("", bytes.to_vec()),
        };
        let url = format!("{}/sign/{}{ending}", self.engine, self.key);
        let question = json!({
            "input": BASE64.encode(&input), "prehashed": hash.is_some(), "key_version": self.version,
            "signature_algorithm": "pkcs1v15", "marshaling_algorithm": "asn1",
        });
        let mut headers = self.headers();
        headers.push(("content-type", "application/json"));
        let bytes = self.services.post_with(&url, &headers, question.to_string().as_bytes())?;
        let answer: Value = serde_json::from_slice(&bytes).map_err(|_| strange(&url, "no JSON"))?;
        let signature = answer.pointer("/data/signature").and_then(Value::as_str);
        let signature = signature.and_then(|text| text.rsplit_once(':')).map(|(_, bytes)| bytes);
        let signature = signature.and_then(|text| BASE64.decode(text.as_bytes()).ok());
        signature.ok_or_else(|| strange(&url, "no signature"))
    }
}
