//! The options and the configuration of the webhook as what it is made of.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use sekisho_cluster::{Access, Connection, Identity, Options};
use sekisho_notification::{NotificationError, Traces};
use sekisho_policy::{Need, Snapshot};
use sekisho_registry::Credentials;
use sekisho_webhook::facts::{FactSource, Fixed, Live};
use sekisho_webhook::tls::{
    CertificateSource, ClientSource, Clients, Folder, Given, InSecret, Own, Publication, Rotation, Store,
};
use sekisho_webhook::{Addresses, ImageLimits, Images, Level, Limits, Log, Registries, Tracer};

use crate::arguments::serve::{AdmissionArguments, LogLevel};
use crate::config::document::Admission;
use crate::policy::Resources;

/// Names that a certificate is for where none is given.
const NAMES: [&str; 3] = ["sekisho-admission.sekisho.svc", "localhost", "127.0.0.1"];

/// How long a kind that is new may take until all of it is read.
const READING: Duration = Duration::from_secs(30);

/// The share of reviews that are traced where nobody says.
const SHARE: f64 = 0.01;

/// How long a single question to the API server may take while a review waits for it.
const QUESTION: Duration = Duration::from_millis(1_500);

/// Where to listen.
pub(crate) fn addresses(arguments: &AdmissionArguments, configured: &Admission) -> Result<Addresses> {
    let read = |given: Option<SocketAddr>, said: Option<&String>, port: u16| -> Result<SocketAddr> {
        let usual = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), port);
        match (given, said) {
            (Some(given), _) => Ok(given),
            (None, Some(said)) => said.parse().with_context(|| format!("`{said}` is no address with a port")),
            (None, None) => Ok(usual),
        }
    };
    Ok(Addresses {
        webhook: read(arguments.listen, configured.listen.as_ref(), 8443)?,
        status: Some(read(arguments.status, configured.status.as_ref(), 8081)?),
    })
}

/// The limits.
pub(crate) fn limits(arguments: &AdmissionArguments, configured: &Admission) -> Limits {
    let usual = Limits::default();
    let said = &configured.limits;
    let seconds =
        |said: Option<u16>, usual: Duration| said.map_or(usual, |said| Duration::from_secs(said.into()));
    Limits {
        body: said.body_mebibytes.map_or(usual.body, |said| usize::from(said) << 20),
        patience: seconds(arguments.patience.or(said.patience_seconds), usual.patience),
        evaluations: said.evaluations.map_or(usual.evaluations, usize::from),
        waiting: said.waiting.map_or(usual.waiting, usize::from),
        connections: said.connections.map_or(usual.connections, usize::from),
        notice: seconds(said.notice_seconds, usual.notice),
        drain: seconds(said.drain_seconds, usual.drain),
        ..usual
    }
}

/// How much to log.
pub(crate) fn level(arguments: &AdmissionArguments, configured: &Admission) -> Result<Level> {
    let said = match configured.log.as_deref() {
        None | Some("info") => Level::Info,
        Some("debug") => Level::Debug,
        Some("warning") => Level::Warning,
        Some("error") => Level::Error,
        Some(other) => bail!("`{other}` is no level of the log: use debug, info, warning or error"),
    };
    Ok(match arguments.log {
        None => said,
        Some(LogLevel::Debug) => Level::Debug,
        Some(LogLevel::Info) => Level::Info,
        Some(LogLevel::Warning) => Level::Warning,
        Some(LogLevel::Error) => Level::Error,
    })
}

/// What policies look at beside requests.
pub(crate) struct Looked {
    pub(crate) facts: Arc<dyn FactSource>,
    /// The cluster, where they are its.
    pub(crate) live: Option<Arc<Live>>,
}

/// How the cluster is reached.
#[derive(Debug)]
pub(crate) struct Reach<'a> {
    pub(crate) arguments: &'a AdmissionArguments,
    pub(crate) offline: bool,
}

impl Reach<'_> {
    /// How a source of policies in a cluster is reached.
    pub(crate) fn live(&self) -> crate::live::Live {
        self.arguments.live.clone().live(self.offline)
    }

    /// A connection that waits so long.
    fn connection(&self, patience: Duration, retries: u32) -> Result<Connection> {
        if self.offline {
            bail!("`--offline` forbids the connection to the cluster: give objects with `--facts`");
        }
        let live = &self.arguments.live;
        let access = Access::find(live.kubeconfig.as_deref(), live.context.as_deref())?;
        let identity =
            Identity { user: live.user.clone(), groups: live.groups.clone(), ..Identity::default() };
        Ok(Connection::new(&access, &Options { identity, patience, retries })?)
    }

    /// A connection with the usual patience.
    pub(crate) fn usual(&self) -> Result<Connection> {
        let Options { patience, retries, .. } = Options::default();
        self.connection(patience, retries)
    }

    /// What policies look at beside requests.
    pub(crate) fn facts(&self, configured: &Admission) -> Result<Looked> {
        let files = or(&self.arguments.facts.facts, &configured.facts.files);
        if !files.is_empty() {
            let resources = Resources::read(&files)?;
            if let Some((place, why)) = resources.unread.first() {
                bail!("{place}: {why}");
            }
            let fixed = Fixed::new(Snapshot::new(&resources.objects, "default"));
            return Ok(Looked { facts: Arc::new(fixed), live: None });
        }
        let live = Arc::new(Live::new(self.usual()?, self.connection(QUESTION, 0)?, READING));
        Ok(Looked { facts: Arc::clone(&live) as Arc<dyn FactSource>, live: Some(live) })
    }

    /// What looks images up, for policies of trust.
    pub(crate) fn images(&self, configured: &Admission, facts: Arc<dyn FactSource>) -> Result<Images> {
        let (given, said) = (&self.arguments.images, &configured.images);
        let files = or(&given.registries.registry_credentials, &said.credentials);
        let insecure = or(&given.registries.insecure_registry, &said.insecure_registries);
        let credentials = Credentials::find(&files)?;
        let uses_pull_secrets = !given.no_pull_secrets && said.pull_secrets.unwrap_or(true);
        let registries = Registries::new(credentials, insecure, facts, uses_pull_secrets);
        let usual = ImageLimits::default();
        let seconds =
            |said: Option<u16>, usual: Duration| said.map_or(usual, |said| Duration::from_secs(said.into()));
        let limits = ImageLimits {
            lookups: said.lookups.map_or(usual.lookups, usize::from),
            approved_for: seconds(said.approved_seconds, usual.approved_for),
            refused_for: seconds(said.refused_seconds, usual.refused_for),
            ..usual
        };
        Ok(Images::new(registries, limits))
    }

    /// What traces reviews; none where no collector is named.
    pub(crate) fn tracer(&self, configured: &Admission, log: &Log) -> Result<Option<Tracer>> {
        let (given, said) = (&self.arguments.traces, &configured.traces);
        let Some(collector) = given.traces.as_ref().or(said.collector.as_ref()) else { return Ok(None) };
        if !sekisho_notification::is_collector(collector) {
            bail!("`{collector}` is no collector of traces: write `http://HOST:4318` or `https://…`");
        }
        if self.offline {
            bail!("`--offline` forbids the connection to the collector `{collector}`: leave out `--traces`");
        }
        let share = given.traces_share.or(said.share).unwrap_or(SHARE);
        if !(0.0..=1.0).contains(&share) {
            bail!("`{share}` is no share of reviews: write a number from 0 to 1");
        }
        let log = log.clone();
        let failed = move |error: &NotificationError| {
            log.line(Level::Warning, "traces", |fields| {
                fields.insert("reason".to_owned(), error.to_string().into());
            });
        };
        let traces = Traces::start(collector, "sekisho-admission", &crate::serve::instance(), failed)?;
        Ok(Some(Tracer::new(traces, share)))
    }

    /// The certificate to show.
    pub(crate) fn certificate(&self, configured: &Admission) -> Result<Box<dyn CertificateSource>> {
        let (given, said) = (&self.arguments.tls, &configured.tls);
        let is_given =
            given.tls_certificate.is_some() || given.tls_folder.is_some() || given.tls_secret.is_some();
        let pick = |one: &Option<PathBuf>, other: &Option<PathBuf>| {
            one.clone().or_else(|| other.clone().filter(|_| !is_given))
        };
        let chain = pick(&given.tls_certificate, &said.certificate);
        let key = pick(&given.tls_key, &said.key);
        if let (Some(chain), Some(key)) = (chain, key) {
            return Ok(Box::new(Given::new(chain, key)));
        }
        let secret = given.tls_secret.clone().or_else(|| said.secret.clone().filter(|_| !is_given));
        let store: Box<dyn Store> = if let Some(folder) = pick(&given.tls_folder, &said.folder) {
            Box::new(Folder::new(folder))
        } else if let Some(secret) = secret {
            let Some((namespace, name)) = secret.split_once('/') else {
                bail!("`{secret}` names no Secret: write NAMESPACE/NAME");
            };
            let publish = or(&given.publish, &said.publish);
            let publications = publish.iter().map(|text| publication(text)).collect::<Result<_>>()?;
            Box::new(InSecret::new(self.usual()?, namespace, name, publications))
        } else {
            bail!(
                "there is no certificate to show: give `--tls-certificate` and `--tls-key`, or have an authority \
                 kept by `--tls-folder` or `--tls-secret`"
            );
        };
        let names = or(&given.tls_name, &said.names);
        let names = if names.is_empty() { NAMES.map(str::to_owned).to_vec() } else { names };
        Ok(Box::new(Own::new(store, names, Rotation::default())))
    }

    /// Who may call.
    pub(crate) fn clients(&self, configured: &Admission) -> Result<Clients> {
        let (given, said) = (&self.arguments.callers, &configured.callers);
        let names = or(&given.client_name, &said.names);
        let trusted = |source| Ok(Clients::Trusted { source, names: names.clone() });
        let is_given = given.client_ca.is_some() || given.client_ca_of_cluster || given.any_client;
        let file = given.client_ca.as_ref().or(said.file.as_ref().filter(|_| !is_given));
        if let Some(file) = file {
            trusted(ClientSource::File(file.clone()))
        } else if given.client_ca_of_cluster || (said.of_cluster && !is_given) {
            trusted(ClientSource::Cluster(self.usual()?))
        } else if given.any_client || said.anyone {
            Ok(Clients::Anyone)
        } else {
            bail!(
                "it is not said who may call: name authorities with `--client-ca` or `--client-ca-of-cluster`, or \
                 answer everyone with `--any-client`"
            );
        }
    }

    /// The kinds that policies look at though they do not say so.
    pub(crate) fn kinds(&self, configured: &Admission) -> Result<Vec<Need>> {
        let said = or(&self.arguments.facts.fact_kind, &configured.facts.kinds);
        said.iter()
            .map(|text| {
                let (version, kind) = text
                    .rsplit_once('/')
                    .with_context(|| format!("`{text}` names no kind: write VERSION/KIND"))?;
                Ok(Need::kind(version, kind))
            })
            .collect()
    }
}

/// What is given, else what is configured.
fn or<T: Clone>(given: &[T], configured: &[T]) -> Vec<T> {
    if given.is_empty() { configured.to_vec() } else { given.to_vec() }
}

fn publication(text: &str) -> Result<Publication> {
    let (mutating, name) = match text.split_once('/') {
        Some(("validating", name)) => (false, name),
        Some(("mutating", name)) => (true, name),
        _ => bail!("`{text}` names no webhook configuration: write validating/NAME or mutating/NAME"),
    };
    Ok(Publication { mutating, name: name.to_owned() })
}

/// The paths of the configuration, as seen from where the command runs.
pub(crate) fn placed(configured: &mut Admission, folder: &Path) {
    let place = |path: &mut PathBuf| *path = folder.join(&*path);
    configured.policies.iter_mut().for_each(place);
    configured.facts.files.iter_mut().for_each(place);
    configured.images.credentials.iter_mut().for_each(place);
    let single = [
        &mut configured.tls.certificate,
        &mut configured.tls.key,
        &mut configured.tls.folder,
        &mut configured.callers.file,
    ];
    single.into_iter().flatten().for_each(place);
}
