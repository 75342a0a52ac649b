//! `sekisho policy`: the verbs about policies, one file each.

mod bundle;
mod check;
mod diff;
mod export;
mod lint;
mod test;

pub(crate) use self::export::exported;

use anyhow::Result;

use crate::arguments::policy::{PolicyArguments, PolicyVerb};
use crate::terminal::{Status, Terminal};

pub(crate) fn run(arguments: PolicyArguments, terminal: &Terminal) -> Result<Status> {
    match arguments.verb {
        PolicyVerb::Bundle(bundle) => bundle::run(bundle, terminal),
        PolicyVerb::Check(check) => check::run(&check, terminal),
        PolicyVerb::Lint(lint) => lint::run(&lint, terminal),
        PolicyVerb::Diff(diff) => diff::run(&diff, terminal),
        PolicyVerb::Export(export) => export::run(&export, terminal),
        PolicyVerb::Test(test) => test::run(&test, terminal),
    }
}
