//! A log that is followed: what is added is read, and what rotation puts in its place.

use std::fs::{self, File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use sekisho_audit::{AuditEvent, Budget, Lines};

use super::log::{PIECE, Reader, Tally};

/// How long to wait before a log is looked at again to whose end it was read.
const PAUSE: Duration = Duration::from_millis(200);

/// What rotation does to a log that is read.
enum Change {
    /// Another file has its name now.
    Replaced,
    /// It was emptied and is written from its start.
    Emptied,
    /// Nothing.
    Same,
}

/// Follows a log until the end is asked for. A log that is not there yet is waited for.
pub(crate) fn follow(
    path: &Path,
    skip_existing: bool,
    ended: &AtomicBool,
    take: &mut dyn FnMut(AuditEvent<'_>),
) -> Result<Tally> {
    let mut tally = Tally::default();
    let mut reader = Reader::new(&mut tally, take);
    let name = path.display().to_string();
    let mut from_end = skip_existing;
    let mut number = 0;
    let is_ended = || ended.load(Ordering::Acquire);
    'file: while !is_ended() {
        let mut file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                // What comes in its place is new.
                from_end = false;
                thread::sleep(PAUSE);
                continue;
            }
            Err(error) => return Err(error).with_context(|| format!("cannot read `{name}`")),
        };
        let mut offset = if from_end { file.seek(SeekFrom::End(0))? } else { 0 };
        from_end = false;
        let mut lines = Lines::new(&Budget::default());
        let mut piece = vec![0; PIECE];
        // Once more after it was replaced: what was written last is not lost.
        let mut is_last = false;
        loop {
            let count = match file.read(&mut piece) {
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error).with_context(|| format!("cannot read `{name}`")),
            };
            offset += count as u64;
            lines.feed(piece.get(..count).unwrap_or_default(), &mut |line| {
                reader.line(&name, &mut number, line);
            });
            if count > 0 {
                if is_ended() {
                    break 'file;
                }
                continue;
            }
            if is_last || is_ended() {
                lines.finish(&mut |line| reader.line(&name, &mut number, line));
                continue 'file;
            }
            match change(path, &file, offset)? {
                Change::Replaced => is_last = true,
                Change::Emptied => {
                    offset = file.seek(SeekFrom::Start(0))?;
                    lines.forget();
                }
                Change::Same => thread::sleep(PAUSE),
            }
        }
    }
    Ok(tally)
}

fn change(path: &Path, file: &File, offset: u64) -> Result<Change> {
    let own = file.metadata()?;
    let named = match fs::metadata(path) {
        Ok(named) => named,
        // It was moved away, and nothing has come yet: what it gets until then is read.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Change::Same),
        Err(error) => return Err(error.into()),
    };
    Ok(if identity(&named) != identity(&own) {
        Change::Replaced
    } else if own.len() < offset {
        Change::Emptied
    } else {
        Change::Same
    })
}

/// What tells a file from another of the same name.
#[cfg(unix)]
fn identity(metadata: &Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt as _;
    (metadata.dev(), metadata.ino())
}

#[cfg(not(unix))]
fn identity(metadata: &Metadata) -> Option<std::time::SystemTime> {
    metadata.created().ok()
}
