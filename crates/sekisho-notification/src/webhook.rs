//! A server that takes each alert as JSON.

use sekisho_runtime::Alert;

use crate::agent::Sender;
use crate::error::NotificationError;

/// A server that takes each alert as JSON.
#[derive(Debug)]
pub struct Webhook {
    sender: Sender,
}

impl Webhook {
    pub(crate) fn new(address: &str) -> Self {
        Self { sender: Sender::new(address) }
    }

    pub(crate) fn tell(&self, alert: &Alert) -> Result<(), NotificationError> {
        self.sender.post(&alert.json(true).to_string())
    }
}
