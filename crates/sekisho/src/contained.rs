//! What files contain, in folders and images → findings about packages and credentials.

use std::collections::HashMap;

use anyhow::Result;
use jiff::Timestamp;
use sekisho_contents::Contents;
use sekisho_finding::fault::{DENIED_FILE, LEAKED_CREDENTIAL, REFUSED_BASE, REFUSED_LICENSE};
use sekisho_finding::{Finding, Persona, Skip, SkipReason};
use sekisho_inventory::Inventory;
use sekisho_leak::Detector;
use sekisho_manifest::workload::pods;
use sekisho_manifest::{ImageRef, Object};
use sekisho_package::LicensePolicy;
use sekisho_sbom::Bill;
use sekisho_store::StoreTarget;
use sekisho_version::PackageUrl;
use smol_str::SmolStr;

use crate::base_images::Bases;
use crate::config::Config;
use crate::credentials::{self, Search};
use crate::denied::{self, DenyList};
use crate::inventories::{self, whole};
use crate::request::Request;
use crate::target::bill::{self, ReadBill};
use crate::target::image::{self, Examined, Images, Keep, Named, Sought};
use crate::target::packages::{self, Packed};
use crate::target::{Loaded, Selection, image_object};
use crate::vulnerable::{Judge, Places, Wanted, Whole};
use crate::{refused_licenses, running};

/// The rule about credentials.
const LEAK: &str = LEAKED_CREDENTIAL.id;
/// Those about packages.
const OF_PACKAGES: [&str; 3] = ["vulnerability", "malicious-package", REFUSED_LICENSE.id];

/// Images that are held at the same time.
const IMAGES_AT_ONCE: usize = 16;

/// The findings about what files contain.
#[derive(Debug, Default)]
pub(crate) struct Contained {
    /// About packages, with their risk.
    pub(crate) of_packages: Vec<Finding>,
    /// About credentials, denied files and bases.
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
    /// The cluster that runs the images.
    pub(crate) runs: Option<&'t running::Found>,
    pub(crate) bills: &'t [ReadBill],
}

/// Images that are examined together.
enum Batch<'b> {
    /// They are read.
    Named(&'b [Named]),
    /// They were read before.
    Kept(Vec<Examined>),
}

/// What is asked about packages, and what came of it.
struct Packages<'p> {
    wanted: &'p Wanted,
    licenses: LicensePolicy,
    /// Opened with the first package.
    judge: Option<Judge>,
    found: Vec<(Finding, f64)>,
}

impl Targets<'_> {
    /// Reads what the files contain, each once, and says what is wrong with it.
    pub(crate) fn examine(&self, loaded: &mut Loaded) -> Result<Contained> {
        let (request, config) = (self.request, self.config);
        let is_wanted = |slug: &str| request.wants(config, slug);
        let settings = request.images.clone().unwrap_or_default();
        let asked = request.vulnerabilities.as_ref();
        let wanted = asked
            .filter(|_| OF_PACKAGES.iter().any(|slug| is_wanted(slug)))
            .map(|asked| Wanted { keeps_nothing: settings.no_cache, ..config.about_vulnerabilities(asked) });
        let mut of_packages = wanted.as_ref().map(|wanted| Packages {
            wanted,
            licenses: config.document.licenses.policy(),
            judge: None,
            found: Vec::new(),
        });
        let credentials = request.credentials.as_ref().filter(|_| is_wanted(LEAK));
        let search = credentials.map(|asked| Search::new(&config.about_credentials(asked))).transpose()?;
        let detector = search.as_ref().map(Search::detector).transpose()?;
        let sought = search.as_ref().zip(detector.as_ref());
        let lists = request.credentials.as_ref().filter(|_| is_wanted(DENIED_FILE.id));
        let denied = lists.map(|asked| DenyList::read(&config.denied(&asked.denied))).transpose()?.flatten();
        loaded.coverage.skipped.extend(denied.iter().flat_map(DenyList::notes));
        let eyes = Sought { credentials: sought, denied: denied.as_ref() };
        let allowed = &config.document.images.bases;
        let bases = Bases::new(allowed, &settings)?.filter(|_| is_wanted(REFUSED_BASE.id));
        let (mut contained, mut large) = (Contained::default(), Vec::<String>::new());
        let persona = request.persona(config);
        let reader = Images::new(&settings, self.images, eyes)?;
        let (now, users) = (Timestamp::now().as_second(), users(&loaded.objects));
        let mut is_whole = self.runs.is_some_and(|runs| runs.is_whole);
        // However many there are, a few are held.
        let version = whole::version(eyes);
        let kept: Vec<Examined> =
            request.kept.iter().map(|kept| kept.examined(&version)).collect::<Result<_, _>>()?;
        let batches = self.images.chunks(IMAGES_AT_ONCE).map(Batch::Named);
        for batch in batches.chain((!kept.is_empty()).then_some(Batch::Kept(kept))) {
            let images = match batch {
                Batch::Kept(kept) => kept,
                Batch::Named(images) => {
                    let images = reader.read(images);
                    loaded.coverage.skipped.extend(self.keep(&images, &settings, &version, now)?);
                    images
                }
            };
            is_whole &= images.iter().all(|image| image.is_whole);
            for image in &images {
                enter(image, &mut contained, loaded);
                let history = (image.layers > 0).then(|| image_object::enter(image, loaded)).flatten();
                if let Some(packages) = &mut of_packages {
                    let users = users.get(&image.name).filter(|_| image.workloads.is_empty());
                    packages.of_image(image, users.unwrap_or(&image.workloads), loaded)?;
                }
                if let Some(bases) = &bases {
                    contained.leaks.extend(bases.finding(image, loaded));
                }
                let folder = image.folder.as_deref();
                let found = denied::findings(&image.denied, folder, &image.name, loaded);
                contained.leaks.extend(found);
                if let Some((_, detector)) = sought {
                    contained.leaks.extend(leaks_of(image, history.as_ref(), detector, persona, loaded));
                    large.extend(image.large.iter().map(|path| format!("{}!/{path}", image.name)));
                }
            }
        }

        contained.leaks.extend(bases.iter().flat_map(|bases| bases.of_dockerfiles(loaded)));
        self.examine_bills(of_packages.as_mut(), loaded)?;
        if is_whole {
            loaded.coverage.skipped.extend(self.forget(&settings, now)?);
        }
        let is_asked = of_packages.is_some() || sought.is_some() || denied.is_some();
        if let Some(selection) = self.selection.as_ref().filter(|_| is_asked) {
            let walked = std::mem::take(&mut loaded.walked);
            for packed in packages::read(selection, &walked, eyes) {
                if let Some(packages) = &mut of_packages {
                    packages.of_folder(&packed, loaded)?;
                }
                let denied: Vec<_> = packed.sighted.denied.iter().map(|one| (one.clone(), None)).collect();
                let found = denied::findings(&denied, Some(&packed.root), "", loaded);
                contained.leaks.extend(found);
                if let Some((search, detector)) = sought {
                    contained.leaks.extend(leaks_in(&packed, search, detector, persona, loaded)?);
                    large.extend(packed.sighted.large.iter().cloned());
                }
            }
        }
        if let Some(search) = &search {
            note(&large, search, loaded);
        }
        if let Some(packages) = of_packages {
            contained.database = packages.judge.as_ref().map(|judge| judge.found.age(request.today));
            contained.of_packages = packages.weighed(is_wanted);
        }
        for finding in contained.of_packages.iter_mut().chain(&mut contained.leaks) {
            finding.severity = config.severity_of(&finding.rule).unwrap_or(finding.severity);
        }
        Ok(contained)
    }

    fn examine_bills(&self, mut packages: Option<&mut Packages<'_>>, loaded: &mut Loaded) -> Result<()> {
        for read in self.bills {
            match (&read.bill, &mut packages) {
                (Ok(bill), Some(packages)) => packages.of_bill(&read.name, bill, loaded)?,
                (Ok(_), None) => {}
                (Err(error), _) => loaded.coverage.skipped.push(Skip {
                    path: read.name.as_str().into(),
                    line: None,
                    reason: SkipReason::Unreadable(error.to_string()),
                }),
            }
        }
        Ok(())
    }

    /// Where inventories are kept, unless nothing is to be kept.
    fn kept_in(&self, settings: &image::Settings) -> Result<Option<StoreTarget>> {
        if settings.no_cache && settings.inventories.is_none() {
            return Ok(None);
        }
        inventories::place(settings.inventories.as_deref(), self.config)
    }

    /// Keeps what the images contain; why that could not be.
    fn keep(
        &self,
        images: &[Examined],
        settings: &image::Settings,
        version: &str,
        now: i64,
    ) -> Result<Option<Skip>> {
        let version = Some(version).filter(|_| settings.keep == Keep::Whole);
        let Some(target) = self.kept_in(settings)?.filter(|_| !images.is_empty()) else { return Ok(None) };
        let cluster = self.runs.map(|runs| runs.cluster.as_str());
        unkept(&target, inventories::keep(&target, images, cluster, version, now), settings)
    }

    /// Forgets what the cluster no longer runs; why that could not be.
    fn forget(&self, settings: &image::Settings, now: i64) -> Result<Option<Skip>> {
        let Some((target, runs)) = self.kept_in(settings)?.zip(self.runs) else { return Ok(None) };
        unkept(&target, inventories::forget(&target, &runs.cluster, now), settings)
    }
}

/// What was named must work; what is kept by the way need not.
fn unkept(target: &StoreTarget, outcome: Result<()>, settings: &image::Settings) -> Result<Option<Skip>> {
    match outcome {
        Err(error) if settings.inventories.is_some() => Err(error),
        Err(error) => Ok(Some(Skip {
            path: target.to_string().into(),
            line: None,
            reason: SkipReason::NotExamined(format!("packages are not kept for later: {error:#}")),
        })),
        Ok(()) => Ok(None),
    }
}

/// The containers of workloads that run an image, by the name that the image is shown by.
fn users(objects: &[Object]) -> HashMap<String, Vec<String>> {
    let mut users: HashMap<String, Vec<String>> = HashMap::new();
    for object in objects {
        let namespace =
            object.namespace.as_deref().map(|namespace| format!("{namespace}/")).unwrap_or_default();
        for pod in &pods(object) {
            for container in &pod.containers() {
                let Ok(image) = container.node.str("image").parse::<ImageRef>() else { continue };
                let name = match (&image.digest, image.requested_tag()) {
                    (Some(digest), _) => format!("{}@{digest}", image.name()),
                    (None, tag) => format!("{}:{}", image.name(), tag.unwrap_or("latest")),
                };
                let user =
                    format!("{} {namespace}{} (container {})", object.kind, object.name, container.name());
                users.entry(name).or_default().push(user);
            }
        }
    }
    users
}

/// Enters what was read of an image, and what was not.
fn enter(image: &Examined, contained: &mut Contained, loaded: &mut Loaded) {
    loaded.coverage.layers += image.layers;
    loaded.coverage.files += usize::try_from(image.contents.files).unwrap_or(usize::MAX);
    loaded.coverage.skipped.extend(image.skipped.iter().cloned());
    if let Some(url) = image.within.first() {
        contained.wholes.push((format!("{}!/", image.name), url.clone()));
    }
}

impl Packages<'_> {
    /// What was found of wanted rules, with its risk.
    fn weighed(mut self, is_wanted: impl Fn(&str) -> bool) -> Vec<Finding> {
        self.found.retain(|(finding, _)| is_wanted(&finding.rule));
        let (mut findings, weights): (Vec<Finding>, Vec<f64>) = self.found.into_iter().unzip();
        sekisho_risk::weigh(&mut findings, &Inventory::default());
        for (finding, weight) in findings.iter_mut().zip(weights) {
            finding.risk *= weight;
        }
        findings
    }

    fn of_image(&mut self, image: &Examined, users: &[String], loaded: &mut Loaded) -> Result<()> {
        let whole =
            Whole { name: &image.name, folder: image.folder.as_deref(), within: image.within.clone(), users };
        self.judge(&image.contents, &whole, loaded)
    }

    fn of_bill(&mut self, name: &str, bill: &Bill, loaded: &mut Loaded) -> Result<()> {
        let within = bill.subject.iter().filter_map(|subject| subject.url.clone()).collect();
        let whole = Whole { name, folder: None, within, users: &[] };
        loaded.coverage.files += 1;
        loaded.coverage.skipped.extend(bill::unjudged(name, bill));
        self.judge(&bill.contents, &whole, loaded)
    }

    fn of_folder(&mut self, packed: &Packed, loaded: &mut Loaded) -> Result<()> {
        let name = packed.root.display().to_string();
        let whole = Whole { name: &name, folder: Some(&packed.root), within: Vec::new(), users: &[] };
        let (manifests, skipped) = (loaded.sources.len(), loaded.coverage.skipped.len());
        self.judge(&packed.contents, &whole, loaded)?;
        let coverage = &mut loaded.coverage;
        // A file that packages were read from was examined, whatever it is not.
        let read = whole.files(&packed.contents);
        let is_counted =
            |path: &SmolStr| loaded.sources.iter().take(manifests).any(|source| source.name == *path);
        coverage.files += read.iter().filter(|path| !is_counted(path)).count();
        let mut place = 0;
        coverage.skipped.retain(|skip| {
            place += 1;
            place > skipped || !read.contains(&skip.path)
        });
        Ok(())
    }

    fn judge(&mut self, contents: &Contents, whole: &Whole<'_>, loaded: &mut Loaded) -> Result<()> {
        if contents.packages.is_empty() && contents.unread.is_empty() {
            return Ok(());
        }
        let judge = match &mut self.judge {
            Some(judge) => judge,
            None => self.judge.insert(Judge::new(self.wanted)?),
        };
        let judged = judge.findings(contents, whole, &mut loaded.sources);
        let mut places = Places::new(whole, &mut loaded.sources);
        self.found.extend(judged.findings);
        self.found.extend(refused_licenses::findings(&self.licenses, contents, &mut places));
        loaded.coverage.packages += judged.packages;
        loaded.coverage.skipped.extend(judged.skipped);
        Ok(())
    }
}

/// The findings about credentials in an image and in its history.
fn leaks_of(
    image: &Examined,
    history: Option<&(SmolStr, String)>,
    detector: &Detector<'_>,
    persona: Persona,
    loaded: &mut Loaded,
) -> Vec<Finding> {
    let name = image.folder.is_none().then_some(image.name.as_str());
    let records = image.credentials.clone();
    let found = credentials::Found { folder: image.folder.as_deref(), image: name, records };
    let mut findings = told(found, persona, &image.name, loaded);
    if let Some((name, text)) = history {
        let records = credentials::in_text(detector, name, text).into_iter().map(|record| (record, None));
        let found = credentials::Found { folder: None, image: None, records: records.collect() };
        findings.extend(found.findings(&mut loaded.sources));
    }
    findings
}

/// The findings about credentials in a folder and, where it is asked for, in what its commits added.
fn leaks_in(
    packed: &Packed,
    search: &Search,
    detector: &Detector<'_>,
    persona: Persona,
    loaded: &mut Loaded,
) -> Result<Vec<Finding>> {
    let mut records: Vec<_> =
        packed.sighted.credentials.iter().map(|record| (record.clone(), None)).collect();
    if search.goes_back() && packed.root.is_dir() {
        let (added, skipped) = credentials::history(&packed.root, detector)?;
        records.extend(added.into_iter().map(|record| (record, None)));
        loaded.coverage.skipped.extend(skipped);
    }
    let found = credentials::Found { folder: Some(&packed.root), image: None, records };
    Ok(told(found, persona, &packed.root.display().to_string(), loaded))
}

/// The findings about credentials that a persona asks for. How many are left out is said.
fn told(found: credentials::Found<'_>, persona: Persona, name: &str, loaded: &mut Loaded) -> Vec<Finding> {
    if persona >= Persona::Pedantic {
        return found.findings(&mut loaded.sources);
    }
    let (findings, count) = found.own(&mut loaded.sources);
    if count > 0 {
        let what = if count == 1 { "credential" } else { "credentials" };
        let reason = format!(
            "{count} {what} in files that are as packages of the distribution brought them: \
             `--persona pedantic` tells of them"
        );
        loaded.coverage.skipped.push(Skip {
            path: name.into(),
            line: None,
            reason: SkipReason::NotExamined(reason),
        });
    }
    findings
}

/// Says which files no credentials were looked for in, and what of the rules was not done.
fn note(large: &[String], search: &Search, loaded: &mut Loaded) {
    let skipped = |path: &str, reason: &str| Skip {
        path: path.into(),
        line: None,
        reason: SkipReason::NotExamined(reason.to_owned()),
    };
    let coverage = &mut loaded.coverage;
    coverage.skipped.extend(large.iter().map(|path| skipped(path, "too large to look for credentials in")));
    coverage.skipped.extend(search.notes().iter().map(|note| skipped(search.name(), note)));
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
