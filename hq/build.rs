//! Lets `cargo build` work before the pages were built: the folder they are embedded from then exists and is empty.

fn main() -> std::io::Result<()> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for folder in ["ui/dist/hq", "checklists"] {
        std::fs::create_dir_all(root.join(folder))?;
    }
    for watched in ["../ui/dist/hq", "../checklists", "src/db/sqlite/migrations"] {
        println!("cargo:rerun-if-changed={watched}");
    }
    Ok(())
}
