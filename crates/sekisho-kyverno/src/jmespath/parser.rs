//! Tokens to a syntax tree, by the strength with which operators bind.

use smol_str::SmolStr;

use super::error::JmespathError;
use super::functions;
use super::token::{Token, json, tokens};
use super::tree::{Call, Comparator, Node};
use crate::budget::BudgetError;
use crate::value::Value;

/// The longest expression that is read.
const LONGEST: usize = 1 << 20;
/// How deep the tree may be: a chain of so many operators.
const DEEPEST: usize = 400;
/// How many expressions may stand within each other.
const NESTED: usize = 128;

/// A part of the tree and how deep it is.
struct Part {
    node: Node,
    depth: usize,
}

type Parsed = Result<Part, JmespathError>;

/// Reads an expression.
pub(super) fn parse(text: &str) -> Result<Node, JmespathError> {
    if text.len() > LONGEST {
        return Err(BudgetError::Memory.into());
    }
    let mut parser = Parser { tokens: tokens(text)?, at: 0, open: 0 };
    let part = parser.expression(0)?;
    match parser.current() {
        Token::End => Ok(part.node),
        other => Err(JmespathError::Syntax(format!(
            "Unexpected token at the end of the expression: {}",
            other.name()
        ))),
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    /// How many expressions are being read within each other.
    open: usize,
}

impl Part {
    fn leaf(node: Node) -> Self {
        Self { node, depth: 1 }
    }

    fn over(node: Node, depth: usize) -> Parsed {
        if depth >= DEEPEST {
            return Err(BudgetError::Depth.into());
        }
        Ok(Self { node, depth: depth + 1 })
    }

    fn one(self, make: fn(Box<Node>) -> Node) -> Parsed {
        Self::over(make(Box::new(self.node)), self.depth)
    }

    fn two(self, other: Self, make: impl FnOnce(Box<Node>, Box<Node>) -> Node) -> Parsed {
        let depth = self.depth.max(other.depth);
        Self::over(make(Box::new(self.node), Box::new(other.node)), depth)
    }
}

impl Parser {
    fn current(&self) -> &Token {
        self.tokens.get(self.at).unwrap_or(&Token::End)
    }

    fn ahead(&self) -> &Token {
        self.tokens.get(self.at + 1).unwrap_or(&Token::End)
    }

    fn advance(&mut self) -> Token {
        let token = self.current().clone();
        self.at += 1;
        token
    }

    fn expect(&mut self, wanted: &Token) -> Result<(), JmespathError> {
        if self.current() == wanted {
            self.at += 1;
            return Ok(());
        }
        let found = self.current().name();
        Err(JmespathError::Syntax(format!("Expected {}, received: {found}", wanted.name())))
    }

    fn expression(&mut self, power: u8) -> Parsed {
        if self.open >= NESTED {
            return Err(BudgetError::Depth.into());
        }
        self.open += 1;
        let first = self.advance();
        let mut left = self.start(first)?;
        while power < self.current().power() {
            let operator = self.advance();
            left = self.behind(&operator, left)?;
        }
        self.open -= 1;
        Ok(left)
    }

    /// What a token begins.
    fn start(&mut self, token: Token) -> Parsed {
        match token {
            Token::Json(text) => Ok(Part::leaf(Node::Literal(json(&text)?))),
            Token::Text(text) => Ok(Part::leaf(Node::Literal(Value::String(text)))),
            Token::QuotedIdentifier(_) if *self.current() == Token::LeftParenthesis => {
                Err(JmespathError::Syntax("Can't have quoted identifier as function Name.".to_owned()))
            }
            Token::Identifier(name) | Token::QuotedIdentifier(name) => Ok(Part::leaf(Node::Field(name))),
            Token::Star => {
                let right = if *self.current() == Token::RightBracket {
                    Part::leaf(Node::Current)
                } else {
                    self.projected(Token::Star.power())?
                };
                Part::leaf(Node::Current).two(right, Node::ProjectValues)
            }
            Token::Filter => self.filter(Part::leaf(Node::Current)),
            Token::LeftBrace => self.map(),
            Token::Flatten => {
                let list = Part::leaf(Node::Current).one(Node::Flatten)?;
                let right = self.projected(Token::Flatten.power())?;
                list.two(right, Node::Project)
            }
            Token::LeftBracket => match (self.current(), self.ahead()) {
                // An index that cannot be read makes no error here, but an expression without value.
                (Token::Number(_) | Token::Colon, _) => match self.index() {
                    Ok(index) => self.sliced(Part::leaf(Node::Current), index),
                    Err(_) => Ok(Part::leaf(Node::Empty)),
                },
                (Token::Star, Token::RightBracket) => {
                    self.at += 2;
                    let right = self.projected(Token::Star.power())?;
                    Part::leaf(Node::Current).two(right, Node::Project)
                }
                _ => self.list(),
            },
            Token::Current => Ok(Part::leaf(Node::Current)),
            Token::Reference => self.expression(0)?.one(Node::Reference),
            Token::Not => self.expression(Token::Not.power())?.one(Node::Not),
            Token::LeftParenthesis => {
                let inner = self.expression(0)?;
                self.expect(&Token::RightParenthesis)?;
                Ok(inner)
            }
            Token::End => Err(JmespathError::Syntax("Incomplete expression".to_owned())),
            other => Err(JmespathError::Syntax(format!("Invalid token: {}", other.name()))),
        }
    }

    /// What an operator makes of the part before it.
    fn behind(&mut self, operator: &Token, left: Part) -> Parsed {
        let compare = |comparator| move |left, right| Node::Compare(comparator, left, right);
        let comparator = match operator {
            Token::Dot if *self.current() == Token::Star => {
                self.at += 1;
                let right = self.projected(Token::Dot.power())?;
                return left.two(right, Node::ProjectValues);
            }
            Token::Dot => {
                let right = self.behind_dot(Token::Dot.power())?;
                return left.two(right, Node::Then);
            }
            Token::Pipe => return left.two(self.expression(Token::Pipe.power())?, Node::Pipe),
            Token::Or => return left.two(self.expression(Token::Or.power())?, Node::Or),
            Token::And => return left.two(self.expression(Token::And.power())?, Node::And),
            Token::LeftParenthesis => return self.call(left),
            Token::Filter => return self.filter(left),
            Token::Flatten => {
                let list = left.one(Node::Flatten)?;
                let right = self.projected(Token::Flatten.power())?;
                return list.two(right, Node::Project);
            }
            Token::LeftBracket => {
                if matches!(self.current(), Token::Number(_) | Token::Colon) {
                    let index = self.index()?;
                    return self.sliced(left, index);
                }
                self.expect(&Token::Star)?;
                self.expect(&Token::RightBracket)?;
                let right = self.projected(Token::Star.power())?;
                return left.two(right, Node::Project);
            }
            Token::Equal => Comparator::Equal,
            Token::NotEqual => Comparator::NotEqual,
            Token::Less => Comparator::Less,
            Token::LessEqual => Comparator::LessEqual,
            Token::More => Comparator::More,
            Token::MoreEqual => Comparator::MoreEqual,
            other => return Err(JmespathError::Syntax(format!("Unexpected token: {}", other.name()))),
        };
        let right = self.expression(operator.power())?;
        left.two(right, compare(comparator))
    }

    fn call(&mut self, left: Part) -> Parsed {
        let name = match left.node {
            Node::Field(name) | Node::Literal(Value::String(name)) => Some(name),
            Node::Call(call) => call.name,
            _ => None,
        };
        let mut arguments = Vec::new();
        let mut depth = 0;
        while *self.current() != Token::RightParenthesis {
            let argument = self.expression(0)?;
            // A comma is not insisted on.
            if *self.current() == Token::Comma {
                self.at += 1;
            }
            depth = depth.max(argument.depth);
            arguments.push(argument.node);
        }
        self.expect(&Token::RightParenthesis)?;
        let function = name.as_ref().and_then(|name| functions::find(name));
        Part::over(Node::Call(Call { name, function, arguments }), depth)
    }

    /// An index or a slice, up to the bracket behind it.
    fn index(&mut self) -> Result<Node, JmespathError> {
        if *self.current() == Token::Colon || *self.ahead() == Token::Colon {
            return self.slice();
        }
        let index = whole(self.current())?;
        self.at += 1;
        self.expect(&Token::RightBracket)?;
        Ok(Node::Index(index))
    }

    fn slice(&mut self) -> Result<Node, JmespathError> {
        let mut parts = [None; 3];
        let mut place = 0;
        while *self.current() != Token::RightBracket && place < 3 {
            match self.current() {
                Token::Colon => place += 1,
                number @ Token::Number(_) => {
                    let number = whole(number)?;
                    if let Some(part) = parts.get_mut(place) {
                        *part = Some(number);
                    }
                }
                other => {
                    return Err(JmespathError::Syntax(format!(
                        "Expected tColon or tNumber, received: {}",
                        other.name()
                    )));
                }
            }
            self.at += 1;
        }
        self.expect(&Token::RightBracket)?;
        Ok(Node::Slice(parts))
    }

    /// An index behind a part; a slice begins a projection.
    fn sliced(&mut self, left: Part, index: Node) -> Parsed {
        let is_slice = matches!(index, Node::Slice(_));
        let indexed = left.two(Part::leaf(index), Node::Then)?;
        if !is_slice {
            return Ok(indexed);
        }
        let right = self.projected(Token::Star.power())?;
        indexed.two(right, Node::Project)
    }

    fn list(&mut self) -> Parsed {
        let mut items = Vec::new();
        let mut depth = 0;
        loop {
            let item = self.expression(0)?;
            depth = depth.max(item.depth);
            items.push(item.node);
            if *self.current() == Token::RightBracket {
                break;
            }
            self.expect(&Token::Comma)?;
        }
        self.expect(&Token::RightBracket)?;
        Part::over(Node::List(items), depth)
    }

    fn map(&mut self) -> Parsed {
        let mut entries = Vec::new();
        let mut depth = 0;
        loop {
            let key = match self.current() {
                Token::Identifier(name) | Token::QuotedIdentifier(name) => name.clone(),
                _ => {
                    return Err(JmespathError::Syntax(
                        "Expected tQuotedIdentifier or tUnquotedIdentifier".to_owned(),
                    ));
                }
            };
            self.at += 1;
            self.expect(&Token::Colon)?;
            let value = self.expression(0)?;
            depth = depth.max(value.depth);
            entries.push((key, value.node));
            // A comma is not insisted on.
            match self.current() {
                Token::Comma => self.at += 1,
                Token::RightBrace => {
                    self.at += 1;
                    return Part::over(Node::Map(entries), depth);
                }
                _ => {}
            }
        }
    }

    fn filter(&mut self, list: Part) -> Parsed {
        let condition = self.expression(0)?;
        self.expect(&Token::RightBracket)?;
        let right = if *self.current() == Token::Flatten {
            Part::leaf(Node::Current)
        } else {
            self.projected(Token::Filter.power())?
        };
        let depth = list.depth.max(right.depth).max(condition.depth);
        let node = Node::Filter(Box::new(list.node), Box::new(right.node), Box::new(condition.node));
        Part::over(node, depth)
    }

    fn behind_dot(&mut self, power: u8) -> Parsed {
        match self.current() {
            Token::QuotedIdentifier(_) | Token::Identifier(_) | Token::Star => self.expression(power),
            Token::LeftBracket => {
                self.at += 1;
                self.list()
            }
            Token::LeftBrace => {
                self.at += 1;
                self.map()
            }
            _ => Err(JmespathError::Syntax("Expected identifier, lbracket, or lbrace".to_owned())),
        }
    }

    /// What is done with each item of a projection.
    fn projected(&mut self, power: u8) -> Parsed {
        match self.current() {
            token if token.power() < 10 => Ok(Part::leaf(Node::Current)),
            Token::LeftBracket | Token::Filter => self.expression(power),
            Token::Dot => {
                self.at += 1;
                self.behind_dot(power)
            }
            _ => Err(JmespathError::Syntax("Error".to_owned())),
        }
    }
}

fn whole(token: &Token) -> Result<i64, JmespathError> {
    let text = match token {
        Token::Number(digits) => digits.clone(),
        _ => SmolStr::default(),
    };
    let wrong = || JmespathError::Literal(format!("strconv.Atoi: parsing \"{text}\": invalid syntax"));
    text.parse().map_err(|_| wrong())
}
