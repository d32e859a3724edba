//! HQ's own certificate authority. Phones trust it and nothing else; its SHA-256 stands in every invitation.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use xuncha_core::Failure;
use xuncha_core::ids::Digest;

use super::{damaged, read_or_make};

/// The authority.
pub struct Ca {
    key_path: PathBuf,
    pem: String,
    der: CertificateDer<'static>,
}

impl Ca {
    /// Opens or makes it. Valid from 2020 to 2099, for browsers and other programs; phones pin the key and ask for no date,
    /// so that one whose clock stands at 1970 still synchronises.
    pub(super) fn open(folder: &Path) -> Result<Self, Failure> {
        let (key_path, cert_path) = (folder.join("ca.key.pem"), folder.join("ca.pem"));
        let key_pem =
            read_or_make(&key_path, || Ok(KeyPair::generate().map_err(|_| damaged(&key_path))?.serialize_pem()))?;
        let key = KeyPair::from_pem(&key_pem).map_err(|_| damaged(&key_path))?;
        let pem = read_or_make(&cert_path, || {
            let mut params = CertificateParams::default();
            params.distinguished_name = name("Xuncha HQ CA");
            params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
            params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
            params.not_before = rcgen::date_time_ymd(2020, 1, 1);
            params.not_after = rcgen::date_time_ymd(2099, 12, 31);
            Ok(params.self_signed(&key).map_err(|_| damaged(&cert_path))?.pem())
        })?;
        let der = CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|_| damaged(&cert_path))?;
        Ok(Self { key_path, pem: pem.to_string(), der })
    }
    /// The certificate (PEM).
    pub fn pem(&self) -> &str {
        &self.pem
    }
    /// SHA-256 of the certificate (DER).
    pub fn fingerprint(&self) -> Digest {
        Digest::digest(&[&self.der])
    }
    /// A TLS server for these names: a new key and certificate at every start, chain sent = leaf + CA.
    ///
    /// Only HTTP/1.1 is offered: a phone uploads over a few connections, each at the speed of the disk; HTTP/2 would add
    /// flow-control windows to every photo and gain nothing.
    pub fn server(&self, hosts: &[String]) -> Result<Arc<rustls::ServerConfig>, Failure> {
        let bad = |_| damaged(&self.key_path);
        let key_pem = zeroize::Zeroizing::new(
            std::fs::read_to_string(&self.key_path).map_err(|e| crate::objects::disk_failure(&e))?,
        );
        let ca_key = KeyPair::from_pem(&key_pem).map_err(bad)?;
        let issuer = Issuer::from_ca_cert_pem(&self.pem, ca_key).map_err(bad)?;
        let mut params = CertificateParams::new(hosts.to_vec())
            .map_err(|_| Failure::after_action("host.name").with("hosts", hosts.join(" ")))?;
        params.distinguished_name = name("Xuncha HQ");
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(2099, 12, 31);
        let leaf_key = KeyPair::generate().map_err(bad)?;
        let leaf = params.signed_by(&leaf_key, &issuer).map_err(bad)?;
        let chain = vec![leaf.der().clone(), self.der.clone()];
        tls_server(chain, PrivatePkcs8KeyDer::from(leaf_key.serialize_der()).into())
    }
}

/// A TLS server from PEM files somebody else made.
pub fn server_from_files(cert: &Path, key: &Path) -> Result<Arc<rustls::ServerConfig>, Failure> {
    let bad = |path: &Path| Failure::after_action("tls.files").with("file", path.display());
    let chain: Vec<_> =
        CertificateDer::pem_file_iter(cert).map_err(|_| bad(cert))?.collect::<Result<_, _>>().map_err(|_| bad(cert))?;
    tls_server(chain, PrivateKeyDer::from_pem_file(key).map_err(|_| bad(key))?).map_err(|_| bad(cert))
}

fn tls_server(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<Arc<rustls::ServerConfig>, Failure> {
    let bad = |_| Failure::after_action("tls.files");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(bad)?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(bad)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn name(common: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common);
    name
}
