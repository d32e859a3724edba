// The rest of the fake district: people, phones, tasks, and a record that was signed.
import type * as T from '@bindings/hq'
import { draft, sealed } from './inspections'

export const session = { open: false }

export const me: T.Me = {
  user: 'admin',
  name: '周怀谨',
  role: 'admin',
  unit: 'bureau',
  unit_name: '医疗器械监管科',
  bureau: '浦东新区市场监督管理局',
  version: '0.1.0',
}

const firms = [
  '上海澄江医疗器械供应链有限公司',
  '上海明瞳眼镜有限公司张杨路店',
  '浦东新区第三人民医院',
  '上海禾衡医疗器械有限公司',
  '上海泊远体外诊断技术有限公司',
  '上海同安骨科器械有限公司',
  '康桥社区卫生服务中心',
  '上海珞石医疗用品厂',
]
const unitNames: [string, string][] = [
  ['hangtou', '航头市场监管所'],
  ['kangqiao', '康桥市场监管所'],
  ['yangjing', '洋泾市场监管所'],
]
const titles: Record<string, T.Text> = {
  pass: { 'zh-Hans': '通过检查', en: 'Passed' },
  rectify: { 'zh-Hans': '限期整改', en: 'Rectification within a term' },
}

export const moreRows: T.InspectionRow[] = [...Array(58).keys()].map((n) => {
  const day = `2026-${['11', '10', '09'][Math.floor(n / 20)] ?? '09'}-${String(20 - (n % 20)).padStart(2, '0')}`
  const [unit, unit_name] = unitNames[n % 3] ?? ['hangtou', '航头市场监管所']
  const state: T.InspectionState =
    n === 3 ? 'proposed' : n === 11 ? 'abandoned' : n % 9 === 0 ? 'draft' : 'sealed'
  const found = state === 'sealed' ? (n * 7) % 5 : 0
  const code = state === 'sealed' ? (found > 0 ? 'rectify' : 'pass') : null
  return {
    ...sealed.row,
    inspection: `019a${String(n).padStart(4, '0')}-0000-7000-8000-000000000000`,
    number: `JC-310115-${day.replaceAll('-', '')}-${['7F2A', 'B03C', '91DE'][n % 3] ?? ''}-${String((n % 4) + 1).padStart(2, '0')}`,
    firm_name: firms[(n + 1) % firms.length] ?? '',
    unit,
    unit_name,
    officers: n % 2 ? ['陈一帆', '徐蔚'] : ['李明哲', '王思远'],
    kind:
      (['routine', 'special', 'for_cause', 'licence_verification', 'follow_up'] as const)[n % 5] ?? 'routine',
    modes: n % 6 === 0 ? ['random_draw'] : [],
    state,
    conclusion: code,
    conclusion_title: code ? (titles[code] ?? null) : null,
    started: `${day}T09:${String((n * 13) % 60).padStart(2, '0')}:00+08:00`,
    day,
    last_received: `${day}T08:12:00Z`,
    non_conforming: found,
    serious: n === 4 ? 1 : 0,
    conflicts: 0,
    entries: 40 + n * 3,
    blobs: n === 11 ? 0 : 6 + n,
    blobs_stored: n === 11 ? 0 : n === 5 ? 6 : 6 + n,
  }
})

export const units: T.UnitList = {
  rows: [
    { unit: 'bureau', name: '医疗器械监管科', parent: null },
    ...unitNames.map(([unit, name]) => ({ unit, name, parent: 'bureau' })),
  ],
}

function user(
  user: string,
  name: string,
  role: T.Role,
  unit: string,
  no: string,
  disabled = false,
): T.UserRow {
  const unit_name = units.rows.find((u) => u.unit === unit)?.name ?? ''
  return { user, name, role, unit, unit_name, certificate_no: no, disabled, created: '2026-08-03T01:00:00Z' }
}
export const users: T.UserList = {
  rows: [
    user('admin', '周怀谨', 'admin', 'bureau', ''),
    user('chen.insp', '陈一帆', 'inspector', 'kangqiao', '沪市监 310115-0412'),
    user('li.insp', '李明哲', 'inspector', 'hangtou', '沪市监 310115-0207'),
    user('qian.head', '钱立新', 'station_head', 'hangtou', '沪市监 310115-0101'),
    user('wang.insp', '王思远', 'inspector', 'hangtou', '沪市监 310115-0311'),
    user('xu.insp', '徐蔚', 'inspector', 'kangqiao', '沪市监 310115-0418', true),
  ],
}

const hash = (n: number): string => (n * 2654435761).toString(16).padStart(16, '0').repeat(4).slice(0, 64)

export const devices: T.DeviceList = {
  rows: [
    {
      device: '7f2a91c0-0001',
      label: '李明哲的 Mate 60',
      unit: 'hangtou',
      enrolled: '2026-09-01T02:11:00Z',
      last_seen: '2026-11-20T09:21:33Z',
      revoked: null,
      revoked_reason: null,
      feeds: [
        {
          feed: hash(1),
          user: 'li.insp',
          name: '李明哲',
          entries: 4120,
          last_received: '2026-11-20T09:21:33Z',
          closed: false,
        },
        {
          feed: hash(2),
          user: 'wang.insp',
          name: '王思远',
          entries: 212,
          last_received: '2026-11-19T08:00:00Z',
          closed: false,
        },
      ],
    },
    {
      device: 'b03c55aa-0002',
      label: '康桥所平板 2 号',
      unit: 'kangqiao',
      enrolled: '2026-09-02T06:30:00Z',
      last_seen: '2026-11-18T10:02:00Z',
      revoked: null,
      revoked_reason: null,
      feeds: [
        {
          feed: hash(3),
          user: 'chen.insp',
          name: '陈一帆',
          entries: 1877,
          last_received: '2026-11-18T10:02:00Z',
          closed: false,
        },
      ],
    },
    {
      device: '91de0c47-0003',
      label: '徐蔚的 Redmi K70',
      unit: 'kangqiao',
      enrolled: '2026-09-02T07:00:00Z',
      last_seen: '2026-10-30T03:00:00Z',
      revoked: '2026-11-02T01:15:00Z',
      revoked_reason: '手机遗失',
      feeds: [
        {
          feed: hash(4),
          user: 'xu.insp',
          name: '徐蔚',
          entries: 903,
          last_received: '2026-10-30T03:00:00Z',
          closed: true,
        },
      ],
    },
  ],
}

export const invitations: T.InvitationList = {
  rows: [
    {
      invitation: 'i3',
      user: 'qian.head',
      name: '钱立新',
      created: '2026-11-21T12:00:00Z',
      expires: '2026-11-21T12:30:00Z',
      state: 'open',
      device: null,
    },
    {
      invitation: 'i2',
      user: 'xu.insp',
      name: '徐蔚',
      created: '2026-11-03T01:00:00Z',
      expires: '2026-11-03T01:30:00Z',
      state: 'expired',
      device: null,
    },
    {
      invitation: 'i1',
      user: 'li.insp',
      name: '李明哲',
      created: '2026-09-01T02:00:00Z',
      expires: '2026-09-01T02:30:00Z',
      state: 'used',
      device: '7f2a91c0-0001',
    },
  ],
}

export function invitation(): T.InvitationCreated {
  const cells = [...Array(29 * 29).keys()].filter((n) => ((n * n * 31 + n * 17) % 7) % 2 === 0)
  const squares = cells.map(
    (n) => `<rect x="${String(n % 29)}" y="${String(Math.floor(n / 29))}" width="1" height="1"/>`,
  )
  return {
    invitation: 'i4',
    user: 'li.insp',
    text: 'xuncha:1:https://192.168.10.8:8443',
    qr_svg: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 29 29">${squares.join('')}</svg>`,
    url: 'https://192.168.10.8:8443',
    ca_groups: hash(77).match(/.{4}/g)?.join(' ') ?? '',
    secret: 'K7QD 3MWP ZX2A 9HTE N4RB UL6C GY',
    expires: new Date(Date.now() + 29 * 60_000).toISOString(),
  }
}

export const status: T.Status = {
  version: '0.1.0',
  log_index: 48_211,
  key: hash(9),
  ca_sha256: hash(77),
  ca_pem: '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n',
  phone_url: 'https://192.168.10.8:8443',
  troubles: [],
}

export const sessions: T.SessionList = {
  rows: [
    {
      session: 's2',
      created: '2026-11-21T12:00:00Z',
      expires: '2026-11-22T00:00:00Z',
      agent: 'Chromium 142 · Linux',
      current: true,
    },
    {
      session: 's1',
      created: '2026-11-20T00:31:00Z',
      expires: '2026-11-21T12:31:00Z',
      agent: 'Edge 141 · Windows',
      current: false,
    },
  ],
}

export const library: T.LibraryView = {
  lists: [
    {
      code: 'COLD',
      version: '2026.1',
      title: { 'zh-Hans': '冷链', en: 'Cold chain' },
      sha256: hash(11),
      items: 28,
      key_items: 14,
    },
    {
      code: 'SUP',
      version: '2026.1',
      title: { 'zh-Hans': '供货者资质', en: 'Supplier qualification' },
      sha256: hash(12),
      items: 17,
      key_items: 8,
    },
    {
      code: 'ACC',
      version: '2026.1',
      title: { 'zh-Hans': '进货查验与验收', en: 'Incoming inspection and acceptance' },
      sha256: hash(13),
      items: 21,
      key_items: 9,
    },
  ],
  rules: [
    {
      code: 'routine',
      version: '2026.1',
      title: { 'zh-Hans': '日常监督检查', en: 'Routine supervision' },
      sha256: hash(21),
      mark: 'M',
    },
    {
      code: 'licence-verification',
      version: '2026.1',
      title: {
        'zh-Hans': '经营许可现场核查（含变更、延续）',
        en: 'On-site verification for a distribution licence',
      },
      sha256: hash(22),
      mark: 'V',
    },
  ],
  forms: [{ code: 'on-site-record', version: '2026.1', sha256: hash(23) }],
}

const order: T.Suspension = {
  order: '沪浦市监责停〔2026〕3号',
  reason: '冷库失控期间继续发货，责令停止经营。',
  since: '2026-11-10',
}
const operating: T.FirmStanding = {
  standing: 'operating',
  suspended: null,
  missing: [],
  next: 'suspend',
  inspection: null,
  acts: [],
}
const stopped: T.FirmStanding = {
  ...operating,
  standing: 'suspended',
  suspended: order,
  missing: ['inspection', 'commitment'],
  next: 'inspect',
  acts: [
    {
      suspended: order,
      inspection: null,
      extent: null,
      by: { user: 'qian.head', name: '钱立新' },
      at: '2026-11-10T08:30:00Z',
    },
  ],
}
/** One firm of each: stopped, passed, committed; the others trade. */
const standings: Record<string, T.FirmStanding> = {
  'firm-1': stopped,
  'firm-3': {
    ...stopped,
    standing: 'inspected',
    missing: ['commitment'],
    next: 'commit',
    inspection: sealed.row.inspection,
  },
  'firm-4': {
    ...stopped,
    standing: 'committed',
    missing: [],
    next: 'reopen',
    inspection: sealed.row.inspection,
  },
}
export function standingOf(firm: string): T.FirmStanding {
  return standings[firm] ?? operating
}

/** The cold chain for everybody, suppliers unless a firm is to reopen, acceptance on request. */
export function proposal(kind: string): T.TaskProposal {
  const lists = library.lists.map((l) => ({
    title: { code: l.code, title: l.title, version: l.version, items: l.items, source: null },
    proposed: l.code === 'COLD' || (l.code === 'SUP' && kind !== 'reopening'),
    applicable: l.items - 2,
    same: l.code === 'ACC' ? [{ list: 'SUP', items: 3 }] : [],
  }))
  lists.sort((a, b) => Number(b.proposed) - Number(a.proposed))
  const rule = library.rules.find((r) => r.code === kind.replaceAll('_', '-')) ?? library.rules[0]
  if (!rule) throw new Error('the fake library has no rule')
  return { lists, rule: rule.code, rule_title: rule.title, rule_mark: rule.mark }
}

export function findFirms(text: string): T.FirmPage {
  const rows = firms
    .map((name, n) => ({
      firm: `firm-${String(n)}`,
      name,
      uscc: sealed.firm.uscc,
      address: sealed.firm.address,
      grade: '三级',
      unit: 'hangtou',
      open_findings: n % 3,
      suspended: standingOf(`firm-${String(n)}`).suspended !== null,
    }))
    .filter((f) => f.name.includes(text))
  return { rows, next: null }
}
export function firmDetail(firm: string): T.FirmDetail {
  const name = firms[Number(firm.split('-')[1] ?? 0)] ?? sealed.firm.name
  const standing = standingOf(firm)
  const record: T.FirmRecord = { ...sealed.firm, id: firm, name }
  if (standing.suspended) record.suspended = standing.suspended
  return { unit: 'hangtou', unit_name: '航头市场监管所', record, standing }
}

function task(n: number, title: string, state: T.TaskState, due: string | null): T.TaskRow {
  return {
    task: `019a9b00-1111-7aaa-8bbb-00000000000${String(n)}`,
    title,
    unit: 'hangtou',
    unit_name: '航头市场监管所',
    assignees: [
      { user: 'li.insp', name: '李明哲' },
      { user: 'wang.insp', name: '王思远' },
    ],
    firm: 'firm-0017',
    firm_name: firms[n % firms.length] ?? '',
    kind: 'special',
    modes: n === 2 ? ['unannounced'] : [],
    lists: ['COLD', 'SUP'],
    due,
    origin: '2026 年冷链专项计划',
    note: '重点看冷库 A 门内侧的温度分布，上次整改的授权书一并复核。',
    state,
    withdrawn_reason: state === 'withdrawn' ? '企业已停业' : null,
    inspection:
      state === 'sealed' ? sealed.row.inspection : state === 'started' ? draft.row.inspection : null,
    created: '2026-11-16T02:10:00Z',
    created_by: { user: 'qian.head', name: '钱立新' },
  }
}
export const tasks: T.TaskRow[] = [
  task(1, '四季度冷链专项：澄江供应链', 'sealed', '2026-11-25'),
  task(2, '角膜接触镜门店飞行检查', 'open', '2026-11-18'),
  task(3, '医院植入材料库房检查', 'started', '2026-11-28'),
  task(4, '体外诊断试剂批发企业跟踪检查', 'open', '2026-12-10'),
  task(5, '骨科器械供货者资质核查', 'withdrawn', null),
]
export function findTasks(state: string): T.TaskPage {
  return { rows: tasks.filter((t) => !state || t.state === state), next: null }
}

let seq = 0
function entry(
  kind: string,
  time: string,
  body: Record<string, unknown>,
  more: Partial<T.TimelineRow> = {},
): T.TimelineRow {
  seq += 1
  return {
    log_index: 48_000 + seq,
    entry: hash(1000 + seq),
    feed: hash(1),
    seq,
    lamport: seq * 3,
    kind,
    actor: 'li.insp',
    actor_name: '李明哲',
    device: '7f2a91c0-0001',
    wall: `2026-11-20T${time}+08:00`,
    received: '2026-11-20T09:21:33Z',
    inert: null,
    blobs: 0,
    body,
    ...more,
  }
}
export const timeline: T.TimelinePage = {
  rows: [
    entry('inspection.started', '13:58:04', { number: sealed.row.number }),
    entry('field.set', '13:59:02', { field: 'place', value: '航都路 18 号 3 幢' }),
    entry('answer.set', '14:03:11', { item: 'COLD-01', outcome: 'conforms' }),
    entry('evidence.added', '14:03:30', { item: 'COLD-01', name: 'IMG_20261120_140330.jpg' }, { blobs: 3 }),
    entry('answer.set', '14:11:20', { item: 'COLD-03', outcome: 'non_conforming' }),
    entry('note.set', '14:11:40', {
      item: 'COLD-03',
      text: '冷库 A 门内侧第二层货架 9.8 ℃，高于标签所示 2–8 ℃。',
    }),
    entry('measure.added', '14:11:58', {
      item: 'COLD-03',
      what: '冷库 A 门内侧第二层',
      value: '9.8',
      unit: '℃',
    }),
    entry('answer.set', '14:31:00', {
      item: 'COLD-11',
      outcome: 'not_applicable',
      reason: '全部委托有资质的第三方运输',
    }),
    entry('evidence.withdrawn', '15:20:00', { evidence: 'ev-003', reason: '拍到无关人员' }),
    entry('seal.proposed', '15:28:51', {}),
    entry('seal.signed', '15:31:07', { name: '李明哲' }),
    entry('seal.signed', '15:33:12', { name: '陶然' }, { blobs: 1 }),
    entry(
      'thermo.curve',
      '15:40:00',
      {},
      { inert: 'event.unknown', actor_name: '王思远', actor: 'wang.insp' },
    ),
  ],
  next: null,
}

const lines = sealed.sections.flatMap((s) =>
  s.items.map((i) => `${i.key?.value ? '※' : ''}${i.item} ${i.text?.['zh-Hans'] ?? ''} — 已查`),
)
export const record: T.RecordText = {
  text: `现场笔录\n检查编号：${sealed.row.number}\n检查类型和方式：专项检查、飞行检查\n\n检查时间：2026-11-20 13:58 — 2026-11-20 15:28\n被检查单位：${sealed.firm.name}\n统一社会信用代码：${sealed.firm.uscc}\n住所：${sealed.firm.address}\n执法人员：李明哲（执法证号 沪市监 310115-0207）、王思远（执法证号 沪市监 310115-0311）\n\n一、检查内容和发现\n冷链（COLD 2026.1）\n${lines.join('\n')}\n\n二、取证清单\n见附件\n\n三、结论\n限期整改（30 个工作日）\n`,
  sha256: sealed.seal?.record_sha256 ?? '',
  matches_seal: true,
  sealed: true,
}

export const intact: T.VerifyReport = {
  ok: true,
  checked: '2026-11-21T14:03:27Z',
  entries: 214,
  feeds: 2,
  blobs: 31,
  bytes: 96_412_338,
  faults: [],
}
export const broken: T.VerifyReport = {
  ...intact,
  ok: false,
  blobs: 9,
  faults: [
    { code: 'blob.hash', about: 'IMG_20261120_140304.jpg', detail: 'sha256 of the stored bytes is 9c1f…' },
    { code: 'blob.missing', about: 'IMG_20261120_140305.jpg', detail: 'named by wang.insp #15, not stored' },
  ],
}
