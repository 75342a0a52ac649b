//! Source and values in, values out.

mod extension;
mod language;
mod patch;
mod shown;
