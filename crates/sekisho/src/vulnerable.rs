//! Packages → findings about their vulnerabilities. What reads packages out of a target, whatever it is, hands them
//! here.

pub(crate) mod flaws;

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sekisho_advisory::vex::{self, Document};
use sekisho_advisory::{Budget, Rating, Severity as Rated, Status};
use sekisho_contents::{Contents, Package, Place};
use sekisho_finding::fault::{MALICIOUS_PACKAGE, VULNERABILITY};
use sekisho_finding::{
    Confidence, Finding, Fingerprint, Fix, Location, Rule, Safety, Severity, Skip, SkipReason, Subject,
    Suppression, SuppressionKind,
};
use sekisho_framework::{Cell, Layer, Mode, Phase};
use sekisho_manifest::{FieldPath, ObjectRef, Source, SourceId, Span};
use sekisho_version::PackageUrl;
use sekisho_vulnerability::vex::Verdict;
use sekisho_vulnerability::{Unjudged, Vulnerability, assess};
use smol_str::{SmolStr, format_smolstr};

use crate::advisories::{self, Found};

/// What a command asks for about vulnerabilities.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    /// The database, where it is not the usual one.
    pub(crate) database: Option<PathBuf>,
    /// Whether what no version fixes is left out.
    pub(crate) ignore_unfixed: bool,
    /// Only vulnerabilities of these severities; empty: of all.
    pub(crate) severities: Vec<Severity>,
    /// Files of what suppliers say.
    pub(crate) vex: Vec<PathBuf>,
    /// Whether nothing may be kept for the next run.
    pub(crate) keeps_nothing: bool,
}

/// Where packages were found.
#[derive(Debug)]
pub(crate) struct Whole<'w> {
    /// The name of the target as it is shown.
    pub(crate) name: &'w str,
    /// The folder that the paths of places count from, where it lies on this machine.
    pub(crate) folder: Option<&'w Path>,
    /// What the packages are a part of, for statements about it: the image.
    pub(crate) within: Vec<PackageUrl>,
    /// The workloads that run it.
    pub(crate) users: &'w [String],
}

impl Whole<'_> {
    /// The files that packages were read from, as they are shown.
    pub(crate) fn files(&self, contents: &Contents) -> BTreeSet<SmolStr> {
        let places = contents.packages.iter().flat_map(|package| &package.places);
        places.map(|place| shown(self, &place.path)).collect()
    }
}

/// What came of the packages of one target.
#[derive(Debug, Default)]
pub(crate) struct Judged {
    /// The findings, each with what its risk is multiplied by.
    pub(crate) findings: Vec<(Finding, f64)>,
    /// How many packages were looked up.
    pub(crate) packages: usize,
    /// Packages of which nothing can be said, and files that could not be read.
    pub(crate) skipped: Vec<Skip>,
}

/// The database and the statements of a run.
#[derive(Debug)]
pub(crate) struct Judge {
    /// The database.
    pub(crate) found: Found,
    wanted: Wanted,
    statements: Vec<Document>,
}

impl Judge {
    /// Opens what is needed.
    pub(crate) fn new(wanted: &Wanted) -> Result<Self> {
        let statements = statements(wanted)?;
        let found = advisories::find(wanted.database.as_deref(), !wanted.keeps_nothing)?;
        Ok(Self { found, wanted: wanted.clone(), statements })
    }

    /// The findings about the packages of one target. Files that findings stand in become sources.
    pub(crate) fn findings(
        &self,
        contents: &Contents,
        whole: &Whole<'_>,
        sources: &mut Vec<Source>,
    ) -> Judged {
        let assessment = assess(&self.found.database, contents);
        let mut places = Places::new(whole, sources);
        let mut judged = Judged { packages: assessment.judged, ..Judged::default() };
        for vulnerability in &assessment.vulnerabilities {
            if vulnerability.fix.is_none() && self.wanted.ignore_unfixed && !vulnerability.is_malicious {
                continue;
            }
            let severity = severity(vulnerability);
            if !self.wanted.severities.is_empty() && !self.wanted.severities.contains(&severity) {
                continue;
            }
            if let Some(mut finding) = places.finding(vulnerability, severity) {
                finding.suppressed = self.silenced(vulnerability, &whole.within);
                judged.findings.push((finding, weight(vulnerability)));
            }
        }
        judged.skipped.extend(contents.unread.iter().map(|unread| Skip {
            path: shown(whole, &unread.path),
            line: None,
            reason: SkipReason::Unreadable(unread.reason.clone()),
        }));
        let unjudged = assessment.unjudged.iter().filter(|(why, _)| **why != Unjudged::NoEcosystem);
        judged.skipped.extend(unjudged.map(|(why, count)| Skip {
            path: whole.name.into(),
            line: None,
            reason: SkipReason::Unjudged(because(*why, *count)),
        }));
        judged
    }

    fn silenced(&self, vulnerability: &Vulnerability<'_>, within: &[PackageUrl]) -> Option<Suppression> {
        let verdict = vulnerability.verdict(within, &self.statements).filter(Verdict::is_silencing)?;
        let statement = verdict.statement;
        let why = statement.justification.map_or(statement.status.name(), vex::Justification::name);
        let words = if statement.impact.is_empty() { &statement.action } else { &statement.impact };
        let mut reason = format!("VEX: {}", why.replace('_', " "));
        if !words.is_empty() {
            reason.push_str(", ");
            reason.push_str(words);
        }
        if !verdict.document.author.is_empty() {
            reason = format!("{reason} ({})", verdict.document.author);
        }
        Some(Suppression { kind: SuppressionKind::Exception, reason })
    }
}

/// What suppliers say.
pub(crate) fn statements(wanted: &Wanted) -> Result<Vec<Document>> {
    let read = |path: &PathBuf| {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read the VEX document `{}`", path.display()))?;
        vex::read(&text, &Budget::default()).with_context(|| format!("`{}`", path.display()))
    };
    wanted.vex.iter().map(read).collect()
}

/// The rules that findings about packages have, as reports show them.
pub(crate) fn rules() -> [Rule; 2] {
    let controls = |list: &[&'static str]| list.iter().map(|control| Cow::Borrowed(*control)).collect();
    let cell = Cell::new(Layer::Container, Phase::Distribute, Mode::Detective);
    [
        Rule {
            controls: controls(&[
                "owasp-2022/K02",
                "nist-800-190/4.1.1",
                "nist-800-190/4.4.1",
                "pci/10",
                "nsa-cisa/vulnerability-patching",
            ]),
            cell,
            ..VULNERABILITY.rule()
        },
        Rule {
            controls: controls(&["owasp-2022/K02", "nist-800-190/4.1.3", "pci/12", "attack/T1525"]),
            cell,
            ..MALICIOUS_PACKAGE.rule()
        },
    ]
}

fn because(why: Unjudged, count: usize) -> String {
    let packages = if count == 1 { "1 package".to_owned() } else { format!("{count} packages") };
    match why {
        Unjudged::NoAdvisories(ecosystem) => format!(
            "{packages} of {ecosystem} not judged: the database holds no advisories for it, so fetch one with `sekisho \
             db update`"
        ),
        Unjudged::NoVersion(ecosystem) => {
            format!("{packages} of {ecosystem} not judged: no version that can be read")
        }
        Unjudged::NoRelease(ecosystem) => {
            format!("{packages} of {ecosystem} not judged: the release of the distribution is not known")
        }
        Unjudged::NoEcosystem => format!("{packages} not judged: of no ecosystem that has advisories"),
        Unjudged::DamagedDatabase => {
            format!(
                "{packages} not judged: the database is damaged, so fetch it again with `sekisho db update`"
            )
        }
    }
}

/// How bad it is here. Where nobody says, it is taken for middling, and the message does not claim otherwise.
fn severity(vulnerability: &Vulnerability<'_>) -> Severity {
    if vulnerability.is_malicious {
        return Severity::Critical;
    }
    match vulnerability.severity {
        Some(Rated::Critical) => Severity::Critical,
        Some(Rated::High) => Severity::High,
        Some(Rated::Medium) | None => Severity::Medium,
        Some(Rated::Low) => Severity::Low,
        Some(Rated::None) => Severity::Info,
    }
}

/// What its risk is multiplied by: attacks that are known, else how probable they are.
fn weight(vulnerability: &Vulnerability<'_>) -> f64 {
    let known = &vulnerability.known;
    match (&known.exploited, &known.probability) {
        (Some(entry), _) if entry.is_used_for_ransom => 5.0,
        (Some(_), _) => 4.0,
        (None, Some(row)) => 1.0 + 2.0 * f64::from(row.probability),
        (None, None) => 1.0,
    }
}

fn shown(whole: &Whole<'_>, path: &str) -> SmolStr {
    match whole.folder {
        Some(folder) if folder == Path::new(".") => path.into(),
        Some(folder) => format_smolstr!("{}", folder.join(path).display()),
        None => format_smolstr!("{}!/{path}", whole.name),
    }
}

/// The sources that findings stand in, each entered once.
pub(crate) struct Places<'p> {
    whole: &'p Whole<'p>,
    sources: &'p mut Vec<Source>,
    known: HashMap<SmolStr, SourceId>,
}

impl<'p> Places<'p> {
    pub(crate) fn new(whole: &'p Whole<'p>, sources: &'p mut Vec<Source>) -> Self {
        Self { whole, sources, known: HashMap::new() }
    }

    fn finding(&mut self, vulnerability: &Vulnerability<'_>, severity: Severity) -> Option<Finding> {
        let package = vulnerability.package;
        let fault = if vulnerability.is_malicious { &MALICIOUS_PACKAGE } else { &VULNERABILITY };
        let place = package.places.first();
        let location = self.location(package, place)?;
        let url = package.url.to_string();
        let mut bare = package.url.without_version().to_string();
        if let Some(version) = package.url.version() {
            bare = format!("{bare}@{version}");
        }
        let name = package.url.package_name();
        let version = package.url.version().unwrap_or_default();
        let mut arguments = vec![
            ("id", vulnerability.id.as_str().into()),
            ("package", name.as_str().into()),
            ("version", version.into()),
            ("about", about(vulnerability, place, self.whole.users).into()),
        ];
        let variant = match (&vulnerability.fix, vulnerability.status) {
            _ if vulnerability.is_malicious => None,
            (Some(fix), _) => {
                arguments.push(("fix", fix.text().into()));
                None
            }
            (None, Some(Status::WillNotFix)) => Some("will-not-fix"),
            (None, Some(Status::EndOfLife)) => Some("end-of-life"),
            (None, Some(Status::Deferred)) => Some("deferred"),
            (None, Some(Status::UnderInvestigation)) => Some("under-investigation"),
            (None, Some(Status::NotAffected) | None) => Some("unfixed"),
        };
        let mended = package
            .source
            .as_ref()
            .filter(|source| source.name != name)
            .map_or(name.as_str(), |source| &source.name);
        // One upgrade for all that it clears.
        let fix = vulnerability.upgrade.as_ref().or(vulnerability.fix.as_ref()).map(|fix| Fix {
            safety: Safety::Unsafe,
            description: format!("upgrade `{mended}` to {}", fix.text()).into(),
            edits: Vec::new(),
            by_hand: true,
        });
        let path = place.map_or("", |place| place.path.as_str());
        Some(Finding {
            rule: fault.id.into(),
            names: vulnerability.names().map(SmolStr::from).collect(),
            severity,
            confidence: Confidence::High,
            subject: Subject {
                object: ObjectRef {
                    api_version: "".into(),
                    kind: "Package".into(),
                    namespace: None,
                    name: bare.into(),
                },
                container: None,
            },
            location,
            secret: false,
            related: Vec::new(),
            message: fault.says(variant, arguments),
            fix,
            fingerprint: Fingerprint::of([fault.id, vulnerability.id.as_str(), &url, path]),
            value_sets: Vec::new(),
            suppressed: None,
            risk: 0.0,
        })
    }

    /// The line that names the package, or the file alone where it is no text.
    pub(crate) fn location(&mut self, package: &Package, place: Option<&Place>) -> Option<Location> {
        let name = place.map_or_else(|| self.whole.name.into(), |place| shown(self.whole, &place.path));
        let id = self.source(&name, place)?;
        let source = self.sources.get(id.0 as usize)?;
        let line = place.and_then(|place| place.line);
        let span = line.and_then(|line| span_of(source, id, line, package));
        let span = span.unwrap_or(Span { source: id, start: 0, end: 0 });
        let (start, end) = source.range(span);
        Some(Location { source: id, file: name, span, start, end, field: FieldPath::root(), value: None })
    }

    fn source(&mut self, name: &SmolStr, place: Option<&Place>) -> Option<SourceId> {
        if let Some(id) = self.known.get(name) {
            return Some(*id);
        }
        let known = self.sources.iter().position(|source| source.name == *name && source.origins().is_none());
        let index = known.unwrap_or_else(|| {
            // Only a file that names its packages line by line is a text to show.
            let folder = self.whole.folder.filter(|_| place.is_some_and(|place| place.line.is_some()));
            let text = folder
                .zip(place)
                .and_then(|(folder, place)| std::fs::read_to_string(folder.join(place.path.as_str())).ok());
            self.sources.push(Source::new(name.clone(), text.unwrap_or_default()));
            self.sources.len() - 1
        });
        let id = SourceId(u32::try_from(index).ok()?);
        self.known.insert(name.clone(), id);
        Some(id)
    }
}

/// The name of a package in its line, or the line without what surrounds it.
fn span_of(source: &Source, id: SourceId, line: u32, package: &Package) -> Option<Span> {
    let text = source.line(line);
    let above =
        source.text.split_inclusive('\n').take(line.checked_sub(1)? as usize).map(str::len).sum::<usize>();
    let begin = u32::try_from(above).ok()?;
    let trimmed = text.trim();
    let (at, length) = match text.find(package.url.name()) {
        Some(at) => (at, package.url.name().len()),
        None => (text.find(trimmed)?, trimmed.len()),
    };
    let start = begin.checked_add(u32::try_from(at).ok()?)?;
    Some(Span { source: id, start, end: start.checked_add(u32::try_from(length).ok()?)? })
}

/// What stands behind the message: who rates it how, attacks, parts, and where in layers it lies.
fn about(vulnerability: &Vulnerability<'_>, place: Option<&Place>, users: &[String]) -> String {
    let mut parts: Vec<String> = Vec::new();
    if !vulnerability.summary.is_empty() {
        parts.push(vulnerability.summary.clone());
    }
    match &vulnerability.rating {
        Some((Rating::Vector(vector), by)) => {
            let score = vector.score();
            parts.push(format!("CVSS {}.{} ({by})", score / 10, score % 10));
        }
        Some((Rating::Word(word), by)) if *by != vulnerability.id => {
            parts.push(format!("{} ({by})", word.name()));
        }
        Some(_) => {}
        None if vulnerability.is_malicious => {}
        None => parts.push("no severity is stated".to_owned()),
    }
    if let Some(entry) = &vulnerability.known.exploited {
        let ransom = if entry.is_used_for_ransom { ", also for ransom" } else { "" };
        parts.push(format!("exploited since {}{ransom} (CISA)", entry.added));
    }
    if let Some(row) = vulnerability.known.probability.as_ref().filter(|row| row.probability >= 0.01) {
        parts.push(format!("attack within 30 days {:.0} % probable (EPSS)", row.probability * 100.0));
    }
    if !vulnerability.about.is_empty() {
        parts.push(vulnerability.about.iter().cloned().collect::<Vec<_>>().join(", "));
    }
    if let Some(layer) = place.and_then(|place| place.layer) {
        parts.push(format!("layer {layer}"));
    }
    if let Some(first) = users.first() {
        let more = users.len().checked_sub(1).filter(|more| *more > 0);
        parts.push(format!(
            "runs in {first}{}",
            more.map(|more| format!(" and {more} more")).unwrap_or_default()
        ));
    }
    if parts.is_empty() { String::new() } else { format!("; {}", parts.join("; ")) }
}
