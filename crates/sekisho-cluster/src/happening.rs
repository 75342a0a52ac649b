//! Events: what whoever looks at a namespace should know of a program in it.

use jiff::Timestamp;
use sekisho_manifest::Node;
use serde_json::json;

use crate::connection::Connection;
use crate::error::RequestError;

/// Something that happened to a Pod.
#[derive(Debug, Clone, Copy)]
pub struct Happening<'a> {
    /// The namespace of the Pod.
    pub namespace: &'a str,
    /// The Pod.
    pub pod: &'a str,
    /// Which part of the program tells it.
    pub component: &'a str,
    /// Whether somebody should do something about it.
    pub is_warning: bool,
    /// In one word: `BundleRefused`.
    pub reason: &'a str,
    /// In words.
    pub message: &'a str,
}

/// The longest message that the API server takes, in bytes.
const LONGEST: usize = 1_024;

impl Connection {
    /// Writes an event.
    pub fn tell(&self, happening: &Happening<'_>) -> Result<Node, RequestError> {
        let Happening { namespace, pod, component, is_warning, reason, message } = *happening;
        let end = (0..=LONGEST.min(message.len())).rev().find(|place| message.is_char_boundary(*place));
        let now = Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let event = json!({
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"generateName": "sekisho-", "namespace": namespace},
            "involvedObject": {"apiVersion": "v1", "kind": "Pod", "namespace": namespace, "name": pod},
            "type": if is_warning { "Warning" } else { "Normal" },
            "reason": reason,
            "message": message.get(..end.unwrap_or(0)).unwrap_or_default(),
            "source": {"component": component},
            "reportingComponent": component,
            "reportingInstance": pod,
            "firstTimestamp": now,
            "lastTimestamp": now,
            "count": 1,
        });
        let path = format!("/api/v1/namespaces/{namespace}/events");
        self.create(&path, &event.to_string()).map(|(stored, _)| stored)
    }
}
