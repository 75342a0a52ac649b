//! The bindings of a run by the role that they hand out.

use std::collections::{BTreeSet, HashMap};

use sekisho_manifest::Object;
use sekisho_manifest::rbac::{self, GROUP, RoleKind};
use smol_str::SmolStr;

use crate::{Inventory, ObjectId};

/// Who hands out a role, and where: the bindings that refer to it and name someone.
#[derive(Debug, Default)]
pub struct RoleUse {
    bindings: Vec<ObjectId>,
    everywhere: bool,
    namespaces: BTreeSet<SmolStr>,
}

/// The use of each role, by its kind, its namespace (empty for a `ClusterRole`) and its name.
#[derive(Debug, Default)]
pub(crate) struct RoleIndex {
    uses: HashMap<(RoleKind, SmolStr, SmolStr), RoleUse>,
}

impl RoleIndex {
    pub(crate) fn new(inventory: &Inventory) -> Self {
        let mut index = Self::default();
        for (id, binding) in (0..).map(ObjectId).zip(inventory.objects()) {
            let Some(role) = rbac::role_ref(binding) else { continue };
            if rbac::subjects(binding).is_empty() {
                continue;
            }
            let place = SmolStr::new(inventory.namespace_of(binding));
            let namespace = if role.kind == RoleKind::Role { place.clone() } else { SmolStr::default() };
            let used = index.uses.entry((role.kind, namespace, role.name.into())).or_default();
            used.bindings.push(id);
            if binding.kind == "ClusterRoleBinding" {
                used.everywhere = true;
            } else {
                used.namespaces.insert(place);
            }
        }
        index
    }
}

impl RoleUse {
    /// The bindings, in the order of their ids.
    pub fn bindings(&self) -> &[ObjectId] {
        &self.bindings
    }

    /// Whether a `ClusterRoleBinding` hands it out in every namespace.
    pub fn is_everywhere(&self) -> bool {
        self.everywhere
    }

    /// Whether a `RoleBinding` hands it out in this namespace.
    pub fn is_in(&self, namespace: &str) -> bool {
        self.namespaces.contains(namespace)
    }
}

impl Inventory {
    /// Who hands out a role; none where no binding among the objects names someone for it.
    pub fn use_of_role(&self, role: &Object) -> Option<&RoleUse> {
        let (kind, namespace) = if role.is(GROUP, "ClusterRole") {
            (RoleKind::ClusterRole, SmolStr::default())
        } else {
            (RoleKind::Role, SmolStr::new(self.namespace_of(role)))
        };
        self.role_index().uses.get(&(kind, namespace, role.name.clone()))
    }
}
