//! A number that is not of its form: for every table the same prompt to compare it with the paper, never a finding.

use super::cell::Row;
use super::proposal::{ProposalCode, TableProposal, Value, raise};
use super::spec::Column;
use crate::checklist::Mark;
use crate::identifiers::Fit;

pub(super) fn judge(row: &Row, column: Column) -> Option<TableProposal> {
    let (checked, typed) = row.number(column).filter(|(checked, _)| checked.fit >= Fit::Nearly)?;
    let nearest = checked.reading.as_ref().filter(|_| checked.fit == Fit::Nearly);
    let nearest = nearest.map_or_else(
        || Value::words("", "", ""),
        |r| Value::words(&r.text, &format!("（最接近的写法：{}）", r.text), &format!(" (nearest: {})", r.text)),
    );
    let values = [("typed", typed.to_owned().into()), ("nearest", nearest)];
    let proposal = raise(ProposalCode::NumberForm, row, &[column], values);
    // How sure the form itself is, and the article that sets it.
    let mark = checked.kind.map_or(Mark::D, |_| checked.mark);
    Some(TableProposal { basis: checked.basis.iter().cloned().collect(), mark, ..proposal })
}
