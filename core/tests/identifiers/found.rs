use xuncha_core::identifiers::{Context, Fit, NumberKind, find};

use crate::reading;

fn found(text: &str) -> Vec<(u32, NumberKind, String)> {
    let all = find(text, &Context::default());
    all.iter().map(|f| (f.line, f.checked.kind.unwrap(), reading(&f.checked).to_owned())).collect()
}

#[test]
fn the_numbers_on_a_label_are_found_in_their_order() {
    let label = "一次性使用无菌注射器\n注册证编号：苏械注准 2019 2140123 生产许可证编号:苏食药监械生产许20160021号\n\
                 生产批号 20230401 失效日期 20260331\n统一社会信用代码 91350100M000100Y43。";
    assert_eq!(
        found(label),
        [
            (2, NumberKind::Registration, "苏械注准20192140123".to_owned()),
            (2, NumberKind::ProductionLicence, "苏食药监械生产许20160021号".to_owned()),
            (4, NumberKind::CreditCode, "91350100M000100Y43".to_owned()),
        ]
    );
}

#[test]
fn the_foot_of_a_shops_page_is_read() {
    let foot = "浙杭食药监械经营备20171029号 | （浙杭）网械企备字[2019]第00119号|(浙)-非经营性-2018-0011";
    let kinds: Vec<_> = found(foot).into_iter().map(|(_, kind, _)| kind).collect();
    use NumberKind::*;
    assert_eq!(kinds, [DistributionFiling, OnlineSalesFiling, InformationCertificate]);
}

#[test]
fn a_misread_number_is_found_with_its_nearest_reading() {
    let all = find("注册证:国械注淮2O223060988,", &Context::default());
    assert_eq!(all.len(), 1);
    assert_eq!((all[0].written.as_str(), all[0].checked.fit), ("国械注淮2O223060988", Fit::Nearly));
    assert_eq!(reading(&all[0].checked), "国械注准20223060988");
}

#[test]
fn a_credit_code_with_a_wrong_check_character_is_found_and_a_resident_id_is_not() {
    let all = find("91110105MA01ABCD2X / 110101199003074514", &Context::default());
    assert_eq!(all.len(), 1);
    assert_eq!((all[0].written.as_str(), all[0].checked.fit), ("91110105MA01ABCD2X", Fit::Unfit));
}

#[test]
fn digits_that_follow_a_number_after_a_blank_do_not_join_it() {
    assert_eq!(found("国械备20200123 5盒"), [(1, NumberKind::ClassOneFiling, "国械备20200123号".to_owned())]);
}

#[test]
fn plain_text_has_no_numbers() {
    for text in
        ["", "国家药品监督管理局医疗器械注册与备案管理办法第一百一十五条", "(京)", "2026年11月22日", "械械械械械械械械"]
    {
        assert_eq!(find(text, &Context::default()), [], "{text}");
    }
}
