//! `cargo xtask cluster up|down|test`: a real API server on loopback, with etcd and the controller manager.

mod program;
mod server;

use std::env;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use clap::{Args, Subcommand};

use crate::workspace::root;

pub(crate) use self::program::built;
use self::server::Server;

/// The variable that names the kubeconfig of a real API server. Where it is not set, tests on it are skipped.
const KUBECONFIG: &str = "SEKISHO_TEST_KUBECONFIG";

/// The variable that names the program of the server, which is `kubectl` too.
const PROGRAM: &str = "SEKISHO_TEST_KUBERNETES";

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Start it and print the path of its kubeconfig; build it first where that was not done yet
    Up,
    /// Stop it and forget what it held
    Down,
    /// Start one, run the tests that need it, and stop it
    Test {
        /// Only tests whose names contain this
        #[arg(default_value = "api_server")]
        filter: String,
    },
}

pub(crate) fn run(arguments: Arguments) -> Result<()> {
    match arguments.action {
        Action::Up => {
            server::stop(&standing())?;
            if let Some(program) = program::built()? {
                let server = Server::start(&program, &standing())?;
                println!("{}", server.leave_running().display());
            }
            Ok(())
        }
        Action::Down => server::stop(&standing()),
        Action::Test { filter } => with(|standing| {
            cargo(&["test", "--package", "sekisho", "--package", "sekisho-cluster", &filter], standing)
        }),
    }
}

/// A server that stands.
pub(crate) struct Standing {
    /// The kubeconfig of an administrator.
    pub(crate) kubeconfig: PathBuf,
    /// The program, which is `kubectl` too.
    pub(crate) program: PathBuf,
}

/// Runs something while a server stands; without one where it cannot be built, which is an error with `CI=true`.
pub(crate) fn with(run: impl FnOnce(Option<&Standing>) -> Result<()>) -> Result<()> {
    let Some(program) = program::built()? else { return run(None) };
    let server = Server::start(&program, &root().join("target/cluster-of-tests"))?;
    run(Some(&Standing { kubeconfig: server.kubeconfig(), program }))
}

/// Runs cargo in the root of the workspace, its output shown, with a real API server where one stands.
pub(crate) fn cargo(arguments: &[&str], standing: Option<&Standing>) -> Result<()> {
    println!("$ cargo {}", arguments.join(" "));
    let status = Command::new(env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()))
        .args(arguments)
        .current_dir(root())
        .envs(standing.map(|server| (KUBECONFIG, &server.kubeconfig)))
        .envs(standing.map(|server| (PROGRAM, &server.program)))
        .status()
        .context("cannot run cargo")?;
    ensure!(status.success(), "`cargo {}` failed", arguments.join(" "));
    Ok(())
}

/// Where the server of `up` keeps what it holds.
fn standing() -> PathBuf {
    root().join("target/cluster")
}
