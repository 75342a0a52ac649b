//! Text to a syntax tree: lexer, tree and parser.
