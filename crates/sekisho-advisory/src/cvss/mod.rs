//! CVSS: vectors of versions 2.0, 3.0, 3.1 and 4.0 and their scores. See the specifications of FIRST.

mod table;
mod v2;
mod v3;
mod v4;

use std::fmt;
use std::str::FromStr;

use crate::severity::Severity;

/// A vector that was read, with its score.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vector {
    text: String,
    version: CvssVersion,
    score: u8,
}

/// The version of the system that a vector is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CvssVersion {
    /// 2.0
    V2,
    /// 3.0
    V30,
    /// 3.1
    V31,
    /// 4.0
    V4,
}

/// Why a text is no vector.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CvssError {
    /// A metric that the version does not have, or a value that the metric does not have.
    #[error("`{0}` is no metric of this version of CVSS: correct it or leave it out")]
    Metric(String),
    /// A metric is there twice.
    #[error("the metric `{0}` is there twice: leave one out")]
    Twice(String),
    /// A metric of the base is not there.
    #[error("the metric `{0}` is missing: add it")]
    Missing(&'static str),
    /// More bytes than any vector has.
    #[error("a vector of {0} bytes is too long")]
    Long(usize),
}

impl Vector {
    /// The score in tenths: of the base metrics for versions 2 and 3, of all metrics for version 4.
    pub fn score(&self) -> u8 {
        self.score
    }

    /// The version.
    pub fn version(&self) -> CvssVersion {
        self.version
    }

    /// The score as a word. Version 2 knows no critical.
    pub fn severity(&self) -> Severity {
        match (self.version, self.score) {
            (CvssVersion::V2, 0) => Severity::Low,
            (CvssVersion::V2, 90..) => Severity::High,
            (_, score) => Severity::of_score(score),
        }
    }
}

impl fmt::Display for Vector {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl FromStr for Vector {
    type Err = CvssError;

    fn from_str(text: &str) -> Result<Self, CvssError> {
        if text.len() > 512 {
            return Err(CvssError::Long(text.len()));
        }
        let text = text.trim();
        let (version, metrics) = if let Some(metrics) = text.strip_prefix("CVSS:4.0/") {
            (CvssVersion::V4, metrics)
        } else if let Some(metrics) = text.strip_prefix("CVSS:3.1/") {
            (CvssVersion::V31, metrics)
        } else if let Some(metrics) = text.strip_prefix("CVSS:3.0/") {
            (CvssVersion::V30, metrics)
        } else {
            (CvssVersion::V2, text.strip_prefix("CVSS2#").unwrap_or(text))
        };
        let known = match version {
            CvssVersion::V2 => v2::METRICS,
            CvssVersion::V30 | CvssVersion::V31 => v3::METRICS,
            CvssVersion::V4 => v4::METRICS,
        };
        let metrics = Metrics::read(metrics.trim_matches(['(', ')']), known)?;
        let score = match version {
            CvssVersion::V2 => v2::score(&metrics),
            CvssVersion::V30 | CvssVersion::V31 => v3::score(&metrics, version),
            CvssVersion::V4 => v4::score(&metrics),
        };
        Ok(Self { text: text.to_owned(), version, score })
    }
}

/// What a version of CVSS has: the metric, the first letters of its values between bars, whether it must be there.
type Known = &'static [(&'static str, &'static str, bool)];

/// The values of a vector's metrics.
struct Metrics<'t> {
    values: Vec<(&'t str, &'t str)>,
}

impl<'t> Metrics<'t> {
    fn read(text: &'t str, known: Known) -> Result<Self, CvssError> {
        let mut values: Vec<(&str, &str)> = Vec::new();
        for part in text.split('/').filter(|part| !part.is_empty()) {
            let wrong = || CvssError::Metric(part.to_owned());
            let (metric, value) = part.split_once(':').ok_or_else(wrong)?;
            let (_, allowed, _) = known.iter().find(|(name, ..)| *name == metric).ok_or_else(wrong)?;
            if !allowed.split('|').any(|allowed| allowed == value) {
                return Err(wrong());
            }
            if values.iter().any(|(name, _)| *name == metric) {
                return Err(CvssError::Twice(metric.to_owned()));
            }
            values.push((metric, value));
        }
        match known.iter().find(|(name, _, needed)| *needed && !values.iter().any(|(there, _)| there == name))
        {
            Some((missing, ..)) => Err(CvssError::Missing(missing)),
            None => Ok(Self { values }),
        }
    }

    /// The value of a metric; nothing where it is not there.
    fn get(&self, metric: &str) -> &'t str {
        self.values.iter().find(|(name, _)| *name == metric).map_or("", |(_, value)| value)
    }
}
