// Provisional: the shapes of device/src/app/{verbs,views}.rs as ts-rs writes them. Replaced by the generated file.
/* eslint-disable */

export type Mark = 'V' | 'M' | 'D'
export type Text = { 'zh-Hans': string } & { [key in string]?: string }
export type Method =
  | 'observe'
  | 'documents'
  | 'interview'
  | 'sample'
  | 'measure'
  | 'system'
  | 'photo'
  | 'scan'
export type EvidenceKind = 'photo' | 'file' | 'measure'
export type When = 'non_conforming' | 'checked'
export type Severity = 'minor' | 'major' | 'serious'
export type EvidenceRule = { kind: EvidenceKind; min: number; when: When; what?: Text | null; mark: Mark }
export type KeyFlag = { value: boolean; mark: Mark }
export type Basis = { law: string; article: string; clause?: string | null; mark: Mark }
export type Violation = { code: string; mark: Mark }
export type TypicalFinding = { text: Text; mark: Mark }
export type Item = {
  code: string
  text: Text
  how: Text
  methods: Array<Method>
  sample?: number | null
  evidence: Array<EvidenceRule>
  key: KeyFlag
  basis: Array<Basis>
  violations: Array<Violation>
  severity: Severity
  applies_if?: string | null
  unit?: string | null
  findings: Array<TypicalFinding>
  official_code?: string | null
}

export type InspectionKind =
  'routine' | 'special' | 'for_cause' | 'licence_verification' | 'post_filing' | 'follow_up' | 'reopening'
export type InspectionMode = 'unannounced' | 'extended' | 'joint' | 'random_draw' | 'sweep'
export type Officer = { user: string | null; name: string; certificate: string }
export type Outcome = 'conforms' | 'non_conforming' | 'corrected' | 'not_applicable' | 'unchecked'
export type SealRole = 'officer' | 'firm' | 'witness'
export type SignMethod = 'keyed' | 'drawn'

export type Subject = { kind: string; modes: Array<string>; flags: Array<string> }
export type LatLon = { lat: number; lon: number }
export type Licence = {
  kind: string
  number: string
  scope: string
  issuer: string
  issued: string | null
  valid_to: string | null
}
export type FindingState = 'open' | 'rectifying' | 'submitted' | 'rechecking' | 'closed'
export type PastFinding = {
  item: string | null
  text: string
  found: string
  deadline: string
  state: FindingState
}
export type FirmRecord = {
  id: string | null
  name: string
  short_name: string
  uscc: string
  subject: Subject
  address: string
  premises: string
  warehouses: Array<string>
  legal_representative: string
  manager: string
  quality_manager: string
  phone: string
  grade: string
  position: LatLon | null
  licences: Array<Licence>
  findings: Array<PastFinding>
}

export type Filled =
  | 'typed'
  | 'time'
  | 'firm_name'
  | 'firm_code'
  | 'firm_address'
  | 'firm_legal_representative'
  | 'officers'
  | 'evidence'
  | 'findings'
export type FormField = {
  field: string
  section: string
  label: Text
  hint?: Text | null
  required: boolean
  multiline: boolean
  filled: Filled
  mark: Mark
}

export type LawStatus = 'in_force' | 'superseded' | 'unsure'
export type Article = { article: string; heading: string; text?: Text | null; mark: Mark }
export type Instrument = {
  code: string
  title: Text
  number: string
  number_mark: Mark
  issued?: string | null
  effective?: string | null
  status: LawStatus
  note?: Text | null
  articles: Array<Article>
}
export type ViolationEntry = { code: string; title: Text; duty: string; penalty: string; mark: Mark }

export type Tally = {
  total: number
  not_applicable: number
  non_conforming: number
  corrected: number
  open: number
  conflicting: number
}
export type Tallies = { key: Tally; general: Tally }

export type BlobSource = 'camera' | 'import' | 'scan' | 'screen' | 'derived'
export type BlobRef = { sha256: string; size: number; mime: string; source: BlobSource }
export type Place = { lat: number; lon: number; acc_m: number; mock: boolean }
export type Retry = 'never' | 'later' | 'after_action'
export type Failure = { code: string; retry: Retry; params: { [key in string]?: string } }
export type Stamp = {
  entry: string
  feed: string
  seq: number
  lamport: number
  actor: string
  wall: string
}

export type LockState = 'not_enrolled' | 'locked' | 'unlocked'
export type UserChoice = { user: string; name: string }
export type Notice = { code: string; params: { [key in string]?: string } }
export type Status = {
  state: LockState
  users: Array<UserChoice>
  user: string | null
  wait_ms: number
  pin_min: number
  pin_numeric: boolean
  notices: Array<Notice>
  version: string
}
export type InvitationView = { url: string; bureau: string; user: string; name: string }
export type Safety = 'saving' | 'here' | 'at_hq' | 'quarantined'
export type OnlyHere = { inspections: number; photos: number; files: number; entries: number; bytes: number }
export type Stage = 'draft' | 'signing' | 'sealed' | 'abandoned'
export type InspectionRow = {
  id: string
  number: string
  firm: string
  address: string
  lists: Array<string>
  started: string
  stage: Stage
  done: number
  total: number
  non_conforming: number
  photos: number
  safety: Safety
}
export type TaskRow = {
  id: string
  title: string
  firm: string
  address: string
  due: string | null
  due_in_days: number | null
  distance_m: number | null
  lists: Array<string>
  kind: InspectionKind
  modes: Array<InspectionMode>
  open_findings: number
}
export type Today = {
  drafts: Array<InspectionRow>
  tasks: Array<TaskRow>
  sealed: Array<InspectionRow>
  only_here: OnlyHere
  free_photos: number
  last_contact: string | null
  lists_as_of: string | null
  notices: Array<Notice>
  officer: Officer
}
export type ListTitle = { code: string; title: Text; version: string; items: number; source: Text | null }
export type TaskView = {
  row: TaskRow
  firm: FirmRecord
  note: string
  origin: string
  lists: Array<ListTitle>
  inspections: Array<InspectionRow>
}
export type AnswerView = {
  outcome: Outcome
  reason: string | null
  correction: string | null
  by: Stamp
}
export type NoteView = { text: string; by: Stamp }
export type NeedView = { kind: EvidenceKind; need: number; have: number; what: Text | null; mark: Mark }
export type Measured = { value: string; unit: string; instrument: string }
export type EvidenceView = {
  id: string
  kind: EvidenceKind
  item: string | null
  name: string
  caption: string
  blob: BlobRef | null
  has_thumb: boolean
  no_preview: string | null
  facts: unknown
  measured: Measured | null
  place: Place | null
  not_before: string | null
  not_after: string | null
  withdrawn: string | null
  by: Stamp
  safety: Safety
}
export type ItemState = {
  code: string
  answers: Array<AnswerView>
  notes: Array<NoteView>
  evidence: Array<EvidenceView>
  needs: Array<NeedView>
  missing: boolean
  safety: Safety
}
export type ItemView = { item: Item; state: ItemState }
export type SectionView = { id: string; title: Text; items: Array<ItemView> }
export type ListView = { title: ListTitle; sections: Array<SectionView> }
export type RuleView = {
  title: Text
  source: Text
  mark: Mark
  key_bound: string | null
  general_bound: string | null
}
export type FieldView = { field: FormField; section_title: Text; values: Array<NoteView>; fixed: boolean }
export type InspectionRowCounts = {
  done: number
  total: number
  non_conforming: number
  photos: number
  stage: Stage
  safety: Safety
}
export type ConclusionView = {
  code: string
  title: Text
  is_final: boolean
  rectify_working_days: number | null
}
export type MissingView =
  | { what: 'answer'; item: string }
  | { what: 'reason'; item: string }
  | { what: 'conflict'; item: string }
  | { what: 'evidence'; item: string; kind: EvidenceKind; need: number; have: number }
  | { what: 'field'; field: string }
  | { what: 'officers' }
export type Progress = {
  tallies: Tallies
  conclusion: ConclusionView | null
  missing: Array<MissingView>
  row: InspectionRowCounts
}
export type SignatureView = {
  role: SealRole
  name: string
  method: SignMethod
  image: string | null
  by: Stamp
}
export type RefusalView = { reason: string; witness: string; image: string | null; by: Stamp }
export type LaterView = { kind: string; item: string | null; by: Stamp }
export type SealView = {
  proposal: string
  record: string
  record_sha256: string
  entries: number
  blobs: number
  conclusion: ConclusionView | null
  signatures: Array<SignatureView>
  refusal: RefusalView | null
  waits_for: Array<SealRole>
  sealed: boolean
  outside: number
  later: Array<LaterView>
}
export type InspectionView = {
  row: InspectionRow
  firm: FirmRecord
  task: string | null
  kind: InspectionKind
  modes: Array<InspectionMode>
  officers: Array<Officer>
  lists: Array<ListView>
  rule: RuleView
  progress: Progress
  general_evidence: Array<EvidenceView>
  fields: Array<FieldView>
  seal: SealView | null
}
export type Delta = {
  inspection: string
  items: Array<ItemState>
  general_evidence: Array<EvidenceView> | null
  fields: Array<FieldView>
  officers: Array<Officer> | null
  reload: boolean
  progress: Progress
  seal: SealView | null
}
export type LawView = { instrument: Instrument; article: Article | null }
export type ViolationsView = { violations: Array<ViolationEntry> }
export type SyncPhase =
  | 'idle'
  | 'connecting'
  | 'pushing'
  | 'uploading'
  | 'confirming'
  | 'pulling'
  | 'closing'
  | 'done'
  | 'paused'
  | 'failed'
export type SyncFile = {
  sha256: string
  name: string
  firm: string
  size: number
  done: number
  receipted: boolean
  problem: Failure | null
}
export type AgreedView = { time: string; entries: number; blobs: number; manifest: string }
export type SyncView = {
  phase: SyncPhase
  only_here: OnlyHere
  entries_total: number
  entries_done: number
  bytes_total: number
  bytes_done: number
  remaining_ms: number | null
  files: Array<SyncFile>
  files_more: number
  problem: Failure | null
  quarantined: number
  agreed: AgreedView | null
  hq: string
  last_contact: string | null
}
export type Settings = {
  bureau: string
  hq_url: string
  ca: string
  device: string
  device_label: string
  feed: string
  entries: number
  users: Array<UserChoice>
  language: string
  theme: string
  originals_bytes: number
  originals: number
  free_bytes: number
  hardware_secret: boolean
  lists: Array<ListTitle>
  version: string
  lock_after_min: number
}
export type Happening =
  | { event: 'changed'; delta: Delta }
  | { event: 'sync'; sync: SyncView }
  | { event: 'today' }
  | { event: 'locked' }

export type Nothing = Record<string, never>
export type InvitationLook = { text: string }
export type Enrol = { text: string; label: string; pin: string }
export type Unlock = { user: string; pin: string }
export type ChangePin = { old: string; new: string }
export type TodayArgs = { here: Place | null }
export type TaskArgs = { task: string }
export type Start = {
  task: string | null
  firm: FirmRecord | null
  lists: Array<string>
  kind: InspectionKind | null
  modes: Array<InspectionMode>
  rule: string | null
  officers: Array<Officer>
  place: Place | null
  language: string
}
export type InspectionArgs = { inspection: string }
export type Abandon = { inspection: string; reason: string }
export type Answer = {
  inspection: string
  item: string
  outcome: Outcome
  reason: string | null
  correction: string | null
  seen: Array<string>
  language: string
}
export type Note = { inspection: string; item: string; text: string; seen: Array<string> }
export type Measure = {
  inspection: string
  item: string
  what: string
  value: string
  unit: string
  instrument: string
  place: Place | null
}
export type AttachBegin = {
  inspection: string
  item: string | null
  kind: EvidenceKind
  name: string
  size: number
  source: BlobSource
  place: Place | null
}
export type AttachSlice = { upload: string; offset: number; data: string }
export type AttachArgs = { upload: string }
export type AttachFile = { begin: AttachBegin; path: string; remove: boolean }
export type CaptionArgs = { inspection: string; evidence: string; text: string }
export type Withdraw = { inspection: string; evidence: string; reason: string }
export type Field = { inspection: string; field: string; value: string; seen: Array<string> }
export type Officers = { inspection: string; officers: Array<Officer> }
export type Sign = {
  inspection: string
  proposal: string
  role: SealRole
  name: string
  method: SignMethod
  image: string | null
}
export type Refuse = {
  inspection: string
  proposal: string
  reason: string
  witness: string
  image: string | null
}
export type LawArgs = { law: string; article: string }
export type ViolationsArgs = { item: string; inspection: string }
export type SetSettings = {
  language: string | null
  theme: string | null
  lock_after_min: number | null
  hq_url: string | null
}
export type VerifyArgs = { blob: string }
export type Started = { inspection: string }
export type UploadBegun = { upload: string }
export type Verified = { intact: boolean }
export type Look = { language: string; theme: string }

export interface Verbs {
  status: { args: Nothing; reply: Status }
  look: { args: Nothing; reply: Look }
  invitation_look: { args: InvitationLook; reply: InvitationView }
  enrol: { args: Enrol; reply: Status }
  unlock: { args: Unlock; reply: Status }
  lock: { args: Nothing; reply: Status }
  change_pin: { args: ChangePin; reply: Nothing }
  today: { args: TodayArgs; reply: Today }
  task: { args: TaskArgs; reply: TaskView }
  lists: { args: Nothing; reply: Array<ListTitle> }
  start: { args: Start; reply: Started }
  inspection: { args: InspectionArgs; reply: InspectionView }
  abandon: { args: Abandon; reply: Delta }
  answer: { args: Answer; reply: Delta }
  note: { args: Note; reply: Delta }
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
  violations: { args: ViolationsArgs; reply: ViolationsView }
  verify_evidence: { args: VerifyArgs; reply: Verified }
  sync_start: { args: Nothing; reply: SyncView }
  sync_pause: { args: Nothing; reply: SyncView }
  sync_status: { args: Nothing; reply: SyncView }
  settings: { args: Nothing; reply: Settings }
  set_settings: { args: SetSettings; reply: Settings }
}
