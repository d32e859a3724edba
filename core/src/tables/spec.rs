//! The columns as data: what a screen draws and what a reader expects.

use serde::{Deserialize, Serialize};

use super::{MAX_CHARS, MAX_ROWS, TableKind};
use crate::checklist::Text;
use crate::identifiers::NumberKind;

/// Every column there is, over all tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum Column {
    /// 产品名称、规格
    Product,
    /// 批号或序列号
    Batch,
    /// 生产日期
    Made,
    /// 效期 as printed
    Expiry,
    /// 有效期至 or 失效日期
    ExpiryWord,
    /// 购货日期
    Ordered,
    /// 到货日期
    Arrived,
    /// 验收日期
    Accepted,
    /// 入库日期
    Stored,
    /// 到货数量
    QuantityReceived,
    /// 验收合格数量
    QuantityAccepted,
    /// 供货者
    Supplier,
    /// 许可证或备案编号
    Licence,
    /// 有效期至 of the licence
    LicenceThrough,
    /// 生产或经营范围
    Scope,
    /// 所购产品注册证或备案编号
    Registration,
    /// 管理类别
    Class,
    /// 分类编码
    Category,
    /// 采购日期
    Bought,
    /// 注册证有效期起
    ValidFrom,
    /// 注册证有效期至
    ValidThrough,
    /// 延续注册有效期起
    RenewedFrom,
    /// 延续注册有效期至
    RenewedThrough,
    /// 数量
    Quantity,
    /// 存放位置
    Place,
    /// 近效期天数 as the firm sets it
    Threshold,
    /// 系统是否已预警
    Warned,
}

/// How much room a column needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum ColumnWidth {
    /// A date, a number, a word.
    Narrow,
    /// A number of a certificate.
    Medium,
    /// A name, a scope.
    Wide,
}

/// What a cell is read as. Whatever is typed stays; the kind decides how it is understood and which keyboard or picker helps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum ColumnInput {
    /// Words.
    Text,
    /// A day, or a month without its day.
    Date,
    /// A quantity, perhaps with its unit.
    Number,
    /// So many days or months.
    Term,
    /// A number that checks itself, of one of these kinds.
    Identifier {
        /// Which may stand there.
        kinds: Vec<NumberKind>,
    },
    /// One of a few words. The cell takes the words in either language or the code.
    Choice {
        /// To pick from.
        choices: Vec<ColumnChoice>,
    },
    /// A category of the catalogue: `14`, `14-01`, `6866`.
    Category,
    /// Categories and classes as a licence prints them.
    Scope,
}

/// A word to pick.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct ColumnChoice {
    /// Stable code.
    pub code: String,
    /// Words; the Chinese ones are what a picker writes into the cell.
    pub title: Text,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct ColumnSpec {
    /// Which.
    pub column: Column,
    /// Its heading.
    pub title: Text,
    /// What it may look like.
    pub example: String,
    /// Words that help to fill it.
    pub hint: Option<Text>,
    /// What a cell is read as.
    pub input: ColumnInput,
    /// Room.
    pub width: ColumnWidth,
    /// The comparison hangs on it.
    pub needed: bool,
}

/// A table as a screen draws it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct TableSpec {
    /// Which.
    pub kind: TableKind,
    /// Its name.
    pub title: Text,
    /// What to copy from where, in a sentence.
    pub hint: Text,
    /// In order; cells of a row stand in this order.
    pub columns: Vec<ColumnSpec>,
    /// Rows at most.
    pub max_rows: u32,
    /// Characters of a cell at most.
    pub max_chars: u32,
}

/// A column as it is declared below.
pub(super) struct Declared {
    pub(super) column: Column,
    zh: &'static str,
    en: &'static str,
    example: &'static str,
    hint: Option<(&'static str, &'static str)>,
    pub(super) input: Input,
    width: ColumnWidth,
    needed: bool,
}

/// [`ColumnInput`] as it is declared below.
#[derive(Clone, Copy)]
pub(super) enum Input {
    Text,
    Date,
    Number,
    Term,
    Identifier(&'static [NumberKind]),
    Choice(&'static [Choice]),
    Category,
    Scope,
}

/// A word to pick: code, Chinese, English, and what else people write for it.
pub(super) type Choice = (&'static str, &'static str, &'static str, &'static [&'static str]);

const EXPIRY_WORDS: &[Choice] = &[
    ("good_through", "有效期至", "good through", &["有效期", "使用期限至", "使用期限", "使用期至", "USE BY"]),
    ("expires", "失效日期", "expires on", &["失效", "失效期", "失效日", "EXP", "EXPIRY"]),
];
const CLASSES: &[Choice] = &[
    ("1", "第一类", "class I", &["一类", "I类", "I", "一", "1类"]),
    ("2", "第二类", "class II", &["二类", "II类", "II", "二", "2类"]),
    ("3", "第三类", "class III", &["三类", "III类", "III", "三", "3类"]),
];
const PLACES: &[Choice] = &[
    (
        "saleable",
        "合格品区",
        "accepted goods",
        &["合格区", "合格品", "合格", "货架", "展示柜", "柜台", "发货区", "拣货区"],
    ),
    ("pending", "待验区", "awaiting acceptance", &["待验", "待检区", "待检", "待处理区"]),
    ("returns", "退货区", "returns", &["退货", "退货品区"]),
    ("rejects", "不合格品区", "reject area", &["不合格区", "不合格品", "不合格", "隔离区", "隔离"]),
];
const YES_NO: &[Choice] = &[
    ("yes", "是", "yes", &["有", "已预警", "已", "Y", "√", "✓"]),
    ("no", "否", "no", &["无", "没有", "未预警", "未", "N", "×", "✗"]),
];

const SUPPLIER_NUMBERS: &[NumberKind] = &[
    NumberKind::DistributionLicence,
    NumberKind::DistributionFiling,
    NumberKind::ProductionLicence,
    NumberKind::ProductionFiling,
];

const fn column(column: Column, zh: &'static str, en: &'static str, example: &'static str, input: Input) -> Declared {
    let width = match input {
        Input::Date | Input::Number | Input::Term | Input::Choice(_) | Input::Category => ColumnWidth::Narrow,
        Input::Identifier(_) | Input::Text => ColumnWidth::Medium,
        Input::Scope => ColumnWidth::Wide,
    };
    Declared { column, zh, en, example, hint: None, input, width, needed: false }
}

impl Declared {
    const fn needed(mut self) -> Self {
        self.needed = true;
        self
    }
    const fn hint(mut self, zh: &'static str, en: &'static str) -> Self {
        self.hint = Some((zh, en));
        self
    }
}

const PRODUCT: Declared = column(Column::Product, "产品", "Product", "一次性使用无菌注射器 5 ml", Input::Text);
const BATCH: Declared = column(Column::Batch, "批号/序列号", "Batch or serial", "A2601B", Input::Text);
const MADE: Declared = column(Column::Made, "生产日期", "Made", "2026-01-15", Input::Date);
const EXPIRY: Declared = column(Column::Expiry, "效期", "Expiry", "2029-01-14", Input::Date)
    .hint("只印到月的，填到月。", "Where only a month is printed, give the month.");
const EXPIRY_WORD: Declared =
    column(Column::ExpiryWord, "效期的写法", "Word for expiry", "有效期至", Input::Choice(EXPIRY_WORDS)).hint(
        "有效期至：当日仍可用；失效日期：当日起不可用。照标签选。",
        "Good through: still good that day. Expires on: no longer good that day. As the label says.",
    );
const REGISTRATION: Declared = column(
    Column::Registration,
    "注册证/备案编号",
    "Registration no.",
    "国械注准20223140988",
    Input::Identifier(NumberKind::GOODS),
);

/// Columns are only ever added at the end: rows that were signed are read by position.
static RECORD_DATES: &[Declared] = &[
    PRODUCT,
    BATCH,
    MADE,
    EXPIRY,
    EXPIRY_WORD,
    column(Column::Ordered, "购货日期", "Purchased", "2026-03-01", Input::Date),
    column(Column::Arrived, "到货日期", "Arrived", "2026-03-05", Input::Date).needed(),
    column(Column::Accepted, "验收日期", "Accepted", "2026-03-05", Input::Date).needed(),
    column(Column::Stored, "入库日期", "Put in store", "2026-03-06", Input::Date),
    column(Column::QuantityReceived, "到货数量", "Received", "200 盒", Input::Number),
    column(Column::QuantityAccepted, "合格数量", "Passed", "198 盒", Input::Number),
];

static SUPPLIER_SCOPE: &[Declared] = &[
    column(Column::Supplier, "供货者", "Supplier", "海宁康达医疗器械有限公司", Input::Text),
    column(
        Column::Licence,
        "许可证/备案编号",
        "Licence or filing no.",
        "沪嘉食药监械经营许20187006号",
        Input::Identifier(SUPPLIER_NUMBERS),
    )
    .needed(),
    column(Column::LicenceThrough, "有效期至", "Valid through", "2028-06-30", Input::Date)
        .hint("备案凭证没有有效期，留空。", "A filing has no end: leave it empty."),
    column(Column::Scope, "生产/经营范围", "Scope", "Ⅲ类：6815、6866；14注输、护理和防护器械", Input::Scope)
        .hint("照证抄写类别和分类编码。", "Copy classes and category codes as printed."),
    REGISTRATION.hint("填了编号，类别和分类编码可不填。", "With the number, class and category need not be typed."),
    column(Column::Class, "管理类别", "Class", "第三类", Input::Choice(CLASSES)),
    column(Column::Category, "分类编码", "Category", "14", Input::Category),
    column(Column::Bought, "采购日期", "Bought", "2026-03-01", Input::Date),
];

static REGISTRATION_PERIOD: &[Declared] = &[
    PRODUCT,
    REGISTRATION.needed(),
    column(Column::ValidFrom, "有效期起", "Valid from", "2018-03-05", Input::Date)
        .hint("首次注册填批准日期。", "For the first certificate the day of approval."),
    column(Column::ValidThrough, "有效期至", "Valid through", "2023-03-04", Input::Date).needed(),
    column(Column::RenewedFrom, "延续起", "Renewed from", "2023-03-05", Input::Date)
        .hint("还有更早或更晚的一次延续，另起一行填同一编号。", "For one more renewal add a row with the same number."),
    column(Column::RenewedThrough, "延续至", "Renewed through", "2028-03-04", Input::Date),
    BATCH,
    MADE.needed(),
];

static NEAR_EXPIRY: &[Declared] = &[
    PRODUCT,
    BATCH,
    EXPIRY.needed(),
    EXPIRY_WORD,
    column(Column::Quantity, "数量", "Quantity", "12 盒", Input::Number),
    column(Column::Place, "存放位置", "Where it lies", "合格品区", Input::Choice(PLACES)).needed(),
    column(Column::Threshold, "近效期标准", "Near-expiry limit", "6个月", Input::Term).hint(
        "企业制度规定的天数或月数；只填一行，全表通用。",
        "As the firm's rules set it. Given in one row it holds for all.",
    ),
    column(Column::Warned, "系统已预警", "Warned by the system", "是", Input::Choice(YES_NO)),
];

pub(super) fn columns(kind: TableKind) -> &'static [Declared] {
    match kind {
        TableKind::RecordDates => RECORD_DATES,
        TableKind::SupplierScope => SUPPLIER_SCOPE,
        TableKind::RegistrationPeriod => REGISTRATION_PERIOD,
        TableKind::NearExpiry => NEAR_EXPIRY,
    }
}

/// A word to pick, in Chinese and English.
pub(super) fn choice_words(kind: TableKind, column: Column, code: &str) -> (&'static str, &'static str) {
    let declared = columns(kind).iter().find(|c| c.column == column);
    let choices = declared.map(|c| c.input).and_then(|input| match input {
        Input::Choice(choices) => Some(choices),
        _ => None,
    });
    let choice = choices.unwrap_or_default().iter().find(|(known, ..)| *known == code);
    choice.map_or(("", ""), |(_, zh, en, _)| (zh, en))
}

/// The heading of a column.
pub(super) fn column_title(kind: TableKind, column: Column) -> Text {
    let declared = columns(kind).iter().find(|c| c.column == column);
    declared.map_or_else(|| text(("", "")), |c| text((c.zh, c.en)))
}

/// Name and hint of a table.
fn words(kind: TableKind) -> ((&'static str, &'static str), (&'static str, &'static str)) {
    match kind {
        TableKind::RecordDates => (
            ("进货查验记录日期核对", "Dates of purchase records"),
            (
                "从进货查验、验收、入库记录抄写；疑点只是线索，须取得原始单据。",
                "Copied from the records. A doubt is a lead: it takes the original paper.",
            ),
        ),
        TableKind::SupplierScope => (
            ("供货者资质核对", "Suppliers' licences and scope"),
            (
                "每一供货者、每一所购产品一行，照证照抄写。",
                "One row for each supplier and product, copied from the papers.",
            ),
        ),
        TableKind::RegistrationPeriod => (
            ("生产日期与注册证核对", "Day of manufacture against the registration"),
            (
                "每批一行；看的是生产日期是否在证的有效期内，证现在过期不等于产品非法。",
                "One row a batch. What counts is whether it was made while the certificate ran, not whether it runs now.",
            ),
        ),
        TableKind::NearExpiry => (
            ("效期核对", "Expiry of stock"),
            (
                "每批、每个位置一行，读最小销售单元上的效期。",
                "One row for each batch and place; read the smallest pack.",
            ),
        ),
    }
}

pub(super) fn text((zh, en): (&str, &str)) -> Text {
    Text { zh: zh.to_owned(), other: [("en".to_owned(), en.to_owned())].into() }
}

impl Declared {
    fn spec(&self) -> ColumnSpec {
        let input = match self.input {
            Input::Text => ColumnInput::Text,
            Input::Date => ColumnInput::Date,
            Input::Number => ColumnInput::Number,
            Input::Term => ColumnInput::Term,
            Input::Identifier(kinds) => ColumnInput::Identifier { kinds: kinds.to_vec() },
            Input::Choice(choices) => {
                let choice =
                    |(code, zh, en, _): &Choice| ColumnChoice { code: (*code).to_owned(), title: text((zh, en)) };
                ColumnInput::Choice { choices: choices.iter().map(choice).collect() }
            }
            Input::Category => ColumnInput::Category,
            Input::Scope => ColumnInput::Scope,
        };
        ColumnSpec {
            column: self.column,
            title: text((self.zh, self.en)),
            example: self.example.to_owned(),
            hint: self.hint.map(text),
            input,
            width: self.width,
            needed: self.needed,
        }
    }
}

impl TableKind {
    /// What a screen draws.
    pub fn spec(self) -> TableSpec {
        let (title, hint) = words(self);
        TableSpec {
            kind: self,
            title: text(title),
            hint: text(hint),
            columns: columns(self).iter().map(Declared::spec).collect(),
            max_rows: u32::try_from(MAX_ROWS).unwrap_or(u32::MAX),
            max_chars: u32::try_from(MAX_CHARS).unwrap_or(u32::MAX),
        }
    }
}
