//! Bills of materials: what we write by validators that are not ours, every example of CycloneDX's and SPDX's projects,
//! and bills that syft makes.
//!
//! Cases are called `write:…` (a bill of ours in every format and version is valid), `read:…` (an example is read, and its
//! contents come back from every format), `convert:…` (an example in another format is valid), `broken:…` (an example that
//! is wrong gives an error or what could be read of it), and `syft:…` (a bill of syft holds what a scan finds).

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use sekisho_contents::Contents;
use sekisho_package::merge;
use sekisho_registry::{Limits, pass_folder};
use sekisho_sbom::{Bill, Budget, Format, Subject, read, write};

use super::{Outcome, packages};
use crate::peer::{Bills, run};

/// Says of each file `ok` or what is wrong, a line each. The name of a file ends with its format and version.
const VALIDATE: &str = r"
import json, os, sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from cyclonedx.validation.xml import XmlValidator
from spdx_python_model import v3_0_1
from spdx_tools.spdx.parser.json import json_parser
from spdx_tools.spdx.parser.tagvalue import tagvalue_parser
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

validators = {}

def cyclonedx(kind, version, path):
    key = (kind, version)
    if key not in validators:
        validators[key] = kind(SchemaVersion['V' + version.replace('.', '_')])
    with open(path) as file:
        return validators[key].validate_str(file.read())

def spdx(parse, path):
    return [message.validation_message for message in validate_full_spdx_document(parse(path))]

def spdx3(path):
    with open(path) as file:
        objects = v3_0_1.SHACLObjectSet()
        v3_0_1.JSONLDDeserializer().read(file, objects)
    missing = [str(one) for one in objects.missing_ids]
    v3_0_1.JSONLDSerializer().write(objects, open(os.devnull, 'wb'))
    return missing

with open(sys.argv[1]) as listing:
    paths = listing.read().splitlines()
for path in paths:
    _, name, version = os.path.basename(path).rsplit('@', 2)
    try:
        if name == 'cyclonedx':
            errors = cyclonedx(JsonStrictValidator, version, path)
        elif name == 'cyclonedx-xml':
            errors = cyclonedx(XmlValidator, version, path)
        elif name == 'spdx':
            errors = spdx(json_parser.parse_from_file, path)
        elif name == 'spdx-tag-value':
            errors = spdx(tagvalue_parser.parse_from_file, path)
        else:
            errors = spdx3(path)
    except Exception as error:
        errors = getattr(error, 'get_messages', lambda: [repr(error)])()
    print('@ ok' if not errors else '@ ' + ' '.join(str(errors)[:400].split()))
";

/// The formats that examples are converted to: each name once.
const CONVERTED: [Format; 5] = [
    Format::CycloneDxJson(7),
    Format::CycloneDxXml(6),
    Format::SpdxJson(3),
    Format::SpdxTagValue(3),
    Format::Spdx3,
];

pub(crate) fn folder() -> PathBuf {
    crate::workspace::root().join("target/conformance/sbom")
}

/// Runs all cases; files of theirs go into the folder.
pub(crate) fn of(folder: &Path, peers: &Bills) -> Result<Vec<Outcome>> {
    if folder.is_dir() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    let mut outcomes = Vec::new();
    let mut written: Vec<(String, PathBuf)> = Vec::new();

    let staged = packages::stage_rpm(folder)?;
    let ours = scanned(&staged);
    let subject = Subject { name: "root".to_owned(), ..Subject::default() };
    let bill = Bill::of(ours.clone(), subject);
    for format in Format::ALL {
        let id = format!("write:{}:{}", format.name(), format.version());
        written.push((id, put(folder, "ours", &bill, format)?));
    }

    for (name, path) in examples(&peers.sources)? {
        let said = read(&fs::read(&path)?, &Budget::default());
        if name.contains("invalid") {
            outcomes.push(Outcome { id: format!("broken:{name}"), miss: None });
            continue;
        }
        let bill = match said {
            Ok(bill) => bill,
            Err(error) => {
                outcomes.push(Outcome { id: format!("read:{name}"), miss: Some(error.to_string()) });
                continue;
            }
        };
        outcomes.push(Outcome { id: format!("read:{name}"), miss: lost(&bill) });
        for format in CONVERTED {
            let id = format!("convert:{name}:{}", format.name());
            let stem = name.replace('/', "+");
            written.push((id, put(folder, &stem, &bill, format)?));
        }
    }
    outcomes.extend(validated(folder, &written, peers)?);
    outcomes.extend(made_by_syft(folder, &staged, &ours, peers)?);
    Ok(outcomes)
}

fn put(folder: &Path, stem: &str, bill: &Bill, format: Format) -> Result<PathBuf> {
    let path = folder.join(format!("{stem}@{}@{}", format.name(), format.version()));
    fs::write(&path, write(bill, format))?;
    Ok(path)
}

/// The examples that the sources of the packages carry, by a name of their own.
fn examples(sources: &Path) -> Result<Vec<(String, PathBuf)>> {
    let mut found = Vec::new();
    let mut open = vec![sources.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let text = path.to_string_lossy();
            let name = if let Some((_, name)) = text.split_once("/schemaTestData/") {
                name
            } else if let Some((_, name)) = text.split_once("/tests/spdx/data/") {
                name
            } else {
                continue;
            };
            // What is not read is refused with a message, and what is no bill is none.
            let ending = path.extension().unwrap_or_default();
            let is_other =
                name.starts_with('.') || name.ends_with(".rdf.xml") || ending == "md" || ending == "sh";
            let is_spdx_xml = name.starts_with("SPDXXML");
            let is_old = name.starts_with("1.0/") || name.starts_with("1.1/") || name.starts_with("1.2/");
            if !is_other && !is_spdx_xml && !is_old {
                found.push((name.to_owned(), path.clone()));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The format in which the contents of a bill do not come back.
fn lost(bill: &Bill) -> Option<String> {
    Format::ALL.into_iter().find_map(|format| {
        let again = match read(write(bill, format).as_bytes(), &Budget::default()) {
            Ok(again) => again,
            Err(error) => return Some(format!("{format:?}: {error}")),
        };
        (again.contents != bill.contents).then(|| format!("{format:?}: other contents"))
    })
}

fn validated(folder: &Path, written: &[(String, PathBuf)], peers: &Bills) -> Result<Vec<Outcome>> {
    let listing = folder.join("listing");
    let paths: Vec<String> = written.iter().map(|(_, path)| path.display().to_string()).collect();
    fs::write(&listing, paths.join("\n"))?;
    let output = Command::new(&peers.python)
        .args(["-W", "ignore", "-c", VALIDATE])
        .arg(&listing)
        .output()
        .context("cannot run the validators")?;
    ensure!(output.status.success(), "the validators failed: {}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout)?;
    let said: Vec<&str> = said.lines().filter_map(|line| line.strip_prefix("@ ")).collect();
    ensure!(said.len() == written.len(), "the validators left files out");
    let outcomes = written
        .iter()
        .zip(said)
        .map(|((id, _), said)| Outcome { id: id.clone(), miss: (said != "ok").then(|| said.to_owned()) });
    Ok(outcomes.collect())
}

fn scanned(folder: &Path) -> Contents {
    merge(&[&pass_folder(folder, &Limits::default(), &mut []).layer]).contents
}

/// Type, name and version of all packages.
fn rows(contents: &Contents) -> BTreeSet<(String, String, String)> {
    let row = |package: &sekisho_contents::Package| {
        let url = &package.url;
        (url.kind().to_owned(), url.package_name(), url.version().unwrap_or_default().to_owned())
    };
    // Keys that rpm keeps beside packages.
    contents.packages.iter().map(row).filter(|(_, name, _)| name != "gpg-pubkey").collect()
}

fn made_by_syft(folder: &Path, staged: &Path, ours: &Contents, peers: &Bills) -> Result<Vec<Outcome>> {
    let mut outcomes = Vec::new();
    for format in ["cyclonedx-json", "cyclonedx-xml", "spdx-json", "spdx-tag-value"] {
        let path = folder.join(format!("syft.{format}"));
        let output = format!("{format}={}", path.display());
        let target = format!("dir:{}", staged.display());
        run(&peers.syft.to_string_lossy(), &["scan", &target, "--quiet", "--output", &output])?;
        let miss = match read(&fs::read(&path)?, &Budget::default()) {
            Ok(bill) if rows(&bill.contents) == rows(ours) => None,
            Ok(bill) => {
                let (theirs, ours) = (rows(&bill.contents), rows(ours));
                let other: Vec<_> = theirs.symmetric_difference(&ours).take(3).collect();
                Some(format!("{} against {}: {other:?}", theirs.len(), ours.len()))
            }
            Err(error) => Some(error.to_string()),
        };
        outcomes.push(Outcome { id: format!("syft:{format}"), miss });
    }
    Ok(outcomes)
}
