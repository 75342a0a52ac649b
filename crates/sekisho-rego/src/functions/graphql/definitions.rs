//! Reads documents of definitions.

use smol_str::SmolStr;

use super::ast::{
    Comments, Definition, DirectiveDefinition, ENUM, INPUT_OBJECT, INTERFACE, Member, OBJECT, Root, Roots,
    SCALAR, SchemaDocument, Surrounding, UNION,
};
use super::lexer::{Kind, Token};
use super::parser::{Parsed, Parser, unexpected_token};

const LOCATIONS: &[&str] = &[
    "QUERY",
    "MUTATION",
    "SUBSCRIPTION",
    "FIELD",
    "FRAGMENT_DEFINITION",
    "FRAGMENT_SPREAD",
    "INLINE_FRAGMENT",
    "VARIABLE_DEFINITION",
    "SCHEMA",
    "SCALAR",
    "OBJECT",
    "FIELD_DEFINITION",
    "ARGUMENT_DEFINITION",
    "INTERFACE",
    "UNION",
    "ENUM",
    "ENUM_VALUE",
    "INPUT_OBJECT",
    "INPUT_FIELD_DEFINITION",
];

/// The document that the text is.
pub(super) fn parse(text: &str) -> Parsed<SchemaDocument> {
    let mut parser = Parser::new(text);
    let mut document = SchemaDocument::default();
    while !parser.is(Kind::End) {
        let described = description(&mut parser)?;
        if !parser.is(Kind::Name) {
            return Err(parser.unexpected());
        }
        match parser.peek().value.as_str() {
            "scalar" | "type" | "interface" | "union" | "enum" | "input" => {
                document.definitions.push(definition(&mut parser, described)?);
            }
            "schema" => document.schemas.push(roots(&mut parser, described)?),
            "directive" => document.directives.push(directive(&mut parser, described)?),
            "extend" => {
                if let Some(token) = described.token.filter(|token| !token.value.is_empty()) {
                    return Err(unexpected_token(&token));
                }
                extension(&mut parser, &mut document)?;
            }
            _ => return Err(parser.unexpected()),
        }
    }
    document.comment = parser.comment;
    Ok(document)
}

/// A description, and the comments before it.
#[derive(Default)]
struct Description {
    token: Option<Token>,
    comment: Comments,
}

impl Description {
    fn split(self) -> (SmolStr, Comments) {
        (self.token.map(|token| token.value).unwrap_or_default(), self.comment)
    }
}

fn description(parser: &mut Parser<'_>) -> Parsed<Description> {
    if !parser.is(Kind::Block) && !parser.is(Kind::String) {
        return Ok(Description::default());
    }
    let comment = std::mem::take(&mut parser.comment);
    Ok(Description { token: Some(parser.next()?), comment })
}

fn roots(parser: &mut Parser<'_>, described: Description) -> Parsed<Roots> {
    let (description, before) = described.split();
    let after = parser.keyword("schema")?;
    let position = parser.position();
    let directives = parser.directives(true)?;
    let (operations, end) = parser.some(Kind::BraceLeft, Kind::BraceRight, root)?;
    Ok(Roots { description, directives, operations, position, comments: Surrounding { before, after, end } })
}

fn root(parser: &mut Parser<'_>) -> Parsed<Root> {
    let (position, comment) = (parser.position(), std::mem::take(&mut parser.comment));
    let operation = parser.next()?;
    if !matches!(operation.value.as_str(), "query" | "mutation" | "subscription") {
        return Err(unexpected_token(&operation));
    }
    parser.expect(Kind::Colon)?;
    Ok(Root { operation: operation.value, kind: parser.name()?, position, comment })
}

/// The definition of a type, from its keyword on.
fn definition(parser: &mut Parser<'_>, described: Description) -> Parsed<Definition> {
    let (description, before) = described.split();
    let keyword = parser.peek().value.clone();
    let after = parser.keyword(&keyword)?;
    let mut definition = Definition { description, position: parser.position(), ..Definition::default() };
    definition.comments = Surrounding { before, after, end: Vec::new() };
    definition.name = parser.name()?;
    body(parser, &keyword, &mut definition, true)?;
    Ok(definition)
}

/// What follows the name of a type.
fn body(
    parser: &mut Parser<'_>,
    keyword: &str,
    definition: &mut Definition,
    has_interfaces: bool,
) -> Parsed<()> {
    definition.kind = SmolStr::new_static(match keyword {
        "type" => OBJECT,
        "interface" => INTERFACE,
        "union" => UNION,
        "enum" => ENUM,
        "input" => INPUT_OBJECT,
        _ => SCALAR,
    });
    if has_interfaces && matches!(keyword, "type" | "interface") {
        definition.interfaces = interfaces(parser)?;
    }
    definition.directives = parser.directives(true)?;
    match keyword {
        "type" | "interface" => {
            (definition.fields, definition.comments.end) =
                parser.some(Kind::BraceLeft, Kind::BraceRight, |parser| member(parser, Part::Field))?;
        }
        "input" => {
            (definition.fields, definition.comments.end) =
                parser.some(Kind::BraceLeft, Kind::BraceRight, |parser| member(parser, Part::Input))?;
        }
        "enum" => {
            (definition.values, definition.comments.end) =
                parser.some(Kind::BraceLeft, Kind::BraceRight, |parser| member(parser, Part::Value))?;
        }
        "union" if parser.skip(Kind::Equals)? => {
            parser.skip(Kind::Pipe)?;
            loop {
                definition.type_positions.push(parser.position());
                definition.types.push(parser.name()?);
                if !parser.skip(Kind::Pipe)? {
                    break;
                }
            }
        }
        _ => {}
    }
    Ok(())
}

fn interfaces(parser: &mut Parser<'_>) -> Parsed<Vec<SmolStr>> {
    let mut interfaces = Vec::new();
    if parser.is_word("implements") {
        parser.next()?;
        parser.skip(Kind::Ampersand)?;
        interfaces.push(parser.name()?);
        while parser.skip(Kind::Ampersand)? {
            interfaces.push(parser.name()?);
        }
    }
    Ok(interfaces)
}

/// What a member is a part of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Field,
    Input,
    Value,
}

fn member(parser: &mut Parser<'_>, part: Part) -> Parsed<Member> {
    let (description, mut before) = description(parser)?.split();
    if description.is_empty() {
        before = Vec::new();
    }
    let after = std::mem::take(&mut parser.comment);
    let mut member = Member { description, position: parser.position(), ..Member::default() };
    member.comments = Surrounding { before, after, end: Vec::new() };
    member.name = parser.name()?;
    if part == Part::Field {
        member.arguments = argument_definitions(parser)?;
    }
    if part != Part::Value {
        parser.expect(Kind::Colon)?;
        member.kind = Some(parser.type_reference()?);
    }
    if part == Part::Input && parser.skip(Kind::Equals)? {
        member.default = Some(parser.literal(true)?);
    }
    member.directives = parser.directives(true)?;
    Ok(member)
}

fn argument_definitions(parser: &mut Parser<'_>) -> Parsed<Vec<Member>> {
    let (arguments, _) =
        parser.some(Kind::ParenLeft, Kind::ParenRight, |parser| member(parser, Part::Input))?;
    Ok(arguments)
}

fn extension(parser: &mut Parser<'_>, document: &mut SchemaDocument) -> Parsed<()> {
    let after = parser.keyword("extend")?;
    let keyword = parser.peek().value.clone();
    match keyword.as_str() {
        "schema" => {
            let mut extension = roots(parser, Description::default())?;
            extension.comments.after = after;
            if extension.directives.is_empty() && extension.operations.is_empty() {
                return Err(parser.unexpected());
            }
            document.schema_extensions.push(extension);
        }
        "scalar" | "type" | "interface" | "union" | "enum" | "input" => {
            parser.keyword(&keyword)?;
            let mut extension = Definition { position: parser.position(), ..Definition::default() };
            extension.comments.after = after;
            extension.name = parser.name()?;
            body(parser, &keyword, &mut extension, keyword == "type")?;
            let is_empty = extension.interfaces.is_empty()
                && extension.directives.is_empty()
                && extension.fields.is_empty()
                && extension.types.is_empty()
                && extension.values.is_empty();
            if is_empty {
                return Err(parser.unexpected());
            }
            document.extensions.push(extension);
        }
        _ => return Err(parser.unexpected()),
    }
    Ok(())
}

fn directive(parser: &mut Parser<'_>, described: Description) -> Parsed<DirectiveDefinition> {
    let (description, before) = described.split();
    let after = parser.keyword("directive")?;
    parser.expect(Kind::At)?;
    let position = parser.position();
    let name = parser.name()?;
    let arguments = argument_definitions(parser)?;
    let is_repeatable = parser.is(Kind::Name) && parser.is_word("repeatable");
    if is_repeatable {
        parser.next()?;
    }
    parser.keyword("on")?;
    parser.skip(Kind::Pipe)?;
    let mut locations = Vec::new();
    loop {
        let location = parser.expect(Kind::Name)?;
        if !LOCATIONS.contains(&location.value.as_str()) {
            return Err(unexpected_token(&location));
        }
        locations.push(location.value);
        if !parser.skip(Kind::Pipe)? {
            break;
        }
    }
    let comments = Surrounding { before, after, end: Vec::new() };
    Ok(DirectiveDefinition { description, name, arguments, locations, is_repeatable, position, comments })
}
