//! What the parts of a number must or should have to do with each other.

use super::Context;
use super::number::{Issuer, NumberKind, NumberParts, Origin, Province};
use super::pattern::{Field, Form};
use super::reason::{Fit, Reason, ReasonCode};

/// The first year whose registrations certainly carry categories of the 2017 catalogue (in force since 2018-08-01).
const CATALOGUE_2017: u16 = 2019;

/// Parts out of what fills the form, with what is odd about them. `None` where a year or issuer makes no sense at all.
pub(super) fn judge(
    form: &Form,
    filled: &[(Field, char)],
    context: &Context,
    reasons: &mut Vec<Reason>,
) -> Option<NumberParts> {
    let text = |field| filled.iter().filter(|(f, _)| *f == field).map(|(_, c)| *c).collect::<String>();
    let city = text(Field::City);
    let province = Province::read(text(Field::Province).chars().next()?)?;
    let issuer = Issuer { province, city: (!city.is_empty()).then_some(city) };
    let year = year(form, &text(Field::Year), context, reasons)?;
    let serial = text(Field::Serial);
    use NumberKind as K;
    Some(match form.kind {
        K::Registration | K::OldRegistration => {
            let origin = text(Field::Origin).chars().next().and_then(Origin::read)?;
            let class = text(Field::Class).parse().ok()?;
            let category = text(Field::Category);
            let catalogue_2017 = year >= CATALOGUE_2017;
            if form.kind == K::Registration {
                registered(province, origin, class, reasons);
            } else {
                reasons.push(Reason::new(ReasonCode::OldScheme, Fit::Doubt).with("year", year));
                class_is_one_of(class, &[1, 2, 3], reasons);
            }
            if catalogue_2017 && !is_category(&category) {
                reasons.push(Reason::new(ReasonCode::Category, Fit::Doubt).with("category", &category));
            }
            class_of_goods(class, context, reasons);
            NumberParts::Registration { issuer, origin, year, class, category, catalogue_2017, serial }
        }
        K::ClassOneFiling => {
            // 无相应设区的市级行政区域时，仅为省、自治区、直辖市的简称 (总局令第47号 §116).
            if province != Province::NATIONAL && !province.is_municipality() {
                city_stands(&issuer, reasons);
            }
            class_of_goods(1, context, reasons);
            NumberParts::ClassOneFiling { issuer, year, serial }
        }
        K::DistributionLicence | K::DistributionFiling | K::ProductionLicence | K::ProductionFiling => {
            match (&issuer.city, form.kind) {
                (Some(city), K::ProductionLicence) => {
                    reasons.push(Reason::new(ReasonCode::CityUnexpected, Fit::Doubt).with("city", city));
                }
                (None, K::ProductionLicence) => {}
                _ => city_stands(&issuer, reasons),
            }
            NumberParts::Permit { issuer, food_and_drug: !text(Field::FoodAndDrug).is_empty(), year, serial }
        }
        K::InformationCertificate => {
            let commercial = text(Field::NotCommercial).is_empty();
            NumberParts::InformationCertificate { issuer, commercial, year, serial }
        }
        // A credit code has no form here.
        K::OnlineSalesFiling | K::OnlinePlatformFiling | K::InformationFiling | K::CreditCode => {
            NumberParts::OnlineFiling { issuer, year, serial }
        }
    })
}

fn year(form: &Form, text: &str, context: &Context, reasons: &mut Vec<Reason>) -> Option<u16> {
    let year: u16 = text.parse().ok()?;
    if !(1990..2100).contains(&year) {
        reasons.push(Reason::new(ReasonCode::Year, Fit::Unfit).with("year", text));
        return None;
    }
    if let Some(today) = context.today
        && i32::from(year) > i32::from(today.year())
    {
        reasons.push(Reason::new(ReasonCode::YearFuture, Fit::Doubt).with("year", year).with("today", today));
    } else if year < form.since || form.until.is_some_and(|until| year > until) {
        let mut reason = Reason::new(ReasonCode::YearUnusual, Fit::Doubt).with("year", year).with("since", form.since);
        if let Some(until) = form.until {
            reason = reason.with("until", until);
        }
        reasons.push(reason);
    }
    Some(year)
}

/// 国 registers class 3 of the mainland and classes 2 and 3 of imported goods; a province class 2 of the mainland.
fn registered(province: Province, origin: Origin, class: u8, reasons: &mut Vec<Reason>) {
    let national = province == Province::NATIONAL;
    if !national && origin != Origin::Domestic {
        let found = if origin == Origin::Imported { '进' } else { '许' };
        reasons.push(Reason::new(ReasonCode::Origin, Fit::Unfit).with("found", found));
    }
    let classes: &[u8] = match (national, origin) {
        (true, Origin::Domestic) => &[3],
        (true, _) => &[2, 3],
        (false, _) => &[2],
    };
    class_is_one_of(class, classes, reasons);
}

fn class_is_one_of(class: u8, classes: &[u8], reasons: &mut Vec<Reason>) {
    if !classes.contains(&class) {
        let expected = classes.iter().map(u8::to_string).collect::<Vec<_>>().join(" ");
        reasons.push(Reason::new(ReasonCode::Class, Fit::Unfit).with("class", class).with("expected", expected));
    }
}

/// 高类低批: goods that are plainly of a higher class than their number.
fn class_of_goods(class: u8, context: &Context, reasons: &mut Vec<Reason>) {
    if let Some(expected) = context.class
        && expected != class
    {
        let reason = Reason::new(ReasonCode::ClassDiffers, Fit::Doubt);
        reasons.push(reason.with("class", class).with("expected", expected));
    }
}

/// A city or a municipality's district issues these.
fn city_stands(issuer: &Issuer, reasons: &mut Vec<Reason>) {
    if issuer.city.is_none() {
        let province = issuer.province.short();
        reasons.push(Reason::new(ReasonCode::CityMissing, Fit::Doubt).with("province", province));
    }
}

/// Categories of the 2017 catalogue, and 40 for in-vitro diagnostic reagents. From memory.
fn is_category(two: &str) -> bool {
    two.parse::<u8>().is_ok_and(|n| (1..=22).contains(&n) || n == 40)
}
