//! `sekisho completion`: a completion script for a shell.

use anyhow::Result;
use clap::CommandFactory;
use clap_complete::Shell;

use crate::arguments::Arguments;
use crate::terminal::{self, Status};

pub(crate) fn run(shell: Shell) -> Result<Status> {
    terminal::write(None, |mut out| {
        clap_complete::generate(shell, &mut Arguments::command(), "sekisho", &mut out);
        Ok(())
    })?;
    Ok(Status::Clean)
}
