//! Which image serves which platform.

use sekisho_oci::document::{Index, ManifestDocument};
use sekisho_oci::platform::Platform;

fn platform(text: &str) -> Platform {
    text.parse().unwrap()
}

#[test]
fn names_of_others_are_understood() {
    for (text, shown) in [
        ("linux/x86_64", "linux/amd64"),
        ("linux/aarch64", "linux/arm64"),
        ("linux/arm64/v8", "linux/arm64"),
        ("linux/arm", "linux/arm/v7"),
        ("linux/armhf", "linux/arm/v7"),
        ("linux/arm/6", "linux/arm/v6"),
        ("arm64", "linux/arm64"),
        ("windows", "windows/amd64"),
        ("Linux/AMD64", "linux/amd64"),
        ("linux/ppc64le", "linux/ppc64le"),
    ] {
        assert_eq!(platform(text).to_string(), shown);
    }
    for text in ["", "/", "linux/", "linux/amd64/v1/x", "linux amd64", "linux/a;b"] {
        assert!(text.parse::<Platform>().is_err(), "{text}");
    }
}

fn index(platforms: &[&str]) -> Index {
    let digest = |number: usize| format!("sha256:{number:064}");
    let manifests: Vec<String> = platforms
        .iter()
        .enumerate()
        .map(|(number, platform)| {
            let words: Vec<&str> = platform.split('/').collect();
            let variant = words.get(2).map(|one| format!(",\"variant\":\"{one}\"")).unwrap_or_default();
            format!(
                r#"{{"mediaType":"application/vnd.oci.image.manifest.v1+json","size":1,"digest":"{}",
                "platform":{{"os":"{}","architecture":"{}"{variant}}}}}"#,
                digest(number),
                words[0],
                words[1]
            )
        })
        .collect();
    let text = format!(r#"{{"schemaVersion":2,"manifests":[{}]}}"#, manifests.join(","));
    match ManifestDocument::parse(text.as_bytes(), None).unwrap() {
        ManifestDocument::Index(index) => index,
        ManifestDocument::Manifest(_) => panic!("no index"),
    }
}

fn chosen(platforms: &[&str], wanted: &str) -> Option<String> {
    let index = index(platforms);
    let chosen = index.choose(&platform(wanted))?;
    Some(chosen.platform.as_ref().unwrap().to_string())
}

#[test]
fn the_best_is_chosen() {
    let usual =
        ["unknown/unknown", "linux/arm/v5", "linux/arm/v7", "linux/386", "linux/amd64", "linux/arm64/v8"];
    assert_eq!(chosen(&usual, "linux/amd64").as_deref(), Some("linux/amd64"));
    assert_eq!(chosen(&usual, "linux/arm64").as_deref(), Some("linux/arm64/v8"));
    assert_eq!(chosen(&usual, "linux/arm/v6").as_deref(), Some("linux/arm/v5"));
    assert_eq!(chosen(&usual, "linux/arm/v7").as_deref(), Some("linux/arm/v7"));
    assert_eq!(chosen(&usual, "windows/amd64"), None);
    assert_eq!(chosen(&usual, "linux/s390x"), None);
    assert_eq!(chosen(&["linux/386"], "linux/amd64").as_deref(), Some("linux/386"));
    assert_eq!(chosen(&["linux/amd64/v3"], "linux/amd64"), None);
    assert_eq!(
        chosen(&["linux/amd64", "linux/amd64/v2"], "linux/amd64/v3").as_deref(),
        Some("linux/amd64/v2")
    );
    assert_eq!(chosen(&["linux/arm/v7"], "linux/arm64").as_deref(), Some("linux/arm/v7"));
}
