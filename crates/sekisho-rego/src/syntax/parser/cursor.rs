//! Where the parser is in the text: the current token, and going on, back and wrong.

use std::collections::HashSet;

use smol_str::SmolStr;

use super::super::ast::{Name, RegoVersion};
use super::super::lexer::{Lexeme, Lexer, Position, Token};
use crate::error::{ErrorCode, RegoError};
use crate::span::Span;

/// How deep terms and bodies may nest.
const MAX_DEPTH: u32 = 200;
/// How high a tree may grow, chains of operators taken into account.
const MAX_HEIGHT: u32 = 400;
/// How long a text may be.
const MAX_TEXT: usize = 64 << 20;

/// The outcome of a part of the parser; an error ends the parse.
pub(in crate::syntax) type Parsed<T> = Result<T, Box<RegoError>>;

/// Words that are keywords only after an import, or in newer versions of the language.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each word is turned on by itself")]
pub(super) struct Keywords {
    pub(super) every: bool,
    pub(super) membership: bool,
    pub(super) contains: bool,
    pub(super) conditions: bool,
    pub(super) not_bodies: bool,
    pub(super) and: bool,
    pub(super) or: bool,
}

impl Keywords {
    fn of(version: RegoVersion) -> Self {
        let later = version == RegoVersion::V1;
        Self { every: later, membership: later, contains: later, conditions: later, ..Self::default() }
    }
}

pub(in crate::syntax) struct Parser<'t> {
    pub(super) text: &'t str,
    pub(super) file: &'t str,
    pub(super) lexer: Lexer<'t>,
    pub(super) current: Lexeme,
    /// Where the token before the current one ends.
    pub(super) last_end: u32,
    pub(super) version: RegoVersion,
    pub(super) keywords: Keywords,
    pub(super) depth: u32,
    pub(super) height: u32,
    pub(super) wildcards: u32,
    /// The brackets at which reading a comprehension was tried in vain.
    pub(super) no_comprehension: HashSet<u32>,
}

#[derive(Clone, Copy)]
pub(super) struct Mark {
    position: Position,
    current: Lexeme,
    last_end: u32,
    depth: u32,
    wildcards: u32,
}

impl<'t> Parser<'t> {
    pub(in crate::syntax) fn new(
        file: &'t str,
        text: &'t str,
        module: u32,
        version: RegoVersion,
    ) -> Parsed<Self> {
        let mut lexer = Lexer::new(text, module);
        if text.len() > MAX_TEXT {
            let message = format!("text is longer than {MAX_TEXT} bytes; split the module");
            return Err(Box::new(RegoError::new(ErrorCode::Parse, message, Span::default(), file)));
        }
        let current = lexer.next();
        let keywords = Keywords::of(version);
        let mut parser = Self {
            text,
            file,
            lexer,
            current,
            last_end: 0,
            version,
            keywords,
            depth: 0,
            height: 0,
            wildcards: 0,
            no_comprehension: HashSet::new(),
        };
        parser.check_lexeme()?;
        Ok(parser)
    }

    pub(super) fn check_lexeme(&mut self) -> Parsed<()> {
        match self.lexer.fault.take() {
            Some((why, span)) => Err(self.fail_at(why, span)),
            None => Ok(()),
        }
    }

    pub(super) fn advance(&mut self) -> Parsed<()> {
        self.last_end = self.current.span.end;
        self.current = self.lexer.next();
        self.check_lexeme()
    }

    pub(super) fn mark(&self) -> Mark {
        Mark {
            position: self.lexer.position(),
            current: self.current,
            last_end: self.last_end,
            depth: self.depth,
            wildcards: self.wildcards,
        }
    }

    pub(super) fn go_back(&mut self, mark: Mark) {
        self.lexer.go_back(mark.position);
        self.current = mark.current;
        self.last_end = mark.last_end;
        self.depth = mark.depth;
        self.wildcards = mark.wildcards;
    }

    /// Looks one token further.
    pub(super) fn following(&mut self) -> Lexeme {
        let position = self.lexer.position();
        let lexeme = self.lexer.next();
        self.lexer.go_back(position);
        lexeme
    }

    pub(super) fn is_end(&self) -> bool {
        self.current.token == Token::Eof
    }

    pub(super) fn at(&self, mark: &str) -> bool {
        matches!(self.current.token, Token::Mark(found) if found == mark)
    }

    pub(super) fn take(&mut self, mark: &str) -> Parsed<bool> {
        let found = self.at(mark);
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    pub(super) fn lexeme_text(&self) -> &'t str {
        self.current.span.of(self.text)
    }

    /// The current token as a keyword, if it is one now.
    pub(super) fn keyword(&self) -> Option<&'t str> {
        (self.current.token == Token::Word).then(|| self.lexeme_text()).filter(|word| self.is_keyword(word))
    }

    pub(super) fn is_keyword(&self, word: &str) -> bool {
        match word {
            "package" | "import" | "as" | "default" | "else" | "not" | "some" | "with" | "null" | "true"
            | "false" => true,
            "in" => self.keywords.membership,
            "every" => self.keywords.every,
            "contains" => self.keywords.contains,
            "if" => self.keywords.conditions,
            "and" => self.keywords.and,
            "or" => self.keywords.or,
            _ => false,
        }
    }

    pub(super) fn at_keyword(&self, keyword: &str) -> bool {
        self.keyword() == Some(keyword)
    }

    /// Whether the current word is written right before `.` or `[`, so that it begins a reference whatever
    /// it means elsewhere.
    pub(super) fn begins_ref(&mut self) -> bool {
        if self.current.token != Token::Word {
            return false;
        }
        let next = self.following();
        !next.spaced && matches!(next.token, Token::Mark("." | "["))
    }

    pub(super) fn enter(&mut self) -> Parsed<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.fail("max parsing recursion depth exceeded"));
        }
        Ok(())
    }

    pub(super) fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// Notes that a tree of this height was read.
    pub(super) fn grow(&mut self, height: u32) -> Parsed<()> {
        self.height = height;
        if height > MAX_HEIGHT {
            return Err(self.fail("max parsing recursion depth exceeded"));
        }
        Ok(())
    }

    pub(super) fn span_since(&self, start: Span) -> Span {
        start.to(self.last_end)
    }

    pub(super) fn wildcard(&mut self) -> Name {
        let name = SmolStr::from(format!("${}", self.wildcards));
        self.wildcards += 1;
        name
    }

    #[expect(clippy::unnecessary_box_returns, reason = "errors travel boxed through the parser")]
    pub(super) fn fail(&self, message: impl Into<String>) -> Box<RegoError> {
        self.fail_at(message, self.current.span)
    }

    #[expect(clippy::unnecessary_box_returns, reason = "errors travel boxed through the parser")]
    pub(super) fn fail_at(&self, message: impl Into<String>, span: Span) -> Box<RegoError> {
        Box::new(RegoError::new(ErrorCode::Parse, message, span, self.file))
    }

    /// The error of a token that may not stand here.
    #[expect(clippy::unnecessary_box_returns, reason = "errors travel boxed through the parser")]
    pub(super) fn illegal(&self, note: &str) -> Box<RegoError> {
        let (name, kind) = match self.current.token {
            Token::Illegal => return self.fail("illegal token"),
            Token::Eof => ("eof", "token"),
            Token::Word => match self.keyword() {
                Some(word) => (word, "keyword"),
                None => ("identifier", "token"),
            },
            Token::Number => ("number", "token"),
            Token::String | Token::RawString => ("string", "token"),
            Token::Template { .. } => ("template-string-part", "token"),
            Token::Mark(mark) => (mark_name(mark), "token"),
        };
        if note.is_empty() {
            self.fail(format!("unexpected {name} {kind}"))
        } else {
            self.fail(format!("unexpected {name} {kind}: {note}"))
        }
    }
}

fn mark_name(mark: &'static str) -> &'static str {
    match mark {
        "+" => "plus",
        "-" => "minus",
        "*" => "mul",
        "/" => "div",
        "%" => "rem",
        "&" => "and",
        "|" => "or",
        "=" => "eq",
        "==" => "equal",
        ":=" => "assign",
        "!=" => "neq",
        ">" => "gt",
        "<" => "lt",
        ">=" => "gte",
        "<=" => "lte",
        other => other,
    }
}
