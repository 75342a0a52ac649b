//! Every output format over a small fixed run, and over hostile text.
#![allow(clippy::expect_used, reason = "what a test is built from has to be there")]

mod arbitrary;
mod catalogue;
mod code_scanning;
mod credentials;
mod framework;
mod hostile;
mod html;
mod json;
mod support;
mod table;
mod text;
