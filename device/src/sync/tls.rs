//! Whom the phone speaks to: HQ's own certificate authority and nobody else.
//!
//! A verifier of our own instead of reqwest's `tls_certs_only`, for three reasons: at enrolment only the fingerprint of the CA
//! is known (from the invitation), not the CA; the platform's verifier, which reqwest asks otherwise, panics on Android
//! without its Java half; and a phone's clock is only a claim (I9): one that woke up in 1970 must still reach HQ. So the
//! chain and the name are judged as always (rustls-webpki), the validity period is not: there is one trusted CA, HQ's
//! machine renews its certificate by itself, and what a stolen old key could reach is closed by revoking devices, not by a
//! date.

use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use xuncha_core::Failure;
use xuncha_core::ids::Digest;

/// How HQ's CA is known.
#[derive(Debug, Clone)]
pub(super) enum Anchor {
    /// By its certificate, since enrolment.
    Certificate(CertificateDer<'static>),
    /// By the SHA-256 of its certificate (DER), from the invitation: HQ sends the CA along with its own certificate.
    Fingerprint(Digest),
}

impl Anchor {
    /// Reads the CA that enrolment brought.
    pub fn from_pem(pem: &str) -> Result<Self, Failure> {
        CertificateDer::from_pem_slice(pem.as_bytes())
            .map(Self::Certificate)
            .map_err(|_| Failure::never("ca.unreadable"))
    }
    /// SHA-256 of the CA's certificate (DER).
    pub fn fingerprint(&self) -> Digest {
        match self {
            Self::Certificate(der) => Digest::digest(&[der]),
            Self::Fingerprint(digest) => *digest,
        }
    }
}

/// A client configuration that trusts this CA only; `record` bounds the bytes of one TLS record.
pub(super) fn config(anchor: Anchor, record: Option<usize>) -> Result<ClientConfig, Failure> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = Arc::new(HqOnly { anchor, provider: provider.clone() });
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| Failure::never("hq.tls"))?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    config.max_fragment_size = record;
    Ok(config)
}

#[derive(Debug)]
struct HqOnly {
    anchor: Anchor,
    provider: Arc<CryptoProvider>,
}

impl HqOnly {
    fn ca(&self, sent: &[CertificateDer<'_>]) -> Option<CertificateDer<'static>> {
        match &self.anchor {
            Anchor::Certificate(der) => Some(der.clone()),
            Anchor::Fingerprint(digest) => {
                sent.iter().find(|der| Digest::digest(&[der]) == *digest).map(|der| der.clone().into_owned())
            }
        }
    }
}

impl ServerCertVerifier for HqOnly {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let unknown = || Error::InvalidCertificate(CertificateError::UnknownIssuer);
        let mut roots = RootCertStore::empty();
        roots.add(self.ca(intermediates).ok_or_else(unknown)?)?;
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), self.provider.clone())
            .build()
            .map_err(|_| unknown())?;
        let judge = |at| verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, at);
        match judge(now) {
            Err(Error::InvalidCertificate(CertificateError::NotValidYetContext { not_before: at, .. }))
            | Err(Error::InvalidCertificate(CertificateError::ExpiredContext { not_after: at, .. })) => judge(at),
            judged => judged,
        }
    }
    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }
    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }
    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
