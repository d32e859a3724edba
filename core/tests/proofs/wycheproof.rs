//! Other people's vectors for Ed25519 (C2SP Wycheproof, `eddsa_verify_schema_v1`): what must and must not verify.
//!
//! The vectors are outside data: `XUNCHA_DATA` names the folder that holds `crypto/wycheproof/`.

use std::path::{Path, PathBuf};

use serde_json::Value;
use xuncha_core::feed::{Signature, VerifyingKey};

fn vectors() -> PathBuf {
    let data = std::env::var_os("XUNCHA_DATA").map(PathBuf::from);
    let data = data.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"));
    data.join("crypto/wycheproof/ed25519_test.json")
}

#[test]
fn verification_agrees_with_wycheproof() {
    let path = vectors();
    let Ok(text) = std::fs::read(&path) else {
        assert!(std::env::var_os("XUNCHA_DATA").is_none(), "XUNCHA_DATA is set, but {} is not there", path.display());
        println!("SKIPPED: no Wycheproof vectors; set XUNCHA_DATA to the folder that holds crypto/wycheproof");
        return;
    };
    let file: Value = serde_json::from_slice(&text).unwrap();
    let hex = |v: &Value| data_encoding::HEXLOWER.decode(v.as_str().unwrap().as_bytes()).unwrap();
    let (mut valid, mut refused) = (0, 0);
    for group in file["testGroups"].as_array().unwrap() {
        let key = VerifyingKey::from_bytes(hex(&group["publicKey"]["pk"]).try_into().unwrap());
        for test in group["tests"].as_array().unwrap() {
            let expected = test["result"] == "valid";
            // A signature that is not 64 bytes cannot even be written down here.
            let sig = Signature::from_hex(test["sig"].as_str().unwrap().as_bytes());
            let verdict = sig.is_some_and(|sig| key.verify(&hex(&test["msg"]), &sig).is_ok());
            assert_eq!(verdict, expected, "tcId {}: {} {}", test["tcId"], test["comment"], test["flags"]);
            *if expected { &mut valid } else { &mut refused } += 1;
        }
    }
    assert_eq!(Value::from(valid + refused), file["numberOfTests"]);
    assert!(valid > 0 && refused > 0, "both kinds were there");
}

#[test]
fn a_weak_public_key_verifies_nothing() {
    // The neutral element as key with R = neutral, S = 0 satisfies the bare equation for every message.
    let mut neutral = [0; 32];
    neutral[0] = 1;
    let mut sig = [0; 64];
    sig[0] = 1;
    let key = VerifyingKey::from_bytes(neutral);
    assert!(key.verify(b"anything", &Signature::from_bytes(sig)).is_err());
}
