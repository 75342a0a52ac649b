//! The module `pe` over a library that is built here.

use sekisho_yara::{Rules, Subject};

use crate::image::Image;
use crate::matches;

/// A library with one section, of which an address is 0xe00 above its place in the file.
fn library(is_wide: bool) -> Vec<u8> {
    let mut image = Image { is_wide, ..Image::default() };
    image.put(0, b"MZ");
    image.numbers(0x3c, &[(4, 0x80)]);
    image.put(0x80, b"PE\0\0");
    let (machine, size, magic) = if is_wide { (0x8664, 240, 0x20b) } else { (0x14c, 224, 0x10b) };
    image.numbers(
        0x84,
        &[(2, machine), (2, 1), (4, 1_600_000_000), (4, 0), (4, 0), (2, size), (2, 0x2002), (2, magic)],
    );
    image.numbers(0x98 + 16, &[(4, 0x1010), (4, 0x1000)]);
    image.number(0x98 + if is_wide { 24 } else { 28 }, if is_wide { 8 } else { 4 }, 0x1000_0000);
    image.numbers(0x98 + 32, &[(4, 0x1000), (4, 0x200)]);
    image.numbers(0x98 + 56, &[(4, 0x3000), (4, 0x200), (4, 0), (2, 3), (2, 0x140)]);
    let directories = 0x98 + if is_wide { 112 } else { 96 };
    image.numbers(
        directories - 4,
        &[(4, 16), (4, 0x1400), (4, 0x100), (4, 0x1100), (4, 40), (4, 0x1600), (4, 0x100)],
    );
    let section = 0x98 + usize::try_from(size).unwrap();
    image.put(section, b".text");
    image.numbers(section + 8, &[(4, 0x1000), (4, 0x1000), (4, 0x800), (4, 0x200)]);
    image.number(section + 36, 4, 0x6000_0020);
    // Imports: two functions of one library, one of them by its number.
    image.numbers(0x300, &[(4, 0x1180), (4, 0), (4, 0), (4, 0x1140), (4, 0x11c0)]);
    image.put(0x340, b"WS2_32.dll\0");
    image.put(0x350, b"\0\0WSAStartup\0");
    let by_number = if is_wide { 1 << 63 } else { 1 << 31 };
    image.numbers(0x380, &[(0, 0x1150), (0, by_number | 4), (0, 0)]);
    // Exports: the first has a name, the second none.
    image.numbers(
        0x600,
        &[
            (4, 0),
            (4, 77),
            (4, 0),
            (4, 0x1430),
            (4, 5),
            (4, 2),
            (4, 1),
            (4, 0x1440),
            (4, 0x1450),
            (4, 0x1458),
        ],
    );
    image.put(0x630, b"own.dll\0");
    image.numbers(0x640, &[(4, 0x1010), (4, 0x1020), (4, 0), (4, 0), (4, 0x1460), (4, 0), (2, 0), (2, 1)]);
    image.put(0x660, b"RunMe\0");
    // One resource: kind 10, name 7, language 0x411.
    image.numbers(0x80c, &[(2, 0), (2, 1), (4, 10), (4, 0x8000_0018)]);
    image.numbers(0x824, &[(2, 0), (2, 1), (4, 7), (4, 0x8000_0030)]);
    image.numbers(0x83c, &[(2, 0), (2, 1), (4, 0x411), (4, 0x48)]);
    image.numbers(0x848, &[(4, 0x1700), (4, 5), (4, 0), (4, 0)]);
    image.put(0xa00, b"behind");
    image.bytes
}

fn holds(condition: &str, bytes: &[u8]) -> bool {
    !matches(&format!("import \"pe\" rule only {{ condition: {condition} }}"), bytes).is_empty()
}

#[test]
fn headers_and_sections_are_told() {
    for is_wide in [false, true] {
        let bytes = library(is_wide);
        let machine =
            if is_wide { "pe.MACHINE_AMD64 and pe.is_64bit()" } else { "pe.MACHINE_I386 and pe.is_32bit()" };
        for condition in [
            &format!("pe.is_pe and pe.machine == {machine}"),
            "pe.is_dll() and pe.characteristics & pe.DLL != 0 and pe.timestamp == 1600000000",
            "pe.entry_point == 0x210 and pe.entry_point_raw == 0x1010 and pe.image_base == 0x10000000",
            "pe.subsystem == pe.SUBSYSTEM_WINDOWS_CUI and pe.dll_characteristics & pe.NX_COMPAT != 0",
            "pe.number_of_sections == 1 and pe.sections[0].name == \".text\" and pe.sections[0].full_name == \".text\"",
            "pe.sections[0].virtual_address == 0x1000 and pe.sections[0].raw_data_offset == 0x200",
            "pe.sections[0].characteristics & pe.SECTION_MEM_EXECUTE != 0 and not defined pe.sections[1].name",
            "pe.section_index(\".text\") == 0 and pe.section_index(0x300) == 0 and not defined pe.section_index(\"x\")",
            "pe.rva_to_offset(0x1100) == 0x300 and not defined pe.rva_to_offset(0x9000)",
            "pe.overlay.offset == 0xa00 and pe.overlay.size == 6",
            "pe.data_directories[pe.IMAGE_DIRECTORY_ENTRY_IMPORT].virtual_address == 0x1100",
            "pe.number_of_signatures == 0 and not defined pe.pdb_path and not defined pe.rich_signature.key",
        ] {
            assert!(holds(condition, &bytes), "{condition}, wide: {is_wide}");
        }
    }
}

#[test]
fn imports_exports_and_resources_are_told() {
    for is_wide in [false, true] {
        let bytes = library(is_wide);
        for condition in [
            "pe.number_of_imports == 1 and pe.number_of_imported_functions == 2",
            "pe.imports(\"ws2_32.DLL\", \"wsastartup\") and pe.imports(\"ws2_32.dll\", \"connect\")",
            "pe.imports(\"ws2_32.dll\", 4) and not pe.imports(\"ws2_32.dll\", 5) and pe.imports(\"ws2_32.dll\") == 2",
            "pe.imports(/ws2/i, /^(WSA|conn)/) == 2 and pe.imports(pe.IMPORT_ANY, \"ws2_32.dll\", \"connect\")",
            "not pe.imports(pe.IMPORT_DELAYED, \"ws2_32.dll\", \"connect\") and pe.import_rva(\"ws2_32.dll\", \"WSAStartup\") == 0x11c0",
            "pe.import_details[0].functions[1].ordinal == 4 and pe.import_details[0].functions[1].name == \"connect\"",
            // The digest of `ws2_32.wsastartup,ws2_32.connect`.
            "pe.imphash() == hash.md5(\"ws2_32.wsastartup,ws2_32.connect\")",
            "pe.dll_name == \"own.dll\" and pe.number_of_exports == 2 and pe.export_timestamp == 77",
            "pe.exports(\"runme\") and pe.exports(/^Run/) and pe.exports_index(\"RunMe\") == 0",
            "pe.export_details[0].ordinal == 5 and pe.export_details[0].offset == 0x210 and not defined pe.export_details[1].name",
            "pe.number_of_resources == 1 and pe.resources[0].type == 10 and pe.resources[0].id == 7",
            "pe.resources[0].language == 0x411 and pe.resources[0].length == 5 and pe.locale(0x411) and pe.language(0x11)",
            "for any section in pe.sections : ( section.name == \".text\" and section.raw_data_size == 0x800 )",
            "for any library in pe.import_details : ( for any function in library.functions : ( function.name == \"connect\" ) )",
        ] {
            assert!(holds(condition, &bytes), "{condition}, wide: {is_wide}");
        }
    }
}

#[test]
fn what_is_no_program_is_undefined() {
    for bytes in [&b"MZ"[..], b"", b"text"] {
        for condition in [
            "pe.is_pe == 0 and not defined pe.machine and not defined pe.imports(\"a.dll\")",
            "not defined pe.sections[0].name and not defined pe.version_info[\"CompanyName\"] and not defined pe.imphash()",
            "not defined pe.is_dll() and not defined pe.number_of_signatures and pe.MACHINE_I386 == 0x14c",
            "not (for any name, text in pe.version_info : ( true ))",
        ] {
            assert!(holds(condition, bytes), "{condition}");
        }
    }
}

#[test]
fn damaged_programs_are_read() {
    let rules = "import \"pe\" rule all { condition: pe.entry_point == 1 or pe.imphash() == \"\" or pe.exports(\"x\") or pe.imports(pe.IMPORT_ANY, /x/, /y/) > 9 or
        for any s in pe.sections : ( s.full_name == \"x\" ) or for any s in pe.signatures : ( s.serial == \"x\" ) or pe.overlay.size == 3 or
        pe.resources[0].type_string == \"x\" or pe.version_info[\"x\"] == \"y\" or pe.rich_signature.version(1) == 9 or pe.pdb_path == \"x\" }";
    let rules = Rules::compile(&[rules]).unwrap();
    let read = |bytes: &[u8]| rules.scan(&Subject { path: "x", bytes }).unwrap().len();
    let whole = library(false);
    for at in (0..0x1a0).chain((0x1a0..whole.len()).step_by(5)) {
        read(&whole[..at]);
        for value in [1, 0xff] {
            let mut changed = whole.clone();
            changed[at] = value;
            read(&changed);
        }
    }
}

#[test]
fn what_is_not_judged_is_left_out_by_name() {
    let rules = Rules::compile(&["import \"pe\" rule a { condition: pe.is_signed }"]).unwrap();
    assert_eq!(rules.omissions()[0].reason, "`is_signed` of the module `pe` is not evaluated");
}
