//! What functions ask of the outside, and who answers.

use std::fmt;

use sekisho_cel::Failure;
use sekisho_manifest::Node;
use smol_str::SmolStr;

/// Where objects are: version, resource, and namespace; none: that of the policy.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Address {
    /// Group and version: `apps/v1`.
    pub api_version: SmolStr,
    /// The plural name: `deployments`.
    pub resource: SmolStr,
    /// The namespace; empty for what lives in the cluster as a whole, none for that of the policy.
    pub namespace: Option<SmolStr>,
}

/// A question of a function.
#[derive(Debug, Clone)]
pub(super) enum Question {
    Get { address: Address, name: SmolStr },
    List { address: Address, labels: Vec<(SmolStr, SmolStr)> },
    Post { address: Address, object: Node },
    Generate { namespace: Option<SmolStr>, objects: Vec<Node> },
    Global { name: SmolStr, projection: SmolStr },
    Image(SmolStr),
    Http { method: &'static str, url: SmolStr, headers: Vec<(SmolStr, SmolStr)>, body: Option<Node> },
    Random(SmolStr),
    Now,
}

/// The answer to it.
pub(super) type Answer = Result<Node, Failure>;

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Get { address, name } => write!(f, "{address} `{name}`"),
            Self::List { address, .. } => write!(f, "{address}"),
            Self::Post { address, .. } => write!(f, "what creating {address} gives"),
            Self::Generate { .. } => f.write_str("objects can be made by generating policies only"),
            Self::Global { name, .. } => write!(f, "the global context `{name}`"),
            Self::Image(image) => write!(f, "the metadata of the image `{image}`"),
            Self::Http { method, url, .. } => write!(f, "the answer to {method} {url}"),
            Self::Random(_) => f.write_str("random texts"),
            Self::Now => f.write_str("the time"),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.resource, self.api_version)?;
        match self.namespace.as_deref() {
            None | Some("") => Ok(()),
            Some(namespace) => write!(f, " in `{namespace}`"),
        }
    }
}

/// Why an outside does not answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Silence {
    /// Nobody asked it before.
    Unknown,
    /// It failed, in the words of whoever was asked.
    Failed(String),
}

/// What was gathered for the functions that need the outside.
pub trait Outside {
    /// An object by its name; none where there is none.
    fn get(&self, _address: &Address, _name: &str) -> Result<Option<Node>, Silence> {
        Err(Silence::Unknown)
    }

    /// The objects at an address that have these labels.
    fn list(&self, _address: &Address, _labels: &[(SmolStr, SmolStr)]) -> Result<Vec<Node>, Silence> {
        Err(Silence::Unknown)
    }

    /// What the API server answers to an object that is posted, as to a review of a permission.
    fn post(&self, _address: &Address, _object: &Node) -> Result<Node, Silence> {
        Err(Silence::Unknown)
    }

    /// An entry of the global context, or a projection of it.
    fn global(&self, _name: &str, _projection: &str) -> Result<Node, Silence> {
        Err(Silence::Unknown)
    }

    /// What a registry knows of an image.
    fn image(&self, _image: &str) -> Result<Node, Silence> {
        Err(Silence::Unknown)
    }

    /// What a server answers.
    fn http(&self, _asked: &HttpRequest<'_>) -> Result<Node, Silence> {
        Err(Silence::Unknown)
    }

    /// The object of a namespace; none where it is not known.
    fn namespace(&self, _name: &str) -> Option<Node> {
        None
    }
}

/// What a server is asked.
#[derive(Debug, Clone, Copy)]
pub struct HttpRequest<'r> {
    /// `GET` or `POST`.
    pub method: &'r str,
    /// The URL.
    pub url: &'r str,
    /// The headers.
    pub headers: &'r [(SmolStr, SmolStr)],
    /// The body of a `POST`.
    pub body: Option<&'r Node>,
}

/// Nothing was gathered.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoOutside;

impl Outside for NoOutside {}
