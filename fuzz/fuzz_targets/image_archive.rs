//! Archives of whole images: where their files lie, and the lists of their images.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sekisho_oci::archive::{
    Contents, DockerEntry, check_layout_mark, choose_in_layout, docker_entries, layout_index,
};
use sekisho_oci::budget::Budget;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(contents) = Contents::read(std::io::Cursor::new(bytes), Budget::default())
        && let Some(extent) = contents.find("manifest.json")
    {
        assert!(extent.offset + extent.size <= bytes.len() as u64);
    }
    if let Ok(entries) = docker_entries(bytes) {
        let _ = DockerEntry::choose(&entries, None).map(|entry| entry.image(b"{}"));
    }
    if let Ok(index) = layout_index(bytes) {
        let _ = choose_in_layout(&index, Some("name"));
    }
    let _ = check_layout_mark(bytes);
});
