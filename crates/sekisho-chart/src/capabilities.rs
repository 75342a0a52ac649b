//! `.Capabilities`: the Kubernetes version, the API versions, the version of Helm.

use std::any::Any;
use std::rc::Rc;

use smol_str::{SmolStr, ToSmolStr, format_smolstr};

use crate::template::CallError;
use crate::value::{Host, HostKind, Method, Text, Type, Value};

/// What a chart is rendered for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capabilities {
    kube_version: KubeVersion,
    api_versions: Vec<SmolStr>,
}

/// A Kubernetes version.
#[derive(Debug, Clone, PartialEq, Eq)]
struct KubeVersion {
    /// As given, with a `v` before it: `v1.33.4-gke.1245000`.
    version: SmolStr,
    /// Its numbers alone: `v1.33.4`.
    normalized: SmolStr,
    major: SmolStr,
    minor: SmolStr,
}

/// A text that is no Kubernetes version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no Kubernetes version; write it as 1.36 or v1.36.0")]
pub struct KubeVersionError(pub String);

impl Default for Capabilities {
    /// What Helm 4.2 assumes without a cluster.
    fn default() -> Self {
        let kube_version = KubeVersion {
            version: "v1.36.0".into(),
            normalized: "v1.36.0".into(),
            major: "1".into(),
            minor: "36".into(),
        };
        Self { kube_version, api_versions: API_VERSIONS.iter().copied().map(SmolStr::new_static).collect() }
    }
}

impl Capabilities {
    /// What Helm assumes, for a Kubernetes version if one is given, and with further API versions, such as
    /// `example.com/v1` or `example.com/v1/Thing`. The others stay those of [`default`](Self::default).
    ///
    /// # Errors
    /// Where the version is none.
    pub fn new<'a>(
        kube_version: Option<&str>,
        api_versions: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, KubeVersionError> {
        let mut capabilities = Self::default();
        if let Some(version) = kube_version.filter(|version| !version.is_empty()) {
            capabilities.kube_version = KubeVersion::parse(version)?;
        }
        capabilities.api_versions.extend(api_versions.into_iter().map(SmolStr::new));
        Ok(capabilities)
    }

    /// The Kubernetes version, with its numbers alone, as charts' `kubeVersion` is compared to.
    pub fn kube_version(&self) -> &str {
        &self.kube_version.normalized
    }

    /// The object that templates see.
    pub(crate) fn to_value(&self) -> Value {
        Value::host(Object(self.clone()))
    }
}

impl KubeVersion {
    /// Reads a version as Kubernetes reads its own: at least two numbers, whatever stands behind them.
    fn parse(text: &str) -> Result<Self, KubeVersionError> {
        let error = || KubeVersionError(text.to_owned());
        let trimmed = text.trim_start();
        let numbers = trimmed.strip_prefix('v').unwrap_or(trimmed);
        let end = numbers.find(|character: char| !character.is_ascii_digit() && character != '.');
        let mut numbers = numbers.get(..end.unwrap_or(numbers.len())).unwrap_or("");
        // A dot that no number follows belongs to the rest.
        if let Some(at) = numbers.find("..") {
            numbers = numbers.get(..at).unwrap_or("");
        }
        let numbers = numbers.strip_suffix('.').unwrap_or(numbers);
        let parts: Vec<u64> =
            numbers.split('.').map(|part| part.parse().map_err(|_| error())).collect::<Result<_, _>>()?;
        let [major, minor, ..] = parts[..] else {
            return Err(error());
        };
        if numbers.starts_with('0') && !numbers.starts_with("0.") {
            return Err(error());
        }
        let shown: Vec<_> = parts.iter().map(u64::to_string).collect();
        Ok(Self {
            version: if text.starts_with('v') { text.into() } else { format_smolstr!("v{text}") },
            normalized: format_smolstr!("v{}", shown.join(".")),
            major: major.to_smolstr(),
            minor: minor.to_smolstr(),
        })
    }
}

/// `.Capabilities`
#[derive(Debug)]
struct Object(Capabilities);

impl Host for Object {
    fn type_name(&self) -> &'static str {
        "*common.Capabilities"
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn methods(&self) -> &'static [Method] {
        &[Method {
            name: "Copy",
            parameters: &[],
            body: |_, host, _| Ok(receiver::<Self>(host)?.0.to_value()),
        }]
    }

    fn field(&self, name: &str) -> Option<Value> {
        self.entries().into_iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    fn entries(&self) -> Vec<(SmolStr, Value)> {
        vec![
            ("KubeVersion".into(), Value::host(self.0.kube_version.clone())),
            ("APIVersions".into(), Value::host(VersionSet(self.0.api_versions.clone()))),
            ("HelmVersion".into(), Value::host(BuildInfo)),
        ]
    }
}

impl Host for KubeVersion {
    fn type_name(&self) -> &'static str {
        "common.KubeVersion"
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn methods(&self) -> &'static [Method] {
        &[
            Method {
                name: "GitVersion",
                parameters: &[],
                body: |_, host, _| Ok(receiver::<Self>(host)?.version.clone().into()),
            },
            Method {
                name: "String",
                parameters: &[],
                body: |_, host, _| Ok(receiver::<Self>(host)?.normalized.clone().into()),
            },
        ]
    }

    fn field(&self, name: &str) -> Option<Value> {
        self.entries().into_iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    fn entries(&self) -> Vec<(SmolStr, Value)> {
        vec![
            ("Version".into(), self.version.clone().into()),
            ("Major".into(), self.major.clone().into()),
            ("Minor".into(), self.minor.clone().into()),
        ]
    }

    fn display(&self) -> Option<Text> {
        let Self { version, normalized, major, minor } = self;
        Some(format!("{{{version} {normalized} {major} {minor}}}").into())
    }

    fn printed(&self) -> Option<Text> {
        Some(self.normalized.clone().into())
    }
}

/// `.Capabilities.APIVersions`
#[derive(Debug)]
struct VersionSet(Vec<SmolStr>);

impl Host for VersionSet {
    fn type_name(&self) -> &'static str {
        "common.VersionSet"
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn kind(&self) -> HostKind {
        HostKind::List
    }

    fn methods(&self) -> &'static [Method] {
        &[Method {
            name: "Has",
            parameters: &[Type::String],
            body: |call, host, args| {
                let versions = &receiver::<Self>(host)?.0;
                call.charge(versions.len() as u64 / 16)?;
                let wanted = args.first().and_then(Value::as_text).map(Text::to_key).unwrap_or_default();
                Ok(versions.contains(&wanted).into())
            },
        }]
    }

    fn entries(&self) -> Vec<(SmolStr, Value)> {
        self.0.iter().map(|version| (SmolStr::default(), version.clone().into())).collect()
    }

    fn truth(&self) -> bool {
        !self.0.is_empty()
    }
}

/// `.Capabilities.HelmVersion`: the version whose rules are followed here.
#[derive(Debug)]
struct BuildInfo;

impl Host for BuildInfo {
    fn type_name(&self) -> &'static str {
        "version.BuildInfo"
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn field(&self, name: &str) -> Option<Value> {
        self.entries().into_iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    fn entries(&self) -> Vec<(SmolStr, Value)> {
        [
            ("Version", "v4.2.3"),
            ("GitCommit", "43e8b7feece8beb0fcba47059ec9b522fd929a64"),
            ("GitTreeState", "clean"),
            ("GoVersion", "go1.26.5"),
            ("KubeClientVersion", "v1.36"),
        ]
        .map(|(name, value)| (name.into(), value.into()))
        .into()
    }
}

fn receiver<T: 'static>(host: &Rc<dyn Host>) -> Result<&T, CallError> {
    host.as_any().downcast_ref().ok_or_else(|| CallError::new("wrong receiver"))
}

/// The API versions that Helm 4.2 knows without a cluster.
const API_VERSIONS: &[&str] = &[
    "v1",
    "admissionregistration.k8s.io/v1",
    "admissionregistration.k8s.io/v1alpha1",
    "admissionregistration.k8s.io/v1beta1",
    "internal.apiserver.k8s.io/v1alpha1",
    "apps/v1",
    "apps/v1beta1",
    "apps/v1beta2",
    "authentication.k8s.io/v1",
    "authentication.k8s.io/v1alpha1",
    "authentication.k8s.io/v1beta1",
    "authorization.k8s.io/v1",
    "authorization.k8s.io/v1beta1",
    "autoscaling/v1",
    "autoscaling/v2",
    "batch/v1",
    "batch/v1beta1",
    "certificates.k8s.io/v1",
    "certificates.k8s.io/v1beta1",
    "certificates.k8s.io/v1alpha1",
    "coordination.k8s.io/v1alpha2",
    "coordination.k8s.io/v1beta1",
    "coordination.k8s.io/v1",
    "discovery.k8s.io/v1",
    "discovery.k8s.io/v1beta1",
    "events.k8s.io/v1",
    "events.k8s.io/v1beta1",
    "extensions/v1beta1",
    "flowcontrol.apiserver.k8s.io/v1",
    "flowcontrol.apiserver.k8s.io/v1beta1",
    "flowcontrol.apiserver.k8s.io/v1beta2",
    "flowcontrol.apiserver.k8s.io/v1beta3",
    "networking.k8s.io/v1",
    "networking.k8s.io/v1beta1",
    "node.k8s.io/v1",
    "node.k8s.io/v1alpha1",
    "node.k8s.io/v1beta1",
    "policy/v1",
    "policy/v1beta1",
    "rbac.authorization.k8s.io/v1",
    "rbac.authorization.k8s.io/v1beta1",
    "rbac.authorization.k8s.io/v1alpha1",
    "resource.k8s.io/v1",
    "resource.k8s.io/v1beta2",
    "resource.k8s.io/v1beta1",
    "resource.k8s.io/v1alpha3",
    "scheduling.k8s.io/v1alpha2",
    "scheduling.k8s.io/v1beta1",
    "scheduling.k8s.io/v1",
    "storage.k8s.io/v1beta1",
    "storage.k8s.io/v1",
    "storage.k8s.io/v1alpha1",
    "storagemigration.k8s.io/v1beta1",
    "apiextensions.k8s.io/v1beta1",
    "apiextensions.k8s.io/v1",
];
