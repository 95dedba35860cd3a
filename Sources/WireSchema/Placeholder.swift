enum WireSchemaPlaceholder {}
