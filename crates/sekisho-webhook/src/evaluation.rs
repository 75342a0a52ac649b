//! A review's way: body, request, facts, decision, answer; with limits on how many are under way and how long each
//! may take. What cannot be evaluated in a class that closes is refused, whatever the reason.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use sekisho_cluster::{BreakGlass, LapseList};
use sekisho_policy::{Bundle, Consequence, Decision, FailureClass, Request};
use serde_json::Value;
use smol_str::SmolStr;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

use crate::answer::{self, Refused};
use crate::body::{BodyError, Held};
use crate::endpoint::{Action, Endpoint};
use crate::facts::{Gathered, ImagesOfRequest};
use crate::glass::{Glass, Unbreakable, described, lift};
use crate::images::Images;
use crate::lapses::Lapses;
use crate::limits::Limits;
use crate::log::{Level, Log};
use crate::metrics::{Metrics, Result as Came};
use crate::policies::Policies;
use crate::review::{self, ReviewError};
use crate::trace::{Timeline, Tracer};

/// What answers reviews.
#[derive(Debug)]
pub struct Admission {
    policies: Arc<Policies>,
    limits: Limits,
    metrics: Arc<Metrics>,
    log: Log,
    /// The reviews that may be evaluated at once.
    permits: Arc<Semaphore>,
    /// What bodies may still take.
    pub(crate) room: Arc<AtomicUsize>,
    /// For whom refusals are lifted.
    glass: Box<dyn Glass>,
    /// Which images may not run any more; none where nobody tells.
    lapses: Option<Box<dyn Lapses>>,
    /// What looks images up; none: nobody does.
    images: Option<Arc<Images>>,
    /// What traces reviews; none: nobody does.
    tracer: Option<Arc<Tracer>>,
}

/// There was no time left.
struct Late;

/// What is sent back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

/// What an evaluation comes to.
enum Judged {
    /// There are images to be looked up first.
    Waits(Box<Pending>),
    Decided(Box<Request>, Decision),
    Malformed(ReviewError),
    /// There is nothing to judge by, for this reason.
    Unready(SmolStr, String),
}

/// A review that was read.
struct Pending {
    request: Request,
    bundle: Arc<Bundle>,
    gathered: Gathered,
}

/// How often images are looked up for one review: what changes an image for another comes before what verifies it.
const ROUNDS: u32 = 2;

/// How long before the answer must be there images are waited for no longer.
const RESERVE: Duration = Duration::from_millis(150);

/// Counts one while it lives.
struct Counted<'a>(&'a AtomicI64);

impl<'a> Counted<'a> {
    fn new(count: &'a AtomicI64) -> Self {
        count.fetch_add(1, Ordering::AcqRel);
        Self(count)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Admission {
    /// Answers by these policies, within limits.
    pub fn new(policies: Arc<Policies>, limits: Limits, log: Log) -> Self {
        Self {
            policies,
            limits,
            metrics: Arc::default(),
            log,
            permits: Arc::new(Semaphore::new(limits.evaluations.clamp(1, Semaphore::MAX_PERMITS))),
            room: Arc::new(AtomicUsize::new(limits.bytes)),
            glass: Box::new(Unbreakable),
            lapses: None,
            images: None,
            tracer: None,
        }
    }

    /// The same, with reviews traced.
    #[must_use]
    pub fn with_tracer(self, tracer: Tracer) -> Self {
        Self { tracer: Some(Arc::new(tracer)), ..self }
    }

    /// What traces reviews.
    pub(crate) fn tracer(&self) -> Option<&Arc<Tracer>> {
        self.tracer.as_ref()
    }

    /// The same, with images looked up for policies of trust.
    #[must_use]
    pub fn with_images(self, images: Images) -> Self {
        Self { images: Some(Arc::new(images)), ..self }
    }

    /// What looks images up.
    pub(crate) fn images(&self) -> Option<&Arc<Images>> {
        self.images.as_ref()
    }

    /// The same, with refusals lifted for whom glass is broken.
    #[must_use]
    pub fn with_glass(self, glass: impl Glass + 'static) -> Self {
        Self { glass: Box::new(glass), ..self }
    }

    /// The same, with new Pods refused of which an image may not run any more.
    #[must_use]
    pub fn with_lapses(self, lapses: impl Lapses + 'static) -> Self {
        Self { lapses: Some(Box::new(lapses)), ..self }
    }

    /// The images that may not run any more; none where nobody tells.
    pub(crate) fn lapses(&self) -> Option<Result<Arc<LapseList>, String>> {
        Some(self.lapses.as_ref()?.list())
    }

    /// The breaks of glass that are open.
    pub(crate) fn broken_glass(&self) -> Vec<BreakGlass> {
        self.glass.open(Timestamp::now())
    }

    /// The policies.
    pub fn policies(&self) -> &Arc<Policies> {
        &self.policies
    }

    /// What is counted.
    pub fn metrics(&self) -> &Arc<Metrics> {
        &self.metrics
    }

    /// The limits.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The log.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// Whether evaluations that nobody waits for hold everything up.
    pub(crate) fn is_stuck(&self) -> bool {
        usize::try_from(self.metrics.overdue.load(Ordering::Acquire)).unwrap_or(0) >= self.limits.evaluations
    }

    /// Answers a review whose body was read, or was not.
    pub(crate) async fn answer(
        self: &Arc<Self>,
        endpoint: Endpoint,
        body: Result<Held, BodyError>,
        deadline: Instant,
        timeline: &Timeline,
    ) -> (Reply, Came) {
        let held = match body {
            Ok(held) => held,
            Err(error) => return self.unread(endpoint, &error),
        };
        let uid = review::uid(&held.bytes);
        let in_flight = self.metrics.in_flight.load(Ordering::Acquire);
        if usize::try_from(in_flight).unwrap_or(0) >= self.limits.waiting {
            return shed(endpoint, uid.as_deref());
        }
        let counted = Counted::new(&self.metrics.in_flight);
        let mut judged = self
            .evaluated(deadline, timeline, move |admission, timeline| {
                let judged = admission.judge(endpoint, &held.bytes, timeline);
                drop(held);
                judged
            })
            .await;
        // Nobody is held up by a registry: others are evaluated meanwhile.
        for round in 1..=ROUNDS {
            let Ok(Some(Judged::Waits(pending))) = judged else { break };
            let left = deadline.saturating_duration_since(Instant::now());
            let patience = deadline.checked_sub(RESERVE.min(left / 4)).unwrap_or(deadline);
            let part = timeline.part("images");
            pending.gathered.images().look_up(patience).await;
            drop(part);
            if round == ROUNDS {
                pending.gathered.images().end();
            }
            judged = self
                .evaluated(deadline, timeline, move |admission, timeline| {
                    admission.decide(pending, endpoint, timeline)
                })
                .await;
        }
        drop(counted);
        match judged {
            Ok(judged) => self.written(endpoint, judged, uid.as_deref(), timeline),
            Err(Late) => late(endpoint, uid.as_deref()),
        }
    }

    /// Evaluates something when it is its turn; none where that panicked.
    async fn evaluated(
        self: &Arc<Self>,
        deadline: Instant,
        timeline: &Timeline,
        evaluate: impl FnOnce(&Self, &Timeline) -> Judged + Send + 'static,
    ) -> Result<Option<Judged>, Late> {
        let waiting = timeline.part("wait");
        let permit = timeout_at(deadline, Arc::clone(&self.permits).acquire_owned()).await;
        drop(waiting);
        let Ok(Ok(permit)) = permit else { return Err(Late) };
        let admission = Arc::clone(self);
        let timeline = timeline.clone();
        // It stays on the thread that read the review: handing it to another costs as much as judging it. The server
        // has threads beyond those that evaluate, so that deadlines are kept when all of these are busy.
        let mut task = tokio::spawn(async move {
            let judged = catch_unwind(AssertUnwindSafe(|| evaluate(&admission, &timeline)));
            drop(permit);
            judged.ok()
        });
        if let Ok(outcome) = timeout_at(deadline, &mut task).await {
            return Ok(outcome.ok().flatten());
        }
        let metrics = Arc::clone(&self.metrics);
        tokio::spawn(async move {
            let _overdue = Counted::new(&metrics.overdue);
            let _ = task.await;
        });
        Err(Late)
    }

    /// What the policies say. This is where time goes.
    fn judge(&self, endpoint: Endpoint, bytes: &[u8], timeline: &Timeline) -> Judged {
        let part = timeline.part("read");
        let read = review::read(bytes, &self.limits);
        drop(part);
        let request = match read {
            Ok(request) => request,
            Err(error) => return Judged::Malformed(error),
        };
        let Some(bundle) = self.policies.current() else {
            return Judged::Unready(request.uid, "no policies were loaded yet".to_owned());
        };
        let images = ImagesOfRequest::new(self.images.clone(), &request, Arc::clone(&bundle));
        let now = Timestamp::now().as_nanosecond();
        let part = timeline.part("facts");
        let gathered = Gathered::of(&request, &**self.policies.facts(), images, now);
        drop(part);
        let gathered = match gathered {
            Ok(gathered) => gathered,
            Err(error) => return Judged::Unready(request.uid, error.to_string()),
        };
        timeline.judged_by(&bundle);
        self.decide(Box::new(Pending { request, bundle, gathered }), endpoint, timeline)
    }

    /// Decides, unless there are images to be looked up first.
    fn decide(&self, pending: Box<Pending>, endpoint: Endpoint, timeline: &Timeline) -> Judged {
        let _part = timeline.part("evaluate");
        let mut decision = pending.bundle.decide(&pending.request, &pending.gathered, endpoint.scope());
        while pending.gathered.settle(&**self.policies.facts(), &pending.request) {
            decision = pending.bundle.decide(&pending.request, &pending.gathered, endpoint.scope());
        }
        if pending.gathered.images().wants_more() {
            return Judged::Waits(pending);
        }
        if let (Some(lapses), Action::Validate) = (&self.lapses, endpoint.action) {
            crate::lapses::judge(&**lapses, &pending.request, endpoint.class, &mut decision);
        }
        Judged::Decided(Box::new(pending.request), decision)
    }

    fn written(
        &self,
        endpoint: Endpoint,
        judged: Option<Judged>,
        uid: Option<&str>,
        timeline: &Timeline,
    ) -> (Reply, Came) {
        match judged {
            Some(Judged::Decided(request, mut decision)) => {
                self.metrics.decided(&decision);
                let glass = match decision.refusal {
                    Some(_) => self.glass.broken(&request.namespace, Timestamp::now()),
                    None => None,
                };
                let came = match (&glass, &decision.refusal) {
                    (Some(_), _) => Came::BrokenGlass,
                    (None, Some(_)) => Came::Denied,
                    (None, None) => Came::Allowed,
                };
                if let Some(glass) = &glass {
                    lift(&mut decision, glass);
                    self.log.line(Level::Warning, "broken glass", |fields| {
                        fields.insert("uid".to_owned(), request.uid.as_str().into());
                        fields.extend(described(glass));
                    });
                }
                self.told(endpoint, &request, &decision);
                timeline.decided(&request, &decision);
                (Reply { status: 200, body: answer::decided(&request.uid, &decision) }, came)
            }
            // The last round leaves nothing to wait for.
            Some(Judged::Waits(pending)) => {
                let message = "the request cannot be judged: its images were not looked up".to_owned();
                let refused = Refused { code: 500, reason: "InternalError", message };
                (closed(endpoint, Some(&pending.request.uid), &refused, 500), Came::Unready)
            }
            Some(Judged::Malformed(error)) => {
                (Reply { status: 400, body: error.to_string().into_bytes() }, Came::Malformed)
            }
            Some(Judged::Unready(uid, why)) => {
                let message = format!("the request cannot be judged: {why}");
                let refused = Refused { code: 500, reason: "InternalError", message };
                (closed(endpoint, Some(&uid), &refused, 500), Came::Unready)
            }
            None => {
                self.log.line(Level::Error, "panic", |fields| {
                    fields.insert("uid".to_owned(), uid.unwrap_or_default().into());
                });
                let message = "the request cannot be judged: the evaluation failed".to_owned();
                let refused = Refused { code: 500, reason: "InternalError", message };
                (closed(endpoint, uid, &refused, 500), Came::Panicked)
            }
        }
    }

    fn unread(&self, endpoint: Endpoint, error: &BodyError) -> (Reply, Came) {
        match error {
            BodyError::TooLarge(head) => {
                let message = format!("the review has more than {} bytes", self.limits.body);
                let refused = Refused { code: 413, reason: "RequestEntityTooLarge", message };
                (closed(endpoint, review::uid(head).as_deref(), &refused, 413), Came::TooLarge)
            }
            BodyError::Busy(head) => shed(endpoint, review::uid(head).as_deref()),
            BodyError::Late => {
                (Reply { status: 408, body: b"the body did not come in time".to_vec() }, Came::Late)
            }
            BodyError::Broken => {
                (Reply { status: 400, body: b"the body broke off".to_vec() }, Came::Malformed)
            }
        }
    }

    /// Says what came of a review, without anything that stands in the object.
    fn told(&self, endpoint: Endpoint, request: &Request, decision: &Decision) {
        let warns = decision.judged.iter().any(|judged| judged.follows == Consequence::Warns);
        let level = if decision.refusal.is_some() || warns { Level::Info } else { Level::Debug };
        self.log.line(level, "review", |fields| {
            let mut put = |key: &str, value: Value| {
                fields.insert(key.to_owned(), value);
            };
            let resource = &request.resource;
            put("uid", request.uid.as_str().into());
            put("action", endpoint.action_word().into());
            put("class", endpoint.class_word().into());
            put("operation", request.operation.as_str().into());
            put("group", resource.group.as_str().into());
            put("resource", resource.resource.as_str().into());
            put("subresource", request.subresource.as_str().into());
            put("namespace", request.namespace.as_str().into());
            put("name", request.name.as_str().into());
            put("user", request.user.name.as_str().into());
            put("dryRun", request.dry_run.into());
            put("allowed", decision.refusal.is_none().into());
            put("patched", (!decision.patch.is_empty()).into());
            let rules = decision.judged.iter().filter(|judged| judged.follows != Consequence::Nothing);
            let rules: Vec<Value> = rules.take(20).map(rule).collect();
            put("rules", rules.into());
        });
    }
}

fn shed(endpoint: Endpoint, uid: Option<&str>) -> (Reply, Came) {
    let message = "too many requests are being judged: try again".to_owned();
    let refused = Refused { code: 503, reason: "ServiceUnavailable", message };
    (closed(endpoint, uid, &refused, 503), Came::Shed)
}

fn late(endpoint: Endpoint, uid: Option<&str>) -> (Reply, Came) {
    let message = "the request could not be judged in time: try again".to_owned();
    let refused = Refused { code: 504, reason: "Timeout", message };
    (closed(endpoint, uid, &refused, 503), Came::Late)
}

/// Which rule, what followed, and where it stands.
fn rule(judged: &sekisho_policy::Judged) -> Value {
    let name = &judged.verdict.rule;
    let origin = judged.origin.as_ref();
    let provenance = origin.and_then(|origin| origin.provenance.as_ref());
    serde_json::json!({
        "kind": name.kind.as_str(),
        "policy": name.policy.as_str(),
        "rule": name.rule.as_str(),
        "follows": judged.follows.as_str(),
        "file": origin.map(|origin| origin.location.file.as_str()),
        "line": origin.map(|origin| origin.location.start.line),
        "bundle": provenance.map(|provenance| provenance.digest.as_str()),
        "commit": provenance.map(|provenance| provenance.commit.as_str()),
    })
}

/// What is answered where nobody judged: in a class that closes a refusal, so that not even a webhook configuration
/// that ignores failures lets the request pass; in one that leaves open an error, for the API server to go by.
fn closed(endpoint: Endpoint, uid: Option<&str>, refused: &Refused, status: u16) -> Reply {
    match (endpoint.class, uid) {
        (FailureClass::Closed, Some(uid)) => Reply { status: 200, body: answer::refused(uid, refused) },
        _ => Reply { status, body: refused.message.clone().into_bytes() },
    }
}

/// Until when an answer must be there, from now on.
pub(crate) fn deadline(limits: &Limits, patience: Option<Duration>) -> Instant {
    const LEAST: Duration = Duration::from_millis(20);
    let patience = patience.unwrap_or(limits.patience).min(Duration::from_secs(30));
    let margin = limits.margin.min(patience / 4);
    Instant::now() + patience.saturating_sub(margin).max(LEAST)
}
