//! Composer.

use super::{check, check_all};

#[test]
fn lock_files_of_composer() {
    check(
        "composer",
        "composer.lock",
        r#"{
    "_readme": ["This file locks the dependencies of your project to a known state"],
    "content-hash": "x",
    "packages": [
        {
            "name": "monolog/monolog",
            "version": "3.4.0",
            "source": { "type": "git", "url": "https://github.com/Seldaek/monolog.git", "reference": "e2392369686d420ca32df3803de28b5d6f76867d" },
            "dist": { "type": "zip", "url": "https://example.com", "reference": "x", "shasum": "" },
            "require": { "php": ">=8.1", "psr/log": "^2.0 || ^3.0", "ext-json": "*" },
            "license": ["MIT"]
        },
        { "name": "Psr/Log", "version": "v3.0.0", "license": ["MIT", "BSD-3-Clause"] },
        { "name": "acme/branch", "version": "dev-main" }
    ],
    "packages-dev": [
        { "name": "phpunit/phpunit", "version": "10.2.3" }
    ]
}
"#,
        &[
            "composer/acme/branch@dev-main :14",
            "composer/monolog/monolog@3.4.0 :6 (MIT) > composer/psr/log@v3.0.0",
            "composer/phpunit/phpunit@10.2.3 :17 dev",
            "composer/psr/log@v3.0.0 :13 (MIT) (BSD-3-Clause)",
        ],
    );
}

#[test]
fn packages_of_composer_that_are_installed() {
    check_all(
        "composer installed",
        &[
            (
                "vendor/composer/installed.json",
                r#"{"packages": [{"name": "psr/log", "version": "3.0.0", "version_normalized": "3.0.0.0", "license": ["MIT"]}, {"name": "phpunit/phpunit", "version": "10.2.3"}], "dev": true, "dev-package-names": ["phpunit/phpunit"]}"#,
            ),
            (
                "old/vendor/composer/installed.json",
                r#"[{"name": "twig/twig", "version": "v1.44.7", "require": {"php": ">=7"}}]"#,
            ),
        ],
        &[
            "composer/phpunit/phpunit@10.2.3 :1 dev",
            "composer/psr/log@3.0.0 :1 (MIT)",
            "composer/twig/twig@v1.44.7 :1",
        ],
    );
}
