//! A wire to the API server that can be cut: what a client sees when the server is restarted.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// A port on loopback that leads to another one.
pub(crate) struct Wire {
    pub(crate) address: SocketAddr,
    state: Arc<State>,
}

struct State {
    is_whole: AtomicBool,
    /// Whether nothing goes through, and each connection stands.
    is_held: AtomicBool,
    streams: Mutex<Vec<TcpStream>>,
}

impl Wire {
    /// A wire to a host and port.
    pub(crate) fn to(server: &str) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let address = listener.local_addr().expect("an address");
        let state = Arc::new(State {
            is_whole: AtomicBool::new(true),
            is_held: AtomicBool::new(false),
            streams: Mutex::default(),
        });
        let (kept, server) = (Arc::clone(&state), server.to_owned());
        thread::spawn(move || {
            for near in listener.incoming().flatten() {
                let Ok(far) = TcpStream::connect(&server) else { continue };
                if !kept.is_whole.load(Ordering::SeqCst) {
                    continue;
                }
                let copy = |stream: &TcpStream| stream.try_clone().expect("a stream");
                kept.streams.lock().expect("a lock").extend([copy(&near), copy(&far)]);
                for (from, to) in [(copy(&near), copy(&far)), (far, near)] {
                    let state = Arc::clone(&kept);
                    thread::spawn(move || carry(from, to, &state));
                }
            }
        });
        Self { address, state }
    }

    /// Breaks every connection, and takes no further one.
    pub(crate) fn cut(&self) {
        self.state.is_whole.store(false, Ordering::SeqCst);
        for stream in self.state.streams.lock().expect("a lock").drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// Lets nothing through, though no connection ends: what a server that hangs looks like.
    pub(crate) fn hold(&self, is_held: bool) {
        self.state.is_held.store(is_held, Ordering::SeqCst);
    }

    /// Takes connections again.
    pub(crate) fn mend(&self) {
        self.state.is_whole.store(true, Ordering::SeqCst);
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream, state: &State) {
    let mut buffer = [0; 16 << 10];
    while let Ok(read) = from.read(&mut buffer) {
        while state.is_held.load(Ordering::SeqCst) {
            thread::sleep(Duration::from_millis(10));
        }
        if read == 0 || to.write_all(buffer.get(..read).unwrap_or_default()).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}
