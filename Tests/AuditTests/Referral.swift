internal import CanonicalBytes
internal import TransparencyLog

@testable internal import Audit

/// Two agencies after one referral, from the grant to the erasure.
struct Referral {
  let world: World
  let ministry: TestLog
  let shelter: TestLog
  var ministryBundle: TestBundle
  var shelterBundle: TestBundle

  init() throws {
    world = try World.shared.get()
    ministry = try TestLog(world, world.ministry)
    shelter = try TestLog(world, world.shelter)
    let (offer, identity) = (message("offer"), message("identity"))
    let (accept, withdrawal) = (message("accept"), message("withdrawal"))

    let grant = try ministry.grant(to: world.shelter, person: .gone)
    try ministry.pad()
    let offered = try ministry.disclose(offer, to: world.shelter, under: grant, person: .gone)
    let tookOffer = try shelter.receive(offer, from: world.ministry)
    let opened = try shelter.add(
      .open,
      [.strings(.groups, ["need"]), .digest(.message, offer)],
      person: .gone
    )
    let accepted = try shelter.notify(accept, "accept", to: world.ministry, ref: offer)
    let tookAccept = try ministry.receive(accept, from: world.shelter)
    let markSize = ministry.size
    let identified = try ministry.disclose(
      identity,
      to: world.shelter,
      under: grant,
      groups: ["contact", "identity"],
      ref: offer,
      person: .gone
    )
    let tookIdentity = try shelter.receive(identity, from: world.ministry)
    try ministry.pad()
    try ministry.pad()
    let withdrawn = try ministry.withdraw(grant, person: .held)
    let told = try ministry.add(
      .notify,
      [
        .integer(.expires, ministry.clock + World.day), .integer(.grant, grant),
        .string(.grantLog, ministry.name), .string(.kind, "withdraw"),
        .digest(.message, withdrawal), .string(.peer, "shelter.example"),
        .integer(.seq, ministry.next(world.shelter)),
        .integer(.until, ministry.clock + 30 * World.day),
      ]
    )
    let tookWithdrawal = try shelter.receive(withdrawal, from: world.ministry)
    try shelter.erase(["\(opened)-\(opened)"], cause: tookWithdrawal)
    try ministry.erase(["\(grant)-\(identified)"], cause: withdrawn)
    while !ministry.size.isMultiple(of: 16) { try ministry.pad() }

    ministryBundle = TestBundle(ministry)
    ministryBundle.marks = [markSize: try ministry.note(markSize, by: [world.shelter])]
    ministryBundle.receipts = [
      offered: (shelter, tookOffer), identified: (shelter, tookIdentity),
      told: (shelter, tookWithdrawal),
    ]
    ministryBundle.seen = [(shelter, shelter.size, nil)]
    shelterBundle = TestBundle(shelter)
    shelterBundle.receipts = [accepted: (ministry, tookAccept)]
    shelterBundle.seen = [(ministry, markSize, nil), (ministry, ministry.size, nil)]
  }
}
