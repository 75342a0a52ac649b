//! Audit logs and manifests in, roles and comparisons out.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod compares;
mod hostile;
mod permits;
mod replays;
mod roles;

use sekisho_access::{Identity, Limits, Usage};
use sekisho_audit::Parser;
use sekisho_manifest::{Budget, Document, Format, Object, SourceId, load};

/// The objects of a YAML text.
fn objects(text: &str) -> Vec<Object> {
    let loaded = load(SourceId(0), text, Format::Yaml, &Budget::default());
    assert!(loaded.errors.is_empty(), "{:?}", loaded.errors);
    loaded.documents.iter().flat_map(Document::objects).collect()
}

/// What the events of these lines say. A line is `user verb resource[.group][/sub] [namespace/][name] [code]`, or
/// `user verb /path`.
fn usage(lines: &str) -> Usage {
    log(&lines
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(event)
        .collect::<Vec<_>>()
        .join("\n"))
}

fn log(log: &str) -> Usage {
    let mut usage = Usage::new(Limits::default());
    let mut parser = Parser::default();
    for line in log.lines() {
        parser.parse(line.as_bytes()).unwrap().events(&mut |event| usage.record(&event.unwrap()));
    }
    usage
}

fn event(line: &str) -> String {
    let words: Vec<&str> = line.split_whitespace().collect();
    let (user, verb, what) = (words[0], words[1], words[2]);
    let place = words.get(3).copied().unwrap_or("-");
    let code: u32 = words.get(4).map_or(200, |code| code.parse().unwrap());
    let decision = if code == 403 { "forbid" } else { "allow" };
    let head = format!(
        "{{\"kind\":\"Event\",\"auditID\":\"1\",\"stage\":\"ResponseComplete\",\"stageTimestamp\":\"2026-01-02T03:04:05Z\",\
         \"user\":{{\"username\":\"{user}\",\"groups\":[\"system:authenticated\"]}},\"verb\":\"{verb}\",\
         \"responseStatus\":{{\"code\":{code}}},\"annotations\":{{\"authorization.k8s.io/decision\":\"{decision}\"}}"
    );
    if what.starts_with('/') {
        return format!("{head},\"requestURI\":\"{what}\"}}");
    }
    let (resource, subresource) = what.split_once('/').unwrap_or((what, ""));
    let (resource, group) = resource.split_once('.').unwrap_or((resource, ""));
    let (namespace, name) = match place {
        "-" => ("", ""),
        place => place.split_once('/').unwrap_or(("", place)),
    };
    format!(
        "{head},\"requestURI\":\"/x\",\"objectRef\":{{\"resource\":\"{resource}\",\"apiGroup\":\"{group}\",\
         \"subresource\":\"{subresource}\",\"namespace\":\"{namespace}\",\"name\":\"{name}\"}}}}"
    )
}

fn web() -> Identity {
    Identity::of("system:serviceaccount:shop:web")
}

/// The service account of most tests.
const WEB: &str = "system:serviceaccount:shop:web";
