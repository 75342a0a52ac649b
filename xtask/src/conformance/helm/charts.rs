//! The charts below a folder, and our rendering of them.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sekisho_chart::chart::{Chart, ChartBudget};
use sekisho_chart::render::{Options, Release, render};
use sekisho_chart::values::{Given, ValuesFile};
use sekisho_manifest::SourceId;
use smol_str::SmolStr;

use super::RELEASE;

/// A chart and the values that it is rendered with.
#[derive(Clone)]
pub(super) struct Case {
    /// Name and version of the chart, and the name of the values file.
    pub(super) id: String,
    /// Its folder or archive.
    pub(super) path: PathBuf,
    /// The values files.
    pub(super) values: Vec<PathBuf>,
    /// Whether values are not compared with their schema.
    pub(super) skip_schema: bool,
    /// The folder that no link may lead out of.
    pub(super) root: PathBuf,
}

/// Every chart below a folder that lies in no other one: with its own values, and with each of the values files
/// in its folder `ci`, where charts keep them for their tests.
pub(super) fn cases(data: &Path) -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    collect(data, data, &mut cases)?;
    cases.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(cases)
}

fn collect(root: &Path, folder: &Path, cases: &mut Vec<Case>) -> Result<()> {
    if folder.join("Chart.yaml").is_file() {
        return chart(root, folder, cases);
    }
    let mut entries: Vec<_> = fs::read_dir(folder)?.collect::<Result<_, _>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type()?.is_dir() {
            collect(root, &path, cases)?;
        } else if let Some(id) = name.strip_suffix(".tgz") {
            let root = root.to_owned();
            cases.push(Case { id: id.to_owned(), path, values: Vec::new(), skip_schema: false, root });
        }
    }
    Ok(())
}

fn chart(root: &Path, folder: &Path, cases: &mut Vec<Case>) -> Result<()> {
    let text = fs::read_to_string(folder.join("Chart.yaml"))?;
    let field = |name: &str| {
        let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        value.map_or("", |value| value.split(" #").next().unwrap_or("").trim().trim_matches(['"', '\'']))
    };
    let id = format!("{}-{}", field("name"), field("version"));
    let case = |id: String, values| {
        let (path, root) = (folder.to_owned(), root.to_owned());
        Case { id, path, values, skip_schema: false, root }
    };
    cases.push(case(id.clone(), Vec::new()));
    let Ok(entries) = fs::read_dir(folder.join("ci")) else {
        return Ok(());
    };
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_file() && path.extension().is_some_and(|kind| kind == "yaml" || kind == "yml") {
            cases.push(case(format!("{id} ci/{name}"), vec![path]));
        }
    }
    Ok(())
}

impl Case {
    /// What we print, or why we refuse.
    pub(super) fn render(&self, now: i64) -> Result<String, String> {
        let chart = self.read().map_err(|error| format!("{error:#}"))?;
        let mut files = Vec::new();
        for path in &self.values {
            let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
            let name = SmolStr::new(path.to_string_lossy());
            files.push(ValuesFile { name, text: text.into(), source: SourceId(0) });
        }
        let options = Options {
            release: Release { name: RELEASE.into(), ..Release::default() },
            given: Given { files, ..Given::default() },
            include_definitions: true,
            skip_schema_validation: self.skip_schema,
            now,
            ..Options::default()
        };
        render(&chart, &options).map(|rendering| rendering.to_text()).map_err(|error| error.to_string())
    }

    fn read(&self) -> Result<Chart> {
        let mut count = 0;
        let mut sources = |_: &str, _: &_| {
            count += 1;
            SourceId(count)
        };
        if self.path.is_file() {
            let bytes = fs::read(&self.path)?;
            return Ok(Chart::from_archive(&bytes, &mut sources, &ChartBudget::default())?);
        }
        let mut paths = Vec::new();
        self.list(&self.path, "", &mut vec![self.path.clone()], &mut paths)?;
        paths.sort();
        let mut read = |path: &str| fs::read(self.path.join(path)).map_err(|error| error.to_string());
        Ok(Chart::from_folder(&paths, &mut read, &mut sources, &ChartBudget::default())?)
    }

    /// The paths of the files of a folder, with what links stand for, unless that lies elsewhere or is one of
    /// the folders that are being read.
    fn list(
        &self,
        folder: &Path,
        prefix: &str,
        above: &mut Vec<PathBuf>,
        paths: &mut Vec<SmolStr>,
    ) -> Result<()> {
        for entry in fs::read_dir(folder).with_context(|| format!("cannot read `{}`", folder.display()))? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let shown = format!("{prefix}{name}");
            let Ok(real) = path.canonicalize() else { continue };
            if !real.starts_with(&self.root) || above.contains(&real) {
                continue;
            }
            if real.is_dir() {
                above.push(real);
                self.list(&path, &format!("{shown}/"), above, paths)?;
                above.pop();
            } else {
                paths.push(shown.into());
            }
        }
        Ok(())
    }
}
