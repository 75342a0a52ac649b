//! The way of a client: from the root that is kept to the newest of everything, and to a file.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use jiff::Timestamp as Time;

use crate::delegation::Delegations;
use crate::document::{Document, check_time};
use crate::error::{Trouble, TufError};
use crate::metadata::{Root, Snapshot, Targets, Timestamp};
use crate::target::Target;

/// The most new roots of one refresh.
const ROOTS: usize = 256;
/// The most roles that are asked for one file.
const ROLES: usize = 32;
/// The most bytes of each kind of file, where its length is not listed.
const ROOT_BYTES: u64 = 512_000;
const TIMESTAMP_BYTES: u64 = 64 << 10;
const SNAPSHOT_BYTES: u64 = 4 << 20;
const TARGETS_BYTES: u64 = 8 << 20;

/// Where a repository is.
pub trait Source {
    /// The bytes of a file of metadata, not more than a limit; none where there is no such file.
    fn metadata(&self, file: &str, limit: u64) -> Result<Option<Vec<u8>>, Trouble>;
}

/// Where what is proved is kept, by the names of roles.
pub trait Keeper {
    /// The bytes that are kept for a role.
    fn load(&self, role: &str) -> Result<Option<Vec<u8>>, Trouble>;

    /// Keeps bytes for a role.
    fn keep(&mut self, role: &str, bytes: &[u8]) -> Result<(), Trouble>;
}

/// What a refresh came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status {
    /// The versions of root, timestamp, snapshot and targets.
    pub versions: [u64; 4],
    /// When the first of them expires.
    pub expires: Time,
}

/// A client of one repository.
pub struct Client<'c> {
    source: &'c dyn Source,
    keeper: &'c mut dyn Keeper,
    now: Time,
    root: Root,
    snapshot: Option<Snapshot>,
    targets: Option<Targets>,
}

impl<'c> Client<'c> {
    /// A client with the root that is kept, which must have signed itself. Nothing is asked for yet.
    pub fn new(source: &'c dyn Source, keeper: &'c mut dyn Keeper, now: Time) -> Result<Self, TufError> {
        let bytes = load(keeper, "root")?.ok_or(TufError::NoRoot)?;
        let document = Document::read("root.json", "root", &bytes)?;
        let root = Root::of_document(&document)?;
        root.check("root", &document)?;
        Ok(Self { source, keeper, now, root, snapshot: None, targets: None })
    }

    /// Goes to the newest of everything. What was proved before something fails is kept.
    pub fn refresh(&mut self) -> Result<Status, TufError> {
        self.follow_roots()?;
        let timestamp = self.newest_timestamp()?;
        let snapshot = self.newest_snapshot(&timestamp)?;
        let files = &snapshot.files;
        let listed = files.contains_key("targets.json");
        let snapshot_status = (snapshot.version, snapshot.expires);
        self.snapshot = Some(snapshot);
        if !listed {
            return Err(TufError::Absent("targets.json".to_owned()));
        }
        let targets = self.newest_targets("targets", None)?;
        let expires = [self.root.expires, timestamp.expires, snapshot_status.1, targets.expires];
        let status = Status {
            versions: [self.root.version, timestamp.version, snapshot_status.0, targets.version],
            expires: expires.into_iter().min().unwrap_or(self.root.expires),
        };
        self.targets = Some(targets);
        Ok(status)
    }

    /// Whether files of the repository have their hashes in their names.
    pub fn is_consistent(&self) -> bool {
        self.root.consistent
    }

    /// What is said of a file, by the first who says something of it. The client must have been refreshed.
    pub fn find(&mut self, path: &str) -> Result<Target, TufError> {
        let mut waiting: Vec<(String, Option<Arc<Delegations>>)> = vec![("targets".to_owned(), None)];
        let mut visited = BTreeSet::new();
        while let Some((name, delegations)) = waiting.pop() {
            if !visited.insert(name.clone()) {
                continue;
            }
            if visited.len() > ROLES {
                return Err(TufError::TooManyRoles(ROLES));
            }
            // INVARIANT: what a role says counts by the keys of the one that delegates to it here, and two may name other
            // keys for one role; so no delegated role is taken over from another search.
            let targets = match (&delegations, &self.targets) {
                (None, Some(targets)) => targets.clone(),
                _ => self.newest_targets(&name, delegations.as_deref())?,
            };
            if let Some(target) = targets.files.get(path) {
                return Ok(target.clone());
            }
            let Some(delegations) = targets.delegations.map(Arc::new) else { continue };
            let mut further = Vec::new();
            for (role, is_terminating) in delegations.of_path(path) {
                further.push((role, Some(Arc::clone(&delegations))));
                if is_terminating {
                    // Nobody after it is asked, neither beside it nor above.
                    waiting.clear();
                    break;
                }
            }
            waiting.extend(further.into_iter().rev());
        }
        Err(TufError::NoTarget(path.to_owned()))
    }

    /// Root after root, each signed by those of the one before and by its own.
    fn follow_roots(&mut self) -> Result<(), TufError> {
        for _ in 0..ROOTS {
            let wanted = self.root.version.saturating_add(1);
            let file = format!("{wanted}.root.json");
            let Some(bytes) = self.fetch(&file, ROOT_BYTES)? else {
                return check_time("root.json", self.root.expires, self.now);
            };
            let document = Document::read(&file, "root", &bytes)?;
            let root = Root::of_document(&document)?;
            self.root.check("root", &document)?;
            root.check("root", &document)?;
            if root.version != wanted {
                return Err(TufError::Version { file, found: root.version, wanted });
            }
            self.keep("root", &bytes)?;
            self.root = root;
        }
        Err(TufError::TooManyRoots(ROOTS))
    }

    fn newest_timestamp(&mut self) -> Result<Timestamp, TufError> {
        let known = self.known("timestamp", "timestamp", |root, document| root.check("timestamp", document));
        let known = known?.and_then(|(document, _)| Timestamp::of_document(&document).ok());
        let file = "timestamp.json";
        let bytes = self.fetch(file, TIMESTAMP_BYTES)?.ok_or_else(|| TufError::Absent(file.to_owned()))?;
        let document = Document::read(file, "timestamp", &bytes)?;
        self.root.check("timestamp", &document)?;
        let timestamp = Timestamp::of_document(&document)?;
        if let Some(known) = known {
            if timestamp.version < known.version {
                let (found, known) = (timestamp.version, known.version);
                return Err(TufError::Rollback { file: file.to_owned(), found, known });
            }
            if timestamp.version == known.version {
                // A version is what it was when it was seen first.
                check_time(file, known.expires, self.now)?;
                return Ok(known);
            }
            if timestamp.snapshot.version < known.snapshot.version {
                let (found, known) = (timestamp.snapshot.version, known.snapshot.version);
                return Err(TufError::Rollback { file: "snapshot.json".to_owned(), found, known });
            }
        }
        document.check_time(self.now)?;
        self.keep("timestamp", &bytes)?;
        Ok(timestamp)
    }

    fn newest_snapshot(&mut self, timestamp: &Timestamp) -> Result<Snapshot, TufError> {
        let listed = &timestamp.snapshot;
        let known = self.known("snapshot", "snapshot", |root, document| root.check("snapshot", document))?;
        let known = known.and_then(|(document, _)| Snapshot::of_document(&document).ok());
        let file = self.file_of("snapshot", listed.version);
        if let Some(known) = known.as_ref().filter(|known| known.version == listed.version) {
            check_time(&file, known.expires, self.now)?;
            return Ok(known.clone());
        }
        let limit = listed.length.unwrap_or(SNAPSHOT_BYTES).min(SNAPSHOT_BYTES);
        let bytes = self.fetch(&file, limit)?.ok_or_else(|| TufError::Absent(file.clone()))?;
        listed.check(&file, &bytes)?;
        let document = Document::read(&file, "snapshot", &bytes)?;
        self.root.check("snapshot", &document)?;
        if document.version != listed.version {
            return Err(TufError::Version { file, found: document.version, wanted: listed.version });
        }
        let snapshot = Snapshot::of_document(&document)?;
        for (name, before) in known.iter().flat_map(|known| &known.files) {
            let now = snapshot.files.get(name).ok_or_else(|| TufError::Vanished(name.clone()))?;
            if now.version < before.version {
                let (found, known) = (now.version, before.version);
                return Err(TufError::Rollback { file: name.clone(), found, known });
            }
        }
        document.check_time(self.now)?;
        self.keep("snapshot", &bytes)?;
        Ok(snapshot)
    }

    /// The targets of a role; of a delegated one it is said elsewhere who signs.
    fn newest_targets(&mut self, role: &str, delegations: Option<&Delegations>) -> Result<Targets, TufError> {
        let name = format!("{role}.json");
        let listed = self.snapshot.as_ref().and_then(|snapshot| snapshot.files.get(&name)).cloned();
        let listed = listed.ok_or_else(|| TufError::Absent(name.clone()))?;
        let check = |root: &Root, document: &Document| match delegations {
            Some(delegations) => delegations.check(role, document),
            None => root.check("targets", document),
        };
        let file = self.file_of(role, listed.version);
        if let Some((document, bytes)) = self.known(role, "targets", check)? {
            let is_same = document.version == listed.version && listed.check(&file, &bytes).is_ok();
            if is_same && document.check_time(self.now).is_ok() {
                return Targets::of_document(&document);
            }
        }
        let limit = listed.length.unwrap_or(TARGETS_BYTES).min(TARGETS_BYTES);
        let bytes = self.fetch(&file, limit)?.ok_or_else(|| TufError::Absent(file.clone()))?;
        listed.check(&file, &bytes)?;
        let document = Document::read(&file, "targets", &bytes)?;
        check(&self.root, &document)?;
        if document.version != listed.version {
            return Err(TufError::Version { file, found: document.version, wanted: listed.version });
        }
        let targets = Targets::of_document(&document)?;
        document.check_time(self.now)?;
        self.keep(role, &bytes)?;
        Ok(targets)
    }

    /// What is kept of a role, where it is still signed by those who may sign. What is not counts as if it were not there:
    /// that is how a repository comes back from versions that were made too high by a stolen key.
    fn known(
        &self,
        role: &str,
        kind: &str,
        check: impl Fn(&Root, &Document) -> Result<(), TufError>,
    ) -> Result<Option<(Document, Vec<u8>)>, TufError> {
        let Some(bytes) = load(self.keeper, role)? else { return Ok(None) };
        let document = Document::read(&format!("{role}.json"), kind, &bytes);
        let document = document.ok().filter(|document| check(&self.root, document).is_ok());
        Ok(document.map(|document| (document, bytes)))
    }

    fn file_of(&self, role: &str, version: u64) -> String {
        let role = escaped(role);
        if self.root.consistent { format!("{version}.{role}.json") } else { format!("{role}.json") }
    }

    fn fetch(&self, file: &str, limit: u64) -> Result<Option<Vec<u8>>, TufError> {
        let bytes = self.source.metadata(file, limit);
        let bytes = bytes.map_err(|trouble| TufError::Trouble { file: file.to_owned(), trouble })?;
        match bytes {
            Some(bytes) if bytes.len() as u64 > limit => {
                Err(TufError::TooLarge { file: file.to_owned(), limit })
            }
            other => Ok(other),
        }
    }

    fn keep(&mut self, role: &str, bytes: &[u8]) -> Result<(), TufError> {
        let kept = self.keeper.keep(&escaped(role), bytes);
        kept.map_err(|trouble| TufError::Trouble { file: format!("{role}.json"), trouble })
    }
}

fn load(keeper: &dyn Keeper, role: &str) -> Result<Option<Vec<u8>>, TufError> {
    let role = escaped(role);
    keeper.load(&role).map_err(|trouble| TufError::Trouble { file: format!("{role}.json"), trouble })
}

/// The name of a role as it may stand in an address and be the name of a file: a role can be called anything.
fn escaped(role: &str) -> String {
    let mut text = String::with_capacity(role.len());
    for byte in role.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            // A text takes whatever is written into it.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}
