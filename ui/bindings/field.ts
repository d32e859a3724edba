// Written by `cargo xtask bindings` from device/src/app. Changes here are lost: change the Rust types.

/** `abandon` */
export type Abandon = {
/** Which. */
inspection: InspectionId,
/** Why. */
reason: string, };

/** Both sides hold the same. */
export type AgreedView = {
/** HQ's time. */
time: string,
/** Entries. */
entries: number,
/** Blobs that were compared: those of what came since the agreement before, or all. */
blobs: number,
/** HQ looked for every blob there is. */
whole: boolean,
/** Hash of the manifest both sides hold. */
manifest: string, };

/** `answer` */
export type Answer = {
/** Where. */
inspection: InspectionId,
/** Which item. */
item: ItemCode,
/** The result. */
outcome: Outcome,
/** Why, for 合理缺项. */
reason: string | null,
/** Why, after the seal. */
correction: string | null,
/** The answers the screen showed: `answers[].by.entry`. Writes it did not show stay and conflict. */
seen: Array<EntryId>,
/** BCP 47. */
language: string, };

/** An answer that stands. */
export type AnswerView = {
/** The result. */
outcome: Outcome,
/** Reason for 合理缺项. */
reason: string | null,
/** Why it was corrected after the seal. */
correction: string | null,
/** Who and when; `by.entry` goes into `seen` of the next answer. */
by: Stamp, };

/** One article. */
export type Article = {
/** Number in Arabic digits. */
article: string,
/** Heading as printed, e.g. `第四十四条`. */
heading: string,
/** The statute's own words; absent when they were not read. */
text?: Text | null,
/** How sure the text is. Without text always [`Mark::M`]. */
mark: Mark, };

/** `attach_end`, `attach_cancel` */
export type AttachArgs = {
/** From `attach_begin`. */
upload: string, };

/** `attach_begin`: a photo or file is coming in slices. */
export type AttachBegin = {
/** Where. */
inspection: InspectionId,
/** Item, if any. */
item: ItemCode | null,
/** Photo or file. */
kind: EvidenceKind,
/** File name as the system gives it. */
name: string,
/** Bytes, as the system says. */
size: number,
/** Camera or import. */
source: BlobSource,
/** Place. */
place: Place | null, };

/** `attach_file`: the shell has the bytes as a file (native camera, desktop dialog). */
export type AttachFile = {
/** As in `attach_begin`. */
begin: AttachBegin,
/** Path on this device. */
path: string,
/** Remove the file once it is durable here. */
remove: boolean, };

/** `attach_slice`: base64, at most 512 KiB of bytes, in order. */
export type AttachSlice = {
/** From `attach_begin`. */
upload: string,
/** Where this slice begins. */
offset: number,
/** Base64. */
data: string, };

/** The article a duty rests on. */
export type Basis = {
/** Short name in the law library. */
law: LawCode,
/** Article number in Arabic digits. */
article: string,
/** Paragraph or item as the law writes it, e.g. `（一）`. */
clause?: string | null,
/** How sure. */
mark: Mark, };

/** A blob's name: SHA-256 of the original bytes. */
export type BlobHash = string;

/** A blob an entry speaks of. */
export type BlobRef = {
/** SHA-256 of the original bytes. */
sha256: BlobHash,
/** Bytes. */
size: number,
/** IANA media type, as judged from the bytes. */
mime: string,
/** How it came into being. */
source: BlobSource, };

/** How a blob came into being. */
export type BlobSource = "camera" | "import" | "scan" | "screen" | "derived";

/** `sync_by_itself`: contacts begin without being asked for, until this is taken back. */
export type ByItself = {
/** Or not. */
on: boolean, };

/** `caption` */
export type CaptionArgs = {
/** Where. */
inspection: InspectionId,
/** Which. */
evidence: EvidenceId,
/** Words. */
text: string, };

/** Why a cell could not be understood. */
export type CellFault = "date.unreadable" | "date.impossible" | "date.ambiguous" | "cell.number" | "cell.term" | "cell.choice" | "cell.category";

/** Why a cell could not be understood. */
export type CellProblem = {
/** Which. */
code: CellFault,
/** In words, with what to write. */
words: Text, };

/** `change_list`: a list is added in its newest version, or dropped. */
export type ChangeList = {
/** Where. */
inspection: InspectionId,
/** Which. */
list: ListCode,
/** Added or dropped. */
added: boolean,
/** Why. */
reason: string, };

/** `change_pin` */
export type ChangePin = {
/** Now. */
old: string,
/** From now on. */
new: string, };

/** `check_number`: a number as typed, scanned or pasted. */
export type CheckNumber = {
/** What it should be; none: whatever it looks like. */
kind: NumberKind | null,
/** The number. */
text: string,
/** Class of the goods, 1 to 3, where known. */
class: number | null, };

/** What a text turned out to be. */
export type Checked = {
/** The kind it was read as, or comes nearest to; none where it is like no number at all. */
kind: NumberKind | null,
/** How far it is from that kind. */
fit: Fit,
/**
 * Its normal form up to [`Fit::Doubt`], the nearest number with [`Fit::Nearly`]. With [`Fit::Unfit`] only a number that
 * reads well and is of another kind, or contradicts itself (a class its issuer does not register).
 */
reading: NumberReading | null,
/** Why to look again, in the order they were met. */
reasons: Array<Reason>,
/** How sure the form itself is. */
mark: Mark,
/** Where the form comes from. */
source: NumberSource,
/** The article that sets it, where one does. */
basis: Basis | null, };

/** Every column there is, over all tables. */
export type Column = "product" | "batch" | "made" | "expiry" | "expiry_word" | "ordered" | "arrived" | "accepted" | "stored" | "quantity_received" | "quantity_accepted" | "supplier" | "licence" | "licence_through" | "scope" | "registration" | "class" | "category" | "bought" | "valid_from" | "valid_through" | "renewed_from" | "renewed_through" | "quantity" | "place" | "threshold" | "warned";

/** A word to pick. */
export type ColumnChoice = {
/** Stable code. */
code: string,
/** Words; the Chinese ones are what a picker writes into the cell. */
title: Text, };

/** What a cell is read as. Whatever is typed stays; the kind decides how it is understood and which keyboard or picker helps. */
export type ColumnInput = { "is": "text" } | { "is": "date" } | { "is": "number" } | { "is": "term" } | { "is": "identifier",
/** Which may stand there. */
kinds: Array<NumberKind>, } | { "is": "choice",
/** To pick from. */
choices: Array<ColumnChoice>, } | { "is": "category" } | { "is": "scope" };

/** A column. */
export type ColumnSpec = {
/** Which. */
column: Column,
/** Its heading. */
title: Text,
/** What it may look like. */
example: string,
/** Words that help to fill it. */
hint: Text | null,
/** What a cell is read as. */
input: ColumnInput,
/** Room. */
width: ColumnWidth,
/** The comparison hangs on it. */
needed: boolean, };

/** How much room a column needs. */
export type ColumnWidth = "narrow" | "medium" | "wide";

/** A proposed conclusion. */
export type ConclusionView = {
/** `pass`, `rectify`, `fail`. */
code: string,
/** Words. */
title: Text,
/** Nothing is open or in conflict. */
is_final: boolean,
/** Working days to rectify. */
rectify_working_days: number | null, };

/** An entry HQ keeps apart. */
export type DayApart = {
/** Its place. */
seq: number,
/** Why: `feed.taken`, `feed.fork`, `feed.closed`, `entry.signature`, `entry.limits`. */
reason: string,
/** The inspection. */
inspection: InspectionId | null,
/** Firm. */
firm: string, };

/** `day`: what is at HQ and what is only here */
export type DayArgs = {
/** ISO 8601; none: today by the phone's clock. */
date: string | null, };

/** Counts of what one officer did. */
export type DayCounts = {
/** Inspections. */
inspections: number,
/** Entries. */
entries: number,
/** Photos. */
photos: number,
/** Other files. */
files: number,
/** Signatures, keyed and drawn. */
signatures: number, };

/** A file HQ has no receipt for. */
export type DayFile = {
/** The blob. */
sha256: BlobHash,
/** What it is. */
kind: DayFileKind,
/** Its name for people: of the file, of the signer. */
name: string,
/** Bytes. */
size: number,
/** The inspection. */
inspection: InspectionId | null,
/** Firm. */
firm: string,
/** Item, if it belongs to one. */
item: ItemCode | null,
/** The original is on this phone. */
here: boolean,
/** HQ had it once and says that it has not any more. */
lost: boolean, };

/** What a file is. */
export type DayFileKind = "photo" | "file" | "signature" | "seal";

/** An inspection on the page: the own part of it. */
export type DayInspection = {
/** Which. */
id: InspectionId,
/** Readable number. */
number: string,
/** Firm's short name (or name); empty as long as a colleague's start is not here. */
firm: string,
/** Draft, signing, sealed, abandoned. */
stage: Stage,
/** Touched on the day itself. */
of_day: boolean,
/** What is here. */
here: DayCounts,
/** Of that, what is under HQ's receipts. */
at_hq: DayCounts, };

/** A day of this phone: what was touched on it, and whatever is still only here, of any day. */
export type DayView = {
/** ISO 8601, by the phone's clock. */
date: string,
/** Inspections touched that day, and those of other days with something only here. */
inspections: Array<DayInspection>,
/** Sums over the inspections of the day: what is here. */
here: DayCounts,
/** Of that, what is under HQ's receipts. */
at_hq: DayCounts,
/** What only this phone has, of any day. */
only_here: OnlyHere,
/** The files of it, each by name. */
files: Array<DayFile>,
/** Entries HQ keeps apart. */
apart: Array<DayApart>,
/** HQ refused the feed as a whole: `hq.rolled_back`, `hq.forked`, `hq.closed`. */
refused: Array<Notice>,
/** HQ's word that both sides held the same. */
agreed: AgreedView | null,
/** Own entries since that word. */
since: number,
/** HQ's clock when every original was looked for last. */
compared: string | null,
/** HQ's clock at the last contact. */
last_contact: string | null, };

/** A change, after a verb or from sync: replaces what it names. */
export type Delta = {
/** The inspection. */
inspection: InspectionId,
/** Items that changed. */
items: Array<ItemState>,
/** Evidence without item, if it changed. */
general_evidence: Array<EvidenceView> | null,
/** Fields that changed. */
fields: Array<FieldView>,
/** Officers, if they changed. */
officers: Array<Officer> | null,
/** Items that no longer apply or now do: load the view again. */
reload: boolean,
/** Counts and what is missing. */
progress: Progress,
/** The seal, if it changed. */
seal: SealView | null, };

/** Any other SHA-256: of a payload, a list, a record, a manifest. */
export type Digest = string;

/** `enrol` */
export type Enrol = {
/** QR text. */
text: string,
/** Words for this phone. */
label: string,
/** New PIN or passphrase. */
pin: string, };

/** `enrol_again`: HQ does not know this phone any more, and invites its person anew. */
export type EnrolAgain = {
/** QR text. */
text: string, };

/** An entry's name: the hash of its header. */
export type EntryId = string;

/** One piece of evidence within an inspection. */
export type EvidenceId = string;

/** Kinds of evidence. */
export type EvidenceKind = "photo" | "file" | "measure";

/** What must be at hand. */
export type EvidenceRule = {
/** Of which kind. */
kind: EvidenceKind,
/** How many at least. */
min: number,
/** For which results. */
when: When,
/** What it should show. */
what?: Text | null,
/** How sure the rule is. */
mark: Mark, };

/** A piece of evidence. */
export type EvidenceView = {
/** Its id. */
id: EvidenceId,
/** Kind. */
kind: EvidenceKind,
/** The item, if any. */
item: ItemCode | null,
/** File name, or what was measured. */
name: string,
/** Caption. */
caption: string,
/** The original, for photo and file. */
blob: BlobRef | null,
/** Where the original is. */
original: Original,
/** A thumbnail can be shown (`photo://thumb/<sha256>`). */
has_thumb: boolean,
/** Why there is no preview. */
no_preview: string | null,
/** What was read out of the bytes. */
facts: unknown,
/** Value with unit, for a measured number. */
measured: Measured | null,
/** Where it was taken, as claimed. */
place: Place | null,
/** HQ checkpoint it is certainly not older than. */
not_before: string | null,
/** HQ's receipt time it is certainly not younger than. */
not_after: string | null,
/** Withdrawn, with the reason. */
withdrawn: string | null,
/** Who and when. */
by: Stamp,
/** Its safety. */
safety: Safety, };

/** What a door (IPC, HTTP, command line) answers when it cannot do what was asked. */
export type Failure = {
/** Stable, dotted, lower case: `pin.wrong`, `hq.unreachable`, `disk.full`. The screens' words hang on it. */
code: string,
/** When to try again. */
retry: Retry,
/** Numbers and names for the sentence: never personal data, never keys. */
params: { [key in string]: string }, };

/** A feed's name: the hash of its public key, device and user, so a name proves its key. */
export type FeedId = string;

/** `fetch_original`: an original that is at HQ comes back; a cut goes on where it stood. */
export type FetchOriginal = {
/** The inspection that shows it. */
inspection: InspectionId,
/** The blob. */
blob: BlobHash, };

/** `field` */
export type Field = {
/** Where. */
inspection: InspectionId,
/** Name. */
field: string,
/** Value. */
value: string,
/** Values shown. */
seen: Array<EntryId>, };

/** A field of the record with the values that stand. */
export type FieldView = {
/** The field as the form has it. */
field: FormField,
/** Title of the part of the form it stands in. */
section_title: Text,
/** Values that stand; several: conflict. */
values: Array<NoteView>,
/** Filled in by the engine (time, place, firm); not for typing. */
fixed: boolean, };

/** Where a field's value comes from. */
export type Filled = "typed" | "time" | "firm_name" | "firm_code" | "firm_address" | "firm_legal_representative" | "officers" | "evidence" | "findings";

/** Where a finding stands on its way to 销号. */
export type FindingState = "open" | "rectifying" | "submitted" | "rechecking" | "closed";

/** A firm or institution in HQ's register. */
export type FirmId = string;

/** The record. */
export type FirmRecord = {
/** Its id in HQ's register; absent for a subject met on the spot (未登记主体). */
id: FirmId | null,
/** Full name. */
name: string,
/** Short name for a narrow screen. */
short_name: string,
/** Unified social credit code (GB 32100), as recorded. */
uscc: string,
/** Business form and flags, for `applies_if`. */
subject: Subject,
/** Registered address (住所). */
address: string,
/** Business premises (经营场所) where different. */
premises: string,
/** Warehouses. */
warehouses: Array<string>,
/** Legal representative. */
legal_representative: string,
/** Person in charge. */
manager: string,
/** Quality manager. */
quality_manager: string,
/** Telephone. */
phone: string,
/** Supervision level (G78), e.g. `三级`. */
grade: string,
/** Position, for the order of today's list. */
position: LatLon | null,
/** Licences and filings. */
licences: Array<Licence>,
/** Earlier findings. */
findings: Array<PastFinding>,
/** The order to stop that held when HQ gave out the record (see [`crate::reopening`]). */
suspended?: Suspension | null, };

/** How far a text is from a number of its kind. Ordered: the gravest reason decides. */
export type Fit = "fits" | "spelling" | "doubt" | "nearly" | "unfit";

/** A field. */
export type FormField = {
/** Stable dotted name, e.g. `site_manager.name`. */
field: string,
/** Section it stands in, e.g. `party`. */
section: string,
/** Label. */
label: Text,
/** Words that help to fill it. */
hint?: Text | null,
/** Must be filled before the seal. */
required: boolean,
/** Takes several lines. */
multiline: boolean,
/** Where the value comes from: typed, or filled by the engine. */
filled: Filled,
/** How sure the field is part of the official layout. */
mark: Mark, };

/** `free_storage` */
export type Freed = {
/** What went. */
gone: Heap,
/** What is so now. */
storage: StorageView, };

/** Something happened that a screen may show. */
export type Happening = { "event": "changed",
/** The change. */
delta: Delta, } | { "event": "sync",
/** Where it stands. */
sync: SyncView, } | { "event": "today" } | { "event": "locked" };

/** So many, so large. */
export type Heap = {
/** Originals. */
n: number,
/** Their bytes. */
bytes: number, };

/** `inspection`, `abandon` needs a reason too */
export type InspectionArgs = {
/** Which. */
inspection: InspectionId, };

/** One inspection (UUID v7, made on the phone that started it). */
export type InspectionId = string;

/** Kind of an inspection (常规/专项/有因/许可核查/备案后核查/跟踪/恢复经营). */
export type InspectionKind = "routine" | "special" | "for_cause" | "licence_verification" | "post_filing" | "follow_up" | "reopening";

/** Ways of inspecting; several may hold (飞行/延伸/联合/双随机/拉网). */
export type InspectionMode = "unannounced" | "extended" | "joint" | "random_draw" | "sweep";

/** An inspection in a list. */
export type InspectionRow = {
/** Its id. */
id: InspectionId,
/** Readable number. */
number: string,
/** Firm's short name (or name). */
firm: string,
/** Address, one line. */
address: string,
/** Lists. */
lists: Array<ListCode>,
/** Begun. */
started: string,
/** Draft, sealed or abandoned. */
stage: Stage,
/** Items answered. */
done: number,
/** Items that apply. */
total: number,
/** 不符合 so far. */
non_conforming: number,
/** Photos. */
photos: number,
/** Its safety. */
safety: Safety, };

/** The changing counters of a row. */
export type InspectionRowCounts = {
/** Items answered. */
done: number,
/** Items that apply. */
total: number,
/** 不符合. */
non_conforming: number,
/** Photos. */
photos: number,
/** Stage. */
stage: Stage,
/** Safety. */
safety: Safety, };

/** An inspection with everything its screen needs. Later changes come as [`Delta`]. */
export type InspectionView = {
/** The row. */
row: InspectionRow,
/** The firm as known at the start. */
firm: FirmRecord,
/** The task, if any. */
task: TaskId | null,
/** Kind. */
kind: InspectionKind,
/** Ways. */
modes: Array<InspectionMode>,
/** Focus domains of the year's plan that it serves. */
focus: Array<string>,
/** Officers. */
officers: Array<Officer>,
/** Lists in order. */
lists: Array<ListView>,
/** Items of versions that hold no more, of which something was said: to be read, not to be answered. */
left: Array<ItemView>,
/** Name of the conclusion rule and its bounds, in words the bar can show. */
rule: RuleView,
/** Counts and proposed conclusion. */
progress: Progress,
/** Evidence that belongs to no item. */
general_evidence: Array<EvidenceView>,
/** Fields of the record with their values. */
fields: Array<FieldView>,
/** The seal, if proposed. */
seal: SealView | null, };

/** A law, regulation, rule or guideline. */
export type Instrument = {
/** Short name used by lists, e.g. `GSP`. */
code: LawCode,
/** Full name. */
title: Text,
/** Official number, e.g. `国家药监局公告2023年第153号`. */
number: string,
/** How sure the number is. */
number_mark: Mark,
/** Day of issue, if known, as `YYYY-MM-DD`. */
issued?: string | null,
/** Day it took effect, if known, as `YYYY-MM-DD`. */
effective?: string | null,
/** In force, superseded or unsure, with the reason in a sentence where it is not plainly in force. */
status: LawStatus,
/** What stands in its place. Given for a superseded instrument and for no other. */
replaced_by?: Replacement | null,
/** What an inspector must know about its standing. */
note?: Text | null,
/** The articles that are cited. */
articles: Array<Article>, };

/** `instrument`: a whole law. */
export type InstrumentArgs = {
/** Short name. */
law: LawCode, };

/** `invitation_look`: QR text, or typed parts joined into one. */
export type InvitationLook = {
/** `xuncha:enrol?…` */
text: string, };

/** Who an invitation is for, before anything is used up. */
export type InvitationView = {
/** HQ's address. */
url: string,
/** Name of the bureau. */
bureau: string,
/** Account. */
user: UserId,
/** Name of the person. */
name: string, };

/** Who gave the number out. */
export type Issuer = {
/** Province, 国 or 兵. */
province: Province,
/** Short name of the city or district, one to three characters, where there is one. */
city: string | null, };

/** One thing to check. */
export type Item = {
/** e.g. `COLD-05`; unique over all lists. */
code: ItemCode,
/** What must be so. */
text: Text,
/** How to check it: where to look, what to ask, what counts. */
how: Text,
/** The kinds of looking. */
methods: Array<Method>,
/** How many to draw, where the item samples. */
sample?: number | null,
/** What must be at hand before the inspection can be sealed. */
evidence: Array<EvidenceRule>,
/** Key item ※ or not. */
key: KeyFlag,
/** The duty. */
basis: Array<Basis>,
/** What the item rests on where that is no article of the library: a supervision plan, a notice. */
grounds?: Text | null,
/** The violations it may be; a proposal to the inspector, never a verdict. */
violations: Array<Violation>,
/** How bad a non-conformity usually is. */
severity: Severity,
/** Asks about the regulator's own work (监管侧): answered and recorded, and no part of the firm's rates. */
regulator?: boolean,
/** CEL over `subject`; absent: always applies. */
applies_if?: string | null,
/** The item of another list that asks the same: where both lists are worked through, only that one is asked. */
same_as?: ItemCode | null,
/** The unit to propose when a number is measured here. */
unit?: string | null,
/** A table to fill here, whose rows a machine compares. */
table?: TableKind | null,
/** Phrases to pick from. */
findings: Array<TypicalFinding>,
/** The official clause this item stands for, once known. */
official_code?: string | null, };

/** An item of a checklist, e.g. `COLD-05`. */
export type ItemCode = string;

/** The changing half of an item. */
export type ItemState = {
/** The item. */
code: ItemCode,
/** The answers that stand: none, one, or several in conflict. */
answers: Array<AnswerView>,
/** The notes that stand: none, one, or several in conflict. */
notes: Array<NoteView>,
/** The tables that stand: none, one, or several in conflict. */
tables: Array<TableView>,
/** Evidence, oldest first, withdrawn included. */
evidence: Array<EvidenceView>,
/** Evidence rules that hold for the present answer, with what is there. */
needs: Array<NeedView>,
/** The answer was given under this version, to another sentence: it waits to be given again. */
reworded: string | null,
/** Whatever keeps it from being complete. */
missing: boolean,
/** Its safety. */
safety: Safety, };

/** An item with its answer. */
export type ItemView = {
/** The item as the list has it: text, how, methods, sample, evidence rules, key, basis, violations, findings. */
item: Item,
/** Items of other lists that are not asked because this one is. */
covers: Array<ItemCode>,
/** Its state. */
state: ItemState,
/** The table to fill here, if it has one. */
table: TableSpec | null, };

/** Key item ※: replaceable data, since the official allocation could not be read. */
export type KeyFlag = {
/** Counts as key. */
value: boolean,
/** How sure that is. */
mark: Mark, };

/** WGS 84 position in degrees. */
export type LatLon = {
/** Latitude. */
lat: number,
/** Longitude. */
lon: number, };

/** An entry outside the seal. */
export type LaterView = {
/** Event type. */
kind: string,
/** The item, if it has one. */
item: ItemCode | null,
/** Who and when. */
by: Stamp, };

/** `law` */
export type LawArgs = {
/** Short name. */
law: LawCode,
/** Article. */
article: string, };

/** A law's short name in the library, e.g. `GSP`. */
export type LawCode = string;

/** A law in the list of laws. */
export type LawRow = {
/** The instrument without its articles. */
instrument: Instrument,
/** Articles in the library. */
articles: number,
/** Of these, articles whose text was not read. */
unread: number, };

/** Standing of an instrument. */
export type LawStatus = "in_force" | "superseded" | "unsure";

/** An article of the law with where it stands. */
export type LawView = {
/** The instrument without its articles. */
instrument: Instrument,
/** The article, if the library has it. */
article: Article | null, };

/** A licence or filing certificate. */
export type Licence = {
/** e.g. 医疗器械经营许可证. */
kind: string,
/** Its number. */
number: string,
/** Scope as printed. */
scope: string,
/** Issued by. */
issuer: string,
/** Day of issue. */
issued: string | null,
/** Last day of validity; absent where the certificate does not expire. */
valid_to: string | null, };

/** A checklist, e.g. `COLD`. */
export type ListCode = string;

/** `list_item`: an item of a list of this phone, in the newest version, outside of any inspection. */
export type ListItemArgs = {
/** The list. */
list: ListCode,
/** The item. */
item: ItemCode, };

/** An item of a list, outside of any inspection. */
export type ListItemView = {
/** The list. */
list: ListTitle,
/** Title of its section. */
section: Text,
/** The item. */
item: Item, };

/** A list as it would be for a subject. */
export type ListProposal = {
/** Code, title, version. */
title: ListTitle,
/** Whether it is proposed. */
proposed: boolean,
/** Items that apply to the subject. */
applicable: number,
/** Of these, items that an item of another list asks too, by that list. */
same: Array<SameAsked>, };

/** A list by name. */
export type ListTitle = {
/** Code. */
code: ListCode,
/** Title. */
title: Text,
/** Version. */
version: string,
/** Items. */
items: number,
/** Where it comes from. */
source: Text | null, };

/** A list of an inspection. */
export type ListView = {
/** Code, title, version. */
title: ListTitle,
/** Sections in order. */
sections: Array<SectionView>,
/** The version a draft could move to: there is a newer one on this phone. */
newer: string | null, };

/** First screen. */
export type LockState = "not_enrolled" | "locked" | "unlocked";

/** Language and theme, known before unlocking. */
export type Look = {
/** `zh-CN` or `en`. */
language: string,
/** `system`, `light`, `dark`, `sun`. */
theme: string, };

/** An original that neither this phone nor HQ has. */
export type LostOriginal = {
/** The blob. */
sha256: BlobHash,
/** Its file name. */
name: string,
/** The inspection. */
inspection: InspectionId | null,
/** Its firm. */
firm: string,
/** It had left this phone on HQ's word; otherwise its file vanished here. */
let_go: boolean, };

/** How sure a statement is. Carried from the domain reference into the data and onto the screen. */
export type Mark = "V" | "M" | "D";

/** `measure`: `value` as typed; `℃`, comma and full-width digits are understood. */
export type Measure = {
/** Where. */
inspection: InspectionId,
/** Item. */
item: ItemCode,
/** What. */
what: string,
/** Number as typed. */
value: string,
/** Unit. */
unit: string,
/** Instrument. */
instrument: string,
/** Place. */
place: Place | null, };

/** A measured number. */
export type Measured = {
/** Decimal text. */
value: string,
/** Unit. */
unit: string,
/** Instrument. */
instrument: string, };

/** A kind of looking (看 查 问 抽 量 系 拍 扫). */
export type Method = "observe" | "documents" | "interview" | "sample" | "measure" | "system" | "photo" | "scan";

/** Something missing before the seal. */
export type MissingView = { "what": "answer",
/** Where. */
item: ItemCode, } | { "what": "reason",
/** Where. */
item: ItemCode, } | { "what": "conflict",
/** Where. */
item: ItemCode, } | { "what": "reworded",
/** Where. */
item: ItemCode, } | { "what": "evidence",
/** Where. */
item: ItemCode,
/** Kind. */
kind: EvidenceKind,
/** At least. */
need: number,
/** There is. */
have: number, } | { "what": "field",
/** Which. */
field: string, } | { "what": "officers" };

/** `move_list`: the draft goes on under that version. */
export type MoveList = {
/** Where. */
inspection: InspectionId,
/** Which. */
list: ListCode,
/** The version whose difference was shown. */
to: Digest, };

/** What a proposal is. */
export type Nature = "finding" | "check";

/** An evidence rule against what is there. */
export type NeedView = {
/** Kind. */
kind: EvidenceKind,
/** At least. */
need: number,
/** There is. */
have: number,
/** What it should show. */
what: Text | null,
/** How sure the rule is. */
mark: Mark, };

/** How the phone is connected, as far as its shell can tell. */
export type Network = "metered" | "unmetered" | "unknown" | "none";

/** `network`: the shell says how the phone is connected, at its start and whenever that changes. Also while locked. */
export type NetworkArgs = {
/** As far as it can tell. */
network: Network, };

/** An item that another version has otherwise. */
export type NewerItem = {
/** The item. */
item: ItemCode,
/** The sentence in use; none: the item is new. */
before: Text | null,
/** The sentence of the newest version; none: it is not asked any more. */
after: Text | null,
/** What else differs, by its key in the list: `how`, `evidence`, `key`, `basis`, … and `place` for one that moved. */
fields: Array<string>,
/** Something was answered, noted or attached there: it stays. */
spoken: boolean,
/** The answer waits to be given again, because its sentence is another. */
again: boolean, };

/** `newer_list`: what the newest version of a list of a draft says otherwise. */
export type NewerListArgs = {
/** Where. */
inspection: InspectionId,
/** Which. */
list: ListCode, };

/** What the newest version of a list says otherwise, for the subject of one draft. */
export type NewerListView = {
/** The newest version. */
title: ListTitle,
/** Names that version in `move_list`. */
sha256: Digest,
/** The version in use. */
from: string,
/** Items that are not as they were: in the order of the new list, those that are gone last. */
items: Array<NewerItem>,
/** Items that are as they were. */
unchanged: number,
/** Title, source, sections or the order of the list itself differ. */
framed: boolean, };

/** `note` */
export type Note = {
/** Where. */
inspection: InspectionId,
/** Item. */
item: ItemCode,
/** Text; empty removes. */
text: string,
/** Notes shown. */
seen: Array<EntryId>, };

/** A note that stands. */
export type NoteView = {
/** The text. */
text: string,
/** Who and when. */
by: Stamp, };

/** No arguments, or no reply. */
export type Nothing = Record<symbol, never>;

/** Something a person should know; the screens own the words for `code`. */
export type Notice = {
/** Stable code. */
code: string,
/** Values for the sentence. */
params: { [key in string]: string }, };

/** Kinds of numbers that can be told by their form. */
export type NumberKind = "credit_code" | "registration" | "old_registration" | "class_one_filing" | "distribution_licence" | "distribution_filing" | "production_licence" | "production_filing" | "online_sales_filing" | "online_platform_filing" | "information_certificate" | "information_filing";

/** The parts of a number. */
export type NumberParts = { "is": "credit_code",
/** 登记管理部门: 9 market regulation, 1 public institutions, 5 civil affairs. */
authority: string,
/** 机构类别 within that authority. */
category: string,
/** 行政区划, six digits. */
region: string,
/** 主体标识 (organisation code), nine characters, the last its own check character. */
organisation: string,
/** 校验码. */
check: string, } | { "is": "registration",
/** 国 or a province. */
issuer: Issuer,
/** 准, 进 or 许. */
origin: Origin,
/** Of the first registration. */
year: number,
/** 1 (only before 2014), 2 or 3. */
class: number,
/** Two digits: the category of the catalogue. */
category: string,
/** The category is certainly one of the 2017 catalogue. Numbers of 2018 and before carry 68xx codes' last digits. */
catalogue_2017: boolean,
/** Serial number of the first registration. */
serial: string, } | { "is": "class_one_filing",
/** 国 for imported goods. */
issuer: Issuer,
/** Of the filing. */
year: number,
/** Four or five digits. */
serial: string, } | { "is": "permit",
/** Province and city. */
issuer: Issuer,
/** 食药监械: given out while food and drugs were one authority. */
food_and_drug: boolean,
/** First issue. */
year: number,
/** Four characters. */
serial: string, } | { "is": "online_filing",
/** Province and city. */
issuer: Issuer,
/** Of the filing. */
year: number,
/** Five digits. */
serial: string, } | { "is": "information_certificate",
/** The province. */
issuer: Issuer,
/** 经营性 or 非经营性. */
commercial: boolean,
/** First issue. */
year: number,
/** Four digits. */
serial: string, };

/** A number as it is properly written. */
export type NumberReading = {
/** Normal form: half-width, capitals, round brackets, no blanks, with its 号. */
text: string,
/** Its parts. */
parts: NumberParts, };

/** Where a form comes from. */
export type NumberSource = "law" | "standard" | "in_use" | "replaced" | "nothing";

/** An officer of the inspection; the law wants at least two (O54§49, PEN§42). */
export type Officer = {
/** The account at HQ, if there is one. */
user: UserId | null,
/** Name. */
name: string,
/** Number of the enforcement ID (执法证号). */
certificate: string, };

/** `officers` */
export type Officers = {
/** Where. */
inspection: InspectionId,
/** All of them. */
officers: Array<Officer>, };

/** What HQ does not have yet. */
export type OnlyHere = {
/** Inspections with something unsent. */
inspections: number,
/** Photos unsent. */
photos: number,
/** Other files unsent. */
files: number,
/** Entries unsent. */
entries: number,
/** Bytes unsent. */
bytes: number, };

/** Where goods come from: the character after 注 or in the brackets. */
export type Origin = "domestic" | "imported" | "hong_kong_macao_taiwan";

/** Where an original is. */
export type Original = "here" | "at_hq" | "lost" | "missing";

/** Result of an item. */
export type Outcome = "conforms" | "non_conforming" | "corrected" | "not_applicable" | "unchecked";

/** A finding of an earlier inspection. */
export type PastFinding = {
/** The item, if known. */
item: ItemCode | null,
/** What was found. */
text: string,
/** Day found. */
found: string,
/** Day until which it must be rectified. */
deadline: string,
/** Where it stands. */
state: FindingState, };

/** The device's claim about place (WGS 84). */
export type Place = {
/** Degrees. */
lat: number,
/** Degrees. */
lon: number,
/** Accuracy radius in metres. */
acc_m: number,
/** The system said that the position is simulated. */
mock: boolean, };

/** Counts and what is still missing. */
export type Progress = {
/** Counts of key and general items. */
tallies: Tallies,
/** Proposed conclusion by the rule, for the answers so far. */
conclusion: ConclusionView | null,
/** What keeps it from being sealed, in the order of the walk; empty: ready. */
missing: Array<MissingView>,
/** Stage, safety and counters of the row. */
row: InspectionRowCounts, };

/** Which rule raised it. */
export type ProposalCode = "table.made_after_arrival" | "table.made_after_order" | "table.order_after_arrival" | "table.acceptance_before_arrival" | "table.stored_before_acceptance" | "table.expiry_before_made" | "table.expired_on_arrival" | "table.in_future" | "table.more_than_received" | "table.number_form" | "table.licence_ended" | "table.licence_ended_now" | "table.filing_not_enough" | "table.scope_without_class" | "table.scope_without_category" | "table.scope_unclear" | "table.class_differs" | "table.period_reversed" | "table.made_before_period" | "table.made_in_gap" | "table.made_after_period" | "table.made_unclear" | "table.expired_in_sale" | "table.expired_not_isolated" | "table.expired_somewhere" | "table.expiry_disputed" | "table.near_not_warned" | "table.near";

/** Lists and rule that fit a subject and an occasion. The inspector adds and drops. */
export type ProposalView = {
/** Every list of this phone, proposed ones first. */
lists: Array<ListProposal>,
/** Code of the conclusion rule. */
rule: RuleCode,
/** Its title. */
rule_title: Text, };

/** `propose`: which lists and which rule an inspection of this subject would have. */
export type ProposeArgs = {
/** Business form and flags. */
subject: Subject,
/** Kind. */
kind: InspectionKind,
/** Ways. */
modes: Array<InspectionMode>,
/** Focus domains of the year's plan, `F01` to `F10`. */
focus: Array<string>, };

/** The character a province, 国 or 兵 (新疆生产建设兵团) has in numbers. */
export type Province = string;

/** One thing to look at again. */
export type Reason = {
/** Which. The words hang on it. */
code: ReasonCode,
/** How far this one alone takes the text from the pattern. */
fit: Fit,
/** Values for the sentence. `at` counts characters from 1, after blanks and a label were left out. */
params: { [key in string]: string }, };

/** Why to look again. The screens own the words; the parameters of each are in the table of this room's door. */
export type ReasonCode = "identifier.width" | "identifier.blanks" | "identifier.lower_case" | "identifier.brackets" | "identifier.dash" | "identifier.traditional" | "identifier.label" | "identifier.missing_hao" | "identifier.missing_text" | "identifier.unexpected_text" | "identifier.confused" | "identifier.wrong_text" | "identifier.length" | "identifier.alphabet" | "identifier.check_digit" | "identifier.organisation_check" | "identifier.region" | "identifier.authority" | "identifier.year" | "identifier.year_unusual" | "identifier.year_future" | "identifier.class" | "identifier.class_differs" | "identifier.origin" | "identifier.category" | "identifier.city_missing" | "identifier.city_unexpected" | "identifier.old_scheme" | "identifier.other_kind" | "identifier.not_a_device" | "identifier.too_many_repairs" | "identifier.unknown_form" | "identifier.too_long" | "identifier.empty";

/** A refusal to sign. */
export type RefusalView = {
/** Reason. */
reason: string,
/** Witness. */
witness: string,
/** The witness's drawn image. */
image: BlobHash | null,
/** When. */
by: Stamp, };

/** `refuse` */
export type Refuse = {
/** Where. */
inspection: InspectionId,
/** Proposal. */
proposal: EntryId,
/** Reason. */
reason: string,
/** Witness. */
witness: string,
/** The witness's PNG as base64. */
image: string | null, };

/** What stands in the place of a superseded instrument. */
export type Replacement = {
/** Short name of the newer instrument; the library has it. */
law: LawCode,
/** First day on which the newer one counts, if known, as `YYYY-MM-DD`. */
from?: string | null,
/** How sure: V when the clause of repeal was read. */
mark: Mark, };

/** When trying the same thing again makes sense. */
export type Retry = "never" | "later" | "after_action";

/** `room`: room left on the phone, in photos. */
export type RoomView = {
/** Photos of this phone's usual size that still fit beside what is kept back. */
photos: number,
/** So few that a screen says so. */
low: boolean,
/** The reserve for finishing an inspection is here; otherwise it is in use. */
reserve: boolean, };

/** A conclusion rule, e.g. `licence-verification`. */
export type RuleCode = string;

/** A conclusion rule on the screen. */
export type RuleView = {
/** Name. */
title: Text,
/** Source. */
source: Text,
/** How sure. */
mark: Mark,
/** Bound of the key rate for the middle outcome in percent text, e.g. `10 %`. */
key_bound: string | null,
/** Bound of the general rate. */
general_bound: string | null, };

/** Safety of one piece of evidence or of a whole inspection, in the design's words. */
export type Safety = "saving" | "here" | "at_hq" | "quarantined";

/** Items that need not be asked here if another list is worked through too. */
export type SameAsked = {
/** The other list. */
list: ListCode,
/** How many. */
items: number, };

/** As what somebody signs. */
export type SealRole = "officer" | "firm" | "witness";

/** A proposal and its signatures. */
export type SealView = {
/** The proposal's entry. */
proposal: EntryId,
/** The rendered record: exactly the text whose hash is signed. */
record: string,
/** Its SHA-256. */
record_sha256: string,
/** Entries and blobs it covers. */
entries: number,
/** Blobs. */
blobs: number,
/** Conclusion at that moment. */
conclusion: ConclusionView | null,
/** Signatures so far. */
signatures: Array<SignatureView>,
/** The firm's refusal. */
refusal: RefusalView | null,
/** Roles that are still missing. */
waits_for: Array<SealRole>,
/** All are present. */
sealed: boolean,
/** Entries outside the frontier came since: before sealing a new proposal is needed, afterwards they are late. */
outside: number,
/** Corrections and late entries after the seal, as lines. */
later: Array<LaterView>, };

/** `search`: several words must all be found; Chinese, pinyin initials (`llys`), codes (`COLD-05`, `GSP 44`), article numbers. */
export type SearchArgs = {
/** As typed. */
text: string,
/** Only there; none: everywhere. */
within: SearchIn | null,
/** Hits at most; 100 is the most that is given. */
limit: number, };

/** One thing that was found. */
export type SearchHit = {
/** What it is, and what to open. */
target: SearchTarget,
/** `GSP`, `GSP 44`, `COLD-05`, or an inspection's number. */
code: string,
/** Law with article, text of the item (for a finding: of its item), or name of the firm. */
title: Text,
/** Where the Chinese title matches. */
title_marks: Array<SearchSpan>,
/** Title of the list, for an item or a finding. */
place: Text | null,
/** A piece of the text, on one line, round the first match. Plain text. */
snippet: string,
/** BCP 47 tag of the snippet: a match may stand in the translation only. */
snippet_language: string,
/** Where the snippet matches; none if only title, code or place match. */
snippet_marks: Array<SearchSpan>,
/** How sure the text is; of an item: the least sure article it rests on. None for an inspection. */
mark: Mark | null,
/** The law has been replaced. */
superseded: boolean,
/** By which, if the library says. */
replaced_by: LawCode | null, };

/** Where to search. */
export type SearchIn = "laws" | "items" | "findings" | "inspections";

/** A stretch of a text in UTF-16 units, as JavaScript counts. */
export type SearchSpan = {
/** First unit. */
start: number,
/** Units. */
len: number, };

/** What a hit is. */
export type SearchTarget = { "kind": "law",
/** Short name. */
law: LawCode, } | { "kind": "article",
/** Short name. */
law: LawCode,
/** Number in Arabic digits. */
article: string, } | { "kind": "item",
/** The list. */
list: ListCode,
/** The item. */
item: ItemCode, } | { "kind": "finding",
/** The list. */
list: ListCode,
/** The item. */
item: ItemCode,
/** Its place among the item's findings, from 0. */
finding: number, } | { "kind": "inspection",
/** Which. */
inspection: InspectionId, };

/** What was found. An empty text finds nothing, and makes the next search quick. */
export type SearchView = {
/** Title and code first, then what is in force, then the shorter. */
hits: Array<SearchHit>,
/** There are more than were asked for. */
more: boolean,
/** The text was longer than what a search takes: only its beginning was searched for. */
shortened: boolean,
/** Codes of lists (`library`: the laws) whose file on this phone cannot be read: they were not searched. */
unread: Array<string>, };

/** A section. */
export type SectionView = {
/** Unique within the inspection: `COLD/equipment`. */
id: string,
/** Title. */
title: Text,
/** Items that apply, in order. */
items: Array<ItemView>, };

/** `set_settings` */
export type SetSettings = {
/** `zh-CN` or `en`. */
language: string | null,
/** `system`, `light`, `dark`, `sun`. */
theme: string | null,
/** Minutes. */
lock_after_min: number | null,
/** HQ's new address. */
hq_url: string | null, };

/** Settings and storage. */
export type Settings = {
/** Bureau. */
bureau: string,
/** Address of HQ. */
hq_url: string,
/** SHA-256 of HQ's CA. */
ca: string,
/** Device id. */
device: string,
/** Words for the device. */
device_label: string,
/** Own feed. */
feed: string,
/** Entries in it. */
entries: number,
/** Persons on this phone. */
users: Array<UserChoice>,
/** Language of the screens: `zh-CN` or `en`. */
language: string,
/** `system`, `light`, `dark`, `sun`. */
theme: string,
/** Bytes of originals. */
originals_bytes: number,
/** Number of originals. */
originals: number,
/** Bytes free on the disk. */
free_bytes: number,
/** A hardware secret protects the PIN. */
hardware_secret: boolean,
/** Lists on this phone. */
lists: Array<ListTitle>,
/** Version of the app. */
version: string,
/** Minutes of inactivity until the lock. */
lock_after_min: number, };

/** How bad a non-conformity usually is. */
export type Severity = "minor" | "major" | "serious";

/** `sign` */
export type Sign = {
/** Where. */
inspection: InspectionId,
/** The proposal that was shown. */
proposal: EntryId,
/** As what. */
role: SealRole,
/** Who. */
name: string,
/** How; keyed only for the one who is in. */
method: SignMethod,
/** PNG as base64, for a drawn one. */
image: string | null, };

/** How somebody signed. */
export type SignMethod = "keyed" | "drawn";

/** A signature. */
export type SignatureView = {
/** As what. */
role: SealRole,
/** Who. */
name: string,
/** How. */
method: SignMethod,
/** The drawn image. */
image: BlobHash | null,
/** When, as claimed. */
by: Stamp, };

/** Life of an inspection. */
export type Stage = "draft" | "signing" | "sealed" | "abandoned";

/** Who wrote something, and where it stands. */
export type Stamp = {
/** The entry. */
entry: EntryId,
/** Its feed. */
feed: FeedId,
/** Its place in the feed. */
seq: number,
/** Its logical time; for display order only. */
lamport: number,
/** The person. */
actor: UserId,
/** The device's claim about time. */
wall: string, };

/** `start` */
export type Start = {
/** The task it carries out; then firm, lists, kind, modes come from it unless given. */
task: TaskId | null,
/** The subject, for an inspection without a task. */
firm: FirmRecord | null,
/** Lists; empty: those of the task. */
lists: Array<ListCode>,
/** Kind; none: the task's. */
kind: InspectionKind | null,
/** Ways. */
modes: Array<InspectionMode>,
/** Focus domains of the year's plan, `F01` to `F10`. */
focus: Array<string>,
/** Conclusion rule; none: by kind. */
rule: RuleCode | null,
/** The officers beside the one who is in. */
officers: Array<Officer>,
/** Where. */
place: Place | null,
/** BCP 47. */
language: string, };

/** Answer of `start`. */
export type Started = {
/** The new inspection. */
inspection: InspectionId, };

/** Where the app stands before anything is shown. */
export type Status = {
/** What to show first. */
state: LockState,
/** Persons who can unlock this phone. */
users: Array<UserChoice>,
/** Who is in, when unlocked. */
user: UserId | null,
/** Milliseconds until a PIN is taken again; 0: now. */
wait_ms: number,
/** No hardware secret protects the PIN: a passphrase of at least this many characters is asked for. */
pin_min: number,
/** The PIN may be digits only (a hardware secret is there). */
pin_numeric: boolean,
/** What was found at open and must be shown: `feed.torn_tail`, `feed.rolled_back`, `index.rebuilt`, … */
notices: Array<Notice>,
/** Version of the app. */
version: string, };

/** Why an original stays. */
export type Stay = "stopped" | "unsealed" | "unsent" | "not_backed_up" | "fresh" | "conflict" | "open" | "adding";

/** Originals that stay for one reason: the first that holds them. */
export type Stays = {
/** Why. */
why: Stay,
/** How many. */
heap: Heap, };

/** `storage_settings`: what may leave this phone, and when. */
export type StorageSettings = {
/** Days of grace after HQ's receipt, 1 to 365. */
days: number,
/** What may go goes after each sync, unasked. */
by_itself: boolean, };

/** `storage` */
export type StorageView = {
/** Bytes free on the disk. */
free_bytes: number,
/** Photos that still fit, and the reserve. */
room: RoomView,
/** Bytes the reserve has while it is here. */
reserve_bytes: number,
/** Originals no entry names, set aside when the app was opened. */
aside: number,
/** Originals of own entries on this phone. */
here: Heap,
/** Of these, what may go now. */
may_go: Heap,
/** Of these, what stays, by reason. */
stays: Array<Stays>,
/** Originals that left this phone and are at HQ. */
away: Heap,
/** Originals nobody has, at most 200. */
lost: Array<LostOriginal>,
/** HQ has said that it has a backup. */
backed_up: boolean,
/** Days of grace after the receipt. */
days: number,
/** What may go goes after each sync. */
by_itself: boolean, };

/**
 * What `applies_if` may ask about: the inspected subject as HQ's register knows it. In CEL: `subject.kind`,
 * `subject.modes`, `subject.flags`, `subject.scope`.
 */
export type Subject = {
/** Business form, e.g. `wholesale`, `retail`, `third_party_logistics`, `hospital`. */
kind: string,
/** Further forms it also has. */
modes: Array<string>,
/** Flags of the register: `cold_chain`, `implant`, `online`, `offsite_warehouse`, `class_3`, … */
flags: Array<string>, };

/** An order to stop (责令停业、停止经营). */
export type Suspension = {
/** Number of the order (文书文号). */
order: string,
/** Why. */
reason: string,
/** First day on which the firm must stand still, `YYYY-MM-DD`. */
since: string, };

/** A file on its way. */
export type SyncFile = {
/** The blob. */
sha256: BlobHash,
/** Its name for people. */
name: string,
/** Firm. */
firm: string,
/** Its inspection; none for a file HQ lost and wants again. */
inspection: InspectionId | null,
/** Bytes. */
size: number,
/** Acknowledged. */
done: number,
/** Under a verified receipt. */
receipted: boolean,
/** HQ did not know the part it had any more: the file began again. */
again: boolean,
/** What went wrong with it. */
problem: Failure | null, };

/** `sync_first`: the files of one inspection go before all others. */
export type SyncFirst = {
/** Which; none: in the order they were made. */
inspection: InspectionId | null, };

/** An inspection with files that HQ has not receipted. */
export type SyncInspection = {
/** The inspection. */
inspection: InspectionId,
/** Firm. */
firm: string,
/** Its files without a receipt. */
files: number,
/** Bytes of them that HQ has not acknowledged. */
bytes: number, };

/** What a sync is doing. */
export type SyncPhase = "idle" | "connecting" | "pushing" | "uploading" | "confirming" | "pulling" | "closing" | "done" | "paused" | "waiting" | "failed";

/** Where the sync stands. */
export type SyncView = {
/** What it is doing. */
phase: SyncPhase,
/** What is only here, counted down as receipts arrive. */
only_here: OnlyHere,
/** Entries in all that this run has to send, and sent. */
entries_total: number,
/** Sent. */
entries_done: number,
/** Bytes of blobs in this run. */
bytes_total: number,
/** Of these, what HQ acknowledged; what only left the phone is not in it. */
bytes_done: number,
/** Acknowledged bytes per second over the last 20 s; none while it cannot be said. */
rate: number | null,
/** What remains at that rate. */
remaining_ms: number | null,
/** At rest: milliseconds until the next contact begins by itself; none: not without a person, or another network. */
retry_ms: number | null,
/** Files of this run: in work first, then waiting, then done; at most 200. */
files: Array<SyncFile>,
/** Files not listed. */
files_more: number,
/** Inspections that still have files here, the one put first at the top; at most 100. */
inspections: Array<SyncInspection>,
/** The inspection whose files go first. */
first: InspectionId | null,
/** Nothing goes over a network that costs by the byte. */
wifi_only: boolean,
/** Contacts begin without being asked for. */
by_itself: boolean,
/** A person asked for this one, within the last ten minutes: what went wrong is said aloud. */
asked: boolean,
/** What the shell said of the network. */
network: Network,
/** What needs a person or went wrong. */
problem: Failure | null,
/** Entries HQ keeps apart. */
quarantined: number,
/** The day both sides agree on, when all is in. */
agreed: AgreedView | null,
/** Address of HQ. */
hq: string,
/** Last contact. */
last_contact: string | null, };

/** `table`: the rows of an item's table, all of them, cells by position of the columns */
export type TableArgs = {
/** Where. */
inspection: InspectionId,
/** Item. */
item: ItemCode,
/** Cells as typed; no rows take the table back. */
rows: Array<Array<string>>,
/** Why, after the seal. */
correction: string | null,
/** The tables the screen showed: `tables[].by.entry`. */
seen: Array<EntryId>, };

/** A cell: what was typed, and what it was taken for. */
export type TableCell = {
/** As typed. */
text: string,
/**
 * How it was understood: a day as `2026-03-05`, a number in its normal form, the word of a choice. None for plain words,
 * empty cells, and what could not be understood.
 */
understood: Text | null,
/** For a number that checks itself: how far it fits, and why to look again. */
checked: Checked | null,
/** Why it could not be understood. */
problem: CellProblem | null, };

/** The tables there are. */
export type TableKind = "record_dates" | "supplier_scope" | "registration_period" | "near_expiry";

/** `table_look`: what rows would be understood as and raise today; nothing is written */
export type TableLook = {
/** Which table. */
kind: TableKind,
/** Cells as typed. */
rows: Array<Array<string>>, };

/** Rows that were looked at and not kept. */
export type TableLooked = {
/** Rows with what each cell was understood as. */
rows: Array<Array<TableCell>>,
/** What the rows raise today. */
proposals: Array<TableProposal>, };

/** Something that rows raise. Proposals, never verdicts: a person takes them over or not. */
export type TableProposal = {
/** The row, from 1. */
row: number,
/** The columns it hangs on. */
columns: Array<Column>,
/** Which rule. */
code: ProposalCode,
/** Finding or prompt. */
nature: Nature,
/** How bad it usually is. */
severity: Severity,
/** Values of the wording. */
params: { [key in string]: string },
/** Ready for the note. */
words: Text,
/** The duty. */
basis: Array<Basis>,
/** How sure the rule is. */
mark: Mark, };

/** A table as a screen draws it. */
export type TableSpec = {
/** Which. */
kind: TableKind,
/** Its name. */
title: Text,
/** What to copy from where, in a sentence. */
hint: Text,
/** In order; cells of a row stand in this order. */
columns: Array<ColumnSpec>,
/** Rows at most. */
max_rows: number,
/** Characters of a cell at most. */
max_chars: number, };

/** A table that stands. */
export type TableView = {
/** Which: its columns are in [`ItemView::table`]. */
kind: TableKind,
/** Rows with what each cell was understood as. */
rows: Array<Array<TableCell>>,
/** What the rows raise, in order of rows; never a verdict. */
proposals: Array<TableProposal>,
/** Why it was corrected after the seal. */
correction: string | null,
/** Who and when; `by.entry` goes into `seen` of the next write. */
by: Stamp, };

/** Key and general items. */
export type Tallies = {
/** ※ items. */
key: Tally,
/** The others. */
general: Tally, };

/** Counts of one class of items. 当场改正 is counted apart: the rule treats it as conforming. */
export type Tally = {
/** Items that apply by the list. */
total: number,
/** 合理缺项. */
not_applicable: number,
/** 不符合. */
non_conforming: number,
/** 当场改正. */
corrected: number,
/** 未检查 or not yet answered. */
open: number,
/** In conflict: several writes, not settled. */
conflicting: number, };

/** `task` */
export type TaskArgs = {
/** Which. */
task: TaskId, };

/** A task HQ gave out. */
export type TaskId = string;

/** A task in a list. */
export type TaskRow = {
/** Its id. */
id: TaskId,
/** A line. */
title: string,
/** Firm's name. */
firm: string,
/** Address. */
address: string,
/** Due day. */
due: string | null,
/** Days left; negative: overdue. */
due_in_days: number | null,
/** Metres from here, if the place is known. */
distance_m: number | null,
/** Lists. */
lists: Array<ListCode>,
/** Kind. */
kind: InspectionKind,
/** Ways. */
modes: Array<InspectionMode>,
/** Open earlier findings of the firm. */
open_findings: number, };

/** A task with the firm. */
export type TaskView = {
/** The row. */
row: TaskRow,
/** The firm. */
firm: FirmRecord,
/** Words from HQ. */
note: string,
/** Where it comes from. */
origin: string,
/** The lists with titles. */
lists: Array<ListTitle>,
/** Inspections already made for it on this phone. */
inspections: Array<InspectionRow>, };

/** Words in several languages; `zh-Hans` is required, other keys are BCP 47 tags. */
export type Text = {
/** Simplified Chinese. */
"zh-Hans": string, } & ({ [key in string]: string });

/** The first screen after unlocking. */
export type Today = {
/** Inspections begun and not sealed, newest first. */
drafts: Array<InspectionRow>,
/** Tasks not begun, by due day. */
tasks: Array<TaskRow>,
/** Sealed inspections, newest first; at most 50. */
sealed: Array<InspectionRow>,
/** What is only on this phone. */
only_here: OnlyHere,
/** Room left. */
room: RoomView,
/** Last contact with HQ. */
last_contact: string | null,
/** Version and day of the lists, and whether they are older than 30 days. */
lists_as_of: string | null,
/** What must be known. */
notices: Array<Notice>,
/** Who is in. */
officer: Officer, };

/** `today` */
export type TodayArgs = {
/** Where the phone is, for the order of tasks. */
here: Place | null, };

/** A phrase from practice that a non-conformity often is. */
export type TypicalFinding = {
/** The phrase. */
text: Text,
/** How sure its source is. */
mark: Mark, };

/** `unlock` */
export type Unlock = {
/** Who. */
user: UserId,
/** PIN or passphrase. */
pin: string, };

/** Answer of `attach_begin`. */
export type UploadBegun = {
/** Names the upload. */
upload: string, };

/** A person who can unlock this phone. */
export type UserChoice = {
/** Account. */
user: UserId,
/** Name. */
name: string, };

/** A person with an account at HQ. */
export type UserId = string;

/** Answer of `verify_evidence`. */
export type Verified = {
/** The bytes here are the bytes that were sealed. */
intact: boolean, };

/** `verify_evidence`: read the original back and compare its hash. */
export type VerifyArgs = {
/** The blob. */
blob: BlobHash, };

/** A violation of the master table. */
export type Violation = {
/** e.g. `V11`. */
code: ViolationCode,
/** How sure the mapping from the item is. */
mark: Mark, };

/** A violation of the master table, e.g. `V11`. */
export type ViolationCode = string;

/** A row of the violation table. */
export type ViolationEntry = {
/** e.g. `V11`. */
code: ViolationCode,
/** What was violated. */
title: Text,
/** Place of the duty, e.g. `T739§47`. */
duty: string,
/** Place of the penalty clause, e.g. `T739§88（三）`. The place only, never an amount. */
penalty: string,
/** How sure. */
mark: Mark, };

/** `violations` */
export type ViolationsArgs = {
/** Item. */
item: ItemCode,
/** Where. */
inspection: InspectionId, };

/** Violations an item may be. */
export type ViolationsView = {
/** Rows of the master table. */
violations: Array<ViolationEntry>, };

/** For which results an evidence rule holds. */
export type When = "non_conforming" | "checked";

/** `sync_wifi_only`: nothing goes over a network that costs by the byte, until this is taken back. */
export type WifiOnly = {
/** Whether. */
on: boolean, };

/** `withdraw` */
export type Withdraw = {
/** Where. */
inspection: InspectionId,
/** Which. */
evidence: EvidenceId,
/** Why. */
reason: string, };

/** Every verb of the engine: what it takes and what it answers. */
export interface Verbs {
  status: { args: Nothing; reply: Status }
  look: { args: Nothing; reply: Look }
  invitation_look: { args: InvitationLook; reply: InvitationView }
  enrol: { args: Enrol; reply: Status }
  enrol_again: { args: EnrolAgain; reply: Status }
  unlock: { args: Unlock; reply: Status }
  lock: { args: Nothing; reply: Status }
  change_pin: { args: ChangePin; reply: Nothing }
  today: { args: TodayArgs; reply: Today }
  task: { args: TaskArgs; reply: TaskView }
  lists: { args: Nothing; reply: Array<ListTitle> }
  propose: { args: ProposeArgs; reply: ProposalView }
  start: { args: Start; reply: Started }
  inspection: { args: InspectionArgs; reply: InspectionView }
  abandon: { args: Abandon; reply: Delta }
  change_list: { args: ChangeList; reply: Delta }
  newer_list: { args: NewerListArgs; reply: NewerListView }
  move_list: { args: MoveList; reply: Delta }
  answer: { args: Answer; reply: Delta }
  note: { args: Note; reply: Delta }
  table: { args: TableArgs; reply: Delta }
  table_look: { args: TableLook; reply: TableLooked }
  measure: { args: Measure; reply: Delta }
  attach_begin: { args: AttachBegin; reply: UploadBegun }
  attach_slice: { args: AttachSlice; reply: Nothing }
  attach_end: { args: AttachArgs; reply: Delta }
  attach_cancel: { args: AttachArgs; reply: Nothing }
  attach_file: { args: AttachFile; reply: Delta }
  caption: { args: CaptionArgs; reply: Delta }
  withdraw: { args: Withdraw; reply: Delta }
  field: { args: Field; reply: Delta }
  officers: { args: Officers; reply: Delta }
  propose_seal: { args: InspectionArgs; reply: Delta }
  sign: { args: Sign; reply: Delta }
  refuse: { args: Refuse; reply: Delta }
  law: { args: LawArgs; reply: LawView }
  laws: { args: Nothing; reply: Array<LawRow> }
  instrument: { args: InstrumentArgs; reply: Instrument }
  check_number: { args: CheckNumber; reply: Checked }
  list_item: { args: ListItemArgs; reply: ListItemView }
  search: { args: SearchArgs; reply: SearchView }
  violations: { args: ViolationsArgs; reply: ViolationsView }
  verify_evidence: { args: VerifyArgs; reply: Verified }
  sync_start: { args: Nothing; reply: SyncView }
  sync_pause: { args: Nothing; reply: SyncView }
  sync_status: { args: Nothing; reply: SyncView }
  sync_by_itself: { args: ByItself; reply: SyncView }
  sync_wifi_only: { args: WifiOnly; reply: SyncView }
  sync_first: { args: SyncFirst; reply: SyncView }
  network: { args: NetworkArgs; reply: Nothing }
  day: { args: DayArgs; reply: DayView }
  close_day: { args: Nothing; reply: SyncView }
  storage: { args: Nothing; reply: StorageView }
  storage_settings: { args: StorageSettings; reply: StorageView }
  free_storage: { args: Nothing; reply: Freed }
  room: { args: Nothing; reply: RoomView }
  fetch_original: { args: FetchOriginal; reply: Delta }
  settings: { args: Nothing; reply: Settings }
  set_settings: { args: SetSettings; reply: Settings }
}
