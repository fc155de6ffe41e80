//! Serde of what has one spelling.

/// Lets a type be written and read as its text: by its `Display` and its `FromStr`. After `only written`, by `Display`
/// alone.
#[macro_export]
macro_rules! text_serde {
    (only written $type:ty) => {
        impl ::serde::Serialize for $type {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
    };
    ($type:ty) => {
        $crate::text_serde!(only written $type);

        impl<'de> ::serde::Deserialize<'de> for $type {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<$type, D::Error> {
                let text = <String as ::serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err(::serde::de::Error::custom)
            }
        }
    };
}
