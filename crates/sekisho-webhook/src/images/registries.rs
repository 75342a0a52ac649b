//! One look-up: who asks, what the name leads to, what is signed beside that. It blocks, and is run where that may be.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sekisho_manifest::ImageRef;
use sekisho_registry::{
    Client, Credentials, Found, Repository, Search, Settings, find_signatures_elsewhere,
    find_signatures_within,
};
use sekisho_trust::Place;
use serde_json::Value;

use super::pulls::Pulls;
use crate::facts::FactSource;

/// How long it may take until a connection stands, and until something comes on it.
const PATIENCE: Duration = Duration::from_millis(1_200);

/// How long one answer may take as a whole.
const WHOLE: Duration = Duration::from_secs(3);

/// How long a look-up may take, whoever waits for it: what came of it is there for the next who asks.
const LONGEST: Duration = Duration::from_secs(8);

/// Registries, and who we are to them.
pub struct Registries {
    client: Client,
    facts: Arc<dyn FactSource>,
    uses_pull_secrets: bool,
}

/// What a registry could not tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// There is no such image.
    Absent(String),
    /// It gave no answer.
    Unknown(String),
}

/// A name, asked for by somebody.
pub(crate) struct Session {
    repository: Repository,
    faults: Vec<String>,
}

impl Registries {
    /// Registries that are spoken to with these credentials, after those of the workload, which `facts` knows; those in
    /// `insecure` may be without TLS.
    pub fn new(
        credentials: Credentials,
        insecure: Vec<String>,
        facts: Arc<dyn FactSource>,
        uses_pull_secrets: bool,
    ) -> Self {
        let settings = Settings {
            credentials,
            insecure,
            patience: PATIENCE,
            whole: Some(WHOLE),
            retries: 1,
            pause: Duration::from_millis(50),
            longest_wait: Duration::from_millis(200),
            ..Settings::default()
        };
        Self { client: Client::new(settings), facts, uses_pull_secrets }
    }

    /// Signs in as a workload.
    pub(crate) fn session(&self, reference: &ImageRef, pulls: &Pulls) -> Session {
        let credentials = if self.uses_pull_secrets {
            pulls.read(&*self.facts)
        } else {
            super::pulls::Credentials::default()
        };
        let client = Arc::new(self.client.signed_in_by(credentials.documents));
        let repository = Repository::of(&client, reference).until(Instant::now() + LONGEST);
        Session { repository, faults: credentials.faults }
    }
}

impl Session {
    /// The digest that a name leads to.
    pub(crate) fn digest(&self, reference: &ImageRef) -> Result<String, Trouble> {
        if let Some(digest) = &reference.digest {
            return Ok(digest.to_string());
        }
        let tag = reference.requested_tag().unwrap_or("latest");
        match self.repository.manifest(tag) {
            Ok(Some(held)) => Ok(held.digest.to_string()),
            Ok(None) => Err(Trouble::Absent(format!("`{}` has no `{reference}`", self.repository.server()))),
            Err(error) => Err(Trouble::Unknown(self.told(&error.to_string()))),
        }
    }

    /// What lies beside a digest, as far as it is looked for.
    pub(crate) fn beside(&self, digest: &str, search: &Search<'_>) -> Result<Found, Trouble> {
        let digest = digest.parse().map_err(|_| no_digest(digest))?;
        find_signatures_within(&self.repository, &digest, search)
            .map_err(|error| Trouble::Unknown(self.told(&error.to_string())))
    }

    /// What lies of a digest in a place that a policy names.
    pub(crate) fn elsewhere(
        &self,
        place: &Place,
        digest: &str,
        search: &Search<'_>,
    ) -> Result<Found, Trouble> {
        let there = match &place.repository {
            None => self.repository.clone(),
            Some(name) => {
                let reference: ImageRef = name.parse().map_err(|_| {
                    Trouble::Absent(format!("`{name}`, where signatures lie, is no repository"))
                })?;
                self.repository.sibling(&reference)
            }
        };
        let digest = digest.parse().map_err(|_| no_digest(digest))?;
        find_signatures_elsewhere(&there, &digest, &place.prefix, search)
            .map_err(|error| Trouble::Unknown(self.told(&error.to_string())))
    }

    /// The configurations of an image.
    pub(crate) fn configurations(&self, digest: &str) -> Result<Value, Trouble> {
        let unknown = |error: String| Trouble::Unknown(self.told(&error));
        let held = self.repository.manifest(digest).map_err(|error| unknown(error.to_string()))?;
        let Some(held) = held else {
            return Err(Trouble::Absent(format!("`{}` has no `{digest}`", self.repository.server())));
        };
        let found = self.repository.configurations(&held).map_err(|error| unknown(error.to_string()))?;
        Ok(Value::Object(found))
    }

    /// What went wrong, and what went wrong before.
    fn told(&self, error: &str) -> String {
        let mut text = error.to_owned();
        for fault in self.faults.iter().take(3) {
            text.push_str("; ");
            text.push_str(fault);
        }
        text
    }
}

fn no_digest(text: &str) -> Trouble {
    Trouble::Absent(format!("`{text}` is no digest of an image"))
}

impl fmt::Debug for Registries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registries")
            .field("uses_pull_secrets", &self.uses_pull_secrets)
            .finish_non_exhaustive()
    }
}
