internal import Foundation
internal import TestSupport

let keeps = ProcessInfo.processInfo.environment["KEEP"] == "1"
let root = FileManager.default.temporaryDirectory
  .appendingPathComponent("amonat-demo-\(ProcessInfo.processInfo.processIdentifier)")
let report = DemoReport()
let first = try DemoStory(in: root, report: report)
await first.run(keepsRunning: keeps)
do {
  try await ChildStory(in: root.appendingPathComponent("2"), report: report).run()
} catch {
  report.check("the second story begins", false, "\(error)")
}
if keeps { first.sayHowToTalk() }
report.close()
if !keeps { try? FileManager.default.removeItem(at: root) }
exit(report.failed == 0 ? 0 : 1)
