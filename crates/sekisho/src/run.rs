//! One run: targets → inventory → findings → suppressions → ranking. Every command that looks goes this way.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use sekisho_finding::fault::{DUPLICATE_KEY, FAULTS, Fault, IMAGE_DRIFT};
use sekisho_finding::suppress::Baseline;
use sekisho_finding::{Coverage, Finding, Fingerprint, Rule, Severity};
use sekisho_inventory::Inventory;
use sekisho_manifest::{Budget, LoadError, LoadErrorKind, SourceId};
use sekisho_posture::{Check, Settings};
use sekisho_risk::Action;
use sekisho_version::PackageUrl;

use crate::config::{Config, unknown_slug};
use crate::contained::{self, Targets};
use crate::examine::{Examined, Examiner};
use crate::release::Releases;
use crate::request::Request;
use crate::suppress::Suppressions;
use crate::target::bill::{self, Divided, ReadBill};
use crate::target::image::Named;
use crate::target::{self, Loaded, Selection, image, image_object};
use crate::{credentials, file_rules, live, policy, running};

/// What a run gives.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// The objects and sources.
    pub(crate) inventory: Inventory,
    /// The findings, worst first; those that do not count are marked.
    pub(crate) findings: Vec<Finding>,
    /// The findings whose fixes go by way of what charts and kustomizations make.
    pub(crate) routed: BTreeSet<Fingerprint>,
    /// The rules that ran.
    pub(crate) rules: Vec<Rule>,
    /// What was examined.
    pub(crate) coverage: Coverage,
    /// What to do first.
    pub(crate) actions: Vec<Action>,
    /// The configuration that was in force.
    pub(crate) config: Config,
    /// The images by the beginnings of the names of their files, with their package URLs.
    wholes: Vec<(String, PackageUrl)>,
    /// Which vulnerability database was asked, and how old it is; none where no package was there.
    pub(crate) database: Option<String>,
}

/// Parts images and bills of materials from the targets that are read otherwise, where they may be targets.
fn divide(whole: &Request) -> Result<(Vec<Named>, Vec<ReadBill>, Request)> {
    if whole.images.is_none() {
        return Ok((Vec::new(), Vec::new(), whole.clone()));
    }
    let (images, targets) = if live::is_meant(&whole.targets)? {
        (Vec::new(), whole.targets.clone())
    } else {
        image::divide(&whole.targets)?
    };
    let images = [images, whole.named.clone()].concat();
    let Divided { bills, others, input } = bill::divide(&targets)?;
    Ok((images, bills, Request { targets: others, input, ..whole.clone() }))
}

/// Looks at the targets.
pub(crate) fn run(whole: &Request) -> Result<Outcome> {
    let (images, bills, request) = divide(whole)?;
    let request = &request;
    let first = request.targets.first().map_or(Path::new("."), PathBuf::as_path);
    let config = Config::find(request.config.as_deref(), first)?;
    let mut checks = choose(request, &config)?;
    let mut settings = settings(request, &config)?;
    let namespace = request.namespace(&config);
    let (mut loaded, seen) = if live::is_meant(&request.targets)? {
        // The content of Secrets is in its place there, and is not read.
        checks.retain(|check| check.id != "secret-in-manifest");
        let (loaded, seen) = live::read(&request.live, request.namespace.as_deref())?;
        settings.kubernetes_minor = settings.kubernetes_minor.or(seen.minor);
        settings.server_version.clone_from(&seen.version);
        (loaded, Some(seen))
    } else {
        (target::read(&selection(request, &config)?)?, None)
    };
    let local = if seen.is_none() { Some(selection(request, &config)?) } else { None };
    let runs = runs(request, &mut loaded)?;
    let contained = Targets {
        request,
        config: &config,
        selection: local,
        images: runs.as_ref().map_or(&images, |runs| &runs.images),
        runs: runs.as_ref(),
        bills: &bills,
    }
    .examine(&mut loaded)?;
    let configuration = config.source.clone().map(|source| {
        loaded.sources.push(source);
        SourceId(u32::try_from(loaded.sources.len() - 1).unwrap_or(u32::MAX))
    });
    let examiner = Examiner {
        checks: &checks,
        settings: &settings,
        config: &config,
        tried: &request.tried,
        namespace: &namespace,
    };
    let Examined { inventory, mut findings, routed } = examiner.examine(&mut loaded);

    let said = policy::findings::examine(
        &request.policies,
        &request.modules,
        request.pod_security,
        &inventory,
        &namespace,
    )?;
    let of_checks = findings.len();
    findings.extend(said.findings);
    sekisho_risk::weigh(findings.get_mut(of_checks..).unwrap_or_default(), &inventory);
    loaded.coverage.skipped.extend(said.unused);
    let of_policies = findings.len();
    let drifted = runs.filter(|_| request.wants(&config, IMAGE_DRIFT.id));
    findings.extend(drifted.into_iter().flat_map(|runs| runs.findings));
    sekisho_risk::weigh(findings.get_mut(of_policies..).unwrap_or_default(), &inventory);
    if let Some(seen) = &seen {
        seen.settle(&mut findings);
    }

    let leaks = contained::without_known(contained.leaks, &findings);
    findings.extend(contained.of_packages);
    let of_objects = findings.len();
    findings.extend(leaks);
    image_object::name_layers(&mut findings, inventory.sources());
    findings.extend(loaded.warnings.iter().filter_map(|warning| duplicate_key(warning, &inventory)));
    let suppressions = Suppressions {
        exceptions: &config.exceptions,
        configuration,
        baseline: baseline(request, &config)?,
        policies: said.rules.iter().map(|rule| rule.id.to_string()).collect(),
        today: request.today,
        comments: seen.is_none(),
    };
    suppressions.apply(&mut findings, &inventory);
    // What is wrong with files lies open to nobody.
    sekisho_risk::weigh(findings.get_mut(of_objects..).unwrap_or_default(), &Inventory::default());
    sekisho_risk::sort(&mut findings);

    let rules = rules(&checks, said.rules);
    let targets: Vec<String> = whole.targets.iter().map(|target| target.display().to_string()).collect();
    let actions = sekisho_risk::actions(&findings, &rules, &targets.join(" "));
    let coverage = Coverage { rules: checks.len() + said.count, ..loaded.coverage };
    Ok(Outcome {
        inventory,
        findings,
        routed,
        rules,
        coverage,
        actions,
        config,
        wholes: contained.wholes,
        database: contained.database,
    })
}

/// All that findings may be of: the checks that run, the rules of policies, and what is found by no check.
fn rules(checks: &[&Check], of_policies: Vec<Rule>) -> Vec<Rule> {
    let mut rules: Vec<Rule> = checks.iter().map(|check| check.rule()).collect();
    rules.extend(of_policies);
    rules.extend(crate::vulnerable::rules());
    rules.push(credentials::rule());
    rules.push(crate::refused_licenses::rule());
    rules.push(running::rule());
    rules.push(crate::denied::rule());
    rules.push(crate::base_images::rule());
    let is_file = |fault: &&&Fault| !file_rules::RULES.contains(&fault.id);
    rules.extend(FAULTS.iter().filter(is_file).map(|fault| fault.rule()));
    rules
}

/// What the cluster runs, where that is asked for.
fn runs(request: &Request, loaded: &mut Loaded) -> Result<Option<running::Found>> {
    match &request.images {
        Some(settings) if settings.running && live::is_meant(&request.targets)? => {
            running::read(&request.live, request.namespace.as_deref(), settings, loaded).map(Some)
        }
        _ => Ok(None),
    }
}

/// A key that stands twice, as a finding; what `<<` brings in twice is how it is meant.
fn duplicate_key(warning: &LoadError, inventory: &Inventory) -> Option<Finding> {
    let (LoadErrorKind::DuplicateKey { key, .. } | LoadErrorKind::AmbiguousKey { key, .. }) = &warning.kind
    else {
        return None;
    };
    let message = DUPLICATE_KEY.says(None, vec![("key", key.clone())]);
    let rendered = inventory.source(warning.span.source)?.origins();
    let traced = rendered.and_then(|origins| origins.trace(warning.span));
    let span = traced.map_or(warning.span, |traced| traced.span);
    Some(DUPLICATE_KEY.finding(message, inventory.source(span.source)?, span))
}

/// The checks that run: those of the persona and those enabled, less those disabled.
fn choose(request: &Request, config: &Config) -> Result<Vec<&'static Check>> {
    for slug in request.only.iter().chain(&request.without) {
        if sekisho_posture::check(slug).is_none() && !file_rules::RULES.contains(&slug.as_str()) {
            bail!("{}", unknown_slug(slug));
        }
    }
    let named = |list: &[String], check: &Check| list.iter().any(|slug| slug == check.id);
    let persona = request.persona(config);
    let set = &config.document.checks;
    if let Some(slug) = set.enable.iter().find(|slug| set.disable.contains(slug)) {
        bail!("the configuration both enables and disables `{slug}`: keep one");
    }
    let chosen: Vec<_> = sekisho_posture::checks()
        .filter(|check| {
            if !request.only.is_empty() {
                return named(&request.only, check);
            }
            let wanted = check.persona <= persona || named(&set.enable, check);
            wanted && !named(&set.disable, check) && !named(&request.without, check)
        })
        .collect();
    if chosen.is_empty() && !request.only.iter().any(|slug| file_rules::RULES.contains(&slug.as_str())) {
        bail!("no check is left to run: all are disabled");
    }
    Ok(chosen)
}

fn settings(request: &Request, config: &Config) -> Result<Settings> {
    let checks = &config.document.checks;
    let version = request.kubernetes_version.as_ref().or(checks.kubernetes_version.as_ref());
    let kubernetes_minor = version.map(|version| minor(version)).transpose()?;
    Ok(Settings {
        trusted_registries: checks.trusted_registries.iter().map(Into::into).collect(),
        kubernetes_minor,
        server_version: None,
        today: Some(request.today),
    })
}

/// The minor of a version: `34` of `1.34`, `v1.34`, `1.34.2`.
fn minor(version: &str) -> Result<u32> {
    let rest = version.strip_prefix('v').unwrap_or(version);
    rest.strip_prefix("1.")
        .and_then(|rest| rest.split('.').next())
        .and_then(|minor| minor.parse().ok())
        .with_context(|| format!("`{version}` is no Kubernetes version: write it as `1.34`"))
}

/// What a request asks to read, without looking at it.
pub(crate) fn selected(request: &Request) -> Result<Selection> {
    let first = request.targets.first().map_or(Path::new("."), PathBuf::as_path);
    selection(request, &Config::find(request.config.as_deref(), first)?)
}

fn selection(request: &Request, config: &Config) -> Result<Selection> {
    let scan = &config.document.scan;
    let root = config_folder(config);
    let mut budget = Budget::default();
    if let Some(mebibytes) = scan.max_file_size {
        budget.bytes = (mebibytes as usize) << 20;
    }
    let releases = Releases {
        namespace: request.namespace.clone(),
        default_namespace: request.namespace(config),
        kubernetes_version: request
            .kubernetes_version
            .clone()
            .or_else(|| config.document.checks.kubernetes_version.clone()),
        configured: config.charts(&root),
        ..request.releases.clone()
    };
    releases.check()?;
    Ok(Selection {
        targets: request.targets.clone(),
        exclude: scan.exclude.clone(),
        exclude_root: root,
        git_ignore: !request.no_ignore,
        overlay: request.overlay.clone(),
        input: request.input.clone(),
        budget,
        releases,
        progress: request.progress,
        all_files: request.vulnerabilities.is_some() || request.credentials.is_some(),
    })
}

/// The folder of the configuration file; the current one where there is none.
fn config_folder(config: &Config) -> PathBuf {
    config
        .source
        .as_ref()
        .and_then(|source| Path::new(source.name.as_str()).parent())
        .filter(|folder| !folder.as_os_str().is_empty())
        .map_or_else(|| PathBuf::from("."), Path::to_owned)
}

fn baseline(request: &Request, config: &Config) -> Result<Option<Baseline>> {
    if request.without_baseline {
        return Ok(None);
    }
    let configured = config.document.scan.baseline.as_ref().map(|file| config_folder(config).join(file));
    let Some(path) = request.baseline.clone().or(configured) else {
        return Ok(None);
    };
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("cannot read the baseline `{}`", path.display()))?;
    let baseline = Baseline::parse(&text).with_context(|| format!("`{}`", path.display()))?;
    Ok(Some(baseline))
}

impl Outcome {
    /// The findings that count.
    pub(crate) fn counted(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.suppressed.is_none())
    }

    /// The image that a finding is in.
    pub(crate) fn within(&self, finding: &Finding) -> Option<&PackageUrl> {
        let file = finding.location.file.as_str();
        self.wholes.iter().find(|(begin, _)| file.starts_with(begin.as_str())).map(|(_, url)| url)
    }

    /// Whether a finding at or above this severity counts.
    pub(crate) fn fails_at(&self, fail_on: Option<Severity>) -> bool {
        fail_on.is_some_and(|limit| self.counted().any(|finding| finding.severity >= limit))
    }
}
