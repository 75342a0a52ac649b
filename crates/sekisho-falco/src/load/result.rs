//! What loading says, with the codes that Falco gives it.

use std::fmt;

use sekisho_manifest::Span;

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident $name:literal $is_error:literal;)*) => {
        /// The kind of a message.
        #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
        pub enum Code {
            $($(#[$doc])* $variant,)*
        }

        impl Code {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The name that Falco gives it.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// Whether no rules are loaded because of it.
            pub fn is_error(self) -> bool {
                match self {
                    $(Self::$variant => $is_error,)*
                }
            }
        }
    };
}

codes! {
    /// A file cannot be read.
    FileRead "LOAD_ERR_FILE_READ" true;
    /// A file is not valid YAML.
    YamlParse "LOAD_ERR_YAML_PARSE" true;
    /// An item lacks a key, or a value is of the wrong type.
    YamlValidate "LOAD_ERR_YAML_VALIDATE" true;
    /// A condition cannot be compiled.
    CompileCondition "LOAD_ERR_COMPILE_CONDITION" true;
    /// An output cannot be compiled.
    CompileOutput "LOAD_ERR_COMPILE_OUTPUT" true;
    /// An item is wrong: a macro that is not there, versions, nothing to append to, exceptions.
    Validate "LOAD_ERR_VALIDATE" true;
    /// An item of an extension is wrong.
    Extension "LOAD_ERR_EXTENSION" true;
    /// The source of a rule is not known, so that the rule is left out.
    UnknownSource "LOAD_UNKNOWN_SOURCE" false;
    /// A field of audit events is compared with `<NA>`.
    UnsafeNotAvailable "LOAD_UNSAFE_NA_CHECK" false;
    /// A condition can hold for more than a hundred types of events.
    NoEventType "LOAD_NO_EVTTYPE" false;
    /// A rule names an unknown field or event type and says that it may be left out.
    UnknownFilter "LOAD_UNKNOWN_FILTER" false;
    /// No rule uses a macro.
    UnusedMacro "LOAD_UNUSED_MACRO" false;
    /// No rule, macro or list uses a list.
    UnusedList "LOAD_UNUSED_LIST" false;
    /// An item is of no known kind.
    UnknownItem "LOAD_UNKNOWN_ITEM" false;
    /// Something should no longer be used.
    Deprecated "LOAD_DEPRECATED_ITEM" false;
    /// An item of an extension is doubtful.
    ExtensionWarning "LOAD_WARNING_EXTENSION" false;
    /// An exception is appended without values.
    AppendNoValues "LOAD_APPEND_NO_VALUES" false;
    /// Two exceptions of a rule have one name.
    ExceptionName "LOAD_EXCEPTION_NAME_NOT_UNIQUE" false;
    /// A condition cannot name this macro.
    MacroName "LOAD_INVALID_MACRO_NAME" false;
    /// A condition cannot name this list.
    ListName "LOAD_INVALID_LIST_NAME" false;
    /// A condition is doubtful.
    ConditionWarning "LOAD_COMPILE_CONDITION" false;
    /// An item has a key that means nothing.
    UnknownKey "LOAD_UNKNOWN_KEY" false;
}

/// What loading a file said.
#[derive(Clone, Debug, Default)]
pub struct FileResult {
    messages: Vec<Message>,
}

/// One message.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Message {
    /// Its kind.
    pub code: Code,
    /// What is the matter.
    pub text: String,
    /// Where in which file; the source of the span is the number of the file, from zero.
    pub span: Span,
    /// The rule, macro or list that it is about.
    pub item: Option<Item>,
    /// The condition with lists and exceptions written out, and the byte where the matter is.
    pub condition: Option<(String, usize)>,
}

/// A rule, macro or list.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Item {
    /// What it is.
    pub kind: ItemKind,
    /// Its name.
    pub name: String,
}

/// What an item is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[allow(missing_docs, reason = "the names say it all")]
pub enum ItemKind {
    Rule,
    Macro,
    List,
}

impl Message {
    pub(crate) fn new(code: Code, text: impl Into<String>, span: Span) -> Self {
        Self { code, text: text.into(), span, item: None, condition: None }
    }

    #[must_use]
    pub(crate) fn of(self, kind: ItemKind, name: &str) -> Self {
        Self { item: Some(Item { kind, name: name.to_owned() }), ..self }
    }

    #[must_use]
    pub(crate) fn at(self, condition: &str, at: usize) -> Self {
        Self { condition: Some((condition.to_owned(), at)), ..self }
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.code.name())?;
        if let Some(item) = &self.item {
            write!(f, "{item}: ")?;
        }
        f.write_str(&self.text)
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            ItemKind::Rule => "rule",
            ItemKind::Macro => "macro",
            ItemKind::List => "list",
        };
        write!(f, "{kind} `{}`", self.name)
    }
}

impl FileResult {
    pub(crate) fn add(&mut self, message: Message) {
        self.messages.push(message);
    }

    /// Everything that was said, errors and warnings, in order.
    pub fn messages(&self) -> &[Message] {
        &self.messages
    }

    /// What keeps the rules from being loaded.
    pub fn errors(&self) -> impl Iterator<Item = &Message> {
        self.messages.iter().filter(|message| message.code.is_error())
    }

    /// What does not.
    pub fn warnings(&self) -> impl Iterator<Item = &Message> {
        self.messages.iter().filter(|message| !message.code.is_error())
    }

    /// Whether rules cannot be loaded.
    pub fn has_errors(&self) -> bool {
        self.errors().next().is_some()
    }
}
