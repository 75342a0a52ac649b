//! What the serving parts share: policies of files that are followed, and the settings of the webhook.

pub(crate) mod approvals;
pub(crate) mod events;
pub(crate) mod files;
pub(crate) mod following;
pub(crate) mod settings;

/// Which of several replicas this is: the Pod, by the name of its host.
pub(crate) fn instance() -> String {
    let name = std::env::var("HOSTNAME").ok().filter(|name| !name.is_empty());
    name.unwrap_or_else(|| "sekisho".to_owned())
}
