//! What stands in the way of an installation, or of one that is there: one file a part that is looked at.

mod authority;
mod cluster;
mod controller;
mod installation;
mod webhooks;

use std::fmt::Write as _;

use jiff::Timestamp;
use sekisho_cluster::Connection;
use serde_json::{Value, json};

pub(crate) use self::webhooks::{Reached, reach};

/// How grave it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Grade {
    /// All is well.
    Well,
    /// Somebody should look at it.
    Warning,
    /// It does not work, or will not.
    Problem,
    /// It could not be looked at.
    Unknown,
}

impl Grade {
    fn word(self) -> &'static str {
        match self {
            Self::Well => "ok",
            Self::Warning => "warning",
            Self::Problem => "problem",
            Self::Unknown => "unknown",
        }
    }
}

/// Something that was looked at.
#[derive(Debug, Clone)]
pub(crate) struct Sign {
    /// What was looked at: `clock`.
    about: &'static str,
    grade: Grade,
    says: String,
    /// What to do.
    mend: Option<String>,
}

/// Everything that was looked at.
#[derive(Debug, Default)]
pub(crate) struct Diagnosis {
    signs: Vec<Sign>,
}

/// What is looked at.
#[derive(Debug)]
pub(crate) struct Patient<'a> {
    pub(crate) connection: &'a Connection,
    /// The namespace of the installation.
    pub(crate) namespace: &'a str,
    /// The namespace in which the API server is asked whether webhooks answer.
    pub(crate) probe: &'a str,
    pub(crate) now: Timestamp,
}

/// Looks at everything.
pub(crate) fn examine(patient: &Patient<'_>) -> Diagnosis {
    let mut diagnosis = Diagnosis::default();
    if cluster::server(patient, &mut diagnosis).is_none() {
        return diagnosis;
    }
    cluster::clock(patient, &mut diagnosis);
    let is_installed = installation::deployment(patient, &mut diagnosis);
    if is_installed {
        installation::rights(patient, &mut diagnosis);
        installation::policies(patient, &mut diagnosis);
        authority::authority(patient, &mut diagnosis);
        webhooks::configurations(patient, &mut diagnosis);
        webhooks::answers(patient, &mut diagnosis);
        installation::broken_glass(patient, &mut diagnosis);
        controller::controller(patient, &mut diagnosis);
    } else {
        cluster::rights_to_install(patient, &mut diagnosis);
    }
    diagnosis
}

impl Diagnosis {
    fn well(&mut self, about: &'static str, says: impl Into<String>) {
        self.signs.push(Sign { about, grade: Grade::Well, says: says.into(), mend: None });
    }

    fn enter(&mut self, about: &'static str, grade: Grade, says: impl Into<String>, mend: impl Into<String>) {
        self.signs.push(Sign { about, grade, says: says.into(), mend: Some(mend.into()) });
    }

    fn unknown(&mut self, about: &'static str, says: impl Into<String>) {
        self.signs.push(Sign { about, grade: Grade::Unknown, says: says.into(), mend: None });
    }

    /// Whether there is something of this grade.
    pub(crate) fn has(&self, grade: Grade) -> bool {
        self.signs.iter().any(|sign| sign.grade == grade)
    }

    /// For people: one line each, what to do below.
    pub(crate) fn to_text(&self) -> String {
        let mut text = String::new();
        for sign in &self.signs {
            let Sign { about, grade, says, mend } = sign;
            // Writing to a text cannot fail.
            let _ = writeln!(text, "{:8} {about}: {says}", grade.word());
            if let Some(mend) = mend {
                let _ = writeln!(text, "         = mend: {mend}");
            }
        }
        text
    }

    /// For programs.
    pub(crate) fn to_json(&self) -> Value {
        let sign = |sign: &Sign| json!({"about": sign.about, "grade": sign.grade.word(), "message": sign.says, "mend": sign.mend});
        json!({"signs": self.signs.iter().map(sign).collect::<Vec<_>>()})
    }
}
