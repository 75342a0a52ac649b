//! Objects → findings, with every set of values by itself: what is there with one set does not meet what is
//! there with another.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use sekisho_finding::{Finding, Fingerprint};
use sekisho_inventory::Inventory;
use sekisho_manifest::{Object, Source, Span};
use sekisho_posture::{Check, Settings};
use smol_str::SmolStr;

use crate::config::Config;
use crate::route::{Router, Tried};
use crate::target::Loaded;

/// What runs over the objects.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Examiner<'a> {
    /// The checks.
    pub(crate) checks: &'a [&'static Check],
    /// Their settings.
    pub(crate) settings: &'a Settings,
    /// The configuration, which may give checks another severity.
    pub(crate) config: &'a Config,
    /// The routes of fixes that did not lead to their findings.
    pub(crate) tried: &'a Tried,
    /// The namespace of objects that name none.
    pub(crate) namespace: &'a str,
}

/// What was found in all sets of values together.
#[derive(Debug)]
pub(crate) struct Examined {
    /// Everything.
    pub(crate) inventory: Inventory,
    /// The findings with their risk, each once.
    pub(crate) findings: Vec<Finding>,
    /// Those whose fixes go by way of what is rendered.
    pub(crate) routed: BTreeSet<Fingerprint>,
}

impl Examiner<'_> {
    /// What is found.
    pub(crate) fn examine(self, loaded: &mut Loaded) -> Examined {
        let mut routed = BTreeSet::new();
        let sources = std::mem::take(&mut loaded.sources);
        let common = std::mem::take(&mut loaded.objects);
        let sets = std::mem::take(&mut loaded.in_sets);
        if sets.is_empty() {
            let inventory = Inventory::new(sources, common, self.namespace);
            let findings = merged(vec![(None, self.findings(&inventory, &mut routed))]);
            return Examined { inventory, findings, routed };
        }
        let found = sets.iter().map(|(name, objects)| {
            let inventory = self.inventory(&sources, &[&common, objects]);
            (Some(name), self.findings(&inventory, &mut routed))
        });
        let findings = merged(found.collect());
        let mut all = vec![&common[..]];
        all.extend(sets.iter().map(|(_, objects)| &objects[..]));
        Examined { inventory: self.inventory(&sources, &all), findings, routed }
    }

    fn inventory(self, sources: &[Source], objects: &[&[Object]]) -> Inventory {
        Inventory::new(sources.to_vec(), objects.concat(), self.namespace)
    }

    fn findings(self, inventory: &Inventory, routed: &mut BTreeSet<Fingerprint>) -> Vec<Finding> {
        let mut findings = sekisho_posture::examine(inventory, self.checks, self.settings);
        let mut finder = Router::new(inventory);
        for finding in &mut findings {
            if let Some(severity) = self.config.severity_of(&finding.rule) {
                finding.severity = severity;
            }
            if finder.route(finding, self.tried) {
                routed.insert(finding.fingerprint);
            }
        }
        sekisho_risk::weigh(&mut findings, inventory);
        findings
    }
}

/// What makes two findings the same to a reader.
type Identity = (Fingerprint, Span, u64);

/// What makes a finding itself: what it says of which object, and where.
fn identity(finding: &Finding) -> Identity {
    let mut hasher = DefaultHasher::new();
    finding.message.key.hash(&mut hasher);
    finding.message.arguments.hash(&mut hasher);
    (finding.fingerprint, finding.location.span, hasher.finish())
}

/// The findings of all sets, equal ones once and with the names of the sets, unless they are in all of them.
fn merged(found: Vec<(Option<&SmolStr>, Vec<Finding>)>) -> Vec<Finding> {
    let sets = found.len();
    let mut known: HashMap<Identity, usize> = HashMap::new();
    let mut merged: Vec<(Finding, usize)> = Vec::new();
    for (name, findings) in found {
        // Within a set a finding may come twice too: of a base that two kustomizations take in.
        let mut seen: HashSet<Identity> = HashSet::new();
        for finding in findings {
            let identity = identity(&finding);
            if !seen.insert(identity) {
                continue;
            }
            if let Some((first, count)) = known.get(&identity).and_then(|place| merged.get_mut(*place)) {
                *count += 1;
                first.risk = first.risk.max(finding.risk);
                first.severity = first.severity.max(finding.severity);
                first.value_sets.extend(name.cloned());
            } else {
                known.insert(identity, merged.len());
                merged.push((Finding { value_sets: name.cloned().into_iter().collect(), ..finding }, 1));
            }
        }
    }
    let whole = merged.into_iter().map(|(mut finding, count)| {
        if count == sets {
            finding.value_sets.clear();
        }
        finding
    });
    whole.collect()
}
