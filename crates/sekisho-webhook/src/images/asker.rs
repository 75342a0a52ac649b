//! For whom images are looked up: a workload with its pull secrets, and the object itself where policies look at it.

use std::sync::Arc;

use data_encoding::HEXLOWER;
use sekisho_policy::{Request, TrustSet, resource_of};
use sekisho_trust::Resource;
use sha2::{Digest as _, Sha256};

use super::pulls::Pulls;

/// Who asks.
#[derive(Debug)]
pub(crate) struct Asker {
    pub(crate) pulls: Arc<Pulls>,
    pub(crate) about: Option<Arc<About>>,
}

/// The object that images are for.
#[derive(Debug)]
pub(crate) struct About {
    pub(crate) resource: Resource,
    /// What names the object as it is.
    pub(crate) digest: String,
}

impl Asker {
    /// Who asks by a request, under some policies.
    pub(crate) fn of(request: &Request, trust: &TrustSet) -> Self {
        let about = trust.looks_at_objects().then(|| resource_of(request)).flatten().map(|resource| {
            let mut hasher = Sha256::new();
            for part in [&resource.group, &resource.version, &resource.resource] {
                hasher.update(part);
                hasher.update([0]);
            }
            hasher.update(resource.object.to_string());
            Arc::new(About { digest: HEXLOWER.encode(&hasher.finalize()), resource })
        });
        Self { pulls: Arc::new(Pulls::of(request)), about }
    }
}
