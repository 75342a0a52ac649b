//! The short form of levels of Pod Security.

use std::str::FromStr;

use anyhow::{Context, Result, anyhow, bail};
use sekisho_policy::pod_security::{LevelVersion, Mode, Preset};

/// A level for a mode, or for all that a label `enforce` stands for: `restricted`, `warn=restricted:v1.31`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wanted {
    mode: Option<Mode>,
    level: LevelVersion,
}

impl FromStr for Wanted {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        let (mode, level) = match text.split_once('=') {
            None => (None, text),
            Some((word, level)) => {
                let mode = MODES.into_iter().find(|mode| mode.as_str() == word);
                let mode =
                    mode.with_context(|| format!("`{word}` is no mode: use enforce, audit or warn"))?;
                (Some(mode), level)
            }
        };
        let level = LevelVersion::parse(level).map_err(|error| anyhow!("`{level}` {error}"))?;
        Ok(Self { mode, level })
    }
}

/// The modes, as labels name them.
pub(crate) const MODES: [Mode; 3] = [Mode::Enforce, Mode::Audit, Mode::Warn];

/// The levels of namespaces that name none. A level without a mode is enforced and, as by the label `enforce`,
/// warned of where no other one is.
pub(crate) fn preset(wanted: &[Wanted]) -> Result<Preset> {
    let mut preset = Preset::default();
    for one in wanted {
        let (place, word) = match one.mode {
            None | Some(Mode::Enforce) => (&mut preset.enforce, "enforce"),
            Some(Mode::Audit) => (&mut preset.audit, "audit"),
            Some(Mode::Warn) => (&mut preset.warn, "warn"),
        };
        if place.replace(one.level).is_some() {
            bail!("`--pod-security` names the level of `{word}` twice: leave one out");
        }
    }
    if let Some(one) = wanted.iter().find(|one| one.mode.is_none()) {
        preset.warn.get_or_insert(one.level);
    }
    Ok(preset)
}
