//! `sekisho gate`: signs an image only where a bundle of policies lets it pass, and says by which bundle.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use jiff::{SignedDuration, Timestamp};
use sekisho_finding::Severity;
use sekisho_policy::BundleOptions;
use sekisho_registry::RegistryError;
use sekisho_report::{Detail, Format, Options, Report};
use sekisho_signature::bundle::Bundle as Signed;
use sekisho_source::{Bundle, Charter, Update};
use sekisho_trust::GATE_PREDICATE;
use serde_json::{Value, json};

use super::attest::{attest_image, put_statement};
use super::sign::{put_signature, signature_of};
use crate::arguments::signature::GateArguments;
use crate::bundle::{SourceSettings, prove, reader};
use crate::inventories::{self, whole};
use crate::passing::{Expected, Passing, fail_on, passing, platforms, request};
use crate::request::Request;
use crate::run::{self, Outcome};
use crate::signature::artifact::{Absent, Artifact, Image};
use crate::signature::in_force::InForce;
use crate::signature::predicate_type;
use crate::signature::witness::Signer;
use crate::target::image;
use crate::terminal::{self, Status, Terminal};
use crate::{advisories, config};

pub(crate) fn run(arguments: &GateArguments, terminal: &Terminal) -> Result<Status> {
    match gate(arguments, terminal) {
        // What a registry does not give was not examined.
        Err(error) if error.chain().any(|cause| cause.is::<RegistryError>() || cause.is::<Absent>()) => {
            terminal::complain(format_args!("{error:#}"));
            Ok(Status::Incomplete)
        }
        other => other,
    }
}

fn gate(arguments: &GateArguments, terminal: &Terminal) -> Result<Status> {
    let registries = &arguments.storing.registries;
    let Artifact::Image(image) = Artifact::find(&arguments.image, registries, terminal.offline)? else {
        bail!("`{}` is no image of a registry", arguments.image);
    };
    let attached = attached(&arguments.attach)?;
    let holder = holder(arguments, terminal)?;
    let GateArguments { bundle: source, database: named, .. } = arguments;
    let layout = arguments.storing.layout;
    let settings = SourceSettings::of(arguments.reading.clone(), terminal.offline);
    let bundle = match reader(source, &settings)?.read(None)? {
        Update::New(bundle) => *bundle,
        Update::Same => bail!("`{source}` gives nothing"),
    };
    let in_force = InForce::of(&bundle)?;
    let charter = Charter::of_bundle(&bundle)?;
    let today = config::days(super::today());
    let options = BundleOptions::default();
    if let Err(reason) =
        prove(&bundle, &charter, in_force.folder(), today, &options, !arguments.without_tests)
    {
        bail!("the bundle is refused: {reason}");
    }
    let database = advisories::find(named.as_deref(), true)?;
    let age = (today - database.database.built().div_euclid(86_400)).max(0);
    if age > i64::from(arguments.max_database_age) {
        terminal::complain(format_args!(
            "the vulnerability database is {age} days old, and may be {}: run `sekisho db update`",
            arguments.max_database_age
        ));
        return Ok(Status::Incomplete);
    }

    let expected = platforms(&image.repository, &image.held, &image.name)?;
    let images = image::Settings {
        credentials: registries.registry_credentials.clone(),
        insecure: registries.insecure_registry.clone(),
        offline: terminal.offline,
        inventories: arguments.inventories.clone(),
        keep: image::Keep::Whole,
        ..image::Settings::default()
    };
    let name = |one: &Expected| PathBuf::from(format!("registry:{}@{}", image.name, one.digest));
    let request = Request {
        targets: expected.iter().map(name).collect(),
        today,
        progress: !terminal.quiet,
        ..request(&in_force, named.as_ref(), images)
    };
    let outcome = run::run(&request)?;
    keep(arguments.inventories.as_deref(), &outcome, &image, &expected, terminal)?;
    show(&outcome, &image, arguments, terminal)?;
    let exact = format!("{}@{}", image.name, image.held.digest);
    let verdict = passing(&outcome, expected.iter().map(|one| one.layers).sum());
    if let Some(status) = refuse(&verdict, &exact, &in_force, fail_on(&outcome)) {
        return Ok(status);
    }
    let claim = claim(arguments.valid_for, &image, &bundle, &database, age, &outcome)?;
    let expires = claim["expires"].as_str().unwrap_or_default().to_owned();
    if arguments.dry_run {
        terminal.note(format_args!("{exact} passes {}; nothing was attested or signed", in_force.named()));
        return Ok(Status::Clean);
    }
    let signer = match holder {
        Some(signer) => signer,
        None => Signer::new(&arguments.signer, terminal.offline)?,
    };
    // All of it is signed before any of it is stored, and the signature is stored last: it stands for the whole.
    let statement = attest_image(&image, GATE_PREDICATE, claim, &signer)?;
    let others: Vec<(String, Signed)> = attached
        .into_iter()
        .map(|(kind, value)| Ok((kind.clone(), attest_image(&image, &kind, value, &signer)?)))
        .collect::<Result<_>>()?;
    let signature = signature_of(&image, &signer, layout)?;
    put_statement(&image, GATE_PREDICATE, &statement, layout)?;
    for (kind, statement) in &others {
        put_statement(&image, kind, statement, layout)?;
    }
    put_signature(&image, &signature)?;
    terminal.note(format_args!(
        "{exact} passes {}: attested and signed; the approval counts until {expires}",
        in_force.named()
    ));
    Ok(Status::Clean)
}

/// Who signs, where that is known before anything is examined: a certificate counts for minutes, and is asked for at the end.
fn holder(arguments: &GateArguments, terminal: &Terminal) -> Result<Option<Signer>> {
    if arguments.dry_run {
        return Ok(None);
    }
    if arguments.signer.key.is_some() {
        return Signer::new(&arguments.signer, terminal.offline).map(Some);
    }
    arguments.signer.check()?;
    Ok(None)
}

/// Says why an image is not signed; none where it passes.
fn refuse(verdict: &Passing, image: &str, in_force: &InForce, limit: Option<Severity>) -> Option<Status> {
    match verdict {
        Passing::Passes => None,
        Passing::Fails(reasons) => {
            let count = reasons.len();
            let what = if count == 1 { "finding" } else { "findings" };
            let limit = limit.map_or("", Severity::as_str);
            terminal::complain(format_args!(
                "{image} does not pass {}: {count} {what} at or above `{limit}`; nothing was attested or signed",
                in_force.named()
            ));
            Some(Status::Findings)
        }
        Passing::Unknown(why) => {
            terminal::complain(format_args!(
                "{image} was not examined as a whole: {why}; nothing was attested or signed"
            ));
            Some(Status::Incomplete)
        }
    }
}

/// The claims that are attested as well; what cannot be read is told before anything is done.
fn attached(given: &[String]) -> Result<Vec<(String, Value)>> {
    given
        .iter()
        .map(|text| {
            let (kind, path) =
                text.split_once('=').with_context(|| format!("`{text}`: write `TYPE=FILE`"))?;
            let bytes = fs::read(path).with_context(|| format!("cannot read `{path}`"))?;
            let value = serde_json::from_slice(&bytes).with_context(|| format!("`{path}`"))?;
            Ok((predicate_type(kind).to_owned(), value))
        })
        .collect()
}

/// Shows what was found.
fn show(outcome: &Outcome, image: &Image, arguments: &GateArguments, terminal: &Terminal) -> Result<()> {
    let catalogue = terminal.catalogue(outcome.config.document.language.as_deref())?;
    let target = format!("{}@{}", image.name, image.held.digest);
    // A SAST report must say when it ran.
    let formats = || arguments.report.iter().map(|further| further.format).chain([arguments.format]);
    let started = formats().any(|format| format == Format::GitlabSast).then(super::now);
    let report = Report {
        version: env!("CARGO_PKG_VERSION"),
        targets: &[target],
        findings: &outcome.findings,
        rules: &outcome.rules,
        sources: outcome.inventory.sources(),
        coverage: &outcome.coverage,
        actions: &outcome.actions,
        fail_on: fail_on(outcome),
        catalogue: &catalogue,
        documentation: super::DOCUMENTATION,
        started: started.as_deref(),
    };
    let options = Options {
        color: arguments.output.is_none() && terminal.color(),
        width: terminal::width(),
        detail: if arguments.all { Detail::Full } else { Detail::Summary },
        ..Options::default()
    };
    terminal::write(arguments.output.as_deref(), |out| arguments.format.write(&report, &options, out))?;
    for further in &arguments.report {
        let options = Options { color: false, ..options };
        terminal::write(Some(&further.file), |out| further.format.write(&report, &options, out))?;
    }
    Ok(())
}

/// Keeps to which images the digest leads, so that what was read of them is found by it. What is kept by the way need not be.
fn keep(
    named: Option<&str>,
    outcome: &Outcome,
    image: &Image,
    expected: &[Expected],
    terminal: &Terminal,
) -> Result<()> {
    let Some(target) = inventories::place(named, &outcome.config)? else { return Ok(()) };
    let leads = expected.iter().map(|one| one.digest.clone()).collect();
    let now = Timestamp::now().as_second();
    match whole::keep_leads(&target, &image.held.digest.to_string(), &leads, now) {
        Err(error) if named.is_some() => Err(error),
        Err(error) => {
            terminal.note(format_args!("the image is not kept for later: {error:#}"));
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}

/// What is attested: that this image passed this bundle, judged by this program with these advisories, and until when
/// that counts.
fn claim(
    valid_for: u32,
    image: &Image,
    bundle: &Bundle,
    database: &advisories::Found,
    age: i64,
    outcome: &Outcome,
) -> Result<Value> {
    let now = Timestamp::now();
    let days = SignedDuration::from_hours(i64::from(valid_for) * 24);
    let expires = now.checked_add(days).context("the approval would count too long")?;
    let time = |time: Timestamp| time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let mut counts = serde_json::Map::new();
    for severity in Severity::ALL {
        let found = outcome.counted().filter(|finding| finding.severity == *severity).count();
        counts.insert(severity.as_str().to_lowercase(), found.into());
    }
    Ok(json!({
        "result": "passed",
        "image": { "name": image.name, "digest": image.held.digest.to_string() },
        "bundle": {
            "source": bundle.provenance.source,
            "digest": bundle.digest().as_str(),
            "commit": bundle.provenance.commit,
        },
        "database": {
            "digest": database.database.identity(),
            "built": database.built(),
            "ageDays": age,
        },
        "tool": { "name": "sekisho", "version": env!("CARGO_PKG_VERSION") },
        "findings": counts,
        "coverage": { "layers": outcome.coverage.layers, "packages": outcome.coverage.packages, "rules": outcome.coverage.rules },
        "at": time(now),
        "expires": time(expires),
    }))
}
