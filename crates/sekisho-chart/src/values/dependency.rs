//! Which charts take part: versions, aliases, conditions, tags.

use smol_str::SmolStr;

use super::table::{leaf, table};
use super::{Unit, ValuesError, ValuesWarning};
use crate::chart::{Chart, Dependency};
use crate::semver::fits;
use crate::value::Map;

/// So many times charts take part below others. One can take part under several names, and those in it again.
const MOST_CHARTS: usize = 10_000;

impl Unit<'_> {
    /// Leaves out the charts that conditions and tags switch off, gives the others the names that the charts
    /// above them chose, and takes over what charts import.
    ///
    /// # Errors
    /// Where the values of a chart below are no mapping.
    pub(crate) fn process_dependencies(
        &mut self,
        given: &Map,
        warnings: &mut Vec<ValuesWarning>,
    ) -> Result<(), ValuesError> {
        let mut left = MOST_CHARTS;
        self.choose(given, "", warnings, &mut left)?;
        self.import_values(warnings)
    }

    /// The dependencies that no chart in `charts/` fulfils by its name.
    pub(crate) fn missing(&self) -> Vec<SmolStr> {
        let dependencies = self.metadata.dependencies.iter().flatten();
        dependencies
            .filter(|dependency| self.below.iter().all(|below| *below.name() != dependency.name))
            .map(|dependency| dependency.name.clone())
            .collect()
    }

    fn choose(
        &mut self,
        given: &Map,
        path: &str,
        warnings: &mut Vec<ValuesWarning>,
        left: &mut usize,
    ) -> Result<(), ValuesError> {
        let Some(mut dependencies) = self.metadata.dependencies.take() else {
            return Ok(());
        };
        self.place(&dependencies, left)?;
        for dependency in &mut dependencies {
            dependency.name = dependency.local_name().clone();
        }
        let values = self.coalesce(given, warnings)?;
        for dependency in &mut dependencies {
            dependency.enabled = true;
            switch_by_tags(dependency, &values, warnings);
            switch_by_conditions(dependency, &values, path, warnings);
        }
        let is_off = |name: &str| dependencies.iter().any(|one| !one.enabled && one.name == name);
        self.below.retain(|below| !is_off(below.name()));
        for below in &mut self.below {
            let path = format!("{path}{}.", below.name());
            below.choose(&values, &path, warnings, left)?;
        }
        // One that is off takes all of its name along.
        let off: Vec<_> =
            dependencies.iter().filter(|one| !one.enabled).map(|one| one.name.clone()).collect();
        dependencies.retain(|one| !off.contains(&one.name));
        self.metadata.dependencies = (!dependencies.is_empty()).then_some(dependencies);
        Ok(())
    }

    /// Puts the charts below into the order of the dependencies, each under the name that it has there, behind
    /// those that no dependency names.
    fn place(&mut self, dependencies: &[Dependency], left: &mut usize) -> Result<(), ValuesError> {
        let fulfils = |unit: &Self, dependency: &Dependency| {
            *unit.name() == dependency.name && fits(&dependency.version, &unit.metadata.version)
        };
        let mut named = Vec::new();
        for dependency in dependencies {
            let Some(found) = self.below.iter().find(|unit| fulfils(unit, dependency)) else { continue };
            *left = left
                .checked_sub(1 + charts_in(found.chart))
                .ok_or(ValuesError::TooManyCharts { limit: MOST_CHARTS })?;
            named.push(self.under(found.chart, dependency.local_name().clone()));
        }
        self.below.retain(|unit| !dependencies.iter().any(|dependency| fulfils(unit, dependency)));
        self.below.extend(named);
        Ok(())
    }
}

/// How many charts lie in one, at any depth.
fn charts_in(chart: &Chart) -> usize {
    chart.charts.iter().map(|below| 1 + charts_in(below)).sum()
}

/// One tag that is true switches a chart on; else one that is false switches it off.
fn switch_by_tags(dependency: &mut Dependency, values: &Map, warnings: &mut Vec<ValuesWarning>) {
    let Some(tags) = table(values, "tags") else {
        return;
    };
    let mut known = Vec::new();
    for tag in &dependency.tags {
        let Some(value) = tags.get(tag) else { continue };
        match value.as_bool() {
            Some(value) => known.push(value),
            None => warnings
                .push(ValuesWarning::Switch { key: format!("tags.{tag}"), chart: dependency.name.clone() }),
        }
    }
    dependency.enabled = known.is_empty() || known.contains(&true);
}

/// The first condition that is true or false decides.
fn switch_by_conditions(
    dependency: &mut Dependency,
    values: &Map,
    path: &str,
    warnings: &mut Vec<ValuesWarning>,
) {
    for condition in dependency.condition.trim().split(',').filter(|condition| !condition.is_empty()) {
        let key = format!("{path}{condition}");
        let Some(value) = leaf(values, &key) else { continue };
        if let Some(value) = value.as_bool() {
            dependency.enabled = value;
            return;
        }
        warnings.push(ValuesWarning::Switch { key, chart: dependency.name.clone() });
    }
}
