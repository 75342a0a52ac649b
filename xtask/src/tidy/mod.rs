//! `cargo xtask tidy`: the house rules as a test. Every offence is listed, not only the first.

mod catalogue;
mod files;
mod floors;

use anyhow::{Result, bail};

/// What a rule found: one line each.
type Offences = Vec<String>;

/// A rule of the house by its name.
type Rule = (&'static str, fn() -> Result<Offences>);

pub(crate) fn run() -> Result<()> {
    let rules: [Rule; 3] =
        [("files", files::check), ("floors", floors::check), ("catalogue", catalogue::check)];
    let mut offences = 0;
    for (name, rule) in rules {
        let found = rule()?;
        println!(
            "tidy {name}: {}",
            if found.is_empty() { "ok".to_owned() } else { format!("{} offences", found.len()) }
        );
        for offence in &found {
            println!("  {offence}");
        }
        offences += found.len();
    }
    crate::generate::run(true)?;
    println!("tidy generated files: ok");
    if offences > 0 {
        bail!("{offences} offences against the rules of the house");
    }
    Ok(())
}
