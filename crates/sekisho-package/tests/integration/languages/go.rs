//! Go modules.

use super::{check, check_all};

const MODULE: &str = r#"module example.com/app

go 1.21

toolchain go1.21.3

require (
	github.com/BurntSushi/toml v1.3.2
	github.com/acme/old v1.0.0 // indirect
	github.com/acme/local v0.0.0
	gopkg.in/yaml.v3 v3.0.1 // indirect; for tests
	golang.org/x/text v0.9.0 // a comment
)

require "github.com/acme/v2/mod" v2.0.0+incompatible

replace github.com/acme/old => github.com/fork/new v1.2.3

replace (
	github.com/acme/local => ../local
	golang.org/x/text v0.8.0 => golang.org/x/text v0.1.0
)

exclude github.com/acme/bad v1.0.0

retract [v1.0.0, v1.1.0]
"#;

const SUMS: &str = "github.com/BurntSushi/toml v1.3.2 h1:o7IhLm0Msx3BaB+n3Ag7L8EVlByGnpq14C4YWiu/gL8=
github.com/BurntSushi/toml v1.3.2/go.mod h1:CxXYINrC8qIiEnFrOxCa7Jy5BFHlXnUU2pbicEuybxQ=
github.com/other/deep v0.3.0 h1:o7IhLm0Msx3BaB+n3Ag7L8EVlByGnpq14C4YWiu/gL8=
github.com/unused/deep v0.1.0/go.mod h1:CxXYINrC8qIiEnFrOxCa7Jy5BFHlXnUU2pbicEuybxQ=
";

#[test]
fn modules_with_replacements() {
    check(
        "go.mod",
        "go.mod",
        MODULE,
        &[
            "golang/github.com/BurntSushi/toml@v1.3.2 :8 direct",
            "golang/github.com/acme/v2/mod@v2.0.0%2Bincompatible :15 direct",
            "golang/github.com/fork/new@v1.2.3 :9 indirect",
            "golang/golang.org/x/text@v0.9.0 :12 direct",
            "golang/gopkg.in/yaml.v3@v3.0.1 :11 indirect",
        ],
    );
}

#[test]
fn sums_count_where_the_module_does_not_name_all() {
    check_all(
        "go.sum beside a new module",
        &[("a/go.mod", MODULE), ("a/go.sum", SUMS)],
        &[
            "golang/github.com/BurntSushi/toml@v1.3.2 :8 direct",
            "golang/github.com/acme/v2/mod@v2.0.0%2Bincompatible :15 direct",
            "golang/github.com/fork/new@v1.2.3 :9 indirect",
            "golang/golang.org/x/text@v0.9.0 :12 direct",
            "golang/gopkg.in/yaml.v3@v3.0.1 :11 indirect",
        ],
    );
    check_all(
        "go.sum beside an old module",
        &[("go.mod", "module x\ngo 1.16\nrequire github.com/BurntSushi/toml v1.3.2\n"), ("go.sum", SUMS)],
        &["golang/github.com/BurntSushi/toml@v1.3.2 :3 direct", "golang/github.com/other/deep@v0.3.0 :3"],
    );
    check(
        "go.sum alone",
        "go.sum",
        SUMS,
        &["golang/github.com/BurntSushi/toml@v1.3.2 :1", "golang/github.com/other/deep@v0.3.0 :3"],
    );
}

#[test]
fn vendored_modules() {
    check(
        "go vendor",
        "vendor/modules.txt",
        "# github.com/BurntSushi/toml v1.3.2
## explicit; go 1.16
github.com/BurntSushi/toml
github.com/BurntSushi/toml/internal
# github.com/acme/old v1.0.0 => github.com/fork/new v1.2.3
## go 1.18
github.com/acme/old
# github.com/acme/local v0.0.0 => ../local
## explicit
github.com/acme/local
# github.com/acme/old => github.com/fork/new v1.2.3
",
        &["golang/github.com/BurntSushi/toml@v1.3.2 :1 direct", "golang/github.com/fork/new@v1.2.3 :5"],
    );
}
