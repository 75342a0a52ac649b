//! A set of policies of any languages, and what it says of a request: the one evaluation.

use sekisho_manifest::Node;

use crate::asked::Asked;
use crate::facts::Facts;
use crate::interest::Index;
use crate::policy::{FailureClass, Policy};
use crate::request::Request;
use crate::rollout::Rollout;
use crate::verdict::Verdict;
use crate::views::Views;

/// Which policies of a set are applied, and which of what they do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope {
    /// Those of this class; none: all.
    pub class: Option<FailureClass>,
    /// Whether objects are changed.
    pub changes: bool,
    /// Whether objects are judged.
    pub judges: bool,
    /// Whether other objects are wanted.
    pub generates: bool,
}

impl Scope {
    /// Everything.
    pub const ALL: Self = Self { class: None, changes: true, judges: true, generates: true };
    /// Objects are changed, and nothing else.
    pub const CHANGES: Self = Self { judges: false, generates: false, ..Self::ALL };
    /// Objects are judged as they are, and nothing else.
    pub const JUDGES: Self = Self { changes: false, generates: false, ..Self::ALL };

    /// The same, with the policies of a class alone.
    #[must_use]
    pub const fn of(self, class: FailureClass) -> Self {
        Self { class: Some(class), ..self }
    }
}

/// Policies, indexed by what they concern.
#[derive(Debug, Default)]
pub struct PolicySet {
    policies: Vec<Box<dyn Policy>>,
    index: Index,
}

/// What a set of policies makes of a request.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Review {
    /// What the rules say: first those that change the object, then those that judge what came of it, then
    /// those that make others; in each group in the order of the set.
    pub verdicts: Vec<Verdict>,
    /// The object as it was changed; none where it was not.
    pub changed: Option<Node>,
    /// The objects that are wanted beside it.
    pub generated: Vec<Node>,
}

impl PolicySet {
    /// No policies.
    pub fn new() -> Self {
        Self::default()
    }

    /// With these, in their order.
    pub fn extend(&mut self, policies: impl IntoIterator<Item = Box<dyn Policy>>) {
        for policy in policies {
            self.index.push(policy.interest());
            self.policies.push(policy);
        }
    }

    /// With rules as far as they are introduced on a day, in days since 1970.
    #[must_use]
    pub fn staged(self, rollout: &Rollout, day: i64) -> Self {
        let mut staged = Self::default();
        staged.extend(rollout.apply(self.policies, day));
        staged
    }

    /// How many policies there are.
    pub fn len(&self) -> usize {
        self.policies.len()
    }

    /// The policies in their order.
    pub fn iter(&self) -> impl Iterator<Item = &dyn Policy> {
        self.policies.iter().map(AsRef::as_ref)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.policies.is_empty()
    }

    /// Applies every policy that concerns the request, as the API server does: changes first, one after the
    /// other, then judgements of what came of them.
    pub fn review(&self, request: &Request, facts: &dyn Facts) -> Review {
        self.review_in(Scope::ALL, request, facts)
    }

    /// The same, as far as a scope goes.
    pub fn review_in(&self, scope: Scope, request: &Request, facts: &dyn Facts) -> Review {
        let mut review = Review::default();
        let is_meant = |policy: &&dyn Policy| scope.class.is_none_or(|class| policy.failure() == class);
        let policies: Vec<&dyn Policy> = self
            .index
            .candidates(request)
            .into_iter()
            .filter_map(|number| self.policies.get(number))
            .map(AsRef::as_ref)
            .filter(is_meant)
            .collect();
        let changed =
            if scope.changes { change(&policies, request, facts, &mut review.verdicts) } else { None };
        let views = Views::default();
        let asked = Asked::new(changed.as_ref().unwrap_or(request), &views);
        for policy in policies.iter().filter(|_| scope.judges) {
            policy.validate(&asked, facts, &mut review.verdicts);
        }
        for policy in policies.iter().filter(|_| scope.generates) {
            review.generated.extend(policy.generate(&asked, facts, &mut review.verdicts));
        }
        review.changed = changed.and_then(|request| request.object);
        review
    }
}

/// The request after the policies have changed its object; none where they did not.
fn change(
    policies: &[&dyn Policy],
    request: &Request,
    facts: &dyn Facts,
    verdicts: &mut Vec<Verdict>,
) -> Option<Request> {
    let mut changed: Option<Request> = None;
    let mut rest = policies.iter().filter(|policy| policy.changes());
    loop {
        let views = Views::default();
        let asked = Asked::new(changed.as_ref().unwrap_or(request), &views);
        let Some(object) = rest.find_map(|policy| policy.mutate(&asked, facts, verdicts)) else { break };
        changed = Some(Request { object: Some(object), ..asked.request().clone() });
    }
    changed
}
