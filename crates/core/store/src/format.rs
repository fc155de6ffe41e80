//! The number of a record's format.

/// The format that this version writes. A reader refuses a higher one.
pub(crate) const FORMAT: u32 = 1;

/// The format of a record that does not name one.
pub(crate) fn first_format() -> u32 {
    1
}

/// Whether a record that cannot be read is of a format that only a later goward knows.
pub(crate) fn is_of_later_goward(record: &[u8]) -> bool {
    let json: Option<serde_json::Value> = serde_json::from_slice(record).ok();
    json.and_then(|json| json.get("format")?.as_u64()).is_some_and(|format| format > u64::from(FORMAT))
}

/// Refuses the record of a later goward.
pub(crate) fn check_format(format: u32) -> Result<(), serde_json::Error> {
    check_format_up_to(format, FORMAT)
}

/// Refuses a format that is higher than the one this goward knows of such a record.
pub(crate) fn check_format_up_to(format: u32, known: u32) -> Result<(), serde_json::Error> {
    if format > known {
        let message = format!("format {format} is newer than this goward understands ({known})");
        return Err(serde::de::Error::custom(message));
    }
    Ok(())
}
