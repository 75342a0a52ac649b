//! The functions of expressions: the table of them, and how one is called.

mod addresses;
mod arithmetic;
mod certificates;
mod collections;
mod encodings;
mod function;
mod numbers;
mod order;
mod patterns;
mod random;
mod strings;
mod tables;
mod times;

pub(super) use self::function::{Applied, Argument, Given};
pub(super) use self::tables::{at, find};
