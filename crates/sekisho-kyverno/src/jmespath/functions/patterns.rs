//! Functions of regular expressions and wildcards.

use super::function::{Argument, Function, Given, Type, function, plain, refused, text, value};
use crate::jmespath::error::JmespathError;
use crate::jmespath::surroundings::Surroundings;
use crate::scalar::wildcard;

const STRING: &[Type] = &[Type::String];
const PLAIN: &[Type] = &[Type::String, Type::Number];

pub(super) const TABLE: &[Function] = &[
    function(("regex_match", &[STRING, PLAIN], regex_match)),
    function(("regex_replace_all", &[STRING, PLAIN, PLAIN], |given, around| {
        replace(given, around, "regex_replace_all", false)
    })),
    function(("regex_replace_all_literal", &[STRING, PLAIN, PLAIN], |given, around| {
        replace(given, around, "regex_replace_all_literal", true)
    })),
    function(("pattern_match", &[STRING, PLAIN], |given, around| {
        let source = plain(&value(given, 1)).ok_or_else(|| refused("regex_match", 2, "String or Real"))?;
        Ok(wildcard(&text(given, 0)?, &source, around.meter)?.into())
    })),
];

fn regex_match(given: &[Argument<'_>], around: &Surroundings<'_>) -> Given {
    let source = plain(&value(given, 1)).ok_or_else(|| refused("regex_match", 2, "String or Real"))?;
    let pattern = around.pattern(&text(given, 0)?)?;
    around.matching(&pattern, source.len())?;
    Ok(pattern.is_match(&source).into())
}

fn replace(given: &[Argument<'_>], around: &Surroundings<'_>, name: &str, literal: bool) -> Given {
    let argument =
        |place: usize| plain(&value(given, place)).ok_or_else(|| refused(name, place + 1, "String or Real"));
    let (source, replacement) = (argument(1)?, argument(2)?);
    let pattern = around.pattern(&text(given, 0)?).map_err(|problem| match problem {
        JmespathError::Refused(text) => JmespathError::refused(format!("JMESPath function '{name}': {text}")),
        other => other,
    })?;
    let mut replaced = String::new();
    let mut end = 0;
    for captures in pattern.captures_iter(&source) {
        let Some(found) = captures.get(0) else { continue };
        around.matching(&pattern, found.end().saturating_sub(end))?;
        let before = replaced.len();
        replaced.push_str(source.get(end..found.start()).unwrap_or(""));
        if literal {
            replaced.push_str(&replacement);
        } else {
            captures.expand(&replacement, &mut replaced);
        }
        around.text(replaced.len().saturating_sub(before))?;
        end = found.end();
    }
    let rest = source.get(end..).unwrap_or("");
    around.matching(&pattern, rest.len())?;
    around.text(rest.len())?;
    replaced.push_str(rest);
    Ok(replaced.into())
}
