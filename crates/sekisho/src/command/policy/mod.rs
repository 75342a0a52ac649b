//! `sekisho policy`: the verbs about policies, one file each.

mod check;

use anyhow::Result;

use crate::arguments::policy::{PolicyArguments, PolicyVerb};
use crate::terminal::{Status, Terminal};

pub(crate) fn run(arguments: PolicyArguments, terminal: &Terminal) -> Result<Status> {
    match arguments.verb {
        PolicyVerb::Check(check) => check::run(&check, terminal),
    }
}
