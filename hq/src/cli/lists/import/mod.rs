//! A list from a sheet.
//!
//! What it is: the header row found and its columns named, rows read into items, every fault of the sheet told at once
//! with its place, and YAML that was judged with everything it will stand beside. What it is not: a judge of law; what a
//! sheet says is marked `D` or `M`, never `V`. With one fault nothing is written.

mod head;
mod item;
mod law;
mod rows;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use xuncha_core::Failure;
use xuncha_core::checklist::{self, Checklist};
use xuncha_core::ids::ListCode;

use super::super::say;
use super::columns::Column;
use super::sheet::{Book, SheetFault};
use super::{many, refuse};
use crate::packs::{self, Own};

/// Faults that are said one by one.
const MOST_SAID: usize = 100;

#[derive(Args)]
pub(in crate::cli) struct Import {
    /// The xlsx file
    file: PathBuf,
    /// The sheet; may be left out where only one has a header row
    #[arg(long)]
    sheet: Option<String>,
    /// A folder laid out as checklists/: writes lists/CODE.yaml in it. Default: prints the YAML
    #[arg(long)]
    out: Option<PathBuf>,
    /// What a column holds where its header does not say: header=field,…
    #[arg(long, value_delimiter = ',', value_parser = mapped)]
    map: Vec<(String, Column)>,
    /// Code of the list. Default: what the file says, else the sheet's name if it is one
    #[arg(long)]
    code: Option<ListCode>,
    /// Version of the list. Default: what the file says, else 1
    #[arg(long)]
    list_version: Option<String>,
    /// Replaces lists/CODE.yaml
    #[arg(long, requires = "out")]
    replace: bool,
}

fn mapped(pair: &str) -> Result<(String, Column), String> {
    let (header, field) = pair.split_once('=').ok_or("write header=field, e.g. 备注=findings")?;
    let words: Vec<&str> = super::columns::COLUMNS.iter().map(|(_, word, _)| *word).collect();
    let column = Column::named(field.trim()).ok_or_else(|| format!("fields are: {}", words.join(", ")))?;
    Ok((header.trim().to_owned(), column))
}

/// A list that was read, and what its author should know.
pub(super) struct Taken {
    pub list: Checklist,
    pub notes: Vec<String>,
}

impl Import {
    pub(in crate::cli) fn run(self) -> Result<ExitCode, Failure> {
        let library = packs::embedded()?;
        let Taken { list, notes } = match self.read(&library) {
            Ok(taken) => taken,
            Err(faults) => return Ok(say_faults(&faults)),
        };
        let name = format!("lists/{}.yaml", list.code);
        let yaml = yaml(&list)?;
        let mut beside = match self.out.as_deref().filter(|out| out.join("lists").is_dir()) {
            Some(out) => {
                packs::files(out).or_else(|f| if f.code == "lists.folder" { Ok(Vec::new()) } else { Err(f) })?
            }
            None => Vec::new(),
        };
        beside.retain(|(other, _)| *other != name);
        beside.push((name.clone(), yaml.clone()));
        if let Err(error) = Own::from_files(beside) {
            return refuse(error);
        }
        for note in notes {
            let _ = writeln!(std::io::stderr(), "note: {note}");
        }
        match &self.out {
            None => say(yaml.trim_end())?,
            Some(out) => {
                let path = out.join(&name);
                write(&path, &yaml, self.replace)?;
                let items = many(list.items().count(), "item");
                say(format_args!("{} {}, {items} → {}", list.code, list.version, path.display()))?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    fn read(&self, library: &xuncha_core::library::Library) -> Result<Taken, Vec<SheetFault>> {
        let file = self.file.display().to_string();
        let mut book = Book::open(&self.file).map_err(|fault| vec![*fault])?;
        let head = head::read(&mut book, &file, self.code.as_ref(), self.list_version.as_deref())?;
        let table = rows::Table::find(&mut book, &file, self.sheet.as_deref(), &self.map)?;
        table.read(&file, head, library)
    }
}

fn say_faults(faults: &[SheetFault]) -> ExitCode {
    let mut err = std::io::stderr().lock();
    for fault in faults.iter().take(MOST_SAID) {
        let _ = writeln!(err, "{fault}");
    }
    let more = faults.len().saturating_sub(MOST_SAID);
    let more = if more > 0 { format!(", {more} of them not shown") } else { String::new() };
    let _ = writeln!(err, "{}{more}; nothing was written", many(faults.len(), "fault"));
    ExitCode::FAILURE
}

/// The list as its author may go on with it, and only if it is read back as what it is.
fn yaml(list: &Checklist) -> Result<String, Failure> {
    let unwritable =
        |problem: String| Failure::never("lists.unwritable").with("file", &list.code).with("problem", problem);
    let mut options = serde_saphyr::SerializerOptions::default();
    // Statements stay on their lines: a folded one is hard to compare.
    options.folded_wrap_chars = 1_000_000;
    let mut text = String::new();
    serde_saphyr::to_fmt_writer_with_options(&mut text, list, options).map_err(|e| unwritable(e.to_string()))?;
    match checklist::parse("the new list", &text) {
        Ok(again) if again == *list => Ok(text),
        Ok(_) => Err(unwritable("a text would not be read back as it is".into())),
        Err(faults) => Err(unwritable(faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))),
    }
}

/// Writes the file as a whole or not at all.
fn write(path: &Path, yaml: &str, replace: bool) -> Result<(), Failure> {
    let bad =
        |e: std::io::Error| Failure::after_action("lists.unwritable").with("file", path.display()).with("problem", e);
    if path.exists() && !replace {
        return Err(Failure::after_action("lists.exists").with("file", path.display()));
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(bad)?;
    let part = path.with_extension("yaml.part");
    std::fs::write(&part, yaml).and_then(|()| std::fs::rename(&part, path)).map_err(bad)
}

#[cfg(test)]
mod tests;
