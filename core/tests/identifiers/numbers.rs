use xuncha_core::checklist::Mark;
use xuncha_core::identifiers::NumberKind::{self, *};
use xuncha_core::identifiers::{Context, Fit, NumberSource, check};

use crate::{as_kind, line, lines, parts, read_any, reading};

/// Reads like this: (as written, kind, normal form, parts). Every number here was seen in public or made by its rule.
const SOUND: &[(&str, NumberKind, &str)] = &[
    (
        "国械注准20223060988",
        Registration,
        "province=国 catalogue_2017=true category=06 class=3 origin=domestic serial=0988 year=2022",
    ),
    (
        "陕械注准20172140019",
        Registration,
        "province=陕 catalogue_2017=false category=14 class=2 origin=domestic serial=0019 year=2017",
    ),
    (
        "国械注进20183220123",
        Registration,
        "province=国 catalogue_2017=false category=22 class=3 origin=imported serial=0123 year=2018",
    ),
    (
        "浙械注准20212180456",
        Registration,
        "province=浙 catalogue_2017=true category=18 class=2 origin=domestic serial=0456 year=2021",
    ),
    (
        "国械注许20202160012",
        Registration,
        "province=国 catalogue_2017=true category=16 class=2 origin=hong_kong_macao_taiwan serial=0012 year=2020",
    ),
    (
        "黔械注准20152640012",
        Registration,
        "province=黔 catalogue_2017=false category=64 class=2 origin=domestic serial=0012 year=2015",
    ),
    ("国械备20200123号", ClassOneFiling, "province=国 serial=0123 year=2020"),
    ("国械备202001234号", ClassOneFiling, "province=国 serial=01234 year=2020"),
    ("浙温械备20210045号", ClassOneFiling, "city=温 province=浙 serial=0045 year=2021"),
    ("京械备20150012号", ClassOneFiling, "province=京 serial=0012 year=2015"),
    (
        "粤穗食药监械经营许20171161号",
        DistributionLicence,
        "food_and_drug=true city=穗 province=粤 serial=1161 year=2017",
    ),
    (
        "沪嘉食药监械经营许20187006号",
        DistributionLicence,
        "food_and_drug=true city=嘉 province=沪 serial=7006 year=2018",
    ),
    (
        "京丰食药监械经营许20150100号",
        DistributionLicence,
        "food_and_drug=true city=丰 province=京 serial=0100 year=2015",
    ),
    (
        "桂南食药监械经营许20170354号",
        DistributionLicence,
        "food_and_drug=true city=南 province=桂 serial=0354 year=2017",
    ),
    (
        "苏苏药监械经营许20221234号",
        DistributionLicence,
        "food_and_drug=false city=苏 province=苏 serial=1234 year=2022",
    ),
    (
        "浙杭食药监械经营备20171029号",
        DistributionFiling,
        "food_and_drug=true city=杭 province=浙 serial=1029 year=2017",
    ),
    (
        "皖马食药监械经营备20140017号",
        DistributionFiling,
        "food_and_drug=true city=马 province=皖 serial=0017 year=2014",
    ),
    (
        "鄂汉食药监械经营备2018H006号",
        DistributionFiling,
        "food_and_drug=true city=汉 province=鄂 serial=H006 year=2018",
    ),
    ("陕食药监械生产许20160021号", ProductionLicence, "food_and_drug=true province=陕 serial=0021 year=2016"),
    ("冀食药监械生产许20170015号", ProductionLicence, "food_and_drug=true province=冀 serial=0015 year=2017"),
    ("沪闵食药监械生产备20000157号", ProductionFiling, "food_and_drug=true city=闵 province=沪 serial=0157 year=2000"),
    ("(沪)网械平台备字(2019)第00006号", OnlinePlatformFiling, "province=沪 serial=00006 year=2019"),
    ("(京)网械平台备字(2020)第00002号", OnlinePlatformFiling, "province=京 serial=00002 year=2020"),
    ("(浙杭)网械企备字(2019)第00119号", OnlineSalesFiling, "city=杭 province=浙 serial=00119 year=2019"),
    ("(京)-非经营性-2014-0090", InformationCertificate, "commercial=false province=京 serial=0090 year=2014"),
    ("(沪)-经营性-2018-0011", InformationCertificate, "commercial=true province=沪 serial=0011 year=2018"),
    ("(京)网药械信息备字(2021)第00159号", InformationFiling, "province=京 serial=00159 year=2021"),
];

#[test]
fn sound_numbers_fit_and_fall_into_their_parts() {
    for (text, kind, expected) in SOUND {
        let checked = read_any(text);
        assert_eq!((checked.kind, checked.fit), (Some(*kind), Fit::Fits), "{text}: {}", lines(&checked));
        assert_eq!(reading(&checked), *text);
        let sorted = |text: &str| {
            let mut words: Vec<_> = text.split(' ').map(str::to_owned).collect();
            words.sort();
            words
        };
        assert_eq!(sorted(&parts(&checked)), sorted(expected), "{text}");
    }
}

/// Fits, spelled otherwise: (as written, normal form, why).
const SPELLED: &[(&str, &str, &str)] = &[
    ("国械注准２０２２３０６０９８８", "国械注准20223060988", "width"),
    ("  国械注准 2022 3060988 ", "国械注准20223060988", "blanks"),
    ("國械註準20223060988", "国械注准20223060988", "traditional"),
    ("注册证编号：国械注准20223060988", "国械注准20223060988", "label"),
    ("京经食药监械经营备20170029", "京经食药监械经营备20170029号", "missing_hao"),
    ("浙温械备20210045", "浙温械备20210045号", "missing_hao"),
    ("（浙杭）网械企备字[2019]第00119号", "(浙杭)网械企备字(2019)第00119号", "brackets"),
    ("(沪)网械平台备字〔2019〕第00006号", "(沪)网械平台备字(2019)第00006号", "brackets"),
    ("（沪）网械平台备字【2019】第00006号", "(沪)网械平台备字(2019)第00006号", "brackets"),
    ("(京)非经营性-2014-0090", "(京)-非经营性-2014-0090", "missing_text at=4 text=-"),
    ("(京)—非经营性—2014—0090", "(京)-非经营性-2014-0090", "dash"),
    ("鄂汉食药监械经营备2018h006号", "鄂汉食药监械经营备2018H006号", "lower_case"),
];

#[test]
fn the_same_number_spelled_otherwise_needs_no_question() {
    for (text, normal, why) in SPELLED {
        let checked = read_any(text);
        assert_eq!(
            (checked.fit, reading(&checked), lines(&checked).as_str()),
            (Fit::Spelling, *normal, *why),
            "{text}"
        );
    }
}

/// Fits and is odd: (as written, why).
const ODD: &[(&str, &str)] = &[
    ("国食药监械(准)字2013第3400123号", "old_scheme year=2013"),
    ("国食药监械（进）字2010第2401234号（更）", "old_scheme year=2010"),
    ("浙食药监械(准)字2012第2660123号", "old_scheme year=2012"),
    ("京食药监械(准)字2011第2401025号", "old_scheme year=2011"),
    ("浙杭食药监械(准)字2012第1660012号", "old_scheme year=2012"),
    ("国药管械(准)字2002第3400123号", "old_scheme year=2002"),
    ("国食药监械(准)字2016第3400123号", "year_unusual since=2003 until=2014 year=2016; old_scheme year=2016"),
    ("国械注准20103060988", "year_unusual since=2014 year=2010"),
    ("国械注准20283060988", "year_future today=2026-11-22 year=2028"),
    ("国械注准20223660988", "category category=66"),
    ("浙食药监械经营备20171029号", "city_missing province=浙"),
    ("浙械备20210045号", "city_missing province=浙"),
    ("陕西食药监械生产许20160021号", "city_unexpected city=西"),
];

#[test]
fn an_odd_number_fits_and_says_what_is_odd() {
    for (text, why) in ODD {
        let checked = read_any(text);
        assert_eq!((checked.fit, lines(&checked).as_str()), (Fit::Doubt, *why), "{text}");
        assert!(checked.reading.is_some());
    }
}

/// Does not fit, but nearly: (as written, nearest reading, why).
const NEARLY: &[(&str, &str, &str)] = &[
    ("国械注准2O223O60988", "国械注准20223060988", "confused at=6 found=O read=0; confused at=10 found=O read=0"),
    ("国械注准2022306o988", "国械注准20223060988", "lower_case; confused at=12 found=O read=0"),
    ("国械注准20223l60988", "国械注准20223160988", "lower_case; confused at=10 found=L read=1"),
    ("国械注准2022306098B", "国械注准20223060988", "confused at=15 found=B read=8"),
    ("国械注淮20223060988", "国械注准20223060988", "confused at=4 found=淮 read=准"),
    ("国械住准20223060988", "国械注准20223060988", "confused at=3 found=住 read=注"),
    ("国械准20223060988", "国械注准20223060988", "missing_text at=3 text=注"),
    (
        "国械注准字2022第3060988号",
        "国械注准20223060988",
        "unexpected_text at=5 found=字; unexpected_text at=10 found=第; unexpected_text at=18 found=号",
    ),
    ("国械注准20223060988。", "国械注准20223060988", "unexpected_text at=16 found=。"),
    ("国械备2020O123号", "国械备20200123号", "confused at=8 found=O read=0"),
    ("粤穗食药监械经营许2017I161号", "粤穗食药监械经营许20171161号", "confused at=14 found=I read=1"),
    ("苏食药监械生产许2001-0018号", "苏食药监械生产许20010018号", "unexpected_text at=13 found=-"),
    (
        "浙杭网械企备字(2019)第00119号",
        "(浙杭)网械企备字(2019)第00119号",
        "missing_text at=1 text=(; missing_text at=3 text=)",
    ),
    (
        "(浙杭)网械企备字2019第00119号",
        "(浙杭)网械企备字(2019)第00119号",
        "missing_text at=10 text=(; missing_text at=14 text=)",
    ),
    ("(京)网药械信息备字(2021)第00159", "(京)网药械信息备字(2021)第00159号", "missing_hao"),
    (
        "国食药监械准字2013第3400123号",
        "国食药监械(准)字2013第3400123号",
        "missing_text at=6 text=(; missing_text at=7 text=); old_scheme year=2013",
    ),
];

#[test]
fn a_misprint_gets_its_nearest_reading_and_the_reason() {
    for (text, nearest, why) in NEARLY {
        let checked = read_any(text);
        let got = (checked.fit, reading(&checked), lines(&checked));
        assert_eq!(got, (Fit::Nearly, *nearest, (*why).to_owned()), "{text}");
    }
}

/// Fits nothing: (as written, kind it is like, why).
const UNFIT: &[(&str, Option<NumberKind>, &str)] = &[
    // Three digits short, as it was printed by a program that draws labels.
    ("国械注准201930306", Some(Registration), "length expected=11 found=9"),
    ("国械注准2019303061234", Some(Registration), "length expected=11 found=13"),
    ("国械备2020012号", Some(ClassOneFiling), "length expected=8 found=7"),
    ("国械备2020012345号", Some(ClassOneFiling), "length expected=8 found=10"),
    ("粤穗食药监械经营许2017116号", Some(DistributionLicence), "length expected=8 found=7"),
    ("(浙杭)网械企备字(2019)第119号", Some(OnlineSalesFiling), "length expected=5 found=3"),
    ("(浙杭)网械企备字(201)第00119号", Some(OnlineSalesFiling), "length expected=4 found=3"),
    ("国食药监械(准)字2013第340012号", Some(OldRegistration), "length expected=7 found=6"),
    ("国械注准20222060988", Some(Registration), "class class=2 expected=3"),
    ("国械注进20221060988", Some(Registration), "class class=1 expected=2 3"),
    ("沪械注准20173630118", Some(Registration), "class class=3 expected=2"),
    ("沪械注进20172630118", Some(Registration), "origin found=进"),
    ("国械注准02223060988", Some(Registration), "year year=0222"),
    ("国药准字H20050001", None, "not_a_device what=drug"),
    ("豫卫消证字(2019)第0012号", None, "not_a_device what=disinfectant"),
    ("国妆特字G20201234", None, "not_a_device what=cosmetic"),
    ("国食健字G20120345", None, "not_a_device what=health_food"),
    ("国械广审(文)第250101-00001号", None, "not_a_device what=advertisement"),
    ("PDY00023765010011A1001", None, "not_a_device what=medical_institution"),
    ("浙杭20210045号", None, "unknown_form"),
    ("医用外科口罩", None, "unknown_form"),
    ("12345", None, "unknown_form"),
    (" \u{3000}\u{200b}", None, "empty"),
];

#[test]
fn what_fits_nothing_says_why_and_offers_no_other_number() {
    for (text, kind, why) in UNFIT {
        let checked = read_any(text);
        let got = (checked.kind, checked.fit, lines(&checked));
        assert_eq!(got, (*kind, Fit::Unfit, (*why).to_owned()), "{text}");
        let contradicts_itself = why.starts_with("class") || why.starts_with("origin");
        assert_eq!(checked.reading.is_some(), contradicts_itself, "{text}");
    }
}

#[test]
fn a_number_of_another_kind_is_named() {
    for (text, asked, why) in [
        ("京丰食药监械经营备20150159号", &[DistributionLicence][..], "other_kind found=distribution_filing"),
        ("粤穗食药监械经营许20171161号", NumberKind::GOODS, "other_kind found=distribution_licence"),
        ("国械注准20223060988", NumberKind::PRODUCTION, "other_kind found=registration"),
        ("91350100M000100Y43", NumberKind::GOODS, "other_kind found=credit_code"),
        ("国械注准20223060988", &[CreditCode][..], "other_kind found=registration"),
    ] {
        let checked = as_kind(text, asked);
        assert_eq!((checked.fit, lines(&checked).as_str()), (Fit::Unfit, why), "{text}");
        assert_eq!(reading(&checked), text);
    }
    for (text, asked) in [
        ("国械备20200123号", NumberKind::GOODS),
        ("京丰食药监械经营备20150159号", NumberKind::DISTRIBUTION),
        ("陕食药监械生产许20160021号", NumberKind::PRODUCTION),
        ("(沪)-经营性-2018-0011", NumberKind::ONLINE),
    ] {
        assert_eq!(as_kind(text, asked).fit, Fit::Fits, "{text}");
    }
}

#[test]
fn goods_of_a_higher_class_than_their_number_are_a_doubt() {
    let sold_as = |class| Context { today: None, class: Some(class) };
    let checked = check("浙温械备20210045号", NumberKind::GOODS, &sold_as(2));
    assert_eq!((checked.fit, lines(&checked).as_str()), (Fit::Doubt, "class_differs class=1 expected=2"));
    assert_eq!(check("国械注准20223060988", NumberKind::GOODS, &sold_as(3)).fit, Fit::Fits);
}

#[test]
fn without_a_day_no_year_is_in_the_future() {
    assert_eq!(check("国械注准20983060988", &[], &Context::default()).fit, Fit::Fits);
}

#[test]
fn every_form_says_how_sure_it_is() {
    for (text, mark, source, article) in [
        ("国械注准20223060988", Mark::V, NumberSource::Law, Some("O47 115")),
        ("国械备20200123号", Mark::V, NumberSource::Law, Some("O47 116")),
        ("国食药监械(准)字2013第3400123号", Mark::M, NumberSource::Replaced, None),
        ("粤穗食药监械经营许20171161号", Mark::M, NumberSource::InUse, None),
        ("陕食药监械生产许20160021号", Mark::M, NumberSource::InUse, None),
        ("(浙杭)网械企备字(2019)第00119号", Mark::V, NumberSource::InUse, None),
        ("(京)网药械信息备字(2021)第00159号", Mark::M, NumberSource::InUse, None),
        ("91350100M000100Y43", Mark::V, NumberSource::Standard, None),
        ("口罩", Mark::D, NumberSource::Nothing, None),
    ] {
        let checked = read_any(text);
        let basis = checked.basis.map(|b| format!("{} {}", b.law, b.article));
        assert_eq!((checked.mark, checked.source, basis.as_deref()), (mark, source, article), "{text}");
    }
}

#[test]
fn too_many_misprints_are_no_misprint() {
    let five = read_any("国械注准2O2Z3O6O98B");
    let last = line(five.reasons.last().unwrap());
    assert_eq!((five.fit, last.as_str()), (Fit::Unfit, "too_many_repairs found=5 most=4"));
    assert_eq!(five.reading, None);
}
