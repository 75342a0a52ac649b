//! A file to which lines are added.

use std::fs::{self, OpenOptions};
use std::io::{BufWriter, Write};
use std::path::Path;

use crate::error::NotificationError;

/// A file to which lines are added.
#[derive(Debug)]
pub struct File {
    writer: BufWriter<fs::File>,
    path: String,
}

impl File {
    pub(crate) fn open(path: &Path) -> Result<Self, NotificationError> {
        let shown = path.display().to_string();
        match OpenOptions::new().create(true).append(true).open(path) {
            Ok(file) => Ok(Self { writer: BufWriter::new(file), path: shown }),
            Err(source) => Err(NotificationError::File { path: shown, source }),
        }
    }

    pub(crate) fn tell(&mut self, line: &str) -> Result<(), NotificationError> {
        let written = writeln!(self.writer, "{line}").and_then(|()| self.writer.flush());
        written.map_err(|source| NotificationError::File { path: self.path.clone(), source })
    }
}
