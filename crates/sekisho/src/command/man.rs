//! `sekisho man`: the manual page of the command or of a verb.

use anyhow::{Result, bail};
use clap::CommandFactory;
use clap_mangen::Man;

use crate::arguments::Arguments;
use crate::terminal::{self, Status};

pub(crate) fn run(verb: Option<&str>) -> Result<Status> {
    let mut command = Arguments::command();
    command.build();
    let command = match verb {
        None => command,
        Some(verb) => match command.find_subcommand(verb) {
            Some(found) => found.clone().name(format!("sekisho-{verb}")),
            None => bail!("unknown verb `{verb}`: `sekisho --help` lists the verbs"),
        },
    };
    terminal::write(None, |mut out| Man::new(command).render(&mut out))?;
    Ok(Status::Clean)
}
