internal import NodeStore

/// How much a node keeps for others, and how long (PCL-025).
package struct ViaSettings: Sendable, Equatable {
  /// Days a parcel is kept.
  package var days: UInt32
  /// Parcels for one recipient.
  package var parcels: UInt32
  /// Mebibytes for one recipient.
  package var mebibytes: UInt32
  /// Parcels that one member may hand in within a day.
  package var daily: UInt32

  /// What each may be.
  package static let daysAllowed: ClosedRange<UInt32> = 1...180
  package static let countAllowed: ClosedRange<UInt32> = 1...65_536

  package init(
    days: UInt32 = 30,
    parcels: UInt32 = 256,
    mebibytes: UInt32 = 256,
    daily: UInt32 = 256
  ) {
    (self.days, self.parcels, self.mebibytes, self.daily) = (days, parcels, mebibytes, daily)
  }

  var limits: ViaShelf.Limits {
    ViaShelf.Limits(
      parcels: Int(parcels),
      bytes: Int(mebibytes) << 20,
      lifeMs: UInt64(days) * 86_400_000
    )
  }
}
