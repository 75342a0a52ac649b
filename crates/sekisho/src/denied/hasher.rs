//! Looks at files while they pass: their digests, and whether rules hold of them.

use data_encoding::HEXLOWER;
use sekisho_package::{Entry, Observer};
use sha2::{Digest as _, Sha256};

use super::rules::LARGEST;
use super::{By, Denied, DenyList};

/// Takes the digests of files, and holds rules against them.
pub(crate) struct Hasher<'l> {
    list: &'l DenyList,
    current: Option<Current>,
    found: Vec<Denied>,
}

/// The file that passes.
struct Current {
    path: String,
    /// Where its digest may be on a list.
    digest: Option<Sha256>,
    /// Its bytes, where there are rules and it is not too large for them.
    bytes: Option<Vec<u8>>,
}

impl<'l> Hasher<'l> {
    pub(crate) fn new(list: &'l DenyList) -> Self {
        Self { list, current: None, found: Vec::new() }
    }

    /// What was found.
    pub(crate) fn finish(self) -> Vec<Denied> {
        self.found
    }

    fn not_judged(&mut self, path: String, name: String) {
        self.found.push(Denied { path, name, digest: String::new(), by: By::Nothing });
    }

    fn judge(&mut self, path: String, bytes: &[u8]) {
        let Some(rules) = &self.list.rules else { return };
        match rules.names(&path, bytes) {
            Ok(names) if names.is_empty() => {}
            Ok(names) => {
                let digest = HEXLOWER.encode(&Sha256::digest(bytes));
                let denied = |name| Denied { path: path.clone(), name, digest: digest.clone(), by: By::Rule };
                self.found.extend(names.into_iter().map(denied));
            }
            Err(error) => self.not_judged(path, format!("no YARA rule was held against it: {error}")),
        }
    }
}

impl Observer for Hasher<'_> {
    fn wants(&mut self, entry: &Entry<'_>) -> bool {
        let list = self.list;
        let may_be_listed = list.sizes.as_ref().is_none_or(|sizes| sizes.binary_search(&entry.size).is_ok());
        let is_judged = list.rules.is_some() && entry.size > 0;
        if is_judged && entry.size > LARGEST {
            let reason = format!(
                "no YARA rule was held against it: it has more than {} MiB, the limit",
                LARGEST >> 20
            );
            self.not_judged(entry.path.to_owned(), reason);
        }
        let digest = (may_be_listed && !list.names.is_empty()).then(Sha256::new);
        let bytes = (is_judged && entry.size <= LARGEST).then(Vec::new);
        let is_wanted = digest.is_some() || bytes.is_some();
        self.current = is_wanted.then(|| Current { path: entry.path.to_owned(), digest, bytes });
        is_wanted
    }

    fn chunk(&mut self, chunk: &[u8]) {
        let Some(Current { digest, bytes, .. }) = &mut self.current else { return };
        if let Some(digest) = digest {
            digest.update(chunk);
        }
        if let Some(bytes) = bytes {
            bytes.extend_from_slice(chunk);
        }
    }

    fn end(&mut self, whole: bool) {
        let Some(current) = self.current.take().filter(|_| whole) else { return };
        if let Some(digest) = current.digest {
            let digest: [u8; 32] = digest.finalize().into();
            if let Some(name) = self.list.names.get(&digest) {
                self.found.push(Denied {
                    path: current.path.clone(),
                    name: name.clone(),
                    digest: HEXLOWER.encode(&digest),
                    by: By::Digest,
                });
            }
        }
        if let Some(bytes) = current.bytes {
            self.judge(current.path, &bytes);
        }
    }
}
