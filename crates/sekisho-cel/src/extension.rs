//! What layers above bring along: functions of their own.

use std::fmt;
use std::sync::Arc;

use smol_str::{SmolStr, format_smolstr};

use crate::call::{Call, ExtensionCost, HostCode};
use crate::error::Failure;
use crate::types::declaration::{Code, Form, Overload};
use crate::value::Value;

/// One overload of a function that a layer above adds.
///
/// A signature names the types of the arguments, the target first, and of the result:
/// `kyverno.Image, string -> list(dyn)`. The types are `dyn`, `null`, `bool`, `int`, `uint`, `double`,
/// `string`, `bytes`, `timestamp`, `duration`, `list(…)`, `map(…, …)`, `optional(…)`, `type(…)`; a name with a
/// dot is a message or a type of one's own, and any other name stands for whatever type an argument has.
#[derive(Clone)]
pub struct Extension {
    pub(crate) name: SmolStr,
    pub(crate) overload: Overload,
}

impl Extension {
    /// A function that is called `name(…)`; the name may have dots, as `json.unmarshal`.
    pub fn global(
        name: impl Into<SmolStr>,
        signature: &str,
        code: impl Fn(&mut Call<'_>) -> Result<Value, Failure> + Send + Sync + 'static,
    ) -> Self {
        Self::new(name.into(), Form::Global, signature, Arc::new(code))
    }

    /// A function that is called `target.name(…)`.
    pub fn member(
        name: impl Into<SmolStr>,
        signature: &str,
        code: impl Fn(&mut Call<'_>) -> Result<Value, Failure> + Send + Sync + 'static,
    ) -> Self {
        Self::new(name.into(), Form::Member, signature, Arc::new(code))
    }

    fn new(name: SmolStr, form: Form, signature: &str, code: HostCode) -> Self {
        let id = format_smolstr!("{name}:{form:?}:{signature}");
        let code = Code::Host { code, cost: ExtensionCost::Fixed(1) };
        Self { name, overload: Overload::new(id, form, signature, code) }
    }

    /// With this cost; else a call costs 1.
    #[must_use]
    pub fn costing(mut self, units: ExtensionCost) -> Self {
        if let Code::Host { cost, .. } = &mut self.overload.code {
            *cost = units;
        }
        self
    }
}

impl fmt::Debug for Extension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Extension").field(&self.overload.id).finish()
    }
}
