//! Conclusion, record and signatures. What is shown is what is signed: a signature under a record that the work went on
//! past is refused, not quietly moved to a new one.

use xuncha_core::Failure;
use xuncha_core::event::{Event, SealRefused, SealRole, SealSigned, SignMethod};
use xuncha_core::feed::{BlobRef, BlobSource};
use xuncha_core::ids::{EntryId, InspectionId};
use xuncha_core::inspection::Touched;
use xuncha_core::inspection::record;
use xuncha_core::inspection::seal::MANIFEST_MIME;

use crate::clock;

use super::Device;
use super::desk::{self, Desk};
use super::show;
use super::verbs::{InspectionArgs, Refuse, Sign};
use super::views::{Delta, Stage};

/// A drawn signature is a small PNG.
pub(super) const MAX_DRAWING: usize = 1024 * 1024;

pub(super) fn is_drawing(bytes: &[u8]) -> bool {
    bytes.len() <= MAX_DRAWING && bytes.starts_with(b"\x89PNG\r\n\x1a\n")
}

impl Desk {
    fn propose(&mut self, id: &InspectionId) -> Result<Touched, Failure> {
        let open = self.inspection(id)?;
        match desk::stage(&open.inspection) {
            Stage::Draft | Stage::Signing => {}
            Stage::Sealed => return Err(Failure::never("inspection.sealed")),
            Stage::Abandoned => return Err(Failure::never("inspection.abandoned")),
        }
        let reading = open.inspection.read(&open.pinned);
        if !reading.missing.is_empty() {
            return Err(Failure::after_action("seal.incomplete").with("missing", reading.missing.len()));
        }
        let conclusion = reading.conclusion.map(|c| c.code.clone());
        let text = record::render(&open.inspection, &open.pinned, &clock::wall(), &show::language(&open.inspection));
        let manifest =
            open.inspection.manifest(text, conclusion).ok_or_else(|| Failure::never("inspection.unknown"))?;
        let bytes = manifest.to_bytes().map_err(|e| Failure::never("seal.shape").with("why", e))?;
        let stored = self.vault.put(bytes.as_slice())?;
        let blob = BlobRef {
            sha256: stored.sha256,
            size: stored.size,
            mime: MANIFEST_MIME.to_owned(),
            source: BlobSource::Derived,
        };
        let event = Event::from(manifest.proposal(stored.sha256));
        Ok(self.write(event, Some(id), Vec::new(), vec![blob], None)?.1)
    }

    /// Only the proposal on the screen may be signed, and only while nothing was added since.
    fn signable(&mut self, id: &InspectionId, proposal: &EntryId) -> Result<(), Failure> {
        let open = self.inspection(id)?;
        let seal = open.inspection.seal().ok_or_else(|| Failure::after_action("seal.none"))?;
        if seal.is_sealed() {
            return Err(Failure::never("inspection.sealed"));
        }
        if seal.proposal.by.entry != *proposal || !seal.outside.is_empty() {
            return Err(Failure::after_action("seal.stale").with("outside", seal.outside.len()));
        }
        Ok(())
    }

    fn drawing(&self, image: Option<&str>) -> Result<Option<BlobRef>, Failure> {
        let Some(image) = image else { return Ok(None) };
        let bytes = data_encoding::BASE64.decode(image.as_bytes()).map_err(|_| Failure::never("sign.image"))?;
        if !is_drawing(&bytes) {
            return Err(Failure::never("sign.image"));
        }
        let stored = self.vault.put(bytes.as_slice())?;
        let (sha256, size) = (stored.sha256, stored.size);
        Ok(Some(BlobRef { sha256, size, mime: "image/png".to_owned(), source: BlobSource::Screen }))
    }

    fn sign(&mut self, args: Sign) -> Result<Touched, Failure> {
        self.signable(&args.inspection, &args.proposal)?;
        let name = args.name.trim().to_owned();
        if name.is_empty() {
            return Err(Failure::after_action("sign.name_missing"));
        }
        let image = match args.method {
            SignMethod::Keyed if args.role != SealRole::Officer => {
                return Err(Failure::never("sign.keyed_officer_only"));
            }
            SignMethod::Keyed if name != self.hq.name => return Err(Failure::never("sign.keyed_own_name_only")),
            SignMethod::Keyed => None,
            SignMethod::Drawn => {
                Some(self.drawing(args.image.as_deref())?.ok_or_else(|| Failure::after_action("sign.image_missing"))?)
            }
        };
        let event = SealSigned { proposal: args.proposal, role: args.role, name, method: args.method };
        let blobs = image.into_iter().collect();
        Ok(self.write(event.into(), Some(&args.inspection), Vec::new(), blobs, None)?.1)
    }

    fn refuse(&mut self, args: Refuse) -> Result<Touched, Failure> {
        self.signable(&args.inspection, &args.proposal)?;
        let (reason, witness) = (args.reason.trim().to_owned(), args.witness.trim().to_owned());
        if reason.is_empty() || witness.is_empty() {
            return Err(Failure::after_action("refuse.reason_and_witness"));
        }
        let blobs = self.drawing(args.image.as_deref())?.into_iter().collect();
        let event = SealRefused { proposal: args.proposal, reason, witness };
        Ok(self.write(event.into(), Some(&args.inspection), Vec::new(), blobs, None)?.1)
    }
}

impl Device {
    pub(super) async fn propose_seal(&self, args: InspectionArgs) -> Result<Delta, Failure> {
        self.change(args.inspection.clone(), move |desk| desk.propose(&args.inspection)).await
    }
    pub(super) async fn sign(&self, args: Sign) -> Result<Delta, Failure> {
        self.change(args.inspection.clone(), move |desk| desk.sign(args)).await
    }
    pub(super) async fn refuse(&self, args: Refuse) -> Result<Delta, Failure> {
        self.change(args.inspection.clone(), move |desk| desk.refuse(args)).await
    }
}
