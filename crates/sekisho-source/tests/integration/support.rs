//! Repositories that tests write, with commits that are signed where the test wants it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use data_encoding::BASE64;
use ed25519_dalek::{Signer as _, SigningKey};
use gix::ObjectId;
use gix::objs::tree::{Entry, EntryKind};
use gix::objs::{Commit, Tree};
use sekisho_source::{
    AllowedSigners, Bundle, Charter, GitLocation, GitOptions, Location, Reader, SourceError, Update,
};
use sha2::{Digest as _, Sha512};
use tempfile::TempDir;

/// The time of the first commit: 2026-01-01.
pub(crate) const START: i64 = 1_767_225_600;

/// A repository below a folder that is removed.
pub(crate) struct Repository {
    pub(crate) folder: TempDir,
    pub(crate) git: gix::Repository,
    count: std::cell::Cell<i64>,
}

/// Who writes and signs commits.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) email: &'static str,
    key: Arc<SigningKey>,
}

pub(crate) fn person(email: &'static str) -> Person {
    let mut seed = [7; 32];
    seed[..email.len().min(32)].copy_from_slice(&email.as_bytes()[..email.len().min(32)]);
    Person { email, key: Arc::new(SigningKey::from_bytes(&seed)) }
}

fn string(bytes: &[u8]) -> Vec<u8> {
    let mut out = u32::try_from(bytes.len()).unwrap().to_be_bytes().to_vec();
    out.extend(bytes);
    out
}

impl Person {
    fn public(&self) -> Vec<u8> {
        [string(b"ssh-ed25519"), string(self.key.verifying_key().as_bytes())].concat()
    }

    /// The line of this person among the allowed signers.
    pub(crate) fn line(&self) -> String {
        format!("{} ssh-ed25519 {}\n", self.email, BASE64.encode(&self.public()))
    }

    /// A signature as `ssh-keygen -Y sign -n git` makes it.
    fn sign(&self, content: &[u8]) -> String {
        let digest = Sha512::digest(content);
        let message =
            [b"SSHSIG".to_vec(), string(b"git"), string(b""), string(b"sha512"), string(&digest)].concat();
        let signature = self.key.sign(&message).to_bytes();
        let inner = [string(b"ssh-ed25519"), string(&signature)].concat();
        let version = 1_u32.to_be_bytes().to_vec();
        let blob = [
            b"SSHSIG".to_vec(),
            version,
            string(&self.public()),
            string(b"git"),
            string(b""),
            string(b"sha512"),
            string(&inner),
        ];
        let text = BASE64.encode(&blob.concat());
        let lines: Vec<&str> =
            text.as_bytes().chunks(70).map(|line| std::str::from_utf8(line).unwrap()).collect();
        format!("-----BEGIN SSH SIGNATURE-----\n{}\n-----END SSH SIGNATURE-----", lines.join("\n"))
    }
}

#[expect(clippy::unnecessary_wraps, reason = "a reader takes an option")]
pub(crate) fn allowed(people: &[&Person]) -> Option<AllowedSigners> {
    let text: String = people.iter().map(|person| person.line()).collect();
    Some(AllowedSigners::read(&text).unwrap())
}

/// What a commit is made of.
pub(crate) struct Change<'a> {
    pub(crate) author: &'a Person,
    pub(crate) signer: Option<&'a Person>,
    pub(crate) parents: Vec<ObjectId>,
    pub(crate) files: &'a [(&'a str, &'a str)],
}

impl Repository {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let git = gix::init_bare(folder.path().join("policies.git")).unwrap();
        Self { folder, git, count: std::cell::Cell::new(0) }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("policies.git")
    }

    pub(crate) fn blob(&self, content: &[u8]) -> ObjectId {
        self.git.write_blob(content).unwrap().detach()
    }

    pub(crate) fn tree(&self, mut entries: Vec<(&str, EntryKind, ObjectId)>) -> ObjectId {
        let sorted = |name: &str, kind: EntryKind| match kind {
            EntryKind::Tree => format!("{name}/"),
            _ => name.to_owned(),
        };
        entries.sort_by_key(|(name, kind, _)| sorted(name, *kind));
        let entries = entries.into_iter().map(|(name, kind, oid)| Entry {
            mode: kind.into(),
            filename: name.into(),
            oid,
        });
        self.git.write_object(Tree { entries: entries.collect() }).unwrap().detach()
    }

    fn folder(&self, files: &[(&str, &str)]) -> ObjectId {
        let mut entries: Vec<(&str, EntryKind, ObjectId)> = Vec::new();
        let mut folders: Vec<&str> = Vec::new();
        for (path, content) in files {
            match path.split_once('/') {
                None => entries.push((path, EntryKind::Blob, self.blob(content.as_bytes()))),
                Some((folder, _)) if !folders.contains(&folder) => folders.push(folder),
                Some(_) => {}
            }
        }
        for folder in folders {
            let inside: Vec<(&str, &str)> = files
                .iter()
                .filter_map(|(path, content)| Some((path.strip_prefix(folder)?.strip_prefix('/')?, *content)))
                .collect();
            entries.push((folder, EntryKind::Tree, self.folder(&inside)));
        }
        self.tree(entries)
    }

    /// A commit of a tree; nothing names it yet.
    pub(crate) fn commit_tree(
        &self,
        author: &Person,
        signer: Option<&Person>,
        parents: &[ObjectId],
        tree: ObjectId,
    ) -> ObjectId {
        self.count.set(self.count.get() + 1);
        let time = gix::date::Time::new(START + self.count.get() * 3_600, 0);
        let who = |person: &Person| gix::actor::Signature {
            name: person.email.split('@').next().unwrap_or_default().into(),
            email: person.email.into(),
            time,
        };
        let mut commit = Commit {
            tree,
            parents: parents.iter().copied().collect(),
            author: who(author),
            committer: who(signer.unwrap_or(author)),
            encoding: None,
            message: "Change a policy\n".into(),
            extra_headers: Vec::new(),
        };
        if let Some(signer) = signer {
            let mut content = Vec::new();
            gix::objs::WriteTo::write_to(&commit, &mut content).unwrap();
            commit.extra_headers.push(("gpgsig".into(), signer.sign(&content).into()));
        }
        self.git.write_object(commit).unwrap().detach()
    }

    pub(crate) fn commit(&self, change: &Change<'_>) -> ObjectId {
        let tree = self.folder(change.files);
        self.commit_tree(change.author, change.signer, &change.parents, tree)
    }

    /// Has a name stand for an object.
    pub(crate) fn name(&self, name: &str, object: ObjectId) {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, format!("{object}\n")).unwrap();
    }

    /// A commit on `main`, on top of what is there.
    pub(crate) fn push(&self, author: &Person, signer: Option<&Person>, files: &[(&str, &str)]) -> ObjectId {
        let parents: Vec<ObjectId> = std::fs::read_to_string(self.path().join("refs/heads/main"))
            .ok()
            .and_then(|text| ObjectId::from_hex(text.trim().as_bytes()).ok())
            .into_iter()
            .collect();
        let commit = self.commit(&Change { author, signer, parents, files });
        self.name("refs/heads/main", commit);
        commit
    }

    pub(crate) fn location(&self, reference: Option<&str>) -> GitLocation {
        GitLocation {
            address: self.path().display().to_string(),
            reference: reference.map(str::to_owned),
            folder: String::new(),
        }
    }

    pub(crate) fn reader(&self, reference: Option<&str>, allowed: Option<AllowedSigners>) -> Reader {
        Reader {
            location: Location::Git(self.location(reference)),
            options: GitOptions { allowed, ..GitOptions::default() },
            copies: self.folder.path().join("copies"),
            registry: None,
            connection: None,
        }
    }
}

/// Reads a location that must be new.
pub(crate) fn read(reader: &Reader, before: Option<&Bundle>) -> Result<Bundle, SourceError> {
    let charter = before.map(|bundle| Charter::of_bundle(bundle).unwrap()).unwrap_or_default();
    match reader.read(before.map(|bundle| (bundle, &charter)))? {
        Update::New(bundle) => Ok(*bundle),
        Update::Same => panic!("nothing is new"),
    }
}

pub(crate) fn refusal(reader: &Reader, before: Option<&Bundle>) -> String {
    read(reader, before).unwrap_err().to_string()
}

pub(crate) fn write(folder: &Path, files: &[(&str, &str)]) {
    for (path, content) in files {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
}

pub(crate) fn folder_reader(folder: &Path) -> Reader {
    Reader {
        location: Location::Folder(folder.to_owned()),
        options: GitOptions::default(),
        copies: folder.join(".copies"),
        registry: None,
        connection: None,
    }
}
