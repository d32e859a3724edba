//! Enrolled once more: an HQ that was put back from before this phone's enrolment does not know it any more.
//!
//! What it is: the same keys and the same feed, made known again by a new invitation; then every entry, original and signature
//! goes over as after any fall of HQ ([`crate::sync`]), and nothing is signed anew. What it is not: a way to another HQ or to
//! another person. HQ is the one of the enrolment by its CA before a byte goes out, and by its own keys before anything is kept.

use xuncha_core::Failure;
use xuncha_core::feed::Signer as _;
use xuncha_core::ids::Digest;
use xuncha_core::protocol::enrol::{EnrolRequest, HqIdentity};

use crate::sync;

use super::Device;
use super::desk::Desk;
use super::door::{accept, invitation};
use super::hq_file::{self, HqFile};
use super::verbs::{EnrolAgain, Nothing};
use super::views::{Happening, Status};

impl Device {
    pub(super) async fn enrol_again(&self, args: EnrolAgain) -> Result<Status, Failure> {
        let invitation = invitation(&args.text)?;
        let (known, request) = self.at_desk(|desk| Ok((desk.hq.clone(), desk.enrolment(&invitation.secret))))?;
        // The secret is for HQ alone.
        if invitation.ca != known.ca {
            return Err(another(&known));
        }
        let who = sync::enrol::look(&invitation).await?;
        if who.user != known.user {
            return Err(Failure::after_action("enrol.other_person").with("name", &who.name).with("mine", &known.name));
        }
        let reply = sync::enrol::enrol(&invitation, &request).await?;
        if !is_the_same(&reply.hq, &known.hq) {
            return Err(another(&known));
        }
        let hq = accept(&invitation, &reply, &request.feed, known.label)?;
        self.blocking(move |d| {
            let data = d.inner.config.data.clone();
            d.at_desk(|desk| desk.enrolled_again(&data, hq))
        })
        .await?;
        // A running sync knows the old address, and that HQ does not know it.
        self.sync_slot().take();
        self.begin_by_itself();
        self.tell(Happening::Today);
        self.status(Nothing {}).await
    }
}

fn another(known: &HqFile) -> Failure {
    Failure::after_action("hq.another").with("bureau", &known.hq.bureau)
}

/// HQ's keys are kept apart from its backups and put back with them: whoever has others is another HQ, whatever its name.
fn is_the_same(said: &HqIdentity, known: &HqIdentity) -> bool {
    said.key == known.key && said.feed == known.feed && said.recovery_key == known.recovery_key
}

impl Desk {
    /// What this phone was made known by, under another secret.
    fn enrolment(&self, secret: &str) -> EnrolRequest {
        EnrolRequest {
            secret: secret.to_owned(),
            device: self.unlocked.device().clone(),
            label: self.hq.label.clone(),
            device_key: self.unlocked.device_signer().verifying_key(),
            sealing_key: Digest::from_bytes(*self.unlocked.sealing_public().as_bytes()),
            feed: self.hq.feed.clone(),
        }
    }

    fn enrolled_again(&mut self, data: &std::path::Path, hq: HqFile) -> Result<(), Failure> {
        hq_file::write(data, &hq, &self.unlocked.sub_key("hq-file"))?;
        self.hq = hq;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use xuncha_core::feed::VerifyingKey;
    use xuncha_core::ids::FeedId;

    use super::*;

    #[test]
    fn an_hq_is_the_same_by_its_keys_and_not_by_its_name() {
        let known = HqIdentity {
            bureau: "局".into(),
            key: VerifyingKey::from_bytes([1; 32]),
            feed: FeedId::digest(&[b"hq"]),
            ca_pem: String::new(),
            recovery_key: Digest::digest(&[b"recovery"]),
        };
        let renamed = HqIdentity { bureau: "新局".into(), ..known.clone() };
        assert!(is_the_same(&renamed, &known), "a bureau may be renamed");
        let others = [
            HqIdentity { key: VerifyingKey::from_bytes([2; 32]), ..known.clone() },
            HqIdentity { feed: FeedId::digest(&[b"other"]), ..known.clone() },
            HqIdentity { recovery_key: Digest::digest(&[b"other"]), ..known.clone() },
        ];
        assert!(others.iter().all(|other| !is_the_same(other, &known)));
    }
}
