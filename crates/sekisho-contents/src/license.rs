//! A licence that a package says it has.

use serde::{Deserialize, Serialize};

/// A licence that a package says it has.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum License {
    /// An expression that SPDX knows: `MIT OR Apache-2.0`.
    Expression(String),
    /// Words that are none: `BSD-style`, `see COPYING`.
    Words(String),
}

impl License {
    /// The text of either.
    pub fn text(&self) -> &str {
        match self {
            Self::Expression(text) | Self::Words(text) => text,
        }
    }
}
