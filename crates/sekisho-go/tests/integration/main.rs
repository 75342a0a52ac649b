//! What Go prints and refuses, as facts: each row was given by Go itself.

mod patterns;
mod texts;
mod times;
