//! Source text → tree: tokens, literals, the parser, and the macros that it expands.

pub(crate) mod ast;
pub(crate) mod error;
mod lexer;
mod literal;
pub(crate) mod macros;
pub(crate) mod parser;
pub(crate) mod reserved;
pub(crate) mod tree;
