//! What time it is: read once a run, and only for ages.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context as _;

/// Seconds since 1970: SOURCE_DATE_EPOCH where it is set, else the clock.
///
/// # Errors
/// When SOURCE_DATE_EPOCH is no number.
pub(crate) fn now() -> anyhow::Result<i64> {
    if let Some(text) = std::env::var_os("SOURCE_DATE_EPOCH") {
        let text = text.to_string_lossy();
        return text.parse().with_context(|| {
            format!("SOURCE_DATE_EPOCH is '{text}', which is no number of seconds")
        });
    }
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}
