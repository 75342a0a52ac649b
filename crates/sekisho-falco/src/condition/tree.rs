//! The tree of a condition.

/// A condition. Places are byte offsets in its text.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Condition {
    /// All of these hold.
    And(Vec<Condition>),
    /// One of these holds.
    Or(Vec<Condition>),
    /// This does not hold.
    Not(Box<Condition>),
    /// A macro, by its name.
    Macro {
        /// Its name.
        name: String,
        /// Where it stands.
        at: usize,
    },
    /// A value can be had.
    Exists {
        /// What is asked for.
        left: Operand,
        /// Where it stands.
        at: usize,
    },
    /// A value compared with another.
    Check {
        /// The left-hand side: a field or a transformed one.
        left: Operand,
        /// How they are compared.
        operator: Operator,
        /// How many of a list must agree.
        modifier: Option<Modifier>,
        /// The right-hand side.
        right: Right,
        /// Where it stands.
        at: usize,
    },
}

/// A field of the event.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct FieldRef {
    /// Its name, with what was written behind further dots.
    pub name: String,
    /// What stands in brackets behind it.
    pub argument: Option<Vec<u8>>,
}

/// A value that comes from the event, or is part of one that does.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum Operand {
    /// A field.
    Field(FieldRef),
    /// What a transformer makes of its arguments.
    Transformed {
        /// The transformer.
        transformer: Transformer,
        /// Its arguments.
        arguments: Vec<Operand>,
        /// What stands in brackets behind it.
        argument: Option<Vec<u8>>,
    },
    /// A text or number in the arguments of a transformer.
    Constant(Vec<u8>),
    /// A list in the arguments of a transformer.
    List(Vec<Operand>),
}

/// The right-hand side of a check.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Right {
    /// One value; also the name of a list that was not known.
    Value(Vec<u8>),
    /// A list of values.
    List(Vec<Vec<u8>>),
    /// Another value of the event.
    Operand(Operand),
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
        }

        impl $name {
            /// Every one, in the order of the language's grammar.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The word that rules use.
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }

            /// The one of this word.
            pub fn named(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|known| known.word() == word)
            }
        }
    };
}

words! {
    /// A comparison.
    Operator {
        /// At most.
        LessOrEqual = "<=",
        /// Below.
        Less = "<",
        /// At least.
        GreaterOrEqual = ">=",
        /// Above.
        Greater = ">",
        /// Equal.
        Equal = "=",
        /// Not equal.
        NotEqual = "!=",
        /// Matches a pattern of `*`, `?` and `[…]`.
        Glob = "glob",
        /// The same, whatever the case of letters.
        GlobAnyCase = "iglob",
        /// Has the text in it.
        Contains = "contains",
        /// The same, whatever the case of letters.
        ContainsAnyCase = "icontains",
        /// Has the bytes in it, which are given in hexadecimal.
        ContainsBytes = "bcontains",
        /// Begins with the text.
        StartsWith = "startswith",
        /// Begins with the bytes, which are given in hexadecimal.
        StartsWithBytes = "bstartswith",
        /// Ends with the text.
        EndsWith = "endswith",
        /// Matches a regular expression from beginning to end.
        Regex = "regex",
        /// Shares a value with a list.
        Intersects = "intersects",
        /// Is in a list.
        In = "in",
        /// Is a path below one of a list.
        PathMatch = "pmatch",
        /// Has something in it that matches a regular expression. No condition that is read from a text has it: it
        /// is for other languages whose conditions are made into these.
        Search = "search",
    }
}

words! {
    /// How many of a list must agree.
    Modifier {
        /// Exactly one.
        OneOf = "oneof",
        /// One or more.
        AnyOf = "anyof",
        /// Every one.
        AllOf = "allof",
    }
}

words! {
    /// What makes a value of others.
    Transformer {
        /// Letters in lower case.
        ToLower = "tolower",
        /// Letters in upper case.
        ToUpper = "toupper",
        /// Decoded from base 64.
        Base64 = "b64",
        /// The last part of a path.
        BaseName = "basename",
        /// The number of bytes, or of the values of a list.
        Length = "len",
        /// The values of a list with a text between them.
        Join = "join",
        /// Texts behind one another.
        Concat = "concat",
        /// The options among arguments.
        GetOpt = "getopt",
        /// The value as it is.
        Value = "val",
    }
}

impl Operator {
    /// The one of this word, where conditions that are read can have it.
    pub(crate) fn written(word: &str) -> Option<Self> {
        Self::named(word).filter(|operator| *operator != Self::Search)
    }

    /// Whether the right-hand side is a list without a modifier too.
    pub fn takes_list(self) -> bool {
        matches!(self, Self::In | Self::Intersects | Self::PathMatch)
    }

    /// Whether the right-hand side is a text, so that a modifier can stand behind the operator.
    pub fn takes_modifier(self) -> bool {
        !self.takes_list()
            && !matches!(self, Self::LessOrEqual | Self::Less | Self::GreaterOrEqual | Self::Greater)
    }
}

impl Condition {
    /// Calls `visit` with every operand and what stands at its left: parts come before what they are part of.
    pub fn visit_operands<'a>(&'a self, visit: &mut dyn FnMut(&'a Operand)) {
        match self {
            Self::And(children) | Self::Or(children) => {
                for child in children {
                    child.visit_operands(visit);
                }
            }
            Self::Not(child) => child.visit_operands(visit),
            Self::Macro { .. } => {}
            Self::Exists { left, .. } => left.visit(visit),
            Self::Check { left, right, .. } => {
                left.visit(visit);
                if let Right::Operand(right) = right {
                    right.visit(visit);
                }
            }
        }
    }
}

impl Operand {
    /// Calls `visit` with every part of it and then with itself.
    pub fn visit<'a>(&'a self, visit: &mut dyn FnMut(&'a Self)) {
        match self {
            Self::Transformed { arguments, .. } => arguments.iter().for_each(|part| part.visit(visit)),
            Self::List(items) => items.iter().for_each(|part| part.visit(visit)),
            Self::Field(_) | Self::Constant(_) => {}
        }
        visit(self);
    }
}
