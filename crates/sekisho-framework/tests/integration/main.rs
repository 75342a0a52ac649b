//! The data of the frameworks, held against what is known of the documents, and the assessment of controls.
#![allow(clippy::expect_used, reason = "a test that expects what is not there has failed")]

mod assessment;
mod frameworks;
