//! Tokens to the syntax tree, in one pass; going back is bounded by memory of what was tried.

mod cursor;
mod expressions;
mod statements;
mod terms;
mod whole;

pub(super) use self::cursor::Parser;
