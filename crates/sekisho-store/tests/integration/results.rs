//! What is written and read, in any database.

use sekisho_store::{BundleUse, Filter, ImageUse, InventoryDocument, Store};

use crate::support::{object, open};

/// Everything that a database must do alike.
pub(crate) fn all(store: &mut Store) {
    lasting(store);
    counts(store);
    sweeping(store);
    bundles_and_inventories(store);
    uses(store);
    pages(store);
}

fn times(store: &mut Store, filter: &Filter) -> Vec<(String, i64, i64, Option<i64>)> {
    let row = |one: sekisho_store::StoredFinding| {
        (one.finding.fingerprint.to_string(), one.first_seen, one.last_seen, one.resolved)
    };
    store.findings(filter).unwrap().into_iter().map(row).collect()
}

fn lasting(store: &mut Store) {
    let of = |resolved| Filter { cluster: Some("c1".to_owned()), resolved, ..Filter::default() };
    store.write("c1", &[object("web", &["a", "b"])], 100).unwrap();
    store.write("c1", &[object("web", &["b", "c"])], 200).unwrap();
    let row = |name: &str, first, last, resolved| (name.to_owned(), first, last, resolved);
    assert_eq!(times(store, &of(false)), [row("web:b", 100, 200, None), row("web:c", 200, 200, None)]);
    assert_eq!(times(store, &of(true))[0], row("web:a", 100, 100, Some(200)));
    // What comes back begins anew.
    store.write("c1", &[object("web", &["a"])], 300).unwrap();
    assert_eq!(times(store, &of(false)), [row("web:a", 300, 300, None)]);
    let whole = store.findings(&of(false)).unwrap().remove(0);
    assert_eq!(whole.finding, object("web", &["a"]).findings[0]);
    assert_eq!(
        (whole.kind.as_str(), whole.namespace.as_str(), whole.name.as_str()),
        ("Deployment", "shop", "web")
    );
    assert_eq!(whole.bundle, "sha256:1");
    // Another cluster is another matter.
    assert_eq!(times(store, &Filter { cluster: Some("c2".to_owned()), ..Filter::default() }), []);
    let mut gone = object("web", &[]);
    gone.gone = true;
    store.write("c1", &[gone], 400).unwrap();
    assert_eq!(times(store, &of(false)), []);
    assert_eq!(store.coverage(Some("c1")).unwrap(), (0, None));
    assert_eq!(store.prune(301).unwrap(), 2);
    assert_eq!(times(store, &of(true)), [row("web:a", 300, 300, Some(400))]);
    store.prune(i64::MAX).unwrap();
}

fn counts(store: &mut Store) {
    store.write("c1", &[object("web", &["a", "b"]), object("api", &["b"])], 100).unwrap();
    store.write("c1", &[object("job", &["b"])], 200).unwrap();
    let filter = Filter { cluster: Some("c1".to_owned()), ..Filter::default() };
    let of = |counts: Vec<sekisho_store::Count>| -> Vec<(String, i64, i64)> {
        counts.into_iter().map(|one| (one.of, one.count, one.since)).collect()
    };
    assert_eq!(of(store.by_rule(&filter).unwrap()), [("b".to_owned(), 3, 100), ("a".to_owned(), 1, 100)]);
    assert_eq!(of(store.by_namespace(&filter).unwrap()), [("shop".to_owned(), 4, 100)]);
    assert_eq!(store.coverage(None).unwrap(), (3, Some(100)));
    let mut count = |filter: Filter| store.findings(&filter).unwrap().len();
    assert_eq!(count(Filter { rule: Some("a".to_owned()), ..filter.clone() }), 1);
    assert_eq!(count(Filter { namespace: Some("none".to_owned()), ..filter.clone() }), 0);
    assert_eq!(count(Filter { owner: Some("@platform".to_owned()), ..filter.clone() }), 4);
    assert_eq!(count(Filter { owner: Some("@plat".to_owned()), ..filter.clone() }), 0);
    assert_eq!(count(Filter { limit: Some(2), ..filter.clone() }), 2);
    // What looks like a statement is a text.
    assert_eq!(count(Filter { rule: Some("a' OR '1' = '1".to_owned()), ..filter }), 0);
}

fn sweeping(store: &mut Store) {
    assert_eq!(store.sweep("c1", |id| id.ends_with("/job"), 300).unwrap(), 2);
    let filter = Filter { cluster: Some("c1".to_owned()), ..Filter::default() };
    assert_eq!(times(store, &filter).len(), 1);
    assert_eq!(store.coverage(Some("c1")).unwrap(), (1, Some(200)));
}

fn bundles_and_inventories(store: &mut Store) {
    let bundle = |digest: &str, commit: &str| BundleUse {
        digest: digest.to_owned(),
        source: "git+https://example.com/p".to_owned(),
        reference: "refs/heads/main".to_owned(),
        commit: commit.to_owned(),
    };
    store.use_bundle(&bundle("sha256:1", "a"), 10).unwrap();
    store.use_bundle(&bundle("sha256:2", "b"), 20).unwrap();
    store.use_bundle(&bundle("sha256:1", "c"), 30).unwrap();
    assert_eq!(
        store.bundles().unwrap(),
        [(bundle("sha256:1", "c"), 10, 30), (bundle("sha256:2", "b"), 20, 20)]
    );
    let inventory = |document: &[u8]| InventoryDocument {
        digest: "sha256:image".to_owned(),
        format: "cyclonedx-1.6".to_owned(),
        tool: "sekisho 0.1.0".to_owned(),
        made: 10,
        document: document.to_vec(),
    };
    store.put_inventory(&inventory(b"one")).unwrap();
    store.put_inventory(&inventory(&[0, 255, 7])).unwrap();
    assert_eq!(store.inventory("sha256:image", "cyclonedx-1.6").unwrap(), Some(inventory(&[0, 255, 7])));
    assert_eq!(store.inventory("sha256:image", "spdx").unwrap(), None);
    assert_eq!(store.inventoried("cyclonedx-1.6").unwrap(), ["sha256:image"]);
}

fn uses(store: &mut Store) {
    let used = |cluster: &str, digest: &str, workload: &str| ImageUse {
        cluster: cluster.to_owned(),
        digest: digest.to_owned(),
        reference: "example.com/shop/web:1".to_owned(),
        workload: workload.to_owned(),
    };
    let (alone, web, job) = (
        used("", "sha256:1", ""),
        used("c1", "sha256:1", "Deployment shop/web"),
        used("c1", "sha256:2", "Job a/b"),
    );
    store.put_image_uses(&[web.clone(), job.clone()], 10).unwrap();
    store.put_image_uses(&[alone.clone(), web.clone()], 20).unwrap();
    assert_eq!(store.image_uses(None).unwrap(), [alone.clone(), web.clone(), job]);
    // The image that was looked at by itself is of no cluster, and stays.
    assert_eq!(store.sweep_image_uses("c1", 20).unwrap(), 1);
    assert_eq!(store.image_uses(Some("sha256:1")).unwrap(), [alone, web]);
    assert!(store.image_uses(Some("sha256:2")).unwrap().is_empty());
}

fn pages(store: &mut Store) {
    let inventory = |number: usize| InventoryDocument {
        digest: format!("sha256:{number:04}"),
        format: "sekisho-packages-1".to_owned(),
        document: number.to_string().into_bytes(),
        ..InventoryDocument::default()
    };
    let all: Vec<InventoryDocument> = (0..1_001).map(inventory).collect();
    store.put_inventories(&all).unwrap();
    let (mut read, mut count) = (Vec::new(), 0);
    let mut take = |page: Vec<InventoryDocument>| {
        count += 1;
        read.extend(page);
    };
    store.each_inventory("sekisho-packages-1", &mut take).unwrap();
    assert_eq!((read, count), (all, 3));
}

#[test]
fn a_file_keeps_everything() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("results.db");
    all(&mut open(&path));
    // Opened again it is the same.
    assert_eq!(open(&path).bundles().unwrap().len(), 2);
}
