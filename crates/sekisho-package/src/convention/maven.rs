//! Maven: what a `pom.xml` says, and what it means among the others of its tree.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::markup::Element;
use crate::path::{ends, folder};

/// A `pom.xml`, nothing of it resolved.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Pom {
    pub(crate) path: String,
    pub(crate) group: String,
    pub(crate) artifact: String,
    pub(crate) version: String,
    pub(crate) parent: Option<Parent>,
    pub(crate) properties: Vec<(String, String)>,
    pub(crate) managed: Vec<Need>,
    pub(crate) needs: Vec<Need>,
}

/// The parent that a project names.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Parent {
    pub(crate) group: String,
    pub(crate) artifact: String,
    pub(crate) version: String,
    pub(crate) relative_path: String,
}

/// A dependency, or a line of those that are managed.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Need {
    pub(crate) group: String,
    pub(crate) artifact: String,
    pub(crate) version: String,
    pub(crate) scope: String,
    pub(crate) is_optional: bool,
    pub(crate) kind: String,
    pub(crate) classifier: String,
    /// The line of the file, from 1.
    pub(crate) line: u32,
}

impl Pom {
    /// What the root element of a project says. `line` gives the line of an element.
    pub(crate) fn of(project: &Element, line: &dyn Fn(&Element) -> u32) -> Self {
        let mut pom = Self {
            group: project.child_text("groupId").to_owned(),
            artifact: project.child_text("artifactId").to_owned(),
            version: project.child_text("version").to_owned(),
            ..Self::default()
        };
        pom.parent = project.child("parent").map(|parent| Parent {
            group: parent.child_text("groupId").to_owned(),
            artifact: parent.child_text("artifactId").to_owned(),
            version: parent.child_text("version").to_owned(),
            // An element without text says that the parent is not in the tree.
            relative_path: parent
                .child("relativePath")
                .map_or("../pom.xml", |path| path.text.trim())
                .to_owned(),
        });
        let profiles = project.child("profiles").into_iter().flat_map(|profiles| profiles.all("profile"));
        let active = profiles.filter(|profile| {
            profile.at(&["activation", "activeByDefault"]).is_some_and(|active| active.text.trim() == "true")
        });
        for part in std::iter::once(project).chain(active) {
            for property in part.child("properties").into_iter().flat_map(|all| &all.children) {
                pom.properties.push((property.name.clone(), property.text.trim().to_owned()));
            }
            let listed = |path: &[&str]| {
                let list = part.at(path);
                list.into_iter()
                    .flat_map(|list| list.all("dependency"))
                    .map(|element| need(element, line))
                    .collect::<Vec<_>>()
            };
            pom.managed.extend(listed(&["dependencyManagement", "dependencies"]));
            pom.needs.extend(listed(&["dependencies"]));
        }
        pom
    }
}

fn need(element: &Element, line: &dyn Fn(&Element) -> u32) -> Need {
    Need {
        group: element.child_text("groupId").to_owned(),
        artifact: element.child_text("artifactId").to_owned(),
        version: element.child_text("version").to_owned(),
        scope: element.child_text("scope").to_owned(),
        is_optional: element.child_text("optional") == "true",
        kind: element.child_text("type").to_owned(),
        classifier: element.child_text("classifier").to_owned(),
        line: line(element),
    }
}

/// What a project needs, resolved as far as the tree allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Resolved {
    /// The file that names it: the project's own or that of a parent.
    pub(crate) path: String,
    pub(crate) need: Need,
}

/// All projects of a tree.
#[derive(Debug)]
pub(crate) struct Tree<'p> {
    poms: &'p [Pom],
    by_path: HashMap<&'p str, usize>,
    by_name: HashMap<(&'p str, &'p str), Vec<usize>>,
    /// Steps that are left, for a tree that is made to cost much.
    left: usize,
}

/// How many parents a project may have one above the other.
const GENERATIONS: usize = 32;
/// How long a value may grow.
const LONGEST: usize = 1024;

type Properties = BTreeMap<String, String>;
type Managed = HashMap<(String, String, String, String), Need>;

impl<'p> Tree<'p> {
    /// A tree of projects.
    pub(crate) fn new(poms: &'p [Pom]) -> Self {
        let mut by_name: HashMap<(&str, &str), Vec<usize>> = HashMap::new();
        for (index, pom) in poms.iter().enumerate() {
            by_name.entry((group(pom), pom.artifact.as_str())).or_default().push(index);
        }
        let by_path = poms.iter().enumerate().map(|(index, pom)| (pom.path.as_str(), index)).collect();
        Self { poms, by_path, by_name, left: 20_000_000 }
    }

    /// What a project needs: of its own and of its parents in the tree.
    pub(crate) fn needs(&mut self, index: usize) -> Vec<Resolved> {
        let chain = self.chain(index);
        let properties = self.properties(&chain);
        let managed = self.managed(&chain, &properties, &mut HashSet::new());
        let mut resolved = Vec::new();
        for pom in chain.iter().filter_map(|index| self.poms.get(*index)) {
            for need in &pom.needs {
                let Some(left) = self.left.checked_sub(1) else { return resolved };
                self.left = left;
                let mut need = filled_need(need, &properties);
                if let Some(managed) = managed.get(&key(&need)) {
                    if need.version.is_empty() {
                        need.version.clone_from(&managed.version);
                    }
                    if need.scope.is_empty() {
                        need.scope.clone_from(&managed.scope);
                    }
                }
                resolved.push(Resolved { path: pom.path.clone(), need });
            }
        }
        resolved
    }

    /// A project and its parents in the tree, the nearest first; a project that is its own parent ends it.
    fn chain(&self, index: usize) -> Vec<usize> {
        let mut chain = vec![index];
        while let Some(pom) = chain.last().and_then(|index| self.poms.get(*index)) {
            match self.parent(pom) {
                Some(parent) if chain.len() < GENERATIONS && !chain.contains(&parent) => chain.push(parent),
                _ => break,
            }
        }
        chain
    }

    fn parent(&self, pom: &Pom) -> Option<usize> {
        let parent = pom.parent.as_ref()?;
        let is_it = |index: &usize| {
            self.poms
                .get(*index)
                .is_some_and(|found| found.artifact == parent.artifact && group(found) == parent.group)
        };
        let beside =
            Some(parent.relative_path.as_str()).filter(|path| !path.is_empty()).and_then(|relative| {
                let path = joined(folder(&pom.path), relative)?;
                let file = if ends(&path, &[".xml"]) {
                    path
                } else {
                    format!("{path}/pom.xml").trim_start_matches('/').to_owned()
                };
                self.by_path.get(file.as_str()).copied()
            });
        beside.filter(is_it).or_else(|| self.named(&parent.group, &parent.artifact, &parent.version))
    }

    /// A project of the tree by its name; its version decides between several.
    fn named(&self, group: &str, artifact: &str, version: &str) -> Option<usize> {
        let found = self.by_name.get(&(group, artifact))?;
        let is_version =
            |index: &&usize| self.poms.get(**index).is_some_and(|pom| own_version(pom) == version);
        found.iter().find(is_version).or_else(|| found.first()).copied()
    }

    fn properties(&self, chain: &[usize]) -> Properties {
        let mut properties = Properties::new();
        for pom in chain.iter().rev().filter_map(|index| self.poms.get(*index)) {
            properties.extend(pom.properties.iter().cloned());
        }
        let first = |get: &dyn Fn(&Pom) -> String| {
            chain
                .iter()
                .filter_map(|index| self.poms.get(*index))
                .map(get)
                .find(|text| !text.is_empty())
                .unwrap_or_default()
        };
        let Some(pom) = chain.first().and_then(|index| self.poms.get(*index)) else { return properties };
        let parent = pom.parent.clone().unwrap_or_default();
        let or = |text: String, other: &str| if text.is_empty() { other.to_owned() } else { text };
        let said = [
            ("groupId", or(pom.group.clone(), &parent.group)),
            ("artifactId", pom.artifact.clone()),
            ("version", or(or(pom.version.clone(), &parent.version), &first(&|pom| pom.version.clone()))),
        ];
        for (name, value) in said {
            for prefix in ["project.", "pom.", ""] {
                properties.entry(format!("{prefix}{name}")).or_insert_with(|| value.clone());
            }
        }
        for (name, value) in
            [("groupId", &parent.group), ("artifactId", &parent.artifact), ("version", &parent.version)]
        {
            for prefix in ["project.parent.", "parent."] {
                properties.entry(format!("{prefix}{name}")).or_insert_with(|| value.clone());
            }
        }
        properties
    }

    /// The versions that are managed, the nearest first; imported lists come behind.
    fn managed(&mut self, chain: &[usize], properties: &Properties, visited: &mut HashSet<usize>) -> Managed {
        let mut managed = Managed::new();
        let mut imports = Vec::new();
        for pom in chain.iter().filter_map(|index| self.poms.get(*index)) {
            for need in &pom.managed {
                let Some(left) = self.left.checked_sub(1) else { return managed };
                self.left = left;
                let need = filled_need(need, properties);
                if need.scope == "import" {
                    imports.push(need);
                } else {
                    managed.entry(key(&need)).or_insert(need);
                }
            }
        }
        for import in imports {
            let Some(index) = self.named(&import.group, &import.artifact, &import.version) else { continue };
            if visited.len() >= GENERATIONS || !visited.insert(index) {
                continue;
            }
            let chain = self.chain(index);
            let properties = self.properties(&chain);
            for (key, need) in self.managed(&chain, &properties, visited) {
                managed.entry(key).or_insert(need);
            }
        }
        managed
    }
}

/// The group, which a project may take from its parent.
fn group(pom: &Pom) -> &str {
    match (&pom.parent, pom.group.is_empty()) {
        (Some(parent), true) => &parent.group,
        _ => &pom.group,
    }
}

fn own_version(pom: &Pom) -> &str {
    match (&pom.parent, pom.version.is_empty()) {
        (Some(parent), true) => &parent.version,
        _ => &pom.version,
    }
}

fn key(need: &Need) -> (String, String, String, String) {
    let kind = if need.kind.is_empty() { "jar" } else { &need.kind };
    (need.group.clone(), need.artifact.clone(), kind.to_owned(), need.classifier.clone())
}

fn filled_need(need: &Need, properties: &Properties) -> Need {
    let filled = |text: &str| filled(text, properties);
    Need {
        group: filled(&need.group),
        artifact: filled(&need.artifact),
        version: filled(&need.version),
        scope: filled(&need.scope),
        kind: filled(&need.kind),
        classifier: filled(&need.classifier),
        ..*need
    }
}

/// A text with its properties written out, those within properties too. What is not known stays.
fn filled(text: &str, properties: &Properties) -> String {
    let mut text = text.to_owned();
    // Each turn writes out one property; a property that names itself ends with the turns.
    for _ in 0..GENERATIONS {
        let found = text.match_indices("${").find_map(|(start, _)| {
            let end = start + text.get(start..)?.find('}')?;
            let value = properties.get(text.get(start + 2..end)?)?;
            Some((start..=end, value))
        });
        let Some((range, value)) = found else { break };
        if text.len() + value.len() > LONGEST {
            break;
        }
        text.replace_range(range, value);
    }
    text
}

/// A path from a folder; none where it leads out of the tree.
fn joined(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
