//! Events of older versions as current ones.

use sekisho_capture::{ConvertError, Converter, Direction, EventBuf, EventFlags, EventType, Head, Profile};

use super::{capture, event, head, read};

fn converted(events: &[EventBuf]) -> Vec<EventBuf> {
    let found = read(&capture(events), Profile::Current);
    assert!(found.errors.is_empty(), "{:?}", found.errors);
    found.events
}

fn values(event: &EventBuf) -> Vec<&[u8]> {
    (0..event.as_event().parameter_count()).filter_map(|index| event.as_event().parameter(index)).collect()
}

#[test]
fn an_exit_takes_what_its_enter_event_said() {
    let (fd, size) = (3_i64.to_le_bytes(), 100_u32.to_le_bytes());
    let result = 5_i64.to_le_bytes();
    let events = [event("SYSCALL_READ_E", &[&fd, &size]), event("SYSCALL_READ_X", &[&result, b"hello"])];
    let found = converted(&events);
    assert_eq!(found.len(), 1);
    assert_eq!(values(&found[0]), [&result[..], b"hello", &fd, &size]);
}

#[test]
fn the_legacy_profile_keeps_both() {
    let fd = 3_i64.to_le_bytes();
    let events = [event("SYSCALL_CLOSE_E", &[&fd]), event("SYSCALL_CLOSE_X", &[&[0; 8]])];
    assert_eq!(read(&capture(&events), Profile::Legacy).events, events);
}

#[test]
fn without_an_enter_event_the_default_stands_in() {
    let found = converted(&[event("SYSCALL_CLOSE_X", &[&[0; 8]])]);
    assert_eq!(values(&found[0]), [&[0; 8][..], &[0; 8]]);
    let unlinked = converted(&[event("SYSCALL_UNLINK_X", &[&[0; 8]])]);
    assert_eq!(unlinked[0].head.kind.info().constant, "SYSCALL_UNLINK_2_X");
    assert_eq!(values(&unlinked[0]), [&[0; 8][..], b""]);
}

#[test]
fn an_enter_event_of_another_call_or_thread_is_no_help() {
    let of_another_call =
        [event("SYSCALL_READ_E", &[&[1; 8], &[1; 4]]), event("SYSCALL_CLOSE_X", &[&[0; 8]])];
    assert_eq!(values(&converted(&of_another_call)[0])[1], [0; 8]);
    let mut other = event("SYSCALL_CLOSE_E", &[&[9; 8]]);
    other.head.thread = 8;
    assert_eq!(values(&converted(&[other, event("SYSCALL_CLOSE_X", &[&[0; 8]])])[0])[1], [0; 8]);
}

#[test]
fn the_oldest_execve_becomes_the_newest() {
    let old: [&[u8]; 8] = [&[0; 8], b"sh\0", b"-c\0", &[7; 8], &[7; 8], &[1; 8], b"/\0", &[9; 8]];
    let found = converted(&[event("SYSCALL_EXECVE_8_E", &[]), event("SYSCALL_EXECVE_8_X", &old)]);
    let newest = found.last().unwrap();
    assert_eq!(newest.head.kind.info().constant, "SYSCALL_EXECVE_19_X");
    assert_eq!(newest.as_event().parameter_count(), newest.head.kind.info().parameters.len());
    assert_eq!(newest.as_event().named("exe"), Some(&b"sh\0"[..]));
    assert_eq!(newest.as_event().named("cwd"), Some(&b"/\0"[..]));
}

#[test]
fn the_oldest_container_event_becomes_json() {
    let old: [&[u8]; 4] = [b"3ad7b26ded6d\0", &0_u32.to_le_bytes(), b"a\"b\0", b"busybox\0"];
    let found = converted(&[event("CONTAINER_E", &old)]);
    assert_eq!(found[0].head.kind.info().constant, "CONTAINER_JSON_2_E");
    let json = r#"{"id":"3ad7b26ded6d","type":0,"name":"a\"b","image":"busybox"}"#;
    assert_eq!(values(&found[0]), [format!("{json}\0").as_bytes()]);
}

#[test]
fn everything_old_comes_to_an_end() {
    let mut converter = Converter::new(10);
    for kind in EventType::all() {
        for count in 0..=kind.info().parameters.len() {
            let mut event = EventBuf::new(Head { kind, ..head("GENERIC_E") });
            for parameter in kind.info().parameters.iter().take(count) {
                event.push(&vec![0; parameter.kind.bytes().0]);
            }
            match converter.convert(event.as_event()) {
                Ok(Some(current)) => {
                    let now = current.head.kind.info();
                    let is_old = now.flags.contains(EventFlags::OLD);
                    assert!(!is_old || kind.direction() == Direction::Enter, "{kind} with {count}");
                    assert!(current.parameter_count() <= now.parameters.len(), "{kind} with {count}");
                }
                Ok(None) | Err(ConvertError::Unknown { .. }) => {}
                Err(error) => panic!("{kind} with {count}: {error}"),
            }
        }
    }
}

#[test]
fn waiting_events_are_bounded() {
    let mut converter = Converter::new(100);
    let enter = event("SYSCALL_CLOSE_E", &[&[1; 8]]);
    for thread in 0..1000 {
        let mut event = enter.clone();
        event.head.thread = thread;
        assert!(converter.convert(event.as_event()).unwrap().is_none());
    }
    assert_eq!(converter.forgotten(), 900);
}

#[test]
fn too_many_parameters_are_refused_and_reading_goes_on() {
    let events = [event("SYSCALL_CLOSE_X", &[&[0; 8], &[0; 8], &[0; 8]]), event("PROCEXIT_1_E", &[])];
    let found = read(&capture(&events), Profile::Current);
    assert_eq!((found.events.len(), found.errors.len()), (1, 1));
    assert_eq!(
        found.errors[0].to_string(),
        "the event at byte 28 cannot be converted: `SYSCALL_CLOSE_X` has 3 parameters, more than the 2 of its type"
    );
}
