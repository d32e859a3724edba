//! Ten firms and institutions: wholesale, third-party logistics, retail, opticians, a hospital, a clinic, a laboratory.

use xuncha_core::checklist::Subject;
use xuncha_core::firm::{FindingState, FirmRecord, LatLon, Licence, PastFinding};

use super::{STATION, day, id, uscc::invented};

/// All firms with the unit that supervises them.
pub fn firms() -> Vec<(&'static str, FirmRecord)> {
    let north = |firm: FirmRecord| (STATION, firm);
    let south = |firm: FirmRecord| ("nanshan", firm);
    vec![
        north(hengkang()),
        north(first_hospital()),
        north(FirmRecord {
            licences: vec![filing("浙澜药监械经营备20210086号", "Ⅱ类：16 眼科器械", -1610)],
            findings: vec![past("SUP-03", "2家供货者的销售人员授权书已过期。", -210, -180, FindingState::Closed)],
            ..firm(
                "mingmou",
                "临澜市明眸眼镜有限公司",
                "明眸眼镜",
                "optician",
                &["online"],
                "MA2N0107",
                "一级",
                30.2714,
                121.5528,
            )
        }),
        north(FirmRecord {
            licences: vec![
                licence("浙澜药监械经营许20220051号", "Ⅲ类：22 临床检验器械（含体外诊断试剂）", -1240, 585),
                filing("浙澜药监械经营备20190233号", "Ⅱ类：07、20、22", -2300),
            ],
            findings: vec![
                past("COLD-21", "冷藏柜无连续温度记录，仅每日手工登记一次。", -41, -11, FindingState::Rectifying),
                past("COLD-07", "在用温度计校准标签已过期。", -41, -26, FindingState::Submitted),
            ],
            ..firm(
                "antai",
                "临澜安泰大药房连锁有限公司港北店",
                "安泰大药房港北店",
                "pharmacy",
                &["cold_chain"],
                "MA2N0115",
                "二级",
                30.2801,
                121.5610,
            )
        }),
        north(FirmRecord {
            licences: vec![licence(
                "浙澜药监械经营许20230017号",
                "Ⅲ类：13 无源植入器械、14 注输护理和防护器械",
                -980,
                845,
            )],
            findings: vec![past("ACC-02", "植入器械验收记录缺少序列号。", -95, -65, FindingState::Rechecking)],
            ..firm(
                "ruide",
                "临澜瑞德骨科器械有限公司",
                "瑞德骨科",
                "wholesale",
                &["implant", "sterile", "class_3"],
                "MA2N0123",
                "三级",
                30.2688,
                121.5702,
            )
        }),
        north(FirmRecord {
            licences: vec![licence("浙澜药监械经营许20240009号", "第三方贮存、配送：Ⅱ、Ⅲ类（含冷链）", -610, 1215)],
            ..firm(
                "zhongyun",
                "中运医药物流（临澜）有限公司",
                "中运医药物流",
                "third_party_logistics",
                &["cold_chain", "class_3", "offsite_warehouse"],
                "MA2N0131",
                "四级",
                30.2950,
                121.5433,
            )
        }),
        north(FirmRecord {
            licences: vec![filing("诊所备案 临澜望潮诊20220019", "口腔科", -1300)],
            ..firm(
                "yajing",
                "临澜雅净口腔诊所",
                "雅净口腔",
                "clinic",
                &["sterile"],
                "MA2N014X",
                "二级",
                30.2741,
                121.5499,
            )
        }),
        south(FirmRecord {
            licences: vec![filing(
                "浙澜药监械经营备20230104号",
                "Ⅱ类：16 眼科器械（含隐形眼镜及护理用液，网络销售）",
                -900,
            )],
            findings: vec![past("SUP-09", "进口隐形眼镜中文标签缺少境内代理人联系方式。", -20, 8, FindingState::Open)],
            ..firm(
                "qingtong",
                "临澜青瞳网络科技有限公司",
                "青瞳网络",
                "retail",
                &["online"],
                "MA2N0158",
                "二级",
                30.2512,
                121.5377,
            )
        }),
        south(FirmRecord {
            licences: vec![licence("浙澜药监械经营许20210064号", "Ⅲ类：22 临床检验器械、40 体外诊断试剂", -1500, 320)],
            ..firm(
                "bohua",
                "临澜博华生物诊断有限公司",
                "博华生物",
                "wholesale_retail",
                &["cold_chain", "ivd", "class_3"],
                "MA2N0166",
                "三级",
                30.2467,
                121.5461,
            )
        }),
        south(FirmRecord {
            licences: vec![filing("医学检验所执业登记 PDY33990217D1132", "临床体液、血液、生化、免疫、分子", -1180)],
            ..firm(
                "jianhe",
                "临澜鉴和医学检验实验室有限公司",
                "鉴和检验",
                "laboratory",
                &["cold_chain", "ivd"],
                "MA2N0174",
                "二级",
                30.2433,
                121.5588,
            )
        }),
    ]
}

/// The firm of the demonstration: wholesale with a retail counter, cold rooms and an earlier finding that is overdue.
fn hengkang() -> FirmRecord {
    let mut record = firm(
        "hengkang",
        "临澜恒康冷链医疗器械有限公司",
        "恒康冷链",
        "wholesale_retail",
        &["cold_chain", "ivd", "class_3", "offsite_warehouse"],
        "MA2N0086",
        "三级",
        30.2766,
        121.5571,
    );
    record.address = "临澜市望潮区港北街道海曙路118号3幢2层".into();
    record.premises = "临澜市望潮区港北街道海曙路118号3幢1—2层".into();
    record.warehouses = vec![
        "临澜市望潮区港北街道海曙路118号3幢1层（冷库2间，共86立方米）".into(),
        "临澜市望潮区物流园A区7号（异地库房，阴凉库）".into(),
    ];
    record.licences = vec![
        Licence {
            kind: "营业执照".into(),
            number: record.uscc.clone(),
            issuer: super::BUREAU.into(),
            issued: Some(day(-2890)),
            ..blank()
        },
        licence("浙澜药监械经营许20220038号", "Ⅲ类：14、22、40（体外诊断试剂，含冷藏、冷冻）", -1310, 45),
        filing("浙澜药监械经营备20180127号", "Ⅱ类：07、14、18、20、22、40", -2860),
    ];
    record.findings = vec![
        past("COLD-11", "2号冷库8月有3次温度超过8 ℃，最长47分钟，未见处置记录。", -62, -32, FindingState::Submitted),
        past("COLD-03", "备用发电机不能自动切换。", -62, -2, FindingState::Rectifying),
        past("SUP-03", "1家供货者的授权书未载明授权销售的品种和期限。", -62, -47, FindingState::Closed),
    ];
    record
}

fn first_hospital() -> FirmRecord {
    let mut record = firm(
        "first-hospital",
        "临澜市第一人民医院",
        "临澜一院",
        "hospital",
        &["cold_chain", "implant", "ivd", "sterile"],
        "MB1N0019",
        "三级",
        30.2840,
        121.5522,
    );
    record.uscc = invented("12", "MB1N0019");
    record.licences = vec![licence("医疗机构执业许可证 PDY33990211A1001", "三级甲等综合医院，床位1180张", -700, 1120)];
    record.findings = vec![past("COLD-22", "检验科试剂冰箱未贴状态标识。", -120, -105, FindingState::Closed)];
    record
}

#[expect(clippy::too_many_arguments, reason = "a row of the table above")]
fn firm(
    code: &str,
    name: &str,
    short: &str,
    kind: &str,
    flags: &[&str],
    own: &str,
    grade: &str,
    lat: f64,
    lon: f64,
) -> FirmRecord {
    let street = ["海曙路", "潮声路", "港北大道", "学林街", "物流园"][own.bytes().map(usize::from).sum::<usize>() % 5];
    let number = own.bytes().fold(0_u32, |n, c| (n * 31 + u32::from(c)) % 397) + 1;
    FirmRecord {
        id: Some(id(code)),
        name: name.into(),
        short_name: short.into(),
        uscc: invented("91", own),
        subject: Subject { kind: kind.into(), modes: vec![], flags: flags.iter().map(|flag| (*flag).into()).collect() },
        address: format!("临澜市望潮区{street}{number}号"),
        premises: String::new(),
        warehouses: vec![],
        legal_representative: person(own, 0).into(),
        manager: person(own, 1).into(),
        quality_manager: person(own, 2).into(),
        // 0990 is no area code that is given out.
        phone: format!("0990-8{:06}", number * 2503 % 1_000_000),
        grade: grade.into(),
        position: Some(LatLon { lat, lon }),
        licences: vec![],
        findings: vec![],
        suspended: None,
    }
}

/// A name that belongs to nobody in particular; the same firm always has the same people.
fn person(own: &str, place: u32) -> &'static str {
    const NAMES: [&str; 12] = [
        "王建平",
        "李秀英",
        "张海涛",
        "刘芳",
        "陈国强",
        "杨静",
        "赵明辉",
        "黄丽华",
        "吴俊杰",
        "徐雅琴",
        "孙立新",
        "马晓东",
    ];
    let seed = own.bytes().fold(7_u32, |n, c| n.wrapping_mul(33).wrapping_add(u32::from(c)));
    NAMES[(seed.wrapping_add(place * 5) % 12) as usize]
}

fn blank() -> Licence {
    let empty = String::new;
    Licence { kind: empty(), number: empty(), scope: empty(), issuer: empty(), issued: None, valid_to: None }
}

/// A permit that ends.
fn licence(number: &str, scope: &str, issued: i64, ends: i64) -> Licence {
    let (kind, number) = kind_of(number, "医疗器械经营许可证");
    Licence {
        kind,
        number,
        scope: scope.into(),
        issuer: "临澜市市场监督管理局".into(),
        issued: Some(day(issued)),
        valid_to: Some(day(ends)),
    }
}

/// A filing, which does not end.
fn filing(number: &str, scope: &str, issued: i64) -> Licence {
    let (kind, number) = kind_of(number, "第二类医疗器械经营备案凭证");
    Licence {
        kind,
        number,
        scope: scope.into(),
        issuer: "临澜市市场监督管理局".into(),
        issued: Some(day(issued)),
        valid_to: None,
    }
}

/// `kind number`, or a number of the usual kind.
fn kind_of(text: &str, usual: &str) -> (String, String) {
    match text.split_once(' ') {
        Some((kind, number)) => (kind.into(), number.into()),
        None => (usual.into(), text.into()),
    }
}

fn past(item: &str, text: &str, found: i64, deadline: i64, state: FindingState) -> PastFinding {
    PastFinding { item: Some(id(item)), text: text.into(), found: day(found), deadline: day(deadline), state }
}
