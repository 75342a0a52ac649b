//! R, Julia, Lua.

use super::check_all;

#[test]
fn packages_of_r() {
    check_all(
        "r",
        &[
            (
                "usr/lib/R/site-library/dplyr/DESCRIPTION",
                "Package: dplyr\nTitle: A Grammar\nVersion: 1.1.2\nLicense: MIT + file LICENSE\nDepends: R (>= 3.5.0)\nImports: cli (>= 3.4.0),\n    generics\nRepository: CRAN\nBuilt: R 4.3.0; ; 2023-04-20\n",
            ),
            (
                "usr/lib/R/site-library/cli/DESCRIPTION",
                "Package: cli\nVersion: 3.6.1\nLicense: MIT\nRepository: CRAN\n",
            ),
            (
                "usr/lib/R/site-library/Biobase/DESCRIPTION",
                "Package: Biobase\nVersion: 2.60.0\nbiocViews: Infrastructure\nBuilt: R 4.3.0\n",
            ),
            ("own/DESCRIPTION", "Package: own\nVersion: 0.0.1\n"),
            ("notes/DESCRIPTION", "just words\n"),
        ],
        &[
            "bioconductor/Biobase@2.60.0 :1",
            "cran/cli@3.6.1 :1 (MIT)",
            "cran/dplyr@1.1.2 :1 (MIT + file LICENSE) > cran/cli@3.6.1",
        ],
    );
    check_all(
        "renv",
        &[(
            "renv.lock",
            r#"{
  "R": { "Version": "4.2.3", "Repositories": [{ "Name": "CRAN", "URL": "https://cloud.r-project.org" }] },
  "Packages": {
    "markdown": {
      "Package": "markdown", "Version": "1.0", "Source": "Repository", "Repository": "CRAN",
      "Hash": "4584a57f565dd7987d59dda3a02cfb41", "Requirements": ["mime"]
    },
    "mime": { "Package": "mime", "Version": "0.12.1", "Source": "GitHub", "RemoteHost": "api.github.com", "RemoteUsername": "yihui", "RemoteRepo": "mime", "RemoteSha": "1763e0dcb72fb58d97bab97bb834fc71f1e012bc" },
    "limma": { "Package": "limma", "Version": "3.56.2", "Source": "Bioconductor", "Imports": ["grDevices", "methods", "R (>= 3.6)"] }
  }
}"#,
        )],
        &[
            "bioconductor/limma@3.56.2 :9",
            "cran/markdown@1.0 :4 > cran/mime@0.12.1?vcs_url=git%2Bhttps:%2F%2Fgithub.com%2Fyihui%2Fmime%401763e0dcb72fb58d97bab97bb834fc71f1e012bc",
            "cran/mime@0.12.1?vcs_url=git%2Bhttps:%2F%2Fgithub.com%2Fyihui%2Fmime%401763e0dcb72fb58d97bab97bb834fc71f1e012bc :8",
        ],
    );
}

#[test]
fn manifests_of_julia() {
    check_all(
        "julia",
        &[
            (
                "Manifest.toml",
                r#"# This file is machine-generated - editing it directly is not advised

julia_version = "1.9.0"
manifest_format = "2.0"
project_hash = "x"

[[deps.Dates]]
deps = ["Printf"]
uuid = "ade2ca70-3891-5945-98fb-dc099432e06a"

[[deps.JSON]]
deps = ["Dates", "Parsers"]
git-tree-sha1 = "31e996f0a15c7b280ba9f76636b3ff9e2ae58c9a"
uuid = "682c06a0-de6a-54ab-a142-c8b1cf79cde6"
version = "0.21.4"

[[deps.Parsers]]
git-tree-sha1 = "31e996f0a15c7b280ba9f76636b3ff9e2ae58c9a"
repo-rev = "main"
repo-url = "https://github.com/JuliaData/Parsers.jl.git"
uuid = "69de0a69-1ddd-5017-9359-2bf0b02dc9f0"
version = "2.7.1"

[[deps.Own]]
path = "../Own"
uuid = "12345678-1ddd-5017-9359-2bf0b02dc9f0"
version = "0.1.0"
"#,
            ),
            (
                "old/Manifest.toml",
                "[[Compat]]\ndeps = [\"Base64\"]\ngit-tree-sha1 = \"31e996f0a15c7b280ba9f76636b3ff9e2ae58c9a\"\nuuid = \"34da2185-b29b-5c13-b0c7-acf172513d20\"\nversion = \"3.0.0\"\n\n[[Base64]]\nuuid = \"2a0f44e3-6c83-55bd-87e4-b1978d98bd5f\"\n",
            ),
        ],
        &[
            "julia/Base64?uuid=2a0f44e3-6c83-55bd-87e4-b1978d98bd5f :7",
            "julia/Compat@3.0.0?uuid=34da2185-b29b-5c13-b0c7-acf172513d20 :1 sha1:31e996f0 > julia/Base64?uuid=2a0f44e3-6c83-55bd-87e4-b1978d98bd5f",
            "julia/Dates@1.9.0?uuid=ade2ca70-3891-5945-98fb-dc099432e06a :7",
            "julia/JSON@0.21.4?uuid=682c06a0-de6a-54ab-a142-c8b1cf79cde6 :11 sha1:31e996f0 > julia/Dates@1.9.0?uuid=ade2ca70-3891-5945-98fb-dc099432e06a, julia/Parsers@2.7.1?uuid=69de0a69-1ddd-5017-9359-2bf0b02dc9f0&vcs_url=git%2Bhttps:%2F%2Fgithub.com%2FJuliaData%2FParsers.jl.git%40main",
            "julia/Parsers@2.7.1?uuid=69de0a69-1ddd-5017-9359-2bf0b02dc9f0&vcs_url=git%2Bhttps:%2F%2Fgithub.com%2FJuliaData%2FParsers.jl.git%40main :17 sha1:31e996f0",
        ],
    );
}

#[test]
fn rocks_of_lua() {
    check_all(
        "luarocks",
        &[
            (
                "usr/local/lib/luarocks/rocks-5.4/lpeg/1.0.2-1/lpeg-1.0.2-1.rockspec",
                "package = \"lpeg\"\nversion = \"1.0.2-1\"\nsource = {\n   url = \"https://example.com/lpeg-1.0.2.tar.gz\",\n}\ndescription = {\n   summary = \"Parsing Expression Grammars For Lua\",\n   license = \"MIT/X11\"\n}\ndependencies = {\n   \"lua >= 5.1\", -- any\n   'luasocket ~> 3.0'\n}\nbuild = { type = \"builtin\" }\n",
            ),
            (
                "usr/local/lib/luarocks/rocks-5.4/luasocket/3.0-1/luasocket-3.0-1.rockspec",
                "package='luasocket' \nversion='3.0-1'\n",
            ),
            ("own-scm-1.rockspec", "package = \"own\"\nversion = \"scm-1\"\n"),
        ],
        &["luarocks/lpeg@1.0.2-1 :1 (MIT) > luarocks/luasocket@3.0-1", "luarocks/luasocket@3.0-1 :1"],
    );
}
