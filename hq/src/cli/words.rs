//! The command line's words for failures: what is wrong and what to do.

use xuncha_core::Failure;

/// A failure as a sentence.
pub(super) fn of(failure: &Failure) -> String {
    let get = |key: &str| failure.params.get(key).map_or("?", String::as_str);
    match failure.code.as_str() {
        "port.busy" => format!(
            "something else listens on {0}. Stop it, or choose another address with --listen-phones or \
             --listen-dashboard. (port.busy)",
            get("address")
        ),
        "port.permission" => {
            format!("no permission to listen on {}. Take a port above 1023. (port.permission)", get("address"))
        }
        "port.address" => format!("this machine has no address {}. (port.address)", get("address")),
        "data.busy" => format!(
            "another xuncha-hq holds the folder {}. Stop it first (export and verify may run beside it). (data.busy)",
            get("folder")
        ),
        "data.none" => format!("{} is no data folder of xuncha-hq. Give it with --data. (data.none)", get("folder")),
        "data.newer" => format!(
            "the data folder was written by a newer xuncha-hq (schema {}, this one knows {}). Use that version. \
             (data.newer)",
            get("found"),
            get("known")
        ),
        "dashboard.needs_tls" => format!(
            "the dashboard would speak plain HTTP on {}, which is not loopback. Add --tls own-ca or --tls-cert and \
             --tls-key. (dashboard.needs_tls)",
            get("address")
        ),
        "disk.full" => {
            "the disk is full. Free some space and start again; nothing acknowledged is lost. (disk.full)".into()
        }
        "hq.damaged" => {
            "what HQ's database or objects hold is not what was written; the line above says what. Nothing was changed. Run \
             `xuncha-hq check` for all names; tables that follow from the log are computed anew by `xuncha-hq rebuild`, \
             anything else is put back by `xuncha-hq restore`. (hq.damaged)"
                .into()
        }
        "hq.database" => "the database did not answer; the line above says why. (hq.database)".into(),
        "disk.permission" => "no permission to write the data folder. (disk.permission)".into(),
        "keys.damaged" => format!(
            "the key file {} is damaged. Put it back from your backup: without it phones do not know this HQ. \
             (keys.damaged)",
            get("file")
        ),
        "backup.inside" => format!(
            "{} lies inside the data folder, or the other way round. Give a folder on another disk. (backup.inside)",
            get("folder")
        ),
        "backup.not_empty" => {
            format!("{} holds other things than a backup. Give a folder of its own. (backup.not_empty)", get("folder"))
        }
        "backup.busy" => format!("another backup into {} is running. (backup.busy)", get("folder")),
        "backup.other_hq" => format!(
            "{} holds the backup of another HQ, or one that cannot be read. Give a folder of its own. (backup.other_hq)",
            get("folder")
        ),
        "backup.database" => format!(
            "the database is damaged: {}. Run `xuncha-hq check`. No backup was made; the one before still stands. \
             (backup.database)",
            get("problem")
        ),
        "backup.damaged" => format!(
            "{} originals are not here or have changed, the first: {}. Run `xuncha-hq check` for their names; phones that \
             still have them send them again once they are missed. No backup was made; the one before still stands. \
             (backup.damaged)",
            get("n"),
            get("objects")
        ),
        "backup.unreadable" => format!(
            "what was written to {} reads back otherwise. Do not trust this disk. (backup.unreadable)",
            get("folder")
        ),
        "restore.not_empty" => format!(
            "{} is not empty. A backup is put back into a new folder; move the old one aside first. (restore.not_empty)",
            get("folder")
        ),
        "restore.no_backup" => format!("{} holds no backup. (restore.no_backup)", get("folder")),
        "restore.keys_missing" => format!(
            "HQ's keys are not in {} ({} is missing). Give the folder they are kept in with --keys: under other keys no \
             phone would know this HQ. (restore.keys_missing)",
            get("folder"),
            get("file")
        ),
        "restore.manifest" => {
            "the backup is not signed by the HQ of these keys, or was changed. Nothing was put back. (restore.manifest)"
                .into()
        }
        "restore.newer" => "the backup was made by a newer xuncha-hq. Use that version. (restore.newer)".into(),
        "restore.damaged" => format!(
            "{} files of the backup are not what was signed, the first: {}. Nothing is put back of it; make a new one. \
             (restore.damaged)",
            get("n"),
            get("files")
        ),
        "export.not_empty" => format!("{} is not empty. Give a new folder. (export.not_empty)", get("folder")),
        "library.faulty" => {
            format!("checklists/ has {} faults, the first: {} (library.faulty)", get("faults"), get("first"))
        }
        "lists.version" => format!(
            "content changed under a version that is not higher than the published one: {}. Raise `version` there (for \
             anything in laws/ it stands in violations.yaml), or take out of the folder what your bureau did not change. \
             Nothing was published. (lists.version)",
            get("pieces")
        ),
        "lists.by" => format!(
            "{} is no administrator, or the account is disabled. Nothing was published. (lists.by)",
            get("user")
        ),
        "lists.by_whom" => {
            "who publishes? Give an administrator's account with --by. Nothing was published. (lists.by_whom)".into()
        }
        "lists.folder" => format!(
            "{} holds no YAML file in lists/, laws/, rules/ or forms/. Lay it out as checklists/. (lists.folder)",
            get("folder")
        ),
        "lists.unreadable" => format!("{}: {}. (lists.unreadable)", get("file"), get("problem")),
        "lists.unwritable" => format!("{} was not written: {}. (lists.unwritable)", get("file"), get("problem")),
        "lists.exists" => format!(
            "{} is there already and was left as it is. Look at both with `lists diff`, then add --replace. \
             (lists.exists)",
            get("file")
        ),
        "lists.unknown" => format!("there is no list {}. `lists check` names them. (lists.unknown)", get("list")),
        "name.taken" => "this name is taken. (name.taken)".into(),
        "password.short" => format!("a password has at least {} characters. (password.short)", get("least")),
        code => {
            let params: Vec<String> = failure.params.iter().map(|(k, v)| format!("{k}={v}")).collect();
            format!("{code} {}", params.join(" ")).trim_end().to_owned()
        }
    }
}
