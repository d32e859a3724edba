//! The one cipher of everything at rest: XChaCha20-Poly1305 under keys derived by HKDF-SHA256.
//!
//! What it is: keys that wipe themselves and cannot be printed, copied or serialised; sealing and opening of small
//! pieces; randomness. What it is not: a format; who seals chooses the associated data and says so in its room.
//! Random 24-byte nonces may be drawn without counting (2^-96 after 2^48 messages under one key).

use chacha20poly1305::aead::{AeadInOut as _, KeyInit as _};
use chacha20poly1305::{Tag, XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

/// Bytes of a nonce.
pub const NONCE: usize = 24;
/// Bytes that sealing adds.
pub const TAG: usize = 16;

/// A symmetric key. It has no `Debug`, `Clone` or `Serialize` and is wiped when dropped.
pub struct Key(Zeroizing<[u8; 32]>);

impl Key {
    /// Wraps 32 bytes that are already a key.
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(Zeroizing::new(*bytes))
    }
    /// A fresh key.
    pub fn random() -> Self {
        let mut key = Self(Zeroizing::new([0; 32]));
        fill_random(&mut *key.0);
        key
    }
    /// The key for one purpose under this one: `HKDF-SHA256(ikm = key, info = label LF context)`.
    pub fn derive(&self, label: &str, context: &[u8]) -> Self {
        derive(&[&*self.0], label, context)
    }
    /// The bytes, for the few that need them as text (SQLCipher). Don't keep them.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
    pub(crate) fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.0).into())
    }
}

/// `HKDF-SHA256(ikm = parts one after the other, info = label LF context)`, 32 bytes.
pub(crate) fn derive(parts: &[&[u8]], label: &str, context: &[u8]) -> Key {
    let ikm = Zeroizing::new(parts.concat());
    let mut key = Key(Zeroizing::new([0; 32]));
    let expanded = Hkdf::<Sha256>::new(None, &ikm).expand_multi_info(&[label.as_bytes(), b"\n", context], &mut *key.0);
    // RFC 5869 §2.3: only more than 255 × 32 bytes are refused.
    debug_assert!(expanded.is_ok());
    key
}

/// Seals `plain`; the answer is ciphertext and tag.
pub(crate) fn seal(key: &Key, nonce: &[u8; NONCE], ad: &[u8], plain: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(plain.len() + TAG);
    out.extend_from_slice(plain);
    let tag = seal_in_place(key, nonce, ad, &mut out);
    out.extend_from_slice(&tag);
    out
}

/// Seals where the bytes lie and answers the tag.
pub(crate) fn seal_in_place(key: &Key, nonce: &[u8; NONCE], ad: &[u8], bytes: &mut [u8]) -> [u8; TAG] {
    match key.cipher().encrypt_inout_detached(&XNonce::from(*nonce), ad, bytes.into()) {
        Ok(tag) => tag.into(),
        // The cipher refuses only messages beyond 256 GiB; none of ours can reach that, and going on would store plaintext.
        Err(_) => unreachable!("a message beyond 256 GiB"),
    }
}

/// Opens ciphertext and tag; `None` if one bit of key, nonce, associated data or bytes is not what was sealed.
pub(crate) fn open(key: &Key, nonce: &[u8; NONCE], ad: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (body, tag) = sealed.split_last_chunk::<TAG>()?;
    let mut plain = Zeroizing::new(body.to_vec());
    let buffer: &mut [u8] = &mut plain;
    key.cipher().decrypt_inout_detached(&XNonce::from(*nonce), ad, buffer.into(), &Tag::from(*tag)).ok()?;
    Some(plain)
}

/// Random bytes of the system.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    fill_random(&mut bytes);
    bytes
}

/// A system without randomness can keep no secret: stopping is the only honest answer.
fn fill_random(bytes: &mut [u8]) {
    if let Err(e) = getrandom::fill(bytes) {
        panic!("the system gives no randomness: {e}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_flipped_bit_anywhere_opens_nothing() {
        let key = Key::random();
        let nonce = random();
        let sealed = seal(&key, &nonce, b"ad", b"plain");
        assert_eq!(open(&key, &nonce, b"ad", &sealed).unwrap().as_slice(), b"plain");
        for at in 0..sealed.len() {
            let mut bad = sealed.clone();
            bad[at] ^= 0x80;
            assert!(open(&key, &nonce, b"ad", &bad).is_none());
        }
        assert!(open(&key, &nonce, b"aD", &sealed).is_none());
        assert!(open(&Key::random(), &nonce, b"ad", &sealed).is_none());
        assert!(open(&key, &nonce, b"ad", &sealed[..TAG - 1]).is_none());
    }

    #[test]
    fn keys_of_two_purposes_differ_and_repeat_themselves() {
        let key = Key::from_bytes(&[7; 32]);
        let one = key.derive("a", b"x");
        assert_eq!(one.expose(), key.derive("a", b"x").expose());
        assert_ne!(one.expose(), key.derive("b", b"x").expose());
        assert_ne!(one.expose(), key.derive("a", b"y").expose());
    }
}
