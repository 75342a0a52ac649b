//! Reads documents of operations and fragments.

use smol_str::SmolStr;

use super::ast::{Field, Fragment, Inline, Operation, QueryDocument, Selection, Spread, Variable};
use super::lexer::Kind;
use super::parser::{Parsed, Parser, unexpected_token};

/// The document that the text is.
pub(super) fn parse(text: &str) -> Parsed<QueryDocument> {
    let mut parser = Parser::new(text);
    let mut document = QueryDocument::default();
    while !parser.is(Kind::End) {
        match parser.peek().kind {
            Kind::Name if parser.is_word("fragment") => document.fragments.push(fragment(&mut parser)?),
            Kind::Name if matches!(parser.peek().value.as_str(), "query" | "mutation" | "subscription") => {
                document.operations.push(operation(&mut parser)?);
            }
            Kind::BraceLeft => document.operations.push(operation(&mut parser)?),
            _ => return Err(parser.unexpected()),
        }
    }
    Ok(document)
}

fn operation(parser: &mut Parser<'_>) -> Parsed<Operation> {
    let position = parser.position();
    if parser.is(Kind::BraceLeft) {
        // Here alone OPA's parser loses the comment.
        let selections = selections(parser)?;
        return Ok(Operation { kind: "query".into(), selections, position, ..Operation::default() });
    }
    let comment = std::mem::take(&mut parser.comment);
    let kind = parser.next()?;
    if !matches!(kind.value.as_str(), "query" | "mutation" | "subscription") {
        return Err(unexpected_token(&kind));
    }
    let name = if parser.is(Kind::Name) { parser.next()?.value } else { SmolStr::default() };
    Ok(Operation {
        kind: kind.value,
        name,
        variables: variables(parser)?,
        directives: parser.directives(false)?,
        selections: selections(parser)?,
        position,
        comment,
    })
}

fn variables(parser: &mut Parser<'_>) -> Parsed<Vec<Variable>> {
    let (variables, _) = parser.some(Kind::ParenLeft, Kind::ParenRight, |parser| {
        let (position, comment) = (parser.position(), std::mem::take(&mut parser.comment));
        let name = parser.variable()?;
        parser.expect(Kind::Colon)?;
        let kind = parser.type_reference()?;
        let default = if parser.skip(Kind::Equals)? { Some(parser.literal(true)?) } else { None };
        Ok(Variable { name, kind, default, directives: parser.directives(false)?, position, comment })
    })?;
    Ok(variables)
}

fn selections(parser: &mut Parser<'_>) -> Parsed<Vec<Selection>> {
    if !parser.is(Kind::BraceLeft) {
        return Err(parser.error(format!("Expected {}, found {}", Kind::BraceLeft, parser.peek().kind)));
    }
    let (selections, _) =
        parser.deeper(|parser| parser.some(Kind::BraceLeft, Kind::BraceRight, selection))?;
    Ok(selections)
}

fn selection(parser: &mut Parser<'_>) -> Parsed<Selection> {
    if parser.is(Kind::Spread) {
        return fragment_in_place(parser);
    }
    let (position, comment) = (parser.position(), std::mem::take(&mut parser.comment));
    let alias = parser.name()?;
    let name = if parser.skip(Kind::Colon)? { parser.name()? } else { alias.clone() };
    let arguments = parser.arguments(false)?;
    let directives = parser.directives(false)?;
    let selections = if parser.is(Kind::BraceLeft) { selections(parser)? } else { Vec::new() };
    Ok(Selection::Field(Field { alias, name, arguments, directives, selections, position, comment }))
}

fn fragment_in_place(parser: &mut Parser<'_>) -> Parsed<Selection> {
    let comment = std::mem::take(&mut parser.comment);
    parser.expect(Kind::Spread)?;
    let position = parser.position();
    if parser.is(Kind::Name) && !parser.is_word("on") {
        let name = parser.name()?;
        let directives = parser.directives(false)?;
        return Ok(Selection::Spread(Spread { name, directives, position, comment }));
    }
    let mut condition = SmolStr::default();
    if parser.is_word("on") {
        parser.next()?;
        condition = parser.name()?;
    }
    let directives = parser.directives(false)?;
    let selections = selections(parser)?;
    Ok(Selection::Inline(Inline { condition, directives, selections, position, comment }))
}

fn fragment(parser: &mut Parser<'_>) -> Parsed<Fragment> {
    let position = parser.position();
    let comment = parser.keyword("fragment")?;
    if parser.is_word("on") {
        return Err(parser.unexpected());
    }
    let name = parser.name()?;
    let variables = variables(parser)?;
    parser.keyword("on")?;
    Ok(Fragment {
        name,
        variables,
        condition: parser.name()?,
        directives: parser.directives(false)?,
        selections: selections(parser)?,
        position,
        comment,
    })
}
