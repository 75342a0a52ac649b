//! The history that an image keeps, written as a Dockerfile.

use std::fmt::Write as _;

/// One step of an image's history, the oldest first.
#[derive(Debug, Clone, Copy)]
pub struct Step<'s> {
    /// What made it: `/bin/sh -c #(nop)  USER app`, `RUN /bin/sh -c apt-get update # buildkit`.
    pub created_by: &'s str,
}

/// A Dockerfile of the steps, one line each, that begins from `scratch`; `user` is what the configuration of the
/// image says at the end, and is named once more where no step says it.
pub fn of_history(steps: &[Step<'_>], user: &str) -> String {
    let mut text = String::from("FROM scratch\n");
    let mut last_user = "";
    for step in steps {
        let line = step.created_by.trim();
        let line = line.strip_suffix("# buildkit").unwrap_or(line).trim_end();
        let instruction = if let Some(rest) = line.strip_prefix("/bin/sh -c #(nop)") {
            rest.trim().to_owned()
        } else if let Some(script) = line.strip_prefix("/bin/sh -c ") {
            format!("RUN {script}")
        } else {
            // Arguments of the build stand before the command: `RUN |1 VERSION=1 /bin/sh -c make`.
            match line.split_once("/bin/sh -c ") {
                Some((before, script)) if before.starts_with("RUN ") => format!("RUN {script}"),
                _ => line.to_owned(),
            }
        };
        let keyword = instruction.split_whitespace().next().unwrap_or_default();
        if !KEYWORDS.contains(&keyword) || keyword == "FROM" {
            continue;
        }
        if keyword == "USER" {
            last_user = step.created_by;
        }
        // A line of its own, whatever the step holds.
        let joined = instruction.split(['\n', '\r']).collect::<Vec<_>>().join(" ");
        let joined = joined.replace("<<", "< <");
        let _ = writeln!(text, "{}", joined.trim_end_matches('\\').trim_end());
    }
    let is_said = !user.is_empty() && last_user.split_whitespace().any(|word| word == user);
    if !is_said && !user.is_empty() {
        let _ = writeln!(text, "USER {}", user.split_whitespace().collect::<Vec<_>>().join(""));
    }
    text
}

const KEYWORDS: [&str; 18] = [
    "ADD",
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "FROM",
    "HEALTHCHECK",
    "LABEL",
    "MAINTAINER",
    "ONBUILD",
    "RUN",
    "SHELL",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "WORKDIR",
];
