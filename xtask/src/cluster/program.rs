//! The program that is the API server, the controller manager, `kubectl` and etcd: built of `tests/apiserver` by
//! Go, and kept until its sources change.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use crate::peer;
use crate::workspace::root;

/// What the server calls itself; it must agree with `tests/apiserver/go.mod`.
const VERSION: (&str, &str, &str) = ("1", "36", "3");

/// The sources.
const SOURCES: [&str; 4] = ["main.go", "certificates.go", "go.mod", "go.sum"];

/// The program; none where it cannot be built, which is an error with `CI=true`.
pub(crate) fn built() -> Result<Option<PathBuf>> {
    let sources = root().join("tests/apiserver");
    let mut hasher = DefaultHasher::new();
    for name in SOURCES {
        let path = sources.join(name);
        fs::read(&path).with_context(|| format!("cannot read `{}`", path.display()))?.hash(&mut hasher);
    }
    let folder = root().join("target/peers").join(format!("apiserver-{:016x}", hasher.finish()));
    let program = folder.join("kubernetes");
    let built = if program.is_file() { Ok(()) } else { build(&sources, &program) };
    peer::had(built, "the API server", program)
}

/// Builds without what only a debugger reads, at low priority, and into place at one stroke.
fn build(sources: &Path, program: &Path) -> Result<()> {
    let go = peer::go()?;
    println!("building the API server: minutes the first time, with Go's cache seconds");
    let started = Instant::now();
    let (major, minor, patch) = VERSION;
    let version = format!("v{major}.{minor}.{patch}");
    let mut link = vec!["-s -w".to_owned()];
    for package in ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"] {
        for (name, value) in [("gitVersion", version.as_str()), ("gitMajor", major), ("gitMinor", minor)] {
            link.push(format!("-X {package}.{name}={value}"));
        }
    }
    let partial = program.with_extension("partial");
    let output = Command::new("nice")
        .arg(go)
        .args(["build", "-trimpath", "-buildvcs=false", "-gcflags=all=-dwarf=false"])
        .args(["-ldflags", &link.join(" "), "-o"])
        .arg(&partial)
        .arg(".")
        .current_dir(sources)
        .env("GOFLAGS", "-mod=readonly")
        .output()
        .context("cannot run go")?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr).trim().to_owned());
    fs::rename(&partial, program)?;
    println!("built in {} s", started.elapsed().as_secs());
    Ok(())
}
