internal import CanonicalBytes
internal import FoundationEssentials
internal import LocalContract
internal import Sealing

/// Files that hold a parcel: 32 hex digits and `.bin` (PCL-002).
enum ParcelFile {
  private static let ending = ".bin"
  private static let digits = 32

  /// A name that says nothing.
  static func newName() -> String { Hex.encode(Randomness.bytes(digits / 2)) + ending }

  /// Whether a file is named as a parcel is.
  static func isName(_ name: String) -> Bool {
    let head = name.utf8.prefix(digits)
    return name.utf8.count == digits + ending.utf8.count && name.hasSuffix(ending)
      && head.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }

  /// The files meant: each path itself, or what lies in it under a parcel's name.
  static func found(at paths: [String], _ words: Phrasebook) throws(CommandFailure) -> [String] {
    var out: [String] = []
    for path in paths {
      var isFolder = false
      guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
        throw .input(words(.fileUnreadable, path))
      }
      guard isFolder else {
        out.append(path)
        continue
      }
      guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
        throw .input(words(.fileUnreadable, path))
      }
      out += names.filter(isName).sorted().map { path + "/" + $0 }
    }
    guard out.count <= LocalLimits.parcels else {
      throw .input(words(.fileTooLarge, "\(out.count) > \(LocalLimits.parcels)"))
    }
    return out
  }
}
