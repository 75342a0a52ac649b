//! `sekisho.yaml`: found upward from the target, read by the one loader, every mistake with its place.

pub(crate) mod document;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use jiff::civil::Date;
use sekisho_finding::Severity;
use sekisho_finding::suppress::Exception;
use sekisho_manifest::{Budget, FieldPath, Format, LineIndex, Node, Segment, Source, SourceId, Span, load};
use serde_path_to_error::Segment as PathSegment;

use self::document::ValueSetEntry;
pub(crate) use self::document::{Document, FailOn};
use crate::credentials::Asked;
use crate::file_rules::is_contained;
use crate::release::{ConfiguredChart, ValueSet, pattern_from_root};
use crate::vulnerable::Wanted;

/// The name under which the configuration is looked for.
pub(crate) const FILE_NAME: &str = "sekisho.yaml";

/// The configuration of a run, checked.
#[derive(Debug, Default)]
pub(crate) struct Config {
    /// The file it came from, as a source for findings about it.
    pub(crate) source: Option<Source>,
    /// What the file says.
    pub(crate) document: Document,
    /// Its exceptions, ready to match.
    pub(crate) exceptions: Vec<Exception>,
}

impl Config {
    /// Reads the configuration file, or the one found upward from the target where none is given.
    pub(crate) fn find(given: Option<&Path>, target: &Path) -> Result<Self> {
        match given.map(Path::to_owned).or_else(|| upward(target)) {
            Some(path) => Self::read(&path),
            None => Ok(Self::default()),
        }
    }

    fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path)
            .with_context(|| format!("cannot read the configuration `{}`", path.display()))?;
        Self::parse(&path.display().to_string(), &text)
    }

    /// Reads the text of a configuration file.
    pub(crate) fn parse(name: &str, text: &str) -> Result<Self> {
        let source = Source::new(name, text);
        let lines = LineIndex::new(text);
        let at = |span: Span| {
            let start = lines.position(text, span.start);
            format!("{name}:{}:{}", start.line, start.column)
        };
        let loaded = load(SourceId(0), text, Format::Yaml, &Budget::default());
        if let Some(error) = loaded.errors.first() {
            bail!("{}: {error}", at(error.span));
        }
        let root = match loaded.documents.as_slice() {
            [] => return Ok(Self { source: Some(source), ..Self::default() }),
            [document] => &document.root,
            [_, second, ..] => bail!("{}: one document is expected, this is a second", at(second.root.span)),
        };
        let document: Document = serde_path_to_error::deserialize(root.to_json()).map_err(|error| {
            let span = nearest(root, error.path());
            anyhow::anyhow!("{}: `{}`: {}", at(span), error.path(), error.inner())
        })?;
        let mut exceptions = Vec::new();
        for (index, entry) in document.exceptions.iter().enumerate() {
            let path: FieldPath = [Segment::from("exceptions"), Segment::from(index)].into_iter().collect();
            let span = root.resolve(&path).map_or(root.span, |node| node.span);
            exceptions.push(exception(entry, span).with_context(|| at(span))?);
        }
        let config = Self { source: Some(source), document, exceptions };
        let checked = config.check_slugs(root).and_then(|()| config.check_charts(root));
        checked.map_err(|(span, message)| anyhow::anyhow!("{}: {message}", at(span)))?;
        Ok(config)
    }

    /// Every slug that the file names must be that of a check, or the setting would silently do nothing.
    fn check_slugs(&self, root: &Node) -> Result<(), (Span, String)> {
        let place = |path: &FieldPath| root.resolve(path).map_or(root.span, |node| node.span);
        let mut named: Vec<(FieldPath, &str)> = Vec::new();
        for (list, slugs) in
            [("enable", &self.document.checks.enable), ("disable", &self.document.checks.disable)]
        {
            for (index, slug) in slugs.iter().enumerate() {
                named.push((sekisho_manifest::field!["checks", list, index], slug));
            }
        }
        for slug in self.document.checks.severity.keys() {
            named.push((sekisho_manifest::field!["checks", "severity", slug.as_str()], slug));
        }
        for (index, exception) in self.document.exceptions.iter().enumerate() {
            for (item, slug) in exception.checks.iter().enumerate() {
                named.push((sekisho_manifest::field!["exceptions", index, "checks", item], slug));
            }
        }
        for (path, slug) in named {
            if sekisho_posture::check(slug).is_none() && !is_contained(slug) {
                return Err((place(&path), unknown_slug(slug)));
            }
        }
        Ok(())
    }

    /// What the file says of charts, with paths as seen from where the command runs; the file lies in a folder.
    pub(crate) fn charts(&self, folder: &Path) -> Vec<ConfiguredChart> {
        let set = |set: &ValueSetEntry| ValueSet { name: set.name.as_str().into(), given: set.given(folder) };
        let charts = self.document.charts.iter().map(|entry| ConfiguredChart {
            path: pattern_from_root(folder, &entry.path),
            release: entry.release.clone(),
            namespace: entry.namespace.clone(),
            api_versions: entry.api_versions.clone(),
            given: entry.given(folder),
            sets: entry.sets.iter().map(set).collect(),
        });
        charts.collect()
    }

    /// An entry for a chart names it, and each of its sets has a name of its own.
    fn check_charts(&self, root: &Node) -> Result<(), (Span, String)> {
        let place = |path: &FieldPath| root.resolve(path).map_or(root.span, |node| node.span);
        for (index, entry) in self.document.charts.iter().enumerate() {
            let at = sekisho_manifest::field!["charts", index];
            if entry.path.is_empty() {
                return Err((place(&at), "an entry of `charts` needs `path`: name the chart".to_owned()));
            }
            for (number, set) in entry.sets.iter().enumerate() {
                let at = place(&at.join(&sekisho_manifest::field!["sets", number]));
                if set.name.is_empty() {
                    return Err((at, "a set of values needs `name`: findings bear it".to_owned()));
                }
                if entry.sets.iter().take(number).any(|other| other.name == set.name) {
                    return Err((at, format!("the set `{}` is there already: rename one", set.name)));
                }
            }
        }
        Ok(())
    }

    /// The folder that paths in the file count from, as seen from where the command runs.
    fn folder(&self) -> PathBuf {
        let folder = self.source.as_ref().and_then(|source| Path::new(source.name.as_str()).parent());
        folder
            .filter(|folder| !folder.as_os_str().is_empty())
            .map_or_else(|| PathBuf::from("."), Path::to_owned)
    }

    /// The keys of which a database must be signed by one.
    pub(crate) fn database_keys(&self) -> Vec<PathBuf> {
        let folder = self.folder();
        self.document.vulnerabilities.keys.iter().map(|key| folder.join(key)).collect()
    }

    /// What `sekisho db update` fetches.
    pub(crate) fn database_source(&self) -> Option<String> {
        let source = self.document.vulnerabilities.source.as_ref()?;
        let is_address = source.contains("://");
        Some(if is_address { source.clone() } else { self.folder().join(source).display().to_string() })
    }

    /// Where inventories of images are kept.
    pub(crate) fn inventories(&self) -> Option<String> {
        let said = self.document.vulnerabilities.inventories.as_ref()?;
        let is_address = said.contains("://");
        Some(if is_address { said.clone() } else { self.folder().join(said).display().to_string() })
    }

    /// What is asked about vulnerabilities, where the command line does not say otherwise.
    pub(crate) fn about_vulnerabilities(&self, asked: &Wanted) -> Wanted {
        let (said, folder) = (&self.document.vulnerabilities, self.folder());
        let database = said.database.as_ref().map(|database| folder.join(database));
        let statements = said.vex.iter().map(|path| folder.join(path));
        Wanted {
            keeps_nothing: asked.keeps_nothing,
            database: asked.database.clone().or(database),
            ignore_unfixed: asked.ignore_unfixed || said.ignore_unfixed,
            severities: asked.severities.clone(),
            vex: statements.chain(asked.vex.iter().cloned()).collect(),
        }
    }

    /// What is asked about credentials, where the command line does not say otherwise.
    pub(crate) fn about_credentials(&self, asked: &Asked) -> Asked {
        let rules = self.document.credentials.rules.as_ref().map(|rules| self.folder().join(rules));
        Asked { rules: asked.rules.clone().or(rules), history: asked.history, denied: asked.denied.clone() }
    }

    /// Lists of files that are denied, those of the command line behind.
    pub(crate) fn denied(&self, asked: &[PathBuf]) -> Vec<PathBuf> {
        let folder = self.folder();
        let said = self.document.files.deny.iter().map(|path| folder.join(path));
        said.chain(asked.iter().cloned()).collect()
    }

    /// The severity that the file gives a check, where it gives one.
    pub(crate) fn severity_of(&self, slug: &str) -> Option<Severity> {
        self.document.checks.severity.get(slug).map(|level| level.0)
    }
}

/// Says that a slug is unknown, and which one may be meant.
pub(crate) fn unknown_slug(slug: &str) -> String {
    let near = sekisho_posture::checks()
        .map(|check| (distance(slug, check.id), check.id))
        .filter(|(distance, id)| *distance <= 3.max(id.len() / 3))
        .min();
    match near {
        Some((_, id)) => format!("unknown check `{slug}`: did you mean `{id}`?"),
        None => format!("unknown check `{slug}`: `sekisho explain` lists the checks"),
    }
}

/// How many letters must change to make one word of the other (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut corner = i;
        let mut left = i + 1;
        let mut next = vec![left];
        for (to, above) in b.iter().zip(row.iter().skip(1)) {
            left = (corner + usize::from(from != *to)).min(left + 1).min(above + 1);
            corner = *above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

fn exception(entry: &document::ExceptionEntry, span: Span) -> Result<Exception> {
    for (name, text) in [("owner", &entry.owner), ("reason", &entry.reason)] {
        if text.trim().is_empty() {
            bail!("an exception needs `{name}`: say who answers for it and why");
        }
    }
    if entry.checks.is_empty() {
        bail!("an exception needs `checks`: name the checks it speaks of");
    }
    let expires = match &entry.expires {
        Some(text) => Some(parse_day(text)?),
        None => None,
    };
    Ok(Exception {
        rules: entry.checks.clone(),
        objects: entry.objects.clone(),
        namespaces: entry.namespaces.clone(),
        containers: entry.containers.clone(),
        files: entry.files.clone(),
        owner: entry.owner.clone(),
        reason: entry.reason.clone(),
        expires,
        span,
    })
}

/// Reads `2027-01-31` as days since 1970-01-01.
fn parse_day(text: &str) -> Result<i64> {
    let date: Date = text.parse().map_err(|_| {
        anyhow::anyhow!("`expires: {text}` is no date: write it as year-month-day, `2027-01-31`")
    })?;
    Ok(days(date))
}

/// Days since 1970-01-01.
pub(crate) fn days(date: Date) -> i64 {
    let epoch = Date::constant(1970, 1, 1);
    i64::from(date.since(epoch).map_or(0, |span| span.get_days()))
}

/// The nearest configuration file: in the target's folder or in one above it.
fn upward(target: &Path) -> Option<PathBuf> {
    let target = fs::canonicalize(target).or_else(|_| std::env::current_dir()).ok()?;
    let found =
        target.ancestors().map(|folder| folder.join(FILE_NAME)).find(|candidate| candidate.is_file())?;
    let here = std::env::current_dir().ok();
    let shown = here.and_then(|here| found.strip_prefix(here).ok().map(Path::to_owned));
    Some(shown.unwrap_or(found))
}

/// The span of the deepest value on the path that is there.
fn nearest(root: &Node, path: &serde_path_to_error::Path) -> Span {
    let mut node = root;
    let mut span = root.span;
    for segment in path {
        let next = match segment {
            PathSegment::Map { key } => node.entry(key).map(|entry| (entry.key_span, &entry.node)),
            PathSegment::Seq { index } => node.items().get(*index).map(|item| (item.span, item)),
            _ => None,
        };
        let Some((place, below)) = next else { break };
        span = place;
        node = below;
    }
    span
}
