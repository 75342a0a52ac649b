//! Registries that tell the truth: signing in, waiting, redirections, mirrors, platforms.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use data_encoding::BASE64;
use sekisho_oci::digest::Digest;
use sekisho_oci::image::Refusal;
use sekisho_registry::Settings;

use crate::server::{Body, Reply, Request, Server};
use crate::support::{
    DPKG, INDEX, Image, MANIFEST, descriptor, layer, message, open_at, packages, quick, with_credentials,
};

#[test]
fn an_image_is_pulled_layer_by_layer() {
    let image = Image::debian();
    let server = Server::start(move |_, request| image.serve(request));
    let opened = open_at(&format!("{}/team/app", server.host), quick()).unwrap();
    assert_eq!(opened.name, format!("{}/team/app:latest", server.host));
    assert_eq!(packages(&opened), ["0:nginx@1.22.1-9"]);
    assert!(server.requests().iter().all(|request| request.method == "GET"));
    assert!(server.paths().iter().all(|path| path.starts_with("/v2/team/app/")));
}

#[test]
fn a_digest_is_asked_for_and_proved() {
    let image = Image::debian();
    let digest = Digest::of(&image.manifest);
    let server = Server::start(move |_, request| image.serve(request));
    let opened = open_at(&format!("{}/app:tag@{digest}", server.host), quick()).unwrap();
    assert_eq!(opened.image.digest, Some(digest.clone()));
    assert_eq!(server.paths()[0], format!("/v2/app/manifests/{digest}"));
}

/// Whether a request has a token.
fn is_signed_in(request: &Request) -> bool {
    request.header("authorization") == Some("Bearer sesame")
}

#[test]
fn tokens_are_asked_for_as_the_registry_says() {
    let image = Image::debian();
    let server = Server::start(move |host, request| {
        if request.path.starts_with("/token") {
            let basic = format!("Basic {}", BASE64.encode(b"user:pass"));
            assert_eq!(request.header("authorization"), Some(basic.as_str()));
            assert_eq!(request.path, "/token?scope=repository%3Aapp%3Apull&service=the%20registry");
            return Reply::bytes(br#"{"access_token":"sesame","expires_in":60}"#);
        }
        if is_signed_in(request) {
            return image.serve(request);
        }
        let challenge = format!(
            r#"Bearer realm="http://{host}/token",service="the registry",scope="repository:app:pull""#
        );
        Reply::status(401).with("WWW-Authenticate", challenge)
    });
    let auth = BASE64.encode(b"user:pass");
    let config = format!(r#"{{"auths":{{"{}":{{"auth":"{auth}"}}}}}}"#, server.host);
    let opened = open_at(&format!("{}/app", server.host), with_credentials(&config)).unwrap();
    assert_eq!(packages(&opened), ["0:nginx@1.22.1-9"]);
    let tokens = server.paths().iter().filter(|path| path.starts_with("/token")).count();
    assert_eq!(tokens, 1);
}

#[test]
fn identity_tokens_are_sent_in_a_form() {
    let image = Image::debian();
    let server = Server::start(move |host, request| {
        if request.path == "/token" {
            assert_eq!(request.method, "POST");
            assert!(request.body.contains("grant_type=refresh_token"), "{}", request.body);
            assert!(request.body.contains("refresh_token=long%2Blived"), "{}", request.body);
            return Reply::bytes(br#"{"access_token":"sesame"}"#);
        }
        if is_signed_in(request) {
            return image.serve(request);
        }
        Reply::status(401)
            .with("WWW-Authenticate", format!(r#"Bearer realm="http://{host}/token",service="s""#))
    });
    let config = format!(r#"{{"auths":{{"{}":{{"identitytoken":"long+lived"}}}}}}"#, server.host);
    assert!(open_at(&format!("{}/app", server.host), with_credentials(&config)).is_ok());
}

#[test]
fn a_token_that_has_expired_is_asked_for_again() {
    let image = Image::debian();
    let given = AtomicUsize::new(0);
    let server = Server::start(move |host, request| {
        if request.path.starts_with("/token") {
            let number = given.fetch_add(1, Ordering::SeqCst);
            return Reply::bytes(format!(r#"{{"token":"token{number}"}}"#).as_bytes());
        }
        let is_blob = request.path.contains("/blobs/");
        let good = if is_blob { "Bearer token1" } else { "Bearer token0" };
        if request.header("authorization") == Some(good) {
            return image.serve(request);
        }
        Reply::status(401).with("WWW-Authenticate", format!(r#"Bearer realm="http://{host}/token""#))
    });
    let opened = open_at(&format!("{}/app", server.host), quick()).unwrap();
    assert_eq!(packages(&opened), ["0:nginx@1.22.1-9"]);
}

#[test]
fn passwords_are_sent_where_they_are_asked_for() {
    let image = Image::debian();
    let server = Server::start(move |_, request| {
        let basic = format!("Basic {}", BASE64.encode(b"user:pass"));
        if request.header("authorization") == Some(basic.as_str()) {
            return image.serve(request);
        }
        Reply::status(401).with("WWW-Authenticate", r#"Basic realm="registry""#)
    });
    let name = format!("{}/app", server.host);
    let config = format!(r#"{{"auths":{{"{}":{{"username":"user","password":"pass"}}}}}}"#, server.host);
    assert!(open_at(&name, with_credentials(&config)).is_ok());
    assert!(server.requests()[0].header("authorization").is_none());
    let said = message(open_at(&name, quick()));
    assert!(said.ends_with("sign in with `docker login`, or name a file of credentials"), "{said}");
    let wrong = config.replace("pass\"", "fail\"");
    let said = message(open_at(&name, with_credentials(&wrong)));
    assert!(said.contains("refuses `app` to the user on record"), "{said}");
    assert!(!said.contains("fail"), "{said}");
}

#[test]
fn credentials_do_not_follow_redirections() {
    let image = Image::debian();
    let elsewhere = {
        let image = image.clone();
        Server::start(move |_, request| {
            assert!(request.header("authorization").is_none());
            image.serve(request)
        })
    };
    let target = elsewhere.host.clone();
    let server = Server::start(move |_, request| {
        if request.header("authorization").is_none() {
            return Reply::status(401).with("WWW-Authenticate", "Basic");
        }
        if request.path.contains("/blobs/") {
            return Reply::status(307)
                .with("Location", format!("http://{target}{}?signature=x", request.path));
        }
        image.serve(request)
    });
    let config = format!(r#"{{"auths":{{"{}":{{"username":"user","password":"pass"}}}}}}"#, server.host);
    // What follows the path does not matter to the other server.
    let opened = open_at(&format!("{}/app", server.host), with_credentials(&config));
    let said = message(opened);
    assert!(said.contains("has no"), "{said}");
    assert!(elsewhere.requests().iter().all(|request| request.header("authorization").is_none()));
    assert!(elsewhere.paths()[0].ends_with("?signature=x"));
}

#[test]
fn a_registry_that_is_busy_is_waited_for() {
    let image = Image::debian();
    let asked = AtomicUsize::new(0);
    let server = Server::start(move |_, request| match asked.fetch_add(1, Ordering::SeqCst) {
        0 => Reply::status(429).with("Retry-After", "0"),
        1 => Reply::status(503)
            .with("Date", "Sun, 06 Nov 1994 08:49:37 GMT")
            .with("Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT"),
        2 => Reply::status(500),
        _ => image.serve(request),
    });
    assert!(open_at(&format!("{}/app", server.host), quick()).is_ok());
}

#[test]
fn a_registry_that_stays_busy_is_left() {
    let server = Server::start(|_, _| Reply::status(429).with("Retry-After", "0"));
    let said = message(open_at(&format!("{}/app", server.host), quick()));
    assert!(said.contains("is too busy"), "{said}");
    assert_eq!(server.requests().len(), 4);
    let patient = Server::start(|_, _| Reply::status(429).with("Retry-After", "86400"));
    assert!(message(open_at(&format!("{}/app", patient.host), quick())).contains("is too busy"));
    assert_eq!(patient.requests().len(), 1);
}

#[test]
fn what_was_broken_off_is_gone_on_with() {
    for knows_ranges in [true, false] {
        let noise: String = (0..300_000_u32)
            .map(|number| char::from(b'!' + (number.wrapping_mul(2_654_435_761) >> 24) as u8 % 90))
            .collect();
        let image = Image::of(&[layer(&[("var/lib/dpkg/status", DPKG), ("noise", &noise)])]);
        let size = image.layers[0].len();
        let server = Server::start(move |_, request| {
            let is_layer = request.path.ends_with(&Digest::of(&image.layers[0]).to_string());
            let from = request.from();
            if is_layer && from < size / 2 {
                let part = image.layers[0][from..from + size / 4].to_vec();
                let reply = Reply::of(Body::BrokenOff(part, size - from));
                return match from {
                    0 => reply,
                    _ if !knows_ranges => {
                        image.serve(&Request { headers: HashMap::new(), ..request.clone() })
                    }
                    _ => Reply { status: 206, ..reply }
                        .with("Content-Range", format!("bytes {from}-{}/{size}", size - 1)),
                };
            }
            image.serve(request)
        });
        let opened = open_at(&format!("{}/app", server.host), quick()).unwrap();
        assert_eq!(packages(&opened), ["0:nginx@1.22.1-9"]);
        let ranges: Vec<usize> = server
            .requests()
            .iter()
            .filter(|request| request.path.contains("/blobs/"))
            .map(Request::from)
            .collect();
        assert!(ranges.iter().any(|from| *from > 0), "{ranges:?}");
    }
}

#[test]
fn mirrors_are_asked_first() {
    let image = Image::debian();
    let broken = Server::start(|_, _| Reply::status(404));
    let server = Server::start(move |_, request| image.serve(request));
    let mirrors =
        [&broken, &server].map(|mirror| ("docker.io".to_owned(), format!("http://{}", mirror.host)));
    let opened = open_at("nginx", Settings { mirrors: mirrors.to_vec(), ..quick() }).unwrap();
    assert_eq!(opened.name, "docker.io/library/nginx:latest");
    assert_eq!(packages(&opened), ["0:nginx@1.22.1-9"]);
    assert_eq!(broken.paths(), ["/v2/library/nginx/manifests/latest"]);
}

#[test]
fn the_image_for_the_platform_is_taken() {
    let image = Image::debian();
    let other = Image::of(&[layer(&[("other", "x")])]);
    let entry = |image: &Image, architecture: &str| {
        let more = format!(r#","platform":{{"os":"linux","architecture":"{architecture}"}}"#);
        descriptor(MANIFEST, &image.manifest, &more)
    };
    let index = format!(
        r#"{{"schemaVersion":2,"mediaType":"{INDEX}","manifests":[{},{}]}}"#,
        entry(&other, "arm64"),
        entry(&image, "amd64")
    );
    let only_other = format!(r#"{{"schemaVersion":2,"manifests":[{}]}}"#, entry(&other, "s390x"));
    let server = Server::start(move |_, request| match request.path.as_str() {
        "/v2/app/manifests/latest" => Reply::bytes(index.as_bytes()).with("Content-Type", INDEX),
        "/v2/other/manifests/latest" => Reply::bytes(only_other.as_bytes()).with("Content-Type", INDEX),
        _ => image.answer(request).unwrap_or_else(|| other.serve(request)),
    });
    let opened = open_at(&format!("{}/app", server.host), quick()).unwrap();
    assert_eq!(opened.other_platforms, ["linux/arm64"]);
    assert_eq!(packages(&opened), ["0:nginx@1.22.1-9"]);
    let said = message(open_at(&format!("{}/other", server.host), quick()));
    assert!(said.contains("has no image for `linux/amd64`, only for `linux/s390x`"), "{said}");
}

#[test]
fn foreign_layers_are_known_before_anything_is_fetched() {
    let mut image = Image::debian();
    let manifest = String::from_utf8(image.manifest.clone()).unwrap();
    let stolen = Server::start(|_, _| Reply::status(200));
    let urls = format!(r#""urls":["http://{}/steal"],"digest""#, stolen.host);
    image.manifest = manifest.replacen("\"digest\"", &urls, 2).replacen(&urls, "\"digest\"", 1).into_bytes();
    let server = Server::start(move |_, request| image.serve(request));
    let opened = open_at(&format!("{}/app", server.host), quick()).unwrap();
    assert_eq!(opened.image.layers[0].refusal(), Some(Refusal::Foreign));
    assert_eq!(opened.image.layers[1].refusal(), None);
    assert!(stolen.requests().is_empty());
}
