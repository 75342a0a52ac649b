//! Where alerts go: files, syslog, webhooks, OpenTelemetry; and where traces go.
//!
//! An [`Address`] says where, a [`Channel`] is an open one. A channel that fails gives an error for each alert that it
//! could not tell, and goes on with the next. [`Traces`] hands spans to a collector of OpenTelemetry.

mod agent;
mod error;
mod file;
mod opentelemetry;
mod syslog;
mod webhook;

use std::path::PathBuf;
use std::str::FromStr;

pub use error::NotificationError;
use file::File;
use opentelemetry::OpenTelemetry;
pub use opentelemetry::{Attribute, Span, SpanEvent, SpanKind, Traces, is_collector};
use sekisho_runtime::Alert;
use syslog::Syslog;
use webhook::Webhook;

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
    /// A log.
    Syslog(Syslog),
    /// A server.
    Webhook(Webhook),
    /// A collector.
    OpenTelemetry(OpenTelemetry),
}

impl Channel {
    /// Opens a channel; none for standard output.
    pub fn open(address: &Address) -> Result<Option<Self>, NotificationError> {
        Ok(Some(match address {
            Address::Output => return Ok(None),
            Address::File(path) => Self::File(File::open(path)?),
            Address::LocalSyslog => Self::Syslog(Syslog::local()?),
            Address::Syslog { server, stream } => Self::Syslog(Syslog::remote(server, *stream)?),
            Address::Webhook(url) => Self::Webhook(Webhook::new(url)),
            Address::OpenTelemetry(url) => Self::OpenTelemetry(OpenTelemetry::new(url)),
        }))
    }

    /// Tells an alert, of which `line` is how it is written.
    pub fn tell(&mut self, alert: &Alert, line: &str) -> Result<(), NotificationError> {
        match self {
            Self::File(file) => file.tell(line),
            Self::Syslog(syslog) => syslog.tell(alert, line),
            Self::Webhook(webhook) => webhook.tell(alert),
            Self::OpenTelemetry(collector) => collector.tell(alert),
        }
    }

    /// Tells what still waits.
    pub fn flush(&mut self) -> Result<(), NotificationError> {
        match self {
            Self::File(file) => file.flush(),
            Self::OpenTelemetry(collector) => collector.flush(),
            Self::Syslog(_) | Self::Webhook(_) => Ok(()),
        }
    }
}
