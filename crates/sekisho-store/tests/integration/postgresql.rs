//! A server of PostgreSQL that a test may stop and start again, where this machine has its programs.

use std::env;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

/// The server; it ends with this value.
pub(crate) struct Server {
    folder: TempDir,
    programs: PathBuf,
    port: u16,
    process: Option<Child>,
}

/// The folder of the server's programs; Debian keeps them out of the path.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
    versions.flatten().map(|entry| entry.path().join("bin")).find(|folder| folder.join("postgres").exists())
}

/// The server refuses to run as root.
fn command(program: &Path) -> Command {
    let user = Command::new("id").arg("-u").output().expect("a user").stdout;
    let mut command = if user.trim_ascii() == b"0" {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    command.current_dir("/").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

impl Server {
    /// Starts one with nothing in it; none where there is no server, which is a failure in CI.
    pub(crate) fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            assert!(env::var("CI").as_deref() != Ok("true"), "CI has no PostgreSQL: run `cargo xtask test`");
            println!("skipped: there is no server of PostgreSQL on this machine");
            return None;
        };
        let folder = tempfile::tempdir().expect("a folder");
        let _ = Command::new("chown").arg("postgres").arg(folder.path()).output();
        let port = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
        let mut server = Self { folder, programs, port, process: None };
        let made = server
            .program("initdb")
            .args(["--auth=trust", "--username=sekisho", "--no-sync", "--encoding=UTF8", "-D"])
            .arg(server.data())
            .status()
            .expect("initdb runs");
        assert!(made.success(), "initdb ended with {made}");
        server.run();
        Some(server)
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn program(&self, name: &str) -> Command {
        command(&self.programs.join(name))
    }

    /// How it is named as a store.
    pub(crate) fn url(&self) -> String {
        format!("postgresql://sekisho@127.0.0.1:{}/postgres", self.port)
    }

    /// Starts it, at the same port as before, and waits until it answers.
    pub(crate) fn run(&mut self) {
        let port = self.port.to_string();
        let process = self
            .program("postgres")
            .arg("-D")
            .arg(self.data())
            .args(["-h", "127.0.0.1", "-F", "-p", &port, "-k"])
            .arg(self.folder.path())
            .spawn()
            .expect("the server starts");
        self.process = Some(process);
        for _ in 0..400 {
            let asked = self.program("pg_isready").args(["-h", "127.0.0.1", "-p", &port]).status();
            if asked.expect("pg_isready runs").success() {
                return;
            }
            thread::sleep(Duration::from_millis(50));
        }
        panic!("PostgreSQL does not answer");
    }

    /// Stops it, whoever is connected.
    pub(crate) fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = Command::new("kill").arg("-INT").arg(process.id().to_string()).status();
            let _ = process.wait();
        }
    }

    /// Sends it commands, in a process that ends when they have.
    pub(crate) fn say(&self, commands: &str) -> Child {
        let port = self.port.to_string();
        self.program("psql")
            .args(["-h", "127.0.0.1", "-p", &port, "-U", "sekisho", "-d", "postgres", "-c", commands])
            .spawn()
            .expect("psql runs")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}
