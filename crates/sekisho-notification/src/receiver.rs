//! What alerts are sent to from the thread of its outbox, one request at a time.

use std::sync::Arc;
use std::time::Duration;

use crate::Address;
use crate::error::NotificationError;
use crate::message::Message;
use crate::opentelemetry::{BATCH, OpenTelemetry};
use crate::syslog::Syslog;
use crate::webhook::Webhook;

/// What alerts are sent to.
#[derive(Debug)]
pub(crate) enum Receiver {
    Syslog(Syslog),
    Webhook(Webhook),
    OpenTelemetry(OpenTelemetry),
}

impl Receiver {
    /// Opens what has this address; none where it is nothing that is sent to.
    pub(crate) fn open(address: &Address, patience: Duration) -> Result<Option<Self>, NotificationError> {
        Ok(Some(match address {
            Address::Output | Address::File(_) => return Ok(None),
            Address::LocalSyslog => Self::Syslog(Syslog::local(patience)?),
            Address::Syslog { server, stream } => Self::Syslog(Syslog::remote(server, *stream, patience)?),
            Address::Webhook(url) => Self::Webhook(Webhook::new(url, patience)),
            Address::OpenTelemetry(url) => Self::OpenTelemetry(OpenTelemetry::new(url, patience)),
        }))
    }

    /// How many alerts are sent together at most.
    pub(crate) fn most(&self) -> usize {
        if matches!(self, Self::OpenTelemetry(_)) { BATCH } else { 1 }
    }

    /// Sends alerts, no more than are sent together; of those only one is ever sent to a log or a server.
    pub(crate) fn send(&mut self, messages: &[Arc<Message>]) -> Result<(), NotificationError> {
        match self {
            Self::OpenTelemetry(collector) => collector.tell(messages),
            Self::Syslog(syslog) => {
                messages.iter().try_for_each(|message| syslog.tell(&message.alert, &message.line))
            }
            Self::Webhook(webhook) => messages.iter().try_for_each(|message| webhook.tell(&message.alert)),
        }
    }
}
