enum CanonicalBytesPlaceholder {}
