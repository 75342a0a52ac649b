//! Blocks as older versions of the format have them.

use sekisho_capture::{BlockType, CaptureWriter, DescriptorKind, EventType, Process, Profile};

use super::{event, read};

fn with_block(kind: BlockType, body: &[u8]) -> Vec<u8> {
    let mut writer = CaptureWriter::new(Vec::new()).unwrap();
    writer.block(kind, body).unwrap();
    writer.finish().unwrap()
}

fn text(out: &mut Vec<u8>, text: &str) {
    out.extend(u16::try_from(text.len()).unwrap().to_le_bytes());
    out.extend(text.as_bytes());
}

/// A process as version `version` of the list writes it.
fn record(version: u8) -> Vec<u8> {
    let mut out = Vec::new();
    for id in [3_i64, 2, 1] {
        out.extend(id.to_le_bytes());
    }
    if version >= 6 {
        out.extend(4_i64.to_le_bytes());
    }
    if version >= 8 {
        out.extend(5_i64.to_le_bytes());
    }
    text(&mut out, "sh");
    text(&mut out, "/bin/sh");
    if version >= 7 {
        text(&mut out, "/usr/bin/dash");
    }
    text(&mut out, "-c\0ls");
    text(&mut out, "/tmp");
    out.extend(64_i64.to_le_bytes());
    for number in [0_u32, 1000, 1001] {
        out.extend(number.to_le_bytes());
    }
    if version >= 2 {
        out.extend([7, 0, 0, 0].repeat(3));
        out.extend([8, 0, 0, 0, 0, 0, 0, 0].repeat(2));
    }
    if version >= 3 {
        text(&mut out, "A=1");
    }
    if version >= 4 {
        out.extend(33_i64.to_le_bytes());
        out.extend(22_i64.to_le_bytes());
        text(&mut out, "cpu=/x\0");
    }
    if version >= 5 {
        text(&mut out, "/srv");
    }
    out
}

#[test]
fn process_lists_of_every_version() {
    for version in 1..=8 {
        let body = [record(version), record(version)].concat();
        let found = read(&with_block(BlockType::Processes(version), &body), Profile::Current);
        assert!(found.errors.is_empty(), "version {version}: {:?}", found.errors);
        let expected = Process {
            tid: 3,
            pid: 2,
            parent: 1,
            session: if version >= 6 { 4 } else { -1 },
            virtual_group: if version >= 8 { 5 } else { -1 },
            command: b"sh".to_vec(),
            exe: b"/bin/sh".to_vec(),
            exe_path: if version >= 7 { b"/usr/bin/dash".to_vec() } else { Vec::new() },
            arguments: b"-c\0ls\0".to_vec(),
            working_folder: b"/tmp".to_vec(),
            descriptor_limit: 64,
            uid: 1000,
            gid: 1001,
            memory_virtual: if version >= 2 { 7 } else { 0 },
            memory_resident: if version >= 2 { 7 } else { 0 },
            memory_swapped: if version >= 2 { 7 } else { 0 },
            faults_major: if version >= 2 { 8 } else { 0 },
            faults_minor: if version >= 2 { 8 } else { 0 },
            environment: if version >= 3 { b"A=1\0".to_vec() } else { Vec::new() },
            virtual_tid: if version >= 4 { 33 } else { -1 },
            virtual_pid: if version >= 4 { 22 } else { -1 },
            control_groups: if version >= 4 { b"cpu=/x\0".to_vec() } else { Vec::new() },
            root: if version >= 5 { b"/srv".to_vec() } else { Vec::new() },
            ..Process::default()
        };
        assert_eq!(found.processes, [expected.clone(), expected], "version {version}");
    }
}

#[test]
fn the_ninth_version_grew_in_the_middle() {
    // Without what was inserted later: login user, flag, three sets of capabilities.
    let mut early = record(9);
    early.extend(1000_u32.to_le_bytes());
    early.push(1);
    early.extend(5_u64.to_le_bytes().repeat(3));
    let mut body = (u32::try_from(early.len()).unwrap() + 4).to_le_bytes().to_vec();
    body.extend(&early);
    let found = read(&with_block(BlockType::Processes(9), &body), Profile::Current);
    let process = &found.processes[0];
    assert_eq!((process.login_uid, process.exe_writable, process.effective), (1000, true, 5));
    assert_eq!((process.namespace_start, process.terminal, process.exe_inode), (0, 0, 0));

    // With fields of a version newer than ours behind it.
    let mut late = record(9);
    late.extend(77_u64.to_le_bytes());
    late.extend(34816_u32.to_le_bytes());
    late.extend([0; 4 + 1 + 24 + 1 + 24 + 1 + 1]);
    late.extend(12_i64.to_le_bytes());
    late.extend([0xAB; 20]);
    let mut body = (u32::try_from(late.len()).unwrap() + 4).to_le_bytes().to_vec();
    body.extend(&late);
    let found = read(&with_block(BlockType::Processes(9), &[body.clone(), body].concat()), Profile::Current);
    assert_eq!(found.processes.len(), 2);
    assert_eq!((found.processes[1].namespace_start, found.processes[1].group), (77, 12));
}

#[test]
fn lists_without_lengths() {
    let mut descriptors = 9_i64.to_le_bytes().to_vec();
    descriptors.extend(1_i64.to_le_bytes());
    descriptors.extend(55_u64.to_le_bytes());
    descriptors.push(1);
    text(&mut descriptors, "/dev/null");
    let found = read(&with_block(BlockType::Descriptors(false), &descriptors), Profile::Current);
    assert_eq!(found.tables[0].descriptors[0].inode, 55);
    let null = DescriptorKind::Named { kind: 1, name: b"/dev/null".to_vec() };
    assert_eq!(found.tables[0].descriptors[0].kind, null);

    let mut interfaces = Vec::new();
    for (kind, speed) in [(3_u16, 0), (1, 8)] {
        interfaces.extend(kind.to_le_bytes());
        interfaces.extend(2_u16.to_le_bytes());
        interfaces.extend([127, 0, 0, 1, 255, 0, 0, 0, 0, 0, 0, 0]);
        interfaces.extend(vec![1; speed]);
        interfaces.extend(b"lo");
    }
    let found = read(&with_block(BlockType::Interfaces(false), &interfaces), Profile::Current);
    assert!(found.errors.is_empty(), "{:?}", found.errors);
    assert_eq!(found.interfaces[0].address.to_string(), "127.0.0.1");
    assert_eq!((found.interfaces[0].link_speed, found.interfaces[1].name.as_slice()), (0, &b"lo"[..]));

    let mut accounts = vec![0];
    accounts.extend([1_u32.to_le_bytes(), 2_u32.to_le_bytes()].concat());
    for part in ["daemon", "/", "/bin/false"] {
        text(&mut accounts, part);
    }
    accounts.push(1);
    accounts.extend(3_u32.to_le_bytes());
    text(&mut accounts, "adm");
    let found = read(&with_block(BlockType::Accounts(false), &accounts), Profile::Current);
    assert_eq!((found.accounts[0].users[0].uid, found.accounts[0].groups[0].gid), (1, 3));
}

/// An event block without the number of parameters.
fn uncounted(constant: &str, excess: u32, parameters: &[&[u8]]) -> Vec<u8> {
    let mut rest = Vec::new();
    for value in parameters {
        rest.extend(u16::try_from(value.len()).unwrap().to_le_bytes());
    }
    rest.extend(parameters.concat());
    let mut body = 2_u16.to_le_bytes().to_vec();
    body.extend(1_u64.to_le_bytes());
    body.extend(7_i64.to_le_bytes());
    body.extend((22 + u32::try_from(rest.len()).unwrap() + excess).to_le_bytes());
    body.extend(EventType::named(constant).unwrap().number().to_le_bytes());
    body.extend(rest);
    body
}

#[test]
fn events_without_the_number_of_parameters() {
    let kind = BlockType::Event { flags: false, counted: false, large: false };
    let body = uncounted("SYSCALL_OPEN_X", 0, &[&[3; 8], b"/etc/shadow\0", &[1; 4], &[0; 4]]);
    let found = read(&with_block(kind, &body), Profile::Legacy);
    assert!(found.errors.is_empty(), "{:?}", found.errors);
    assert_eq!(found.events[0].as_event().parameter_count(), 4);
    assert_eq!(found.events[0].as_event().named("name"), Some(&b"/etc/shadow\0"[..]));
    assert_eq!(found.events[0].head.cpu, 2);

    let converted = read(&with_block(kind, &body), Profile::Current);
    assert_eq!(converted.events[0].as_event().parameter_count(), 6);

    let none = read(&with_block(kind, &uncounted("SYSCALL_OPEN_E", 0, &[])), Profile::Legacy);
    assert_eq!(none.events[0].as_event().parameter_count(), 0);

    let notice = uncounted("NOTIFICATION_E", 3, &[b"id\0", b"what\0"]);
    let found = read(&with_block(kind, &notice), Profile::Legacy);
    assert_eq!(found.events[0].as_event().named("desc"), Some(&b"what\0"[..]));

    let mut wrong = uncounted("SYSCALL_OPEN_X", 0, &[&[3; 8], b"/etc/shadow\0", &[1; 4], &[0; 4]]);
    wrong[24] = 1;
    assert_eq!(read(&with_block(kind, &wrong), Profile::Legacy).errors.len(), 1);
}

#[test]
fn events_of_one_type_may_have_other_numbers_of_parameters() {
    let all: [&[u8]; 6] = [&[3; 8], b"/etc/shadow\0", &[1; 4], &[0; 4], &[0; 4], &[0; 8]];
    let counts = [4, 4, 6, 4, 0, 2, 6, 5, 5, 3];
    let kind = BlockType::Event { flags: false, counted: false, large: false };
    let mut writer = CaptureWriter::new(Vec::new()).unwrap();
    for count in counts {
        writer.block(kind, &uncounted("SYSCALL_OPEN_X", 0, &all[..count])).unwrap();
    }
    let found = read(&writer.finish().unwrap(), Profile::Legacy);
    assert!(found.errors.is_empty(), "{:?}", found.errors);
    let events: Vec<Vec<&[u8]>> =
        found.events.iter().map(|event| event.as_event().parameters().collect()).collect();
    assert_eq!(events, counts.map(|count| all[..count].to_vec()));
}

#[test]
fn numbers_of_before_the_first_release() {
    for (number, kind) in [
        (0x8000_ABCD, BlockType::Processes(1)),
        (0x8013_ABCD, BlockType::Processes(2)),
        (0x8014_ABCD, BlockType::Processes(3)),
        (0x8001_ABCD, BlockType::Descriptors(false)),
        (0x8002_ABCD, BlockType::Machine),
        (0x8011_ABCD, BlockType::Interfaces(false)),
        (0x8012_ABCD, BlockType::Accounts(false)),
        (0x8010_ABCD, BlockType::Event { flags: false, counted: false, large: false }),
    ] {
        assert_eq!(BlockType::from_number(number), kind);
    }
    for number in
        (0x201..=0x222).filter(|number| !(0x20A..0x210).contains(number) && !(0x21A..0x220).contains(number))
    {
        assert_eq!(BlockType::from_number(number).number(), number);
    }
}

#[test]
fn joined_captures_are_sections() {
    let one = super::capture(&[event("SYSCALL_CLOSE_X", &[&[0; 8], &[0; 8]])]);
    let found = read(&[one.clone(), one].concat(), Profile::Current);
    assert_eq!((found.sections, found.events.len(), found.errors.len()), (2, 2, 0));
}
