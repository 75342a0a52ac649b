//! A repository in memory: metadata as values, signed when it is published.

use std::cell::RefCell;
use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use jiff::Timestamp;
use sekisho_signature::algorithm::Hash;
use sekisho_signature::secret::{NewKey, PrivateKey, SigningKey};
use sekisho_tuf::{Client, Keeper, Source, Status, Target, Trouble, TufError, canonical};
use serde_json::{Value, json};

pub(crate) const LATER: &str = "2030-01-01T00:00:00Z";

pub(crate) fn now() -> Timestamp {
    "2026-01-01T00:00:00Z".parse().expect("a time")
}

pub(crate) fn key(number: u8) -> PrivateKey {
    NewKey::unsealed(&[number; 32]).expect("a key")
}

/// A key as metadata has it, and its name.
pub(crate) fn key_entry(number: u8) -> (String, Value) {
    let value = json!({
        "keytype": "ecdsa", "scheme": "ecdsa-sha2-nistp256",
        "keyval": { "public": key(number).public_key().to_pem() },
    });
    (HEXLOWER.encode(&Hash::Sha256.of(&canonical(&value).expect("a form"))), value)
}

/// Signs a value with keys, under their names.
pub(crate) fn signed(value: &Value, keys: &[u8]) -> Vec<u8> {
    let bytes = canonical(value).expect("a form");
    let signatures: Vec<Value> = keys
        .iter()
        .map(|number| {
            let signature = HEXLOWER.encode(&key(*number).sign(&bytes).expect("a signature"));
            json!({ "keyid": key_entry(*number).0, "sig": signature })
        })
        .collect();
    json!({ "signatures": signatures, "signed": value }).to_string().into_bytes()
}

/// A role of keys.
pub(crate) fn role(keys: &[u8], threshold: u64) -> Value {
    let names: Vec<String> = keys.iter().map(|number| key_entry(*number).0).collect();
    json!({ "keyids": names, "threshold": threshold })
}

/// Key 1 signs roots, 2 timestamps, 3 snapshots, 4 targets.
pub(crate) fn root(version: u64) -> Value {
    let keys: BTreeMap<String, Value> = (1..=8).map(key_entry).collect();
    json!({
        "_type": "root", "spec_version": "1.0.31", "version": version, "expires": LATER,
        "consistent_snapshot": true, "keys": keys,
        "roles": {
            "root": role(&[1], 1), "timestamp": role(&[2], 1), "snapshot": role(&[3], 1), "targets": role(&[4], 1),
        },
    })
}

pub(crate) fn timestamp(version: u64, snapshot: u64) -> Value {
    json!({
        "_type": "timestamp", "spec_version": "1.0.31", "version": version, "expires": LATER,
        "meta": { "snapshot.json": { "version": snapshot } },
    })
}

pub(crate) fn snapshot(version: u64, files: &[(&str, u64)]) -> Value {
    let meta: BTreeMap<String, Value> =
        files.iter().map(|(name, version)| (format!("{name}.json"), json!({ "version": version }))).collect();
    json!({ "_type": "snapshot", "spec_version": "1.0.31", "version": version, "expires": LATER, "meta": meta })
}

pub(crate) fn entry(bytes: &[u8]) -> Value {
    json!({ "length": bytes.len(), "hashes": { "sha256": HEXLOWER.encode(&Hash::Sha256.of(bytes)) } })
}

pub(crate) fn targets(version: u64, files: &[(&str, &[u8])], delegations: Value) -> Value {
    let files: BTreeMap<&str, Value> = files.iter().map(|(name, bytes)| (*name, entry(bytes))).collect();
    let mut value = json!({
        "_type": "targets", "spec_version": "1.0.31", "version": version, "expires": LATER, "targets": files,
    });
    if !delegations.is_null() {
        value["delegations"] = delegations;
    }
    value
}

/// The files of the repository, and what was asked for.
#[derive(Default)]
pub(crate) struct Repository {
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    pub(crate) asked: RefCell<Vec<String>>,
}

impl Source for Repository {
    fn metadata(&self, file: &str, _: u64) -> Result<Option<Vec<u8>>, Trouble> {
        self.asked.borrow_mut().push(file.to_owned());
        Ok(self.files.get(file).cloned())
    }
}

impl Repository {
    pub(crate) fn put(&mut self, file: &str, value: &Value, keys: &[u8]) {
        self.files.insert(file.to_owned(), signed(value, keys));
    }

    /// One version of everything, with these files.
    pub(crate) fn usual(files: &[(&str, &[u8])]) -> Self {
        let mut repository = Self::default();
        repository.put("1.root.json", &root(1), &[1]);
        repository.publish(1, &targets(1, files, Value::Null));
        repository
    }

    /// A version of timestamp and snapshot, over these targets.
    pub(crate) fn publish(&mut self, version: u64, targets: &Value) {
        let of = targets["version"].as_u64().expect("a version");
        self.put("timestamp.json", &timestamp(version, version), &[2]);
        self.put(&format!("{version}.snapshot.json"), &snapshot(version, &[("targets", of)]), &[3]);
        self.put(&format!("{of}.targets.json"), targets, &[4]);
    }
}

/// What a client has kept.
#[derive(Default)]
pub(crate) struct Kept(pub(crate) BTreeMap<String, Vec<u8>>);

impl Kept {
    pub(crate) fn new() -> Self {
        Self(BTreeMap::from([("root".to_owned(), signed(&root(1), &[1]))]))
    }

    pub(crate) fn refresh(&mut self, repository: &Repository) -> Result<Status, TufError> {
        Client::new(repository, self, now())?.refresh()
    }

    pub(crate) fn find(&mut self, repository: &Repository, path: &str) -> Result<Target, TufError> {
        let mut client = Client::new(repository, self, now())?;
        client.refresh()?;
        client.find(path)
    }

    pub(crate) fn version(&self, role: &str) -> Option<u64> {
        let value: Value = serde_json::from_slice(self.0.get(role)?).expect("metadata");
        value["signed"]["version"].as_u64()
    }
}

impl Keeper for Kept {
    fn load(&self, role: &str) -> Result<Option<Vec<u8>>, Trouble> {
        Ok(self.0.get(role).cloned())
    }

    fn keep(&mut self, role: &str, bytes: &[u8]) -> Result<(), Trouble> {
        self.0.insert(role.to_owned(), bytes.to_vec());
        Ok(())
    }
}
