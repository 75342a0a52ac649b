//! Tokens → pipelines, commands and operands.

use smol_str::SmolStr;

use super::super::ast::{Command, Operand, OperandKind, Pipe};
use super::super::lexer::{Token, TokenKind};
use super::super::number::read_number;
use super::{Outcome, Parser};
use crate::value::{Text, Value};
use sekisho_go::quote::{quote, unquote};

impl Parser<'_> {
    pub(super) fn pipe(&mut self, context: &str, end: TokenKind) -> Outcome<Pipe> {
        let offset = self.peek_visible().start;
        let (variables, assigns) = self.declarations(context)?;
        // Most have one.
        let mut commands = Vec::with_capacity(1);
        loop {
            use TokenKind as Kind;
            let token = self.next_visible();
            match token.kind {
                kind if kind == end => break,
                Kind::Bool
                | Kind::CharacterLiteral
                | Kind::Complex
                | Kind::Dot
                | Kind::Field
                | Kind::Identifier
                | Kind::Number
                | Kind::Nil
                | Kind::RawQuoted
                | Kind::Quoted
                | Kind::Variable
                | Kind::LeftParen => {
                    self.put_back(token);
                    commands.push(self.command()?);
                }
                _ => return self.unexpected(token, context),
            }
        }
        if commands.is_empty() {
            return self.fail(format!("missing value for {context}"));
        }
        for (index, command) in commands.iter().enumerate().skip(1) {
            use OperandKind as Kind;
            if matches!(
                command.first.kind,
                Kind::Bool(_) | Kind::Dot | Kind::Nil | Kind::Number(_) | Kind::Text { .. }
            ) {
                return self.fail(format!("non executable command in pipeline stage {}", index + 1));
            }
        }
        Ok(Pipe { offset, variables, assigns, commands })
    }

    /// Reads `$a :=`, `$a =`, and in a `range` `$a, $b :=`, if it stands here.
    fn declarations(&mut self, context: &str) -> Outcome<(Vec<SmolStr>, bool)> {
        let mut declared = Vec::new();
        loop {
            let variable = self.peek_visible();
            if variable.kind != TokenKind::Variable {
                return Ok((declared, false));
            }
            self.next();
            let behind = self.next();
            let next = if behind.kind == TokenKind::Space { self.next_visible() } else { behind };
            let is_comma = next.kind == TokenKind::Character && self.text(next) == ",";
            if !matches!(next.kind, TokenKind::Assign | TokenKind::Declare) && !is_comma {
                // The variable is an operand.
                self.put_back(next);
                if behind.kind == TokenKind::Space {
                    self.put_back(behind);
                }
                self.put_back(variable);
                return Ok((declared, false));
            }
            let name = SmolStr::new(self.text(variable));
            self.variables.push(name.clone());
            declared.push(name);
            if !is_comma {
                return Ok((declared, next.kind == TokenKind::Assign));
            }
            if context != "range" || declared.len() > 1 {
                return self.fail(format!("too many declarations in {context}"));
            }
            match self.peek_visible().kind {
                TokenKind::Variable | TokenKind::Close | TokenKind::RightParen => {}
                _ => return self.fail("range can only initialize variables"),
            }
        }
    }

    fn command(&mut self) -> Outcome<Command> {
        let offset = self.peek_visible().start;
        let mut first = None;
        let mut rest = Vec::new();
        loop {
            self.peek_visible();
            match (self.operand()?, &first) {
                (Some(operand), None) => first = Some(operand),
                (Some(operand), Some(_)) => {
                    if rest.is_empty() {
                        rest.reserve_exact(1);
                    }
                    rest.push(operand);
                }
                (None, _) => {}
            }
            let token = self.next();
            match token.kind {
                TokenKind::Space => {}
                TokenKind::Close | TokenKind::RightParen => {
                    self.put_back(token);
                    break;
                }
                TokenKind::Bar => break,
                _ => return self.unexpected(token, "operand"),
            }
        }
        match first {
            Some(first) => Ok(Command { offset, first, rest }),
            None => self.fail("empty command"),
        }
    }

    fn operand(&mut self) -> Outcome<Option<Operand>> {
        let Some(mut operand) = self.term()? else {
            return Ok(None);
        };
        let next = self.peek();
        if next.kind != TokenKind::Field {
            return Ok(Some(operand));
        }
        match &mut operand.kind {
            OperandKind::Field(names) | OperandKind::Variable(_, names) => {
                self.fields(names);
                operand.offset = next.start;
                Ok(Some(operand))
            }
            OperandKind::Bool(_)
            | OperandKind::Text { .. }
            | OperandKind::Number(_)
            | OperandKind::Nil
            | OperandKind::Dot => {
                self.fail(format!("unexpected . after term {}", quote(&operand.to_string())))
            }
            _ => {
                let mut names = Vec::new();
                self.fields(&mut names);
                let kind = OperandKind::Chain(Box::new(operand), names);
                Ok(Some(Operand { offset: next.start, kind }))
            }
        }
    }

    /// Reads the names of fields that follow one another.
    fn fields(&mut self, names: &mut Vec<SmolStr>) {
        while self.peek().kind == TokenKind::Field {
            let token = self.next();
            names.push(self.field_name(token));
        }
    }

    fn field_name(&self, token: Token) -> SmolStr {
        self.text(token).trim_start_matches('.').into()
    }

    fn term(&mut self) -> Outcome<Option<Operand>> {
        let token = self.next_visible();
        let kind = match token.kind {
            TokenKind::Identifier => {
                let Some(function) = (self.dialect.find)(self.text(token)) else {
                    let name = quote(self.text(token));
                    return self.fail(format!("function {name} not defined"));
                };
                OperandKind::Function(function)
            }
            TokenKind::Dot => OperandKind::Dot,
            TokenKind::Nil => OperandKind::Nil,
            TokenKind::Variable => {
                let name = SmolStr::new(self.text(token));
                if !self.variables.contains(&name) {
                    return self.fail(format!("undefined variable {}", quote(&name)));
                }
                OperandKind::Variable(name, Vec::new())
            }
            TokenKind::Field => OperandKind::Field(vec![self.field_name(token)]),
            TokenKind::Bool => OperandKind::Bool(self.text(token) == "true"),
            TokenKind::CharacterLiteral | TokenKind::Complex | TokenKind::Number => {
                match read_number(self.text(token), token.kind) {
                    Ok(number) => OperandKind::Number(Box::new(number)),
                    Err(message) => return self.fail(message),
                }
            }
            TokenKind::LeftParen => {
                let pipe =
                    self.nested(|parser| parser.pipe("parenthesized pipeline", TokenKind::RightParen))?;
                OperandKind::Pipe(Box::new(pipe))
            }
            TokenKind::Quoted | TokenKind::RawQuoted => {
                let Some(value) = unquote(self.text(token)) else {
                    return self.fail("invalid syntax");
                };
                let value = Value::from(Text::from_bytes(value));
                OperandKind::Text { quoted: self.text(token).into(), value }
            }
            _ => {
                self.put_back(token);
                return Ok(None);
            }
        };
        let offset = match &kind {
            OperandKind::Pipe(pipe) => pipe.offset,
            _ => token.start,
        };
        Ok(Some(Operand { offset, kind }))
    }
}
