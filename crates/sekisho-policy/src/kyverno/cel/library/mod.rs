//! The functions that Kyverno adds to CEL, one library a file.
//!
//! Those that need the outside put a [`Question`] to whoever evaluates: a function itself asks nobody.

mod function;
mod generator;
mod global_context;
mod gzip;
mod hash;
mod http;
mod image;
mod image_data;
mod json;
mod math;
mod random;
mod resource;
mod time;
mod transform;
mod user;
mod x509;
mod yaml;

use sekisho_cel::{Environment, Foreign, Value};
use smol_str::SmolStr;

use self::function::Context;
use super::scope::Scope;

/// An environment with every library of Kyverno's.
pub(super) fn extend(environment: Environment, scope: Scope) -> Environment {
    let environment = resource::extend(environment, scope);
    let environment = generator::extend(environment, scope);
    let libraries = [
        global_context::extend,
        gzip::extend,
        hash::extend,
        http::extend,
        image::extend,
        image_data::extend,
        json::extend,
        math::extend,
        random::extend,
        time::extend,
        transform::extend,
        user::extend,
        x509::extend,
        yaml::extend,
    ];
    libraries.into_iter().fold(environment, |environment, extend| extend(environment))
}

/// The value of a variable that stands for a library and has nothing but functions.
#[derive(Debug)]
struct Library(&'static str);

impl Foreign for Library {
    fn type_name(&self) -> SmolStr {
        SmolStr::new_static(self.0)
    }

    fn is_equal(&self, other: &dyn Foreign) -> bool {
        self.type_name() == other.type_name()
    }
}

/// The variables that stand for libraries.
const CONTEXTS: [Context; 7] = [
    resource::CONTEXT,
    generator::CONTEXT,
    global_context::CONTEXT,
    http::CONTEXT,
    image_data::CONTEXT,
    json::CONTEXT,
    yaml::CONTEXT,
];

/// The value of a variable that stands for a library.
pub(super) fn context(variable: &str) -> Option<Value> {
    let context = CONTEXTS.into_iter().find(|context| context.name == variable)?;
    Some(Value::foreign(Library(context.kind)))
}
