//! `docs/tour.md` as it stands: every block of commands is run in order, and what the page says comes out comes out.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{ApiServer, alone};

/// A block of commands, and the texts that must be in what they say.
struct Step {
    commands: String,
    says: Vec<String>,
}

fn steps(page: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut block: Option<(String, String)> = None;
    for line in page.lines() {
        match (&mut block, line.strip_prefix("```")) {
            (None, Some(language)) => block = Some((language.to_owned(), String::new())),
            (Some(_), Some(_)) => {
                let (language, text) = block.take().expect("a block");
                match (language.as_str(), steps.last_mut()) {
                    ("sh", _) => steps.push(Step { commands: text, says: Vec::new() }),
                    ("text", Some(step)) => step.says.extend(text.lines().map(str::trim).map(str::to_owned)),
                    _ => panic!("a block of `{language}` has no commands before it"),
                }
            }
            (Some((_, text)), None) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, None) => {}
        }
    }
    steps
}

/// A folder with the programs that the tour calls.
fn programs(folder: &Path, kubernetes: &Path) -> PathBuf {
    let programs = folder.join("programs");
    fs::create_dir(&programs).expect("a folder");
    symlink(env!("CARGO_BIN_EXE_sekisho"), programs.join("sekisho")).expect("a link");
    let kubectl = programs.join("kubectl");
    fs::write(&kubectl, format!("#!/bin/sh\nexec '{}' kubectl \"$@\"\n", kubernetes.display()))
        .expect("a script");
    fs::set_permissions(&kubectl, fs::Permissions::from_mode(0o755)).expect("a program");
    programs
}

/// The program that is `kubectl` when it is called with that; none where nobody names it, which is a failure in CI.
pub(crate) fn kubernetes() -> Option<PathBuf> {
    let named = std::env::var_os("SEKISHO_TEST_KUBERNETES").map(PathBuf::from);
    if named.is_none() {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "CI has no kubectl: run `cargo xtask test`");
        println!("skipped: no kubectl; `cargo xtask cluster test` names one");
    }
    named
}

#[test]
fn the_tour_leads_through_the_api_server() {
    if ApiServer::get().is_none() {
        return;
    }
    let Some(kubernetes) = kubernetes() else { return };
    let _alone = alone();
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/tour.md");
    let steps = steps(&fs::read_to_string(page).expect("the tour"));
    assert!(steps.len() > 6, "the tour has {} steps", steps.len());
    let folder = tempfile::tempdir().expect("a folder");
    let programs = programs(folder.path(), &kubernetes);
    let [port, status] = [(); 2].map(|()| {
        let listener = TcpListener::bind(("127.0.0.1", 0));
        listener.and_then(|listener| listener.local_addr()).expect("a port").port().to_string()
    });
    // A command that fails as it should is no failure of the script.
    let start = "set -eu\ntrap 'kill ${WEBHOOK:-} ${CONTROLLER:-} 2>/dev/null || true' EXIT\n".to_owned();
    let runs =
        steps.iter().enumerate().map(|(number, step)| format!("exec > out-{number} 2>&1\n{}", step.commands));
    let end = "exec > out-end 2>&1\necho the end\n".to_owned();
    let script: String = [start].into_iter().chain(runs).chain([end]).collect();
    let path = std::env::var("PATH").unwrap_or_default();
    let work = folder.path().join("work");
    fs::create_dir(&work).expect("a folder");
    let ended = Command::new("timeout")
        .args(["--kill-after", "5", "180", "bash", "-c", &script])
        .current_dir(&work)
        .env("PATH", format!("{}:{path}", programs.display()))
        .env("KUBECONFIG", std::env::var_os("SEKISHO_TEST_KUBECONFIG").expect("a kubeconfig"))
        .env("PORT", port)
        .env("STATUS", status)
        .env("NO_COLOR", "1")
        .env("COLUMNS", "200")
        .status()
        .expect("bash runs");
    let said = |name: &str| fs::read_to_string(work.join(format!("out-{name}"))).unwrap_or_default();
    let log = fs::read_to_string(work.join("webhook.log")).unwrap_or_default();
    for (number, step) in steps.iter().enumerate() {
        let out = said(&number.to_string());
        for words in &step.says {
            assert!(
                out.contains(words),
                "step {number} does not say `{words}`:\n{out}\n{}\n{log}",
                step.commands
            );
        }
    }
    assert!(ended.success() && said("end").contains("the end"), "the tour broke off: {ended}\n{log}");
}
