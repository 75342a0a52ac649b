//! Where alerts come in from every source, are held back where there are too many, and go out.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;

use anyhow::{Result, bail};
use sekisho_falco::RuleSet;
use sekisho_manifest::Source;
use sekisho_notification::{
    Address, Channel, Message, NotificationError, OutboxCounts, OutboxSettings, Said,
};
use sekisho_runtime::{Alert, Decision, Throttle, ThrottleSettings};
use sekisho_sigma::Correlation;

use super::counted;
use super::findings::{About, Findings};
use super::learn::Lessons;
use super::workloads::Workloads;
use crate::arguments::watch::{TellingArguments, WatchFormat};
use crate::terminal::{Status, Terminal, complain};

/// What a run ended with.
pub(crate) struct Ended<'a> {
    /// What was gone over.
    pub(crate) targets: Vec<String>,
    /// The rules that were asked, as they were read.
    pub(crate) texts: &'a [(String, String)],
    pub(crate) events: u64,
    pub(crate) is_whole: bool,
}

/// Where alerts come in and go out.
pub(crate) struct Desk {
    settings: TellingArguments,
    throttle: Throttle,
    /// With the alerts that could not be written.
    channels: Vec<(Option<Channel>, u64)>,
    /// Alerts by priority.
    counts: BTreeMap<u8, (&'static str, u64)>,
    is_grave: bool,
    /// What alerts are about, where the cluster is known.
    workloads: Option<Workloads>,
    findings: Option<Findings>,
    lessons: Option<Lessons>,
    /// The reader of standard output has gone away.
    is_deaf: bool,
}

impl Desk {
    /// Opens what alerts go to. Where what is read waits for us, receivers may be waited for.
    pub(crate) fn open(
        settings: TellingArguments,
        rules: &RuleSet,
        correlations: &[Correlation],
        sources: Vec<Source>,
        waits: bool,
        terminal: &Terminal,
    ) -> Result<Self> {
        if terminal.offline && settings.to.iter().any(Address::is_remote) {
            bail!("alerts cannot go to another machine with --offline: name a file with --to file:PATH");
        }
        let outbox = OutboxSettings { waits, ..OutboxSettings::default() };
        let said: Said = Arc::new(|error| complain(error));
        let channels =
            settings.to.iter().map(|address| Ok((Channel::open(address, outbox, Arc::clone(&said))?, 0)));
        let channels = channels.collect::<Result<Vec<_>, NotificationError>>()?;
        let throttle = Throttle::new(ThrottleSettings {
            rate: settings.rate,
            burst: settings.burst,
            window: u64::from(settings.window) * 1_000_000_000,
        });
        let is_reported = !settings.report.is_empty() || matches!(settings.format, WatchFormat::Report(_));
        Ok(Self {
            workloads: Workloads::read(&settings.inventory)?,
            findings: is_reported.then(|| Findings::new(rules, correlations, sources)),
            lessons: settings.learn.is_some().then(Lessons::default),
            settings,
            throttle,
            channels,
            counts: BTreeMap::new(),
            is_grave: false,
            is_deaf: false,
        })
    }

    /// Tells an alert, or counts it.
    pub(crate) fn tell(&mut self, mut alert: Alert) -> Result<()> {
        let workload = self.workloads.as_ref().and_then(|known| known.key(&alert.subject));
        if let Some(workloads) = &self.workloads {
            alert.workload = workloads.workload(&alert.subject).unwrap_or_default();
        }
        if let Some(lessons) = &mut self.lessons {
            lessons.take(&mut alert);
        }
        if let Some(findings) = &mut self.findings {
            findings.take(&alert, workload);
        }
        let place = sekisho_falco::Priority::ALL.iter().position(|known| *known == alert.priority);
        let place = place.and_then(|place| u8::try_from(place).ok()).unwrap_or(u8::MAX);
        self.counts.entry(place).or_insert((alert.priority.name(), 0)).1 += 1;
        self.is_grave |= self.settings.fail_on.0.is_some_and(|limit| alert.priority <= limit);
        if self.throttle.decide(&mut alert) != Decision::Tell {
            return Ok(());
        }
        let line = match self.settings.format {
            WatchFormat::Text | WatchFormat::Report(_) => alert.line(self.settings.iso_time),
            WatchFormat::Json => alert.json(self.settings.iso_time).to_string(),
        };
        let message = Arc::new(Message { alert, line });
        for (channel, failures) in &mut self.channels {
            let Some(channel) = channel else {
                // Where a report is shown alerts are not.
                if matches!(self.settings.format, WatchFormat::Report(_)) {
                    continue;
                }
                self.is_deaf |= write(&message.line)?;
                continue;
            };
            if let Err(error) = channel.tell(&message) {
                if *failures == 0 {
                    complain(&error);
                }
                *failures += 1;
            }
        }
        Ok(())
    }

    /// Whether nobody reads what is written.
    pub(crate) fn is_deaf(&self) -> bool {
        self.is_deaf && self.channels.len() == 1
    }

    /// Delivers what waits, within bounds; how many alerts could not be.
    fn deliver(&mut self, terminal: &Terminal) -> u64 {
        let channels = std::mem::take(&mut self.channels);
        // All receivers are at it at the same time.
        for (channel, _) in &channels {
            if let Some(Channel::Outbox(outbox)) = channel {
                outbox.end();
            }
        }
        let mut lost = 0;
        for ((channel, failures), address) in channels.into_iter().zip(&self.settings.to) {
            lost += failures;
            if let Some(Channel::Outbox(outbox)) = channel {
                let counts = outbox.close();
                if counts.lost() > 0 {
                    terminal.note(format!("{}: {}", address.shown(), losses(&counts)));
                    lost += counts.lost();
                }
            }
        }
        lost
    }

    /// Tells what waits, says what was told and what was held back, and what the run ends with.
    pub(crate) fn close(mut self, ended: &Ended<'_>, terminal: &Terminal) -> Result<Status> {
        let lost = self.deliver(terminal);
        let total: u64 = self.counts.values().map(|(_, count)| count).sum();
        let by_priority: Vec<_> =
            self.counts.values().map(|(name, count)| format!("{count} {}", name.to_lowercase())).collect();
        let shown =
            if by_priority.is_empty() { String::new() } else { format!(": {}", by_priority.join(", ")) };
        terminal.note(format!("{}{shown}", counted(total, "alert", "alerts")));
        for (rule, counts) in self.throttle.counts() {
            let held: Vec<_> = [(counts.alike, "alike"), (counts.too_many, "beyond the rate")]
                .into_iter()
                .filter(|(count, _)| *count > 0)
                .map(|(count, why)| format!("{count} {why}"))
                .collect();
            let held =
                if held.is_empty() { String::new() } else { format!(", held back {}", held.join(" and ")) };
            terminal.note(format!("  {rule}: told {}{held}", counts.told));
        }
        if let Some(findings) = &self.findings {
            let about = About {
                targets: &ended.targets,
                events: ended.events,
                is_whole: ended.is_whole,
                fail_on: self.settings.fail_on.0,
            };
            let shown = match self.settings.format {
                WatchFormat::Report(format) => Some(format),
                _ => None,
            };
            findings.write(shown, &self.settings.report, &about, terminal)?;
        }
        if let (Some(lessons), Some(path)) = (&self.lessons, &self.settings.learn) {
            lessons.write(path, ended.texts, &ended.targets.join(", "))?;
        }
        if lost > 0 {
            complain(counted(lost, "alert could not be delivered", "alerts could not be delivered"));
            return Ok(Status::Incomplete);
        }
        Ok(if self.is_grave { Status::Findings } else { Status::Clean })
    }
}

/// What became of the alerts that a receiver did not take.
fn losses(counts: &OutboxCounts) -> String {
    let left_out: u64 = counts.left_out.values().sum();
    let priorities: Vec<_> = counts
        .left_out
        .iter()
        .map(|(priority, count)| format!("{count} {}", priority.name().to_lowercase()))
        .collect();
    let left_out_how = format!("left out because too many waited ({})", priorities.join(", "));
    [
        (counts.delivered, "delivered"),
        (left_out, left_out_how.as_str()),
        (counts.refused, "refused"),
        (counts.abandoned, "not taken by the end"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, what)| format!("{count} {what}"))
    .collect::<Vec<_>>()
    .join(", ")
}

/// Writes a line to standard output; whether its reader has gone away, which is no error.
fn write(line: &str) -> Result<bool> {
    let mut out = io::stdout().lock();
    match out.write_all(line.as_bytes()).and_then(|()| out.write_all(b"\n")) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(true),
        Err(error) => bail!("cannot write to standard output: {error}"),
        Ok(()) => Ok(false),
    }
}
