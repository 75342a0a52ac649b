//! The kinds of the group `policies.kyverno.io`.

use sekisho_manifest::Node;

/// What a policy does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PolicyKind {
    /// It judges objects.
    Validating,
    /// It changes objects.
    Mutating,
    /// It makes objects.
    Generating,
    /// It removes objects on a schedule.
    Deleting,
    /// It judges images.
    ImageValidating,
}

impl PolicyKind {
    /// The name of the kind, of the cluster or of a namespace.
    pub fn name(self, namespaced: bool) -> &'static str {
        match (self, namespaced) {
            (Self::Validating, false) => "ValidatingPolicy",
            (Self::Validating, true) => "NamespacedValidatingPolicy",
            (Self::Mutating, false) => "MutatingPolicy",
            (Self::Mutating, true) => "NamespacedMutatingPolicy",
            (Self::Generating, false) => "GeneratingPolicy",
            (Self::Generating, true) => "NamespacedGeneratingPolicy",
            (Self::Deleting, false) => "DeletingPolicy",
            (Self::Deleting, true) => "NamespacedDeletingPolicy",
            (Self::ImageValidating, false) => "ImageValidatingPolicy",
            (Self::ImageValidating, true) => "NamespacedImageValidatingPolicy",
        }
    }

    /// The kind of a document, and whether it belongs to a namespace; none where it is no policy of the group.
    pub fn of(root: &Node) -> Option<(Self, bool)> {
        if !is_of_group(root) {
            return None;
        }
        let all = [Self::Validating, Self::Mutating, Self::Generating, Self::Deleting, Self::ImageValidating];
        let kind = root.str("kind");
        all.into_iter()
            .flat_map(|known| [(known, false), (known, true)])
            .find(|(known, namespaced)| known.name(*namespaced) == kind)
    }
}

/// Whether a document is an exception of the group.
pub(super) fn is_exception(root: &Node) -> bool {
    is_of_group(root) && root.str("kind") == "PolicyException"
}

/// Whether a document is a policy of the group, or an exception to one.
pub fn is_policy(root: &Node) -> bool {
    is_exception(root) || PolicyKind::of(root).is_some()
}

fn is_of_group(root: &Node) -> bool {
    root.str("apiVersion").starts_with("policies.kyverno.io/")
}

/// Whether the version of a document is one that is known here.
pub(super) fn is_known_version(root: &Node) -> bool {
    let version = root.str("apiVersion").strip_prefix("policies.kyverno.io/");
    matches!(version, Some("v1alpha1" | "v1beta1" | "v1"))
}
