//! What rows raise: codes, wording, the articles they rest on.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Column;
use super::cell::{Row, term_words};
use super::scope::{Category, numeral, roman};
use super::spec::{column_title, text};
use crate::checklist::{Basis, Mark, Severity, Text};
use crate::identifiers::{PrintedDate, Threshold};

/// What a proposal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum Nature {
    /// What the rows say is against the rule. The inspector decides.
    Finding,
    /// The rows leave it open, or a number has an odd form: look at the paper again.
    Check,
}

/// Which rule raised it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ts_rs::TS)]
pub enum ProposalCode {
    /// Arrived before it was made.
    #[serde(rename = "table.made_after_arrival")]
    MadeAfterArrival,
    /// Bought before it was made: made to order, or a slip.
    #[serde(rename = "table.made_after_order")]
    MadeAfterOrder,
    /// Arrived before it was bought.
    #[serde(rename = "table.order_after_arrival")]
    OrderAfterArrival,
    /// Accepted before it arrived.
    #[serde(rename = "table.acceptance_before_arrival")]
    AcceptanceBeforeArrival,
    /// Put in store before it was accepted.
    #[serde(rename = "table.stored_before_acceptance")]
    StoredBeforeAcceptance,
    /// Expiry not after manufacture.
    #[serde(rename = "table.expiry_before_made")]
    ExpiryBeforeMade,
    /// Already expired when it arrived.
    #[serde(rename = "table.expired_on_arrival")]
    ExpiredOnArrival,
    /// A day after the inspection.
    #[serde(rename = "table.in_future")]
    InFuture,
    /// More passed than was received.
    #[serde(rename = "table.more_than_received")]
    MoreThanReceived,
    /// A number that is not of its form.
    #[serde(rename = "table.number_form")]
    NumberForm,
    /// Bought after the licence had ended.
    #[serde(rename = "table.licence_ended")]
    LicenceEnded,
    /// The licence has ended since; the day of purchase is not known.
    #[serde(rename = "table.licence_ended_now")]
    LicenceEndedNow,
    /// A filing does not cover goods of this class.
    #[serde(rename = "table.filing_not_enough")]
    FilingNotEnough,
    /// The scope does not name the class.
    #[serde(rename = "table.scope_without_class")]
    ScopeWithoutClass,
    /// The scope does not name the category.
    #[serde(rename = "table.scope_without_category")]
    ScopeWithoutCategory,
    /// The scope follows another catalogue, or excepts something.
    #[serde(rename = "table.scope_unclear")]
    ScopeUnclear,
    /// The class that was typed is not that of the number.
    #[serde(rename = "table.class_differs")]
    ClassDiffers,
    /// A period that ends before it begins.
    #[serde(rename = "table.period_reversed")]
    PeriodReversed,
    /// Made before the first period.
    #[serde(rename = "table.made_before_period")]
    MadeBeforePeriod,
    /// Made between two periods.
    #[serde(rename = "table.made_in_gap")]
    MadeInGap,
    /// Made after the last period.
    #[serde(rename = "table.made_after_period")]
    MadeAfterPeriod,
    /// Only the month of manufacture is known, and not all its days are covered.
    #[serde(rename = "table.made_unclear")]
    MadeUnclear,
    /// Expired where goods for sale lie.
    #[serde(rename = "table.expired_in_sale")]
    ExpiredInSale,
    /// Expired and not in the reject area.
    #[serde(rename = "table.expired_not_isolated")]
    ExpiredNotIsolated,
    /// Expired; where it lies was not said.
    #[serde(rename = "table.expired_somewhere")]
    ExpiredSomewhere,
    /// Expired or not by which word the label has.
    #[serde(rename = "table.expiry_disputed")]
    ExpiryDisputed,
    /// Near its end and the system did not warn.
    #[serde(rename = "table.near_not_warned")]
    NearNotWarned,
    /// Near its end; whether the system warned was not said.
    #[serde(rename = "table.near")]
    Near,
}

/// Something that rows raise. Proposals, never verdicts: a person takes them over or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct TableProposal {
    /// The row, from 1.
    pub row: u32,
    /// The columns it hangs on.
    pub columns: Vec<Column>,
    /// Which rule.
    pub code: ProposalCode,
    /// Finding or prompt.
    pub nature: Nature,
    /// How bad it usually is.
    pub severity: Severity,
    /// Values of the wording.
    pub params: BTreeMap<String, String>,
    /// Ready for the note.
    pub words: Text,
    /// The duty.
    pub basis: Vec<Basis>,
    /// How sure the rule is.
    pub mark: Mark,
}

/// A rule as data: what it is, what it rests on, and its sentence. `{x}` stands for a parameter, `{row}` for the goods or
/// supplier of the row, `{column}` for the heading of the first column.
struct Rule {
    nature: Nature,
    severity: Severity,
    mark: Mark,
    basis: &'static [Article],
    zh: &'static str,
    en: &'static str,
}

/// Law, article, clause. All of them were read.
type Article = (&'static str, &'static str, Option<&'static str>);

/// 记录内容应当真实、准确、完整和可追溯.
const TRUE_RECORDS: &[Article] = &[("GSP", "22", None), ("T739", "45", None)];
/// 供货者资质的合法性审核; 从具有合法资质的供货者购进.
const SUPPLIERS: &[Article] = &[("GSP", "53", None), ("O54", "31", None), ("T739", "45", None)];
/// 在注册证有效期内生产; 不得经营未依法注册的.
const REGISTERED: &[Article] = &[("O47", "112", None), ("T739", "55", None)];
/// 延续注册的有效期从何时起.
const RENEWED: &[Article] = &[("O47", "112", None), ("O47", "84", None), ("T739", "55", None)];
/// 不得经营过期的; 超过有效期的及时隔离.
const EXPIRED: &[Article] = &[("T739", "55", None), ("GSP", "76", None)];
/// 近效期预警.
const WARNING: &[Article] = &[("GSP", "76", None), ("GSP", "51", Some("（六）"))];

impl ProposalCode {
    /// Every rule.
    pub const ALL: &[Self] = &[
        Self::MadeAfterArrival,
        Self::MadeAfterOrder,
        Self::OrderAfterArrival,
        Self::AcceptanceBeforeArrival,
        Self::StoredBeforeAcceptance,
        Self::ExpiryBeforeMade,
        Self::ExpiredOnArrival,
        Self::InFuture,
        Self::MoreThanReceived,
        Self::NumberForm,
        Self::LicenceEnded,
        Self::LicenceEndedNow,
        Self::FilingNotEnough,
        Self::ScopeWithoutClass,
        Self::ScopeWithoutCategory,
        Self::ScopeUnclear,
        Self::ClassDiffers,
        Self::PeriodReversed,
        Self::MadeBeforePeriod,
        Self::MadeInGap,
        Self::MadeAfterPeriod,
        Self::MadeUnclear,
        Self::ExpiredInSale,
        Self::ExpiredNotIsolated,
        Self::ExpiredSomewhere,
        Self::ExpiryDisputed,
        Self::NearNotWarned,
        Self::Near,
    ];

    fn rule(self) -> Rule {
        use Mark::{D, M, V};
        use Nature::{Check, Finding};
        use Severity::{Major, Minor, Serious};
        let (nature, severity, mark, basis, zh, en): (_, _, _, &'static [Article], _, _) = match self {
            Self::MadeAfterArrival => (
                Finding,
                Major,
                D,
                TRUE_RECORDS,
                "{row}：记录的生产日期{made}晚于到货日期{arrived}，请取原始单据核对。",
                "{row}: recorded as made {made}, after its arrival on {arrived}. Compare with the original papers.",
            ),
            Self::MadeAfterOrder => (
                Check,
                Minor,
                D,
                TRUE_RECORDS,
                "{row}：生产日期{made}晚于购货日期{ordered}，请核实是否先订货后生产。",
                "{row}: made {made}, after it was bought on {ordered}. Ask whether it was made to order.",
            ),
            Self::OrderAfterArrival => (
                Finding,
                Minor,
                D,
                TRUE_RECORDS,
                "{row}：记录的购货日期{ordered}晚于到货日期{arrived}，请取原始单据核对。",
                "{row}: recorded as bought {ordered}, after its arrival on {arrived}. Compare with the original papers.",
            ),
            Self::AcceptanceBeforeArrival => (
                Finding,
                Minor,
                D,
                TRUE_RECORDS,
                "{row}：记录的验收日期{accepted}早于到货日期{arrived}，请取原始单据核对。",
                "{row}: recorded as accepted {accepted}, before its arrival on {arrived}. Compare with the original papers.",
            ),
            Self::StoredBeforeAcceptance => (
                Finding,
                Minor,
                D,
                TRUE_RECORDS,
                "{row}：记录的入库日期{stored}早于验收日期{accepted}，请取原始单据核对。",
                "{row}: recorded as put in store {stored}, before acceptance on {accepted}. Compare with the original papers.",
            ),
            Self::ExpiryBeforeMade => (
                Finding,
                Minor,
                D,
                TRUE_RECORDS,
                "{row}：记录的效期{expiry}不晚于生产日期{made}，请与标签核对。",
                "{row}: the recorded expiry {expiry} is not after manufacture on {made}. Compare with the label.",
            ),
            Self::ExpiredOnArrival => (
                Finding,
                Major,
                D,
                &[("T739", "55", None), ("GSP", "64", None)],
                "{row}：{column}为{day}，效期{expiry}此前已满，请查明验收和去向。",
                "{row}: {column} {day}, after its expiry {expiry}. Find out how it was accepted and where it went.",
            ),
            Self::InFuture => (
                Finding,
                Minor,
                D,
                TRUE_RECORDS,
                "{row}：记录的{column}{day}晚于检查日{today}。",
                "{row}: {column} recorded as {day}, after the day of the inspection, {today}.",
            ),
            Self::MoreThanReceived => (
                Finding,
                Minor,
                D,
                TRUE_RECORDS,
                "{row}：记录的合格数量{passed}多于到货数量{received}，请取原始单据核对。",
                "{row}: {passed} passed, more than the {received} received. Compare with the original papers.",
            ),
            Self::NumberForm => (
                Check,
                Minor,
                D,
                &[],
                "{row}：{column}“{typed}”与编号规则不符{nearest}，请与证照原件和发证部门公示信息核对。",
                "{row}: {column} \"{typed}\" does not have the form of such numbers{nearest}. Compare with the paper and the published record.",
            ),
            Self::LicenceEnded => (
                Finding,
                Major,
                V,
                SUPPLIERS,
                "{row}：许可证有效期至{through}，{bought}仍向其采购，未见延续的许可证。",
                "{row}: licence valid through {through}; goods were still bought on {bought} and no renewed licence was shown.",
            ),
            Self::LicenceEndedNow => (
                Check,
                Minor,
                D,
                SUPPLIERS,
                "{row}：许可证有效期至{through}，现已届满，请核对此后有无采购、是否已延续。",
                "{row}: licence valid through {through}, which is past. Look for later purchases and for a renewal.",
            ),
            Self::FilingNotEnough => (
                Finding,
                Major,
                V,
                &[("O54", "31", None), ("T739", "42", None), ("T739", "45", None)],
                "{row}：仅有{filing}（{number}），所购产品为{class}。",
                "{row}: holds only a {filing} ({number}); the goods bought are {class}.",
            ),
            Self::ScopeWithoutClass => (
                Finding,
                Major,
                D,
                SUPPLIERS,
                "{row}：所购产品为{class}，其证照范围未列该类别。",
                "{row}: the goods bought are {class}, which the scope does not name.",
            ),
            Self::ScopeWithoutCategory => (
                Finding,
                Major,
                D,
                SUPPLIERS,
                "{row}：所购产品分类编码{category}不在其证照范围内。",
                "{row}: the goods bought are of category {category}, which the scope does not name.",
            ),
            Self::ScopeUnclear => (
                Check,
                Minor,
                D,
                SUPPLIERS,
                "{row}：证照范围中没有直接列出分类编码{category}，范围写法不同（另一版目录或有除外），请对照目录核对。",
                "{row}: the scope does not plainly name category {category} (another catalogue, or exceptions). Compare with the catalogue.",
            ),
            Self::ClassDiffers => (
                Check,
                Minor,
                D,
                &[],
                "{row}：填写的类别为{class}，注册证/备案编号{number}表明为{of_number}，请核对。",
                "{row}: {class} was written, the number {number} says {of_number}. Look again.",
            ),
            Self::PeriodReversed => (
                Check,
                Minor,
                D,
                &[],
                "{row}：有效期起{from}晚于有效期至{through}，请与注册证核对。",
                "{row}: the period begins {from} and ends {through}. Compare with the certificate.",
            ),
            Self::MadeBeforePeriod => (
                Finding,
                Serious,
                V,
                REGISTERED,
                "{row}：生产日期{made}早于注册证有效期起始日{from}。",
                "{row}: made {made}, before the registration began on {from}.",
            ),
            Self::MadeInGap => (
                Finding,
                Serious,
                D,
                RENEWED,
                "{row}：生产日期{made}在原注册证{ended}届满之后、延续注册{began}起始之前；注册人已按期申请而审批逾期的，视为准予延续，请先查清。",
                "{row}: made {made}, after the registration ended on {ended} and before the renewal began on {began}. If the registrant applied in time and no decision came, renewal counts as granted: clear that up first.",
            ),
            Self::MadeAfterPeriod => (
                Finding,
                Serious,
                V,
                REGISTERED,
                "{row}：生产日期{made}晚于注册证有效期届满日{through}，未见延续后的注册证。",
                "{row}: made {made}, after the registration ended on {through}; no renewed certificate was shown.",
            ),
            Self::MadeUnclear => (
                Check,
                Minor,
                D,
                REGISTERED,
                "{row}：只知道生产年月{made}，该月并非每一天都在注册证有效期内，请查批记录或合格证明上的日期。",
                "{row}: only the month {made} is known, and the registration did not run on all its days. Look for the day in the batch papers.",
            ),
            Self::ExpiredInSale => (
                Finding,
                Major,
                V,
                EXPIRED,
                "{row}：效期{expiry}，检查日{today}已超过有效期，仍存放于{place}。",
                "{row}: expiry {expiry}, past on {today}, still in {place}.",
            ),
            Self::ExpiredNotIsolated => (
                Finding,
                Minor,
                D,
                EXPIRED,
                "{row}：效期{expiry}，检查日{today}已超过有效期，存放于{place}，未移入不合格品区隔离。",
                "{row}: expiry {expiry}, past on {today}, in {place} and not in the reject area.",
            ),
            Self::ExpiredSomewhere => (
                Check,
                Major,
                V,
                EXPIRED,
                "{row}：效期{expiry}，检查日{today}已超过有效期，请写明存放位置。",
                "{row}: expiry {expiry}, past on {today}. Say where it lies.",
            ),
            Self::ExpiryDisputed => (
                Check,
                Minor,
                M,
                EXPIRED,
                "{row}：效期{expiry}，检查日{today}；标签写“失效日期”则已过期，写“有效期至”则未过，请照标签选定并拍照。",
                "{row}: expiry {expiry} on {today}: expired if the label says 失效日期, good if it says 有效期至. Choose as the label says and take a picture.",
            ),
            Self::NearNotWarned => (
                Finding,
                Minor,
                D,
                WARNING,
                "{row}：效期{expiry}，距今{left}天，已进入企业规定的近效期（{limit}），系统未预警。",
                "{row}: expiry {expiry}, {left} days left, within the firm's limit ({limit}); the system gave no warning.",
            ),
            Self::Near => (
                Check,
                Minor,
                D,
                WARNING,
                "{row}：效期{expiry}，距今{left}天，已进入企业规定的近效期（{limit}），请查系统是否已预警。",
                "{row}: expiry {expiry}, {left} days left, within the firm's limit ({limit}). See whether the system warned.",
            ),
        };
        Rule { nature, severity, mark, basis, zh, en }
    }
}

/// A value of a sentence: plain for whoever counts, and in words.
pub(super) struct Value {
    plain: String,
    words: Text,
}

impl Value {
    fn same(plain: String) -> Self {
        Self { words: text((&plain, &plain)), plain }
    }
    pub(super) fn class(class: u8) -> Self {
        let words = text((&format!("第{}类", numeral(class)), &format!("class {}", roman(class))));
        Self { plain: class.to_string(), words }
    }
    /// Words that differ by language.
    pub(super) fn words(plain: &str, zh: &str, en: &str) -> Self {
        Self { plain: plain.to_owned(), words: text((zh, en)) }
    }
}
impl From<PrintedDate> for Value {
    fn from(date: PrintedDate) -> Self {
        Self::same(date.to_string())
    }
}
impl From<jiff::civil::Date> for Value {
    fn from(day: jiff::civil::Date) -> Self {
        Self::same(day.to_string())
    }
}
impl From<i32> for Value {
    fn from(days: i32) -> Self {
        Self::same(days.to_string())
    }
}
impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::same(text)
    }
}
impl From<Category> for Value {
    fn from(category: Category) -> Self {
        Self::same(category.to_string())
    }
}
impl From<Threshold> for Value {
    fn from(limit: Threshold) -> Self {
        let words = term_words(limit);
        Self { plain: words.zh.clone(), words }
    }
}

/// A proposal of a row.
pub(super) fn raise(
    code: ProposalCode,
    row: &Row,
    columns: &[Column],
    values: impl IntoIterator<Item = (&'static str, Value)>,
) -> TableProposal {
    let rule = code.rule();
    let mut params = BTreeMap::new();
    let (mut zh, mut en) = (rule.zh.to_owned(), rule.en.to_owned());
    let mut fill = |name: &str, words: &Text| {
        let place = format!("{{{name}}}");
        zh = zh.replace(&place, &words.zh);
        en = en.replace(&place, words.in_language("en"));
    };
    // Headings and values first: what was typed comes last and is never looked through for places.
    if let Some(column) = columns.first() {
        fill("column", &column_title(row.kind, *column));
    }
    for (name, value) in values {
        if name != "typed" {
            fill(name, &value.words);
        }
        params.insert(name.to_owned(), value.plain);
    }
    if let Some(typed) = params.get("typed") {
        fill("typed", &text((typed, typed)));
    }
    fill("row", &row.name());
    let basis = rule.basis.iter().filter_map(|(law, article, clause)| {
        let clause = clause.map(str::to_owned);
        Some(Basis { law: law.parse().ok()?, article: (*article).to_owned(), clause, mark: Mark::V })
    });
    TableProposal {
        row: row.number,
        columns: columns.to_vec(),
        code,
        nature: rule.nature,
        severity: rule.severity,
        params,
        words: text((&zh, &en)),
        basis: basis.collect(),
        mark: rule.mark,
    }
}
