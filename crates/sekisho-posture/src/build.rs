//! Dockerfiles and histories of images as the checks see them: what was read, and the place of each instruction.

use sekisho_dockerfile::{API_VERSION, Command, Dockerfile, Instruction, KIND, commands, parse};
use sekisho_manifest::{Object, Place, Source, field};

/// A Dockerfile, or the history of an image written as one.
#[derive(Debug)]
pub struct Build<'a> {
    object: &'a Object,
    dockerfile: Dockerfile,
}

/// An instruction with where it stands.
#[derive(Debug)]
pub(crate) struct Step<'b, 'a> {
    pub(crate) instruction: &'b Instruction,
    /// Whether what it makes is part of the image that is built last.
    pub(crate) is_shipped: bool,
    object: &'a Object,
    stage: usize,
    index: usize,
}

impl<'a> Build<'a> {
    /// Whether an object is a Dockerfile.
    pub(crate) fn is_one(object: &Object) -> bool {
        object.kind == KIND && object.api_version == API_VERSION
    }

    /// Reads the text of the object's source once more, for all checks.
    pub(crate) fn read(object: &'a Object, sources: &[Source]) -> Option<Self> {
        let source = sources.get(object.source.0 as usize)?;
        let mut dockerfile = parse(object.source, &source.text).ok()?;
        dockerfile.is_history = object.root.is_true("isHistory");
        Some(Self { object, dockerfile })
    }

    pub(crate) fn dockerfile(&self) -> &Dockerfile {
        &self.dockerfile
    }

    /// The instructions of all stages, `FROM` included.
    pub(crate) fn steps(&self) -> impl Iterator<Item = Step<'_, 'a>> {
        self.dockerfile.stages.iter().enumerate().flat_map(move |(stage, instructions)| {
            let is_shipped = self.dockerfile.is_shipped(stage);
            instructions.instructions.iter().enumerate().map(move |(index, instruction)| Step {
                instruction,
                is_shipped,
                object: self.object,
                stage,
                index,
            })
        })
    }

    /// The place of an instruction.
    pub(crate) fn place(&self, stage: usize, index: usize) -> Place<'a> {
        self.object.place(field!["stages", stage, "instructions", index])
    }
}

impl<'a> Step<'_, 'a> {
    /// Its place.
    pub(crate) fn place(&self) -> Place<'a> {
        self.object.place(field!["stages", self.stage, "instructions", self.index])
    }

    /// The place of one of the variables that it sets.
    pub(crate) fn variable(&self, name: &str) -> Place<'a> {
        self.place().child("variables").child(name)
    }

    /// The commands that it gives to a shell.
    pub(crate) fn commands(&self) -> Vec<Command> {
        self.instruction.script().map(|script| commands(&script)).unwrap_or_default()
    }

    /// The modes that it gives files: of `chmod` and `install`, and of the flag of `COPY` and `ADD`.
    pub(crate) fn modes(&self) -> Vec<String> {
        if matches!(self.instruction.keyword.as_str(), "COPY" | "ADD") {
            return self.instruction.flag("chmod").map(str::to_owned).into_iter().collect();
        }
        let mut modes = Vec::new();
        for command in self.commands() {
            match command.program() {
                "chmod" => {
                    // `-x` takes a permission away and is no option.
                    let is_option = |word: &&str| {
                        word.starts_with("--")
                            || matches!(*word, "-R" | "-v" | "-c" | "-f" | "-Rv" | "-vR" | "-Rf")
                    };
                    modes.extend(command.arguments().find(|word| !is_option(word)).map(str::to_owned));
                }
                "install" | "mkdir" => {
                    let words: Vec<&str> = command.arguments().collect();
                    for (index, word) in words.iter().enumerate() {
                        let behind = || words.get(index + 1).copied();
                        let mode = match *word {
                            "-m" | "--mode" => behind(),
                            word => word.strip_prefix("--mode=").or_else(|| word.strip_prefix("-m")),
                        };
                        modes.extend(mode.filter(|mode| is_octal(mode)).map(str::to_owned));
                    }
                }
                _ => {}
            }
        }
        modes
    }
}

fn is_octal(mode: &str) -> bool {
    (3..=5).contains(&mode.len()) && mode.bytes().all(|byte| (b'0'..=b'7').contains(&byte))
}

/// The permission bits that a mode gives for sure: of an octal one all of them, of a symbolic one those it adds.
pub(crate) fn bits(mode: &str) -> u32 {
    if is_octal(mode) {
        return u32::from_str_radix(mode, 8).unwrap_or(0);
    }
    let mut bits = 0;
    for clause in mode.split(',') {
        let Some(at) = clause.find(['+', '=']) else { continue };
        let (who, rights) = (clause.get(..at).unwrap_or_default(), clause.get(at + 1..).unwrap_or_default());
        // Without a word for whom, the mask of the process takes the write permission away from others.
        let is_for = |class: char| who.contains(class) || who.contains('a');
        for right in rights.chars() {
            let (user, group, other) = match right {
                'w' => (0o200, 0o020, 0o002),
                's' => (0o4000, 0o2000, 0),
                _ => continue,
            };
            let is_special = right == 's' && who.is_empty();
            bits |= if is_for('u') || is_special { user } else { 0 };
            bits |= if is_for('g') || is_special { group } else { 0 };
            bits |= if is_for('o') { other } else { 0 };
        }
        if rights.contains('t') {
            bits |= 0o1000;
        }
    }
    bits
}
