//! The order of the result.

use smol_str::SmolStr;

use crate::config::{FIRST, LAST, ranked};
use crate::id::Id;
use crate::kustomization::SortOrder;
use crate::resource_set::ResourceSet;

/// Sorts the objects; without an order they are sorted by kind, in the usual ranks.
pub(crate) fn sort(set: &mut ResourceSet, order: Option<&SortOrder>) {
    match order {
        Some(SortOrder::Added) => {}
        Some(SortOrder::Legacy(Some(order))) => by_kind(set, &order.first, &order.last),
        Some(SortOrder::Legacy(None)) | None => by_kind(set, &FIRST, &LAST),
    }
}

fn by_kind<S: AsRef<str>>(set: &mut ResourceSet, first: &[S], last: &[S]) {
    set.resources.sort_by_cached_key(|resource| {
        let id = resource.id();
        let rank = ranked(&id.gvk.kind, first, last);
        (rank, kind_key(&id), name_key(&id))
    });
}

/// The text that kinds of one rank are sorted by. Namespaces of other groups come behind those of the core.
fn kind_key(id: &Id) -> (bool, String) {
    (id.gvk.kind == "Namespace" && !id.gvk.group.is_empty(), id.gvk.sort_text())
}

fn name_key(id: &Id) -> String {
    let or = |text: &SmolStr, mark: &'static str| {
        if text.is_empty() { SmolStr::new_static(mark) } else { text.clone() }
    };
    format!("{}|{}|{}", id.gvk, or(&id.namespace, "~X"), or(&id.name, "~N"))
}
