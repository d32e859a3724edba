//! Having an original back from HQ.

use std::sync::Arc;

use xuncha_core::Failure;
use xuncha_core::ids::BlobHash;
use xuncha_core::inspection::Touched;

use crate::app::local::Phone;
use crate::app::verbs::FetchOriginal;
use crate::app::views::Delta;
use crate::app::{Device, show};
use crate::sync::Contact;
use crate::sync::originals::Fetch;
use crate::vault::{VaultError, VaultWriter};

/// What is fetched and what has come of it.
struct Begun {
    fetch: Fetch,
    writer: VaultWriter,
    touched: Touched,
}

impl Device {
    pub(in crate::app) async fn fetch_original(&self, args: FetchOriginal) -> Result<Delta, Failure> {
        let id = args.inspection.clone();
        let asked = args.clone();
        let Begun { fetch, mut writer, touched } = match self.blocking(move |d| d.begin_fetch(&asked)).await? {
            (Some(begun), _) => begun,
            (None, touched) => return self.blocking(move |d| d.at_desk(|desk| show::delta(desk, &id, &touched))).await,
        };
        let phone = Phone(Arc::downgrade(&self.inner));
        let size = fetch.size;
        let mut hq = fetch.connect(&phone)?;
        while writer.size() < size {
            let came = hq.part(writer.size()).await;
            let taken = match came {
                Ok(bytes) => {
                    self.blocking(move |_| {
                        writer.write(&bytes)?;
                        Ok(writer)
                    })
                    .await
                }
                Err(failure) => {
                    // What came stays: the next try goes on from there.
                    self.at_desk(|desk| {
                        desk.fetching.insert(args.blob, writer);
                        Ok(())
                    })?;
                    return Err(failure);
                }
            };
            writer = taken?;
        }
        self.blocking(move |d| {
            match writer.finish_as(&args.blob) {
                Ok(_) => {}
                Err(VaultError::Damaged { .. }) => return Err(d.wrong_original(&args.blob)),
                Err(e) => return Err(e.into()),
            }
            d.at_desk(|desk| show::delta(desk, &id, &touched))
        })
        .await
    }

    /// Finds what is asked for in the inspection itself: neither name nor size are taken from anybody else.
    fn begin_fetch(&self, args: &FetchOriginal) -> Result<(Option<Begun>, Touched), Failure> {
        self.at_desk(|desk| {
            let open = desk.inspection(&args.inspection)?;
            let found = open.inspection.evidence().into_iter().find_map(|(_, e)| {
                let blob = e.blob.as_ref().filter(|b| b.sha256 == args.blob)?;
                let mut touched = Touched { general_evidence: e.item.is_none(), ..Touched::default() };
                touched.items.extend(e.item.clone());
                Some((blob.size, touched))
            });
            let (size, touched) = found.ok_or_else(|| Failure::never("evidence.unknown"))?;
            // A file that is here and damaged is written over by what comes.
            if desk.vault.verify(&args.blob).is_ok() {
                return Ok((None, touched));
            }
            if !desk.has_room_for(size)? {
                return Err(Failure::after_action("original.no_room"));
            }
            let writer = match desk.fetching.remove(&args.blob) {
                Some(writer) => writer,
                None => desk.vault.writer()?,
            };
            let contact = Contact {
                url: desk.hq.url.clone(),
                hq: desk.hq.hq.clone(),
                device: desk.hq.feed.device.clone(),
                app: self.inner.config.version.clone(),
            };
            let fetch = Fetch { contact, inspection: args.inspection.clone(), sha256: args.blob, size };
            Ok((Some(Begun { fetch, writer, touched: touched.clone() }), touched))
        })
    }

    /// HQ sent other bytes than the entry names: nothing of it is kept, and it is an alarm.
    fn wrong_original(&self, blob: &BlobHash) -> Failure {
        tracing::error!("HQ sent other bytes than an entry names");
        let failure = Failure::never("original.wrong").with("sha256", blob.short());
        let said = self.at_desk(|desk| {
            desk.alarm("original.wrong", &[("sha256", blob.short())]);
            Ok(())
        });
        if said.is_ok() {
            self.tell(super::Happening::Today);
        }
        failure
    }
}
