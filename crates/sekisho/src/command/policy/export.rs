//! `sekisho policy export`: built-in checks as policies that the API server enforces by itself.

use anyhow::{Result, bail};
use sekisho_policy::admission::{About, Export, export};
use sekisho_policy::{Enforcement, Options, export_policies};
use sekisho_posture::{Check, Examine};

use crate::arguments::policy::{ExportAction, ExportArguments};
use crate::config::unknown_slug;
use crate::policy;
use crate::terminal::{self, Status, Terminal};

pub(crate) fn run(arguments: &ExportArguments, terminal: &Terminal) -> Result<Status> {
    if !arguments.policy.is_empty() {
        return policies(arguments, terminal);
    }
    let mut chosen: Vec<&Check> = Vec::new();
    for slug in &arguments.checks {
        match sekisho_posture::check(slug) {
            Some(check) => chosen.push(check),
            None => bail!("{}", unknown_slug(slug)),
        }
    }
    let all = chosen.is_empty();
    if all {
        chosen = sekisho_posture::checks().collect();
    }
    let action = match arguments.action {
        ExportAction::Deny => Enforcement::Deny,
        ExportAction::Warn => Enforcement::Warn,
        ExportAction::Audit => Enforcement::Audit,
    };
    let mut documents = Vec::new();
    let mut left = Vec::new();
    for check in chosen {
        match policy(check, action) {
            Some(text) => documents.push(text),
            None => left.push(check.id),
        }
    }
    if !all && !left.is_empty() {
        bail!("what these checks look for the API server cannot enforce by itself: {}", left.join(", "));
    }
    if all {
        let (exported, left) = (documents.len(), left.len());
        terminal.note(format!("{exported} checks exported, {left} are beyond the API server"));
    }
    let text = documents.join("---\n");
    terminal::write(arguments.output.as_deref(), |out| out.write_all(text.as_bytes()))?;
    Ok(Status::Clean)
}

/// Exports policies of other languages. What can be none of the API server's is said, with its reason.
fn policies(arguments: &ExportArguments, terminal: &Terminal) -> Result<Status> {
    let bundle = policy::bundle(&arguments.policy, &Options::default())?;
    let mut documents = Vec::new();
    let mut complete = bundle.unread.is_empty();
    for exported in export_policies(&bundle.objects) {
        match exported.documents {
            Ok(text) => documents.push(text),
            Err(why) => {
                complete = false;
                terminal.note(format!("{} cannot be exported: {why}", exported.name));
            }
        }
    }
    if documents.is_empty() {
        bail!("no policy here can be exported: CEL must be able to say it");
    }
    let text = documents.join("---\n");
    terminal::write(arguments.output.as_deref(), |out| out.write_all(text.as_bytes()))?;
    Ok(if complete { Status::Clean } else { Status::Incomplete })
}

/// The policy of the check with this slug and its binding; none where there is none.
pub(crate) fn exported(slug: &str, action: Enforcement) -> Option<String> {
    policy(sekisho_posture::check(slug)?, action)
}

/// The policy of a check and its binding; none where its condition cannot be said in CEL, or is about what the API
/// server asks no policy about.
fn policy(check: &Check, action: Enforcement) -> Option<String> {
    let about = match check.examine {
        Examine::Container(_) => About::Containers,
        Examine::Pod(_) => About::Pods,
        Examine::Object(kinds, _) => About::Objects(kinds),
        Examine::AnyObject(_) => About::AnyObject,
        _ => return None,
    };
    export(&Export { name: check.id, title: check.title, expression: check.cel?, about, actions: &[action] })
}
