//! Why a rule cannot be said in CEL.

/// Why a rule cannot be said in CEL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Untranslatable {
    /// The rule does something else than to validate.
    #[error("it does not validate by a pattern, by conditions or by expressions")]
    Body,
    /// A pattern, a list or a condition has variables.
    #[error("its {0} has variables")]
    Variables(&'static str),
    /// A key or a value of a condition.
    #[error("the condition about `{0}` cannot be said in CEL")]
    Condition(String),
    /// The list of a loop.
    #[error("the list `{0}` of a loop is no field of the object")]
    List(String),
    /// An amount that is compared with a field.
    #[error("the amount `{0}` cannot be compared with its field in CEL")]
    Amount(String),
    /// An anchor that decides more than its own map.
    #[error("the anchor `{0}` cannot be said where it stands")]
    Anchor(String),
    /// A pattern of a shape that has no words in CEL.
    #[error("the pattern at `{0}` has a shape that cannot be said in CEL")]
    Structure(String),
    /// A kind with wildcards.
    #[error("the kind `{0}` has wildcards, and an admission policy names resources")]
    Kind(String),
    /// Roles of the user.
    #[error("it asks for roles of the user, which the API server does not tell")]
    Roles,
    /// The action depends on the namespace.
    #[error("what follows of it depends on the namespace")]
    Overrides,
    /// Rules that are left out behind the first that applies.
    #[error("only the first rule of its policy that applies counts")]
    OneRule,
    /// It is not asked when requests are made.
    #[error("its policy is for existing objects alone")]
    Background,
    /// An exception with conditions or controls.
    #[error("the exception `{0}` has conditions")]
    Exception(String),
    /// Parameters that are selected by more than labels.
    #[error("its parameters are selected by expressions about labels")]
    Parameters,
    /// More than the API server reads.
    #[error("it is too large")]
    Size,
}
