//! `sekisho access`: who may do what, and who does it.

mod least_privilege;
mod said;
mod text;

use anyhow::Result;

use crate::arguments::access::{AccessArguments, AccessVerb};
use crate::terminal::{Status, Terminal};

pub(crate) fn run(arguments: AccessArguments, terminal: &Terminal) -> Result<Status> {
    match arguments.verb {
        AccessVerb::LeastPrivilege(least) => least_privilege::run(*least, terminal),
    }
}
