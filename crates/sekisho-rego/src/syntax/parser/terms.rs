//! Terms: literals, references, calls, operators, collections and comprehensions.

use smol_str::SmolStr;

use super::super::ast::{Call, Expr, ExprKind, Name, TemplatePart, Term, TermKind};
use super::super::lexer::Token;
use super::super::literal::{unescape, unescape_braces};
use super::cursor::{Parsed, Parser};
use crate::span::Span;
use crate::value::Number;

/// Operators between terms: their text, how tightly they bind, the function that they stand for.
const OPERATORS: [(&str, u8, &str); 13] = [
    ("==", 2, "equal"),
    ("!=", 2, "neq"),
    ("<", 2, "lt"),
    (">", 2, "gt"),
    ("<=", 2, "lte"),
    (">=", 2, "gte"),
    ("|", 3, "or"),
    ("&", 4, "and"),
    ("+", 5, "plus"),
    ("-", 5, "minus"),
    ("*", 6, "mul"),
    ("/", 6, "div"),
    ("%", 6, "rem"),
];

/// The functions that `in` stands for.
pub(crate) const MEMBER: &str = "internal.member_2";
pub(crate) const MEMBER_WITH_KEY: &str = "internal.member_3";

impl Parser<'_> {
    /// A term with operators; `key, value in domain` is allowed.
    pub(super) fn term(&mut self) -> Parsed<Term> {
        let left = self.primary()?;
        self.membership(left, true)
    }

    /// Goes on from a first operand with all operators; `key, value in domain` is allowed.
    pub(super) fn continue_term(&mut self, first: Term) -> Parsed<Term> {
        self.membership(first, true)
    }

    /// A term with operators where a comma parts it from the next.
    fn term_in_list(&mut self) -> Parsed<Term> {
        let left = self.primary()?;
        self.membership(left, false)
    }

    /// Goes on from a first operand with operators that bind tighter than `in`, then with `in` itself.
    fn membership(&mut self, first: Term, with_key: bool) -> Parsed<Term> {
        let start = first.span;
        let mut left = self.operators(first, 2)?;
        loop {
            if with_key && self.at(",") {
                let (mark, height) = (self.mark(), self.height);
                match self.key_and_value() {
                    Ok(Some((value, operator, domain))) => {
                        self.grow(self.height.max(height) + 1)?;
                        let arguments = vec![left, value, domain];
                        left = self.operation(MEMBER_WITH_KEY, operator, arguments, start);
                        continue;
                    }
                    _ => self.go_back(mark),
                }
                self.height = height;
                return Ok(left);
            }
            if !self.at_keyword("in") || self.begins_ref() {
                return Ok(left);
            }
            let (operator, height) = (self.current.span, self.height);
            self.advance()?;
            let domain = self.operand(2)?;
            self.grow(self.height.max(height) + 1)?;
            left = self.operation(MEMBER, operator, vec![left, domain], start);
        }
    }

    /// `, value in domain`, if that is what follows.
    fn key_and_value(&mut self) -> Parsed<Option<(Term, Span, Term)>> {
        self.advance()?;
        let value = self.operand(2)?;
        if !self.at_keyword("in") {
            return Ok(None);
        }
        let (operator, height) = (self.current.span, self.height);
        self.advance()?;
        let domain = self.operand(2)?;
        self.height = self.height.max(height);
        Ok(Some((value, operator, domain)))
    }

    fn operand(&mut self, least: u8) -> Parsed<Term> {
        let first = self.primary()?;
        self.operators(first, least)
    }

    fn operators(&mut self, first: Term, least: u8) -> Parsed<Term> {
        let start = first.span;
        let mut left = first;
        loop {
            let Token::Mark(mark) = self.current.token else { return Ok(left) };
            let Some((_, strength, name)) = OPERATORS.iter().find(|(text, ..)| *text == mark) else {
                return Ok(left);
            };
            if *strength < least {
                return Ok(left);
            }
            let (operator, height) = (self.current.span, self.height);
            self.advance()?;
            let right = self.operand(strength + 1)?;
            self.grow(self.height.max(height) + 1)?;
            left = self.operation(name, operator, vec![left, right], start);
        }
    }

    fn operation(&self, name: &'static str, operator: Span, arguments: Vec<Term>, start: Span) -> Term {
        let names = name.split('.').enumerate().map(|(place, part)| {
            let part = SmolStr::new_static(part);
            let kind = if place == 0 { TermKind::Var(part) } else { TermKind::String(part) };
            Term::new(operator, kind)
        });
        let call = Call { operator: names.collect(), arguments, is_infix: true };
        Term::new(self.span_since(start), TermKind::Call(Box::new(call)))
    }

    /// A term without operators, with the reference or call that it begins.
    pub(super) fn primary(&mut self) -> Parsed<Term> {
        self.enter()?;
        let term = self.plain_term();
        self.leave();
        term
    }

    fn plain_term(&mut self) -> Parsed<Term> {
        let start = self.current.span;
        self.height = 1;
        let term = match self.current.token {
            Token::Word => return self.word_term(),
            Token::Number => {
                let kind = self.number(self.lexeme_text(), start)?;
                self.advance()?;
                Term::new(start, kind)
            }
            Token::Mark(".") => {
                self.advance()?;
                self.fraction(start, ".")?
            }
            Token::Mark("-") => return self.negative(),
            Token::String => {
                let text = self.string()?;
                self.advance()?;
                Term::new(start, TermKind::String(text))
            }
            Token::RawString => {
                let text = self.lexeme_text();
                let text = SmolStr::from(text.get(1..text.len().saturating_sub(1)).unwrap_or(""));
                self.advance()?;
                Term::new(start, TermKind::String(text))
            }
            Token::Template { .. } => self.template()?,
            Token::Mark("[") => self.array()?,
            Token::Mark("{") => self.braces()?,
            Token::Mark("(") => {
                self.advance()?;
                let inner = self.term()?;
                if !self.at(")") {
                    return Err(self.fail("non-terminated expression"));
                }
                self.advance()?;
                Term::new(self.span_since(start), inner.kind)
            }
            _ => return Err(self.illegal("")),
        };
        self.follow(term)
    }

    fn word_term(&mut self) -> Parsed<Term> {
        let start = self.current.span;
        let word = self.lexeme_text();
        let kind = match word {
            "null" => TermKind::Null,
            "true" => TermKind::Bool(true),
            "false" => TermKind::Bool(false),
            // Outside of heads `contains` is an ordinary name, and so is a keyword that begins a reference.
            _ if word == "contains" || !self.is_keyword(word) => return self.variable_term(),
            "and" | "or" => {
                let next = self.following();
                if next.token != Token::Mark("(") || next.spaced {
                    return Err(self.illegal(""));
                }
                return self.variable_term();
            }
            _ if self.begins_ref() => return self.variable_term(),
            _ => return Err(self.illegal("")),
        };
        self.advance()?;
        self.follow(Term::new(start, kind))
    }

    /// A variable and what follows it, whatever else the word may mean.
    pub(super) fn variable_term(&mut self) -> Parsed<Term> {
        let term = self.variable()?;
        self.follow(term)
    }

    pub(super) fn variable(&mut self) -> Parsed<Term> {
        let start = self.current.span;
        let word = self.lexeme_text();
        let name: Name = if word == "_" { self.wildcard() } else { SmolStr::from(word) };
        self.advance()?;
        self.height = 1;
        Ok(Term::new(start, TermKind::Var(name)))
    }

    /// `-1`, or `-name`, which is a difference.
    fn negative(&mut self) -> Parsed<Term> {
        let start = self.current.span;
        self.advance()?;
        match self.current.token {
            Token::Word if self.keyword().is_none_or(|word| word == "contains") => {
                let term = self.variable_term()?;
                self.grow(self.height + 1)?;
                let zero = Term::new(start, TermKind::Number(Number::from(0_i64)));
                Ok(self.operation("minus", start, vec![zero, term], start))
            }
            Token::Number => {
                let kind = self.number(&format!("-{}", self.lexeme_text()), start)?;
                self.advance()?;
                self.follow(Term::new(self.span_since(start), kind))
            }
            Token::Mark(".") => {
                self.advance()?;
                let term = self.fraction(start, "-.")?;
                self.follow(term)
            }
            _ => Err(self.illegal("expected number")),
        }
    }

    /// The digits after a leading point.
    fn fraction(&mut self, start: Span, sign: &str) -> Parsed<Term> {
        if self.current.token != Token::Number {
            return Err(self.illegal("expected number"));
        }
        let text = format!("{}0.{}", if sign == "-." { "-" } else { "" }, self.lexeme_text());
        let kind = self.number(&text, start)?;
        self.advance()?;
        Ok(Term::new(self.span_since(start), kind))
    }

    fn number(&self, text: &str, span: Span) -> Parsed<TermKind> {
        let digits = text.trim_start_matches('-').as_bytes();
        if let [b'0', next, ..] = digits
            && !matches!(next, b'.' | b'e' | b'E')
        {
            return Err(self.illegal("expected number without leading zero"));
        }
        Number::parse(text).map(TermKind::Number).map_err(|error| self.fail_at(error.to_string(), span))
    }

    fn string(&self) -> Parsed<SmolStr> {
        let text = self.lexeme_text();
        let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or("");
        if !inner.contains('\\') {
            return Ok(SmolStr::from(inner));
        }
        let text = unescape(inner).ok_or_else(|| self.fail(format!("illegal string literal: {text}")))?;
        Ok(SmolStr::from(text))
    }

    /// The references and calls that follow a term without a blank between.
    fn follow(&mut self, head: Term) -> Parsed<Term> {
        if self.current.spaced || !matches!(self.current.token, Token::Mark("(" | "." | "[")) {
            return Ok(head);
        }
        if matches!(
            head.kind,
            TermKind::Null
                | TermKind::Bool(_)
                | TermKind::Number(_)
                | TermKind::String(_)
                | TermKind::Template(_)
        ) {
            let message = format!("illegal ref (head cannot be {})", head.type_name());
            return Err(self.fail_at(message, head.span));
        }
        let start = head.span;
        let mut head = head;
        let mut path: Vec<Term> = Vec::new();
        while !self.current.spaced {
            match self.current.token {
                Token::Mark(".") => path.push(self.dotted()?),
                Token::Mark("[") => path.push(self.bracketed()?),
                Token::Mark("(") => {
                    head = self.call(head, std::mem::take(&mut path), start)?;
                }
                _ => break,
            }
        }
        Ok(self.reference(head, path, start))
    }

    fn reference(&self, head: Term, path: Vec<Term>, start: Span) -> Term {
        if path.is_empty() {
            return head;
        }
        Term::new(self.span_since(start), TermKind::Ref(Box::new(head), path))
    }

    /// `.name`; every word is a name here.
    pub(super) fn dotted(&mut self) -> Parsed<Term> {
        self.advance()?;
        if self.current.token != Token::Word || self.current.spaced {
            return Err(self.illegal("expected identifier"));
        }
        let term = Term::new(self.current.span, TermKind::String(SmolStr::from(self.lexeme_text())));
        self.advance()?;
        Ok(term)
    }

    /// `[term]`.
    pub(super) fn bracketed(&mut self) -> Parsed<Term> {
        let height = self.height;
        self.advance()?;
        let term = self.term()?;
        if !self.at("]") {
            return Err(self.illegal("expected ["));
        }
        self.advance()?;
        self.grow(self.height.max(height) + 1)?;
        Ok(term)
    }

    fn call(&mut self, head: Term, path: Vec<Term>, start: Span) -> Parsed<Term> {
        let height = self.height;
        let arguments = self.arguments()?;
        self.grow(self.height.max(height) + 1)?;
        let span = self.span_since(start);
        if arguments.is_empty() && path.is_empty() && head.as_var().is_some_and(|name| name == "set") {
            return Ok(Term::new(span, TermKind::Set(Vec::new())));
        }
        // Without arguments it is no function but a rule, unless it is one of the language's own.
        if arguments.is_empty() && !is_built_in(&head, &path) {
            return Ok(self.reference(head, path, start));
        }
        let mut operator = vec![head];
        operator.extend(path);
        let call = Call { operator, arguments, is_infix: false };
        Ok(Term::new(span, TermKind::Call(Box::new(call))))
    }

    /// `(a, b)`.
    pub(super) fn arguments(&mut self) -> Parsed<Vec<Term>> {
        self.advance()?;
        let arguments = self.list(")", Vec::new())?;
        self.advance()?;
        Ok(arguments)
    }

    /// Terms up to a closing bracket, which stays; a comma may stand before it.
    fn list(&mut self, end: &'static str, mut terms: Vec<Term>) -> Parsed<Vec<Term>> {
        let mut height = self.height;
        while !self.at(end) {
            terms.push(self.term_in_list()?);
            height = height.max(self.height);
            if self.at(",") {
                self.advance()?;
            } else if !self.at(end) {
                return Err(self.illegal(&format!("expected \",\" or \"{end}\"")));
            }
        }
        self.grow(height + 1)?;
        Ok(terms)
    }

    fn array(&mut self) -> Parsed<Term> {
        let start = self.current.span;
        self.advance()?;
        if self.take("]")? {
            return Ok(Term::new(self.span_since(start), TermKind::Array(Vec::new())));
        }
        let may_comprehend = !self.take(",")?;
        let head = self.primary()?;
        if may_comprehend
            && self.at("|")
            && let Some(body) = self.comprehension("]", start)?
        {
            let kind = TermKind::ArrayComprehension(Box::new(head), body);
            return Ok(Term::new(self.span_since(start), kind));
        }
        let terms = self.rest_of_list("]", head)?;
        Ok(Term::new(self.span_since(start), TermKind::Array(terms)))
    }

    /// The rest of a list whose first operand was read, with the closing bracket.
    fn rest_of_list(&mut self, end: &'static str, first: Term) -> Parsed<Vec<Term>> {
        let first = self.membership(first, false)?;
        if !self.take(",")? && !self.at(end) {
            return Err(self.illegal(&format!("expected \",\" or \"{end}\"")));
        }
        let terms = self.list(end, vec![first])?;
        self.advance()?;
        Ok(terms)
    }

    /// The body of a comprehension from `|` to the closing bracket; nothing, and no step taken, when the
    /// text is rather a union in a list.
    fn comprehension(&mut self, end: &'static str, bracket: Span) -> Parsed<Option<Vec<Expr>>> {
        if self.no_comprehension.contains(&bracket.start) {
            return Ok(None);
        }
        let (mark, height) = (self.mark(), self.height);
        self.advance()?;
        match self.body(end) {
            Ok(body) => {
                self.advance()?;
                self.grow(self.height.max(height) + 1)?;
                Ok(Some(body))
            }
            Err(_) if self.at(",") || self.at(":") => {
                self.go_back(mark);
                self.height = height;
                self.no_comprehension.insert(bracket.start);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// A set, an object, or a comprehension of one.
    fn braces(&mut self) -> Parsed<Term> {
        let start = self.current.span;
        self.advance()?;
        if self.take("}")? {
            return Ok(Term::new(self.span_since(start), TermKind::Object(Vec::new())));
        }
        let may_comprehend = !self.take(",")?;
        let mut head = self.primary()?;
        if may_comprehend
            && self.at("|")
            && let Some(body) = self.comprehension("}", start)?
        {
            let kind = TermKind::SetComprehension(Box::new(head), body);
            return Ok(Term::new(self.span_since(start), kind));
        }
        if !self.at(":") {
            head = self.membership(head, false)?;
        }
        if self.at(":") {
            return self.object(head, start, may_comprehend);
        }
        if !self.at(",") && !self.at("}") {
            return Err(self.illegal("non-terminated set"));
        }
        let terms = self.rest_of_list("}", head)?;
        Ok(Term::new(self.span_since(start), TermKind::Set(terms)))
    }

    /// An object from the colon after its first key.
    fn object(&mut self, key: Term, start: Span, may_comprehend: bool) -> Parsed<Term> {
        let mut height = self.height;
        self.advance()?;
        let mut value = self.primary()?;
        self.height = self.height.max(height);
        if may_comprehend
            && self.at("|")
            && let Some(body) = self.comprehension("}", start)?
        {
            let kind = TermKind::ObjectComprehension(Box::new((key, value)), body);
            return Ok(Term::new(self.span_since(start), kind));
        }
        value = self.membership(value, false)?;
        height = height.max(self.height);
        let mut pairs = vec![(key, value)];
        loop {
            if self.take("}")? {
                break;
            }
            if !self.at(",") {
                let note = if pairs.len() == 1 { "non-terminated object" } else { "expected \",\" or \"}\"" };
                return Err(self.illegal(note));
            }
            self.advance()?;
            if self.take("}")? {
                break;
            }
            let key = self.term_in_list()?;
            height = height.max(self.height);
            if !self.at(":") {
                return Err(self.illegal("expected \":\""));
            }
            self.advance()?;
            let value = self.term_in_list()?;
            height = height.max(self.height);
            pairs.push((key, value));
        }
        self.grow(height + 1)?;
        Ok(Term::new(self.span_since(start), TermKind::Object(pairs)))
    }

    fn template(&mut self) -> Parsed<Term> {
        let start = self.current.span;
        let mut parts = Vec::new();
        let mut height = 1;
        loop {
            let Token::Template { raw, last } = self.current.token else {
                return Err(self.illegal("expected template-string part"));
            };
            let text = self.template_text(raw, start.start == self.current.span.start)?;
            if !text.is_empty() {
                parts.push(TemplatePart::Text(text));
            }
            if last {
                break;
            }
            self.advance()?;
            let expr = self.literal()?;
            height = height.max(self.height);
            self.check_template_expression(&expr)?;
            parts.push(TemplatePart::Expr(Box::new(expr)));
            if !self.at("}") {
                return Err(self.fail("expected } to end template string expression"));
            }
            self.last_end = self.current.span.end;
            self.current = self.lexer.continue_template(raw);
            self.check_lexeme()?;
        }
        self.advance()?;
        self.grow(height + 1)?;
        Ok(Term::new(self.span_since(start), TermKind::Template(parts)))
    }

    fn template_text(&self, raw: bool, is_first: bool) -> Parsed<SmolStr> {
        let text = self.lexeme_text();
        let inner = text.get(if is_first { 2 } else { 0 }..text.len().saturating_sub(1)).unwrap_or("");
        if raw {
            return Ok(SmolStr::from(unescape_braces(inner)));
        }
        let text =
            unescape(inner).ok_or_else(|| self.fail(format!("illegal template-string part: {text}")))?;
        Ok(SmolStr::from(text))
    }

    fn check_template_expression(&self, expr: &Expr) -> Parsed<()> {
        let what = match &expr.kind {
            _ if expr.negated => "negation ('not')",
            ExprKind::Not(_) => "negation ('not')",
            ExprKind::Unify(..) => "unification ('=')",
            ExprKind::Assign(..) => "assignment (':=')",
            ExprKind::Every { .. } => "'every'",
            ExprKind::Some(_) | ExprKind::SomeIn { .. } => "'some'",
            _ => return Ok(()),
        };
        Err(self.fail_at(format!("unexpected {what} in template-string expression"), expr.span))
    }
}

/// Whether a name with what follows it is that of a built-in function.
fn is_built_in(head: &Term, path: &[Term]) -> bool {
    let mut name = head.as_var().map(ToString::to_string).unwrap_or_default();
    for part in path {
        if let TermKind::String(text) = &part.kind {
            name.push('.');
            name.push_str(text);
        }
    }
    crate::functions::lookup(&name).is_some()
}
