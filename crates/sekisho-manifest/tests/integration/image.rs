//! Image references are completed and refused as Docker's reference grammar has it.

use sekisho_manifest::{ImageRef, ImageRefError};

fn parse(text: &str) -> ImageRef {
    match text.parse() {
        Ok(image) => image,
        Err(error) => panic!("`{text}`: {error}"),
    }
}

#[test]
fn names_are_completed() {
    let digest = format!("sha256:{}", "0a".repeat(32));
    for (written, completed) in [
        ("nginx", "docker.io/library/nginx".to_owned()),
        ("nginx:1.29", "docker.io/library/nginx:1.29".to_owned()),
        ("acme/web", "docker.io/acme/web".to_owned()),
        ("docker.io/nginx", "docker.io/library/nginx".to_owned()),
        ("index.docker.io/nginx", "docker.io/library/nginx".to_owned()),
        ("localhost/web", "localhost/web".to_owned()),
        ("localhost:5000/web:1", "localhost:5000/web:1".to_owned()),
        ("Registry/web", "Registry/web".to_owned()),
        ("ghcr.io/acme/team/web", "ghcr.io/acme/team/web".to_owned()),
        ("[2001:db8::1]:5000/web", "[2001:db8::1]:5000/web".to_owned()),
        ("a__b/c.d-e---f", "docker.io/a__b/c.d-e---f".to_owned()),
        (&format!("nginx@{digest}"), format!("docker.io/library/nginx@{digest}")),
        (&format!("nginx:1@{digest}"), format!("docker.io/library/nginx:1@{digest}")),
    ] {
        let image = parse(written);
        assert_eq!(image.to_string(), completed, "{written}");
        assert_eq!(parse(&completed), image, "{completed} reads back");
    }
}

#[test]
fn the_tag_that_is_asked_for_is_latest_unless_something_is_said() {
    assert_eq!(parse("nginx").requested_tag(), Some("latest"));
    assert_eq!(parse("localhost:5000/web").requested_tag(), Some("latest"));
    assert_eq!(parse("nginx:1").requested_tag(), Some("1"));
    assert_eq!(parse(&format!("nginx@sha256:{}", "0a".repeat(32))).requested_tag(), None);
    assert_eq!(parse("nginx:1").name(), "docker.io/library/nginx");
}

#[test]
fn what_docker_refuses_is_refused() {
    use ImageRefError::{Digest, Identifier, NoRepository, Registry, Repository, Tag, TooLong};
    let text = |text: &str| text.to_owned();
    for (written, error) in [
        (String::new(), NoRepository),
        (text("ghcr.io/"), NoRepository),
        (text(":1"), NoRepository),
        ("0a".repeat(32), Identifier("0a".repeat(32))),
        (text("Nginx"), Repository(text("Nginx"))),
        (text("acme//web"), Repository(text("acme//web"))),
        (text("acme/web/"), Repository(text("acme/web/"))),
        (text("a___b"), Repository(text("a___b"))),
        (text("a..b"), Repository(text("a..b"))),
        (text("-web"), Repository(text("-web"))),
        (text("w\u{0435}b"), Repository(text("w\u{0435}b"))),
        (text("$(IMAGE)"), Repository(text("$(IMAGE)"))),
        (text("registry.example.com:port/web"), Registry(text("registry.example.com:port"))),
        (text("-a.example.com/web"), Registry(text("-a.example.com"))),
        (text("nginx:"), Tag(String::new())),
        (text("nginx:.1"), Tag(text(".1"))),
        (format!("nginx:{}", "1".repeat(129)), Tag("1".repeat(129))),
        (text("nginx@sha256:12"), Digest(text("sha256:12"))),
        (text("nginx@latest"), Digest(text("latest"))),
        (format!("nginx@sha256:{}", "0A".repeat(32)), Digest(format!("sha256:{}", "0A".repeat(32)))),
        (format!("acme/{}", "a".repeat(255)), TooLong),
    ] {
        assert_eq!(written.parse::<ImageRef>(), Err(error), "{written}");
    }
}
