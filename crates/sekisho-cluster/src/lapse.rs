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
    /// The images, by digest.
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
    /// The most images of a list: with the longest reasons, they fit into a ConfigMap.
    pub const MOST: usize = 4_000;

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
            let (digest, since) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
            let reason = parts.next().unwrap_or("").to_owned();
            let since = since.parse().ok().filter(|_| is_digest(digest));
            let since = since.ok_or_else(|| wrong("images", line))?;
            images.insert(digest.to_owned(), Lapse { since, reason });
        }
        Ok(Self { action, checked, left, images })
    }

    /// The ConfigMap of the list.
    pub fn config_map(&self, namespace: &str, name: &str) -> Value {
        let line = |(digest, lapse): (&String, &Lapse)| {
            format!("{digest} {} {}\n", second(lapse.since), short(&lapse.reason))
        };
        let images: String =
            self.images.iter().filter(|(digest, _)| is_digest(digest)).take(Self::MOST).map(line).collect();
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
                "left": self.left.to_string(),
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

fn is_digest(text: &str) -> bool {
    text.strip_prefix("sha256:").is_some_and(|digits| {
        digits.len() == 64 && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    })
}
