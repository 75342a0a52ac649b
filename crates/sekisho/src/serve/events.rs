//! What becomes of bundles, told as events of a namespace.

use std::sync::Arc;

use anyhow::Result;
use sekisho_cluster::{Connection, Happening};
use sekisho_webhook::{Level, Log};

use crate::live::Live;

/// Tells events of a namespace; nothing where none is named.
#[derive(Clone, Default)]
pub(crate) struct Events(Option<Arc<Telling>>);

struct Telling {
    connection: Connection,
    namespace: String,
    pod: String,
    component: &'static str,
}

impl Events {
    /// Of the Pod that this program runs in, by the name of its host.
    pub(crate) fn new(namespace: Option<&str>, component: &'static str, live: &Live) -> Result<Self> {
        let Some(namespace) = namespace else { return Ok(Self::default()) };
        let (_, connection) = live.connect()?;
        let (namespace, pod) = (namespace.to_owned(), super::instance());
        Ok(Self(Some(Arc::new(Telling { connection, namespace, pod, component }))))
    }

    /// Tells that a bundle was refused.
    pub(crate) fn refused(&self, source: &str, why: &str, log: &Log) {
        self.tell(
            "BundleRefused",
            true,
            &format!("the bundle of {source} is refused, the last good one stays: {why}"),
            log,
        );
    }

    /// Tells that a bundle is in use.
    pub(crate) fn adopted(&self, source: &str, digest: &str, log: &Log) {
        self.tell("BundleAdopted", false, &format!("the bundle {digest} of {source} is in use"), log);
    }

    /// Tells what became of approvals of images that run.
    pub(crate) fn lapsed(&self, message: &str, log: &Log) {
        self.tell("ApprovalLapsed", true, message, log);
    }

    fn tell(&self, reason: &str, is_warning: bool, message: &str, log: &Log) {
        let Some(telling) = &self.0 else { return };
        let happening = Happening {
            namespace: &telling.namespace,
            pod: &telling.pod,
            component: telling.component,
            is_warning,
            reason,
            message,
        };
        if let Err(error) = telling.connection.tell(&happening) {
            log.line(Level::Warning, "event", |fields| {
                fields.insert("reason".to_owned(), error.to_string().into());
            });
        }
    }
}
