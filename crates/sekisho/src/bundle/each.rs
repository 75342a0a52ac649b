//! Policies that are objects of a cluster: each counts by itself. Whoever may write one in a namespace could otherwise hold
//! up those of everybody else.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use sekisho_manifest::Budget;
use sekisho_policy::{Bundle, BundleOptions, Material, Text};
use smol_str::SmolStr;

use super::options_for;

/// What worked last, by the paths of the objects.
#[derive(Default)]
pub(super) struct Each(Mutex<BTreeMap<SmolStr, Text>>);

impl Each {
    /// Compiles what works, and says what does not: its former version goes on, and where there is none it is left out. An
    /// error is one that lies in no object.
    pub(super) fn compile(
        &self,
        mut texts: Vec<Text>,
        options: &[BundleOptions; 2],
    ) -> Result<(Bundle, Vec<String>), String> {
        let mut former = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut replaced = BTreeSet::new();
        let mut said = BTreeMap::new();
        loop {
            let material = Material::of_texts(&texts, &Budget::default());
            let options = options_for(&material, options);
            let compiled = Bundle::compile(material, options);
            let faults = faults(&compiled, &texts)?;
            if faults.is_empty() {
                *former = texts.into_iter().map(|text| (text.path.clone(), text)).collect();
                return Ok((compiled, said.into_values().collect()));
            }
            let works = |text: Text| {
                let Some(why) = faults.get(&text.path) else { return Some(text) };
                let before = former.get(&text.path).filter(|before| before.bytes != text.bytes).cloned();
                let before = before.filter(|_| replaced.insert(text.path.clone()));
                let end = if before.is_some() { "its former version goes on" } else { "it is left out" };
                said.entry(text.path.clone())
                    .and_modify(|words| *words = format!("`{}`: {why}; {end}", text.path))
                    .or_insert_with(|| format!("`{}`: {why}; {end}", text.path));
                before
            };
            texts = texts.into_iter().filter_map(works).collect();
        }
    }
}

/// What is wrong, by the path of the object in which it is.
fn faults(compiled: &Bundle, texts: &[Text]) -> Result<BTreeMap<SmolStr, String>, String> {
    let unread = compiled.unread.iter().map(|(place, why)| (place.as_str(), why.clone()));
    let wrong = compiled.errors().map(|problem| {
        let source = compiled.sources.get(problem.span.source.0 as usize);
        (source.map_or("", |source| source.name.as_str()), problem.to_string())
    });
    let mut faults = BTreeMap::new();
    for (place, why) in unread.chain(wrong) {
        let lies_in = |text: &&Text| {
            place
                .strip_prefix(text.path.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
        };
        let text = texts.iter().find(lies_in).ok_or_else(|| format!("`{place}` {why}"))?;
        faults.entry(text.path.clone()).or_insert(why);
    }
    Ok(faults)
}
