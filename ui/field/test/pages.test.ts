import { afterEach, describe, expect, it } from 'vitest'
import { scenes } from '../dev/scenes'
import { invitationText } from '../screens/invitation'
import { raise, settle, type Stage } from './stage'

let stage: Stage
afterEach(() => {
  stage.close()
})
const draft = '0193-01'

describe('the lock', () => {
  it('lets nothing be seen before the passphrase, and says what a wrong one means', async () => {
    stage = await raise('/i/i-test', (e) => (e.state = 'locked'))
    expect(stage.all('[data-screen="unlock"]')).toHaveLength(1)
    await stage.at('unlock-pin').setValue('falsch')
    await stage.submit('unlock-go')
    expect(stage.all('[data-failure="pin.wrong"]')).toHaveLength(1)
    await stage.at('unlock-pin').setValue('1234567890')
    await stage.submit('unlock-go')
    expect(stage.all('[data-screen="today"]')).toHaveLength(1)
  })

  it('takes no try while a wait runs', async () => {
    stage = await raise('/', (e) => Object.assign(e, { state: 'locked', waitMs: 30_000 }))
    await stage.at('unlock-pin').setValue('1234567890')
    expect(stage.at('unlock-go').attributes('disabled')).toBeDefined()
    expect(stage.page.text()).toContain('后可以再试')
  })
})

describe('enrolment', () => {
  it('shows bureau and person before anything is used, and wants the passphrase twice', async () => {
    stage = await raise('/', (e) => (e.state = 'not_enrolled'))
    await stage.at('enrol-text').setValue('xuncha:enrol?url=https://hq&ca=00&secret=AAAA')
    await stage.submit('enrol-look')
    expect(stage.asked('enrol')).toHaveLength(0)
    expect(stage.page.text()).toContain('南岭区市场监督管理局')
    expect(stage.page.text()).toContain('张伟')
    await stage.at('enrol-label').setValue('张伟的手机')
    await stage.at('enrol-pin').setValue('冷库门口第三盏灯亮着')
    await stage.at('enrol-pin-again').setValue('冷库门口第三盏灯灭了')
    expect(stage.at('enrol-go').attributes('disabled')).toBeDefined()
    await stage.at('enrol-pin-again').setValue('冷库门口第三盏灯亮着')
    await stage.submit('enrol-go')
    expect(stage.asked('enrol')[0]).toMatchObject({ label: '张伟的手机' })
    expect(stage.all('[data-screen="today"]')).toHaveLength(1)
  })

  it('joins typed parts into the text of the QR code, however they were typed', () => {
    const text = invitationText({ url: ' 10.1.2.3:8443/ ', ca: 'AB CD:EF', secret: 'abcd-efgh ijkl' })
    expect(text).toBe('xuncha:enrol?url=https://10.1.2.3:8443&ca=abcdef&secret=ABCD-EFGHIJKL')
    expect(invitationText({ url: 'hq', ca: '', secret: 'x' })).toBe('')
  })
})

describe('a phone that HQ does not know any more', () => {
  it('says that nothing is lost, and is enrolled again with the keys it has: no passphrase is asked for', async () => {
    stage = await raise('/sync', scenes['forgotten'])
    expect(stage.at('sync-phase').text()).toContain('没有丢失')
    await stage.at('enrol-again').trigger('click')
    await settle()
    expect(stage.all('[data-screen="enrol-again"]')).toHaveLength(1)
    expect(stage.all('[data-testid="enrol-pin"]')).toHaveLength(0)
    await stage.at('enrol-text').setValue('xuncha:enrol?url=https://hq&ca=00&secret=AAAA')
    await stage.submit('enrol-again-go')
    expect(stage.page.text()).toContain('南岭区市场监督管理局')
    expect(stage.asked('enrol_again')).toHaveLength(0)
    await stage.submit('enrol-again-go')
    expect(stage.asked('enrol_again')).toEqual([{ text: 'xuncha:enrol?url=https://hq&ca=00&secret=AAAA' }])
    expect(stage.asked('sync_start')).toHaveLength(1)
    expect(stage.all('[data-screen="sync"]')).toHaveLength(1)
  })
})

describe('today', () => {
  it('says what is only on this phone, and lists drafts and tasks', async () => {
    stage = await raise('/', scenes['draft'])
    expect(
      stage
        .at('only-here')
        .text()
        .replace(/\u00a0/g, ' '),
    ).toBe('只在本机：2 检查 · 31 照片 · 1 文件')
    expect(stage.at(`inspection-${draft}`).text()).toContain('康源医疗器械')
    expect(stage.all('[data-testid^="task-task-"]').map((e) => e.getAttribute('data-testid'))).toEqual([
      'task-task-27',
      'task-task-31',
      'task-task-33',
    ])
    await stage.tap('order-near')
    expect(stage.all('[data-testid^="task-task-"]')[0]?.getAttribute('data-testid')).toBe('task-task-33')
  })

  it('starts a task where its firm is shown', async () => {
    stage = await raise('/task/task-31')
    expect(stage.page.text()).toMatch(/已过期 2[01] 天/)
    await stage.tap('start')
    expect(stage.asked('start')[0]).toMatchObject({ task: 'task-31', language: 'zh-CN' })
    expect(stage.all('[data-screen="door"]')).toHaveLength(1)
  })
})

describe('conclusion and signatures', () => {
  it('makes no record while something is missing, and each gap leads to its place', async () => {
    stage = await raise(`/i/${draft}/conclusion`, scenes['draft'])
    expect(stage.at('propose').attributes('disabled')).toBeDefined()
    await stage.tap('missing-answer-COLD-09')
    expect(stage.all('[data-screen="inspection"]')).toHaveLength(1)
    expect(stage.all('[data-testid="item-COLD-09"]')).toHaveLength(1)
  })

  it('saves a field by itself and names the value it replaces', async () => {
    stage = await raise(`/i/${draft}/conclusion`, scenes['complete'])
    await stage.type('field-recorder', '张伟')
    expect(stage.asked('field')[0]).toMatchObject({ field: 'recorder', value: '张伟' })
    expect(stage.asked('field')[0]?.['seen']).toHaveLength(1)
  })

  it('shows the whole record and its hash before anybody can sign, and seals when all have', async () => {
    stage = await raise(`/i/${draft}/conclusion`, scenes['complete'])
    await stage.tap('propose')
    expect(stage.at('record-text').text()).toContain('现 场 笔 录')
    expect(stage.at('record-hash').text()).toContain('c41f 88d2 0b77 65ea')
    await stage.tap('to-signatures')
    await stage.tap('sign-officer')
    await stage.submit('sign-go')
    expect(stage.asked('sign')[0]).toMatchObject({
      role: 'officer',
      method: 'keyed',
      name: '张伟',
      image: null,
    })
    await stage.tap('sign-second')
    expect(stage.at('sign-go').attributes('disabled')).toBeDefined()
    await stage.tap('sheet-close')
    await stage.tap('refuse')
    await stage.at('refuse-reason').setValue('对整改期限有异议')
    await stage.at('refuse-witness').setValue('赵强')
    await stage.submit('refuse-go')
    expect(stage.at('refusal').text()).toContain('对整改期限有异议')
  })

  it('says when something came after the record, and makes it anew', async () => {
    stage = await raise(`/i/${draft}/conclusion`, scenes['complete'])
    await stage.tap('propose')
    await stage.engine.call('note', { inspection: draft, item: 'COLD-01', text: '补记', seen: [] })
    await stage.tap('to-signatures')
    expect(stage.at('outside').text()).toContain('需要重新生成')
    await stage.tap('propose-again')
    expect(stage.all('[data-testid="outside"]')).toHaveLength(0)
  })

  it('shows after the seal what came later, apart from what was signed', async () => {
    stage = await raise(`/i/${draft}/sign`, scenes['sealed'])
    expect(stage.all('[data-screen="sealed"]')).toHaveLength(1)
    expect(stage.at('later').text()).toContain('更正结果')
  })
})

describe('sync', () => {
  it('says honestly what is still only here, and for how long', async () => {
    stage = await raise('/sync', scenes['syncing'])
    expect(stage.at('sync-says').text()).toBe('还有 1 次检查、3 张照片只在这台手机上，约 40 秒。')
    await stage.tap('sync-pause')
    expect(stage.at('sync-says').text()).toContain('已暂停')
  })

  it('says that HQ is out of reach, when it tries again, and never that it failed', async () => {
    stage = await raise('/sync', scenes['away'])
    expect(stage.at('sync-says').text()).toContain('都完好保存着')
    expect(stage.page.text()).toContain('联系不上总部')
    expect(stage.at('sync-next').text()).toBe('约 30 秒后自动再试，不需要守在这里。')
    expect(stage.page.text()).not.toContain('已中断')
    await stage.tap('sync-start')
    expect(stage.asked('sync_start')).toHaveLength(1)
  })

  it('says that it stopped only where a person has to do something', async () => {
    stage = await raise('/sync', scenes['failed'])
    expect(stage.at('sync-says').text()).toContain('已中断')
    expect(stage.all('[data-testid="sync-next"]')).toHaveLength(0)
  })

  it('tells the rate and what HQ has acknowledged, and nothing of a rate when it cannot be said', async () => {
    stage = await raise('/sync', scenes['syncing'])
    expect(stage.at('sync-rate').text()).toBe('每秒 258 kB')
    expect(stage.page.text()).toContain('总部已确认 98.2 MB / 108 MB')
    stage.close()
    stage = await raise('/sync', scenes['away'])
    expect(stage.all('[data-testid="sync-rate"]')).toHaveLength(0)
  })

  it('is calm about a try that nobody asked for and nobody answered, and says when the next one is', async () => {
    stage = await raise('/sync', scenes['calm'])
    expect(stage.at('sync-says').text()).toContain('都完好保存着')
    expect(
      stage.all('.trouble, [role="alert"], [data-testid="sync-next"], [role="progressbar"]'),
    ).toHaveLength(0)
    expect(stage.at('by-itself').text()).toMatch(/\d\d:\d\d 左右自动再试.*上次联系总部 20\d\d-/)
    await stage.tap('sync-start')
    expect(stage.asked('sync_start')).toHaveLength(1)
    stage.close()
    stage = await raise('/day', scenes['calm'])
    expect(stage.all('.trouble')).toHaveLength(0)
  })

  it('is as loud as ever about what is wrong, though nobody asked', async () => {
    stage = await raise('/sync', scenes['failed'])
    expect(stage.engine.sync.asked).toBe(false)
    expect(stage.all('.trouble[data-failure="ca.wrong"]')).toHaveLength(1)
  })

  it('is switched off and on at a tap', async () => {
    stage = await raise('/sync', scenes['calm'])
    expect(stage.at('by-itself').attributes('aria-checked')).toBe('true')
    await stage.tap('by-itself')
    expect(stage.asked('sync_by_itself')).toEqual([{ on: false }])
    expect(stage.at('by-itself').attributes('aria-checked')).toBe('false')
    expect(stage.at('by-itself').text()).toContain('已关闭')
  })

  it('does not call closed what was written since both sides agreed', async () => {
    stage = await raise('/sync', (e) => {
      scenes['agreed']?.(e)
      e.sync.only_here = { inspections: 1, photos: 0, files: 0, entries: 3, bytes: 0 }
      e.sync.retry_ms = 12_000
    })
    expect(stage.all('[data-testid="agreed"], [data-testid="sync-done"]')).toHaveLength(0)
    expect(stage.at('sync-says').text()).toBe('还有 1 次检查只在这台手机上。')
    expect(stage.at('by-itself').text()).toContain('约 20 秒后自动开始')
  })

  it('says on the first page, too, when the next contact is', async () => {
    stage = await raise('/', scenes['calm'])
    expect(stage.at('next-contact').text()).toContain('左右自动再试')
  })

  it('puts one inspection first at a tap, and takes it back at another', async () => {
    stage = await raise('/sync', scenes['syncing'])
    expect(stage.at('sync-order').text()).toContain('24 个文件，71.0 MB')
    await stage.tap('first-0193-08')
    expect(stage.at('first-0193-08').attributes('aria-pressed')).toBe('true')
    await stage.tap('first-0193-08')
    expect(stage.asked('sync_first')).toEqual([{ inspection: '0193-08' }, { inspection: null }])
  })

  it('keeps to Wi-Fi when told so, says what it waits for, and that nobody may tell it the network', async () => {
    stage = await raise('/sync', scenes['syncing'])
    expect(stage.at('wifi-only').text()).toContain('这台设备不报告网络类型')
    await stage.tap('wifi-only')
    expect(stage.asked('sync_wifi_only')).toEqual([{ on: true }])
    expect(stage.at('wifi-only').attributes('aria-checked')).toBe('true')
    stage.close()
    stage = await raise('/sync', scenes['held'])
    expect(stage.at('sync-says').text()).toContain('等待 Wi-Fi')
    expect(stage.page.text()).toContain('已设为只用 Wi-Fi')
    expect(stage.at('file-again').text()).toContain('重新发送')
    expect(stage.at('wifi-only').text()).toContain('现在是移动网络')
    await stage.tap('sync-any-network')
    expect(stage.asked('sync_wifi_only')).toEqual([{ on: false }])
  })

  it('ends with one calm page that names what both sides hold and HQ’s time', async () => {
    stage = await raise('/sync', scenes['agreed'])
    expect(stage.at('agreed').text()).toContain('2026-11-21 18:04:12')
    expect(stage.at('agreed').text()).toContain('432 条记录，78 个文件')
    await stage.tap('sync-done')
    expect(stage.all('[data-screen="today"]')).toHaveLength(1)
  })
})

describe('evidence', () => {
  it('is withdrawn with a reason and never deleted', async () => {
    stage = await raise(`/i/${draft}`, scenes['draft'])
    const id = stage.engine.item(stage.engine.of(draft), 'COLD-02').state.evidence[0]?.id ?? ''
    await stage.tap(`evidence-${id}`)
    expect(stage.all('[data-screen="picture"]')).toHaveLength(1)
    await stage.tap('withdraw')
    await stage.at('withdraw-why').setValue('拍到无关人员')
    await stage.submit('withdraw-go')
    expect(stage.at('withdrawn').text()).toContain('拍到无关人员')
    expect(stage.engine.item(stage.engine.of(draft), 'COLD-02').state.evidence).toHaveLength(2)
  })
})
