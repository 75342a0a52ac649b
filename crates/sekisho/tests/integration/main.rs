//! The command as its user runs it: arguments and files in, output and exit status out.

mod bad_input;
mod command;
mod configuration;
mod examples;
mod fixing;
mod suppression;
