//! Real manifests, which tests of several crates read.

use std::path::{Path, PathBuf};

/// Their paths and texts, in order; none where they are absent, which with `CI=true` is a failure.
#[expect(clippy::print_stdout, reason = "a test that is skipped says so")]
pub(crate) fn manifests() -> Option<Vec<(PathBuf, String)>> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let folder = std::env::var_os("SEKISHO_SHARED").map_or(beside, PathBuf::from).join("corpora");
    if folder.is_dir() {
        let mut found = Vec::new();
        read(&folder, &mut found);
        return Some(found);
    }
    assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "no corpora: set SEKISHO_SHARED");
    println!("skipped: no corpora at `{}`; set SEKISHO_SHARED", folder.display());
    None
}

#[expect(clippy::disallowed_methods, reason = "the test reads its data")]
fn read(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
    let mut entries: Vec<_> =
        std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            read(&path, found);
        } else if path.extension().is_some_and(|kind| kind == "yaml") {
            let text = std::fs::read_to_string(&path).expect("text");
            found.push((path, text));
        }
    }
}
