//! `sekisho serve admission`: the webhook.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use sekisho_policy::Options;
use sekisho_policy::admission::LoadOptions;
use sekisho_trust::PUBLIC_GOOD_NAME;
use sekisho_webhook::facts::Live;
use sekisho_webhook::tls::Serving;
use sekisho_webhook::{Admission, Level, LiveGlass, LiveLapses, Log, Policies, Server};

use crate::arguments::pod_security;
use crate::arguments::serve::AdmissionArguments;
use crate::config::Config;
use crate::policy::{self, trusted};
use crate::serve::files::Files;
use crate::serve::following::Following;
use crate::serve::settings::{self, Looked, Reach};
use crate::signature::trust::root_of;
use crate::terminal::{self, Status, Terminal};

/// How often the certificate and whom to trust are looked at.
const CERTIFICATES: Duration = Duration::from_secs(10);

/// How often kinds are looked for that the API server did not have.
const KINDS: Duration = Duration::from_secs(30);

pub(crate) fn run(arguments: AdmissionArguments, terminal: &Terminal) -> Result<Status> {
    let mut config = Config::find(arguments.config.as_deref(), Path::new("."))?;
    let folder = config.source.as_ref().and_then(|source| Path::new(source.name.as_str()).parent());
    let folder = folder.map(Path::to_owned).unwrap_or_default();
    let mut configured = std::mem::take(&mut config.document.admission);
    settings::placed(&mut configured, &folder);

    let log = Log::start(settings::level(&arguments, &configured)?, terminal::log)?;
    terminal::panics_without_words(&log);
    let reach = Reach { arguments: &arguments, offline: terminal.offline };
    let mut files = files(&arguments, configured.policies.clone(), &configured.pod_security)?;
    let configuration = trusted::of_config(&config);
    let Looked { facts, live } = reach.facts(&configured)?;
    let images = reach.images(&configured, Arc::clone(&facts))?;
    let policies = Arc::new(Policies::new(facts, reach.kinds(&configured)?));
    files.configuration = configuration.filter(|one| !files.names(one.source.name.as_str()));
    let state = files.state();
    let following = Following::new(&arguments.following, &files, reach.live())?.map(Arc::new);
    if let Some(following) = &following {
        following.begin(&policies, &log);
    } else {
        let (bundle, revision) = files.load()?;
        policies.install(bundle, revision)?;
    }
    let serving = Arc::new(Serving::new(reach.certificate(&configured)?, reach.clients(&configured)?)?);
    let limits = settings::limits(&arguments, &configured);
    let mut admission = Admission::new(Arc::clone(&policies), limits, log.clone()).with_images(images);
    if let Some(namespace) = &arguments.break_glass {
        admission = admission.with_glass(LiveGlass::start(&reach.usual()?, namespace, &log)?);
    }
    if let Some(text) = &arguments.lapsed_list {
        let (namespace, name) = text
            .split_once('/')
            .with_context(|| format!("`{text}` names no ConfigMap: write NAMESPACE/NAME"))?;
        admission = admission.with_lapses(LiveLapses::start(&reach.usual()?, namespace, name, &log)?);
    }
    if let Some(tracer) = reach.tracer(&configured, &log)? {
        admission = admission.with_tracer(tracer);
    }
    let admission = Arc::new(admission);
    let server =
        Server::bind(settings::addresses(&arguments, &configured)?, admission, Arc::clone(&serving))?;

    let server = match following.as_ref().and_then(|following| following.call()) {
        Some(call) => server.with_call(call),
        None => server,
    };
    let interval = arguments.interval.or(configured.interval_seconds).unwrap_or(2).max(1);
    let upkeep = Upkeep {
        files: Some(files).filter(|_| following.is_none()),
        state,
        policies: Arc::clone(&policies),
        serving,
        live,
        interval: Duration::from_secs(interval.into()),
        log: log.clone(),
    };
    let follower = match &following {
        None => None,
        Some(following) => {
            let (following, policies, log) = (Arc::clone(following), Arc::clone(&policies), log.clone());
            let thread = thread::Builder::new().name("bundle".to_owned());
            Some(thread.spawn(move || following.follow(&policies, &log))?)
        }
    };
    let (end, ended) = channel::<()>();
    let upkeep = thread::Builder::new().name("upkeep".to_owned()).spawn(move || upkeep.run(&ended))?;
    log.line(Level::Info, "serving", |fields| {
        let address = |address: Option<std::net::SocketAddr>| address.map(|address| address.to_string());
        fields.insert("address".to_owned(), address(server.address().ok()).into());
        fields.insert("status".to_owned(), address(server.status_address()).into());
        fields.insert("policies".to_owned(), policies.standing().policies.into());
    });
    server.run();
    drop(end);
    if let (Some(following), Some(follower)) = (following, follower) {
        following.stop();
        let _ = follower.join();
    }
    // A panic of the thread was shown where it happened.
    let _ = upkeep.join();
    Ok(Status::Clean)
}

fn files(
    arguments: &AdmissionArguments,
    configured: Vec<std::path::PathBuf>,
    levels: &[String],
) -> Result<Files> {
    let mut wanted = arguments.pod_security.clone();
    if wanted.is_empty() {
        for level in levels {
            wanted.push(level.parse().with_context(|| "`admission.podSecurity` of the configuration")?);
        }
    }
    let kyverno = sekisho_kyverno::Settings { now: policy::now(), ..Default::default() };
    Ok(Files {
        paths: if arguments.policy.is_empty() { configured } else { arguments.policy.clone() },
        options: Options {
            admission: LoadOptions { unbound: arguments.unbound, ..LoadOptions::default() },
            pod_security: pod_security::preset(&wanted)?,
            kyverno: kyverno.into(),
            ..Options::default()
        },
        settings: arguments.modules.settings(),
        labels_count: !arguments.no_pod_security,
        configuration: None,
        public_good: Some(Arc::new(root_of(Some(PUBLIC_GOOD_NAME))?)),
    })
}

/// What is looked after while the server runs.
struct Upkeep {
    /// None where a bundle is followed.
    files: Option<Files>,
    /// The files as they were when they were read last.
    state: u64,
    policies: Arc<Policies>,
    serving: Arc<Serving>,
    live: Option<Arc<Live>>,
    interval: Duration,
    log: Log,
}

impl Upkeep {
    fn run(mut self, ended: &Receiver<()>) {
        let (mut certificates, mut kinds) = (Instant::now(), Instant::now());
        while matches!(ended.recv_timeout(self.interval), Err(RecvTimeoutError::Timeout)) {
            self.follow();
            if certificates.elapsed() >= CERTIFICATES.min(self.interval * 5) {
                certificates = Instant::now();
                self.renew();
            }
            if kinds.elapsed() >= KINDS {
                kinds = Instant::now();
                if let Some(live) = &self.live {
                    live.retry();
                }
            }
        }
    }

    /// Takes policies that have changed; those that cannot be used do not take the place of those that can.
    fn follow(&mut self) {
        let Some(files) = &self.files else { return };
        let state = files.state();
        if state == self.state {
            return;
        }
        self.state = state;
        let counted = self.policies.standing().revision;
        let (event, level, words) = match files.load() {
            Ok((_, revision)) if Some(&revision) == counted.as_ref() => {
                self.policies.confirm();
                return;
            }
            Ok((bundle, revision)) => {
                let digest = revision.digest.clone();
                match self.policies.install(bundle, revision) {
                    Ok(()) => ("policies", Level::Info, digest),
                    Err(error) => ("policies refused", Level::Error, error.to_string()),
                }
            }
            Err(error) => {
                let why = format!("{error:#}");
                self.policies.refuse(None, why.clone());
                ("policies refused", Level::Error, why)
            }
        };
        self.log.line(level, event, |fields| {
            let key = if level == Level::Info { "digest" } else { "reason" };
            fields.insert(key.to_owned(), words.into());
        });
    }

    /// Takes certificates that have changed.
    fn renew(&self) {
        match self.serving.refresh() {
            Ok(false) => {}
            Ok(true) => self.log.line(Level::Info, "certificate", |fields| {
                fields.insert("notAfter".to_owned(), self.serving.not_after().into());
            }),
            Err(error) => self.log.line(Level::Error, "certificate", |fields| {
                fields.insert("reason".to_owned(), error.to_string().into());
            }),
        }
    }
}
