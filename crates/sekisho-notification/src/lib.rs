//! Where alerts go: files, syslog, webhooks, OpenTelemetry; and where traces go.
//!
//! An [`Address`] says where, a [`Channel`] is an open one. A file is written at once; whatever else there is stands
//! behind an [`Outbox`], so that a receiver that stalls holds up nobody. [`Traces`] hands spans to a collector of OpenTelemetry.

mod agent;
mod error;
mod file;
mod message;
mod opentelemetry;
mod outbox;
mod queue;
mod receiver;
mod syslog;
mod webhook;

use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

pub use error::NotificationError;
use file::File;
pub use message::Message;
pub use opentelemetry::{Attribute, Span, SpanEvent, SpanKind, Traces, is_collector};
pub use outbox::{Outbox, OutboxCounts, OutboxSettings, Said};
use receiver::Receiver;

/// Where alerts go.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Address {
    /// Standard output, which is not this crate's to write to.
    Output,
    /// A file, to which lines are added.
    File(PathBuf),
    /// The log of this machine.
    LocalSyslog,
    /// A log server, over UDP or TCP.
    Syslog {
        /// Host and port.
        server: String,
        /// Over TCP.
        stream: bool,
    },
    /// A server that takes each alert as JSON.
    Webhook(String),
    /// A collector of OpenTelemetry logs over HTTP.
    OpenTelemetry(String),
}

impl Address {
    /// Whether it lies beyond this machine.
    pub fn is_remote(&self) -> bool {
        !matches!(self, Self::Output | Self::File(_) | Self::LocalSyslog)
    }

    /// What to call it: without the path and the query of a server, which may hold what nobody else is to know.
    pub fn shown(&self) -> String {
        let origin = |url: &str| {
            let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
            let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
            let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
            format!("{scheme}://{host}")
        };
        match self {
            Self::Output => "stdout".to_owned(),
            Self::File(path) => format!("file:{}", path.display()),
            Self::LocalSyslog => "syslog".to_owned(),
            Self::Syslog { server, stream: true } => format!("syslog+tcp://{server}"),
            Self::Syslog { server, stream: false } => format!("syslog://{server}"),
            Self::Webhook(url) => origin(url),
            Self::OpenTelemetry(url) => format!("otlp+{}", origin(url)),
        }
    }
}

impl FromStr for Address {
    type Err = NotificationError;

    /// `stdout`, `file:PATH`, `syslog`, `syslog://HOST:PORT`, `syslog+tcp://HOST:PORT`, `https://…`, `otlp+https://…`.
    fn from_str(text: &str) -> Result<Self, NotificationError> {
        let is_url = |text: &str| agent::is_address(text);
        if matches!(text, "stdout" | "-") {
            return Ok(Self::Output);
        }
        if text == "syslog" {
            return Ok(Self::LocalSyslog);
        }
        if let Some(path) = text.strip_prefix("file:").filter(|path| !path.is_empty()) {
            return Ok(Self::File(PathBuf::from(path)));
        }
        for (begin, stream) in [("syslog://", false), ("syslog+tcp://", true)] {
            if let Some(server) = text.strip_prefix(begin).filter(|server| !server.is_empty()) {
                let has_port = server.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
                let server = if has_port { server.to_owned() } else { format!("{server}:514") };
                return Ok(Self::Syslog { server, stream });
            }
        }
        if let Some(url) = text.strip_prefix("otlp+").filter(|url| is_url(url)) {
            return Ok(Self::OpenTelemetry(url.to_owned()));
        }
        if is_url(text) {
            return Ok(Self::Webhook(text.to_owned()));
        }
        Err(NotificationError::Address(text.to_owned()))
    }
}

/// An open channel for alerts.
#[derive(Debug)]
pub enum Channel {
    /// A file.
    File(File),
    /// Something that may take its time.
    Outbox(Outbox),
}

impl Channel {
    /// Opens a channel; none for standard output. `said` hears of what goes wrong later.
    pub fn open(
        address: &Address,
        settings: OutboxSettings,
        said: Said,
    ) -> Result<Option<Self>, NotificationError> {
        if let Address::File(path) = address {
            return Ok(Some(Self::File(File::open(path)?)));
        }
        let Some(receiver) = Receiver::open(address, settings.patience)? else { return Ok(None) };
        match Outbox::start(receiver, address.shown(), settings, said) {
            Ok(outbox) => Ok(Some(Self::Outbox(outbox))),
            Err(source) => Err(NotificationError::Thread { address: address.shown(), source }),
        }
    }

    /// Tells an alert. An error says that it is lost; what becomes of those in an outbox is counted there.
    pub fn tell(&mut self, message: &Arc<Message>) -> Result<(), NotificationError> {
        match self {
            Self::File(file) => file.tell(&message.line),
            Self::Outbox(outbox) => {
                outbox.tell(message);
                Ok(())
            }
        }
    }
}
