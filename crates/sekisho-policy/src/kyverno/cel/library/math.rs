//! `math.round`: a number to so many places behind the point.

use sekisho_cel::{Call, Environment, Failure, Value};

use super::function::{Given, globals};

pub(super) fn extend(environment: Environment) -> Environment {
    globals(environment, &["math.round"], "double, int -> double", round)
}

fn round(call: &mut Call<'_>) -> Given {
    let [Value::Double(number), Value::Int(places)] = call.arguments() else {
        return Err(Failure::NoSuchOverload);
    };
    #[expect(clippy::cast_precision_loss, reason = "so many places no number has")]
    let shift = 10_f64.powf(*places as f64);
    Ok(Value::Double((number * shift).round() / shift))
}
