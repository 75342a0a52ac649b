//! `.Files`: the files of a chart as templates reach them.

use std::any::Any;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use data_encoding::BASE64;
use sekisho_manifest::to_yaml;
use smol_str::SmolStr;

use sekisho_go::characters::valid;

use super::glob::Glob;
use super::{Chart, ChartFile};
use crate::call::Call;
use crate::error::CallError;
use crate::value::{Data, Host, HostKind, List, Method, Text, Type, Value};

const TYPE: &str = "engine.files";

/// The files of a chart, or some of them.
#[derive(Debug)]
pub(crate) struct Files(BTreeMap<SmolStr, Arc<[u8]>>);

impl Files {
    /// All files of a chart that are no templates, values or charts.
    pub(crate) fn of(chart: &Chart) -> Self {
        let entry = |file: &ChartFile| (file.path.clone(), Arc::clone(&file.bytes));
        Self(chart.files.iter().map(entry).collect())
    }

    /// The bytes of a file; empty where there is none.
    fn bytes(&self, path: &str) -> &[u8] {
        self.0.get(path).map_or(&[], |bytes| bytes)
    }

    /// The contents by the last parts of their paths, as YAML.
    fn as_yaml(&self, shown: impl Fn(&[u8]) -> String) -> String {
        let entries = self.0.iter().map(|(path, bytes)| {
            let name = path.rsplit('/').next().unwrap_or(path);
            (name.to_owned(), serde_json::Value::String(shown(bytes)))
        });
        let yaml = to_yaml(&serde_json::Value::Object(entries.collect()));
        yaml.strip_suffix('\n').unwrap_or(&yaml).to_owned()
    }

    fn size(&self) -> usize {
        self.0.values().map(|bytes| bytes.len()).sum()
    }
}

fn bytes_value(bytes: &[u8]) -> Value {
    Data::Bytes(bytes.into()).into()
}

impl Host for Files {
    fn type_name(&self) -> &'static str {
        TYPE
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn kind(&self) -> HostKind {
        HostKind::Map
    }

    fn methods(&self) -> &'static [Method] {
        METHODS
    }

    fn field(&self, name: &str) -> Option<Value> {
        self.0.get(name).map(|bytes| bytes_value(bytes))
    }

    fn entries(&self) -> Vec<(SmolStr, Value)> {
        self.0.iter().map(|(path, bytes)| (path.clone(), bytes_value(bytes))).collect()
    }

    fn truth(&self) -> bool {
        !self.0.is_empty()
    }
}

const METHODS: &[Method] = &[
    Method {
        name: "Get",
        parameters: &[Type::String],
        body: |call, host, args| {
            let bytes = files(host)?.bytes(&argument(args));
            call.allocate(bytes.len())?;
            Ok(Text::from_bytes(bytes.to_vec()).into())
        },
    },
    Method {
        name: "GetBytes",
        parameters: &[Type::String],
        body: |call, host, args| {
            let bytes = files(host)?.bytes(&argument(args));
            call.allocate(bytes.len())?;
            Ok(bytes_value(bytes))
        },
    },
    Method {
        name: "Glob",
        parameters: &[Type::String],
        body: |call, host, args| {
            let files = files(host)?;
            let pattern = argument(args);
            let glob = Glob::parse(&pattern);
            let mut found = BTreeMap::new();
            for (path, bytes) in &files.0 {
                call.charge(1 + (path.len() as u64 * pattern.len() as u64) / 64)?;
                if glob.matches(path) {
                    found.insert(path.clone(), Arc::clone(bytes));
                }
            }
            Ok(Value::host(Files(found)))
        },
    },
    Method {
        name: "AsConfig",
        parameters: &[],
        body: |call, host, _| {
            let files = files(host)?;
            call.allocate(files.size())?;
            Ok(Value::text(files.as_yaml(valid)))
        },
    },
    Method {
        name: "AsSecrets",
        parameters: &[],
        body: |call, host, _| {
            let files = files(host)?;
            call.allocate(files.size().saturating_mul(2))?;
            Ok(Value::text(files.as_yaml(|bytes| BASE64.encode(bytes))))
        },
    },
    Method { name: "Lines", parameters: &[Type::String], body: lines },
];

fn lines(call: &mut Call<'_>, host: &Rc<dyn Host>, args: &[Value]) -> Result<Value, CallError> {
    /// What an item of a list takes beside its text.
    const ITEM: usize = 64;
    let Some(bytes) = files(host)?.0.get(&argument(args)) else {
        return Ok(List::strings(Vec::new()).into());
    };
    if bytes.is_empty() {
        return Err(CallError::new("runtime error: index out of range [-1]"));
    }
    let breaks = memchr::memchr_iter(b'\n', bytes).count();
    call.allocate(bytes.len().saturating_add(breaks.saturating_mul(ITEM)))?;
    let text = Text::from_bytes(bytes.strip_suffix(b"\n").unwrap_or(bytes).to_vec());
    Ok(List::strings(text.lines().map(Value::from).collect()).into())
}

fn files(host: &Rc<dyn Host>) -> Result<&Files, CallError> {
    host.as_any().downcast_ref().ok_or_else(|| CallError::new("wrong receiver"))
}

/// The one argument, a text.
fn argument(args: &[Value]) -> SmolStr {
    args.first().and_then(Value::as_text).map(Text::to_key).unwrap_or_default()
}
