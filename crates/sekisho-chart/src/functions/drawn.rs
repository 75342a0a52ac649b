//! What a rendering drew at random.

use sekisho_go::base64::base64_decode;
use smol_str::SmolStr;

use super::certificates::holds_stand_in_key;
use crate::call::State;

/// What a rendering drew at random.
#[derive(Debug, Clone, Default)]
pub struct Drawn {
    texts: Vec<SmolStr>,
    in_pieces: bool,
}

impl Drawn {
    /// What the functions drew while they kept this state.
    pub(crate) fn of(state: State) -> Self {
        let (texts, in_pieces) = state.into_drawn();
        Self { texts, in_pieces }
    }

    /// Whether some of it is too short to be told from other text, such as single digits: then only another
    /// rendering with another seed shows what was made of it.
    pub fn in_pieces(&self) -> bool {
        self.in_pieces
    }

    /// Whether a text holds something that was drawn, or a private key that stands in for a new one; plain or in
    /// base 64, also twice.
    pub fn is_in(&self, text: &str) -> bool {
        let mut text = text.to_owned();
        for _ in 0..3 {
            if self.texts.iter().any(|drawn| text.contains(drawn.as_str())) || holds_stand_in_key(&text) {
                return true;
            }
            let Ok(bytes) = base64_decode(text.trim().as_bytes()) else { return false };
            text = String::from_utf8_lossy(&bytes).into_owned();
        }
        false
    }
}
