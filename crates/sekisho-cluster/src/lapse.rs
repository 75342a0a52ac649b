//! Images whose approval has lapsed, as the controller tells the webhook of them: one ConfigMap of bounded size in the
//! namespace of the installation, where nobody else may write.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use sekisho_manifest::Node;
use serde_json::{Value, json};

/// What becomes of Pods with an image whose approval has lapsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LapseAction {
    /// Nothing: it is reported.
    #[default]
    Report,
    /// Their senders are warned.
    Warn,
    /// New ones are refused.
    Deny,
}

/// That an approval has lapsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lapse {
    /// Since when.
    pub since: Timestamp,
    /// Why, in a few words.
    pub reason: String,
}

/// The images whose approval has lapsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LapseList {
    /// What becomes of Pods with them.
    pub action: LapseAction,
    /// When approvals were last looked at.
    pub checked: Timestamp,
    /// How many had no place.
    pub left: usize,
    /// The images, each by its name without a tag and its digest behind an `@`: one that is approved under one name may not be
    /// under another, and nobody can have another's image lapse by running a copy of it.
    pub images: BTreeMap<String, Lapse>,
}

/// Why a ConfigMap is no such list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LapseListError {
    /// Something must be said that is not.
    #[error("the list of lapsed approvals says no `{0}`")]
    Missing(&'static str),
    /// Something is not what it should be.
    #[error("the list of lapsed approvals has `{found}` where `{key}` is expected")]
    Wrong {
        /// What is expected.
        key: &'static str,
        /// What stands there.
        found: String,
    },
    /// It is longer than any that is written.
    #[error("the list of lapsed approvals has more than {0} images")]
    TooLong(usize),
}

impl LapseAction {
    /// In a word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Report => "report",
            Self::Warn => "warn",
            Self::Deny => "deny",
        }
    }

    fn read(text: &str) -> Option<Self> {
        [Self::Report, Self::Warn, Self::Deny].into_iter().find(|one| one.as_str() == text)
    }
}

impl fmt::Display for LapseAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl LapseList {
    /// The most images of a list.
    pub const MOST: usize = 4_000;

    /// The most bytes of what is said of them, which fits into a ConfigMap.
    pub const BYTES: usize = 980 << 10;

    /// The most bytes of a reason.
    pub const REASON: usize = 120;

    /// Reads a ConfigMap. Nothing of one that is wrong counts.
    pub fn read(map: &Node) -> Result<Self, LapseListError> {
        let said = |key: &'static str| {
            map.at(&["data", key]).and_then(Node::as_str).ok_or(LapseListError::Missing(key))
        };
        let wrong = |key: &'static str, text: &str| LapseListError::Wrong {
            key,
            found: text.chars().take(100).filter(|letter| !letter.is_control()).collect(),
        };
        let action = said("action")?;
        let action = LapseAction::read(action).ok_or_else(|| wrong("action", action))?;
        let checked = said("checked")?;
        let checked = checked.parse().map_err(|_| wrong("checked", checked))?;
        let left = said("left")?;
        let left = left.parse().map_err(|_| wrong("left", left))?;
        let mut images = BTreeMap::new();
        for line in said("images")?.lines() {
            if images.len() >= Self::MOST {
                return Err(LapseListError::TooLong(Self::MOST));
            }
            let mut parts = line.splitn(3, ' ');
            let (image, since) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
            let reason = parts.next().unwrap_or("").to_owned();
            let since = since.parse().ok().filter(|_| is_image(image));
            let since = since.ok_or_else(|| wrong("images", line))?;
            images.insert(image.to_owned(), Lapse { since, reason });
        }
        Ok(Self { action, checked, left, images })
    }

    /// The ConfigMap of the list.
    pub fn config_map(&self, namespace: &str, name: &str) -> Value {
        let mut images = String::new();
        let (mut entered, mut left) = (0, self.left);
        for (image, lapse) in &self.images {
            let line = format!("{image} {} {}\n", second(lapse.since), short(&lapse.reason));
            if entered < Self::MOST && images.len() + line.len() <= Self::BYTES && is_image(image) {
                images.push_str(&line);
                entered += 1;
            } else {
                left += 1;
            }
        }
        json!({
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {
                "name": name,
                "namespace": namespace,
                "labels": {"app.kubernetes.io/name": "sekisho", "app.kubernetes.io/managed-by": "sekisho"},
            },
            "data": {
                "action": self.action.as_str(),
                "checked": second(self.checked),
                "left": left.to_string(),
                "images": images,
            },
        })
    }

    /// Whether it says the same as another, whenever that was looked at.
    pub fn says_the_same(&self, other: &Self) -> bool {
        (self.action, self.left, &self.images) == (other.action, other.left, &other.images)
    }
}

fn second(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A reason in one line of bounded length.
fn short(reason: &str) -> String {
    let line: String = reason.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    if line.len() <= LapseList::REASON {
        return line.trim_end().to_owned();
    }
    let room = LapseList::REASON - '…'.len_utf8();
    let end = (0..=room).rev().find(|place| line.is_char_boundary(*place)).unwrap_or(0);
    format!("{}…", line.get(..end).unwrap_or_default())
}

/// The longest name of an image with its digest, in bytes.
const LONGEST: usize = 512;

fn is_image(text: &str) -> bool {
    let Some((name, digest)) = text.rsplit_once("@sha256:") else { return false };
    let is_hexadecimal = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    text.len() <= LONGEST
        && !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_graphic())
        && digest.len() == 64
        && digest.bytes().all(is_hexadecimal)
}
