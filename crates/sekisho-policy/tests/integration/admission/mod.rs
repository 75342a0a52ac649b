//! Admission policies: what they say, what is refused in them, and where.

mod exported;
mod loading;
mod mutating;
mod table;
