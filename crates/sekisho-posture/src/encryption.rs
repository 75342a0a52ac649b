//! The configuration of encryption at rest: which resources go through which providers.

use sekisho_manifest::{FieldPath, Node, Object, Place, field};

use crate::KindName;

/// The kinds of the configuration: today's, and that of the first releases.
pub(crate) const KINDS: &[KindName] =
    &[("apiserver.config.k8s.io", "EncryptionConfiguration"), ("", "EncryptionConfig")];

/// One entry: resources, and the providers that read them, of which the first writes.
#[derive(Debug)]
pub(crate) struct Entry<'a> {
    /// The resources, as `resource`, `resource.group`, `*.group` or `*.*`.
    pub(crate) resources: Vec<&'a str>,
    /// The providers in order.
    pub(crate) providers: Vec<Provider<'a>>,
}

/// One provider of an entry.
#[derive(Debug)]
pub(crate) struct Provider<'a> {
    /// The configuration.
    pub(crate) object: &'a Object,
    /// `aescbc`, `aesgcm`, `secretbox`, `kms` or `identity`.
    pub(crate) kind: &'a str,
    /// Its settings.
    pub(crate) node: &'a Node,
    /// Their path.
    pub(crate) path: FieldPath,
}

/// One key of a provider.
#[derive(Debug)]
pub(crate) struct Key<'a> {
    /// The key's name.
    pub(crate) name: &'a str,
    /// The key in Base64.
    pub(crate) secret: &'a str,
    /// Where that stands.
    pub(crate) place: Place<'a>,
}

/// The entries of a configuration.
pub(crate) fn entries(object: &Object) -> Vec<Entry<'_>> {
    let items = object.root.get("resources").map_or(&[][..], Node::items);
    items
        .iter()
        .enumerate()
        .map(|(index, node)| Entry {
            resources: node.strings("resources").collect(),
            providers: providers(object, node, &field!["resources", index, "providers"]),
        })
        .collect()
}

fn providers<'a>(object: &'a Object, entry: &'a Node, path: &FieldPath) -> Vec<Provider<'a>> {
    let items = entry.get("providers").map_or(&[][..], Node::items);
    items
        .iter()
        .enumerate()
        .filter_map(|(index, item)| {
            let settings = item.entries().iter().find(|settings| settings.node.as_mapping().is_some())?;
            Some(Provider {
                object,
                kind: settings.key.as_str(),
                node: &settings.node,
                path: path.child(index).child(&settings.key),
            })
        })
        .collect()
}

impl Entry<'_> {
    /// Whether Secrets are among the resources.
    pub(crate) fn covers_secrets(&self) -> bool {
        self.resources.iter().any(|resource| matches!(*resource, "secrets" | "secrets." | "*." | "*.*"))
    }
}

impl<'a> Provider<'a> {
    /// The place of the provider.
    pub(crate) fn place(&self) -> Place<'a> {
        self.object.place(self.path.clone())
    }

    /// The keys that are written out, each with its name.
    pub(crate) fn keys(&self) -> Vec<Key<'a>> {
        let items = self.node.get("keys").map_or(&[][..], Node::items);
        items
            .iter()
            .enumerate()
            .map(|(index, item)| Key {
                name: item.str("name"),
                secret: item.str("secret"),
                place: self.object.place(self.path.child("keys").child(index).child("secret")),
            })
            .collect()
    }
}
