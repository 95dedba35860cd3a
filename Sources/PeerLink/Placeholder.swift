enum PeerLinkPlaceholder {}
