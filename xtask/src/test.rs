//! `cargo xtask test`: every test there is, after installing what they need.

use anyhow::Result;

use crate::{cluster, conformance, fuzz, peer};

/// How long each fuzz target runs here: long enough to see that it stands, and no more.
const FUZZ_SECONDS: u32 = 10;

/// What tests run beside the program.
const PROGRAMS: [&str; 4] = ["docker-registry", "faketime", "pg_ctlcluster", "skopeo"];

pub(crate) fn run() -> Result<()> {
    peer::debian(&PROGRAMS)?;
    cluster::with(|server| cluster::cargo(&["test", "--workspace", "--no-fail-fast"], server))?;
    conformance::run_all()?;
    fuzz::run(None, FUZZ_SECONDS)
}
