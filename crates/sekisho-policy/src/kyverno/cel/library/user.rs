//! `parseServiceAccount`: the service account that a user's name stands for.

use sekisho_cel::{Call, Environment, Foreign, StructType, Type, Value};
use smol_str::SmolStr;

use super::function::{Given, globals, text};

const ACCOUNT: &str = "user.ServiceAccount";

#[derive(Debug, PartialEq)]
struct Account {
    name: SmolStr,
    namespace: SmolStr,
}

impl Foreign for Account {
    fn type_name(&self) -> SmolStr {
        SmolStr::new_static(ACCOUNT)
    }

    fn is_equal(&self, other: &dyn Foreign) -> bool {
        let other: &dyn std::any::Any = other;
        other.downcast_ref::<Self>() == Some(self)
    }

    fn field(&self, name: &str) -> Option<Value> {
        match name {
            "Name" => Some(Value::String(self.name.clone())),
            "Namespace" => Some(Value::String(self.namespace.clone())),
            _ => None,
        }
    }
}

pub(super) fn extend(environment: Environment) -> Environment {
    let fields = ["Name", "Namespace"].map(|name| (SmolStr::new_static(name), Type::String));
    let environment = environment.with_message(ACCOUNT, StructType { fields: fields.to_vec(), open: false });
    let names = ["parseServiceAccount", "user.parseServiceAccount"];
    globals(environment, &names, &format!("string -> {ACCOUNT}"), parse)
}

fn parse(call: &mut Call<'_>) -> Given {
    let user = text(call, 0)?;
    let parts = user.strip_prefix("system:serviceaccount:").and_then(|rest| rest.split_once(':'));
    let (namespace, name) = parts.unwrap_or_default();
    Ok(Value::foreign(Account { name: name.into(), namespace: namespace.into() }))
}
