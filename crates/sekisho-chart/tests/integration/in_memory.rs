//! Charts of a few lines, in memory.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::Arc;

use flate2::Compression;
use flate2::write::GzEncoder;
use sekisho_chart::chart::{Chart, ChartBudget, ChartError};
use sekisho_chart::value::{Data, Value};
use sekisho_manifest::SourceId;
use smol_str::SmolStr;

/// The texts that were entered as sources, by number: path and text.
#[derive(Debug, Default)]
pub(crate) struct Sources(pub(crate) Vec<(String, Arc<str>)>);

impl Sources {
    pub(crate) fn add(&mut self, path: &str, text: &Arc<str>) -> SourceId {
        self.0.push((path.to_owned(), Arc::clone(text)));
        SourceId(u32::try_from(self.0.len() - 1).unwrap())
    }

    pub(crate) fn path(&self, id: SourceId) -> &str {
        &self.0[id.0 as usize].0
    }

    pub(crate) fn text(&self, id: SourceId) -> &str {
        &self.0[id.0 as usize].1
    }
}

/// The chart of a folder with these files.
pub(crate) fn folder(files: &[(&str, &str)]) -> Result<Chart, ChartError> {
    folder_within(files, &mut Sources::default(), &ChartBudget::default())
}

/// The chart of a folder with these files, and its sources.
pub(crate) fn folder_within(
    files: &[(&str, &str)],
    sources: &mut Sources,
    budget: &ChartBudget,
) -> Result<Chart, ChartError> {
    let files: BTreeMap<SmolStr, Vec<u8>> =
        files.iter().map(|(path, text)| (SmolStr::new(path), text.as_bytes().to_vec())).collect();
    bytes_within(&files, sources, budget)
}

/// The chart of a folder with files of any bytes.
pub(crate) fn bytes_within(
    files: &BTreeMap<SmolStr, Vec<u8>>,
    sources: &mut Sources,
    budget: &ChartBudget,
) -> Result<Chart, ChartError> {
    let paths: Vec<SmolStr> = files.keys().cloned().collect();
    let mut read = |path: &str| files.get(path).cloned().ok_or_else(|| "no such file".to_owned());
    Chart::from_folder(&paths, &mut read, &mut |path, text| sources.add(path, text), budget)
}

/// A `Chart.yaml` of a name, with further lines.
pub(crate) fn chart_yaml(name: &str, more: &str) -> String {
    format!("apiVersion: v2\nname: {name}\nversion: 1.0.0\n{more}")
}

/// An archive of entries that a function writes.
pub(crate) fn archive(write: impl FnOnce(&mut tar::Builder<Vec<u8>>)) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    write(&mut builder);
    gzip(&builder.into_inner().unwrap())
}

/// An archive of regular files.
pub(crate) fn archive_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    archive(|builder| {
        for (path, bytes) in files {
            entry(builder, path, tar::EntryType::Regular, bytes);
        }
    })
}

/// Adds an entry whose name is written as it is.
pub(crate) fn entry(builder: &mut tar::Builder<Vec<u8>>, path: &str, kind: tar::EntryType, bytes: &[u8]) {
    let mut header = tar::Header::new_gnu();
    let name = &mut header.as_gnu_mut().unwrap().name;
    name[..path.len()].copy_from_slice(path.as_bytes());
    header.set_entry_type(kind);
    header.set_size(bytes.len() as u64);
    header.set_mode(0o644);
    header.set_cksum();
    builder.append(&header, bytes).unwrap();
}

/// The bytes as gzip.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A value as JSON.
pub(crate) fn json(value: &Value) -> serde_json::Value {
    match &value.data {
        Data::Absent | Data::Nil => serde_json::Value::Null,
        Data::Bool(value) => (*value).into(),
        Data::Int(value, _) => (*value).into(),
        Data::Uint(value, _) => (*value).into(),
        Data::Float(value) => (*value).into(),
        Data::Text(text) => text.to_str().into(),
        Data::List(list) => list.items().iter().map(json).collect(),
        Data::Map(map) => {
            let entries = map.entries();
            entries
                .iter()
                .map(|(key, value)| (key.to_string(), json(value)))
                .collect::<serde_json::Map<_, _>>()
                .into()
        }
        Data::Bytes(_) | Data::Host(_) => panic!("no value of a chart: {value:?}"),
    }
}
