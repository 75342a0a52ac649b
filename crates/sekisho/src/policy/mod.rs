//! Policies and what they are applied to: files → policies, resources → requests → rows.

mod admission;
pub(crate) mod findings;
pub(crate) mod given;
pub(crate) mod library;
mod lint;
pub(crate) mod modules;
mod places;
pub(crate) mod pod_security;
mod row;
mod table;
pub(crate) mod testing;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use rayon::prelude::*;
use sekisho_manifest::{Budget, Object, Source, SourceId, Span};
use sekisho_policy::{
    About, Kinds, Loaded, Options, Outcome, Problem, Request, RuleName, Snapshot, User, Verdict, Weight,
    gatekeeper, kubescape, kyverno, rego,
};

pub(crate) use self::lint::{Lint, lint};
use self::places::Places;
pub(crate) use self::row::{Origin, Report, Resource, ResultWord, Row};
pub(crate) use self::table::{Shown, write_problems, write_table};
use crate::release::Releases;
use crate::target::{self, Selection};

/// Policies that were read, and where they stand.
#[derive(Debug)]
pub(crate) struct Bundle {
    /// The texts that hold them.
    pub(crate) sources: Vec<Source>,
    /// Every object of those texts, policies and what belongs to them.
    pub(crate) objects: Vec<Object>,
    /// The policies.
    pub(crate) loaded: Loaded,
    /// What could not be read, and why.
    pub(crate) unread: Vec<(String, String)>,
    /// The rules of plain modules of Rego.
    pub(crate) rules: rego::Rules,
    /// What Kubescape's controls and rules say of themselves.
    pub(crate) controls: BTreeMap<RuleName, About>,
    /// What can be said of Rego that compiles.
    pub(crate) remarks: Vec<rego::LintRemark>,
    /// Where the policies stand.
    places: Places,
}

/// What policies are applied to.
#[derive(Debug, Default)]
pub(crate) struct Resources {
    /// The texts that hold them.
    pub(crate) sources: Vec<Source>,
    /// The objects.
    pub(crate) objects: Vec<Object>,
    /// What could not be read, and why.
    pub(crate) unread: Vec<(String, String)>,
}

impl Bundle {
    /// Reads policies of files and folders.
    pub(crate) fn read(paths: &[PathBuf], options: &Options) -> Result<Self> {
        Self::read_with(paths, options, &modules::Settings::default())
    }

    /// The same, with what modules of Rego are given.
    pub(crate) fn read_with(
        paths: &[PathBuf],
        options: &Options,
        settings: &modules::Settings,
    ) -> Result<Self> {
        let library = library::find(paths)?;
        let is_else = |path: &Path| modules::is_module(path) || library.names(path);
        let others: Vec<PathBuf> = paths.iter().filter(|path| !is_else(path)).cloned().collect();
        let exclude = if library.rules.is_empty() { Vec::new() } else { library::NO_MANIFESTS.to_vec() };
        let mut read =
            if others.is_empty() { Resources::default() } else { read_without(&others, &exclude)? };
        let mut found = modules::find(paths)?;
        found.retain(|path| !library.has(path));
        let (texts, unread) = modules::read(&found);
        read.unread.extend(unread);
        let mut loaded = sekisho_policy::load(&read.objects, &read.sources, options);
        let first = read.sources.len();
        read.sources.extend(texts.iter().map(modules::Text::source));
        let ids = (first..).map(|place| SourceId(u32::try_from(place).unwrap_or(u32::MAX)));
        let texts: Vec<rego::Module<'_>> = texts.iter().zip(ids).map(|(text, id)| text.module(id)).collect();
        let given = rego::Options {
            packages: settings.packages.clone(),
            data: if texts.is_empty() { None } else { modules::data(&settings.data)? },
        };
        let modules = rego::load(&texts, &given);
        let (library, unread) = library.read(&mut read.sources, &settings.data)?;
        read.unread.extend(unread);
        let remarks = if settings.lint {
            let is_entry = |name: &str| rego::objection(name).is_some();
            let mut remarks = rego::lint(&texts, &is_entry, true);
            remarks.extend(gatekeeper::lint(&read.objects, &read.sources));
            remarks.extend(kubescape::lint(&library));
            remarks
        } else {
            Vec::new()
        };
        let library = kubescape::load(&library);
        let has_other = !texts.is_empty() || !library.rules.is_empty() || !library.problems.is_empty();
        let has_other = has_other || paths.is_empty() || !read.unread.is_empty();
        if !read.objects.iter().any(sekisho_policy::is_policy) && !has_other {
            bail!("no policy was found in {}", named(paths));
        }
        loaded.policies.extend(modules.policies);
        loaded.problems.extend(modules.problems);
        loaded.policies.extend(library.policies);
        loaded.problems.extend(library.problems);
        Ok(Self {
            places: Places::of(&read.objects),
            sources: read.sources,
            objects: read.objects,
            loaded,
            unread: read.unread,
            rules: modules.rules,
            controls: library.rules,
            remarks,
        })
    }

    /// Where the definition of a rule of a module stands that gives a verdict; none of other policies.
    fn origin(&self, verdict: &Verdict, request: &Request) -> Option<Span> {
        match verdict.outcome {
            Outcome::Fail | Outcome::Warn => self.rules.origin(&verdict.rule, request, &verdict.message),
            _ => None,
        }
        .or_else(|| self.about(&verdict.rule).map(|about| about.span))
    }

    /// The document of a rule's policy, and the place of the rule in it where the policy names its rules.
    fn place(&self, rule: &RuleName) -> Option<(&Object, Option<usize>)> {
        self.places.find(rule, &self.objects)
    }

    /// What a rule says of itself that is in no manifest.
    pub(crate) fn about(&self, rule: &RuleName) -> Option<&About> {
        self.rules.about(rule).or_else(|| self.controls.get(rule))
    }

    /// The problems that make a policy useless.
    pub(crate) fn errors(&self) -> impl Iterator<Item = &Problem> {
        self.loaded.problems.iter().filter(|problem| problem.weight == Weight::Error)
    }
}

impl Resources {
    /// Reads resources of files and folders; charts and kustomizations are rendered.
    pub(crate) fn read(paths: &[PathBuf]) -> Result<Self> {
        let read = read(paths)?;
        if read.objects.is_empty() && read.unread.is_empty() {
            bail!("no resource was found in {}", named(paths));
        }
        Ok(read)
    }
}

fn named(paths: &[PathBuf]) -> String {
    let paths: Vec<String> = paths.iter().map(|path| format!("`{}`", path.display())).collect();
    paths.join(", ")
}

fn read(paths: &[PathBuf]) -> Result<Resources> {
    read_without(paths, &[])
}

/// Reads files and folders, without what fits these patterns.
fn read_without(paths: &[PathBuf], exclude: &[&str]) -> Result<Resources> {
    let loaded = target::read(&Selection {
        targets: paths.to_vec(),
        exclude: exclude.iter().map(ToString::to_string).collect(),
        exclude_root: PathBuf::from("."),
        overlay: std::collections::BTreeMap::new(),
        git_ignore: true,
        budget: Budget::default(),
        releases: Releases { default_namespace: "default".to_owned(), ..Releases::default() },
        progress: false,
    })?;
    let unread = loaded.coverage.failures().map(|skip| {
        let place = match skip.line {
            Some(line) => format!("{}:{line}", skip.path),
            None => skip.path.to_string(),
        };
        (place, skip.reason.to_string())
    });
    Ok(Resources { unread: unread.collect(), sources: loaded.sources, objects: loaded.objects })
}

/// Applies policies to resources, each as if it were created in a cluster that holds them all, and where what
/// is given for Kyverno's policies holds.
pub(crate) fn check(
    bundle: &Bundle,
    resources: &Resources,
    namespace: &str,
    sender: &User,
    given: &kyverno::Options,
) -> Vec<Row> {
    let kinds = Kinds::new(&resources.objects);
    let namespaces = given.namespaces();
    let facts = Snapshot::new(namespaces.iter().chain(&resources.objects), namespace);
    let facts = facts.with_answers(&bundle.objects);
    let rows: Vec<Vec<Row>> = resources
        .objects
        .par_iter()
        .map(|object| {
            let created = Request::create(object, &kinds, namespace);
            let mut request = Request { user: sender.clone(), ..created };
            given.apply(&mut request, &kinds);
            let mut review = bundle.loaded.policies.review(&request, &facts);
            admission::locate(&mut review.verdicts, object, bundle);
            row::rows(&review.verdicts, object, &request, resources, bundle)
        })
        .collect();
    rows.into_iter().flatten().collect()
}

/// The present time in nanoseconds since 1970.
pub(crate) fn now() -> i128 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| i128::try_from(since.as_nanos()).unwrap_or(0))
}
