//! How severe a vulnerability is, as a word.

/// How severe, as a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Scores of zero.
    None,
    /// Up to 3.9, and what distributions call negligible, unimportant or minor.
    Low,
    /// Up to 6.9.
    Medium,
    /// Up to 8.9.
    High,
    /// From 9.0 on.
    Critical,
}

impl Severity {
    /// The word of a score in tenths.
    pub fn of_score(tenths: u8) -> Self {
        match tenths {
            0 => Self::None,
            1..40 => Self::Low,
            40..70 => Self::Medium,
            70..90 => Self::High,
            _ => Self::Critical,
        }
    }

    /// Reads the words of databases and distributions, without regard to case.
    pub fn named(word: &str) -> Option<Self> {
        Some(match word.to_ascii_lowercase().as_str() {
            "none" => Self::None,
            "low" | "negligible" | "unimportant" | "minor" => Self::Low,
            "medium" | "moderate" => Self::Medium,
            "high" | "important" => Self::High,
            "critical" => Self::Critical,
            _ => return None,
        })
    }

    /// The word.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}
