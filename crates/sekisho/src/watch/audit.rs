//! Audit events as a source of alerts: logs that are gone over or followed, and lists that the API server sends.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use sekisho_audit::AuditEvent;
use sekisho_falco::{Matching, RuleSet};
use sekisho_sigma::Correlation;
use sekisho_webhook::audit::{AuditBackend, AuditCounts, AuditLimits};
use sekisho_webhook::on_end;
use sekisho_webhook::tls::{CertificateSource, ClientSource, Clients, Folder, Given, Own, Rotation, Serving};

use super::counted;
use super::desk::Desk;
use super::replay::AuditAsker;
use crate::arguments::watch::BackendArguments;
use crate::audit::{Reader, Tally, follow, go_over};
use crate::terminal::{Terminal, complain};

/// How often certificates are looked at for changes.
const CERTIFICATES: Duration = Duration::from_secs(10);

/// How long a list is waited for before it is looked whether the end was asked for.
const PATIENCE: Duration = Duration::from_millis(200);

/// How events are asked about.
pub(crate) struct Asking<'a> {
    pub(crate) rules: &'a RuleSet,
    pub(crate) correlations: &'a [Correlation],
    pub(crate) matching: Matching,
    pub(crate) host: &'a str,
}

/// Asks rules about events and tells what they find.
struct Asked<'a, 'd> {
    asker: AuditAsker<'a>,
    desk: &'d mut Desk,
    failure: Option<anyhow::Error>,
}

impl<'a, 'd> Asked<'a, 'd> {
    fn new(asking: &Asking<'a>, desk: &'d mut Desk) -> Self {
        Self {
            asker: AuditAsker::new(asking.rules, asking.correlations, asking.matching, asking.host),
            desk,
            failure: None,
        }
    }

    fn take(&mut self, event: AuditEvent<'_>) {
        if self.failure.is_some() || self.desk.is_deaf() {
            return;
        }
        for alert in self.asker.ask(event) {
            if let Err(error) = self.desk.tell(alert) {
                self.failure = Some(error);
                return;
            }
        }
    }

    fn end(self) -> Result<()> {
        let forgotten = self.asker.forgotten();
        if forgotten > 0 {
            let many = "groups of correlations forgotten because there were too many";
            complain(counted(
                forgotten,
                "group of a correlation forgotten because there were too many",
                many,
            ));
        }
        self.failure.map_or(Ok(()), Err)
    }
}

/// Goes over logs to their end; whether all of them could be read.
pub(crate) fn over(
    logs: &[PathBuf],
    asking: &Asking<'_>,
    desk: &mut Desk,
    terminal: &Terminal,
) -> Result<(bool, u64)> {
    let mut asked = Asked::new(asking, desk);
    let tally = go_over(logs, &mut |event| asked.take(event))?;
    asked.end()?;
    Ok(said(&tally, terminal))
}

/// Follows a log until the process is asked to end; whether all of it could be read.
pub(crate) fn following(
    log: &Path,
    skip_existing: bool,
    asking: &Asking<'_>,
    desk: &mut Desk,
    terminal: &Terminal,
) -> Result<(bool, u64)> {
    let ended = ended()?;
    let mut asked = Asked::new(asking, desk);
    let tally = follow(log, skip_existing, &ended, &mut |event| asked.take(event))?;
    asked.end()?;
    Ok(said(&tally, terminal))
}

/// Takes what the API server sends until the process is asked to end; whether all of it could be read.
pub(crate) fn listening(
    address: SocketAddr,
    arguments: &BackendArguments,
    asking: &Asking<'_>,
    desk: &mut Desk,
    terminal: &Terminal,
) -> Result<(bool, u64)> {
    let ended = ended()?;
    let serving = serving(address, arguments)?;
    let backend = AuditBackend::bind(address, serving.clone(), AuditLimits::default())?;
    let scheme = if serving.is_some() { "https" } else { "http" };
    terminal.note(format!("audit events are taken at {scheme}://{}/audit", backend.address()?));
    let mut batches = backend.start()?;
    let mut tally = Tally::default();
    let mut asked = Asked::new(asking, desk);
    let mut looked = Instant::now();
    let mut is_stopped = false;
    loop {
        let mut take = |event: AuditEvent<'_>| asked.take(event);
        let mut reader = Reader::new(&mut tally, &mut take);
        match batches.next(PATIENCE) {
            (Some(batch), _) => reader.line("a list that was sent", &mut 0, Ok(batch.bytes())),
            (None, true) => break,
            (None, false) if is_stopped => break,
            (None, false) => {}
        }
        if !is_stopped && ended.load(Ordering::Acquire) {
            batches.stop();
            is_stopped = true;
        }
        if let Some(serving) = serving.as_ref().filter(|_| looked.elapsed() > CERTIFICATES) {
            looked = Instant::now();
            if let Err(error) = serving.refresh() {
                complain(format!("the certificate could not be renewed: {error}"));
            }
        }
    }
    asked.end()?;
    summarize(batches.counts(), terminal);
    Ok(said(&tally, terminal))
}

fn ended() -> Result<Arc<AtomicBool>> {
    let ended = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&ended);
    on_end(move || asked.store(true, Ordering::Release))?;
    Ok(ended)
}

/// What is served with; none for plain HTTP.
fn serving(address: SocketAddr, arguments: &BackendArguments) -> Result<Option<Arc<Serving>>> {
    if arguments.plain_http {
        if !address.ip().is_loopback() {
            complain(
                "without TLS everyone on the way reads the events, and whoever reaches the port sends them",
            );
        }
        return Ok(None);
    }
    let certificate: Box<dyn CertificateSource> = match (
        &arguments.tls_certificate,
        &arguments.tls_key,
        &arguments.tls_folder,
    ) {
        (Some(chain), Some(key), _) => Box::new(Given::new(chain.clone(), key.clone())),
        (_, _, Some(folder)) => {
            let names = if arguments.tls_name.is_empty() {
                vec!["localhost".to_owned()]
            } else {
                arguments.tls_name.clone()
            };
            Box::new(Own::new(Box::new(Folder::new(folder.clone())), names, Rotation::default()))
        }
        _ => bail!(
            "there is no certificate to show: give `--tls-certificate` and `--tls-key`, have an authority kept by \
                 `--tls-folder`, or go without TLS by `--plain-http`"
        ),
    };
    let clients = match &arguments.client_ca {
        Some(file) => Clients::Trusted {
            source: ClientSource::File(file.clone()),
            names: arguments.client_name.clone(),
        },
        None if arguments.any_client => Clients::Anyone,
        None => bail!(
            "it is not said who may send events: name authorities with `--client-ca`, or take them from everyone with \
             `--any-client`"
        ),
    };
    Ok(Some(Arc::new(Serving::new(certificate, clients)?)))
}

/// Says what was read; whether all could be, and how many events.
fn said(tally: &Tally, terminal: &Terminal) -> (bool, u64) {
    tally.complaints().for_each(complain);
    for (shape, entries) in &tally.shapes {
        terminal.note(format!("{}: {}", counted(*entries, "entry", "entries"), shape.words()));
    }
    terminal.note(counted(tally.events, "audit event", "audit events"));
    (tally.unreadable == 0, tally.events)
}

fn summarize(counts: AuditCounts, terminal: &Terminal) {
    terminal.note(counted(counts.taken, "list was taken", "lists were taken"));
    for (count, one, many) in [
        (
            counts.refused,
            "list was sent back because too many waited",
            "lists were sent back because too many waited",
        ),
        (counts.too_large, "list was too large", "lists were too large"),
        (counts.broken, "list did not come to its end", "lists did not come to their end"),
        (counts.other, "request was no list", "requests were no lists"),
        (counts.failed_handshakes, "handshake failed", "handshakes failed"),
        (counts.refused_connections, "connection was too many", "connections were too many"),
    ] {
        if count > 0 {
            terminal.note(counted(count, one, many));
        }
    }
}
