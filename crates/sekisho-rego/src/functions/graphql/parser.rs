//! Reads GraphQL: what both kinds of documents are made of.

use smol_str::SmolStr;

use super::ast::{Argument, Comments, Directive, Literal, LiteralKind, Position, TypeReference};
use super::lexer::{Kind, Lexer, Token};
use crate::value::quote;

/// How deep selections, values and types may stand in each other.
const MAX_DEPTH: usize = 200;

/// What is wrong, and where.
#[derive(Debug, Clone)]
pub(super) struct SyntaxError {
    pub(super) message: String,
    pub(super) position: Position,
}

pub(super) type Parsed<T> = Result<T, SyntaxError>;

/// Reads a document, one token ahead.
#[derive(Debug)]
pub(super) struct Parser<'t> {
    lexer: Lexer<'t>,
    ahead: Token,
    /// The comments right before the next token.
    pub(super) comment: Comments,
    depth: usize,
}

impl<'t> Parser<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let mut lexer = Lexer::new(text);
        let ahead = lexer.token();
        let mut parser = Self { lexer, ahead, comment: Vec::new(), depth: 0 };
        parser.collect_comments();
        parser
    }

    fn collect_comments(&mut self) {
        self.comment = Vec::new();
        while self.ahead.kind == Kind::Comment {
            let following = self.lexer.token();
            self.comment.push(std::mem::replace(&mut self.ahead, following).value);
        }
    }

    pub(super) fn peek(&self) -> &Token {
        &self.ahead
    }

    pub(super) fn position(&self) -> Position {
        self.ahead.position
    }

    pub(super) fn is(&self, kind: Kind) -> bool {
        self.ahead.kind == kind
    }

    /// Whether the next token is this word; only names have words for values that are none of punctuation.
    pub(super) fn is_word(&self, word: &str) -> bool {
        self.ahead.kind != Kind::Invalid && self.ahead.value == word
    }

    pub(super) fn next(&mut self) -> Parsed<Token> {
        if self.is(Kind::Invalid) {
            return Err(SyntaxError { message: self.ahead.value.to_string(), position: self.ahead.position });
        }
        let following = self.lexer.token();
        let token = std::mem::replace(&mut self.ahead, following);
        self.collect_comments();
        Ok(token)
    }

    pub(super) fn skip(&mut self, kind: Kind) -> Parsed<bool> {
        let is_there = self.is(kind);
        if is_there {
            self.next()?;
        }
        Ok(is_there)
    }

    pub(super) fn error(&self, message: String) -> SyntaxError {
        SyntaxError { message, position: self.ahead.position }
    }

    pub(super) fn unexpected(&self) -> SyntaxError {
        unexpected_token(&self.ahead)
    }

    pub(super) fn expect(&mut self, kind: Kind) -> Parsed<Token> {
        if self.is(kind) {
            return self.next();
        }
        Err(self.error(format!("Expected {kind}, found {}", self.ahead.kind)))
    }

    /// Takes a keyword; gives the comments before it.
    pub(super) fn keyword(&mut self, word: &str) -> Parsed<Comments> {
        if self.is(Kind::Name) && self.ahead.value == word {
            let comment = std::mem::take(&mut self.comment);
            self.next()?;
            return Ok(comment);
        }
        Err(self.error(format!("Expected {}, found {}", quote(word), self.ahead)))
    }

    pub(super) fn name(&mut self) -> Parsed<SmolStr> {
        Ok(self.expect(Kind::Name)?.value)
    }

    /// One or more items between two tokens, or nothing at all, and the comments before the last token.
    pub(super) fn some<T>(
        &mut self,
        start: Kind,
        end: Kind,
        mut item: impl FnMut(&mut Self) -> Parsed<T>,
    ) -> Parsed<(Vec<T>, Comments)> {
        let mut items = Vec::new();
        if !self.skip(start)? {
            return Ok((items, Vec::new()));
        }
        while !self.is(end) {
            items.push(item(self)?);
        }
        if items.is_empty() {
            return Err(self.error(format!("expected at least one definition, found {}", self.ahead.kind)));
        }
        let comment = std::mem::take(&mut self.comment);
        self.next()?;
        Ok((items, comment))
    }

    /// Does something one level deeper.
    pub(super) fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= MAX_DEPTH {
            return Err(self.error(format!("More than {MAX_DEPTH} levels of nesting")));
        }
        self.depth = self.depth.saturating_add(1);
        let result = read(self);
        self.depth = self.depth.saturating_sub(1);
        result
    }

    pub(super) fn arguments(&mut self, is_constant: bool) -> Parsed<Vec<Argument>> {
        let (arguments, _) =
            self.some(Kind::ParenLeft, Kind::ParenRight, |parser| parser.argument(is_constant))?;
        Ok(arguments)
    }

    fn argument(&mut self, is_constant: bool) -> Parsed<Argument> {
        let (position, comment) = (self.position(), std::mem::take(&mut self.comment));
        let name = self.name()?;
        self.expect(Kind::Colon)?;
        Ok(Argument { name, value: self.literal(is_constant)?, position, comment })
    }

    pub(super) fn directives(&mut self, is_constant: bool) -> Parsed<Vec<Directive>> {
        let mut directives = Vec::new();
        while self.skip(Kind::At)? {
            let position = self.position();
            directives.push(Directive {
                name: self.name()?,
                arguments: self.arguments(is_constant)?,
                position,
            });
        }
        Ok(directives)
    }

    pub(super) fn type_reference(&mut self) -> Parsed<TypeReference> {
        let mut reference = TypeReference::default();
        if self.skip(Kind::BracketLeft)? {
            reference.position = self.position();
            reference.element = Some(Box::new(self.deeper(Self::type_reference)?));
            self.expect(Kind::BracketRight)?;
        } else {
            reference.position = self.position();
            reference.name = self.name()?;
        }
        reference.non_null = self.skip(Kind::Bang)?;
        Ok(reference)
    }

    pub(super) fn variable(&mut self) -> Parsed<SmolStr> {
        self.expect(Kind::Dollar)?;
        self.name()
    }

    pub(super) fn literal(&mut self, is_constant: bool) -> Parsed<Literal> {
        let position = self.position();
        let kind = match self.ahead.kind {
            Kind::BracketLeft | Kind::BraceLeft => return self.deeper(|parser| parser.compound(is_constant)),
            Kind::Dollar if is_constant => return Err(self.unexpected()),
            Kind::Dollar => {
                let raw = self.variable()?;
                return Ok(Literal { raw, position, ..Literal::default() });
            }
            Kind::Int => LiteralKind::Int,
            Kind::Float => LiteralKind::Float,
            Kind::String => LiteralKind::String,
            Kind::Block => LiteralKind::Block,
            Kind::Name => match self.ahead.value.as_str() {
                "true" | "false" => LiteralKind::Boolean,
                "null" => LiteralKind::Null,
                _ => LiteralKind::Enum,
            },
            _ => return Err(self.unexpected()),
        };
        let raw = self.next()?.value;
        Ok(Literal { raw, kind, position, ..Literal::default() })
    }

    /// A list or an object.
    fn compound(&mut self, is_constant: bool) -> Parsed<Literal> {
        let (position, comment) = (self.position(), std::mem::take(&mut self.comment));
        let is_list = self.next()?.kind == Kind::BracketLeft;
        let (kind, end) = if is_list {
            (LiteralKind::List, Kind::BracketRight)
        } else {
            (LiteralKind::Object, Kind::BraceRight)
        };
        let mut children = Vec::new();
        while !self.is(end) {
            children.push(if is_list {
                Argument { value: self.literal(is_constant)?, ..Argument::default() }
            } else {
                self.argument(is_constant)?
            });
        }
        self.next()?;
        Ok(Literal { raw: SmolStr::default(), children, kind, position, comment })
    }
}

pub(super) fn unexpected_token(token: &Token) -> SyntaxError {
    SyntaxError { message: format!("Unexpected {token}"), position: token.position }
}
