//! `sekisho serve controller`: the audit of what exists, and policies that make, change and remove objects.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use sekisho_cluster::{Connection, Options as ConnectionOptions};
use sekisho_controller::{Answer, Controller, EffectLimits, Settings, StatusServer, SummaryForm};
use sekisho_policy::BundleOptions;
use sekisho_source::{Adopted, Follower, Step};
use sekisho_store::{BundleUse, StoreOptions, StoreTarget};
use sekisho_webhook::facts::Live as LiveFacts;
use sekisho_webhook::{Level, Log};
use sha2::{Digest as _, Sha256};

use crate::arguments::serve::{ControllerArguments, SummaryWord};
use crate::bundle::{Proven, SourceSettings, follower};
use crate::serve::events::Events;
use crate::serve::following::token;
use crate::terminal::{self, Status, Terminal};

/// How long a kind that is new may take until all of it is read.
const READING: Duration = Duration::from_secs(30);

pub(crate) fn run(arguments: ControllerArguments, terminal: &Terminal) -> Result<Status> {
    let log = Log::start(Level::Info, terminal::log)?;
    terminal::panics_without_words(&log);
    let Some(source) = arguments.following.bundle.clone() else {
        bail!("it is not said which policies to follow: name a source with `--bundle`");
    };
    let live = arguments.live.clone().live(terminal.offline);
    let connect = || -> Result<Connection> { Ok(live.connect()?.1) };
    let (access, connection) = live.connect()?;
    let asking = Connection::new(&access, &ConnectionOptions { retries: 0, ..ConnectionOptions::default() })?;
    let facts = Arc::new(LiveFacts::new(connect()?, asking, READING));
    let controller = Arc::new(Controller::new(connection, facts, settings(&arguments)?));

    let following = &arguments.following;
    let reading = SourceSettings {
        allowed_signers: following.allowed_signers.clone(),
        allow_rewrite: following.allow_rewrite,
        cache: following.cache.clone(),
        live: live.clone(),
    };
    let options = [BundleOptions::default(), BundleOptions::default()];
    let follower = Arc::new(follower(&source, &reading, options, !following.without_tests)?);
    if let Some(kept) = follower.resume() {
        install(&kept, &controller, &log);
    }
    let events = Events::new(following.events.as_deref(), "sekisho-controller", &live)?;
    take(&follower.step(), &follower, &controller, &events, &log);

    let address = arguments.status.unwrap_or(SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 8082));
    let token = following.bundle_token.as_deref().map(token).transpose()?;
    let status = status(address, token, &controller, &follower)?;
    let interval = Duration::from_secs(following.bundle_interval.max(1).into());
    let thread = thread::Builder::new().name("bundle".to_owned()).spawn({
        let (follower, controller, log) = (Arc::clone(&follower), Arc::clone(&controller), log.clone());
        move || follower.follow_from_now(interval, |step| take(step, &follower, &controller, &events, &log))
    })?;
    log.line(Level::Info, "controlling", |fields| {
        fields.insert("status".to_owned(), status.address().to_string().into());
        fields.insert("source".to_owned(), follower.health().source.into());
    });
    sekisho_webhook::on_end({
        let controller = Arc::clone(&controller);
        move || controller.stop()
    })?;
    controller.run(|words| {
        log.line(Level::Info, "controller", |fields| {
            fields.insert("says".to_owned(), words.into());
        });
    });
    follower.waker().stop();
    // A panic of the thread was shown where it happened.
    let _ = thread.join();
    Ok(Status::Clean)
}

fn settings(arguments: &ControllerArguments) -> Result<Settings> {
    let store = match &arguments.store_file {
        None => arguments.store.clone(),
        Some(path) => {
            Some(std::fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))?)
        }
    };
    let store = store.as_deref().map(|text| StoreTarget::read(text.trim())).transpose()?;
    let lease = match &arguments.lease {
        None => None,
        Some(text) => {
            let (namespace, name) = text
                .split_once('/')
                .with_context(|| format!("`{text}` names no lease: write NAMESPACE/NAME"))?;
            let host = std::env::var("HOSTNAME").unwrap_or_else(|_| "sekisho".to_owned());
            let identity =
                arguments.identity.clone().unwrap_or_else(|| format!("{host}-{}", std::process::id()));
            Some((namespace.to_owned(), name.to_owned(), identity))
        }
    };
    let form = arguments.summaries.map(|word| match word {
        SummaryWord::PolicyReport => SummaryForm::PolicyReport,
        SummaryWord::OpenReports => SummaryForm::OpenReports,
    });
    Ok(Settings {
        cluster: arguments.cluster_name.clone(),
        store: store.map(|target| (target, StoreOptions::default())),
        summaries: form.map(|form| (form, arguments.most_summaries.into())),
        effects: arguments.effects,
        cleanup: arguments.cleanup,
        dry_run: arguments.dry_run,
        limits: EffectLimits {
            a_minute: usize::try_from(arguments.most_effects).unwrap_or(usize::MAX),
            ..EffectLimits::default()
        },
        removals: usize::try_from(arguments.most_removals).unwrap_or(usize::MAX),
        lease,
        retention: i64::from(arguments.retention) * 86_400,
    })
}

fn status(
    address: SocketAddr,
    token: Option<String>,
    controller: &Arc<Controller>,
    follower: &Arc<Follower<Proven>>,
) -> Result<StatusServer> {
    let (controller, follower) = (Arc::clone(controller), Arc::clone(follower));
    let server = StatusServer::start(address, move |method, path, authorization| {
        let answer = |status, text: String| Answer { status, text };
        match (method, path) {
            ("GET", "/livez" | "/healthz") => answer(200, "live\n".to_owned()),
            ("GET", "/readyz") => {
                let (standing, health) = (controller.standing(), follower.health());
                let is_ready = health.is_ready() && standing.error.is_none();
                let unread =
                    standing.unread.iter().map(|(kind, why)| format!("{kind} cannot be followed: {why}\n"));
                let failed = standing.error.iter().chain(&standing.store).map(|why| format!("{why}\n"));
                let words: String =
                    std::iter::once(format!("{}\n", health.detail())).chain(unread).chain(failed).collect();
                answer(if is_ready { 200 } else { 503 }, words)
            }
            ("GET", "/metrics") => {
                answer(200, format!("{}{}", controller.metrics(), follower.health().metrics()))
            }
            ("POST", "/bundle") => {
                let given = authorization.strip_prefix("Bearer ").unwrap_or_default();
                match &token {
                    Some(token) if Sha256::digest(token) == Sha256::digest(given) => {
                        follower.waker().wake();
                        answer(202, String::new())
                    }
                    _ => answer(401, String::new()),
                }
            }
            _ => answer(404, String::new()),
        }
    });
    server.with_context(|| format!("cannot listen on `{address}`"))
}

fn take(
    step: &Step<Proven>,
    follower: &Follower<Proven>,
    controller: &Controller,
    events: &Events,
    log: &Log,
) {
    match step {
        Step::Same | Step::Refused(_, false) => {}
        Step::Adopted(adopted) => {
            install(adopted, controller, log);
            let provenance = &adopted.bundle.provenance;
            events.adopted(&provenance.source, adopted.bundle.digest().as_str(), log);
        }
        Step::Refused(reason, true) => {
            let source = follower.health().source;
            events.refused(&source, reason, log);
            log.line(Level::Error, "bundle refused", |fields| {
                fields.insert("source".to_owned(), source.into());
                fields.insert("reason".to_owned(), reason.clone().into());
            });
        }
    }
}

fn install(adopted: &Adopted<Proven>, controller: &Controller, log: &Log) {
    let provenance = &adopted.bundle.provenance;
    let used = BundleUse {
        digest: adopted.bundle.digest().to_string(),
        source: provenance.source.to_string(),
        reference: provenance.reference.to_string(),
        commit: provenance.commit.to_string(),
    };
    log.line(Level::Info, "bundle", |fields| {
        fields.insert("digest".to_owned(), used.digest.clone().into());
        fields.insert("commit".to_owned(), used.commit.clone().into());
    });
    controller.install(Arc::clone(&adopted.ready.policies), used);
}
