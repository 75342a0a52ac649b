//! Structured logs: one JSON object a line, without the content of objects.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};

use jiff::Timestamp;
use serde_json::{Map, Value};

/// How much a line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Every review.
    Debug,
    /// What is worth knowing.
    Info,
    /// What somebody should look at.
    Warning,
    /// What does not work.
    Error,
}

impl Level {
    /// The word in the log.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// Where lines go. Whoever writes one never waits: where lines come faster than they are taken, some are left out and
/// counted.
#[derive(Clone)]
pub struct Log {
    lines: SyncSender<String>,
    least: Level,
    left_out: Arc<AtomicU64>,
}

/// Lines that wait to be taken.
const WAITING: usize = 4_096;

impl Log {
    /// A log whose lines a thread of its own hands on, from a level on.
    ///
    /// # Errors
    ///
    /// Where no thread can be had.
    pub fn start(least: Level, mut take: impl FnMut(&str) + Send + 'static) -> std::io::Result<Self> {
        let (lines, taken) = sync_channel::<String>(WAITING);
        std::thread::Builder::new().name("log".to_owned()).spawn(move || {
            for line in taken {
                take(&line);
            }
        })?;
        Ok(Self { lines, least, left_out: Arc::default() })
    }

    /// Whether lines of a level are written.
    pub fn has(&self, level: Level) -> bool {
        level >= self.least
    }

    /// Writes a line.
    pub fn line(&self, level: Level, event: &str, fields: impl FnOnce(&mut Map<String, Value>)) {
        if !self.has(level) {
            return;
        }
        let mut line = Map::new();
        line.insert("time".to_owned(), Timestamp::now().to_string().into());
        line.insert("level".to_owned(), level.as_str().into());
        line.insert("event".to_owned(), event.into());
        fields(&mut line);
        if self.lines.try_send(Value::Object(line).to_string()).is_err() {
            self.left_out.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How many lines were left out.
    pub fn left_out(&self) -> u64 {
        self.left_out.load(Ordering::Relaxed)
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Log from {}", self.least.as_str())
    }
}
