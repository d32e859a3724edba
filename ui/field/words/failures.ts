// Every failure of the engine in words: what happened, and what to do. `{x}` stands for a parameter of the failure.
import type { Failure } from '@bindings/field'

export interface Said {
  zh: string
  en: string
}

export const failures: Record<string, Said> = {
  'network.metered': {
    zh: '已设为只用 Wi-Fi，现在是移动网络。连上 Wi-Fi 会自动继续；急用时可关掉这个设置。',
    en: 'Set to Wi-Fi only, and this is a mobile network. It goes on by itself on Wi-Fi; switch the setting off if it is urgent.',
  },
  'not.found': {
    zh: '应用内部出错，没有完成。请更新应用，或把代码告诉总部管理员。',
    en: 'The app made an internal mistake; nothing was done. Update it, or tell your administrator the code.',
  },
  'facts.shape': {
    zh: '图片信息看不懂，没有保存。请更新应用。',
    en: 'What was read from the file has the wrong shape and was not saved. Update the app.',
  },
  'hello.shape': {
    zh: '与总部的招呼看不懂，版本可能不一致。请更新应用。',
    en: 'Phone and HQ do not understand each other: versions may differ. Update the app.',
  },
  'abandon.reason_missing': { zh: '请写明放弃的理由。', en: 'Say why it is given up.' },
  'app.broke_off': {
    zh: '应用内部中断，刚才的操作没有完成。已显示“已存本机”的内容都在，请再试一次。',
    en: 'The app broke off and the last step was not done. Whatever showed “saved on this phone” is there; try again.',
  },
  'app.closed': { zh: '应用正在关闭。请重新打开。', en: 'The app is closing. Open it again.' },
  'app.locked': { zh: '已锁定。请先解锁。', en: 'Locked. Please unlock first.' },
  'app.not_enrolled': { zh: '这台手机还没有登记。', en: 'This phone is not enrolled yet.' },
  'app.too_old': {
    zh: '应用版本太旧，总部不再接收。请更新应用；本机内容不受影响。',
    en: 'This version is too old for HQ. Update the app; nothing on the phone is touched.',
  },
  'attach.incomplete': {
    zh: '文件没有传完，没有收下。请重新选择。',
    en: 'The file is not complete and was not taken. Choose it again.',
  },
  'attach.kind': { zh: '这种内容不能这样添加。', en: 'This kind cannot be attached this way.' },
  'attach.longer_than_said': {
    zh: '文件比申报的长，没有收下。请重新选择。',
    en: 'The file is longer than announced and was not taken. Choose it again.',
  },
  'attach.no_room': {
    zh: '手机空间不够，{name} 没有收下；已保存的都在。文字、结论和签字还能做完。请同步后到 设置 › 存储 清理，或删除手机上的其他内容，再重新添加。',
    en: 'There is no room for {name} and it was not taken; whatever was saved is there. Words, conclusion and signatures can still be finished. Sync, then free some room in Settings › Storage or elsewhere on the phone, and add it again.',
  },
  'attach.offset': {
    zh: '分段顺序不对，这次添加已中断。请重新选择文件。',
    en: 'The slices are out of order. Choose the file again.',
  },
  'attach.slice_too_long': {
    zh: '一次传入的内容太多，这次添加已中断。请重新选择文件。',
    en: 'Too much came at once and it was cut off. Choose the file again.',
  },
  'attach.too_many': {
    zh: '同时添加的文件太多，请等前面的保存完。',
    en: 'Too many files at once: wait until the others are saved.',
  },
  'attach.unknown': {
    zh: '这次添加已中断。请重新选择文件。',
    en: 'This upload was cut off. Choose the file again.',
  },
  'blob.checksum': {
    zh: '传输中有差错，会自动重传。',
    en: 'Something changed on the way; it is sent again by itself.',
  },
  'blob.locked': {
    zh: '总部还在写入上一次传来的部分，随后自动继续。',
    en: 'HQ is still writing what came before; it goes on by itself.',
  },
  'blob.size': {
    zh: '文件大小与登记不符，总部没有接收。请联系总部管理员。',
    en: 'The file’s size differs from its entry and HQ did not take it. Call your administrator.',
  },
  'blob.stuck': {
    zh: '这个文件多次发送不成功，稍后再试。',
    en: 'This file could not be sent after several tries; it is tried again later.',
  },
  'blob.too_large': {
    zh: '文件超过总部的上限，总部不接收。本机保存完好，请联系总部管理员。',
    en: 'The file is over HQ’s limit. It is intact here; call your administrator.',
  },
  'blob.damaged': {
    zh: '总部磁盘上的这份原件损坏了，没有发来。总部会向拍摄它的手机再要一次。',
    en: 'This original is damaged on HQ’s disk and was not sent. HQ asks the phone that took it once more.',
  },
  'blob.unnamed': {
    zh: '没有记录提到这个文件，总部不接收。',
    en: 'No entry names this file, so HQ does not take it.',
  },
  'ca.unreadable': {
    zh: '总部证书读不出。请联系总部管理员。',
    en: 'HQ’s certificate cannot be read. Call your administrator.',
  },
  'ca.wrong': {
    zh: '对方不是登记时的总部，已停止连接。请不要继续，联系总部管理员。',
    en: 'This is not the HQ of the enrolment: the connection was stopped. Do not go on; call your administrator.',
  },
  'correction.reason_missing': {
    zh: '封存后的更正必须写明理由。',
    en: 'A correction after the seal needs a reason.',
  },
  'data.in_use': {
    zh: '本机的数据正被另一个窗口使用，为了不写乱，这里没有打开。内容都在。请关闭另一个窗口，再重新打开应用。',
    en: 'Another window is using this phone’s data, so it was not opened here. Nothing is lost. Close the other window, then open the app again.',
  },
  'day.missing': { zh: '对账时总部还缺一部分，会重新发送。', en: 'HQ still lacks a part; it is sent again.' },
  'day.unlike': {
    zh: '双方的记录相同，原件清单却对不上。请管理员在总部运行 xuncha-hq rebuild，再核对一次。',
    en: 'The entries agree and the lists of originals do not. Have HQ run xuncha-hq rebuild, then compare again.',
  },
  'day.wrong': {
    zh: '双方对账不一致。本机内容完好，请再同步一次；仍不一致请联系总部。',
    en: 'The two sides do not agree. Everything here is intact; sync again, and call HQ if it stays so.',
  },
  'device.other_keys': {
    zh: '总部登记的是另一套密钥。请联系总部管理员。',
    en: 'HQ has other keys for this device. Call your administrator.',
  },
  'device.of_another': {
    zh: '总部已用另一个设备名登记了这台手机的密钥，不能再登记。本机内容都在，请联系总部管理员。',
    en: 'HQ has this phone’s key under another name and does not take it twice. Everything here is intact; call your administrator.',
  },
  'device.revoked': {
    zh: '总部已停用这台手机。本机内容仍完整保存，请联系总部管理员。',
    en: 'HQ has revoked this phone. Everything on it is intact; call your administrator.',
  },
  'device.unknown': {
    zh: '总部不认识这台手机（总部可能恢复了登记之前的备份）。手机上的内容都在，没有丢失；请不要清理手机，向总部管理员索取新邀请，在这里重新登记。',
    en: 'HQ does not know this phone: perhaps it was put back from a backup of before the enrolment. Everything on this phone is intact. Do not wipe it: ask your administrator for a new invitation and enrol again here.',
  },
  'disk.fsync_failed': {
    zh: '手机没有确认写入，刚才的内容可能没有保存。请重启应用核对。',
    en: 'The phone did not confirm the write: the last input may be lost. Restart the app and check.',
  },
  'disk.full': {
    zh: '手机空间已满，刚才的内容没有保存；以前显示“已存本机”的都在。请删除手机上的其他内容，腾出空间后再试。',
    en: 'The phone is full and the last input was not saved; whatever showed “saved on this phone” before is there. Remove other things from the phone and try again.',
  },
  'disk.in_use': {
    zh: '本机的数据正被另一个窗口使用，为了不写乱，这里没有打开。内容都在。请关闭另一个窗口，再重新打开应用。',
    en: 'Another window is using this phone’s data, so it was not opened here. Nothing is lost. Close the other window, then open the app again.',
  },
  'disk.io': {
    zh: '读写存储出错，刚才的内容没有保存。请重启应用；若再出现，请停用这台手机。',
    en: 'Storage failed and the last input was not saved. Restart the app; if it happens again, stop using this phone.',
  },
  'engine.fault': {
    zh: '同步程序内部出错，已停下。本机内容完好，请更新应用或联系总部。',
    en: 'The sync ran into a fault of its own and stopped. Everything here is intact; update the app or call HQ.',
  },
  'enrol.already': { zh: '这台手机已经登记过了。', en: 'This phone is already enrolled.' },
  'enrol.certificate': {
    zh: '总部发的设备证书验证不通过，没有登记。请联系总部管理员。',
    en: 'The device certificate from HQ does not verify; the phone was not enrolled. Call your administrator.',
  },
  'enrol.device': {
    zh: '设备号生成失败。请再试一次。',
    en: 'No device name could be made. Please try again.',
  },
  'enrol.keys': {
    zh: '总部没有接受这台手机的密钥。请重新索取邀请。',
    en: 'HQ did not accept this phone’s keys. Ask for a new invitation.',
  },
  'enrol.other_person': {
    zh: '这个邀请是给 {name} 的，这台手机属于 {mine}。没有登记，请索取给 {mine} 的邀请。',
    en: 'This invitation is for {name}; this phone is {mine}’s. Nothing was enrolled: ask for an invitation for {mine}.',
  },
  'enrol.second_person': {
    zh: '登记第二个人之前，先由已登记的人解锁这台手机。',
    en: 'Before a second person is enrolled, somebody already enrolled must unlock this phone.',
  },
  'enrol.wrong': {
    zh: '总部的登记回复不对，没有登记。请重新索取邀请。',
    en: 'HQ’s enrolment reply is wrong; the phone was not enrolled. Ask for a new invitation.',
  },
  'entry.limits': { zh: '内容太长，没有保存。请分成几段。', en: 'Too long, not saved. Split it into parts.' },
  'entry.quarantined': {
    zh: '总部把一条记录单独存放待查，本机内容完好。请联系总部管理员。',
    en: 'HQ keeps an entry apart to look into it; everything here is intact. Call your administrator.',
  },
  'event.shape': {
    zh: '记录格式不对，没有保存。请更新应用。',
    en: 'The entry has the wrong shape and was not saved. Update the app.',
  },
  'evidence.id': {
    zh: '证据编号无效。请重启应用。',
    en: 'The evidence’s name is not valid. Restart the app.',
  },
  'evidence.unknown': { zh: '本机没有这份证据。', en: 'This evidence is not on this phone.' },
  'feed.closed': {
    zh: '总部已关闭这条记录链，不再接收。本机内容完好，请联系总部管理员。',
    en: 'HQ has closed this feed and takes no more of it. Everything here is intact; call your administrator.',
  },
  'feed.damaged': {
    zh: '本机的记录文件有一处损坏，为了不写坏别的内容，没有打开。总部已收的内容都在总部；只在本机的内容仍在文件里，没有改动。请不要卸载应用或清除数据，把手机交给总部管理员取出；检查请先换一台手机。',
    en: 'A record file on this phone is damaged in one place and was not opened, so that nothing else is spoilt. What HQ has received is safe there; what is only here is still in the files, untouched. Do not uninstall the app or clear its data: bring the phone to your administrator, and inspect with another one.',
  },
  'feed.forked': {
    zh: '记录链出现分叉（可能由旧备份恢复）。请联系总部，重新登记后继续。',
    en: 'The feed has forked, perhaps by an old backup. Call HQ and enrol anew to go on.',
  },
  'feed.must_be_succeeded': {
    zh: '这条记录链不能继续写入，需要开新链。请联系总部重新登记。',
    en: 'This feed cannot go on and needs a successor. Call HQ and enrol anew.',
  },
  'feed.not_next': {
    zh: '记录顺序不对，没有保存。请重启应用。',
    en: 'The entry is out of order and was not saved. Restart the app.',
  },
  'feed.record_too_long': {
    zh: '内容太长，没有保存。请分成几段。',
    en: 'Too long, not saved. Split it into parts.',
  },
  'feed.rolled_back': {
    zh: '本机的数据比它曾经有过的旧（多半是恢复了旧备份），没有继续写入。总部已收的内容都在总部；旧备份之后、没有同步的内容可能已丢失。请不要卸载应用，联系总部核对，重新登记后继续。',
    en: 'The data on this phone is older than it once was, most likely because an old backup was put back; nothing more was written. What HQ has received is safe there; what was done since that backup and not synced may be lost. Do not uninstall the app: let HQ compare, and enrol anew to go on.',
  },
  'feed.unknown': {
    zh: '总部不认识这条记录链。请联系总部管理员。',
    en: 'HQ does not know this feed. Call your administrator.',
  },
  'field.unknown': { zh: '笔录里没有这个栏目。', en: 'The record has no such field.' },
  'file.empty': {
    zh: '文件是空的（0 字节），没有收下。请重拍或重新导出。',
    en: 'The file is empty (0 bytes) and was not taken. Take or export it again.',
  },
  'file.unreadable': { zh: '读不出这个文件，没有收下。', en: 'The file cannot be read and was not taken.' },
  'firm.name_missing': { zh: '请填写单位名称。', en: 'Please give the name of the firm.' },
  'form.not_here': {
    zh: '本机没有笔录格式。请先同步。',
    en: 'The record’s form is not on this phone. Sync first.',
  },
  'hq.address': {
    zh: '总部地址无效。请在设置中核对。',
    en: 'The address of HQ is not valid. Check it in the settings.',
  },
  'hq.another': {
    zh: '发出邀请的不是登记时的总部（{bureau}），或者总部没有用原来的密钥恢复。没有登记，本机内容都在；请总部管理员先恢复原来的 keys 文件夹。',
    en: 'The invitation is not from the HQ of the enrolment ({bureau}), or HQ was put back without its own keys. Nothing was enrolled and everything here is intact; HQ must first put back its keys folder.',
  },
  'hq.answer': { zh: '总部出错，稍后会自动再试。', en: 'HQ had an error. It is tried again by itself.' },
  'hq.behind': {
    zh: '总部的数据比它给过的回执旧（可能由备份恢复）。本机会重新发送，请告知总部管理员。',
    en: 'HQ is behind its own receipts, perhaps restored from a backup. This phone sends again; tell your administrator.',
  },
  'hq.busy': { zh: '总部正忙，稍后会自动再试。', en: 'HQ is busy. It is tried again by itself.' },
  'hq.full': {
    zh: '总部磁盘将满，暂时不收照片和文件；填写的记录照常上报。本机内容完好，总部腾出空间后会自动继续。请告知总部管理员。',
    en: 'HQ’s disk is nearly full and takes no photos or files for now; what you write still goes through. Everything here is intact and goes on by itself once HQ has room. Tell your administrator.',
  },
  'hq.damaged': {
    zh: '总部的数据有损坏，暂时答不了。本机内容完好，会自动再试。请告知总部管理员。',
    en: 'HQ’s data is damaged and it cannot answer for now. Everything here is intact and is tried again by itself. Tell your administrator.',
  },
  'hq.json': {
    zh: '总部的回答看不懂，版本可能不一致。请更新应用。',
    en: 'HQ’s answer cannot be understood: versions may differ. Update the app.',
  },
  'hq.refused': {
    zh: '总部拒绝了请求（{status}）。请联系总部管理员。',
    en: 'HQ refused the request ({status}). Call your administrator.',
  },
  'hq.signature': {
    zh: '总部的签名验证不通过，不予采信。请联系总部管理员。',
    en: 'A signature of HQ does not verify and is not believed. Call your administrator.',
  },
  'hq.stuck': {
    zh: '同步没有进展，稍后会自动再试。',
    en: 'The sync does not move on. It is tried again by itself.',
  },
  'hq.tls': {
    zh: '与总部的安全连接建立不了，对方证书不对。请不要继续，联系总部管理员。',
    en: 'No secure connection to HQ: the certificate is not right. Do not go on; call your administrator.',
  },
  'hq.unreachable': {
    zh: '联系不上总部。请检查网络；内容都在本机，联网后会继续。',
    en: 'HQ cannot be reached. Check the network; everything stays here and goes on once connected.',
  },
  'hq_file.damaged': {
    zh: '本机的总部信息已损坏，无法同步。请联系总部重新登记。',
    en: 'What this phone knows of HQ is damaged. Ask HQ to enrol it anew.',
  },
  'hq_file.missing': {
    zh: '本机缺少总部信息，无法同步。请联系总部重新登记。',
    en: 'What this phone knows of HQ is missing. Ask HQ to enrol it anew.',
  },
  'hq_file.shape': {
    zh: '本机的总部信息看不懂，版本可能不一致。请更新应用。',
    en: 'What this phone knows of HQ cannot be understood. Update the app.',
  },
  'hq_url.not_https': {
    zh: '总部地址必须以 https:// 开头。',
    en: 'The address of HQ must begin with https://.',
  },
  'index.shape': {
    zh: '索引内部数据格式不对。请更新应用。',
    en: 'The index holds data of the wrong shape. Update the app.',
  },
  'inspection.abandoned': {
    zh: '这次检查已放弃，不能再修改。',
    en: 'This inspection was given up and cannot be changed.',
  },
  'inspection.id': {
    zh: '检查编号无效。请重启应用。',
    en: 'The inspection’s name is not valid. Restart the app.',
  },
  'inspection.sealed': {
    zh: '检查已封存。请以更正的方式修改，并写明理由。',
    en: 'The inspection is sealed. Make a correction and say why.',
  },
  'inspection.unknown': { zh: '本机没有这次检查。', en: 'This inspection is not on this phone.' },
  'invite.expired': {
    zh: '邀请已过期。请向总部重新索取。',
    en: 'The invitation has expired. Ask HQ for a new one.',
  },
  'invite.unknown': {
    zh: '总部不认识这个邀请。请检查一次性密码，或重新索取。',
    en: 'HQ does not know this invitation. Check the secret, or ask for a new one.',
  },
  'invite.unreadable': {
    zh: '看不懂这段邀请。请完整粘贴，或改为逐项输入。',
    en: 'This invitation cannot be read. Paste all of it, or type it part by part.',
  },
  'invite.used': {
    zh: '邀请已被使用过。请向总部重新索取。',
    en: 'The invitation has already been used. Ask HQ for a new one.',
  },
  'item.unknown': {
    zh: '清单里没有这一项，可能是更新版本的清单。请同步。',
    en: 'This item is not in the list; it may belong to a newer one. Please sync.',
  },
  'key_file.damaged': {
    zh: '密钥文件的两份都已损坏，本机内容打不开，但都还在。总部已收的内容都在总部。请不要卸载应用或清除数据，把手机交给总部管理员。',
    en: 'Both copies of the key file are damaged: what is on this phone cannot be opened, but it is still there, and what HQ has received is safe. Do not uninstall the app or clear its data; bring the phone to your administrator.',
  },
  'key_file.exists': {
    zh: '这台手机上已有密钥文件，不能再次登记。',
    en: 'There already is a key file on this phone: it cannot be enrolled again.',
  },
  'key_file.missing': {
    zh: '找不到密钥文件，无法打开本机内容。请不要卸载应用，联系总部恢复。',
    en: 'The key file is missing and nothing can be opened. Do not uninstall the app; ask HQ to recover it.',
  },
  'key_store.missing': {
    zh: '系统的硬件密钥不可用，无法解锁。请重启手机后再试。',
    en: 'The system’s hardware key is not available. Restart the phone and try again.',
  },
  'law.unknown': { zh: '本机法规库没有这部法规。', en: 'The library on this phone does not hold this law.' },
  'laws.not_here': {
    zh: '本机没有法规库。请先同步。',
    en: 'The law library is not on this phone. Sync first.',
  },
  'list.reason_missing': {
    zh: '请写明增加或者移除清单的理由。',
    en: 'Say why the list is added or dropped.',
  },
  'list.already_there': {
    zh: '这份清单已在本次检查中。',
    en: 'This list is already part of the inspection.',
  },
  'list.not_in_use': { zh: '本次检查没有这份清单。', en: 'This list is not part of the inspection.' },
  'list.not_here': { zh: '本机没有这份清单。请先同步。', en: 'This list is not on this phone. Sync first.' },
  'list.newest': {
    zh: '这份清单已是最新版。',
    en: 'The list is already in its newest version.',
  },
  'list.newer_again': {
    zh: '刚刚又收到更新的一版。请再看一遍差别。',
    en: 'A still newer version has just come. Look at the difference again.',
  },
  'lists.none': { zh: '请至少选择一份清单。', en: 'Choose at least one list.' },
  'memory.full': {
    zh: '内存不足。请关闭其他应用后再试。',
    en: 'Out of memory. Close other apps and try again.',
  },
  'number.no_unit': {
    zh: '没有单位。请写明单位，例如 ℃。',
    en: 'There is no unit. Please give one, e.g. ℃.',
  },
  'number.other_unit': {
    zh: '读数里的单位与所选单位不同。请改成一致。',
    en: 'The unit in the reading differs from the one chosen. Make them the same.',
  },
  'number.unreadable': {
    zh: '看不懂这个读数。请只写数字，例如 4.2。',
    en: 'This reading cannot be understood. Write just the number, e.g. 4.2.',
  },
  'officers.without_author': {
    zh: '执法人员名单必须包含当前登录人。',
    en: 'The officers must include the one who is in.',
  },
  'original.at_hq': {
    zh: '原图在总部，先取回再核对。',
    en: 'The original is at HQ. Have it back first, then check it.',
  },
  'original.lost': {
    zh: '有原件只有总部有过，现在总部也没有了。请立即告诉总部管理员；其余内容会继续发送。',
    en: 'HQ alone had an original and has lost it. Tell your administrator now; everything else goes on being sent.',
  },
  'original.no_room': {
    zh: '手机空间不够，没有取回；原件仍在总部。请先腾出空间。',
    en: 'There is no room for the original; it is still at HQ. Free some room first.',
  },
  'original.unknown': {
    zh: '总部没有这份原图，或者这次检查与这台手机的人无关。',
    en: 'HQ does not hold this original, or the inspection is no business of this phone’s people.',
  },
  'original.wrong': {
    zh: '总部发来的原图与登记的哈希不一致，没有采用。请立即告诉总部管理员。',
    en: 'What HQ sent is not the original that was recorded; nothing of it was kept. Tell your administrator now.',
  },
  'pack.damaged': {
    zh: '收到的清单或法规数据已损坏，会重新接收。',
    en: 'Lists or laws arrived damaged and are fetched again.',
  },
  'pack.missing': { zh: '缺少清单或法规数据。请先同步。', en: 'Lists or laws are missing. Sync first.' },
  'pack.too_large': {
    zh: '总部的数据太大，没有接收。请联系总部。',
    en: 'HQ’s data is too large and was not taken. Call HQ.',
  },
  'pack.unknown': { zh: '总部没有这份数据。请联系总部。', en: 'HQ does not hold this data. Call HQ.' },
  'pack.wrong': {
    zh: '清单或法规数据与总部签名不符，没有采用。请联系总部。',
    en: 'Lists or laws do not match HQ’s signature and were not taken. Call HQ.',
  },
  'photo.no_preview': {
    zh: '这张照片不能显示，原件已保存。',
    en: 'This photo cannot be shown; its original is kept.',
  },
  'photo.not_a_picture': {
    zh: '这不是 JPEG、PNG 或 HEIC 图片。请作为文件添加。',
    en: 'This is no JPEG, PNG or HEIC picture. Add it as a file.',
  },
  'photo.too_large': {
    zh: '图片超过 100 MB，没有收下。请降低分辨率重拍。',
    en: 'The picture is over 100 MB and was not taken. Use a lower resolution.',
  },
  'photo.unknown': { zh: '本机没有这张照片。', en: 'This photo is not on this phone.' },
  'pin.too_short': {
    zh: '太短了。请按规则设置得更长一些。',
    en: 'Too short. Please make it longer, as the rule says.',
  },
  'pin.wait': {
    zh: '连续输错，需要等待。重启手机不会缩短等待时间。',
    en: 'Too many wrong tries: please wait. Restarting the phone does not shorten it.',
  },
  'pin.wrong': { zh: 'PIN 码或口令不对。请再试一次。', en: 'Wrong PIN or passphrase. Please try again.' },
  'pull.wrong': {
    zh: '总部发来的内容验证不通过，没有采用。请联系总部管理员。',
    en: 'What HQ sent does not verify and was not taken. Call your administrator.',
  },
  'push.gap': {
    zh: '总部缺少前面的记录，会重新发送。',
    en: 'HQ lacks earlier entries; they are sent again.',
  },
  'quota.bytes': {
    zh: '这台手机一天内上传的照片和文件已到总部规定的上限，其余的稍后自动继续；填写的记录照常上报。本机内容完好。',
    en: 'This phone has sent as many photos and files as HQ takes from one phone within a day. The rest goes on later by itself; what you write still goes through. Everything here is intact.',
  },
  'quota.entries': {
    zh: '这台手机一天内上报的记录已到总部规定的上限，其余的稍后自动继续。本机内容完好，请告知总部管理员。',
    en: 'This phone has sent as many entries as HQ takes from one phone within a day. The rest goes on later by itself. Everything here is intact; tell your administrator.',
  },
  'receipt.pending': {
    zh: '已发送，还有 {blobs} 个文件等待总部回执，稍后自动核对。',
    en: 'Sent; {blobs} files still wait for HQ’s receipt, which is asked for again by itself.',
  },
  'receipt.shape': {
    zh: '总部的回执看不懂，版本可能不一致。请更新应用。',
    en: 'HQ’s receipt cannot be understood. Update the app.',
  },
  'receipt.wrong': {
    zh: '总部的回执验签不通过，不予采信。请联系总部管理员。',
    en: 'A receipt of HQ does not verify and is not believed. Call your administrator.',
  },
  'refuse.reason_and_witness': {
    zh: '拒签须写明理由和见证人。',
    en: 'A refusal needs its reason and a witness.',
  },
  'rule.not_here': {
    zh: '本机没有这个判定规则。请先同步。',
    en: 'This rule is not on this phone. Sync first.',
  },
  'seal.broken': {
    zh: '封存内容与笔录不一致，请不要继续，立即同步并联系总部。',
    en: 'The seal does not match the record. Do not go on; sync now and call HQ.',
  },
  'seal.incomplete': {
    zh: '还有内容没有补齐，不能生成笔录。',
    en: 'Something is still missing: the record cannot be made.',
  },
  'seal.none': { zh: '还没有生成笔录。', en: 'No record has been made yet.' },
  'seal.shape': {
    zh: '封存内容看不懂，版本可能不一致。请更新应用。',
    en: 'The seal cannot be understood. Update the app.',
  },
  'seal.stale': {
    zh: '笔录之后又有改动。请重新生成笔录再签字。',
    en: 'Something changed after the record. Make it anew, then sign.',
  },
  'session.expired': {
    zh: '与总部的会话已过期，会自动重新连接。',
    en: 'The session with HQ has expired; it connects again by itself.',
  },
  'session.refused': {
    zh: '总部没有认可这台手机的签名。请联系总部管理员。',
    en: 'HQ did not accept this phone’s signature. Call your administrator.',
  },
  'session.unknown': {
    zh: '与总部的会话已失效，会自动重新连接。',
    en: 'HQ does not know this session; it connects again by itself.',
  },
  'settings.shape': {
    zh: '设置内容看不懂，已按默认处理。',
    en: 'The settings could not be understood; defaults are used.',
  },
  'shell.broken': {
    zh: '应用没有响应。请重启应用；已显示“已存本机”的内容都在。',
    en: 'The app does not answer. Restart it; whatever shows “saved on this phone” is there.',
  },
  'shell.no_data_folder': {
    zh: '找不到应用的数据目录。请重新安装前先联系总部。',
    en: 'The app’s data folder is missing. Call HQ before installing it again.',
  },
  'sign.image': {
    zh: '签名图片读不出。请重新签名。',
    en: 'The drawn signature cannot be read. Please sign again.',
  },
  'sign.image_missing': { zh: '请先在白色区域内签名。', en: 'Please sign on the white field first.' },
  'sign.keyed_officer_only': { zh: '只有执法人员可以用密钥签名。', en: 'Only an officer can sign by key.' },
  'sign.keyed_own_name_only': {
    zh: '密钥签名只能由当前登录人本人完成。',
    en: 'Only the person who is in can sign by key.',
  },
  'sign.name_missing': { zh: '请填写签字人姓名。', en: 'Give the name of the signatory.' },
  'table.none': {
    zh: '这一项没有核对表，可能是清单版本不同。请重新打开这次检查。',
    en: 'This item has no table: the list’s version may differ. Open the inspection again.',
  },
  'table.rows': {
    zh: '行数太多（{rows} 行，最多 {most} 行），没有保存。请删去一些行。',
    en: 'Too many rows ({rows}, at most {most}): not saved. Remove some.',
  },
  'table.cells': {
    zh: '第 {row} 行有 {cells} 格，本机版本的表没有这么多格，没有保存。请更新应用。',
    en: 'Row {row} has {cells} cells, more than this version’s table: not saved. Update the app.',
  },
  'table.chars': {
    zh: '第 {row} 行有一格太长（{chars} 字，最多 {most} 字），没有保存。请缩短。',
    en: 'A cell of row {row} is too long ({chars} characters, at most {most}): not saved. Shorten it.',
  },
  'table.bytes': {
    zh: '整张表太长（{bytes} 字节，最多 {most} 字节），没有保存。请删去一些行，或写到另一项的备注里。',
    en: 'The whole table is too long ({bytes} bytes, at most {most}): not saved. Remove some rows.',
  },
  'task.unknown': {
    zh: '这项任务已不存在，可能被总部撤回。',
    en: 'This task is gone; HQ may have withdrawn it.',
  },
  'upload.gone': {
    zh: '总部的上传已过期，会重新开始。',
    en: 'The upload at HQ has expired and begins anew.',
  },
  'upload.offset': {
    zh: '与总部的上传位置不一致，会自动核对后继续。',
    en: 'HQ stands at another place of the file; this is settled by itself.',
  },
  'user.exists': {
    zh: '这个人已经登记在这台手机上，请直接解锁。',
    en: 'This person is already on this phone: just unlock.',
  },
  'user.unknown': {
    zh: '这台手机上没有这个人。请从列表中选择。',
    en: 'This person is not on this phone. Choose one of the list.',
  },
  'vault.damaged': {
    zh: '这份原件在本机已损坏，与登记时的哈希不一致；其他照片和记录不受影响。请打开这张照片，点“核对原件”。',
    en: 'This original is damaged on this phone and differs from its recorded hash. Other photos and entries are not affected. Open the photo and choose “check the original”.',
  },
  'vault.missing': { zh: '本机没有这份原件。', en: 'This original is not on this phone.' },
  'vault.range': {
    zh: '读取原件的范围不对。请重启应用。',
    en: 'The original was asked for out of range. Restart the app.',
  },
  'verb.arguments': {
    zh: '应用内部参数错误，没有保存。请更新应用。',
    en: 'The app made an internal mistake; nothing was saved. Please update it.',
  },
  'verb.reply': {
    zh: '应用内部回答出错。请更新应用。',
    en: 'The engine’s answer was wrong. Update the app.',
  },
  'verb.unknown': {
    zh: '界面与引擎版本不一致。请重启或更新应用。',
    en: 'Screens and engine differ in version. Restart or update the app.',
  },
  'withdraw.reason_missing': { zh: '请写明撤回的理由。', en: 'Say why it is withdrawn.' },
}

const general: Said = {
  zh: '没有成功。请再试一次；若仍不行，请把下面的代码告诉总部管理员。',
  en: 'That did not work. Try again; if it fails again, tell your administrator the code below.',
}

export function fill(words: string, params: Partial<Record<string, string>>): string {
  return words.replace(/\{(\w+)\}/g, (_, name: string) => params[name] ?? '')
}

export const wordsFor = (said: Said, locale: string): string => (locale === 'en' ? said.en : said.zh)

export function failureWords(failure: Failure, locale: string): string {
  return fill(wordsFor(failures[failure.code] ?? general, locale), failure.params)
}
