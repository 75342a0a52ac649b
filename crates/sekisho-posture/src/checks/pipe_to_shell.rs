//! A build runs what it fetches from the network without looking at it.
//!
//! ## Why
//!
//! Whoever owns the address, or stands on the way to it, runs programs in the build and in the image. A transfer that
//! breaks off leaves half a script executed.
//!
//! ## Mend
//!
//! Fetch the file, compare its digest, then run it; or take the program from a package.
//!
//! ```dockerfile bad
//! FROM debian:12.5
//! RUN apt-get update && \ # here
//!     curl -fsSL https://example.com/install.sh | bash -s -- -y
//! RUN sh -c "$(wget -qO- https://example.com/i.sh)" # here
//! ```
//!
//! ```dockerfile good
//! FROM debian:12.5
//! RUN curl -o i.sh https://example.com/i.sh && sha256sum -c sums && sh i.sh
//! RUN curl https://example.com/data | tar xz
//! ```
//!
//! ## References
//!
//! - NIST SP 800-190, 4.1.5

use sekisho_dockerfile::Command;

use super::prelude::*;

pub(super) static CHECK: Check = Check {
    id: "pipe-to-shell",
    title: "Build runs a script straight from the network",
    message: "`{shell}` runs what `{program}` fetches, unseen",
    variants: &[],
    remedy: "Fetch the file, compare its digest, and then run it",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Container, Phase::Develop, Mode::Preventive),
    controls: &["nist-800-190/4.1.5", "pci/12"],
    cel: None,
    examine: Examine::Build(examine),
};

const FETCHERS: [&str; 4] = ["curl", "wget", "fetch", "aria2c"];
const SHELLS: [&str; 12] =
    ["sh", "bash", "dash", "ash", "zsh", "ksh", "python", "python3", "perl", "ruby", "node", "pwsh"];

fn examine<'a>(build: &Build<'a>, examination: &mut Examination<'a>) {
    for step in build.steps() {
        let mut fetcher: Option<String> = None;
        for command in step.commands() {
            let program = program(&command).to_owned();
            let is_shell = SHELLS.contains(&program.as_str());
            let within = command.words.iter().find_map(|word| {
                let inner = word.split_once("$(").or_else(|| word.split_once('`'))?.1.trim_start();
                FETCHERS.iter().find(|fetcher| inner.starts_with(**fetcher))
            });
            let runs = is_shell || program == "eval";
            let origin = match within {
                Some(fetcher) if runs => Some((*fetcher).to_owned()),
                _ if is_shell && command.is_piped => fetcher.clone(),
                _ => None,
            };
            if let Some(origin) = origin {
                examination.report(Found::at(step.place()).arg("shell", program).arg("program", origin));
                break;
            }
            if FETCHERS.contains(&program.as_str()) {
                fetcher = Some(program);
            } else if !command.is_piped {
                fetcher = None;
            }
        }
    }
}

/// The program of a command; what stands behind some is the program.
fn program(command: &Command) -> &str {
    let program = command.program();
    if !matches!(program, "sudo" | "env" | "nohup") {
        return program;
    }
    let mut words = command.arguments().filter(|word| !word.starts_with('-') && !word.contains('='));
    words.next().unwrap_or_default().rsplit('/').next().unwrap_or_default()
}
