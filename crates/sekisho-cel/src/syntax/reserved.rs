//! Words that no variable and no function can be called.

const RESERVED: [&str; 21] = [
    "as",
    "break",
    "const",
    "continue",
    "else",
    "false",
    "for",
    "function",
    "if",
    "import",
    "in",
    "let",
    "loop",
    "namespace",
    "null",
    "package",
    "return",
    "true",
    "var",
    "void",
    "while",
];

/// Whether the language keeps a word for itself.
pub fn is_reserved(word: &str) -> bool {
    RESERVED.contains(&word)
}
