//! `sekisho access least-privilege`: the smallest roles for what identities did, beside those that they have.

use std::path::Path;

use anyhow::{Result, bail};
use sekisho_access::{Economy, Identity, Limits, Permissions, Usage, compare, least};
use sekisho_manifest::{Object, to_yaml};
use serde_json::json;

use super::said::Said;
use super::text;
use crate::arguments::access::{AccessFormat, LeastPrivilegeArguments};
use crate::audit::go_over;
use crate::request::Request;
use crate::terminal::{self, Status, Terminal};
use crate::{live, run, target};

pub(crate) fn run(arguments: LeastPrivilegeArguments, terminal: &Terminal) -> Result<Status> {
    let mut usage = Usage::new(Limits::default());
    let tally = go_over(&arguments.from_audit, &mut |event| usage.record(&event))?;
    tally.complaints().for_each(terminal::complain);
    if usage.dropped > 0 {
        terminal::complain(format!(
            "{} requests did not fit into memory and are not in the roles",
            usage.dropped
        ));
    }
    let is_whole = tally.unreadable == 0 && usage.dropped == 0;
    let (objects, is_read) = objects(&arguments, terminal)?;
    let namespace = arguments.namespace.as_deref().unwrap_or("default");
    let permissions = objects.as_ref().map(|objects| Permissions::of(objects.iter(), namespace));
    let economy = Economy { names: arguments.names.into(), everyones: arguments.everyones };
    let wanted: Vec<Identity> = arguments.identity.iter().map(|name| named(name)).collect();
    for identity in &wanted {
        if usage.of(identity).is_none() {
            bail!("the log tells nothing of `{identity}`: nothing can be said of what it needs");
        }
    }
    let is_meant = |identity: &Identity| {
        if wanted.is_empty() { arguments.all || !identity.is_of_system() } else { wanted.contains(identity) }
    };
    let said: Vec<Said<'_>> = usage
        .identities()
        .filter(|(identity, _)| is_meant(identity))
        .map(|(identity, used)| Said {
            identity,
            used,
            roles: least(identity, used, &economy),
            compared: permissions.as_ref().map(|permissions| compare(permissions, identity, used)),
        })
        .collect();
    if said.is_empty() {
        terminal.note(format!("{} events, and nobody in them who is meant", tally.events));
        return Ok(Status::Nothing);
    }
    match arguments.format {
        AccessFormat::Yaml => {
            let documents: Vec<String> = said
                .iter()
                .flat_map(|said| said.roles.manifests())
                .map(|manifest| to_yaml(&manifest))
                .collect();
            terminal::write(arguments.output.as_deref(), |out| {
                out.write_all(documents.join("---\n").as_bytes())
            })?;
        }
        AccessFormat::Json => {
            let document = json!({
                "events": tally.events,
                "unreadable": tally.unreadable,
                "identities": said.iter().map(Said::to_json).collect::<Vec<_>>(),
            });
            terminal::write(arguments.output.as_deref(), |out| {
                serde_json::to_writer_pretty(&mut *out, &document)?;
                writeln!(out)
            })?;
        }
        AccessFormat::Text => {
            let mut out = String::new();
            for said in &said {
                text::write(said, &mut out);
            }
            terminal::write(arguments.output.as_deref(), |file| file.write_all(out.as_bytes()))?;
        }
    }
    if let Some(permissions) = &permissions {
        for (binding, _, role) in &permissions.unresolved {
            terminal.note(format!(
                "{} `{}` hands out `{role}`, which is not among the manifests",
                binding.kind, binding.name
            ));
        }
    }
    terminal.note(format!("{} events, {} identities", tally.events, said.len()));
    Ok(if is_whole && is_read { Status::Clean } else { Status::Incomplete })
}

/// The objects that say who has which permissions, where it is asked for, and whether all of them could be read.
fn objects(arguments: &LeastPrivilegeArguments, terminal: &Terminal) -> Result<(Option<Vec<Object>>, bool)> {
    let loaded = if arguments.cluster {
        let live = arguments.live.clone().live(terminal.offline);
        live::read(&live, None)?.0
    } else if arguments.manifests.is_empty() {
        return Ok((None, true));
    } else {
        let request = Request {
            targets: arguments.manifests.clone(),
            namespace: arguments.namespace.clone(),
            progress: !terminal.quiet,
            ..Request::default()
        };
        target::read(&run::selected(&request)?)?
    };
    let mut is_read = true;
    for skip in loaded.coverage.failures() {
        is_read = false;
        terminal::complain(format!("{}: {}", Path::new(skip.path.as_str()).display(), skip.reason));
    }
    Ok((Some(loaded.objects), is_read))
}

/// The identity of a name as it is given: `NAMESPACE/NAME` is a service account.
fn named(name: &str) -> Identity {
    match name.split_once('/') {
        Some((namespace, name)) if !namespace.is_empty() && !name.is_empty() && !namespace.contains(':') => {
            Identity::ServiceAccount { namespace: namespace.into(), name: name.into() }
        }
        _ => Identity::of(name),
    }
}
