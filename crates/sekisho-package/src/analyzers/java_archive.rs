//! Artifacts of Java in archives (`jar`, `war`, `ear` and their kin), also in archives within archives.
//!
//! Every `pom.properties` of Maven is an artifact, so that those that were shaded into another are found. Without one,
//! the model beside it counts, then the manifest and the name of the file; the group is then only named where the
//! manifest says it. The place names the archives on the way: `app.war!/WEB-INF/lib/a.jar`. Archives lie in one
//! another up to four levels, and unpack to 2 GiB all together.

use sekisho_contents::{Evidence, Package, Place};
use smol_str::{SmolStr, ToSmolStr};

use super::prelude::*;
use crate::RandomAccess;
use crate::java::{Coordinates, Manifest, model, name_and_version, properties};
use crate::path::{base_name, folder};
use crate::zip::{Allowance, Archive, Member};

pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "java-archive",
    version: 2,
    evidence: Evidence::Installed,
    selects: &[
        Select::Suffix(".jar"),
        Select::Suffix(".war"),
        Select::Suffix(".ear"),
        Select::Suffix(".par"),
        Select::Suffix(".sar"),
        Select::Suffix(".nar"),
        Select::Suffix(".jpi"),
        Select::Suffix(".hpi"),
        Select::Suffix(".kar"),
        Select::Suffix(".far"),
        Select::Suffix(".lpkg"),
    ],
    access: Access::Random,
    read,
    join: None,
};

const ENDINGS: [&str; 11] =
    [".jar", ".war", ".ear", ".par", ".sar", ".nar", ".jpi", ".hpi", ".kar", ".far", ".lpkg"];
/// The largest text in an archive that is read.
const LARGEST_TEXT: u64 = 4 << 20;
/// The largest packed archive within an archive; one that is not packed is read where it lies.
const LARGEST_INNER: u64 = 48 << 20;

fn read(file: &File<'_>, report: &mut Report) -> Result<(), ReadError> {
    let mut walk = Walk { report, allowance: Allowance::new(file.budget.unpacked), first_error: None };
    walk.archive(file.random(), file.path, file.budget.nesting)?;
    walk.first_error.map_or(Ok(()), Err)
}

/// The way through an archive and those within it.
struct Walk<'w> {
    report: &'w mut Report,
    allowance: Allowance,
    /// A file within that could not be read does not hide the others.
    first_error: Option<ReadError>,
}

impl Walk<'_> {
    /// Reports what an archive and those within it hold; gives the artifacts of the archive itself.
    fn archive(
        &mut self,
        file: &dyn RandomAccess,
        path: &str,
        depth: usize,
    ) -> Result<Vec<SmolStr>, ReadError> {
        let archive = Archive::open(file)?;
        let mut found = self.artifacts(&archive, file, path)?;
        let mut inner_urls = Vec::new();
        for member in archive.members.iter().filter(|member| is_archive(&member.name)) {
            if depth == 0 {
                self.keep(ReadError::Limit { what: "archives in one another", limit: 4 });
                break;
            }
            let inner_path = format!("{path}!/{}", member.name.trim_start_matches('/'));
            match self.inner(&archive, file, member, &inner_path, depth - 1) {
                Ok(urls) => inner_urls.extend(urls),
                Err(error @ ReadError::Limit { .. }) if self.allowance.is_spent() => return Err(error),
                Err(error) => self.keep(error),
            }
        }
        let urls: Vec<SmolStr> = found.iter().map(|package| package.url.to_smolstr()).collect();
        // The archive's own artifact, which comes first, is made of the others.
        if let Some((main, shaded)) = found.split_first_mut() {
            main.dependencies.extend(shaded.iter().map(|package| package.url.to_smolstr()));
            main.dependencies.extend(inner_urls);
            let own = main.url.to_smolstr();
            main.dependencies.remove(&own);
        }
        for mut package in found {
            package.places.push(Place { path: path.into(), layer: None, line: None, owner: None });
            self.report.package(package);
        }
        Ok(urls)
    }

    fn inner(
        &mut self,
        archive: &Archive,
        file: &dyn RandomAccess,
        member: &Member,
        path: &str,
        depth: usize,
    ) -> Result<Vec<SmolStr>, ReadError> {
        if let Some(window) = archive.stored(file, member)? {
            return self.archive(&window, path, depth);
        }
        let bytes = archive.read(file, member, LARGEST_INNER, &mut self.allowance)?;
        self.archive(&bytes.as_slice(), path, depth)
    }

    fn keep(&mut self, error: ReadError) {
        self.first_error.get_or_insert(error);
    }

    /// The artifacts that an archive itself is made of, its own first.
    fn artifacts(
        &mut self,
        archive: &Archive,
        file: &dyn RandomAccess,
        path: &str,
    ) -> Result<Vec<Package>, ReadError> {
        let mut coordinates: Vec<Coordinates> = Vec::new();
        let mut models: Vec<Coordinates> = Vec::new();
        let mut manifest = Manifest::default();
        for member in &archive.members {
            let name = base_name(&member.name);
            let is_manifest = member.name.eq_ignore_ascii_case("META-INF/MANIFEST.MF");
            let is_of_maven = member.name.contains("META-INF/maven/");
            // What shades archives into one may put the coordinates elsewhere; a model elsewhere may be a resource.
            let is_known = is_manifest || name == "pom.properties" || (is_of_maven && name == "pom.xml");
            if !is_known {
                continue;
            }
            let bytes = match archive.read(file, member, LARGEST_TEXT, &mut self.allowance) {
                Ok(bytes) => bytes,
                Err(error) => {
                    self.keep(error);
                    continue;
                }
            };
            let text = String::from_utf8_lossy(&bytes);
            match name {
                "pom.properties" => coordinates.extend(properties(&text)),
                "pom.xml" => models.extend(model(&text).or_else(|| of_folder(&member.name))),
                _ => manifest = Manifest::parse(&text),
            }
        }
        let has = |known: &[Coordinates], other: &Coordinates| {
            known.iter().any(|one| (&one.group, &one.artifact) == (&other.group, &other.artifact))
        };
        models.retain(|model| !has(&coordinates, model) && model.version.is_some());
        coordinates.extend(models);
        let (name, version) = name_and_version(base_name(path));
        // Which of them the file is named after is the archive's own.
        coordinates.sort_by_key(|one| (one.artifact != name, one.clone()));
        coordinates.dedup();
        let is_named = coordinates.first().is_some_and(|first| first.artifact == name);
        if coordinates.is_empty() || (!is_named && is_other_bundle(&manifest, &coordinates)) {
            coordinates.splice(..0, by_manifest(&manifest, name, version));
        }
        let license = manifest.first(&["Bundle-License", "Plugin-License-Name"]).map(crate::license);
        let mut packages = Vec::with_capacity(coordinates.len());
        for one in coordinates {
            let group = Some(one.group.as_str()).filter(|group| !group.is_empty());
            let url = package_url("maven", group, &one.artifact, one.version.as_deref(), &[])?;
            packages.push(Package::new(url, Evidence::Installed));
        }
        if let Some(main) = packages.first_mut() {
            main.licenses.extend(license);
        }
        Ok(packages)
    }
}

fn is_archive(name: &str) -> bool {
    ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// `META-INF/maven/GROUP/ARTIFACT/pom.xml`.
fn of_folder(path: &str) -> Option<Coordinates> {
    let above = folder(path);
    let (artifact, group) = (base_name(above), base_name(folder(above)));
    let is_whole = !artifact.is_empty() && !group.is_empty();
    is_whole.then(|| Coordinates { group: group.to_owned(), artifact: artifact.to_owned(), version: None })
}

/// Whether the manifest names a bundle that is none of the artifacts: they were then shaded into it.
fn is_other_bundle(manifest: &Manifest, coordinates: &[Coordinates]) -> bool {
    let (Some(symbolic), Some(version)) =
        (manifest.get("Bundle-SymbolicName"), manifest.get("Bundle-Version"))
    else {
        return false;
    };
    let symbolic = symbolic.split(';').next().unwrap_or(symbolic);
    !coordinates.iter().any(|one| {
        symbolic.starts_with(&one.group)
            || symbolic.contains(&one.artifact)
            || one
                .version
                .as_deref()
                .is_some_and(|known| known.starts_with(version) || version.starts_with(known))
    })
}

/// What the manifest and the name of the file say. An archive without a version cannot be told from others.
fn by_manifest(manifest: &Manifest, name: &str, version: Option<&str>) -> Option<Coordinates> {
    // Agents carry the names of what they weave into.
    if manifest.get("Weave-Classes").is_some() || name.is_empty() {
        return None;
    }
    let said = ["Implementation-Version", "Specification-Version", "Plugin-Version", "Bundle-Version"];
    let version = version.or_else(|| manifest.first(&said)).filter(|version| !version.contains("${"))?;
    let symbolic =
        manifest.get("Bundle-SymbolicName").map(|name| name.split(';').next().unwrap_or(name).trim());
    let group = symbolic
        .and_then(|symbolic| symbolic.strip_suffix(name)?.strip_suffix('.'))
        .or_else(|| manifest.first(&["Implementation-Vendor-Id", "Group-Id"]))
        .filter(|group| group.contains('.') && !group.contains(char::is_whitespace));
    Some(Coordinates {
        group: group.unwrap_or_default().to_owned(),
        artifact: name.to_owned(),
        version: Some(version.to_owned()),
    })
}
