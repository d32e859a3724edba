//! The demonstration district: a market-supervision bureau that does not exist, in a city that does not exist.
//!
//! What it is: units, people, firms with licences and earlier findings, and today's tasks, as HQ's API takes them. What it is
//! not: data of anybody. The area code 339902 is not given out; credit codes carry valid check characters over invented
//! bodies; telephone numbers use a block that has no subscribers.
//!
//! Days count from today, so that a demonstration always has something due and something overdue.

mod firms;
mod uscc;

use jiff::{Timestamp, ToSpan as _, tz};
use xuncha_core::event::{InspectionKind, InspectionMode};
use xuncha_hq::api::types::{FirmPut, Role, TaskCreate, UnitCreate, UserCreate};

pub use firms::firms;

/// Name of the bureau.
pub const BUREAU: &str = "临澜市望潮区市场监督管理局";
/// Its area (行政区划), which is not given out.
pub const AREA: &str = "339902";
/// The station most of it happens in.
pub const STATION: &str = "gangbei";
/// Password of every account of the demonstration at HQ.
pub const PASSWORD: &str = "xuncha-demo-2026";
/// Passphrase of the demonstration's phone.
pub const PASSPHRASE: &str = "wangchao-2026";
/// The inspector who carries the phone.
pub const INSPECTOR: &str = "lin.ruoyu";
/// The inspector who goes along.
pub const COMPANION: &str = "chen.zhiyuan";
/// The head of the station.
pub const HEAD: &str = "zhou.minhua";
/// The administrator.
pub const ADMIN: &str = "admin";

/// An account with what a record says of it.
pub struct PersonOf {
    /// Account.
    pub user: &'static str,
    /// Name.
    pub name: &'static str,
    /// Role.
    pub role: Role,
    /// Unit.
    pub unit: &'static str,
    /// Number of the enforcement ID.
    pub certificate: &'static str,
}

/// Everybody but the administrator, whom HQ's command line makes.
pub const PEOPLE: &[PersonOf] = &[
    PersonOf { user: HEAD, name: "周敏华", role: Role::StationHead, unit: STATION, certificate: "浙99-0201-0007" },
    PersonOf {
        user: INSPECTOR, name: "林若雨", role: Role::Inspector, unit: STATION, certificate: "浙99-0201-0042"
    },
    PersonOf {
        user: COMPANION, name: "陈志远", role: Role::Inspector, unit: STATION, certificate: "浙99-0201-0058"
    },
    PersonOf {
        user: "he.qing", name: "何晴", role: Role::Inspector, unit: "nanshan", certificate: "浙99-0202-0011"
    },
];

/// Units below the bureau, parents first: id, name, parent.
pub const UNITS: &[(&str, &str, Option<&str>)] = &[
    ("device-section", "医疗器械监督管理科", None),
    (STATION, "港北市场监督管理所", None),
    ("nanshan", "南山市场监督管理所", None),
];

/// Name of a person of the district by account.
pub fn name_of(user: &str) -> &'static str {
    PEOPLE.iter().find(|person| person.user == user).map_or("系统管理员", |person| person.name)
}

/// Units in the order they can be made.
pub fn units() -> Vec<UnitCreate> {
    let unit = |&(unit, name, parent): &(&str, &str, Option<&str>)| UnitCreate {
        unit: id(unit),
        name: name.to_owned(),
        parent: parent.map(id),
    };
    UNITS.iter().map(unit).collect()
}

/// Accounts.
pub fn people() -> Vec<UserCreate> {
    let account = |person: &PersonOf| UserCreate {
        user: id(person.user),
        name: person.name.to_owned(),
        role: person.role,
        unit: id(person.unit),
        certificate_no: person.certificate.to_owned(),
        password: PASSWORD.to_owned(),
    };
    PEOPLE.iter().map(account).collect()
}

/// Firms as HQ's register takes them.
pub fn register() -> Vec<FirmPut> {
    firms().into_iter().map(|(unit, record)| FirmPut { unit: id(unit), record }).collect()
}

/// Today's tasks; the first one is the demonstration's.
pub fn tasks() -> Vec<TaskCreate> {
    let task = |title: &str, firm: &str, lists: &[&str], due: i64| TaskCreate {
        title: title.to_owned(),
        unit: id(STATION),
        assignees: vec![id(INSPECTOR), id(COMPANION)],
        firm: id(firm),
        kind: InspectionKind::Routine,
        modes: vec![],
        lists: lists.iter().map(|code| id(code)).collect(),
        rule: id("routine"),
        due: Some(day(due)),
        origin: "年度监督检查计划".to_owned(),
        note: String::new(),
        wants: vec![],
    };
    vec![
        TaskCreate {
            kind: InspectionKind::Special,
            modes: vec![InspectionMode::Unannounced],
            origin: "冷链医疗器械专项检查".to_owned(),
            note: "上次检查有温度超限未处置的问题，请核对整改并导出近30日温度记录。".to_owned(),
            ..task("恒康冷链：专项检查及整改复查", "hengkang", &["COLD", "SUP", "ACC"], 1)
        },
        task("临澜一院：设备科与检验科库房", "first-hospital", &["COLD", "ACC"], 3),
        task("明眸眼镜：采购与验收", "mingmou", &["SUP", "ACC"], -2),
        TaskCreate {
            kind: InspectionKind::FollowUp,
            origin: "整改复查".to_owned(),
            ..task("安泰大药房：冷藏柜整改复查", "antai", &["COLD"], 6)
        },
    ]
}

/// The day that lies `days` from today in China, `YYYY-MM-DD`.
pub fn day(days: i64) -> String {
    let china = tz::TimeZone::fixed(tz::offset(8));
    Timestamp::now().to_zoned(china).date().saturating_add(days.days()).to_string()
}

/// An id that is written in this file and so is known to be one.
fn id<T: std::str::FromStr>(text: &str) -> T
where
    T::Err: std::fmt::Display,
{
    text.parse().unwrap_or_else(|error| panic!("{text:?} in the demonstration district: {error}"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_firm_has_a_credit_code_with_a_valid_check_character_and_no_two_share_one() {
        let codes: BTreeSet<_> = firms().into_iter().map(|(_, firm)| firm.uscc).collect();
        assert_eq!(codes.len(), firms().len());
        for code in codes {
            assert_eq!(uscc::with_check(&code[..17]), code);
            assert_eq!(&code[2..8], AREA);
        }
    }

    #[test]
    fn tasks_name_firms_and_people_that_exist() {
        let firms: BTreeSet<_> = firms().into_iter().filter_map(|(_, firm)| firm.id).collect();
        for task in tasks() {
            assert!(firms.contains(&task.firm), "{}", task.title);
            assert!(task.assignees.iter().all(|user| PEOPLE.iter().any(|p| p.user == user.as_str())));
        }
    }

    #[test]
    fn there_is_something_overdue_and_something_open_from_before() {
        assert!(tasks().iter().any(|task| task.due.as_deref().is_some_and(|due| due < day(0).as_str())));
        let open = |firm: &xuncha_core::firm::FirmRecord| {
            firm.findings.iter().any(|finding| finding.state != xuncha_core::firm::FindingState::Closed)
        };
        assert!(firms().iter().any(|(_, firm)| open(firm)));
    }
}
