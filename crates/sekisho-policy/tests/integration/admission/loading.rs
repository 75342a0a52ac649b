//! What is refused in policies and bindings, and where.

use sekisho_manifest::{Budget, Document, Format, Source, SourceId, load};
use sekisho_policy::admission::{self, LoadOptions, Loaded};
use sekisho_policy::{
    Asked, Interest, Kinds, NoFacts, Operation, Outcome, Policy, PolicySet, Request, Target, Views,
};

pub(super) fn read(text: &str) -> Loaded {
    let loaded = load(SourceId(0), text, Format::Yaml, &Budget::default());
    assert!(loaded.errors.is_empty(), "{:?}", loaded.errors);
    let objects: Vec<_> = loaded.documents.iter().flat_map(Document::objects).collect();
    let sources = [Source::new("policy.yaml", text)];
    admission::load(
        &objects,
        &sources,
        &Kinds::default(),
        LoadOptions { unbound: true, ..Default::default() },
    )
}

/// The text that each problem points at, with what is said of it.
fn problems(text: &str) -> Vec<(String, String)> {
    let shown = |problem: &sekisho_policy::Problem| {
        let (start, end) = (problem.span.start as usize, problem.span.end as usize);
        (text[start..end].to_owned(), problem.message.clone())
    };
    read(text).problems.iter().map(shown).collect()
}

fn policy(rest: &str) -> String {
    format!(
        "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\nmetadata: {{name: \
         shop}}\nspec:\n  matchConstraints:\n    resourceRules:\n    - {{apiGroups: [''], apiVersions: [v1], \
         operations: ['*'], resources: [pods]}}\n{rest}"
    )
}

#[test]
fn faults_of_expressions_point_into_the_scalar() {
    for (rest, wanted) in [
        ("  validations:\n  - expression: object.spec.x && missing\n", "missing"),
        ("  validations:\n  - expression: \"'a' == missing\"\n", "missing"),
        ("  validations:\n  - expression: '''a'' == missing && true'\n", "missing"),
        ("  validations:\n  - expression: \"\\\"a\\u0041\\\" == missing\"\n", "missing"),
        ("  validations:\n  - expression: |\n      object.a == 1 &&\n        missing == 2\n", "missing"),
        ("  validations:\n  - expression: >-\n      object.a == 1 &&\n      missing == 2\n", "missing"),
        ("  validations:\n  - expression: object.a == 1 &&\n      missing == 2\n", "missing"),
        ("  validations:\n  - expression: 1 +\n", ""),
        (
            "  variables:\n  - {name: a, expression: 'variables.b'}\n  validations:\n  - expression: 'true'\n",
            "variables.b",
        ),
    ] {
        let text = policy(rest);
        let found = problems(&text);
        assert!(found.iter().any(|(at, _)| at == wanted), "{rest}: {found:?}");
    }
}

#[test]
fn what_the_api_server_refuses_is_refused() {
    for (rest, wanted) in [
        ("  validations: []\n", None),
        ("  validations:\n  - expression: '1 + 1'\n", Some("must evaluate to `bool` but got `int`")),
        ("  validations:\n  - expression: ' '\n", Some("is missing")),
        ("  validations:\n  - {expression: 'true', message: ' '}\n", Some("blank")),
        ("  validations:\n  - {expression: 'true', message: \"a\\nb\"}\n", Some("one line")),
        ("  validations:\n  - {expression: 'true', reason: Other}\n", Some("`Other` is not known here")),
        (
            "  validations:\n  - {expression: 'true', messageExpression: '1'}\n",
            Some("must evaluate to `string`"),
        ),
        (
            "  validations:\n  - {expression: 'true', messageExpression: 'authorizer.path(\"/\").check(\"get\").reason()'}\n",
            Some("undeclared reference"),
        ),
        ("  validations:\n  - expression: params.x\n", Some("undeclared reference")),
        ("  validations:\n  - expression: request.object == null\n", Some("has no field `object`")),
        (
            "  failurePolicy: Never\n  validations:\n  - expression: 'true'\n",
            Some("`Never` is not known here"),
        ),
        (
            "  matchConditions:\n  - {name: a, expression: 'true'}\n  - {name: a, expression: 'true'}\n  validations:\n  - expression: 'true'\n",
            Some("stands here twice"),
        ),
        (
            "  variables:\n  - {name: in, expression: 'true'}\n  validations:\n  - expression: 'true'\n",
            Some("no identifier"),
        ),
        (
            "  variables:\n  - {name: a, expression: 'variables.a'}\n  validations:\n  - expression: 'true'\n",
            Some("has no field `a`"),
        ),
        (
            "  matchConditions:\n  - {name: a, expression: 'variables.b'}\n  variables:\n  - {name: b, expression: 'true'}\n  validations:\n  - expression: 'true'\n",
            Some("undeclared reference"),
        ),
        ("  auditAnnotations:\n  - {key: a b, valueExpression: \"'x'\"}\n", Some("makes no key")),
        (
            "  auditAnnotations:\n  - {key: a, valueExpression: 'true'}\n",
            Some("must evaluate to `string` or `null`"),
        ),
    ] {
        let found = problems(&policy(rest));
        match wanted {
            Some(wanted) => assert!(found.iter().any(|(_, said)| said.contains(wanted)), "{rest}: {found:?}"),
            None => assert!(!found.is_empty(), "{rest}"),
        }
        assert!(read(&policy(rest)).validating.is_empty(), "{rest}");
    }
}

#[test]
fn bindings_are_checked_and_must_find_their_policy() {
    let binding = |spec: &str| {
        format!(
            "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicyBinding\nmetadata: \
             {{name: b}}\nspec: {spec}\n"
        )
    };
    for (spec, wanted) in [
        ("{policyName: p, validationActions: [Deny, Warn]}", "say the same twice"),
        ("{policyName: p, validationActions: []}", "the list is empty"),
        ("{policyName: p, validationActions: [Deny, Deny]}", "stands here twice"),
        ("{policyName: p, validationActions: [Refuse]}", "`Refuse` is not known here"),
        ("{validationActions: [Deny]}", "is missing"),
        ("{policyName: p, validationActions: [Deny], paramRef: {name: a}}", "write `Allow` or `Deny`"),
        (
            "{policyName: p, validationActions: [Deny], paramRef: {name: a, selector: {}, parameterNotFoundAction: Deny}}",
            "exclude each other",
        ),
        ("{policyName: p, validationActions: [Deny]}", "there is no policy `p` here"),
    ] {
        let found = problems(&binding(spec));
        assert!(found.iter().any(|(_, said)| said.contains(wanted)), "{spec}: {found:?}");
    }
}

#[test]
fn a_policy_takes_part_in_a_set() {
    let text =
        policy("  validations:\n  - {expression: object.metadata.name == 'good', message: call it good}\n");
    let loaded = read(&text);
    assert_eq!(loaded.problems, []);
    let interest = loaded.validating[0].interest();
    assert_eq!(
        interest,
        Interest {
            targets: vec![Target::Resource { group: None, resource: "pods".into() }],
            operations: vec![]
        }
    );
    let mut set = PolicySet::new();
    set.extend(loaded.validating.into_iter().map(|policy| -> Box<dyn Policy> { Box::new(policy) }));
    let outcome = |name: &str| {
        let text = format!("{{apiVersion: v1, kind: Pod, metadata: {{name: {name}}}}}");
        let loaded = load(SourceId(0), &text, Format::Yaml, &Budget::default());
        let object = loaded.documents.iter().flat_map(Document::objects).next().unwrap();
        let review = set.review(&Request::create(&object, &Kinds::default(), "default"), &NoFacts);
        let verdict = &review.verdicts[0];
        (verdict.outcome, verdict.message.clone())
    };
    assert_eq!(outcome("good"), (Outcome::Pass, String::new()));
    assert_eq!(outcome("bad"), (Outcome::Fail, "call it good".to_owned()));
}

#[test]
fn long_chains_of_variables_end() {
    let mut variables = "  variables:\n  - {name: v0, expression: '1'}\n".to_owned();
    for number in 1..3_000 {
        let sum = format!("  - {{name: v{number}, expression: 'variables.v{} + 1'}}\n", number - 1);
        variables.push_str(&sum);
    }
    let text = policy(&format!("{variables}  validations:\n  - expression: variables.v2999 == 3000\n"));
    let loaded = read(&text);
    assert_eq!(loaded.problems, []);
    let pod = load(
        SourceId(0),
        "{apiVersion: v1, kind: Pod, metadata: {name: a}}",
        Format::Yaml,
        &Budget::default(),
    );
    let object = pod.documents.iter().flat_map(Document::objects).next().unwrap();
    let request = Request::create(&object, &Kinds::default(), "default");
    let judgement = loaded.validating[0].judge(&Asked::new(&request, &Views::default()), &NoFacts);
    assert_eq!(request.operation, Operation::Create);
    assert_eq!(judgement.decisions[0].outcome, Outcome::Pass, "{:?}", judgement.decisions);
}
