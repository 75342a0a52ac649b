//! A chart in its place below others, with the name that it bears there and the values that it brings.

use std::sync::Arc;

use sekisho_manifest::Segment;
use smol_str::SmolStr;

use super::table;
use crate::chart::{Chart, Metadata};
use crate::value::{Map, Value, ValueKey};

/// A chart in its place.
#[derive(Debug)]
pub(crate) struct Unit<'c> {
    pub(crate) chart: &'c Chart,
    /// What the chart says of itself; the name is the alias, where the chart above gives one, and of the
    /// charts that it depends on only those stand there that take part.
    pub(crate) metadata: Metadata,
    /// The values that it brings.
    pub(crate) values: Map,
    /// The charts below it that take part.
    pub(crate) below: Vec<Self>,
    /// The key that holds its values, counted from the outermost chart.
    pub(crate) key: Arc<ValueKey>,
}

impl<'c> Unit<'c> {
    /// The outermost chart and everything in it.
    pub(crate) fn outermost(chart: &'c Chart) -> Self {
        Self::new(chart, chart.metadata.name.clone(), ValueKey::root(None))
    }

    /// The chart under a name below another.
    pub(super) fn under(&self, chart: &'c Chart, name: SmolStr) -> Self {
        let key = ValueKey::below(&self.key, Segment::Key(name.clone()), None);
        Self::new(chart, name, key)
    }

    fn new(chart: &'c Chart, name: SmolStr, key: Arc<ValueKey>) -> Self {
        let values = chart.values.iter().fold(Map::new(), |values, document| {
            match Value::from_node(document, &key).as_map() {
                Some(map) if values.is_empty() => map.clone(),
                Some(map) => table::merge(&values, map),
                None => values,
            }
        });
        let metadata = Metadata { name, ..chart.metadata.clone() };
        let mut unit = Self { chart, metadata, values, below: Vec::new(), key };
        unit.below =
            chart.charts.iter().map(|below| unit.under(below, below.metadata.name.clone())).collect();
        unit
    }

    /// The name that it bears in its place.
    pub(crate) fn name(&self) -> &SmolStr {
        &self.metadata.name
    }
}
