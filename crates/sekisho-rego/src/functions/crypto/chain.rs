//! Chains of certificates from a leaf to a root, judged as Go judges them.

use std::net::IpAddr;

use super::certificate::{Certificate, Subtrees};

/// What a chain must fulfil.
#[derive(Debug, Clone, Default)]
pub(in crate::functions) struct Options {
    pub(in crate::functions) host: String,
    /// In seconds since 1970.
    pub(in crate::functions) time: i64,
    /// Uses by Go's numbers; where there are none, that of servers.
    pub(in crate::functions) uses: Vec<i64>,
}

/// The longest chain that is followed.
const MAX_LENGTH: usize = 100;

/// How many signatures are looked at.
const MAX_SIGNATURES: usize = 100;

/// Any use.
const ANY: i64 = 0;

/// The first chain from the last certificate to the first, with the others between; none where there is no
/// valid one.
pub(in crate::functions) fn verify<'c>(
    certificates: &'c [Certificate],
    options: &Options,
) -> Option<Vec<&'c Certificate>> {
    let (root, rest) = certificates.split_first()?;
    let (leaf, intermediates) = rest.split_last()?;
    let mut search = Search { root, intermediates, options, signatures: 0 };
    if !search.is_valid(leaf, &[], false) || !fits_host(leaf, &options.host) {
        return None;
    }
    if leaf.whole == root.whole {
        let chain = vec![leaf];
        return search.has_uses(&chain).then_some(chain);
    }
    search.extend(&[leaf])
}

struct Search<'c, 'o> {
    root: &'c Certificate,
    intermediates: &'c [Certificate],
    options: &'o Options,
    signatures: usize,
}

impl<'c> Search<'c, '_> {
    /// Follows a chain on to the root.
    fn extend(&mut self, chain: &[&'c Certificate]) -> Option<Vec<&'c Certificate>> {
        let last = chain.last()?;
        if chain.len() > MAX_LENGTH {
            return None;
        }
        if self.fits(last, self.root, chain) {
            let whole: Vec<_> = chain.iter().copied().chain([self.root]).collect();
            if self.is_valid(self.root, chain, false) && self.has_uses(&whole) {
                return Some(whole);
            }
        }
        for parent in self.intermediates {
            if self.fits(last, parent, chain) && self.is_valid(parent, chain, true) {
                let longer: Vec<_> = chain.iter().copied().chain([parent]).collect();
                if let Some(found) = self.extend(&longer) {
                    return Some(found);
                }
            }
        }
        None
    }

    /// Whether a certificate was issued by another that is not in the chain yet.
    fn fits(&mut self, child: &Certificate, parent: &Certificate, chain: &[&Certificate]) -> bool {
        let is_new = |known: &&Certificate| {
            known.subject.whole != parent.subject.whole || known.key_info != parent.key_info
        };
        if child.issuer.whole != parent.subject.whole || !chain.iter().all(is_new) {
            return false;
        }
        self.signatures += 1;
        self.signatures <= MAX_SIGNATURES && child.is_signed_by(parent)
    }

    /// Whether a certificate may stand at the end of a chain.
    fn is_valid(&self, certificate: &Certificate, chain: &[&Certificate], is_between: bool) -> bool {
        let [start, end] = certificate.validity;
        let details = &certificate.details;
        if !details.unhandled.is_empty() || !(start..=end).contains(&self.options.time) {
            return false;
        }
        if chain.iter().any(|below| !is_allowed(certificate, below)) {
            return false;
        }
        match details.constraints {
            Some((is_authority, length)) => {
                let below = i64::try_from(chain.len()).unwrap_or(i64::MAX) - 1;
                (is_authority || !is_between) && (length < 0 || below <= length)
            }
            None => !is_between,
        }
    }

    /// Whether all certificates of a chain may be used for one of the uses.
    fn has_uses(&self, chain: &[&Certificate]) -> bool {
        const SERVER: &[i64] = &[1];
        let wanted = if self.options.uses.is_empty() { SERVER } else { &self.options.uses };
        if wanted.contains(&ANY) {
            return true;
        }
        let mut left = wanted.to_vec();
        for certificate in chain.iter().rev() {
            let details = &certificate.details;
            if (details.uses.is_empty() && details.unknown_uses.is_empty()) || details.uses.contains(&ANY) {
                continue;
            }
            left.retain(|wanted| details.uses.contains(wanted));
        }
        !left.is_empty()
    }
}

/// Whether a certificate is for a host or an address.
fn fits_host(certificate: &Certificate, host: &str) -> bool {
    if host.is_empty() {
        return true;
    }
    let names = &certificate.details.names;
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    if let Ok(address) = bare.parse::<IpAddr>() {
        return names.addresses.iter().any(|known| known.to_canonical() == address.to_canonical());
    }
    let host = host.to_ascii_lowercase();
    names.hosts.iter().any(|pattern| matches_host(&pattern.to_ascii_lowercase(), &host))
}

/// Whether a name is that of a host, its first label as a star for any other.
fn matches_host(pattern: &str, host: &str) -> bool {
    let (pattern, host) = (pattern.trim_end_matches('.'), host.strip_suffix('.').unwrap_or(host));
    if pattern.is_empty() || host.is_empty() || pattern.split('.').count() != host.split('.').count() {
        return false;
    }
    pattern
        .split('.')
        .zip(host.split('.'))
        .enumerate()
        .all(|(index, (wanted, label))| (index == 0 && wanted == "*") || wanted == label)
}

/// Whether an authority's constraints allow the names of a certificate below it.
fn is_allowed(authority: &Certificate, below: &Certificate) -> bool {
    let (permitted, excluded) = (&authority.details.permitted, &authority.details.excluded);
    let names = &below.details.names;
    let fits =
        |count: usize, is_permitted: bool, is_excluded: bool| !is_excluded && (count == 0 || is_permitted);
    names.hosts.iter().all(|host| {
        let within = |tree: &Subtrees| tree.hosts.iter().any(|domain| is_below(host, domain));
        fits(permitted.hosts.len(), within(permitted), within(excluded))
    }) && names.emails.iter().all(|email| {
        let within = |tree: &Subtrees| tree.emails.iter().any(|domain| is_mail_below(email, domain));
        fits(permitted.emails.len(), within(permitted), within(excluded))
    }) && names.addresses.iter().all(|address| {
        let within =
            |tree: &Subtrees| tree.networks.iter().any(|(network, mask)| is_inside(*address, network, mask));
        fits(permitted.networks.len(), within(permitted), within(excluded))
    }) && names.urls.iter().all(|url| {
        let url = sekisho_go::url::Url::parse(url.as_bytes()).unwrap_or_default();
        let host = String::from_utf8_lossy(url.hostname()).into_owned();
        let within = |tree: &Subtrees| tree.urls.iter().any(|domain| is_url_below(&host, domain));
        fits(permitted.urls.len(), within(permitted), within(excluded))
    })
}

/// Whether a host is a domain or lies below it; a dot in front leaves only what lies below.
fn is_below(host: &str, domain: &str) -> bool {
    if domain.is_empty() {
        return true;
    }
    let (host, domain) = (host.to_ascii_lowercase(), domain.to_ascii_lowercase());
    match domain.strip_prefix('.') {
        Some(bare) => host.strip_suffix(bare).is_some_and(|labels| labels.ends_with('.')),
        None => host.strip_suffix(&domain).is_some_and(|labels| labels.is_empty() || labels.ends_with('.')),
    }
}

fn is_mail_below(email: &str, domain: &str) -> bool {
    let host = email.rsplit_once('@').map_or("", |(_, host)| host);
    if domain.contains('@') {
        return email.eq_ignore_ascii_case(domain);
    }
    is_url_below(host, domain)
}

/// Whether a host is a domain, or lies below it where that begins with a dot.
fn is_url_below(host: &str, domain: &str) -> bool {
    if domain.starts_with('.') { is_below(host, domain) } else { host.eq_ignore_ascii_case(domain) }
}

fn is_inside(address: IpAddr, network: &[u8], mask: &[u8]) -> bool {
    let bytes = match address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    };
    bytes.len() == network.len()
        && bytes.iter().zip(network).zip(mask).all(|((one, two), mask)| one & mask == two & mask)
}
