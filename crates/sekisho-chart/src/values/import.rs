//! Values that a chart takes over from those below it.

use smol_str::SmolStr;

use super::table::{copy_map, lay_over, put, table};
use super::{Unit, ValuesError, ValuesWarning};
use crate::chart::ImportValues;
use crate::value::{Map, Value};

impl Unit<'_> {
    /// Takes over what this chart and those below import. What a chart has itself counts more.
    pub(super) fn import_values(&mut self, warnings: &mut Vec<ValuesWarning>) -> Result<(), ValuesError> {
        for below in &mut self.below {
            below.import_values(warnings)?;
        }
        let Some(dependencies) = &self.metadata.dependencies else {
            return Ok(());
        };
        // What is strange about these values is told when they are laid over each other for good.
        let values = self.merge(&Map::new(), &mut Vec::new())?;
        let imported = Map::new();
        for dependency in dependencies {
            for import in &dependency.import_values {
                let (child, parent) = match import {
                    ImportValues::Export(name) => (format!("exports.{name}"), SmolStr::new_static(".")),
                    ImportValues::Table { child, parent } => (child.to_string(), parent.clone()),
                    ImportValues::Other => continue,
                };
                let key = format!("{}.{child}", dependency.name);
                match table(&values, &key) {
                    Some(found) => {
                        // An empty mapping is not shared, as in Helm; others are, and may grow where they were.
                        let found = if found.is_empty() { Map::new() } else { found };
                        lay_over(&imported, &below_key(&parent, found), "", true, warnings);
                    }
                    None => warnings.push(ValuesWarning::Import { key, chart: dependency.name.clone() }),
                }
            }
        }
        let values = copy_map(&values);
        lay_over(&values, &imported, "", true, warnings);
        self.values = values;
        Ok(())
    }
}

/// The mapping below a dotted key; `.` is no key.
fn below_key(key: &str, map: Map) -> Map {
    if key == "." {
        return map;
    }
    key.rsplit('.').fold(map, |map, part| {
        let above = Map::new();
        put(&above, part.into(), Value::from(map));
        above
    })
}
