//! The shape of `sekisho.yaml`; its JSON schema for editors is made from these types.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use sekisho_advisory::vex::Justification;
use sekisho_finding::{Persona, Severity};
use serde::{Deserialize, Deserializer};

use sekisho_package::{LicenseException, LicensePolicy};

use crate::release::{GivenValues, from_folder, with_paths_from};

/// Settings of sekisho. Every one has a default that works.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Document {
    /// What is scanned and what fails a run.
    pub(crate) scan: Scan,
    /// Which checks run, and how.
    pub(crate) checks: Checks,
    /// How charts are rendered. The first entry that fits a chart counts.
    pub(crate) charts: Vec<ChartEntry>,
    /// Findings that are accepted: each with an owner, a reason and, best, a last day.
    pub(crate) exceptions: Vec<ExceptionEntry>,
    /// How admission webhooks are answered, by `serve admission`.
    pub(crate) admission: Admission,
    /// Where the vulnerability database comes from, and how its matches are told.
    pub(crate) vulnerabilities: Vulnerabilities,
    /// How credentials in files are looked for.
    pub(crate) credentials: Credentials,
    /// Which licences packages may have.
    pub(crate) licenses: Licenses,
    /// Files that nobody wants.
    pub(crate) files: Files,
    /// What images may be built on.
    pub(crate) images: Images,
    /// Whose signatures images must have. Every entry that is for an image must be met.
    pub(crate) trust: Vec<sekisho_trust::TrustEntry>,
    /// The language of titles, messages and remedies: `en` or `ja`. Default: the locale's.
    pub(crate) language: Option<String>,
}

/// How admission webhooks are answered. Options of the command line come before what stands here.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Admission {
    /// Files and folders of policies, relative to this file.
    pub(crate) policies: Vec<PathBuf>,
    /// Pod Security levels of namespaces whose labels name none: `restricted`, `warn=baseline:v1.31`. Default: none.
    pub(crate) pod_security: Vec<String>,
    /// The address for the API server. Default: `0.0.0.0:8443`.
    pub(crate) listen: Option<String>,
    /// The address for `/livez`, `/readyz` and `/metrics`. Default: `0.0.0.0:8081`.
    pub(crate) status: Option<String>,
    /// Which certificate is shown.
    pub(crate) tls: AdmissionTls,
    /// Who may call.
    pub(crate) callers: AdmissionCallers,
    /// What policies look at beside requests.
    pub(crate) facts: AdmissionFacts,
    /// How images are looked up, for policies of trust.
    pub(crate) images: AdmissionImages,
    /// Where traces go.
    pub(crate) traces: AdmissionTraces,
    /// What callers may take.
    pub(crate) limits: AdmissionLimits,
    /// How often policies are looked at for changes, in seconds. Default: 2.
    pub(crate) interval_seconds: Option<u16>,
    /// How much is logged: `debug`, `info`, `warning` or `error`. Default: `info`.
    pub(crate) log: Option<String>,
}

/// Where traces of reviews go.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct AdmissionTraces {
    /// A collector of OpenTelemetry, over HTTP: `http://collector.observability:4318`. Default: nowhere.
    pub(crate) collector: Option<String>,
    /// The share of reviews that are traced where the API server traces none itself, from 0 to 1. Default: 0.01.
    pub(crate) share: Option<f64>,
}

/// Which certificate the webhook shows: that of files, or one of an authority of its own.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct AdmissionTls {
    /// The file of the certificate, relative to this file.
    pub(crate) certificate: Option<PathBuf>,
    /// The file of its key.
    pub(crate) key: Option<PathBuf>,
    /// The folder in which an authority is kept.
    pub(crate) folder: Option<PathBuf>,
    /// The Secret in which an authority is kept: `namespace/name`.
    pub(crate) secret: Option<String>,
    /// The names that certificates of that authority are for.
    pub(crate) names: Vec<String>,
    /// Webhook configurations that are told which authority to trust: `validating/NAME`, `mutating/NAME`.
    pub(crate) publish: Vec<String>,
}

/// Who may call the webhook. One of `file`, `ofCluster` and `anyone` must be said, here or on the command line.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct AdmissionCallers {
    /// The file of the authorities that callers must have a certificate of, relative to this file.
    pub(crate) file: Option<PathBuf>,
    /// Whether those authorities are what the API server tells extensions.
    pub(crate) of_cluster: bool,
    /// The common names that callers may have. Default: any.
    pub(crate) names: Vec<String>,
    /// Whether anyone may call, without a certificate.
    pub(crate) anyone: bool,
}

/// What policies look at beside requests. Default: what they say they need of the cluster.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct AdmissionFacts {
    /// Files of objects that stand for the cluster, relative to this file.
    pub(crate) files: Vec<PathBuf>,
    /// Kinds that policies look at though they do not say so: `apps/v1/Deployment`.
    pub(crate) kinds: Vec<String>,
}

/// How the webhook looks images up in registries, for policies of trust.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct AdmissionImages {
    /// Files of credentials for registries, relative to this file: Docker's, Podman's, or pull secrets. Those of the
    /// workload come before them.
    pub(crate) credentials: Vec<PathBuf>,
    /// Registries that may be spoken to without TLS, or with a certificate that nobody vouches for.
    pub(crate) insecure_registries: Vec<String>,
    /// Whether the pull secrets of Pods and of their service accounts are used. Default: true.
    pub(crate) pull_secrets: Option<bool>,
    /// Images that are looked up at once. Default: 16.
    pub(crate) lookups: Option<u16>,
    /// How long an approval is kept, in seconds, where it does not end before. Default: 300.
    pub(crate) approved_seconds: Option<u16>,
    /// How long a refusal is kept, in seconds. Default: 5.
    pub(crate) refused_seconds: Option<u16>,
}

/// What callers of the webhook may take.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct AdmissionLimits {
    /// The size of a review in MiB. Default: 8.
    pub(crate) body_mebibytes: Option<u16>,
    /// How long a review may take where the API server does not say how long it waits. Default: 2.
    pub(crate) patience_seconds: Option<u16>,
    /// Reviews that are evaluated at once. Default: one a core.
    pub(crate) evaluations: Option<u16>,
    /// Reviews that are evaluated or wait for it. Default: 1024.
    pub(crate) waiting: Option<u16>,
    /// Connections at once. Default: 1024.
    pub(crate) connections: Option<u16>,
    /// How long requests are answered after the end was asked for. Default: 5.
    pub(crate) notice_seconds: Option<u16>,
    /// How long what was begun may take after that. Default: 20.
    pub(crate) drain_seconds: Option<u16>,
}

/// What is scanned and what fails a run.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Scan {
    /// Paths that are left out, as `.gitignore` patterns relative to this file.
    pub(crate) exclude: Vec<String>,
    /// The severity from which findings fail the run (status 1), or `none`. Default: `high`.
    pub(crate) fail_on: Option<FailOn>,
    /// Who the findings are for: `default`, or `pedantic` for all there is to harden.
    pub(crate) persona: Option<PersonaWord>,
    /// The namespace of objects that name none. Default: `default`.
    pub(crate) namespace: Option<String>,
    /// A file of known findings, relative to this file; only new findings count.
    pub(crate) baseline: Option<String>,
    /// The size in MiB above which a file is not read. Default: 256.
    pub(crate) max_file_size: Option<u32>,
}

/// Where the vulnerability database comes from, and how its matches are told.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Vulnerabilities {
    /// The database that is asked, relative to this file. Default: the one that `sekisho db` put into its place.
    pub(crate) database: Option<String>,
    /// What `sekisho db update` fetches: an `https://` address, or a file relative to this one.
    pub(crate) source: Option<String>,
    /// Public keys in PEM, relative to this file; a database must be signed by one of them to be taken.
    pub(crate) keys: Vec<String>,
    /// Whether vulnerabilities that no version fixes are left out.
    pub(crate) ignore_unfixed: bool,
    /// Where the packages of scanned images are kept: a file relative to this one, or an address of PostgreSQL. Default:
    /// in the folder for caches.
    pub(crate) inventories: Option<String>,
    /// What suppliers say of vulnerabilities, relative to this file: OpenVEX, CSAF or CycloneDX.
    pub(crate) vex: Vec<String>,
}

/// How credentials in files are looked for.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Credentials {
    /// Rules in the format of gitleaks, relative to this file. Default: our own.
    pub(crate) rules: Option<String>,
}

/// Files that nobody wants.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Files {
    /// Lists of the SHA-256 of files that are denied, and YARA rules for them, relative to this file.
    pub(crate) deny: Vec<String>,
}

/// What images may be built on.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Images {
    /// The bases that images may begin with the layers of: with a tag or a digest, else names with `*` and `**` of bases that
    /// images name themselves, or `scratch`. Default: any.
    pub(crate) bases: Vec<String>,
}

/// Which licences packages may have, by the names of SPDX's list. A `*` at the end stands for any rest.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Licenses {
    /// The licences that are taken. Default: all that are not refused.
    pub(crate) allow: Vec<String>,
    /// The licences that are refused, also where they are allowed.
    pub(crate) deny: Vec<String>,
    /// Packages for which the lists do not hold.
    pub(crate) exceptions: Vec<LicenseEntry>,
    /// Whether words that are no licence of SPDX's list are refused unless they are allowed.
    pub(crate) refuse_unknown: bool,
    /// Whether packages that say no licence are refused.
    pub(crate) refuse_missing: bool,
}

/// A package for which the lists of licences do not hold.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct LicenseEntry {
    /// Its package URL without version, or how package URLs begin, with a `*` behind: `pkg:deb/debian/*`.
    pub(crate) package: String,
    /// The licences that are taken there. Default: any.
    #[serde(default)]
    pub(crate) licenses: Vec<String>,
    /// Why.
    pub(crate) reason: String,
}

impl Licenses {
    /// The policy.
    pub(crate) fn policy(&self) -> LicensePolicy {
        let exceptions = self.exceptions.iter().map(|entry| LicenseException {
            package: entry.package.clone(),
            licenses: entry.licenses.clone(),
            reason: entry.reason.clone(),
        });
        LicensePolicy {
            allow: self.allow.clone(),
            deny: self.deny.clone(),
            exceptions: exceptions.collect(),
            refuse_unknown: self.refuse_unknown,
            refuse_missing: self.refuse_missing,
        }
    }
}

/// Which checks run, and how.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Checks {
    /// Checks that run although their persona is not chosen, by slug.
    pub(crate) enable: Vec<String>,
    /// Checks that do not run, by slug.
    pub(crate) disable: Vec<String>,
    /// Another severity for a check, by slug.
    pub(crate) severity: BTreeMap<String, SeverityWord>,
    /// Registries that images may come from: `ghcr.io`, or with a path `ghcr.io/acme`. Default: any.
    pub(crate) trusted_registries: Vec<String>,
    /// The Kubernetes version that the manifests are meant for: `"1.34"`.
    pub(crate) kubernetes_version: Option<String>,
}

/// A type with fields of its own and those by which values are given, which `flatten` would not refuse slips in.
macro_rules! with_values {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$about])*
        #[derive(Debug, Default, Deserialize, JsonSchema)]
        #[serde(rename_all = "camelCase", deny_unknown_fields, default)]
        pub(crate) struct $name {
            $($(#[$doc])* pub(crate) $field: $type,)*
            /// Files of values, relative to this file; later ones are laid over earlier ones.
            pub(crate) values: Vec<String>,
            /// Single values as JSON: `image={"tag":"1.4"}`.
            pub(crate) set_json: Vec<String>,
            /// Single values: `image.tag=1.4`.
            pub(crate) set: Vec<String>,
            /// Single values that are text whatever they look like.
            pub(crate) set_string: Vec<String>,
            /// Single values out of files, relative to this file: `config=files/app.conf`.
            pub(crate) set_file: Vec<String>,
            /// Single values that are taken as they are.
            pub(crate) set_literal: Vec<String>,
        }

        impl $name {
            /// The values, with paths as seen from where the command runs.
            pub(crate) fn given(&self, folder: &Path) -> GivenValues {
                GivenValues {
                    files: self.values.iter().map(|path| from_folder(folder, path)).collect(),
                    json: self.set_json.clone(),
                    set: self.set.clone(),
                    strings: self.set_string.clone(),
                    from_files: self.set_file.iter().map(|line| with_paths_from(folder, line)).collect(),
                    literals: self.set_literal.clone(),
                }
            }
        }
    };
}

with_values! {
    /// How charts are rendered.
    ChartEntry {
        /// The folder or archive of the chart, relative to this file; `*` and `?` match.
        path: String,
        /// The name of the release. Default: `release-name`.
        release: Option<String>,
        /// The namespace of the release. Default: that of `scan`.
        namespace: Option<String>,
        /// API versions that templates find beside those of Kubernetes: `monitoring.coreos.com/v1`.
        api_versions: Vec<String>,
        /// Sets of values that the chart is rendered with, each by itself. Default: it is rendered once.
        sets: Vec<ValueSetEntry>,
    }
}

with_values! {
    /// A set of values.
    ValueSetEntry {
        /// Its name: `production`.
        name: String,
    }
}

/// An accepted risk.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ExceptionEntry {
    /// The checks it speaks of, by slug.
    pub(crate) checks: Vec<String>,
    /// Objects as `Kind/name`; `*` and `?` match. Default: any.
    #[serde(default)]
    pub(crate) objects: Vec<String>,
    /// Namespaces; `*` and `?` match. Default: any.
    #[serde(default)]
    pub(crate) namespaces: Vec<String>,
    /// Containers by name; `*` and `?` match. Default: any.
    #[serde(default)]
    pub(crate) containers: Vec<String>,
    /// Files as reports show them; `*` and `?` match. Default: any.
    #[serde(default)]
    pub(crate) files: Vec<String>,
    /// Who answers for it.
    pub(crate) owner: String,
    /// Why it is accepted.
    pub(crate) reason: String,
    /// Of a vulnerability, why the package is not affected, by the word of VEX. Default: it is affected, and accepted.
    #[serde(default)]
    pub(crate) justification: Option<JustificationWord>,
    /// The last day on which it counts: `2027-01-31`. After it the exception is a finding of its own.
    #[serde(default)]
    pub(crate) expires: Option<String>,
}

/// The severity from which findings fail a run; `none`: never.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FailOn(pub(crate) Option<Severity>);

/// A severity by its word.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SeverityWord(pub(crate) Severity);

/// A persona by its word.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PersonaWord(pub(crate) Persona);

/// Why a package is not affected, by the word of VEX.
#[derive(Debug, Clone, Copy)]
pub(crate) struct JustificationWord(pub(crate) Justification);

impl std::str::FromStr for FailOn {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "none" => Ok(Self(None)),
            _ => text
                .parse()
                .map(|severity| Self(Some(severity)))
                .map_err(|error: sekisho_finding::ParseLevelError| format!("{error}, or `none`")),
        }
    }
}

macro_rules! word {
    ($type:ident, $parse:expr, $words:expr) => {
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                #[allow(clippy::redundant_closure_call, reason = "the macro takes the parser as a closure")]
                ($parse)(text.as_str()).map_err(serde::de::Error::custom)
            }
        }

        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                let words: Vec<&str> = $words;
                json_schema!({ "type": "string", "enum": words })
            }
        }
    };
}

fn words<T: Copy>(all: &[T], word: fn(T) -> &'static str) -> Vec<&'static str> {
    all.iter().map(|level| word(*level)).collect()
}

word!(FailOn, |text: &str| text.parse::<FailOn>(), {
    let mut known = words(Severity::ALL, Severity::as_str);
    known.push("none");
    known
});
word!(SeverityWord, |text: &str| text.parse().map(SeverityWord), words(Severity::ALL, Severity::as_str));
word!(PersonaWord, |text: &str| text.parse().map(PersonaWord), words(Persona::ALL, Persona::as_str));
word!(
    JustificationWord,
    |text: &str| Justification::named(text).map(JustificationWord).ok_or_else(|| format!(
        "`{text}` is no justification: use one of {}",
        Justification::words().join(", ")
    )),
    Justification::words().to_vec()
);
