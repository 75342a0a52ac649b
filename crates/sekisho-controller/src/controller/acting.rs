//! What policies want done because of what happened, and at their times.

use std::time::Instant;

use sekisho_webhook::facts::FactSource as _;

use super::work::{BATCH, Work};
use super::{TICK, lock, now};
use crate::auditor::request;
use crate::cleaner::Cleaner;
use crate::effects::{self, Effects};

impl Work<'_> {
    /// Carries out what policies want because of what happened.
    pub(super) fn carry_out(&mut self, words: &mut Vec<String>) {
        let Some((bundle, _)) = lock(&self.controller.bundle).clone() else { return };
        if self.triggers.is_empty() && self.bereaved.is_empty() {
            return;
        }
        let facts = self.controller.facts.facts();
        let mut wanted = Vec::new();
        let mut taken = 0;
        while let Some((_, (object, existing))) = self.triggers.pop_first() {
            taken += 1;
            if let Some(request) = request(&object) {
                let effects = effects::wanted(&bundle, &request, &*facts, existing);
                if !effects.is_empty() {
                    wanted.push((request, effects));
                }
            }
            if taken >= BATCH || wanted.len() >= self.controller.settings.limits.of_one {
                break;
            }
        }
        let settings = &self.controller.settings;
        let effects = Effects {
            connection: &self.controller.connection,
            kinds: &self.kinds,
            dry_run: settings.dry_run,
            limits: settings.limits,
        };
        for (_, effects) in &wanted {
            let kinds = effects.iter().map(|one| &one.object);
            self.made.extend(
                kinds.map(|object| (object.str("apiVersion").to_owned(), object.str("kind").to_owned())),
            );
        }
        let mut report = effects.carry_out(&wanted);
        let kinds: Vec<_> = self.made.iter().cloned().collect();
        let mut removed = 0;
        for uid in std::mem::take(&mut self.bereaved) {
            match effects.withdraw(&uid, &kinds) {
                Ok(count) => removed += count,
                Err(error) => report.failed.push(("what was made".to_owned(), error.to_string())),
            }
        }
        words.extend(report.failed.iter().map(|(policy, why)| format!("{policy}: {why}")));
        let mut standing = lock(&self.controller.standing);
        standing.made += report.made;
        standing.changed += report.changed;
        standing.removed += removed;
        standing.failed += report.failed.len() as u64;
    }

    pub(super) fn clean(&mut self, words: &mut Vec<String>) {
        let settings = &self.controller.settings;
        let is_time = self.cleaned.is_none_or(|last| last.elapsed() >= TICK * 5);
        if !settings.cleanup || !is_time || !self.complete {
            return;
        }
        self.cleaned = Some(Instant::now());
        let Some((bundle, _)) = lock(&self.controller.bundle).clone() else { return };
        let (due, wrong) = self.cleaner.due(&bundle, now());
        words.extend(wrong.iter().map(|(policy, why)| format!("{policy}: {why}")));
        if due.is_empty() {
            return;
        }
        let meant: Vec<_> =
            due.iter().filter_map(|place| bundle.loaded.cleanups.get(*place)?.kinds()).flatten().collect();
        let all = due
            .iter()
            .any(|place| bundle.loaded.cleanups.get(*place).is_some_and(|one| one.kinds().is_none()));
        let objects =
            self.auditor.requests(|object| all || meant.iter().any(|kind| kind == object.key.kind.as_str()));
        let facts = self.controller.facts.facts();
        let connection = &self.controller.connection;
        let report =
            Cleaner::run(connection, &bundle, &due, &objects, &*facts, settings.removals, settings.dry_run);
        words.extend(report.removed.iter().map(|(policy, object)| format!("{policy} removed {object}")));
        words.extend(report.failed.iter().map(|(policy, why)| format!("{policy}: {why}")));
        let mut standing = lock(&self.controller.standing);
        standing.removed += report.removed.len() as u64;
        standing.failed += report.failed.len() as u64;
    }
}
