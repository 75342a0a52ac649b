//! Bytes as any file that an analyzer asks for: no panic, no hang, no unbounded memory, and contents that survive
//! serialisation. The first byte chooses the path.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sekisho_package::{Budget, Entry, Kind, Layer, LayerScan, Select, Streamed, analyzers, merge};

/// A path that a selector takes.
fn path(select: &Select) -> Option<String> {
    Some(match select {
        Select::Path(path) => (*path).to_owned(),
        Select::Name(name) => format!("a/{name}"),
        Select::Suffix(ending) => format!("a/b-1.0{ending}"),
        Select::Tail(tail) => format!("a/{tail}"),
        Select::Under(folder, ending) => format!("{folder}a-1.0{ending}"),
        Select::Program => "usr/bin/program".to_owned(),
        _ => return None,
    })
}

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, content)) = bytes.split_first() else { return };
    let paths: Vec<String> = analyzers().iter().flat_map(|one| one.selects.iter().filter_map(path)).collect();
    // Binary formats are few among many texts: half of all inputs go to them.
    let binary = [
        "usr/bin/program",
        "a.jar",
        "var/lib/rpm/Packages",
        "var/lib/rpm/Packages.db",
        "var/lib/rpm/rpmdb.sqlite",
    ];
    let choice = usize::from(*choice);
    let path = match choice.checked_sub(128) {
        Some(choice) => binary[choice % binary.len()],
        None => &paths[(choice * 7 + content.len()) % paths.len()],
    };
    let budget = Budget { unpacked: 4 << 20, ..Budget::default() };
    for mut scan in [LayerScan::root(budget.clone()), LayerScan::folder(budget)] {
        let entry = Entry { path, kind: Kind::File, mode: 0o755, size: content.len() as u64 };
        scan.entry(&entry, &mut Streamed(content), &mut []).expect("memory can be read");
        let layer = scan.finish();
        let text = serde_json::to_string(&layer).expect("a layer can be written");
        let again: Layer = serde_json::from_str(&text).expect("what was written can be read");
        assert_eq!(merge(&[&again]).contents, merge(&[&layer]).contents);
    }
});
