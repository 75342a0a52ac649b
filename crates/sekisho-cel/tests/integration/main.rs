//! Source and values in, values out.

mod language;
mod shown;
