//! A bundle that is followed: what can be used counts from then on, what cannot is said, and the last good one stays.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use sekisho_source::{Adopted, Follower, Step};
use sekisho_webhook::{Call, Level, Log, Policies, Revision};

use crate::arguments::serve::FollowArguments;
use crate::bundle::{Proven, SourceSettings, follower};
use crate::live::Live;
use crate::serve::events::Events;
use crate::serve::files::Files;

/// A bundle that is followed.
pub(crate) struct Following {
    follower: Follower<Proven>,
    interval: Duration,
    token: Option<String>,
    events: Events,
}

impl Following {
    /// As the options say; none where they name no bundle.
    pub(crate) fn new(arguments: &FollowArguments, files: &Files, live: Live) -> Result<Option<Self>> {
        let Some(source) = &arguments.bundle else { return Ok(None) };
        let settings = SourceSettings {
            allowed_signers: arguments.allowed_signers.clone(),
            allow_rewrite: arguments.allow_rewrite,
            cache: arguments.cache.clone(),
            artifacts: arguments.artifacts.clone(),
            live: live.clone(),
        };
        let events = Events::new(arguments.events.as_deref(), "sekisho-admission", &live)?;
        let token = arguments.bundle_token.as_deref().map(token).transpose()?;
        let (says, does_not) = (files.bundle_options(true), files.bundle_options(false));
        let follower = follower(source, &settings, [does_not, says], !arguments.without_tests)?;
        let interval = Duration::from_secs(arguments.bundle_interval.max(1).into());
        Ok(Some(Self { follower, interval, token, events }))
    }

    /// Takes up what was kept, then reads the source once, so that the start has what there is.
    pub(crate) fn begin(&self, policies: &Policies, log: &Log) {
        if let Some(kept) = self.follower.resume() {
            install(&kept, policies, log);
        }
        self.take(&self.follower.step(), policies, log);
    }

    /// Follows until it is stopped.
    pub(crate) fn follow(&self, policies: &Policies, log: &Log) {
        self.follower.follow_from_now(self.interval, |step| self.take(step, policies, log));
    }

    /// Ends the following.
    pub(crate) fn stop(&self) {
        self.follower.waker().stop();
    }

    /// What has the source read at once; none where nobody has a token.
    pub(crate) fn call(&self) -> Option<Call> {
        let waker = self.follower.waker();
        self.token.clone().map(|token| Call::new(token, move || waker.wake()))
    }

    fn take(&self, step: &Step<Proven>, policies: &Policies, log: &Log) {
        match step {
            Step::Same => match self.follower.current() {
                // What policies look at could not be had when it was new.
                Some(adopted) if !policies.is(&adopted.ready.policies) => install(&adopted, policies, log),
                Some(adopted) if !adopted.ready.left.is_empty() => {}
                _ => policies.confirm(),
            },
            Step::Adopted(adopted) => {
                install(adopted, policies, log);
                let provenance = &adopted.bundle.provenance;
                self.events.adopted(&provenance.source, adopted.bundle.digest().as_str(), log);
            }
            Step::Refused(reason, first) => {
                policies.refuse(None, reason.clone());
                if *first {
                    let source = self.follower.health().source;
                    self.events.refused(&source, reason, log);
                    log.line(Level::Error, "bundle refused", |fields| {
                        fields.insert("source".to_owned(), source.into());
                        fields.insert("reason".to_owned(), reason.clone().into());
                    });
                }
            }
        }
    }
}

fn install(adopted: &Adopted<Proven>, policies: &Policies, log: &Log) {
    let provenance = &adopted.bundle.provenance;
    let revision = Revision {
        source: provenance.source.to_string(),
        digest: adopted.bundle.digest().to_string(),
        commit: provenance.commit.to_string(),
    };
    let left = adopted.ready.left.join("; ");
    match policies.install(Arc::clone(&adopted.ready.policies), revision.clone()) {
        Ok(()) => {
            log.line(Level::Info, "bundle", |fields| {
                fields.insert("source".to_owned(), provenance.source.as_str().into());
                fields.insert("digest".to_owned(), adopted.bundle.digest().as_str().into());
                fields.insert("commit".to_owned(), provenance.commit.as_str().into());
                fields.insert("tests".to_owned(), adopted.ready.tests.into());
            });
            if !left.is_empty() {
                log.line(Level::Error, "policies left out", |fields| {
                    fields.insert("reason".to_owned(), left.clone().into());
                });
                policies.refuse(Some(revision), left);
            }
        }
        Err(error) => log.line(Level::Error, "bundle refused", |fields| {
            fields.insert("reason".to_owned(), error.to_string().into());
        }),
    }
}

/// The token of a file.
pub(crate) fn token(path: &Path) -> Result<String> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let token = text.trim();
    if token.len() < 16 {
        bail!("the token in `{}` is shorter than 16 characters: make a longer one", path.display());
    }
    Ok(token.to_owned())
}
