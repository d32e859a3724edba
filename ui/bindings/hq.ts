// Written by `cargo xtask bindings` from hq/src/api. Changes here are lost: change the Rust types.

/** An item's result, as a register per item. */
export type AnswerSet = {
/** The item. */
item: ItemCode,
/** Hash of the list it was read from. */
list: Digest,
/** The result. */
outcome: Outcome,
/** Why, for 合理缺项. */
reason?: string | null,
/** Why it was corrected after the seal. */
correction?: string | null,
/** Language the item was read in. */
language: string, };

/** A result. */
export type AnswerView = {
/** What was answered. */
answer: AnswerSet,
/** Who and when. */
by: Stamp,
/** Written after the seal. */
late: boolean, };

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

/** How a blob came into being. */
export type BlobSource = "camera" | "import" | "scan" | "screen" | "derived";

/** Why a cell could not be understood. */
export type CellFault = "date.unreadable" | "date.impossible" | "date.ambiguous" | "cell.number" | "cell.term" | "cell.choice" | "cell.category";

/** Why a cell could not be understood. */
export type CellProblem = {
/** Which. */
code: CellFault,
/** In words, with what to write. */
words: Text, };

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

/** What the rule says of the counts so far. */
export type ConclusionView = {
/** Code of the rule. */
rule: string,
/** Name of the rule by language. */
rule_title: Text,
/** How sure the rule is. */
rule_mark: Mark,
/** Where the rule comes from, by language. */
rule_source: Text,
/** Code of the outcome. */
outcome: string,
/** Its words by language. */
title: Text,
/** Nothing is open or in conflict. */
is_final: boolean,
/** Working days to rectify. */
rectify_working_days: number | null, };

/** HQ's word that both sides hold the same. */
export type DayAgreement = {
/** When. */
time: string,
/** What two people read to each other. */
manifest: string,
/** Entries it covers. */
entries: number,
/** Every original was looked for. */
whole: boolean,
/** Entries HQ received since. */
since: number, };

/** An entry HQ keeps apart. */
export type DayApart = {
/** Its place in the feed. */
seq: number,
/** Why: `feed.taken`, `feed.fork`, `feed.closed`, `entry.signature`, `entry.limits`. */
reason: string, };

/** What a missing original is. */
export type DayFileKind = "photo" | "file" | "signature" | "seal";

/** What one phone brought to an inspection. */
export type DayInspection = {
/** The inspection. */
inspection: InspectionId,
/** Readable number. */
number: string,
/** Firm. */
firm_name: string,
/** Where it stands. */
state: InspectionState,
/** Entries. */
entries: number,
/** Photos its entries name. */
photos: number,
/** Of these here. */
photos_here: number,
/** Other files. */
files: number,
/** Of these here. */
files_here: number,
/** Signatures. */
signatures: number,
/** Of these complete here. */
signatures_here: number, };

/** An original that an entry names and HQ does not have. */
export type DayMissing = {
/** The blob. */
sha256: BlobHash,
/** What it is. */
kind: DayFileKind,
/** File name, or name of the signer. */
name: string,
/** Bytes. */
size: number,
/** Bytes of it that arrived. */
arrived: number,
/** The inspection. */
inspection: InspectionId | null,
/** Its readable number. */
number: string,
/** Firm. */
firm_name: string,
/** Item. */
item: ItemCode | null,
/** When its entry was received. */
named: string,
/** HQ had it, and it is gone from the disk. */
lost: boolean, };

/** One person's feed on one phone. */
export type DayPhone = {
/** The feed. */
feed: FeedId,
/** The phone. */
device: DeviceId,
/** Words the phone is recognised by. */
label: string,
/** The person. */
user: UserId,
/** Name of the person. */
name: string,
/** Unit of the person. */
unit: UnitId,
/** Its name. */
unit_name: string,
/** Of another unit: only its part in inspections of the caller's scope is shown. */
guest: boolean,
/** Last session of the phone. */
last_seen: string | null,
/** The phone was revoked. */
revoked: boolean,
/** Entries HQ has of this feed. */
entries: number,
/** Newest receipt HQ gave. */
receipt: DayReceipt | null,
/** HQ's newest word that both sides hold the same. */
agreed: DayAgreement | null,
/** Entries HQ keeps apart. */
apart: Array<DayApart>,
/** Inspections of the day, its part of them. */
inspections: Array<DayInspection>,
/** Originals its entries name and HQ does not have, of any day. */
missing: Array<DayMissing>,
/** More are missing than are named. */
missing_more: number, };

/** A receipt, in short. */
export type DayReceipt = {
/** Entries up to here. */
stored_to: number,
/** When. */
time: string,
/** How many HQ gave in all. */
receipts: number, };

/** `GET /api/day?date=&unit=`: what HQ has of a day, phone by phone, and what is still on whose phone. */
export type DayView = {
/** The day, in the country's legal time (UTC+8). */
date: string,
/** HQ's clock. */
now: string,
/** Phones that brought something that day, or of which something is missing. */
phones: Array<DayPhone>, };

/** One person's feed on a device. */
export type DeviceFeed = {
/** The feed. */
feed: FeedId,
/** The person. */
user: UserId,
/** Name of the person. */
name: string,
/** Entries HQ has. */
entries: number,
/** When its newest entry arrived. */
last_received: string | null,
/** Closed by HQ. */
closed: boolean, };

/** A phone, as HQ enrolled it. */
export type DeviceId = string;

/** `GET /api/devices` */
export type DeviceList = {
/** By id. */
rows: Array<DeviceRow>, };

/** `POST /api/devices/{device}/revoke`: ends its sessions and closes its feeds where they stand. */
export type DeviceRevoke = {
/** Why. */
reason: string, };

/** An enrolled phone. */
export type DeviceRow = {
/** The device. */
device: DeviceId,
/** Words a person recognises it by. */
label: string,
/** Unit of the person it was first enrolled for. */
unit: UnitId,
/** Since when. */
enrolled: string,
/** Last session. */
last_seen: string | null,
/** When it was revoked. */
revoked: string | null,
/** Why. */
revoked_reason: string | null,
/** Its feeds. */
feeds: Array<DeviceFeed>, };

/** Any other SHA-256: of a payload, a list, a record, a manifest. */
export type Digest = string;

/** An entry's name: the hash of its header. */
export type EntryId = string;

/** One piece of evidence within an inspection. */
export type EvidenceId = string;

/** Kinds of evidence. */
export type EvidenceKind = "photo" | "file" | "measure";

/** A picture or file. */
export type EvidenceView = {
/** The evidence. */
evidence: EvidenceId,
/** The item; absent: the inspection as a whole. */
item: ItemCode | null,
/** Photo or file. */
kind: EvidenceKind,
/** File name as it came. */
name: string,
/** Captions; several where two writes conflict. */
captions: Array<string>,
/** SHA-256 of the original. */
sha256: BlobHash,
/** Bytes. */
size: number,
/** Media type as the phone judged it. */
mime: string,
/** How it came into being. */
source: BlobSource,
/** What the phone read out of the bytes. */
facts: Record<string, unknown>,
/** Why the phone made no preview. */
no_preview: string | null,
/** Integrity of the original. */
integrity: Integrity,
/** Withdrawn. */
withdrawn: WithdrawnView | null,
/** Where, as claimed. */
place: Place | null,
/** Who and when. */
by: Stamp,
/** Added after the seal. */
late: boolean, };

/** Something that is wrong. */
export type FaultView = {
/** Stable code, e.g. `blob.missing`, `blob.hash`, `entry.signature`, `chain.gap`, `seal.record`. */
code: string,
/** What it is about: an entry, a feed, a blob, a file. */
about: string,
/** In words, for the log and the reader of an export. */
detail: string, };

/** A feed's name: the hash of its public key, device and user, so a name proves its key. */
export type FeedId = string;

/** A field of the record. */
export type FieldView = {
/** Its name in the form. */
field: string,
/** One value, or the sides of a conflict. */
values: Array<ValueView>, };

/** Where a finding stands on its way to 销号. */
export type FindingState = "open" | "rectifying" | "submitted" | "rechecking" | "closed";

/** An order to stop that was recorded, or a return to operation. */
export type FirmAct = {
/** The order; absent for a return. */
suspended: Suspension | null,
/** The inspection a return rests on. */
inspection: InspectionId | null,
/** What was released by it. */
extent: string | null,
/** By whom. */
by: Person,
/** When. */
at: string, };

/** `GET /api/firms/{firm}` */
export type FirmDetail = {
/** Unit that supervises it. */
unit: UnitId,
/** Name of the unit. */
unit_name: string,
/** The record. */
record: FirmRecord,
/** Between an order to stop and the return to operation. */
standing: FirmStanding, };

/** A firm or institution in HQ's register. */
export type FirmId = string;

/** `GET /api/firms?text=&after=` */
export type FirmPage = {
/** By id. */
rows: Array<FirmRow>,
/** Key of the next page. */
next: string | null, };

/**
 * `PUT /api/firms/{firm}`; the record's own `id` must be the one in the path. An order to stop is no part of it: that is
 * recorded by `suspend`, and whatever the record says of it is passed over.
 */
export type FirmPut = {
/** Unit that supervises it; must exist. */
unit: UnitId,
/** The record. */
record: FirmRecord, };

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

/** `POST /api/firms/{firm}/reopen` */
export type FirmReopen = {
/** What is released: everything, or which products and stores. */
extent: string, };

/** A firm in a list. */
export type FirmRow = {
/** The firm. */
firm: FirmId,
/** Full name. */
name: string,
/** Unified social credit code. */
uscc: string,
/** Registered address. */
address: string,
/** Supervision level. */
grade: string,
/** Unit that supervises it. */
unit: UnitId,
/** Findings that are not closed. */
open_findings: number,
/** An order to stop holds. */
suspended: boolean, };

/** Where a firm stands between an order to stop and its return to operation. */
export type FirmStanding = {
/** The state. */
standing: Standing,
/** The order that holds. */
suspended: Suspension | null,
/** What is missing on the way back, in the order in which it is to be brought. */
missing: Array<Lack>,
/** The one step that is allowed now. */
next: Step,
/** The re-opening inspection that counts. */
inspection: InspectionId | null,
/** What was said of it, newest first. */
acts: Array<FirmAct>, };

/** `POST /api/firms/{firm}/suspend` */
export type FirmSuspend = {
/** Number of the order (文书文号). */
order: string,
/** Why. */
reason: string,
/** First day on which the firm must stand still. */
since: string, };

/** How far a text is from a number of its kind. Ordered: the gravest reason decides. */
export type Fit = "fits" | "spelling" | "doubt" | "nearly" | "unfit";

/** The record form that new tasks use. */
export type FormInfo = {
/** e.g. `on-site-record`. */
code: string,
/** Version. */
version: string,
/** Hash that inspections pin. */
sha256: Digest, };

/** `GET /api/inspections/{inspection}` */
export type InspectionDetail = {
/** As in the list. */
row: InspectionRow,
/** The task it carries out. */
task: TaskId | null,
/** The firm as known at the start. */
firm: FirmRecord,
/** Officers as last settled; at the start if in conflict. */
officers: Array<Officer>,
/** Language the inspector works in. */
language: string,
/** Sections of all its lists, in order. */
sections: Array<SectionView>,
/** Results of items that no list known here has. */
unknown_items: Array<ItemView>,
/** Fields of the record. */
fields: Array<FieldView>,
/** Evidence of the inspection as a whole. */
evidence: Array<EvidenceView>,
/** Counts. */
tallies: Tallies,
/** What the pinned rule says. */
conclusion: ConclusionView | null,
/** Serious items that do not conform: whoever is in charge decides whether they are referred. */
referrals: Array<ReferralView>,
/** Seal. */
seal: SealView | null,
/** Newest receipt per feed. */
receipts: Array<ReceiptView>,
/** Why it was given up. */
abandoned: string | null,
/** Names of the people who acted, by account. */
names: { [key in string]: string }, };

/** One inspection (UUID v7, made on the phone that started it). */
export type InspectionId = string;

/** Kind of an inspection (常规/专项/有因/许可核查/备案后核查/跟踪/恢复经营). */
export type InspectionKind = "routine" | "special" | "for_cause" | "licence_verification" | "post_filing" | "follow_up" | "reopening";

/** Ways of inspecting; several may hold (飞行/延伸/联合/双随机/拉网). */
export type InspectionMode = "unannounced" | "extended" | "joint" | "random_draw" | "sweep";

/** `GET /api/inspections?unit=&state=&conclusion=&from=&to=&serious=&text=&after=&limit=` */
export type InspectionPage = {
/** Newest start first. */
rows: Array<InspectionRow>,
/** Key of the next page. */
next: string | null, };

/** An inspection in a list. */
export type InspectionRow = {
/** The inspection. */
inspection: InspectionId,
/** Readable number. */
number: string,
/** Firm. */
firm_name: string,
/** Its credit code. */
uscc: string,
/** Unit of the officer who started it. */
unit: UnitId,
/** Name of the unit. */
unit_name: string,
/** Names of the officers. */
officers: Array<string>,
/** Kind. */
kind: InspectionKind,
/** Ways. */
modes: Array<InspectionMode>,
/** Where it stands. */
state: InspectionState,
/** Code of the conclusion by the pinned rule; only once nothing is open or in conflict. */
conclusion: string | null,
/** Its words by language. */
conclusion_title: Text | null,
/** Start by the phone's clock. */
started: string,
/** Day of the start, `YYYY-MM-DD` in the phone's own offset. */
day: string,
/** When HQ received its newest entry. */
last_received: string,
/** Non-conforming items. */
non_conforming: number,
/** Of the serious items those that do not conform: they prompt a referral. */
serious: number,
/** Items in conflict. */
conflicts: number,
/** Entries stored. */
entries: number,
/** Blobs its entries name. */
blobs: number,
/** Of these stored here. */
blobs_stored: number, };

/** Where an inspection stands. */
export type InspectionState = "draft" | "proposed" | "sealed" | "abandoned";

/** What is known of an original's bytes at HQ. `POST …/verify` re-reads and re-hashes them all. */
export type Integrity = "missing" | "stored" | "receipted" | "lost";

/** `POST /api/invitations` */
export type InvitationCreate = {
/** For whom. */
user: UserId, };

/** A new invitation. The secret is shown once; HQ keeps only its hash. */
export type InvitationCreated = {
/** Names it; not its secret. */
invitation: string,
/** For whom. */
user: UserId,
/** Text of the QR code. */
text: string,
/** The QR code as an SVG image (starts with `<?xml` or `<svg`). */
qr_svg: string,
/** For typing: HQ's address. */
url: string,
/** For typing: fingerprint of HQ's CA, 64 hex digits in groups of four. */
ca_groups: string,
/** For typing: the secret in groups of four. */
secret: string,
/** Until when. */
expires: string, };

/** `GET /api/invitations` */
export type InvitationList = {
/** Newest first, at most 200. */
rows: Array<InvitationRow>, };

/** An invitation. */
export type InvitationRow = {
/** Names it; not its secret. */
invitation: string,
/** For whom. */
user: UserId,
/** Name. */
name: string,
/** When it was made. */
created: string,
/** Until when. */
expires: string,
/** Where it stands. */
state: InvitationState,
/** The device that used it. */
device: DeviceId | null, };

/** Where an invitation stands. */
export type InvitationState = "open" | "used" | "expired" | "cancelled";

/** Who gave the number out. */
export type Issuer = {
/** Province, 国 or 兵. */
province: Province,
/** Short name of the city or district, one to three characters, where there is one. */
city: string | null, };

/** An item of a checklist, e.g. `COLD-05`. */
export type ItemCode = string;

/** An item with all that was said about it. */
export type ItemView = {
/** The item. */
item: ItemCode,
/** What must be so, by language; absent for an unknown item. */
text: Text | null,
/** Key item ※ and how sure that is; absent for an unknown item. */
key: KeyFlag | null,
/** Severity; absent for an unknown item. */
severity: Severity | null,
/** Legal basis. */
basis: Array<Basis>,
/** None: not answered. One: the result. Several: a conflict, all sides of it. */
answers: Array<AnswerView>,
/** None, one, or the sides of a conflict. */
notes: Array<NoteView>,
/** The tables filled beside it: none, one, or the sides of a conflict. */
tables: Array<TableView>,
/** Measured numbers. */
measures: Array<MeasureView>,
/** Pictures and files. */
evidence: Array<EvidenceView>,
/** How often its result was written. */
answer_writes: number, };

/** Key item ※: replaceable data, since the official allocation could not be read. */
export type KeyFlag = {
/** Counts as key. */
value: boolean,
/** How sure that is. */
mark: Mark, };

/** What is missing on the way back. */
export type Lack = "inspection" | "seal" | "pass" | "commitment" | "proof" | "original";

/** WGS 84 position in degrees. */
export type LatLon = {
/** Latitude. */
lat: number,
/** Longitude. */
lon: number, };

/** A law's short name in the library, e.g. `GSP`. */
export type LawCode = string;

/** `GET /api/library`: what a task can be made of. */
export type LibraryView = {
/** Checklists. */
lists: Array<ListInfo>,
/** Conclusion rules. */
rules: Array<RuleInfo>,
/** Record forms. */
forms: Array<FormInfo>, };

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

/** A checklist that can be chosen. */
export type ListInfo = {
/** e.g. `COLD`. */
code: ListCode,
/** Version. */
version: string,
/** Its name by language. */
title: Text,
/** Hash that inspections pin. */
sha256: Digest,
/** Items. */
items: number,
/** Of these key items ※. */
key_items: number, };

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

/** How sure a statement is. Carried from the domain reference into the data and onto the screen. */
export type Mark = "V" | "M" | "D";

/** Who is signed in. */
export type Me = {
/** Account. */
user: UserId,
/** Name. */
name: string,
/** Role. */
role: Role,
/** Unit. */
unit: UnitId,
/** Name of the unit. */
unit_name: string,
/** Name of the bureau. */
bureau: string,
/** Version of HQ's program. */
version: string, };

/** A measured number. */
export type MeasureAdded = {
/** Names the evidence. */
evidence: EvidenceId,
/** The item it belongs to. */
item: ItemCode,
/** What was measured and where, in words. */
what: string,
/** The number as decimal text; never a float. */
value: string,
/** Its unit, e.g. `℃`. */
unit: string,
/** The instrument: model, number, calibration. */
instrument: string, };

/** A measured number. */
export type MeasureView = {
/** What was measured. */
measure: MeasureAdded,
/** Withdrawn. */
withdrawn: WithdrawnView | null,
/** Who and when. */
by: Stamp, };

/** What a proposal is. */
export type Nature = "finding" | "check";

/** A note. */
export type NoteView = {
/** The words. */
text: string,
/** Who and when. */
by: Stamp, };

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

/** Where goods come from: the character after 注 or in the brackets. */
export type Origin = "domestic" | "imported" | "hong_kong_macao_taiwan";

/** Result of an item. */
export type Outcome = "conforms" | "non_conforming" | "corrected" | "not_applicable" | "unchecked";

/** `POST /api/me/password`; every other session of the account ends. */
export type PasswordChange = {
/** The present one. */
old: string,
/** The new one, at least ten characters. */
new: string, };

/** `POST /api/users/{user}/password`; every session of the account ends. */
export type PasswordReset = {
/** The new one, at least ten characters. */
password: string, };

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

/** A person, for choosing and showing. */
export type Person = {
/** Account. */
user: UserId,
/** Name. */
name: string, };

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

/** A problem. Machines act on `code` and `retry`; `title` is for a person reading the wire. */
export type Problem = {
/** `urn:xuncha:problem:<code>`. */
type: string,
/** The code in words. */
title: string,
/** HTTP status. */
status: number,
/** Stable, dotted, lower case: `pin.wrong`, `hq.unreachable`, `disk.full`. The screens' words hang on it. */
code: string,
/** When to try again. */
retry: Retry,
/** Numbers and names for the sentence: never personal data, never keys. */
params: { [key in string]: string }, };

/** Which rule raised it. */
export type ProposalCode = "table.made_after_arrival" | "table.made_after_order" | "table.order_after_arrival" | "table.acceptance_before_arrival" | "table.stored_before_acceptance" | "table.expiry_before_made" | "table.expired_on_arrival" | "table.in_future" | "table.more_than_received" | "table.number_form" | "table.licence_ended" | "table.licence_ended_now" | "table.filing_not_enough" | "table.scope_without_class" | "table.scope_without_category" | "table.scope_unclear" | "table.class_differs" | "table.period_reversed" | "table.made_before_period" | "table.made_in_gap" | "table.made_after_period" | "table.made_unclear" | "table.expired_in_sale" | "table.expired_not_isolated" | "table.expired_somewhere" | "table.expiry_disputed" | "table.near_not_warned" | "table.near";

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

/** The newest receipt HQ gave for a feed of the inspection. */
export type ReceiptView = {
/** The feed. */
feed: FeedId,
/** Entries receipted. */
stored_to: number,
/** HQ's log then. */
log_index: number,
/** When. */
time: string,
/** How many receipts there are for this feed. */
receipts: number, };

/** `GET /api/inspections/{inspection}/record`: the record that was shown and signed. */
export type RecordText = {
/** The text, byte for byte. */
text: string,
/** Its SHA-256, computed now. */
sha256: Digest,
/** It is the one named in the seal proposal. */
matches_seal: boolean,
/** It was sealed; otherwise only proposed. */
sealed: boolean, };

/** A serious item that does not conform: whoever is in charge decides whether it is referred. */
export type ReferralView = {
/** The item. */
item: ItemCode,
/** What must be so, by language. */
text: Text,
/** What it may violate. */
violations: Array<ReferralViolation>, };

/** A violation with the places of duty and penalty; never an amount. */
export type ReferralViolation = {
/** e.g. `V11`. */
code: ViolationCode,
/** What was violated, by language; absent if the library here has no such row. */
title: Text | null,
/** Place of the duty. */
duty: string,
/** Place of the penalty clause. */
penalty: string,
/** How sure: of the row and of the mapping from the item, the weaker. */
mark: Mark, };

/** The firm refused to sign. */
export type RefusalView = {
/** Reason given. */
reason: string,
/** Witness. */
witness: string,
/** Who recorded it and when. */
by: Stamp, };

/** When trying the same thing again makes sense. */
export type Retry = "never" | "later" | "after_action";

/** What an account may do. The order is that of growing reach. */
export type Role = "inspector" | "station_head" | "admin";

/** A conclusion rule, e.g. `licence-verification`. */
export type RuleCode = string;

/** A conclusion rule that can be chosen. */
export type RuleInfo = {
/** e.g. `licence-verification`. */
code: RuleCode,
/** Version. */
version: string,
/** Its name by language. */
title: Text,
/** Hash that inspections pin. */
sha256: Digest,
/** How sure the rule is. */
mark: Mark, };

/** Items that need not be asked here if another list is worked through too. */
export type SameAsked = {
/** The other list. */
list: ListCode,
/** How many. */
items: number, };

/** As what somebody signs. */
export type SealRole = "officer" | "firm" | "witness";

/** The newest proposal to seal, and who signed it. */
export type SealView = {
/** The proposal's entry. */
proposal: EntryId,
/** All signatures are present. */
sealed: boolean,
/** Hash of the manifest blob. */
manifest: BlobHash,
/** Hash of the rendered record. */
record_sha256: Digest,
/** Entries under the seal. */
entries: number,
/** Entries that came outside it. */
late: number,
/** Signatures in the order they were made. */
signatures: Array<SignatureView>,
/** The firm refused to sign: reason and witness. */
refusal: RefusalView | null,
/** Who proposed and when. */
by: Stamp, };

/** A section of a list. */
export type SectionView = {
/** The list. */
list: ListCode,
/** Its name by language. */
list_title: Text,
/** Version of the list. */
list_version: string,
/** The section. */
section: string,
/** Its name by language. */
title: Text,
/** Items that apply to the firm, and others that were answered all the same. */
items: Array<ItemView>, };

/** `GET /api/sessions`: one's own. */
export type SessionList = {
/** Newest first. */
rows: Array<SessionRow>, };

/** A browser that is signed in. */
export type SessionRow = {
/** Names it; not its secret. */
session: string,
/** Since when. */
created: string,
/** Until when at the latest. */
expires: string,
/** What the browser calls itself, shortened. */
agent: string,
/** It is the one that asks. */
current: boolean, };

/** How bad a non-conformity usually is. */
export type Severity = "minor" | "major" | "serious";

/** `POST /api/session` */
export type SignIn = {
/** Account. */
user: string,
/** Password. */
password: string, };

/** How somebody signed. */
export type SignMethod = "keyed" | "drawn";

/** One signature. */
export type SignatureView = {
/** As what. */
role: SealRole,
/** Name. */
name: string,
/** Keyed or drawn. */
method: SignMethod,
/** The drawn image. */
image: BlobHash | null,
/** Who and when. */
by: Stamp, };

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

/** Where a firm stands. */
export type Standing = "operating" | "suspended" | "inspected" | "committed" | "reopened";

/** `GET /api/status`: how HQ is. */
export type Status = {
/** Version of the program. */
version: string,
/** Entries stored, over all feeds. */
log_index: number,
/** HQ's key that signs receipts. */
key: string,
/** SHA-256 of HQ's CA certificate: what an invitation pins. */
ca_sha256: string,
/** HQ's CA certificate (PEM), for installing in a browser. */
ca_pem: string,
/** Address phones are invited to. */
phone_url: string,
/** What is not as it should be: for whoever keeps HQ. Empty: nothing that HQ knows of. */
troubles: Array<Trouble>, };

/** The one step that is allowed. */
export type Step = "suspend" | "inspect" | "seal" | "commit" | "reopen";

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

/** A table as it was filled. */
export type TableView = {
/** Its columns. */
spec: TableSpec,
/** Cells as typed, with what each was understood as. */
rows: Array<Array<TableCell>>,
/** What the rows raise; proposals, never a verdict. */
proposals: Array<TableProposal>,
/** Why it was corrected after the seal. */
correction: string | null,
/** Who and when. */
by: Stamp,
/** Written after the seal. */
late: boolean, };

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

/** `POST /api/tasks` */
export type TaskCreate = {
/** A line for the list of tasks. */
title: string,
/** The unit that carries it; a station head names the own one. */
unit: UnitId,
/** Who goes: 1–16 inspectors or heads of that unit. */
assignees: Array<UserId>,
/** The firm. */
firm: FirmId,
/** Kind of inspection. */
kind: InspectionKind,
/** Ways. */
modes: Array<InspectionMode>,
/** Lists to work through, by code; 1–16. */
lists: Array<ListCode>,
/** Conclusion rule. */
rule: RuleCode,
/** To be done by (day). */
due: string | null,
/** Where the task comes from (计划/专项/投诉举报/…). */
origin: string,
/** Words to the officers. */
note: string,
/** Kinds of evidence that are especially wanted. */
wants: Array<EvidenceKind>, };

/** A task HQ gave out. */
export type TaskId = string;

/** `GET /api/tasks?state=&unit=&after=` */
export type TaskPage = {
/** Newest first. */
rows: Array<TaskRow>,
/** Key of the next page. */
next: string | null, };

/** `GET /api/firms/{firm}/proposal?kind=&modes=&focus=` */
export type TaskProposal = {
/** Every list, proposed ones first. */
lists: Array<ListProposal>,
/** Code of the rule that fits. */
rule: RuleCode,
/** Its name by language. */
rule_title: Text,
/** How sure the rule is. */
rule_mark: Mark, };

/** A task. */
export type TaskRow = {
/** The task. */
task: TaskId,
/** A line for the list. */
title: string,
/** The unit that carries it. */
unit: UnitId,
/** Name of the unit. */
unit_name: string,
/** Who goes. */
assignees: Array<Person>,
/** The firm, if it is in the register. */
firm: FirmId | null,
/** Name of the firm at that time. */
firm_name: string,
/** Kind of inspection. */
kind: InspectionKind,
/** Ways. */
modes: Array<InspectionMode>,
/** Lists by code. */
lists: Array<ListCode>,
/** To be done by (day). */
due: string | null,
/** Where it comes from. */
origin: string,
/** Words to the officers. */
note: string,
/** Where it stands. */
state: TaskState,
/** Why it was taken back. */
withdrawn_reason: string | null,
/** The inspection that carries it out. */
inspection: InspectionId | null,
/** When it was given out. */
created: string,
/** By whom. */
created_by: Person, };

/** Where a task stands. */
export type TaskState = "open" | "started" | "sealed" | "withdrawn";

/** `POST /api/tasks/{task}/withdraw` */
export type TaskWithdraw = {
/** Why. */
reason: string, };

/** Words in several languages; `zh-Hans` is required, other keys are BCP 47 tags. */
export type Text = {
/** Simplified Chinese. */
"zh-Hans": string, } & ({ [key in string]: string });

/** `GET /api/inspections/{inspection}/timeline?after=` */
export type TimelinePage = {
/** In the order HQ received them. */
rows: Array<TimelineRow>,
/** Key of the next page. */
next: string | null, };

/** An entry in the timeline. */
export type TimelineRow = {
/** Place in HQ's log. */
log_index: number,
/** The entry. */
entry: EntryId,
/** Its feed. */
feed: FeedId,
/** Its place in the feed. */
seq: number,
/** Logical time. */
lamport: number,
/** Event type. */
kind: string,
/** The person. */
actor: UserId,
/** Name of the person. */
actor_name: string,
/** The device. */
device: DeviceId,
/** When, as the phone claims. */
wall: string,
/** When HQ stored it. */
received: string,
/** Why it has no effect, if it has none. */
inert: string | null,
/** Blobs it brings. */
blobs: number,
/** What it says. */
body: Record<string, unknown>, };

/** Something about HQ's own disk and data that people must know. */
export type Trouble = { "kind": "full" } | { "kind": "lost",
/** How many. */
objects: number, } | { "kind": "check",
/** When. */
made: string,
/** How many faults. */
faults: number,
/** The first of them. */
first: Array<string>, } | { "kind": "restored",
/** When the backup was made. */
made: string,
/** Number of the newest entry then. */
log_index: number, } | { "kind": "behind",
/** When that was noticed. */
noticed: string,
/** Number of the newest entry before. */
was: number,
/** Number of the newest entry then. */
is: number, };

/** `POST /api/units` */
export type UnitCreate = {
/** Id: 1–64 of `[A-Za-z0-9._-]`, not starting with a dot. */
unit: UnitId,
/** Name. */
name: string,
/** The unit above; must exist. */
parent: UnitId | null, };

/** An organisational unit of the bureau (科室, 市场监管所). */
export type UnitId = string;

/** `GET /api/units` */
export type UnitList = {
/** By id. */
rows: Array<UnitRow>, };

/** An organisational unit (科室, 市场监管所). */
export type UnitRow = {
/** The unit. */
unit: UnitId,
/** Name. */
name: string,
/** The unit above, if any. */
parent: UnitId | null, };

/** `POST /api/users` */
export type UserCreate = {
/** Account: 1–64 of `[A-Za-z0-9._-]`, not starting with a dot. */
user: UserId,
/** Name. */
name: string,
/** Role. */
role: Role,
/** Unit; must exist. */
unit: UnitId,
/** Number of the enforcement ID (执法证号); may be empty. */
certificate_no: string,
/** First password, at least ten characters. */
password: string, };

/** A person with an account at HQ. */
export type UserId = string;

/** `GET /api/users` */
export type UserList = {
/** By account. */
rows: Array<UserRow>, };

/** An account. */
export type UserRow = {
/** Account. */
user: UserId,
/** Name. */
name: string,
/** Role. */
role: Role,
/** Unit. */
unit: UnitId,
/** Name of the unit. */
unit_name: string,
/** Number of the enforcement ID (执法证号); may be empty. */
certificate_no: string,
/** Cannot sign in and its devices get no session. */
disabled: boolean,
/** Since when. */
created: string, };

/** A written value. */
export type ValueView = {
/** The value. */
value: string,
/** Who and when. */
by: Stamp, };

/** `POST /api/inspections/{inspection}/verify` */
export type VerifyReport = {
/** Nothing is wrong and nothing is missing. */
ok: boolean,
/** When. */
checked: string,
/** Entries whose hash, signature and place in the chain were checked. */
entries: number,
/** Feeds walked from their start. */
feeds: number,
/** Blobs read and hashed. */
blobs: number,
/** Bytes read. */
bytes: number,
/** What is wrong. */
faults: Array<FaultView>, };

/** A violation of the master table, e.g. `V11`. */
export type ViolationCode = string;

/** Evidence was withdrawn. */
export type WithdrawnView = {
/** Why. */
reason: string,
/** Who and when. */
by: Stamp, };

