//! Credit codes (统一社会信用代码, GB 32100-2015) for firms that do not exist.

const SET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// The code of 18 characters from its first 17, which must be of the standard's 31 characters.
pub fn with_check(body: &str) -> String {
    let value = |c: u8| SET.iter().position(|&s| s == c).unwrap_or_else(|| panic!("{:?} in {body}", char::from(c)));
    let (sum, _) = body.bytes().fold((0, 1), |(sum, weight), c| (sum + value(c) * weight, weight * 3 % 31));
    format!("{body}{}", char::from(SET[(31 - sum % 31) % 31]))
}

/// The code of a body of the demonstration's area: two leading characters (who registered what) and eight of the
/// organisation's own number, whose check character (GB 11714) is added too.
pub fn invented(kind: &str, own: &str) -> String {
    let value = |c: u8| SET36.iter().position(|&s| s == c).unwrap_or_else(|| panic!("{:?} in {own}", char::from(c)));
    let sum: usize = own.bytes().zip([3, 7, 9, 10, 5, 8, 4, 2]).map(|(c, weight)| value(c) * weight).sum();
    let check = match 11 - sum % 11 {
        10 => 'X',
        11 => '0',
        digit => char::from(b'0' + digit as u8),
    };
    with_check(&format!("{kind}{}{own}{check}", super::AREA))
}

const SET36: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standards_own_example_gets_its_check_character() {
        assert_eq!(with_check("91350100M000100Y4"), "91350100M000100Y43");
        assert_eq!(with_check("91450200MA5QFK3G6"), "91450200MA5QFK3G6Y");
    }

    #[test]
    fn the_organisations_number_gets_its_own_check_character() {
        assert_eq!(&invented("91", "MA5QFK3G")[8..17], "MA5QFK3G6");
        assert_eq!(&invented("91", "M000100Y")[8..17], "M000100Y4");
    }
}
