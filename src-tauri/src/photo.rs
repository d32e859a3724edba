//! Pictures for the WebView: `photo://localhost/thumb/<sha256>`, `preview/…`, `crop/…?x=&y=&w=&h=&max=`.

use tauri::http::{Response, StatusCode, Uri, header};
use xuncha_core::Failure;
use xuncha_device::app::Device;

/// What the engine gives for the address, or 403 with the code of its refusal as the body.
pub fn answer(engine: Result<Device, Failure>, uri: &Uri) -> Response<Vec<u8>> {
    match engine.and_then(|device| device.photo(&wanted(uri))) {
        Ok(picture) => response(StatusCode::OK, picture.mime, picture.bytes),
        Err(failure) => response(StatusCode::FORBIDDEN, "text/plain", failure.code.into_bytes()),
    }
}

/// `convertFileSrc` escapes the whole path, slash included; the query follows as it is.
fn wanted(uri: &Uri) -> String {
    let path = percent_encoding::percent_decode_str(uri.path().trim_start_matches('/')).decode_utf8_lossy();
    match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.into_owned(),
    }
}

fn response(status: StatusCode, mime: &str, body: Vec<u8>) -> Response<Vec<u8>> {
    let built = Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, mime)
        .header(header::CACHE_CONTROL, "no-store")
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        .body(body);
    // All three values are plain ASCII; should that ever change, the picture stays away rather than the app.
    built.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_made_by_the_page_names_the_picture_it_means() {
        let uri = |text: &str| text.parse::<Uri>().unwrap();
        assert_eq!(wanted(&uri("photo://localhost/thumb%2Fabc")), "thumb/abc");
        assert_eq!(
            wanted(&uri("photo://localhost/crop%2Fabc?x=0&y=0&w=1&h=1&max=900")),
            "crop/abc?x=0&y=0&w=1&h=1&max=900"
        );
    }

    #[test]
    fn without_an_engine_no_picture_is_shown_and_none_is_stored() {
        let answer = answer(Err(Failure::never("data.in_use")), &"photo://localhost/thumb%2Fabc".parse().unwrap());
        assert_eq!(answer.status(), StatusCode::FORBIDDEN);
        assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-store");
    }
}
