//! Delegations: who else may say something of which files.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use sekisho_signature::algorithm::Hash;
use sekisho_signature::identity::glob_matches;
use serde_json::Value;

use crate::document::Document;
use crate::error::TufError;
use crate::key::Key;
use crate::role::{Role, keys_of};

/// The most roles of one file.
const ROLES: usize = 4_096;
/// The most bits of a path's hash that choose a bin.
const BITS: u64 = 32;

/// Who else may say something.
#[derive(Debug, Clone)]
pub(crate) struct Delegations {
    keys: BTreeMap<String, Key>,
    roles: Vec<Delegated>,
}

#[derive(Debug, Clone)]
struct Delegated {
    role: Role,
    reach: Reach,
    is_terminating: bool,
}

/// For which files a role is.
#[derive(Debug, Clone)]
enum Reach {
    /// A role by its name, for paths like these.
    Paths(String, Vec<String>),
    /// A role by its name, for paths whose SHA-256 begins so.
    Hashes(String, Vec<String>),
    /// Roles that are numbered, by the first bits of the SHA-256 of the path.
    Bins { prefix: String, bits: u64 },
}

impl Delegations {
    pub(crate) fn of_value(value: &Value, file: &str) -> Result<Self, TufError> {
        let wrong = |what: &str| TufError::Malformed { file: file.to_owned(), what: what.to_owned() };
        let keys = keys_of(value.get("keys"), file)?;
        let mut roles = Vec::new();
        match (value.get("roles").and_then(Value::as_array), value.get("succinct_roles")) {
            (Some(listed), None) => {
                if listed.len() > ROLES {
                    return Err(wrong("there are more than 4,096 delegations"));
                }
                for entry in listed {
                    roles.push(Delegated::of_value(entry, file)?);
                }
            }
            (None, Some(entry)) => {
                let prefix = entry.get("name_prefix").and_then(Value::as_str);
                let bits = entry.get("bit_length").and_then(Value::as_u64);
                let bits = bits.filter(|bits| (1..=BITS).contains(bits));
                let (Some(prefix), Some(bits)) = (prefix, bits) else {
                    return Err(wrong("`succinct_roles` need `name_prefix`, and `bit_length` from 1 to 32"));
                };
                let reach = Reach::Bins { prefix: prefix.to_owned(), bits };
                let role = Role::of_value(entry, file)?;
                roles.push(Delegated { role, reach, is_terminating: true });
            }
            _ => return Err(wrong("delegations have either `roles` or `succinct_roles`")),
        }
        let mut names: Vec<&str> = roles.iter().filter_map(Delegated::name).collect();
        names.sort_unstable();
        if names.windows(2).any(|pair| pair.first() == pair.last()) {
            return Err(wrong("a role is delegated to twice"));
        }
        if names.iter().any(|name| ["root", "timestamp", "snapshot", "targets", ""].contains(name)) {
            return Err(wrong("a delegation has the name of a top role, or none"));
        }
        Ok(Self { keys, roles })
    }

    /// The roles that may say something of a file, in order, each with whether nobody after it may.
    pub(crate) fn of_path(&self, path: &str) -> Vec<(String, bool)> {
        let concerned = |role: &Delegated| Some((role.reach.name_for(path)?, role.is_terminating));
        self.roles.iter().filter_map(concerned).collect()
    }

    /// Whether a document is signed by those who may sign for a role.
    pub(crate) fn check(&self, name: &str, document: &Document) -> Result<(), TufError> {
        let role = self.roles.iter().find(|role| match &role.reach {
            Reach::Paths(known, _) | Reach::Hashes(known, _) => known == name,
            Reach::Bins { prefix, .. } => name.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('-')),
        });
        let role = role.ok_or_else(|| document.wrong("nobody signs for it"))?;
        role.role.check(&self.keys, document)
    }
}

impl Delegated {
    fn of_value(value: &Value, file: &str) -> Result<Self, TufError> {
        let wrong = |what: &str| TufError::Malformed { file: file.to_owned(), what: what.to_owned() };
        let name =
            value.get("name").and_then(Value::as_str).ok_or_else(|| wrong("a delegation has no `name`"))?;
        let list = |field| -> Result<Option<Vec<String>>, TufError> {
            let Some(values) = value.get(field).filter(|value| !value.is_null()) else { return Ok(None) };
            let texts =
                values.as_array().map(|values| values.iter().map(|one| one.as_str().map(str::to_owned)));
            let texts =
                texts.and_then(Iterator::collect).ok_or_else(|| wrong("the paths of a delegation"))?;
            Ok(Some(texts))
        };
        let name = name.to_owned();
        let reach = match (list("paths")?, list("path_hash_prefixes")?) {
            (Some(paths), None) => Reach::Paths(name, paths),
            (None, Some(prefixes)) => Reach::Hashes(name, prefixes),
            _ => return Err(wrong("a delegation has either `paths` or `path_hash_prefixes`")),
        };
        let is_terminating = value.get("terminating").and_then(Value::as_bool);
        let is_terminating = is_terminating.ok_or_else(|| wrong("a delegation has no `terminating`"))?;
        Ok(Self { role: Role::of_value(value, file)?, reach, is_terminating })
    }

    fn name(&self) -> Option<&str> {
        match &self.reach {
            Reach::Paths(name, _) | Reach::Hashes(name, _) => Some(name),
            Reach::Bins { .. } => None,
        }
    }
}

impl Reach {
    /// The role that is for a file; none where it is for others.
    fn name_for(&self, path: &str) -> Option<String> {
        match self {
            Self::Paths(name, patterns) => {
                patterns.iter().any(|pattern| path_matches(pattern, path)).then(|| name.clone())
            }
            Self::Hashes(name, prefixes) => {
                let hash = HEXLOWER.encode(&Hash::Sha256.of(path.as_bytes()));
                prefixes.iter().any(|prefix| hash.starts_with(prefix.as_str())).then(|| name.clone())
            }
            Self::Bins { prefix, bits } => {
                let hash = Hash::Sha256.of(path.as_bytes());
                let first: [u8; 4] = hash.get(..4)?.try_into().ok()?;
                let number = u64::from(u32::from_be_bytes(first)) >> 32_u64.checked_sub(*bits)?;
                let most = (1_u64 << bits).checked_sub(1)?;
                let width = format!("{most:x}").len();
                Some(format!("{prefix}-{number:0width$x}"))
            }
        }
    }
}

/// A star stands for letters of one part of a path.
fn path_matches(pattern: &str, path: &str) -> bool {
    let (mut patterns, mut parts) = (pattern.split('/'), path.split('/'));
    loop {
        match (patterns.next(), parts.next()) {
            (None, None) => return true,
            (Some(pattern), Some(part)) if glob_matches(pattern, part) => {}
            _ => return false,
        }
    }
}
