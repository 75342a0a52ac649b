//! `sekisho sbom merge`: several bills as one.

use anyhow::Result;
use sekisho_sbom::{Subject, SubjectKind, merge};

use super::subject::{Reading, told};
use crate::arguments::sbom::MergeArguments;
use crate::terminal::{Status, Terminal};

pub(super) fn run(arguments: MergeArguments, terminal: &Terminal) -> Result<Status> {
    let format = arguments.written.format()?;
    let reading =
        Reading { images: arguments.images.settings(terminal.offline), no_ignore: false, config: None };
    let (mut bills, mut skipped) = (Vec::new(), Vec::new());
    for target in &arguments.targets {
        let (bill, unread) = reading.read(target)?;
        bills.push(bill);
        skipped.extend(unread);
    }
    let subject = Subject { kind: SubjectKind::Application, name: arguments.name, ..Subject::default() };
    arguments.written.put(merge(bills, subject), format)?;
    Ok(told(&skipped))
}
