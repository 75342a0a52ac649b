//! Bytes as a capture that a rule with many fields is asked of: no panic, and what is remembered has bounds.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sekisho_capture::{Budget, CaptureReader, CaptureWriter, Profile};
use sekisho_falco::{Catalog, LoadBudget, Loader};
use sekisho_runtime::{Limits, Settings, Watcher};

const RULE: &str = "
- rule: all
  desc: every event
  condition: evt.num > 0 and not proc.aname = x and not fd.ip = 1.2.3.4
  output: >-
    %evt.args %fd.name %fd.cip %fd.lip %proc.cmdline %proc.aname[3] %proc.sname %container.id %fs.path.name
    %evt.abspath %user.name %proc.env %fdlist.names %evt.category %evt.buflen %thread.cgroups %evt.latency.human
  priority: DEBUG
";

fuzz_target!(|bytes: &[u8]| {
    let mut whole = CaptureWriter::new(Vec::new()).unwrap().finish().unwrap();
    whole.extend(bytes);
    let budget = Budget { total_bytes: 1 << 22, block_bytes: 1 << 20, ..Budget::default() };
    for profile in [Profile::Current, Profile::Legacy] {
        let rules = Loader::new(Catalog::standard(), LoadBudget::default()).load(RULE).1.unwrap();
        let limits = Limits { threads: 64, thread_bytes: 1 << 20, descriptors: 32, ..Limits::default() };
        let mut watcher = Watcher::new(rules, Settings { profile, limits, ..Settings::default() });
        let Ok(mut reader) = CaptureReader::new(&whole[..], profile, budget.clone()) else { return };
        loop {
            match reader.next_item() {
                Ok(Some(item)) => drop(watcher.take(item)),
                Ok(None) => break,
                Err(_) => {}
            }
        }
        assert!(watcher.metrics().state.threads <= 64);
    }
});
