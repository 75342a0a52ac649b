//! Pod Security.
#![allow(clippy::expect_used, reason = "what these modules prepare is known to be there")]

mod admission;
mod controls;
mod facts;
mod laws;
mod levels;

use sekisho_manifest::{Budget, Format, Node, SourceId, load};
use sekisho_policy::pod_security::{LevelVersion, Pod, Violation, evaluate};

/// The first document of a text.
pub(crate) fn node(text: &str) -> Node {
    let loaded = load(SourceId::default(), text, Format::Yaml, &Budget::default());
    assert!(loaded.errors.is_empty(), "{:?}", loaded.errors);
    loaded.documents.into_iter().next().expect("a document").root
}

/// What a Pod is refused for.
pub(crate) fn violations(policy: &str, pod: &str) -> Vec<Violation> {
    evaluate(policy_of(policy), &Pod::of(&node(pod)))
}

/// `restricted:v1.30`.
pub(crate) fn policy_of(text: &str) -> LevelVersion {
    use sekisho_policy::pod_security::{Level, Version};
    let (level, version) = text.split_once(':').expect("a level and a version");
    LevelVersion {
        level: Level::parse(level).expect("a level"),
        version: Version::parse(version).expect("a version"),
    }
}
