// Mirrors hq/src/api/types.rs until the file generated from it takes this place.
export type BlobHash = string;
export type DeviceId = string;
export type Digest = string;
export type EntryId = string;
export type EvidenceId = string;
export type FeedId = string;
export type FirmId = string;
export type InspectionId = string;
export type ItemCode = string;
export type LawCode = string;
export type ListCode = string;
export type RuleCode = string;
export type TaskId = string;
export type UnitId = string;
export type UserId = string;
export type ViolationCode = string;
/** How sure a statement is. Carried from the domain reference into the data and onto the screen. */
export type Mark = "V" | "M" | "D";
export type Text = { "zh-Hans": string } & { [key in string]?: string };
/** Kinds of evidence. */
export type EvidenceKind = "photo" | "file" | "measure";
/** Key item ※: replaceable data, since the official allocation could not be read. */
export type KeyFlag = {
  value: boolean;
  mark: Mark;
};
/** The article a duty rests on. */
export type Basis = {
  law: LawCode;
  article: string;
  clause: string | null;
  mark: Mark;
};
/** How bad a non-conformity usually is. */
export type Severity = "minor" | "major" | "serious";
/** What `applies_if` may ask about: the inspected subject as HQ's register knows it. In CEL: `subject.kind`, `subject.modes`, `subject.flags`, `subject.scope`. */
export type Subject = {
  kind: string;
  modes: Array<string>;
  flags: Array<string>;
};
/** Counts of one class of items. 当场改正 is counted apart: the rule treats it as conforming. */
export type Tally = {
  total: number;
  not_applicable: number;
  non_conforming: number;
  corrected: number;
  open: number;
  conflicting: number;
};
/** Key and general items. */
export type Tallies = {
  key: Tally;
  general: Tally;
};
/** Kind of an inspection (常规/专项/有因/许可核查/备案后核查/跟踪/恢复经营). */
export type InspectionKind = "routine" | "special" | "for_cause" | "licence_verification" | "post_filing" | "follow_up" | "reopening";
/** Ways of inspecting; several may hold (飞行/延伸/联合/双随机/拉网). */
export type InspectionMode = "unannounced" | "extended" | "joint" | "random_draw" | "sweep";
/** An officer of the inspection; the law wants at least two (O54§49, PEN§42). */
export type Officer = {
  user: UserId | null;
  name: string;
  certificate: string;
};
/** Result of an item. */
export type Outcome = "conforms" | "non_conforming" | "corrected" | "not_applicable" | "unchecked";
/** An item's result, as a register per item. */
export type AnswerSet = {
  item: ItemCode;
  list: Digest;
  outcome: Outcome;
  reason: string | null;
  correction: string | null;
  language: string;
};
/** A measured number. */
export type MeasureAdded = {
  evidence: EvidenceId;
  item: ItemCode;
  what: string;
  value: string;
  unit: string;
  instrument: string;
};
/** As what somebody signs. */
export type SealRole = "officer" | "firm" | "witness";
/** How somebody signed. */
export type SignMethod = "keyed" | "drawn";
/** The record. */
export type FirmRecord = {
  id: FirmId | null;
  name: string;
  short_name: string;
  uscc: string;
  subject: Subject;
  address: string;
  premises: string;
  warehouses: Array<string>;
  legal_representative: string;
  manager: string;
  quality_manager: string;
  phone: string;
  grade: string;
  position: LatLon | null;
  licences: Array<Licence>;
  findings: Array<PastFinding>;
};
/** WGS 84 position in degrees. */
export type LatLon = {
  lat: number;
  lon: number;
};
/** A licence or filing certificate. */
export type Licence = {
  kind: string;
  number: string;
  scope: string;
  issuer: string;
  issued: string | null;
  valid_to: string | null;
};
/** A finding of an earlier inspection. */
export type PastFinding = {
  item: ItemCode | null;
  text: string;
  found: string;
  deadline: string;
  state: FindingState;
};
/** Where a finding stands on its way to 销号. */
export type FindingState = "open" | "rectifying" | "submitted" | "rechecking" | "closed";
/** How a blob came into being. */
export type BlobSource = "camera" | "import" | "scan" | "screen" | "derived";
/** The device's claim about place (WGS 84). */
export type Place = {
  lat: number;
  lon: number;
  acc_m: number;
  mock: boolean;
};
/** Who wrote something, and where it stands. */
export type Stamp = {
  entry: EntryId;
  feed: FeedId;
  seq: number;
  lamport: number;
  actor: UserId;
  wall: string;
};
/** One person's feed on a device. */
export type DeviceFeed = {
  feed: FeedId;
  user: UserId;
  name: string;
  entries: number;
  last_received: string | null;
  closed: boolean;
};
/** An enrolled phone. */
export type DeviceRow = {
  device: DeviceId;
  label: string;
  unit: UnitId;
  enrolled: string;
  last_seen: string | null;
  revoked: string | null;
  revoked_reason: string | null;
  feeds: Array<DeviceFeed>;
};
/** `GET /api/devices` */
export type DeviceList = {
  rows: Array<DeviceRow>;
};
/** `POST /api/devices/{device}/revoke`: ends its sessions and closes its feeds where they stand. */
export type DeviceRevoke = {
  reason: string;
};
/** `POST /api/invitations` */
export type InvitationCreate = {
  user: UserId;
};
/** A new invitation. The secret is shown once; HQ keeps only its hash. */
export type InvitationCreated = {
  invitation: string;
  user: UserId;
  text: string;
  qr_svg: string;
  url: string;
  ca_groups: string;
  secret: string;
  expires: string;
};
/** Where an invitation stands. */
export type InvitationState = "open" | "used" | "expired" | "cancelled";
/** An invitation. */
export type InvitationRow = {
  invitation: string;
  user: UserId;
  name: string;
  created: string;
  expires: string;
  state: InvitationState;
  device: DeviceId | null;
};
/** `GET /api/invitations` */
export type InvitationList = {
  rows: Array<InvitationRow>;
};
/** What is known of an original's bytes at HQ. `POST …/verify` re-reads and re-hashes them all. */
export type Integrity = "missing" | "stored" | "receipted";
/** A picture or file. */
export type EvidenceView = {
  evidence: EvidenceId;
  item: ItemCode | null;
  kind: EvidenceKind;
  name: string;
  captions: Array<string>;
  sha256: BlobHash;
  size: number;
  mime: string;
  source: BlobSource;
  facts: Record<string, unknown>;
  no_preview: string | null;
  integrity: Integrity;
  withdrawn: WithdrawnView | null;
  place: Place | null;
  by: Stamp;
  late: boolean;
};
/** Evidence was withdrawn. */
export type WithdrawnView = {
  reason: string;
  by: Stamp;
};
/** A measured number. */
export type MeasureView = {
  measure: MeasureAdded;
  withdrawn: WithdrawnView | null;
  by: Stamp;
};
/** The newest proposal to seal, and who signed it. */
export type SealView = {
  proposal: EntryId;
  sealed: boolean;
  manifest: BlobHash;
  record_sha256: Digest;
  entries: number;
  late: number;
  signatures: Array<SignatureView>;
  refusal: RefusalView | null;
  by: Stamp;
};
/** The firm refused to sign. */
export type RefusalView = {
  reason: string;
  witness: string;
  by: Stamp;
};
/** One signature. */
export type SignatureView = {
  role: SealRole;
  name: string;
  method: SignMethod;
  image: BlobHash | null;
  by: Stamp;
};
/** The newest receipt HQ gave for a feed of the inspection. */
export type ReceiptView = {
  feed: FeedId;
  stored_to: number;
  log_index: number;
  time: string;
  receipts: number;
};
/** Where an inspection stands. */
export type InspectionState = "draft" | "proposed" | "sealed" | "abandoned";
/** An inspection in a list. */
export type InspectionRow = {
  inspection: InspectionId;
  number: string;
  firm_name: string;
  uscc: string;
  unit: UnitId;
  unit_name: string;
  officers: Array<string>;
  kind: InspectionKind;
  modes: Array<InspectionMode>;
  state: InspectionState;
  conclusion: string | null;
  conclusion_title: Text | null;
  started: string;
  day: string;
  last_received: string;
  non_conforming: number;
  conflicts: number;
  entries: number;
  blobs: number;
  blobs_stored: number;
};
/** `GET /api/inspections?unit=&state=&conclusion=&from=&to=&text=&after=&limit=` */
export type InspectionPage = {
  rows: Array<InspectionRow>;
  next: string | null;
};
/** `GET /api/inspections/{inspection}` */
export type InspectionDetail = {
  row: InspectionRow;
  task: TaskId | null;
  firm: FirmRecord;
  officers: Array<Officer>;
  language: string;
  sections: Array<SectionView>;
  unknown_items: Array<ItemView>;
  fields: Array<FieldView>;
  evidence: Array<EvidenceView>;
  tallies: Tallies;
  conclusion: ConclusionView | null;
  seal: SealView | null;
  receipts: Array<ReceiptView>;
  abandoned: string | null;
  names: { [key in string]: string };
};
/** What the rule says of the counts so far. */
export type ConclusionView = {
  rule: string;
  rule_title: Text;
  outcome: string;
  title: Text;
  is_final: boolean;
  rectify_working_days: number | null;
};
/** A section of a list. */
export type SectionView = {
  list: ListCode;
  list_title: Text;
  list_version: string;
  section: string;
  title: Text;
  items: Array<ItemView>;
};
/** An item with all that was said about it. */
export type ItemView = {
  item: ItemCode;
  text: Text | null;
  key: KeyFlag | null;
  severity: Severity | null;
  basis: Array<Basis>;
  answers: Array<AnswerView>;
  notes: Array<NoteView>;
  measures: Array<MeasureView>;
  evidence: Array<EvidenceView>;
  answer_writes: number;
};
/** A result. */
export type AnswerView = {
  answer: AnswerSet;
  by: Stamp;
  late: boolean;
};
/** A note. */
export type NoteView = {
  text: string;
  by: Stamp;
};
/** A field of the record. */
export type FieldView = {
  field: string;
  values: Array<ValueView>;
};
/** A written value. */
export type ValueView = {
  value: string;
  by: Stamp;
};
/** An entry in the timeline. */
export type TimelineRow = {
  log_index: number;
  entry: EntryId;
  feed: FeedId;
  seq: number;
  lamport: number;
  kind: string;
  actor: UserId;
  actor_name: string;
  device: DeviceId;
  wall: string;
  received: string;
  inert: string | null;
  blobs: number;
  body: Record<string, unknown>;
};
/** `GET /api/inspections/{inspection}/timeline?after=` */
export type TimelinePage = {
  rows: Array<TimelineRow>;
  next: string | null;
};
/** `GET /api/inspections/{inspection}/record`: the record that was shown and signed. */
export type RecordText = {
  text: string;
  sha256: Digest;
  matches_seal: boolean;
  sealed: boolean;
};
/** Something that is wrong. */
export type FaultView = {
  code: string;
  about: string;
  detail: string;
};
/** `POST /api/inspections/{inspection}/verify` */
export type VerifyReport = {
  ok: boolean;
  checked: string;
  entries: number;
  feeds: number;
  blobs: number;
  bytes: number;
  faults: Array<FaultView>;
};
/** What an account may do. The order is that of growing reach. */
export type Role = "inspector" | "station_head" | "admin";
/** `POST /api/session` */
export type SignIn = {
  user: string;
  password: string;
};
/** Who is signed in. */
export type Me = {
  user: UserId;
  name: string;
  role: Role;
  unit: UnitId;
  unit_name: string;
  bureau: string;
  version: string;
};
/** `POST /api/me/password`; every other session of the account ends. */
export type PasswordChange = {
  old: string;
  new: string;
};
/** `POST /api/users/{user}/password`; every session of the account ends. */
export type PasswordReset = {
  password: string;
};
/** A browser that is signed in. */
export type SessionRow = {
  session: string;
  created: string;
  expires: string;
  agent: string;
  current: boolean;
};
/** `GET /api/sessions`: one's own. */
export type SessionList = {
  rows: Array<SessionRow>;
};
/** A person, for choosing and showing. */
export type Person = {
  user: UserId;
  name: string;
};
/** An account. */
export type UserRow = {
  user: UserId;
  name: string;
  role: Role;
  unit: UnitId;
  unit_name: string;
  certificate_no: string;
  disabled: boolean;
  created: string;
};
/** `GET /api/users` */
export type UserList = {
  rows: Array<UserRow>;
};
/** `POST /api/users` */
export type UserCreate = {
  user: UserId;
  name: string;
  role: Role;
  unit: UnitId;
  certificate_no: string;
  password: string;
};
/** An organisational unit (科室, 市场监管所). */
export type UnitRow = {
  unit: UnitId;
  name: string;
  parent: UnitId | null;
};
/** `GET /api/units` */
export type UnitList = {
  rows: Array<UnitRow>;
};
/** `POST /api/units` */
export type UnitCreate = {
  unit: UnitId;
  name: string;
  parent: UnitId | null;
};
/** A firm in a list. */
export type FirmRow = {
  firm: FirmId;
  name: string;
  uscc: string;
  address: string;
  grade: string;
  unit: UnitId;
  open_findings: number;
};
/** `GET /api/firms?text=&after=` */
export type FirmPage = {
  rows: Array<FirmRow>;
  next: string | null;
};
/** `GET /api/firms/{firm}` */
export type FirmDetail = {
  unit: UnitId;
  unit_name: string;
  record: FirmRecord;
};
/** `PUT /api/firms/{firm}`; the record's own `id` must be the one in the path. */
export type FirmPut = {
  unit: UnitId;
  record: FirmRecord;
};
/** A checklist that can be chosen. */
export type ListInfo = {
  code: ListCode;
  version: string;
  title: Text;
  sha256: Digest;
  items: number;
  key_items: number;
};
/** A conclusion rule that can be chosen. */
export type RuleInfo = {
  code: RuleCode;
  version: string;
  title: Text;
  sha256: Digest;
};
/** The record form that new tasks use. */
export type FormInfo = {
  code: string;
  version: string;
  sha256: Digest;
};
/** `GET /api/library`: what a task can be made of. */
export type LibraryView = {
  lists: Array<ListInfo>;
  rules: Array<RuleInfo>;
  forms: Array<FormInfo>;
};
/** `POST /api/tasks` */
export type TaskCreate = {
  title: string;
  unit: UnitId;
  assignees: Array<UserId>;
  firm: FirmId;
  kind: InspectionKind;
  modes: Array<InspectionMode>;
  lists: Array<ListCode>;
  rule: RuleCode;
  due: string | null;
  origin: string;
  note: string;
  wants: Array<EvidenceKind>;
};
/** Where a task stands. */
export type TaskState = "open" | "started" | "sealed" | "withdrawn";
/** A task. */
export type TaskRow = {
  task: TaskId;
  title: string;
  unit: UnitId;
  unit_name: string;
  assignees: Array<Person>;
  firm: FirmId | null;
  firm_name: string;
  kind: InspectionKind;
  modes: Array<InspectionMode>;
  lists: Array<ListCode>;
  due: string | null;
  origin: string;
  note: string;
  state: TaskState;
  withdrawn_reason: string | null;
  inspection: InspectionId | null;
  created: string;
  created_by: Person;
};
/** `GET /api/tasks?state=&unit=&after=` */
export type TaskPage = {
  rows: Array<TaskRow>;
  next: string | null;
};
/** `POST /api/tasks/{task}/withdraw` */
export type TaskWithdraw = {
  reason: string;
};
/** `GET /api/status`: how HQ is. */
export type Status = {
  version: string;
  log_index: number;
  key: string;
  ca_sha256: string;
  ca_pem: string;
  phone_url: string;
};
