//! The words of both languages.

use std::collections::{BTreeMap, BTreeSet};

use sekisho_finding::fault::FAULTS;
use sekisho_finding::{Finding, Message};
use sekisho_framework::frameworks;
use sekisho_inventory::Inventory;
use sekisho_manifest::{Budget, Document, Format, Source, SourceId, load};
use sekisho_posture::{Component, Settings, examine};
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

/// The English texts of every rule, by the paths of their entries.
fn texts_of_rules() -> BTreeMap<String, &'static str> {
    let checks = sekisho_posture::checks()
        .map(|check| (check.id, [check.title, check.message, check.remedy], check.variants));
    let faults =
        FAULTS.iter().map(|fault| (fault.id, [fault.title, fault.message, fault.remedy], fault.variants));
    let mut texts = BTreeMap::new();
    for (slug, [title, message, remedy], variants) in checks.chain(faults) {
        for (field, text) in [("title", title), ("message", message), ("remedy", remedy)] {
            texts.insert(format!("check.{slug}.{field}"), text);
        }
        texts.extend(variants.iter().map(|(name, text)| (format!("check.{slug}.variant.{name}"), *text)));
    }
    texts
}

#[test]
fn japanese_says_what_every_rule_says_and_nothing_else() {
    let japanese = Catalogue::new(Language::Japanese);
    let texts = texts_of_rules();
    let missing = japanese.missing(texts.keys().map(String::as_str));
    assert!(missing.is_empty(), "add these to ja.toml: {missing:#?}");
    for (key, text) in japanese.entries().filter(|(key, _)| key.starts_with("check.")) {
        let english = texts.get(key).unwrap_or_else(|| panic!("{key}: no rule says this"));
        assert!(!text.is_empty(), "{key} is empty");
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

/// The findings of the bad examples of every check.
fn examples() -> Vec<Finding> {
    let settings = Settings {
        trusted_registries: vec!["registry.example.com".into()],
        kubernetes_minor: Some(34),
        server_version: None,
        today: Some(20_454),
    };
    let mut found = Vec::new();
    for check in sekisho_posture::checks() {
        let page = sekisho_posture::manual(check.id).unwrap_or("");
        for text in page.split("```yaml bad\n").skip(1).filter_map(|rest| rest.split("```").next()) {
            let loaded = load(SourceId(0), text, Format::Detect, &Budget::default());
            let objects = loaded.documents.iter().flat_map(Document::objects).collect();
            let inventory = Inventory::new(vec![Source::new("example.yaml", text)], objects, "default");
            found.extend(examine(&inventory, &[check], &settings));
        }
    }
    assert!(found.len() > 200, "the examples do not load");
    found
}

/// A text with `{1}`, `{2}` … in place of what stands between backticks.
fn pattern(text: &str) -> String {
    let parts = text.split('`').enumerate();
    let parts = parts.map(
        |(at, part)| {
            if at % 2 == 1 { format!("`{{{}}}`", at.div_ceil(2)) } else { part.to_owned() }
        },
    );
    parts.collect()
}

/// Fails when a spoken text has no entry in the table, or an entry of the table is not spoken.
fn assert_spoken(table: &str, spoken: &BTreeSet<String>) {
    let japanese = Catalogue::new(Language::Japanese);
    let entries: BTreeMap<&str, &str> = japanese
        .entries()
        .filter_map(|(key, text)| Some((key.strip_prefix(table)?.strip_prefix('.')?, text)))
        .collect();
    let mut stale: BTreeSet<&str> = entries.keys().copied().collect();
    let mut missing = BTreeSet::new();
    for text in spoken {
        let keys = [text.clone(), pattern(text)];
        match keys.iter().find_map(|key| entries.get_key_value(key.as_str())) {
            Some((key, japanese)) => {
                stale.remove(key);
                assert_eq!(places(japanese), places(key), "[{table}] {key}");
            }
            None => drop(missing.insert(text)),
        }
    }
    assert!(missing.is_empty(), "add these to [{table}] of ja.toml: {missing:#?}");
    assert!(stale.is_empty(), "nothing says these of [{table}] of ja.toml: {stale:#?}");
}

#[test]
fn fixes_are_said_in_japanese() {
    let fixes = examples().into_iter().filter_map(|finding| Some(finding.fix?.description.into_owned()));
    assert_spoken("fix", &fixes.collect());
}

#[test]
fn related_places_are_said_in_japanese() {
    let related = examples().into_iter().flat_map(|finding| finding.related);
    assert_spoken("related", &related.map(|place| place.message.template.into_owned()).collect());
}

/// The names of the places that stand outside of backticks.
fn open_places(text: &str) -> BTreeSet<&str> {
    text.split('`').step_by(2).flat_map(places).collect()
}

/// Whether something of the value, outside of backticks, is an English word.
fn has_words(value: &str) -> bool {
    let mut words = value.split('`').step_by(2).flat_map(str::split_whitespace);
    words.any(|word| word.chars().all(|letter| letter.is_ascii_lowercase()))
}

#[test]
fn english_words_that_fill_places_are_said_in_japanese() {
    let japanese = Catalogue::new(Language::Japanese);
    let templates: BTreeMap<&str, &str> = japanese.entries().collect();
    let kinds = sekisho_posture::credential_kinds().map(|kind| format!("kind.{kind}"));
    let components = Component::ALL.map(|component| format!("component.{}", component.title()));
    let mut spoken: BTreeSet<String> =
        kinds.chain(components).filter(|value| value.split('.').skip(1).any(has_words)).collect();
    for Finding { message, .. } in examples() {
        let key = match message.key.split_once('.') {
            Some((slug, variant)) => format!("check.{slug}.variant.{variant}"),
            None => format!("check.{}.message", message.key),
        };
        let open = templates.get(key.as_str()).map(|template| open_places(template)).unwrap_or_default();
        let values = message.arguments.iter().filter(|(name, value)| open.contains(name) && has_words(value));
        spoken.extend(values.map(|(name, value)| format!("{name}.{value}")));
    }
    assert_spoken("value", &spoken);
}

#[test]
fn words_in_places_are_said_in_the_language_of_the_message() {
    let message = Message {
        key: "credential-in-annotation".into(),
        template: "annotation `{annotation}` holds a {kind}".into(),
        arguments: vec![("annotation", "password".into()), ("kind", "password".into())],
    };
    let [english, japanese] = Language::ALL.map(|language| Catalogue::new(language).message(&message));
    assert_eq!(english, "annotation `password` holds a password");
    assert!(japanese.contains("`password`") && japanese.contains("パスワード"), "{japanese}");
}

#[test]
fn values_between_backticks_are_carried_over() {
    let japanese = Catalogue::new(Language::Japanese);
    assert_eq!(japanese.fix("set `a: {1}`"), "`a: {1}` を設定する");
    assert_eq!(japanese.fix("add `x` to `y`"), "`y` に `x` を追加する");
    assert_eq!(japanese.fix("do `x` in another way"), "do `x` in another way");
}

#[test]
fn lists_are_joined_as_the_language_does() {
    let message = Message {
        key: "api-server-kubelet-certificate".into(),
        template: "the API server shows kubelets no certificate, because it lacks {flags}".into(),
        arguments: vec![("flags", "`--a`, `--b`".into())],
    };
    let [english, japanese] = Language::ALL.map(|language| Catalogue::new(language).message(&message));
    assert!(english.ends_with("lacks `--a`, `--b`"), "{english}");
    assert!(japanese.contains("`--a`、`--b`"), "{japanese}");
}
