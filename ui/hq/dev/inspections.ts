// Two inspections: one sealed with everything in place, one under way with a conflict and a picture on its way.
import type * as T from '@bindings/hq'

const hex = (seed: string): string =>
  [...Array(64).keys()]
    .map((n) => ((seed.charCodeAt(n % seed.length) * (n + 7) + n * n * 13) % 16).toString(16))
    .join('')

const feeds = { li: hex('feed of li'), wang: hex('feed of wang') }

function stamp(actor: 'li' | 'wang', seq: number, time: string): T.Stamp {
  const wall = `2026-11-20T${time}+08:00`
  return {
    entry: hex(`${actor}${String(seq)}`),
    feed: feeds[actor],
    seq,
    lamport: seq * 3,
    actor: `${actor}.insp`,
    wall,
  }
}

let photos = 0
function photo(
  item: string | null,
  by: T.Stamp,
  caption: string,
  more: Partial<T.EvidenceView> = {},
): T.EvidenceView {
  photos += 1
  return {
    evidence: `ev-${String(photos).padStart(3, '0')}`,
    item,
    kind: 'photo',
    name: `IMG_20261120_${String(140300 + photos)}.jpg`,
    captions: caption ? [caption] : [],
    sha256: `${(photos * 4099).toString(16).padStart(4, '0')}${hex(`photo ${String(photos)}`).slice(4)}`,
    size: 2_900_000 + photos * 71_234,
    mime: 'image/jpeg',
    source: 'camera',
    facts: {
      width: 4000,
      height: 3000,
      taken: '2026-11-20T14:08:12+08:00',
      make: 'HUAWEI',
      model: 'NOH-AN00',
    },
    no_preview: null,
    integrity: 'receipted',
    withdrawn: null,
    place: { lat: 31.23041, lon: 121.47372, acc_m: 12, mock: false },
    by,
    late: false,
    ...more,
  }
}

function answered(item: string, outcome: T.Outcome, by: T.Stamp, reason: string | null = null): T.AnswerView {
  return {
    answer: { item, list: hex('COLD'), outcome, reason, correction: null, language: 'zh-Hans' },
    by,
    late: false,
  }
}

type Asked = [code: string, zh: string, en: string, key: boolean, severity: T.Severity, article: string]

function item([code, zh, en, key, severity, article]: Asked, more: Partial<T.ItemView>): T.ItemView {
  return {
    item: code,
    text: { 'zh-Hans': zh, en },
    key: { value: key, mark: 'D' },
    severity,
    basis: [
      { law: 'GSP', article, clause: null, mark: 'V' },
      { law: 'O54', article: '38', clause: '（二）', mark: 'M' },
    ],
    answers: [],
    notes: [],
    measures: [],
    tables: [],
    evidence: [],
    answer_writes: 0,
    ...more,
  }
}

const cold: Asked[] = [
  [
    'COLD-01',
    '冷库、冷藏车、冷藏箱（保温箱）的数量和容积与经营规模、品种相适应。',
    'Number and volume of cold rooms, vehicles and boxes fit the size and kind of business.',
    true,
    'major',
    '28',
  ],
  [
    'COLD-02',
    '冷库有温度自动监测、显示、记录、调控和报警设备，报警能就地和远程发出。',
    'The cold room measures, shows, records, regulates and alarms by itself, on the spot and remotely.',
    true,
    'serious',
    '29',
  ],
  [
    'COLD-03',
    '冷库温度在说明书和标签标示的范围内，现场读数与自动记录一致。',
    'The temperature is within the range on the label, and the reading on the spot agrees with the record.',
    true,
    'serious',
    '58',
  ],
  [
    'COLD-04',
    '冷库有备用发电机组或者双回路供电。',
    'The cold room has a stand-by generator or two feeds.',
    false,
    'major',
    '29',
  ],
  [
    'COLD-05',
    '温度传感器每年校准，校准证书在有效期内。',
    'Sensors are calibrated every year and the certificate is valid.',
    false,
    'minor',
    '33',
  ],
  [
    'COLD-06',
    '冷库、冷藏车使用前经过验证，验证报告经质量负责人批准。',
    'Cold rooms and vehicles were validated before use; the quality manager approved the report.',
    true,
    'major',
    '34',
  ],
]
const transport: Asked[] = [
  [
    'COLD-11',
    '冷藏车运输途中自动记录温度，记录间隔不超过5分钟。',
    'The vehicle records its temperature on the way, at most five minutes apart.',
    true,
    'major',
    '66',
  ],
  [
    'COLD-12',
    '收货时核对运输方式、途中温度记录和到货温度，并由收货人签字。',
    'On receipt, means of transport, record of the way and temperature on arrival are checked and signed for.',
    true,
    'major',
    '47',
  ],
  [
    'COLD-13',
    '冷链交接单保存至有效期满后2年。',
    'Hand-over sheets are kept until two years after expiry.',
    false,
    'minor',
    '50',
  ],
]
const supply: Asked[] = [
  [
    'SUP-01',
    '首次采购前取得加盖供货者公章的资料并建立供货者档案。',
    'Before the first purchase the supplier’s stamped papers were obtained and filed.',
    true,
    'major',
    '53',
  ],
  [
    'SUP-02',
    '从具有合法资质的医疗器械注册人、备案人、生产经营企业购进。',
    'Goods are bought from lawful registrants, filers, makers or distributors.',
    true,
    'serious',
    '45',
  ],
  [
    'SUP-03',
    '与供货者约定质量责任和售后服务责任。',
    'Liability for quality and after-sales service is agreed with the supplier.',
    false,
    'minor',
    '54',
  ],
]

const firm: T.FirmRecord = {
  id: 'firm-0017',
  name: '上海澄江医疗器械供应链有限公司',
  short_name: '澄江供应链',
  uscc: '91310115MA1K35J46A',
  subject: { kind: 'wholesale', modes: [], flags: ['cold_chain'] },
  address: '上海市浦东新区航头镇航都路 18 号 3 幢',
  premises: '',
  warehouses: ['航都路 18 号 3 幢 1 层冷库 A、B', '航都路 18 号 5 幢 2 层常温库'],
  legal_representative: '沈桥',
  manager: '沈桥',
  quality_manager: '陶然',
  phone: '021-5822 0000',
  grade: '三级',
  position: null,
  licences: [
    {
      kind: '医疗器械经营许可证',
      number: '沪浦药监械经营许20230117号',
      scope: '三类：6840 体外诊断试剂、6846 植入材料',
      issuer: '浦东新区市场监督管理局',
      issued: '2023-04-11',
      valid_to: '2028-04-10',
    },
    {
      kind: '第二类医疗器械经营备案凭证',
      number: '沪浦药监械经营备20190442号',
      scope: '二类全部',
      issuer: '浦东新区市场监督管理局',
      issued: '2019-06-02',
      valid_to: null,
    },
    {
      kind: '冷链验证证书',
      number: 'YZ-2024-0911',
      scope: '冷库 A',
      issuer: '上海计量测试技术研究院',
      issued: '2024-09-11',
      valid_to: '2026-09-10',
    },
  ],
  findings: [
    {
      item: 'COLD-05',
      text: '冷库 B 两只传感器超过校准有效期。',
      found: '2026-03-18',
      deadline: '2026-04-20',
      state: 'closed',
    },
    {
      item: 'SUP-01',
      text: '两家供货者授权书已过有效期。',
      found: '2026-03-18',
      deadline: '2026-04-20',
      state: 'submitted',
    },
  ],
}

const row: T.InspectionRow = {
  inspection: '019a9f3c-7d1e-7c3a-9a51-0c54ad0e2c11',
  number: 'JC-310115-20261120-7F2A-03',
  firm_name: firm.name,
  uscc: firm.uscc,
  unit: 'hangtou',
  unit_name: '航头市场监管所',
  officers: ['李明哲', '王思远'],
  kind: 'special',
  modes: ['unannounced'],
  state: 'sealed',
  conclusion: 'rectify',
  conclusion_title: { 'zh-Hans': '限期整改', en: 'Rectification within a term' },
  started: '2026-11-20T13:58:04+08:00',
  day: '2026-11-20',
  last_received: '2026-11-20T09:21:33Z',
  non_conforming: 2,
  serious: 1,
  conflicts: 0,
  entries: 214,
  blobs: 31,
  blobs_stored: 31,
}

const ask = (list: Asked[], n: number): Asked => list[n] ?? ['?', '', '', false, 'minor', '1']

function sections(conflict: boolean): T.SectionView[] {
  const li = (seq: number, time: string): T.Stamp => stamp('li', seq, time)
  const base = { list: 'COLD', list_title: { 'zh-Hans': '冷链', en: 'Cold chain' }, list_version: '2026.1' }
  const third = conflict
    ? item(ask(cold, 2), {
        answers: [
          answered('COLD-03', 'conforms', li(31, '14:11:20')),
          answered('COLD-03', 'non_conforming', stamp('wang', 12, '14:13:02')),
        ],
        notes: [
          { text: '现场读数 6.3 ℃，与记录一致。', by: li(32, '14:11:40') },
          { text: '库门内侧第二层货架读数 9.8 ℃，高于标签所示 2–8 ℃。', by: stamp('wang', 13, '14:13:30') },
        ],
        measures: [
          {
            measure: {
              evidence: 'm-1',
              item: 'COLD-03',
              what: '冷库 A 中部',
              value: '6.3',
              unit: '℃',
              instrument: 'TESTO 104 No. 4471',
            },
            withdrawn: null,
            by: li(33, '14:11:58'),
          },
          {
            measure: {
              evidence: 'm-2',
              item: 'COLD-03',
              what: '冷库 A 门内侧第二层',
              value: '9.8',
              unit: '℃',
              instrument: 'TESTO 104 No. 4472',
            },
            withdrawn: null,
            by: stamp('wang', 14, '14:13:44'),
          },
        ],
        evidence: [
          photo('COLD-03', li(34, '14:12:10'), '冷库 A 显示屏 6.3 ℃'),
          photo('COLD-03', stamp('wang', 15, '14:14:01'), '门内侧第二层货架，9.8 ℃', {
            integrity: 'missing',
          }),
          photo('COLD-03', stamp('wang', 16, '14:14:20'), '自动记录曲线', { integrity: 'stored' }),
        ],
        answer_writes: 2,
      })
    : item(ask(cold, 2), {
        answers: [answered('COLD-03', 'non_conforming', li(31, '14:11:20'))],
        notes: [
          {
            text: '冷库 A 门内侧第二层货架 9.8 ℃，高于标签所示 2–8 ℃；自动记录同一时段为 6.1 ℃，传感器位置不具代表性。',
            by: li(32, '14:11:40'),
          },
        ],
        measures: [
          {
            measure: {
              evidence: 'm-1',
              item: 'COLD-03',
              what: '冷库 A 门内侧第二层',
              value: '9.8',
              unit: '℃',
              instrument: 'TESTO 104 No. 4471',
            },
            withdrawn: null,
            by: li(33, '14:11:58'),
          },
        ],
        evidence: [
          photo('COLD-03', li(34, '14:12:10'), '冷库 A 显示屏 6.1 ℃'),
          photo('COLD-03', li(35, '14:12:31'), '门内侧第二层货架，9.8 ℃'),
          photo('COLD-03', li(36, '14:12:44'), '自动记录曲线'),
          photo(null, li(37, '14:13:00'), '', {
            item: 'COLD-03',
            kind: 'file',
            mime: 'text/csv',
            name: '冷库A_20261101-1120.csv',
            size: 418_220,
            source: 'import',
            facts: {},
          }),
        ],
        answer_writes: 3,
      })
  return [
    {
      ...base,
      section: 'store',
      title: { 'zh-Hans': '冷库与设备', en: 'Cold rooms and equipment' },
      items: [
        item(ask(cold, 0), {
          answers: [answered('COLD-01', 'conforms', li(21, '14:03:11'))],
          answer_writes: 1,
          evidence: [photo('COLD-01', li(22, '14:03:30'), '冷库 A 全景')],
        }),
        item(ask(cold, 1), {
          answers: [answered('COLD-02', 'conforms', li(25, '14:06:40'))],
          answer_writes: 1,
          evidence: [
            photo('COLD-02', li(26, '14:07:01'), '报警主机'),
            photo('COLD-02', li(27, '14:07:12'), '远程报警短信', {
              withdrawn: { reason: '拍到无关人员', by: li(60, '15:20:00') },
            }),
          ],
        }),
        third,
        item(ask(cold, 3), {
          answers: [answered('COLD-04', 'corrected', li(41, '14:20:02'))],
          notes: [{ text: '发电机组电瓶接线松脱，当场接好并试机。', by: li(42, '14:20:40') }],
          answer_writes: 1,
          evidence: [photo('COLD-04', li(43, '14:21:00'), '试机后电压表')],
        }),
        item(ask(cold, 4), {
          answers: conflict ? [] : [answered('COLD-05', 'conforms', li(45, '14:25:00'))],
          answer_writes: 1,
        }),
        item(ask(cold, 5), {
          answers: [answered('COLD-06', 'conforms', li(47, '14:28:10'))],
          answer_writes: 1,
        }),
      ],
    },
    {
      ...base,
      section: 'transport',
      title: { 'zh-Hans': '运输与交接', en: 'Transport and hand-over' },
      items: [
        item(ask(transport, 0), {
          answers: conflict
            ? []
            : [
                answered(
                  'COLD-11',
                  'not_applicable',
                  li(50, '14:31:00'),
                  '全部委托有资质的第三方运输，无自有冷藏车',
                ),
              ],
          answer_writes: 1,
        }),
        item(ask(transport, 1), {
          answers: conflict ? [] : [answered('COLD-12', 'conforms', li(52, '14:36:22'))],
          answer_writes: 1,
          evidence: [photo('COLD-12', li(53, '14:36:50'), '收货记录 11 月 18 日')],
        }),
        item(ask(transport, 2), {
          answers: conflict ? [] : [answered('COLD-13', 'conforms', li(55, '14:40:00'))],
          answer_writes: 1,
        }),
      ],
    },
    {
      list: 'SUP',
      list_title: { 'zh-Hans': '供货者资质', en: 'Supplier qualification' },
      list_version: '2026.1',
      section: 'supplier_files',
      title: { 'zh-Hans': '供货者档案（质管部门）', en: 'Supplier files (quality office)' },
      items: [
        item(ask(supply, 0), {
          answers: conflict ? [] : [answered('SUP-01', 'non_conforming', li(58, '14:52:10'))],
          notes: conflict
            ? []
            : [{ text: '供货者“宁波海州”授权书 2026-09-30 到期，其后仍采购 3 笔。', by: li(59, '14:52:40') }],
          answer_writes: 1,
          evidence: conflict
            ? []
            : [
                photo('SUP-01', li(61, '14:53:00'), '授权书'),
                photo('SUP-01', li(62, '14:53:20'), '采购记录第 14 页'),
              ],
        }),
        item(ask(supply, 1), {
          answers: conflict ? [] : [answered('SUP-02', 'conforms', li(63, '14:58:00'))],
          answer_writes: 1,
        }),
        item(ask(supply, 2), {
          answers: conflict ? [] : [answered('SUP-03', 'conforms', li(64, '15:00:00'))],
          answer_writes: 1,
        }),
      ],
    },
  ]
}

const tally = (
  total: number,
  nc: number,
  corrected: number,
  na: number,
  open: number,
  conflicting: number,
): T.Tally => ({
  total,
  not_applicable: na,
  non_conforming: nc,
  corrected,
  open,
  conflicting,
})

const common = {
  task: '019a9b00-1111-7aaa-8bbb-000000000001',
  firm,
  officers: [
    { user: 'li.insp', name: '李明哲', certificate: '沪市监 310115-0207' },
    { user: 'wang.insp', name: '王思远', certificate: '沪市监 310115-0311' },
  ],
  language: 'zh-Hans',
  unknown_items: [],
  names: { 'li.insp': '李明哲', 'wang.insp': '王思远' },
  abandoned: null,
} satisfies Partial<T.InspectionDetail>

const rule = {
  rule: 'routine',
  rule_title: { 'zh-Hans': '日常监督检查', en: 'Routine supervision' },
  rule_mark: 'M' as const,
  rule_source: {
    'zh-Hans': '待核实：日常监督检查的段落未读到。',
    en: 'To be verified: the paragraph was not read.',
  },
}

export const sealed: T.InspectionDetail = {
  ...common,
  row,
  sections: sections(false),
  fields: [],
  evidence: [photo(null, stamp('li', 18, '13:59:30'), '企业门头与执法人员')],
  tallies: { key: tally(8, 2, 0, 1, 0, 0), general: tally(4, 0, 1, 0, 0, 0) },
  conclusion: {
    ...rule,
    outcome: 'rectify',
    title: { 'zh-Hans': '限期整改', en: 'Rectification within a term' },
    is_final: true,
    rectify_working_days: 30,
  },
  referrals: [
    {
      item: 'COLD-03',
      text: {
        'zh-Hans': '冷库温度在标签标示的范围之内。',
        en: 'The cold room is within the limits of the label.',
      },
      violations: [
        {
          code: 'V21',
          title: { 'zh-Hans': '未按要求贮存、运输', en: 'Not stored or transported as required' },
          duty: 'T739§47',
          penalty: 'T739§88（三）',
          mark: 'D',
        },
      ],
    },
  ],
  seal: {
    proposal: hex('proposal'),
    sealed: true,
    manifest: hex('manifest'),
    record_sha256: hex('record'),
    entries: 211,
    late: 1,
    signatures: [
      { role: 'officer', name: '李明哲', method: 'keyed', image: null, by: stamp('li', 208, '15:31:07') },
      {
        role: 'officer',
        name: '王思远',
        method: 'drawn',
        image: `51${hex('wang signs').slice(2)}`,
        by: stamp('li', 209, '15:31:40'),
      },
      {
        role: 'firm',
        name: '陶然',
        method: 'drawn',
        image: `51${hex('firm signs').slice(2)}`,
        by: stamp('li', 210, '15:33:12'),
      },
    ],
    refusal: null,
    by: stamp('li', 207, '15:28:51'),
  },
  receipts: [
    { feed: feeds.li, stored_to: 212, log_index: 48_211, time: '2026-11-20T09:21:34Z', receipts: 6 },
    { feed: feeds.wang, stored_to: 19, log_index: 48_190, time: '2026-11-20T09:20:02Z', receipts: 2 },
  ],
}

export const draft: T.InspectionDetail = {
  ...common,
  row: {
    ...row,
    inspection: '019a9f40-2222-7c3a-9a51-0c54ad0e2c22',
    number: 'JC-310115-20261120-7F2A-04',
    state: 'draft',
    kind: 'routine',
    modes: [],
    conclusion: null,
    conclusion_title: null,
    non_conforming: 0,
    serious: 0,
    conflicts: 1,
    entries: 63,
    blobs: 9,
    blobs_stored: 8,
  },
  sections: sections(true),
  fields: [
    {
      field: 'place',
      values: [{ value: '上海市浦东新区航头镇航都路 18 号 3 幢', by: stamp('li', 8, '13:59:00') }],
    },
    {
      field: 'site_manager.name',
      values: [
        { value: '陶然', by: stamp('li', 9, '14:00:00') },
        { value: '沈桥', by: stamp('wang', 3, '14:01:00') },
      ],
    },
  ],
  evidence: [],
  tallies: { key: tally(8, 0, 0, 0, 4, 1), general: tally(4, 0, 1, 0, 3, 0) },
  referrals: [],
  conclusion: {
    ...rule,
    outcome: 'pass',
    title: { 'zh-Hans': '通过检查', en: 'Passed' },
    is_final: false,
    rectify_working_days: null,
  },
  seal: null,
  receipts: [],
}
