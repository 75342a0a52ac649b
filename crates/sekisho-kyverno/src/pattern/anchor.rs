//! Anchors: the marks around a pattern's key that say how the field takes part.

/// How a field of a pattern takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    /// `(key)`: only where the field matches, the rest of the pattern applies to this element.
    Condition,
    /// `<(key)`: only where the field matches, the whole rule applies.
    Global,
    /// `X(key)`: the field must not be there.
    Negation,
    /// `+(key)`: when mutating, the field is added where it is missing.
    AddIfNotPresent,
    /// `=(key)`: where the field is there, it must match.
    Equality,
    /// `^(key)`: at least one item of the list must match.
    Existence,
}

impl Anchor {
    /// Reads a key with an anchor; none where it has none.
    pub(crate) fn parse(key: &str) -> Option<(Self, &str)> {
        let key = key.trim();
        let inner = key.strip_suffix(')')?;
        let (anchor, inner) = match inner.as_bytes().first()? {
            b'(' => (Self::Condition, inner.strip_prefix('(')?),
            b'<' => (Self::Global, inner.strip_prefix("<(")?),
            b'X' => (Self::Negation, inner.strip_prefix("X(")?),
            b'+' => (Self::AddIfNotPresent, inner.strip_prefix("+(")?),
            b'=' => (Self::Equality, inner.strip_prefix("=(")?),
            b'^' => (Self::Existence, inner.strip_prefix("^(")?),
            _ => return None,
        };
        (!inner.is_empty() && !inner.contains('\n')).then_some((anchor, inner))
    }

    /// The key with this anchor around it.
    pub(crate) fn around(self, key: &str) -> String {
        let mark = match self {
            Self::Condition => "",
            Self::Global => "<",
            Self::Negation => "X",
            Self::AddIfNotPresent => "+",
            Self::Equality => "=",
            Self::Existence => "^",
        };
        format!("{mark}({key})")
    }

    /// Whether it decides if a rule applies at all.
    pub(crate) fn is_conditional(self) -> bool {
        matches!(self, Self::Condition | Self::Global)
    }

    /// Whether it is looked at before the plain fields of its map.
    pub(crate) fn is_first(self) -> bool {
        matches!(self, Self::Condition | Self::Existence | Self::Equality | Self::Negation)
    }
}
