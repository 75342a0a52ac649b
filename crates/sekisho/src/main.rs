//! The `sekisho` command.

mod advisories;
mod arguments;
mod audit;
mod base_images;
mod bundle;
mod cluster_bill;
mod command;
mod config;
mod contained;
mod credentials;
mod denied;
mod doctor;
mod examine;
mod file_rules;
mod install;
mod inventories;
mod live;
mod mending;
mod passing;
mod policy;
mod refused_licenses;
mod release;
mod request;
mod route;
mod run;
mod running;
mod serve;
mod signature;
mod suppress;
mod target;
mod terminal;
mod vulnerable;
mod watch;
mod whole_file;

use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Command};
use terminal::Terminal;

/// What evaluates reviews on many threads is quicker with it by a quarter; a scan takes more memory.
#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let terminal = Terminal::new(&arguments.global);
    if let Some(jobs) = arguments.global.jobs {
        // It fails only where a pool stands already, and none does yet.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(jobs.into()).build_global();
    }
    let outcome = match arguments.command {
        Command::Scan(scan) => command::scan::run(*scan, &terminal),
        Command::Explain(explain) => command::explain::run(&explain, &terminal),
        Command::Fix(fix) => command::fix::run(fix, &terminal),
        Command::Render(render) => command::render::run(render, &terminal),
        Command::Report(report) => command::report::run(report, &terminal),
        Command::Sbom(sbom) => command::sbom::run(*sbom, &terminal),
        Command::BreakGlass(glass) => command::break_glass::run(glass, &terminal),
        Command::Doctor(doctor) => command::doctor::run(doctor, &terminal),
        Command::Install(install) => command::install::run(install, &terminal),
        Command::Sign(sign) => command::sign::run(&sign, &terminal),
        Command::Attest(attest) => command::attest::run(&attest, &terminal),
        Command::Verify(verify) => command::verify::run(&verify, &terminal),
        Command::Access(access) => command::access::run(access, &terminal),
        Command::Trust(trust) => command::trust::run(&trust, &terminal),
        Command::Gate(gate) => command::gate::run(&gate, &terminal),
        Command::Policy(policy) => command::policy::run(policy, &terminal),
        Command::Serve(serve) => command::serve::run(serve, &terminal),
        Command::Vex(vex) => command::vex::run(*vex, &terminal),
        Command::Watch(watch) => command::watch::run(*watch, &terminal),
        Command::Db(db) => command::db::run(db, &terminal),
        Command::Completion { shell } => command::completion::run(shell),
        Command::Man { verb } => command::man::run(verb.as_deref()),
        Command::Schema { what } => command::schema::run(what),
    };
    match outcome {
        Ok(status) => status.into(),
        Err(error) => terminal::fail(&error),
    }
}
