// Moments of a working day to look at.
import type { DayView, Outcome, SyncView, Text } from '@bindings/field'
import { itemsOf } from '../state/delta'
import { recount } from './count'
import type { PaperEngine } from './engine'
import { other } from './data'
import { closedDay, troubledDay, waitingDay } from './day'
import { record } from './record'

export const draftId = '0193-01'

/** Half an inspection: conforming, not conforming with pictures, a conflict, an item that does not apply. */
function draft(engine: PaperEngine): void {
  const view = engine.start(draftId)
  const give = (code: string, outcome: Outcome, reason: string | null = null, actor?: string): void => {
    engine.item(view, code).state.answers.push({ outcome, reason, correction: null, by: engine.stamp(actor) })
  }
  give('COLD-01', 'conforms')
  engine.item(view, 'COLD-01').state.evidence.push(engine.evidence('COLD-01', 'photo', 'IMG_2041.jpg', 0))
  give('COLD-02', 'non_conforming')
  const cold2 = engine.item(view, 'COLD-02')
  cold2.state.notes.push({ text: cold2.item.findings[0]?.text['zh-Hans'] ?? '', by: engine.stamp() })
  cold2.state.evidence.push(
    {
      ...engine.evidence('COLD-02', 'photo', 'IMG_2042.jpg', 1),
      caption: '2 号冷库显示屏',
      safety: 'at_hq',
      not_after: '2026-11-21T12:06:40+08:00',
    },
    engine.evidence('COLD-02', 'photo', 'IMG_2043.jpg', 3),
  )
  give('COLD-03', 'conforms')
  give('COLD-03', 'non_conforming', null, other.user ?? '')
  give('COLD-04', 'not_applicable')
  view.general_evidence.push(engine.evidence(null, 'photo', 'IMG_2040.jpg', 4))
  recount(view)
  engine.sync.only_here = { inspections: 2, photos: 31, files: 1, entries: 214, bytes: 108_000_000 }
}

const typed: Record<string, string> = {
  place: '南岭区工业三路 7 号 A 栋 2 层，冷库两间及收货区',
  recorder: '李娜',
  'site_manager.name': '王丽华',
  'site_manager.position': '质量负责人',
  'notice.certificates_shown': '是，两名执法人员均已出示执法证件',
  'notice.rights_told': '已告知陈述、申辩和申请回避的权利',
  'notice.recusal_answer': '“不申请回避。”',
  situation:
    '09:12 进入库区。2 号冷库温度显示屏读数 11.6 ℃，监测平台 2 号测点离线；库内存放体外诊断试剂 3 批共 46 盒，标签标示 2—8 ℃ 贮存。',
  'party.statement': '“探头上周坏了，已经报修，还没有换。”',
  'close.read': '以上笔录已阅，与现场情况相符。',
}

/** Everything answered, ready for the record. */
function complete(engine: PaperEngine): void {
  draft(engine)
  const view = engine.of(draftId)
  for (const section of view.lists.flatMap((l) => l.sections)) {
    for (const { item, state } of section.items) {
      const outcome = item.code === 'COLD-02' ? 'non_conforming' : 'conforms'
      state.answers = [{ outcome, reason: null, correction: null, by: engine.stamp() }]
      for (const rule of item.evidence) {
        while (state.evidence.filter((e) => e.kind === rule.kind).length < rule.min) {
          state.evidence.push(engine.evidence(item.code, rule.kind, 'IMG_2050.jpg', state.evidence.length))
        }
      }
    }
  }
  for (const f of view.fields) {
    if (f.field.required && f.values.length === 0) {
      f.values = [
        {
          text: typed[f.field.field] ?? '已当场核对，无异议。',
          by: engine.stamp(),
        },
      ]
    }
  }
  recount(view)
}

function sealed(engine: PaperEngine): void {
  complete(engine)
  const view = engine.of(draftId)
  view.row.stage = 'sealed'
  view.row.safety = 'at_hq'
  const sign = (name: string, role: 'officer' | 'firm', method: 'keyed' | 'drawn') => ({
    role,
    name,
    method,
    image: method === 'drawn' ? '0002'.repeat(16) : null,
    by: engine.stamp(),
  })
  view.seal = {
    proposal: engine.stamp().entry,
    record: record(view),
    record_sha256: 'c41f88d20b7765ea'.repeat(4),
    entries: 164,
    blobs: 47,
    conclusion: view.progress.conclusion,
    refusal: null,
    waits_for: [],
    sealed: true,
    outside: 1,
    signatures: [
      sign('张伟', 'officer', 'keyed'),
      sign('李娜', 'officer', 'drawn'),
      sign('王丽华', 'firm', 'drawn'),
    ],
    later: [{ kind: 'answer.set', item: 'COLD-05', by: engine.stamp() }],
  }
  recount(view)
}

const file = (n: number, done: number, receipted: boolean): SyncView['files'][number] => ({
  sha256: n.toString(16).padStart(64, '0'),
  name: `IMG_20${String(41 + n)}.jpg`,
  firm: '康源医疗器械',
  inspection: '0193-01',
  size: 3_200_000 + n * 41_000,
  done,
  receipted,
  again: false,
  problem: null,
})
function syncing(engine: PaperEngine): void {
  draft(engine)
  Object.assign(engine.sync, {
    phase: 'uploading',
    only_here: { inspections: 1, photos: 3, files: 0, entries: 0, bytes: 9_800_000 },
    entries_total: 214,
    entries_done: 214,
    bytes_total: 108_000_000,
    bytes_done: 98_200_000,
    rate: 258_000,
    remaining_ms: 38_000,
    inspections: [
      { inspection: '0193-01', firm: '康源医疗器械', files: 3, bytes: 7_900_000 },
      { inspection: '0193-08', firm: '明视眼镜', files: 24, bytes: 71_000_000 },
    ],
    files: [
      file(0, 1_900_000, false),
      file(1, 0, false),
      file(2, 0, false),
      ...[3, 4, 5, 6].map((n) => file(n, 4_000_000, true)),
    ],
    files_more: 24,
  } satisfies Partial<SyncView>)
}
function away(engine: PaperEngine): void {
  syncing(engine)
  Object.assign(engine.sync, {
    phase: 'waiting',
    rate: null,
    remaining_ms: null,
    retry_ms: 24_000,
    asked: true,
    problem: { code: 'hq.unreachable', retry: 'later', params: {} },
  } satisfies Partial<SyncView>)
}
/** As an ordinary day in a basement: nobody asked, nobody answered. */
function calm(engine: PaperEngine): void {
  away(engine)
  Object.assign(engine.sync, { asked: false, retry_ms: 240_000, files: [], files_more: 0, inspections: [] })
}
/** Wi-Fi only, on a mobile network; one file had to begin again. */
function held(engine: PaperEngine): void {
  away(engine)
  Object.assign(engine.sync, {
    retry_ms: null,
    wifi_only: true,
    network: 'metered',
    first: '0193-08',
    files: [{ ...file(0, 0, false), again: true }, file(1, 0, false)],
    problem: { code: 'network.metered', retry: 'later', params: {} },
  } satisfies Partial<SyncView>)
}
function failed(engine: PaperEngine): void {
  syncing(engine)
  Object.assign(engine.sync, {
    phase: 'failed',
    rate: null,
    remaining_ms: null,
    problem: { code: 'ca.wrong', retry: 'after_action', params: {} },
  } satisfies Partial<SyncView>)
}

/** HQ was put back from a backup of before this phone was enrolled. */
function forgotten(engine: PaperEngine): void {
  failed(engine)
  engine.sync = {
    ...engine.sync,
    problem: { code: 'device.unknown', retry: 'after_action', params: {} },
    files: [],
    files_more: 0,
  }
}
function agreed(engine: PaperEngine): void {
  syncing(engine)
  Object.assign(engine.sync, {
    phase: 'done',
    only_here: { inspections: 0, photos: 0, files: 0, entries: 0, bytes: 0 },
    rate: null,
    remaining_ms: null,
    inspections: [],
    files: [3, 4, 5, 6].map((n) => file(n, 4_000_000, true)),
    agreed: {
      time: '2026-11-21T18:04:12+08:00',
      entries: 432,
      blobs: 78,
      whole: true,
      manifest: '5be1907c'.repeat(8),
    },
  } satisfies Partial<SyncView>)
}

/** Just begun, alone, nothing done at the door; its first item carries all that may stand beside a text. */
function fresh(engine: PaperEngine): void {
  draft(engine)
  const view = engine.start('0193-01')
  view.officers.splice(1)
  const first = engine.item(view, 'COLD-01')
  first.covers = ['STER-03', 'STH-02']
  Object.assign(first.item, {
    regulator: true,
    basis: [],
    grounds: {
      'zh-Hans': '依据辖区年度监管计划（集采中选品种专项），非法律条款。',
      en: 'The year’s supervision plan (volume-based procurement); no article of law.',
    },
  })
  engine.start('0193-09')
}
/** A shop of a sweep stands behind, the next one ahead. */
function sweep(engine: PaperEngine): void {
  const shop = engine.start('0193-08', null, ['SUP', 'ACC'])
  shop.modes = ['sweep']
  shop.firm = { ...shop.firm, id: null, subject: { kind: 'optician', modes: [], flags: ['lens'] } }
}
function serious(engine: PaperEngine): void {
  draft(engine)
  const off = engine.item(engine.of('0193-01'), 'COLD-02')
  off.item.severity = 'serious'
  off.state.answers = [{ outcome: 'non_conforming', reason: null, correction: null, by: engine.stamp() }]
}

/** The evening of a day: something still only here, all agreed, or in trouble. */
function evening(day: () => DayView): (engine: PaperEngine) => void {
  return (engine) => {
    draft(engine)
    engine.day = day()
    engine.sync.only_here = engine.day.only_here
  }
}

/** Headquarters gave out a newer version of a list that is in use. */
function newer(engine: PaperEngine): void {
  draft(engine)
  const view = engine.of(draftId)
  const cold = view.lists.find((l) => l.title.code === 'COLD')
  if (!cold) return
  cold.newer = '2026.2'
  const text = (code: string): Text => engine.item(view, code).item.text
  engine.newer.set('COLD', {
    title: { ...cold.title, version: '2026.2' },
    sha256: 'c'.repeat(64),
    from: cold.title.version,
    unchanged: 18,
    framed: true,
    items: [
      {
        item: 'COLD-01',
        before: text('COLD-01'),
        after: {
          'zh-Hans': '冷库、冷藏车的数量和容积与所经营产品的品种、数量相适应，每半年核对一次。',
          en: 'Number and volume of cold stores and vehicles fit what is traded; checked every half-year.',
        },
        fields: ['evidence'],
        spoken: true,
        again: true,
      },
      {
        item: 'COLD-05',
        before: text('COLD-05'),
        after: text('COLD-05'),
        fields: ['how', 'sample'],
        spoken: false,
        again: false,
      },
      {
        item: 'COLD-23',
        before: null,
        after: { 'zh-Hans': '委托运输的，核对承运方的温度记录。', en: 'Transport by others: their records.' },
        fields: [],
        spoken: false,
        again: false,
      },
      { item: 'COLD-04', before: text('COLD-04'), after: null, fields: [], spoken: true, again: false },
    ],
  })
  recount(view)
}

/** Originals that left this phone, and one that nobody has. */
function cleared(engine: PaperEngine): void {
  draft(engine)
  const view = engine.of('0193-01')
  const all = itemsOf(view).flatMap((i) => i.state.evidence)
  all.forEach((e, n) => (e.original = n === 1 ? 'lost' : 'at_hq'))
  engine.storage = {
    ...engine.storage,
    lost: [
      {
        sha256: 'ab'.repeat(32),
        name: 'IMG_0417.jpg',
        inspection: '0193-01',
        firm: '海曙康达医疗器械有限公司',
        let_go: true,
      },
    ],
  }
}

export const scenes: Record<string, (engine: PaperEngine) => void> = {
  draft,
  newer,
  cleared,
  fresh,
  sweep,
  serious,
  complete,
  sealed,
  syncing,
  away,
  calm,
  held,
  failed,
  forgotten,
  agreed,
  waiting: evening(waitingDay),
  closed: evening(closedDay),
  troubled: evening(troubledDay),
  locked: (engine) => {
    engine.state = 'locked'
  },
  enrol: (engine) => {
    engine.state = 'not_enrolled'
  },
}
