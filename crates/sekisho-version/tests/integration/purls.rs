//! Package URLs: reading, building, the canonical form, and the names that advisories use.

use std::collections::BTreeMap;

use sekisho_version::{Ecosystem, PackageUrl, PackageUrlError};

fn read(text: &str) -> PackageUrl {
    PackageUrl::parse(text).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn every_part_is_read() {
    let url = read("pkg:golang/google.golang.org/genproto@v1%2Bx?arch=a%20b&os=#/googleapis/./api//..");
    assert_eq!(url.kind(), "golang");
    assert_eq!(url.namespace(), Some("google.golang.org"));
    assert_eq!(url.name(), "genproto");
    assert_eq!(url.version(), Some("v1+x"));
    assert_eq!(url.qualifiers().collect::<Vec<_>>(), [("arch", "a b")]);
    assert_eq!(url.subpath(), Some("googleapis/api"));
    assert_eq!(url.to_string(), "pkg:golang/google.golang.org/genproto@v1%2Bx?arch=a%20b#googleapis/api");
}

#[test]
fn scopes_of_npm_are_read_with_and_without_encoding() {
    for text in
        ["pkg:npm/@angular/core@1.2.3", "pkg:npm/%40angular/core@1.2.3", "pkg://npm/%40angular/core@1.2.3"]
    {
        let url = read(text);
        assert_eq!((url.namespace(), url.name(), url.version()), (Some("@angular"), "core", Some("1.2.3")));
        assert_eq!(url.to_string(), "pkg:npm/%40angular/core@1.2.3");
    }
    assert_eq!(read("pkg:npm/@angular/core").version(), None);
}

#[test]
fn types_have_normal_forms() {
    assert_eq!(read("pkg:PyPI/Django_Package@1").to_string(), "pkg:pypi/django-package@1");
    assert_eq!(read("pkg:github/Owner/Repo").to_string(), "pkg:github/owner/repo");
    assert_eq!(read("pkg:rpm/Fedora/curl?Arch=i386").to_string(), "pkg:rpm/fedora/curl?arch=i386");
    assert_eq!(read("pkg:nuget/Newtonsoft.Json@1").to_string(), "pkg:nuget/Newtonsoft.Json@1");
}

#[test]
fn advisories_name_packages_in_their_own_way() {
    assert_eq!(read("pkg:maven/org.apache/log4j@1").package_name(), "org.apache:log4j");
    assert_eq!(read("pkg:npm/%40angular/core").package_name(), "@angular/core");
    assert_eq!(read("pkg:deb/debian/curl@7?arch=amd64").package_name(), "curl");
    assert_eq!(read("pkg:golang/github.com/a/b").package_name(), "github.com/a/b");
    assert_eq!(read("pkg:deb/debian/curl@7").ecosystem().map(Ecosystem::name), Some("Debian"));
}

#[test]
fn what_is_no_package_url_is_refused() {
    let error = |text: &str| PackageUrl::parse(text).unwrap_err();
    assert!(matches!(error("npm/a@1"), PackageUrlError::Scheme(_)));
    assert!(matches!(error("pkg:n&m/a"), PackageUrlError::Kind(_)));
    assert!(matches!(error("pkg:maven/@1.3.4"), PackageUrlError::Name(_)));
    assert!(matches!(error("pkg:npm"), PackageUrlError::Name(_)));
    assert!(matches!(error("pkg:npm/a%zz"), PackageUrlError::Encoding(_)));
    assert!(matches!(error("pkg:npm/a%ff"), PackageUrlError::Encoding(_)));
    assert!(matches!(error("pkg:npm/a?in production=true"), PackageUrlError::Qualifier(_)));
    assert!(matches!(error("pkg:swift/Alamofire@5"), PackageUrlError::Rule { .. }));
    assert!(matches!(error(&format!("pkg:npm/{}", "a".repeat(20_000))), PackageUrlError::Long(_)));
}

#[test]
fn a_package_without_its_version_is_the_same_for_all_versions() {
    let url = PackageUrl::build("npm", None, "a", Some("1"), BTreeMap::new(), None).unwrap();
    assert_eq!(url.without_version(), read("pkg:npm/a"));
}
