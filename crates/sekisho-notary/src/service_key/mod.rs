//! Keys that services hold: named by URI as cosign names them, and never seen here. What such a key signs is held against
//! its public key before anybody gets it.

mod aws;
mod request_signature;
mod vault;

use std::collections::BTreeMap;

use sekisho_signature::algorithm::Signed;
use sekisho_signature::key::PublicKey;
use sekisho_signature::secret::{SigningError, SigningKey};

use crate::error::NotaryError;
use crate::service::Services;

pub use request_signature::{AwsCredentials, SignedRequest, sign_request};

/// The most letters of a name that are shown.
const SHOWN: usize = 200;

/// What services need to know of who asks: variables of the environment, and the token that `vault login` left.
#[derive(Clone, Default)]
pub struct Surroundings {
    /// Variables by their names.
    pub variables: BTreeMap<String, String>,
    /// The content of `~/.vault-token`.
    pub vault_token: Option<String>,
}

impl Surroundings {
    /// Those that the program runs in.
    pub fn of_process() -> Self {
        let variables: BTreeMap<String, String> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let home = variables.get("HOME").map(std::path::PathBuf::from);
        let vault_token = home.and_then(|home| std::fs::read_to_string(home.join(".vault-token")).ok());
        Self { variables, vault_token }
    }

    /// The first of some variables that is set and not empty.
    fn first(&self, names: &[&str]) -> Option<&str> {
        names
            .iter()
            .filter_map(|name| self.variables.get(*name))
            .map(String::as_str)
            .find(|value| !value.trim().is_empty())
    }
}

/// A key that a service holds.
pub struct ServiceKey {
    name: String,
    public: PublicKey,
    holder: Box<dyn Holder>,
}

/// What asks the service.
trait Holder {
    /// The signature of bytes by the key.
    fn sign(&self, public: &PublicKey, bytes: &[u8]) -> Result<Vec<u8>, NotaryError>;
}

/// Whether a text names a key that a service holds.
pub fn names_service_key(name: &str) -> bool {
    ["awskms://", "hashivault://", "openbao://", "gcpkms://", "azurekms://"]
        .iter()
        .any(|scheme| name.starts_with(scheme))
}

impl ServiceKey {
    /// Finds a key by its URI (`awskms://…`, `hashivault://…`) and asks for its public half.
    pub fn find(services: &Services, name: &str, surroundings: &Surroundings) -> Result<Self, NotaryError> {
        let (holder, public): (Box<dyn Holder>, PublicKey) = if name.starts_with("awskms://") {
            let (holder, public) = aws::Aws::find(services, name, surroundings)?;
            (Box::new(holder), public)
        } else if name.starts_with("hashivault://") || name.starts_with("openbao://") {
            let (holder, public) = vault::Vault::find(services, name, surroundings)?;
            (Box::new(holder), public)
        } else {
            let reason =
                "keys of AWS (`awskms://`) and of Vault (`hashivault://`) are asked for, and no others";
            return Err(wrong_name(name, reason));
        };
        Ok(Self { name: shown(name), public, holder })
    }
}

impl SigningKey for ServiceKey {
    fn public_key(&self) -> &PublicKey {
        &self.public
    }

    fn sign(&self, bytes: &[u8]) -> Result<Vec<u8>, SigningError> {
        let remote = |message: String| SigningError::Remote { key: self.name.clone(), message };
        let signature = self.holder.sign(&self.public, bytes).map_err(|error| remote(error.to_string()))?;
        let held = self.public.verify(Signed::Bytes(bytes), &signature);
        held.map_err(|_| remote("what it gives is no signature by the key that it showed".to_owned()))?;
        Ok(signature)
    }
}

fn wrong_name(name: &str, reason: &str) -> NotaryError {
    NotaryError::KeyName { name: shown(name), reason: reason.to_owned() }
}

fn missing(name: &str, what: &str) -> NotaryError {
    NotaryError::Missing { name: shown(name), what: what.to_owned() }
}

fn shown(name: &str) -> String {
    name.chars().filter(|letter| !letter.is_control()).take(SHOWN).collect()
}
