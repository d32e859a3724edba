use jiff::civil::Date;
use proptest::prelude::*;
use xuncha_core::tables::{Column as C, ColumnInput, ProposalCode, TableKind as K, TableProposal, judge, look};

use super::{TODAY, row};

/// Pieces that cells are made of, good and bad.
fn text() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "2026",
        "03",
        "05",
        "-",
        ".",
        "/",
        "年",
        "月",
        "日",
        "号",
        " ",
        "T",
        ":",
        "：",
        "国械注准",
        "沪嘉食药监械经营许",
        "20187006",
        "20223140988",
        "Ⅲ",
        "类",
        "第",
        "三",
        "二",
        "、",
        ",",
        "；",
        "6815",
        "14",
        "40",
        "~",
        "至",
        "除",
        "外",
        "全部",
        "失效",
        "有效期至",
        "EXP",
        "盒",
        "个月",
        "天",
        "半年",
        "不合格品区",
        "合格",
        "是",
        "否",
        "０",
        "９",
        "\u{feff}",
        "999999999999",
        "ﷺ",
        "\u{0}",
        "一",
    ]);
    prop_oneof![prop::collection::vec(pieces, 0..8).prop_map(|p| p.concat()), any::<String>()]
}

fn rows(kind: K) -> impl Strategy<Value = Vec<Vec<String>>> {
    let columns = kind.spec().columns.len();
    prop::collection::vec(prop::collection::vec(text(), 0..columns + 2), 0..5)
}

fn day(offset: i32) -> Date {
    TODAY.saturating_add(jiff::ToSpan::days(i64::from(offset)))
}

/// Notations of one day; the first is the plain one.
fn notations(day: Date) -> [String; 6] {
    let (y, m, d) = (day.year(), day.month(), day.day());
    [
        day.to_string(),
        format!("{y}.{m}.{d}"),
        format!("{y}年{m}月{d}日"),
        format!("{y}{m:02}{d:02}"),
        format!("{y}/{m:02}/{d:02} 0:00:00"),
        format!("{y}-{m}-{d}").chars().map(|c| char::from_u32(c as u32 + 0xFEE0).unwrap()).collect(),
    ]
}

/// A row with days round today, its quantities and words, in a notation.
fn good_row(kind: K, offsets: &[i32], notation: usize) -> Vec<String> {
    let mut offsets = offsets.iter().cycle();
    let mut cell = |input: &ColumnInput, example: &str| match input {
        ColumnInput::Date => notations(day(*offsets.next().unwrap()))[notation].clone(),
        _ if notation == 0 => example.to_owned(),
        ColumnInput::Identifier { .. } | ColumnInput::Number => format!(" {example}　"),
        ColumnInput::Choice { choices } => {
            let choice = choices.iter().find(|c| c.title.zh == example);
            choice.map_or_else(|| example.to_owned(), |c| c.code.clone())
        }
        _ => example.to_owned(),
    };
    kind.spec().columns.iter().map(|c| cell(&c.input, &c.example)).collect()
}

fn what(proposals: &[TableProposal]) -> Vec<(u32, ProposalCode, String)> {
    proposals.iter().map(|p| (p.row, p.code, format!("{:?}", p.params))).collect()
}

fn kinds() -> impl Strategy<Value = K> {
    prop::sample::select(K::ALL.to_vec())
}

proptest! {
    #[test]
    fn no_text_makes_it_panic_and_every_cell_keeps_what_was_typed(
        (kind, rows) in kinds().prop_flat_map(|kind| (Just(kind), rows(kind))),
        today in -800_000i32..800_000,
    ) {
        let today = day(today);
        let shown = look(kind, &rows, Some(today));
        let typed: Vec<Vec<String>> = shown.iter().map(|r| r.iter().map(|c| c.text.clone()).collect()).collect();
        prop_assert_eq!(&typed, &rows);
        for p in judge(kind, &rows, today) {
            prop_assert!(p.row >= 1 && p.row as usize <= rows.len());
        }
    }

    #[test]
    fn the_order_of_rows_changes_nothing_but_their_numbers(
        (kind, seeds) in (kinds(), prop::collection::vec(prop::collection::vec(-500i32..500, 8), 1..6)),
        turn in any::<prop::sample::Index>(),
    ) {
        let rows: Vec<_> = seeds.iter().map(|s| good_row(kind, s, 0)).collect();
        let by = turn.index(rows.len());
        let mut turned = rows.clone();
        turned.rotate_left(by);
        let back = |row: u32| (row as usize - 1 + by) % rows.len() + 1;
        let mut there: Vec<_> = what(&judge(kind, &turned, TODAY))
            .into_iter().map(|(row, code, params)| (u32::try_from(back(row)).unwrap(), code, params)).collect();
        let mut here = what(&judge(kind, &rows, TODAY));
        there.sort();
        here.sort();
        prop_assert_eq!(here, there);
    }

    #[test]
    fn the_same_rows_in_another_notation_raise_the_same(
        (kind, seeds) in (kinds(), prop::collection::vec(prop::collection::vec(-500i32..500, 8), 1..4)),
        notation in 1usize..6,
    ) {
        let plain: Vec<_> = seeds.iter().map(|s| good_row(kind, s, 0)).collect();
        let other: Vec<_> = seeds.iter().map(|s| good_row(kind, s, notation)).collect();
        prop_assert_eq!(what(&judge(kind, &plain, TODAY)), what(&judge(kind, &other, TODAY)));
    }
}

#[test]
fn rows_of_these_properties_do_raise_something() {
    for kind in K::ALL {
        let raised = [[-400, 300, -200, 100, 0, -100, 200, -300], [300, -400, 0, -1, 2, 1, -2, -300]]
            .iter()
            .map(|offsets| judge(kind, &[good_row(kind, offsets, 0)], TODAY).len())
            .sum::<usize>();
        assert!(raised > 0, "{kind:?}: the properties above would hold for nothing");
    }
    assert!(!row(K::NearExpiry, &[(C::Expiry, "x")]).is_empty());
}
