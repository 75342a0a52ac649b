//! The files of a chart → the chart: which file is what, by its path.

use std::collections::BTreeMap;
use std::sync::Arc;

use sekisho_manifest::{Budget, Format, Node, SourceId, decode, load, load_one};
use smol_str::{SmolStr, format_smolstr};

use super::{Chart, ChartError, ChartFile, ChartText, Metadata, MetadataError, Sources, Spent, archive};

/// Makes a chart of its files. `prefix` is the path of the chart's folder in the outermost chart: empty, or
/// with a `/` at its end.
pub(super) fn assemble(
    files: Vec<ChartFile>,
    prefix: &str,
    spent: &mut Spent<'_>,
    sources: Sources<'_>,
) -> Result<Chart, ChartError> {
    // Of two files of one path the later one counts.
    let by_path: BTreeMap<SmolStr, ChartFile> =
        files.into_iter().map(|file| (file.path.clone(), file)).collect();
    let mut assembly = Assembly { prefix, sources, warnings: Vec::new() };
    let (mut metadata, source) = match by_path.get("Chart.yaml") {
        Some(file) => assembly.chart_file(file)?,
        None => return Err(ChartError::NoMetadata),
    };
    let mut chart_files = Vec::new();
    let mut templates = Vec::new();
    let mut definitions = Vec::new();
    let mut values = Vec::new();
    let mut schema = None;
    let mut within: BTreeMap<SmolStr, Vec<ChartFile>> = BTreeMap::new();
    for (path, file) in by_path {
        match path.as_str() {
            "Chart.yaml" | "Chart.lock" => {}
            "values.yaml" => values = assembly.values(&file)?,
            "values.schema.json" => schema = Some(file.bytes),
            "requirements.yaml" => {
                assembly.requirements(&file, &mut metadata)?;
                if metadata.api_version == "v1" {
                    chart_files.push(file);
                }
            }
            "requirements.lock" => {
                if metadata.api_version == "v1" {
                    chart_files.push(file);
                }
            }
            _ if path.starts_with("templates/") => templates.push(assembly.template(&file)),
            _ => match path.strip_prefix("charts/") {
                Some(rest) if ending(rest) != "prov" => {
                    let name = rest.split('/').next().unwrap_or(rest);
                    within.entry(name.into()).or_default().push(ChartFile { path: rest.into(), ..file });
                }
                _ => {
                    if path.starts_with("crds/") && has_manifest_ending(&path) {
                        definitions.push(assembly.template(&file));
                    }
                    chart_files.push(file);
                }
            },
        }
    }
    metadata.validate().map_err(|error| assembly.metadata_error("Chart.yaml", error))?;
    let warnings = assembly.warnings;
    let charts = charts_within(within, prefix, &metadata.name, spent, sources)?;
    Ok(Chart {
        metadata,
        source,
        templates,
        files: chart_files,
        definitions,
        values,
        schema,
        charts,
        warnings,
    })
}

/// Reads the charts in `charts/`, as folders and as archives.
fn charts_within(
    within: BTreeMap<SmolStr, Vec<ChartFile>>,
    prefix: &str,
    parent: &SmolStr,
    spent: &mut Spent<'_>,
    sources: Sources<'_>,
) -> Result<Vec<Chart>, ChartError> {
    let mut charts = Vec::new();
    for (name, files) in within {
        if name.starts_with(['_', '.']) {
            continue;
        }
        let in_error =
            |error| ChartError::Within { name: name.clone(), parent: parent.clone(), error: Box::new(error) };
        spent.enter().map_err(ChartError::Limit)?;
        let is_archive = ending(&name) == "tgz" || name.ends_with(".tar.gz");
        let archived = files.iter().find(|file| is_archive && file.path == name);
        let files = match archived {
            Some(file) => archive::read(&file.bytes, spent).map_err(|error| in_error(error.into()))?,
            None => files.into_iter().filter_map(below_folder).collect(),
        };
        let prefix = format!("{prefix}charts/{name}/");
        charts.push(assemble(files, &prefix, spent, sources).map_err(in_error)?);
        spent.leave();
    }
    Ok(charts)
}

/// The file with its path below the first folder; none where it lies in no folder.
fn below_folder(file: ChartFile) -> Option<ChartFile> {
    let (_, rest) = file.path.split_once('/')?;
    Some(ChartFile { path: rest.into(), bytes: file.bytes })
}

fn has_manifest_ending(path: &str) -> bool {
    ["yaml", "yml", "json"].iter().any(|known| ending(path).eq_ignore_ascii_case(known))
}

/// What stands behind the last dot of the file's name.
fn ending(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or("", |(_, ending)| ending)
}

/// Turns the files of one chart into what they hold.
struct Assembly<'a, 's> {
    prefix: &'a str,
    sources: &'s mut dyn FnMut(&str, &Arc<str>) -> SourceId,
    warnings: Vec<String>,
}

impl Assembly<'_, '_> {
    fn path(&self, path: &str) -> SmolStr {
        format_smolstr!("{}{path}", self.prefix)
    }

    fn metadata_error(&self, path: &str, error: MetadataError) -> ChartError {
        ChartError::Metadata { path: self.path(path), error }
    }

    fn template(&mut self, file: &ChartFile) -> ChartText {
        let text: Arc<str> = String::from_utf8_lossy(&file.bytes).into();
        let path = self.path(&file.path);
        let source = (self.sources)(&path, &text);
        ChartText { path: file.path.clone(), text, source }
    }

    /// The text of a YAML file, entered as a source.
    fn text(&mut self, file: &ChartFile) -> Result<(Arc<str>, SourceId), ChartError> {
        match decode(SourceId::default(), &file.bytes) {
            Ok(text) => {
                let text: Arc<str> = text.into();
                let path = self.path(&file.path);
                let source = (self.sources)(&path, &text);
                Ok((text, source))
            }
            Err(error) => Err(ChartError::Yaml { path: self.path(&file.path), error }),
        }
    }

    /// The document of a file that holds one.
    fn document(&mut self, file: &ChartFile) -> Result<(Node, SourceId), ChartError> {
        let (text, source) = self.text(file)?;
        let mut loaded = load_one(source, &text, &Budget::default());
        match (loaded.documents.pop(), loaded.errors.into_iter().next()) {
            (Some(document), None) => Ok((document.root, source)),
            (_, Some(error)) => Err(ChartError::Yaml { path: self.path(&file.path), error }),
            (None, None) => Err(ChartError::NoMetadata),
        }
    }

    fn chart_file(&mut self, file: &ChartFile) -> Result<(Metadata, SourceId), ChartError> {
        let (root, source) = self.document(file)?;
        let mut metadata = Metadata::default();
        metadata.read(&root).map_err(|error| self.metadata_error(&file.path, error))?;
        if metadata.api_version.is_empty() {
            metadata.api_version = "v1".into();
        }
        Ok((metadata, source))
    }

    fn requirements(&mut self, file: &ChartFile, metadata: &mut Metadata) -> Result<(), ChartError> {
        let (root, _) = self.document(file)?;
        metadata.read(&root).map_err(|error| self.metadata_error(&file.path, error))?;
        if metadata.api_version != "v1" {
            let path = self.path(&file.path);
            self.warnings.push(format!("`{path}` belongs to charts of version v1; move it into Chart.yaml"));
        }
        Ok(())
    }

    fn values(&mut self, file: &ChartFile) -> Result<Vec<Node>, ChartError> {
        let (text, source) = self.text(file)?;
        let loaded = load(source, &text, Format::Yaml, &Budget::default());
        if let Some(error) = loaded.errors.into_iter().next() {
            return Err(ChartError::Yaml { path: self.path(&file.path), error });
        }
        let documents: Vec<_> = loaded.documents.into_iter().map(|document| document.root).collect();
        if documents.iter().any(|root| root.as_mapping().is_none()) {
            return Err(ChartError::Values { path: self.path(&file.path) });
        }
        Ok(documents)
    }
}
