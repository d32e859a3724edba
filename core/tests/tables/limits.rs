use xuncha_core::Failure;
use xuncha_core::tables::{
    Column as C, MAX_BYTES, MAX_CHARS, MAX_ROWS, TableFault, TableKind as K, check_limits, judge, look,
};

use super::{TODAY, row};

#[test]
fn rows_beyond_the_limits_are_refused_before_they_are_signed() {
    let cell = |n: usize| "盒".repeat(n);
    let full = vec![vec!["x".to_owned()]; MAX_ROWS];
    assert_eq!(check_limits(K::NearExpiry, &full), Ok(()));
    let more = vec![vec!["x".to_owned()]; MAX_ROWS + 1];
    assert_eq!(check_limits(K::NearExpiry, &more), Err(TableFault::Rows(201)));
    assert_eq!(check_limits(K::NearExpiry, &[vec![cell(MAX_CHARS)]]), Ok(()), "characters, not bytes");
    let long = [vec![], vec![cell(MAX_CHARS + 1)]];
    assert_eq!(check_limits(K::NearExpiry, &long), Err(TableFault::Chars { row: 2, chars: 201 }));
    let columns = K::NearExpiry.spec().columns.len();
    assert_eq!(check_limits(K::NearExpiry, &[vec![String::new(); columns]]), Ok(()));
    let wide = [vec![String::new(); columns + 1]];
    assert_eq!(check_limits(K::NearExpiry, &wide), Err(TableFault::Cells { row: 1, cells: columns + 1 }));
    let heavy = vec![vec![cell(MAX_CHARS); 2]; 41];
    assert!(heavy.iter().flatten().map(String::len).sum::<usize>() > MAX_BYTES);
    assert_eq!(check_limits(K::NearExpiry, &heavy), Err(TableFault::Bytes(49_200)));
    let failure = Failure::from(TableFault::Rows(201));
    assert_eq!((failure.code.as_str(), failure.params["most"].as_str()), ("table.rows", "200"));
}

#[test]
fn what_another_version_signed_beyond_the_limits_is_shown_and_not_looked_at() {
    let expired = row(K::NearExpiry, &[(C::Expiry, "2020-01-01"), (C::Place, "合格品区")]);
    let rows = vec![expired; MAX_ROWS + 3];
    let shown = look(K::NearExpiry, &rows, Some(TODAY));
    assert_eq!(shown.len(), MAX_ROWS + 3);
    assert!(shown[MAX_ROWS - 1][2].understood.is_some() && shown[MAX_ROWS][2].understood.is_none());
    assert_eq!(shown[MAX_ROWS][2].text, "2020-01-01");
    assert_eq!(judge(K::NearExpiry, &rows, TODAY).len(), MAX_ROWS);
}

#[test]
fn cells_of_columns_to_come_are_kept_as_they_are() {
    let columns = K::NearExpiry.spec().columns.len();
    let shown = look(K::NearExpiry, &[vec!["2026-13-01".to_owned(); columns + 1]], Some(TODAY));
    let last = &shown[0][columns];
    assert_eq!((last.text.as_str(), &last.problem), ("2026-13-01", &None));
}
