//! What a row says of law: articles and violations, against the program's library.

use xuncha_core::checklist::{Basis, Mark, Violation};
use xuncha_core::law::LawStatus;
use xuncha_core::library::Library;

use super::super::columns::Column;
use super::super::notation::{Line, lines, read_basis, read_violations};
use super::item::Rows;

impl Rows<'_> {
    pub(super) fn violations(&mut self, row: u32) -> Vec<Violation> {
        let Some(cell) = self.plain(row, Column::Violations) else { return Vec::new() };
        let hint = "laws/violations.yaml lists them, e.g. V11";
        let read = read_violations(&cell).unwrap_or_else(|problem| {
            self.fault(row, Column::Violations, problem, hint);
            Vec::new()
        });
        for violation in &read {
            if !self.library.laws.violations.iter().any(|known| known.code == violation.code) {
                self.fault(row, Column::Violations, format!("the table has no violation {}", violation.code), hint);
            }
        }
        read
    }

    /// Bases that name an article, and what else is said.
    pub(super) fn basis(&mut self, row: u32) -> (Vec<Basis>, Vec<String>) {
        let (mut bases, mut said) = (Vec::new(), Vec::new());
        for line in self.plain(row, Column::Basis).map(|cell| lines(&cell)).unwrap_or_default() {
            if let Some(basis) = read_basis(&line) {
                self.known(row, &basis);
                bases.push(basis);
            } else {
                let (basis, whole) = by_title(&line, self.library);
                bases.extend(basis);
                if !whole {
                    self.plain_basis += 1;
                    said.push(line.words);
                }
            }
        }
        (bases, said)
    }

    /// An article that is named by its code is in the library.
    fn known(&mut self, row: u32, basis: &Basis) {
        let law = self.library.laws.instruments.iter().find(|i| i.code == basis.law);
        let problem = match law {
            None => format!("the library has no {}", basis.law),
            Some(law) if law.status == LawStatus::Superseded => format!("{} is superseded", basis.law),
            Some(law) if !law.articles.iter().any(|a| a.article == basis.article) => {
                format!("the library has no article {} of {}", basis.article, basis.law)
            }
            Some(_) => return,
        };
        self.fault(row, Column::Basis, problem, "laws/ has them; or write the basis in words, e.g. 《…》第十条");
    }
}

/// `《医疗器械监督管理条例》第四十七条（二）` by the library's titles and headings, and whether that says all of it.
fn by_title(line: &Line, library: &Library) -> (Option<Basis>, bool) {
    let found = || {
        let (title, place) = line.words.strip_prefix('《')?.split_once('》')?;
        let end = place.find('条')? + '条'.len_utf8();
        let (heading, clause) = place.split_at_checked(end)?;
        let law = library.laws.instruments.iter().find(|i| {
            i.status != LawStatus::Superseded
                && [i.title.zh.as_str(), i.title.zh.trim_start_matches("中华人民共和国")].contains(&title)
        })?;
        let article = law.articles.iter().find(|a| a.heading == heading)?;
        let clause = clause.trim_end_matches(['。', '；', ';', ' ']);
        let printed = clause.starts_with('（') && article.text.as_ref().is_some_and(|text| text.zh.contains(clause));
        let basis = Basis {
            law: law.code.clone(),
            article: article.article.clone(),
            clause: printed.then(|| clause.to_owned()),
            mark: if line.mark == Some(Mark::D) { Mark::D } else { Mark::M },
        };
        Some((basis, printed || clause.is_empty()))
    };
    found().map_or((None, false), |(basis, whole)| (Some(basis), whole))
}
