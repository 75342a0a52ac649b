//! What a program is: its name, arguments, environment and control groups. Threads share it until one executes another.

use std::sync::Arc;

/// A program as it runs.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Image {
    /// The number of all programs that are alike but for the environment.
    pub(crate) identity: u64,
    /// The short name.
    pub(crate) command: Vec<u8>,
    /// The first argument.
    pub(crate) exe: Vec<u8>,
    /// The path of the executable.
    pub(crate) path: Vec<u8>,
    /// The arguments behind the first, each ended by a zero byte.
    pub(crate) arguments: Vec<u8>,
    /// The environment, each entry ended by a zero byte.
    pub(crate) environment: Arc<[u8]>,
    /// The number of all environments that are alike.
    pub(crate) environment_identity: u64,
}

impl Image {
    /// The bytes that it takes, about.
    pub(crate) fn bytes(&self) -> usize {
        let texts = [&self.command, &self.exe, &self.path, &self.arguments];
        size_of::<Self>() + texts.iter().map(|text| text.len()).sum::<usize>() + self.environment.len() + 32
    }

    /// The command and its arguments.
    pub(crate) fn line(&self) -> Vec<u8> {
        let mut line = self.command.clone();
        for argument in texts(&self.arguments) {
            line.push(b' ');
            line.extend(argument);
        }
        line
    }
}

/// Texts of which each is ended by a zero byte.
pub(crate) fn texts(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let body = bytes.strip_suffix(&[0]).unwrap_or(bytes);
    let is_empty = bytes.is_empty();
    body.split(|byte| *byte == 0).filter(move |_| !is_empty)
}

/// The texts with spaces between them.
pub(crate) fn spaced(bytes: &[u8]) -> Vec<u8> {
    let mut body = bytes.strip_suffix(&[0]).unwrap_or(bytes).to_vec();
    for byte in &mut body {
        if *byte == 0 {
            *byte = b' ';
        }
    }
    body
}

/// The path of an executable without the note that it is gone.
pub(crate) fn executable(path: &[u8]) -> &[u8] {
    path.strip_suffix(b" (deleted)").unwrap_or(path)
}

/// The control groups of a thread.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct ControlGroups {
    /// What was read, to tell whether it changed.
    pub(crate) text: Vec<u8>,
    /// Subsystems with paths.
    pub(crate) groups: Vec<(Vec<u8>, Vec<u8>)>,
    /// The container that they are of; empty outside of containers.
    pub(crate) container: Vec<u8>,
}

impl ControlGroups {
    /// Reads `subsystem=path` texts, each ended by a zero byte.
    pub(crate) fn read(text: &[u8]) -> Self {
        let mut groups = Vec::new();
        for entry in texts(text) {
            let Some(split) = entry.iter().position(|byte| *byte == b'=') else {
                groups.clear();
                break;
            };
            let (subsystem, path) = entry.split_at(split);
            let subsystem = subsystem.strip_suffix(b"_cgroup").unwrap_or(subsystem);
            let subsystem: &[u8] = match subsystem {
                b"perf" => b"perf_event",
                b"mem" => b"memory",
                b"io" => b"blkio",
                other => other,
            };
            groups.push((subsystem.to_vec(), path.get(1..).unwrap_or_default().to_vec()));
        }
        let container =
            groups.iter().find_map(|(_, path)| super::container::identifier(path)).unwrap_or_default();
        Self { text: text.to_vec(), groups, container }
    }

    /// The bytes that they take, about.
    pub(crate) fn bytes(&self) -> usize {
        let groups: usize = self.groups.iter().map(|(name, path)| name.len() + path.len() + 48).sum();
        size_of::<Self>() + self.text.len() + groups + self.container.len() + 32
    }
}
