//! Where results go: into the store, and in short into the cluster.

use std::time::{Duration, Instant};

use super::work::Work;
use super::{lock, now};
use crate::effects::MANAGER;
use crate::summary::{self, summaries};

/// How often summaries are written.
const SUMMARIES: Duration = Duration::from_mins(1);

impl Work<'_> {
    /// Writes what waits. When everything there is `is_written` with that, what went away while nobody followed is taken out.
    pub(super) fn flush(&mut self, is_written: bool, words: &mut Vec<String>) {
        let Some(spool) = &mut self.spool else { return };
        let mut outcome = if spool.waiting() > 0 { spool.flush(now()).map(|_| ()) } else { Ok(()) };
        if is_written && outcome.is_ok() {
            outcome = spool.sweep(now());
        }
        let error = outcome.err().map(|error| error.to_string());
        let retention = self.controller.settings.retention;
        if error.is_none() && self.pruned.is_none_or(|last| last.elapsed() >= Duration::from_hours(1)) {
            self.pruned = Some(Instant::now());
            let _ = spool.with(|store| store.prune(now() - retention));
        }
        let mut standing = lock(&self.controller.standing);
        standing.waiting = spool.waiting();
        if standing.store != error {
            words.extend(error.clone());
            standing.store = error;
        }
    }

    /// Writes summaries where they differ from what is there, and removes those of namespaces that need none.
    pub(super) fn summarise(&mut self, words: &mut Vec<String>) {
        let Some((form, most)) = self.controller.settings.summaries else { return };
        let is_time = self.summarised.is_none_or(|last| last.elapsed() >= SUMMARIES);
        if !self.complete || !is_time {
            return;
        }
        self.summarised = Some(Instant::now());
        let made = summaries(&self.auditor, form, most);
        let connection = &self.controller.connection;
        let mut written = 0;
        for (namespace, report) in &made.reports {
            let path = format!("{}/{}", form.path(namespace), summary::NAME);
            let how = sekisho_cluster::Applying { manager: MANAGER, force: true, dry_run: false };
            match connection.apply(&path, &report.to_string(), how) {
                Ok(_) => written += 1,
                Err(error) => {
                    words.push(format!("the report of `{namespace}` cannot be written: {error}"));
                    break;
                }
            }
        }
        let selector = "labelSelector=app.kubernetes.io%2Fmanaged-by%3Dsekisho";
        if let Ok(there) =
            connection.get(&format!("{}?{selector}", form.path("").replace("/namespaces//", "/")))
        {
            for item in there.get("items").map(sekisho_manifest::Node::items).unwrap_or_default() {
                let metadata = |key: &str| {
                    item.at(&["metadata", key])
                        .and_then(sekisho_manifest::Node::as_str)
                        .unwrap_or("")
                        .to_owned()
                };
                let (namespace, name) = (metadata("namespace"), metadata("name"));
                if made.reports.iter().all(|(known, _)| *known != namespace) {
                    // One that stays says what was, until the next time.
                    let _ = connection.delete(&format!("{}/{name}", form.path(&namespace)));
                }
            }
        }
        lock(&self.controller.standing).summaries = (written, made.left);
    }
}
