//! The `sekisho` command.

mod arguments;
mod command;
mod config;
mod run;
mod suppress;
mod target;
mod terminal;

use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Command};
use terminal::Terminal;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let terminal = Terminal::new(&arguments.global);
    let outcome = match arguments.command {
        Command::Scan(scan) => command::scan::run(scan, &terminal),
        Command::Explain(explain) => command::explain::run(&explain, &terminal),
        Command::Report(report) => command::report::run(report, &terminal),
        Command::Completion { shell } => command::completion::run(shell, &terminal),
        Command::Man { verb } => command::man::run(verb.as_deref(), &terminal),
        Command::Schema { what } => command::schema::run(what, &terminal),
    };
    match outcome {
        Ok(status) => status.into(),
        Err(error) => terminal.fail(&error),
    }
}
