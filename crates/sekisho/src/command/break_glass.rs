//! `sekisho break-glass`: what policies refuse passes for a time, and it is known who wanted that and why.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use jiff::{SignedDuration, Timestamp};
use sekisho_cluster::{BreakGlass, Connection, Record};
use sekisho_manifest::{Node, ObjectRef};
use serde_json::json;

use crate::arguments::cluster::InstallationArguments;
use crate::arguments::{BreakGlassArguments, BreakGlassVerb};
use crate::terminal::{self, Status, Terminal};

pub(crate) fn run(arguments: BreakGlassArguments, terminal: &Terminal) -> Result<Status> {
    let connect = |place: InstallationArguments| -> Result<(String, Connection)> {
        let (_, connection) = place.live.live(terminal.offline).connect()?;
        Ok((place.namespace, connection))
    };
    match arguments.verb {
        BreakGlassVerb::Open { reason, duration, only, place } => {
            let lasting = lasting(&duration)?;
            if reason.trim().is_empty() {
                bail!("say why with --reason: it is recorded");
            }
            let (namespace, connection) = connect(place)?;
            let glass = opened(&connection, &reason, lasting, only)?;
            make(&connection, &namespace, &glass)?;
            terminal::write(None, |out| writeln!(out, "{} is open until {}", glass.name, glass.until))?;
        }
        BreakGlassVerb::Close { name, place } => {
            let (namespace, connection) = connect(place)?;
            close(&connection, &namespace, name.as_deref())?;
        }
        BreakGlassVerb::List { place } => {
            let (namespace, connection) = connect(place)?;
            let now = Timestamp::now();
            let lines: Vec<String> = maps(&connection, &namespace)?
                .iter()
                .map(|map| match BreakGlass::read(map) {
                    Ok(glass) => line(&glass, now),
                    Err(error) => format!("invalid  {error}"),
                })
                .collect();
            if lines.is_empty() {
                terminal::complain(format!(
                    "the glass is whole: nothing is open in the namespace `{namespace}`"
                ));
            }
            terminal::write(None, |out| lines.iter().try_for_each(|line| writeln!(out, "{line}")))?;
        }
    }
    Ok(Status::Clean)
}

fn close(connection: &Connection, namespace: &str, name: Option<&str>) -> Result<()> {
    let all = maps(connection, namespace)?;
    let meant: Vec<&str> =
        all.iter().map(name_of).filter(|one| name.is_none_or(|name| name == *one)).collect();
    if let (Some(name), true) = (name, meant.is_empty()) {
        bail!("there is no break of glass `{name}` in the namespace `{namespace}`");
    }
    if meant.is_empty() {
        terminal::complain(format!(
            "the glass is whole: there is nothing to close in the namespace `{namespace}`"
        ));
    }
    for name in meant {
        connection.delete(&format!("{}/{name}", path(namespace)))?;
        record(connection, namespace, name, "GlassMended", "Close", "the break of glass was ended");
        terminal::write(None, |out| writeln!(out, "{name} is closed"))?;
    }
    Ok(())
}

/// A break of glass as it is asked for.
fn opened(connection: &Connection, reason: &str, lasting: Duration, only: Vec<String>) -> Result<BreakGlass> {
    let now = Timestamp::now();
    let until = now.checked_add(SignedDuration::try_from(lasting)?)?;
    // Whole seconds, and named after the moment: two that are opened at once are told apart by their ends.
    let until = Timestamp::from_second(until.as_second())?;
    let stamp = now.strftime("%Y%m%d-%H%M%S-%3f");
    let person = person(connection)?;
    Ok(BreakGlass {
        name: format!("break-glass-{stamp}"),
        person,
        reason: reason.trim().to_owned(),
        since: now,
        until,
        namespaces: only,
    })
}

fn lasting(text: &str) -> Result<Duration> {
    let parsed: sekisho_manifest::Duration =
        text.parse().with_context(|| format!("`{text}` is no duration: write it as `30m` or `2h`"))?;
    let nanoseconds = u64::try_from(parsed.nanoseconds()).unwrap_or(0);
    let lasting = Duration::from_nanos(nanoseconds);
    if lasting.as_secs() == 0 || lasting > BreakGlass::LONGEST {
        bail!(
            "glass cannot be broken for `{text}`: for a second at least and {} hours at most",
            BreakGlass::LONGEST.as_secs() / 3_600
        );
    }
    Ok(lasting)
}

/// Who asks, as the API server knows them.
fn person(connection: &Connection) -> Result<String> {
    let review = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"});
    let (answer, _) = connection
        .create("/apis/authentication.k8s.io/v1/selfsubjectreviews", &review.to_string())
        .context("the API server does not say who you are")?;
    let name = answer.at(&["status", "userInfo", "username"]).and_then(Node::as_str).unwrap_or("");
    if name.is_empty() {
        bail!("the API server does not say who you are");
    }
    Ok(name.to_owned())
}

fn make(connection: &Connection, namespace: &str, glass: &BreakGlass) -> Result<()> {
    connection
        .create(&path(namespace), &glass.config_map(namespace).to_string())
        .with_context(|| format!("the glass is not broken: no ConfigMap can be made in `{namespace}`"))?;
    let note = format!("{} broke the glass until {}: {}", glass.person, glass.until, glass.reason);
    record(connection, namespace, &glass.name, "GlassBroken", "Open", &note);
    Ok(())
}

/// Records an event. The ConfigMap and the audit record of the API server say the same where that is refused.
fn record(connection: &Connection, namespace: &str, name: &str, reason: &str, action: &str, note: &str) {
    let about = ObjectRef {
        api_version: "v1".into(),
        kind: "ConfigMap".into(),
        namespace: Some(namespace.into()),
        name: name.into(),
    };
    let recorded = connection.record(&Record {
        about: &about,
        uid: "",
        is_warning: true,
        reason,
        action,
        note,
        controller: "sekisho.dev/break-glass",
        instance: "sekisho",
    });
    if let Err(error) = recorded {
        terminal::complain(format!("no event could be recorded: {error}"));
    }
}

/// The ConfigMaps of a namespace that break glass, or are meant to.
pub(crate) fn maps(connection: &Connection, namespace: &str) -> Result<Vec<Node>> {
    let (label, value) = BreakGlass::LABEL;
    let label = label.replace('/', "%2F");
    let list = connection.get(&format!("{}?labelSelector={label}%3D{value}", path(namespace)))?;
    Ok(list.get("items").map_or(&[][..], Node::items).to_vec())
}

fn path(namespace: &str) -> String {
    format!("/api/v1/namespaces/{namespace}/configmaps")
}

fn name_of(map: &Node) -> &str {
    map.at(&["metadata", "name"]).and_then(Node::as_str).unwrap_or("")
}

fn line(glass: &BreakGlass, now: Timestamp) -> String {
    let state = if glass.is_open(now) { "open" } else { "over" };
    let whom =
        if glass.namespaces.is_empty() { "everything".to_owned() } else { glass.namespaces.join(", ") };
    let BreakGlass { name, person, reason, until, .. } = glass;
    format!("{state:8} {name}  {whom}, until {until}, by {person}: {reason}")
}
