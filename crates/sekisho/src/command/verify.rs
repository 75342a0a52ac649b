//! `sekisho verify`: whether somebody who is trusted signed an image, a file or a folder of policies.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use anyhow::{Context, Result, bail};
use data_encoding::HEXLOWER;
use jiff::Timestamp;
use sekisho_registry::{CANDIDATES_LIMIT, find_signatures};
use sekisho_signature::algorithm::Signed;
use sekisho_signature::bundle::Bundle;
use sekisho_signature::verification::{TimeSource, Verified, VerifiedSigner, verify};
use sekisho_source::Update;
use sekisho_trust::{Decision, Image as Asked, Mode, Policy, judge_with};
use serde_json::{Value, json};

use crate::arguments::signature::{VerdictFormat, VerifyArguments};
use crate::bundle::{SourceSettings, reader};
use crate::config::Config;
use crate::signature::artifact::{Artifact, Image, bundle_beside};
use crate::signature::gathering::Gathered;
use crate::signature::in_force::InForce;
use crate::signature::policies;
use crate::signature::predicate_type;
use crate::signature::trust::{Trust, signer_of};
use crate::terminal::{self, Status, Terminal};

/// What came of it: what holds, and why the rest does not.
struct Verdict {
    subject: String,
    held: Vec<Verified>,
    refusals: Vec<String>,
}

pub(crate) fn run(arguments: &VerifyArguments, terminal: &Terminal) -> Result<Status> {
    let names_nobody = arguments.trust.key.is_empty() && !arguments.trust.names_an_identity();
    if let Some(source) = &arguments.policy_bundle {
        let settings = SourceSettings::of(arguments.reading.clone(), terminal.offline);
        let bundle = match reader(source, &settings)?.read(None)? {
            Update::New(bundle) => *bundle,
            Update::Same => bail!("`{source}` gives nothing"),
        };
        return by_policy(arguments, &InForce::of(&bundle)?.trust, terminal);
    }
    if names_nobody {
        let config = Config::find(arguments.config.as_deref(), Path::new("."))?;
        if !arguments.policy.is_empty() || !config.document.trust.is_empty() {
            let policies = if arguments.policy.is_empty() {
                policies::of_config(&config)?
            } else {
                policies::of_files(
                    &arguments.policy,
                    arguments.trust.trusted_root.as_deref(),
                    terminal.offline,
                )?
            };
            return by_policy(arguments, &policies, terminal);
        }
    }
    let trust = Trust::new(&arguments.trust, terminal.offline)?;
    let wanted = arguments.attestation.as_deref().map(predicate_type);
    let artifact = Artifact::find(&arguments.target, &arguments.registries, terminal.offline)?;
    let verdict = match &artifact {
        Artifact::Bytes { path, bytes } => {
            let place = arguments.bundle.clone().unwrap_or_else(|| bundle_beside(path));
            let text = fs::read(&place).with_context(|| format!("cannot read `{}`", place.display()))?;
            let judged = Bundle::of_json(&text)
                .map_err(|error| error.to_string())
                .and_then(|bundle| {
                    verify(&bundle, Signed::Bytes(bytes), &trust.root, &trust.demands())
                        .map_err(|error| error.to_string())
                })
                .and_then(|verified| match (wanted, verified.statement()) {
                    (None, _) => Ok(verified),
                    (Some(kind), Some(statement)) if statement.predicate_type == kind => Ok(verified),
                    (Some(kind), _) => Err(format!("it is no attestation of the type `{kind}`")),
                });
            let (held, refusals) = match judged {
                Ok(verified) => (vec![verified], Vec::new()),
                Err(reason) => (Vec::new(), vec![reason]),
            };
            Verdict { subject: path.display().to_string(), held, refusals }
        }
        Artifact::Image(image) => image_verdict(image, &trust, wanted)?,
    };
    if let Some(remark) = trust.remark() {
        terminal.note(remark);
    }
    terminal::write(None, |out| match arguments.format {
        VerdictFormat::Text => write_text(&verdict, out),
        VerdictFormat::Json => {
            serde_json::to_writer_pretty(&mut *out, &verdict.to_value())?;
            writeln!(out)
        }
    })?;
    if verdict.held.is_empty() {
        terminal::complain(format_args!(
            "nothing shows that somebody who is trusted signed `{}`",
            verdict.subject
        ));
        return Ok(Status::Findings);
    }
    Ok(Status::Clean)
}

/// Holds an image against the policies that concern it.
fn by_policy(arguments: &VerifyArguments, policies: &[Policy], terminal: &Terminal) -> Result<Status> {
    let artifact = Artifact::find(&arguments.target, &arguments.registries, terminal.offline)?;
    let Artifact::Image(image) = artifact else {
        bail!("policies are for images: for a file name a key, or an identity");
    };
    let digest = image.held.digest.to_string();
    let gathered = Gathered::of(&image, policies, arguments.object.as_deref())?;
    let asked = Asked { reference: &image.reference, digest: &digest };
    let decision = judge_with(policies, &asked, &gathered.material(), Timestamp::now());
    let subject = format!("{}@{digest}", image.name);
    terminal::write(None, |out| match arguments.format {
        VerdictFormat::Text => write_decision(&subject, &decision, &gathered.faults, out),
        VerdictFormat::Json => {
            let rulings: Vec<Value> = decision
                .rulings
                .iter()
                .map(|ruling| {
                    json!({
                        "policy": ruling.policy, "approved": ruling.is_approved,
                        "approvedBy": ruling.approved_by, "reasons": ruling.reasons,
                        "warns": ruling.mode == Mode::Warn,
                    })
                })
                .collect();
            let value = json!({ "subject": subject, "approved": decision.is_approved(), "policies": rulings, "refused": gathered.faults });
            serde_json::to_writer_pretty(&mut *out, &value)?;
            writeln!(out)
        }
    })?;
    if !decision.is_concerned() {
        terminal::complain(format_args!("no policy is for `{subject}`, and nothing was verified"));
        return Ok(Status::Nothing);
    }
    if !decision.is_admitted() {
        terminal::complain(format_args!("the policies do not approve `{subject}`"));
        return Ok(Status::Findings);
    }
    if !decision.is_approved() {
        terminal::complain(format_args!("`{subject}` is not approved, and the policies only warn of it"));
    }
    Ok(Status::Clean)
}

fn write_decision(
    subject: &str,
    decision: &Decision,
    faults: &[String],
    out: &mut dyn Write,
) -> io::Result<()> {
    for ruling in &decision.rulings {
        let word = if ruling.is_approved { "approved" } else { "not approved" };
        writeln!(out, "{subject}: {word} by `{}`", plain(&ruling.policy))?;
        for name in &ruling.approved_by {
            writeln!(out, "  signed by `{}`", plain(name))?;
        }
        for reason in ruling.reasons.iter().filter(|_| !ruling.is_approved) {
            writeln!(out, "  {}", plain(reason))?;
        }
    }
    for fault in faults {
        writeln!(out, "{subject}: refused: {}", plain(fault))?;
    }
    Ok(())
}

fn image_verdict(image: &Image, trust: &Trust, wanted: Option<&str>) -> Result<Verdict> {
    let digest = image.held.digest.to_string();
    let found = find_signatures(&image.repository, &image.held.digest)?;
    let (mut held, mut refusals) = (Vec::new(), found.faults);
    for candidate in &found.candidates {
        match candidate.verify(&digest, &trust.root, &trust.demands()) {
            Ok(of_image) => {
                let is_wanted = match wanted {
                    None => of_image.is_signature(),
                    Some(kind) => of_image.attests() == Some(kind),
                };
                if is_wanted {
                    held.push(of_image.into_verified());
                }
            }
            Err(error) => refusals.push(error.to_string()),
        }
    }
    if found.is_cut {
        refusals.push(format!(
            "there are more than {CANDIDATES_LIMIT} signatures, and the others were not examined"
        ));
    }
    Ok(Verdict { subject: format!("{}@{digest}", image.name), held, refusals })
}

fn write_text(verdict: &Verdict, out: &mut dyn Write) -> io::Result<()> {
    for verified in &verdict.held {
        writeln!(out, "{}", verdict.subject)?;
        writeln!(out, "  signed by {}", signer_of(verified))?;
        for time in verified.times() {
            let source = match time.source {
                TimeSource::Log => "a log",
                TimeSource::Authority => "a timestamp authority",
            };
            writeln!(out, "  at {}, says {source}", time.at)?;
        }
        for entry in verified.entries() {
            writeln!(out, "  entry {} of the log {}", entry.index, entry.log)?;
        }
        if let Some(statement) = verified.statement() {
            writeln!(out, "  states {}", plain(&statement.predicate_type))?;
        }
    }
    for refusal in &verdict.refusals {
        writeln!(out, "{}: refused: {}", verdict.subject, plain(refusal))?;
    }
    Ok(())
}

/// Without control characters, which could hide something.
fn plain(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).collect()
}

impl Verdict {
    fn to_value(&self) -> Value {
        let held: Vec<Value> = self.held.iter().map(|verified| {
            let signer = match verified.signer() {
                VerifiedSigner::Key(key) => json!({ "key": HEXLOWER.encode(&key.fingerprint()) }),
                VerifiedSigner::Identity(identity) => json!({
                    "names": identity.names.iter().map(sekisho_signature::certificate::SubjectName::as_str).collect::<Vec<_>>(),
                    "issuer": identity.issuer,
                    "claims": identity.claims,
                }),
            };
            json!({
                "signer": signer,
                "times": verified.times().iter().map(|time| time.at.to_string()).collect::<Vec<_>>(),
                "entries": verified.entries().iter().map(|entry| json!({ "log": entry.log, "index": entry.index })).collect::<Vec<_>>(),
                "statement": verified.statement(),
            })
        }).collect();
        json!({ "subject": self.subject, "verified": held, "refused": self.refusals })
    }
}
