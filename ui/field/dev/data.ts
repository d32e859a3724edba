// A district that does not exist, in the words inspectors use: for tests and for looking at the screens.
import type { FirmRecord, FormField, Instrument, Item, Officer, TaskRow, Text } from '@bindings/field'
import form from './form.json'
import laws from './laws.json'
import lists from './lists.json'

export interface ListData {
  code: string
  version: string
  title: Text
  source: Text
  sections: { code: string; title: Text; items: Item[] }[]
}
// The JSON was made from checklists/, whose schema is checked there; only its literal types are lost on the way.
export const listData = lists as unknown as ListData[]
export const lawData = laws as unknown as Instrument[]
export const formData = form as unknown as FormField[]

export const me: Officer = { user: 'zhang.wei', name: '张伟', certificate: '粤A20230117' }
export const other: Officer = { user: 'li.na', name: '李娜', certificate: '粤A20230242' }

const day = (offset: number): string => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10)

export const firm: FirmRecord = {
  id: 'firm-0417',
  name: '南岭康源医疗器械有限公司',
  short_name: '康源医疗器械',
  uscc: '91440300MA5FQ8X47D',
  subject: { kind: 'wholesale', modes: ['third_party_logistics'], flags: ['cold_chain', 'class_3'] },
  address: '南岭区和平路 118 号 6 层 603 室',
  premises: '南岭区和平路 118 号 6 层 603 室',
  warehouses: ['南岭区工业三路 7 号 A 栋 2 层（冷库 2 间）'],
  legal_representative: '陈国强',
  manager: '陈国强',
  quality_manager: '王丽华',
  phone: '0755-2600 0417',
  grade: '三级',
  position: { lat: 22.58, lon: 113.97 },
  licences: [
    {
      kind: '医疗器械经营许可证',
      number: '粤深食药监械经营许20210417号',
      scope: '6840 体外诊断试剂；6846 植入材料；22 临床检验器械',
      issuer: '南岭区市场监督管理局',
      issued: '2022-01-14',
      valid_to: day(53),
    },
    {
      kind: '第二类医疗器械经营备案凭证',
      number: '粤深食药监械经营备20190882号',
      scope: '第二类医疗器械',
      issuer: '南岭区市场监督管理局',
      issued: '2019-06-03',
      valid_to: null,
    },
    {
      kind: '医疗器械网络销售备案',
      number: '粤深网械备202000311',
      scope: '自建网站',
      issuer: '南岭区市场监督管理局',
      issued: '2020-09-01',
      valid_to: day(-20),
    },
  ],
  findings: [
    {
      item: 'COLD-06',
      text: '冷库报警短信仅发送至已离职人员手机，近三个月 4 次超温报警无人处理。',
      found: day(-96),
      deadline: day(-66),
      state: 'submitted',
    },
    {
      item: 'SUP-02',
      text: '一家供货者的授权书已过有效期，期间仍有采购记录 3 笔。',
      found: day(-96),
      deadline: day(12),
      state: 'open',
    },
    { item: null, text: '不合格品区无明显标识。', found: day(-400), deadline: day(-380), state: 'closed' },
  ],
}

export const tasks: TaskRow[] = [
  {
    id: 'task-31',
    title: '冷链医疗器械专项检查',
    firm: firm.name,
    address: firm.address,
    due: day(2),
    due_in_days: 2,
    distance_m: 640,
    lists: ['COLD', 'SUP', 'ACC'],
    kind: 'special',
    modes: ['unannounced'],
    open_findings: 2,
  },
  {
    id: 'task-27',
    title: '一季度日常监督检查',
    firm: '南岭区第二人民医院',
    address: '南岭区人民南路 26 号',
    due: day(-3),
    due_in_days: -3,
    distance_m: 2380,
    lists: ['SUP', 'ACC'],
    kind: 'routine',
    modes: ['random_draw'],
    open_findings: 0,
  },
  {
    id: 'task-33',
    title: '角膜接触镜零售专项',
    firm: '明眸眼镜（和平路店）',
    address: '南岭区和平路 92 号首层',
    due: day(16),
    due_in_days: 16,
    distance_m: 410,
    lists: ['SUP'],
    kind: 'special',
    modes: [],
    open_findings: 1,
  },
]

/** A picture that a camera could have taken in a cold room, as far as a drawing can be one. */
export function photo(seed: number, w: number, h: number): string {
  const reading = ['4.2', '11.6', '−18', '8.7', '3.9'][seed % 5] ?? '4.2'
  const hue = 190 + (seed % 4) * 9
  const shelves = [0, 1, 2, 3, 4, 5]
    .map((n) => {
      const x = 60 + (n % 3) * 190
      const y = 330 + Math.floor(n / 3) * 190
      return `<rect x="${x}" y="${y}" width="150" height="120" rx="6" fill="hsl(${34 + n * 4} 32% ${52 - n * 3}%)"/><rect x="${x + 18}" y="${y + 24}" width="74" height="40" fill="#f4f1ea"/><path d="M${x + 24} ${y + 36}h60M${x + 24} ${y + 46}h44" stroke="#666" stroke-width="4"/>`
    })
    .join('')
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}" viewBox="0 0 640 ${(640 * h) / w}" preserveAspectRatio="xMidYMid slice"><rect width="640" height="900" fill="hsl(${hue} 18% 62%)"/><path d="M0 300h640M0 490h640M0 680h640" stroke="hsl(${hue} 14% 44%)" stroke-width="14"/>${shelves}<rect x="190" y="60" width="260" height="130" rx="14" fill="#1b2226"/><rect x="210" y="80" width="220" height="90" rx="6" fill="#0d2b1f"/><text x="320" y="152" font-family="monospace" font-size="72" fill="#5df2a5" text-anchor="middle">${reading}</text><text x="408" y="112" font-family="monospace" font-size="24" fill="#5df2a5" text-anchor="middle">℃</text></svg>`
  return `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`
}

export const signature = `data:image/svg+xml;charset=utf-8,${encodeURIComponent('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 80"><path d="M20 30q30-12 44 0t-34 34M44 14v54M84 26h36M102 12q-4 34-26 52M100 40q10 14 28 22M142 20q26-6 34 2t-28 22q30-4 36 10" fill="none" stroke="#14202b" stroke-width="3" stroke-linecap="round"/></svg>')}`
