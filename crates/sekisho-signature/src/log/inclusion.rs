//! Proofs that a tree of hashes (RFC 6962) holds a leaf.

use sha2::{Digest as _, Sha256};

use super::checkpoint::Checkpoint;

/// The proof that a log holds an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InclusionProof {
    /// The number of the leaf.
    pub index: u64,
    /// How many leaves the tree has.
    pub size: u64,
    /// The hash of the whole tree.
    pub root: Vec<u8>,
    /// The hashes beside the way from the leaf to the root.
    pub hashes: Vec<Vec<u8>>,
    /// The log's own statement of its contents.
    pub checkpoint: String,
}

/// Why a proof does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InclusionError {
    /// The leaf lies outside of the tree.
    #[error("the entry's number is not below the size of the log")]
    Index,
    /// The proof has another length than the tree asks for.
    #[error("the proof of inclusion has another length than the size of the log asks for")]
    Length,
    /// A hash has another length.
    #[error("the proof of inclusion has a hash that is none")]
    Hash,
    /// The way leads elsewhere.
    #[error("the proof of inclusion leads to another tree")]
    Root,
    /// The log states another tree.
    #[error("the log's checkpoint is one of another tree")]
    Checkpoint,
}

type Node = [u8; 32];

impl InclusionProof {
    /// Holds the proof for an entry against the log's statement of its contents.
    pub(super) fn verify(&self, body: &[u8], checkpoint: &Checkpoint<'_>) -> Result<(), InclusionError> {
        if checkpoint.size != self.size || checkpoint.root != self.root {
            return Err(InclusionError::Checkpoint);
        }
        let root: Node = self.root.as_slice().try_into().map_err(|_| InclusionError::Hash)?;
        if self.compute(leaf(body))? == root { Ok(()) } else { Err(InclusionError::Root) }
    }

    /// The root to which the way leads.
    fn compute(&self, leaf: Node) -> Result<Node, InclusionError> {
        if self.index >= self.size {
            return Err(InclusionError::Index);
        }
        let (mut index, mut last) = (self.index, self.size.saturating_sub(1));
        let mut node = leaf;
        for hash in &self.hashes {
            let beside: Node = hash.as_slice().try_into().map_err(|_| InclusionError::Hash)?;
            if last == 0 {
                return Err(InclusionError::Length);
            }
            if index & 1 == 1 || index == last {
                node = inner(&beside, &node);
                // Levels on which the way has nothing to its right.
                while index & 1 == 0 && index != 0 {
                    index >>= 1;
                    last >>= 1;
                }
            } else {
                node = inner(&node, &beside);
            }
            index >>= 1;
            last >>= 1;
        }
        if last == 0 { Ok(node) } else { Err(InclusionError::Length) }
    }
}

fn leaf(body: &[u8]) -> Node {
    let mut hasher = Sha256::new_with_prefix([0]);
    hasher.update(body);
    hasher.finalize().into()
}

fn inner(left: &Node, right: &Node) -> Node {
    let mut hasher = Sha256::new_with_prefix([1]);
    hasher.update(left);
    hasher.update(right);
    hasher.finalize().into()
}
