//! A further API server over the etcd of the first, which a test may kill, start again, and cut off from etcd: what others
//! ask the first is not disturbed.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use sekisho_cluster::{Access, Connection, Options};
use tempfile::TempDir;

use super::wait;
use super::wire::Wire;

/// The server; it ends with this value.
pub(crate) struct Second {
    arguments: Vec<String>,
    process: Option<Child>,
    folder: TempDir,
    kubeconfig: PathBuf,
    /// The way to etcd.
    pub(crate) etcd: Wire,
}

/// The command line of the first API server.
fn first(kubeconfig: &Path) -> Vec<String> {
    let folder = kubeconfig.parent().and_then(Path::parent).expect("the folder of the server");
    let processes = fs::read_to_string(folder.join("processes")).expect("the processes of the server");
    let command = |number: &str| -> Option<Vec<String>> {
        let line = fs::read(format!("/proc/{number}/cmdline")).ok()?;
        let line = String::from_utf8(line).ok()?;
        Some(line.split_terminator('\0').map(str::to_owned).collect())
    };
    let mut all = processes.lines().filter_map(command);
    all.find(|line| line.get(1).is_some_and(|part| part == "kube-apiserver"))
        .expect("the first API server runs")
}

impl Second {
    /// Starts one and waits until it is ready.
    pub(crate) fn start() -> Self {
        let first_kubeconfig =
            PathBuf::from(std::env::var_os("SEKISHO_TEST_KUBECONFIG").expect("a kubeconfig"));
        let folder = tempfile::tempdir().expect("a folder");
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        drop(listener);
        let line = first(&first_kubeconfig);
        let value =
            |name: &str| line.iter().find_map(|part| part.strip_prefix(name)).expect("an option").to_owned();
        let etcd = Wire::to(value("--etcd-servers=http://").as_str());
        let first_port = value("--secure-port=");
        let mut arguments: Vec<String> = Vec::new();
        for part in line {
            let name = part.split('=').next().unwrap_or_default();
            match name {
                "--secure-port" => arguments.push(format!("{name}={port}")),
                "--etcd-servers" => arguments.push(format!("{name}=http://{}", etcd.address)),
                "--audit-log-path" => {
                    arguments.push(format!("{name}={}", folder.path().join("audit.log").display()));
                }
                _ if name.starts_with("--audit-webhook") => {}
                _ => arguments.push(part),
            }
        }
        let text = fs::read_to_string(&first_kubeconfig).expect("a kubeconfig");
        // Its certificates stand beside it.
        let kubeconfig = first_kubeconfig.with_file_name(format!("second-{port}.kubeconfig"));
        let (mine, other) = (format!("127.0.0.1:{port}"), format!("127.0.0.1:{first_port}"));
        fs::write(&kubeconfig, text.replace(&other, &mine)).expect("written");
        let mut second = Self { arguments, process: None, folder, kubeconfig, etcd };
        second.run();
        second
    }

    /// Starts it, at the same address as before.
    pub(crate) fn run(&mut self) {
        let log = fs::File::create(self.folder.path().join("log")).expect("a log");
        let child = Command::new(&self.arguments[0])
            .args(&self.arguments[1..])
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a log"))
            .stderr(log)
            .spawn()
            .expect("the API server starts");
        self.process = Some(child);
        let connection = self.connection();
        wait("the second API server is ready", || connection.get("/api/v1/namespaces/default").ok());
    }

    /// Kills it without warning.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.process.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// A kubeconfig that leads to it.
    pub(crate) fn kubeconfig(&self) -> String {
        self.kubeconfig.display().to_string()
    }

    /// A connection to it.
    pub(crate) fn connection(&self) -> Connection {
        let access = Access::find(Some(&self.kubeconfig), None).expect("an access");
        Connection::new(&access, &Options { retries: 0, ..Options::default() }).expect("a connection")
    }
}

impl Drop for Second {
    fn drop(&mut self) {
        self.kill();
        let _ = fs::remove_file(&self.kubeconfig);
    }
}
