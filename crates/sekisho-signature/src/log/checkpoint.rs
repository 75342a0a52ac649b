//! Checkpoints: what a log states of its contents, as a signed note.

use data_encoding::BASE64;

use crate::algorithm::Signed;
use crate::root::Log;

/// The most bytes of a checkpoint.
const LIMIT: usize = 64 << 10;
/// The most signatures of one checkpoint.
const SIGNATURES: usize = 100;

/// What a log states of its contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint<'t> {
    /// The name of the log.
    pub origin: &'t str,
    /// How many entries there are.
    pub size: u64,
    /// The hash of all.
    pub root: Vec<u8>,
    /// What is signed.
    text: &'t str,
    signatures: Vec<NoteSignature<'t>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct NoteSignature<'t> {
    name: &'t str,
    hint: [u8; 4],
    signature: Vec<u8>,
}

/// Why a checkpoint does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// It is larger than checkpoints are.
    #[error("the log's checkpoint is too large")]
    TooLarge,
    /// It is no signed note with a name, a size and a hash.
    #[error("the log's checkpoint is malformed: {0}")]
    Malformed(&'static str),
    /// None of its signatures is one by the log.
    #[error("the log's checkpoint has no signature of the log")]
    NotSigned,
    /// The log's signature does not match.
    #[error("the signature of the log's checkpoint does not match")]
    Mismatch,
}

impl<'t> Checkpoint<'t> {
    /// Reads a note; nothing is proved by that.
    pub fn of_note(note: &'t str) -> Result<Self, CheckpointError> {
        if note.len() > LIMIT {
            return Err(CheckpointError::TooLarge);
        }
        let wrong = CheckpointError::Malformed;
        // The text ends with the line feed before the empty line.
        let split = note.find("\n\n").ok_or(wrong("there is no empty line before the signatures"))?;
        let text = note.get(..split.saturating_add(1)).unwrap_or_default();
        let behind = note.get(split.saturating_add(2)..).unwrap_or_default();
        let mut lines = text.lines();
        let origin = lines.next().filter(|line| !line.is_empty()).ok_or(wrong("there is no name"))?;
        let size = lines.next().ok_or(wrong("there is no size"))?;
        let is_plain =
            size.bytes().all(|byte| byte.is_ascii_digit()) && (size == "0" || !size.starts_with('0'));
        let size = size.parse().ok().filter(|_| is_plain).ok_or(wrong("there is no size"))?;
        let root = lines.next().ok_or(wrong("there is no hash"))?;
        let root = BASE64.decode(root.as_bytes()).map_err(|_| wrong("there is no hash"))?;
        if root.len() != 32 {
            return Err(wrong("there is no hash"));
        }
        let mut signatures = Vec::new();
        for line in behind.lines() {
            if signatures.len() >= SIGNATURES {
                return Err(wrong("there are too many signatures"));
            }
            signatures.push(NoteSignature::of_line(line).ok_or(wrong("a line is no signature"))?);
        }
        Ok(Self { origin, size, root, text, signatures })
    }

    /// Whether the log signed it. Signatures of others, such as witnesses, say nothing of that and are passed over.
    pub(super) fn verify(&self, log: &Log) -> Result<(), CheckpointError> {
        // Logs in parts write their number behind the name.
        let name = self.origin.split_once(" - ").map_or(self.origin, |(name, _)| name);
        let mut found = CheckpointError::NotSigned;
        for signature in &self.signatures {
            if signature.name != name || log.id.get(..4) != Some(signature.hint.as_slice()) {
                continue;
            }
            let signed = Signed::Bytes(self.text.as_bytes());
            match log.key.verify_with(log.scheme, signed, &signature.signature) {
                Ok(()) => return Ok(()),
                Err(_) => found = CheckpointError::Mismatch,
            }
        }
        Err(found)
    }
}

impl<'t> NoteSignature<'t> {
    fn of_line(line: &'t str) -> Option<Self> {
        let rest = line.strip_prefix("\u{2014} ")?;
        let (name, blob) = rest.split_once(' ')?;
        let blob = BASE64.decode(blob.as_bytes()).ok()?;
        let (hint, signature) = blob.split_at_checked(4)?;
        let is_whole = !name.is_empty() && !signature.is_empty();
        is_whole.then(|| Some(Self { name, hint: hint.try_into().ok()?, signature: signature.to_vec() }))?
    }
}
