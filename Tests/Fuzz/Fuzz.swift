internal import Foundation
internal import FuzzDriver

/// Feeds one parser with libFuzzer's inputs: `AMONAT_FUZZ_TARGET=<name> amonat-fuzz <options>`.
@main
enum Fuzz {
  /// The parser under test, chosen once.
  static let target: FuzzTarget = {
    let name = ProcessInfo.processInfo.environment["AMONAT_FUZZ_TARGET"] ?? ""
    guard let target = FuzzTarget(rawValue: name) else {
      let names = FuzzTarget.allCases.map(\.rawValue).joined(separator: " ")
      print("AMONAT_FUZZ_TARGET is one of: \(names)")
      exit(64)
    }
    return target
  }()

  static func main() {
    _ = target
    exit(unsafe drive(CommandLine.argc, CommandLine.unsafeArgv))
  }

  private static func drive(
    _ count: CInt,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
  ) -> CInt {
    var count = count
    var arguments = unsafe arguments
    return unsafe LLVMFuzzerRunDriver(&count, &arguments, fuzzOneInput)
  }
}

/// One input.
///
/// The bytes are lent for the call; the parsers get a copy of their exact size, so that
/// a read past the end is seen.
@c(LLVMFuzzerTestOneInput) func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  unsafe Fuzz.target.run(Array(UnsafeBufferPointer(start: start, count: count)))
  return 0
}
