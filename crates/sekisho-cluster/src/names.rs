//! Where the names of servers lead.

use std::net::{SocketAddr, ToSocketAddrs as _};

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// Where names lead; with a name that the kubeconfig gives the server, always to the server.
#[derive(Debug, Clone)]
pub(crate) struct Names {
    pub(crate) pinned: Option<Vec<SocketAddr>>,
}

impl Resolver for Names {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let Some(pinned) = &self.pinned else {
            return ureq::unversioned::resolver::DefaultResolver::default().resolve(uri, config, timeout);
        };
        let mut addresses = self.empty();
        for address in pinned.iter().take(8) {
            addresses.push(*address);
        }
        Ok(addresses)
    }
}

/// An address with another host, so that the server's certificate is held against that name, and where it leads.
pub(crate) fn pin(server: &str, name: &str) -> Option<(String, Option<Vec<SocketAddr>>)> {
    let uri: Uri = server.parse().ok()?;
    let authority = uri.authority()?;
    let port = authority.port_u16().unwrap_or(443);
    let addresses: Vec<_> =
        (authority.host().trim_matches(['[', ']']), port).to_socket_addrs().ok()?.collect();
    let path = uri.path().trim_end_matches('/');
    (!addresses.is_empty()).then(|| (format!("https://{name}:{port}{path}"), Some(addresses)))
}
