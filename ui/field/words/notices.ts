// What was found when the data was opened, or what HQ has said, in words. Nothing that was repaired is kept quiet.
import type { Notice } from '@bindings/field'
import { fill, wordsFor, type Said } from './failures'

export const notices: Record<string, Said> = {
  'feed.torn_tail': {
    zh: '上次意外中断时正在写的一条记录不完整，已截去；已显示“已存本机”的内容都在。请看一眼中断前最后写的那一项，缺了请补上。',
    en: 'An entry being written when the app was cut off was incomplete and has been cut away. Whatever showed “saved on this phone” is there. Look at what you wrote last, and write it again if it is missing.',
  },
  'feed.gap': {
    zh: '记录文件中间有缺失。请不要继续检查，立即联系总部。',
    en: 'A record file has a gap. Do not go on; call HQ now.',
  },
  'feed.damaged': {
    zh: '从总部取来的一份记录副本（{feed}）在本机损坏，已另外放好，下次同步重新取来。您自己的记录和照片都在，可以继续检查。',
    en: 'A copy of records fetched from HQ ({feed}) was damaged on this phone. It is kept aside and fetched again at the next sync. Your own entries and photos are all there; you can go on.',
  },
  'feed.forked': {
    zh: '从总部取来的一份记录副本（{feed}）与以前的不一致，已另外放好，下次同步重新取来。您自己的记录和照片都在，可以继续检查。',
    en: 'A copy of records fetched from HQ ({feed}) differs from what it was. It is kept aside and fetched again at the next sync. Your own entries and photos are all there; you can go on.',
  },
  'feed.rolled_back': {
    zh: '从总部取来的一份记录副本（{feed}）比以前旧，已另外放好，下次同步重新取来。您自己的记录和照片都在，可以继续检查。',
    en: 'A copy of records fetched from HQ ({feed}) is older than it was. It is kept aside and fetched again at the next sync. Your own entries and photos are all there; you can go on.',
  },
  'index.rebuilt': {
    zh: '查询索引缺失或损坏，已由原始记录重建。记录和照片都在，没有变化，不用做什么。',
    en: 'The index was missing or damaged and was rebuilt from the records. Entries and photos are all there and unchanged; nothing needs to be done.',
  },
  'index.damaged': {
    zh: '查询索引损坏，已移开并由原始记录重建。',
    en: 'The index was damaged, set aside and rebuilt from the records.',
  },
  'vault.orphans': {
    zh: '上次中断时有 {n} 个文件正在保存，没有记入检查（当时没有显示“已存本机”）。请看看有没有缺的照片，缺了请重拍；这些文件另外放 30 天。',
    en: '{n} files were being saved when the app was cut off and are part of no inspection (“saved on this phone” was not shown). Look whether a photo is missing and take it again; the files are kept aside for 30 days.',
  },
  'vault.missing': {
    zh: '有 {n} 个原件找不到了。请立即联系总部。',
    en: '{n} originals are missing. Call HQ now.',
  },
  'upload.cut': {
    zh: '上次有 {n} 个文件没有添加完，没有收下，请重新添加。',
    en: '{n} files were not completely taken last time. Please add them again.',
  },
  'entry.quarantined': {
    zh: '总部把一条记录单独存放待查，本机内容完整保存。请联系总部管理员。',
    en: 'HQ keeps an entry apart to look into it. Everything here is intact; call your administrator.',
  },
  'hq.behind': {
    zh: '总部的数据比它给过的回执旧，本机会重新发送。请告知总部管理员。',
    en: 'HQ is behind its own receipts; this phone sends again. Tell your administrator.',
  },
  'hq.restored': {
    zh: '总部的数据是由 {made} 的备份恢复的。本机会把总部缺少的重新发送；请不要清理手机，直到显示“总部已收”。',
    en: 'HQ was put back from a backup of {made}. This phone sends again what HQ lacks; do not wipe it before “HQ has it” is shown.',
  },
  'hq.fell_back': {
    zh: '总部的数据比它说过的旧（记录到 {log}），原因不明。本机会重新发送；请告知总部管理员。',
    en: 'HQ has less than it once said (its log ends at {log}) and does not say why. This phone sends again; tell your administrator.',
  },
  'hq.before_backup': {
    zh: '总部恢复到了它自己说过已备份的位置之前（说过 {promised}，现在 {log}）。本机清理过的原件可能已丢失，请立即告诉总部管理员。',
    en: 'HQ was put back to before what it called backed up ({promised}; now {log}). Originals cleared on that word may be lost: tell your administrator now.',
  },
  'copy.replaced': {
    zh: '总部恢复备份后，一位同事的手机（{feed}）从第 {seq} 条起写的与本机以前取到的不同。现在以总部为准，以前的副本另外放好。请告知总部管理员。',
    en: 'Since HQ was put back, a colleague’s phone ({feed}) goes on otherwise from entry {seq} than this phone had it. What HQ has now counts; the earlier copy is kept aside. Tell your administrator.',
  },
  'hq.lost': {
    zh: '总部给过回执的 {n} 个文件，总部现在没有了，本机会重新发送。请告知总部管理员。',
    en: 'HQ has lost {n} files it had given receipts for; this phone sends them again. Tell your administrator.',
  },
  'original.lost': {
    zh: '有 {n} 个原件本机和总部都没有了（{name} 等）。请立即告诉总部管理员，见 设置 › 存储。',
    en: '{n} originals are neither here nor at HQ ({name} …). Tell your administrator now; see Settings › Storage.',
  },
  'original.wrong': {
    zh: '总部发来的一份原图（{sha256}）与登记不符，没有采用。请立即告诉总部管理员。',
    en: 'An original HQ sent ({sha256}) is not the one recorded and was not kept. Tell your administrator now.',
  },
  'lists.old': {
    zh: '清单和法规已超过 30 天没有更新，请尽快同步。',
    en: 'Lists and laws are older than 30 days. Sync soon.',
  },
  'clock.odd': {
    zh: '手机时间与总部相差较大，请校准。记录的先后不受影响。',
    en: 'The phone’s clock differs from HQ’s. Please set it. The order of entries is not affected.',
  },
  'device.revoked': {
    zh: '总部已停用这台手机。本机内容仍完整保存，请联系总部管理员。',
    en: 'HQ has revoked this phone. Everything on it is intact; call your administrator.',
  },
  'disk.low': {
    zh: '手机还能拍约 {n} 张照片。请尽快同步，再到 设置 › 存储 清理，或删除手机上的其他内容。',
    en: 'The phone has room for about {n} more photos. Sync soon, then free some in Settings › Storage, or remove other things from the phone.',
  },
  'disk.no_photos': {
    zh: '手机空间不够，不能再拍照。已保存的都在；文字、结论和签字还能做完。请同步后到 设置 › 存储 清理，或删除手机上的其他内容。',
    en: 'The phone has no room for photos. Whatever was saved is there; words, conclusion and signatures can still be finished. Sync, then free some in Settings › Storage, or remove other things from the phone.',
  },
  'key_file.copy_damaged': {
    zh: '密钥文件存有两份，其中一份已损坏；另一份完好，内容没有丢失。请在 设置 里重新设置一次口令，两份都会重新写好；若再出现，请停用这台手机。',
    en: 'The key file is kept twice, and one copy is damaged. The other is whole; nothing is lost. Set the passphrase once more in Settings: both copies are then written anew. If it happens again, stop using this phone.',
  },
  'pin.no_hardware': {
    zh: '本机没有硬件密钥，只靠口令保护。',
    en: 'This phone has no hardware key: only the passphrase protects it.',
  },
}

const general: Said = {
  zh: '有一条需要知道的情况，代码 {code}。请告诉总部管理员。',
  en: 'There is something you should know, code {code}. Tell your administrator.',
}

export function noticeWords(notice: Notice, locale: string): string {
  return fill(wordsFor(notices[notice.code] ?? general, locale), { code: notice.code, ...notice.params })
}
