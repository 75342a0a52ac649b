//! The bindings of a run by the service account that they give rights to.

use std::collections::HashMap;

use sekisho_manifest::Object;
use sekisho_manifest::rbac::{self, Principal};
use smol_str::SmolStr;

use crate::{Inventory, ObjectId};

/// Bindings by the namespace and the name of a service account among their subjects.
#[derive(Debug, Default)]
pub(crate) struct AccountIndex {
    bindings: HashMap<(SmolStr, SmolStr), Vec<ObjectId>>,
}

impl AccountIndex {
    pub(crate) fn new(inventory: &Inventory) -> Self {
        let mut index = Self::default();
        for (id, binding) in (0..).map(ObjectId).zip(inventory.objects()) {
            for subject in rbac::subjects(binding) {
                let Principal::ServiceAccount { namespace, name } = subject.principal else { continue };
                let namespace = namespace.unwrap_or_else(|| inventory.namespace_of(binding));
                let bindings = index.bindings.entry((namespace.into(), name.into())).or_default();
                if bindings.last() != Some(&id) {
                    bindings.push(id);
                }
            }
        }
        index
    }
}

impl Inventory {
    /// The RoleBindings and ClusterRoleBindings that name this service account, in the order of their ids.
    pub fn bindings_to_account<'a>(
        &'a self,
        namespace: &str,
        name: &str,
    ) -> impl Iterator<Item = &'a Object> + use<'a> {
        let key = (SmolStr::new(namespace), SmolStr::new(name));
        let ids = self.account_index().bindings.get(&key).map_or(&[][..], Vec::as_slice);
        ids.iter().filter_map(|id| self.object(*id))
    }
}
