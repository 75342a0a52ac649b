//! What can be wrong with a source, and where.

use smol_str::SmolStr;

use crate::Span;

/// One thing that is wrong with a source, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct LoadError {
    /// What is wrong.
    pub kind: LoadErrorKind,
    /// Where.
    pub span: Span,
    /// The document, from 0.
    pub document: u32,
}

/// What can be wrong with a source.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LoadErrorKind {
    /// The text is not YAML or JSON as Kubernetes reads it.
    #[error("{0}")]
    Syntax(String),
    /// The bytes are no UTF-8, or no UTF-16 behind its byte order mark.
    #[error("{0}")]
    Encoding(&'static str),
    /// An alias names an anchor that does not stand before it in its document.
    #[error("alias `*{name}` has no anchor before it; define `&{name}` earlier in the same document", name = shown(.0))]
    UnknownAnchor(SmolStr),
    /// An alias stands inside the value of its own anchor.
    #[error("anchor `&{}` contains itself; move the alias out of the anchored value", shown(.0))]
    RecursiveAnchor(SmolStr),
    /// A scalar's tag does not fit its text.
    #[error("`{}` is no {tag}; correct the value or remove the tag", shown(text))]
    Tag {
        /// The short form of the tag, `!!int`.
        tag: &'static str,
        /// The text that it was put on.
        text: SmolStr,
    },
    /// A key is a list, a mapping, null, or an integer above 64 bits with sign.
    #[error("{0} cannot be a key; write the key as text in quotes")]
    Key(&'static str),
    /// A template's `{{` stands outside of quotes, where it would begin a mapping that is a key.
    #[error("`{{{{` begins a template's action; render the template, or put the text in quotes")]
    Template,
    /// `<<` stands before something that is no mapping.
    #[error("`<<` needs a mapping or a list of mappings")]
    Merge,
    /// A number that JSON cannot hold: infinite, not a number, or out of range.
    #[error("`{}` cannot be written in JSON; use a finite number or put it in quotes", shown(.0))]
    Number(SmolStr),
    /// A separator line carries something else than a comment.
    #[error("`{}` stands behind the separator `---`; move it to the next line", shown(.0))]
    Separator(SmolStr),
    /// A key stands twice in one mapping, and its last value holds.
    #[error("key `{}` stands twice in the same mapping and the last value holds; remove one", shown(key))]
    DuplicateKey {
        /// The key.
        key: SmolStr,
        /// Where it stood first.
        first: Span,
    },
    /// A key came from a `<<` merge and stands in the mapping too, or in two merged mappings.
    #[error("key `{}` is set by `<<` and set again, and the later one holds; remove one", shown(key))]
    MergedKey {
        /// The key.
        key: SmolStr,
        /// Where it stood first.
        first: Span,
    },
    /// Two keys differ in YAML but are the same text in JSON: `1` and `"1"`.
    #[error("two keys become `{}` in JSON and which value holds is left to chance; remove one", shown(key))]
    AmbiguousKey {
        /// The key as JSON text.
        key: SmolStr,
        /// Where it stood first.
        first: Span,
    },
    /// Text behind the end of a document, `...`, which Kubernetes does not read.
    #[error("nothing behind the end of the document is read; put `---` before it")]
    IgnoredText,
    /// [`Budget::bytes`](crate::Budget::bytes) is passed.
    #[error("the source is larger than {limit} bytes; split it, or raise the limit")]
    TooManyBytes {
        /// The limit.
        limit: usize,
    },
    /// [`Budget::depth`](crate::Budget::depth) is passed.
    #[error("values are nested deeper than {limit} levels; flatten them, or raise the limit")]
    TooDeep {
        /// The limit.
        limit: usize,
    },
    /// [`Budget::nodes`](crate::Budget::nodes) is passed.
    #[error(
        "the document has more than {limit} values with its aliases written out; split it, or raise the limit"
    )]
    TooManyNodes {
        /// The limit.
        limit: usize,
    },
    /// [`Budget::documents`](crate::Budget::documents) is passed.
    #[error("the source has more than {limit} documents; split it, or raise the limit")]
    TooManyDocuments {
        /// The limit.
        limit: usize,
    },
    /// Most of the document's values come from aliases, which Kubernetes refuses.
    #[error("nearly all values of the document come from aliases; write them out or split the document")]
    ExcessiveAliases,
}

/// Text of the source as a message shows it: one line that no character of it breaks or turns around, and
/// not too long.
fn shown(text: &str) -> String {
    const LENGTH: usize = 60;
    let mut shown = String::new();
    for character in text.chars().take(LENGTH) {
        match character {
            '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}' => {
                shown.extend(character.escape_unicode());
            }
            _ if character.is_control() => shown.extend(character.escape_default()),
            _ => shown.push(character),
        }
    }
    if text.chars().nth(LENGTH).is_some() {
        shown.push('…');
    }
    shown
}

/// What is wrong in one document, in bytes from the document's start.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) kind: LoadErrorKind,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Fault {
    pub(crate) fn new(kind: LoadErrorKind, start: usize, end: usize) -> Self {
        Self { kind, start, end }
    }

    pub(crate) fn syntax(message: impl Into<String>, start: usize, end: usize) -> Self {
        Self::new(LoadErrorKind::Syntax(message.into()), start, end)
    }
}
