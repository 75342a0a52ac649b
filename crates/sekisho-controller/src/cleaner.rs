//! Cleanup policies: what they match is removed when their time comes.

use std::collections::BTreeMap;

use sekisho_cluster::{Connection, Propagation, Removal};
use sekisho_manifest::Node;
use sekisho_policy::{Bundle, Facts, Request, RuleName};

use crate::schedule::Schedule;

/// Runs cleanup policies.
#[derive(Debug, Default)]
pub struct Cleaner {
    /// When each policy runs next, in seconds since 1970, with its schedule.
    next: BTreeMap<RuleName, (String, Option<i64>)>,
}

/// What came of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CleanerReport {
    /// Objects that were removed: policy and object.
    pub removed: Vec<(String, String)>,
    /// What failed, with the reason.
    pub failed: Vec<(String, String)>,
    /// Objects beyond the limit, which wait for the next time.
    pub left: usize,
}

impl Cleaner {
    /// The policies whose time has come. One that is new, or has another schedule, waits for its next time.
    pub fn due(&mut self, bundle: &Bundle, now: i64) -> (Vec<usize>, Vec<(String, String)>) {
        let (mut due, mut wrong) = (Vec::new(), Vec::new());
        let mut next = BTreeMap::new();
        for (place, policy) in bundle.loaded.cleanups.iter().enumerate() {
            let name = policy.name();
            let schedule = match Schedule::read(policy.schedule()) {
                Ok(schedule) => schedule,
                Err(error) => {
                    wrong.push((name.policy.to_string(), error.to_string()));
                    continue;
                }
            };
            let known = self.next.get(&name).filter(|(known, _)| known == policy.schedule());
            let at = match known {
                Some((_, at)) => *at,
                None => schedule.next(now),
            };
            let is_due = at.is_some_and(|at| at <= now);
            if is_due {
                due.push(place);
            }
            let at = if is_due { schedule.next(now) } else { at };
            next.insert(name, (policy.schedule().to_owned(), at));
        }
        self.next = next;
        (due, wrong)
    }

    /// Removes what policies match among objects, at most so many.
    pub fn run(
        connection: &Connection,
        bundle: &Bundle,
        due: &[usize],
        objects: &[Request],
        facts: &dyn Facts,
        most: usize,
        dry_run: bool,
    ) -> CleanerReport {
        let mut report = CleanerReport::default();
        for policy in due.iter().filter_map(|place| bundle.loaded.cleanups.get(*place)) {
            let name = policy.name();
            for request in objects {
                let shown = format!("{} {}/{}", request.kind.kind, request.namespace, request.name);
                match policy.removes(request, facts) {
                    Ok(false) => {}
                    Err(error) => report.failed.push((name.policy.to_string(), format!("{shown}: {error}"))),
                    Ok(true) if report.removed.len() >= most => report.left += 1,
                    Ok(true) => match remove(connection, request, policy.propagation(), dry_run) {
                        Ok(()) => report.removed.push((name.policy.to_string(), shown)),
                        Err(error) => {
                            report.failed.push((name.policy.to_string(), format!("{shown}: {error}")));
                        }
                    },
                }
            }
        }
        report
    }
}

fn remove(
    connection: &Connection,
    request: &Request,
    propagation: &str,
    dry_run: bool,
) -> Result<(), String> {
    let resource = &request.resource;
    let root = if resource.group.is_empty() {
        format!("/api/{}", resource.version)
    } else {
        format!("/apis/{}/{}", resource.group, resource.version)
    };
    let inside = if request.namespace.is_empty() {
        String::new()
    } else {
        format!("/namespaces/{}", request.namespace)
    };
    let path = format!("{root}{inside}/{}/{}", resource.resource, request.name);
    let uid =
        request.object.as_ref().and_then(|object| object.at(&["metadata", "uid"])).and_then(Node::as_str);
    let version = request
        .object
        .as_ref()
        .and_then(|object| object.at(&["metadata", "resourceVersion"]))
        .and_then(Node::as_str);
    let propagation = match propagation {
        "Foreground" => Propagation::Foreground,
        "Orphan" => Propagation::Orphan,
        _ => Propagation::Background,
    };
    // Only what was looked at is removed: not what has changed or was made anew since.
    let removal = Removal { uid, version, propagation, dry_run };
    match connection.remove(&path, &removal) {
        Ok(_) => Ok(()),
        Err(error) if error.code() == Some(404) => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}
