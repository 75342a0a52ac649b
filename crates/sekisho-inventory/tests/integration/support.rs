//! Text in, an inventory out.

use sekisho_inventory::Inventory;
use sekisho_manifest::workload::Pod;
use sekisho_manifest::{Budget, Document, Format, Object, Source, SourceId, load};

/// The inventory of one text, in the namespace `shop` where none is named.
pub(crate) fn inventory(text: &str) -> Inventory {
    let loaded = load(SourceId(0), text, Format::Detect, &Budget::default());
    assert!(loaded.errors.is_empty(), "{:?}", loaded.errors);
    let objects = loaded.documents.iter().flat_map(Document::objects).collect();
    Inventory::new(vec![Source::new("test.yaml", text)], objects, "shop")
}

/// The first Pod of the object with this name.
pub(crate) fn pod<'a>(inventory: &'a Inventory, name: &str) -> Pod<'a> {
    inventory.pods().find(|pod| pod.object.name == name).expect("a Pod of this name")
}

/// The names of objects.
pub(crate) fn names<'a>(objects: impl Iterator<Item = &'a Object>) -> Vec<&'a str> {
    objects.map(|object| object.name.as_str()).collect()
}

/// A Pod with labels, as one line of a manifest.
pub(crate) fn labelled(name: &str, labels: &str) -> String {
    format!(
        "---\napiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, labels: {{{labels}}}}}\n\
         spec: {{containers: [{{name: main, image: main}}]}}\n"
    )
}
