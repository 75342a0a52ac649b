//! `image.getMetadata`: what a registry knows of an image.

use sekisho_cel::{Call, Environment};

use super::super::outside::Question;
use super::function::{Context, Given, ask, members, text, with_context};

pub(super) const CONTEXT: Context = Context { name: "image", kind: "imagedata.Context" };

pub(super) fn extend(environment: Environment) -> Environment {
    let environment = with_context(environment, CONTEXT);
    members(environment, &["GetMetadata", "getMetadata"], &format!("{CONTEXT}, string -> dyn"), metadata)
}

fn metadata(call: &mut Call<'_>) -> Given {
    let image = text(call, 1)?;
    ask(call, Question::Image(image))
}
