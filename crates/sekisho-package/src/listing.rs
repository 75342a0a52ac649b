//! What one file lists: packages with their places and edges, and what is wrong with the file.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::ops::Range;

use data_encoding::{BASE64, HEXLOWER};
use sekisho_contents::{Hash, Package, Place, Scope};
use sekisho_version::PackageUrl;
use smol_str::{SmolStr, ToSmolStr};

use crate::convention::python_name::normal;
use crate::fault::Fault;
use crate::license;
use crate::sheet::Sheet;
use crate::{Access, File, Found, ReadError, Report};

/// How files of packages are read: whole, up to what [`Sheet`] takes.
pub(crate) const WHOLE: Access = Access::Whole(Sheet::LARGEST as u64);

/// How a project came to a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(crate) enum Relation {
    /// The file does not say.
    #[default]
    Unknown,
    /// The project itself, or a member of its workspace.
    Own,
    /// The project asks for it.
    Direct,
    /// Another package asks for it.
    Transitive,
}

/// A package as a file lists it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Listed {
    /// The type of its package URL.
    pub(crate) kind: &'static str,
    /// Group, scope or owner.
    pub(crate) namespace: Option<String>,
    /// The name.
    pub(crate) name: String,
    /// The version, where the file has one.
    pub(crate) version: Option<String>,
    /// Qualifiers of its package URL.
    pub(crate) qualifiers: BTreeMap<String, String>,
    /// The path within the package.
    pub(crate) subpath: Option<String>,
    /// The bytes of the file that name it.
    pub(crate) span: Range<u32>,
    /// How the project came to it.
    pub(crate) relation: Relation,
    /// Whether only work on the project needs it: tests, builds, tools.
    pub(crate) is_development: bool,
    /// Whether the project works without it.
    pub(crate) is_optional: bool,
    /// The name that edges of this file use.
    pub(crate) id: String,
    /// The packages that it needs, by their [`Listed::id`].
    pub(crate) needs: Vec<String>,
    /// Licences as the file writes them.
    pub(crate) licenses: Vec<String>,
    /// Checksums: algorithm and value as the file writes them.
    pub(crate) digests: Vec<(String, String)>,
}

impl Listed {
    /// A package of a type. Its id is its name.
    pub(crate) fn new(kind: &'static str, name: &str, version: &str, span: Range<u32>) -> Self {
        let name = name.trim();
        let version = Some(version.trim()).filter(|version| !version.is_empty());
        Self {
            kind,
            name: name.to_owned(),
            version: version.map(str::to_owned),
            span,
            id: name.to_owned(),
            ..Self::default()
        }
    }

    /// A package whose name may begin with a namespace and a slash: `@scope/name`, `vendor/name`, `host/path/name`.
    pub(crate) fn scoped(kind: &'static str, name: &str, version: &str, span: Range<u32>) -> Self {
        let mut listed = Self::new(kind, name, version, span);
        if let Some((namespace, name)) = name.trim().rsplit_once('/') {
            listed.namespace = Some(namespace.to_owned());
            name.clone_into(&mut listed.name);
        }
        listed
    }

    /// A package of Maven Central or another repository of its kind. Its id is `group:artifact`.
    pub(crate) fn maven(group: &str, artifact: &str, version: &str, span: Range<u32>) -> Self {
        let mut listed = Self::new("maven", artifact, version, span);
        listed.namespace = Some(group.trim()).filter(|group| !group.is_empty()).map(str::to_owned);
        listed.id = format!("{}:{}", group.trim(), artifact.trim());
        listed
    }

    /// With another id.
    pub(crate) fn known_as(mut self, id: impl Into<String>) -> Self {
        self.id = id.into();
        self
    }

    /// With a qualifier, where its value is not empty.
    pub(crate) fn qualified(mut self, key: &str, value: &str) -> Self {
        if !value.is_empty() {
            self.qualifiers.insert(key.to_owned(), value.to_owned());
        }
        self
    }

    /// Its package URL; none where its parts are against the rules of its type.
    pub(crate) fn url(&self) -> Option<PackageUrl> {
        let (namespace, version) = (self.namespace.as_deref(), self.version.as_deref());
        let qualifiers = self.qualifiers.clone();
        // `zope.interface` and `Zope_Interface` are one package.
        let name = if self.kind == "pypi" { normal(&self.name) } else { self.name.clone() };
        PackageUrl::build(self.kind, namespace, &name, version, qualifiers, self.subpath.as_deref()).ok()
    }
}

/// What one file lists.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Listing {
    /// The packages, in the order of the file.
    pub(crate) packages: Vec<Listed>,
    /// What is wrong with the file.
    pub(crate) faults: Vec<Fault>,
}

impl Listing {
    /// The most packages that one file may list.
    pub(crate) const MOST: usize = 50_000;

    /// Notes what is wrong with the file; behind the first hundred nothing more.
    pub(crate) fn fault(&mut self, fault: Fault) {
        const ENOUGH: usize = 100;
        if self.faults.len() < ENOUGH {
            self.faults.push(fault);
        }
    }

    /// Whether no more packages are taken.
    pub(crate) fn is_full(&self) -> bool {
        matches!(self.faults.last(), Some(Fault::Many(_)))
    }

    /// Says that no more packages are taken.
    pub(crate) fn fill(&mut self) {
        if !self.is_full() {
            self.faults.push(Fault::Many(Self::MOST));
        }
    }

    /// Adds a package that has a name.
    pub(crate) fn add(&mut self, listed: Listed) {
        if listed.name.is_empty() {
            return;
        }
        if self.packages.len() < Self::MOST {
            self.packages.push(listed);
        } else {
            self.fill();
        }
    }

    /// Adds packages.
    pub(crate) fn add_all(&mut self, packages: impl IntoIterator<Item = Listed>) {
        for package in packages {
            self.add(package);
        }
    }

    /// Says which packages a project asks for, by their ids, and which of these only for work on it: the others are
    /// those that packages ask for.
    pub(crate) fn rooted<'r>(
        &mut self,
        runtime: impl IntoIterator<Item = &'r str>,
        development: impl IntoIterator<Item = &'r str>,
    ) {
        let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
        for (place, package) in self.packages.iter().enumerate() {
            places.entry(package.id.as_str()).or_default().push(place);
        }
        let direct = |ids: Vec<&'r str>| -> Vec<usize> {
            ids.into_iter().filter_map(|id| places.get(id)).flatten().copied().collect()
        };
        let runtime = direct(runtime.into_iter().collect());
        let development = direct(development.into_iter().collect());
        let reached_from = |starts: &[usize]| {
            let mut reached = vec![false; self.packages.len()];
            let mut waiting: VecDeque<usize> = starts.iter().copied().collect();
            while let Some(place) = waiting.pop_front() {
                let Some(seen) = reached.get_mut(place).filter(|seen| !**seen) else { continue };
                *seen = true;
                let needs = self.packages.get(place).map_or(&[][..], |package| &package.needs);
                waiting.extend(needs.iter().filter_map(|id| places.get(id.as_str())).flatten());
            }
            reached
        };
        let (by_runtime, by_development) = (reached_from(&runtime), reached_from(&development));
        for (place, package) in self.packages.iter_mut().enumerate() {
            if package.relation == Relation::Own {
                continue;
            }
            let of = |reached: &[bool]| reached.get(place).copied().unwrap_or_default();
            if runtime.contains(&place) || development.contains(&place) {
                package.relation = Relation::Direct;
            } else if of(&by_runtime) || of(&by_development) {
                package.relation = Relation::Transitive;
            }
            package.is_development = of(&by_development) && !of(&by_runtime);
        }
    }
}

/// Reads a file and reports the packages that it lists; what is wrong with it is the error.
pub(crate) fn listed(
    file: &File<'_>,
    report: &mut Report,
    format: &'static str,
    read: fn(&Sheet<'_>, &mut Listing),
) -> Result<(), ReadError> {
    let mut listing = Listing::default();
    let Some(sheet) = Sheet::read(file.path, file.bytes(), &mut listing.faults) else {
        return fault_of(&listing, format);
    };
    read(&sheet, &mut listing);
    listing.report(&sheet, report);
    fault_of(&listing, format)
}

/// The faults of a file as one error.
pub(crate) fn fault_of(listing: &Listing, format: &'static str) -> Result<(), ReadError> {
    let Some(first) = listing.faults.first() else { return Ok(()) };
    let reason = match listing.faults.len() {
        1 => first.to_string(),
        count => format!("{first}, and {} more faults", count - 1),
    };
    Err(ReadError::Partial { format, reason })
}

impl Listing {
    /// Hands the packages over: those of others, with their needs as far as the file has them.
    fn report(&mut self, sheet: &Sheet<'_>, report: &mut Report) {
        let numbers = sheet.line_numbers();
        let line = |span: &Range<u32>| numbers.of(span.start);
        let mut urls: HashMap<&str, Vec<SmolStr>> = HashMap::new();
        let mut built: Vec<Option<PackageUrl>> = Vec::new();
        for package in &self.packages {
            let url = package.url();
            if url.is_none() {
                self.faults.push(Fault::Name {
                    line: line(&package.span) as usize,
                    name: package.name.chars().take(80).collect(),
                    kind: package.kind,
                });
            } else if let Some(url) = url.as_ref().filter(|_| package.relation != Relation::Own) {
                urls.entry(package.id.as_str()).or_default().push(url.to_smolstr());
            }
            built.push(url);
        }
        for (listed, url) in self.packages.iter().zip(built) {
            let Some(url) = url.filter(|_| listed.relation != Relation::Own) else { continue };
            let own = url.to_smolstr();
            let mut package = Package::new(url, report.evidence());
            let mut requires = Vec::new();
            for need in &listed.needs {
                match urls.get(need.as_str()) {
                    Some(known) => {
                        package.dependencies.extend(known.iter().filter(|known| **known != own).cloned());
                    }
                    None => requires.push(need.to_smolstr()),
                }
            }
            // What is installed is described in a file of its own; a lock file has all that it needs.
            if report.evidence() != sekisho_contents::Evidence::Installed {
                requires.clear();
            }
            package.direct = match listed.relation {
                Relation::Direct => Some(true),
                Relation::Transitive => Some(false),
                _ => None,
            };
            package.scope = match (listed.is_development, listed.is_optional) {
                (true, _) => Scope::Development,
                (_, true) => Scope::Optional,
                _ => Scope::Runtime,
            };
            package.licenses = listed.licenses.iter().map(|text| license(text)).collect();
            package.hashes =
                listed.digests.iter().filter_map(|(algorithm, value)| hash(algorithm, value)).collect();
            let line = Some(line(&listed.span)).filter(|_| !listed.span.is_empty());
            package.places.push(Place { layer: None, path: sheet.path.into(), line, owner: None });
            report.found(Found { package, provides: Vec::new(), requires });
        }
    }
}

/// A checksum of an algorithm that others know too, from hexadecimal or base 64.
fn hash(algorithm: &str, value: &str) -> Option<Hash> {
    let algorithm = algorithm.to_ascii_lowercase();
    let bytes = match algorithm.as_str() {
        "md5" => 16,
        "sha1" => 20,
        "sha256" => 32,
        "sha384" => 48,
        "sha512" => 64,
        _ => return None,
    };
    let is_hexadecimal = value.len() == bytes * 2 && value.bytes().all(|byte| byte.is_ascii_hexdigit());
    let value = if is_hexadecimal {
        value.to_ascii_lowercase()
    } else {
        HEXLOWER.encode(&BASE64.decode(value.as_bytes()).ok().filter(|decoded| decoded.len() == bytes)?)
    };
    Some(Hash { algorithm: algorithm.into(), value: value.into() })
}
