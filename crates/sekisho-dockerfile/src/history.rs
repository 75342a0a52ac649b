//! The history that an image keeps, and what its configuration says at the end, written as a Dockerfile.

use std::fmt::Write as _;

use sekisho_manifest::SourceId;

use crate::parse::parse;

/// One step of an image's history, the oldest first.
#[derive(Debug, Clone, Copy)]
pub struct Step<'s> {
    /// What made it: `/bin/sh -c #(nop)  USER app`, `RUN /bin/sh -c apt-get update # buildkit`.
    pub created_by: &'s str,
    /// The layer that it made, as it is shown; none where it made none.
    pub layer: Option<&'s str>,
}

/// What the configuration of an image says at the end.
#[derive(Debug, Clone, Copy, Default)]
pub struct Settings<'s> {
    /// The user.
    pub user: &'s str,
    /// Environment variables, each `NAME=value`.
    pub variables: &'s [String],
    /// Ports: `80/tcp`.
    pub ports: &'s [String],
    /// Labels with their values.
    pub labels: &'s [(String, String)],
    /// How it is asked whether it is well: `NONE`, `CMD` and words, or `CMD-SHELL` and a line.
    pub healthcheck: &'s [String],
}

/// The beginning of the line above a step that made a layer.
pub const LAYER_MARK: &str = "# layer ";

/// A Dockerfile of the steps, one line each, that begins from `scratch`. Above a step that made a layer stands the layer
/// behind [`LAYER_MARK`]. What the configuration says and no step does follows at the end.
pub fn of_history(steps: &[Step<'_>], settings: &Settings<'_>) -> String {
    let mut text = String::from("FROM scratch\n");
    let mut said = Said::default();
    for step in steps {
        let Some(instruction) = instruction(step.created_by) else { continue };
        said.enter(&instruction);
        if let Some(layer) = step.layer {
            let _ = writeln!(text, "{LAYER_MARK}{}", one_line(layer));
        }
        let _ = writeln!(text, "{instruction}");
    }
    said.rest(settings, &mut text);
    text
}

/// The instruction of a step in one line, whatever the step holds.
fn instruction(created_by: &str) -> Option<String> {
    let line = created_by.trim();
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
        return None;
    }
    let joined = one_line(&instruction).replace("<<", "< <");
    Some(joined.trim_end_matches('\\').trim_end().to_owned())
}

fn one_line(text: &str) -> String {
    text.split(['\n', '\r']).collect::<Vec<_>>().join(" ")
}

/// What the steps say of what the configuration says too.
#[derive(Default)]
struct Said {
    user: String,
    variables: Vec<String>,
    labels: Vec<String>,
    ports: Vec<String>,
    has_healthcheck: bool,
}

impl Said {
    fn enter(&mut self, instruction: &str) {
        let Ok(read) = parse(SourceId(0), &format!("FROM scratch\n{instruction}\n")) else { return };
        for instruction in read.stages.iter().flat_map(|stage| &stage.instructions) {
            let names = || instruction.pairs.iter().map(|pair| pair.name.clone());
            match instruction.keyword.as_str() {
                "USER" => self.user = instruction.arguments.first().cloned().unwrap_or_default(),
                "ENV" => self.variables.extend(names()),
                "LABEL" => self.labels.extend(names()),
                "EXPOSE" => self.ports.extend(instruction.arguments.iter().cloned()),
                "HEALTHCHECK" => self.has_healthcheck = true,
                _ => {}
            }
        }
    }

    /// Writes what no step says.
    fn rest(&self, settings: &Settings<'_>, text: &mut String) {
        for (name, value) in settings.variables.iter().filter_map(|line| line.split_once('=')) {
            if is_name(name) && !self.variables.iter().any(|known| known == name) {
                let _ = writeln!(text, "ENV {name}={}", quoted(value));
            }
        }
        for (name, value) in settings.labels {
            if is_name(name) && !self.labels.contains(name) {
                let _ = writeln!(text, "LABEL {name}={}", quoted(value));
            }
        }
        for port in settings.ports {
            let is_said = self.ports.iter().any(|known| known == port || format!("{known}/tcp") == *port);
            if !is_said && port.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-".contains(&byte)) {
                let _ = writeln!(text, "EXPOSE {port}");
            }
        }
        if !self.has_healthcheck
            && let Some((kind, words)) = settings.healthcheck.split_first()
        {
            let command = one_line(&words.join(" ")).replace("<<", "< <");
            let written = match kind.as_str() {
                "NONE" => "NONE".to_owned(),
                _ => format!("CMD {}", command.trim_end_matches('\\')),
            };
            let _ = writeln!(text, "HEALTHCHECK {written}");
        }
        let user: String = settings.user.split_whitespace().collect();
        if self.user != user {
            // No user is root.
            let _ = writeln!(text, "USER {}", if user.is_empty() { "root" } else { &user });
        }
    }
}

/// Whether a name can stand in an instruction as it is.
fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-/".contains(&byte))
}

/// A value that is read as it is.
fn quoted(value: &str) -> String {
    let mut text = String::from("\"");
    for letter in one_line(value).chars() {
        if matches!(letter, '"' | '\\' | '$') {
            text.push('\\');
        }
        text.push(letter);
    }
    text.push('"');
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
