internal import Foundation
internal import TestSupport

let keeps = ProcessInfo.processInfo.environment["KEEP"] == "1"
let root = FileManager.default.temporaryDirectory
  .appendingPathComponent("amonat-demo-\(ProcessInfo.processInfo.processIdentifier)")
let story = try DemoStory(root: root)
let succeeded = await story.run(keepsRunning: keeps)
if !keeps { try? FileManager.default.removeItem(at: root) }
exit(succeeded ? 0 : 1)
