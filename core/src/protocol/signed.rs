use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::feed::{Signature, Signer, VerifyingKey};

/// Something that is signed as a JSON text, under a label of its own so that one kind cannot pass for another.
pub trait Statement: Serialize + DeserializeOwned {
    /// First bytes of what is signed, e.g. `xuncha-receipt-1\n`.
    const LABEL: &'static str;
}

/// A statement with its signature: the text is kept and checked exactly as it was signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Signed<T> {
    /// The signed JSON text.
    pub text: String,
    /// Signature over `LABEL ‖ text`.
    pub sig: Signature,
    #[serde(skip)]
    kind: PhantomData<T>,
}

/// The statement cannot be believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignedError {
    /// Wrong key, label or text.
    #[error("signature does not verify")]
    Signature,
    /// Signed, but not of this shape.
    #[error("not of the expected shape: {0}")]
    Shape(String),
}

impl<T: Statement> Signed<T> {
    /// Signs a statement.
    pub fn sign(statement: &T, signer: &dyn Signer) -> Result<Self, serde_json::Error> {
        let text = serde_json::to_string(statement)?;
        let sig = signer.sign(&Self::message(&text));
        Ok(Self { text, sig, kind: PhantomData })
    }
    /// A statement that was kept as text and signature. Nothing of it is believed before [`Signed::verify`].
    pub fn from_parts(text: String, sig: Signature) -> Self {
        Self { text, sig, kind: PhantomData }
    }
    /// Gives the statement if `key` signed it.
    pub fn verify(&self, key: &VerifyingKey) -> Result<T, SignedError> {
        key.verify(&Self::message(&self.text), &self.sig).map_err(|_| SignedError::Signature)?;
        crate::json::check(self.text.as_bytes()).map_err(|e| SignedError::Shape(e.to_string()))?;
        serde_json::from_str(&self.text).map_err(|e| SignedError::Shape(e.to_string()))
    }
    fn message(text: &str) -> Vec<u8> {
        [T::LABEL.as_bytes(), text.as_bytes()].concat()
    }
}
