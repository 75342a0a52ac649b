//! The module `elf` over programs that are built here.

use sekisho_yara::{Rules, Subject};

use crate::image::Image;
use crate::matches;

const NAMES: &[u8] = b"\0.text\0.symtab\0.strtab\0.dynsym\0.shstrtab\0";
/// Enough names of functions for a hash over them.
const FUNCTIONS: [&str; 12] = [
    "connect_upstream",
    "decode_frame",
    "encode_frame",
    "flush_queue",
    "handle_signal",
    "list_entries",
    "open_archive",
    "parse_header",
    "read_table",
    "Send_Report",
    "verify_digest",
    "write_index",
];

/// A program with code, symbols, imports and a dynamic segment.
fn program(is_wide: bool, is_big_endian: bool, kind: u64) -> Vec<u8> {
    let mut image = Image { is_big_endian, is_wide, ..Image::default() };
    let (symbol_size, header_size) = if is_wide { (24, 64) } else { (16, 40) };
    image.put(0, b"\x7fELF");
    image.put(4, &[if is_wide { 2 } else { 1 }, if is_big_endian { 2 } else { 1 }, 1]);
    let machine = if is_wide { 62 } else { 8 };
    image.numbers(
        16,
        &[
            (2, kind),
            (2, machine),
            (4, 1),
            (0, 0x40_1010),
            (0, 0x80),
            (0, 0x1000),
            (4, 0),
            (2, 64),
            (2, 56),
            (2, 2),
            (2, header_size as u64),
            (2, 6),
            (2, 5),
        ],
    );
    let segment = |kind: u64, flags: u64, offset: u64, address: u64, size: u64| {
        if is_wide {
            vec![
                (4, kind),
                (4, flags),
                (8, offset),
                (8, address),
                (8, address),
                (8, size),
                (8, size),
                (8, 4096),
            ]
        } else {
            vec![
                (4, kind),
                (4, offset),
                (4, address),
                (4, address),
                (4, size),
                (4, size),
                (4, flags),
                (4, 4096),
            ]
        }
    };
    let segment_size = if is_wide { 56 } else { 32 };
    image.numbers(0x80, &segment(1, 5, 0x200, 0x40_1000, 0x100));
    image.numbers(0x80 + segment_size, &segment(2, 6, 0x300, 0x40_2000, 0x40));
    image.numbers(0x300, &[(0, 1), (0, 77), (0, 14), (0, 99), (0, 0), (0, 0)]);
    image.put(0x400, NAMES);
    // The texts of symbols, and symbols of which the first two are imported.
    let mut texts = b"\0puts\0Fork\0".to_vec();
    let mut symbols = vec![(1_u64, 0x12_u64, 0_u64, 0_u64), (6, 0x12, 0, 0)];
    for (place, name) in FUNCTIONS.iter().enumerate() {
        symbols.push((texts.len() as u64, 0x12, 1, 0x40_1000 + 16 * place as u64));
        texts.extend(name.as_bytes());
        texts.push(0);
    }
    image.put(0x500, &texts);
    for (place, (name, info, section, value)) in symbols.iter().enumerate() {
        let at = 0x800 + symbol_size * place;
        if is_wide {
            image.numbers(at, &[(4, *name), (1, *info), (1, 0), (2, *section), (8, *value), (8, 16)]);
        } else {
            image.numbers(at, &[(4, *name), (4, *value), (4, 16), (1, *info), (1, 0), (2, *section)]);
        }
    }
    let table = (symbol_size * symbols.len()) as u64;
    let sections = [
        (0, 0, 0, 0, 0, 0, 0),
        (1, 1, 6, 0x40_1000, 0x200, 0x100, 0),
        (7, 2, 0, 0, 0x800, table, 3),
        (15, 3, 0, 0, 0x500, texts.len() as u64, 0),
        (23, 11, 2, 0, 0x800, 2 * symbol_size as u64, 3),
        (31, 3, 0, 0, 0x400, NAMES.len() as u64, 0),
    ];
    for (place, (name, kind, flags, address, offset, size, link)) in sections.into_iter().enumerate() {
        let numbers = [
            (4, name),
            (4, kind),
            (0, flags),
            (0, address),
            (0, offset),
            (0, size),
            (4, link),
            (4, 0),
            (0, 1),
            (0, 0),
        ];
        image.numbers(0x1000 + header_size * place, &numbers);
    }
    image.bytes
}

fn holds(condition: &str, bytes: &[u8]) -> bool {
    !matches(&format!("import \"elf\" rule only {{ condition: {condition} }}"), bytes).is_empty()
}

#[test]
fn headers_sections_and_segments_are_told() {
    for (is_wide, is_big_endian) in [(true, false), (false, true), (false, false), (true, true)] {
        let bytes = program(is_wide, is_big_endian, 2);
        let machine = if is_wide { "elf.EM_X86_64" } else { "elf.EM_MIPS" };
        for condition in [
            &format!("elf.type == elf.ET_EXEC and elf.machine == {machine} and elf.entry_point == 0x210"),
            "elf.number_of_sections == 6 and elf.number_of_segments == 2 and elf.ph_entry_size == 56",
            "elf.sh_offset == 0x1000 and elf.ph_offset == 0x80",
            "elf.sections[1].name == \".text\" and elf.sections[1].address == 0x401000",
            "elf.sections[1].flags & elf.SHF_EXECINSTR != 0 and elf.sections[1].size == 0x100",
            "elf.sections[4].type == elf.SHT_DYNSYM and elf.sections[4].offset == 0x800",
            "not defined elf.sections[6].name and not defined elf.sections[-1].type",
            "elf.segments[0].type == elf.PT_LOAD and elf.segments[0].flags == elf.PF_R | elf.PF_X",
            "elf.segments[0].virtual_address == 0x401000 and elf.segments[0].physical_address == 0x401000",
            "elf.segments[1].offset == 0x300 and elf.segments[1].alignment == 4096",
            "elf.segments[1].file_size == 0x40 and elf.segments[1].memory_size == 0x40",
            "elf.dynamic_section_entries == 3 and elf.dynamic[0].type == elf.DT_NEEDED and elf.dynamic[1].val == 99",
        ] {
            assert!(holds(condition, &bytes), "{condition}, wide: {is_wide}, big endian: {is_big_endian}");
        }
        assert!(holds("elf.entry_point == 0x210", &program(is_wide, is_big_endian, 3)));
    }
}

#[test]
fn symbols_are_told_and_hashed() {
    for (is_wide, is_big_endian) in [(true, false), (false, true)] {
        let bytes = program(is_wide, is_big_endian, 3);
        for condition in [
            "elf.symtab_entries == 14 and elf.dynsym_entries == 2",
            "elf.symtab[0].name == \"puts\" and elf.symtab[2].name == \"connect_upstream\"",
            "elf.symtab[3].value == 0x401010 and elf.symtab[3].size == 16 and elf.symtab[3].shndx == 1",
            "elf.symtab[3].type == elf.STT_FUNC and elf.symtab[3].bind == elf.STB_GLOBAL",
            "elf.dynsym[1].name == \"Fork\" and elf.dynsym[1].shndx == 0",
            // The digest of `fork,puts`.
            "elf.import_md5() == \"07089239aae9053b88628966dd52d52d\"",
            // Of one name that tells something there are not enough letters.
            "elf.telfhash() == \"\"",
        ] {
            assert!(holds(condition, &bytes), "{condition}, wide: {is_wide}");
        }
    }
}

#[test]
fn functions_are_hashed_where_nothing_is_imported_by_name() {
    let mut bytes = program(true, false, 3);
    // The section of dynamic symbols becomes one of notes.
    bytes[0x1000 + 4 * 64 + 4] = 7;
    let hash = "T1A9C080B70C88550C592050335450475502EDCBD255400D671744C71540A15E6B19762F";
    assert!(holds(&format!("elf.telfhash() == \"{hash}\""), &bytes));
    assert!(holds(
        "not defined elf.dynsym_entries and elf.import_md5() == \"07089239aae9053b88628966dd52d52d\"",
        &bytes
    ));
}

#[test]
fn loops_go_through_tables() {
    let bytes = program(true, false, 2);
    for condition in [
        "for any section in elf.sections : ( section.name == \".dynsym\" and section.flags == 2 )",
        "for all segment in elf.segments : ( segment.flags & elf.PF_R != 0 )",
        "for 2 i in (0..elf.number_of_sections - 1) : ( elf.sections[i].type == elf.SHT_STRTAB )",
        "for any symbol in elf.symtab : ( for any section in elf.sections : ( section.name == \".text\" and symbol.value == section.address ) )",
        "with text = elf.sections[1] : ( text.name == \".text\" )",
        "not for none entry in elf.dynamic : ( entry.type == elf.DT_DEBUG )",
    ] {
        assert_eq!(holds(condition, &bytes), !condition.starts_with("not for none"), "{condition}");
    }
}

#[test]
fn what_is_no_program_is_undefined() {
    let whole = program(true, false, 2);
    for bytes in [&b"text"[..], &whole[..64], b"\x7fELF\x02\x01", b""] {
        for condition in [
            "not defined elf.type and not defined elf.sections[0].name and not defined elf.dynsym_entries",
            "not defined elf.telfhash() and not defined elf.import_md5()",
            "elf.EM_X86_64 == 62",
            // What goes through nothing holds of nothing.
            "not (for any section in elf.sections : ( true ) or for none section in elf.sections : ( false ))",
        ] {
            assert!(holds(condition, bytes), "{condition}");
        }
    }
}

#[test]
fn damaged_programs_are_read() {
    let rules = "import \"elf\" rule all { condition: elf.entry_point == 1 or elf.telfhash() == \"\" or elf.import_md5() == \"\" or
        for any s in elf.sections : ( s.name == \"\" ) or for any s in elf.segments : ( s.type == 99 ) or elf.dynamic[0].val == 3 or
        for any s in elf.symtab : ( s.name == \"x\" ) or elf.dynsym[0].value == 1 }";
    let rules = Rules::compile(&[rules]).unwrap();
    let read = |bytes: &[u8]| rules.scan(&Subject { path: "x", bytes }).unwrap().len();
    let whole = program(true, false, 3);
    for at in (0..0x100).chain((0x100..whole.len()).step_by(61)) {
        read(&whole[..at]);
        for value in [1, 0xff] {
            let mut changed = whole.clone();
            changed[at] = value;
            read(&changed);
        }
    }
    // Segments without number that all name the same entries.
    let mut many = Image { is_wide: true, ..Image::default() };
    many.put(0, &whole[..64]);
    many.numbers(32, &[(8, 64)]);
    many.numbers(56, &[(2, 0xfffe)]);
    for place in 0..0xfffe {
        many.numbers(64 + 56 * place, &[(4, 2), (4, 4), (8, 1)]);
    }
    many.put(64 + 56 * 0xfffe, &vec![1; 1 << 16]);
    assert!(holds("elf.number_of_segments == 0xfffe and elf.dynamic_section_entries > 0", &many.bytes));
}
