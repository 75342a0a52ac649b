//! Bodies and the conditions in them.

use super::super::ast::{Expr, ExprKind, Term, TermKind, With};
use super::super::lexer::Token;
use super::cursor::{Parsed, Parser};
use super::terms::{MEMBER, MEMBER_WITH_KEY};
use crate::span::Span;

impl Parser<'_> {
    /// Conditions up to a closing bracket, which stays.
    pub(super) fn body(&mut self, end: &'static str) -> Parsed<Vec<Expr>> {
        if self.at(end) {
            return Err(self.fail("found empty body"));
        }
        let mut body = Vec::new();
        let mut height = 0;
        loop {
            body.push(self.literal()?);
            height = height.max(self.height);
            if self.at(";") {
                self.advance()?;
                continue;
            }
            if self.at(end) {
                self.grow(height + 1)?;
                return Ok(body);
            }
            if !self.current.on_new_line {
                return Err(self.illegal(&format!("expected \\n or ; or {end}")));
            }
        }
    }

    /// `{ … }` as a body.
    pub(super) fn braced_body(&mut self) -> Parsed<Vec<Expr>> {
        self.enter()?;
        self.advance()?;
        let body = self.body("}")?;
        self.advance()?;
        self.leave();
        Ok(body)
    }

    /// One condition with its modifiers.
    pub(super) fn literal(&mut self) -> Parsed<Expr> {
        self.enter()?;
        let expr = self.disjunction();
        self.leave();
        expr
    }

    fn has_logic(&self) -> bool {
        self.keywords.and || self.keywords.or
    }

    /// A condition, or several joined with `and` and `or`.
    fn disjunction(&mut self) -> Parsed<Expr> {
        let start = self.current.span;
        let first = if self.has_logic() { self.group()? } else { None };
        let first = match first {
            Some(body) => body,
            None => vec![self.condition()?],
        };
        self.join(first, start)
    }

    /// Goes on from a first operand with `and` and `or`.
    fn join(&mut self, first: Vec<Expr>, start: Span) -> Parsed<Expr> {
        if !self.at_keyword("and") && !self.at_keyword("or") {
            return Ok(sole(first, start));
        }
        let mut left = self.conjunction(first, start)?;
        while self.at_keyword("or") {
            let height = self.height;
            self.advance()?;
            let place = self.current.span;
            let right = self.operand_of_logic("or")?;
            let right = self.conjunction(right, place)?;
            self.grow(self.height.max(height) + 1)?;
            left = vec![self.expr(start, ExprKind::Or(left, right))];
        }
        let mut expr = sole(left, start);
        expr.with = self.modifiers()?;
        Ok(expr)
    }

    fn conjunction(&mut self, first: Vec<Expr>, start: Span) -> Parsed<Vec<Expr>> {
        let mut left = first;
        while self.at_keyword("and") {
            let height = self.height;
            self.advance()?;
            let right = self.operand_of_logic("and")?;
            self.grow(self.height.max(height) + 1)?;
            left = vec![self.expr(start, ExprKind::And(left, right))];
        }
        Ok(left)
    }

    fn operand_of_logic(&mut self, operator: &str) -> Parsed<Vec<Expr>> {
        if self.at("{") {
            return self.braced_body();
        }
        if let Some(body) = self.group()? {
            return Ok(body);
        }
        let expr = self.condition()?;
        if let Some(with) = expr.with.first() {
            let message = format!("`with` modifier is not allowed on operand of `{operator}`");
            return Err(self.fail_at(message, with.span));
        }
        Ok(vec![expr])
    }

    /// `{ body }` before `and` or `or`, or a parenthesized group of conditions joined by them.
    fn group(&mut self) -> Parsed<Option<Vec<Expr>>> {
        let mark = self.mark();
        if self.at("{") {
            if let Ok(body) = self.braced_body()
                && (self.at_keyword("and") || self.at_keyword("or"))
            {
                return Ok(Some(body));
            }
            self.go_back(mark);
            return Ok(None);
        }
        if !self.at("(") || self.no_comprehension.contains(&self.current.span.start) {
            return Ok(None);
        }
        let bracket = self.current.span.start;
        self.enter()?;
        self.advance()?;
        if let Ok(expr) = self.disjunction()
            && self.at(")")
            && (expr.negated || matches!(expr.kind, ExprKind::And(..) | ExprKind::Or(..) | ExprKind::Not(_)))
        {
            self.advance()?;
            self.leave();
            return Ok(Some(vec![expr]));
        }
        self.go_back(mark);
        self.no_comprehension.insert(bracket);
        Ok(None)
    }

    fn expr(&self, start: Span, kind: ExprKind) -> Expr {
        Expr { span: self.span_since(start), negated: false, kind, with: Vec::new() }
    }

    fn condition(&mut self) -> Parsed<Expr> {
        let start = self.current.span;
        if self.keyword().is_some() && self.begins_ref() {
            let first = self.variable_term()?;
            return self.plain(first, false, start);
        }
        let negated = self.at_keyword("not");
        if negated {
            self.advance()?;
            if self.keywords.not_bodies && self.at("{") {
                let body = self.braced_body()?;
                let mut expr = self.expr(start, ExprKind::Not(body));
                if !self.at_keyword("and") && !self.at_keyword("or") {
                    expr.with = self.modifiers()?;
                }
                return Ok(expr);
            }
            if self.keywords.not_bodies
                && self.has_logic()
                && let Some(body) = self.group()?
            {
                return Ok(self.expr(start, ExprKind::Not(body)));
            }
        }
        match self.keyword() {
            Some("some") if !self.begins_ref() => {
                if negated {
                    return Err(self.illegal("illegal negation of 'some'"));
                }
                return self.some();
            }
            Some("every") if !self.begins_ref() => {
                if negated {
                    return Err(self.illegal("illegal negation of 'every'"));
                }
                return self.every();
            }
            _ => {}
        }
        let first = self.primary()?;
        self.plain(first, negated, start)
    }

    /// A condition whose first operand was read.
    fn plain(&mut self, first: Term, negated: bool, start: Span) -> Parsed<Expr> {
        let left = self.continue_term(first)?;
        let height = self.height;
        let kind = if self.take(":=")? {
            ExprKind::Assign(left, self.term()?)
        } else if self.take("=")? {
            ExprKind::Unify(left, self.term()?)
        } else {
            ExprKind::Term(left)
        };
        self.grow(self.height.max(height) + 1)?;
        let mut expr = self.expr(start, kind);
        let with = self.modifiers()?;
        if negated && self.keywords.not_bodies {
            expr = self.expr(start, ExprKind::Not(vec![expr]));
        } else {
            expr.negated = negated;
        }
        expr.with = with;
        expr.span = self.span_since(start);
        Ok(expr)
    }

    fn some(&mut self) -> Parsed<Expr> {
        let start = self.current.span;
        self.advance()?;
        let mark = self.mark();
        if let Ok(term) = self.term()
            && let TermKind::Call(call) = term.kind
        {
            let name = call.operator.iter().rev().find_map(Term::as_text);
            let is_member = name.is_some_and(|name| MEMBER.ends_with(name.as_str()));
            let is_keyed = name.is_some_and(|name| MEMBER_WITH_KEY.ends_with(name.as_str()));
            if !call.is_infix || !(is_member || is_keyed) {
                return Err(self.illegal("expected `x in xs` or `x, y in xs` expression"));
            }
            let mut arguments = call.arguments.into_iter();
            let key = if is_keyed { arguments.next() } else { None };
            let (Some(value), Some(domain)) = (arguments.next(), arguments.next()) else {
                return Err(self.illegal("illegal domain"));
            };
            let mut expr = self.expr(start, ExprKind::SomeIn { key, value, domain });
            expr.with = self.modifiers()?;
            return Ok(expr);
        }
        self.go_back(mark);
        let mut names = Vec::new();
        loop {
            if self.current.token != Token::Word || self.keyword().is_some_and(|word| word != "contains") {
                return Err(self.illegal("expected var"));
            }
            names.push(self.variable()?);
            if !self.take(",")? {
                break;
            }
        }
        Ok(self.expr(start, ExprKind::Some(names)))
    }

    fn every(&mut self) -> Parsed<Expr> {
        let start = self.current.span;
        self.advance()?;
        let term = self.term()?;
        let TermKind::Call(call) = term.kind else {
            return Err(self.illegal("expected `x[, y] in xs { ... }` expression"));
        };
        let name = call.operator.iter().rev().find_map(Term::as_text);
        let is_keyed = match name.map(smol_str::SmolStr::as_str) {
            Some("member_2") if call.is_infix => false,
            Some("member_3") if call.is_infix => true,
            _ => return Err(self.illegal("expected `x[, y] in xs { ... }` expression")),
        };
        let mut arguments = call.arguments.into_iter();
        let key = if is_keyed { arguments.next() } else { None };
        let (Some(value), Some(domain)) = (arguments.next(), arguments.next()) else {
            return Err(self.illegal("illegal domain"));
        };
        if key.as_ref().is_some_and(|key| key.as_var().is_none()) {
            return Err(self.illegal("expected key to be a variable"));
        }
        if value.as_var().is_none() {
            return Err(self.illegal("expected value to be a variable"));
        }
        if !self.at("{") {
            return Err(self.illegal("missing body"));
        }
        let height = self.height;
        let body = self.braced_body()?;
        self.grow(self.height.max(height) + 1)?;
        let mut expr = self.expr(start, ExprKind::Every { key, value, domain: Box::new(domain), body });
        expr.with = self.modifiers()?;
        Ok(expr)
    }

    /// `with target as value`, as many as there are.
    pub(super) fn modifiers(&mut self) -> Parsed<Vec<With>> {
        let mut modifiers = Vec::new();
        let mut height = self.height;
        while self.at_keyword("with") && !self.begins_ref() {
            let start = self.current.span;
            self.advance()?;
            if self.current.token != Token::Word {
                return Err(self.illegal("expected ident"));
            }
            let target = self.primary()?;
            if !matches!(target.kind, TermKind::Ref(..) | TermKind::Var(_)) {
                return Err(self.illegal("expected with target path"));
            }
            if !self.at_keyword("as") {
                return Err(self.illegal("expected as keyword"));
            }
            self.advance()?;
            let value = self.term()?;
            height = height.max(self.height);
            modifiers.push(With { span: self.span_since(start), target, value });
        }
        self.height = height;
        Ok(modifiers)
    }
}

/// The one condition of an operand, or a conjunction that holds when all of its conditions do.
fn sole(mut body: Vec<Expr>, start: Span) -> Expr {
    match body.pop() {
        Some(only) if body.is_empty() => only,
        Some(last) => {
            body.push(last);
            Expr { span: start, negated: false, kind: ExprKind::And(body, Vec::new()), with: Vec::new() }
        }
        None => Expr { span: start, negated: false, kind: ExprKind::And(body, Vec::new()), with: Vec::new() },
    }
}
