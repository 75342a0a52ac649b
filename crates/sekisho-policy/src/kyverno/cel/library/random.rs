//! `random`: a text that a regular expression matches.

use sekisho_cel::{Call, Environment};
use smol_str::SmolStr;

use super::super::outside::Question;
use super::function::{Given, ask, globals, text};

/// What is matched where nothing is given.
const DEFAULT: &str = "[0-9a-z]{8}";

pub(super) fn extend(environment: Environment) -> Environment {
    let names = ["random", "random.random"];
    let environment = globals(environment, &names, "string -> string", random);
    globals(environment, &names, "-> string", random)
}

fn random(call: &mut Call<'_>) -> Given {
    let pattern = if call.arguments().is_empty() { SmolStr::new_static(DEFAULT) } else { text(call, 0)? };
    ask(call, Question::Random(pattern))
}
