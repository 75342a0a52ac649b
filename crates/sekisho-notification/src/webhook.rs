//! A server that takes each alert as JSON.

use std::time::Duration;

use sekisho_runtime::Alert;

use crate::agent::Sender;
use crate::error::NotificationError;

/// A server that takes each alert as JSON.
#[derive(Debug)]
pub(crate) struct Webhook {
    sender: Sender,
}

impl Webhook {
    pub(crate) fn new(address: &str, patience: Duration) -> Self {
        Self { sender: Sender::new(address, patience) }
    }

    pub(crate) fn tell(&self, alert: &Alert) -> Result<(), NotificationError> {
        self.sender.post_once(&alert.json(true).to_string())
    }
}
