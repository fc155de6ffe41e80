//! Which certificates of servers are trusted: the system's or the user's own authorities, and servers that the user's
//! files name themselves.

use std::path::Path;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use rustls_platform_verifier::Verifier;
use sys::Sys;

use crate::limits::{CERTIFICATE_FILES_MAX, CERTIFICATES_BYTES_MAX};
use crate::reason::detail;
use crate::settings::Settings;

type Certificates = Vec<CertificateDer<'static>>;

/// The TLS configuration for these protocols.
///
/// # Errors
/// In words, when a file of certificates that the user names cannot be read, or holds none.
pub(crate) fn tls(sys: &Sys, settings: &Settings, protocols: &[&[u8]]) -> Result<ClientConfig, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let words = |error: Error| detail(&error.to_string());
    let own = own_certificates(sys)?;
    let extra = match &settings.ca_file {
        Some(path) => certificates_in(sys, path).map_err(|why| format!("`network.ca-file`: {why}"))?,
        None => Certificates::new(),
    };
    let replaces_system = own.is_some();
    let named: Certificates = own.into_iter().flatten().chain(extra).collect();
    let by_named = by_authorities(&named, &provider)?;
    let verifier: Option<Arc<dyn ServerCertVerifier>> = match (replaces_system, &by_named) {
        (true, None) => None,
        (true, Some(verifier)) => Some(verifier.clone()),
        (false, _) => match system(&named, &provider) {
            Ok(verifier) => Some(Arc::new(verifier)),
            // A bare container has no certificates at all. Plain http must work there; for https the handshake then
            // fails with an untrusted certificate.
            Err(error) if error.to_string().contains("No CA certificates") => None,
            Err(error) => return Err(words(error)),
        },
    };
    let verifier = match (verifier, by_named) {
        (Some(usual), Some(by_named)) => {
            Some(Arc::new(OrNamedItself { usual, by_named, named }) as Arc<dyn ServerCertVerifier>)
        }
        (verifier, _) => verifier,
    };
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().map_err(words)?;
    let mut config = match verifier {
        Some(verifier) => builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth(),
        None => builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth(),
    };
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
    Ok(config)
}

/// The system's verifier, with the user's authorities besides its own.
fn system(extra: &[CertificateDer<'static>], provider: &Arc<CryptoProvider>) -> Result<Verifier, Error> {
    // It refuses all for one that cannot be an authority, and that may still name a server.
    let usable = |certificate: &&CertificateDer<'static>| RootCertStore::empty().add((*certificate).clone()).is_ok();
    let extra: Certificates = extra.iter().filter(usable).cloned().collect();
    match extra.is_empty() {
        true => Verifier::new(provider.clone()),
        false => Verifier::new_with_extra_roots(extra, provider.clone()),
    }
}

/// A verifier that trusts these authorities alone; `None` if none of them can be one.
fn by_authorities(
    certificates: &[CertificateDer<'static>],
    provider: &Arc<CryptoProvider>,
) -> Result<Option<Arc<WebPkiServerVerifier>>, String> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(certificates.iter().cloned());
    if roots.is_empty() {
        return Ok(None);
    }
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone())
        .build()
        .map(Some)
        .map_err(|error| detail(&error.to_string()))
}

/// Verifies as usual, and besides accepts a server that presents one of the user's certificates itself: a self-signed
/// one, or one without its authority. The go command and curl accept it, too.
///
/// It must be that very certificate, valid now and for the host's name; and the server must sign with its key, which the
/// handshake checks as usual.
#[derive(Debug)]
struct OrNamedItself {
    usual: Arc<dyn ServerCertVerifier>,
    /// Trusts the named certificates alone.
    by_named: Arc<WebPkiServerVerifier>,
    named: Certificates,
}

impl ServerCertVerifier for OrNamedItself {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let usual = self.usual.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        if usual.is_ok() || !self.named.iter().any(|named| named.as_ref() == end_entity.as_ref()) {
            return usual;
        }
        match self.by_named.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
            Err(error) if lacks_only_an_authority(&error) => {
                verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
                Ok(ServerCertVerified::assertion())
            }
            verdict => verdict,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.usual.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.usual.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.usual.supported_verify_schemes()
    }
}

/// Whether all that is wrong is who issued it. `webpki` checks the dates first, so they are right. The signature is wrong
/// where another authority has the name of the issuer.
fn lacks_only_an_authority(error: &Error) -> bool {
    match error {
        Error::InvalidCertificate(CertificateError::UnknownIssuer | CertificateError::BadSignature) => true,
        Error::InvalidCertificate(CertificateError::Other(other)) => {
            matches!(other.0.downcast_ref(), Some(webpki::Error::CaUsedAsEndEntity))
        }
        _ => false,
    }
}

/// The certificates that `SSL_CERT_FILE` and `SSL_CERT_DIR` name, in place of the system's; `None` if neither is set.
fn own_certificates(sys: &Sys) -> Result<Option<Certificates>, String> {
    let (file, folders) = (sys.env().var_os("SSL_CERT_FILE"), sys.env().var_os("SSL_CERT_DIR"));
    if file.is_none() && folders.is_none() {
        return Ok(None);
    }
    let mut certificates = Certificates::new();
    if let Some(file) = file {
        let named = |error| format!("`SSL_CERT_FILE`: {error}");
        certificates.extend(certificates_in(sys, Path::new(file)).map_err(named)?);
    }
    for folder in folders.into_iter().flat_map(std::env::split_paths) {
        let names = sys
            .fs()
            .names_if_there(&folder)
            .map_err(|error| format!("`SSL_CERT_DIR`: read `{}`: {error}", folder.display()))?;
        for name in names.into_iter().take(CERTIFICATE_FILES_MAX) {
            // Such folders hold other things too: READMEs, revocation lists, links to nowhere.
            certificates.extend(certificates_in(sys, &folder.join(name)).unwrap_or_default());
        }
    }
    Ok(Some(certificates))
}

fn certificates_in(sys: &Sys, path: &Path) -> Result<Certificates, String> {
    let failed = |why: String| format!("read the certificates in `{}`: {why}", path.display());
    let bytes = sys.fs().read(path, CERTIFICATES_BYTES_MAX).map_err(|error| failed(error.to_string()))?;
    let certificates: Result<Certificates, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    let certificates = certificates.map_err(|error| failed(detail(&error.to_string())))?;
    // An empty file trusts nobody, which somebody may want.
    if certificates.is_empty() && !bytes.trim_ascii().is_empty() {
        return Err(failed("it has no certificate in PEM form".to_owned()));
    }
    Ok(certificates)
}
