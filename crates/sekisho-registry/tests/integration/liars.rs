//! Registries that lie, hang, redirect without end.

use sekisho_oci::digest::Digest;

use crate::server::{Body, Reply, Server};
use crate::support::{INDEX, Image, descriptor, fault, layer, message, open_at, quick, with_credentials};

fn said(server: &Server) -> String {
    message(open_at(&format!("{}/app", server.host), quick()))
}

#[test]
fn other_bytes_than_announced_are_refused() {
    let image = Image::debian();
    let other = Digest::of(b"other").to_string();
    let announced = other.clone();
    let server = Server::start(move |_, request| {
        image.serve(request).with("Docker-Content-Digest", announced.clone())
    });
    assert!(said(&server).ends_with(&format!("and {other} was asked for or announced")));
    let name = format!("{}/app@{}", server.host, Digest::of(b"another"));
    assert!(message(open_at(&name, quick())).contains("has no"));

    let image = Image::debian();
    let server = Server::start(move |_, request| match request.path.contains("/manifests/") {
        true => Reply::bytes(&image.manifest),
        false => image.serve(request),
    });
    let name = format!("{}/app@{}", server.host, Digest::of(b"another"));
    assert!(message(open_at(&name, quick())).contains("gives a manifest with the digest"));
}

#[test]
fn blobs_are_proved_to_their_last_byte() {
    let image = Image::debian();
    let layers = image.layers.clone();
    let wrong = layer(&[("var/lib/dpkg/status", "Package: innocent\n")]);
    let wrong = crate::support::gzip(&wrong);
    let server = {
        let image = image.clone();
        Server::start(move |_, request| {
            if request.path.ends_with(&Digest::of(&layers[0]).to_string()) {
                let mut bytes = wrong.clone();
                bytes.resize(layers[0].len(), 0);
                return Reply::bytes(&bytes);
            }
            image.serve(request)
        })
    };
    let opened = open_at(&format!("{}/app", server.host), quick()).unwrap();
    let text = fault(&opened);
    assert!(text.contains("the gzip is broken") || text.contains("and the manifest says"), "{text}");

    let configuration = image.configuration.clone();
    let server = Server::start(move |_, request| {
        if request.path.ends_with(&Digest::of(&configuration).to_string()) {
            return Reply::bytes(&vec![b' '; configuration.len()]);
        }
        image.serve(request)
    });
    assert!(said(&server).contains("and the manifest says sha256:"));
}

#[test]
fn a_wrong_diff_id_is_found() {
    let mut image = Image::debian();
    let text = String::from_utf8(image.configuration.clone()).unwrap();
    let lie = text.replacen("sha256:", "sha256:0000", 1);
    let cut = lie.find("sha256:0000").unwrap() + 71;
    let lie = [&lie[..cut], &lie[cut + 4..]].concat();
    let manifest = String::from_utf8(image.manifest.clone()).unwrap();
    let old = Digest::of(&image.configuration).to_string();
    image.configuration = lie.into_bytes();
    image.manifest = manifest.replace(&old, &Digest::of(&image.configuration).to_string()).into_bytes();
    let server = Server::start(move |_, request| image.serve(request));
    let opened = open_at(&format!("{}/app", server.host), quick()).unwrap();
    assert!(fault(&opened).contains("and the configuration says sha256:0000"));
}

#[test]
fn a_manifest_without_end_ends() {
    let server = Server::start(|_, _| Reply::of(Body::Endless(b' ')));
    assert!(said(&server).ends_with("has more than 4194304 bytes, the limit"));
}

#[test]
fn a_blob_without_end_ends_at_its_size() {
    let image = Image::debian();
    let server = Server::start(move |_, request| match request.path.contains("/blobs/") {
        true => Reply::of(Body::Endless(b' ')),
        false => image.serve(request),
    });
    assert!(said(&server).contains("and the manifest says sha256:"));
}

#[test]
fn a_registry_that_hangs_is_left() {
    let server = Server::start(|_, _| Reply::of(Body::Silence));
    assert!(said(&server).contains("cannot reach"));
    let image = Image::debian();
    let layers = image.layers.clone();
    let server = Server::start(move |_, request| {
        match layers.iter().any(|layer| request.path.ends_with(&Digest::of(layer).to_string())) {
            true => Reply::of(Body::Silence),
            false => image.serve(request),
        }
    });
    let settings = sekisho_registry::Settings { retries: 1, ..quick() };
    let opened = open_at(&format!("{}/app", server.host), settings).unwrap();
    assert!(fault(&opened).contains("cannot reach"));
}

#[test]
fn a_registry_that_drips_is_left() {
    let image = Image::of(&[layer(&[("large", &"x".repeat(2 << 20))])]);
    let mut manifest = String::from_utf8(image.manifest.clone()).unwrap();
    let size = format!("\"size\":{}", image.layers[0].len());
    manifest = manifest.replace(&size, "\"size\":1000000");
    let image = Image { manifest: manifest.into_bytes(), ..image };
    let layer = Digest::of(&image.layers[0]).to_string();
    let server = Server::start(move |_, request| match request.path.ends_with(&layer) {
        true => Reply::of(Body::Drip),
        false => image.serve(request),
    });
    let settings = sekisho_registry::Settings {
        least_speed: 10_000,
        patience: std::time::Duration::from_secs(1),
        ..quick()
    };
    let opened = open_at(&format!("{}/app", server.host), settings).unwrap();
    let text = fault(&opened);
    assert!(text.contains("gives fewer than 10000 bytes a second") || text.contains("gzip"), "{text}");
}

#[test]
fn redirections_have_an_end() {
    let server = Server::start(|host, request| {
        Reply::status(302).with("Location", format!("http://{host}{}x", request.path))
    });
    assert!(said(&server).ends_with("redirects more than 10 times, the limit"));
    assert_eq!(server.requests().len(), 11);
    for target in ["file:///etc/passwd", "gopher://127.0.0.1/", "http://", "\u{1}"] {
        let server = Server::start(move |_, _| Reply::status(302).with("Location", target));
        assert!(said(&server).contains("302") || said(&server).contains("cannot reach"));
    }
}

#[test]
fn tokens_are_asked_for_with_care() {
    for realm in ["http://169.254.169.254/latest", "http://192.0.2.1/token", "file:///etc/passwd", "nonsense"]
    {
        let challenge = format!(r#"Bearer realm="{realm}",service="s",scope="x""#);
        let server =
            Server::start(move |_, _| Reply::status(401).with("WWW-Authenticate", challenge.clone()));
        let config = format!(r#"{{"auths":{{"{}":{{"username":"user","password":"pass"}}}}}}"#, server.host);
        let text = message(open_at(&format!("{}/app", server.host), with_credentials(&config)));
        assert!(text.contains("sends us for a token to") && text.contains("which has no TLS"), "{text}");
    }
    let server = Server::start(|host, request| match request.path.starts_with("/token") {
        true => Reply::of(Body::Endless(b'x')),
        false => {
            Reply::status(401).with("WWW-Authenticate", format!(r#"Bearer realm="http://{host}/token""#))
        }
    });
    assert!(said(&server).ends_with("has more than 1048576 bytes, the limit"));
    let server = Server::start(|host, request| match request.path.starts_with("/token") {
        true => Reply::bytes(b"{}"),
        false => {
            Reply::status(401).with("WWW-Authenticate", format!(r#"Bearer realm="http://{host}/token""#))
        }
    });
    assert!(said(&server).ends_with("gives no token"));
}

#[test]
fn indexes_that_lie_in_each_other_have_an_end() {
    // An index cannot hold itself, but a chain of them can be as long as one likes.
    let mut documents = vec![br#"{"schemaVersion":2,"manifests":[]}"#.to_vec()];
    for _ in 0..10 {
        let inner = descriptor(INDEX, documents.last().unwrap(), "");
        documents.push(format!(r#"{{"schemaVersion":2,"manifests":[{inner}]}}"#).into_bytes());
    }
    let server = Server::start(move |_, request| {
        let named = documents.iter().find(|bytes| request.path.ends_with(&Digest::of(bytes).to_string()));
        Reply::bytes(named.unwrap_or_else(|| documents.last().unwrap())).with("Content-Type", INDEX)
    });
    assert!(said(&server).ends_with("indexes lie in each other more than 4 deep, the limit"));
}

#[test]
fn what_the_registry_says_is_shown_without_its_tricks() {
    let server = Server::start(|_, _| Reply {
        status: 400,
        ..Reply::bytes(b"{\"errors\":[{\"code\":\"X\",\"message\":\"\\u001b[31mred\\nline\"}]}")
    });
    assert!(said(&server).ends_with("answers with status 400: [31mredline"));
    let server = Server::start(|_, _| Reply { status: 418, ..Reply::of(Body::Endless(b'x')) });
    assert!(said(&server).ends_with("answers with status 418"));
}
