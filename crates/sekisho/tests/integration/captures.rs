//! `sekisho watch` over captures of system calls.

use std::fs;
use std::path::Path;

use sekisho_runtime::Scenario;

use crate::command::Workbench;

const SCENARIO: &str = "process 5 cat\n5 openat fd=3 dirfd=AT_FDCWD name=/etc/shadow flags=O_RDONLY\n";
const RULE: &str = "- rule: Shadow\n  desc: d\n  condition: evt.type = openat and fd.name = /etc/shadow\n  \
                    output: '%proc.name opened %fd.name'\n  priority: WARNING\n";

fn bench() -> Workbench {
    let bench = Workbench::new();
    let scenario = Scenario::parse(SCENARIO).expect("a scenario");
    fs::write(bench.path().join("one.scap"), scenario.capture().expect("a capture")).expect("a file");
    bench.file("rules.yaml", RULE);
    bench
}

#[test]
fn a_capture_by_given_rules() {
    let bench = bench();
    let ran = bench.run(&["watch", "--capture", "one.scap", "--rules", "rules.yaml"]);
    assert_eq!(ran.status, 1, "{}", ran.err);
    assert!(ran.out.ends_with("Warning cat opened /etc/shadow\n"), "{}", ran.out);
    let ran = bench.run(&["watch", "--capture", "one.scap", "--rules", "rules.yaml", "--fail-on", "none"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
}

#[test]
fn a_capture_that_is_cut_off_is_incomplete() {
    let bench = bench();
    let whole = fs::read(bench.path().join("one.scap")).expect("a capture");
    fs::write(bench.path().join("cut.scap"), &whole[..whole.len() - 3]).expect("a file");
    let ran = bench.run(&["watch", "--capture", "cut.scap", "--rules", "rules.yaml"]);
    assert_eq!(ran.status, 4, "{}", ran.err);
}

/// Every rule that we bring loads together with the others, and nothing is said against any of them.
#[test]
fn our_own_rules_stand_beside_one_another() {
    let bench = bench();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules");
    let named = bench.run(&["watch", "--capture", "one.scap", "--rules", &folder.display().to_string()]);
    assert!(!named.err.contains("error:") && !named.err.contains("warning:"), "{}", named.err);
    let own = bench.run(&["watch", "--capture", "one.scap"]);
    assert_eq!(own.out, named.out);
    assert!(own.err.contains("rules of 8 files"), "{}", own.err);
}
