// Tables beside items: what is left is saved, what is raised is proposed, nobody's rows are lost.
import { afterEach, describe, expect, it } from 'vitest'
import { recount } from '../dev/count'
import { other } from '../dev/data'
import { lookAt, specOf } from '../dev/tables'
import { filled } from '../item/table'
import { inspectionId, raise, settle, type Stage } from './stage'

let stage: Stage
afterEach(() => {
  stage.close()
})
const code = 'ACC-10'
const open = (prepare?: (engine: Stage['engine']) => void): Promise<Stage> =>
  raise(`/i/${inspectionId}/item/${code}`, prepare)
const cell = (column: string, row = 0): string => `cell-${code}-${String(row)}-${column}`
const value = (testid: string): string => (stage.at(testid).element as HTMLInputElement).value
const written = (): unknown[] => stage.asked('table').map((a) => a['rows'])
const here = (selector: string): Element[] => stage.all(`[data-screen="item"] ${selector}`)
const rowOf = (made: string, arrived: string): string[] =>
  specOf('record_dates').columns.map(({ column }) =>
    column === 'made' ? made : column === 'arrived' ? arrived : '',
  )
/** As if `actor` had written these rows on another phone. */
function write(engine: Stage['engine'], actor: string, rows: string[][]): void {
  const { state } = engine.item(engine.of(inspectionId), code)
  const read = lookAt(specOf('record_dates'), rows)
  state.tables.push({ kind: 'record_dates', ...read, correction: null, by: engine.stamp(actor) })
}

describe('a table beside an item', () => {
  it('has no save button: a cell is saved when it is left, and only then says 已存本机', async () => {
    stage = await open()
    await stage.tap(`table-add-${code}`)
    expect(written()).toEqual([])
    const release = stage.engine.hold()
    await stage.at(cell('made')).setValue('2026年3月1日')
    expect(written()).toEqual([])
    await stage.at(cell('made')).trigger('blur')
    expect(stage.at(`table-${code}`).text()).toContain('正在保存')
    expect(stage.at(`table-${code}`).text()).not.toContain('已存本机')
    release()
    await settle()
    expect(stage.at(`table-${code}`).text()).toContain('已存本机')
    expect(stage.asked('table')[0]).toMatchObject({ item: code, seen: [], correction: null })
  })

  it('keeps what was typed and says how it was understood', async () => {
    stage = await open()
    await stage.tap(`table-add-${code}`)
    await stage.type(cell('made'), '20260301')
    expect(value(cell('made'))).toBe('20260301')
    expect(stage.at(`row-${code}-0`).text()).toContain('读作 2026-03-01')
    await stage.type(cell('made'), '三月初')
    expect(value(cell('made'))).toBe('三月初')
    expect(stage.at(`row-${code}-0`).text()).toContain('看不出是日期')
    expect(here('.wrong, .bad')).toHaveLength(0)
  })

  it('says nothing of how a cell was understood while another text stands in it', async () => {
    stage = await open()
    await stage.tap(`table-add-${code}`)
    await stage.type(cell('made'), '20260301')
    await stage.at(cell('made')).setValue('202603011')
    await settle()
    expect(stage.at(`row-${code}-0`).text()).not.toContain('读作')
  })

  it('proposes under the row, and writes into the note only when tapped, once, below what stands there', async () => {
    stage = await open()
    await stage.type(`note-${code}`, '抽查两批')
    await stage.tap(`table-add-${code}`)
    await stage.type(cell('made'), '2026-03-10')
    await stage.type(cell('arrived'), '2026-03-05')
    const proposal = stage.at(`proposal-${code}-0-0`)
    expect(proposal.text()).toContain('由检查员判断')
    expect(stage.asked('note')).toHaveLength(1)
    await stage.tap(`take-${code}-0-0`)
    const [, second] = stage.asked('note')
    expect(second?.['text']).toBe(
      '抽查两批\n记录的生产日期2026-03-10晚于到货日期2026-03-05，请取原始单据核对。',
    )
    expect(second?.['seen']).toHaveLength(1)
    expect((stage.at(`note-${code}`).element as HTMLTextAreaElement).value).toContain('抽查两批\n记录的')
    expect(stage.at(`proposal-${code}-0-0`).text()).toContain('已写入记录')
    expect(here(`[data-testid="take-${code}-0-0"]`)).toHaveLength(0)
  })

  it('sends every row each time and names the table it showed', async () => {
    stage = await open()
    await stage.tap(`table-add-${code}`)
    await stage.type(cell('batch'), 'A1')
    await stage.tap(`table-add-${code}`)
    await stage.type(cell('batch', 1), 'B2')
    expect(written().at(-1)).toHaveLength(2)
    expect(stage.asked('table').at(-1)?.['seen']).toHaveLength(1)
  })

  it('keeps typed rows when they cannot be saved, and tries again', async () => {
    stage = await open()
    await stage.tap(`table-add-${code}`)
    stage.engine.fail('table', 'disk.full')
    await stage.type(cell('batch'), 'A1')
    expect(value(cell('batch'))).toBe('A1')
    expect(here('[data-failure="disk.full"]')).toHaveLength(1)
    await stage.tap('again')
    expect(written()).toHaveLength(2)
    expect(here('[data-failure]')).toHaveLength(0)
  })

  it('takes a removed row back instead of asking beforehand', async () => {
    stage = await open((engine) => {
      write(engine, 'zhang.wei', [rowOf('2026-01-01', ''), rowOf('2026-02-02', '')])
    })
    await stage.tap(`row-remove-${code}-0`)
    expect(written().at(-1)).toEqual([rowOf('2026-02-02', '')])
    await stage.tap(`table-restore-${code}`)
    expect(written().at(-1)).toEqual([rowOf('2026-01-01', ''), rowOf('2026-02-02', '')])
  })

  it('saves a chosen word at the tap and takes it back at the second', async () => {
    stage = await open()
    await stage.tap(`table-add-${code}`)
    await stage.tap(`${cell('expiry_word')}-expires`)
    expect(JSON.stringify(written().at(-1))).toContain('失效日期')
    expect(stage.at(`${cell('expiry_word')}-expires`).attributes('aria-pressed')).toBe('true')
    await stage.tap(`${cell('expiry_word')}-expires`)
    expect(written().at(-1)).toEqual([])
  })

  it('checks a number in its cell, and a reading taken over is saved', async () => {
    stage = await raise(`/i/${inspectionId}/item/SUP-02`)
    await stage.tap('table-add-SUP-02')
    await stage.type('cell-SUP-02-0-licence', '粤深食药监械经营许20210417')
    await stage.tap('number-take')
    expect(JSON.stringify(written().at(-1))).toContain('粤深食药监械经营许20210417号')
  })

  it('folds a row to a line that says how much of it to look at', async () => {
    stage = await open((engine) => {
      write(engine, 'zhang.wei', [rowOf('2026-03-10', '2026-03-05'), rowOf('2026-02-02', '')])
    })
    const head = stage.at(`row-open-${code}-0`)
    expect(head.attributes('aria-expanded')).toBe('false')
    expect(head.text()).toContain('1 处要看')
    await stage.tap(`row-open-${code}-0`)
    expect(value(cell('made'))).toBe('2026-03-10')
  })
})

describe('two tables at once', () => {
  it('both stand whole until one is chosen, and choosing names both', async () => {
    stage = await open((engine) => {
      write(engine, 'zhang.wei', [rowOf('2026-01-01', '')])
      write(engine, other.user ?? '', [rowOf('2026-02-02', '')])
    })
    const both = stage.at(`table-conflict-${code}`).text()
    for (const word of ['2026-01-01', '2026-02-02', '张伟', '李娜']) expect(both).toContain(word)
    expect(here(`[data-testid="table-add-${code}"]`)).toHaveLength(0)
    await stage.tap(`settle-table-${code}-1`)
    expect(stage.asked('table')[0]?.['seen']).toHaveLength(2)
    expect(written()[0]).toEqual([rowOf('2026-02-02', '')])
    expect(here(`[data-testid="table-conflict-${code}"]`)).toHaveLength(0)
    expect(stage.at(`row-open-${code}-0`).text()).toContain('2026-02-02')
  })

  it('arise in the open when a colleague writes while a cell is being typed', async () => {
    stage = await open()
    await stage.tap(`table-add-${code}`)
    await stage.at(cell('batch')).setValue('A1')
    write(stage.engine, other.user ?? '', [rowOf('2026-02-02', '')])
    const view = stage.engine.of(inspectionId)
    recount(view)
    stage.engine.happen({
      event: 'changed',
      delta: {
        inspection: inspectionId,
        items: [stage.engine.item(view, code).state],
        general_evidence: null,
        fields: [],
        officers: null,
        reload: false,
        progress: view.progress,
        seal: null,
      },
    })
    await settle()
    expect(value(cell('batch'))).toBe('A1')
    await stage.at(cell('batch')).trigger('blur')
    await settle()
    expect(stage.asked('table')[0]?.['seen']).toEqual([])
    expect(stage.at(`table-conflict-${code}`).text()).toContain('A1')
    expect(stage.at(`table-conflict-${code}`).text()).toContain('2026-02-02')
  })
})

describe('after the seal', () => {
  it('asks for the reason before a row can be changed, and sends it', async () => {
    stage = await open((engine) => {
      engine.of(inspectionId).row.stage = 'sealed'
    })
    expect(stage.at(`table-add-${code}`).attributes('disabled')).toBeDefined()
    await stage.type(`table-why-${code}`, '抄写有误')
    await stage.tap(`table-add-${code}`)
    await stage.type(cell('batch'), 'A1')
    expect(stage.asked('table')[0]).toMatchObject({ correction: '抄写有误' })
  })
})

describe('rows', () => {
  it('that were begun and not filled are not sent, those between others keep their place', () => {
    expect(filled([['a'], [''], ['b'], [' '], ['']])).toEqual([['a'], [''], ['b']])
    expect(filled([[''], ['']])).toEqual([])
  })
})
