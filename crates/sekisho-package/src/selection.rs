//! Which analyzers ask for a file: an index over what all of them select, so that a file costs a few look-ups and
//! not a question to each.

use std::collections::HashMap;

use crate::analyzer::{Analyzer, Purpose, Select};
use crate::path::{base_name, folder};
use crate::roster::analyzers;

type Custom = fn(path: &str, size: u64) -> bool;

/// The index. Numbers are places in [`analyzers`].
#[derive(Debug, Default)]
pub(crate) struct Selection {
    paths: HashMap<&'static str, Vec<usize>>,
    names: HashMap<&'static str, Vec<usize>>,
    suffixes: HashMap<&'static str, Vec<usize>>,
    tails: HashMap<&'static str, Vec<(&'static str, usize)>>,
    under: Vec<(&'static str, &'static str, usize)>,
    programs: Vec<usize>,
    custom: Vec<(Custom, usize)>,
}

impl Selection {
    pub(crate) fn new(purpose: Purpose) -> Self {
        let mut selection = Self::default();
        for (index, analyzer) in analyzers().iter().enumerate().filter(|(_, one)| purpose.takes(one)) {
            selection.enter(index, analyzer);
        }
        selection
    }

    fn enter(&mut self, index: usize, analyzer: &'static Analyzer) {
        for select in analyzer.selects {
            match *select {
                Select::Path(path) => self.paths.entry(path).or_default().push(index),
                Select::Name(name) => self.names.entry(name).or_default().push(index),
                Select::Suffix(suffix) => self.suffixes.entry(suffix).or_default().push(index),
                Select::Tail(tail) => {
                    self.tails.entry(base_name(tail)).or_default().push((folder(tail), index));
                }
                Select::Under(folder, suffix) => self.under.push((folder, suffix, index)),
                Select::Program => self.programs.push(index),
                Select::Custom(takes) => self.custom.push((takes, index)),
            }
        }
    }

    /// The analyzers that ask for a regular file, each once, in their order; `programs` says whether any of them
    /// only does so if it is a program.
    pub(crate) fn of(&self, path: &str, mode: u32, size: u64) -> Chosen {
        let name = base_name(path);
        let mut by_name = Vec::new();
        by_name.extend(self.paths.get(path).into_iter().flatten());
        by_name.extend(self.names.get(name).into_iter().flatten());
        for (dot, _) in name.match_indices('.') {
            let suffix = name.get(dot..).unwrap_or_default();
            by_name.extend(self.suffixes.get(suffix).into_iter().flatten());
        }
        if let Some(tails) = self.tails.get(name) {
            let last = base_name(folder(path));
            by_name.extend(tails.iter().filter(|(wanted, _)| *wanted == last).map(|(_, index)| *index));
        }
        for (above, suffix, index) in &self.under {
            if path.starts_with(above) && path.ends_with(suffix) {
                by_name.push(*index);
            }
        }
        by_name.extend(self.custom.iter().filter(|(takes, _)| takes(path, size)).map(|(_, index)| *index));
        by_name.sort_unstable();
        by_name.dedup();
        let mut as_program = Vec::new();
        if size >= SMALLEST_PROGRAM && is_like_program(name, mode) {
            as_program.extend(self.programs.iter().copied().filter(|index| !by_name.contains(index)));
        }
        Chosen { by_name, as_program }
    }
}

/// The analyzers that ask for a file.
#[derive(Debug)]
pub(crate) struct Chosen {
    /// By its path.
    pub(crate) by_name: Vec<usize>,
    /// If its first bytes are those of a program.
    pub(crate) as_program: Vec<usize>,
}

/// No program is smaller than the header of one.
const SMALLEST_PROGRAM: u64 = 64;

fn is_like_program(name: &str, mode: u32) -> bool {
    const ENDINGS: [&str; 7] = [".so", ".exe", ".dll", ".dylib", ".node", ".pyd", ".wasm"];
    mode & 0o111 != 0 || ENDINGS.iter().any(|ending| name.ends_with(ending)) || name.contains(".so.")
}

/// Whether bytes begin a program: ELF, PE, Mach-O (one or several), WebAssembly.
pub(crate) fn begins_program(bytes: &[u8]) -> bool {
    const BEGINNINGS: [&[u8]; 9] = [
        b"\x7fELF",
        b"MZ",
        b"\xfe\xed\xfa\xce",
        b"\xfe\xed\xfa\xcf",
        b"\xce\xfa\xed\xfe",
        b"\xcf\xfa\xed\xfe",
        b"\xca\xfe\xba\xbe",
        b"\xca\xfe\xba\xbf",
        b"\0asm",
    ];
    BEGINNINGS.iter().any(|beginning| bytes.starts_with(beginning))
}
