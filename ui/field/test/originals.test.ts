import { afterEach, describe, expect, it } from 'vitest'
import { inspectionId, raise, type Stage } from './stage'

let stage: Stage
afterEach(() => {
  stage.close()
})

const photo = (engine: Stage['engine'], original: 'here' | 'at_hq' | 'lost'): string => {
  const evidence = engine.evidence('COLD-01', 'photo', 'IMG_0042.jpg', 1)
  evidence.original = original
  engine.item(engine.of(inspectionId), 'COLD-01').state.evidence.push(evidence)
  return evidence.id
}

describe('room on the phone', () => {
  it('says what may go, lets it go when asked, and then says what went', async () => {
    stage = await raise('/settings')
    expect(stage.at('storage').text()).toContain('检查还没有封存')
    expect(stage.asked('free_storage')).toHaveLength(0)
    await stage.tap('storage-go')
    expect(stage.asked('free_storage')).toHaveLength(1)
    expect(stage.at('storage-went').text()).toContain('74')
    expect(stage.at('storage-away').text()).toContain('277')
    expect((stage.at('storage-go').element as HTMLButtonElement).disabled).toBe(true)
  })

  it('says beside the camera how many photos still fit, before it is too late, and when it is', async () => {
    stage = await raise(`/i/${inspectionId}/item/COLD-01`)
    expect(stage.all('[data-testid="room"]')).toHaveLength(0)
    stage.close()
    for (const [photos, words] of [
      [120, '还能拍约 120 张'],
      [0, '签字'],
    ] as const) {
      stage = await raise(`/i/${inspectionId}/item/COLD-01`, (engine) => {
        engine.storage = { ...engine.storage, room: { photos, low: true, reserve: photos > 0 } }
      })
      expect(stage.at('room').text()).toContain(words)
      stage.close()
    }
    stage = await raise('/settings', (engine) => {
      engine.storage = { ...engine.storage, room: { photos: 0, low: true, reserve: false }, aside: 2 }
    })
    expect(stage.at('storage-reserve').text()).toContain('已动用')
    expect(stage.at('storage-aside').text()).toContain('2')
  })

  it('keeps both wishes when one is changed', async () => {
    stage = await raise('/settings')
    await stage.tap('storage-days-30')
    await stage.tap('storage-by-itself-yes')
    expect(stage.asked('storage_settings')).toEqual([
      { days: 30, by_itself: false },
      { days: 30, by_itself: true },
    ])
  })

  it('names what nobody has any more', async () => {
    stage = await raise('/settings', (engine) => {
      const lost = {
        sha256: 'ab'.repeat(32),
        name: 'IMG_0417.jpg',
        inspection: null,
        firm: '康达',
        let_go: true,
      }
      engine.storage = { ...engine.storage, lost: [lost] }
    })
    expect(stage.at('storage-lost').text()).toContain('1')
    expect(stage.at('storage').text()).toContain('IMG_0417.jpg')
  })
})

describe('an original at HQ', () => {
  it('is marked, offers no check of bytes that are not here, and comes back when asked', async () => {
    let id = ''
    stage = await raise(`/i/${inspectionId}`, (engine) => {
      id = photo(engine, 'at_hq')
    })
    stage.close()
    stage = await raise(`/i/${inspectionId}/picture/${id}`, (engine) => {
      photo(engine, 'at_hq')
    })
    expect(stage.all('[data-original="at_hq"]').length).toBeGreaterThan(0)
    expect(stage.all('[data-testid="verify"]')).toHaveLength(0)
    await stage.tap('fetch')
    expect(stage.asked('fetch_original')).toHaveLength(1)
    expect(stage.all('section[data-original]')).toHaveLength(0)
    expect(stage.all('[data-testid="verify"]')).toHaveLength(1)
  })

  it('that is other bytes than were recorded is refused in words, and one that is lost offers nothing', async () => {
    let id = ''
    stage = await raise('/settings', (engine) => {
      id = photo(engine, 'at_hq')
    })
    stage.close()
    stage = await raise(`/i/${inspectionId}/picture/${id}`, (engine) => {
      photo(engine, 'at_hq')
      engine.fail('fetch_original', 'original.wrong', 1, 'never')
    })
    await stage.tap('fetch')
    expect(stage.all('[data-failure="original.wrong"]')).toHaveLength(1)
    stage.close()
    stage = await raise(`/i/${inspectionId}/picture/${id}`, (engine) => {
      photo(engine, 'lost')
    })
    expect(stage.all('section[data-original="lost"]')).toHaveLength(1)
    expect(stage.all('[data-testid="fetch"]')).toHaveLength(0)
  })
})
