//! Against a real API server, which `cargo xtask test` starts. Each test says so where there is none.
#![allow(clippy::print_stdout, reason = "a test that cannot run says so")]

mod audit;
mod bill;
mod break_glass;
mod bundles;
mod clocks;
mod cluster_policies;
mod controller;
mod controller_faults;
mod doctor;
mod install;
mod keeping;
mod pod_security;
mod policies;
#[path = "../../../../sekisho-store/tests/integration/postgresql.rs"]
mod postgresql;
mod scan;
mod second;
mod served;
mod story;
mod tour;
mod watching;
mod webhook;
mod wire;

use std::env;
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::thread;
use std::time::Duration;

use sekisho_cluster::{Access, Connection, Options, RequestError, discover};
use sekisho_manifest::{Budget, Document, Format, Node, Object, SourceId, Value, load};
use sekisho_policy::{GroupVersionKind, Kinds};

static ADMISSION: RwLock<()> = RwLock::new(());

/// Held while a test changes what requests of all namespaces meet.
pub(crate) fn alone() -> RwLockWriteGuard<'static, ()> {
    ADMISSION.write().unwrap_or_else(PoisonError::into_inner)
}

/// Held while a test counts on nobody changing that.
pub(crate) fn beside_others() -> RwLockReadGuard<'static, ()> {
    ADMISSION.read().unwrap_or_else(PoisonError::into_inner)
}

/// How often something is looked at that the server needs time for, and how long in between.
const TRIES: usize = 300;
const PAUSE: Duration = Duration::from_millis(100);

/// The server of the tests.
pub(crate) struct ApiServer {
    pub(crate) connection: Connection,
    kinds: Kinds,
}

impl ApiServer {
    /// The server; none where none stands, which is a failure in CI.
    pub(crate) fn get() -> Option<Self> {
        let Some(kubeconfig) = env::var_os("SEKISHO_TEST_KUBECONFIG").map(PathBuf::from) else {
            assert!(env::var("CI").as_deref() != Ok("true"), "CI has no API server: run `cargo xtask test`");
            println!("skipped: no API server; `cargo xtask cluster test` starts one");
            return None;
        };
        let access = Access::find(Some(&kubeconfig), None).expect("an access");
        let connection = Connection::new(&access, &Options::default()).expect("a connection");
        discover(&connection).expect("the server answers");
        Some(Self { connection, kinds: Kinds::default() })
    }

    /// The path that an object is created at.
    pub(crate) fn path(&self, object: &Object, namespace: &str) -> String {
        let known = self.kinds.of(&GroupVersionKind::new(&object.api_version, &object.kind));
        let root = if object.group().is_empty() { "/api" } else { "/apis" };
        let place = if known.namespaced {
            format!("namespaces/{}/", object.namespace.as_deref().unwrap_or(namespace))
        } else {
            String::new()
        };
        format!("{root}/{}/{place}{}", object.api_version, known.resource.resource)
    }

    /// Makes an object; what is there already is left as it is.
    pub(crate) fn create(&self, object: &Object, namespace: &str) {
        let made = self.connection.create(&self.path(object, namespace), &object.root.to_json().to_string());
        if let Err(error) = made {
            assert_eq!(error.code(), Some(409), "{} {}: {error}", object.kind, object.name);
        }
    }

    /// Removes an object.
    pub(crate) fn delete(&self, object: &Object, namespace: &str) {
        let path = format!("{}/{}", self.path(object, namespace), object.name);
        self.connection.delete(&path).expect("it is removed");
    }

    /// What the server would do: the object as it would be stored, and warnings.
    pub(crate) fn dry_run(
        &self,
        object: &Object,
        namespace: &str,
    ) -> Result<(Node, Vec<String>), RequestError> {
        let path = format!("{}?dryRun=All", self.path(object, namespace));
        self.connection.create(&path, &object.root.to_json().to_string())
    }

    /// Makes a namespace that no earlier run has filled, and yields its name.
    pub(crate) fn space(&self, name: &str) -> String {
        let name = format!("{name}-{}", std::process::id());
        self.namespace(&name, &[]);
        name
    }

    /// Makes a namespace with labels, and waits until Pods may be made in it.
    pub(crate) fn namespace(&self, name: &str, labels: &[(&str, &str)]) {
        let labels: serde_json::Map<_, _> =
            labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).into())).collect();
        let namespace = serde_json::json!({
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": name, "labels": labels},
        });
        for object in objects(&namespace.to_string()) {
            self.create(&object, "");
        }
        let account = format!("/api/v1/namespaces/{name}/serviceaccounts/default");
        wait("the namespace has its service account", || self.connection.get(&account).ok());
    }
}

/// Looks at something until it is there.
pub(crate) fn wait<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    for _ in 0..TRIES {
        if let Some(found) = look() {
            return found;
        }
        thread::sleep(PAUSE);
    }
    panic!("waited in vain: {what}");
}

/// The objects of a text.
pub(crate) fn objects(text: &str) -> Vec<Object> {
    let loaded = load(SourceId::default(), text, Format::Detect, &Budget::default());
    assert!(loaded.errors.is_empty(), "{:?}", loaded.errors);
    loaded.documents.iter().flat_map(Document::objects).collect()
}

/// The object of a tree as the server gave it.
pub(crate) fn object(root: &Node) -> Object {
    objects(&root.to_json().to_string()).pop().expect("an object")
}

/// The files of a folder of the repository with this ending, in order.
pub(crate) fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder);
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.to_string_lossy().ends_with(ending))
        .collect();
    files.sort();
    files
}

/// Puts a value where a mapping has none.
pub(crate) fn fill(node: &mut serde_json::Value, key: &str, value: serde_json::Value) {
    if let Some(fields) = node.as_object_mut() {
        let known = fields.entry(key).or_insert(serde_json::Value::Null);
        if known.is_null() {
            *known = value;
        }
    }
}

/// Whether a tree holds something.
pub(crate) fn is_empty(node: &Node) -> bool {
    matches!(node.value, Value::Null) || node.items().is_empty() && node.entries().is_empty()
}
