//! Keeps one rule from burying the others: alerts that are alike are counted instead of told, and a rule that finds
//! too much tells no more than its share.

use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use crate::alert::Alert;

/// No more alerts are remembered to tell others that are like them.
const MAX_REMEMBERED: usize = 65_536;
const SECOND: u64 = 1_000_000_000;

/// Fields that differ from event to event and say nothing of what happened.
const PASSING: &[&str] = &[
    "evt.num",
    "evt.time",
    "evt.time.s",
    "evt.time.iso8601",
    "evt.datetime",
    "evt.datetime.s",
    "evt.rawtime",
    "evt.rawtime.s",
    "evt.rawtime.ns",
    "evt.reltime",
    "evt.cpu",
    "proc.pid",
    "proc.ppid",
    "proc.vpid",
    "proc.pvpid",
    "proc.duration",
    "proc.pid.ts",
    "thread.tid",
    "thread.vtid",
    "fd.num",
    "fd.cport",
    "fd.lport",
    "ka.auditid",
    "jevt.rawtime",
];

/// How much alerts are held back.
#[derive(Clone, Copy, Debug)]
pub struct ThrottleSettings {
    /// Alerts a second that each rule may tell in the long run; zero for any number.
    pub rate: u32,
    /// Alerts that each rule may tell at once.
    pub burst: u32,
    /// Alerts that are alike are told once in so many nanoseconds; zero for every time.
    pub window: u64,
}

impl Default for ThrottleSettings {
    fn default() -> Self {
        Self { rate: 100, burst: 1_000, window: 0 }
    }
}

/// What became of an alert.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Decision {
    /// It is told.
    Tell,
    /// One like it was told.
    Alike,
    /// Its rule has told too many.
    TooMany,
}

/// What became of the alerts of a rule.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct ThrottleCounts {
    /// They were told.
    pub told: u64,
    /// One like them was told.
    pub alike: u64,
    /// There were too many of them.
    pub too_many: u64,
}

/// Decides which alerts are told, by the time of their events.
#[derive(Debug, Default)]
pub struct Throttle {
    settings: ThrottleSettings,
    rules: HashMap<String, Share>,
    remembered: HashMap<u64, Remembered>,
}

#[derive(Debug, Default)]
struct Share {
    counts: ThrottleCounts,
    /// Billionths of alerts that may be told.
    tokens: u64,
    filled: u64,
}

#[derive(Clone, Copy, Debug)]
struct Remembered {
    told: u64,
    repeated: u64,
}

impl Throttle {
    /// A throttle that has seen nothing.
    pub fn new(settings: ThrottleSettings) -> Self {
        Self { settings, ..Self::default() }
    }

    /// Decides on an alert, and notes in it how many like it were left out before.
    pub fn decide(&mut self, alert: &mut Alert) -> Decision {
        let key = self.key(alert);
        let settings = self.settings;
        let share = self.rules.entry(alert.rule.clone()).or_insert_with(|| Share {
            tokens: u64::from(settings.burst) * SECOND,
            filled: alert.time,
            ..Share::default()
        });
        if let Some(known) = key.and_then(|key| self.remembered.get_mut(&key)) {
            if alert.time.saturating_sub(known.told) < settings.window {
                known.repeated += 1;
                share.counts.alike += 1;
                return Decision::Alike;
            }
            alert.repeated = known.repeated;
        }
        if settings.rate > 0 {
            let passed = alert.time.saturating_sub(share.filled);
            let fresh = passed.saturating_mul(settings.rate.into());
            share.tokens = share.tokens.saturating_add(fresh).min(u64::from(settings.burst.max(1)) * SECOND);
            share.filled = share.filled.max(alert.time);
            let Some(left) = share.tokens.checked_sub(SECOND) else {
                share.counts.too_many += 1;
                return Decision::TooMany;
            };
            share.tokens = left;
        }
        share.counts.told += 1;
        if let Some(key) = key {
            if self.remembered.len() >= MAX_REMEMBERED {
                let oldest = alert.time.saturating_sub(settings.window);
                self.remembered.retain(|_, known| known.told > oldest);
                if self.remembered.len() >= MAX_REMEMBERED {
                    self.remembered.clear();
                }
            }
            self.remembered.insert(key, Remembered { told: alert.time, repeated: 0 });
        }
        Decision::Tell
    }

    /// What became of the alerts of each rule, by name.
    pub fn counts(&self) -> Vec<(&str, ThrottleCounts)> {
        let mut counts: Vec<_> =
            self.rules.iter().map(|(rule, share)| (rule.as_str(), share.counts)).collect();
        counts.sort_unstable_by_key(|(rule, _)| *rule);
        counts
    }

    /// What alerts are alike by: rule and values, without those that always differ.
    fn key(&self, alert: &Alert) -> Option<u64> {
        if self.settings.window == 0 {
            return None;
        }
        let mut hasher = DefaultHasher::new();
        (&alert.rule, &alert.subject).hash(&mut hasher);
        for field in alert.fields.iter().filter(|field| !PASSING.contains(&field.name.as_str())) {
            (&field.name, &field.value).hash(&mut hasher);
        }
        Some(hasher.finish())
    }
}
