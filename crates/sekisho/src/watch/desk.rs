//! Where alerts come in from every source, are held back where there are too many, and go out.

use std::collections::BTreeMap;
use std::io::{self, Write};

use anyhow::{Result, bail};
use sekisho_notification::{Address, Channel, NotificationError};
use sekisho_runtime::{Alert, Decision, Throttle, ThrottleSettings};

use crate::arguments::watch::{TellingArguments, WatchFormat};
use crate::terminal::{Status, Terminal, complain};

/// Where alerts come in and go out.
pub(crate) struct Desk {
    settings: TellingArguments,
    throttle: Throttle,
    channels: Vec<(Option<Channel>, u64)>,
    /// Alerts by priority.
    counts: BTreeMap<u8, (&'static str, u64)>,
    is_grave: bool,
    /// The reader of standard output has gone away.
    is_deaf: bool,
}

impl Desk {
    /// Opens what alerts go to.
    pub(crate) fn open(settings: TellingArguments, terminal: &Terminal) -> Result<Self> {
        if terminal.offline && settings.to.iter().any(Address::is_remote) {
            bail!("alerts cannot go to another machine with --offline: name a file with --to file:PATH");
        }
        let channels = settings.to.iter().map(|address| Ok((Channel::open(address)?, 0)));
        let channels = channels.collect::<Result<Vec<_>, NotificationError>>()?;
        let throttle = Throttle::new(ThrottleSettings {
            rate: settings.rate,
            burst: settings.burst,
            window: u64::from(settings.window) * 1_000_000_000,
        });
        Ok(Self { settings, throttle, channels, counts: BTreeMap::new(), is_grave: false, is_deaf: false })
    }

    /// Tells an alert, or counts it.
    pub(crate) fn tell(&mut self, mut alert: Alert) -> Result<()> {
        let place = sekisho_falco::Priority::ALL.iter().position(|known| *known == alert.priority);
        let place = place.and_then(|place| u8::try_from(place).ok()).unwrap_or(u8::MAX);
        self.counts.entry(place).or_insert((alert.priority.name(), 0)).1 += 1;
        self.is_grave |= self.settings.fail_on.0.is_some_and(|limit| alert.priority <= limit);
        if self.throttle.decide(&mut alert) != Decision::Tell {
            return Ok(());
        }
        let line = match self.settings.format {
            WatchFormat::Text => alert.line(self.settings.iso_time),
            WatchFormat::Json => alert.json(self.settings.iso_time).to_string(),
        };
        for (channel, failures) in &mut self.channels {
            let Some(channel) = channel else {
                self.is_deaf |= write(&line)?;
                continue;
            };
            if let Err(error) = channel.tell(&alert, &line) {
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

    /// Tells what waits, says what was told and what was held back, and what the run ends with.
    pub(crate) fn close(mut self, terminal: &Terminal) -> Status {
        let mut lost = 0;
        for (channel, failures) in &mut self.channels {
            if let Some(Err(error)) = channel.as_mut().map(Channel::flush) {
                complain(&error);
                *failures += 1;
            }
            lost += *failures;
        }
        let total: u64 = self.counts.values().map(|(_, count)| count).sum();
        let by_priority: Vec<_> =
            self.counts.values().map(|(name, count)| format!("{count} {}", name.to_lowercase())).collect();
        let shown =
            if by_priority.is_empty() { String::new() } else { format!(": {}", by_priority.join(", ")) };
        terminal.note(format!("{total} alerts{shown}"));
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
        if lost > 0 {
            complain(format!("{lost} alerts could not be delivered"));
            return Status::Incomplete;
        }
        if self.is_grave { Status::Findings } else { Status::Clean }
    }
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
