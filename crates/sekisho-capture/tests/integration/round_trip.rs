//! What is written is read again.

use sekisho_capture::{
    Accounts, Budget, CaptureReader, CaptureWriter, Descriptor, DescriptorKind, DescriptorTable, Direction,
    EventBuf, EventType, Group, Interface, Item, Machine, Process, Profile, Socket, User,
};

use super::{event, head, read};

fn machine() -> Machine {
    Machine {
        cpus: 8,
        memory_bytes: 1 << 34,
        max_pid: 4_194_304,
        host_name: b"node-1".to_vec(),
        boot_time: 5,
        flags: 1,
    }
}

fn process() -> Process {
    Process {
        tid: 12,
        pid: 11,
        parent: 1,
        session: 10,
        virtual_group: 2,
        command: b"nginx".to_vec(),
        exe: b"nginx: worker".to_vec(),
        exe_path: b"/usr/sbin/nginx".to_vec(),
        arguments: b"-g\0daemon off;\0".to_vec(),
        working_folder: b"/".to_vec(),
        descriptor_limit: 1024,
        flags: 3,
        uid: 101,
        gid: 102,
        memory_virtual: 1,
        memory_resident: 2,
        memory_swapped: 3,
        faults_major: 4,
        faults_minor: 5,
        environment: b"A=b\0".to_vec(),
        virtual_tid: 6,
        virtual_pid: 7,
        control_groups: b"cpu=/x\0".to_vec(),
        root: b"/root".to_vec(),
        namespace_start: 8,
        terminal: 9,
        login_uid: 1000,
        exe_writable: true,
        inheritable: 10,
        permitted: 11,
        effective: 12,
        exe_upper_layer: true,
        exe_inode: 13,
        exe_changed: 14,
        exe_modified: 15,
        exe_from_memory: true,
        exe_lower_layer: true,
        group: 16,
    }
}

fn descriptors() -> Vec<Descriptor> {
    let v4 = |port| Socket { address: [10, 0, 0, 1].into(), port };
    let v6 = |port| Socket { address: [0, 0, 0, 0, 0, 0, 0, 1].into(), port };
    let kinds = vec![
        DescriptorKind::OpenFile { flags: 1, path: b"/etc/passwd".to_vec(), device: 99 },
        DescriptorKind::Connection { source: v4(1), destination: v4(2), protocol: 1 },
        DescriptorKind::Connection { source: v6(3), destination: v6(4), protocol: 2 },
        DescriptorKind::Server { local: v4(5), protocol: 1 },
        DescriptorKind::Server { local: v6(6), protocol: 1 },
        DescriptorKind::Unix { source: 1, destination: 2, path: b"/run/x.sock".to_vec() },
        DescriptorKind::Named { kind: 7, name: b"pipe".to_vec() },
        DescriptorKind::Named { kind: 21, name: b"pidfd".to_vec() },
        DescriptorKind::Unknown(77),
    ];
    (0_i64..)
        .zip(kinds)
        .map(|(number, kind)| Descriptor { number, inode: 1000 + number.unsigned_abs(), kind })
        .collect()
}

fn whole(mut writer: CaptureWriter<impl std::io::Write>) -> CaptureWriter<impl std::io::Write> {
    writer.machine(&machine()).unwrap();
    writer.processes(&[process(), Process::default()]).unwrap();
    writer.descriptors(&DescriptorTable { thread: 11, descriptors: descriptors() }).unwrap();
    let interfaces = [
        Interface {
            name: b"eth0".to_vec(),
            address: [10, 0, 0, 1].into(),
            mask: [255, 0, 0, 0].into(),
            broadcast: [10, 255, 255, 255].into(),
            link_speed: 1000,
        },
        Interface {
            name: b"lo".to_vec(),
            address: [0, 0, 0, 0, 0, 0, 0, 1].into(),
            mask: [0xFFFF; 8].into(),
            broadcast: [0; 8].into(),
            link_speed: 0,
        },
    ];
    writer.interfaces(&interfaces).unwrap();
    writer
        .accounts(&Accounts {
            users: vec![User {
                uid: 0,
                gid: 0,
                name: b"root".to_vec(),
                home: b"/root".to_vec(),
                shell: b"/bin/sh".to_vec(),
            }],
            groups: vec![Group { gid: 27, name: b"sudo".to_vec() }],
        })
        .unwrap();
    let flagged = EventBuf::new(sekisho_capture::Head { flags: 2, ..head("SYSCALL_OPEN_X") });
    writer.event(&flagged.as_event()).unwrap();
    let large = event("CONTAINER_JSON_2_E", &[&vec![b'x'; 100_000]]);
    writer.event(&large.as_event()).unwrap();
    writer
}

#[test]
fn every_kind_of_item() {
    let bytes = {
        let mut bytes = Vec::new();
        drop(whole(CaptureWriter::new(&mut bytes).unwrap()));
        bytes
    };
    let found = read(&bytes, Profile::Legacy);
    assert!(found.errors.is_empty(), "{:?}", found.errors);
    assert_eq!((found.sections, &found.machines[0]), (1, &machine()));
    assert_eq!(found.processes, [process(), Process::default()]);
    assert_eq!(found.tables[0].thread, 11);
    assert_eq!(found.tables[0].descriptors, descriptors());
    assert_eq!(found.interfaces.len(), 2);
    assert_eq!(found.interfaces[1].name, b"lo");
    assert_eq!(found.accounts[0].users[0].shell, b"/bin/sh");
    assert_eq!(found.accounts[0].groups[0].gid, 27);
    assert_eq!(found.events[0].head.flags, 2);
    assert_eq!(found.events[1].as_event().parameter(0).unwrap().len(), 100_000);
}

#[test]
fn compressed_as_plain() {
    let event = event("SYSCALL_CLOSE_X", &[&0_i64.to_le_bytes(), &3_i64.to_le_bytes()]);
    let mut writer = CaptureWriter::compressed(Vec::new()).unwrap();
    for _ in 0..1000 {
        writer.event(&event.as_event()).unwrap();
    }
    let bytes = writer.finish_compressed().unwrap();
    assert!(bytes.starts_with(&[0x1F, 0x8B]) && bytes.len() < 10_000);
    let found = read(&bytes, Profile::Current);
    assert!(found.errors.is_empty());
    assert_eq!(found.events.len(), 1000);
    assert_eq!(found.events[999], event);
}

#[test]
fn every_event_type_with_all_its_parameters() {
    for kind in EventType::all() {
        let mut event = EventBuf::new(sekisho_capture::Head { kind, ..head("GENERIC_E") });
        for (place, parameter) in (1_u8..).zip(&kind.info().parameters) {
            event.push(&vec![place; parameter.kind.bytes().0.max(3)]);
        }
        let found = read(&super::capture(std::slice::from_ref(&event)), Profile::Legacy);
        assert_eq!(found.events, [event], "{kind}");
    }
}

#[test]
fn items_that_were_read_are_written_alike() {
    let mut first = Vec::new();
    drop(whole(CaptureWriter::new(&mut first).unwrap()));
    let mut reader = CaptureReader::new(&first[..], Profile::Legacy, Budget::default()).unwrap();
    let mut writer = CaptureWriter::new(Vec::new()).unwrap();
    while let Some(item) = reader.next_item().unwrap() {
        writer.item(&item).unwrap();
        if let Item::Event(event) = item {
            assert_eq!(event.parameters().count(), event.parameter_count());
        }
    }
    assert_eq!(writer.finish().unwrap(), first);
}

#[test]
fn the_table_of_types() {
    let kind = EventType::named("SOCKET_ACCEPT4_6_X").unwrap();
    assert_eq!((kind.info().name, kind.direction()), ("accept4", Direction::Exit));
    let open = EventType::named("SYSCALL_OPEN_X").unwrap();
    let flags = open.info().parameters[2].flags.unwrap();
    assert_eq!(flags.value("O_LARGEFILE"), Some(2048));
    assert_eq!(EventType::all().count(), 454);
    assert!(EventType::from_number(454).is_none());
    assert_eq!(sekisho_capture::syscall_name(2), Some("exit"));
    let event = event("SYSCALL_CLOSE_X", &[b"12345678", b"abcdefgh"]);
    assert_eq!(event.as_event().named("fd"), Some(&b"abcdefgh"[..]));
    assert_eq!(event.as_event().named("none"), None);
}
