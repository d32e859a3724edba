//! Search in the pocket: laws, lists, typical findings and inspections of this phone.

use xuncha_core::Failure;

use super::Device;
use super::verbs::SearchArgs;
use super::views::SearchView;

impl Device {
    pub(super) async fn search(&self, _: SearchArgs) -> Result<SearchView, Failure> {
        Err(Failure::later("search.not_ready"))
    }
}
