//! Brings the commit that is asked for onto this machine.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use data_encoding::HEXLOWER;
use gix::ObjectId;
use gix::bstr::BString;
use gix::progress::Discard;
use gix::protocol::handshake::Ref;
use gix::remote::ref_map;
use gix_transport::Protocol;
use gix_transport::client::TransportWithoutIO as _;
use gix_transport::client::blocking_io::http::Transport as HttpTransport;
use gix_transport::client::blocking_io::{Transport, connect};
use sha2::{Digest as _, Sha256};

use super::http::Client;
use super::{GitError, GitOptions};
use crate::location::{GitLocation, without_credentials};

/// The repository, the commit that is asked for, and the name under which it was found.
pub(super) type Found = (gix::Repository, ObjectId, String);

pub(super) fn fetch(location: &GitLocation, options: &GitOptions, copies: &Path) -> Result<Found, GitError> {
    if !location.address.contains("://") {
        return local(location);
    }
    let repository = copy(location, copies)?;
    let fetching = Fetching { location, options, repository: &repository };
    let (commit, name) = match pinned(location) {
        Some(commit) if repository.has_object(commit) => (commit, commit.to_string()),
        Some(commit) => {
            fetching.bring(&format!("{commit}:refs/sekisho/pinned"))?;
            (commit, commit.to_string())
        }
        None => {
            let (name, object) = fetching.look_up()?;
            if !repository.has_object(object) {
                fetching.bring(&format!("+{name}:refs/sekisho/{name}"))?;
            }
            (object, name)
        }
    };
    let commit = peel(&repository, commit).ok_or_else(|| fetching.missing())?;
    Ok((repository, commit, name))
}

/// The commit that a location names.
fn pinned(location: &GitLocation) -> Option<ObjectId> {
    ObjectId::from_hex(location.reference.as_ref()?.as_bytes()).ok()
}

/// A repository on this machine is read where it is.
fn local(location: &GitLocation) -> Result<Found, GitError> {
    let away = |error: gix::Error| GitError::Away { repository: location.to_string(), message: told(&error) };
    let repository = gix::open_opts(&location.address, gix::open::Options::isolated()).map_err(away)?;
    let missing = || GitError::Reference {
        repository: location.to_string(),
        reference: location.reference.clone().unwrap_or_else(|| "HEAD".to_owned()),
    };
    let (name, object) = match (&location.reference, pinned(location)) {
        (_, Some(commit)) => (commit.to_string(), Some(commit)),
        (None, None) => {
            let name =
                repository.head_name().ok().flatten().map_or("HEAD".to_owned(), |name| name.to_string());
            (name, repository.head_id().ok().map(gix::Id::detach))
        }
        (Some(reference), None) => {
            let of = |name: &str| {
                let mut found = repository.try_find_reference(name).ok().flatten()?;
                Some(found.peel_to_id().ok()?.detach())
            };
            let known: Vec<(String, ObjectId)> =
                names(reference).into_iter().filter_map(|name| Some((name.clone(), of(&name)?))).collect();
            match known.as_slice() {
                [] => return Err(missing()),
                [(name, object)] => (name.clone(), Some(*object)),
                _ => return Err(GitError::Ambiguous { reference: reference.clone() }),
            }
        }
    };
    let commit = object.and_then(|object| peel(&repository, object)).ok_or_else(missing)?;
    Ok((repository, commit, name))
}

/// The full names that a short one may mean.
fn names(reference: &str) -> Vec<String> {
    if reference.starts_with("refs/") {
        vec![reference.to_owned()]
    } else {
        vec![format!("refs/heads/{reference}"), format!("refs/tags/{reference}")]
    }
}

fn peel(repository: &gix::Repository, object: ObjectId) -> Option<ObjectId> {
    let object = repository.find_object(object).ok()?;
    Some(object.peel_to_kind(gix::object::Kind::Commit).ok()?.id)
}

/// The copy of a repository, which is made where there is none.
fn copy(location: &GitLocation, copies: &Path) -> Result<gix::Repository, GitError> {
    let name = HEXLOWER.encode(&Sha256::digest(without_credentials(&location.address).as_bytes())[..16]);
    let path = copies.join(format!("{name}.git"));
    let failed = |message: String| GitError::Copy { path: path.clone(), message };
    let options = gix::open::Options::isolated();
    let options = options.config_overrides(["gitoxide.committer.nameFallback=sekisho"]);
    if let Ok(repository) = gix::open_opts(&path, options.clone()) {
        return Ok(repository);
    }
    // Whatever is there is no repository: a copy that was interrupted while it was made.
    if path.exists() {
        std::fs::remove_dir_all(&path).map_err(|error| failed(error.to_string()))?;
    }
    std::fs::create_dir_all(&path).map_err(|error| failed(error.to_string()))?;
    gix::init_bare(&path).map_err(|error| failed(told(&error)))?;
    gix::open_opts(&path, options).map_err(|error| failed(told(&error)))
}

struct Fetching<'a> {
    location: &'a GitLocation,
    options: &'a GitOptions,
    repository: &'a gix::Repository,
}

impl Fetching<'_> {
    /// The name and object on the server that is asked for.
    fn look_up(&self) -> Result<(String, ObjectId), GitError> {
        let remote = self.repository.remote_at_without_url_rewrite(self.location.address.as_str());
        let remote = remote.map_err(|error| self.away(&error))?;
        let wanted = self.location.reference.as_deref();
        let specs: Vec<String> = match wanted {
            None => vec!["HEAD".to_owned()],
            Some(reference) => names(reference).into_iter().map(|name| format!("{name}*:{name}*")).collect(),
        };
        let specs: Vec<&str> = specs.iter().map(String::as_str).collect();
        let remote = remote
            .with_refspecs(specs, gix::remote::Direction::Fetch)
            .map_err(|error| self.away(&error))?
            .with_fetch_tags(gix::remote::fetch::Tags::None);
        let connection = remote.to_connection_with_transport(self.transport()?);
        let (map, _) = without_prompt(connection)
            .ref_map(Discard, ref_map::Options::default())
            .map_err(|error| self.away(&error))?;
        let mut found: Vec<(String, ObjectId)> = Vec::new();
        for reference in &map.remote_refs {
            let (name, object) = match reference {
                Ref::Peeled { full_ref_name, tag, .. } => (full_ref_name, *tag),
                Ref::Symbolic { full_ref_name, target, object, .. } if full_ref_name == "HEAD" => {
                    if wanted.is_none() {
                        return Ok((target.to_string(), *object));
                    }
                    continue;
                }
                Ref::Direct { full_ref_name, object } | Ref::Symbolic { full_ref_name, object, .. } => {
                    (full_ref_name, *object)
                }
                Ref::Unborn { .. } => continue,
            };
            let name = name.to_string();
            if wanted.is_some_and(|wanted| names(wanted).contains(&name))
                || (wanted.is_none() && name == "HEAD")
            {
                found.push((name, object));
            }
        }
        match found.as_slice() {
            [] => Err(self.missing()),
            [(name, object)] => Ok((name.clone(), *object)),
            _ => Err(GitError::Ambiguous { reference: wanted.unwrap_or_default().to_owned() }),
        }
    }

    /// Brings what a specification names.
    fn bring(&self, specification: &str) -> Result<(), GitError> {
        let remote = self.repository.remote_at_without_url_rewrite(self.location.address.as_str());
        let remote = remote
            .and_then(|remote| remote.with_refspecs([specification], gix::remote::Direction::Fetch))
            .map_err(|error| self.away(&error))?
            .with_fetch_tags(gix::remote::fetch::Tags::None);
        let connection = remote.to_connection_with_transport(self.transport()?);
        let fetch = without_prompt(connection)
            .prepare_fetch(Discard, ref_map::Options::default())
            .map_err(|error| self.away(&error))?;
        let outcome = fetch.with_write_packed_refs_only(true).receive(Discard, &AtomicBool::new(false));
        outcome.map(|_| ()).map_err(|error| self.away(&error))
    }

    fn transport(&self) -> Result<Box<dyn Transport + Send>, GitError> {
        let url = gix::url::parse(self.location.address.as_str());
        let url = url.map_err(|error| self.away(&error))?;
        if matches!(url.scheme, gix::url::Scheme::Http | gix::url::Scheme::Https) {
            let client = Client::new(self.options.budget.transfer);
            let mut transport = HttpTransport::new_http(client, url, Protocol::V2, false);
            if let Some(account) = &self.options.account {
                let identity = gix::sec::identity::Account {
                    username: account.user.clone(),
                    password: account.password.clone(),
                    oauth_refresh_token: None,
                };
                transport.set_identity(identity).map_err(|error| self.away(&error))?;
            }
            return Ok(Box::new(transport));
        }
        let options = connect::Options { version: Protocol::V2, ..connect::Options::default() };
        connect::connect(url, options).map_err(|error| self.away(&error))
    }

    fn away(&self, error: &(dyn std::error::Error + 'static)) -> GitError {
        GitError::Away { repository: self.location.to_string(), message: told(error) }
    }

    fn missing(&self) -> GitError {
        GitError::Reference {
            repository: self.location.to_string(),
            reference: self.location.reference.clone().unwrap_or_else(|| "HEAD".to_owned()),
        }
    }
}

/// A connection to a server.
type Connection<'a, 'r> = gix::remote::Connection<'a, 'static, 'r, Box<dyn Transport + Send>>;

/// No program is asked for credentials, and nobody is prompted.
fn without_prompt<'a, 'r>(connection: Connection<'a, 'r>) -> Connection<'a, 'r> {
    connection.with_credentials(|_| Ok(None))
}

/// An error with its causes on one line, without what URLs hold of credentials.
fn told(error: &(dyn std::error::Error + 'static)) -> String {
    let mut told = String::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let text = error.to_string();
        let text: Vec<String> = text.split_whitespace().map(without_credentials).collect();
        let text = text.join(" ");
        if !told.contains(&text) {
            if !told.is_empty() {
                told.push_str(": ");
            }
            told.push_str(&text);
        }
        next = error.source();
    }
    told
}

/// The name of a folder or file as git keeps it.
pub(super) fn bytes(text: &str) -> BString {
    BString::from(text)
}
