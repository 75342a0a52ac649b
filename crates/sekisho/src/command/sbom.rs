//! `sekisho sbom`: what something is made of.

use anyhow::{Result, bail};
use sekisho_cluster::composition;

use crate::arguments::SbomArguments;
use crate::cluster_bill;
use crate::live;
use crate::terminal::{self, Status, Terminal};

pub(crate) fn run(arguments: SbomArguments, terminal: &Terminal) -> Result<Status> {
    let target = arguments.target;
    if !live::is_meant(std::slice::from_ref(&target))? {
        bail!("`{}` has no bill of materials here: name `cluster`", target.display());
    }
    let (access, connection) = arguments.live.live(terminal.offline).connect()?;
    let found = composition(&connection, arguments.namespace.as_deref())?;
    let name = if access.context.is_empty() { "kubernetes" } else { access.context.as_str() };
    let document = cluster_bill::document(&found, name);
    terminal::write(arguments.output.as_deref(), |out| {
        serde_json::to_writer_pretty(&mut *out, &document)?;
        writeln!(out)
    })?;
    for unread in &found.unread {
        terminal::complain(format!("cluster/{}: {}", unread.what, unread.why));
    }
    Ok(if found.unread.is_empty() { Status::Clean } else { Status::Incomplete })
}
