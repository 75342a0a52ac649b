//! How values are let go of.

use super::{Data, Value};

/// Lets go of values without recursion, however deep they are nested.
pub(super) fn release(values: impl Iterator<Item = Value>) {
    let mut held: Vec<Value> = values.filter(is_container).collect();
    while let Some(value) = held.pop() {
        match value.data {
            Data::List(list) => held.extend(list.into_unshared().into_iter().filter(is_container)),
            Data::Map(map) => held.extend(map.into_unshared().into_values().filter(is_container)),
            _ => {}
        }
    }
}

fn is_container(value: &Value) -> bool {
    matches!(value.data, Data::List(_) | Data::Map(_))
}
