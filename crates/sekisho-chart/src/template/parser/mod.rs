//! Tokens → templates.

mod pipeline;

use std::rc::Rc;

use smol_str::SmolStr;

use sekisho_go::quote::{quote, unquote};

use super::TemplateError;
use super::ast::{Action, Arm, Body, Branch, Invocation, Node, Source};
use super::lexer::{Lexer, Token, TokenKind};
use crate::functions::{self, Function};
use crate::value::Text;

/// The bodies that a text holds: that of the text itself comes last.
pub(super) type Bodies = Vec<(SmolStr, Rc<Body>)>;

/// What a text may contain.
#[derive(Clone, Copy)]
pub(super) struct Dialect {
    /// Its functions.
    pub(super) find: fn(&str) -> Option<&'static Function>,
    /// How deep blocks and parentheses may be nested in each other.
    pub(super) nesting: usize,
}

impl Dialect {
    /// Templates of charts.
    pub(super) const HELM: Self = Self { find: functions::find, nesting: 1_000 };
    /// Templates without functions but those of the language, on stacks of any size.
    pub(super) const GO: Self = Self { find: functions::find_of_language, nesting: 100 };
}

/// Parses a text. `name` is what its own body will be called.
pub(super) fn parse(name: &SmolStr, source: &Rc<Source>, dialect: Dialect) -> Result<Bodies, TemplateError> {
    let mut parser = Parser {
        dialect,
        source,
        lexer: Lexer::new(&source.text),
        ahead: Vec::new(),
        latest: Token { kind: TokenKind::End, start: 0, end: 0 },
        variables: vec![ROOT],
        ranges: 0,
        nesting: 0,
        action: None,
        bodies: Vec::new(),
    };
    let body = parser.top_level()?;
    parser.add(name.clone(), body)?;
    Ok(parser.bodies)
}

/// Whether a body is nothing but spaces, so that it does not replace another of its name.
pub(super) fn is_blank(body: &Body, text: &str) -> bool {
    body.iter().all(|node| match node {
        Node::Text(range) => text.get(range.clone()).unwrap_or("").trim().is_empty(),
        _ => false,
    })
}

/// The variable that every template has.
pub(super) const ROOT: SmolStr = SmolStr::new_static("$");

/// What messages call a `block`.
const BLOCK: &str = "block clause";

type Outcome<T> = Result<T, TemplateError>;

/// How a list of nodes ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Terminator {
    End,
    Else,
}

/// A node, or the end of the list that it would stand in.
enum Item {
    Node(Node),
    Terminator(Terminator),
}

struct Parser<'t> {
    dialect: Dialect,
    source: &'t Rc<Source>,
    lexer: Lexer<'t>,
    /// Tokens that were put back, the next one last.
    ahead: Vec<Token>,
    /// The token that was cut last; messages show its line.
    latest: Token,
    variables: Vec<SmolStr>,
    /// How many `range` stand around.
    ranges: usize,
    nesting: usize,
    /// The start of the action that is being read.
    action: Option<usize>,
    bodies: Bodies,
}

impl Parser<'_> {
    fn next(&mut self) -> Token {
        self.ahead.pop().unwrap_or_else(|| {
            self.latest = self.lexer.next();
            self.latest
        })
    }

    fn put_back(&mut self, token: Token) {
        self.ahead.push(token);
    }

    fn peek(&mut self) -> Token {
        let token = self.next();
        self.put_back(token);
        token
    }

    fn next_visible(&mut self) -> Token {
        loop {
            let token = self.next();
            if token.kind != TokenKind::Space {
                return token;
            }
        }
    }

    fn peek_visible(&mut self) -> Token {
        let token = self.next_visible();
        self.put_back(token);
        token
    }

    fn text(&self, token: Token) -> &str {
        self.source.text.get(token.start..token.end).unwrap_or("")
    }

    fn fail<T>(&self, message: impl Into<String>) -> Outcome<T> {
        let place = Box::new(self.source.place(self.latest.start));
        Err(TemplateError::Parse { place, message: message.into() })
    }

    fn unexpected<T>(&self, token: Token, context: &str) -> Outcome<T> {
        if token.kind != TokenKind::Fault {
            return self.fail(format!("unexpected {} in {context}", self.describe(token)));
        }
        let fault = &self.lexer.fault;
        let line = |offset: usize| self.source.place(offset).line;
        match self.action.map(line) {
            Some(started) if started != line(token.start) => {
                let name = &self.source.name;
                let action = if fault.ends_with(" action") { "" } else { " in action" };
                self.fail(format!("{fault}{action} started at {name}:{started}"))
            }
            _ => self.fail(fault.clone()),
        }
    }

    fn describe(&self, token: Token) -> String {
        use TokenKind as Kind;
        let text = self.text(token);
        match token.kind {
            Kind::End => "EOF".to_owned(),
            Kind::Block
            | Kind::Break
            | Kind::Continue
            | Kind::Dot
            | Kind::Define
            | Kind::Else
            | Kind::EndBlock
            | Kind::If
            | Kind::Nil
            | Kind::Range
            | Kind::Template
            | Kind::With => format!("<{text}>"),
            _ if text.len() > 10 => format!("{}...", quote(&text.chars().take(10).collect::<String>())),
            _ => quote(text),
        }
    }

    fn expect(&mut self, kind: TokenKind, context: &str) -> Outcome<Token> {
        let token = self.next_visible();
        if token.kind == kind { Ok(token) } else { self.unexpected(token, context) }
    }

    /// Reads what is nested once more.
    fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Outcome<T>) -> Outcome<T> {
        if self.nesting >= self.dialect.nesting {
            return self.fail("max expression depth exceeded");
        }
        self.nesting += 1;
        let outcome = read(self);
        self.nesting -= 1;
        outcome
    }

    fn add(&mut self, name: SmolStr, body: Body) -> Outcome<()> {
        let blank = is_blank(&body, &self.source.text);
        if let Some((_, former)) = self.bodies.iter_mut().find(|(known, _)| *known == name) {
            if is_blank(former, &self.source.text) {
                *former = Rc::new(body);
            } else if !blank {
                return self.fail(format!("template: multiple definition of template {}", quote(&name)));
            }
            return Ok(());
        }
        self.bodies.push((name, Rc::new(body)));
        Ok(())
    }

    fn top_level(&mut self) -> Outcome<Body> {
        let mut body = Body::new();
        loop {
            let token = self.peek();
            match token.kind {
                TokenKind::End => return Ok(body),
                TokenKind::Open => {
                    self.next();
                    let first = self.next_visible();
                    if first.kind == TokenKind::Define {
                        self.definition()?;
                        continue;
                    }
                    self.put_back(first);
                    self.put_back(token);
                }
                _ => {}
            }
            match self.item()? {
                Item::Node(node) => body.push(node),
                Item::Terminator(Terminator::End) => return self.fail("unexpected {{end}}"),
                Item::Terminator(Terminator::Else) => return self.fail("unexpected {{else}}"),
            }
        }
    }

    fn definition(&mut self) -> Outcome<()> {
        const CONTEXT: &str = "define clause";
        let token = self.next_visible();
        let name = self.name(token, CONTEXT)?;
        self.expect(TokenKind::Close, CONTEXT)?;
        self.named_body(name, CONTEXT)
    }

    /// Reads the body of a template of its own, up to its end.
    fn named_body(&mut self, name: SmolStr, context: &str) -> Outcome<()> {
        let variables = std::mem::replace(&mut self.variables, vec![ROOT]);
        let ranges = std::mem::take(&mut self.ranges);
        let action = self.action.take();
        let before = self.latest;
        let (body, terminator) = self.nested(Self::list)?;
        if terminator == Terminator::Else {
            if context == BLOCK {
                // Go counts the lines of a block apart, and tells of this one in front of it.
                self.latest = before;
            }
            return self.fail(format!("unexpected {{{{else}}}} in {context}"));
        }
        self.add(name, body)?;
        self.variables = variables;
        self.ranges = ranges;
        self.action = action;
        Ok(())
    }

    fn name(&mut self, token: Token, context: &str) -> Outcome<SmolStr> {
        match token.kind {
            TokenKind::Quoted | TokenKind::RawQuoted => match unquote(self.text(token)) {
                Some(name) => Ok(Text::from_bytes(name).to_key()),
                None => self.fail("invalid syntax"),
            },
            _ => self.unexpected(token, context),
        }
    }

    fn list(&mut self) -> Outcome<(Body, Terminator)> {
        let mut body = Body::new();
        loop {
            if self.peek_visible().kind == TokenKind::End {
                return self.fail("unexpected EOF");
            }
            match self.item()? {
                Item::Node(node) => body.push(node),
                Item::Terminator(terminator) => return Ok((body, terminator)),
            }
        }
    }

    fn item(&mut self) -> Outcome<Item> {
        let token = self.next_visible();
        match token.kind {
            TokenKind::Text => Ok(Item::Node(Node::Text(token.start..token.end))),
            TokenKind::Open => {
                self.action = Some(token.start);
                let item = self.action(token.start)?;
                self.action = None;
                Ok(item)
            }
            _ => self.unexpected(token, "input"),
        }
    }

    fn action(&mut self, open: usize) -> Outcome<Item> {
        let token = self.next_visible();
        let node = match token.kind {
            TokenKind::Block => self.block(open)?,
            TokenKind::Break => {
                self.loop_control("{{break}}")?;
                Node::Break
            }
            TokenKind::Continue => {
                self.loop_control("{{continue}}")?;
                Node::Continue
            }
            TokenKind::Else => {
                // Of `else if` and `else with` the second word is left for the caller.
                if !matches!(self.peek_visible().kind, TokenKind::If | TokenKind::With) {
                    self.expect(TokenKind::Close, "else")?;
                }
                return Ok(Item::Terminator(Terminator::Else));
            }
            TokenKind::EndBlock => {
                self.expect(TokenKind::Close, "end")?;
                return Ok(Item::Terminator(Terminator::End));
            }
            TokenKind::If => Node::If(self.branch(TokenKind::If, "if")?),
            TokenKind::Range => Node::Range(self.branch(TokenKind::Range, "range")?),
            TokenKind::With => Node::With(self.branch(TokenKind::With, "with")?),
            TokenKind::Template => self.invocation(open)?,
            _ => {
                self.put_back(token);
                Node::Action(Action { open, pipe: self.pipe("command", TokenKind::Close)? })
            }
        };
        Ok(Item::Node(node))
    }

    fn loop_control(&mut self, context: &str) -> Outcome<()> {
        self.expect(TokenKind::Close, context)?;
        if self.ranges == 0 {
            return self.fail(format!("{context} outside {{{{range}}}}"));
        }
        Ok(())
    }

    fn branch(&mut self, kind: TokenKind, context: &str) -> Outcome<Branch> {
        let variables = self.variables.len();
        let mut branch = Branch { arms: Vec::new(), otherwise: None };
        loop {
            let pipe = self.pipe(context, TokenKind::Close)?;
            let is_range = kind == TokenKind::Range;
            self.ranges += usize::from(is_range);
            let (body, terminator) = self.nested(Self::list)?;
            self.ranges -= usize::from(is_range);
            branch.arms.push(Arm { pipe, body });
            if terminator == Terminator::End {
                break;
            }
            if !is_range && self.peek().kind == kind {
                self.next();
                continue;
            }
            let (body, terminator) = self.nested(Self::list)?;
            if terminator == Terminator::Else {
                return self.fail("expected end; found {{else}}");
            }
            branch.otherwise = Some(body);
            break;
        }
        self.variables.truncate(variables);
        Ok(branch)
    }

    fn block(&mut self, open: usize) -> Outcome<Node> {
        let token = self.next_visible();
        let name = self.name(token, BLOCK)?;
        let pipe = self.pipe(BLOCK, TokenKind::Close)?;
        self.named_body(name.clone(), BLOCK)?;
        Ok(Node::Template(Invocation { open, offset: token.start, name, pipe: Some(pipe) }))
    }

    fn invocation(&mut self, open: usize) -> Outcome<Node> {
        const CONTEXT: &str = "template clause";
        let token = self.next_visible();
        let name = self.name(token, CONTEXT)?;
        let next = self.next_visible();
        let pipe = if next.kind == TokenKind::Close {
            None
        } else {
            self.put_back(next);
            Some(self.pipe(CONTEXT, TokenKind::Close)?)
        };
        Ok(Node::Template(Invocation { open, offset: token.start, name, pipe }))
    }
}
