// Which lists the paper engine proposes: the real codes and counts, chosen by the business form alone. The real engine asks
// the lists themselves (`proposed_if`).
import type { ListProposal, ListTitle, ProposalView, ProposeArgs } from '@bindings/field'

/** Code, title, English title, items, and what another list asks too. */
type Known = [string, string, string, number, Record<string, number>?]
const known: Known[] = [
  ['LIC', '许可备案核查', 'Licence and filing', 17],
  ['SUP', '供货者资质', 'Supplier qualification', 9],
  ['PRD', '产品资质', 'Product qualification', 12],
  ['ACC', '购进验收', 'Purchase and acceptance', 12],
  ['STO', '贮存与库房', 'Storage', 12],
  ['SAL', '销售与追溯', 'Sales and traceability', 13],
  ['COLD', '冷链（贮存、运输）', 'Cold chain (storage and transport)', 23],
  [
    'STER',
    '无菌和植入性医疗器械（经营）',
    'Sterile and implantable devices (distribution)',
    8,
    { LIC: 1, PRD: 1, SAL: 1, STO: 1 },
  ],
  ['STH', '无菌和植（介）入医疗器械（使用）', 'Sterile and implantable devices (use)', 9, { USE: 3 }],
  ['VBP', '集中带量采购中选品种', 'Volume-based procurement', 11, { STO: 1 }],
  ['LENS', '角膜接触镜（眼镜店）', 'Contact lenses (opticians)', 13, { PRD: 1 }],
  ['IVD', '体外诊断试剂', 'In-vitro diagnostic reagents', 10, { SAL: 1 }],
  ['UDI', '唯一标识', 'Unique device identification', 8],
  ['NET', '网络销售', 'Online sale', 15],
  ['USE', '医疗机构使用质量', 'Quality of devices in use', 25],
  ['ADR', '不良事件监测', 'Adverse-event monitoring', 11],
  ['REOP', '恢复经营核查', 'Resuming business', 4],
]
const trade = ['LIC', 'SUP', 'PRD', 'ACC', 'STO', 'SAL']

function wanted({ subject, kind, focus }: ProposeArgs): string[] {
  if (kind === 'reopening') return ['REOP']
  if (subject.kind === 'hospital') return ['USE', 'STH', 'VBP', 'COLD', 'ADR']
  if (subject.kind === 'unregistered') return ['LIC']
  const codes = [...trade]
  if (subject.kind === 'optician' || focus.includes('F06')) codes.push('LENS')
  if (subject.flags.includes('cold_chain')) codes.push('COLD')
  if (subject.flags.includes('implant') || subject.flags.includes('sterile')) codes.push('STER')
  if (subject.flags.includes('online') || focus.includes('F10')) codes.push('NET')
  return codes
}

export function proposal(args: ProposeArgs, here: readonly ListTitle[]): ProposalView {
  const proposed = wanted(args)
  const lists = known.map(([code, zh, en, items, same]): ListProposal => ({
    title: here.find((l) => l.code === code) ?? {
      code,
      title: { 'zh-Hans': zh, en },
      version: '2026.1',
      items,
      source: null,
    },
    proposed: proposed.includes(code),
    applicable: items,
    same: Object.entries(same ?? {}).map(([list, n]) => ({ list, items: n })),
  }))
  const licence = args.kind === 'licence_verification'
  return {
    lists: [...lists.filter((l) => l.proposed), ...lists.filter((l) => !l.proposed)],
    rule: licence ? 'licence-verification' : 'routine',
    rule_title: licence
      ? {
          'zh-Hans': '经营许可现场核查（含变更、延续）',
          en: 'On-site verification for a distribution licence',
        }
      : { 'zh-Hans': '日常监督检查', en: 'Routine supervision' },
  }
}
