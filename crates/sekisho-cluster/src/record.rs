//! Events: what a controller tells people about an object, where `kubectl describe` shows it.

use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use sekisho_manifest::ObjectRef;
use serde_json::json;

use crate::connection::Connection;
use crate::error::RequestError;

/// What is told.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// The object that it is about.
    pub about: &'a ObjectRef,
    /// Its identifier, where it is known.
    pub uid: &'a str,
    /// Whether it is a warning.
    pub is_warning: bool,
    /// One word for the reason: `BundleRefused`.
    pub reason: &'a str,
    /// One word for what was done: `Load`.
    pub action: &'a str,
    /// What happened, in a sentence; cut to what the server takes.
    pub note: &'a str,
    /// Who tells it: `sekisho.dev/controller`.
    pub controller: &'a str,
    /// Which instance: the name of the Pod.
    pub instance: &'a str,
}

/// The most characters of a note that the server takes.
const NOTE: usize = 1_000;

impl Connection {
    /// Tells people something about an object.
    pub fn record(&self, record: &Record<'_>) -> Result<(), RequestError> {
        /// Names of events of one moment differ.
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let now = Timestamp::now();
        let namespace = record.about.namespace.as_deref().unwrap_or("default");
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        // A name may have 253 bytes.
        let stem: String = record.about.name.chars().take(180).collect();
        let note: String = record.note.chars().take(NOTE).collect();
        let event = json!({
            "apiVersion": "events.k8s.io/v1",
            "kind": "Event",
            "metadata": {
                "name": format!("{stem}.{:x}.{count:x}", now.as_nanosecond()),
                "namespace": namespace,
            },
            "eventTime": now.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string(),
            "type": if record.is_warning { "Warning" } else { "Normal" },
            "reason": record.reason,
            "action": record.action,
            "note": note,
            "reportingController": record.controller,
            "reportingInstance": record.instance,
            "regarding": {
                "apiVersion": record.about.api_version.as_str(),
                "kind": record.about.kind.as_str(),
                "namespace": record.about.namespace.as_deref(),
                "name": record.about.name.as_str(),
                "uid": record.uid,
            },
        });
        self.create(&format!("/apis/events.k8s.io/v1/namespaces/{namespace}/events"), &event.to_string())?;
        Ok(())
    }
}
