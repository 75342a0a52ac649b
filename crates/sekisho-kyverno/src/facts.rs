//! What policies ask of the outside, as look-ups that the caller answers.

use std::net::IpAddr;

use smol_str::SmolStr;

use crate::value::Value;

/// The kinds of sources that need facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactKind {
    /// ConfigMaps.
    ConfigMap,
    /// Calls of the API server and of services.
    ApiCall,
    /// Images in registries.
    Image,
    /// Global context entries.
    Global,
}

/// A call of the API server or of a service.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ApiCall {
    /// The path with its query, for a call of the API server.
    pub url_path: SmolStr,
    /// The method: `GET` or `POST`.
    pub method: SmolStr,
    /// The body of a `POST`.
    pub data: Option<Value>,
    /// The service that is called instead of the API server.
    pub service: Option<Service>,
}

/// A service that is called.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Service {
    /// Its address.
    pub url: SmolStr,
    /// The headers that are sent.
    pub headers: Vec<(SmolStr, SmolStr)>,
}

/// Why a fact is not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FactError {
    /// Nobody declared it.
    #[error("{0} is not known: declare it with the values of the test or the facts of the run")]
    Unknown(String),
    /// It was looked for, and the answer was an error.
    #[error("{0}")]
    Failed(String),
}

/// Look-ups that the caller answers. None of them may block: facts are gathered before the evaluation.
pub trait Facts {
    /// Whether the entry of this kind and name is loaded at all. Where not, it is as good as not declared, and
    /// its name must be given a value in another way.
    fn loads(&self, kind: FactKind, name: &str) -> bool {
        let _ = (kind, name);
        true
    }

    /// The ConfigMap with `data` and `metadata`.
    fn config_map(&self, namespace: &str, name: &str) -> Result<Value, FactError> {
        Err(FactError::Unknown(format!("the ConfigMap `{namespace}/{name}`")))
    }

    /// The answer to a call, as JSON.
    fn api_call(&self, call: &ApiCall) -> Result<Value, FactError> {
        let what = call.service.as_ref().map_or(&call.url_path, |service| &service.url);
        Err(FactError::Unknown(format!("the answer to `{what}`")))
    }

    /// What a registry says of an image: `image`, `resolvedImage`, `registry`, `repository`, `identifier`,
    /// `manifestList`, `manifest`, `configData`.
    fn image(&self, reference: &str) -> Result<Value, FactError> {
        Err(FactError::Unknown(format!("the image `{reference}`")))
    }

    /// The data of a global context entry, or of one of its projections.
    fn global(&self, name: &str, projection: &str) -> Result<Value, FactError> {
        let dot = if projection.is_empty() { "" } else { "." };
        Err(FactError::Unknown(format!("the global context entry `{name}{dot}{projection}`")))
    }

    /// The addresses of a host.
    fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, FactError> {
        Err(FactError::Unknown(format!("the address of `{host}`")))
    }
}

/// Nothing is known of the outside.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoFacts;

impl Facts for NoFacts {}
