//! Policies and what they are applied to: files → policies, resources → requests → rows.

pub(crate) mod findings;
mod lint;
pub(crate) mod pod_security;
mod row;
mod table;
pub(crate) mod testing;

use std::path::PathBuf;

use anyhow::{Result, bail};
use rayon::prelude::*;
use sekisho_manifest::{Budget, Object, Source};
use sekisho_policy::{Kinds, Loaded, Options, Problem, Request, Snapshot, User, Weight};

pub(crate) use self::lint::{Lint, lint};
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
        let read = if paths.is_empty() { Resources::default() } else { read(paths)? };
        let loaded = sekisho_policy::load(&read.objects, &read.sources, options);
        if !paths.is_empty() && !read.objects.iter().any(sekisho_policy::is_policy) && read.unread.is_empty()
        {
            bail!("no policy was found in {}", named(paths));
        }
        Ok(Self { sources: read.sources, objects: read.objects, loaded, unread: read.unread })
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
    let loaded = target::read(&Selection {
        targets: paths.to_vec(),
        exclude: Vec::new(),
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

/// Applies policies to resources, each as if it were created in a cluster that holds them all.
pub(crate) fn check(bundle: &Bundle, resources: &Resources, namespace: &str, sender: &User) -> Vec<Row> {
    let kinds = Kinds::new(&resources.objects);
    let facts = Snapshot::new(&resources.objects, namespace);
    let rows: Vec<Vec<Row>> = resources
        .objects
        .par_iter()
        .map(|object| {
            let created = Request::create(object, &kinds, namespace);
            let request = Request { user: sender.clone(), ..created };
            let review = bundle.loaded.policies.review(&request, &facts);
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
