//! Values as Go's `fmt` prints them.

mod directive;
mod number;
mod printer;

use crate::call::Call;
use crate::error::{BudgetError, CallError};
use crate::value::{Data, Text, TextBuilder, Value};

pub(crate) use self::directive::{print_formatted, print_within};
pub(crate) use self::printer::BigInteger;
use self::printer::{Flags, Printer};

/// Asks whether so many more bytes may be made.
pub(crate) type Allow<'a> = &'a mut dyn FnMut(usize) -> Result<(), BudgetError>;

/// A value as `%v` prints it.
pub(crate) fn display(value: &Value, allow: Allow<'_>) -> Result<Text, BudgetError> {
    display_as(value, 'v', allow)
}

fn display_as(value: &Value, verb: char, allow: Allow<'_>) -> Result<Text, BudgetError> {
    if let Data::Text(text) = &value.data {
        return Ok(text.clone());
    }
    let mut printer = Printer::new(allow);
    printer.argument(value, verb)?;
    Ok(printer.finish())
}

/// A value as `%v` prints it, for a message.
pub(crate) fn show(value: &Value) -> String {
    show_as(value, 'v')
}

/// A value as `%s` (or another verb that texts have) prints it, for a message.
pub(crate) fn show_as(value: &Value, verb: char) -> String {
    const ENOUGH: usize = 1 << 16;
    let mut left = ENOUGH;
    let mut allow = |bytes: usize| match left.checked_sub(bytes) {
        Some(rest) => {
            left = rest;
            Ok(())
        }
        None => Err(BudgetError::Bytes { limit: ENOUGH }),
    };
    match display_as(value, verb, &mut allow) {
        Ok(text) => text.to_str().into_owned(),
        Err(_) => "…".to_owned(),
    }
}

/// The arguments one after the other, a space between two that are both no text.
pub(crate) fn print(call: &mut Call<'_>, values: &[Value]) -> Result<Text, CallError> {
    let mut out = TextBuilder::new();
    let mut after_text = true;
    for value in values {
        let is_text = value.as_text().is_some();
        if !after_text && !is_text {
            out.push(" ");
        }
        after_text = is_text;
        push(call, value, &mut out)?;
    }
    Ok(out.finish())
}

/// The arguments with a space between each two, and a line break.
pub(crate) fn print_line(call: &mut Call<'_>, values: &[Value]) -> Result<Text, CallError> {
    let mut out = TextBuilder::new();
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            out.push(" ");
        }
        push(call, value, &mut out)?;
    }
    out.push("\n");
    Ok(out.finish())
}

fn push(call: &mut Call<'_>, value: &Value, out: &mut TextBuilder) -> Result<(), CallError> {
    let text = display(value, &mut |bytes| call.allocate(bytes))?;
    call.allocate(text.len())?;
    out.push_text(&text);
    Ok(())
}
