//! What policies want done because of what happened, and at their times.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use sekisho_policy::{Bundle, Policy, RuleName};
use sekisho_store::ObjectKey;
use sekisho_webhook::facts::FactSource as _;

use super::work::{BATCH, Work};
use super::{TICK, lock, now};
use crate::auditor::request;
use crate::cleaner::Cleaner;
use crate::effects::{self, Cause, Claim, Effects, EffectsReport};
use crate::kept::{Made, whole};

/// How long to wait before what was made is looked at again: what policies look at may arrive later.
const LATER: Duration = Duration::from_secs(1);

/// How far the clock here and the API server's may be apart where objects are removed by their age.
const APART: SignedDuration = SignedDuration::from_mins(5);

impl Work<'_> {
    /// Carries out what policies want because of what happened.
    pub(super) fn carry_out(&mut self, words: &mut Vec<String>) {
        let controller = self.controller;
        let Some((bundle, _)) = lock(&controller.bundle).clone() else { return };
        self.adopt(&bundle);
        self.look_after();
        if !bundle.loaded.policies.iter().any(Policy::acts) {
            // What was kept because of an object goes with the last policy.
            let keeping = &self.keeping;
            self.triggers.retain(|id, _| keeping.keeps(id));
        }
        if self.triggers.is_empty() && self.bereaved.is_empty() {
            return;
        }
        let facts = controller.facts.facts();
        let settings = &controller.settings;
        let names: BTreeSet<RuleName> = bundle.loaded.policies.iter().flat_map(Policy::names).collect();
        let mut total = EffectsReport::default();
        let mut followed = BTreeSet::new();
        for _ in 0..BATCH {
            let room = self.room(settings.limits.a_minute);
            if room == 0 {
                break;
            }
            let Some((id, (object, cause))) = self.triggers.pop_first() else { break };
            let Some(request) = request(&object) else { continue };
            let keeping = self.keeping.policies(&id);
            let cause = if keeping.is_empty() || cause == Cause::Came { cause } else { Cause::Again };
            let wanted = effects::wanted(&bundle, &request, &*facts, cause, &keeping);
            total.failed.extend(wanted.errors);
            let effects = Effects {
                connection: &controller.connection,
                kinds: &self.kinds,
                dry_run: settings.dry_run,
                limits: settings.limits,
                maker: &self.maker,
            };
            let done = effects.carry_out(&request, &wanted.effects, room);
            self.spent.1 += usize::try_from(done.made + done.changed).unwrap_or(usize::MAX);
            if done.left > 0 && room < settings.limits.of_one {
                // What is beyond the minute waits.
                self.triggers.insert(id.clone(), (object.clone(), cause));
            }
            let kept: Vec<Made> = wanted.effects.iter().filter_map(Made::of).collect();
            followed.extend(kept.iter().map(|made| (made.key.api_version.clone(), made.key.kind.clone())));
            let mut lost = self.keeping.replace(&id, &object.uid, kept, &wanted.silent, &wanted.bereft);
            lost.retain(|made| !made.beyond_policy || names.contains(&whole(&made.rule)));
            if !lost.is_empty() {
                self.bereaved.push((object.uid.to_string(), lost));
            }
            total.made += done.made;
            total.changed += done.changed;
            total.failed.extend(done.failed);
        }
        let removed = self.withdraw(&mut total);
        for (version, kind) in followed {
            if let Err(error) = self.follow_made(&version, &kind) {
                words.push(error.to_string());
            }
        }
        words.extend(total.failed.iter().map(|(policy, why)| format!("{policy}: {why}")));
        let mut standing = lock(&controller.standing);
        standing.made += total.made;
        standing.changed += total.changed;
        standing.removed += removed;
        standing.failed += total.failed.len() as u64;
    }

    /// How many changes there is room for in this minute.
    fn room(&mut self, most: usize) -> usize {
        if self.spent.0.elapsed() >= Duration::from_mins(1) {
            self.spent = (Instant::now(), 0);
        }
        most.saturating_sub(self.spent.1)
    }

    /// Removes what is kept no longer. How many.
    fn withdraw(&mut self, report: &mut EffectsReport) -> u64 {
        let settings = &self.controller.settings;
        let effects = Effects {
            connection: &self.controller.connection,
            kinds: &self.kinds,
            dry_run: settings.dry_run,
            limits: settings.limits,
            maker: &self.maker,
        };
        let mut removed = 0;
        for (uid, all) in std::mem::take(&mut self.bereaved) {
            for made in all {
                match effects.withdraw(&made, &uid) {
                    Ok(was_there) => removed += u64::from(was_there),
                    Err(error) => report.failed.push((made.key.id(), error.to_string())),
                }
            }
        }
        removed
    }

    /// Has what was made looked at once more, after what it depends on has settled.
    fn look_after(&mut self) {
        let due: Vec<String> = self
            .later
            .iter()
            .filter(|(_, since)| since.elapsed() >= LATER)
            .map(|(id, _)| id.clone())
            .collect();
        for id in due {
            self.later.remove(&id);
            if let Some(object) = self.auditor.held(&id) {
                self.triggers.entry(id).or_insert_with(|| (object.clone(), Cause::Again));
            }
        }
    }

    /// Takes over what an earlier replica made and kept; what has lost the object or the policy because of which it was made
    /// goes.
    fn adopt(&mut self, bundle: &Bundle) {
        if std::mem::replace(&mut self.has_adopted, true) {
            return;
        }
        let claimed: Vec<(ObjectKey, Claim)> = self
            .auditor
            .objects()
            .filter(|object| object.text.contains(effects::KEPT))
            .filter_map(|object| {
                let request = request(object)?;
                Some((object.key.clone(), Claim::of(request.object.as_ref()?, &self.maker)?))
            })
            .collect();
        let uids: BTreeSet<&str> = claimed.iter().map(|(_, claim)| claim.trigger_uid.as_str()).collect();
        let triggers: BTreeMap<String, String> = self
            .auditor
            .objects()
            .filter(|object| uids.contains(object.uid.as_str()))
            .map(|object| (object.uid.to_string(), object.key.id()))
            .collect();
        let names: Vec<RuleName> = bundle.loaded.policies.iter().flat_map(Policy::names).collect();
        for (key, claim) in claimed {
            let policy = names.iter().find(|name| {
                effects::label(&name.policy) == claim.rule.policy && name.namespace == claim.rule.namespace
            });
            let kind = policy.map(|name| name.kind.clone()).unwrap_or_default();
            let rule = RuleName { kind, ..claim.rule };
            let made = Made { key, rule, beyond_policy: claim.beyond_policy };
            let may_stay = policy.is_some() || made.beyond_policy;
            match triggers.get(&claim.trigger_uid) {
                _ if !may_stay => self.bereaved.push((claim.trigger_uid, vec![made])),
                Some(trigger) => {
                    self.later.insert(trigger.clone(), Instant::now());
                    self.keeping.adopt(trigger, &claim.trigger_uid, made);
                }
                // An object that nobody follows may be there all the same.
                None if self.follows(&claim.trigger_kind) => {
                    self.bereaved.push((claim.trigger_uid, vec![made]));
                }
                None => {}
            }
        }
    }

    /// Why the clock here is not one to remove anything by; none where it is. Objects are as old as the API server's clock says.
    fn clock_apart(&self) -> Option<String> {
        let ahead = match self.controller.connection.server_time() {
            Ok(Some(time)) => Timestamp::now().duration_since(time),
            // It does not say, so there is nothing to go by.
            Ok(None) => return None,
            Err(error) => return Some(format!("nothing is removed: {error}")),
        };
        let word = if ahead.is_negative() { "behind" } else { "ahead of" };
        (ahead.abs() > APART).then(|| {
            format!(
                "nothing is removed: the clock here is {} s {word} the API server's: set the clocks of the nodes",
                ahead.abs().as_secs()
            )
        })
    }

    /// Removes what cleanup policies match whose time has come.
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
        let apart = self.clock_apart();
        words.extend(apart.clone());
        let is_apart = apart.is_some();
        lock(&self.controller.standing).clock = apart;
        if is_apart {
            return;
        }
        let meant: Vec<_> = due.iter().filter_map(|place| bundle.loaded.cleanups.get(*place)).collect();
        let objects = self.auditor.requests(|object| {
            meant.iter().any(|policy| policy.concerns(&object.key.kind, &object.resource.resource))
        });
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
