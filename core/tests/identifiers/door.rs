use ts_rs::{Config, TS};
use xuncha_core::identifiers::{Checked, Coverage, Found, Kept, NumberParts, ReasonCode, RetentionNote};

/// The strings of a union type as the screens are typed with it.
fn union(declaration: &str) -> Vec<&str> {
    declaration.split('"').skip(1).step_by(2).collect()
}

/// Whoever writes the words reads the table at the room's door.
#[test]
fn every_reason_is_in_the_table_at_the_door() {
    let door = include_str!("../../src/identifiers/mod.rs");
    let table: String = door.lines().filter(|l| l.starts_with("//! | `identifier.")).collect();
    let declaration = ReasonCode::decl(&Config::new());
    let codes = union(&declaration);
    assert!(codes.len() > 30, "{declaration}");
    for code in &codes {
        let short = code.trim_start_matches("identifier");
        assert!(table.contains(&format!("`{code}`")) || table.contains(&format!("`{short}`")), "{code} is not there");
    }
    let listed = table.split('`').filter(|w| w.starts_with("identifier.") || w.starts_with('.')).count();
    assert_eq!(listed, codes.len(), "the table has a code that no longer exists");
}

#[test]
fn the_screens_types_can_be_written() {
    let config = Config::new().with_large_int("number");
    assert_eq!(union(&RetentionNote::decl(&config)).len(), 8);
    for declaration in [Checked::decl(&config), Found::decl(&config), Kept::decl(&config)] {
        assert!(declaration.starts_with("type "), "{declaration}");
    }
    let coverage = Coverage::decl(&config);
    assert!(coverage.contains("\"is\": \"gap\"") && coverage.contains("from: string"), "{coverage}");
    assert!(NumberParts::decl(&config).contains("catalogue_2017: boolean"));
}
