//! `sekisho policy bundle`: what a bundle of policies holds, whether it may be used, and its files.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use jiff::Timestamp;
use sekisho_policy::BundleOptions;
use sekisho_registry::Repository;
use sekisho_source::{Bundle, Charter, Location, Provenance, Update};
use serde_json::json;

use crate::arguments::bundle::{
    BundleArguments, BundleVerb, PullArguments, PushArguments, ShowArguments, VerifyArguments,
};
use crate::arguments::rows::RowFormat;
use crate::arguments::signer::SignerArguments;
use crate::bundle::{SourceSettings, material_of, prove, reader, registry, write_files};
use crate::command::sign::{put_signature, signature_of};
use crate::signature::artifact::Image;
use crate::signature::witness::Signer;
use crate::terminal::{self, Status, Terminal};

pub(super) fn run(arguments: BundleArguments, terminal: &Terminal) -> Result<Status> {
    match arguments.verb {
        BundleVerb::Show(arguments) => show(arguments, terminal),
        BundleVerb::Verify(arguments) => {
            let (bundle, tests) = verify(arguments, terminal)?;
            terminal::write(None, |out| {
                writeln!(out, "{} is good: {}", bundle.provenance.source, told(&bundle, tests))
            })?;
            Ok(Status::Clean)
        }
        BundleVerb::Pull(arguments) => pull(arguments, terminal),
        BundleVerb::Push(arguments) => push(*arguments, terminal),
    }
}

fn read(reader: &sekisho_source::Reader, before: Option<&Bundle>) -> Result<Bundle> {
    let charter = Charter::default();
    match reader.read(before.map(|bundle| (bundle, &charter)))? {
        Update::New(bundle) => Ok(*bundle),
        Update::Same => bail!("the bundle is that commit itself: name an earlier one"),
    }
}

fn verify(arguments: VerifyArguments, terminal: &Terminal) -> Result<(Bundle, usize)> {
    let reader = reader(&arguments.source, &SourceSettings::of(arguments.reading, terminal.offline))?;
    let before = match arguments.since {
        None => None,
        Some(commit) => {
            let provenance = Provenance { commit: commit.into(), ..Provenance::default() };
            Some(Bundle::of_files([("-".into(), Vec::new())], provenance, reader.options.budget)?)
        }
    };
    let bundle = read(&reader, before.as_ref())?;
    if let Some(wanted) = arguments.digest
        && wanted != bundle.digest().as_str()
        && wanted != bundle.digest().hex()
    {
        bail!("the bundle has the digest `{}`, not `{wanted}`", bundle.digest());
    }
    let charter = Charter::of_bundle(&bundle)?;
    let folder = tempfile::tempdir().context("cannot make a folder for the tests")?;
    write_files(&bundle, folder.path())?;
    let options = BundleOptions::default();
    let proven = prove(&bundle, &charter, folder.path(), today(), &options, !arguments.without_tests);
    match proven {
        Ok(proven) => Ok((bundle, proven.tests)),
        Err(reason) => bail!("the bundle is refused: {reason}"),
    }
}

fn pull(arguments: PullArguments, terminal: &Terminal) -> Result<Status> {
    let output = arguments.output;
    let named = || format!("cannot write to `{}`", output.display());
    if output.exists() && fs::read_dir(&output).with_context(named)?.next().is_some() {
        bail!("`{}` is not empty: name a folder that is", output.display());
    }
    let (bundle, tests) = verify(arguments.verify, terminal)?;
    // Beside the folder first, so that it is there as a whole or not at all.
    let parent = output.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(parent).with_context(named)?;
    let folder = tempfile::tempdir_in(parent).with_context(named)?;
    let files = folder.path().join("files");
    write_files(&bundle, &files)?;
    fs::rename(&files, &output).with_context(named)?;
    terminal::write(None, |out| writeln!(out, "{}: {}", output.display(), told(&bundle, tests)))?;
    Ok(Status::Clean)
}

/// Puts a bundle that is good into a registry. One of a commit is of the time of the commit, so that the same commit is the
/// same artifact and an earlier one is known as such.
fn push(arguments: PushArguments, terminal: &Terminal) -> Result<Status> {
    let Location::Artifact(target) = Location::read(&arguments.target)? else {
        bail!("`{}` is no place in a registry: write `oci://registry/repository:tag`", arguments.target);
    };
    if terminal.offline {
        bail!("`--offline` forbids the connection that `{}` needs", arguments.target);
    }
    let tag = match (&target.reference.tag, &target.reference.digest) {
        (tag, None) if target.folder.is_empty() => tag.clone().unwrap_or_else(|| "latest".into()),
        _ => bail!("`{}` names a digest or a folder: a bundle is put under a tag", arguments.target),
    };
    let SignerArguments { key, fulcio, signing_config, .. } = &arguments.signer;
    let signs = key.is_some() || fulcio.is_some() || signing_config.is_some();
    let signer = signs.then(|| Signer::new(&arguments.signer, terminal.offline)).transpose()?;
    let registry = registry(&arguments.verify.reading.artifacts, terminal.offline)?;
    let (bundle, tests) = verify(arguments.verify, terminal)?;
    let repository = Repository::of(&registry.client, &target.reference);
    let provenance = &bundle.provenance;
    let made = match provenance.commits.get(&provenance.commit) {
        Some(commit) => commit.date.to_string(),
        None if !provenance.made.is_empty() => provenance.made.to_string(),
        None => Timestamp::from_second(Timestamp::now().as_second())?.to_string(),
    };
    let held = sekisho_source::push(&repository, &tag, &bundle, &made)?;
    let name = target.reference.name().to_string();
    let artifact = format!("oci://{name}:{tag}@{}", held.digest);
    let told = told(&bundle, tests);
    if let Some(signer) = signer {
        let image = Image { reference: target.reference, name, repository, held };
        put_signature(&image, &signature_of(&image, &signer, arguments.layout)?)?;
    }
    terminal::write(None, |out| writeln!(out, "{artifact}: {told}"))?;
    Ok(Status::Clean)
}

fn told(bundle: &Bundle, tests: usize) -> String {
    let commit = match bundle.provenance.commit.as_str() {
        "" => String::new(),
        commit => format!(", commit {commit}"),
    };
    format!("{}{commit}, {} files, {tests} tests hold", bundle.digest(), bundle.files().len())
}

fn today() -> i64 {
    Timestamp::now().as_second().div_euclid(86_400)
}

fn show(arguments: ShowArguments, terminal: &Terminal) -> Result<Status> {
    let reader = reader(&arguments.source, &SourceSettings::of(arguments.reading, terminal.offline))?;
    let bundle = read(&reader, None)?;
    let charter = Charter::of_bundle(&bundle)?;
    let compiled = sekisho_policy::Bundle::compile(material_of(&bundle)?, &BundleOptions::default());
    let mut stages: BTreeMap<String, &str> = BTreeMap::new();
    for name in compiled.loaded.policies.iter().flat_map(sekisho_policy::Policy::names) {
        stages
            .insert(format!("{} {}", name.kind, name.policy), charter.rollout.stage(&name, today()).as_str());
    }
    let provenance = &bundle.provenance;
    terminal::write(arguments.output.as_deref(), |out| {
        if arguments.format == RowFormat::Json {
            let files: Vec<_> = bundle
                .files()
                .iter()
                .map(|file| json!({"path": file.path.as_str(), "bytes": file.bytes.len(), "origin": file.origin}))
                .collect();
            let document = json!({
                "digest": bundle.digest(),
                "provenance": provenance,
                "policies": stages,
                "files": files,
                "separation": charter.separation.iter().map(|one| &one.paths).collect::<Vec<_>>(),
                "problems": compiled.errors().map(ToString::to_string).collect::<Vec<_>>(),
            });
            serde_json::to_writer_pretty(&mut *out, &document)?;
            return writeln!(out);
        }
        writeln!(out, "source   {}", provenance.source)?;
        writeln!(out, "digest   {}", bundle.digest())?;
        if !provenance.artifact.is_empty() {
            writeln!(out, "artifact {} of {}", provenance.artifact, provenance.made)?;
        }
        if !provenance.commit.is_empty() {
            writeln!(out, "commit   {} of {}", provenance.commit, provenance.reference)?;
        }
        if let Some(commit) = provenance.commits.get(&provenance.commit) {
            writeln!(out, "author   {} on {}", commit.author, commit.date)?;
            if let Some(signer) = &commit.signer {
                writeln!(out, "signer   {signer}")?;
            }
        }
        let bytes: usize = bundle.files().iter().map(|file| file.bytes.len()).sum();
        writeln!(out, "files    {}, {bytes} bytes", bundle.files().len())?;
        for reason in &provenance.left_out {
            writeln!(out, "left out {reason}")?;
        }
        for separation in &charter.separation {
            writeln!(out, "approval {}", separation.paths.join(", "))?;
        }
        for (policy, stage) in &stages {
            writeln!(out, "{stage:8} {policy}")?;
        }
        for problem in compiled.errors() {
            writeln!(out, "problem  {problem}")?;
        }
        Ok(())
    })?;
    Ok(if compiled.count() == 0 { Status::Nothing } else { Status::Clean })
}
