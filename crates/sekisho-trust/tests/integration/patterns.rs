//! For which images policies are.

use proptest::prelude::*;
use sekisho_manifest::ImageRef;
use sekisho_trust::ImagePattern;

fn path(glob: &str, image: &str) -> bool {
    ImagePattern::Path(glob.to_owned()).matches(&image.parse::<ImageRef>().unwrap())
}

fn wildcard(glob: &str, image: &str) -> bool {
    ImagePattern::Wildcard(glob.to_owned()).matches(&image.parse::<ImageRef>().unwrap())
}

#[test]
fn stars_stay_in_a_part_of_a_path() {
    assert!(path("example.com/team/*", "example.com/team/app:1"));
    assert!(!path("example.com/team/*", "example.com/team/inner/app:1"));
    assert!(path("example.com/**", "example.com/team/inner/app:1"));
    assert!(path("**", "nginx"));
    assert!(path("example.com/team/app:1", "example.com/team/app:1"));
    assert!(!path("example.com/team/app:2", "example.com/team/app:1"));
    assert!(!path("example.com/team/app", "evil.example.com/team/app"));
}

#[test]
fn short_names_do_not_slip_by() {
    for image in ["nginx", "library/nginx", "docker.io/nginx:1", "index.docker.io/library/nginx"] {
        assert!(path("nginx", image), "{image}");
        assert!(path("index.docker.io/library/nginx", image), "{image}");
        assert!(wildcard("docker.io/*", image), "{image}");
        assert!(wildcard("*", image), "{image}");
    }
    assert!(path("team/app", "docker.io/team/app"));
}

#[test]
fn a_registry_has_one_name() {
    for image in [
        "registry.example.com/team/app:1",
        "Registry.Example.COM/team/app:1",
        "registry.example.com:443/team/app:1",
    ] {
        for glob in ["registry.example.com/team/*", "REGISTRY.example.com:443/team/*"] {
            assert!(path(glob, image) && wildcard(glob, image), "{glob} {image}");
        }
        assert!(!path("registry.example.com:5000/team/*", image), "{image}");
    }
    for image in ["registry-1.docker.io/library/nginx:1", "registry.hub.docker.com/library/nginx"] {
        assert!(path("nginx", image) && wildcard("docker.io/*", image), "{image}");
    }
}

/// Who writes a digest behind a tag takes what the digest names, whatever the tag was for.
#[test]
fn tags_bring_in_and_do_not_leave_out_where_a_digest_is_written() {
    let image = format!("example.com/team/app:dev@sha256:{}", "0".repeat(64));
    let tag = ImagePattern::Path("example.com/team/app:dev".to_owned());
    assert!(tag.matches(&image.parse().unwrap()));
    assert!(!tag.leaves_out(&image.parse().unwrap()));
    assert!(tag.leaves_out(&"example.com/team/app:dev".parse().unwrap()));
    let name = ImagePattern::Path("example.com/team/app".to_owned());
    assert!(name.matches(&image.parse().unwrap()) && name.leaves_out(&image.parse().unwrap()));
}

#[test]
fn wildcards_of_kyverno_go_over_parts() {
    assert!(wildcard("example.com/*", "example.com/team/app:1"));
    assert!(wildcard("example.com/team/app:*", "example.com/team/app:1"));
    assert!(!wildcard("example.com/other/*", "example.com/team/app:1"));
}

proptest! {
    #[test]
    fn no_glob_takes_long(glob in "[ab/*]{0,60}", name in "[a-b]{1,40}") {
        let image: ImageRef = format!("example.com/{name}:1").parse().unwrap();
        let _ = ImagePattern::Path(glob.clone()).matches(&image);
        let _ = ImagePattern::Wildcard(glob).matches(&image);
    }
}

/// Kyverno writes `nginx` with the registry alone, and drops the tag where there is a digest.
#[test]
fn what_kyverno_lets_off_is_let_off_by_its_own_form_alone() {
    let written = |glob: &str, image: &str| {
        ImagePattern::Written(glob.to_owned()).leaves_out(&image.parse::<ImageRef>().unwrap())
    };
    assert!(wildcard("docker.io/nginx:*", "nginx") && written("docker.io/nginx:*", "nginx"));
    assert!(written("ghcr.io/a/*", "ghcr.io/a/b"));
    assert!(written("ghcr.io/a/b:latest", "ghcr.io/a/b"));
    assert!(!written("nginx*", "nginx"));
    assert!(!written("ghcr.io/a/b", "ghcr.io/a/b:1"));
    let pinned = format!("ghcr.io/a/b:1@sha256:{}", "0".repeat(64));
    assert!(!written("ghcr.io/a/b:1*", &pinned) && written("ghcr.io/a/b@*", &pinned));
}
