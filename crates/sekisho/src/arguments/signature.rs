//! Options of `sign`, `attest` and `verify`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use sekisho_report::Format;

use super::bundle::SourceArguments;
use super::further::FurtherReport;
use super::signer::{SignerArguments, StoredAs};

/// How registries are spoken to.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options for registries")]
pub(crate) struct RegistryArguments {
    /// File of credentials for registries: Docker's, Podman's, or a pull secret; before those of the user
    #[arg(long, value_name = "FILE")]
    pub(crate) registry_credentials: Vec<PathBuf>,
    /// Registry that may be spoken to without TLS, or with a certificate that nobody vouches for
    #[arg(long, value_name = "HOST")]
    pub(crate) insecure_registry: Vec<String>,
}

/// Where what is signed is stored.
#[derive(Debug, Args)]
pub(crate) struct StoringArguments {
    /// Where the bundle of a file or a folder is written [default: beside it, with the ending `.sigstore.json`]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) beside: BesideArguments,
}

/// How something is stored beside an image.
#[derive(Debug, Args)]
pub(crate) struct BesideArguments {
    /// How signatures and attestations of an image are stored
    #[arg(long, value_enum, value_name = "LAYOUT", default_value = "bundle")]
    pub(crate) layout: StoredAs,
    #[command(flatten)]
    pub(crate) registries: RegistryArguments,
}

#[derive(Debug, Args)]
pub(crate) struct SignArguments {
    /// Image of a registry, file, or folder of policies
    #[arg(value_name = "TARGET", required_unless_present = "new_key")]
    pub(crate) target: Option<String>,
    /// Make a new key instead: `NAME.key`, encrypted with the password, and `NAME.pub`
    #[arg(long, value_name = "NAME", conflicts_with_all = ["target", "key", "fulcio"])]
    pub(crate) new_key: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) signer: SignerArguments,
    #[command(flatten)]
    pub(crate) storing: StoringArguments,
}

#[derive(Debug, Args)]
pub(crate) struct AttestArguments {
    /// Image of a registry, or file
    #[arg(value_name = "TARGET")]
    pub(crate) target: String,
    /// File with the claim, as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) predicate: PathBuf,
    /// Type of the claim: `slsaprovenance`, `spdxjson`, `cyclonedx`, `openvex`, `vuln`, `link`, `custom` or a URI
    #[arg(long = "type", value_name = "TYPE", default_value = "custom")]
    pub(crate) predicate_type: String,
    #[command(flatten)]
    pub(crate) signer: SignerArguments,
    #[command(flatten)]
    pub(crate) storing: StoringArguments,
}

/// Whose signatures count.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Options for trust")]
pub(crate) struct TrustArguments {
    /// Public key that may have signed: a file of PEM, `env://NAME`, `pkcs11:…`, `awskms://…` or `hashivault://…`
    #[arg(long, value_name = "KEY")]
    pub(crate) key: Vec<String>,
    /// Who may have signed: the name in the certificate
    #[arg(long, value_name = "NAME", requires = "issuer", conflicts_with = "key")]
    pub(crate) certificate_identity: Option<String>,
    /// The same as a regular expression, which is found anywhere in the name
    #[arg(long, value_name = "REGEXP", requires = "issuer", conflicts_with_all = ["key", "certificate_identity"])]
    pub(crate) certificate_identity_regexp: Option<String>,
    /// Who must have vouched for the name
    #[arg(long, value_name = "URL", group = "issuer")]
    pub(crate) certificate_oidc_issuer: Option<String>,
    /// The same as a regular expression
    #[arg(long, value_name = "REGEXP", group = "issuer", conflicts_with = "certificate_oidc_issuer")]
    pub(crate) certificate_oidc_issuer_regexp: Option<String>,
    /// Root of trust: a file, or `public-good` for the one of sigstore that this program carries [default: none for
    /// keys, `public-good` for names]
    #[arg(long, value_name = "FILE")]
    pub(crate) trusted_root: Option<String>,
    /// Do not ask that a log of the root of trust holds the signature
    #[arg(long)]
    pub(crate) without_log: bool,
    /// Do not ask that a certificate log saw the certificate
    #[arg(long)]
    pub(crate) without_certificate_log: bool,
    /// Ask that a timestamp authority says when it was signed
    #[arg(long)]
    pub(crate) with_timestamp: bool,
}

/// How a verdict is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum VerdictFormat {
    /// For people
    Text,
    /// For programs
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArguments {
    /// Image of a registry, file, or folder of policies
    #[arg(value_name = "TARGET")]
    pub(crate) target: String,
    /// Bundle of a file or a folder [default: beside it, with the ending `.sigstore.json`]
    #[arg(long, value_name = "FILE")]
    pub(crate) bundle: Option<PathBuf>,
    /// Ask for an attestation of this type, and not for a signature: one of the words of `attest --type`, `gate`, or a URI
    #[arg(long, value_name = "TYPE")]
    pub(crate) attestation: Option<String>,
    /// File with policies that say whose signatures images must have, of policy-controller or of Kyverno [default, where
    /// neither key nor identity is named: `trust` in `sekisho.yaml`]
    #[arg(long, value_name = "FILE", conflicts_with_all = ["key", "issuer", "attestation", "bundle"])]
    pub(crate) policy: Vec<PathBuf>,
    /// Bundle of policies whose `sekisho.yaml` says whose signatures images must have; conditions know it as `bundle`
    #[arg(long, value_name = "SOURCE", conflicts_with_all = ["key", "issuer", "attestation", "bundle", "policy", "config"])]
    pub(crate) policy_bundle: Option<String>,
    #[command(flatten)]
    pub(crate) reading: SourceArguments,
    /// File with the object that the image is for, which policies of policy-controller may ask for
    #[arg(long, value_name = "FILE")]
    pub(crate) object: Option<PathBuf>,
    /// Configuration file [default: `sekisho.yaml`, looked for upward from here]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) trust: TrustArguments,
    /// Output format
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: VerdictFormat,
    #[command(flatten)]
    pub(crate) registries: RegistryArguments,
}

#[derive(Debug, Args)]
pub(crate) struct GateArguments {
    /// Image of a registry
    #[arg(value_name = "IMAGE")]
    pub(crate) image: String,
    /// Bundle of policies that decides: a folder, `git+https://host/repository@reference#folder`, …; the `sekisho.yaml` at
    /// its root is the configuration, and no other is
    #[arg(long, value_name = "SOURCE")]
    pub(crate) bundle: String,
    /// Do not run the tests of the bundle
    #[arg(long)]
    pub(crate) without_tests: bool,
    /// Vulnerability database [default: the one that `sekisho db` put into its place, else the one in the program]
    #[arg(long, value_name = "FILE")]
    pub(crate) database: Option<PathBuf>,
    /// Where what was read of the image is kept, so that it can be judged again: a file, or an address of PostgreSQL
    /// [default: that of the bundle's `sekisho.yaml`, else `sekisho/inventories.db` in the folder for caches]
    #[arg(long, value_name = "DATABASE")]
    pub(crate) inventories: Option<String>,
    /// How old the vulnerability database may be
    #[arg(long, value_name = "DAYS", default_value_t = 7)]
    pub(crate) max_database_age: u32,
    /// For how many days the approval counts
    #[arg(long, value_name = "DAYS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=3_650))]
    pub(crate) valid_for: u32,
    /// A claim that is attested as well, where the image passes: `cyclonedx=bom.json`, `slsaprovenance1=build.json`
    #[arg(long, value_name = "TYPE=FILE")]
    pub(crate) attach: Vec<String>,
    /// Say what would be done, and sign nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Format in which findings are written
    #[arg(short, long, value_name = "FORMAT", default_value = "table", value_parser = super::words::formats())]
    pub(crate) format: Format,
    /// Write the findings to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Write one more report of the same run to a file; may be given more than once
    #[arg(long, value_name = "FORMAT=FILE")]
    pub(crate) report: Vec<FurtherReport>,
    /// Show every finding in full
    #[arg(short, long)]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) reading: SourceArguments,
    #[command(flatten)]
    pub(crate) signer: SignerArguments,
    #[command(flatten)]
    pub(crate) storing: BesideArguments,
}

impl TrustArguments {
    /// Whether somebody is named by an identity.
    pub(crate) fn names_an_identity(&self) -> bool {
        [
            &self.certificate_identity,
            &self.certificate_identity_regexp,
            &self.certificate_oidc_issuer,
            &self.certificate_oidc_issuer_regexp,
        ]
        .into_iter()
        .any(Option::is_some)
    }
}
