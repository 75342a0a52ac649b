//! The verbs, one file each.

pub(crate) mod access;
pub(crate) mod attest;
pub(crate) mod break_glass;
pub(crate) mod completion;
pub(crate) mod db;
pub(crate) mod doctor;
pub(crate) mod explain;
pub(crate) mod fix;
pub(crate) mod gate;
pub(crate) mod install;
pub(crate) mod man;
pub(crate) mod policy;
pub(crate) mod render;
pub(crate) mod report;
pub(crate) mod sbom;
pub(crate) mod scan;
pub(crate) mod schema;
pub(crate) mod serve;
pub(crate) mod sign;
mod stored;
pub(crate) mod trust;
pub(crate) mod verify;
pub(crate) mod vex;
pub(crate) mod watch;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use sekisho_policy::pod_security::Preset;

use crate::arguments::cluster::ClusterArguments;
use crate::arguments::targets::{GivenArguments, Targets, ValuesArguments, VulnerabilityArguments};
use crate::config;
use crate::live::Live;
use crate::release::{GivenValues, Releases};
use crate::request::Request;
use crate::terminal::Terminal;
use crate::vulnerable::Wanted;

/// The documentation of the checks, by slug.
pub(crate) const DOCUMENTATION: Option<&str> = None;

/// Today in UTC.
pub(crate) fn today() -> Date {
    Timestamp::now().to_zoned(TimeZone::UTC).date()
}

/// Now in UTC, as RFC 3339 with whole seconds.
pub(crate) fn now() -> String {
    Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

impl Targets {
    /// What these options ask for.
    fn request(self, terminal: &Terminal) -> Request {
        Request {
            targets: self.paths,
            overlay: BTreeMap::new(),
            input: None,
            config: self.config,
            persona: self.persona,
            only: self.only,
            without: self.without,
            baseline: None,
            without_baseline: false,
            namespace: self.namespace,
            kubernetes_version: self.kubernetes_version,
            tried: BTreeMap::new(),
            releases: self.values.releases(),
            no_ignore: self.no_ignore,
            progress: !terminal.quiet,
            policies: Vec::new(),
            pod_security: Preset::default(),
            modules: crate::policy::modules::Settings::default(),
            vulnerabilities: None,
            credentials: None,
            images: None,
            named: Vec::new(),
            kept: Vec::new(),
            live: self.live.live(terminal.offline),
            today: config::days(today()),
        }
    }
}

impl VulnerabilityArguments {
    /// What these options ask about vulnerabilities.
    fn wanted(self) -> Wanted {
        let Self { database, ignore_unfixed, severity, vex } = self;
        Wanted { database, ignore_unfixed, severities: severity, vex, keeps_nothing: false }
    }
}

impl ClusterArguments {
    /// Which cluster these options mean.
    pub(crate) fn live(self, offline: bool) -> Live {
        let Self { kubeconfig, context, user, groups } = self;
        Live { kubeconfig, context, user, groups, offline }
    }
}

impl GivenArguments {
    /// The values that these options give.
    fn given(self) -> GivenValues {
        GivenValues {
            files: self.values,
            json: self.set_json,
            set: self.set,
            strings: self.set_string,
            from_files: self.set_file,
            literals: self.set_literal,
        }
    }
}

impl ValuesArguments {
    /// How these options have charts rendered.
    fn releases(self) -> Releases {
        Releases {
            given: self.given.given(),
            release: self.release,
            api_versions: self.api_versions,
            sets: self.value_set,
            ..Releases::default()
        }
    }
}
