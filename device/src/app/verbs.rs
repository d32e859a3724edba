//! The user's verbs: the one table that Tauri, the browser bridge, tests and the TypeScript types are made from.
//!
//! A verb has a name, arguments and a reply. Every verb that writes is durable when it answers: the reply *is* 已存本机.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use xuncha_core::checklist::{EvidenceKind, Subject};
use xuncha_core::event::{InspectionKind, InspectionMode, Officer, Outcome, SealRole, SignMethod};
use xuncha_core::feed::{BlobSource, Place};
use xuncha_core::firm::FirmRecord;
use xuncha_core::identifiers::{Checked, NumberKind};
use xuncha_core::ids::{
    BlobHash, Digest, EntryId, EvidenceId, InspectionId, ItemCode, LawCode, ListCode, RuleCode, TaskId, UserId,
};
use xuncha_core::law::Instrument;
use xuncha_core::tables::TableKind;

use super::day::DayView;
use super::originals::{Freed, StorageView};
use super::views::*;

/// No arguments, or no reply.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, TS)]
pub struct Nothing {}

macro_rules! args {
    ($($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident : $ty:ty),* $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Serialize, Deserialize, TS)]
        pub struct $name { $($(#[$fdoc])* pub $field: $ty,)* }
    )+};
}

args! {
    /// `invitation_look`: QR text, or typed parts joined into one.
    InvitationLook { /** `xuncha:enrol?…` */ text: String }
    /// `enrol`
    Enrol { /** QR text. */ text: String, /** Words for this phone. */ label: String, /** New PIN or passphrase. */ pin: String }
    /// `enrol_again`: HQ does not know this phone any more, and invites its person anew.
    EnrolAgain { /** QR text. */ text: String }
    /// `unlock`
    Unlock { /** Who. */ user: UserId, /** PIN or passphrase. */ pin: String }
    /// `change_pin`
    ChangePin { /** Now. */ old: String, /** From now on. */ new: String }
    /// `today`
    TodayArgs { /** Where the phone is, for the order of tasks. */ here: Option<Place> }
    /// `task`
    TaskArgs { /** Which. */ task: TaskId }
    /// `start`
    Start {
        /** The task it carries out; then firm, lists, kind, modes come from it unless given. */ task: Option<TaskId>,
        /** The subject, for an inspection without a task. */ firm: Option<FirmRecord>,
        /** Lists; empty: those of the task. */ lists: Vec<ListCode>,
        /** Kind; none: the task's. */ kind: Option<InspectionKind>,
        /** Ways. */ modes: Vec<InspectionMode>,
        #[serde(default)] /** Focus domains of the year's plan, `F01` to `F10`. */ focus: Vec<String>,
        /** Conclusion rule; none: by kind. */ rule: Option<RuleCode>,
        /** The officers beside the one who is in. */ officers: Vec<Officer>,
        /** Where. */ place: Option<Place>,
        /** BCP 47. */ language: String,
    }
    /// `propose`: which lists and which rule an inspection of this subject would have.
    ProposeArgs {
        /** Business form and flags. */ subject: Subject,
        /** Kind. */ kind: InspectionKind,
        /** Ways. */ modes: Vec<InspectionMode>,
        /** Focus domains of the year's plan, `F01` to `F10`. */ focus: Vec<String>,
    }
    /// `change_list`: a list is added in its newest version, or dropped.
    ChangeList { /** Where. */ inspection: InspectionId, /** Which. */ list: ListCode, /** Added or dropped. */ added: bool, /** Why. */ reason: String }
    /// `newer_list`: what the newest version of a list of a draft says otherwise.
    NewerListArgs { /** Where. */ inspection: InspectionId, /** Which. */ list: ListCode }
    /// `move_list`: the draft goes on under that version.
    MoveList { /** Where. */ inspection: InspectionId, /** Which. */ list: ListCode, /** The version whose difference was shown. */ to: Digest }
    /// `sync_by_itself`: contacts begin without being asked for, until this is taken back.
    ByItself { /** Or not. */ on: bool }
    /// `sync_wifi_only`: nothing goes over a network that costs by the byte, until this is taken back.
    WifiOnly { /** Whether. */ on: bool }
    /// `sync_first`: the files of one inspection go before all others.
    SyncFirst { /** Which; none: in the order they were made. */ inspection: Option<InspectionId> }
    /// `network`: the shell says how the phone is connected, at its start and whenever that changes. Also while locked.
    NetworkArgs { /** As far as it can tell. */ network: Network }
    /// `instrument`: a whole law.
    InstrumentArgs { /** Short name. */ law: LawCode }
    /// `list_item`: an item of a list of this phone, in the newest version, outside of any inspection.
    ListItemArgs { /** The list. */ list: ListCode, /** The item. */ item: ItemCode }
    /// `check_number`: a number as typed, scanned or pasted.
    CheckNumber { /** What it should be; none: whatever it looks like. */ kind: Option<NumberKind>, /** The number. */ text: String, /** Class of the goods, 1 to 3, where known. */ class: Option<u8> }
    /// `inspection`, `abandon` needs a reason too
    InspectionArgs { /** Which. */ inspection: InspectionId }
    /// `abandon`
    Abandon { /** Which. */ inspection: InspectionId, /** Why. */ reason: String }
    /// `answer`
    Answer {
        /** Where. */ inspection: InspectionId,
        /** Which item. */ item: ItemCode,
        /** The result. */ outcome: Outcome,
        /** Why, for 合理缺项. */ reason: Option<String>,
        /** Why, after the seal. */ correction: Option<String>,
        /** The answers the screen showed: `answers[].by.entry`. Writes it did not show stay and conflict. */ seen: Vec<EntryId>,
        /** BCP 47. */ language: String,
    }
    /// `note`
    Note { /** Where. */ inspection: InspectionId, /** Item. */ item: ItemCode, /** Text; empty removes. */ text: String, /** Notes shown. */ seen: Vec<EntryId> }
    /// `table`: the rows of an item's table, all of them, cells by position of the columns
    TableArgs {
        /** Where. */ inspection: InspectionId,
        /** Item. */ item: ItemCode,
        /** Cells as typed; no rows take the table back. */ rows: Vec<Vec<String>>,
        /** Why, after the seal. */ correction: Option<String>,
        /** The tables the screen showed: `tables[].by.entry`. */ seen: Vec<EntryId>,
    }
    /// `table_look`: what rows would be understood as and raise today; nothing is written
    TableLook { /** Which table. */ kind: TableKind, /** Cells as typed. */ rows: Vec<Vec<String>> }
    /// `measure`: `value` as typed; `℃`, comma and full-width digits are understood.
    Measure { /** Where. */ inspection: InspectionId, /** Item. */ item: ItemCode, /** What. */ what: String, /** Number as typed. */ value: String, /** Unit. */ unit: String, /** Instrument. */ instrument: String, /** Place. */ place: Option<Place> }
    /// `attach_begin`: a photo or file is coming in slices.
    AttachBegin {
        /** Where. */ inspection: InspectionId,
        /** Item, if any. */ item: Option<ItemCode>,
        /** Photo or file. */ kind: EvidenceKind,
        /** File name as the system gives it. */ name: String,
        /** Bytes, as the system says. */ #[ts(type = "number")] size: u64,
        /** Camera or import. */ source: BlobSource,
        /** Place. */ place: Option<Place>,
    }
    /// `attach_slice`: base64, at most 512 KiB of bytes, in order.
    AttachSlice { /** From `attach_begin`. */ upload: String, /** Where this slice begins. */ #[ts(type = "number")] offset: u64, /** Base64. */ data: String }
    /// `attach_end`, `attach_cancel`
    AttachArgs { /** From `attach_begin`. */ upload: String }
    /// `attach_file`: the shell has the bytes as a file (native camera, desktop dialog).
    AttachFile { /** As in `attach_begin`. */ begin: AttachBegin, /** Path on this device. */ path: String, /** Remove the file once it is durable here. */ remove: bool }
    /// `caption`
    CaptionArgs { /** Where. */ inspection: InspectionId, /** Which. */ evidence: EvidenceId, /** Words. */ text: String }
    /// `withdraw`
    Withdraw { /** Where. */ inspection: InspectionId, /** Which. */ evidence: EvidenceId, /** Why. */ reason: String }
    /// `field`
    Field { /** Where. */ inspection: InspectionId, /** Name. */ field: String, /** Value. */ value: String, /** Values shown. */ seen: Vec<EntryId> }
    /// `officers`
    Officers { /** Where. */ inspection: InspectionId, /** All of them. */ officers: Vec<Officer> }
    /// `sign`
    Sign {
        /** Where. */ inspection: InspectionId,
        /** The proposal that was shown. */ proposal: EntryId,
        /** As what. */ role: SealRole,
        /** Who. */ name: String,
        /** How; keyed only for the one who is in. */ method: SignMethod,
        /** PNG as base64, for a drawn one. */ image: Option<String>,
    }
    /// `refuse`
    Refuse { /** Where. */ inspection: InspectionId, /** Proposal. */ proposal: EntryId, /** Reason. */ reason: String, /** Witness. */ witness: String, /** The witness's PNG as base64. */ image: Option<String> }
    /// `law`
    LawArgs { /** Short name. */ law: LawCode, /** Article. */ article: String }
    /// `search`: several words must all be found; Chinese, pinyin initials (`llys`), codes (`COLD-05`, `GSP 44`), article numbers.
    SearchArgs { /** As typed. */ text: String, /** Only there; none: everywhere. */ within: Option<SearchIn>, /** Hits at most; 100 is the most that is given. */ limit: u32 }
    /// `violations`
    ViolationsArgs { /** Item. */ item: ItemCode, /** Where. */ inspection: InspectionId }
    /// `day`: what is at HQ and what is only here
    DayArgs { /** ISO 8601; none: today by the phone's clock. */ date: Option<String> }
    /// `set_settings`
    SetSettings { /** `zh-CN` or `en`. */ language: Option<String>, /** `system`, `light`, `dark`, `sun`. */ theme: Option<String>, /** Minutes. */ lock_after_min: Option<u32>, /** HQ's new address. */ hq_url: Option<String> }
    /// `storage_settings`: what may leave this phone, and when.
    StorageSettings { /** Days of grace after HQ's receipt, 1 to 365. */ days: u32, /** What may go goes after each sync, unasked. */ by_itself: bool }
    /// `fetch_original`: an original that is at HQ comes back; a cut goes on where it stood.
    FetchOriginal { /** The inspection that shows it. */ inspection: InspectionId, /** The blob. */ blob: BlobHash }
    /// `verify_evidence`: read the original back and compare its hash.
    VerifyArgs { /** The blob. */ blob: BlobHash }
}

/// Answer of `start`.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Started {
    /// The new inspection.
    pub inspection: InspectionId,
}
/// Answer of `attach_begin`.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct UploadBegun {
    /// Names the upload.
    pub upload: String,
}
/// Answer of `verify_evidence`.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Verified {
    /// The bytes here are the bytes that were sealed.
    pub intact: bool,
}
/// Language and theme, known before unlocking.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Look {
    /// `zh-CN` or `en`.
    pub language: String,
    /// `system`, `light`, `dark`, `sun`.
    pub theme: String,
}

/// Declares every verb once: name, arguments, reply, and whether it needs an unlocked app.
macro_rules! verbs {
    ($table:ident) => {
        $table! {
            status(Nothing) -> Status;
            look(Nothing) -> Look;
            invitation_look(InvitationLook) -> InvitationView;
            enrol(Enrol) -> Status;
            enrol_again(EnrolAgain) -> Status;
            unlock(Unlock) -> Status;
            lock(Nothing) -> Status;
            change_pin(ChangePin) -> Nothing;
            today(TodayArgs) -> Today;
            task(TaskArgs) -> TaskView;
            lists(Nothing) -> Vec<ListTitle>;
            propose(ProposeArgs) -> ProposalView;
            start(Start) -> Started;
            inspection(InspectionArgs) -> InspectionView;
            abandon(Abandon) -> Delta;
            change_list(ChangeList) -> Delta;
            newer_list(NewerListArgs) -> NewerListView;
            move_list(MoveList) -> Delta;
            answer(Answer) -> Delta;
            note(Note) -> Delta;
            table(TableArgs) -> Delta;
            table_look(TableLook) -> TableLooked;
            measure(Measure) -> Delta;
            attach_begin(AttachBegin) -> UploadBegun;
            attach_slice(AttachSlice) -> Nothing;
            attach_end(AttachArgs) -> Delta;
            attach_cancel(AttachArgs) -> Nothing;
            attach_file(AttachFile) -> Delta;
            caption(CaptionArgs) -> Delta;
            withdraw(Withdraw) -> Delta;
            field(Field) -> Delta;
            officers(Officers) -> Delta;
            propose_seal(InspectionArgs) -> Delta;
            sign(Sign) -> Delta;
            refuse(Refuse) -> Delta;
            law(LawArgs) -> LawView;
            laws(Nothing) -> Vec<LawRow>;
            instrument(InstrumentArgs) -> Instrument;
            check_number(CheckNumber) -> Checked;
            list_item(ListItemArgs) -> ListItemView;
            search(SearchArgs) -> SearchView;
            violations(ViolationsArgs) -> ViolationsView;
            verify_evidence(VerifyArgs) -> Verified;
            sync_start(Nothing) -> SyncView;
            sync_pause(Nothing) -> SyncView;
            sync_status(Nothing) -> SyncView;
            sync_by_itself(ByItself) -> SyncView;
            sync_wifi_only(WifiOnly) -> SyncView;
            sync_first(SyncFirst) -> SyncView;
            network(NetworkArgs) -> Nothing;
            day(DayArgs) -> DayView;
            close_day(Nothing) -> SyncView;
            storage(Nothing) -> StorageView;
            storage_settings(StorageSettings) -> StorageView;
            free_storage(Nothing) -> Freed;
            room(Nothing) -> RoomView;
            fetch_original(FetchOriginal) -> Delta;
            settings(Nothing) -> Settings;
            set_settings(SetSettings) -> Settings;
        }
    };
}
pub(crate) use verbs;

/// Whoever wants the table with its types: the TypeScript interface is written by one.
pub trait VerbVisitor {
    /// Called once per verb, in the order of the table.
    fn verb<Args: TS + 'static, Reply: TS + 'static>(&mut self, name: &'static str);
}

macro_rules! visit_each {
    ($($name:ident($args:ty) -> $reply:ty;)+) => {
        /// Shows every verb to `visitor`.
        pub fn visit_verbs(visitor: &mut impl VerbVisitor) {
            $(visitor.verb::<$args, $reply>(stringify!($name));)+
        }
    };
}
verbs!(visit_each);
