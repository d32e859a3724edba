use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use rust_xlsxwriter::{Format, Formula, Workbook, Worksheet};
use tempfile::TempDir;
use xuncha_core::checklist::{Checklist, Mark, Method, Severity};
use xuncha_core::library::Library;
use zip::write::SimpleFileOptions;

use super::super::export::workbook;
use super::*;

fn library() -> &'static Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY.get_or_init(|| packs::embedded().unwrap())
}

/// A file in a folder that is gone with the test.
struct File {
    _dir: TempDir,
    path: PathBuf,
}

impl File {
    fn of(bytes: &[u8]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("list.xlsx");
        std::fs::write(&path, bytes).unwrap();
        Self { _dir: dir, path }
    }
    /// Sheets, each with its rows; `""` is no cell.
    fn with(sheets: &[(&str, &[&[&str]])], more: impl FnOnce(&mut Worksheet)) -> Self {
        let mut book = Workbook::new();
        for (name, rows) in sheets {
            let sheet = book.add_worksheet();
            sheet.set_name(*name).unwrap();
            for (row, cells) in (0..).zip(*rows) {
                for (column, cell) in (0..).zip(*cells).filter(|(_, cell)| !cell.is_empty()) {
                    sheet.write_string(row, column, *cell).unwrap();
                }
            }
        }
        more(book.worksheet_from_index(0).unwrap());
        Self::of(&book.save_to_buffer().unwrap())
    }
    fn rows(rows: &[&[&str]]) -> Self {
        Self::with(&[("BJ1", rows)], |_| {})
    }
    fn read(&self, ask: impl FnOnce(&mut Import)) -> Result<Taken, Vec<SheetFault>> {
        read(&self.path, ask)
    }
    fn taken(&self) -> Taken {
        self.read(|_| {}).unwrap_or_else(|faults| panic!("{faults:#?}"))
    }
}

fn read(path: &Path, ask: impl FnOnce(&mut Import)) -> Result<Taken, Vec<SheetFault>> {
    let file = path.to_owned();
    let (sheet, out, map, code, list_version) = (None, None, Vec::new(), None, None);
    let mut import = Import { file, sheet, out, map, code, list_version, replace: false };
    ask(&mut import);
    import.read(library())
}

const HEAD: &[&str] = &["编号", "检查内容", "检查方法", "依据"];
const GOOD: &[&str] = &["1", "有制度。", "查文件。", "GSP§44（二）"];

/// The same list as a sheet may claim it: nothing is verified.
fn demoted(list: &Checklist) -> Checklist {
    let mut list = list.clone();
    let down = |mark: &mut Mark| *mark = if *mark == Mark::V { Mark::M } else { *mark };
    for item in list.sections.iter_mut().flat_map(|s| &mut s.items) {
        down(&mut item.key.mark);
        item.basis.iter_mut().for_each(|b| down(&mut b.mark));
        item.violations.iter_mut().for_each(|v| down(&mut v.mark));
        item.evidence.iter_mut().for_each(|e| down(&mut e.mark));
        item.findings.iter_mut().for_each(|f| down(&mut f.mark));
    }
    list.sections.retain(|s| !s.items.is_empty());
    list
}

#[test]
fn every_list_that_was_exported_is_imported_as_it_was_but_for_what_only_a_reader_can_verify() {
    for list in &library().lists {
        let again = File::of(&workbook(list).unwrap()).taken().list;
        assert_eq!(again, demoted(list), "{}", list.code);
        assert!(again.items().all(|i| i.basis.iter().all(|b| b.mark != Mark::V)), "{}", list.code);
        let yaml = yaml(&again).unwrap();
        assert_eq!(checklist::parse("again.yaml", &yaml).unwrap(), again, "{}", list.code);
    }
    assert!(library().lists.len() >= 24);
}

#[test]
fn a_bureaus_own_sheet_becomes_a_list_that_the_check_takes() {
    let rows: &[&[&str]] = &[
        &["某市医疗器械经营企业检查表"],
        &["序号", "检查项目", "检查内容（必填）", "检查要求", "检查依据", "是否关键项", "备注", "取证要求"],
        &[
            "1",
            "一、资质",
            "＝持有许可证。",
            "查原件。\n符合：在有效期内。",
            "《医疗器械监督管理条例》第四十七条",
            "是",
            "x",
            "现场照片",
        ],
        &[
            "※2.5.1",
            "",
            "-库房整洁。",
            "看。",
            "GSP§44（二）\n市局文件〔2025〕3号",
            "否",
            "",
            "照片 2 不符合时 全景1张",
        ],
        &["３", "二、人员", "培训有记录。", "查、问。", "GSP§44（二）", "", "", ""],
    ];
    let merge = |sheet: &mut Worksheet| {
        sheet.merge_range(0, 0, 0, 7, "某市医疗器械经营企业检查表", &Format::new()).unwrap();
    };
    let taken = File::with(&[("BJ1", rows)], merge).taken();
    let list = &taken.list;
    assert_eq!(
        (list.code.as_str(), list.version.as_str(), list.title.zh.as_str()),
        ("BJ1", "1", "某市医疗器械经营企业检查表")
    );
    let sections: Vec<_> = list.sections.iter().map(|s| (s.title.zh.as_str(), s.items.len())).collect();
    assert_eq!(sections, [("一、资质", 2), ("二、人员", 1)]);
    let items: Vec<_> = list.items().collect();
    assert_eq!(items.iter().map(|i| i.code.as_str()).collect::<Vec<_>>(), ["BJ1-01", "BJ1-2.5.1", "BJ1-03"]);
    assert_eq!(
        items.iter().map(|i| i.key.value).collect::<Vec<_>>(),
        [true, true, false],
        "a star counts as well as a word"
    );
    assert_eq!(items[0].text.zh, "＝持有许可证。");
    assert_eq!(items[0].how.zh, "查原件。\n符合：在有效期内。\n证据：现场照片", "words that are no rule are not lost");
    let basis = &items[0].basis[0];
    assert_eq!((basis.law.as_str(), basis.article.as_str(), basis.mark), ("T739", "47", Mark::M));
    assert_eq!(items[1].grounds.as_ref().unwrap().zh, "市局文件〔2025〕3号");
    assert_eq!((items[1].evidence.len(), items[1].evidence[0].min, items[1].evidence[0].mark), (1, 2, Mark::D));
    assert_eq!(
        (&items[2].methods[..], items[2].severity),
        (&[Method::Observe, Method::Documents][..], Severity::Minor)
    );
    assert!(taken.notes.iter().any(|n| n.contains("备注 (G)")), "{:?}", taken.notes);
    let own = Own::from_files(vec![("lists/BJ1.yaml".into(), yaml(list).unwrap())]);
    assert_eq!(own.unwrap().lists, std::slice::from_ref(&list.code));
}

#[test]
fn without_numbers_of_their_own_items_take_the_clause_or_their_order() {
    let clause = File::rows(&[&["条款号", "检查内容", "检查方法", "依据"], &["※2.1", "甲", "看", "某文件"]]).taken();
    let item = clause.list.items().next().unwrap();
    assert_eq!((item.code.as_str(), item.official_code.as_deref(), item.key.value), ("BJ1-2.1", Some("※2.1"), true));
    let order = File::rows(&[&HEAD[1..], &["甲", "看", "某文件"], &["乙", "看", "某文件"]]).taken();
    assert_eq!(order.list.items().map(|i| i.code.to_string()).collect::<Vec<_>>(), ["BJ1-01", "BJ1-02"]);
    assert!(order.notes.iter().any(|n| n.contains("numbered by their order")));
}

#[test]
fn a_header_nobody_knows_is_named_on_the_command_line() {
    let file = File::rows(&[&["号", "查什么", "怎么查", "凭什么"], GOOD]);
    let unknown = file.read(|_| {}).err().unwrap();
    assert!(unknown[0].hint.contains("检查内容"), "{unknown:?}");
    let map = |pairs: &[&str]| pairs.iter().map(|pair| mapped(pair).unwrap()).collect::<Vec<_>>();
    let taken = file.read(|i| i.map = map(&["号=code", "查什么=text", "怎么查=how", "凭什么=basis"])).ok().unwrap();
    assert_eq!(taken.list.items().next().unwrap().basis[0].law.as_str(), "GSP");
    let absent = file.read(|i| i.map = map(&["没有=code", "查什么=text", "怎么查=how", "凭什么=basis"])).err().unwrap();
    assert!(absent[0].problem.contains("没有") && absent[0].row == Some(1), "{absent:?}");
    assert!(mapped("号=nothing").unwrap_err().contains("official_code"));
    assert!(mapped("号").is_err());
}

/// Where a fault is, as a spreadsheet names it.
fn place(fault: &SheetFault) -> String {
    let row = fault.row.map(|row| row.to_string()).unwrap_or_default();
    format!("{}!{}{row}", fault.sheet.as_deref().unwrap_or_default(), fault.column.as_deref().unwrap_or_default())
}

fn refused(file: &File) -> Vec<SheetFault> {
    let faults = file.read(|_| {}).err().expect("this must be refused");
    for fault in &faults {
        assert!(!fault.hint.is_empty() && fault.file.ends_with("list.xlsx"), "{fault:?}");
    }
    faults
}

#[test]
fn a_fault_names_sheet_row_and_column() {
    let head = HEAD;
    let cases: &[(&[&[&str]], &str, &str)] = &[
        (&[head, GOOD, GOOD], "BJ1!A3", "stands twice, first in A2"),
        (&[head, &["BJ1-01", "甲", "看", "某文件"], GOOD], "BJ1!A3", "stands twice"),
        (&[head, GOOD, &[], &["2", "甲", "看", "某文件"]], "BJ1!3", "empty row"),
        (&[head, GOOD, &[], &[], &[], &["2", "甲", "看", "某文件"]], "BJ1!3", "rows 3 to 5"),
        (&[head, &["1", "", "看", "某文件"]], "BJ1!B2", "检查内容 text is empty"),
        (&[head, &["1", "甲", "", "某文件"]], "BJ1!C2", "检查方法 how is empty"),
        (&[head, &["1", "甲", "看", ""]], "BJ1!D2", "rests on"),
        (&[head, &["1", "甲", "看", "GSP§444"]], "BJ1!D2", "no article 444 of GSP"),
        (&[head, &["1", "甲", "看", "NOLAW§1"]], "BJ1!D2", "no NOLAW"),
        (&[head, &["甲/乙", "甲", "看", "某文件"]], "BJ1!A2", "cannot be an item's code"),
        (&[&["编号", "检查内容", "检查方法"], &["1", "甲", "看"]], "BJ1!2", "rests on"),
        (&[&["编号", "检查内容", "依据"], &["1", "甲", "某文件"]], "BJ1!1", "no column 检查方法 how"),
        (&[&["编号", "检查内容", "检查方法", "依据", "法律依据"], GOOD], "BJ1!E1", "as column D does"),
        (&[head], "BJ1!", "no row under the header"),
    ];
    for (rows, at, problem) in cases {
        let faults = refused(&File::rows(rows));
        assert_eq!((faults.len(), place(&faults[0]).as_str()), (1, *at), "{faults:?}");
        assert!(faults[0].problem.contains(problem), "{faults:?}");
    }
    let columns = ["违法行为", "严重程度", "关键项", "检查手段", "适用条件", "抽样数", "同项", "监管侧", "表格"];
    let wrong = ["V9999", "可怕", "大概", "闻", "subject.kind =", "三", "SUP 01", "也许", "none"];
    let row: Vec<&str> = GOOD.iter().copied().chain(wrong).collect();
    let head: Vec<&str> = HEAD.iter().copied().chain(columns).collect();
    let faults = refused(&File::rows(&[&head, &row]));
    let mut places: Vec<String> = faults.iter().map(place).collect();
    places.sort();
    let all: Vec<String> = ('E'..='M').map(|c| format!("BJ1!{c}2")).collect();
    assert_eq!(places, all, "all faults of a row are told at once: {faults:#?}");
}

#[test]
fn merged_cells_formulas_and_days_are_refused_where_they_are() {
    let rows: &[&[&str]] = &[HEAD, GOOD, &["2", "甲", "看", "某文件"]];
    let plain = Format::new();
    let day = Format::new().set_num_format("yyyy-mm-dd");
    type Change<'a> = Box<dyn FnOnce(&mut Worksheet) + 'a>;
    let cases: Vec<(&str, &str, Change<'_>)> = vec![
        (
            "BJ1!D2",
            "D2 to D3 are merged",
            Box::new(|s| {
                s.merge_range(1, 3, 2, 3, "某文件", &plain).unwrap();
            }),
        ),
        (
            "BJ1!C3",
            "#REF!",
            Box::new(|s| {
                s.write_formula(2, 2, Formula::new("=Z9").set_result("#REF!")).unwrap();
            }),
        ),
        (
            "BJ1!A3",
            "a day",
            Box::new(|s| {
                s.write_number_with_format(2, 0, 46_000.0, &day).unwrap();
            }),
        ),
    ];
    for (at, problem, change) in cases {
        let faults = refused(&File::with(&[("BJ1", rows)], change));
        assert_eq!((faults.len(), place(&faults[0]).as_str()), (1, at), "{faults:?}");
        assert!(faults[0].problem.contains(problem), "{faults:?}");
    }
    for nothing in ["", "<v></v>", "<v/>"] {
        let formula = |s: &mut Worksheet| {
            s.write_formula(1, 1, Formula::new("=A2&\"x\"").set_result("7777")).unwrap();
        };
        let file = File::with(&[("BJ1", rows)], formula);
        let faults = refused(&rewritten(&file, "<v>7777</v>", nothing));
        assert_eq!((faults.len(), place(&faults[0]).as_str()), (1, "BJ1!B2"), "{faults:?}");
        assert!(faults[0].problem.contains("formula without a value: =A2&\"x\""), "{faults:?}");
    }
    let computed = |s: &mut Worksheet| {
        s.write_formula(1, 1, Formula::new("=A9").set_result("算好了")).unwrap();
    };
    let taken = File::with(&[("BJ1", rows)], computed).taken();
    assert_eq!(taken.list.items().next().unwrap().text.zh, "算好了", "a value somebody computed counts");
}

#[test]
fn the_sheet_is_named_where_more_than_one_may_be_meant() {
    let good: &[&[&str]] = &[HEAD, GOOD];
    let other: &[&[&str]] = &[&["说明"], &["无"]];
    let one = File::with(&[("说明", other), ("BJ1", good)], |_| {});
    assert_eq!(one.taken().list.code.as_str(), "BJ1");
    let wrong = one.read(|i| i.sheet = Some("表一".into())).err().unwrap();
    assert!(wrong[0].problem.contains("表一") && wrong[0].hint.contains("说明, BJ1"), "{wrong:?}");
    let unfit = one.read(|i| i.sheet = Some("说明".into())).err().unwrap();
    assert_eq!(unfit[0].sheet.as_deref(), Some("说明"));
    let two = File::with(&[("BJ1", good), ("BJ2", good)], |_| {});
    assert!(refused(&two)[0].hint.contains("--sheet: BJ1, BJ2"));
    assert_eq!(two.read(|i| i.sheet = Some("BJ2".into())).ok().unwrap().list.code.as_str(), "BJ2");
    let nameless = File::with(&[("检查表", good)], |_| {});
    assert!(refused(&nameless)[0].hint.contains("--code"));
    let named = nameless.read(|i| (i.code, i.list_version) = (Some("HZ1".parse().unwrap()), Some("2026.3".into())));
    let list = named.ok().unwrap().list;
    assert_eq!(
        (list.code.as_str(), list.version.as_str(), list.items().next().unwrap().code.as_str()),
        ("HZ1", "2026.3", "HZ1-01")
    );
}

/// The file with other words in its sheets' XML, as a program that does not compute would have written it.
fn rewritten(file: &File, from: &str, to: &str) -> File {
    let mut zip = zip::ZipArchive::new(std::fs::File::open(&file.path).unwrap()).unwrap();
    let mut parts = Vec::new();
    for n in 0..zip.len() {
        let mut part = zip.by_index(n).unwrap();
        let mut text = String::new();
        part.read_to_string(&mut text).unwrap();
        parts.push((part.name().unwrap().into_owned(), text.replace(from, to).into_bytes()));
    }
    File::of(&archive(&parts.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect::<Vec<_>>()))
}

/// An archive with these parts.
fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(*name, SimpleFileOptions::default().compression_level(Some(1))).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn what_is_no_workbook_is_refused_before_it_is_read() {
    let good = std::fs::read(&File::rows(&[HEAD, GOOD]).path).unwrap();
    let many: Vec<(String, &[u8])> = (0..1_200).map(|n| (format!("p{n}.xml"), b"x".as_slice())).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
    let bomb = vec![b' '; 80 * 1024 * 1024];
    let announces = br#"<?xml version="1.0"?><sst xmlns="x" count="1" uniqueCount="900000000000"></sst>"#;
    let cases: &[(&str, Vec<u8>, &str)] = &[
        ("text", b"code,text\n1,a\n".to_vec(), "no xlsx file"),
        ("nothing", Vec::new(), "no xlsx file"),
        ("old", [&[0xd0, 0xcf, 0x11, 0xe0][..], &[0; 600]].concat(), "old xls file"),
        ("cut", good[..good.len() - 60].to_vec(), "no xlsx file"),
        ("no workbook", archive(&[("a.txt", b"a")]), "no workbook"),
        ("many parts", archive(&many), "1200 parts"),
        ("bomb", archive(&[("xl/worksheets/sheet1.xml", &bomb)]), "unpacks to more than 64 MiB"),
        ("strings", archive(&[("xl/sharedStrings.xml", announces)]), "announces more than"),
    ];
    for (what, bytes, problem) in cases {
        assert!(bytes.len() < 2 * 1024 * 1024, "{what}: small on the disk, {}", bytes.len());
        let faults = refused(&File::of(bytes));
        assert!(faults[0].problem.contains(problem), "{what}: {faults:?}");
    }
}

#[test]
fn a_file_that_was_damaged_anywhere_is_refused_or_read_and_never_panics() {
    let good = std::fs::read(&File::rows(&[HEAD, GOOD]).path).unwrap();
    let mut refusals = 0;
    for at in (0..good.len()).step_by(good.len() / 150) {
        let mut bytes = good.clone();
        bytes[at] ^= 0x55;
        refusals += usize::from(File::of(&bytes).read(|_| {}).is_err());
    }
    assert!(refusals > 50, "most damage is seen: {refusals}");
}

/// Files of other programs: `XUNCHA_DATA` names the folder that holds `xlsx/` and `xlsforms/`; without it `../shared/data`
/// beside the repository is looked for.
#[test]
fn files_that_others_made_are_refused_with_a_reason() {
    let data = std::env::var_os("XUNCHA_DATA").map(PathBuf::from);
    let data = data.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"));
    let mut seen = BTreeMap::new();
    for folder in ["xlsx/calamine", "xlsforms/pyxform-example_xls"].map(|f| data.join(f)) {
        let Ok(files) = std::fs::read_dir(&folder) else {
            println!("SKIPPED: no sheets from outside; set XUNCHA_DATA to the folder that holds {}", folder.display());
            continue;
        };
        for path in files.map(|f| f.unwrap().path()).filter(|p| p.extension().is_some_and(|e| e == "xlsx")) {
            let faults = read(&path, |_| {}).err().unwrap_or_else(|| panic!("{} is no checklist", path.display()));
            assert!(faults.iter().all(|f| !f.problem.is_empty() && !f.hint.is_empty()));
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            seen.insert(name, faults[0].problem.clone());
        }
    }
    if let Some(problem) = seen.get("pass_protected.xlsx") {
        assert!(problem.contains("password"), "{problem}");
        println!("{} files from outside: {seen:#?}", seen.len());
    }
}
