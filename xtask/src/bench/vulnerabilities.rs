//! The vulnerability database: building it, opening it, looking packages up, judging kept inventories again.

use std::collections::BTreeSet;
use std::hint::black_box;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, fs};

use anyhow::{Context, Result, ensure};
use flate2::Compression;
use flate2::write::DeflateEncoder;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use sekisho_contents::{Contents as Packages, Evidence, Package};
use sekisho_database::{Limits, install, open, read_sources};
use sekisho_store::{InventoryDocument, Store, StoreOptions, StoreTarget};
use sekisho_version::{Ecosystem, PackageUrl};
use sekisho_vulnerability::{Component, Contents, Database, Rejudge, kept};

use super::{measure, optimized, release_binary};
use crate::workspace::root;

/// Inventories that are judged again, and the packages of each.
const INVENTORIES: usize = 10_000;
const PACKAGES: usize = 300;

pub(super) fn run() -> Result<()> {
    // What is measured runs in this very process.
    if cfg!(debug_assertions) {
        return optimized("vulnerabilities");
    }
    let shared = env::var_os("SEKISHO_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from);
    let folder = root().join("target/bench");
    fs::create_dir_all(&folder)?;
    let path = folder.join("vulnerabilities.db");

    let start = Instant::now();
    let mut contents = Contents::new(true);
    read_sources(&[shared.join("advisories")], &mut contents, Limits::default())?;
    install(&path, &contents.encode(0)?)?;
    let built = start.elapsed();

    // A thousand times, since the clock of the processor is coarse.
    let opened =
        median(9, || (0..1000).try_for_each(|_| open(&path).map(drop)).context("the database opens"))?;
    let database = open(&path)?;
    println!(
        "built     {:.2} s, {} advisories, {} packages, {} bytes",
        built.as_secs_f64(),
        database.len(),
        database.packages(),
        fs::metadata(&path)?.len()
    );
    println!("opened    {:.3} ms", opened.as_secs_f64());
    lookups(&database)?;
    rejudged(&database)?;
    Ok(())
}

/// The processor time of this process so far: what other programs do meanwhile does not count.
fn processor() -> Result<Duration> {
    let usage = getrusage(UsageWho::RUSAGE_SELF)?;
    let microseconds = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    Ok(Duration::from_micros(u64::try_from(microseconds)?))
}

fn median(runs: usize, mut once: impl FnMut() -> Result<()>) -> Result<Duration> {
    let mut times = Vec::new();
    for _ in 0..runs {
        let start = processor()?;
        once()?;
        times.push(processor()?.saturating_sub(start));
    }
    times.sort_unstable();
    times.get(times.len() / 2).copied().context("a run")
}

/// Packages as an inventory has them: of ten, three that advisories know of in a version that is newer than all of
/// them, and seven of which nothing is known.
fn components(database: &Database) -> Vec<Component> {
    let mut known: BTreeSet<(Ecosystem, &str)> = BTreeSet::new();
    for place in 0..database.len() {
        known.extend(database.packages_of(place));
    }
    let mut found = Vec::new();
    for (place, (ecosystem, name)) in known.into_iter().enumerate() {
        let (kind, namespace) = (ecosystem.package_url_type(), ecosystem.namespace());
        let names =
            std::iter::once(name.to_owned()).chain((0..2).map(|copy| format!("{name}-{copy}-{place}")));
        for name in names {
            let version = Some("9999.0.0");
            let Ok(url) =
                PackageUrl::build(kind, namespace, &name, version, std::collections::BTreeMap::new(), None)
            else {
                continue;
            };
            found.push(Component { release: Some("9.4".to_owned()), ..Component::from_url(url) });
        }
    }
    found
}

/// How many packages one core looks up in a second.
fn lookups(database: &Database) -> Result<()> {
    let components = components(database);
    let all = median(9, || {
        for component in &components {
            let _ = black_box(database.matches(component));
        }
        Ok(())
    })?;
    #[allow(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    let rate = components.len() as f64 / all.as_secs_f64();
    println!(
        "looked up {:.2} million packages a second on one core ({} packages)",
        rate / 1e6,
        components.len()
    );
    Ok(())
}

/// What the command takes to judge all that a store holds, its reading counted.
fn from_disk(database: &Database, inventories: &[String]) -> Result<()> {
    let folder = root().join("target/bench");
    let store = folder.join("inventories.db");
    if store.exists() {
        fs::remove_file(&store)?;
    }
    let mut kept = Vec::new();
    for (number, text) in inventories.iter().enumerate() {
        let mut packer = DeflateEncoder::new(Vec::new(), Compression::default());
        packer.write_all(text.as_bytes())?;
        kept.push(InventoryDocument {
            digest: format!("sha256:{number:064x}"),
            format: "sekisho-packages-1".to_owned(),
            tool: "sekisho bench".to_owned(),
            made: 0,
            document: packer.finish()?,
        });
    }
    Store::open(&StoreTarget::File(store.clone()), StoreOptions::default())?.put_inventories(&kept)?;
    let id = (0..database.len()).find_map(|place| Some(database.advisory(place)?.id));
    let id = id.context("an advisory")?;
    let text = |path: &Path| path.to_string_lossy().into_owned();
    let (store, known) = (text(&store), text(&folder.join("vulnerabilities.db")));
    let arguments = ["db", "affected", &id, "--inventories", &store, "--database", &known];
    let binary = release_binary()?;
    let output = Command::new(&binary).args(arguments).output()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(output.status.code().is_some_and(|code| code < 2), "the inventories were not judged: {said}");
    let cost = measure::median(&binary, &arguments, 5)?;
    println!(
        "affected  {INVENTORIES} inventories from {} MB on the disk in {:.2} s, {:.2} s of processor time, {:.0} MB",
        fs::metadata(&store)?.len() / 1_000_000,
        cost.wall,
        cost.cpu,
        cost.memory
    );
    Ok(())
}

/// How long it takes to judge what is kept of many images again.
fn rejudged(database: &Database) -> Result<()> {
    let components = components(database);
    let inventories: Vec<String> = (0..INVENTORIES)
        .map(|number| {
            let packages = (0..PACKAGES).filter_map(|place| {
                // Images share most of what they have; each has something of its own.
                let place = if place < 250 { place * 7 + number % 13 } else { place * 31 + number * 17 };
                let url = components.get(place % components.len())?.url.clone();
                Some(Package::new(url, Evidence::Installed))
            });
            kept(&Packages { packages: packages.collect(), ..Packages::default() })
        })
        .collect();
    let bytes: usize = inventories.iter().map(String::len).sum();
    from_disk(database, &inventories)?;
    let mut packages = 0;
    let time = median(5, || {
        let mut rejudge = Rejudge::new(database);
        for inventory in &inventories {
            black_box(rejudge.held(inventory));
        }
        packages = rejudge.packages();
        Ok(())
    })?;
    println!(
        "rejudged  {INVENTORIES} inventories of {PACKAGES} packages ({} MB, {packages} different) in {:.2} s on one core",
        bytes / 1_000_000,
        time.as_secs_f64()
    );
    Ok(())
}
