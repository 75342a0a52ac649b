"""Runs what `integrations/` and the two files at the root hold, as the systems they are for would run it.

Arguments: the root of the project, a scratch folder, the program. Prints a JSON object a case: its name, and what
went wrong or null. The programs of others are those beside this Python.
"""

import atexit
import functools
import hashlib
import http.server
import io
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tarfile
import threading
import time

import yaml

root, scratch, program = sys.argv[1:]
beside = os.path.dirname(sys.executable)
plain = {"PATH": os.path.dirname(program) + ":" + os.environ["PATH"], "HOME": scratch, "LANG": "C.UTF-8"}
without = dict(plain, PATH="/usr/local/bin:/usr/bin:/bin")


def read(path):
    with open(os.path.join(root, path), encoding="utf-8") as file:
        return file.read()


def workspace(name, example):
    """A repository with an example in it."""
    folder = os.path.join(scratch, name)
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(os.path.join(root, "examples", example), folder)
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
    for arguments in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "--message", "Begin"]):
        subprocess.run(git + arguments, cwd=folder, check=True)
    return folder


def call(arguments, folder, environment):
    done = subprocess.run(
        arguments, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    return done.returncode, done.stdout


def expect(condition, said):
    if not condition:
        raise AssertionError(said[-2000:])


def report(folder, name):
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        return file.read()


def schema(name, path):
    status, said = call([f"{beside}/check-jsonschema", "--builtin-schema", name, path], root, plain)
    expect(status == 0, said)


def github_schema():
    schema("vendor.github-actions", "action.yml")
    schema("vendor.github-actions", "gate/action.yml")


def github_audit():
    actions = ["action.yml", "gate/action.yml"]
    status, said = call([f"{beside}/zizmor", "--offline", "--pedantic", *actions], root, plain)
    expect(status == 0, said)


def github_runs():
    action = yaml.safe_load(read("action.yml"))
    values = {f"inputs.{name}": str(given.get("default", "")) for name, given in action["inputs"].items()}
    values["github.server_url"] = "https://example.com"
    values["github.action_repository"] = "security/sekisho"
    values["github.action_ref"] = "v1"

    def runs(folder, given):
        values.update(given)
        outcome, output = 0, ""
        for step in action["runs"]["steps"]:
            filled = {
                key: re.sub(r"\$\{\{ (\S+) \}\}", lambda name: values[name[1]], value)
                for key, value in step["env"].items()
            }
            files = {"GITHUB_ACTION_PATH": root, "GITHUB_STEP_SUMMARY": os.path.join(folder, "summary.md")}
            outcome, said = call(
                ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]], folder, plain | filled | files
            )
            output += said
            if outcome:
                break
        return outcome, output

    faulty = workspace("github-faulty", "shop")
    status, said = runs(faulty, {})
    expect(status == 1, said)
    expect("::error file=" in said, said)
    expect(json.loads(report(faulty, "sekisho.sarif"))["runs"][0]["results"], "a report without results")
    expect("privileged" in report(faulty, "summary.md"), "a summary without findings")
    status, said = runs(faulty, {"inputs.fail-on": "none", "inputs.arguments": "--only\nprivileged-container\n"})
    expect(status == 0, said)
    rules = {result["ruleId"] for result in json.loads(report(faulty, "sekisho.sarif"))["runs"][0]["results"]}
    expect(rules == {"privileged-container"}, f"rules {rules}")
    status, said = runs(workspace("github-sound", "shop-hardened"), {"inputs.fail-on": "low", "inputs.arguments": ""})
    expect(status == 0, said)


def gitlab_schema():
    schema("vendor.gitlab-ci", "integrations/gitlab/sekisho.gitlab-ci.yml")


def gitlab_runs():
    jobs = yaml.safe_load(read("integrations/gitlab/sekisho.gitlab-ci.yml"))
    variables = {name: str(value) for name, value in jobs["variables"].items()}
    script = "\n".join(jobs["sekisho"]["script"])
    for example, wanted in (("shop", 1), ("shop-hardened", 0)):
        folder = workspace(f"gitlab-{example}", example)
        status, said = call(["bash", "-eo", "pipefail", "-c", script], folder, plain | variables)
        expect(status == wanted, said)
        for name in jobs["sekisho"]["artifacts"]["paths"]:
            expect(os.path.getsize(os.path.join(folder, name)) > 0, f"{name} is empty")
    status, said = call(
        ["bash", "-eo", "pipefail", "-c", script], folder, without | variables | {"SEKISHO_RELEASE": release("gitlab")}
    )
    expect(status == 0, said)


def jenkins_runs():
    text = read("integrations/jenkins/Jenkinsfile")
    script = re.search(r"sh '''(.*?)'''", text, re.DOTALL)[1].replace("\\\\", "\\")
    given = dict(re.findall(r"string\(name: '(\w+)', defaultValue: '([^']*)'", text))
    for example, wanted in (("shop", 1), ("shop-hardened", 0)):
        folder = workspace(f"jenkins-{example}", example)
        status, said = call(["sh", "-xe", "-c", script], folder, plain | given)
        expect(status == wanted, said)
        expect("<testsuite" in report(folder, "sekisho.xml"), "no results")


def tekton_runs():
    task = yaml.safe_load(read("integrations/tekton/sekisho-scan.yaml"))
    given = {param["name"]: param.get("default") for param in task["spec"]["params"]}
    step = task["spec"]["steps"][0]
    arguments = []
    for word in step["command"] + step["args"]:
        whole = re.fullmatch(r"\$\(params\.(\S+)\[\*\]\)", word)
        if whole:
            arguments += given[whole[1]]
        else:
            arguments.append(re.sub(r"\$\(params\.(\S+)\)", lambda name: given[name[1]], word))
    expect(arguments[0] == "/usr/bin/sekisho", arguments[0])
    for example, wanted in (("shop", 1), ("shop-hardened", 0)):
        folder = workspace(f"tekton-{example}", example)
        status, said = call([program] + arguments[1:], folder, plain)
        expect(status == wanted, said)
        expect('"version": "2.1.0"' in report(folder, "sekisho.sarif"), "no report")


def pre_commit_schema():
    status, said = call([f"{beside}/pre-commit", "validate-manifest", ".pre-commit-hooks.yaml"], root, plain)
    expect(status == 0, said)


def pre_commit_runs():
    hooks = os.path.join(scratch, "hooks")
    shutil.rmtree(hooks, ignore_errors=True)
    os.makedirs(hooks)
    shutil.copy(os.path.join(root, ".pre-commit-hooks.yaml"), hooks)
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
    for arguments in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "--message", "Begin"]):
        subprocess.run(git + arguments, cwd=hooks, check=True)
    revision = subprocess.run(git + ["rev-parse", "HEAD"], cwd=hooks, check=True, capture_output=True, text=True).stdout.strip()
    for example, wanted in (("shop", 1), ("shop-hardened", 0)):
        folder = workspace(f"pre-commit-{example}", example)
        hook = {"id": "sekisho", "args": ["--fail-on", "high"]}
        with open(os.path.join(folder, ".pre-commit-config.yaml"), "w", encoding="utf-8") as file:
            yaml.safe_dump({"repos": [{"repo": hooks, "rev": revision, "hooks": [hook]}]}, file)
        subprocess.run(git + ["add", "."], cwd=folder, check=True)
        status, said = call([f"{beside}/pre-commit", "run", "--all-files"], folder, plain)
        expect(status == wanted, said)
        expect(("privileged" in said) == bool(wanted), said)


def release(name):
    """A release on loopback, with an archive of the program."""
    folder = os.path.join(scratch, f"release-{name}")
    os.makedirs(folder, exist_ok=True)
    archive = os.path.join(folder, "sekisho-0.1.0-x86_64-unknown-linux-gnu.tar.gz")
    with tarfile.open(archive, "w:gz", compresslevel=1) as made:
        made.add(program, "sekisho")
    with open(archive, "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    with open(os.path.join(folder, "SHA256SUMS"), "w", encoding="utf-8") as sums:
        sums.write(f"{digest}  {os.path.basename(archive)}\n")
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=folder)
    handler.func.log_message = lambda *_: None
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


def installs():
    script = os.path.join(root, "integrations/install.sh")
    address = release("install")
    folder = os.path.join(scratch, "installed")
    shutil.rmtree(folder, ignore_errors=True)
    given = without | {"SEKISHO_RELEASE": address, "SEKISHO_FOLDER": folder}
    status, said = call(["bash", script], scratch, given | {"SEKISHO_SHA256": "0" * 64})
    expect(status != 0 and not os.path.exists(os.path.join(folder, "sekisho")), "a wrong checksum was believed")
    status, said = call(["bash", script], scratch, given)
    expect(status == 0 and said.startswith("sekisho "), said)
    status, said = call(["bash", script], scratch, without)
    expect(status == 2 and "SEKISHO_RELEASE" in said, said)


def registry():
    """A registry on loopback with an image that is sound and one that holds a credential."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = os.path.join(scratch, "registry.yml")
    store = os.path.join(scratch, "registry")
    shutil.rmtree(store, ignore_errors=True)
    with open(config, "w", encoding="utf-8") as file:
        storage = {"filesystem": {"rootdirectory": store}}
        http_server = {"addr": f"127.0.0.1:{port}"}
        yaml.safe_dump({"version": 0.1, "log": {"level": "error"}, "storage": storage, "http": http_server}, file)
    served = subprocess.Popen(["docker-registry", "serve", config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    atexit.register(served.kill)
    for _ in range(200):
        with socket.socket() as asked:
            if asked.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.05)
    token = "ghp_" + "".join(chr(97 + number * 7 % 26) for number in range(36))
    for name, text in (("sound", "nothing"), ("faulty", f"token = '{token}'")):
        layout = os.path.join(scratch, f"image-{name}")
        shutil.rmtree(layout, ignore_errors=True)
        blobs = os.path.join(layout, "blobs/sha256")
        os.makedirs(blobs)

        def blob(kind, content):
            digest = hashlib.sha256(content).hexdigest()
            with open(os.path.join(blobs, digest), "wb") as file:
                file.write(content)
            return {"mediaType": f"application/vnd.oci.image.{kind}", "digest": f"sha256:{digest}", "size": len(content)}

        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as layer:
            entry = tarfile.TarInfo("srv/settings.ini")
            entry.size = len(text)
            layer.addfile(entry, io.BytesIO(text.encode()))
        layer = blob("layer.v1.tar", packed.getvalue())
        settings = {"architecture": "amd64", "os": "linux", "config": {"User": "1000"}}
        settings["rootfs"] = {"type": "layers", "diff_ids": [layer["digest"]]}
        made = {"schemaVersion": 2, "layers": [layer], "mediaType": "application/vnd.oci.image.manifest.v1+json"}
        made["config"] = blob("config.v1+json", json.dumps(settings).encode())
        manifest = blob("manifest.v1+json", json.dumps(made).encode())
        with open(os.path.join(layout, "index.json"), "w", encoding="utf-8") as file:
            json.dump({"schemaVersion": 2, "manifests": [manifest]}, file)
        with open(os.path.join(layout, "oci-layout"), "w", encoding="utf-8") as file:
            json.dump({"imageLayoutVersion": "1.0.0"}, file)
        target = f"docker://127.0.0.1:{port}/{name}:1"
        subprocess.run(["skopeo", "copy", "--quiet", "--dest-tls-verify=false", f"oci:{layout}", target], check=True)
    return f"127.0.0.1:{port}"


def gates_run():
    address = registry()
    folder = workspace("gates", "shop-hardened")
    bundle = os.path.join(folder, "bundle")
    os.makedirs(bundle)
    with open(os.path.join(bundle, "sekisho.yaml"), "w", encoding="utf-8") as file:
        file.write("scan:\n  failOn: high\n")
    shutil.copy(os.path.join(root, "policies/pinned-images.yaml"), bundle)
    status, said = call([program, "sign", "--new-key", "release"], folder, plain | {"SEKISHO_PASSWORD": "x"})
    expect(status == 0, said)
    with open(os.path.join(folder, "release.key"), encoding="utf-8") as file:
        key = file.read()
    options = ["--insecure-registry", address, "--max-database-age", "100000", "--without-tests"]

    def github(image):
        step = yaml.safe_load(read("gate/action.yml"))["runs"]["steps"][1]
        given = {"IMAGE": image, "BUNDLE": bundle, "KEY": key, "SEKISHO_PASSWORD": "x", "ARGUMENTS": "\n".join(options)}
        given |= {"FULCIO": "", "REKOR": ""}
        expect(given.keys() == step["env"].keys(), str(step["env"]))
        return call(["bash", "-eo", "pipefail", "-c", step["run"]], folder, plain | given)

    def gitlab(image):
        script = yaml.safe_load(read("integrations/gitlab/sekisho.gitlab-ci.yml"))[".sekisho-gate"]["script"]
        given = {"SEKISHO_IMAGE": image, "SEKISHO_BUNDLE": bundle, "SEKISHO_KEY": key, "SEKISHO_PASSWORD": "x"}
        given["SEKISHO_GATE_ARGUMENTS"] = " ".join(options)
        return call(["bash", "-eo", "pipefail", "-c", "\n".join(script)], folder, plain | given)

    def tekton(image):
        step = yaml.safe_load(read("integrations/tekton/sekisho-gate.yaml"))["spec"]["steps"][0]
        given = {"$(params.bundle)": [bundle], "$(params.image)": [image], "$(params.arguments[*])": options}
        arguments = [word for part in step["args"] for word in given.get(part, [part])]
        names = {variable["name"] for variable in step["env"]}
        expect(names == {"SEKISHO_KEY", "SEKISHO_PASSWORD"}, str(names))
        return call([program, *arguments], folder, plain | {"SEKISHO_KEY": key, "SEKISHO_PASSWORD": "x"})

    for gate in (github, gitlab, tekton):
        for name, wanted in (("faulty", 1), ("sound", 0)):
            image = f"{address}/{name}:1"
            verified = [program, "verify", image, "--key", "release.pub", "--insecure-registry", address]
            status, said = gate(image)
            expect(status == wanted, f"{gate.__name__} {name}: {status} {said}")
            status, said = call(verified, folder, plain)
            expect(status == wanted, f"{gate.__name__} {name}, verified: {status} {said}")


cases = [
    github_schema, github_audit, github_runs, gitlab_schema, gitlab_runs, jenkins_runs, tekton_runs,
    pre_commit_schema, pre_commit_runs, installs, gates_run,
]
for case in cases:
    miss = None
    try:
        case()
    except Exception as error:  # whatever goes wrong is what the case says
        miss = f"{type(error).__name__}: {error}"
    print(json.dumps({"id": case.__name__.replace("_", "-"), "miss": miss}), flush=True)
