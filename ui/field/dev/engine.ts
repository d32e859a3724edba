// A host that is nothing but the interface: an engine of paper, for tests and for looking at the screens. Never shipped.
import type {
  DayView,
  Delta,
  EvidenceView,
  Failure,
  Happening,
  InspectionView,
  ItemView,
  NewerListView,
  Place,
  Stamp,
  SyncView,
} from '@bindings/field'
import { Refused, type Args, type Host, type PhotoKind, type Reply, type Verb } from '../host'
import { itemsOf } from '../state/delta'
import { begin, listTitles, theFirm } from './begin'
import { recount } from './count'
import { lawData, me, photo, signature, tasks } from './data'
import { emptyDay } from './day'
import { proposal } from './proposing'
import { pocket } from './pocket'
import { record } from './record'
import { lookAt, specOf } from './tables'

type Answers = { [V in Verb]: (args: Args<V>) => Reply<V> }
export interface Asked {
  verb: Verb
  args: unknown
}
const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T
const none = {}

export class PaperEngine implements Host {
  state: 'not_enrolled' | 'locked' | 'unlocked' = 'unlocked'
  language = 'zh-CN'
  theme = 'light'
  pin = '1234567890'
  waitMs = 0
  inspections = new Map<string, InspectionView>()
  /** Newer versions that headquarters gave out, by list. */
  newer = new Map<string, NewerListView>()
  sync: SyncView
  day: DayView = emptyDay()
  asked: Asked[] = []
  here: Place | null = { lat: 22.58, lon: 113.97, acc_m: 12, mock: false }
  private heard = new Set<(h: Happening) => void>()
  private failing: { verb: Verb; failure: Failure; times: number }[] = []
  private gate: Promise<void> = Promise.resolve()
  private serial = 0
  private uploads = new Map<string, { args: Args<'attach_begin'>; got: number }>()

  constructor() {
    this.sync = {
      phase: 'idle',
      only_here: { inspections: 0, photos: 0, files: 0, entries: 0, bytes: 0 },
      entries_total: 0,
      entries_done: 0,
      bytes_total: 0,
      bytes_done: 0,
      rate: null,
      remaining_ms: null,
      retry_ms: null,
      files: [],
      files_more: 0,
      inspections: [],
      first: null,
      wifi_only: false,
      by_itself: true,
      asked: false,
      network: 'unknown',
      problem: null,
      quarantined: 0,
      agreed: null,
      hq: 'https://10.24.8.16:8443',
      last_contact: new Date(Date.now() - 15 * 3_600_000).toISOString(),
    }
  }

  /** The next calls of a verb fail. */
  fail(
    verb: Verb,
    code: string,
    times = 1,
    retry: Failure['retry'] = 'after_action',
    params: Failure['params'] = {},
  ): void {
    this.failing.push({ verb, failure: { code, retry, params }, times })
  }
  /** Answers wait until the returned function is called. */
  hold(): () => void {
    let open = (): void => undefined
    this.gate = new Promise((release) => (open = release))
    return open
  }
  happen(happening: Happening): void {
    for (const hear of this.heard) hear(copy(happening))
  }
  async call<V extends Verb>(verb: V, args: Args<V>): Promise<Reply<V>> {
    this.asked.push({ verb, args: copy(args) })
    await this.gate
    const failing = this.failing.find((f) => f.verb === verb && f.times > 0)
    if (failing) {
      failing.times -= 1
      throw new Refused(failing.failure)
    }
    return copy(this.answers[verb](args))
  }
  listen(hear: (h: Happening) => void): () => void {
    this.heard.add(hear)
    return () => this.heard.delete(hear)
  }
  photoUrl(kind: PhotoKind, sha256: string): string {
    if (sha256.startsWith('00020002')) return signature
    const seed = Number.parseInt(sha256.slice(0, 4), 16)
    return kind === 'thumb' ? photo(seed, 320, 320) : photo(seed, 1600, 1600)
  }
  place(): Promise<Place | null> {
    return Promise.resolve(this.here)
  }

  start(
    id: string,
    task: string | null = 'task-31',
    lists: readonly string[] = ['COLD', 'SUP', 'ACC'],
  ): InspectionView {
    const view = begin(id, theFirm, lists, task)
    this.inspections.set(id, view)
    return view
  }
  stamp(actor = me.user ?? ''): Stamp {
    this.serial += 1
    return {
      entry: this.serial.toString(16).padStart(64, '0'),
      feed: 'ab'.repeat(32),
      seq: this.serial,
      lamport: this.serial,
      actor,
      wall: new Date().toISOString(),
    }
  }
  item(view: InspectionView, code: string): ItemView {
    const found = itemsOf(view).find((i) => i.item.code === code)
    if (!found) throw new Refused({ code: 'item.unknown', retry: 'never', params: {} })
    return found
  }
  evidence(item: string | null, kind: EvidenceView['kind'], name: string, seed: number): EvidenceView {
    const sha256 = seed.toString(16).padStart(4, '0') + '9f3c07aa51d2e4'.repeat(5).slice(0, 60)
    return {
      id: `e-${String(this.serial)}-${String(seed)}`,
      kind,
      item,
      name,
      caption: '',
      blob:
        kind === 'measure'
          ? null
          : { sha256, size: 3_481_234, mime: kind === 'photo' ? 'image/jpeg' : 'text/csv', source: 'camera' },
      original: 'here',
      has_thumb: kind === 'photo',
      no_preview: null,
      facts:
        kind === 'photo'
          ? {
              width: 4032,
              height: 3024,
              taken: '2026-11-21T09:31:08+08:00',
              make: 'HUAWEI',
              model: 'ALN-AL00',
              gps: null,
            }
          : {},
      measured: null,
      place: this.here,
      not_before: '9fd6b4d4bb906f6da264498ea19c847a',
      not_after: null,
      withdrawn: null,
      by: this.stamp(),
      safety: 'here',
    }
  }
  of(id: string): InspectionView {
    const view = this.inspections.get(id)
    if (!view) throw new Refused({ code: 'inspection.unknown', retry: 'never', params: {} })
    return view
  }
  private delta(id: string, codes: string[], extra: Partial<Delta> = {}): Delta {
    const view = this.of(id)
    if (view.seal && !view.seal.sealed && !extra.seal) view.seal.outside += 1
    recount(view)
    return {
      inspection: id,
      items: codes.map((c) => this.item(view, c).state),
      general_evidence: null,
      fields: [],
      officers: null,
      reload: false,
      progress: view.progress,
      seal: view.seal,
      ...extra,
    }
  }
  private add(id: string, item: string | null, evidence: EvidenceView): Delta {
    const view = this.of(id)
    if (item === null) view.general_evidence.push(evidence)
    else this.item(view, item).state.evidence.push(evidence)
    return this.delta(id, item === null ? [] : [item], { general_evidence: view.general_evidence })
  }
  private status = (): Reply<'status'> => ({
    state: this.state,
    users: this.state === 'not_enrolled' ? [] : [{ user: me.user ?? '', name: me.name }],
    user: this.state === 'unlocked' ? me.user : null,
    wait_ms: this.waitMs,
    pin_min: 10,
    pin_numeric: false,
    notices: [],
    version: '0.1.0',
  })
  storage: Reply<'storage'> = {
    free_bytes: 18_400_000_000,
    room: { photos: 5_200, low: false, reserve: true },
    reserve_bytes: 16 << 20,
    aside: 0,
    here: { n: 118, bytes: 412_000_000 },
    may_go: { n: 74, bytes: 258_000_000 },
    stays: [
      { why: 'unsealed', heap: { n: 21, bytes: 73_000_000 } },
      { why: 'unsent', heap: { n: 9, bytes: 31_000_000 } },
      { why: 'fresh', heap: { n: 14, bytes: 50_000_000 } },
    ],
    away: { n: 203, bytes: 706_000_000 },
    lost: [],
    backed_up: true,
    days: 7,
    by_itself: false,
  }
  private settings = (): Reply<'settings'> => ({
    bureau: '南岭区市场监督管理局',
    hq_url: this.sync.hq,
    ca: '3b7e91c04d'.repeat(7).slice(0, 64),
    device: 'd-7f2a',
    device_label: '张伟的手机',
    feed: 'ab'.repeat(32),
    entries: 218,
    users: [{ user: me.user ?? '', name: me.name }],
    language: this.language,
    theme: this.theme,
    originals_bytes: 412_000_000,
    originals: 118,
    free_bytes: 18_400_000_000,
    hardware_secret: false,
    lists: listTitles,
    version: '0.1.0',
    lock_after_min: 5,
  })
  private find(view: InspectionView, id: string): EvidenceView | undefined {
    return [...itemsOf(view).flatMap((i) => i.state.evidence), ...view.general_evidence].find(
      (e) => e.id === id,
    )
  }

  private answers: Answers = {
    status: () => this.status(),
    look: () => ({ language: this.language, theme: this.theme }),
    invitation_look: ({ text }) => {
      if (!text.startsWith('xuncha:enrol?'))
        throw new Refused({ code: 'invite.unreadable', retry: 'after_action', params: {} })
      return {
        url: 'https://10.24.8.16:8443',
        bureau: '南岭区市场监督管理局',
        user: me.user ?? '',
        name: me.name,
      }
    },
    enrol: ({ pin }) => {
      Object.assign(this, { pin, state: 'unlocked' })
      return this.status()
    },
    enrol_again: () => {
      this.sync = { ...this.sync, phase: 'idle', problem: null }
      return this.status()
    },
    unlock: ({ pin }) => {
      if (pin !== this.pin) throw new Refused({ code: 'pin.wrong', retry: 'after_action', params: {} })
      this.state = 'unlocked'
      return this.status()
    },
    lock: () => {
      this.state = 'locked'
      return this.status()
    },
    change_pin: ({ new: pin }) => {
      this.pin = pin
      return none
    },
    today: () => {
      const rows = [...this.inspections.values()].map((v) => v.row)
      return {
        drafts: rows.filter((r) => r.stage === 'draft' || r.stage === 'signing'),
        tasks,
        sealed: rows.filter((r) => r.stage === 'sealed'),
        only_here: this.sync.only_here,
        room: this.storage.room,
        last_contact: this.sync.last_contact,
        lists_as_of: '2026-11-12',
        notices: [],
        officer: me,
      }
    },
    task: ({ task }) => {
      const row = tasks.find((t) => t.id === task)
      if (!row) throw new Refused({ code: 'task.unknown', retry: 'never', params: {} })
      const inspections = [...this.inspections.values()].filter((v) => v.task === task).map((v) => v.row)
      const note = '重点查看体外诊断试剂冷库的监测数据和报警处置，核对上次问题的整改情况。'
      return {
        row,
        firm: { ...theFirm, name: row.firm, short_name: row.id === 'task-31' ? theFirm.short_name : '' },
        note,
        origin: '年度计划',
        lists: listTitles.filter((l) => row.lists.includes(l.code)),
        inspections,
      }
    },
    lists: () => listTitles,
    propose: (args) => proposal(args, listTitles),
    start: ({ task, firm, lists, kind, modes, focus, officers }) => {
      const id = `0193-${String(this.inspections.size + 1)}`
      const occasion = { kind, focus, ...(modes.length > 0 ? { modes } : {}) }
      const view = begin(
        id,
        firm ?? theFirm,
        lists.length > 0 ? lists : ['COLD', 'SUP', 'ACC'],
        task,
        occasion,
      )
      view.officers.push(...officers)
      this.inspections.set(id, view)
      return { inspection: id }
    },
    change_list: ({ inspection, list, added }) => {
      const view = this.of(inspection)
      const fresh = begin(inspection, view.firm, [list], view.task).lists
      view.lists = added ? [...view.lists, ...fresh] : view.lists.filter((l) => l.title.code !== list)
      view.row.lists = view.lists.map((l) => l.title.code)
      return this.delta(inspection, [], { reload: true })
    },
    newer_list: ({ list }) => {
      const news = this.newer.get(list)
      if (!news) throw new Refused({ code: 'list.newest', retry: 'never', params: { list } })
      return news
    },
    move_list: ({ inspection, list, to }) => {
      const news = this.newer.get(list)
      if (news?.sha256 !== to)
        throw new Refused({ code: 'list.newer_again', retry: 'after_action', params: { list } })
      const view = this.of(inspection)
      const moved = view.lists.find((l) => l.title.code === list)
      for (const section of moved?.sections ?? []) {
        for (const item of section.items) {
          const one = news.items.find((i) => i.item === item.item.code)
          if (one?.after) item.item.text = one.after
          if (one?.again) item.state.reworded = news.from
        }
        const gone = (item: ItemView): boolean =>
          news.items.some((i) => i.item === item.item.code && i.after === null)
        view.left.push(...section.items.filter((i) => gone(i) && i.state.answers.length > 0))
        section.items = section.items.filter((i) => !gone(i))
      }
      if (moved) Object.assign(moved, { title: news.title, newer: null })
      return this.delta(inspection, [], { reload: true })
    },
    inspection: ({ inspection }) => this.of(inspection),
    abandon: ({ inspection }) => {
      this.of(inspection).row.stage = 'abandoned'
      return this.delta(inspection, [])
    },
    answer: ({ inspection, item, outcome, reason, correction, seen }) => {
      const { state } = this.item(this.of(inspection), item)
      const kept = state.answers.filter((a) => !seen.includes(a.by.entry))
      state.reworded = null
      state.answers =
        outcome === 'unchecked' ? kept : [...kept, { outcome, reason, correction, by: this.stamp() }]
      return this.delta(inspection, [item])
    },
    note: ({ inspection, item, text, seen }) => {
      const { state } = this.item(this.of(inspection), item)
      const kept = state.notes.filter((n) => !seen.includes(n.by.entry))
      state.notes = text === '' ? kept : [...kept, { text, by: this.stamp() }]
      return this.delta(inspection, [item])
    },
    table: ({ inspection, item, rows, correction, seen }) => {
      const { state, table } = this.item(this.of(inspection), item)
      if (!table) throw new Refused({ code: 'table.none', retry: 'never', params: { item } })
      const kept = state.tables.filter((one) => !seen.includes(one.by.entry))
      const read = { kind: table.kind, ...lookAt(table, rows), correction, by: this.stamp() }
      state.tables = rows.length === 0 ? kept : [...kept, read]
      return this.delta(inspection, [item])
    },
    table_look: ({ kind, rows }) => lookAt(specOf(kind), rows),
    measure: ({ inspection, item, what, value, unit, instrument }) => {
      if (!/^[-−]?[\d.,]+/.test(value))
        throw new Refused({ code: 'number.unreadable', retry: 'after_action', params: {} })
      const evidence = {
        ...this.evidence(item, 'measure', what || '测量', this.serial),
        measured: { value, unit, instrument },
      }
      return this.add(inspection, item, evidence)
    },
    attach_begin: (args) => {
      this.serial += 1
      const upload = `u${String(this.serial)}`
      this.uploads.set(upload, { args, got: 0 })
      return { upload }
    },
    attach_slice: ({ upload, offset, data }) => {
      const coming = this.uploads.get(upload)
      if (!coming || coming.got !== offset)
        throw new Refused({ code: 'attach.offset', retry: 'never', params: {} })
      coming.got += atob(data).length
      return none
    },
    attach_end: ({ upload }) => {
      const coming = this.uploads.get(upload)
      if (!coming || coming.got !== coming.args.size)
        throw new Refused({ code: 'attach.incomplete', retry: 'never', params: {} })
      this.uploads.delete(upload)
      const { inspection, item, kind, name } = coming.args
      return this.add(inspection, item, this.evidence(item, kind, name, this.serial))
    },
    attach_cancel: ({ upload }) => {
      this.uploads.delete(upload)
      return none
    },
    attach_file: ({ begin: { inspection, item, kind, name } }) =>
      this.add(inspection, item, this.evidence(item, kind, name, this.serial)),
    caption: ({ inspection, evidence, text }) => {
      const found = this.find(this.of(inspection), evidence)
      if (found) found.caption = text
      return this.delta(inspection, found?.item ? [found.item] : [])
    },
    withdraw: ({ inspection, evidence, reason }) => {
      const found = this.find(this.of(inspection), evidence)
      if (found) found.withdrawn = reason
      return this.delta(inspection, found?.item ? [found.item] : [])
    },
    field: ({ inspection, field, value, seen }) => {
      const view = this.of(inspection)
      const found = view.fields.filter((f) => f.field.field === field)
      for (const f of found) {
        const kept = f.values.filter((v) => !seen.includes(v.by.entry))
        f.values = value === '' ? kept : [...kept, { text: value, by: this.stamp() }]
      }
      return this.delta(inspection, [], { fields: found })
    },
    officers: ({ inspection, officers }) => {
      this.of(inspection).officers = officers
      return this.delta(inspection, [], { officers })
    },
    propose_seal: ({ inspection }) => {
      const view = this.of(inspection)
      view.row.stage = 'signing'
      view.seal = {
        proposal: this.stamp().entry,
        record: record(view),
        record_sha256: 'c41f88d20b7765ea'.repeat(4),
        entries: 64,
        blobs: view.row.photos,
        conclusion: view.progress.conclusion,
        signatures: [],
        refusal: null,
        waits_for: ['officer', 'firm'],
        sealed: false,
        outside: 0,
        later: [],
      }
      return this.delta(inspection, [], { seal: view.seal })
    },
    sign: ({ inspection, role, name, method, image }) => {
      const view = this.of(inspection)
      if (!view.seal) throw new Refused({ code: 'seal.none', retry: 'after_action', params: {} })
      view.seal.signatures.push({
        role,
        name,
        method,
        image: image ? '0002'.repeat(16) : null,
        by: this.stamp(),
      })
      return this.settle(view)
    },
    refuse: ({ inspection, reason, witness, image }) => {
      const view = this.of(inspection)
      if (!view.seal) throw new Refused({ code: 'seal.none', retry: 'after_action', params: {} })
      view.seal.refusal = { reason, witness, image: image ? '0002'.repeat(16) : null, by: this.stamp() }
      return this.settle(view)
    },
    law: ({ law, article }) => {
      const instrument = lawData.find((l) => l.code === law)
      if (!instrument) throw new Refused({ code: 'law.unknown', retry: 'never', params: {} })
      return {
        instrument: { ...instrument, articles: [] },
        article: instrument.articles.find((a) => a.article === article) ?? null,
      }
    },
    ...pocket,
    violations: () => ({
      violations: [
        {
          code: 'V10',
          title: {
            'zh-Hans': '未按规定配备冷藏、冷冻设施设备或者未有效运行',
            en: 'Cold storage missing or not working',
          },
          duty: 'GSP§44',
          penalty: 'O54§70',
          mark: 'D',
        },
        {
          code: 'V11',
          title: { 'zh-Hans': '未按说明书和标签标示要求贮存医疗器械', en: 'Not stored as the label demands' },
          duty: 'T739§47',
          penalty: 'T739§88（三）',
          mark: 'M',
        },
      ],
    }),
    storage: () => this.storage,
    room: () => this.storage.room,
    storage_settings: ({ days, by_itself }) => (this.storage = { ...this.storage, days, by_itself }),
    free_storage: () => {
      const gone = this.storage.may_go
      const [here, away] = [this.storage.here, this.storage.away]
      this.storage = {
        ...this.storage,
        here: { n: here.n - gone.n, bytes: here.bytes - gone.bytes },
        away: { n: away.n + gone.n, bytes: away.bytes + gone.bytes },
        may_go: { n: 0, bytes: 0 },
      }
      return { gone, storage: this.storage }
    },
    fetch_original: ({ inspection, blob }) => {
      const view = this.of(inspection)
      const all = [...itemsOf(view).flatMap((i) => i.state.evidence), ...view.general_evidence]
      const found = all.filter((e) => e.blob?.sha256 === blob)
      for (const e of found) e.original = 'here'
      return this.delta(inspection, found[0]?.item ? [found[0].item] : [])
    },
    verify_evidence: () => ({ intact: true }),
    sync_start: () => {
      this.sync = { ...this.sync, phase: 'connecting', asked: true }
      return this.sync
    },
    sync_pause: () => {
      this.sync = { ...this.sync, phase: 'paused' }
      return this.sync
    },
    sync_status: () => this.sync,
    sync_by_itself: ({ on }) => {
      this.sync = { ...this.sync, by_itself: on }
      return this.sync
    },
    sync_wifi_only: ({ on }) => {
      this.sync = { ...this.sync, wifi_only: on }
      return this.sync
    },
    sync_first: ({ inspection }) => {
      this.sync = { ...this.sync, first: inspection }
      return this.sync
    },
    network: ({ network }) => {
      // A scene may stand on a network that this browser knows nothing of.
      if (network !== 'unknown') this.sync = { ...this.sync, network }
      return {}
    },
    day: () => this.day,
    close_day: () => {
      this.sync = { ...this.sync, phase: 'connecting' }
      return this.sync
    },
    settings: () => this.settings(),
    set_settings: ({ language, theme }) => {
      this.language = language ?? this.language
      this.theme = theme ?? this.theme
      return this.settings()
    },
  }

  private settle(view: InspectionView): Delta {
    const seal = view.seal
    if (seal) {
      const officers = seal.signatures.filter((s) => s.role === 'officer').length
      const firm = seal.refusal !== null || seal.signatures.some((s) => s.role === 'firm')
      seal.waits_for = [...(officers < 2 ? (['officer'] as const) : []), ...(firm ? [] : (['firm'] as const))]
      seal.sealed = seal.waits_for.length === 0
      if (seal.sealed) view.row.stage = 'sealed'
    }
    return this.delta(view.row.id, [], { seal })
  }
}
