//! Step 4: blobs by tus 1.0.0 (creation, creation-with-upload, checksum, expiration, termination).
//!
//! `POST /v1/blobs` with `Upload-Length` and `Upload-Metadata: feed <b64>,entry <b64>,sha256 <b64>` gives an unguessable
//! address under `/v1/blobs/`; `HEAD` gives the offset, `PATCH` appends, `DELETE` gives up. The upload belongs to
//! (feed, entry, sha256) of the session's device; anybody else gets 404. HQ's offset is the truth. A finished upload whose
//! hash is wrong is thrown away and answered with 460: the phone starts it again.

/// Version of tus spoken.
pub const TUS_VERSION: &str = "1.0.0";
/// Extensions HQ announces.
pub const TUS_EXTENSIONS: &str = "creation,creation-with-upload,checksum,expiration,termination";
/// Status for bytes that are not what they claim to be (tus checksum extension).
pub const CHECKSUM_MISMATCH: u16 = 460;
/// Media type of a PATCH body.
pub const OFFSET_MEDIA_TYPE: &str = "application/offset+octet-stream";
