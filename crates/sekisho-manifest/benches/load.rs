//! How fast manifests are read: ours beside a parser that makes events only, and printing.
//!
//! The manifests lie in the shared folder (`SEKISHO_SHARED`, else `../shared`); without it nothing is
//! measured.
#![allow(clippy::disallowed_methods, reason = "a benchmark reads its input itself")]

use std::fs;
use std::path::{Path, PathBuf};

use divan::Bencher;
use divan::counter::BytesCount;
use sekisho_manifest::{Budget, Format, SourceId, load, to_yaml};

const CORPORA: [&str; 3] = ["bitnami-rendered", "kube-prometheus", "argo-cd"];

fn main() {
    divan::main();
}

/// The manifests of a corpus.
fn corpus(name: &str) -> Vec<String> {
    let shared = std::env::var_os("SEKISHO_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let mut texts = Vec::new();
    let mut folders = vec![shared.join("corpora").join(name)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
                texts.extend(fs::read_to_string(path));
            }
        }
    }
    texts
}

fn bytes(texts: &[String]) -> BytesCount {
    BytesCount::new(texts.iter().map(String::len).sum::<usize>())
}

/// Text → documents.
#[divan::bench(args = CORPORA)]
fn yaml(bencher: Bencher, name: &str) {
    let texts = corpus(name);
    bencher.counter(bytes(&texts)).bench(|| -> Vec<_> {
        texts.iter().map(|text| load(SourceId::default(), text, Format::Detect, &Budget::default())).collect()
    });
}

/// The same with a peer, which stops at events: no tree, no types, no merges.
#[divan::bench(args = CORPORA)]
fn yaml_events_of_saphyr(bencher: Bencher, name: &str) {
    let texts = corpus(name);
    bencher.counter(bytes(&texts)).bench(|| -> usize {
        texts.iter().map(|text| saphyr_parser::Parser::new_from_str(text).flatten().count()).sum()
    });
}

/// The same objects as JSON.
#[divan::bench(args = CORPORA)]
fn json(bencher: Bencher, name: &str) {
    let texts = as_json(name);
    bencher.counter(bytes(&texts)).bench(|| -> Vec<_> {
        texts.iter().map(|text| load(SourceId::default(), text, Format::Json, &Budget::default())).collect()
    });
}

/// The same with a peer, which keeps no places.
#[divan::bench(args = CORPORA)]
fn json_of_serde(bencher: Bencher, name: &str) {
    let texts = as_json(name);
    bencher.counter(bytes(&texts)).bench(|| -> Vec<_> {
        texts.iter().map(|text| serde_json::from_str::<serde_json::Value>(text)).collect()
    });
}

/// Values → text.
#[divan::bench(args = CORPORA)]
fn print(bencher: Bencher, name: &str) {
    let values = values(name);
    let size: usize = values.iter().map(|value| to_yaml(value).len()).sum();
    bencher
        .counter(BytesCount::new(size))
        .bench(|| -> usize { values.iter().map(|value| to_yaml(value).len()).sum() });
}

fn values(name: &str) -> Vec<serde_json::Value> {
    corpus(name)
        .iter()
        .flat_map(|text| load(SourceId::default(), text, Format::Detect, &Budget::default()).documents)
        .map(|document| document.root.to_json())
        .collect()
}

fn as_json(name: &str) -> Vec<String> {
    values(name).iter().map(ToString::to_string).collect()
}
