//! A repository of git as a source, by gitoxide: no other program is run, except `ssh` where the address asks for it.

mod fetch;
mod history;
mod http;
mod lines;
mod separation;
mod tree;

use std::path::{Path, PathBuf};

use gix::ObjectId;
use smol_str::{SmolStr, format_smolstr};

use crate::bundle::{Budget, Bundle, BundleError, Provenance};
use crate::charter::{Charter, CharterError};
use crate::location::GitLocation;
use crate::signature::{AllowedSigners, SignatureError};

/// What is demanded of the commits of a repository.
#[derive(Debug, Clone, Default)]
pub struct GitOptions {
    /// Who may sign; none: signatures are not asked for.
    pub allowed: Option<AllowedSigners>,
    /// Whether a branch may go on from another commit than the last one that was taken.
    pub allow_rewrite: bool,
    /// The name and password or token of an account of the server.
    pub account: Option<Account>,
    /// How large it may be.
    pub budget: Budget,
}

/// An account of a server. It has no `Debug` that shows the secret.
#[derive(Clone)]
pub struct Account {
    /// The name; hosts that take a token take any name.
    pub user: String,
    /// The password or token.
    pub password: String,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account").field("user", &self.user).finish_non_exhaustive()
    }
}

/// Why a repository gives no bundle.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GitError {
    /// It cannot be reached.
    #[error("cannot read `{repository}`: {message}")]
    Away {
        /// The repository.
        repository: String,
        /// Why.
        message: String,
    },
    /// The copy on this machine cannot be written.
    #[error("cannot keep a copy of the repository in `{path}`: {message}")]
    Copy {
        /// Where.
        path: PathBuf,
        /// Why.
        message: String,
    },
    /// It has no such branch, tag or commit.
    #[error("`{repository}` has no branch, tag or commit `{reference}`")]
    Reference {
        /// The repository.
        repository: String,
        /// What was asked for.
        reference: String,
    },
    /// A branch and a tag have one name.
    #[error("`{reference}` is a branch and a tag: write `refs/heads/{reference}` or `refs/tags/{reference}`")]
    Ambiguous {
        /// The name.
        reference: String,
    },
    /// The history does not go on from where it was.
    #[error(
        "the history was rewritten: `{new}` does not follow on `{old}`, which was in use: undo it, or take it \
         over by hand"
    )]
    Rewritten {
        /// The commit that was in use.
        old: String,
        /// The commit that is there now.
        new: String,
    },
    /// A commit's signature does not count.
    #[error("the commit `{commit}` does not count: {error}")]
    Signature {
        /// The commit.
        commit: String,
        /// Why.
        error: SignatureError,
    },
    /// A change that must not be approved by its author is.
    #[error("`{path}` was changed by {author} in `{commit}` and approved by nobody else: {problem}")]
    Separation {
        /// The file.
        path: String,
        /// The commit that brought the change.
        commit: String,
        /// Who wrote it.
        author: String,
        /// What is missing.
        problem: String,
    },
    /// What the repository holds is no bundle.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// What the bundle says of itself cannot be used.
    #[error(transparent)]
    Charter(#[from] CharterError),
    /// An object is missing or broken.
    #[error("the repository is broken: {0}")]
    Broken(String),
    /// There are too many commits.
    #[error(
        "the history has more than {0} commits behind the last one in use: take over a newer one by hand"
    )]
    Commits(usize),
}

/// What was there before an update.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Before<'a> {
    /// The bundle in use.
    pub bundle: &'a Bundle,
    /// What it demands.
    pub charter: &'a Charter,
}

/// What an update finds.
#[derive(Debug)]
pub(crate) enum Update {
    /// The same commit as before.
    Same,
    /// Other files.
    New(Box<Bundle>),
}

/// Reads a repository; `copies` is the folder where a copy of it is kept between updates, `before` what was in use.
pub(crate) fn read(
    location: &GitLocation,
    options: &GitOptions,
    copies: &Path,
    before: Option<Before<'_>>,
) -> Result<Update, GitError> {
    let (repository, commit, reference) = fetch::fetch(location, options, copies)?;
    let known =
        before.map(|before| before.bundle.provenance.commit.as_str()).filter(|commit| !commit.is_empty());
    if known == Some(commit.to_string().as_str()) {
        return Ok(Update::Same);
    }
    let last = known.and_then(|commit| ObjectId::from_hex(commit.as_bytes()).ok());
    let mut history = history::History::new(&repository, options);
    if let Some(last) = last
        && !options.allow_rewrite
        && !history.follows(commit, last)?
    {
        return Err(GitError::Rewritten { old: short(last), new: short(commit) });
    }
    if options.allowed.is_some() {
        history.signer(commit)?;
    }
    let mut gathering = tree::gather(&repository, commit, &location.folder, options.budget)?;
    let charter = Charter::of(gathering.texts())?;
    let demands: Vec<&Charter> = before.map(|before| before.charter).into_iter().chain([&charter]).collect();
    let rewritten_from = last.filter(|_| !options.allow_rewrite);
    separation::check(&mut history, commit, rewritten_from, &location.folder, &demands, &gathering)?;
    let commits =
        lines::trace(&mut history, commit, location, before.map(|before| before.bundle), &mut gathering)?;
    let provenance = Provenance {
        source: format_smolstr!("{location}"),
        reference: SmolStr::new(reference),
        commit: format_smolstr!("{commit}"),
        commits,
        left_out: std::mem::take(&mut gathering.left_out),
        ..Provenance::default()
    };
    Ok(Update::New(Box::new(gathering.bundle(provenance)?)))
}

fn short(commit: ObjectId) -> String {
    commit.to_string().chars().take(12).collect()
}

fn broken(error: impl std::fmt::Display) -> GitError {
    GitError::Broken(error.to_string())
}
