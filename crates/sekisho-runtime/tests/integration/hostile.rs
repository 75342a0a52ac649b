//! Hostile captures: broken at every place, floods, lies. Nothing panics, and memory has bounds.

use std::fmt::Write as _;

use sekisho_capture::{Budget, CaptureReader, Event, EventBuf, EventType, Head, Item, Profile};
use sekisho_runtime::{Limits, Scenario, Settings, Watcher};

use crate::rule;

/// A rule that asks for many fields.
fn curious() -> sekisho_falco::RuleSet {
    rule(
        "evt.num > 0",
        "%evt.args %fd.name %fd.cip %proc.cmdline %proc.aname[3] %proc.sname %container.id %fs.path.name %evt.abspath \
         %user.name %proc.env %fdlist.names %fd.types %evt.category %evt.buflen %thread.cgroups %proc.fdusage",
    )
}

fn capture() -> Vec<u8> {
    let text = "container 0a1b2c3d4e5f name=web image=nginx pod=web-1 namespace=shop\nprocess 1 init\n\
                process 5 nginx parent=1 container=0a1b2c3d4e5f env=\"A=b\"\nfile 5 0 /dev/null\n\
                5 openat fd=3 dirfd=AT_FDCWD name=a/../b flags=O_RDONLY\n5 socket fd=4 domain=AF_INET6 type=2 proto=17\n\
                5 sendto res=1 fd=4 size=1 tuple=[::1]:5->[::1]:53 data=x\n5 clone res=6\n6 execve path=/bin/sh parent=5\n\
                6 dup res=9 oldfd=3\n6 procexit status=0\n5 renameat2 res=0 olddirfd=3 oldpath=x newdirfd=-100 newpath=y\n";
    Scenario::parse(text).unwrap().capture().unwrap()
}

/// Goes over bytes as far as they can be read.
fn survive(bytes: &[u8]) -> u64 {
    let mut events = 0;
    for profile in [Profile::Current, Profile::Legacy] {
        let mut watcher = Watcher::new(curious(), Settings { profile, ..Settings::default() });
        let Ok(mut reader) = CaptureReader::new(bytes, profile, Budget::default()) else { continue };
        loop {
            match reader.next_item() {
                Ok(Some(item)) => drop(watcher.take(item)),
                Ok(None) => break,
                Err(error) if error.is_fatal() => break,
                Err(_) => {}
            }
        }
        events += watcher.metrics().events;
    }
    events
}

#[test]
fn captures_that_end_anywhere() {
    let whole = capture();
    assert!(survive(&whole) > 10);
    for end in (0..whole.len()).step_by(29) {
        survive(&whole[..end]);
    }
}

#[test]
fn captures_with_any_bit_flipped() {
    let whole = capture();
    for place in (0..whole.len()).step_by(17) {
        let mut broken = whole.clone();
        broken[place] ^= 1 << (place % 8);
        survive(&broken);
    }
}

#[test]
fn events_of_every_type_with_parameters_of_any_length() {
    let mut watcher = Watcher::new(curious(), Settings::default());
    let lengths = [0, 1, 2, 4, 8, 9, 31];
    for kind in EventType::all() {
        for (round, length) in lengths.into_iter().enumerate() {
            let head = Head { time: 5, thread: 7, cpu: u16::MAX, flags: 0, kind };
            let mut event = EventBuf::new(head);
            for _ in 0..kind.info().parameters.len().saturating_sub(round % 3) {
                event.push(&vec![u8::try_from(round * 37).unwrap_or(1); length]);
            }
            watcher.event(&event.as_event());
            let empty = EventBuf::new(head);
            watcher.event(&empty.as_event());
        }
    }
}

fn mkdir(thread: i64, time: u64) -> EventBuf {
    let kind = EventType::named("SYSCALL_MKDIR_2_X").unwrap();
    let head = Head { time, thread, cpu: 0, flags: 0, kind };
    EventBuf::new(head).with(&0_i64.to_le_bytes()).with(b"/x\0").with(&0_u32.to_le_bytes())
}

#[test]
fn a_million_processes_are_forgotten_in_time() {
    let limits = Limits { threads: 1_000, ..Limits::default() };
    let rules = rule("evt.type = mkdir and proc.pid = 1", "x");
    let mut watcher = Watcher::new(rules, Settings { limits, ..Settings::default() });
    for thread in 0..1_000_000 {
        watcher.event(&mkdir(thread, 5).as_event());
    }
    let state = watcher.metrics().state;
    assert!(state.threads <= 1_000);
    assert_eq!(state.evicted_threads, 1_000_000 - state.threads);
    assert_eq!(state.unknown_threads, 1_000_000);
}

#[test]
fn what_processes_refer_to_has_bounds() {
    let limits = Limits { thread_bytes: 1 << 20, descriptors: 100, ..Limits::default() };
    let rules = rule("evt.type = mkdir", "x");
    let mut watcher = Watcher::new(rules, Settings { limits, ..Settings::default() });
    let mut text = String::new();
    for pid in 10..3_000 {
        writeln!(text, "{pid} execve path=/bin/x parent=1 args={}", "y".repeat(3_000)).unwrap();
    }
    for number in 0..500 {
        writeln!(text, "5 openat fd={number} dirfd=AT_FDCWD name=/f flags=O_RDONLY").unwrap();
    }
    let scenario = Scenario::parse(&text).unwrap();
    scenario.events().for_each(|event: Event<'_>| drop(watcher.event(&event)));
    let state = watcher.metrics().state;
    assert!(state.evicted_threads > 2_000 && state.thread_bytes < 2 << 20, "{state:?}");
    assert_eq!(state.dropped_descriptors, 400);
}

#[test]
fn what_events_are_told_apart_by_has_bounds() {
    let rules = rule("evt.type in (openat, execve) and proc.env contains nothing and fd.name != /x", "x");
    let mut watcher = Watcher::new(rules, Settings::default());
    let mut text = String::from("process 5 sh parent=1\n");
    for number in 0..3_000 {
        let long = "y".repeat(500);
        writeln!(text, "5 openat fd=3 dirfd=AT_FDCWD name=/{long}/{number} flags=O_RDONLY").unwrap();
        writeln!(text, "5 execve path=/bin/x parent=1 args={number} env=A={number}{long}").unwrap();
        writeln!(text, "5 socket fd=4 domain=AF_INET type=2 proto={number}").unwrap();
    }
    let scenario = Scenario::parse(&text).unwrap();
    let mut most = 0;
    for event in scenario.events() {
        watcher.event(&event);
        most = most.max(watcher.metrics().state.identity_bytes);
    }
    assert!((1 << 20..3 << 20).contains(&most), "{most}");
}

#[test]
fn important_processes_are_kept_longer() {
    let limits = Limits { threads: 50, ..Limits::default() };
    let rules = rule("evt.type = mkdir and proc.pname = sshd", "%proc.name");
    let mut watcher = Watcher::new(rules, Settings { limits, ..Settings::default() });
    let scenario =
        Scenario::parse("process 2 sshd parent=1\nprocess 3 bash parent=2\n3 mkdir res=0 path=/x\n").unwrap();
    scenario.items().filter(|item| !matches!(item, Item::Event(_))).for_each(|item| drop(watcher.take(item)));
    let mut told = 0;
    for thread in 100..5_000 {
        watcher.event(&mkdir(thread, 5).as_event());
        if thread % 20 == 0 {
            told += watcher.event(&mkdir(3, 5).as_event()).len();
        }
    }
    assert_eq!(told, 245);
}

#[test]
fn ancestors_in_a_circle_come_to_an_end() {
    let scenario =
        Scenario::parse("process 8 a parent=9\nprocess 9 b parent=8\n8 mkdir res=0 path=x\n").unwrap();
    let rules = rule("evt.type = mkdir and not proc.aname = nothing", "%proc.aname[5] %proc.sname");
    let mut watcher = Watcher::new(rules, Settings::default());
    let told: usize = scenario.items().map(|item| watcher.take(item).len()).sum();
    assert_eq!(told, 1);
}

#[test]
fn times_may_run_backwards() {
    let mut watcher = Watcher::new(curious(), Settings::default());
    for time in [u64::MAX, 0, 5, 3, u64::MAX - 1] {
        watcher.event(&mkdir(4, time).as_event());
    }
    assert!(watcher.metrics().out_of_order > 0);
}
