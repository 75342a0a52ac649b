//! Everything the repository does to itself: `cargo xtask generate`, `tidy`, `test`, `bench`, `conformance`.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "xtask is a program for the people and machines that build the project"
)]

mod bench;
mod cluster;
mod conformance;
mod fixtures;
mod fuzz;
mod generate;
mod peer;
mod release;
mod sample;
mod starter;
mod test;
mod tidy;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Everything the repository does to itself")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Write what is derived from the sources: the list of checks, their pages, schemas
    Generate {
        /// Write nothing; fail when a file is stale
        #[arg(long)]
        check: bool,
    },
    /// Hold the rules of the house
    Tidy,
    /// Measure, beside a peer where one is installed
    Bench {
        /// The benchmark
        name: String,
    },
    /// Draw findings on the corpora at random, for people to judge
    Sample {
        /// How many
        #[arg(long, default_value_t = 100)]
        count: usize,
        /// The seed; the same seed draws the same findings
        #[arg(long)]
        seed: u64,
        /// The persona
        #[arg(long, default_value = "default")]
        persona: String,
    },
    /// Feed random bytes to the parsers of bytes
    Fuzz {
        /// The target; all where none is named
        target: Option<String>,
        /// How long each target runs
        #[arg(long, default_value_t = 60)]
        seconds: u32,
    },
    /// Run one command and print its cost as JSON
    #[command(hide = true)]
    Measure {
        #[arg(last = true)]
        command: Vec<String>,
    },
    /// A real API server on loopback
    Cluster(cluster::Arguments),
    /// Write what the real kubectl builds of the kustomizations among the fixtures
    Fixtures,
    /// Make the vulnerability database that comes with the program
    Starter,
    /// Build the files of a release: program, image, provenance, checksums
    Release(release::Arguments),
    /// Run every test, after installing what they need
    Test,
    /// Run other implementations' test data against ours
    Conformance(conformance::Arguments),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().task {
        Task::Generate { check } => generate::run(check),
        Task::Bench { name } => bench::run(&name),
        Task::Measure { command } => bench::measure::run_once(&command),
        Task::Sample { count, seed, persona } => sample::run(count, seed, &persona),
        Task::Fuzz { target, seconds } => fuzz::run(target.as_deref(), seconds),
        Task::Fixtures => fixtures::run(),
        Task::Starter => starter::run(),
        Task::Tidy => tidy::run(),
        Task::Cluster(arguments) => cluster::run(arguments),
        Task::Release(arguments) => release::run(&arguments),
        Task::Test => test::run(),
        Task::Conformance(arguments) => conformance::run(arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
