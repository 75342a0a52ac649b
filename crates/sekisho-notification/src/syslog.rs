//! Logs: that of this machine, and servers over UDP and TCP (RFC 5424; RFC 6587 for the framing of streams).

use std::io::{self, Write};
use std::net::{TcpStream, ToSocketAddrs, UdpSocket};
use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use sekisho_falco::Priority;
use sekisho_runtime::{Alert, iso_time};

use crate::error::NotificationError;

const LOCAL: &str = "/dev/log";
/// The facility of the security of users: `authpriv`.
const FACILITY: u8 = 10;
/// No message is longer over UDP, so that every receiver takes it.
const LONGEST_DATAGRAM: usize = 2_048;
/// A log.
#[derive(Debug)]
pub(crate) struct Syslog {
    server: String,
    /// How long it may take to accept.
    patience: Duration,
    transport: Transport,
}

#[derive(Debug)]
enum Transport {
    Local(UnixDatagram),
    Datagram(UdpSocket),
    /// Opened anew where it broke.
    Stream(Option<TcpStream>),
}

impl Syslog {
    pub(crate) fn local(patience: Duration) -> Result<Self, NotificationError> {
        let open = || {
            let socket = UnixDatagram::unbound()?;
            socket.connect(LOCAL)?;
            socket.set_write_timeout(Some(patience))?;
            Ok(Transport::Local(socket))
        };
        Self::with(LOCAL, patience, open())
    }

    pub(crate) fn remote(server: &str, stream: bool, patience: Duration) -> Result<Self, NotificationError> {
        let open = || {
            if stream {
                return connected(server, patience).map(|stream| Transport::Stream(Some(stream)));
            }
            let socket = UdpSocket::bind("[::]:0").or_else(|_| UdpSocket::bind("0.0.0.0:0"))?;
            socket.connect(server)?;
            Ok(Transport::Datagram(socket))
        };
        Self::with(server, patience, open())
    }

    fn with(
        server: &str,
        patience: Duration,
        transport: io::Result<Transport>,
    ) -> Result<Self, NotificationError> {
        match transport {
            Ok(transport) => Ok(Self { server: server.to_owned(), patience, transport }),
            Err(source) => Err(NotificationError::Syslog { server: server.to_owned(), source }),
        }
    }

    pub(crate) fn tell(&mut self, alert: &Alert, line: &str) -> Result<(), NotificationError> {
        let priority = FACILITY * 8 + severity(alert.priority);
        let text = line.replace(['\n', '\r'], " ");
        let sent = match &mut self.transport {
            Transport::Local(socket) => {
                socket.send(format!("<{priority}>sekisho: {text}").as_bytes()).map(drop)
            }
            Transport::Datagram(socket) => {
                let mut message = framed(alert, priority, &text);
                message.truncate(message.floor_char_boundary(LONGEST_DATAGRAM));
                socket.send(message.as_bytes()).map(drop)
            }
            Transport::Stream(stream) => {
                let message = framed(alert, priority, &text);
                let message = format!("{} {message}", message.len());
                write_again(stream, &self.server, self.patience, message.as_bytes())
            }
        };
        sent.map_err(|source| NotificationError::Syslog { server: self.server.clone(), source })
    }
}

fn connected(server: &str, patience: Duration) -> io::Result<TcpStream> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    for address in server.to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, patience) {
            Ok(stream) => {
                stream.set_write_timeout(Some(patience))?;
                return Ok(stream);
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Writes to a stream, which is opened anew once where it broke.
fn write_again(
    stream: &mut Option<TcpStream>,
    server: &str,
    patience: Duration,
    message: &[u8],
) -> io::Result<()> {
    // What was begun on a stream that broke is never gone on with there.
    if let Some(mut open) = stream.take()
        && open.write_all(message).is_ok()
    {
        *stream = Some(open);
        return Ok(());
    }
    let mut fresh = connected(server, patience)?;
    fresh.write_all(message)?;
    *stream = Some(fresh);
    Ok(())
}

/// The message with its head: version, time, host, program, and the rule in place of a kind of message.
fn framed(alert: &Alert, priority: u8, text: &str) -> String {
    // Six digits of a second are all that the format has.
    let time = iso_time(alert.time);
    let time = time.get(..26).map_or_else(|| "-".to_owned(), |time| format!("{time}Z"));
    let word = |text: &str, longest: usize| {
        let word: String = text
            .chars()
            .map(|letter| if letter.is_ascii_graphic() { letter } else { '-' })
            .take(longest)
            .collect();
        if word.is_empty() { "-".to_owned() } else { word }
    };
    let (host, kind) = (word(&alert.host, 255), word(&alert.rule, 32));
    format!("<{priority}>1 {time} {host} sekisho - {kind} - {text}")
}

/// Priorities are numbered as the log numbers severities.
fn severity(priority: Priority) -> u8 {
    let place = Priority::ALL.iter().position(|known| *known == priority);
    place.and_then(|place| u8::try_from(place).ok()).unwrap_or(5)
}
