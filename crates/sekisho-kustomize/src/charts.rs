//! The seam to charts: kustomize asks for one, the caller renders it.

use sekisho_manifest::{Node, Span};
use smol_str::SmolStr;

/// A chart that a kustomization wants inflated.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// The chart's name.
    pub name: SmolStr,
    /// The chart's folder, relative to the root of the files. Where it is not on disk, [`repository`] may
    /// say where it could be fetched.
    ///
    /// [`repository`]: Self::repository
    pub folder: SmolStr,
    /// Where the chart would be fetched.
    pub repository: Option<SmolStr>,
    /// The version that is wanted.
    pub version: Option<SmolStr>,
    /// The name of the release; none where Helm would make one up.
    pub release: Option<SmolStr>,
    /// A template for the release's name.
    pub name_template: Option<SmolStr>,
    /// The namespace of the release.
    pub namespace: Option<SmolStr>,
    /// The values, those of the file and the inline ones merged as the kustomization says; they go over those
    /// of the chart.
    pub values: Option<Node>,
    /// More values files, later ones winning, relative to the root of the files.
    pub more_values: Vec<SmolStr>,
    /// Whether custom resource definitions are wanted too.
    pub include_crds: bool,
    /// Whether hooks are left out.
    pub skip_hooks: bool,
    /// Whether tests are left out.
    pub skip_tests: bool,
    /// What `.Capabilities.APIVersions` has.
    pub api_versions: Vec<SmolStr>,
    /// What `.Capabilities.KubeVersion` is.
    pub kube_version: Option<SmolStr>,
    /// The entry of the kustomization.
    pub span: Span,
}

/// Renders charts for a build.
pub trait Charts {
    /// The objects that the chart renders to, in the order of Helm's output.
    ///
    /// # Errors
    ///
    /// The reason why the chart cannot be rendered, in one line.
    fn render(&self, chart: &Chart) -> Result<Vec<Node>, String>;
}
