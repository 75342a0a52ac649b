//! `sekisho serve controller`: the audit of what exists, and policies that make, change and remove objects.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use sekisho_cluster::{Connection, LapseAction, Options as ConnectionOptions};
use sekisho_controller::{
    Answer, ApprovalSettings, Controller, EffectLimits, Settings, StatusServer, SummaryForm,
};
use sekisho_policy::BundleOptions;
use sekisho_source::{Adopted, Follower, Step};
use sekisho_store::{BundleUse, StoreOptions, StoreTarget};
use sekisho_webhook::facts::Live as LiveFacts;
use sekisho_webhook::{Level, Log};
use sha2::{Digest as _, Sha256};

use crate::arguments::serve::{ApprovalArguments, ControllerArguments, LapsedWord, SummaryWord};
use crate::bundle::{Proven, SourceSettings, follower};
use crate::serve::approvals::{Assess, With};
use crate::serve::events::Events;
use crate::serve::following::token;
use crate::target::image;
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
    let following = &arguments.following;
    let events = Events::new(following.events.as_deref(), "sekisho-controller", &live)?;
    let assess = assess(&arguments, terminal, &events, &log)?;
    let controller = Arc::new(Controller::new(connection, facts, settings(&arguments, assess.clone())?));
    let parts = Parts { controller: Arc::clone(&controller), assess, events, log: log.clone() };

    let reading = SourceSettings {
        allowed_signers: following.allowed_signers.clone(),
        allow_rewrite: following.allow_rewrite,
        cache: following.cache.clone(),
        artifacts: following.artifacts.clone(),
        live: live.clone(),
    };
    let options = [BundleOptions::default(), BundleOptions::default()];
    let follower = Arc::new(follower(&source, &reading, options, !following.without_tests)?);
    if let Some(kept) = follower.resume() {
        parts.install(&kept);
    }
    parts.take(&follower.step(), &follower);

    let address = arguments.status.unwrap_or(SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 8082));
    let token = following.bundle_token.as_deref().map(token).transpose()?;
    let status = status(address, token, &controller, &follower)?;
    let interval = Duration::from_secs(following.bundle_interval.max(1).into());
    let thread = thread::Builder::new().name("bundle".to_owned()).spawn({
        let follower = Arc::clone(&follower);
        move || follower.follow_from_now(interval, |step| parts.take(step, &follower))
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

/// Where results are kept, as it is named.
fn store(arguments: &ControllerArguments) -> Result<Option<String>> {
    Ok(match &arguments.store_file {
        None => arguments.store.clone(),
        Some(path) => {
            let text =
                std::fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))?;
            Some(text.trim().to_owned())
        }
    })
}

/// Who looks at images that run; none where that is not asked for.
fn assess(
    arguments: &ControllerArguments,
    terminal: &Terminal,
    events: &Events,
    log: &Log,
) -> Result<Option<Arc<Assess>>> {
    let wanted = &arguments.approvals;
    if !wanted.approvals {
        return Ok(None);
    }
    let Some(store) = store(arguments)? else {
        bail!("approvals need a place that outlasts this program: name one with `--store`");
    };
    let registries = &wanted.registries;
    let with = With {
        database: wanted.database.clone(),
        images: image::Settings {
            credentials: registries.registry_credentials.clone(),
            insecure: registries.insecure_registry.clone(),
            offline: terminal.offline,
            ..image::Settings::default()
        },
        secrets: wanted.pull_secrets,
        inventories: wanted.inventories.clone().unwrap_or(store),
        live: arguments.live.clone().live(terminal.offline),
        events: events.clone(),
        log: log.clone(),
    };
    Ok(Some(Arc::new(Assess::new(with)?)))
}

/// How approvals are looked after.
fn approvals(wanted: &ApprovalArguments, assessor: Arc<Assess>) -> Result<ApprovalSettings> {
    let named = |text: &String| -> Result<(String, String)> {
        let (namespace, name) = text
            .split_once('/')
            .with_context(|| format!("`{text}` names no ConfigMap: write NAMESPACE/NAME"))?;
        Ok((namespace.to_owned(), name.to_owned()))
    };
    let action = match wanted.lapsed {
        LapsedWord::Report => LapseAction::Report,
        LapsedWord::Warn => LapseAction::Warn,
        LapsedWord::Deny => LapseAction::Deny,
    };
    let list = wanted.lapsed_list.as_ref().map(named).transpose()?;
    if action != LapseAction::Report && list.is_none() {
        bail!("the webhook must be told of lapsed approvals: name a ConfigMap with `--lapsed-list`");
    }
    Ok(ApprovalSettings {
        assessor,
        action,
        grace: Duration::from_hours(wanted.grace.into()),
        interval: Duration::from_secs(wanted.approvals_interval.max(1).into()),
        list,
    })
}

fn settings(arguments: &ControllerArguments, assess: Option<Arc<Assess>>) -> Result<Settings> {
    let store = store(arguments)?.map(|text| StoreTarget::read(&text)).transpose()?;
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
        approvals: assess.map(|assess| approvals(&arguments.approvals, assess)).transpose()?,
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
                let failed = standing
                    .error
                    .iter()
                    .chain(&standing.store)
                    .chain(&standing.unjudged)
                    .chain(&standing.clock)
                    .map(|why| format!("{why}\n"));
                let current = follower.current();
                let left =
                    current.iter().flat_map(|adopted| &adopted.ready.left).map(|why| format!("{why}\n"));
                let detail = std::iter::once(format!("{}\n", health.detail()));
                let words: String = detail.chain(left).chain(unread).chain(failed).collect();
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

/// What hears of bundles.
struct Parts {
    controller: Arc<Controller>,
    assess: Option<Arc<Assess>>,
    events: Events,
    log: Log,
}

impl Parts {
    fn take(&self, step: &Step<Proven>, follower: &Follower<Proven>) {
        match step {
            Step::Same | Step::Refused(_, false) => {}
            Step::Adopted(adopted) => {
                self.install(adopted);
                let provenance = &adopted.bundle.provenance;
                self.events.adopted(&provenance.source, adopted.bundle.digest().as_str(), &self.log);
            }
            Step::Refused(reason, true) => {
                let source = follower.health().source;
                self.events.refused(&source, reason, &self.log);
                self.log.line(Level::Error, "bundle refused", |fields| {
                    fields.insert("source".to_owned(), source.into());
                    fields.insert("reason".to_owned(), reason.clone().into());
                });
            }
        }
    }

    fn install(&self, adopted: &Adopted<Proven>) {
        let provenance = &adopted.bundle.provenance;
        let used = BundleUse {
            digest: adopted.bundle.digest().to_string(),
            source: provenance.source.to_string(),
            reference: provenance.reference.to_string(),
            commit: provenance.commit.to_string(),
        };
        self.log.line(Level::Info, "bundle", |fields| {
            fields.insert("digest".to_owned(), used.digest.clone().into());
            fields.insert("commit".to_owned(), used.commit.clone().into());
        });
        for reason in &adopted.ready.left {
            self.log.line(Level::Error, "policy left out", |fields| {
                fields.insert("reason".to_owned(), reason.as_str().into());
            });
        }
        if let Some(assess) = &self.assess {
            assess.install(&adopted.bundle);
        }
        self.controller.install(Arc::clone(&adopted.ready.policies), used);
    }
}
