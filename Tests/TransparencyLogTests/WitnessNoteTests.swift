internal import CanonicalBytes
internal import Sealing
internal import Testing

@testable internal import TransparencyLog

/// Texts about logs that nodes hand each other (CHK-050 to CHK-059).
@Suite final class WitnessNoteTests {
  private let key = SigningKey.generate()
  private let origin = "shelter.example/amonat/log/1"

  private var note: String {
    Checkpoint.sign(origin: origin, size: 32, root: Randomness.digest(), key: key)
  }

  @Test("A heartbeat with its proof is read back as it was written")
  func proved() throws {
    let (note, proof) = (note, [Randomness.digest(), Randomness.digest()])
    let text = ProvedCheckpoint(from: 16, proof: proof, note: note).text
    guard case .proved(let read)? = WitnessNote(text) else {
      Issue.record("not read")
      return
    }
    #expect(read.from == 16)
    #expect(read.proof == proof)
    #expect(read.note == note)
    #expect(read.text == text)
  }

  @Test("What a peer holds is read back as it was written")
  func held() throws {
    for note in ["", note] {
      let answer = HeldAnswer(
        seq: 7,
        withdrawn: [.init(log: origin, index: 3), .init(log: origin, index: 9)],
        note: note
      )
      guard case .held(let read)? = WitnessNote(answer.text) else {
        Issue.record("not read")
        return
      }
      #expect(read == answer)
    }
    guard case .ask(let asked)? = WitnessNote(WitnessNote.ask(origin)) else {
      Issue.record("not read")
      return
    }
    #expect(asked == origin)
  }

  @Test("A checkpoint alone is known, and notes about members are not")
  func bare() {
    guard case .bare? = WitnessNote(note) else {
      Issue.record("not read")
      return
    }
    #expect(WitnessNote("{\"type\":\"amonat/v1/card\"}\n\n— a b\n") == nil)
  }

  @Test(
    "A broken text is none",
    arguments: [
      "", "old\n\n", "old 1\n", "old 01\n\nx", "old 1\nAAAA\n\nx\n", "old -1\n\n",
      "amonat/v1/ask \n", "amonat/v1/ask shelter.example\n",
      "amonat/v1/ask shelter.example/amonat/log/1",
      "amonat/v1/held x\n\n", "amonat/v1/held 1\n", "amonat/v1/held 1\n3\n\n",
      "amonat/v1/held 1\n3 nobody\n\n", "amonat/v1/held 1\n\nx",
      "c2sp.org/tlog-proof@v1\nindex 0\n\nx",
    ]
  )
  func broken(_ text: String) { #expect(WitnessNote(text) == nil) }

  @Test("Proofs beyond 64 hashes and answers beyond 4,096 grants are refused")
  func limits() {
    let long = ProvedCheckpoint(
      from: 1,
      proof: [Digest32](repeating: .zero, count: 65),
      note: note
    )
    #expect(WitnessNote(long.text) == nil)
    let line = "1 \(origin)\n"
    let many = "amonat/v1/held 1\n" + String(repeating: line, count: 4_097) + "\n"
    #expect(WitnessNote(many) == nil)
  }

  @Test("Only multiples of 16 are heartbeats (K2)")
  func sizes() {
    #expect([0, 1, 15, 17, 24].allSatisfy { !Heartbeat.isSize($0) })
    #expect([16, 32, 1_600].allSatisfy { Heartbeat.isSize($0) })
  }

  // MARK: Succession

  /// A succession of log 1 by log 2, as its owner shows it.
  private func succession(
    _ fields: [EventField]? = nil,
    type: EventType = .succeed,
    index: UInt64 = 0,
    realm: Digest32 = .zero,
    log: String = "shelter.example/amonat/log/2",
    signer: borrowing SigningKey
  ) throws -> SuccessionProof {
    let event = try LogEvent(
      type: type,
      log: log,
      realm: realm,
      index: index,
      fields: fields
        ?? [.string(.oldLog, origin), .digest(.root, .zero), .integer(.size, 40)]
    )
    let salts = EventSalts.random()
    let leaf = LogLeaf(
      event: event.bytes,
      staff: Commitments.emptyPart,
      personal: Commitments.emptyPart,
      salts: salts
    )
    var tree = LogTree()
    if index == 1 { tree.append(Randomness.digest()) }
    tree.append(leaf.hash)
    let shelf = TileShelf()
    return SuccessionProof(
      opening: EventOpening(
        event: event.bytes,
        salt: salts.event,
        staff: leaf.staff,
        personal: leaf.personal,
        path: try tree.inclusionProof(index: index, tiles: shelf)
      ),
      checkpoint: Checkpoint.sign(
        origin: "shelter.example/amonat/log/2",
        size: tree.size,
        root: tree.root,
        key: signer
      )
    )
  }

  @Test("The next log shows what it follows, and nobody else can (R6; attack B3)")
  func succeeds() throws {
    let next = SigningKey.generate()
    let log = "shelter.example/amonat/log/2"
    let proof = try succession(signer: next)
    guard case .succession(let read)? = WitnessNote(proof.text) else {
      Issue.record("not read")
      return
    }
    let statement = read.verify(log: log, key: next.publicKey, realm: .zero)
    #expect(statement?.oldLog == origin)
    #expect(statement?.size == 40)

    // Another key, realm or log; another event; another place.
    let publicKey = next.publicKey
    #expect(read.verify(log: log, key: key.publicKey, realm: .zero) == nil)
    #expect(read.verify(log: log, key: publicKey, realm: Randomness.digest()) == nil)
    #expect(read.verify(log: "shelter.example/amonat/log/3", key: publicKey, realm: .zero) == nil)
    let other = try succession(
      [.string(.kind, "backup")],
      type: .restore,
      signer: next
    )
    #expect(other.verify(log: log, key: publicKey, realm: .zero) == nil)
    let foreign = try succession(log: "shelter.example/amonat/log/3", signer: next)
    #expect(foreign.verify(log: log, key: publicKey, realm: .zero) == nil)
    let second = try succession(index: 1, signer: next)
    #expect(second.verify(log: log, key: publicKey, realm: .zero) == nil)
    let stranger = try succession(signer: key)
    #expect(stranger.verify(log: log, key: publicKey, realm: .zero) == nil)
  }

  // MARK: Tiles

  @Test(
    "A tile has one name",
    arguments: [
      ("/tile/0/000", TileRequest(content: .hashes(level: 0), index: 0)),
      (
        "/tile/1/x001/x234/067.p/5",
        TileRequest(content: .hashes(level: 1), index: 1_234_067, width: 5)
      ),
      ("/tile/entries/x001/000", TileRequest(content: .entries, index: 1_000)),
    ] as [(String, TileRequest)]
  )
  func tile(_ path: String, _ request: TileRequest) {
    #expect(TileRequest(path: path) == request)
    #expect("/" + request.path == path)
  }

  @Test(
    "Any other spelling is no tile",
    arguments: [
      "/tile", "/tile/", "/tile/0", "/tile/0/", "/tile/0/0", "/tile/0/x000/000", "/tile/00/000",
      "/tile/7/000", "/tile/-1/000", "/tile/0/000.p/0", "/tile/0/000.p/256", "/tile/0/000.p/05",
      "/tile/0/000.p", "/tile/0/001/000", "/tile/0/000/", "tile/0/000", "/tile/entries/000?x",
      "/tile/0/+01", "/tile/0/x001/x001/x001/x001/x001/000",
    ]
  )
  func noTile(_ path: String) { #expect(TileRequest(path: path) == nil) }

  @Test("A tile is published only as far as the log goes, and numbers may not overflow")
  func places() {
    let tile = TileRequest(content: .hashes(level: 0), index: 1)
    #expect(tile.places(atSize: 511) == nil)
    #expect(tile.places(atSize: 512) == 256..<512)
    let upper = TileRequest(content: .hashes(level: 1), index: 0, width: 2)
    #expect(upper.places(atSize: 511) == nil)
    #expect(upper.places(atSize: 512) == 0..<2)
    #expect(TileRequest(content: .entries, index: .max).places(atSize: 512) == nil)
  }
}
