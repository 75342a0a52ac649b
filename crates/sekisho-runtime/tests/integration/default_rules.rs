//! The rules that the project brings, in `rules/syscall`. That each fires in its scenario, and not in the one beside it,
//! is tested by the command (`policy test rules`).
#![allow(clippy::disallowed_methods, reason = "the rules and their scenarios are files of the repository")]

use std::fs;
use std::path::{Path, PathBuf};

use sekisho_falco::{Catalog, LoadBudget, Loader, RuleSet};
use sekisho_framework::control;

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
