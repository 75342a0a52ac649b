//! What readers of all formats gather: packages under their package URLs, and references between them.

use std::collections::{BTreeMap, HashMap};

use sekisho_contents::{Evidence, Package, Scope};
use sekisho_version::PackageUrl;
use smol_str::{SmolStr, ToSmolStr};

use crate::bill::{Bill, DEEPEST, Detail, Subject};
use crate::budget::{Budget, SbomError};
use crate::notes::{self, Notes};

/// A component as a format has it.
#[derive(Debug, Default)]
pub(crate) struct Component<'n> {
    /// How the bill refers to it.
    pub(crate) reference: Option<&'n str>,
    /// Its package URLs, best first.
    pub(crate) urls: Vec<&'n str>,
    /// Its group.
    pub(crate) group: Option<&'n str>,
    /// Its name.
    pub(crate) name: &'n str,
    /// Its version.
    pub(crate) version: Option<&'n str>,
    /// The pairs of name and value that it carries.
    pub(crate) pairs: Vec<(String, String)>,
    /// What only bills say of it.
    pub(crate) detail: Detail,
}

/// What was gathered.
#[derive(Debug)]
pub(crate) struct Gathering<'b> {
    pub(crate) bill: Bill,
    budget: &'b Budget,
    packages: BTreeMap<SmolStr, Package>,
    /// The package that a reference of the bill means.
    meant: HashMap<String, SmolStr>,
    /// Who needs whom, by reference.
    needs: Vec<(String, String)>,
    /// Whose part is what, by reference.
    parts: Vec<(String, String)>,
    /// What packages say of the release that they were built for.
    releases: HashMap<SmolStr, SmolStr>,
    /// How often a package came again.
    times: HashMap<SmolStr, usize>,
    count: usize,
}

/// How many names and addresses of one package are kept.
pub(crate) const MOST: usize = 100;
/// How often what is said of one package is taken in.
const OFTENEST: usize = 1_000;

impl<'b> Gathering<'b> {
    pub(crate) fn new(budget: &'b Budget) -> Self {
        Self {
            bill: Bill::default(),
            budget,
            packages: BTreeMap::new(),
            meant: HashMap::new(),
            needs: Vec::new(),
            parts: Vec::new(),
            releases: HashMap::new(),
            times: HashMap::new(),
            count: 0,
        }
    }

    /// Takes a component in. `fill` gives the package what the format has fields for.
    pub(crate) fn add(
        &mut self,
        component: Component<'_>,
        fill: impl FnOnce(&mut Package),
    ) -> Result<Option<SmolStr>, SbomError> {
        self.count += 1;
        if self.count > self.budget.packages {
            return Err(SbomError::Limit { what: "packages", limit: self.budget.packages });
        }
        let Component { reference, urls, group, name, version, pairs, mut detail } = component;
        let Some((url, is_named_only)) = self.url(&urls, group, name, version) else {
            self.bill.others += 1;
            return Ok(None);
        };
        detail.is_named_only = is_named_only;
        detail.reference = reference.map(str::to_owned);
        let (usual_group, usual_name) = shown_name(&url);
        let is_whole = group.is_none() && (name == url.package_name() || name == url.name());
        if !is_whole && (group, name) != (usual_group, usual_name.as_str()) {
            detail.name = Some((group.map(str::to_owned), name.to_owned()));
        }
        let key = url.to_smolstr();
        let mut package = Package::new(url, Evidence::Installed);
        fill(&mut package);
        let (ours, others) = Notes::part(pairs);
        notes::complete(&mut package, &ours);
        if let Some(release) = notes::noted_release(&ours) {
            self.releases.insert(key.clone(), release);
        }
        detail.notes = others;
        if let Some(reference) = reference {
            self.meant.insert(reference.to_owned(), key.clone());
        }
        if let Some(known) = self.packages.get_mut(&key) {
            let times = self.times.entry(key.clone()).or_default();
            *times += 1;
            if *times > OFTENEST {
                return Ok(Some(key));
            }
            known.absorb(package);
            if let Some(known) = self.bill.details.get_mut(&key) {
                absorb(known, detail);
            }
        } else {
            self.packages.insert(key.clone(), package);
            self.bill.details.insert(key.clone(), detail);
        }
        Ok(Some(key))
    }

    /// The package URL of a component, and whether it was made of its name.
    fn url(
        &mut self,
        urls: &[&str],
        group: Option<&str>,
        name: &str,
        version: Option<&str>,
    ) -> Option<(PackageUrl, bool)> {
        for text in urls {
            match PackageUrl::parse(text) {
                Ok(url) => return Some((with_epoch(url), false)),
                Err(error) => self.bill.fault(format!("`{name}`: {error}")),
            }
        }
        if name.is_empty() {
            self.bill.fault("a component has neither a package URL nor a name".to_owned());
            return None;
        }
        // What has no group may have it in its name, as modules of Go do.
        let (group, name) = match (group, name.trim_end_matches('/').rsplit_once('/')) {
            (None, Some((group, name))) => (Some(group), name),
            _ => (group, name),
        };
        PackageUrl::build("generic", group, name, version, BTreeMap::new(), None).ok().map(|url| (url, true))
    }

    /// Notes that one needs the other.
    pub(crate) fn needs(&mut self, from: &str, to: &str) {
        self.needs.push((from.to_owned(), to.to_owned()));
    }

    /// Notes that one is a part of the other.
    pub(crate) fn is_part(&mut self, part: &str, of: &str) {
        self.parts.push((part.to_owned(), of.to_owned()));
    }

    /// The package that a reference means.
    pub(crate) fn meant(&self, reference: &str) -> Option<&SmolStr> {
        self.meant.get(reference)
    }

    /// Says that something is needed only for building and testing, or not at all.
    pub(crate) fn scope(&mut self, reference: &str, scope: Scope) {
        if let Some(package) = self.meant.get(reference).and_then(|key| self.packages.get_mut(key)) {
            package.scope = scope;
        }
    }

    /// What the bill is about.
    pub(crate) fn subject(&mut self, mut subject: Subject, pairs: &[(String, String)]) {
        let (ours, others) = Notes::part(pairs.iter().cloned());
        notes::complete_subject(&mut subject, &ours, &others);
        self.bill.subject = Some(subject);
    }

    /// The bill.
    pub(crate) fn finish(mut self) -> Bill {
        for (part, of) in std::mem::take(&mut self.parts) {
            let (Some(part), Some(of)) = (self.meant.get(&part), self.meant.get(&of)) else { continue };
            let mut above = Some(of.clone());
            let mut steps = 0;
            while let Some(one) = above.take_if(|one| one != part && steps < DEEPEST) {
                steps += 1;
                above = self.bill.details.get(&one).and_then(|detail| detail.within.clone());
            }
            // What is, by way of others, a part of itself is none.
            if above.is_none()
                && let Some(detail) = self.bill.details.get_mut(part)
                && detail.within.is_none()
            {
                detail.within = Some(of.clone());
            }
        }
        for (from, to) in std::mem::take(&mut self.needs) {
            let (Some(from), Some(to)) = (self.meant.get(&from), self.meant.get(&to)) else { continue };
            if from != to
                && let Some(package) = self.packages.get_mut(from)
            {
                package.dependencies.insert(to.clone());
            }
        }
        let layers = self.bill.subject.as_ref().map_or(&[][..], |subject| &subject.layers);
        let distribution = self.bill.contents.distribution.as_ref();
        for (key, package) in &mut self.packages {
            package.release = match self.releases.remove(key) {
                Some(release) => Some(release).filter(|release| !release.is_empty()),
                None => notes::inferred_release(&package.url, distribution),
            };
            if let Some(detail) = self.bill.details.get(key) {
                notes::complete_as_others_say(package, &detail.notes, layers);
            }
            package.places.sort();
            package.places.dedup();
        }
        for flaw in &mut self.bill.flaws {
            for affected in &mut flaw.affects {
                if let Some(key) = self.meant.get(affected.as_str()) {
                    *affected = key.clone();
                }
            }
        }
        self.bill.contents.packages = self.packages.into_values().collect();
        self.bill
    }
}

fn absorb(known: &mut Detail, other: Detail) {
    for cpe in other.cpes {
        if known.cpes.len() < MOST && !known.cpes.contains(&cpe) {
            known.cpes.push(cpe);
        }
    }
    for link in other.links {
        if known.links.len() < MOST && !known.links.contains(&link) {
            known.links.push(link);
        }
    }
    known.is_named_only &= other.is_named_only;
    known.description = known.description.take().or(other.description);
    known.copyright = known.copyright.take().or(other.copyright);
}

/// The group and the name by which a package is shown where nothing else is said.
pub(crate) fn shown_name(url: &PackageUrl) -> (Option<&str>, String) {
    let group = url.namespace().filter(|_| matches!(url.kind(), "maven" | "npm" | "generic"));
    // Modules of Go and packages of Composer are known by their whole path.
    let name = match (url.kind(), url.namespace()) {
        ("golang" | "composer" | "githubactions" | "swift", Some(namespace)) => {
            format!("{namespace}/{}", url.name())
        }
        _ => url.name().to_owned(),
    };
    (group, name)
}

/// Trivy writes the epoch of a package of Debian as a qualifier; its version begins with it.
fn with_epoch(url: PackageUrl) -> PackageUrl {
    let (Some(epoch), Some(version), "deb") = (url.qualifier("epoch"), url.version(), url.kind()) else {
        return url;
    };
    if version.contains(':') {
        return url;
    }
    let version = format!("{epoch}:{version}");
    let qualifiers = url
        .qualifiers()
        .filter(|(key, _)| *key != "epoch")
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect();
    let built =
        PackageUrl::build(url.kind(), url.namespace(), url.name(), Some(&version), qualifiers, url.subpath());
    built.unwrap_or(url)
}
