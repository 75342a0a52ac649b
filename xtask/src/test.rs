//! `cargo xtask test`: every test there is, after installing what they need.

use std::env;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::cluster::Standing;
use crate::workspace::root;
use crate::{cluster, conformance, fuzz, peer};

/// How long each fuzz target runs here: long enough to see that it stands, and no more.
const FUZZ_SECONDS: u32 = 10;

/// What tests run beside the program.
const PROGRAMS: [&str; 4] = ["docker-registry", "faketime", "pg_ctlcluster", "skopeo"];

pub(crate) fn run() -> Result<()> {
    peer::debian(&PROGRAMS)?;
    cluster::with(|server| cargo(&["test", "--workspace", "--no-fail-fast"], server))?;
    conformance::run_all()?;
    fuzz::run(None, FUZZ_SECONDS)
}

/// The variable that names the kubeconfig of a real API server. Where it is not set, tests on it are skipped.
const KUBECONFIG: &str = "SEKISHO_TEST_KUBECONFIG";

/// The variable that names the program of the server, which is `kubectl` too.
const PROGRAM: &str = "SEKISHO_TEST_KUBERNETES";

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
