//! Conditions of rules, from the operators that bind least to those that bind most.

use crate::function::{EVALUATED, Function, constant};
use crate::module::Module;
use crate::parser::{Parser, Stop};
use crate::pattern::compiled;
use crate::rule::{Expression, External, Items, Number, Place, Quantifier, Which};
use crate::token::Token;
use crate::value::{Operator, Value};

/// How deep a condition may be nested, and how long a chain of one operator may be.
const DEPTH: usize = 64;
const CHAIN: usize = 256;
/// The most parts of a list, of `and` or of `or`.
const MOST_PARTS: usize = 100_000;

pub(crate) type Parsed<T = Expression> = Result<T, Stop>;

/// Binary operators, those that bind least first.
const LEVELS: [&[(&str, Operator)]; 7] = [
    &[
        ("<=", Operator::LessOrEqual),
        (">=", Operator::GreaterOrEqual),
        ("<", Operator::Less),
        (">", Operator::Greater),
    ],
    &[("|", Operator::BitOr)],
    &[("^", Operator::BitXor)],
    &[("&", Operator::BitAnd)],
    &[("<<", Operator::ShiftLeft), (">>", Operator::ShiftRight)],
    &[("+", Operator::Add), ("-", Operator::Subtract)],
    &[("*", Operator::Multiply), ("\\", Operator::Divide), ("%", Operator::Remainder)],
];

/// Operators that are words.
const WORDS: [(&str, Operator); 7] = [
    ("contains", Operator::Contains),
    ("icontains", Operator::ContainsAnyCase),
    ("startswith", Operator::StartsWith),
    ("istartswith", Operator::StartsWithAnyCase),
    ("endswith", Operator::EndsWith),
    ("iendswith", Operator::EndsWithAnyCase),
    ("iequals", Operator::EqualsAnyCase),
];

impl Parser<'_, '_> {
    /// A whole condition.
    pub(crate) fn expression(&mut self) -> Parsed {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(self
                .lexer
                .error(format!("the condition is nested more than {DEPTH} deep, the limit"))
                .into());
        }
        let mut parts = vec![self.conjunction()?];
        while self.passes_word("or")? {
            parts.push(self.conjunction()?);
            self.check_count(parts.len())?;
        }
        self.depth -= 1;
        Ok(if parts.len() == 1 { parts.swap_remove(0) } else { Expression::Or(parts) })
    }

    fn check_count(&self, count: usize) -> Parsed<()> {
        if count > MOST_PARTS {
            return Err(self
                .lexer
                .error(format!("the condition has more than {MOST_PARTS} parts, the limit"))
                .into());
        }
        Ok(())
    }

    fn conjunction(&mut self) -> Parsed {
        let mut parts = vec![self.negation()?];
        while self.passes_word("and")? {
            parts.push(self.negation()?);
            self.check_count(parts.len())?;
        }
        Ok(if parts.len() == 1 { parts.swap_remove(0) } else { Expression::And(parts) })
    }

    fn negation(&mut self) -> Parsed {
        let mut made: Vec<fn(Box<Expression>) -> Expression> = Vec::new();
        loop {
            if self.passes_word("not")? {
                made.push(Expression::Not);
            } else if self.passes_word("defined")? {
                made.push(Expression::Defined);
            } else {
                break;
            }
            if made.len() > DEPTH {
                return Err(self.lexer.error("`not` stands too often in a row").into());
            }
        }
        let inner = self.comparison()?;
        Ok(made.into_iter().rev().fold(inner, |inner, make| make(Box::new(inner))))
    }

    fn comparison(&mut self) -> Parsed {
        let mut left = self.binary(0)?;
        for _ in 0..CHAIN {
            if self.is_word("of") {
                return self.of(Quantifier::Count(Box::new(left)));
            }
            let operator = match &self.token {
                Token::Sign("==") => Operator::Equal,
                Token::Sign("!=") => Operator::NotEqual,
                Token::Word(word) if word == "matches" => {
                    self.advance()?;
                    let Token::Regex(source, any_case, dot_all) = self.advance()? else {
                        return Err(self.lexer.error("a regular expression belongs behind `matches`").into());
                    };
                    let regex =
                        compiled(&source, any_case, dot_all).map_err(|reason| self.lexer.error(reason))?;
                    left = Expression::Matches(Box::new(left), regex);
                    continue;
                }
                Token::Word(word) => match WORDS.iter().find(|(known, _)| known == word) {
                    Some((_, operator)) => *operator,
                    None => return Ok(left),
                },
                _ => return Ok(left),
            };
            self.advance()?;
            let right = self.binary(0)?;
            left = Expression::Binary(operator, Box::new(left), Box::new(right));
        }
        Err(self.lexer.error(format!("more than {CHAIN} comparisons stand in a row")).into())
    }

    pub(crate) fn binary(&mut self, level: usize) -> Parsed {
        let Some(operators) = LEVELS.get(level) else { return self.unary() };
        let mut left = self.binary(level + 1)?;
        for _ in 0..CHAIN {
            let found = match &self.token {
                Token::Sign(sign) => operators.iter().find(|(known, _)| known == sign),
                _ => None,
            };
            let Some((sign, operator)) = found else { return Ok(left) };
            self.advance()?;
            if *sign == "%" && self.is_word("of") {
                return self.of(Quantifier::Percent(Box::new(left)));
            }
            let right = self.binary(level + 1)?;
            left = Expression::Binary(*operator, Box::new(left), Box::new(right));
        }
        Err(self.lexer.error(format!("more than {CHAIN} operators stand in a row")).into())
    }

    fn unary(&mut self) -> Parsed {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(self
                .lexer
                .error(format!("the condition is nested more than {DEPTH} deep, the limit"))
                .into());
        }
        let found = if self.passes("-")? {
            Expression::Negative(Box::new(self.unary()?))
        } else if self.passes("~")? {
            Expression::BitNot(Box::new(self.unary()?))
        } else {
            self.primary()?
        };
        self.depth -= 1;
        Ok(found)
    }

    fn primary(&mut self) -> Parsed {
        match self.advance()? {
            Token::Sign("(") => {
                let inner = self.expression()?;
                self.expect(")")?;
                Ok(inner)
            }
            Token::Integer(value) => Ok(Expression::Literal(Value::Integer(value))),
            Token::Float(value) => Ok(Expression::Literal(Value::Float(value))),
            Token::Text(value) => Ok(Expression::Literal(Value::Text(value))),
            Token::String(sign, name) => self.string(sign, &name),
            Token::Word(word) => self.word(&word),
            _ => Err(self.lexer.error("a condition belongs here").into()),
        }
    }

    /// The string of a name.
    fn which(&self, sign: char, name: &str) -> Parsed<Which> {
        if name.is_empty() {
            if self.loops_of_strings == 0 {
                return Err(self.lexer.error(format!("`{sign}` without a name stands in no loop")).into());
            }
            return Ok(Which::Current);
        }
        let own = self.read.strings.get(self.first_string..).unwrap_or_default();
        let place = own.iter().position(|known| known.name == name);
        let place = place.ok_or_else(|| self.lexer.error(format!("the rule has no string `${name}`")))?;
        Ok(Which::Named(self.first_string + place))
    }

    fn range(&mut self) -> Parsed<(Box<Expression>, Box<Expression>)> {
        self.expect("(")?;
        let first = self.binary(1)?;
        self.expect("..")?;
        let last = self.binary(1)?;
        self.expect(")")?;
        Ok((Box::new(first), Box::new(last)))
    }

    fn place(&mut self) -> Parsed<Place> {
        if self.passes_word("at")? {
            return Ok(Place::At(Box::new(self.binary(1)?)));
        }
        if self.passes_word("in")? {
            let (first, last) = self.range()?;
            return Ok(Place::Within(first, last));
        }
        Ok(Place::Anywhere)
    }

    fn string(&mut self, sign: char, name: &str) -> Parsed {
        let which = self.which(sign, name)?;
        let index = |parser: &mut Self| -> Parsed<Option<Box<Expression>>> {
            if !parser.passes("[")? {
                return Ok(None);
            }
            let index = parser.binary(1)?;
            parser.expect("]")?;
            Ok(Some(Box::new(index)))
        };
        Ok(match sign {
            '#' => {
                let range = if self.passes_word("in")? { Some(self.range()?) } else { None };
                Expression::Count(which, range)
            }
            '@' => Expression::Offset(which, index(self)?),
            '!' => Expression::Length(which, index(self)?),
            _ => Expression::Present(which, self.place()?),
        })
    }

    fn word(&mut self, word: &str) -> Parsed {
        if let Some(slot) = self.slot(word) {
            return self.scalar_of_variable(slot);
        }
        match word {
            "true" => return Ok(Expression::Literal(Value::Bool(true))),
            "false" => return Ok(Expression::Literal(Value::Bool(false))),
            "filesize" => return Ok(Expression::FileSize),
            "filename" => return Ok(Expression::External(External::Name)),
            "filepath" => return Ok(Expression::External(External::Path)),
            "extension" => return Ok(Expression::External(External::Extension)),
            "entrypoint" => return Err(Stop::Omitted("`entrypoint` is not evaluated".to_owned())),
            "all" => return self.of(Quantifier::All),
            "any" => return self.of(Quantifier::Any),
            "none" => return self.of(Quantifier::None),
            "for" => return self.loops(),
            "with" => return self.with(),
            _ => {}
        }
        if let Some(number) = number(word) {
            self.expect("(")?;
            let place = self.expression()?;
            self.expect(")")?;
            return Ok(Expression::Read(number, Box::new(place)));
        }
        if self.is_sign(".") {
            return self.member(word);
        }
        match self.known.get(word) {
            Some(Some(rule)) => Ok(Expression::Rule(*rule)),
            Some(None) => Err(Stop::Omitted(format!("the rule `{word}` is left out"))),
            None => Err(Stop::Omitted(format!("`{word}` is not known here"))),
        }
    }

    /// A function or a constant of a module.
    fn member(&mut self, module: &str) -> Parsed {
        if let Some(module) = Module::named(module) {
            return self.scalar_of_module(module);
        }
        if !EVALUATED.contains(&module) {
            return Err(Stop::Omitted(format!("the module `{module}` is not evaluated")));
        }
        self.expect(".")?;
        let Token::Word(name) = self.advance()? else {
            return Err(self.lexer.error(format!("a name belongs behind `{module}.`")).into());
        };
        if let Some(value) = constant(module, &name) {
            return Ok(Expression::Literal(value));
        }
        let function = Function::named(module, &name)
            .ok_or_else(|| Stop::Omitted(format!("`{module}.{name}` is not evaluated")))?;
        self.expect("(")?;
        let mut arguments = Vec::new();
        while !self.is_sign(")") {
            arguments.push(self.expression()?);
            if !self.passes(",")? {
                break;
            }
        }
        self.expect(")")?;
        Ok(Expression::Call(function, arguments))
    }

    /// What follows a quantifier without a loop.
    fn of(&mut self, quantifier: Quantifier) -> Parsed {
        if !self.passes_word("of")? {
            return Err(self.unexpected("`of`").into());
        }
        if let Some(set) = self.strings_of_set()? {
            return Ok(Expression::OfStrings(quantifier, set, self.place()?));
        }
        self.expect("(")?;
        let mut conditions = Vec::new();
        loop {
            conditions.extend(self.rules_or_condition()?);
            self.check_count(conditions.len())?;
            if !self.passes(",")? {
                break;
            }
        }
        self.expect(")")?;
        Ok(Expression::OfConditions(quantifier, conditions))
    }

    /// The rules that a name with `*` means, or one condition.
    fn rules_or_condition(&mut self) -> Parsed<Vec<Expression>> {
        if let Token::Word(word) = &self.token {
            let mut ahead = self.lexer.clone();
            if ahead.next()? == Token::Sign("*") && matches!(ahead.next()?, Token::Sign("," | ")")) {
                let word = word.clone();
                self.advance()?;
                self.advance()?;
                let mut rules = Vec::new();
                for (name, rule) in self.known.iter().filter(|(name, _)| name.starts_with(&word)) {
                    let left_out = || Stop::Omitted(format!("the rule `{name}` is left out"));
                    rules.push(rule.ok_or_else(left_out)?);
                }
                rules.sort_unstable();
                return Ok(rules.into_iter().map(Expression::Rule).collect());
            }
        }
        Ok(vec![self.expression()?])
    }

    /// A set of strings; none where something else stands.
    fn strings_of_set(&mut self) -> Parsed<Option<Vec<usize>>> {
        let own = self.read.strings.get(self.first_string..).unwrap_or_default().len();
        if self.passes_word("them")? {
            return Ok(Some((self.first_string..self.first_string + own).collect()));
        }
        let (begun, token) = (self.lexer.clone(), self.token.clone());
        if !self.passes("(")? {
            return Err(self.unexpected("`them` or `(`").into());
        }
        let mut set = Vec::new();
        while let Token::String('$', name) = self.token.clone() {
            self.advance()?;
            if let Some(start) = name.strip_suffix('*') {
                let strings = self.read.strings.iter().enumerate().skip(self.first_string);
                let meant = strings.filter(|(_, known)| known.name.starts_with(start));
                let before = set.len();
                set.extend(meant.map(|(place, _)| place));
                if set.len() == before {
                    return Err(self.lexer.error(format!("the rule has no string `${name}`")).into());
                }
            } else if let Which::Named(place) = self.which('$', &name)? {
                set.push(place);
            } else {
                break;
            }
            if self.passes(")")? {
                return Ok(Some(set));
            }
            if !self.passes(",")? {
                break;
            }
        }
        (self.lexer, self.token) = (begun, token);
        Ok(None)
    }

    fn loops(&mut self) -> Parsed {
        let quantifier = if self.passes_word("all")? {
            Quantifier::All
        } else if self.passes_word("any")? {
            Quantifier::Any
        } else if self.passes_word("none")? {
            Quantifier::None
        } else {
            let count = Box::new(self.unary()?);
            match count {
                count if self.passes("%")? => Quantifier::Percent(count),
                count => Quantifier::Count(count),
            }
        };
        if self.passes_word("of")? {
            let set = self.strings_of_set()?;
            let set = set.ok_or_else(|| self.lexer.error("a loop goes through strings"))?;
            self.loops_of_strings += 1;
            let body = self.body()?;
            self.loops_of_strings -= 1;
            return Ok(Expression::ForStrings(quantifier, set, body));
        }
        let mut names = Vec::new();
        loop {
            let Token::Word(name) = self.advance()? else {
                return Err(self.lexer.error("a loop names its variable").into());
            };
            names.push(name);
            if !self.passes(",")? {
                break;
            }
        }
        if !self.passes_word("in")? {
            return Err(self.unexpected("`in`").into());
        }
        if !self.is_sign("(") {
            return self.loop_of_module(quantifier, names);
        }
        if names.len() > 1 {
            return Err(self.lexer.error("a loop over numbers or texts has one variable").into());
        }
        self.advance()?;
        let first = self.binary(1)?;
        let items = if self.passes("..")? {
            Items::Range(Box::new(first), Box::new(self.binary(1)?))
        } else {
            let mut list = vec![first];
            while self.passes(",")? {
                list.push(self.binary(1)?);
                self.check_count(list.len())?;
            }
            Items::List(list)
        };
        self.expect(")")?;
        let outer = self.variables.len();
        self.variables.extend(names.into_iter().map(|name| (name, None)));
        let body = self.body()?;
        self.variables.truncate(outer);
        Ok(Expression::ForItems(quantifier, items, body))
    }

    fn with(&mut self) -> Parsed {
        let outer = self.variables.len();
        let mut values = Vec::new();
        loop {
            let Token::Word(name) = self.advance()? else {
                return Err(self.lexer.error("`with` names its variable").into());
            };
            self.expect("=")?;
            let (value, kind) = self.value_of_any_kind()?;
            values.push(value);
            self.variables.push((name, kind));
            if !self.passes(",")? {
                break;
            }
        }
        let body = self.body()?;
        self.variables.truncate(outer);
        Ok(Expression::With(values, body))
    }

    pub(crate) fn body(&mut self) -> Parsed<Box<Expression>> {
        self.expect(":")?;
        self.expect("(")?;
        let body = self.expression()?;
        self.expect(")")?;
        Ok(Box::new(body))
    }
}

/// The function that reads a number of the file.
fn number(word: &str) -> Option<Number> {
    let (word, is_big_endian) = match word.strip_suffix("be") {
        Some(word) => (word, true),
        None => (word, false),
    };
    let (word, is_signed) = match word.strip_prefix('u') {
        Some(word) => (word, false),
        None => (word, true),
    };
    let bytes = match word {
        "int8" => 1,
        "int16" => 2,
        "int32" => 4,
        _ => return None,
    };
    Some(Number { bytes, is_signed, is_big_endian })
}
