//! Bills of materials among the targets, told by what is in them.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sekisho_finding::{Skip, SkipReason};
use sekisho_sbom::{Bill, Budget, SbomError, looks_like_bill, read};

/// A bill of materials that was named.
#[derive(Debug)]
pub(crate) struct ReadBill {
    /// The name as the user gave it.
    pub(crate) name: String,
    /// What it holds, or why it cannot be read.
    pub(crate) bill: Result<Bill, SbomError>,
}

/// Targets, parted.
#[derive(Debug, Default)]
pub(crate) struct Divided {
    /// The bills.
    pub(crate) bills: Vec<ReadBill>,
    /// The targets that are none.
    pub(crate) others: Vec<PathBuf>,
    /// What standard input holds, where it was named and is no bill.
    pub(crate) input: Option<Vec<u8>>,
}

/// How much of a file is looked at to tell what it is.
const HEAD: usize = 4096;

/// Parts the bills among the targets from what is read otherwise. Standard input is read where it is a target.
pub(crate) fn divide(targets: &[PathBuf]) -> Result<Divided> {
    let mut divided = Divided::default();
    for target in targets {
        let name = target.display().to_string();
        let bytes = if target == Path::new("-") {
            let mut bytes = Vec::new();
            let limit = Budget::default().bytes as u64 + 1;
            io::stdin().lock().take(limit).read_to_end(&mut bytes).context("cannot read standard input")?;
            divided.input = Some(bytes);
            divided.input.as_deref().filter(|bytes| is_likely(bytes)).map(<[u8]>::to_vec)
        } else if target.is_file() && head(target).is_ok_and(|head| is_likely(&head)) {
            Some(fs::read(target).with_context(|| format!("cannot read `{name}`"))?)
        } else {
            None
        };
        let bill = bytes.map(|bytes| read(&bytes, &Budget::default()));
        match bill {
            // Something else that mentions a bill: a manifest, an attestation about other things.
            None | Some(Err(SbomError::Unrecognized | SbomError::Predicate(_))) => {
                divided.others.push(target.clone());
            }
            Some(bill) => divided.bills.push(ReadBill { name, bill }),
        }
    }
    Ok(divided)
}

fn head(path: &Path) -> io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(HEAD);
    File::open(path)?.take(HEAD as u64).read_to_end(&mut head)?;
    Ok(head)
}

/// UTF-16 has a zero beside each letter.
fn is_likely(head: &[u8]) -> bool {
    match head {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => {
            let letters: Vec<u8> = head.iter().take(HEAD).copied().filter(|byte| *byte != 0).collect();
            looks_like_bill(&letters)
        }
        head => looks_like_bill(head),
    }
}

/// What of a bill could not be held against advisories.
pub(crate) fn unjudged(name: &str, bill: &Bill) -> Vec<Skip> {
    let skip = |reason| Skip { path: name.into(), line: None, reason };
    let counted = |count: usize, what: &str| {
        if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
    };
    let named_only = bill.named_only();
    let all = bill.contents.packages.iter().filter(|package| package.url.ecosystem().is_none()).count();
    let of_no_ecosystem = all.saturating_sub(named_only);
    let mut skips = Vec::new();
    if named_only > 0 {
        let what = counted(named_only, "component");
        skips.push(skip(SkipReason::Unjudged(format!("{what} not judged: without a package URL"))));
    }
    if of_no_ecosystem > 0 {
        let what = counted(of_no_ecosystem, "package");
        skips.push(skip(SkipReason::Unjudged(format!(
            "{what} not judged: of no ecosystem that has advisories"
        ))));
    }
    skips.extend(bill.faults.iter().map(|fault| skip(SkipReason::NotExamined(fault.clone()))));
    skips
}
