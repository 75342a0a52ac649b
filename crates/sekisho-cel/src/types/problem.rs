//! What is wrong with the types of an expression.

use smol_str::SmolStr;

use super::Type;

/// What is wrong with a part of an expression, whatever its values.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TypeError {
    /// A name or a function that is not declared.
    #[error("undeclared reference to `{0}`: check its spelling")]
    Undeclared(SmolStr),
    /// A function that is declared for other types.
    #[error("`{function}` does not take ({arguments}): convert the arguments")]
    NoOverload {
        /// The function as it is called.
        function: SmolStr,
        /// The types of its arguments.
        arguments: String,
    },
    /// A field that its type does not have.
    #[error("`{name}` has no field `{field}`: check its spelling")]
    NoField {
        /// The type.
        name: SmolStr,
        /// The field.
        field: SmolStr,
    },
    /// A type that has no fields at all.
    #[error("a value of type `{0}` has no fields: select from a map or a message")]
    NotSelectable(Type),
    /// A type that cannot be gone through.
    #[error("a value of type `{0}` is neither list nor map: use one of these")]
    NotIterable(Type),
    /// Another type than the place needs.
    #[error("expected type `{expected}` but found `{found}`: convert it")]
    Mismatch {
        /// The type that the place needs.
        expected: Type,
        /// The type that is there.
        found: Type,
    },
    /// A name that stands for no message.
    #[error("`{0}` is no message type: it cannot be made")]
    NotMessage(SmolStr),
    /// Types that are too large to be worked out.
    #[error("the types of the expression are too large: split it")]
    TooComplex,
    /// A literal that the function which reads it does not take.
    #[error("`{function}` cannot read `{text}`: correct the text")]
    Literal {
        /// The function.
        function: &'static str,
        /// The text.
        text: String,
    },
}
