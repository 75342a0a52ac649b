//! Values of a chart and those below it, laid over each other from the top.

use smol_str::SmolStr;

use super::table::{copy_map, join, lay_over, put, without_nulls};
use super::{Unit, ValuesError, ValuesWarning};
use crate::value::{Map, Value};

/// The key whose mapping every chart below sees too.
const GLOBAL: &str = "global";

impl Unit<'_> {
    /// The values of this chart and those below it, over which those given are laid.
    ///
    /// # Errors
    /// Where the values of a chart below are no mapping.
    pub(crate) fn coalesce(
        &self,
        given: &Map,
        warnings: &mut Vec<ValuesWarning>,
    ) -> Result<Map, ValuesError> {
        let values = copy_map(given);
        Coalescing { keep_nulls: false, warnings }.unit(self, &values, "")?;
        Ok(values)
    }

    /// The same, but nulls are kept: they must still take defaults away in a later round.
    pub(super) fn merge(&self, given: &Map, warnings: &mut Vec<ValuesWarning>) -> Result<Map, ValuesError> {
        let values = copy_map(given);
        Coalescing { keep_nulls: true, warnings }.unit(self, &values, "")?;
        Ok(values)
    }
}

struct Coalescing<'w> {
    keep_nulls: bool,
    warnings: &'w mut Vec<ValuesWarning>,
}

impl Coalescing<'_> {
    /// Fills `values`, which count, with what the chart and those below bring. `above` is their key.
    fn unit(&mut self, unit: &Unit<'_>, values: &Map, above: &str) -> Result<(), ValuesError> {
        self.defaults(unit, values, above);
        for below in &unit.below {
            let name = below.name();
            let own = match values.get(name) {
                None => {
                    let own = Map::new();
                    put(values, name.clone(), Value::from(own.clone()).with_key(&below.key));
                    own
                }
                Some(value) => match value.as_map() {
                    Some(own) => own.clone(),
                    None => {
                        return Err(ValuesError::NoMapping { key: join(above, name), chart: name.clone() });
                    }
                },
            };
            let key = join(above, name);
            self.globals(&own, values, &key);
            self.unit(below, &own, &key)?;
        }
        Ok(())
    }

    /// Fills `values` with the chart's own.
    fn defaults(&mut self, unit: &Unit<'_>, values: &Map, above: &str) {
        for (key, default) in copy_map(&unit.values).snapshot() {
            match values.get(&key) {
                Some(value) if value.is_nil() && !self.keep_nulls => values.unset(&key),
                Some(value) => {
                    if let Some(over) = value.as_map() {
                        self.default(unit, over, &key, &default, above);
                    }
                }
                None if self.keep_nulls => put(values, key, default),
                None if default.is_nil() => {}
                None => {
                    if let Some(map) = default.as_map() {
                        without_nulls(map);
                    }
                    put(values, key, default);
                }
            }
        }
    }

    /// Lays a mapping over a chart's default of the same key.
    fn default(&mut self, unit: &Unit<'_>, over: &Map, key: &SmolStr, default: &Value, above: &str) {
        let Some(map) = default.as_map() else {
            if !default.is_nil() {
                self.warnings.push(ValuesWarning::Mapping { key: join(above, key) });
            }
            return;
        };
        // What a chart says of one below it is laid over that one's own values later.
        let keep_nulls = self.keep_nulls || unit.below.iter().any(|below| below.name() == key);
        if !keep_nulls {
            without_nulls(map);
        }
        lay_over(over, map, &join(above, key), keep_nulls, self.warnings);
    }

    /// Hands `global` on to a chart below, whose values are `own`: those from above count.
    fn globals(&mut self, own: &Map, values: &Map, key: &str) {
        let global_of = |map: &Map| match map.get(GLOBAL) {
            None => Some(Map::new()),
            Some(value) => value.as_map().cloned(),
        };
        let Some(target) = global_of(own) else {
            self.warnings.push(ValuesWarning::Global { key: join(key, GLOBAL) });
            return;
        };
        let Some(source) = global_of(values) else {
            self.warnings.push(ValuesWarning::Global { key: GLOBAL.to_owned() });
            return;
        };
        for (name, value) in source.snapshot() {
            let here = target.get(&name);
            let Some(map) = value.as_map() else {
                match here {
                    Some(here) if here.as_map().is_some() => {
                        self.warnings.push(ValuesWarning::NoMapping { key: join(GLOBAL, &name) });
                    }
                    _ => put(&target, name, value),
                }
                continue;
            };
            // Only the outermost mapping is a new one, as in Helm: what lies below is shared with the chart
            // above, and what a template changes there is seen in both.
            let over: Map = map.snapshot().into_iter().collect();
            if let Some(here) = here {
                let Some(here) = here.as_map() else {
                    self.warnings.push(ValuesWarning::Mapping { key: join(GLOBAL, &name) });
                    continue;
                };
                lay_over(&over, here, &join(GLOBAL, &name), true, self.warnings);
            }
            put(&target, name, Value { data: crate::value::Data::Map(over), key: value.key.clone() });
        }
        let key = own.get(GLOBAL).and_then(|value| value.key);
        put(own, GLOBAL.into(), Value { data: crate::value::Data::Map(target), key });
    }
}
