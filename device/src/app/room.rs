//! Room on the phone, counted in photos: said before it is gone, and kept back so that an inspection can always be finished.
//!
//! What it is: how many photos still fit ([`Desk::room`]), what is refused for want of room, what the first screen says of it. What
//! it is not: making room ([`super::originals`]) or the reserve itself ([`crate::disk::Reserve`]).

use xuncha_core::Failure;

use super::Device;
use super::desk::Desk;
use super::verbs::Nothing;
use super::views::{Notice, RoomView};

/// Bytes of an ordinary photo, where the phone has too few of its own to know better.
const PHOTO_BYTES: u64 = 4_000_000;
/// From so many own photos on their mean says what a photo is.
const ENOUGH: u64 = 10;
/// With room for fewer photos than these the screens say how many. A large warehouse takes sixty a day.
const LOW: u64 = 200;
/// What a photo costs beside its own bytes: thumbnail, preview, entry, rows.
const BESIDE: u64 = 512 << 10;

impl Desk {
    /// How many photos of this phone's usual size still fit.
    pub(super) fn room(&self) -> Result<RoomView, Failure> {
        let (n, bytes) = self.index.photo_sizes()?;
        let usual = if n < ENOUGH { PHOTO_BYTES } else { (bytes / n).max(1) };
        let photos = self.reserve.for_photos()? / (usual + BESIDE);
        Ok(RoomView { photos, low: photos < LOW, reserve: self.reserve.held() })
    }

    /// Whether so many bytes of a photo or file may still come.
    pub(super) fn has_room_for(&self, bytes: u64) -> Result<bool, Failure> {
        Ok(self.reserve.for_photos()? >= bytes.saturating_add(BESIDE))
    }

    /// What the first screen says of it.
    pub(super) fn room_notice(&self) -> Result<Option<Notice>, Failure> {
        let room = self.room()?;
        let code = match room.photos {
            0 => "disk.no_photos",
            _ if room.low => "disk.low",
            _ => return Ok(None),
        };
        Ok(Some(Notice { code: code.into(), params: [("n".to_owned(), room.photos.to_string())].into() }))
    }
}

impl Device {
    pub(super) async fn room(&self, _: Nothing) -> Result<RoomView, Failure> {
        self.at_desk(|desk| desk.room())
    }
}
