//! A small run: three files, four rules made for the tests, findings with everything a finding can have.

use sekisho_finding::{
    Confidence, Coverage, Finding, Persona, Rule, Severity, Skip, SkipReason, Suppression, SuppressionKind,
};
use sekisho_framework::{Cell, Layer, Mode, Phase};
use sekisho_inventory::Inventory;
use sekisho_manifest::workload::Container;
use sekisho_manifest::{Budget, Document, Format as Text, Node, Object, Source, SourceId, field, load};
use sekisho_posture::{Check, Examination, Examine, Found, Mend, Settings, examine};
use sekisho_report::{Catalogue, Format, Language, Options, Report};
use sekisho_risk::Action;

const WEB: &str = include_str!("../data/web.yaml");
const JOB: &str = include_str!("../data/job.yaml");

static PRIVILEGED: Check = Check {
    id: "privileged-container",
    title: "Container runs privileged",
    message: "container `{container}` runs privileged",
    variants: &[],
    remedy: "Remove `securityContext.privileged: true` and grant the one right that is needed",
    severity: Severity::Critical,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Container, Phase::Deploy, Mode::Preventive),
    controls: &["owasp-2025/K01", "cis-1.12/5.2.2", "pss/privileged", "attack/T1611"],
    cel: None,
    examine: Examine::Container(privileged),
};

static SECRET: Check = Check {
    id: "credential-in-environment",
    title: "Credential stands in an environment variable",
    message: "variable `{variable}` of container `{container}` holds a credential",
    variants: &[],
    remedy: "Put it into a Secret store and mount it as a file",
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::Default,
    cell: Cell::new(Layer::Code, Phase::Develop, Mode::Preventive),
    controls: &["owasp-2025/K03"],
    cel: None,
    examine: Examine::Container(secret),
};

static ESCALATION: Check = Check {
    id: "privilege-escalation",
    title: "Process may gain more rights than its parent",
    message: "container `{container}` lets its processes gain more rights than it started with",
    variants: &[("unset", "container `{container}` does not say `allowPrivilegeEscalation: false`")],
    remedy: "Set `allowPrivilegeEscalation: false`",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Container, Phase::Deploy, Mode::Preventive),
    controls: &["owasp-2025/K01", "pss/privilege-escalation"],
    cel: None,
    examine: Examine::Container(escalation),
};

static OWNER: Check = Check {
    id: "no-owner",
    title: "Object names no owner",
    message: "{kind} `{name}` names no owner",
    variants: &[],
    remedy: "Add the annotation `example.com/owner`",
    severity: Severity::Low,
    confidence: Confidence::Low,
    persona: Persona::Pedantic,
    cell: Cell::new(Layer::Cluster, Phase::Run, Mode::Detective),
    controls: &[],
    cel: None,
    examine: Examine::AnyObject(owner),
};

fn privileged<'a>(container: &'a Container<'a>, examination: &mut Examination<'a>) {
    let place = container.field(field!["securityContext", "privileged"]);
    if place.node().and_then(Node::as_bool) == Some(true) {
        let mend = Mend::risky("remove `privileged: true`").remove(&place);
        examination.report(
            Found::at(place).related(container.field(field!["image"]), "the image that runs so").mend(mend),
        );
    }
}

fn secret<'a>(container: &'a Container<'a>, examination: &mut Examination<'a>) {
    let place = container.field(field!["env"]);
    let count = place.node().map_or(0, |node| node.items().len());
    for index in 0..count {
        let variable = place.child(index);
        let name = variable.node().map_or("", |node| node.str("name"));
        if name.ends_with("PASSWORD") {
            examination.report(Found::at(variable.child("value")).arg("variable", name).secret());
        }
    }
}

fn escalation<'a>(container: &'a Container<'a>, examination: &mut Examination<'a>) {
    let place = container.field(field!["securityContext", "allowPrivilegeEscalation"]);
    if place.node().is_none() {
        let mend = Mend::safe("set `allowPrivilegeEscalation: false`").set(&place, false);
        examination.report(Found::at(place).variant("unset").mend(mend));
    }
}

fn owner<'a>(object: &'a Object, examination: &mut Examination<'a>) {
    if object.annotation("example.com/owner").is_none() {
        let found =
            Found::at(object.head()).arg("kind", object.kind.clone()).arg("name", object.name.clone());
        examination.report(found);
    }
}

/// Everything that a [`Report`] borrows.
pub(crate) struct Run {
    pub(crate) inventory: Inventory,
    pub(crate) findings: Vec<Finding>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) coverage: Coverage,
    pub(crate) actions: Vec<Action>,
    pub(crate) targets: Vec<String>,
    pub(crate) catalogue: Catalogue,
}

impl Run {
    /// A run over files given as name and text.
    pub(crate) fn over(files: &[(&str, &str)]) -> Self {
        Self::of(&[&PRIVILEGED, &SECRET, &ESCALATION, &OWNER], files)
    }

    /// A run of these checks over files given as name and text.
    pub(crate) fn of(checks: &[&'static Check], files: &[(&str, &str)]) -> Self {
        let mut objects = Vec::new();
        let mut sources = Vec::new();
        for (index, (name, text)) in (0..).zip(files) {
            let loaded = load(SourceId(index), text, Text::Detect, &Budget::default());
            assert!(loaded.errors.is_empty(), "{name}: {:?}", loaded.errors);
            objects.extend(loaded.documents.iter().flat_map(Document::objects));
            sources.push(Source::new(*name, *text));
        }
        let coverage = Coverage {
            files: files.len(),
            documents: objects.len(),
            objects: objects.len(),
            rules: checks.len(),
            ..Coverage::default()
        };
        let inventory = Inventory::new(sources, objects, "default");
        let mut findings = examine(&inventory, checks, &Settings::default());
        for finding in &mut findings {
            finding.risk = f64::from(10_u32.pow(finding.severity as u32));
        }
        findings.sort_by(|a, b| b.risk.total_cmp(&a.risk));
        Self {
            inventory,
            findings,
            rules: checks.iter().map(|check| check.rule()).collect(),
            coverage,
            actions: Vec::new(),
            targets: vec!["deploy".to_owned()],
            catalogue: Catalogue::new(Language::English),
        }
    }

    /// The fixed run of the snapshots.
    pub(crate) fn fixed() -> Self {
        let mut run = Self::over(&[("deploy/web.yaml", WEB), ("deploy/jobs/job.yaml", JOB)]);
        let last = run.findings.last_mut().expect("findings");
        last.suppressed = Some(Suppression {
            kind: SuppressionKind::Exception,
            reason: "owned by the platform team until 2026-12-31".to_owned(),
        });
        run.coverage.skipped = vec![
            Skip { path: "deploy/README.yaml".into(), line: None, reason: SkipReason::NotKubernetes },
            Skip { path: "charts/shop".into(), line: None, reason: SkipReason::NotRendered("Helm chart") },
            Skip {
                path: "deploy/broken.yaml".into(),
                line: Some(7),
                reason: SkipReason::Unreadable("a tab cannot begin a line".to_owned()),
            },
        ];
        run.actions = vec![
            Action {
                description: "remove `privileged: true`".into(),
                rules: vec!["privileged-container".into()],
                objects: 1,
                findings: 1,
                risk: 10_000.0,
                share: 0.81,
                command: None,
                automatic: false,
            },
            Action {
                description: "set `allowPrivilegeEscalation: false`".into(),
                rules: vec!["privilege-escalation".into()],
                objects: 2,
                findings: 3,
                risk: 300.0,
                share: 0.024,
                command: Some("sekisho fix --rule privilege-escalation deploy".to_owned()),
                automatic: true,
            },
        ];
        run
    }

    /// The same in another language.
    pub(crate) fn in_language(mut self, language: Language) -> Self {
        self.catalogue = Catalogue::new(language);
        self
    }

    /// The report of the run.
    pub(crate) fn report(&self) -> Report<'_> {
        Report {
            version: "1.2.3",
            targets: &self.targets,
            findings: &self.findings,
            rules: &self.rules,
            sources: self.inventory.sources(),
            coverage: &self.coverage,
            actions: &self.actions,
            fail_on: Some(Severity::High),
            catalogue: &self.catalogue,
            documentation: Some("https://sekisho.example/checks"),
            started: Some("2026-03-01T09:30:00Z"),
        }
    }

    /// The report in a format.
    pub(crate) fn write(&self, format: Format, options: &Options) -> String {
        let mut out = Vec::new();
        format.write(&self.report(), options, &mut out).expect("a vector takes everything");
        String::from_utf8(out).expect("reports are UTF-8")
    }
}
