/// Consent: recorded leg by leg, stopped on anybody's word, erased when the person confirms.
package struct ConsentService: Sendable {
  let node: Node

  /// Works on a node.
  package init(node: Node) { self.node = node }

  /// Most grants in one record.
  static let grantLimit = 64
}
