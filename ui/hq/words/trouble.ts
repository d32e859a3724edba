// What the dashboard says of HQ's own disk and data when something is wrong with them.
export const zh = {
  trouble: {
    title: '总部的数据有情况',
    full: '总部磁盘将满：暂时不收照片和文件，填写的记录照常接收。腾出空间后自动继续，已收的没有丢。',
    lost: '总部有 {n} 份原件损坏或不见了。已不算“已收”，正在向拍摄的手机再要；手机里也没有的，从备份取回。',
    check: '{time} 的 xuncha-hq check 发现 {n} 处与写入时不同。相关内容不予采信，直到修好并再次检查。',
    checkMore: '还有 {n} 处，见命令行',
    restored:
      '总部由 {time} 的备份恢复（日志到第 {log} 条）。之后收过的由各手机再次发送；此后吊销的手机、停用的账号要重做。',
    behind: '{time} 启动时发现数据库比写过的短：到过第 {was} 条，只剩第 {is} 条。缺的由各手机再次发送。',
  },
}

export const en = {
  trouble: {
    title: 'Something is wrong with HQ’s data',
    full: 'HQ’s disk is nearly full: photos and files are refused for now, written entries are still taken. All goes on by itself once there is room; nothing received is lost.',
    lost: 'An original at HQ is damaged or gone. It no longer counts as received, and its phone is asked for it again; what no phone has comes from the backup. | {n} originals at HQ are damaged or gone. They no longer count as received, and their phones are asked for them again; what no phone has comes from the backup.',
    check:
      'xuncha-hq check found one thing on {time} that is not what was written. It is not believed until it is mended and checked again. | xuncha-hq check found {n} things on {time} that are not what was written. They are not believed until they are mended and checked again.',
    checkMore: '{n} more: see the command line',
    restored:
      'HQ was put back from the backup of {time} (log up to {log}). What was received after it is sent again by the phones; phones revoked and accounts disabled since then must be done again.',
    behind:
      'When it started on {time}, the database was shorter than it had been: entry {was} had been written, it ended at {is}. What is missing is sent again by the phones.',
  },
}
