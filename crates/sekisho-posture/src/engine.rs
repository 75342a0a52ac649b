//! Runs checks over an inventory: one pass over the objects, then the checks that need them all.

use std::collections::HashMap;

use rayon::prelude::*;
use sekisho_finding::{Confidence, Finding, Fingerprint, Location, Message, Related, Subject};
use sekisho_inventory::Inventory;
use sekisho_manifest::workload::{self, Container};
use sekisho_manifest::{Node, Object, Place, Segment};
use smol_str::SmolStr;

use crate::build::Build;
use crate::component::{self, Component, ComponentSettings, Surroundings};
use crate::{Check, Examine, Found, Settings};

/// What a check sees while it looks, and where it says what it found.
#[derive(Debug)]
pub struct Examination<'a> {
    inventory: &'a Inventory,
    settings: &'a Settings,
    check: &'static Check,
    container: Option<SmolStr>,
    findings: Vec<Finding>,
}

/// Runs the checks over the inventory. The findings come in the order of source, place and slug, the same
/// on every run.
pub fn examine(inventory: &Inventory, checks: &[&'static Check], settings: &Settings) -> Vec<Finding> {
    let plan = Plan::new(checks, inventory);
    let mut findings: Vec<Finding> = inventory
        .objects()
        .par_iter()
        .flat_map_iter(|object| plan.examine_object(object, inventory, settings))
        .collect();
    let wide: Vec<Finding> = plan
        .inventory
        .par_iter()
        .flat_map_iter(|(check, examine)| {
            let mut examination = Examination::new(inventory, settings, check);
            examine(&mut examination);
            examination.findings
        })
        .collect();
    findings.extend(wide);
    findings.sort_by(|a, b| {
        (a.location.source, a.location.span.start, &a.rule, &a.location.field)
            .cmp(&(b.location.source, b.location.span.start, &b.rule, &b.location.field))
            .then_with(|| a.message.arguments.cmp(&b.message.arguments))
    });
    findings
}

type ContainerCheck = for<'a> fn(&'a Container<'a>, &mut Examination<'a>);
type PodCheck = for<'a> fn(&'a workload::Pod<'a>, &mut Examination<'a>);
type ObjectCheck = for<'a> fn(&'a Object, &mut Examination<'a>);
type ComponentCheck = for<'a> fn(&'a ComponentSettings<'a>, &mut Examination<'a>);
type BuildCheck = for<'a> fn(&Build<'a>, &mut Examination<'a>);
type InventoryCheck = for<'a> fn(&mut Examination<'a>);

/// The checks sorted by what they look at.
#[derive(Default)]
struct Plan {
    container: Vec<(&'static Check, ContainerCheck)>,
    pod: Vec<(&'static Check, PodCheck)>,
    object: HashMap<(&'static str, &'static str), Vec<(&'static Check, ObjectCheck)>>,
    any: Vec<(&'static Check, ObjectCheck)>,
    component: Vec<(&'static Check, &'static [Component], ComponentCheck)>,
    build: Vec<(&'static Check, BuildCheck)>,
    surroundings: Surroundings,
    inventory: Vec<(&'static Check, InventoryCheck)>,
}

impl Plan {
    fn new(checks: &[&'static Check], inventory: &Inventory) -> Self {
        let mut plan = Self { surroundings: Surroundings::of(inventory), ..Self::default() };
        for check in checks.iter().copied() {
            match check.examine {
                Examine::Container(examine) => plan.container.push((check, examine)),
                Examine::Pod(examine) => plan.pod.push((check, examine)),
                Examine::AnyObject(examine) => plan.any.push((check, examine)),
                Examine::Component(components, examine) => {
                    plan.component.push((check, components, examine));
                }
                Examine::Build(examine) => plan.build.push((check, examine)),
                Examine::Inventory(_, examine) => plan.inventory.push((check, examine)),
                Examine::Object(kinds, examine) => {
                    for kind in kinds {
                        plan.object.entry(*kind).or_default().push((check, examine));
                    }
                }
            }
        }
        plan
    }

    fn examine_object(&self, object: &Object, inventory: &Inventory, settings: &Settings) -> Vec<Finding> {
        let mut findings = Vec::new();
        if Build::is_one(object) {
            if !self.build.is_empty()
                && let Some(build) = Build::read(object, inventory.sources())
            {
                for (check, examine) in &self.build {
                    let mut examination = Examination::new(inventory, settings, check);
                    examine(&build, &mut examination);
                    findings.append(&mut examination.findings);
                }
            }
            return findings;
        }
        let of_kind = self.object.get(&(object.group(), object.kind.as_str()));
        // What is written of an image is no object of a cluster.
        let is_image = object.api_version == sekisho_dockerfile::API_VERSION;
        let any = self.any.iter().filter(|_| !is_image);
        for (check, examine) in any.chain(of_kind.into_iter().flatten()) {
            let mut examination = Examination::new(inventory, settings, check);
            examine(object, &mut examination);
            findings.append(&mut examination.findings);
        }
        let pods = workload::pods(object);
        if !self.component.is_empty() {
            for set_up in &component::settings(object, &pods, &self.surroundings) {
                for (check, components, examine) in &self.component {
                    if components.contains(&set_up.component) {
                        let mut examination = Examination::new(inventory, settings, check);
                        examine(set_up, &mut examination);
                        findings.append(&mut examination.findings);
                    }
                }
            }
        }
        for pod in &pods {
            for (check, examine) in &self.pod {
                let mut examination = Examination::new(inventory, settings, check);
                examine(pod, &mut examination);
                findings.append(&mut examination.findings);
            }
            for container in &pod.containers() {
                for (check, examine) in &self.container {
                    let mut examination = Examination::new(inventory, settings, check);
                    examination.container = Some(container.name());
                    examine(container, &mut examination);
                    findings.append(&mut examination.findings);
                }
            }
        }
        findings
    }
}

impl<'a> Examination<'a> {
    fn new(inventory: &'a Inventory, settings: &'a Settings, check: &'static Check) -> Self {
        Self { inventory, settings, check, container: None, findings: Vec::new() }
    }

    /// The objects of the run.
    pub fn inventory(&self) -> &'a Inventory {
        self.inventory
    }

    /// The choices of the run.
    pub fn settings(&self) -> &'a Settings {
        self.settings
    }

    /// Says what was found.
    pub fn report(&mut self, found: Found<'_>) {
        let Some(location) = self.locate(&found.place) else { return };
        let related = found
            .related
            .iter()
            .filter_map(|(place, message)| {
                Some(Related { location: self.locate(place)?, message: message.clone() })
            })
            .collect();
        let confidence = self.confidence(&found);
        let container = found.container.or_else(|| self.container.clone());
        let mut arguments = found.arguments;
        if let Some(container) = &container {
            arguments.push(("container", container.clone()));
        }
        let key = match found.variant {
            Some(variant) => format!("{}.{variant}", self.check.id).into(),
            None => self.check.id.into(),
        };
        self.findings.push(Finding {
            rule: self.check.id.into(),
            severity: found.severity.unwrap_or(self.check.severity),
            confidence,
            subject: Subject { object: found.place.object.reference(), container },
            fingerprint: fingerprint(self.check.id, &found.place, found.identity.as_deref()),
            location,
            secret: found.secret,
            related,
            message: Message { key, template: self.check.template(found.variant).into(), arguments },
            fix: found.mend.map(crate::Mend::into_fix),
            names: Vec::new(),
            value_sets: Vec::new(),
            suppressed: None,
            risk: 0.0,
        });
    }

    /// What a custom resource leaves out, its operator may put in: a missing field there proves little.
    fn confidence(&self, found: &Found<'_>) -> Confidence {
        let confidence = found.confidence.unwrap_or(self.check.confidence);
        let absent = found.place.node().is_none_or(Node::is_null);
        if absent && found.place.object.is_custom() { confidence.min(Confidence::Medium) } else { confidence }
    }

    fn locate(&self, place: &Place<'_>) -> Option<Location> {
        Location::of(place, self.inventory.sources())
    }
}

/// The rule, the object and the field; list items by name where they have one, so that the identity
/// survives when an item is put before them. Where an identity is given, it stands for the texts of items.
fn fingerprint(rule: &str, place: &Place<'_>, identity: Option<&str>) -> Fingerprint {
    let object = place.object;
    let mut parts: Vec<String> = vec![
        rule.to_owned(),
        object.group().to_owned(),
        object.kind.to_string(),
        object.namespace.as_deref().unwrap_or("").to_owned(),
        object.name.to_string(),
    ];
    let mut node = Some(&object.root);
    for segment in place.path.segments() {
        match segment {
            Segment::Key(key) => {
                parts.push(key.to_string());
                node = node.and_then(|node| node.get(key));
            }
            Segment::Index(index) => {
                node = node.and_then(|node| node.items().get(*index));
                let text = node.and_then(Node::as_str).filter(|_| identity.is_none());
                let name = text.or_else(|| node?.get("name")?.as_str());
                match (name, identity) {
                    (Some(name), _) => parts.push(name.to_owned()),
                    (None, Some(_)) if node.is_some_and(|node| node.as_str().is_some()) => {}
                    (None, _) => parts.push(index.to_string()),
                }
            }
        }
    }
    parts.extend(identity.map(str::to_owned));
    Fingerprint::of(parts.iter().map(String::as_str))
}
