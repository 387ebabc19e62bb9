"""Names of the wire format that other libraries import; there is no protobuf here."""
