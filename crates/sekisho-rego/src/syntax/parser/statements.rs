//! Packages, imports and rules.

use super::super::ast::{
    Annotation, Branch, Expr, Head, Import, Module, Name, RegoVersion, Rule, Term, TermKind,
};
use super::super::lexer::Token;
use super::cursor::{Parsed, Parser};
use crate::error::{ErrorCode, RegoError};
use crate::span::Span;

/// What a text holds before it is known to be a module.
#[derive(Default)]
pub(super) struct Statements {
    packages: Vec<(Span, Vec<Name>)>,
    first: Option<Span>,
    starts_with_package: bool,
    imports: Vec<Import>,
    rules: Vec<Rule>,
    version: RegoVersion,
}

impl Parser<'_> {
    pub(super) fn statements(&mut self) -> Parsed<Statements> {
        let mut found = Statements { version: self.version, ..Statements::default() };
        while !self.is_end() {
            let start = self.current.span;
            let is_path = self.begins_ref();
            let first = found.first.is_none();
            found.first.get_or_insert(start);
            if self.at_keyword("package") && !is_path {
                found.starts_with_package |= first;
                let package = self.package()?;
                found.packages.push((start, package));
            } else if self.at_keyword("import") && !is_path {
                let import = self.import()?;
                if import.path.first().is_some_and(|name| name == "rego") {
                    found.version = RegoVersion::V1;
                }
                found.imports.push(import);
            } else {
                self.rules(&mut found.rules)?;
            }
        }
        Ok(found)
    }

    fn package(&mut self) -> Parsed<Vec<Name>> {
        self.advance()?;
        if self.current.token != Token::Word {
            return Err(self.illegal(""));
        }
        let term = self.variable_term()?;
        let mut path = Vec::new();
        let (head, rest) = match term.kind {
            TermKind::Ref(head, rest) => (*head, rest),
            kind => (Term { span: term.span, kind }, Vec::new()),
        };
        match head.as_var() {
            Some(name) if !name.starts_with('$') => path.push(name.clone()),
            _ => return Err(self.illegal("")),
        }
        for element in rest {
            let Some(text) = element.as_text() else {
                let message = format!("unexpected {} token: expecting string", element.type_name());
                return Err(self.fail_at(message, element.span));
            };
            path.push(text.clone());
        }
        Ok(path)
    }

    fn import(&mut self) -> Parsed<Import> {
        let start = self.current.span;
        self.advance()?;
        if self.current.token != Token::Word {
            return Err(self.illegal(""));
        }
        let term = self.variable_term()?;
        let path_span = term.span;
        let (head, rest) = match term.kind {
            TermKind::Ref(head, rest) => (*head, rest),
            kind => (Term { span: term.span, kind }, Vec::new()),
        };
        let Some(first) = head.as_var().cloned() else { return Err(self.fail("expected path")) };
        if !matches!(first.as_str(), "data" | "input" | "future" | "rego") {
            let message = format!(
                "unexpected import path, must begin with one of: {{data, future, input, rego}}, got: {first} \
                 (hint: if this is unexpected, try updating OPA)"
            );
            return Err(self.fail_at(message, path_span));
        }
        let mut path = vec![first];
        for element in rest {
            let Some(text) = element.as_text() else {
                let message = format!("unexpected {} token: expecting string", element.type_name());
                return Err(self.fail_at(message, element.span));
            };
            path.push(text.clone());
        }
        let mut alias = None;
        if self.at_keyword("as") {
            self.advance()?;
            if self.current.token != Token::Word || self.keyword().is_some() {
                return Err(self.illegal("expected var"));
            }
            let name = Name::from(self.lexeme_text());
            if matches!(name.as_str(), "input" | "data") {
                let message = format!("unexpected import alias, must not be a reserved name, got: {name}");
                return Err(self.fail(message));
            }
            alias = Some(name);
            self.advance()?;
        }
        let import = Import { span: self.span_since(start), path, alias };
        self.apply(&import, path_span)?;
        Ok(import)
    }

    /// Makes words keywords that an import asks for.
    fn apply(&mut self, import: &Import, span: Span) -> Parsed<()> {
        let names: Vec<&str> = import.path.iter().map(Name::as_str).collect();
        let fail = |message: String| Err(self.fail_at(message, span));
        match names.as_slice() {
            ["rego" | "future", ..] if import.alias.is_some() => {
                let root = names.first().copied().unwrap_or_default();
                return fail(format!("`{root}` imports cannot be aliased"));
            }
            ["rego", version @ ("v1" | "v2")] => {
                self.keywords.every = true;
                self.keywords.membership = true;
                self.keywords.contains = true;
                self.keywords.conditions = true;
                if *version == "v2" {
                    self.keywords.not_bodies = true;
                    self.keywords.and = true;
                    self.keywords.or = true;
                }
            }
            ["rego", ..] => {
                let path = names.join(".");
                return fail(format!("invalid import `{path}`, must be one of: `rego.v1`, `rego.v2`"));
            }
            ["future", "keywords"] => {
                self.keywords.every = true;
                self.keywords.membership = true;
                self.keywords.contains = true;
                self.keywords.conditions = true;
                self.keywords.not_bodies = true;
                self.keywords.and = true;
                self.keywords.or = true;
            }
            ["future", "keywords", keyword] => match *keyword {
                "in" => self.keywords.membership = true,
                "every" => {
                    self.keywords.every = true;
                    self.keywords.membership = true;
                }
                "contains" => self.keywords.contains = true,
                "if" => self.keywords.conditions = true,
                "not" => self.keywords.not_bodies = true,
                "and" => self.keywords.and = true,
                "or" => self.keywords.or = true,
                _ => {
                    let words = "[and contains every if in not or]";
                    return fail(format!("unexpected keyword, must be one of {words}"));
                }
            },
            ["future", ..] => return fail("invalid import, must be `future.keywords`".to_owned()),
            [.., last] if import.alias.is_none() && self.is_keyword(last) => {
                return fail(format!(
                    "unexpected import path, must not end with a keyword, got: {last} \
                     (hint: import a different path or use an alias)"
                ));
            }
            _ => {}
        }
        Ok(())
    }

    /// One rule; in the first version of the language several bodies may follow a head.
    fn rules(&mut self, rules: &mut Vec<Rule>) -> Parsed<()> {
        let start = self.current.span;
        let mut is_default = false;
        if self.at_keyword("default") && !self.begins_ref() {
            is_default = true;
            self.advance()?;
        }
        if self.current.token != Token::Word {
            return Err(self.not_a_rule(start));
        }
        if self.keyword().is_some_and(|word| word != "contains") && !self.begins_ref() {
            let word = self.lexeme_text();
            let next = self.following();
            let begins_rule = matches!(next.token, Token::Mark(":=" | "=" | "("))
                || (next.token == Token::Word && matches!(next.span.of(self.text), "if" | "contains"));
            if is_default || begins_rule {
                return Err(self.fail(format!("{word} keyword cannot be used for rule name")));
            }
            return Err(self.illegal(""));
        }
        let head = self.head()?;
        let mut rule =
            Rule { span: start, is_default, head, body: Vec::new(), has_body: false, branches: Vec::new() };
        if is_default {
            rule.span = self.span_since(start);
            self.check_default(&rule)?;
            rules.push(rule);
            return Ok(());
        }
        if self.at_keyword("if") && !self.begins_ref() {
            rule.head.uses_if = true;
            self.advance()?;
            rule.body = self.conditions()?;
            rule.has_body = true;
        } else if self.at("{") {
            rule.body = self.braced_body()?;
            rule.has_body = true;
        }
        self.settle_head(&mut rule)?;
        if rule.has_body {
            self.branches(&mut rule)?;
        }
        rule.span = self.span_since(start);
        if !rule.has_body {
            rules.push(rule);
            return Ok(());
        }
        let head = rule.head.clone();
        let has_branches = !rule.branches.is_empty();
        rules.push(rule);
        while self.at("{") {
            if has_branches {
                return Err(self.fail("expected else keyword"));
            }
            let start = self.current.span;
            let body = self.braced_body()?;
            let span = self.span_since(start);
            rules.push(Rule {
                span,
                is_default: false,
                head: Head { span, ..head.clone() },
                body,
                has_body: true,
                branches: Vec::new(),
            });
        }
        Ok(())
    }

    /// What is wrong with a statement that begins with no name.
    #[expect(clippy::unnecessary_box_returns, reason = "errors travel boxed through the parser")]
    fn not_a_rule(&mut self, start: Span) -> Box<RegoError> {
        let what = match self.current.token {
            Token::Mark("[") => "array",
            Token::String | Token::RawString => "string",
            Token::Number => "number",
            Token::Mark("{") => "object",
            _ => return self.illegal(""),
        };
        match self.literal() {
            Ok(_) => self.fail_at(format!("{what} cannot be used for rule name"), start),
            Err(error) => error,
        }
    }

    /// The conditions after `if`: one of them, or several in braces.
    pub(super) fn conditions(&mut self) -> Parsed<Vec<Expr>> {
        if !self.at("{") {
            return Ok(vec![self.literal()?]);
        }
        // What begins with a brace may be a collection in a condition: `if {"a"} == input.b`.
        let mark = self.mark();
        if let Ok(expr) = self.literal() {
            let is_set =
                matches!(&expr.kind, super::super::ast::ExprKind::Term(Term { kind: TermKind::Set(_), .. }));
            if !is_set {
                return Ok(vec![expr]);
            }
        }
        self.go_back(mark);
        self.braced_body()
    }

    fn branches(&mut self, rule: &mut Rule) -> Parsed<()> {
        while self.at_keyword("else") && !self.begins_ref() {
            if rule.head.path.iter().any(|element| !is_ground(element)) {
                return Err(self.fail("else keyword cannot be used on rules with variables in head"));
            }
            if rule.head.key.is_some() {
                return Err(self.fail("else keyword cannot be used on multi-value rules"));
            }
            let start = self.current.span;
            self.advance()?;
            let mut branch =
                Branch { span: start, value: None, body: Vec::new(), has_body: false, uses_if: false };
            if self.at(":=") || self.at("=") {
                self.advance()?;
                branch.value = Some(self.term()?);
            } else if !self.at("{") && !self.at_keyword("if") {
                return Err(self.illegal("expected else value term or rule body"));
            }
            if self.at_keyword("if") {
                branch.uses_if = true;
                self.advance()?;
                if self.is_end() {
                    return Err(self.illegal("rule body expected"));
                }
                branch.body = if self.at("{") { self.braced_body()? } else { vec![self.literal()?] };
                branch.has_body = true;
            } else if self.at("{") {
                branch.body = self.braced_body()?;
                branch.has_body = true;
            }
            branch.span = self.span_since(start);
            let is_last = !branch.has_body;
            rule.branches.push(branch);
            if is_last {
                return Ok(());
            }
        }
        Ok(())
    }

    /// The part of a rule before its body, with blanks allowed after the name.
    fn head(&mut self) -> Parsed<Head> {
        let start = self.current.span;
        let name = self.variable()?;
        let mut head = Head {
            span: start,
            name: name.as_var().cloned().unwrap_or_default(),
            path: Vec::new(),
            parameters: None,
            key: None,
            value: None,
            is_assigned: false,
            uses_contains: false,
            uses_if: false,
        };
        let mut first = true;
        while first || !self.current.spaced {
            first = false;
            match self.current.token {
                Token::Mark(".") => head.path.push(self.dotted()?),
                Token::Mark("[") => head.path.push(self.bracketed()?),
                Token::Mark("(") => {
                    head.parameters = Some(self.arguments()?);
                    break;
                }
                _ => break,
            }
        }
        if self.at_keyword("contains") {
            if head.parameters.is_some() {
                let name = head_text(&head);
                return Err(self.illegal(&format!(
                    "the contains keyword can only be used with multi-value rule definitions \
                     (e.g., {name} contains <VALUE> {{ ... }})"
                )));
            }
            self.advance()?;
            head.uses_contains = true;
            head.key = Some(self.term()?);
        } else if self.at("=") || self.at(":=") {
            head.is_assigned = self.at(":=");
            self.advance()?;
            head.value = Some(self.term()?);
        }
        head.span = self.span_since(start);
        Ok(head)
    }

    /// Decides what `p[x]` and bare statements define.
    fn settle_head(&self, rule: &mut Rule) -> Parsed<()> {
        let head = &mut rule.head;
        if !rule.has_body && !head.uses_contains && head.value.is_none() {
            if head.path.is_empty() && head.parameters.is_none() {
                return Err(
                    if matches!(self.current.token, Token::Word | Token::Eof) || self.current.on_new_line {
                        self.fail_at("var cannot be used for rule name", head.span)
                    } else {
                        self.illegal("")
                    },
                );
            }
            let operator = head_text(head);
            if let Some(parameters) = &head.parameters {
                if parameters.is_empty() {
                    return Err(self.fail_at("rule argument list must take at least one argument", head.span));
                }
                if crate::functions::lookup(&operator).is_some() {
                    return Err(self.fail_at("rule name conflicts with built-in function", head.span));
                }
            }
        }
        // A head with empty parentheses is no function but a rule.
        head.parameters = head.parameters.take().filter(|parameters| !parameters.is_empty());
        if !head.uses_if
            && !head.uses_contains
            && head.parameters.is_none()
            && head.value.is_none()
            && head.path.len() == 1
        {
            head.key = head.path.pop();
        }
        // Empty parentheses make no function: `f() = x` is the rule `f`.
        head.parameters.take_if(|parameters| parameters.is_empty());
        Ok(())
    }

    fn check_default(&self, rule: &Rule) -> Parsed<()> {
        let fail = |message: String| Err(self.fail_at(message, rule.span));
        let Some(value) = &rule.head.value else {
            return fail("illegal default rule (must have a value)".to_owned());
        };
        if let Some(kind) = not_constant(value) {
            return fail(format!("illegal default rule (value cannot contain {kind})"));
        }
        let mut seen = std::collections::HashSet::new();
        for parameter in rule.head.parameters.iter().flatten() {
            match parameter.as_var() {
                Some(name) if seen.insert(name.clone()) => {}
                Some(name) => {
                    return fail(format!("illegal default rule (arguments cannot be repeated {name})"));
                }
                None => {
                    let kind = parameter.type_name();
                    return fail(format!("illegal default rule (arguments cannot contain {kind})"));
                }
            }
        }
        Ok(())
    }
}

/// The kind of the first part of a term that is no constant; what comprehensions hold does not count.
fn not_constant(term: &Term) -> Option<&'static str> {
    match &term.kind {
        TermKind::Var(_) => Some("var"),
        TermKind::Ref(..) => Some("ref"),
        TermKind::Call(_) | TermKind::Template(_) => Some("call"),
        TermKind::Array(items) | TermKind::Set(items) => items.iter().find_map(not_constant),
        TermKind::Object(pairs) => {
            pairs.iter().find_map(|(key, value)| not_constant(key).or_else(|| not_constant(value)))
        }
        _ => None,
    }
}

/// Whether a term holds no variables and no references.
pub(super) fn is_ground(term: &Term) -> bool {
    not_constant(term).is_none()
        && !matches!(
            term.kind,
            TermKind::ArrayComprehension(..)
                | TermKind::SetComprehension(..)
                | TermKind::ObjectComprehension(..)
        )
}

/// The name and the plain names after it, parted by points.
fn head_text(head: &Head) -> String {
    let mut text = head.name.to_string();
    for name in head.path.iter().filter_map(Term::as_text) {
        text.push('.');
        text.push_str(name);
    }
    text
}

/// Makes a module of its statements, and holds them to the rules of its version.
pub(super) fn finish(
    file: &str,
    found: Statements,
    annotations: Vec<Annotation>,
) -> Result<Module, Vec<RegoError>> {
    let fail = |message: &str, span: Span| RegoError::new(ErrorCode::Parse, message, span, file);
    let Some(first) = found.first else {
        let span = Span { row: 0, ..Span::default() };
        return Err(vec![RegoError {
            location: crate::Location { file: file.to_owned(), row: 1, column: 1 },
            ..fail("empty module", span)
        }]);
    };
    let mut errors = Vec::new();
    if !found.starts_with_package {
        errors.push(fail("package expected", first));
    }
    errors.extend(found.packages.iter().skip(1).map(|(span, _)| fail("unexpected package", *span)));
    if found.version == RegoVersion::V1 {
        for rule in &found.rules {
            check_later_version(rule, &mut |message, span| errors.push(fail(message, span)));
        }
    }
    match found.packages.into_iter().next() {
        Some((package_span, package)) if errors.is_empty() => Ok(Module {
            file: file.to_owned(),
            version: found.version,
            package_span,
            package,
            imports: found.imports,
            rules: found.rules,
            annotations,
        }),
        _ => Err(errors),
    }
}

fn check_later_version(rule: &Rule, fail: &mut dyn FnMut(&str, Span)) {
    let head = &rule.head;
    let kind = if head.parameters.is_some() { "function" } else { "rule" };
    if head.path.is_empty() && matches!(head.name.as_str(), "contains" | "if" | "in" | "every") {
        fail(&format!("{} keyword cannot be used for rule name", head.name), rule.span);
    }
    let is_bare = !rule.has_body && head.value.is_none() && head.parameters.is_none() && !head.uses_contains;
    if is_bare && head.key.is_none() && !rule.is_default {
        fail(&format!("{kind} must have value assignment and/or body declaration"), rule.span);
    }
    if rule.has_body && !head.uses_if {
        fail(&format!("`if` keyword is required before {kind} body"), rule.span);
    }
    if head.key.is_some() && !head.uses_contains {
        fail("`contains` keyword is required for partial set rules", rule.span);
    }
    for branch in &rule.branches {
        if branch.has_body && !branch.uses_if {
            fail(&format!("`if` keyword is required before {kind} body"), branch.span);
        }
    }
}
