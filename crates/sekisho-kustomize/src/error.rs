//! What can be wrong with a kustomization, and where.

use sekisho_manifest::{LoadErrorKind, Position, Span};
use smol_str::SmolStr;

/// Why a kustomization cannot be built, and where.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{}{kind}", place(.file, *.position))]
pub struct BuildError {
    /// The file that is to be mended, or the folder where a file is missing.
    pub file: SmolStr,
    /// Where in the file; none where it is the file as a whole.
    pub position: Option<Position>,
    /// What is wrong.
    pub kind: Box<BuildErrorKind>,
}

fn place(file: &str, position: Option<Position>) -> String {
    match position {
        Some(Position { line, column }) => format!("{file}:{line}:{column}: "),
        None if file.is_empty() => String::new(),
        None => format!("{file}: "),
    }
}

/// What can be wrong with a kustomization.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildErrorKind {
    /// The folder has no kustomization.
    #[error("the folder has no kustomization: add `kustomization.yaml`")]
    NoKustomization,
    /// The folder has more than one.
    #[error("the folder has `{0}` and `{1}`: keep one of them")]
    TwoKustomizations(&'static str, &'static str),
    /// A kustomization without any field.
    #[error("the kustomization is empty: name its resources")]
    EmptyKustomization,
    /// The text of a file is no YAML.
    #[error("{0}")]
    Load(LoadErrorKind),
    /// A key that is no text, which kustomize cannot write.
    #[error("key `{0}` is no text: put it in quotes")]
    KeyType(SmolStr),
    /// A field that does not exist.
    #[error("unknown field `{0}`: remove it or correct its name")]
    UnknownField(SmolStr),
    /// A value of another type than its field takes.
    #[error("`{field}` takes {expected}")]
    Type {
        /// The field.
        field: SmolStr,
        /// What it takes.
        expected: &'static str,
    },
    /// A field with a value that it does not take.
    #[error("`{value}` is no value of `{field}`: use {expected}")]
    FieldValue {
        /// The field.
        field: &'static str,
        /// What was written.
        value: SmolStr,
        /// What it takes.
        expected: &'static str,
    },
    /// What an entry lacks, or has too much of.
    #[error("{0}")]
    Entry(&'static str),
    /// A file that is not there.
    #[error("`{0}` is no file and no folder: correct the path")]
    NotFound(SmolStr),
    /// A file that is not there.
    #[error("file `{0}` is missing: correct the path")]
    NoFile(SmolStr),
    /// A file that cannot be read.
    #[error("cannot read `{path}`: {reason}")]
    Unreadable {
        /// The path.
        path: SmolStr,
        /// Why.
        reason: String,
    },
    /// A file outside the folder of its kustomization.
    #[error("file `{path}` is not in or below `{root}`: move it there, or make its folder a base")]
    OutsideRoot {
        /// The path.
        path: SmolStr,
        /// The folder of the kustomization.
        root: SmolStr,
    },
    /// A path that leaves what may be read.
    #[error("`{0}` leaves the folder that may be read: name a folder further up, or correct the path")]
    Leaves(SmolStr),
    /// A base or file on another machine.
    #[error("`{0}` lies on another machine and is not fetched: download it and name the folder instead")]
    Remote(SmolStr),
    /// A folder that is its own base.
    #[error("`{0}` contains a kustomization that refers to it: remove one of the two references")]
    Cycle(SmolStr),
    /// A component where a kustomization is wanted, or the other way around.
    #[error("`{path}` is a {found}: list it under `{field}`")]
    WrongKind {
        /// The folder.
        path: SmolStr,
        /// What it is.
        found: &'static str,
        /// Where it belongs.
        field: &'static str,
    },
    /// An object without kind or name.
    #[error("the object has no `{0}`: add it")]
    Incomplete(&'static str),
    /// Two objects with one identity.
    #[error("`{0}` is there already: remove one of the two or rename it")]
    Duplicate(SmolStr),
    /// No object where one is wanted.
    #[error("no object matches {0}: correct the name, the kind or the namespace")]
    NoMatch(SmolStr),
    /// Several objects where one is wanted.
    #[error("{count} objects match {wanted}: name one of them more closely")]
    SeveralMatches {
        /// What was looked for.
        wanted: SmolStr,
        /// How many there are.
        count: usize,
    },
    /// A field of an object that has another type than an operation needs.
    #[error(
        "field `{field}` of `{object}` is no {expected}: correct the object or the entry that changes it"
    )]
    FieldType {
        /// The field.
        field: SmolStr,
        /// The object.
        object: SmolStr,
        /// What is needed.
        expected: &'static str,
    },
    /// A value that a patch cannot be merged into, since it has another type.
    #[error("the patch has {patch} where `{object}` has {base}, at `{field}`: make them the same")]
    MergeType {
        /// The object.
        object: SmolStr,
        /// The field.
        field: SmolStr,
        /// What the object has.
        base: &'static str,
        /// What the patch has.
        patch: &'static str,
    },
    /// A `$patch` that is none of the three.
    #[error("`{0}` is no patch strategy: use `merge`, `replace` or `delete`")]
    Strategy(SmolStr),
    /// A patch that is neither kind of patch, or both.
    #[error("{0}")]
    Patch(String),
    /// A JSON patch that does not fit its object.
    #[error("operation `{operation}` on `{path}` does not fit `{object}`: {reason}")]
    Operation {
        /// `add`, `remove`, …
        operation: SmolStr,
        /// The path of the operation.
        path: SmolStr,
        /// The object.
        object: SmolStr,
        /// Why.
        reason: String,
    },
    /// A regular expression that is none.
    #[error("`{0}` is no regular expression that is supported here: correct it")]
    Pattern(SmolStr),
    /// A label or annotation selector that is none.
    #[error("`{selector}` is no selector: {reason}")]
    Selector {
        /// The selector.
        selector: SmolStr,
        /// Why.
        reason: String,
    },
    /// A generator or transformer that is a program, not a part of kustomize.
    #[error("`{0}` is a plugin that would have to be run: only those built into kustomize are followed")]
    Plugin(SmolStr),
    /// A chart that cannot be rendered.
    #[error("chart `{name}`: {reason}")]
    Chart {
        /// The chart.
        name: SmolStr,
        /// Why.
        reason: String,
    },
    /// Two field specifications that contradict each other.
    #[error("field specification `{0}` is there already with another `create`: make them the same")]
    FieldSpec(SmolStr),
    /// A replacement that does not find its field.
    #[error("replacement: {0}")]
    Replacement(String),
    /// A variable that is defined twice or has no value.
    #[error("variable `{name}` {reason}")]
    Variable {
        /// The variable.
        name: SmolStr,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A key that a generator gets twice.
    #[error("key `{0}` is given twice: remove one")]
    DataKey(SmolStr),
    /// A reference that several objects could answer.
    #[error("`{name}` in `{field}` of `{object}` may mean any of {candidates}: name them apart")]
    Reference {
        /// The name.
        name: SmolStr,
        /// The field.
        field: SmolStr,
        /// The object that refers.
        object: SmolStr,
        /// The objects that have this name.
        candidates: String,
    },
    /// A limit that is passed.
    #[error("more than {limit} {what}: the build is given up")]
    Budget {
        /// What was counted.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
}

/// What is wrong and the span that shows it, before the names of files are looked up.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) kind: BuildErrorKind,
    pub(crate) span: Option<Span>,
}

impl BuildErrorKind {
    pub(crate) fn at(self, span: Span) -> Fault {
        Fault { kind: self, span: Some(span) }
    }
}

impl From<BuildErrorKind> for Fault {
    fn from(kind: BuildErrorKind) -> Self {
        Self { kind, span: None }
    }
}

impl Fault {
    /// The fault, at this place where it has none of its own.
    pub(crate) fn or_at(self, span: Span) -> Self {
        Self { span: self.span.or(Some(span)), ..self }
    }
}

pub(crate) type Result<T, E = Fault> = std::result::Result<T, E>;
