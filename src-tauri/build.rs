//! Lets `cargo build` work before the pages were built: the folder they are embedded from then exists and holds one page
//! that says what to do.

fn main() -> std::io::Result<()> {
    let pages = std::path::Path::new("../ui/dist/field");
    std::fs::create_dir_all(pages)?;
    let first = pages.join("index.html");
    if !first.exists() {
        std::fs::write(&first, "<!doctype html><title>Xuncha</title><p>The pages are not built: cargo xtask pages")?;
    }
    println!("cargo:rerun-if-changed={}", first.display());
    println!("cargo:rerun-if-changed={}", pages.display());
    tauri_build::build();
    Ok(())
}
