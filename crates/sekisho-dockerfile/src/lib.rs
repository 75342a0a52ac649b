//! Dockerfiles: text → stages of instructions, each with its span, as BuildKit reads them.
//!
//! [`parse`] gives a [`Dockerfile`]; [`Dockerfile::object`] gives the same as an object that the checks read, of kind
//! [`KIND`] and API version [`API_VERSION`], whose fields have their spans. [`of_history`] writes the history that an
//! image keeps as a Dockerfile, so that one set of checks serves both. [`commands`] cuts a shell's text into simple
//! commands.

mod history;
mod instruction;
mod line;
mod object;
mod parse;
mod shell;
mod variable;

pub use history::{LAYER_MARK, Settings, Step, of_history};
pub use instruction::{Dockerfile, Flag, Heredoc, Instruction, Pair, Stage};
pub use object::{API_VERSION, KIND};
pub use parse::{DockerfileError, parse};
pub use shell::{Command, commands};
