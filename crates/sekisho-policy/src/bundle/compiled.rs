//! A bundle, compiled.

use std::collections::BTreeMap;
use std::sync::Arc;

use sekisho_manifest::{Budget, Object, Source, SourceId};
use sekisho_signature::root::TrustedRoot;
use sekisho_trust::BundleInForce;

use super::material::{Material, Provenance};
use super::places::Places;
use super::validation;
use crate::about::About;
use crate::load::{Loaded, Options};
use crate::problem::{Problem, Weight};
use crate::request::Request;
use crate::rollout::{Rollout, Stage};
use crate::verdict::{Outcome, RuleName, Verdict};
use crate::{gatekeeper, kubescape, rego, trust};

/// Policies that were compiled, and where they stand.
#[derive(Debug)]
pub struct Bundle {
    /// The texts that hold them.
    pub sources: Vec<Source>,
    /// Every object of those texts, policies and what belongs to them.
    pub objects: Vec<Object>,
    /// The policies, and what is wrong with those that do not work.
    pub loaded: Loaded,
    /// What could not be read, and why.
    pub unread: Vec<(String, String)>,
    /// The rules of plain modules of Rego.
    pub rules: rego::Rules,
    /// What Kubescape's controls and rules say of themselves.
    pub controls: BTreeMap<RuleName, About>,
    /// What can be said of Rego that compiles.
    pub remarks: Vec<rego::LintRemark>,
    /// Where each source comes from, in the order of the sources.
    pub(super) provenance: Vec<Option<Arc<Provenance>>>,
    pub(super) places: Places,
    /// How many plain modules there are.
    modules: usize,
    /// How far rules are introduced, on which day.
    staged: Option<(Rollout, i64)>,
}

/// How a bundle is compiled.
#[derive(Debug, Clone, Default)]
pub struct BundleOptions {
    /// How policies of manifests are used.
    pub policies: Options,
    /// The packages of plain Rego whose rules are applied.
    pub packages: rego::Packages,
    /// Whether to say what can be said of modules that compile.
    pub lint: bool,
    /// The root of trust of sigstore's public instance; none: the one in the program.
    pub public_good: Option<Arc<TrustedRoot>>,
    /// A configuration beside the bundle, whose policies of trust in images count too.
    pub configuration: Option<Configuration>,
}

/// A configuration beside a bundle.
#[derive(Debug, Clone)]
pub struct Configuration {
    /// Its text.
    pub source: Source,
    /// The texts of the files that its policies of trust name, by their paths as it has them.
    pub files: BTreeMap<String, String>,
}

impl Bundle {
    /// Compiles what was read.
    pub fn compile(mut material: Material, options: &BundleOptions) -> Self {
        if let Some(Configuration { source, files }) = &options.configuration {
            material.add_trust(source.clone(), None, &Budget::default(), &|path| files.get(path).cloned());
        }
        let Material { mut sources, objects, modules, library, data, trust, unread, mut provenance } =
            material;
        let in_force = provenance.iter().flatten().find(|known| !known.digest.is_empty());
        let in_force = in_force.map(|known| {
            Arc::new(BundleInForce {
                digest: known.digest.to_string(),
                commit: known.commit.to_string(),
                source: known.bundle.to_string(),
            })
        });
        let given = trust::Given { texts: &trust, in_force, root: options.public_good.clone() };
        let mut loaded = crate::load::load_with(&objects, &sources, &given, &options.policies);
        let first = sources.len();
        provenance.resize(first, None);
        sources.extend(modules.iter().map(|module| Source::new(module.file.as_str(), module.text.as_str())));
        provenance.extend(modules.iter().map(|module| module.provenance.clone()));
        let ids = (first..).map(|place| SourceId(u32::try_from(place).unwrap_or(u32::MAX)));
        let texts: Vec<rego::Module<'_>> = modules
            .iter()
            .zip(ids)
            .map(|(module, source)| rego::Module { source, file: &module.file, text: &module.text })
            .collect();
        let count = texts.len();
        let given = rego::Options {
            packages: options.packages.clone(),
            data: if texts.is_empty() { None } else { data },
        };
        let modules = rego::load(&texts, &given);
        let remarks = if options.lint {
            let is_entry = |name: &str| rego::objection(name).is_some();
            let mut remarks = rego::lint(&texts, &is_entry, true);
            remarks.extend(gatekeeper::lint(&objects, &sources));
            remarks.extend(kubescape::lint(&library));
            remarks
        } else {
            Vec::new()
        };
        let library = kubescape::load(&library);
        loaded.policies.extend(modules.policies);
        loaded.problems.extend(modules.problems);
        loaded.policies.extend(library.policies);
        loaded.problems.extend(library.problems);
        Self {
            places: Places::of(&objects),
            sources,
            objects,
            loaded,
            unread,
            rules: modules.rules,
            controls: library.rules,
            remarks,
            provenance,
            modules: count,
            staged: None,
        }
    }

    /// Has rules do as much as they are introduced to on a day, in days since 1970.
    pub fn stage(&mut self, rollout: &Rollout, day: i64) {
        self.loaded.policies = std::mem::take(&mut self.loaded.policies).staged(rollout, day);
        // What removes objects has no weaker form.
        self.loaded.cleanups.retain(|policy| rollout.stage(&policy.name(), day) == Stage::Enforce);
        self.staged = Some((rollout.clone(), day));
    }

    /// How far a rule is introduced.
    pub fn stage_of(&self, name: &RuleName) -> Stage {
        self.staged.as_ref().map_or(Stage::Enforce, |(rollout, day)| rollout.stage(name, *day))
    }

    /// How many policies work.
    pub fn count(&self) -> usize {
        self.loaded.policies.len()
    }

    /// What a rule says of itself that is in no manifest.
    pub fn about(&self, rule: &RuleName) -> Option<&About> {
        self.rules.about(rule).or_else(|| self.controls.get(rule))
    }

    /// Whether there are plain modules of Rego, which may hold no rule that objects.
    pub fn has_modules(&self) -> bool {
        self.modules > 0
    }

    /// The problems that make a policy useless.
    pub fn errors(&self) -> impl Iterator<Item = &Problem> {
        self.loaded.problems.iter().filter(|problem| problem.weight == Weight::Error)
    }

    /// Whether every policy that was given works, so that what the set lets through was asked of all of them.
    pub fn is_whole(&self) -> bool {
        self.unread.is_empty() && self.errors().next().is_none()
    }

    /// The document of a rule's policy, and the place of the rule in it where the policy names its rules.
    pub fn place(&self, rule: &RuleName) -> Option<(&Object, Option<usize>)> {
        self.places.find(rule, &self.objects)
    }

    /// Says where the resource is wrong, as far as the expressions of policies tell.
    pub fn locate(&self, verdicts: &mut [Verdict], object: &Object) {
        validation::locate(verdicts, object, &self.objects);
    }

    /// Where the definition of a rule of a module stands that gives a verdict; none of other policies.
    pub(super) fn defined(&self, verdict: &Verdict, request: &Request) -> Option<sekisho_manifest::Span> {
        match verdict.outcome {
            Outcome::Fail | Outcome::Warn => self.rules.origin(&verdict.rule, request, &verdict.message),
            _ => None,
        }
        .or_else(|| self.about(&verdict.rule).map(|about| about.span))
    }
}
