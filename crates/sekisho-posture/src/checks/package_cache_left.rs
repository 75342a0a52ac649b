//! A build leaves the lists or the cache of a package manager in the image.
//!
//! ## Why
//!
//! They make the image larger and are of no use in it. What a later instruction removes stays in the layer below.
//!
//! ## Mend
//!
//! Remove them in the same `RUN`, or mount them: `RUN --mount=type=cache,target=/var/cache/apt`.
//!
//! ```dockerfile bad
//! FROM debian:12.5
//! RUN apt-get update && apt-get install -y curl # here
//! RUN apk add curl # here
//! RUN rm -rf /var/lib/apt/lists/*
//! RUN pip install flask # here
//! ```
//!
//! ```dockerfile good
//! FROM debian:12.5 AS build
//! RUN apt-get update && apt-get install -y gcc
//! FROM debian:12.5
//! RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*
//! RUN --mount=type=cache,target=/var/lib/apt apt-get install -y jq
//! RUN apk add --no-cache curl
//! RUN dnf install -y jq && dnf clean all
//! RUN pip install --no-cache-dir flask
//! ```
//!
//! ## References
//!
//! - NIST SP 800-190, 4.1.2

use sekisho_dockerfile::Command;

use super::prelude::*;

pub(super) static CHECK: Check = Check {
    id: "package-cache-left",
    title: "Cache of a package manager left in an image",
    message: "`{program}` leaves its lists or its cache in the image",
    variants: &[],
    remedy: "Remove lists and cache in the same `RUN`, or mount them as a cache",
    severity: Severity::Info,
    confidence: Confidence::High,
    persona: Persona::Pedantic,
    cell: Cell::new(Layer::Container, Phase::Develop, Mode::Preventive),
    controls: &["nist-800-190/4.1.2", "pci/12"],
    cel: None,
    examine: Examine::Build(examine),
};

/// A package manager: its programs, the words that install, where it keeps what it fetched.
struct Manager {
    programs: &'static [&'static str],
    installs: &'static [&'static str],
    /// Options with which it keeps nothing.
    options: &'static [&'static str],
    /// Folders of which one must be removed.
    folders: &'static [&'static str],
}

const MANAGERS: [Manager; 5] = [
    Manager {
        programs: &["apt-get", "apt", "aptitude"],
        installs: &["install", "upgrade", "dist-upgrade", "update"],
        options: &[],
        folders: &["/var/lib/apt"],
    },
    Manager {
        programs: &["apk"],
        installs: &["add"],
        options: &["--no-cache"],
        folders: &["/var/cache/apk"],
    },
    Manager {
        programs: &["yum", "dnf", "microdnf", "tdnf"],
        installs: &["install", "update", "upgrade"],
        options: &[],
        folders: &["/var/cache/yum", "/var/cache/dnf", "/var/cache/libdnf5", "/var/cache/tdnf"],
    },
    Manager {
        programs: &["zypper"],
        installs: &["install", "in", "update"],
        options: &[],
        folders: &["/var/cache/zypp"],
    },
    Manager {
        programs: &["pip", "pip3"],
        installs: &["install"],
        options: &["--no-cache-dir", "--no-cache"],
        folders: &["/root/.cache", "~/.cache", ".cache/pip"],
    },
];

fn examine<'a>(build: &Build<'a>, examination: &mut Examination<'a>) {
    let without_pip_cache = build
        .dockerfile()
        .stages
        .iter()
        .flat_map(|stage| &stage.instructions)
        .any(|one| one.keyword == "ENV" && one.pairs.iter().any(|pair| pair.name == "PIP_NO_CACHE_DIR"));
    for step in build.steps().filter(|step| step.is_shipped) {
        let commands = step.commands();
        let mounts: Vec<&str> =
            step.instruction.flags.iter().filter_map(|flag| flag.value.as_deref()).collect();
        for manager in &MANAGERS {
            let Some(command) = commands.iter().find(|command| leaves(manager, command)) else { continue };
            let is_mounted =
                mounts.iter().any(|mount| manager.folders.iter().any(|folder| covers(mount, folder)));
            let is_pip = manager.programs.contains(&"pip");
            let is_removed = commands.iter().any(|other| removes(manager, other));
            let is_kept = !is_mounted && !is_removed;
            if is_kept && !(is_pip && without_pip_cache) {
                examination.report(Found::at(step.place()).arg("program", command.program()));
            }
        }
    }
}

fn leaves(manager: &Manager, command: &Command) -> bool {
    manager.programs.contains(&command.program())
        && manager.installs.iter().any(|word| command.has(word))
        && !manager.options.iter().any(|option| command.has(option))
}

/// Whether a mount is a cache of a folder, or of one above it.
fn covers(mount: &str, folder: &str) -> bool {
    let target = mount.split(',').find_map(|part| {
        part.strip_prefix("target=")
            .or_else(|| part.strip_prefix("dst="))
            .or_else(|| part.strip_prefix("destination="))
    });
    target
        .is_some_and(|target| target.starts_with(folder) || folder.starts_with(target.trim_end_matches('/')))
}

fn removes(manager: &Manager, command: &Command) -> bool {
    let is_cleaned = manager.programs.contains(&command.program())
        && (command.has("clean") || command.has("cache"))
        // `apt-get clean` leaves the lists.
        && !manager.programs.contains(&"apt-get");
    let removes_folder = || {
        command
            .arguments()
            .any(|word| manager.folders.iter().any(|folder| word.contains(folder) || *folder == word))
    };
    is_cleaned || (matches!(command.program(), "rm" | "find") && removes_folder())
}
