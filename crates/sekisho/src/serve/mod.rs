//! What the serving parts share: policies of files that are followed, and the settings of the webhook.

pub(crate) mod approvals;
pub(crate) mod events;
pub(crate) mod files;
pub(crate) mod following;
pub(crate) mod settings;
