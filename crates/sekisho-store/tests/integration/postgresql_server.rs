//! The same with a server of PostgreSQL, where this machine has one; it is skipped elsewhere.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use sekisho_store::{Filter, Spool, Store, StoreError, StoreOptions, StoreTarget};
use tempfile::TempDir;

use crate::{results, support};

struct Server {
    folder: TempDir,
    programs: PathBuf,
    port: u16,
    child: Child,
}

/// The folder of the server's programs; Debian keeps them out of the path.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
    versions.flatten().map(|entry| entry.path().join("bin")).find(|folder| folder.join("postgres").exists())
}

/// The server refuses to run as root.
fn command(program: &Path) -> Command {
    let user = Command::new("id").arg("-u").output().unwrap().stdout;
    if user.trim_ascii() == b"0" {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
        return command;
    }
    Command::new(program)
}

impl Server {
    fn start() -> Option<Self> {
        let programs = programs()?;
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        fs::create_dir(&data).unwrap();
        let _ = Command::new("chown").arg("-R").arg("postgres").arg(folder.path()).output();
        let made = command(&programs.join("initdb"))
            .args(["--auth=trust", "--username=sekisho", "--no-sync", "--encoding=UTF8", "-D"])
            .arg(&data)
            .current_dir("/")
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = Self::run(&programs, &data, folder.path(), port);
        let server = Self { folder, programs, port, child };
        server.wait();
        Some(server)
    }

    fn run(programs: &Path, data: &Path, sockets: &Path, port: u16) -> Child {
        command(&programs.join("postgres"))
            .arg("-D")
            .arg(data)
            .args(["-h", "127.0.0.1", "-F", "-p", &port.to_string(), "-k"])
            .arg(sockets)
            .current_dir("/")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }

    fn target(&self) -> StoreTarget {
        StoreTarget::read(&format!("postgresql://sekisho@127.0.0.1:{}/postgres", self.port)).unwrap()
    }

    fn wait(&self) {
        for _ in 0..200 {
            if Store::open(&self.target(), StoreOptions::default()).is_ok() {
                return;
            }
            thread::sleep(Duration::from_millis(50));
        }
    }

    fn stop(&mut self) {
        let _ = Command::new("kill").arg("-INT").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

#[test]
fn a_server_keeps_everything_and_its_absence_loses_nothing() {
    let Some(mut server) = Server::start() else {
        return eprintln!("skipped: there is no server of PostgreSQL on this machine");
    };
    let target = server.target();
    let mut store = Store::open(&target, StoreOptions::default()).unwrap();
    results::all(&mut store);

    // Another that holds the table.
    let quick = StoreOptions { patience: Duration::from_millis(200), bytes: None };
    let mut spool = Spool::new(target.clone(), quick, "c9");
    spool.push([support::object("web", &["a"])]);
    spool.flush(1).unwrap();
    let mut other = command(&server.programs.join("psql"))
        .args(["-h", "127.0.0.1", "-p", &server.port.to_string(), "-U", "sekisho", "-d", "postgres", "-c"])
        .arg("BEGIN; LOCK TABLE findings; SELECT pg_sleep(60)")
        .current_dir("/")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    spool.push([support::object("web", &["a", "b"])]);
    // Until the other holds the table, writing goes well.
    let error = loop {
        match spool.flush(2) {
            Err(error) => break error,
            Ok(_) => spool.push([support::object("web", &["a", "b"])]),
        }
        thread::sleep(Duration::from_millis(20));
    };
    assert!(matches!(error, StoreError::Locked { .. }), "{error}");
    assert_eq!(spool.waiting(), 1);
    server.stop();
    let _ = other.kill();
    let _ = other.wait();
    let error = spool.flush(3).unwrap_err();
    assert!(matches!(error, StoreError::Away { .. }) && error.is_passing(), "{error}");
    assert_eq!(spool.waiting(), 1);
    server.child =
        Server::run(&server.programs, &server.folder.path().join("data"), server.folder.path(), server.port);
    server.wait();
    assert_eq!(spool.flush(4).unwrap(), 1);
    let filter = Filter { cluster: Some("c9".to_owned()), ..Filter::default() };
    assert_eq!(spool.with(|store| store.findings(&filter)).unwrap().len(), 2);
}
