//! Every fixture builds to what `kubectl kustomize` 1.36 (kustomize 5.8.1) printed for it, to the byte.
//!
//! A fixture is a folder of `tests/fixtures` with a kustomization, and the output beside it. The outputs are
//! written by `cargo xtask fixtures`, which asks the real program.

use std::path::Path;

use sekisho_kustomize::{Options, build};

use crate::support::{Disk, fixtures};

#[expect(clippy::disallowed_methods, reason = "the test reads its data")]
#[test]
fn fixtures_build_as_the_real_kustomize_builds_them() {
    let root = fixtures();
    let mut names: Vec<String> = std::fs::read_dir(&root)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let mut wrong = Vec::new();
    for name in &names {
        let expected = std::fs::read_to_string(root.join(format!("{name}.expected.yaml"))).unwrap();
        let folder = start(&root.join(name)).map_or_else(|| name.clone(), |start| format!("{name}/{start}"));
        match build(&folder, &Disk(root.clone()), None, &Options::default()) {
            Ok(built) if built.to_yaml() == expected => {}
            Ok(built) => wrong.push(format!("{name}:\n{}\nexpected:\n{expected}", built.to_yaml())),
            Err(error) => wrong.push(format!("{name}: {error}")),
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), names.len(), wrong.join("\n"));
    assert!(names.len() > 5, "the fixtures are missing");
}

/// The folder of a fixture where its build begins, where that is not the fixture's own.
fn start(fixture: &Path) -> Option<&'static str> {
    ["overlay"].into_iter().find(|name| fixture.join(name).is_dir())
}
