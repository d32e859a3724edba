//! How long a record must be kept.
//!
//! By calendar day; the 29th of February plus years is the 28th. Where a law names two ends with "or", the later one is
//! taken, to be safe (mark D), and a kept period whose second end is still open is *at least*.

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::pattern::basis;
use crate::checklist::{Basis, Mark};

/// What a record of goods is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Goods {
    /// 植入类.
    pub implant: bool,
    /// The last day they may be used; none where they have no 有效期.
    #[ts(type = "string | null")]
    pub last_good_day: Option<Date>,
    /// Day of the record.
    #[ts(type = "string")]
    pub recorded: Date,
}

/// What a user's record of a device is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Service {
    /// 植入性.
    pub implant: bool,
    /// 大型医疗器械.
    pub large: bool,
    /// Last day of the 规定使用期限, where one is set.
    #[ts(type = "string | null")]
    pub life_ends: Option<Date>,
    /// Day the use ended; none while it is in use.
    #[ts(type = "string | null")]
    pub use_ended: Option<Date>,
}

/// A record and what its period hangs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum RecordKind {
    /// 经营企业 进货查验记录.
    Receiving { goods: Goods },
    /// 经营企业 销售记录.
    Sales { goods: Goods },
    /// 经营企业: 采购、入库、在库检查、出库复核、运输、退货、培训、验证 and the like.
    OtherQuality { goods: Goods },
    /// 温度记录 of storage or transport, as part of the batch's records.
    Temperature { goods: Goods },
    /// 网络销售企业 销售信息.
    OnlineSales { goods: Goods },
    /// 电子商务平台 商品和服务信息、交易信息.
    PlatformTrade {
        goods: Goods,
        /// 交易完成之日.
        #[ts(type = "string")]
        completed: Date,
    },
    /// 不良事件监测记录.
    AdverseEvent {
        goods: Goods,
        /// 医疗机构 keep them as they keep case records.
        medical_institution: bool,
    },
    /// 使用单位 进货查验记录.
    UserReceiving { service: Service },
    /// 植入性医疗器械使用记录.
    ImplantUse,
    /// 介入类医疗器械使用记录.
    InterventionalUse,
    /// 使用单位 第三类医疗器械原始资料.
    ClassThreeOriginals,
    /// 检查、检验、校准、保养、维护记录; 大型医疗器械逐台使用档案.
    Maintenance { service: Service },
    /// 第一类医疗器械 生产、检验、放行、采购记录.
    ClassOneProduction {
        /// End of the product's life, where it has one.
        #[ts(type = "string | null")]
        life_ends: Option<Date>,
        /// 放行日期.
        #[ts(type = "string")]
        released: Date,
    },
    /// The regulator's own file of an inspection or a penalty.
    CaseFile,
    /// Evidence of a violation: what it must outlive (行政处罚追责时效).
    Evidence {
        /// Day the violation ended.
        #[ts(type = "string")]
        violation_ended: Date,
        /// 涉及公民生命健康安全且有危害后果.
        harm: bool,
    },
    /// 行政处罚信息公示.
    PenaltyPublicity {
        /// First day.
        #[ts(type = "string")]
        published: Date,
        /// 通报批评 or a small fine: three months.
        minor: bool,
    },
}

/// Until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Keep {
    /// Through this day.
    Through {
        /// The last one.
        #[ts(type = "string")]
        day: Date,
    },
    /// Through this day at least; longer while the use lasts.
    AtLeast {
        /// The earliest possible last one.
        #[ts(type = "string")]
        day: Date,
    },
    /// 永久.
    Forever,
    /// The period has not begun: what it counts from has not happened.
    Running,
    /// It must be kept, and no text that was read says how long.
    NotStated,
}

/// What to say beside a period. The screens own the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub enum RetentionNote {
    /// 妥善保存: no number in the law; the period of sales records is proposed.
    #[serde(rename = "retention.as_sales")]
    AsSales,
    /// Belongs to the receiving, sales or transport records of its batch.
    #[serde(rename = "retention.as_batch")]
    AsBatch,
    /// The later of two ends that the law joins with "or".
    #[serde(rename = "retention.later_of_two")]
    LaterOfTwo,
    /// Still in use: the end of use is open.
    #[serde(rename = "retention.in_use")]
    InUse,
    /// The later of the goods' period and three years from the completed trade.
    #[serde(rename = "retention.platform")]
    Platform,
    /// By the rules for case records.
    #[serde(rename = "retention.case_records")]
    CaseRecords,
    /// By the rules for archives.
    #[serde(rename = "retention.archives")]
    Archives,
    /// By the production rules; usually two years from release and never less than the product's life.
    #[serde(rename = "retention.production_rules")]
    ProductionRules,
}

/// A period with what it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Kept {
    /// Until when.
    pub keep: Keep,
    /// What to say beside it.
    pub note: Option<RetentionNote>,
    /// How sure the period is.
    pub mark: Mark,
    /// The articles.
    pub basis: Vec<Basis>,
}

impl Kept {
    /// Whether the record must still be there on a day; `None` where no text says.
    pub fn demanded_on(&self, day: Date) -> Option<bool> {
        match self.keep {
            Keep::Through { day: last } => Some(day <= last),
            Keep::AtLeast { day: last } => (day <= last).then_some(true),
            Keep::Forever | Keep::Running => Some(true),
            Keep::NotStated => None,
        }
    }
}

/// How long a record must be kept.
pub fn keep(record: RecordKind) -> Kept {
    use Mark::{D, M, V};
    use RecordKind as R;
    use RetentionNote as N;
    const GSP23: Article = ("GSP", "23", V);
    const O38: [Article; 2] = [("O38", "12", M), ("O38", "21", M)];
    match record {
        R::Receiving { goods } => kept(of_goods(goods), None, V, &[("O54", "32", V), GSP23]),
        R::Sales { goods } => kept(of_goods(goods), None, V, &[("O54", "38", V), GSP23]),
        R::OtherQuality { goods } => kept(of_goods(goods), Some(N::AsSales), D, &[GSP23]),
        R::Temperature { goods } => kept(of_goods(goods), Some(N::AsBatch), D, &[]),
        R::OnlineSales { goods } => kept(of_goods(goods), None, M, &O38),
        R::PlatformTrade { goods, completed } => {
            let three_years = completed.saturating_add(3.years());
            let keep = match of_goods(goods) {
                Keep::Through { day } => Keep::Through { day: day.max(three_years) },
                longer => longer,
            };
            kept(keep, Some(N::Platform), M, &[("ECOM", "31", V), O38[0], O38[1]])
        }
        R::AdverseEvent { medical_institution: true, .. } => {
            kept(Keep::NotStated, Some(N::CaseRecords), V, &[("O1", "22", V)])
        }
        R::AdverseEvent { goods, .. } => kept(of_goods(goods), None, V, &[("O1", "22", V)]),
        R::UserReceiving { service: Service { implant: true, .. } } => kept(Keep::Forever, None, V, &[("O18", "9", V)]),
        R::UserReceiving { service } => {
            let (keep, note, mark) = after_service(service, if service.large { 5 } else { 2 });
            kept(keep, Some(note), mark, &[("O18", "9", V)])
        }
        R::ImplantUse => kept(Keep::Forever, None, V, &[("O18", "14", V)]),
        R::InterventionalUse => kept(Keep::NotStated, None, V, &[("O18", "14", V)]),
        R::ClassThreeOriginals => kept(Keep::NotStated, None, V, &[("T739", "51", V), ("O18", "9", V)]),
        R::Maintenance { service } => {
            let (keep, note, mark) = after_service(service, 5);
            kept(keep, Some(note), mark, &[("T739", "50", V), ("O18", "15", V)])
        }
        R::ClassOneProduction { life_ends, released } => {
            let day = life_ends.unwrap_or(released).max(released.saturating_add(2.years()));
            kept(Keep::Through { day }, Some(N::ProductionRules), M, &[])
        }
        R::CaseFile => kept(Keep::NotStated, Some(N::Archives), M, &[]),
        R::Evidence { violation_ended, harm } => {
            let years = if harm { 5 } else { 2 };
            let day = violation_ended.saturating_add(years.years());
            kept(Keep::AtLeast { day }, None, V, &[("PEN", "36", V)])
        }
        R::PenaltyPublicity { published, minor } => {
            let term = if minor { 3.months() } else { 3.years() };
            kept(Keep::Through { day: published.saturating_add(term) }, None, V, &[("PUB", "13", V)])
        }
    }
}

/// 医疗器械有效期满后2年; 没有有效期的不少于5年; 植入类永久.
fn of_goods(goods: Goods) -> Keep {
    match goods {
        Goods { implant: true, .. } => Keep::Forever,
        Goods { last_good_day: Some(last), .. } => Keep::Through { day: last.saturating_add(2.years()) },
        Goods { last_good_day: None, recorded, .. } => Keep::Through { day: recorded.saturating_add(5.years()) },
    }
}

/// 规定使用期限届满后 or 使用终止后 so many years.
fn after_service(service: Service, years: i64) -> (Keep, RetentionNote, Mark) {
    let after = |day: Date| day.saturating_add(years.years());
    match (service.life_ends, service.use_ended) {
        (Some(life), Some(end)) => (Keep::Through { day: after(life.max(end)) }, RetentionNote::LaterOfTwo, Mark::D),
        (None, Some(end)) => (Keep::Through { day: after(end) }, RetentionNote::LaterOfTwo, Mark::D),
        (Some(life), None) => (Keep::AtLeast { day: after(life) }, RetentionNote::InUse, Mark::D),
        (None, None) => (Keep::Running, RetentionNote::InUse, Mark::D),
    }
}

/// Law, article, and whether its text was read.
type Article = (&'static str, &'static str, Mark);

fn kept(keep: Keep, note: Option<RetentionNote>, mark: Mark, articles: &[Article]) -> Kept {
    let basis = articles.iter().filter_map(|(law, article, mark)| basis(law, article, *mark)).collect();
    Kept { keep, note, mark, basis }
}
