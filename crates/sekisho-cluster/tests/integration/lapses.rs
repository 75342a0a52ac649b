//! Lists of lapsed approvals: what is written is read, within the room of a ConfigMap, and nothing else is a list.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sekisho_cluster::{Lapse, LapseAction, LapseList, LapseListError};
use sekisho_manifest::{Budget, Format, Node, SourceId, load};

fn image(number: usize) -> String {
    format!("registry.example.com/team/app@sha256:{number:064x}")
}

fn list(images: usize, reason: &str) -> LapseList {
    let since: Timestamp = "2026-11-23T10:00:00Z".parse().expect("a time");
    let lapse = |number| (image(number), Lapse { since, reason: reason.to_owned() });
    LapseList {
        action: LapseAction::Deny,
        checked: "2026-11-23T12:00:00Z".parse().expect("a time"),
        left: 0,
        images: (0..images).map(lapse).collect(),
    }
}

fn node(text: &str) -> Node {
    let loaded = load(SourceId::default(), text, Format::Yaml, &Budget::default());
    loaded.documents.into_iter().next().expect("a document").root
}

fn read(data: &str) -> Result<LapseList, LapseListError> {
    LapseList::read(&node(&format!("data: {{{data}}}")))
}

#[test]
fn what_is_written_is_read() {
    for images in [0, 1, 3] {
        let written = list(images, "trust policy `team`: it expired");
        let map = written.config_map("sekisho", "lapsed");
        assert_eq!(LapseList::read(&node(&map.to_string())).expect("a list"), written);
    }
}

#[test]
fn a_list_fits_into_a_config_map_however_much_has_lapsed() {
    let written = list(LapseList::MOST + 10, &"é\n".repeat(10_000)).config_map("sekisho", "lapsed");
    let text = written.to_string();
    assert!(text.len() < 1 << 20, "{}", text.len());
    let read = LapseList::read(&node(&text)).expect("a list");
    assert_eq!(read.images.len(), LapseList::MOST);
    assert!(read.images.values().all(|lapse| lapse.reason.len() <= LapseList::REASON));
}

#[test]
fn long_names_are_left_out_before_a_list_is_too_long() {
    let mut list = list(LapseList::MOST, &"x".repeat(1_000));
    let long = |image: &str| format!("{}/{image}", "r".repeat(350));
    list.images = list.images.iter().map(|(image, lapse)| (long(image), lapse.clone())).collect();
    let text = list.config_map("sekisho", "lapsed").to_string();
    assert!(text.len() < 1 << 20, "{}", text.len());
    let read = LapseList::read(&node(&text)).expect("a list");
    assert!(read.left > 0);
    assert_eq!(read.images.len() + read.left, LapseList::MOST);
}

#[test]
fn what_is_wrong_is_no_list_as_a_whole() {
    let good = "action: deny, checked: '2026-11-23T12:00:00Z', left: '0'";
    let line = format!("{} 2026-11-23T10:00:00Z it expired", image(1));
    assert_eq!(read(&format!("{good}, images: ''")).expect("a list").images, BTreeMap::new());
    assert_eq!(read(&format!("{good}, images: '{line}'")).expect("a list").images.len(), 1);
    for wrong in [
        good.to_owned(),
        "images: ''".to_owned(),
        format!("{}, images: ''", good.replace("deny", "drop")),
        format!("{}, images: ''", good.replace("2026", "never")),
        format!("{}, images: ''", good.replace("'0'", "'-1'")),
        format!("{good}, images: \"{line}\\n\\n{line}\""),
        format!("{good}, images: '{}'", line.replace("sha256", "md5")),
        format!("{good}, images: '{}'", line.replace("000", "")),
        format!("{good}, images: '{}'", line.replace("T10", "")),
        format!("{good}, images: '{}'", line.replace("registry.example.com/team/app@", "")),
        format!("{good}, images: '{}'", line.replace("registry", &"r".repeat(500))),
        format!("{good}, images: [a]"),
    ] {
        assert!(read(&wrong).is_err(), "{wrong}");
    }
    let line = |number| format!("{} 2026-11-23T10:00:00Z x", image(number));
    let lines: Vec<String> = (0..=LapseList::MOST).map(line).collect();
    let lines = lines.join("\\n");
    assert_eq!(read(&format!("{good}, images: \"{lines}\"")), Err(LapseListError::TooLong(LapseList::MOST)));
}
