//! Images of archives, layouts, folders and the storage of containers, and root file systems.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use data_encoding::BASE64;
use sekisho_oci::digest::Digest;
use sekisho_registry::{Client, Limits, Opened, Settings, SourceError, Target, Wanted, open, pass_folder};

use crate::support::{DPKG, Image, RELEASE, descriptor, gzip, layer, message, packages, wanted};

fn opened(target: &Target) -> Result<Opened, SourceError> {
    open(target, &wanted(), &Arc::new(Client::new(Settings::default())))
}

fn file(path: &Path, name: Option<&str>) -> Target {
    Target::File { path: path.to_owned(), name: name.map(str::to_owned) }
}

/// The files of a layout.
fn layout(image: &Image) -> Vec<(String, Vec<u8>)> {
    let mut files = vec![("oci-layout".to_owned(), br#"{"imageLayoutVersion":"1.0.0"}"#.to_vec())];
    let name = r#","annotations":{"org.opencontainers.image.ref.name":"1.0"}"#;
    let entry = descriptor("application/vnd.oci.image.manifest.v1+json", &image.manifest, name);
    files.push((
        "index.json".to_owned(),
        format!(r#"{{"schemaVersion":2,"manifests":[{entry}]}}"#).into_bytes(),
    ));
    for bytes in image.layers.iter().chain([&image.configuration, &image.manifest]) {
        files.push((format!("blobs/sha256/{}", Digest::of(bytes).value()), bytes.clone()));
    }
    files
}

fn archive(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, path, content.as_slice()).unwrap();
    }
    builder.into_inner().unwrap()
}

/// The files of an archive in Docker's own form.
fn docker(layers: &[Vec<u8>]) -> Vec<(String, Vec<u8>)> {
    let diff_ids: Vec<String> = layers.iter().map(|layer| format!("\"{}\"", Digest::of(layer))).collect();
    let configuration = format!(
        r#"{{"os":"linux","architecture":"amd64","rootfs":{{"diff_ids":[{}]}}}}"#,
        diff_ids.join(",")
    );
    let names: Vec<String> = (0..layers.len()).map(|index| format!("\"{index}/layer.tar\"")).collect();
    let list = format!(r#"[{{"Config":"c.json","RepoTags":["nginx:1.27"],"Layers":[{}]}}]"#, names.join(","));
    let mut files: Vec<(String, Vec<u8>)> = layers
        .iter()
        .enumerate()
        .map(|(index, layer)| (format!("{index}/layer.tar"), layer.clone()))
        .collect();
    files.push(("c.json".to_owned(), configuration.into_bytes()));
    files.push(("manifest.json".to_owned(), list.into_bytes()));
    files
}

fn two_layers() -> [Vec<u8>; 2] {
    [layer(&[("etc/os-release", RELEASE), ("var/lib/dpkg/status", DPKG)]), layer(&[("app/x", "y")])]
}

fn write(folder: &Path, files: &[(String, Vec<u8>)]) {
    for (path, content) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
}

#[test]
fn archives_of_both_forms_are_read_packed_or_not() {
    let folder = tempfile::tempdir().unwrap();
    for (name, files) in [("layout.tar", layout(&Image::debian())), ("docker.tar", docker(&two_layers()))] {
        let bytes = archive(&files);
        for (name, bytes) in [(name.to_owned(), bytes.clone()), (format!("{name}.gz"), gzip(&bytes))] {
            let path = folder.path().join(name);
            fs::write(&path, bytes).unwrap();
            assert_eq!(Target::of_path(&path), Some(file(&path, None)));
            assert_eq!(
                packages(&opened(&file(&path, None)).unwrap()),
                ["0:nginx@1.22.1-9"],
                "{}",
                path.display()
            );
        }
        let unpacked = folder.path().join(format!("{name}.folder"));
        write(&unpacked, &files);
        let target = Target::Folder { path: unpacked, name: None };
        assert_eq!(packages(&opened(&target).unwrap()), ["0:nginx@1.22.1-9"]);
    }
    let path = folder.path().join("docker.tar");
    assert!(opened(&file(&path, Some("nginx:1.27"))).is_ok());
    let said = message(opened(&file(&path, Some("nginx:1.26"))));
    assert!(said.ends_with("it holds no image `nginx:1.26`, only `nginx:1.27`"), "{said}");
}

#[test]
fn what_skopeo_writes_for_dir_is_read() {
    let image = Image::debian();
    let folder = tempfile::tempdir().unwrap();
    let mut files = vec![
        ("version".to_owned(), b"Directory Transport Version: 1.1\n".to_vec()),
        ("manifest.json".to_owned(), image.manifest.clone()),
    ];
    for bytes in image.layers.iter().chain([&image.configuration]) {
        files.push((Digest::of(bytes).value().to_owned(), bytes.clone()));
    }
    write(folder.path(), &files);
    let target = Target::parse_prefixed(&format!("dir:{}", folder.path().display())).unwrap().unwrap();
    assert_eq!(packages(&opened(&target).unwrap()), ["0:nginx@1.22.1-9"]);
}

#[test]
fn targets_are_what_they_say() {
    let parse = |text: &str| Target::parse_prefixed(text).map(Result::unwrap);
    let folder =
        |path: &str, name: Option<&str>| Target::Folder { path: path.into(), name: name.map(str::to_owned) };
    assert_eq!(parse("docker-archive:a.tar"), Some(file(Path::new("a.tar"), None)));
    assert_eq!(parse("docker-archive:a.tar:nginx:1.27"), Some(file(Path::new("a.tar"), Some("nginx:1.27"))));
    assert_eq!(parse("oci-archive:a.tar:1.0"), Some(file(Path::new("a.tar"), Some("1.0"))));
    assert_eq!(parse("oci:here:1.0"), Some(folder("here", Some("1.0"))));
    assert_eq!(parse("oci-dir:here"), Some(folder("here", None)));
    assert_eq!(parse("docker-archive:-"), Some(Target::StandardInput { name: None }));
    assert_eq!(parse("dir:/mnt"), Some(Target::Root(PathBuf::from("/mnt"))));
    assert_eq!(parse("rootfs:/mnt"), Some(Target::Root(PathBuf::from("/mnt"))));
    assert!(
        matches!(parse("docker://nginx"), Some(Target::Registry(name)) if name.repository == "library/nginx")
    );
    assert!(
        matches!(parse("registry:nginx:1"), Some(Target::Registry(name)) if name.tag.as_deref() == Some("1"))
    );
    assert!(matches!(parse("docker-daemon:nginx"), Some(Target::Daemon { .. })));
    assert!(matches!(parse("podman:nginx"), Some(Target::Daemon { .. })));
    assert!(matches!(parse("docker-storage:nginx"), Some(Target::DockerStorage { .. })));
    assert!(matches!(parse("containers-storage:nginx"), Some(Target::Storage { .. })));
    assert_eq!(parse("nginx:1.27"), None);
    assert_eq!(parse("example.com:5000/app"), None);
    assert!(message(Target::parse_prefixed("oci:").unwrap()).contains("names nothing"));
}

#[test]
fn what_is_no_image_is_not_taken_for_one() {
    let folder = tempfile::tempdir().unwrap();
    let chart = folder.path().join("chart.tgz");
    fs::write(&chart, gzip(&archive(&[("chart/Chart.yaml".to_owned(), b"name: x\n".to_vec())]))).unwrap();
    assert_eq!(Target::of_path(&chart), None);
    let text = folder.path().join("text");
    fs::write(&text, "kind: Pod\n").unwrap();
    assert_eq!(Target::of_path(&text), None);
    assert_eq!(Target::of_path(folder.path()), None);
    let other = folder.path().join("other.tar");
    fs::write(&other, archive(&[("file".to_owned(), b"x".to_vec())])).unwrap();
    let said = message(opened(&file(&other, None)));
    assert!(said.ends_with("lacks `index.json or manifest.json`"), "{said}");
}

#[test]
fn paths_do_not_lead_out_of_a_layout() {
    let folder = tempfile::tempdir().unwrap();
    let mut files = docker(&two_layers());
    let outside = folder.path().join("outside");
    fs::write(&outside, &files[0].1).unwrap();
    files.pop();
    files.push((
        "manifest.json".to_owned(),
        br#"[{"Config":"c.json","Layers":["../outside","1/layer.tar"]}]"#.to_vec(),
    ));
    let inner = folder.path().join("image");
    write(&inner, &files);
    let target = Target::Folder { path: inner.clone(), name: None };
    assert!(message(opened(&target).unwrap().open_layer(0)).contains("lacks `../outside`"));
    #[cfg(unix)]
    {
        let list = br#"[{"Config":"c.json","Layers":["link","1/layer.tar"]}]"#.to_vec();
        fs::write(inner.join("manifest.json"), list).unwrap();
        std::os::unix::fs::symlink(&outside, inner.join("link")).unwrap();
        assert!(message(opened(&target).unwrap().open_layer(0)).contains("lacks `link`"));
    }
}

#[test]
fn a_wrong_blob_of_a_layout_is_found() {
    let image = Image::debian();
    let mut files = layout(&image);
    files.retain(|(path, _)| !path.ends_with(Digest::of(&image.manifest).value()));
    let mut wrong = image.manifest.clone();
    wrong.push(b' ');
    files.push((format!("blobs/sha256/{}", Digest::of(&image.manifest).value()), wrong));
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &files);
    let target = Target::Folder { path: folder.path().to_owned(), name: None };
    assert!(message(opened(&target)).contains("and the manifest says"));
}

#[test]
fn a_bomb_of_an_archive_ends_at_its_limit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bomb.tar.gz");
    fs::write(&path, gzip(&archive(&[("manifest.json".to_owned(), vec![0; 8 << 20])]))).unwrap();
    let mut wanted: Wanted = wanted();
    wanted.budget.free_bytes = 1 << 20;
    wanted.budget.ratio = 10;
    let said = message(open(&file(&path, None), &wanted, &Arc::new(Client::new(Settings::default()))));
    assert!(said.ends_with("the archive unpacks to more than 10 times its size, the limit"), "{said}");
}

#[test]
fn the_storage_of_containers_is_read() {
    let root = tempfile::tempdir().unwrap();
    let layers = two_layers();
    let diff_ids: Vec<String> = layers.iter().map(|layer| format!("\"{}\"", Digest::of(layer))).collect();
    let configuration = format!(r#"{{"rootfs":{{"diff_ids":[{}]}}}}"#, diff_ids.join(",")).into_bytes();
    let id = Digest::of(&configuration).value().to_owned();
    let key = BASE64.encode(format!("sha256:{id}").as_bytes());
    let files = [
        (
            "overlay-images/images.json".to_owned(),
            format!(r#"[{{"id":"{id}","names":["docker.io/library/nginx:1.27"],"layer":"top"}}]"#)
                .into_bytes(),
        ),
        (format!("overlay-images/{id}/={key}"), configuration),
        (
            "overlay-layers/layers.json".to_owned(),
            br#"[{"id":"base"},{"id":"top","parent":"base"}]"#.to_vec(),
        ),
        ("overlay/base/diff/etc/os-release".to_owned(), RELEASE.into()),
        ("overlay/base/diff/var/lib/dpkg/status".to_owned(), DPKG.into()),
        ("overlay/top/diff/app/x".to_owned(), b"y".to_vec()),
    ];
    write(root.path(), &files);
    let target = |name: &str| Target::Storage { name: format!("[overlay@{}]{name}", root.path().display()) };
    for name in ["nginx:1.27", "docker.io/library/nginx:1.27", &id, &id[..12]] {
        let opened = opened(&target(name)).unwrap();
        assert_eq!(packages(&opened), ["0:nginx@1.22.1-9"], "{name}");
    }
    assert!(message(opened(&target("nginx:1"))).ends_with("there is no such image"));
    let circle = br#"[{"id":"base","parent":"top"},{"id":"top","parent":"base"}]"#;
    fs::write(root.path().join("overlay-layers/layers.json"), circle).unwrap();
    assert!(message(opened(&target("nginx:1.27"))).contains("its layers have no beginning"));
    let path = br#"[{"id":"top","parent":"../../etc"}]"#;
    fs::write(root.path().join("overlay-layers/layers.json"), path).unwrap();
    assert!(message(opened(&target("nginx:1.27"))).contains("its layers have no beginning"));
}

#[test]
fn the_storage_of_docker_is_read() {
    let root = tempfile::tempdir().unwrap();
    let layers = two_layers();
    let diff_ids: Vec<Digest> = layers.iter().map(|layer| Digest::of(layer)).collect();
    let configuration =
        format!(r#"{{"rootfs":{{"diff_ids":["{}","{}"]}}}}"#, diff_ids[0], diff_ids[1]).into_bytes();
    let id = Digest::of(&configuration);
    let chain = Digest::of(format!("{} {}", diff_ids[0], diff_ids[1]).as_bytes());
    let names = format!(r#"{{"Repositories":{{"nginx":{{"nginx:1.27":"{id}"}}}}}}"#);
    let files = [
        ("image/overlay2/repositories.json".to_owned(), names.clone().into_bytes()),
        (format!("image/overlay2/imagedb/content/sha256/{}", id.value()), configuration),
        (format!("image/overlay2/layerdb/sha256/{}/cache-id", diff_ids[0].value()), b"base".to_vec()),
        (format!("image/overlay2/layerdb/sha256/{}/cache-id", chain.value()), b"top".to_vec()),
        ("overlay2/base/diff/etc/os-release".to_owned(), RELEASE.into()),
        ("overlay2/base/diff/var/lib/dpkg/status".to_owned(), DPKG.into()),
        ("overlay2/top/diff/app/x".to_owned(), b"y".to_vec()),
    ];
    write(root.path(), &files);
    let target = |name: &str| Target::DockerStorage { name: format!("[{}]{name}", root.path().display()) };
    for name in ["nginx:1.27", "docker.io/library/nginx:1.27", &id.to_string(), &id.value()[..12]] {
        let opened = opened(&target(name)).unwrap();
        assert_eq!(packages(&opened), ["0:nginx@1.22.1-9"], "{name}");
    }
    assert!(message(opened(&target("nginx:1"))).ends_with("there is no such image"));
    let put = |path: &str, text: &str| fs::write(root.path().join(path), text).unwrap();
    let cache = format!("image/overlay2/layerdb/sha256/{}/cache-id", chain.value());
    put(&cache, "../../../etc");
    assert!(message(opened(&target("nginx:1.27"))).contains("`cache-id` is broken"));
    put(&cache, "top");
    put(&format!("image/overlay2/imagedb/content/sha256/{}", id.value()), "{}");
    assert!(message(opened(&target("nginx:1.27"))).contains("its configuration is not"));
    put("image/overlay2/repositories.json", &names.replace("sha256:", "../"));
    assert!(message(opened(&target("nginx:1.27"))).contains("is no identifier"));
}

#[test]
fn a_root_file_system_is_read_without_following_links() {
    let root = tempfile::tempdir().unwrap();
    let secret = tempfile::tempdir().unwrap();
    fs::write(secret.path().join("status"), DPKG).unwrap();
    write(
        root.path(),
        &[("etc/os-release".to_owned(), RELEASE.into()), (".wh.etc".to_owned(), b"".to_vec())],
    );
    #[cfg(unix)]
    {
        fs::create_dir_all(root.path().join("var/lib")).unwrap();
        std::os::unix::fs::symlink(secret.path(), root.path().join("var/lib/dpkg")).unwrap();
    }
    let passed = pass_folder(root.path(), &Limits::default(), &mut []);
    assert!(passed.fault.is_none());
    let merged = sekisho_package::merge(&[&passed.layer]);
    assert!(merged.contents.packages.is_empty());
    // What is a whiteout in a layer is a file here.
    assert_eq!(merged.contents.distribution.unwrap().id, "debian");
    let none = pass_folder(&root.path().join("none"), &Limits::default(), &mut []);
    assert_eq!(none.layer.unread.len(), 1);
}

/// A page of bbolt that is a leaf with these keys; buckets lie within their values.
fn leaf(entries: &[(&str, bool, Vec<u8>)]) -> Vec<u8> {
    let number = |value: usize| u32::try_from(value).unwrap().to_le_bytes();
    let mut page = [&[0; 8][..], &[2, 0], &number(entries.len())[..2], &[0; 4]].concat();
    let mut at = 16 + entries.len() * 16;
    for (place, (key, is_bucket, value)) in entries.iter().enumerate() {
        let element = 16 + place * 16;
        page.extend(
            [number(usize::from(*is_bucket)), number(at - element), number(key.len()), number(value.len())]
                .concat(),
        );
        at += key.len() + value.len();
    }
    for (key, _, value) in entries {
        page.extend([key.as_bytes(), value].concat());
    }
    page
}

/// A bucket within a value.
fn bucket(entries: &[(&str, bool, Vec<u8>)]) -> Vec<u8> {
    [vec![0; 16], leaf(entries)].concat()
}

/// The metadata of containerd with one image.
fn metadata(name: &str, digest: &Digest) -> Vec<u8> {
    let target =
        bucket(&[("digest", false, digest.to_string().into_bytes()), ("mediatype", false, b"x".to_vec())]);
    let image = bucket(&[("createdat", false, vec![1]), ("target", true, target)]);
    let images = bucket(&[(name, true, image)]);
    let namespace = bucket(&[("images", true, images)]);
    let root = leaf(&[("v1", true, bucket(&[("default", true, bucket(&[])), ("k8s.io", true, namespace)]))]);
    let mut meta =
        [&0xED0C_DAED_u32.to_le_bytes()[..], &2_u32.to_le_bytes(), &4096_u32.to_le_bytes(), &[0; 4]].concat();
    for value in [2_u64, 0, 0, 3, 1] {
        meta.extend(value.to_le_bytes());
    }
    let sum = meta.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    meta.extend(sum.to_le_bytes());
    let mut file = vec![0; 16];
    file.extend(&meta);
    file.resize(4096, 0);
    file.extend(vec![0; 16]);
    file.extend(&meta);
    file.resize(8192, 0);
    file.extend(root);
    file.resize(3 * 4096, 0);
    file
}

#[test]
fn the_store_of_containerd_is_read() {
    let root = tempfile::tempdir().unwrap();
    let image = Image::of(&two_layers());
    let digest = Digest::of(&image.manifest);
    let blobs = layout(&image).into_iter().filter(|(path, _)| path.starts_with("blobs"));
    let mut files: Vec<_> =
        blobs.map(|(path, bytes)| (format!("io.containerd.content.v1.content/{path}"), bytes)).collect();
    let file = metadata("docker.io/library/nginx:1.27", &digest);
    files.push(("io.containerd.metadata.v1.bolt/meta.db".to_owned(), file.clone()));
    write(root.path(), &files);
    let target = |place: &str, name: &str| Target::Containerd {
        name: format!("[{place}@{}]{name}", root.path().display()),
    };
    for name in ["nginx:1.27", "docker.io/library/nginx:1.27"] {
        let opened = opened(&target("", name)).unwrap();
        assert_eq!(opened.image.digest.as_ref(), Some(&digest));
        assert_eq!(packages(&opened), ["0:nginx@1.22.1-9"], "{name}");
    }
    assert!(message(opened(&target("default", "nginx:1.27"))).ends_with("there is no such image in default"));
    assert!(message(opened(&target("", "nginx:1"))).contains("there is no such image in k8s.io"));
    // What is cut off or written over ends in an error.
    let path = root.path().join("io.containerd.metadata.v1.bolt/meta.db");
    for length in [0, 100, 4096, 8192, 9000] {
        fs::write(&path, &file[..length]).unwrap();
        assert!(opened(&target("", "nginx:1.27")).is_err(), "{length}");
    }
    fs::write(&path, metadata("docker.io/library/nginx:1.27", &Digest::of(b"gone"))).unwrap();
    assert!(opened(&target("", "nginx:1.27")).is_err());
    assert!(matches!(Target::parse_prefixed("containerd:nginx:1"), Some(Ok(Target::Containerd { .. }))));
}
