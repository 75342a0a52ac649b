//! With which credentials a workload's images are pulled: those that its Pods name, and those of their service account.

use std::collections::BTreeSet;

use sekisho_manifest::Node;
use sekisho_policy::{GroupVersionKind, Request, pod_template};
use sekisho_registry::CredentialDocument;
use smol_str::SmolStr;

use crate::facts::FactSource;

/// Which pull secrets a workload has.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(crate) struct Pulls {
    namespace: SmolStr,
    secrets: BTreeSet<SmolStr>,
    account: SmolStr,
}

/// The most pull secrets of a workload that are read.
const SECRETS: usize = 16;

/// What was read of them.
#[derive(Debug, Default)]
pub(crate) struct Credentials {
    pub(crate) documents: Vec<CredentialDocument>,
    /// What could not be read.
    pub(crate) faults: Vec<String>,
}

impl Pulls {
    /// Of what a request brings in.
    pub(crate) fn of(request: &Request) -> Self {
        let object = request.object.as_ref();
        let spec = object.and_then(|object| pod_template(&request.kind, object)?.get("spec"));
        let Some(spec) = spec else { return Self::default() };
        let account = match spec.str("serviceAccountName") {
            "" => "default",
            name => name,
        };
        Self { namespace: request.namespace.clone(), secrets: names(spec), account: account.into() }
    }

    /// The namespace of the workload; empty where there is none.
    pub(crate) fn namespace(&self) -> &SmolStr {
        &self.namespace
    }

    /// Reads them. A secret that is not there is none, as for the kubelet.
    pub(crate) fn read(&self, facts: &dyn FactSource) -> Credentials {
        let mut credentials = Credentials::default();
        if self.namespace.is_empty() {
            return credentials;
        }
        let mut secrets = self.secrets.clone();
        match facts.find(&GroupVersionKind::new("v1", "ServiceAccount"), &self.namespace, &self.account) {
            Ok(Some(account)) => secrets.extend(names(&account)),
            Ok(None) => {}
            Err(error) => credentials.faults.push(error.to_string()),
        }
        for name in secrets.iter().take(SECRETS) {
            match facts.find(&GroupVersionKind::new("v1", "Secret"), &self.namespace, name) {
                Ok(Some(secret)) => match CredentialDocument::of_secret(&secret) {
                    Ok(document) => credentials.documents.push(document),
                    Err(error) => credentials.faults.push(format!("the pull secret `{name}`: {error}")),
                },
                Ok(None) => credentials.faults.push(format!("there is no pull secret `{name}`")),
                Err(error) => credentials.faults.push(error.to_string()),
            }
        }
        credentials
    }
}

fn names(holder: &Node) -> BTreeSet<SmolStr> {
    let named = holder.get("imagePullSecrets").map_or(&[][..], Node::items);
    named.iter().map(|one| SmolStr::new(one.str("name"))).filter(|name| !name.is_empty()).collect()
}
