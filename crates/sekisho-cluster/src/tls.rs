//! TLS as an access asks for it: whose certificates are trusted, and with which certificate a user comes.

use std::sync::Arc;

use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use ureq::tls::{Certificate, ClientCert, PrivateKey, RootCerts, TlsConfig};

use crate::Secret;
use crate::error::RequestError;
use crate::kubeconfig::Access;

/// A certificate and its key, as PEM.
type Pair = (Vec<u8>, Secret);

/// Makes out the settings, and tries them, so that what does not fit together is an error here.
pub(crate) fn settings(access: &Access, client: Option<&Pair>) -> Result<TlsConfig, RequestError> {
    let wrong =
        |message: &str| RequestError::Tls { server: access.server.clone(), message: message.to_owned() };
    let provider = Arc::new(ring::default_provider());
    let authorities = match &access.authorities {
        Some(bytes) => {
            let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(bytes).collect();
            let read = read.map_err(|_| wrong("the certificate authority is no PEM"))?;
            if read.is_empty() {
                return Err(wrong("the certificate authority holds no certificate"));
            }
            read
        }
        None => rustls_native_certs::load_native_certs().certs,
    };
    let parsed = client.map(chain).transpose().map_err(wrong)?;
    try_out(&provider, &authorities, parsed.as_ref()).map_err(|message| wrong(&message))?;

    let authorities: Vec<_> = authorities.iter().map(|one| Certificate::from_der(one).to_owned()).collect();
    let client = match (client, parsed) {
        (Some((_, key)), Some((chain, _))) => {
            let chain: Vec<_> = chain.iter().map(|one| Certificate::from_der(one).to_owned()).collect();
            let key = PrivateKey::from_pem(key.reveal().as_bytes());
            let key = key.map_err(|_| wrong("the client key is no PEM of a private key"))?;
            Some(ClientCert::new_with_certs(&chain, key))
        }
        _ => None,
    };
    Ok(TlsConfig::builder()
        .root_certs(RootCerts::new_with_certs(&authorities))
        .client_cert(client)
        .disable_verification(access.insecure)
        .unversioned_rustls_crypto_provider(provider)
        .build())
}

fn chain(
    (certificate, key): &Pair,
) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), &'static str> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(certificate).collect();
    let chain = chain.map_err(|_| "the client certificate is no PEM")?;
    let key = PrivateKeyDer::from_pem_slice(key.reveal().as_bytes())
        .map_err(|_| "the client key is no PEM of a private key")?;
    Ok((chain, key))
}

/// The client makes these settings again when it connects, and does not expect them to be wrong.
fn try_out(
    provider: &Arc<CryptoProvider>,
    authorities: &[CertificateDer<'static>],
    client: Option<&(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)>,
) -> Result<(), String> {
    let mut roots = RootCertStore::empty();
    let (added, _) = roots.add_parsable_certificates(authorities.iter().cloned());
    if added == 0 {
        return Err("no certificate authority can be used".to_owned());
    }
    let builder = ClientConfig::builder_with_provider(Arc::clone(provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots);
    if let Some((chain, key)) = client {
        builder
            .with_client_auth_cert(chain.clone(), key.clone_key())
            .map_err(|error| format!("the client certificate and its key cannot be used: {error}"))?;
    }
    Ok(())
}
