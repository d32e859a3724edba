//! The record's form (现场笔录) as data: which fields there are, in which order, and what their labels say.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::checklist::{Mark, Text};
use crate::ids::Digest;

/// A form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OnSiteForm {
    /// e.g. `on-site-record`.
    pub code: String,
    /// Version.
    pub version: String,
    /// Its name, e.g. 现场笔录.
    pub title: Text,
    /// Where the layout comes from.
    pub source: Text,
    /// How sure.
    pub mark: Mark,
    /// Parts of the form in order, with their titles.
    pub sections: Vec<FormSection>,
    /// Fields in order.
    pub fields: Vec<FormField>,
}

/// A part of the form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FormSection {
    /// Short stable name, e.g. `party`.
    pub code: String,
    /// Its title.
    pub title: Text,
}

/// A field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FormField {
    /// Stable dotted name, e.g. `site_manager.name`.
    pub field: String,
    /// Section it stands in, e.g. `party`.
    pub section: String,
    /// Label.
    pub label: Text,
    /// Words that help to fill it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<Text>,
    /// Must be filled before the seal.
    #[serde(default)]
    pub required: bool,
    /// Takes several lines.
    #[serde(default)]
    pub multiline: bool,
    /// Where the value comes from: typed, or filled by the engine.
    #[serde(default)]
    pub filled: Filled,
    /// How sure the field is part of the official layout.
    pub mark: Mark,
}

/// Where a field's value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Filled {
    /// Typed by the inspector.
    #[default]
    Typed,
    /// Begin of the inspection until the proposal.
    Time,
    /// Name of the firm.
    FirmName,
    /// Its credit code.
    FirmCode,
    /// Its address.
    FirmAddress,
    /// Its legal representative.
    FirmLegalRepresentative,
    /// Officers with certificate numbers.
    Officers,
    /// The list of evidence.
    Evidence,
    /// Findings: items not conforming, with notes.
    Findings,
}

impl OnSiteForm {
    /// The title of a field's part; its code where the form names no such part.
    pub fn section_title(&self, field: &FormField) -> Text {
        let section = self.sections.iter().find(|s| s.code == field.section);
        section.map_or_else(|| Text { zh: field.section.clone(), other: Default::default() }, |s| s.title.clone())
    }
    /// The one JSON text of this form.
    pub fn canonical(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
    /// The hash that an inspection pins.
    pub fn hash(&self) -> Digest {
        Digest::digest(&[self.canonical().as_bytes()])
    }
}
