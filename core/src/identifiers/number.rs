use serde::{Deserialize, Serialize};

/// Kinds of numbers that can be told by their form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum NumberKind {
    /// 统一社会信用代码, GB 32100-2015.
    CreditCode,
    /// 医疗器械注册证编号 since October 2014.
    Registration,
    /// 医疗器械注册证编号 before October 2014.
    OldRegistration,
    /// 第一类医疗器械备案编号.
    ClassOneFiling,
    /// 医疗器械经营许可证编号.
    DistributionLicence,
    /// 第二类医疗器械经营备案编号.
    DistributionFiling,
    /// 医疗器械生产许可证编号.
    ProductionLicence,
    /// 第一类医疗器械生产备案编号.
    ProductionFiling,
    /// 医疗器械网络销售备案 of a firm.
    OnlineSalesFiling,
    /// 医疗器械网络交易服务第三方平台备案.
    OnlinePlatformFiling,
    /// 互联网药品信息服务资格证书.
    InformationCertificate,
    /// 药品医疗器械网络信息服务备案.
    InformationFiling,
}

impl NumberKind {
    /// What may stand on goods: registration of either scheme, filing of class I.
    pub const GOODS: &[Self] = &[Self::Registration, Self::OldRegistration, Self::ClassOneFiling];
    /// What a distributor shows.
    pub const DISTRIBUTION: &[Self] = &[Self::DistributionLicence, Self::DistributionFiling];
    /// What a manufacturer shows.
    pub const PRODUCTION: &[Self] = &[Self::ProductionLicence, Self::ProductionFiling];
    /// What must be on a page that sells or informs.
    pub const ONLINE: &[Self] =
        &[Self::OnlineSalesFiling, Self::OnlinePlatformFiling, Self::InformationCertificate, Self::InformationFiling];
}

/// The character a province, 国 or 兵 (新疆生产建设兵团) has in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ts_rs::TS)]
#[serde(transparent)]
#[ts(type = "string")]
pub struct Province(char);

impl Province {
    /// The national authority.
    pub const NATIONAL: Self = Self('国');

    pub(super) fn read(c: char) -> Option<Self> {
        (c == '国' || PROVINCES.iter().any(|(short, _)| *short == c)).then_some(Self(c))
    }
    /// The character.
    pub fn short(self) -> char {
        self.0
    }
    /// First two digits of the administrative division (GB/T 2260); none for 国.
    pub fn division(self) -> Option<&'static str> {
        PROVINCES.iter().find(|(short, _)| *short == self.0).map(|(_, division)| *division)
    }
    /// 北京, 天津, 上海, 重庆: their districts stand where other numbers have a city.
    pub fn is_municipality(self) -> bool {
        matches!(self.0, '京' | '津' | '沪' | '渝')
    }
}

/// Whether a province's administrative divisions begin with these two digits. 10 is the national registration authority.
pub(super) fn is_division(two: &str) -> bool {
    matches!(two, "10" | "71" | "81" | "82") || PROVINCES.iter().any(|(_, division)| *division == two)
}

/// 贵/黔 and 云/滇 are both in use for Guizhou and Yunnan.
const PROVINCES: [(char, &str); 34] = [
    ('京', "11"),
    ('津', "12"),
    ('冀', "13"),
    ('晋', "14"),
    ('蒙', "15"),
    ('辽', "21"),
    ('吉', "22"),
    ('黑', "23"),
    ('沪', "31"),
    ('苏', "32"),
    ('浙', "33"),
    ('皖', "34"),
    ('闽', "35"),
    ('赣', "36"),
    ('鲁', "37"),
    ('豫', "41"),
    ('鄂', "42"),
    ('湘', "43"),
    ('粤', "44"),
    ('桂', "45"),
    ('琼', "46"),
    ('渝', "50"),
    ('川', "51"),
    ('贵', "52"),
    ('黔', "52"),
    ('云', "53"),
    ('滇', "53"),
    ('藏', "54"),
    ('陕', "61"),
    ('甘', "62"),
    ('青', "63"),
    ('宁', "64"),
    ('新', "65"),
    ('兵', "66"),
];

/// Who gave the number out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Issuer {
    /// Province, 国 or 兵.
    pub province: Province,
    /// Short name of the city or district, one to three characters, where there is one.
    pub city: Option<String>,
}

/// Where goods come from: the character after 注 or in the brackets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// 准: made in the mainland.
    Domestic,
    /// 进: imported.
    Imported,
    /// 许: from Hong Kong, Macao or Taiwan.
    HongKongMacaoTaiwan,
}

impl Origin {
    pub(super) fn read(c: char) -> Option<Self> {
        match c {
            '准' => Some(Self::Domestic),
            '进' => Some(Self::Imported),
            '许' => Some(Self::HongKongMacaoTaiwan),
            _ => None,
        }
    }
}

/// The parts of a number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum NumberParts {
    /// GB 32100.
    CreditCode {
        /// 登记管理部门: 9 market regulation, 1 public institutions, 5 civil affairs.
        authority: char,
        /// 机构类别 within that authority.
        category: char,
        /// 行政区划, six digits.
        region: String,
        /// 主体标识 (organisation code), nine characters, the last its own check character.
        organisation: String,
        /// 校验码.
        check: char,
    },
    /// 注册证编号 of either scheme.
    Registration {
        /// 国 or a province.
        issuer: Issuer,
        /// 准, 进 or 许.
        origin: Origin,
        /// Of the first registration.
        year: u16,
        /// 1 (only before 2014), 2 or 3.
        class: u8,
        /// Two digits: the category of the catalogue.
        category: String,
        /// The category is certainly one of the 2017 catalogue. Numbers of 2018 and before carry 68xx codes' last digits.
        catalogue_2017: bool,
        /// Serial number of the first registration.
        serial: String,
    },
    /// 第一类备案编号.
    ClassOneFiling {
        /// 国 for imported goods.
        issuer: Issuer,
        /// Of the filing.
        year: u16,
        /// Four or five digits.
        serial: String,
    },
    /// 经营/生产 许/备.
    Permit {
        /// Province and city.
        issuer: Issuer,
        /// 食药监械: given out while food and drugs were one authority.
        food_and_drug: bool,
        /// First issue.
        year: u16,
        /// Four characters.
        serial: String,
    },
    /// 网械企备字, 网械平台备字, 网药械信息备字.
    OnlineFiling {
        /// Province and city.
        issuer: Issuer,
        /// Of the filing.
        year: u16,
        /// Five digits.
        serial: String,
    },
    /// 互联网药品信息服务资格证书.
    InformationCertificate {
        /// The province.
        issuer: Issuer,
        /// 经营性 or 非经营性.
        commercial: bool,
        /// First issue.
        year: u16,
        /// Four digits.
        serial: String,
    },
}
