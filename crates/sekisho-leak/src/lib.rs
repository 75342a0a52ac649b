//! Credentials in any bytes.
//!
//! A [`RuleSet`] is read of a file in the format of gitleaks and betterleaks, or is our own ([`RuleSet::ours`]). A
//! [`Detector`] is made of it once and looks through texts: one automaton finds the keywords of all rules, and only
//! the expressions of rules whose keyword is there run. What is encoded in a text (base 64, hexadecimal, percent
//! and Unicode escapes) is decoded in place and looked through again; a [`Leak`] always names its place in the text
//! as it was given.
//!
//! A found credential is a [`Credential`]: it has no `Debug` and shows itself only redacted.
#![cfg_attr(not(test), deny(clippy::indexing_slicing))]

mod credential;
mod decode;
mod detector;
mod entropy;
mod ignored;
mod overlap;
mod place;
mod rules;
mod stream;
mod window;

pub use credential::Credential;
pub use decode::{Encoding, Encodings};
pub use detector::{Detector, DetectorError, Leak, Limits, Origin};
pub use entropy::entropy;
pub use ignored::Ignored;
pub use place::Place;
pub use rules::{Allowlist, Condition, Required, Rule, RuleSet, RulesError, Target};
pub use stream::Stream;
pub use window::{Window, is_text, windows};
