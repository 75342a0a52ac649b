//! The book of approvals: images that run, how each stands and since when, what is to be looked at next, and what is told
//! of it. It is given the time and does nothing by itself.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use sekisho_cluster::{ImageUse, ImageUser, Lapse, LapseAction, LapseList};
use sekisho_manifest::ImageRef;
use sekisho_store::ApprovalRow;

use super::{Assessment, Verdict};

/// What becomes of images whose approval has lapsed, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grace {
    /// What.
    pub action: LapseAction,
    /// How long after it lapsed.
    pub length: SignedDuration,
    /// How often what is not approved is looked at again.
    pub interval: SignedDuration,
}

/// How many images stand how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ApprovalsStanding {
    /// Images that run and of which approval is asked.
    pub images: u64,
    /// Approved ones.
    pub approved: u64,
    /// Those whose approval has lapsed.
    pub lapsed: u64,
    /// Those that never were approved.
    pub missing: u64,
    /// Those of which it cannot be told, or not any more.
    pub unknown: u64,
    /// Times that an image was looked at.
    pub looks: u64,
    /// Containers that run images whose approval has lapsed.
    pub users: u64,
    /// Containers of which nobody says yet which image they run.
    pub undigested: u64,
}

/// How an image stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum State {
    Unknown,
    Unconcerned,
    Approved,
    Lapsed,
    Missing,
}

impl State {
    const ALL: [Self; 5] = [Self::Unknown, Self::Unconcerned, Self::Approved, Self::Lapsed, Self::Missing];

    fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Unconcerned => "unconcerned",
            Self::Approved => "approved",
            Self::Lapsed => "lapsed",
            Self::Missing => "missing",
        }
    }

    fn read(text: &str) -> Self {
        Self::ALL.into_iter().find(|state| state.as_str() == text).unwrap_or(Self::Unknown)
    }
}

/// An image and how it stands.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) image: ImageUse,
    pub(super) state: State,
    pub(super) since: Timestamp,
    pub(super) reasons: Vec<String>,
    /// Why it could not be looked at the last time.
    pub(super) fault: Option<String>,
    checked: Timestamp,
    /// By what it was judged last; none: not since this book was opened.
    revision: Option<String>,
    until: Option<Timestamp>,
    /// Times that it could not be looked at, one after the other.
    failures: u32,
    /// Whether it runs now.
    runs: bool,
}

/// The book.
#[derive(Debug, Default)]
pub struct Approvals {
    pub(super) entries: BTreeMap<String, Entry>,
    /// Containers whose digest nobody says.
    undigested: BTreeSet<ImageUser>,
    /// The latest time that was seen.
    latest: Option<Timestamp>,
    looks: u64,
}

/// How much a clock may go back without anybody saying so: replicas differ, and clocks are set.
const SKEW: SignedDuration = SignedDuration::from_mins(10);
/// How many times as long as what is not approved, what is approved stays without being looked at.
const APPROVED: i32 = 12;
/// The longest wait for what could not be looked at, in times of the shortest.
const BACKOFF: u32 = 6;
/// The most reasons that are kept of an image.
const REASONS: usize = 5;
/// How long an image that runs nowhere any more stays in the book: it may be back tomorrow.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(30 * 24);

impl Approvals {
    /// The book as it was kept. Nothing of it was looked at since.
    pub fn of(rows: &[ApprovalRow]) -> Self {
        let mut book = Self::default();
        for row in rows {
            let time = |seconds: i64| Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH);
            let (since, checked) = (time(row.since), time(row.checked));
            book.latest = book.latest.max(Some(checked));
            let image = ImageUse {
                reference: row.reference.clone(),
                digest: row.image.rsplit_once('@').map(|(_, digest)| digest.to_owned()),
                users: BTreeSet::new(),
                secrets: BTreeSet::new(),
                nodes: BTreeSet::new(),
            };
            let entry = Entry {
                image,
                state: State::read(&row.state),
                since,
                reasons: row.reasons.lines().map(str::to_owned).collect(),
                fault: None,
                checked,
                revision: None,
                until: None,
                failures: 0,
                runs: false,
            };
            book.entries.insert(row.image.clone(), entry);
        }
        book
    }

    /// The time by which to go: a clock that goes back a little makes nothing that has lapsed come back. Where it goes back
    /// more, that is said, and the clock is right.
    pub fn time(&mut self, clock: Timestamp) -> (Timestamp, Option<String>) {
        let latest = self.latest.unwrap_or(clock);
        let behind = latest.duration_since(clock);
        if behind > SKEW {
            let said = format!(
                "the clock is {} s behind the time when approvals were last looked at: set the clocks of the nodes",
                behind.as_secs()
            );
            return (clock, Some(said));
        }
        let now = latest.max(clock);
        self.latest = Some(now);
        (now, None)
    }

    /// Enters what runs. Gives the images that are forgotten.
    pub fn see(&mut self, images: Vec<ImageUse>, now: Timestamp) -> Vec<String> {
        for entry in self.entries.values_mut() {
            entry.runs = false;
            entry.image.users.clear();
        }
        self.undigested.clear();
        for image in images {
            let Some(name) = name(&image) else {
                self.undigested.extend(image.users);
                continue;
            };
            match self.entries.get_mut(&name) {
                None => {
                    let entry = Entry {
                        image,
                        state: State::Unknown,
                        since: now,
                        reasons: Vec::new(),
                        fault: None,
                        checked: now,
                        revision: None,
                        until: None,
                        failures: 0,
                        runs: true,
                    };
                    self.entries.insert(name, entry);
                }
                Some(entry) if !entry.runs => {
                    entry.image = image;
                    entry.runs = true;
                }
                Some(entry) => {
                    entry.image.users.extend(image.users);
                    entry.image.secrets.extend(image.secrets);
                    entry.image.nodes.extend(image.nodes);
                }
            }
        }
        let is_over = |entry: &Entry| !entry.runs && now.duration_since(entry.checked) > REMEMBERED;
        let over: Vec<String> = self
            .entries
            .iter()
            .filter(|(_, entry)| is_over(entry))
            .map(|(digest, _)| digest.clone())
            .collect();
        for digest in &over {
            self.entries.remove(digest);
        }
        over
    }

    /// The images to look at now, at most so many: those that were not yet, those that are judged by something else by
    /// now, those whose approval ends, and after a while all others.
    pub fn due(&self, revision: &str, grace: &Grace, now: Timestamp, most: usize) -> Vec<(String, ImageUse)> {
        let is_due = |entry: &&Entry| {
            if !entry.runs {
                return entry.state == State::Lapsed && entry.revision.as_deref() != Some(revision);
            }
            let waited = now.duration_since(entry.checked);
            if entry.fault.is_some() && entry.failures > 0 {
                let times = i32::try_from(entry.failures.clamp(1, BACKOFF)).unwrap_or(1);
                return waited >= grace.interval.saturating_mul(times) || waited.is_negative();
            }
            let patience = match entry.state {
                State::Approved | State::Unconcerned => grace.interval.saturating_mul(APPROVED),
                _ => grace.interval,
            };
            entry.revision.as_deref() != Some(revision)
                || entry.until.is_some_and(|until| until < now)
                || waited >= patience
                || waited.is_negative()
        };
        let mut due: Vec<&Entry> = self.entries.values().filter(is_due).collect();
        // Those of which nothing is known first, then those that wait longest.
        due.sort_by_key(|entry| (entry.revision.is_some(), entry.checked));
        let named = |entry: &Entry| Some((name(&entry.image)?, entry.image.clone()));
        due.into_iter().take(most).filter_map(named).collect()
    }

    /// Enters what an image came to, judged by a revision. What cannot be told changes nothing of how it stood, and that
    /// is said. Says whether its approval lapsed or came back.
    pub fn enter(
        &mut self,
        image: &str,
        assessment: Assessment,
        revision: &str,
        now: Timestamp,
    ) -> Option<String> {
        self.looks += 1;
        let entry = self.entries.get_mut(image)?;
        entry.checked = now;
        entry.revision = Some(revision.to_owned());
        let (state, reasons) = match assessment.verdict {
            Verdict::Unknown(why) => {
                entry.failures = entry.failures.saturating_add(1);
                entry.fault = Some(why);
                // An end that is known needs nobody to be asked.
                if entry.state != State::Approved || entry.until.is_none_or(|until| until >= now) {
                    return None;
                }
                let until = entry.until.take().unwrap_or(now);
                (State::Lapsed, vec![ended(until)])
            }
            verdict => {
                entry.failures = 0;
                entry.fault = None;
                entry.until = assessment.until;
                match verdict {
                    Verdict::Lapsed(reasons) => (State::Lapsed, reasons),
                    // What was approved once and cannot be shown any more, since what showed it is gone, has lapsed.
                    Verdict::Missing(reasons) if matches!(entry.state, State::Approved | State::Lapsed) => {
                        (State::Lapsed, reasons)
                    }
                    Verdict::Missing(reasons) => (State::Missing, reasons),
                    Verdict::Approved => (State::Approved, Vec::new()),
                    Verdict::Unconcerned | Verdict::Unknown(_) => (State::Unconcerned, Vec::new()),
                }
            }
        };
        entry.reasons =
            reasons.into_iter().map(|reason| reason.replace(['\n', '\r'], " ")).take(REASONS).collect();
        let before = std::mem::replace(&mut entry.state, state);
        if before == state {
            // A time that is still to come is that of a clock which was wrong.
            entry.since = entry.since.min(now);
            return None;
        }
        entry.since = now;
        match (before, state) {
            (_, State::Lapsed) => {
                Some(format!("the approval of {image} has lapsed: {}", entry.reasons.join("; ")))
            }
            (State::Lapsed, State::Approved) => Some(format!("{image} is approved again")),
            _ => None,
        }
    }

    /// Enters that nothing can be judged: how images stand does not change, and it is not known whether they still do.
    pub fn doubt(&mut self, why: &str, now: Timestamp) {
        for entry in self.entries.values_mut().filter(|entry| entry.runs) {
            if entry.until.is_some_and(|until| until < now) && entry.state == State::Approved {
                (entry.state, entry.since) = (State::Lapsed, now);
                entry.reasons = entry.until.take().map(ended).into_iter().collect();
            }
            entry.fault = Some(why.to_owned());
            // It is looked at again as soon as that can be.
            entry.revision = entry.revision.take().filter(|_| entry.state == State::Unconcerned);
        }
    }

    /// How all of it is kept.
    pub fn rows(&self) -> Vec<ApprovalRow> {
        let row = |(image, entry): (&String, &Entry)| ApprovalRow {
            image: image.clone(),
            reference: entry.image.reference.clone(),
            state: entry.state.as_str().to_owned(),
            since: entry.since.as_second(),
            checked: entry.checked.as_second(),
            reasons: entry.reasons.join("\n"),
        };
        // Of what was never looked at there is nothing to keep.
        self.entries.iter().filter(|(_, entry)| entry.state != State::Unknown).map(row).collect()
    }

    /// What the webhook is told: images whose approval lapsed longer ago than the grace, those with the most users first
    /// where there are too many.
    pub fn list(&self, grace: &Grace, now: Timestamp) -> LapseList {
        let mut lapsed: Vec<(&String, &Entry)> =
            self.entries.iter().filter(|(_, entry)| is_over(entry, grace, now)).collect();
        lapsed.sort_by_key(|(digest, entry)| (std::cmp::Reverse(entry.image.users.len()), *digest));
        let left = lapsed.len().saturating_sub(LapseList::MOST);
        lapsed.truncate(LapseList::MOST);
        let lapse = |(digest, entry): (&String, &Entry)| {
            (digest.clone(), Lapse { since: entry.since, reason: entry.reasons.join("; ") })
        };
        LapseList {
            action: grace.action,
            checked: now,
            left,
            images: lapsed.into_iter().map(lapse).collect(),
        }
    }

    /// How many stand how.
    pub fn standing(&self) -> ApprovalsStanding {
        let undigested = self.undigested.len() as u64;
        let mut standing =
            ApprovalsStanding { looks: self.looks, undigested, ..ApprovalsStanding::default() };
        for entry in self.entries.values().filter(|entry| entry.runs) {
            match entry.state {
                State::Unconcerned if entry.fault.is_none() => continue,
                State::Lapsed => {
                    standing.lapsed += 1;
                    standing.users += entry.image.users.len() as u64;
                }
                State::Missing => standing.missing += 1,
                State::Approved if entry.fault.is_none() => standing.approved += 1,
                _ => standing.unknown += 1,
            }
            standing.images += 1;
        }
        standing
    }

    /// Whether every image that runs was looked at.
    pub fn is_whole(&self) -> bool {
        self.entries.values().filter(|entry| entry.runs).all(|entry| entry.revision.is_some())
    }
}

fn ended(until: Timestamp) -> String {
    format!("its approval counted until {until}")
}

/// What an image is called in the book: its name without a tag and its digest, since policies go by both.
fn name(image: &ImageUse) -> Option<String> {
    let digest = image.digest.as_deref()?;
    let parsed: Option<ImageRef> = image.reference.parse().ok();
    let name = parsed.map_or_else(|| image.reference.clone(), |parsed| parsed.name().to_string());
    Some(format!("{name}@{digest}"))
}

/// Whether the grace of an image whose approval has lapsed is over.
pub(super) fn is_over(entry: &Entry, grace: &Grace, now: Timestamp) -> bool {
    entry.state == State::Lapsed && now.duration_since(entry.since) >= grace.length
}
