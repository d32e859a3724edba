//! What was lived.

/// What a seed did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Seeds.
    pub seeds: usize,
    /// Requests that reached HQ.
    pub requests: usize,
    /// Entries that HQ stored.
    pub entries: usize,
    /// Receipts HQ gave out.
    pub receipts: usize,
    /// Power cuts of HQ, those within a recovery among them.
    pub hq_cuts: usize,
    /// Power cuts of phones.
    pub phone_cuts: usize,
    /// HQ restored from an older backup.
    pub restores: usize,
    /// Phones rolled back or copied.
    pub copies: usize,
    /// Things a phone with ill will did.
    pub ill: usize,
    /// Inspections compared between phones and HQ at the end.
    pub compared: usize,
    /// Of these, wholly, after HQ was restored.
    pub healed: usize,
    /// Of these, as far as a restored HQ has them: the rest went with a phone that was rolled back, copied or is ill-willed.
    pub partly: usize,
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} seeds · {} requests · {} entries · {} receipts · power cuts: {} of HQ, {} of phones · {} restores · {} phones copied or rolled back · {} ill deeds · {} inspections compared, {} of them after a restore and {} as far as HQ can have them",
            self.seeds,
            self.requests,
            self.entries,
            self.receipts,
            self.hq_cuts,
            self.phone_cuts,
            self.restores,
            self.copies,
            self.ill,
            self.compared,
            self.healed,
            self.partly
        )
    }
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, more: Self) {
        self.seeds += more.seeds;
        self.requests += more.requests;
        self.entries += more.entries;
        self.receipts += more.receipts;
        self.hq_cuts += more.hq_cuts;
        self.phone_cuts += more.phone_cuts;
        self.restores += more.restores;
        self.copies += more.copies;
        self.ill += more.ill;
        self.compared += more.compared;
        self.healed += more.healed;
        self.partly += more.partly;
    }
}
