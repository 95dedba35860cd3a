internal import ArgumentParser

/// One question about sharing: `PEER:PURPOSE:GROUP,GROUP[:DAYS]`.
struct LegArgument: ExpressibleByArgument {
  let peer: String
  let purpose: String
  let groups: [String]
  let days: UInt32?

  init?(argument: String) {
    let parts = argument.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard (3...4).contains(parts.count), parts.allSatisfy({ !$0.isEmpty }) else { return nil }
    let groups = parts[2].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard !groups.contains("") else { return nil }
    (peer, purpose, self.groups) = (parts[0], parts[1], groups)
    if parts.count == 4 {
      guard let days = UInt32(parts[3]), days > 0 else { return nil }
      self.days = days
    } else {
      days = nil
    }
  }
}
