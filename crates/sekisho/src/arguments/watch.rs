//! The options of `sekisho watch`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use sekisho_falco::Priority;
use sekisho_notification::Address;
use sekisho_report::Format;

use crate::arguments::further::FurtherReport;

/// What to watch, by which rules, and where alerts go.
#[derive(Debug, Args)]
pub(crate) struct WatchArguments {
    /// Capture of system calls to go over (scap, plain or gzip); `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) capture: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) audit: AuditArguments,
    #[command(flatten)]
    pub(crate) rules: RuleArguments,
    /// Take events as the capture has them, as Falco did before 0.42, or as current versions take them
    #[arg(long, value_enum, value_name = "PROFILE", default_value_t = WatchProfile::Current)]
    pub(crate) profile: WatchProfile,
    /// The name of the host in alerts [default: the capture's]
    #[arg(long, value_name = "NAME")]
    pub(crate) host: Option<String>,
    #[command(flatten)]
    pub(crate) telling: TellingArguments,
}

/// Audit events of the API server.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options for audit events")]
pub(crate) struct AuditArguments {
    /// Audit log to go over: file (also gzip), folder of rotated files, or `-` for standard input
    #[arg(long, value_name = "LOG", num_args = 1.., conflicts_with = "capture")]
    pub(crate) audit_log: Vec<PathBuf>,
    /// Go on with what is added to the log, through rotation, until the command is ended
    #[arg(long, requires = "audit_log")]
    pub(crate) follow: bool,
    /// Leave out what is in the log already
    #[arg(long, requires = "follow")]
    pub(crate) skip_existing: bool,
    /// Address at which the API server sends audit events, as its webhook backend does
    #[arg(long, value_name = "ADDRESS:PORT", conflicts_with_all = ["capture", "audit_log"])]
    pub(crate) audit_webhook: Option<SocketAddr>,
    #[command(flatten)]
    pub(crate) backend: BackendArguments,
}

/// Who may send audit events, and what they are shown.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options for audit events")]
pub(crate) struct BackendArguments {
    /// File of the certificate and those above it; followed when it changes
    #[arg(long, value_name = "FILE", requires_all = ["tls_key", "audit_webhook"])]
    pub(crate) tls_certificate: Option<PathBuf>,
    /// File of its key
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    pub(crate) tls_key: Option<PathBuf>,
    /// Folder in which an authority of our own is kept; `ca.crt` in it is what the API server is to trust
    #[arg(long, value_name = "FOLDER", requires = "audit_webhook", conflicts_with = "tls_certificate")]
    pub(crate) tls_folder: Option<PathBuf>,
    /// Name that the certificate of our own authority is for [default: localhost]
    #[arg(long, value_name = "NAME", requires = "tls_folder")]
    pub(crate) tls_name: Vec<String>,
    /// File of the authorities that senders must have a certificate of; followed when it changes
    #[arg(long, value_name = "FILE", requires = "audit_webhook", conflicts_with = "any_client")]
    pub(crate) client_ca: Option<PathBuf>,
    /// Common name that a sender's certificate must have; may be given more than once
    #[arg(long, value_name = "NAME", requires = "client_ca")]
    pub(crate) client_name: Vec<String>,
    /// Take events from whoever reaches the port, without a certificate
    #[arg(long, requires = "audit_webhook")]
    pub(crate) any_client: bool,
    /// Listen without TLS
    #[arg(long, requires = "audit_webhook", conflicts_with_all = ["tls_certificate", "tls_folder", "client_ca"])]
    pub(crate) plain_http: bool,
}

/// Which rules are asked.
#[derive(Debug, Args)]
pub(crate) struct RuleArguments {
    /// Rule files in Falco's language or Sigma's, in this order; of a folder every `.yaml` file in the order of names
    /// [default for audit events: our own]
    #[arg(short, long, value_name = "PATH", num_args = 1..)]
    pub(crate) rules: Vec<PathBuf>,
    /// Rules that tell of an event that several find: the first in order, as Falco does, or all
    #[arg(long, value_enum, value_name = "WHICH", default_value_t = WatchMatching::First)]
    pub(crate) matching: WatchMatching,
    /// Leave out rules that are less grave
    #[arg(long, value_name = "PRIORITY", value_parser = priority)]
    pub(crate) priority: Option<Priority>,
    /// Ask rules with one of these tags only
    #[arg(long, value_name = "TAG", value_delimiter = ',')]
    pub(crate) tags: Vec<String>,
    /// Leave out rules with one of these tags
    #[arg(long, value_name = "TAG", value_delimiter = ',')]
    pub(crate) without_tags: Vec<String>,
    /// Leave out rules of this name; `*` stands for anything
    #[arg(long, value_name = "RULE")]
    pub(crate) without_rule: Vec<String>,
}

/// Where alerts go, and how many.
#[derive(Debug, Args)]
pub(crate) struct TellingArguments {
    /// How alerts are written
    #[arg(short, long, value_name = "FORMAT", default_value = "text", value_parser = format, help = FORMAT_HELP)]
    pub(crate) format: WatchFormat,
    /// Write the alerts as findings to a file at the end, those of one rule and one workload together: `sarif=FILE`
    #[arg(long, value_name = "FORMAT=FILE")]
    pub(crate) report: Vec<FurtherReport>,
    /// File or folder of what the cluster holds (manifests, or `kubectl get -o yaml`), to tell of which workload alerts are
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub(crate) inventory: Vec<PathBuf>,
    /// Write exceptions for what was seen to this file, for review; nothing is applied. All rules are asked then
    #[arg(long, value_name = "FILE")]
    pub(crate) learn: Option<PathBuf>,
    /// Where alerts go: `stdout`, `file:PATH`, `syslog`, `syslog://HOST`, `syslog+tcp://HOST`, `https://…`,
    /// `otlp+https://…`
    #[arg(long, value_name = "WHERE", default_value = "stdout")]
    pub(crate) to: Vec<Address>,
    /// Write the date in front of lines, as ISO 8601
    #[arg(long)]
    pub(crate) iso_time: bool,
    /// Alerts a second that a rule may tell in the long run; 0 for any number
    #[arg(long, value_name = "NUMBER", default_value_t = 100)]
    pub(crate) rate: u32,
    /// Alerts that a rule may tell at once
    #[arg(long, value_name = "NUMBER", default_value_t = 1_000)]
    pub(crate) burst: u32,
    /// Tell alerts that are alike once in so many seconds, and count the others
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    pub(crate) window: u32,
    /// End with status 1 where an alert is at least as grave; `none` for never
    #[arg(long, value_name = "PRIORITY", default_value = "warning", value_parser = limit)]
    pub(crate) fail_on: Limit,
}

/// From which priority alerts fail a run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limit(pub(crate) Option<Priority>);

/// How events are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum WatchProfile {
    /// Only exits of system calls are events
    Current,
    /// Enter events are events too
    Legacy,
}

/// Which rules tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum WatchMatching {
    /// The first
    First,
    /// Every one
    All,
}

const FORMAT_HELP: &str = "How alerts are written: `text`, a line each as Falco writes it; `json`, an object each with Falco's keys; \
                           another format of reports (`sarif`, `markdown`, …) for findings at the end";

/// How alerts are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WatchFormat {
    /// A line each, as Falco writes it
    Text,
    /// An object each, with Falco's keys
    Json,
    /// As findings at the end.
    Report(Format),
}

fn format(text: &str) -> Result<WatchFormat, String> {
    match text {
        "text" => Ok(WatchFormat::Text),
        "json" => Ok(WatchFormat::Json),
        other => match other.parse() {
            Ok(format) => Ok(WatchFormat::Report(format)),
            Err(_) => {
                Err("use `text`, `json`, or a format of reports such as `sarif` or `markdown`".to_owned())
            }
        },
    }
}

fn priority(text: &str) -> Result<Priority, String> {
    text.parse().map_err(|()| {
        let names: Vec<_> = Priority::ALL.iter().map(|known| known.name().to_lowercase()).collect();
        format!("use one of {}", names.join(", "))
    })
}

fn limit(text: &str) -> Result<Limit, String> {
    if text == "none" { Ok(Limit(None)) } else { priority(text).map(|priority| Limit(Some(priority))) }
}
