//! `sekisho trust`: roots of trust from a repository of The Update Framework.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use jiff::Timestamp;
use sekisho_notary::Services;
use sekisho_signature::root::TrustedRoot;
use sekisho_signature::signing_config::SigningConfig;
use sekisho_tuf::{Client, Keeper as _, Target, TufError};
use serde_json::Value;

use crate::arguments::trust::{KeptArguments, ShowArguments, TrustArguments, TrustVerb, UpdateArguments};
use crate::signature::repository::{
    Kept, PUBLIC_GOOD_REPOSITORY, PUBLIC_GOOD_ROOT, Place, SIGNING_CONFIG, TRUSTED_ROOT,
};
use crate::terminal::{self, Status, Terminal};
use crate::whole_file::write_atomically;

/// The most bytes of a file that is fetched.
const FILE_LIMIT: u64 = 64 << 20;

pub(crate) fn run(arguments: &TrustArguments, terminal: &Terminal) -> Result<Status> {
    match &arguments.verb {
        TrustVerb::Update(update) => self::update(update, terminal),
        TrustVerb::Show(show) => self::show(show),
    }
}

impl KeptArguments {
    fn repository(&self) -> &str {
        self.repository.as_deref().unwrap_or(PUBLIC_GOOD_REPOSITORY)
    }
}

fn update(arguments: &UpdateArguments, terminal: &Terminal) -> Result<Status> {
    let repository = arguments.kept.repository();
    let mut kept = Kept::of(arguments.kept.kept.as_deref(), repository)?;
    let services = Services::new();
    let place = Place::of(repository, &services, terminal.offline)?;
    let files = match &arguments.files {
        Some(files) => Place::of(files, &services, terminal.offline)?,
        None => {
            Place::of(&format!("{}/targets", repository.trim_end_matches('/')), &services, terminal.offline)?
        }
    };
    begin(&mut kept, arguments.root.as_deref(), repository)?;
    let output = arguments.output.clone().unwrap_or_else(|| kept.file(""));
    let folder = kept.folder.clone();
    let mut client = Client::new(&place, &mut kept, Timestamp::now())?;
    let status = client.refresh()?;
    let [root, timestamp, snapshot, targets] = status.versions;
    terminal.note(format_args!(
        "root {root}, timestamp {timestamp}, snapshot {snapshot}, targets {targets}; they count until {}",
        status.expires
    ));
    if arguments.metadata_only {
        return Ok(Status::Clean);
    }
    let usual = [TRUSTED_ROOT.to_owned(), SIGNING_CONFIG.to_owned()];
    let wanted = if arguments.file.is_empty() { &usual[..] } else { &arguments.file[..] };
    for path in wanted {
        match client.find(path) {
            Ok(target) => {
                let written = write(&target, &files, &output, client.is_consistent())?;
                terminal.note(format_args!("proved `{path}`: `{}`", written.display()));
            }
            // Older repositories have none.
            Err(TufError::NoTarget(_)) if arguments.file.is_empty() && path == SIGNING_CONFIG => {}
            Err(error) => return Err(error.into()),
        }
    }
    terminal.note(format_args!("kept in `{}`", folder.display()));
    Ok(Status::Clean)
}

/// Keeps the first root, where none is kept.
fn begin(kept: &mut Kept, root: Option<&Path>, repository: &str) -> Result<()> {
    let trouble = |trouble: sekisho_tuf::Trouble| anyhow::anyhow!("{trouble}");
    if kept.load("root").map_err(trouble)?.is_some() {
        return Ok(());
    }
    let bytes = match root {
        Some(path) => fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?,
        None if repository == PUBLIC_GOOD_REPOSITORY => PUBLIC_GOOD_ROOT.to_vec(),
        None => bail!("no root of `{repository}` is trusted yet: name the first one with `--root`"),
    };
    kept.keep("root", &bytes).map_err(trouble)
}

/// Fetches a file and writes it, where the one that is there is not the same.
fn write(target: &Target, files: &Place, output: &Path, consistent: bool) -> Result<PathBuf> {
    let is_inside =
        |part: &str| !part.is_empty() && part != "." && part != ".." && !part.contains(['\\', ':']);
    if !target.path.split('/').all(is_inside) {
        bail!("`{}` is no path of a file", target.path);
    }
    let path = output.join(&target.path);
    if fs::metadata(&path).is_ok_and(|about| about.len() == target.length)
        && fs::read(&path).is_ok_and(|bytes| target.check(&bytes).is_ok())
    {
        return Ok(path);
    }
    if target.length > FILE_LIMIT {
        bail!("`{}` has more than {FILE_LIMIT} bytes, the limit", target.path);
    }
    let place = target.place(consistent);
    let bytes = files.fetch(&place, target.length).map_err(|error| anyhow::anyhow!("`{place}`: {error}"))?;
    let bytes = bytes.with_context(|| format!("the repository has no `{place}`"))?;
    target.check(&bytes)?;
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    }
    write_atomically(&path, &bytes)?;
    Ok(path)
}

fn show(arguments: &ShowArguments) -> Result<Status> {
    let kept = Kept::of(arguments.kept.kept.as_deref(), arguments.kept.repository())?;
    let now = Timestamp::now();
    let (mut lines, mut is_over) = (Vec::new(), false);
    for role in ["root", "timestamp", "snapshot", "targets"] {
        let bytes = kept.load(role).map_err(|trouble| anyhow::anyhow!("{trouble}"))?;
        let Some(bytes) = bytes else {
            lines.push(format!("{role}: none"));
            is_over = true;
            continue;
        };
        let value: Value = serde_json::from_slice(&bytes).with_context(|| format!("`{role}.json`"))?;
        let version = value.pointer("/signed/version").and_then(Value::as_u64).unwrap_or_default();
        let expires = value.pointer("/signed/expires").and_then(Value::as_str).unwrap_or_default();
        let expires: Timestamp = expires.parse().with_context(|| format!("`{role}.json`"))?;
        is_over |= expires <= now;
        let word = if expires <= now { "counted" } else { "counts" };
        lines.push(format!("{role}: version {version}, {word} until {expires}"));
    }
    let text = |name: &str| fs::read_to_string(kept.file(name)).ok();
    if let Some(text) = text(TRUSTED_ROOT) {
        let root = TrustedRoot::of_json(&text)?;
        lines.push(format!(
            "{TRUSTED_ROOT}: {} certificate authorities, {} logs, {} certificate logs, {} timestamp authorities",
            root.certificate_authorities.len(),
            root.logs.len(),
            root.certificate_logs.len(),
            root.timestamp_authorities.len()
        ));
    }
    if let Some(text) = text(SIGNING_CONFIG) {
        let config = SigningConfig::of_json(&text)?;
        let authority = config.authority(now).map_or("none", |authority| authority.url.as_str());
        lines.push(format!("{SIGNING_CONFIG}: certificates of {authority}"));
    }
    terminal::write(None, |out| lines.iter().try_for_each(|line| writeln!(out, "{line}")))?;
    Ok(if is_over { Status::Findings } else { Status::Clean })
}
