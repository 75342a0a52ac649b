//! Files of credentials: Docker's `config.json`, Podman's `auth.json`, Kubernetes' pull secrets in both forms, and
//! the Secret that holds one.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use data_encoding::{BASE64, BASE64_NOPAD, Encoding};
use sekisho_manifest::{Budget, Format, Node, SourceId, load};
use serde::Deserialize;

use super::Credential;
use crate::secret::Secret;

/// The name under which Docker keeps what is for its own registry.
const DOCKER_HUB: &str = "https://index.docker.io/v1/";

/// Why a text is no document of credentials. What is in it is never shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// Neither JSON nor YAML.
    #[error("it is no JSON of credentials")]
    NoJson,
    /// A Secret of another type.
    #[error("the Secret is no pull secret: its type must be `kubernetes.io/dockerconfigjson`")]
    OtherSecret,
    /// An entry cannot be read.
    #[error("the entry for `{0}` is broken")]
    Entry(String),
}

/// What a file has on record.
#[derive(Debug, Clone, Default)]
pub struct CredentialDocument {
    /// The patterns of registries and repositories, the longest first, with what is for them.
    entries: Vec<(Pattern, Credential)>,
    /// The helper for everything.
    store: Option<String>,
    /// The helpers for single registries.
    helpers: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DockerConfig {
    #[serde(default)]
    auths: Option<BTreeMap<String, Entry>>,
    #[serde(default)]
    creds_store: Option<String>,
    #[serde(default)]
    cred_helpers: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize, Default)]
struct Entry {
    #[serde(default)]
    auth: Option<String>,
    #[serde(default)]
    username: Option<String>,
    #[serde(default)]
    password: Option<String>,
    #[serde(default)]
    identitytoken: Option<String>,
    #[serde(default)]
    registrytoken: Option<String>,
}

impl CredentialDocument {
    /// Reads any of the forms.
    pub fn parse(bytes: &[u8]) -> Result<Self, DocumentError> {
        const KEYS: [&str; 3] = ["auths", "credsStore", "credHelpers"];
        let json: Option<serde_json::Value> = serde_json::from_slice(bytes).ok();
        if let Some(json) = json.filter(|json| KEYS.iter().any(|key| json.get(key).is_some())) {
            return Self::of_config(serde_json::from_value(json).map_err(|_| DocumentError::NoJson)?);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| DocumentError::NoJson)?;
        let loaded = load(SourceId::default(), text, Format::Detect, &Budget::default());
        let root = loaded.documents.first().map(|document| &document.root).ok_or(DocumentError::NoJson)?;
        if root.str("kind") == "Secret" {
            return Self::of_secret(root);
        }
        // The oldest form has the entries at the top.
        let entries: BTreeMap<String, Entry> =
            serde_json::from_slice(bytes).map_err(|_| DocumentError::NoJson)?;
        Self::of_entries(entries)
    }

    fn of_config(config: DockerConfig) -> Result<Self, DocumentError> {
        let document = Self::of_entries(config.auths.unwrap_or_default())?;
        Ok(Self {
            store: config.creds_store.filter(|name| !name.is_empty()),
            helpers: config.cred_helpers.unwrap_or_default(),
            ..document
        })
    }

    fn of_entries(entries: BTreeMap<String, Entry>) -> Result<Self, DocumentError> {
        let mut read = Vec::new();
        for (key, entry) in entries {
            // Where a helper keeps the credential, an empty entry marks that there is one.
            if let Some(credential) = entry.credential().map_err(|()| DocumentError::Entry(key.clone()))? {
                read.push((Pattern::new(&key), credential));
            }
        }
        read.sort_by_key(|(pattern, _)| Reverse(pattern.path.len()));
        Ok(Self { entries: read, ..Self::default() })
    }

    /// A pull secret of Kubernetes, as it is read from a file or from a cluster. Whoever may write Secrets names no program
    /// that is run here: of helpers nothing is taken, as by the kubelet.
    pub fn of_secret(secret: &Node) -> Result<Self, DocumentError> {
        for (key, is_new) in [(".dockerconfigjson", true), (".dockercfg", false)] {
            let encoded = secret.get("data").map(|data| data.str(key)).unwrap_or_default();
            let plain = secret.get("stringData").map(|data| data.str(key)).unwrap_or_default();
            let bytes = match (plain.is_empty(), encoded.is_empty()) {
                (false, _) => plain.as_bytes().to_vec(),
                (true, false) => decode(encoded).ok_or(DocumentError::NoJson)?,
                (true, true) => continue,
            };
            if is_new {
                let config: DockerConfig =
                    serde_json::from_slice(&bytes).map_err(|_| DocumentError::NoJson)?;
                return Self::of_entries(config.auths.unwrap_or_default());
            }
            return Self::of_entries(serde_json::from_slice(&bytes).map_err(|_| DocumentError::NoJson)?);
        }
        Err(DocumentError::OtherSecret)
    }

    /// The helper that is asked about a registry.
    pub(super) fn helper(&self, registry: &str) -> Option<&str> {
        let own = self.helpers.iter().find(|(key, _)| Pattern::new(key).takes(registry, ""));
        own.map(|(_, helper)| helper).or(self.store.as_ref()).map(String::as_str)
    }

    /// What is for a repository; of several entries the one that says most.
    pub(super) fn credential(&self, registry: &str, repository: &str) -> Option<&Credential> {
        let mut fitting = self.entries.iter().filter(|(pattern, _)| pattern.takes(registry, repository));
        fitting.next().map(|(_, credential)| credential)
    }
}

impl Entry {
    fn credential(self) -> Result<Option<Credential>, ()> {
        let given = |text: Option<String>| text.filter(|text| !text.is_empty());
        if let Some(token) = given(self.registrytoken) {
            return Ok(Some(Credential::Bearer(Secret::new(token))));
        }
        if let Some(token) = given(self.identitytoken) {
            return Ok(Some(Credential::Identity(Secret::new(token))));
        }
        if let Some(auth) = given(self.auth) {
            let decoded = decode(&auth).and_then(|bytes| String::from_utf8(bytes).ok()).ok_or(())?;
            let (user, password) = decoded.split_once(':').ok_or(())?;
            // Docker pads passwords with NULs.
            let password = Secret::new(password.trim_end_matches('\0'));
            return Ok(Some(Credential::Password { user: user.to_owned(), password }));
        }
        Ok(match (given(self.username), given(self.password)) {
            (Some(user), Some(password)) => {
                Some(Credential::Password { user, password: Secret::new(password) })
            }
            _ => None,
        })
    }
}

fn decode(text: &str) -> Option<Vec<u8>> {
    let text: String = text.chars().filter(|letter| !letter.is_ascii_whitespace()).collect();
    let try_with = |encoding: &Encoding| encoding.decode(text.as_bytes()).ok();
    try_with(&BASE64).or_else(|| try_with(&BASE64_NOPAD))
}

/// The name of a registry as helpers know it.
pub(super) fn server_of(registry: &str) -> &str {
    if registry == "docker.io" { DOCKER_HUB } else { registry }
}

/// The key of an entry: a host, in which `*` stands for any part, and the beginning of a path.
#[derive(Debug, Clone)]
struct Pattern {
    host: String,
    path: String,
}

impl Pattern {
    fn new(key: &str) -> Self {
        let rest = key.strip_prefix("https://").or_else(|| key.strip_prefix("http://")).unwrap_or(key);
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let path = path.trim_matches('/');
        // Versions of the protocol are no part of repositories.
        let path = if matches!(path, "v1" | "v2") { "" } else { path };
        let host = match host {
            "index.docker.io" | "registry-1.docker.io" => "docker.io",
            host => host,
        };
        Self { host: host.to_ascii_lowercase(), path: path.to_owned() }
    }

    fn takes(&self, registry: &str, repository: &str) -> bool {
        let (host, port) = split_port(&self.host);
        let (wanted, wanted_port) = split_port(registry);
        if port != wanted_port {
            return false;
        }
        let (host, wanted): (Vec<&str>, Vec<&str>) = (host.split('.').collect(), wanted.split('.').collect());
        let fits = host.len() == wanted.len()
            && host.iter().zip(&wanted).all(|(pattern, part)| glob(pattern, &part.to_ascii_lowercase()));
        let in_path = self.path.is_empty()
            || repository == self.path
            || repository.strip_prefix(&self.path).is_some_and(|rest| rest.starts_with('/'));
        fits && in_path
    }
}

fn split_port(host: &str) -> (&str, &str) {
    match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => {
            (name, port)
        }
        _ => (host, ""),
    }
}

/// Whether a part of a host is meant by a pattern with `*` and `?`.
fn glob(pattern: &str, text: &str) -> bool {
    let mut pieces = pattern.split('*');
    let is_same = |one: &str, other: &str| {
        one.len() == other.len()
            && one.bytes().zip(other.bytes()).all(|(one, other)| one == b'?' || one == other)
    };
    let Some(first) = pieces.next() else { return text.is_empty() };
    let Some(start) = text.get(..first.len()).filter(|start| is_same(first, start)) else { return false };
    let mut rest = text.get(start.len()..).unwrap_or_default();
    let pieces: Vec<&str> = pieces.collect();
    let Some((last, middle)) = pieces.split_last() else { return rest.is_empty() };
    for piece in middle {
        let found = (0..=rest.len().saturating_sub(piece.len()))
            .find(|at| rest.get(*at..at + piece.len()).is_some_and(|part| is_same(piece, part)));
        let Some(at) = found else { return false };
        rest = rest.get(at + piece.len()..).unwrap_or_default();
    }
    rest.len().checked_sub(last.len()).and_then(|at| rest.get(at..)).is_some_and(|end| is_same(last, end))
}
