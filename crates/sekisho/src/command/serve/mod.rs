//! `sekisho serve`: the parts that run in a cluster, one file each.

mod admission;
mod controller;

use anyhow::Result;

use crate::arguments::serve::{ServeArguments, ServePart};
use crate::terminal::{Status, Terminal};

pub(crate) fn run(arguments: ServeArguments, terminal: &Terminal) -> Result<Status> {
    match arguments.part {
        ServePart::Admission(admission) => admission::run(*admission, terminal),
        ServePart::Controller(controller) => controller::run(*controller, terminal),
    }
}
