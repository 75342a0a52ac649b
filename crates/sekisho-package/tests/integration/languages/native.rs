//! Conan, vcpkg, Nix.

use super::{check, check_all};

#[test]
fn lock_files_of_conan() {
    check(
        "conan 2",
        "conan.lock",
        r#"{
    "version": "0.5",
    "requires": [
        "zlib/1.2.13#97d5730b529b4224045fe7090592d4c1%1681996404.578",
        "acme/1.0@user/stable#f1%1",
        "range/[>1 <2]"
    ],
    "build_requires": ["cmake/3.26.4#x%1"],
    "python_requires": []
}
"#,
        &[
            "conan/acme@1.0?channel=stable&rrev=f1&user=user :5",
            "conan/cmake@3.26.4?rrev=x :8 dev",
            "conan/zlib@1.2.13?rrev=97d5730b529b4224045fe7090592d4c1 :4",
        ],
    );
    check(
        "conan 1",
        "conan.lock",
        r#"{
 "graph_lock": {
  "nodes": {
   "0": { "ref": "app/1.0", "options": "", "requires": ["1"], "build_requires": ["3"], "path": "conanfile.py", "context": "host" },
   "1": { "ref": "libcurl/8.1.2#rev", "requires": ["2"], "context": "host" },
   "2": { "ref": "openssl/3.1.1", "context": "host" },
   "3": { "ref": "cmake/3.26.4", "context": "build" }
  },
  "revisions_enabled": false
 },
 "version": "0.4",
 "profile_host": ""
}
"#,
        &[
            "conan/cmake@3.26.4 :7 dev",
            "conan/libcurl@8.1.2?rrev=rev :5 direct > conan/openssl@3.1.1",
            "conan/openssl@3.1.1 :6 indirect",
        ],
    );
    check(
        "conan 1 before lock files of version 0.4",
        "conan.lock",
        r#"{
 "graph_lock": {
  "nodes": {
   "aa": { "pref": null, "requires": { "libcurl/8.1.2@me/dev#r": "bb" } },
   "bb": { "pref": "libcurl/8.1.2@me/dev#r:1f2e#3d4c", "requires": { "openssl/3.1.1": "cc" } },
   "cc": { "pref": "openssl/3.1.1:77aa", "options": "" }
  }
 }
}
"#,
        &[
            "conan/libcurl@8.1.2?channel=dev&rrev=r&user=me :5 direct > conan/openssl@3.1.1",
            "conan/openssl@3.1.1 :6 indirect",
        ],
    );
    check(
        "conanfile",
        "conanfile.txt",
        "[requires]\npoco/1.9.4 # comment\nfmt/10.0.0@\n[tool_requires]\ncmake/3.26.4\n[options]\nzlib/*:shared=True\n",
        &["conan/cmake@3.26.4 :5 direct dev", "conan/fmt@10.0.0 :3 direct", "conan/poco@1.9.4 :2 direct"],
    );
}

#[test]
fn packages_in_the_cache_of_conan() {
    check(
        "conan info",
        "home/u/.conan/data/mfast/1.2.2/my_user/my_channel/package/9d1f/conaninfo.txt",
        "[settings]\n    os=Linux\n[requires]\n    boost/1.Y.Z\n[full_requires]\n    boost/1.75.0:dc8aedd2\n    zlib/1.2.13#rev:2a823fda\n[options]\n    shared=False\n",
        &[
            "conan/boost@1.75.0 :6",
            "conan/mfast@1.2.2?channel=my_channel&user=my_user",
            "conan/zlib@1.2.13?rrev=rev :7",
        ],
    );
}

#[test]
fn packages_of_vcpkg() {
    check_all(
        "vcpkg",
        &[
            (
                "vcpkg_installed/vcpkg/status",
                "Package: zlib\nVersion: 1.2.12\nArchitecture: x64-linux\nMulti-Arch: same\nAbi: x\nStatus: install ok installed\n\nPackage: zlib\nVersion: 1.2.13\nPort-Version: 1\nArchitecture: x64-linux\nStatus: install ok installed\n\nPackage: curl\nVersion: 8.1.2\nDepends: zlib, vcpkg-cmake:x64-linux\nArchitecture: x64-linux\nStatus: install ok installed\n\nPackage: curl\nFeature: ssl\nArchitecture: x64-linux\nStatus: install ok installed\n\nPackage: gone\nVersion: 1\nArchitecture: x64-linux\nStatus: purge ok not-installed\n",
            ),
            (
                "vcpkg.json",
                r#"{"name": "app", "dependencies": ["fmt"], "overrides": [{"name": "fmt", "version": "10.0.0#2"}, {"name": "boost", "version-string": "1.82"}]}"#,
            ),
        ],
        &[
            "vcpkg/boost@1.82 :1 direct",
            "vcpkg/curl@8.1.2?triplet=x64-linux :14 > vcpkg/zlib@1.2.13?port_version=1&triplet=x64-linux",
            "vcpkg/fmt@10.0.0?port_version=2 :1 direct",
            "vcpkg/zlib@1.2.13?port_version=1&triplet=x64-linux :8",
        ],
    );
}

#[test]
fn folders_of_nix() {
    let hash = "0123456789abcdfghijklmnpqrsvwxyz";
    let paths: Vec<String> = [
        "openssl-3.0.9-bin/bin/openssl",
        "openssl-3.0.9-bin/share/x",
        "glibc-2.37-8/lib/libc.so",
        "python3.10-requests-2.31.0/x",
        "hook/setup",
        "source-1.0.tar.gz",
        "x-1.0.drv",
    ]
    .iter()
    .map(|path| format!("nix/store/{hash}-{path}"))
    .collect();
    let files: Vec<(&str, &str)> = paths.iter().map(|path| (path.as_str(), "x")).collect();
    check_all(
        "nix",
        &files,
        &[
            "nix/glibc@2.37-8?outputhash=0123456789abcdfghijklmnpqrsvwxyz",
            "nix/openssl@3.0.9?output=bin&outputhash=0123456789abcdfghijklmnpqrsvwxyz",
            "nix/python3.10-requests@2.31.0?outputhash=0123456789abcdfghijklmnpqrsvwxyz",
        ],
    );
}
