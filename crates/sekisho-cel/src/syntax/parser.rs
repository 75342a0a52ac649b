//! Tokens → tree, in one pass; operators by precedence, macros expanded where they stand.

use smol_str::SmolStr;

use super::ast::{Ast, Expr, ExprId, MapEntry, Span, StructField};
use super::error::{Fault, ParseError};
use super::lexer::{Token, tokens};
use super::macros::Macros;
use super::reserved::is_reserved;
use super::tree::{DEEPEST, Tree, too_deep};
use crate::value::Value;

/// The most characters of an expression.
pub(crate) const LONGEST: usize = 100_000;

pub(crate) struct Parser {
    tokens: Vec<(Token, Span)>,
    at: usize,
    depth: usize,
    tree: Tree,
    macros: Macros,
}

/// Reads an expression.
pub(crate) fn parse(source: &str, macros: Macros) -> Result<Ast, Fault> {
    if source.len() > LONGEST && source.chars().count() > LONGEST {
        return Err((Span::new(0, source.len()), ParseError::TooLong { limit: LONGEST }));
    }
    let tokens = tokens(source)?;
    let mut parser = Parser { tokens, at: 0, depth: 0, tree: Tree::default(), macros };
    let root = parser.expression()?;
    if *parser.peek() != Token::End {
        return Err(parser.unexpected("an operator or the end"));
    }
    parser.tree.ast.root = root.0;
    Ok(parser.tree.ast)
}

impl Parser {
    fn peek(&self) -> &Token {
        self.tokens.get(self.at).map_or(&Token::End, |(token, _)| token)
    }

    fn peek_after(&self, more: usize) -> &Token {
        self.tokens.get(self.at + more).map_or(&Token::End, |(token, _)| token)
    }

    fn span(&self) -> Span {
        self.tokens.get(self.at).or(self.tokens.last()).map_or_else(Span::default, |(_, span)| *span)
    }

    fn previous_span(&self) -> Span {
        self.tokens.get(self.at.saturating_sub(1)).map_or_else(Span::default, |(_, span)| *span)
    }

    fn take(&mut self, sign: &str) -> bool {
        let there = matches!(self.peek(), Token::Sign(found) if *found == sign);
        self.at += usize::from(there);
        there
    }

    fn expect(&mut self, sign: &str, expected: &'static str) -> Result<(), Fault> {
        if self.take(sign) { Ok(()) } else { Err(self.unexpected(expected)) }
    }

    fn unexpected(&self, expected: &'static str) -> Fault {
        let found = match self.peek() {
            Token::End => "the end".to_owned(),
            Token::Word(word) => format!("`{word}`"),
            Token::Quoted(name) => format!("the quoted name `{name}`"),
            Token::Int(digits) => format!("`{digits}`"),
            Token::Literal(_) => "a literal".to_owned(),
            Token::Sign(sign) => format!("`{sign}`"),
        };
        (self.span(), ParseError::Unexpected { found, expected })
    }

    fn add(&mut self, node: Expr, span: Span) -> Result<ExprId, Fault> {
        self.tree.add(node, span)
    }

    fn call(&mut self, function: &str, arguments: Vec<ExprId>, span: Span) -> Result<ExprId, Fault> {
        self.add(Expr::Call { target: None, function: function.into(), arguments }, span)
    }

    fn expression(&mut self) -> Result<ExprId, Fault> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(too_deep(self.span()));
        }
        let start = self.span();
        let condition = self.binary(0)?;
        let result = if self.take("?") {
            let truthy = self.binary(0)?;
            self.expect(":", "`:`")?;
            let falsy = self.expression()?;
            let span = start.to(self.previous_span());
            self.call("_?_:_", vec![condition, truthy, falsy], span)
        } else {
            Ok(condition)
        };
        self.depth -= 1;
        result
    }

    /// The operator that stands here: its function and how tightly it binds.
    fn operator(&self) -> Option<(&'static str, u8)> {
        Some(match self.peek() {
            Token::Sign(sign) => match *sign {
                "||" => ("_||_", 0),
                "&&" => ("_&&_", 1),
                "<" => ("_<_", 2),
                "<=" => ("_<=_", 2),
                ">" => ("_>_", 2),
                ">=" => ("_>=_", 2),
                "==" => ("_==_", 2),
                "!=" => ("_!=_", 2),
                "+" => ("_+_", 3),
                "-" => ("_-_", 3),
                "*" => ("_*_", 4),
                "/" => ("_/_", 4),
                "%" => ("_%_", 4),
                _ => return None,
            },
            Token::Word(word) if word == "in" => ("@in", 2),
            _ => return None,
        })
    }

    fn binary(&mut self, least: u8) -> Result<ExprId, Fault> {
        let start = self.span();
        let mut left = self.unary()?;
        let mut links = 0;
        while let Some((function, binds)) = self.operator().filter(|(_, binds)| *binds >= least) {
            links += 1;
            if binds < 2 {
                // A chain of one logical operator is one node, so that its length is no depth.
                let mut terms = vec![left];
                while self.operator() == Some((function, binds)) {
                    self.at += 1;
                    terms.push(self.binary(binds + 1)?);
                }
                let span = start.to(self.previous_span());
                left = self.call(function, terms, span)?;
                continue;
            }
            self.at += 1;
            let right = self.binary(binds + 1)?;
            let span = start.to(self.previous_span());
            if links > DEEPEST {
                return Err(too_deep(span));
            }
            left = self.call(function, vec![left, right], span)?;
        }
        Ok(left)
    }

    fn unary(&mut self) -> Result<ExprId, Fault> {
        let start = self.span();
        let Token::Sign(sign @ ("!" | "-")) = *self.peek() else { return self.member() };
        let mut count = 0_usize;
        while matches!(self.peek(), Token::Sign(next) if *next == sign) {
            // The last minus belongs to the number behind it.
            let number = matches!(self.peek_after(1), Token::Int(_) | Token::Literal(_));
            if sign == "-" && number {
                break;
            }
            count += 1;
            self.at += 1;
        }
        let operand = self.member()?;
        if count.is_multiple_of(2) {
            return Ok(operand);
        }
        let span = start.to(self.previous_span());
        self.call(if sign == "!" { "!_" } else { "-_" }, vec![operand], span)
    }

    fn member(&mut self) -> Result<ExprId, Fault> {
        let start = self.span();
        let mut operand = self.primary()?;
        let mut links = 0;
        loop {
            links += 1;
            if links > DEEPEST {
                return Err(too_deep(self.span()));
            }
            if self.take("[") {
                let optional = self.take("?");
                let index = self.expression()?;
                self.expect("]", "`]`")?;
                let span = start.to(self.previous_span());
                operand = self.call(if optional { "_[?_]" } else { "_[_]" }, vec![operand, index], span)?;
            } else if self.take(".") {
                operand = self.field(operand, start)?;
            } else {
                return Ok(operand);
            }
        }
    }

    /// What stands behind the dot of a member.
    fn field(&mut self, operand: ExprId, start: Span) -> Result<ExprId, Fault> {
        let optional = self.take("?");
        let (name, name_span, quoted) = self.field_name()?;
        let span = start.to(name_span);
        if optional {
            let field = self.add(Expr::Literal(Value::String(name)), name_span)?;
            return self.call("_?._", vec![operand, field], span);
        }
        if !quoted && self.take("(") {
            let arguments = self.arguments()?;
            let span = start.to(self.previous_span());
            if self.macros.enabled
                && let Some(expanded) =
                    self.tree.expand_member(self.macros, operand, &name, &arguments, span)?
            {
                return Ok(expanded);
            }
            return self.add(Expr::Call { target: Some(operand), function: name, arguments }, span);
        }
        self.add(Expr::Select { operand, field: name, test: false }, span)
    }

    fn field_name(&mut self) -> Result<(SmolStr, Span, bool), Fault> {
        let span = self.span();
        let (name, quoted) = match self.peek() {
            Token::Word(word) if !matches!(word.as_str(), "in" | "true" | "false" | "null") => {
                (word.clone(), false)
            }
            Token::Quoted(name) => (name.clone(), true),
            _ => return Err(self.unexpected("the name of a field")),
        };
        self.at += 1;
        Ok((name, span, quoted))
    }

    fn arguments(&mut self) -> Result<Vec<ExprId>, Fault> {
        let mut arguments = Vec::new();
        if self.take(")") {
            return Ok(arguments);
        }
        loop {
            arguments.push(self.expression()?);
            if self.take(")") {
                return Ok(arguments);
            }
            self.expect(",", "`,` or `)`")?;
        }
    }

    fn primary(&mut self) -> Result<ExprId, Fault> {
        let span = self.span();
        match self.peek().clone() {
            Token::Sign("(") => {
                self.at += 1;
                let inner = self.expression()?;
                self.expect(")", "`)`")?;
                let whole = span.to(self.previous_span());
                self.tree.ast.widen(inner, whole);
                Ok(inner)
            }
            Token::Sign("[") => self.list(),
            Token::Sign("{") => self.map(),
            Token::Sign("-") => {
                self.at += 1;
                self.number(true, span)
            }
            Token::Int(_) | Token::Literal(_) => self.number(false, span),
            Token::Sign(".") => {
                self.at += 1;
                match self.peek().clone() {
                    Token::Word(word) => self.word(&format!(".{word}"), &word, span),
                    _ => Err(self.unexpected("a name")),
                }
            }
            Token::Word(word) => {
                let constant = match word.as_str() {
                    "true" => Some(Value::Bool(true)),
                    "false" => Some(Value::Bool(false)),
                    "null" => Some(Value::Null),
                    _ => None,
                };
                if let Some(value) = constant {
                    self.at += 1;
                    return self.add(Expr::Literal(value), span);
                }
                self.word(&word, &word, span)
            }
            _ => Err(self.unexpected("a value")),
        }
    }

    fn number(&mut self, negative: bool, start: Span) -> Result<ExprId, Fault> {
        let token = self.peek().clone();
        let span = start.to(self.span());
        let value = match token {
            Token::Int(digits) => {
                let wrong = || (span, ParseError::Number(digits.to_string()));
                let size = match digits.strip_prefix("0x") {
                    Some(hex) => u64::from_str_radix(hex, 16),
                    None => digits.parse(),
                };
                let size = size.map_err(|_| wrong())?;
                let value =
                    if negative { 0_i64.checked_sub_unsigned(size) } else { i64::try_from(size).ok() };
                Value::Int(value.ok_or_else(wrong)?)
            }
            Token::Literal(literal) => match literal.0 {
                Value::Double(value) => Value::Double(if negative { -value } else { value }),
                value if !negative => value,
                _ => {
                    self.at += 1;
                    let operand = match token_value(self.tokens.get(self.at - 1)) {
                        Some(value) => self.add(Expr::Literal(value), span)?,
                        None => return Err(self.unexpected("a number")),
                    };
                    return self.call("-_", vec![operand], span);
                }
            },
            _ => return Err(self.unexpected("a number")),
        };
        self.at += 1;
        self.add(Expr::Literal(value), span)
    }

    /// A name, a call of a function, or the making of a message.
    fn word(&mut self, name: &str, word: &SmolStr, start: Span) -> Result<ExprId, Fault> {
        let span = start.to(self.span());
        if let Some(fields) = self.message_name() {
            return self.message(name, fields, start);
        }
        self.at += 1;
        if is_reserved(word) {
            return Err((span, ParseError::Reserved(word.clone())));
        }
        if self.take("(") {
            let arguments = self.arguments()?;
            let span = start.to(self.previous_span());
            if self.macros.enabled
                && let Some(expanded) = self.tree.expand_global(name, &arguments, span)?
            {
                return Ok(expanded);
            }
            return self.add(Expr::Call { target: None, function: name.into(), arguments }, span);
        }
        self.add(Expr::Ident(name.into()), span)
    }

    /// How many words behind this one name a message before a `{`; none where this is no message.
    fn message_name(&self) -> Option<usize> {
        let mut words = 0;
        loop {
            match self.peek_after(1 + 2 * words) {
                Token::Sign("{") => return Some(words),
                Token::Sign(".") if matches!(self.peek_after(2 + 2 * words), Token::Word(_)) => words += 1,
                _ => return None,
            }
            if words > DEEPEST {
                return None;
            }
        }
    }

    fn message(&mut self, first: &str, words: usize, start: Span) -> Result<ExprId, Fault> {
        let mut name = first.to_owned();
        self.at += 1;
        for _ in 0..words {
            self.at += 1;
            if let Token::Word(word) = self.peek() {
                name.push('.');
                name.push_str(word);
            }
            self.at += 1;
        }
        self.expect("{", "`{`")?;
        let mut fields = Vec::new();
        while !self.take("}") {
            let optional = self.take("?");
            let (name, span, _) = self.field_name()?;
            self.expect(":", "`:`")?;
            let value = self.expression()?;
            fields.push(StructField { name, span, value, optional });
            if !self.take(",") {
                self.expect("}", "`,` or `}`")?;
                break;
            }
        }
        let span = start.to(self.previous_span());
        self.add(Expr::Struct { name: name.into(), fields }, span)
    }

    fn list(&mut self) -> Result<ExprId, Fault> {
        let start = self.span();
        self.at += 1;
        let mut items = Vec::new();
        while !self.take("]") {
            let optional = self.take("?");
            items.push((self.expression()?, optional));
            if !self.take(",") {
                self.expect("]", "`,` or `]`")?;
                break;
            }
        }
        let span = start.to(self.previous_span());
        self.add(Expr::List(items), span)
    }

    fn map(&mut self) -> Result<ExprId, Fault> {
        let start = self.span();
        self.at += 1;
        let mut entries = Vec::new();
        while !self.take("}") {
            let optional = self.take("?");
            let key = self.expression()?;
            self.expect(":", "`:`")?;
            let value = self.expression()?;
            entries.push(MapEntry { key, value, optional });
            if !self.take(",") {
                self.expect("}", "`,` or `}`")?;
                break;
            }
        }
        let span = start.to(self.previous_span());
        self.add(Expr::Map(entries), span)
    }
}

fn token_value(token: Option<&(Token, Span)>) -> Option<Value> {
    match token {
        Some((Token::Literal(literal), _)) => Some(literal.0.clone()),
        _ => None,
    }
}
