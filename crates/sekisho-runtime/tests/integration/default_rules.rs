//! The rules that the project brings, in `rules/syscall`: each fires in its scenario, and not in the one beside it.
#![allow(clippy::disallowed_methods, reason = "the rules and their scenarios are files of the repository")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use sekisho_falco::{Catalog, LoadBudget, Loader, RuleSet};
use sekisho_framework::control;

use crate::{watch, watcher};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules/syscall")
}

fn load() -> RuleSet {
    let mut loader = Loader::new(Catalog::standard(), LoadBudget::default());
    let mut files: Vec<_> = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|kind| kind == "yaml"));
    files.sort_by_key(|path| (!path.ends_with("macros.yaml"), path.clone()));
    let mut rules = None;
    for path in files {
        let (result, set) = loader.load(&fs::read_to_string(&path).unwrap());
        assert!(!result.has_errors(), "{}: {:?}", path.display(), result.messages());
        rules = set;
    }
    rules.unwrap()
}

fn slug(name: &str) -> String {
    name.to_ascii_lowercase().replace(' ', "-")
}

#[test]
fn each_fires_and_each_is_quiet() {
    let known = load();
    assert!(known.rules().count() >= 60);
    let mut expected = BTreeSet::new();
    let mut wrong = Vec::new();
    let mut watcher = watcher(load());
    for rule in known.rules() {
        for kind in ["fires", "quiet"] {
            let path = folder().join(format!("tests/{}.{kind}.txt", slug(&rule.name)));
            let text =
                fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let alerts = watch(&mut watcher, &text);
            let found: Vec<_> = alerts.iter().map(|alert| alert.rule.as_str()).collect();
            if found.contains(&rule.name.as_str()) != (kind == "fires") {
                wrong.push(format!("{} {kind}: {found:?}", rule.name));
            }
            expected.insert(path);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let files: BTreeSet<_> =
        fs::read_dir(folder().join("tests")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files, expected, "a scenario is of no rule");
}

#[test]
fn each_is_mapped() {
    for rule in load().rules() {
        let tags: Vec<&str> = rule.tags.iter().map(String::as_str).collect();
        for begin in ["attack/", "owasp-2022/", "owasp-2025/", "matrix/"] {
            assert!(tags.iter().any(|tag| tag.starts_with(begin)), "{} lacks {begin}", rule.name);
        }
        for tag in tags.iter().filter(|tag| tag.starts_with("owasp-")) {
            assert!(control(tag).is_some(), "{}: {tag}", rule.name);
        }
        assert!(!rule.event_types.is_empty() && rule.event_types.len() < 100, "{}", rule.name);
    }
}
