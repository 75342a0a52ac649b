//! Values: those that users give, those of charts, and how they come together.
//!
//! [`Given`] is what a user gives: files, and settings on the command line, in Helm's order. [`Unit`] is a
//! chart in its place below others, with the values that it brings; it decides which charts take part, takes
//! over what charts import from those below, and lays everything over each other.
//!
//! Every value keeps its key, counted from the root as a user sets it (`database.image.tag` of a sub-chart's
//! `image.tag`), and where it stands in a file.

mod coalesce;
mod dependency;
mod given;
mod import;
mod set;
mod table;
mod unit;

pub use self::given::{Given, GivenError, ReadNamed, ValuesFile};
pub use self::set::{SetError, SetFault};
pub(crate) use self::unit::Unit;

use smol_str::SmolStr;

/// What is strange about values, though Helm goes on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ValuesWarning {
    /// A chart has a mapping where the given value is none.
    #[error(
        "`{key}` is a mapping in the chart's values and something else in those given; the latter counts"
    )]
    NoMapping {
        /// The key.
        key: String,
    },
    /// A mapping is given where a chart has another value.
    #[error("`{key}` is a mapping in the values given and none in the chart's; the former counts")]
    Mapping {
        /// The key.
        key: String,
    },
    /// `global` is no mapping.
    #[error("`{key}` is no mapping and is not handed on to charts below")]
    Global {
        /// The key.
        key: String,
    },
    /// A condition or tag is neither `true` nor `false`.
    #[error("`{key}` is neither `true` nor `false` and does not switch the chart `{chart}`")]
    Switch {
        /// The key.
        key: String,
        /// The chart that it should switch.
        chart: SmolStr,
    },
    /// A chart imports values that are not there.
    #[error("`{key}` holds no mapping to import from the chart `{chart}`")]
    Import {
        /// The key.
        key: String,
        /// The chart that should have it.
        chart: SmolStr,
    },
}

/// Why values cannot be laid over each other.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ValuesError {
    /// The key that holds the values of a chart is no mapping.
    #[error("`{key}` holds the values of the chart `{chart}` and must be a mapping")]
    NoMapping {
        /// The key.
        key: String,
        /// The chart.
        chart: SmolStr,
    },
    /// Charts that take part under several names multiply too often.
    #[error("charts take part below others more than {limit} times; use fewer aliases")]
    TooManyCharts {
        /// The limit.
        limit: usize,
    },
}
