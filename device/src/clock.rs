//! The clocks of the phone. The wall clock is a claim and orders nothing; waits and sandwiches use the monotonic one.

/// Claimed local time, RFC 3339 with offset, to the second.
pub fn wall() -> String {
    jiff::Zoned::now().strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// Claimed local day, ISO 8601.
pub fn today() -> String {
    jiff::Zoned::now().strftime("%Y-%m-%d").to_string()
}

/// Milliseconds since the device was started, sleep included.
pub fn mono_ms() -> u64 {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        let t = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
        u64::try_from(t.tv_sec).unwrap_or(0) * 1000 + u64::try_from(t.tv_nsec).unwrap_or(0) / 1_000_000
    }
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    {
        use std::sync::OnceLock;
        use std::time::Instant;
        static START: OnceLock<Instant> = OnceLock::new();
        u64::try_from(START.get_or_init(Instant::now).elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// Names one run of the device between two boots; where the system gives no name, one run of the app.
pub fn boot() -> String {
    use std::sync::OnceLock;
    static BOOT: OnceLock<String> = OnceLock::new();
    BOOT.get_or_init(|| {
        let known = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok();
        known.map_or_else(|| uuid::Uuid::new_v4().to_string(), |t| t.trim().to_owned())
    })
    .clone()
}
