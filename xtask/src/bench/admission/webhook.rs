//! A webhook that runs for a while.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// A webhook; it ends with this value.
pub(super) struct Webhook {
    process: Child,
    pub(super) address: String,
    pub(super) authority: PathBuf,
}

/// How long it may take until it is ready.
const PATIENCE: Duration = Duration::from_mins(1);

impl Webhook {
    /// Starts one on these processors, and waits until it is ready.
    pub(super) fn start(
        binary: &Path,
        policies: &Path,
        folder: &Path,
        places: &str,
        more: &[&str],
    ) -> Result<Self> {
        fs::create_dir_all(folder)?;
        fs::write(folder.join("facts.yaml"), super::NAMESPACE)?;
        let (address, status) = (free_address()?, free_address()?);
        let tls = folder.join("tls");
        let log = fs::File::create(folder.join("webhook.log"))?;
        let process = super::placed(places)
            .arg(binary)
            .args(["serve", "admission", "--log", "warning", "--policy"])
            .arg(policies)
            .arg("--tls-folder")
            .arg(&tls)
            .args(["--listen", &address, "--status", &status])
            .args(more)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .context("cannot run the webhook")?;
        let mut webhook = Self { process, address, authority: tls.join("ca.crt") };
        let since = Instant::now();
        while !is_ready(&status) {
            if let Some(ended) = webhook.process.try_wait()? {
                bail!("the webhook ended with {ended}: {}", fs::read_to_string(folder.join("webhook.log"))?);
            }
            if since.elapsed() > PATIENCE {
                bail!("the webhook is not ready");
            }
            sleep(Duration::from_millis(5));
        }
        Ok(webhook)
    }

    /// The processor time that it has taken, in seconds.
    pub(super) fn processor_time(&self) -> Result<f64> {
        let text = fs::read_to_string(format!("/proc/{}/stat", self.process.id()))?;
        let (_, rest) = text.rsplit_once(") ").context("no processor time is told")?;
        let mut fields = rest.split(' ').skip(11);
        let mut ticks =
            || -> Result<f64> { Ok(fields.next().context("no processor time is told")?.parse()?) };
        // Linux counts a hundred ticks a second for whoever asks.
        Ok((ticks()? + ticks()?) / 100.0)
    }

    /// The most memory that it had, in MB of 10^6 bytes.
    pub(super) fn peak_memory(&self) -> Result<f64> {
        peak_memory(self.process.id())
    }
}

impl Drop for Webhook {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The most memory that a process had, in MB of 10^6 bytes.
pub(in crate::bench) fn peak_memory(process: u32) -> Result<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no memory is told")?;
    let kibibytes: f64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kibibytes * 1024.0 / 1e6)
}

fn free_address() -> Result<String> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.to_string())
}

fn is_ready(address: &str) -> bool {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(address)?;
        stream.write_all(b"GET /readyz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
}
