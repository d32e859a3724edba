//! Compiles the half of the tracer that lies inside a traced child (`src/disk/tracer.c`). It needs Linux and a C compiler,
//! which the bundled SQLite needs anyway; elsewhere there is none, and whoever wants one is told.

use std::path::PathBuf;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/disk/tracer.c");
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() != Ok("linux") {
        return;
    }
    let out = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default()).join("libxuncha-tracer.so");
    let compiled = cc::Build::new()
        .opt_level(1)
        .warnings(true)
        .get_compiler()
        .to_command()
        .args(["-shared", "-fPIC", "-o"])
        .arg(&out)
        .arg("src/disk/tracer.c")
        .status();
    assert!(compiled.is_ok_and(|status| status.success()), "the tracer does not compile");
    println!("cargo::rustc-env=XUNCHA_TRACER={}", out.display());
}
