//! The words of both languages.

use std::collections::BTreeSet;

use sekisho_finding::Message;
use sekisho_framework::frameworks;
use sekisho_inventory::Inventory;
use sekisho_manifest::{Budget, Document, Format, Source, SourceId, load};
use sekisho_posture::{Settings, examine};
use sekisho_report::{Catalogue, Language};

/// The `{name}` places of a text.
fn places(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
}

#[test]
fn both_languages_have_the_same_words_of_the_user_interface() {
    let [english, japanese] = Language::ALL.map(Catalogue::new);
    let keys = |catalogue: &Catalogue| -> BTreeSet<String> {
        catalogue.entries().map(|(key, _)| key.to_owned()).filter(|key| key.starts_with("ui.")).collect()
    };
    let (english_keys, japanese_keys) = (keys(&english), keys(&japanese));
    assert!(english_keys.len() > 50, "the file of English words does not load");
    assert_eq!(english_keys, japanese_keys);
    for (key, text) in english.entries() {
        let other = japanese.entries().find(|(other, _)| *other == key).map_or("", |(_, text)| text);
        assert!(!text.is_empty() && !other.is_empty(), "{key} is empty");
        assert_eq!(places(text), places(other), "{key}");
    }
}

#[test]
fn japanese_says_only_what_a_check_says() {
    let japanese = Catalogue::new(Language::Japanese);
    for (key, text) in japanese.entries() {
        let Some(rest) = key.strip_prefix("check.") else { continue };
        let (slug, field) = rest.split_once('.').expect("a check and its field");
        let check = sekisho_posture::check(slug).unwrap_or_else(|| panic!("{key}: no such check"));
        let english = match field.split_once('.').map_or(field, |(field, _)| field) {
            "title" => check.title,
            "remedy" => check.remedy,
            "message" => match field.strip_prefix("message.") {
                None => check.message,
                Some(variant) => check
                    .variants
                    .iter()
                    .find(|(name, _)| *name == variant)
                    .map_or_else(|| panic!("{key}: no such variant"), |(_, template)| template),
            },
            _ => panic!("{key}: no such field"),
        };
        assert_eq!(places(text), places(english), "{key}");
    }
}

#[test]
fn japanese_names_every_control_and_no_other() {
    let japanese = Catalogue::new(Language::Japanese);
    let mut expected = BTreeSet::new();
    for framework in frameworks() {
        for section in framework.sections {
            expected.insert(format!("section.{}/{}", framework.id, section.id));
            for control in section.controls {
                for field in ["title", "description"] {
                    expected.insert(format!("control.{}/{}.{field}", framework.id, control.id));
                }
                assert_ne!(japanese.control_title(framework, control), control.title);
                assert_ne!(japanese.control_description(framework, control), control.description);
            }
        }
    }
    let present: BTreeSet<String> = japanese
        .entries()
        .map(|(key, _)| key.to_owned())
        .filter(|key| key.starts_with("control.") || key.starts_with("section."))
        .collect();
    assert_eq!(present, expected);
}

#[test]
fn english_words_of_controls_stand_beside_the_controls() {
    let english = Catalogue::new(Language::English);
    for framework in frameworks() {
        for section in framework.sections {
            assert_eq!(english.section_title(framework, section), section.title);
            for control in section.controls {
                assert_eq!(english.control_title(framework, control), control.title);
            }
        }
    }
}

#[test]
fn languages_are_read_as_tags_and_as_locales() {
    for (text, language) in [
        ("en", Language::English),
        ("ja", Language::Japanese),
        ("ja-JP", Language::Japanese),
        ("ja_JP.UTF-8", Language::Japanese),
        ("en_GB", Language::English),
    ] {
        assert_eq!(text.parse(), Ok(language), "{text}");
    }
    assert!("C".parse::<Language>().is_err());
}

/// The fixes and related places of the bad examples of every check, in English.
fn spoken() -> (BTreeSet<String>, BTreeSet<String>) {
    let settings = Settings {
        trusted_registries: vec!["registry.example.com".into()],
        kubernetes_minor: Some(34),
        today: Some(20_454),
    };
    let (mut fixes, mut related) = (BTreeSet::new(), BTreeSet::new());
    for check in sekisho_posture::checks() {
        let page = sekisho_posture::manual(check.id).unwrap_or("");
        for text in page.split("```yaml bad\n").skip(1).filter_map(|rest| rest.split("```").next()) {
            let loaded = load(SourceId(0), text, Format::Detect, &Budget::default());
            let objects = loaded.documents.iter().flat_map(Document::objects).collect();
            let inventory = Inventory::new(vec![Source::new("example.yaml", text)], objects, "default");
            for finding in examine(&inventory, &[check], &settings) {
                fixes.extend(finding.fix.map(|fix| fix.description.into_owned()));
                related.extend(finding.related.into_iter().map(|place| place.message.template.into_owned()));
            }
        }
    }
    (fixes, related)
}

#[test]
fn fixes_and_related_places_are_said_in_japanese() {
    let japanese = Catalogue::new(Language::Japanese);
    let (fixes, related) = spoken();
    assert!(fixes.len() > 20, "the examples do not load");
    let untranslated: Vec<&String> = fixes
        .iter()
        .filter(|text| japanese.fix(text) == text.as_str())
        .chain(related.iter().filter(|text| japanese.message(&Message::text((*text).clone())) == **text))
        .collect();
    assert!(untranslated.is_empty(), "add these to [fix] or [related] of ja.toml: {untranslated:#?}");
}

#[test]
fn values_between_backticks_are_carried_over() {
    let japanese = Catalogue::new(Language::Japanese);
    assert_eq!(japanese.fix("set `a: {1}`"), "`a: {1}` を設定する");
    assert_eq!(japanese.fix("add `x` to `y`"), "`y` に `x` を追加する");
    assert_eq!(japanese.fix("do `x` in another way"), "do `x` in another way");
}
