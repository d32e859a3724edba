use argon2::{Algorithm, Argon2, Params, Version};
use xuncha_core::Failure;
use zeroize::Zeroizing;

use crate::config::PasswordCost;
use crate::random;

/// Fewest characters of a password.
pub const SHORTEST: usize = 10;

/// Hashes a password: `memory$passes$salt$hash`. Blocks for as long as the cost says.
pub fn hash(password: &str, cost: PasswordCost) -> Result<String, Failure> {
    let salt = random::bytes::<16>()?;
    let out = stretch(password, &salt, cost)?;
    let hex = |b: &[u8]| data_encoding::HEXLOWER.encode(b);
    Ok(format!("{}${}${}${}", cost.memory_kib, cost.passes, hex(&salt), hex(&*out)))
}

/// Whether the password is the one that was hashed. Takes as long for a hash that cannot be read.
pub fn matches(password: &str, stored: &str, cost: PasswordCost) -> bool {
    let parts: Vec<&str> = stored.split('$').collect();
    let read = || {
        let [memory, passes, salt, hash] = parts.as_slice() else { return None };
        let cost = PasswordCost { memory_kib: memory.parse().ok()?, passes: passes.parse().ok()? };
        let decode = |h: &str| data_encoding::HEXLOWER.decode(h.as_bytes()).ok();
        Some((cost, decode(salt)?, decode(hash)?))
    };
    let Some((cost, salt, hash)) = read() else {
        // An account that is not there must not answer faster than one that is.
        let _ = stretch(password, &[0; 16], cost);
        return false;
    };
    let Ok(out) = stretch(password, &salt, cost) else { return false };
    let difference = out.iter().zip(&hash).fold(out.len() ^ hash.len(), |d, (a, b)| d | usize::from(a ^ b));
    difference == 0
}

fn stretch(password: &str, salt: &[u8], cost: PasswordCost) -> Result<Zeroizing<[u8; 32]>, Failure> {
    let bad = |_| Failure::never("password.cost");
    let params = Params::new(cost.memory_kib, cost.passes, 1, Some(32)).map_err(bad)?;
    let mut out = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(password.as_bytes(), salt, &mut *out)
        .map_err(bad)?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_password_that_was_hashed_matches() {
        let cost = PasswordCost { memory_kib: 64, passes: 1 };
        let stored = hash("correct horse", cost).unwrap();
        assert!(matches("correct horse", &stored, cost));
        assert!(!matches("correct horsf", &stored, cost));
        assert!(!matches("correct horse", "", cost));
        assert!(!matches("correct horse", &stored.replace(&stored[stored.len() - 2..], ""), cost));
        assert_ne!(stored, hash("correct horse", cost).unwrap(), "every hash has its own salt");
    }
}
