//! Commits: who wrote and signed them, and which follow on which.

use std::collections::HashMap;

use gix::ObjectId;
use smol_str::{SmolStr, format_smolstr};

use super::{GitError, GitOptions, broken, short};
use crate::bundle::Commit;
use crate::signature::{self, SignatureError};

/// The history of a repository, with what was found out about its commits.
pub(super) struct History<'a> {
    pub(super) repository: &'a gix::Repository,
    pub(super) options: &'a GitOptions,
    signers: HashMap<ObjectId, Result<String, SignatureError>>,
}

impl<'a> History<'a> {
    pub(super) fn new(repository: &'a gix::Repository, options: &'a GitOptions) -> Self {
        Self { repository, options, signers: HashMap::new() }
    }

    /// Whether a commit has another among those it follows on.
    pub(super) fn follows(&self, commit: ObjectId, other: ObjectId) -> Result<bool, GitError> {
        if commit == other {
            return Ok(true);
        }
        if !self.repository.has_object(other) {
            return Ok(false);
        }
        let walk = self.repository.rev_walk([commit]).all().map_err(broken)?;
        for (count, info) in walk.enumerate() {
            if count > self.options.budget.commits {
                return Err(GitError::Commits(self.options.budget.commits));
            }
            if info.map_err(broken)?.id == other {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Who signed a commit, where that counts.
    pub(super) fn signer(&mut self, commit: ObjectId) -> Result<String, GitError> {
        self.signature(commit)?.map_err(|error| GitError::Signature { commit: short(commit), error })
    }

    /// The same, with the reason why it does not.
    pub(super) fn signature(&mut self, commit: ObjectId) -> Result<Result<String, SignatureError>, GitError> {
        if let Some(known) = self.signers.get(&commit) {
            return Ok(known.clone());
        }
        let found = match &self.options.allowed {
            None => Err(SignatureError::Missing),
            Some(allowed) => {
                let object = self.repository.find_commit(commit).map_err(broken)?;
                let time = object.committer().and_then(|by| by.time()).map_err(broken)?.seconds;
                match object.signature().map_err(broken)? {
                    None => Err(SignatureError::Missing),
                    Some((signature, content)) => {
                        signature::verify(Some(&signature), &content.to_bstring(), time, allowed)
                    }
                }
            }
        };
        self.signers.insert(commit, found.clone());
        Ok(found)
    }

    /// The address of the author of a commit.
    pub(super) fn author(&self, commit: ObjectId) -> Result<String, GitError> {
        let object = self.repository.find_commit(commit).map_err(broken)?;
        let author = object.author().map_err(broken)?;
        Ok(author.email.to_string())
    }

    /// What bundles keep of a commit.
    pub(super) fn kept(&mut self, commit: ObjectId) -> Result<Commit, GitError> {
        let signer = self.signature(commit)?.ok().map(SmolStr::new);
        let object = self.repository.find_commit(commit).map_err(broken)?;
        let author = object.author().map_err(broken)?;
        let seconds = author.time().map_err(broken)?.seconds;
        let date = jiff::Timestamp::from_second(seconds).unwrap_or_default();
        let line = format!("{} <{}>", author.name, author.email);
        let line: String = line.chars().filter(|letter| !letter.is_control()).take(200).collect();
        Ok(Commit { author: line.into(), date: format_smolstr!("{date}"), signer })
    }
}
