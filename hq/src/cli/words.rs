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
        "disk.permission" => "no permission to write the data folder. (disk.permission)".into(),
        "keys.damaged" => format!(
            "the key file {} is damaged. Put it back from your backup: without it phones do not know this HQ. \
             (keys.damaged)",
            get("file")
        ),
        "export.not_empty" => format!("{} is not empty. Give a new folder. (export.not_empty)", get("folder")),
        "library.faulty" => {
            format!("checklists/ has {} faults, the first: {} (library.faulty)", get("faults"), get("first"))
        }
        "name.taken" => "this name is taken. (name.taken)".into(),
        "password.short" => format!("a password has at least {} characters. (password.short)", get("least")),
        code => {
            let params: Vec<String> = failure.params.iter().map(|(k, v)| format!("{k}={v}")).collect();
            format!("{code} {}", params.join(" ")).trim_end().to_owned()
        }
    }
}
