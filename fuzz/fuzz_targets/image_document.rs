//! Indexes, manifests, configurations, digests, platforms.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sekisho_oci::digest::Digest;
use sekisho_oci::document::{Configuration, ManifestDocument};
use sekisho_oci::image::Image;
use sekisho_oci::platform::Platform;

fuzz_target!(|bytes: &[u8]| {
    let configuration = Configuration::parse(bytes);
    match ManifestDocument::parse(bytes, None) {
        Ok(ManifestDocument::Index(index)) => {
            let _ = index.choose(&Platform::new("linux", "arm64", ""));
        }
        Ok(ManifestDocument::Manifest(manifest)) => {
            if let Ok(configuration) = configuration {
                let _ = Image::new(None, &manifest, configuration);
            }
        }
        Err(_) => {}
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        if let Ok(digest) = text.parse::<Digest>() {
            assert_eq!(digest.to_string(), text);
        }
        if let Ok(platform) = text.parse::<Platform>() {
            assert_eq!(
                platform.to_string().parse::<Platform>().as_ref().map(|one| one.rank(&platform)),
                Ok(Some(0))
            );
        }
    }
});
