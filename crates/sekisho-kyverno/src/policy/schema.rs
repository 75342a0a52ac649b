//! The fields of Kyverno's documents.

use super::shape::Shape;

const TEXTS: Shape = Shape::List(&Shape::Text);
const LABELS: Shape = Shape::Table(&Shape::Scalar);

const METADATA: Shape = Shape::Any;

const LABEL_SELECTOR: Shape = Shape::Fields(&[
    ("matchLabels", LABELS),
    (
        "matchExpressions",
        Shape::List(&Shape::Fields(&[("key", Shape::Text), ("operator", Shape::Text), ("values", TEXTS)])),
    ),
]);

const ACTION: Shape = Shape::Choice(&["Audit", "Enforce"]);

const OVERRIDES: Shape = Shape::List(&Shape::Fields(&[
    ("action", ACTION),
    ("namespaces", TEXTS),
    ("namespaceSelector", LABEL_SELECTOR),
]));

const MATCH_CONDITIONS: Shape =
    Shape::List(&Shape::Fields(&[("name", Shape::Text), ("expression", Shape::Text)]));

const RESOURCES: Shape = Shape::Fields(&[
    ("kinds", TEXTS),
    ("name", Shape::Text),
    ("names", TEXTS),
    ("namespaces", TEXTS),
    ("annotations", LABELS),
    ("selector", LABEL_SELECTOR),
    ("namespaceSelector", LABEL_SELECTOR),
    ("operations", Shape::List(&Shape::Choice(&["CREATE", "UPDATE", "DELETE", "CONNECT"]))),
]);

const SUBJECTS: Shape = Shape::List(&Shape::Fields(&[
    ("kind", Shape::Text),
    ("apiGroup", Shape::Text),
    ("name", Shape::Text),
    ("namespace", Shape::Text),
]));

const BLOCK: Shape = Shape::Fields(&[
    ("resources", RESOURCES),
    ("subjects", SUBJECTS),
    ("roles", TEXTS),
    ("clusterRoles", TEXTS),
]);

const MATCH: Shape = Shape::Fields(&[
    ("any", Shape::List(&BLOCK)),
    ("all", Shape::List(&BLOCK)),
    ("resources", RESOURCES),
    ("subjects", SUBJECTS),
    ("roles", TEXTS),
    ("clusterRoles", TEXTS),
]);

const CONDITION: Shape = Shape::Fields(&[
    ("key", Shape::Any),
    (
        "operator",
        Shape::Choice(&[
            "Equal",
            "Equals",
            "NotEqual",
            "NotEquals",
            "In",
            "AnyIn",
            "AllIn",
            "NotIn",
            "AnyNotIn",
            "AllNotIn",
            "GreaterThan",
            "GreaterThanOrEquals",
            "LessThan",
            "LessThanOrEquals",
            "DurationGreaterThan",
            "DurationGreaterThanOrEquals",
            "DurationLessThan",
            "DurationLessThanOrEquals",
        ]),
    ),
    ("value", Shape::Any),
    ("message", Shape::Text),
]);

const ANY_ALL: Shape = Shape::Fields(&[("any", Shape::List(&CONDITION)), ("all", Shape::List(&CONDITION))]);

const CONDITIONS: Shape = Shape::ListOr(&CONDITION, &ANY_ALL);

const CREDENTIALS: Shape =
    Shape::Fields(&[("allowInsecureRegistry", Shape::Flag), ("providers", TEXTS), ("secrets", TEXTS)]);

const CONTEXT: Shape = Shape::List(&Shape::Fields(&[
    ("name", Shape::Text),
    ("configMap", Shape::Fields(&[("name", Shape::Text), ("namespace", Shape::Text)])),
    (
        "apiCall",
        Shape::Fields(&[
            ("urlPath", Shape::Text),
            ("method", Shape::Choice(&["GET", "POST"])),
            ("data", Shape::List(&Shape::Fields(&[("key", Shape::Text), ("value", Shape::Any)]))),
            (
                "service",
                Shape::Fields(&[
                    ("url", Shape::Text),
                    ("headers", Shape::List(&Shape::Fields(&[("key", Shape::Text), ("value", Shape::Text)]))),
                    ("caBundle", Shape::Text),
                ]),
            ),
            ("default", Shape::Any),
            ("jmesPath", Shape::Text),
        ]),
    ),
    (
        "imageRegistry",
        Shape::Fields(&[
            ("reference", Shape::Text),
            ("jmesPath", Shape::Text),
            ("imageRegistryCredentials", CREDENTIALS),
        ]),
    ),
    ("variable", Shape::Fields(&[("value", Shape::Any), ("jmesPath", Shape::Text), ("default", Shape::Any)])),
    ("globalReference", Shape::Fields(&[("name", Shape::Text), ("jmesPath", Shape::Text)])),
]));

const DENY: Shape = Shape::Fields(&[("conditions", CONDITIONS)]);

const VALIDATE_FOREACH: Shape = Shape::Fields(&[
    ("list", Shape::Text),
    ("elementScope", Shape::Flag),
    ("context", CONTEXT),
    ("preconditions", ANY_ALL),
    ("pattern", Shape::Any),
    ("anyPattern", Shape::Any),
    ("deny", DENY),
    ("foreach", Shape::List(&Shape::Again(|| &VALIDATE_FOREACH))),
]);

const STANDARDS: Shape = Shape::List(&Shape::Fields(&[
    ("controlName", Shape::Text),
    ("images", TEXTS),
    ("restrictedField", Shape::Text),
    ("values", TEXTS),
]));

const CEL: Shape = Shape::Fields(&[
    ("generate", Shape::Flag),
    (
        "expressions",
        Shape::List(&Shape::Fields(&[
            ("expression", Shape::Text),
            ("message", Shape::Text),
            ("reason", Shape::Text),
            ("messageExpression", Shape::Text),
        ])),
    ),
    ("paramKind", Shape::Fields(&[("apiVersion", Shape::Text), ("kind", Shape::Text)])),
    (
        "paramRef",
        Shape::Fields(&[
            ("name", Shape::Text),
            ("namespace", Shape::Text),
            ("selector", LABEL_SELECTOR),
            ("parameterNotFoundAction", Shape::Choice(&["Allow", "Deny"])),
        ]),
    ),
    (
        "auditAnnotations",
        Shape::List(&Shape::Fields(&[("key", Shape::Text), ("valueExpression", Shape::Text)])),
    ),
    ("variables", Shape::List(&Shape::Fields(&[("name", Shape::Text), ("expression", Shape::Text)]))),
]);

const VALIDATE: Shape = Shape::Fields(&[
    ("failureAction", ACTION),
    ("failureActionOverrides", OVERRIDES),
    ("allowExistingViolations", Shape::Flag),
    ("message", Shape::Text),
    ("manifests", Shape::Any),
    ("foreach", Shape::List(&VALIDATE_FOREACH)),
    ("pattern", Shape::Any),
    ("anyPattern", Shape::Any),
    ("deny", DENY),
    (
        "podSecurity",
        Shape::Fields(&[
            ("level", Shape::Choice(&["privileged", "baseline", "restricted"])),
            ("version", Shape::Text),
            ("exclude", STANDARDS),
        ]),
    ),
    ("cel", CEL),
    ("assert", Shape::Any),
]);

const MUTATE_FOREACH: Shape = Shape::Fields(&[
    ("list", Shape::Text),
    ("order", Shape::Choice(&["Ascending", "Descending"])),
    ("context", CONTEXT),
    ("preconditions", ANY_ALL),
    ("patchStrategicMerge", Shape::Any),
    ("patchesJson6902", Shape::Text),
    ("foreach", Shape::List(&Shape::Again(|| &MUTATE_FOREACH))),
]);

const MUTATE: Shape = Shape::Fields(&[
    ("mutateExistingOnPolicyUpdate", Shape::Flag),
    (
        "targets",
        Shape::List(&Shape::Fields(&[
            ("apiVersion", Shape::Text),
            ("kind", Shape::Text),
            ("namespace", Shape::Text),
            ("name", Shape::Text),
            ("uid", Shape::Text),
            ("selector", LABEL_SELECTOR),
            ("context", CONTEXT),
            ("preconditions", CONDITIONS),
        ])),
    ),
    ("patchStrategicMerge", Shape::Any),
    ("patchesJson6902", Shape::Text),
    ("foreach", Shape::List(&MUTATE_FOREACH)),
]);

const CLONE: Shape = Shape::Fields(&[("namespace", Shape::Text), ("name", Shape::Text)]);
const CLONE_LIST: Shape =
    Shape::Fields(&[("namespace", Shape::Text), ("kinds", TEXTS), ("selector", LABEL_SELECTOR)]);

const GENERATE: Shape = Shape::Fields(&[
    ("generateExisting", Shape::Flag),
    ("synchronize", Shape::Flag),
    ("orphanDownstreamOnPolicyDelete", Shape::Flag),
    ("apiVersion", Shape::Text),
    ("kind", Shape::Text),
    ("namespace", Shape::Text),
    ("name", Shape::Text),
    ("uid", Shape::Text),
    ("data", Shape::Any),
    ("clone", CLONE),
    ("cloneList", CLONE_LIST),
    (
        "foreach",
        Shape::List(&Shape::Fields(&[
            ("list", Shape::Text),
            ("context", CONTEXT),
            ("preconditions", ANY_ALL),
            ("apiVersion", Shape::Text),
            ("kind", Shape::Text),
            ("namespace", Shape::Text),
            ("name", Shape::Text),
            ("uid", Shape::Text),
            ("data", Shape::Any),
            ("clone", CLONE),
            ("cloneList", CLONE_LIST),
        ])),
    ),
]);

const RULE: Shape = Shape::Fields(&[
    ("name", Shape::Text),
    ("context", CONTEXT),
    ("reportProperties", LABELS),
    ("match", MATCH),
    ("exclude", MATCH),
    (
        "imageExtractors",
        Shape::Table(&Shape::List(&Shape::Fields(&[
            ("path", Shape::Text),
            ("value", Shape::Text),
            ("name", Shape::Text),
            ("key", Shape::Text),
            ("jmesPath", Shape::Text),
        ]))),
    ),
    ("preconditions", CONDITIONS),
    ("celPreconditions", MATCH_CONDITIONS),
    ("mutate", MUTATE),
    ("validate", VALIDATE),
    ("generate", GENERATE),
    ("verifyImages", Shape::List(&Shape::Any)),
    ("skipBackgroundRequests", Shape::Flag),
]);

const FAILURE_POLICY: Shape = Shape::Choice(&["Ignore", "Fail"]);

const SPEC: Shape = Shape::Fields(&[
    ("rules", Shape::List(&RULE)),
    ("applyRules", Shape::Choice(&["All", "One"])),
    ("failurePolicy", FAILURE_POLICY),
    ("validationFailureAction", ACTION),
    ("validationFailureActionOverrides", OVERRIDES),
    ("emitWarning", Shape::Flag),
    ("admission", Shape::Flag),
    ("background", Shape::Flag),
    ("schemaValidation", Shape::Flag),
    ("webhookTimeoutSeconds", Shape::Number),
    ("mutateExistingOnPolicyUpdate", Shape::Flag),
    ("generateExistingOnPolicyUpdate", Shape::Flag),
    ("generateExisting", Shape::Flag),
    ("useServerSideApply", Shape::Flag),
    (
        "webhookConfiguration",
        Shape::Fields(&[
            ("failurePolicy", FAILURE_POLICY),
            ("timeoutSeconds", Shape::Number),
            ("matchConditions", MATCH_CONDITIONS),
        ]),
    ),
]);

/// `ClusterPolicy` and `Policy`.
pub(super) const POLICY: Shape = Shape::Fields(&[
    ("apiVersion", Shape::Text),
    ("kind", Shape::Text),
    ("metadata", METADATA),
    ("spec", SPEC),
    ("status", Shape::Any),
]);

const ANY_OR_ALL_MATCH: Shape = Shape::Fields(&[("any", Shape::List(&BLOCK)), ("all", Shape::List(&BLOCK))]);

/// `PolicyException`.
pub(super) const EXCEPTION: Shape = Shape::Fields(&[
    ("apiVersion", Shape::Text),
    ("kind", Shape::Text),
    ("metadata", METADATA),
    (
        "spec",
        Shape::Fields(&[
            ("background", Shape::Flag),
            ("match", ANY_OR_ALL_MATCH),
            ("conditions", ANY_ALL),
            ("exceptions", Shape::List(&Shape::Fields(&[("policyName", Shape::Text), ("ruleNames", TEXTS)]))),
            ("podSecurity", STANDARDS),
        ]),
    ),
]);

/// `CleanupPolicy` and `ClusterCleanupPolicy`.
pub(super) const CLEANUP: Shape = Shape::Fields(&[
    ("apiVersion", Shape::Text),
    ("kind", Shape::Text),
    ("metadata", METADATA),
    (
        "spec",
        Shape::Fields(&[
            ("context", CONTEXT),
            ("match", ANY_OR_ALL_MATCH),
            ("exclude", ANY_OR_ALL_MATCH),
            ("schedule", Shape::Text),
            ("conditions", ANY_ALL),
            ("deletionPropagationPolicy", Shape::Choice(&["Foreground", "Background", "Orphan"])),
        ]),
    ),
    ("status", Shape::Any),
]);
