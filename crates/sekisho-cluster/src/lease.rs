//! Which of several replicas leads: a Lease, as the controllers of Kubernetes use it.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use sekisho_manifest::Node;
use serde_json::json;

use crate::connection::Connection;
use crate::error::RequestError;

/// A candidate.
///
/// Nobody's clock is trusted: a lease is taken over when it has not changed for as long as it is good for, by the
/// clock of whoever looks.
#[derive(Debug)]
pub struct Candidate {
    path: String,
    namespace: String,
    name: String,
    identity: String,
    good_for: Duration,
    /// What the lease was like when it last changed, and when that was seen.
    seen: Option<(String, Instant)>,
    /// Until when this one leads; it asked before that was granted.
    leads_until: Option<Instant>,
}

impl Candidate {
    /// A candidate for a lease that is good for so long. Call [`campaign`](Self::campaign) three times as often.
    pub fn new(namespace: &str, name: &str, identity: &str, good_for: Duration) -> Self {
        Self {
            path: format!("/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases"),
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            identity: identity.to_owned(),
            good_for,
            seen: None,
            leads_until: None,
        }
    }

    /// Whether this one leads at this moment, as far as it can know without asking.
    pub fn leads(&self) -> bool {
        self.leads_until.is_some_and(|until| Instant::now() < until)
    }

    /// Asks for the lease, or to keep it; whether this one leads.
    pub fn campaign(&mut self, connection: &Connection) -> Result<bool, RequestError> {
        let asked = Instant::now();
        let path = format!("{}/{}", self.path, self.name);
        let lease = match connection.get(&path) {
            Ok(lease) => lease,
            Err(error) if error.is_absent() => {
                let made = connection.create(&self.path, &self.lease(None, 0));
                return self.settle(made.map(drop), asked);
            }
            Err(error) => return Err(error),
        };
        let version =
            lease.at(&["metadata", "resourceVersion"]).and_then(Node::as_str).unwrap_or("").to_owned();
        let holder = lease.at(&["spec", "holderIdentity"]).and_then(Node::as_str).unwrap_or("");
        if self.seen.as_ref().is_none_or(|(seen, _)| *seen != version) {
            self.seen = Some((version.clone(), asked));
        }
        let is_mine = holder == self.identity;
        let seconds = lease.at(&["spec", "leaseDurationSeconds"]).and_then(Node::as_i64);
        let good_for = seconds.and_then(|seconds| u64::try_from(seconds).ok());
        let good_for = good_for.map_or(self.good_for, Duration::from_secs);
        let is_over = self.seen.as_ref().is_some_and(|(_, since)| asked.duration_since(*since) > good_for);
        if !is_mine && !holder.is_empty() && !is_over {
            self.leads_until = None;
            return Ok(false);
        }
        let changes = lease.at(&["spec", "leaseTransitions"]).and_then(Node::as_i64).unwrap_or(0);
        let body = self.lease(Some(&version), if is_mine { changes } else { changes + 1 });
        let kept = connection.replace(&path, &body);
        self.settle(kept.map(drop), asked)
    }

    /// Gives the lease back, so that another leads at once.
    pub fn resign(&mut self, connection: &Connection) -> Result<(), RequestError> {
        if self.leads_until.take().is_none() {
            return Ok(());
        }
        let path = format!("{}/{}", self.path, self.name);
        let lease = connection.get(&path)?;
        if lease.at(&["spec", "holderIdentity"]).and_then(Node::as_str) != Some(&self.identity) {
            return Ok(());
        }
        let version = lease.at(&["metadata", "resourceVersion"]).and_then(Node::as_str).unwrap_or("");
        let change = json!({"metadata": {"resourceVersion": version}, "spec": {"holderIdentity": ""}});
        connection.patch(&path, crate::write::MERGE_PATCH, &change.to_string()).map(drop)
    }

    fn settle(&mut self, asked: Result<(), RequestError>, since: Instant) -> Result<bool, RequestError> {
        match asked {
            Ok(()) => {
                self.leads_until = Some(since + self.good_for);
                Ok(true)
            }
            // Another was faster.
            Err(error) if error.code() == Some(409) => {
                self.leads_until = None;
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    fn lease(&self, version: Option<&str>, changes: i64) -> String {
        let now = Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string();
        let mut metadata = json!({"name": self.name, "namespace": self.namespace});
        if let Some(version) = version {
            metadata["resourceVersion"] = version.into();
        }
        json!({
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": metadata,
            "spec": {
                "holderIdentity": self.identity,
                "leaseDurationSeconds": self.good_for.as_secs(),
                "renewTime": now,
                "acquireTime": now,
                "leaseTransitions": changes,
            },
        })
        .to_string()
    }
}
