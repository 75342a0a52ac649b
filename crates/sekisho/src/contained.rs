//! What files contain, in folders and images → findings about packages and credentials.

use anyhow::Result;
use jiff::Timestamp;
use sekisho_contents::Contents;
use sekisho_finding::fault::{LEAKED_CREDENTIAL, REFUSED_LICENSE};
use sekisho_finding::{Finding, Skip, SkipReason};
use sekisho_inventory::Inventory;
use sekisho_leak::Detector;
use sekisho_package::LicensePolicy;
use sekisho_version::PackageUrl;
use smol_str::SmolStr;

use crate::config::Config;
use crate::credentials::{self, Search};
use crate::inventories;
use crate::refused_licenses;
use crate::run::{self, Request};
use crate::target::image::{self, Examined, Named};
use crate::target::image_object;
use crate::target::packages::{self, Packed};
use crate::target::{Loaded, Selection};
use crate::vulnerable::{Judge, Places, Whole};

/// The rules about what files contain, which stand beside the checks.
pub(crate) const RULES: [&str; 4] = ["vulnerability", "malicious-package", REFUSED_LICENSE.id, LEAK];
/// The rule about credentials.
const LEAK: &str = LEAKED_CREDENTIAL.id;

/// The findings about what files contain.
#[derive(Debug, Default)]
pub(crate) struct Contained {
    /// About packages, with their risk.
    pub(crate) of_packages: Vec<Finding>,
    /// About credentials.
    pub(crate) leaks: Vec<Finding>,
    /// The images by the beginnings of the names of their files, with their package URLs.
    pub(crate) wholes: Vec<(String, PackageUrl)>,
    /// How old the database is that packages were looked up in.
    pub(crate) database: Option<String>,
}

/// What is read, and as what.
pub(crate) struct Targets<'t> {
    pub(crate) request: &'t Request,
    pub(crate) config: &'t Config,
    pub(crate) selection: Option<Selection>,
    pub(crate) images: &'t [Named],
}

impl Targets<'_> {
    /// Reads what the files contain, each once, and says what is wrong with it.
    pub(crate) fn examine(&self, loaded: &mut Loaded) -> Result<Contained> {
        let (request, config) = (self.request, self.config);
        let is_wanted = |slug: &str| run::is_wanted(request, config, slug);
        let vulnerabilities = request
            .vulnerabilities
            .as_ref()
            .filter(|_| RULES.iter().any(|slug| *slug != LEAK && is_wanted(slug)));
        let credentials = request.credentials.as_ref().filter(|_| is_wanted(LEAK));
        let search = credentials.map(|asked| Search::new(&config.about_credentials(asked))).transpose()?;
        let detector = search.as_ref().map(Search::detector).transpose()?;
        let sought = search.as_ref().zip(detector.as_ref());
        let settings = request.images.clone().unwrap_or_default();
        let images = image::read(self.images, &settings, sought)?;
        if let Some(skip) = self.keep(&images, &settings)? {
            loaded.coverage.skipped.push(skip);
        }
        for image in &images {
            loaded.coverage.layers += image.layers;
            loaded.coverage.files += usize::try_from(image.contents.files).unwrap_or(usize::MAX);
            loaded.coverage.skipped.extend(image.skipped.iter().cloned());
        }
        let is_asked = vulnerabilities.is_some() || sought.is_some();
        let packed = match self.selection.as_ref().filter(|_| is_asked) {
            Some(selection) => packages::read(selection, detector.as_ref())?,
            None => Vec::new(),
        };
        let wholes = images
            .iter()
            .filter_map(|image| Some((format!("{}!/", image.name), image.within.first()?.clone())));
        let mut histories = Vec::new();
        for image in images.iter().filter(|image| image.layers > 0) {
            histories.extend(image_object::enter(image, loaded));
        }
        let mut contained = Contained { wholes: wholes.collect(), ..Contained::default() };
        if let Some(asked) = vulnerabilities {
            let mut found = Vec::new();
            let has_any = |contents: &Contents| !contents.packages.is_empty() || !contents.unread.is_empty();
            if packed.iter().any(|one| has_any(&one.contents))
                || images.iter().any(|one| has_any(&one.contents))
            {
                let judge = Judge::new(&config.about_vulnerabilities(asked))?;
                found = of_packages(&packed, &images, (&judge, &config.document.licenses.policy()), loaded);
                contained.database = Some(judge.found.age(request.today));
            }
            found.retain(|(finding, _)| is_wanted(&finding.rule));
            let (mut findings, weights): (Vec<Finding>, Vec<f64>) = found.into_iter().unzip();
            sekisho_risk::weigh(&mut findings, &Inventory::default());
            for (finding, weight) in findings.iter_mut().zip(weights) {
                finding.risk *= weight;
            }
            contained.of_packages = findings;
        }
        if let Some((search, detector)) = sought {
            contained.leaks = leaks(&packed, &images, (search, detector), loaded)?;
            let records =
                histories.iter().flat_map(|(name, text)| credentials::in_text(detector, name, text));
            let records = records.map(|record| (record, None)).collect();
            let found = credentials::Found { folder: None, image: None, records };
            contained.leaks.extend(found.findings(&mut loaded.sources));
        }
        for finding in contained.of_packages.iter_mut().chain(&mut contained.leaks) {
            finding.severity = config.severity_of(&finding.rule).unwrap_or(finding.severity);
        }
        Ok(contained)
    }
}

impl Targets<'_> {
    /// Keeps what the images contain, unless nothing is to be kept; why that could not be.
    fn keep(&self, images: &[Examined], settings: &image::Settings) -> Result<Option<Skip>> {
        if images.is_empty() || (settings.no_cache && settings.inventories.is_none()) {
            return Ok(None);
        }
        let Some(target) = inventories::place(settings.inventories.as_deref(), self.config)? else {
            return Ok(None);
        };
        let kept = inventories::keep(&target, images, None, Timestamp::now().as_second());
        // What was named must work; what is kept by the way need not.
        match kept {
            Err(error) if settings.inventories.is_some() => Err(error),
            Err(error) => Ok(Some(Skip {
                path: target.to_string().into(),
                line: None,
                reason: SkipReason::NotExamined(format!("packages are not kept for later: {error:#}")),
            })),
            Ok(()) => Ok(None),
        }
    }
}

/// The findings about packages, with what their risk is multiplied by.
fn of_packages(
    packed: &[Packed],
    images: &[Examined],
    (judge, licenses): (&Judge, &LicensePolicy),
    loaded: &mut Loaded,
) -> Vec<(Finding, f64)> {
    let manifests = loaded.sources.len();
    let mut found = Vec::new();
    for image in images {
        let whole =
            Whole { name: &image.name, folder: image.folder.as_deref(), within: image.within.clone() };
        let judged = judge.findings(&image.contents, &whole, &mut loaded.sources);
        let mut places = Places::new(&whole, &mut loaded.sources);
        found.extend(refused_licenses::findings(licenses, &image.contents, &mut places));
        loaded.coverage.packages += judged.packages;
        loaded.coverage.skipped.extend(judged.skipped);
        found.extend(judged.findings);
    }
    for packed in packed {
        let name = packed.root.display().to_string();
        let whole = Whole { name: &name, folder: Some(&packed.root), within: Vec::new() };
        let judged = judge.findings(&packed.contents, &whole, &mut loaded.sources);
        let mut places = Places::new(&whole, &mut loaded.sources);
        found.extend(refused_licenses::findings(licenses, &packed.contents, &mut places));
        let coverage = &mut loaded.coverage;
        coverage.packages += judged.packages;
        // A file that packages were read from was examined, whatever it is not.
        let read = whole.files(&packed.contents);
        let is_counted =
            |path: &SmolStr| loaded.sources.iter().take(manifests).any(|source| source.name == *path);
        coverage.files += read.iter().filter(|path| !is_counted(path)).count();
        coverage.skipped.retain(|skip| !read.contains(&skip.path));
        coverage.skipped.extend(judged.skipped);
        found.extend(judged.findings);
    }
    found
}

/// The findings about credentials.
fn leaks(
    packed: &[Packed],
    images: &[Examined],
    (search, detector): (&Search, &Detector<'_>),
    loaded: &mut Loaded,
) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    let mut large: Vec<String> = Vec::new();
    for image in images {
        let name = image.folder.is_none().then_some(image.name.as_str());
        let records = image.credentials.clone();
        let found = credentials::Found { folder: image.folder.as_deref(), image: name, records };
        findings.extend(found.findings(&mut loaded.sources));
        large.extend(image.large.iter().map(|path| format!("{}!/{path}", image.name)));
    }
    for packed in packed {
        let mut records: Vec<_> = packed.credentials.iter().map(|record| (record.clone(), None)).collect();
        if search.goes_back() && packed.root.is_dir() {
            let (added, skipped) = credentials::history(&packed.root, detector)?;
            records.extend(added.into_iter().map(|record| (record, None)));
            loaded.coverage.skipped.extend(skipped);
        }
        let found = credentials::Found { folder: Some(&packed.root), image: None, records };
        findings.extend(found.findings(&mut loaded.sources));
        large.extend(packed.large.iter().cloned());
    }
    let skipped = |path: &str, reason: &str| Skip {
        path: path.into(),
        line: None,
        reason: SkipReason::NotExamined(reason.to_owned()),
    };
    loaded
        .coverage
        .skipped
        .extend(large.iter().map(|path| skipped(path, "too large to look for credentials in")));
    loaded.coverage.skipped.extend(search.notes().iter().map(|note| skipped(search.name(), note)));
    Ok(findings)
}

/// Leaves out credentials that a check tells with the object that they belong to.
pub(crate) fn without_known(leaks: Vec<Finding>, findings: &[Finding]) -> Vec<Finding> {
    let known = |leak: &Finding| {
        findings.iter().filter(|finding| finding.secret).any(|finding| {
            let (own, other) = (&leak.location, &finding.location);
            own.file == other.file && own.start.line <= other.end.line && other.start.line <= own.end.line
        })
    };
    leaks.into_iter().filter(|leak| !known(leak)).collect()
}
