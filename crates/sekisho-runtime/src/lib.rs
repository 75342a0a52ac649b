//! What happens at run time: events to what is known of processes, descriptors, accounts and containers, and to what
//! rules find.
//!
//! A [`Watcher`] takes the items of captures one after another, keeps what they say of the machine within [`Limits`],
//! and asks rules of every event. What it gives are [`Alert`]s, which a [`Throttle`] keeps from burying one another.
//!
//! This crate reads no file and knows no clock: time is that of the events.
#![cfg_attr(not(test), deny(clippy::indexing_slicing))]

mod alert;
mod field;
mod scenario;
mod state;
mod step;
mod throttle;
mod view;
mod watcher;

pub use alert::{Alert, AlertField, Subject, iso_time};
pub use field::{is_known, may_have};
pub use scenario::{Scenario, ScenarioError};
pub use state::{Limits, StateMetrics};
pub use throttle::{Decision, Throttle, ThrottleCounts, ThrottleSettings};
pub use view::SYSCALL;
pub use watcher::{Metrics, Settings, Watcher};
