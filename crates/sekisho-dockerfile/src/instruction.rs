//! What a Dockerfile holds once it is read.

use sekisho_manifest::Span;

/// A Dockerfile.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Dockerfile {
    /// The `ARG`s before the first stage.
    pub globals: Vec<Instruction>,
    /// The stages in their order; the last one is what is built unless another is asked for.
    pub stages: Vec<Stage>,
    /// Whether it was written from the history of an image, which does not say what it began from.
    pub is_history: bool,
}

/// A stage.
#[derive(Debug, Clone, PartialEq)]
pub struct Stage {
    /// The name behind `AS`, in lower case.
    pub name: Option<String>,
    /// The image it begins from, with variables filled in; none where a variable has no value.
    pub image: Option<String>,
    /// The stage it begins from, by its place, where that is one of this file.
    pub base: Option<usize>,
    /// Where the name of the image stands.
    pub image_span: Span,
    /// The instruction itself and those after it.
    pub instructions: Vec<Instruction>,
}

/// An instruction.
#[derive(Debug, Clone, PartialEq)]
pub struct Instruction {
    /// The keyword in capitals: `RUN`.
    pub keyword: String,
    /// Where it stands, with all its lines.
    pub span: Span,
    /// The flags before the arguments: `--chown=app`.
    pub flags: Vec<Flag>,
    /// The text behind the flags, its lines joined.
    pub text: String,
    /// The arguments: of the JSON form its strings, else the words, without quotes and with variables filled in as
    /// far as they are known. Of a shell's `RUN` it is the one text.
    pub arguments: Vec<String>,
    /// Whether it is of the JSON form, so that no shell reads it.
    pub is_json: bool,
    /// Names and values of `ENV`, `ARG` and `LABEL`.
    pub pairs: Vec<Pair>,
    /// The texts that follow it line by line.
    pub heredocs: Vec<Heredoc>,
}

/// A flag of an instruction.
#[derive(Debug, Clone, PartialEq)]
pub struct Flag {
    /// Its name without hyphens.
    pub name: String,
    /// Its value.
    pub value: Option<String>,
}

/// A name with a value.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// The name.
    pub name: String,
    /// The value with variables filled in; none for an `ARG` without one.
    pub value: Option<String>,
    /// Where both stand.
    pub span: Span,
}

/// A text within the Dockerfile.
#[derive(Debug, Clone, PartialEq)]
pub struct Heredoc {
    /// The word that ends it.
    pub name: String,
    /// Its lines.
    pub text: String,
}

impl Instruction {
    /// The value of a flag.
    pub fn flag(&self, name: &str) -> Option<&str> {
        self.flags.iter().find(|flag| flag.name == name)?.value.as_deref()
    }

    /// What a shell is given to run: the text, or of the JSON form the one behind `sh -c`, and the texts that follow.
    pub fn script(&self) -> Option<String> {
        if self.keyword != "RUN" {
            return None;
        }
        let mut script = if self.is_json { self.arguments.join(" ") } else { self.text.clone() };
        for heredoc in &self.heredocs {
            script.push('\n');
            script.push_str(&heredoc.text);
        }
        Some(script)
    }
}

impl Dockerfile {
    /// The stages that a stage is built on, itself first.
    pub fn lineage(&self, stage: usize) -> Vec<&Stage> {
        let mut stages = Vec::new();
        let mut next = Some(stage);
        // A stage can only begin from one above it, so this ends.
        while let Some(index) = next
            && let Some(stage) = self.stages.get(index)
        {
            stages.push(stage);
            next = stage.base.filter(|base| *base < index);
        }
        stages
    }

    /// The places of the stages that become part of what is built last: its own and those it is built on.
    pub fn is_shipped(&self, stage: usize) -> bool {
        let mut next = self.stages.len().checked_sub(1);
        while let Some(index) = next {
            if index == stage {
                return true;
            }
            next = self.stages.get(index).and_then(|stage| stage.base).filter(|base| *base < index);
        }
        false
    }
}
