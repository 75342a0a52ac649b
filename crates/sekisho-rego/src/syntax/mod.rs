//! Text to a syntax tree: lexer, tree and parser.

pub mod ast;
mod lexer;
mod literal;
mod parser;
pub(crate) mod value;
pub mod visit;

use crate::error::RegoError;

use self::ast::{Expr, Module, RegoVersion};
use self::parser::Parser;

/// Reads a module. `index` becomes the `module` of its spans.
pub(crate) fn parse_module(
    file: &str,
    text: &str,
    index: u32,
    version: RegoVersion,
) -> Result<Module, Vec<RegoError>> {
    Parser::new(file, text, index, version).map_err(|error| vec![*error])?.module()
}

/// Reads a query.
pub(crate) fn parse_query(text: &str, index: u32, version: RegoVersion) -> Result<Vec<Expr>, RegoError> {
    Parser::new("", text, index, version).and_then(Parser::query).map_err(|error| *error)
}
