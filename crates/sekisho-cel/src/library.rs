//! The libraries of functions and macros.

/// A set of functions, and of macros.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Library {
    /// Operators, conversions, times, `has`, `all`, `exists`, `exists_one`, `map`, `filter`: always there.
    Standard,
    /// `a.?b`, `a[?b]`, `{?k: v}`, `optional.of`, `orValue`, `optMap`.
    Optionals,
    /// `charAt`, `indexOf`, `split`, `join`, `replace`, `format`, `strings.quote`.
    Strings,
    /// The same with `format` as Kubernetes has it.
    KubernetesStrings,
    /// `reverse` of texts.
    StringReverse,
    /// `math.greatest`, `math.ceil`, `math.bitAnd`.
    Math,
    /// `slice`, `flatten`, `sort`, `sortBy`, `distinct`, `reverse`, `lists.range`.
    Lists,
    /// `sets.contains`, `sets.equivalent`, `sets.intersects`.
    Sets,
    /// `base64.encode`, `base64.decode`.
    Encoders,
    /// `cel.bind`.
    Bindings,
    /// `all`, `exists`, `existsOne` with two variables, `transformList`, `transformMap`.
    TwoVariables,
    /// `regex.extract`, `regex.extractAll`, `regex.replace`.
    Regex,
    /// `ip`, `cidr`, `isIP`.
    Network,
    /// `isMask` of networks.
    NetworkMask,
    /// `isSorted`, `sum`, `min`, `max`, `indexOf`, `lastIndexOf` of lists.
    KubernetesLists,
    /// `includes`.
    KubernetesIncludes,
    /// `find`, `findAll`.
    KubernetesRegex,
    /// `url`, `isURL`.
    Urls,
    /// `quantity`, `isQuantity`.
    Quantities,
    /// `semver`, `isSemver`.
    Semver,
    /// `format.dns1123Label().validate(…)`.
    Formats,
    /// `authorizer.group(…).resource(…).check(…)`.
    Authorizer,
    /// `fieldSelector`, `labelSelector` of such a question.
    AuthorizerSelectors,
    /// `jsonpatch.escapeKey`.
    JsonPatch,
}
