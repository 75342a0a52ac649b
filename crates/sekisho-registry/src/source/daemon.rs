//! Images of daemons: Docker's and Podman's, asked over their sockets for an archive.

use std::path::PathBuf;

use super::{Opened, Wanted};
use crate::error::SourceError;

/// A daemon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Docker's.
    Docker,
    /// Podman's, which speaks like Docker's.
    Podman,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Docker => "docker",
            Self::Podman => "podman",
        }
    }

    /// The variable that names the socket.
    fn variable(self) -> &'static str {
        match self {
            Self::Docker => "DOCKER_HOST",
            Self::Podman => "CONTAINER_HOST",
        }
    }

    /// Where the socket is: where the variable says, else where it usually is.
    fn sockets(self) -> Result<Vec<PathBuf>, String> {
        if let Some(given) = std::env::var_os(self.variable()).filter(|value| !value.is_empty()) {
            let given = given.to_string_lossy();
            return match given.strip_prefix("unix://") {
                Some(path) => Ok(vec![PathBuf::from(path)]),
                None => Err(format!(
                    "`{}` is `{given}`, and only sockets of this machine are spoken to: save the image to a file",
                    self.variable()
                )),
            };
        }
        let own = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
        let mut sockets = Vec::new();
        match self {
            Self::Docker => {
                sockets.push(PathBuf::from("/var/run/docker.sock"));
                sockets.extend(own.map(|folder| folder.join("docker.sock")));
            }
            Self::Podman => {
                sockets.extend(own.map(|folder| folder.join("podman/podman.sock")));
                sockets.push(PathBuf::from("/run/podman/podman.sock"));
            }
        }
        Ok(sockets)
    }
}

/// Opens an image that a daemon has.
pub(super) fn open(kind: Kind, name: &str, wanted: &Wanted) -> Result<Opened, SourceError> {
    let what = format!("{}:{name}", kind.as_str());
    let fault = |message: String| SourceError::Store { what: what.clone(), message };
    let sockets = kind.sockets().map_err(fault)?;
    let found = sockets.iter().find(|path| path.exists()).ok_or_else(|| {
        let tried: Vec<String> = sockets.iter().map(|path| format!("`{}`", path.display())).collect();
        fault(format!("no daemon listens at {}", tried.join(" or ")))
    })?;
    let archive = socket::ask(found, name).map_err(fault)?;
    let mut opened = super::archive::open_stream(what.clone(), archive, None, wanted)?;
    opened.name = what;
    Ok(opened)
}

#[cfg(unix)]
mod socket {
    use std::io::{self, BufRead, BufReader, Read as _, Write as _};
    use std::os::unix::net::UnixStream;
    use std::path::Path;
    use std::time::Duration;

    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

    /// How long nothing may come: a daemon packs a large image first.
    const PATIENCE: Duration = Duration::from_mins(5);
    /// The most bytes of the header of an answer.
    const HEADER_LIMIT: u64 = 64 << 10;

    /// Asks for the archive of an image. The old form of HTTP has the answer end with the connection.
    pub(super) fn ask(socket: &Path, name: &str) -> Result<impl BufRead, String> {
        let told = |error: io::Error| format!("cannot speak to `{}`: {error}", socket.display());
        let mut stream = UnixStream::connect(socket).map_err(told)?;
        stream.set_read_timeout(Some(PATIENCE)).map_err(told)?;
        let name = utf8_percent_encode(name, NON_ALPHANUMERIC);
        let request = format!("GET /images/{name}/get HTTP/1.0\r\nHost: localhost\r\n\r\n");
        stream.write_all(request.as_bytes()).map_err(told)?;
        let mut reader = BufReader::with_capacity(128 << 10, stream);
        let mut header = Vec::new();
        let mut head = (&mut reader).take(HEADER_LIMIT);
        while !header.ends_with(b"\r\n\r\n") {
            if head.read_until(b'\n', &mut header).map_err(told)? == 0 {
                return Err("the daemon's answer is no HTTP".to_owned());
            }
        }
        let text = String::from_utf8_lossy(&header).to_ascii_lowercase();
        match text.split(' ').nth(1) {
            Some("200") if text.contains("transfer-encoding: chunked") => {
                Err("the daemon answers in pieces, which the request does not allow".to_owned())
            }
            Some("200") => Ok(reader),
            Some("404") => Err("the daemon has no such image".to_owned()),
            Some(status) => Err(format!("the daemon answers with status {status}")),
            None => Err("the daemon's answer is no HTTP".to_owned()),
        }
    }
}

#[cfg(not(unix))]
mod socket {
    use std::io::{self, BufRead};
    use std::path::Path;

    pub(super) fn ask(_socket: &Path, _name: &str) -> Result<impl BufRead, String> {
        Err::<io::Empty, _>(
            "sockets of daemons are spoken to on Unix alone: save the image to a file".to_owned(),
        )
    }
}
